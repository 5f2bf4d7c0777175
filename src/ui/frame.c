/* SPDX-License-Identifier: Apache-2.0 */
/* What stands above and below the panels: title, states, coverage, status, keys. */
#include "screen.h"

#define STALE_MS 3000

static const struct sign state_on = { "", "\xe2\x97\x8f", "*" };
static const struct sign state_seen = { "", "\xe2\x97\x90", "~" };
static const struct sign state_off = { "", "\xe2\x97\x8b", "-" };
static const struct sign state_waits = { "", "\xe2\x80\xa6", "?" };

void
panel_title(struct screen *s)
{
	const struct view *v = &s->view;
	char text[256], time[TIME_TEXT_SIZE], elapsed[WORDS_SIZE], frames[WORDS_SIZE];
	char drops[WORDS_SIZE], kept[16];
	int columns = COLS, used = 0;

	(void)attrset(s->brush.attributes[PAINT_BAR]);
	(void)mvhline(0, 0, ' ', columns);
	(void)attrset(A_NORMAL);
	time_text(v->time_ns, time);
	snprintf(text, sizeof(text), "%s packets  %s lost%s%s  %s  %.8sZ ",
	    count_text(v->frames, frames), count_text(view_drops(v), drops),
	    v->keeping ? "  kept " : "", v->keeping ? size_text(v->kept_bytes, kept) : "",
	    elapsed_text(v, elapsed), strlen(time) > 11 ? time + 11 : "--:--:--");
	used =
	    (int)strlen(text) < columns / 2 + 12 ? (int)strlen(text) : columns / 2 + 12;
	draw_right(&s->brush, 0, columns, used, PAINT_BAR, text);
	snprintf(text, sizeof(text), " callwitness  %s  %s", v->interface,
	    v->app[0] != '\0' ? v->app : "all apps");
	(void)draw_text(&s->brush, 0, 0, columns - used - 1, PAINT_BAR, text);
}

static bool
state_is_shown(const struct screen *s, enum state state)
{
	if (state != STATE_RECORDING && state != STATE_SILENT)
		return true;
	return s->view.set[state] || s->view.inferred[state] || s->wishes[state].waits;
}

static const char *
state_short(enum state state, bool narrow)
{
	if (narrow && state == STATE_OPTIONAL_DATA_OFF)
		return "opt. data off";
	return state_words(state);
}

static const struct sign *
state_sign(const struct screen *s, enum state state, enum paint *paint)
{
	*paint = PAINT_BOLD;
	if (s->wishes[state].waits) {
		*paint = PAINT_YELLOW;
		return &state_waits;
	}
	if (s->view.on[state])
		return &state_on;
	*paint = s->view.inferred[state] ? PAINT_PLAIN : PAINT_DIM;
	return s->view.inferred[state] ? &state_seen : &state_off;
}

static int
states_columns(const struct screen *s, bool narrow, int gap)
{
	int columns = 0;

	for (int i = 0; i < STATES; i++)
		if (state_is_shown(s, (enum state)i))
			columns +=
			    2 + (int)strlen(state_short((enum state)i, narrow)) + gap;
	return columns - gap;
}

void
panel_states(struct screen *s)
{
	int columns = COLS - 2, column = 1, gap = columns >= 110 ? 4 : 2;
	bool narrow = states_columns(s, false, gap) > columns;

	if (narrow && states_columns(s, true, gap) > columns)
		gap = 1;
	for (int i = 0; i < STATES; i++) {
		enum paint paint = PAINT_PLAIN;
		const struct sign *sign = NULL;

		if (!state_is_shown(s, (enum state)i))
			continue;
		sign = state_sign(s, (enum state)i, &paint);
		(void)draw_text(&s->brush, 1, column, columns + 1 - column, paint,
		    draw_sign(&s->brush, sign));
		column += 2;
		column += draw_text(&s->brush, 1, column, columns + 1 - column, paint,
			      state_short((enum state)i, narrow)) +
			  gap;
	}
}

static double
percent(uint64_t part, uint64_t whole)
{
	return whole > 0 ? 100 * (double)part / (double)whole : 0;
}

