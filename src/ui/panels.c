/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the screen that tell of the traffic. */
#include "screen.h"

#define NAME_COLUMNS 12
#define TOTAL_END 24
#define RATE_END 36
#define SHARE_END 43
#define BAR_COLUMN 45
#define BAR_MOST 60

static const struct sign alarm_sign = { "", "\xe2\x96\xb2", "!" };

static enum paint
category_paint(enum category c)
{
	static const enum paint paints[CATEGORIES] = {
		[CATEGORY_CONTENT] = PAINT_BLUE,
		[CATEGORY_TELEMETRY] = PAINT_ORANGE,
		[CATEGORY_DIAGNOSTICS] = PAINT_YELLOW,
	};

	return paints[c];
}

static int
spark_columns(int width)
{
	return width >= 170 ? 60 : width >= 110 ? 30 : 20;
}

static void
share_text(uint64_t part, uint64_t whole, char text[WORDS_SIZE])
{
	snprintf(text, WORDS_SIZE, "%.1f %%",
	    whole > 0 ? 100 * (double)part / (double)whole : 0);
}

static void
meter_draw(struct screen *s, int row, int bar, int spark, enum category c)
{
	const struct view *v = &s->view;
	enum paint paint = category_paint(c), loud = v->up[c] > 0 ? paint : PAINT_DIM;
	uint64_t rate = 0, values[HISTORY_SECONDS];
	char text[WORDS_SIZE], size[16];

	(void)draw_text(&s->brush, row, 1, NAME_COLUMNS, loud, category_name(c));
	draw_right(&s->brush, row, TOTAL_END, TOTAL_END - NAME_COLUMNS,
	    v->up[c] > 0 ? PAINT_BOLD : PAINT_DIM, size_text(v->up[c], size));
	if (history_rate(&s->history, c, &rate)) {
		snprintf(text, sizeof(text), "%s/s", size_text(rate, size));
		draw_right(&s->brush, row, RATE_END, RATE_END - TOTAL_END,
		    rate > 0 ? PAINT_PLAIN : PAINT_DIM, text);
	}
	share_text(v->up[c], v->up_total, text);
	draw_right(&s->brush, row, SHARE_END, SHARE_END - RATE_END, PAINT_PLAIN, text);
	draw_bar(&s->brush, row, BAR_COLUMN, bar, paint, v->up[c], v->up_total);
	history_values(&s->history, c, values, spark);
	draw_spark(&s->brush, row, BAR_COLUMN + bar + 2, paint, values, spark);
}

void
panel_meters(struct screen *s, const struct panel *p)
{
	int spark = spark_columns(p->width);
	int bar = p->width - 1 - BAR_COLUMN - 2 - spark;

	if (bar > BAR_MOST)
		bar = BAR_MOST;
	(void)draw_text(&s->brush, p->row, p->column, p->width, PAINT_BOLD, "Going up");
	draw_right(&s->brush, p->row, TOTAL_END, 7, PAINT_DIM, "total");
	draw_right(&s->brush, p->row, RATE_END, 7, PAINT_DIM, "now");
	draw_right(&s->brush, p->row, SHARE_END, 7, PAINT_DIM, "share");
	(void)draw_text(&s->brush, p->row, BAR_COLUMN + bar + 2, spark, PAINT_DIM,
	    spark > 20 ? "last 60 s, each its scale" : "last 60 s, own scale");
	for (int i = 0; i < CATEGORIES; i++)
		meter_draw(s, p->row + 1 + i, bar, spark, category_order[i]);
}

/* "C 632.7 kB  S 42.4 kB", and how many more there would be. */
static void
amounts_draw(const struct screen *s, const struct view_recipient *r, int row, int column,
    int width)
{
	for (size_t i = 0; i < CATEGORIES; i++) {
		enum category c = category_order[i];
		char letter = (char)(category_name(c)[0] - 'a' + 'A'), size[16];

		if (r->up[c] == 0)
			continue;
		if (width < 10) {
			(void)draw_text(&s->brush, row, column, width, PAINT_DIM, "+");
			return;
		}
		(void)draw_format(&s->brush, row, column, 10, category_paint(c), "%c %s",
		    letter, size_text(r->up[c], size));
		column += 12;
		width -= 12;
	}
}

static void
recipient_draw(const struct screen *s, const struct view_recipient *r,
    const struct panel *p, int row)
{
	int name = p->width >= 90 ? 30 : 23, column = p->column + 2;
	bool third = r->party == PARTY_THIRD;
	enum paint paint = third ? PAINT_ALARM : PAINT_PLAIN;

	if (third)
		(void)draw_text(&s->brush, row, p->column, 1, paint,
		    draw_sign(&s->brush, &alarm_sign));
	(void)draw_text(&s->brush, row, column, name, third ? PAINT_ALARM : PAINT_BOLD,
	    recipient_words(r));
	column += name + 1;
	(void)draw_text(&s->brush, row, column, 11, paint,
	    r->party == PARTY_UNKNOWN ? "unknown" : party_words((enum party)r->party));
	column += 12;
	(void)draw_text(&s->brush, row, column, 2, PAINT_PLAIN, r->country);
	column += 4;
	amounts_draw(s, r, row, column, p->column + p->width - column);
}

