/* SPDX-License-Identifier: Apache-2.0 */
/* The screen's parts among themselves. */
#ifndef UI_SCREEN_H
#define UI_SCREEN_H

#define NCURSES_WIDECHAR 1
#include <ncurses.h>
#include "private.h"

#define SCREEN_COLUMNS 80
#define SCREEN_ROWS 24
#define SCREEN_WIDE 140 /* from here on two panels stand side by side */

int64_t screen_clock_ms(void); /* that only goes forward */

/* Drawing. Colours only repeat what signs and words say. */

enum paint {
	PAINT_PLAIN,
	PAINT_BOLD,
	PAINT_DIM,
	PAINT_BAR, /* a line in reverse */
	PAINT_BLUE,
	PAINT_ORANGE,
	PAINT_YELLOW,
	PAINT_ALARM, /* orange and bold */
	PAINTS
};

struct brush {
	bool utf8;
	attr_t attributes[PAINTS];
};

void brush_init(struct brush *b);
/*
 * Text of anybody's into at most `width` columns, marked where it is cut. Gives the
 * columns used.
 */
int draw_text(const struct brush *b, int row, int column, int width, enum paint paint,
    const char *text);
int draw_format(const struct brush *b, int row, int column, int width, enum paint paint,
    const char *format, ...) __attribute__((format(printf, 6, 7)));
/* The same, ending at the column behind. */
void draw_right(const struct brush *b, int row, int behind, int width, enum paint paint,
    const char *text);
/* A heading, and a line to the end of the width. */
void draw_heading(const struct brush *b, int row, int column, int width,
    const char *title, const char *more);
/* `part` of `whole`, never nothing if it is more than 0. */
void draw_bar(const struct brush *b, int row, int column, int width, enum paint paint,
    uint64_t part, uint64_t whole);
/* A column for each value, the highest is full. */
void draw_spark(const struct brush *b, int row, int column, enum paint paint,
    const uint64_t *values, int count);
const char *draw_sign(const struct brush *b, const struct sign *s);

/* Bytes of the last minute, by second, out of what views differ in. */

#define HISTORY_SECONDS 60
#define HISTORY_ROOM 64
#define HISTORY_SAMPLES 8

struct history {
	uint64_t up[HISTORY_ROOM][CATEGORIES]; /* by the second modulo the room */
	int64_t newest;                        /* second; 0: nothing yet */
	struct history_sample {
		int64_t time_ns;
		uint64_t up[CATEGORIES];
	} samples[HISTORY_SAMPLES]; /* oldest first */
	size_t sample_count;
};

void history_add(struct history *h, const struct view *v);
/* Bytes a second of the last three; false if nobody knows yet. */
bool history_rate(const struct history *h, enum category c, uint64_t *rate);
/* The last minute as `count` values, the newest last. */
void history_values(
    const struct history *h, enum category c, uint64_t *values, int count);

/* The screen. */

#define FEED_ROOM 64
#define NOTE_SIZE 400
#define ASKED_ROOM 32

enum screen_mode { MODE_WATCH, MODE_NOTE, MODE_QUIT, MODE_HELP };

struct feed_line {
	char elapsed[WORDS_SIZE];
	char text[4 * VIEW_TEXT];
	bool alarm;
};

struct wish {
	bool waits, on;
	int64_t since_ms;
};

struct screen {
	int views, control; /* control -1: gone */
	struct brush brush;
	struct view view;
	bool seen; /* some view has come */
	int64_t seen_ms;
	struct history history;
	struct watch *watch;
	struct feed_line feed[FEED_ROOM]; /* newest first */
	size_t feed_count;
	struct wish wishes[STATES]; /* asked for, and not in a view yet */
	enum state asked[ASKED_ROOM]; /* requests without a reply, oldest first */
	size_t asked_count;
	enum screen_mode mode;
	char note[NOTE_SIZE];
	char status[CONTROL_LINE], reply[CONTROL_LINE];
	size_t reply_length;
	int64_t status_ms;
	size_t scroll, claim_rows; /* of the claims; as drawn last */
	bool dirty, over;
};

/* What is drawn anew; see doupdate(). */
void screen_draw(struct screen *s);
/* One key; `special`: a KEY_ of curses. */
void screen_key(struct screen *s, wint_t key, bool special);
/* Reads the replies that wait. */
void screen_replies(struct screen *s);
/* A view has come. */
void screen_view(struct screen *s);
/* Wishes that nobody answered are given up, old replies go. True if there were any. */
bool screen_forget(struct screen *s, int64_t now_ms);
/* NULL behind the last. */
const char *screen_keys_help(size_t line, bool utf8);

/* Panels. */

struct panel {
	int row, column, width, height; /* the heading is its first row */
};

typedef void screen_panel(struct screen *s, const struct panel *p);
screen_panel panel_meters, panel_recipients, panel_claims, panel_news;
void panel_title(struct screen *s);
void panel_states(struct screen *s);
void panel_coverage(struct screen *s, int row);
void panel_status(struct screen *s, int row);
void panel_keys(struct screen *s, int row);

#endif