void
panel_coverage(struct screen *s, int row)
{
	const struct view *v = &s->view;
	const struct sign *sign = &outcome_signs[OUTCOME_INCONCLUSIVE];
	char text[WORDS_SIZE], drops[WORDS_SIZE];
	int column = 1, width = COLS - 2;

	snprintf(text, sizeof(text), "program unknown");
	if (v->owners_known)
		snprintf(text, sizeof(text), "%.1f %% no program",
		    percent(v->unowned_up_bytes, v->owned_up_bytes));
	column += draw_format(&s->brush, row, column, width, PAINT_PLAIN,
	    "%s lost  %.1f %% unknown  %s  ", count_text(view_drops(v), drops),
	    percent(v->unknown_up_bytes, v->up_total), text);
	if (v->claims == 0)
		return;
	if (v->gates_open)
		sign = &outcome_signs[OUTCOME_SUPPORTED];
	(void)draw_format(&s->brush, row, column, width + 1 - column,
	    v->gates_open ? PAINT_BLUE : PAINT_YELLOW, "%s %s",
	    draw_sign(&s->brush, sign),
	    v->gates_open ? "absence counts" : "absence does not count yet");
}

/* A long note shows its end, where the cursor is. */
static void
note_draw(const struct screen *s, int row)
{
	int column = 1 + draw_text(&s->brush, row, 1, 40, PAINT_BOLD, "Note: ");
	int width = COLS - column - 2, used = 0;
	const char *from = s->note;
	size_t points = 0;

	for (const char *at = s->note; *at != '\0'; points++)
		(void)text_next(&at);
	/* A point takes two columns at most. */
	while (points > 0 && (int)points > width / 2 && (int)strlen(from) > width) {
		(void)text_next(&from);
		points--;
	}
	used = draw_text(&s->brush, row, column, width, PAINT_PLAIN, from);
	(void)draw_text(&s->brush, row, column + used, 1, PAINT_BAR, " ");
}

void
panel_status(struct screen *s, int row)
{
	int64_t age_ms = screen_clock_ms() - s->seen_ms;
	bool error = strncmp(s->status, "error", 5) == 0;

	if (s->mode == MODE_NOTE)
		note_draw(s, row);
	else if (s->mode == MODE_QUIT)
		(void)draw_text(&s->brush, row, 1, COLS - 2, PAINT_BOLD,
		    "Stop the capture and write the report? y/n");
	else if (s->seen && age_ms >= STALE_MS)
		(void)draw_format(&s->brush, row, 1, COLS - 2, PAINT_ALARM,
		    "no news for %lld s%s%s", (long long)age_ms / 1000,
		    s->status[0] != '\0' ? "; " : "", s->status);
	else if (s->status[0] != '\0')
		(void)draw_text(&s->brush, row, 1, COLS - 2,
		    error ? PAINT_ALARM : PAINT_PLAIN, s->status);
	else if (s->seen && s->view.claims > 0 && !s->view.gates_open)
		(void)draw_format(&s->brush, row, 1, COLS - 2, PAINT_DIM,
		    "absence does not count: %s", s->view.gate);
}

void
panel_keys(struct screen *s, int row)
{
	static const struct {
		const char *key, *word;
	} keys[] = { { "m", "mute" }, { "v", "camera" }, { "s", "share" },
		{ "c", "consent" }, { "o", "opt out" }, { "i", "call" }, { "n", "note" },
		{ "q", "stop" }, { "?", "help" } };
	int column = 1;

	if (s->mode == MODE_NOTE) {
		(void)draw_text(&s->brush, row, 1, COLS - 2, PAINT_DIM,
		    "Enter makes the note, Esc drops it");
		return;
	}
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		column +=
		    draw_text(&s->brush, row, column, 1, PAINT_BAR, keys[i].key) + 1;
		column += draw_text(&s->brush, row, column, COLS - column, PAINT_PLAIN,
			      keys[i].word) +
			  (COLS >= 100 ? 4 : 2);
	}
}
