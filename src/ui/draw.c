/* SPDX-License-Identifier: Apache-2.0 */
/* Text, bars and lines onto the screen, whatever the terminal can do. */
#include <langinfo.h>
#include <stdarg.h>
#include <stdlib.h>
#include <wchar.h>
#include "screen.h"

#define CELLS_MOST 512

/* On light and dark grounds alike; of eight colours those that are told apart best. */
static const struct {
	enum paint paint;
	short of_256, of_8;
} colours[] = {
	{ PAINT_BLUE, 33, COLOR_CYAN },
	{ PAINT_ORANGE, 166, COLOR_YELLOW },
	{ PAINT_YELLOW, 136, COLOR_YELLOW },
	{ PAINT_ALARM, 166, COLOR_YELLOW },
};

static bool
wants_colour(void)
{
	const char *no = getenv("NO_COLOR");

	return (no == NULL || no[0] == '\0') && has_colors() && start_color() == OK;
}

void
brush_init(struct brush *b)
{
	*b = (struct brush){ .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0 };
	b->attributes[PAINT_BOLD] = A_BOLD;
	b->attributes[PAINT_DIM] = A_DIM;
	b->attributes[PAINT_BAR] = A_REVERSE;
	b->attributes[PAINT_ALARM] = A_BOLD;
	if (!wants_colour())
		return;
	(void)use_default_colors();
	for (size_t i = 0; i < COUNT_OF(colours); i++) {
		short pair = (short)(i + 1);

		if (init_pair(pair, COLORS >= 256 ? colours[i].of_256 : colours[i].of_8,
			-1) == OK)
			b->attributes[colours[i].paint] |= COLOR_PAIR(pair);
	}
}

/* The next character to draw and its columns; what has no shape of its own is replaced.
 */
static wchar_t
cell_next(const struct brush *b, const char **text, int *columns)
{
	uint32_t code = text_next(text);
	int width = 1;

	if (code < 0x80 && text_is_visible(code)) {
		*columns = 1;
		return (wchar_t)code;
	}
	if (b->utf8 && code != 0xfffd && text_is_visible(code))
		width = wcwidth((wchar_t)code);
	else
		width = -1;
	*columns = width < 0 ? 1 : width;
	return width < 0 ? L'?' : (wchar_t)code;
}

int
draw_text(const struct brush *b, int row, int column, int width, enum paint paint,
    const char *text)
{
	wchar_t cells[CELLS_MOST];
	int used = 0, count = 0, last = 0; /* last: where a mark of the cut would stand */

	while (*text != '\0' && count < CELLS_MOST - 1) {
		int columns = 0;
		wchar_t cell = cell_next(b, &text, &columns);

		if (columns == 0)
			continue;
		if (used + columns > width) {
			if (width > 0)
				cells[last] = b->utf8 ? L'\x2026' : L'~';
			count = width > 0 ? last + 1 : 0;
			used = width;
			break;
		}
		if (used + columns < width)
			last = count + 1;
		cells[count++] = cell;
		used += columns;
	}
	if (count == 0)
		return 0;
	(void)attrset(b->attributes[paint]);
	(void)mvaddnwstr(row, column, cells, count);
	(void)attrset(A_NORMAL);
	return used;
}

int
draw_format(const struct brush *b, int row, int column, int width, enum paint paint,
    const char *format, ...)
{
	char text[1024];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	return draw_text(b, row, column, width, paint, text);
}

void
draw_right(const struct brush *b, int row, int behind, int width, enum paint paint,
    const char *text)
{
	int columns = 0, used = 0;

	for (const char *at = text; *at != '\0'; used += columns)
		(void)cell_next(b, &at, &columns);
	if (used > width)
		used = width;
	(void)draw_text(b, row, behind - used, used, paint, text);
}

void
draw_heading(const struct brush *b, int row, int column, int width, const char *title,
    const char *more)
{
	int used = draw_text(b, row, column, width, PAINT_BOLD, title);

	if (more[0] != '\0')
		used += 2 + draw_text(b, row, column + used + 2, width - used - 2,
				PAINT_PLAIN, more);
	(void)attrset(b->attributes[PAINT_DIM]);
	for (used += 1; used < width; used++)
		(void)mvaddnwstr(row, column + used, b->utf8 ? L"\x2500" : L"-", 1);
	(void)attrset(A_NORMAL);
}

void
draw_bar(const struct brush *b, int row, int column, int width, enum paint paint,
    uint64_t part, uint64_t whole)
{
	static const wchar_t eighths[] =
	    L"\x258f\x258e\x258d\x258c\x258b\x258a\x2589\x2588";
	double share = whole > 0 ? (double)part / (double)whole : 0;
	int steps = b->utf8 ? 8 : 1, full = 0;

	full = (int)((share > 1 ? 1 : share) * width * steps + 0.5);
	if (full == 0 && part > 0)
		full = 1;
	(void)attrset(b->attributes[paint]);
	for (int i = 0; i < width; i++, full -= steps) {
		if (full <= 0)
			(void)attrset(b->attributes[PAINT_DIM]);
		if (full <= 0)
			(void)mvaddnwstr(row, column + i, b->utf8 ? L"\x00b7" : L".", 1);
		else if (steps == 1)
			(void)mvaddnwstr(row, column + i, L"#", 1);
		else
			(void)mvaddnwstr(
			    row, column + i, &eighths[full >= 8 ? 7 : full - 1], 1);
	}
	(void)attrset(A_NORMAL);
}

void
draw_spark(const struct brush *b, int row, int column, enum paint paint,
    const uint64_t *values, int count)
{
	static const wchar_t blocks[] =
	    L"\x2581\x2582\x2583\x2584\x2585\x2586\x2587\x2588";
	static const wchar_t plain[] = L".:|";
	const wchar_t *shapes = b->utf8 ? blocks : plain;
	int most_shape = b->utf8 ? 8 : 3;
	uint64_t most = 0;

	for (int i = 0; i < count; i++)
		most = values[i] > most ? values[i] : most;
	(void)attrset(b->attributes[paint]);
	for (int i = 0; i < count; i++) {
		double level = most > 0 ? (double)values[i] / (double)most : 0;
		int shape = (int)(level * most_shape + 0.5);

		if (values[i] == 0)
			continue;
		(void)mvaddnwstr(row, column + i, &shapes[shape > 0 ? shape - 1 : 0], 1);
	}
	(void)attrset(A_NORMAL);
}

const char *
draw_sign(const struct brush *b, const struct sign *s)
{
	return b->utf8 ? s->utf8 : s->ascii;
}
