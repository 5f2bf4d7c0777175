/* SPDX-License-Identifier: Apache-2.0 */
/* Where everything stands, by the size of the terminal. */
#include "screen.h"

#define METERS_ROW 2 /* below the title and the states */
#define METERS_ROWS (1 + CATEGORIES)
#define BELOW 3 /* coverage, status, keys */
#define AIRY_ROWS 36

/* Rows between the parts where there are enough. */
static int
air(void)
{
	return LINES >= AIRY_ROWS ? 1 : 0;
}

/* Parts that share rows: what each has at least, what it could fill, what it gets. */
struct part {
	screen_panel *draw;
	int least, wants, rows;
};

/* Rows beyond the least go around while somebody could fill them; the last takes the
 * rest.
 */
static void
rows_share(struct part *parts, size_t count, int rows)
{
	bool given = true;

	for (size_t i = 0; i < count; i++) {
		parts[i].rows = parts[i].least;
		rows -= parts[i].least;
	}
	while (rows > 0 && given) {
		given = false;
		for (size_t i = 0; i < count && rows > 0; i++) {
			if (parts[i].rows >= parts[i].wants)
				continue;
			parts[i].rows++;
			rows--;
			given = true;
		}
	}
	if (rows > 0)
		parts[count - 1].rows += rows;
}

static void
parts_draw(struct screen *s, struct part *parts, size_t count, struct panel at)
{
	int rows = at.height;

	rows_share(parts, count, rows);
	for (size_t i = 0; i < count; i++) {
		at.height = parts[i].rows;
		parts[i].draw(s, &at);
		at.row += parts[i].rows;
	}
}

static void
panels_draw(struct screen *s)
{
	const struct view *v = &s->view;
	struct part parts[] = {
		{ panel_recipients, 4, 1 + air() + (int)v->recipient_count, 0 },
		{ panel_claims, 5, 1 + air() + (int)v->claim_count, 0 },
		{ panel_news, 3, 1 + (int)s->feed_count, 0 },
	};
	struct panel at = { METERS_ROW + METERS_ROWS + 2 * air(), 1, COLS - 2, 0 };
	struct part left[] = { parts[0], parts[2] };

	at.height = LINES - BELOW - at.row;
	if (COLS < SCREEN_WIDE) {
		parts_draw(s, parts, COUNT_OF(parts), at);
		return;
	}
	at.width = (COLS - 2) / 2 - 1;
	parts_draw(s, left, COUNT_OF(left), at);
	at.column += at.width + 2;
	at.width = COLS - 1 - at.column;
	panel_claims(s, &at);
}

static void
help_draw(const struct screen *s)
{
	const char *line = NULL;

	for (size_t i = 0; (line = screen_keys_help(i, s->brush.utf8)) != NULL; i++)
		(void)draw_text(
		    &s->brush, METERS_ROW + 1 + (int)i, 2, COLS - 4, PAINT_PLAIN, line);
}

static void
small_draw(const struct screen *s)
{
	(void)draw_format(
	    &s->brush, 0, 0, COLS, PAINT_BOLD, "This terminal is %dx%d.", COLS, LINES);
	if (LINES > 1)
		(void)draw_format(&s->brush, 1, 0, COLS, PAINT_PLAIN,
		    "callwitness needs %dx%d.", SCREEN_COLUMNS, SCREEN_ROWS);
	if (LINES > 2)
		(void)draw_text(&s->brush, 2, 0, COLS, PAINT_PLAIN,
		    "The capture goes on; keys work.");
}

void
screen_draw(struct screen *s)
{
	struct panel meters = { METERS_ROW + air(), 1, COLS - 2, METERS_ROWS };

	(void)erase();
	if (COLS < SCREEN_COLUMNS || LINES < SCREEN_ROWS) {
		small_draw(s);
		if (LINES > 3 && s->mode != MODE_WATCH && s->mode != MODE_HELP)
			panel_status(s, LINES - 1);
		(void)refresh();
		return;
	}
	panel_title(s);
	panel_states(s);
	if (s->mode == MODE_HELP) {
		help_draw(s);
	} else if (!s->seen) {
		(void)draw_text(&s->brush, METERS_ROW + 1, 2, COLS - 4, PAINT_PLAIN,
		    "Waiting for the first news of the capture.");
	} else {
		panel_meters(s, &meters);
		panels_draw(s);
		panel_coverage(s, LINES - 3);
	}
	panel_status(s, LINES - 2);
	panel_keys(s, LINES - 1);
	(void)refresh();
}