void
panel_recipients(struct screen *s, const struct panel *p)
{
	const struct view *v = &s->view;
	int shown = p->height - 1;
	char more[96];

	if (shown > (int)v->recipient_count)
		shown = (int)v->recipient_count;
	snprintf(more, sizeof(more),
	    "%d of %u  Content Telemetry Diagnostics Signalling Other Unknown", shown,
	    (unsigned)v->recipients);
	draw_heading(&s->brush, p->row, p->column, p->width, "Recipients", more);
	for (int i = 0; i < shown; i++)
		recipient_draw(s, &v->recipient[i], p, p->row + 1 + i);
	if (shown == 0 && p->height > 1)
		(void)draw_text(&s->brush, p->row + 1, p->column + 2, p->width - 2,
		    PAINT_DIM, "nothing went up yet");
}

static enum paint
outcome_paint(enum outcome o)
{
	return o == OUTCOME_CONTRADICTED   ? PAINT_ALARM
	       : o == OUTCOME_SUPPORTED    ? PAINT_BLUE
	       : o == OUTCOME_INCONCLUSIVE ? PAINT_YELLOW
					   : PAINT_PLAIN;
}

static void
claim_draw(
    const struct screen *s, const struct view_claim *c, const struct panel *p, int row)
{
	const struct sign *sign = &outcome_signs[c->outcome];
	enum paint paint = outcome_paint((enum outcome)c->outcome);
	int column = p->column + 17, left = p->width - 17, used = 0;

	(void)draw_text(&s->brush, row, p->column, 1, paint, draw_sign(&s->brush, sign));
	(void)draw_text(&s->brush, row, p->column + 2, 14, paint, sign->word);
	used = draw_text(&s->brush, row, column, left, PAINT_PLAIN, c->claim);
	if (used < 40)
		used = 40;
	if (left - used >= 12)
		(void)draw_text(&s->brush, row, column + used + 1, left - used - 1,
		    PAINT_DIM, c->policy);
}

/* "5-8 of 12  2 contradicted, 5 supported". */
static void
claims_words(const struct view *v, size_t first, size_t shown, char *text, size_t size)
{
	static const enum outcome order[] = { OUTCOME_CONTRADICTED, OUTCOME_SUPPORTED,
		OUTCOME_INCONCLUSIVE, OUTCOME_NOT_OBSERVED };
	size_t at = (size_t)snprintf(
	    text, size, "%zu-%zu of %u ", first + 1, first + shown, (unsigned)v->claims);

	for (size_t i = 0; i < COUNT_OF(order) && at < size; i++)
		if (v->outcomes[order[i]] > 0)
			at += (size_t)snprintf(text + at, size - at, " %u %s,",
			    (unsigned)v->outcomes[order[i]],
			    outcome_signs[order[i]].word);
	if (at < size && text[at - 1] == ',')
		text[at - 1] = '\0';
}

void
panel_claims(struct screen *s, const struct panel *p)
{
	const struct view *v = &s->view;
	size_t rows = (size_t)p->height - 1, shown = v->claim_count;
	char more[160] = "";

	s->claim_rows = rows;
	if (s->scroll + rows > v->claim_count)
		s->scroll = v->claim_count > rows ? v->claim_count - rows : 0;
	if (shown > rows)
		shown = rows;
	if (shown > 0)
		claims_words(v, s->scroll, shown, more, sizeof(more));
	draw_heading(&s->brush, p->row, p->column, p->width, "Claims", more);
	for (size_t i = 0; i < shown; i++)
		claim_draw(s, &v->claim[s->scroll + i], p, p->row + 1 + (int)i);
	if (shown == 0 && rows > 0)
		(void)draw_text(&s->brush, p->row + 1, p->column + 2, p->width - 2,
		    PAINT_DIM, "no policy was given: nothing is held against it");
}

void
panel_news(struct screen *s, const struct panel *p)
{
	draw_heading(&s->brush, p->row, p->column, p->width, "News", "");
	for (int i = 0; i < p->height - 1 && i < (int)s->feed_count; i++) {
		const struct feed_line *line = &s->feed[i];
		int row = p->row + 1 + i;

		(void)draw_text(
		    &s->brush, row, p->column + 2, 7, PAINT_DIM, line->elapsed);
		if (line->alarm)
			(void)draw_text(&s->brush, row, p->column, 1, PAINT_ALARM,
			    draw_sign(&s->brush, &alarm_sign));
		(void)draw_text(&s->brush, row, p->column + 10, p->width - 10,
		    line->alarm ? PAINT_BOLD : PAINT_PLAIN, line->text);
	}
}
