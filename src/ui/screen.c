/* SPDX-License-Identifier: Apache-2.0 */
/* The screen's process: views, replies and keys in, a terminal out. */
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "screen.h"

#define DRAW_MS 100   /* no more often */
#define CLOCK_MS 1000 /* the age of what is shown, and wishes, are looked at */
#define ESCAPE_MS 25  /* for the rest of a key that begins with Esc */
#define DEAF_MOST 16  /* so often keys wait that are none: the terminal is gone */

int64_t
screen_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The capture itself handles these, and hangs up. */
static void
signals_leave(void)
{
	static const int left[] = { SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGQUIT, SIGPIPE };
	sigset_t resize;

	for (size_t i = 0; i < COUNT_OF(left); i++)
		signal(left[i], SIG_IGN);
	sigemptyset(&resize);
	sigaddset(&resize, SIGWINCH);
	sigprocmask(SIG_UNBLOCK, &resize, NULL);
}

static void
feed_add(void *context, bool alarm, const char *line)
{
	struct screen *s = context;
	struct feed_line *newest = &s->feed[0];

	if (s->feed_count < FEED_ROOM)
		s->feed_count++;
	memmove(newest + 1, newest, (s->feed_count - 1) * sizeof(*newest));
	newest->alarm = alarm;
	elapsed_text(&s->view, newest->elapsed);
	text_fit(newest->text, sizeof(newest->text), line);
}

void
screen_view(struct screen *s)
{
	s->seen = true;
	s->seen_ms = screen_clock_ms();
	s->dirty = true;
	history_add(&s->history, &s->view);
	watch_view(s->watch, &s->view, feed_add, s);
	for (int i = 0; i < STATES; i++)
		if (s->wishes[i].on == s->view.on[i])
			s->wishes[i].waits = false;
}

/* Keys that wait. False if there was none. */
static bool
keys_read(struct screen *s)
{
	bool any = false;
	wint_t key = 0;
	int kind = ERR;

	while ((kind = get_wch(&key)) != ERR) {
		screen_key(s, key, kind == KEY_CODE_YES);
		any = true;
	}
	return any;
}

static void
screen_wait(struct screen *s, int timeout_ms, unsigned *deaf)
{
	struct pollfd waits[] = {
		{ .fd = s->views, .events = POLLIN },
		{ .fd = s->control, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
	};
	enum arrival arrival = ARRIVAL_NONE;

	if (poll(waits, COUNT_OF(waits), timeout_ms) < 0) {
		if (errno != EINTR)
			s->over = true;
		(void)keys_read(s); /* a new size comes as a key */
		return;
	}
	if (waits[0].revents != 0)
		arrival = view_receive(s->views, &s->view);
	if (arrival == ARRIVAL_VIEW)
		screen_view(s);
	if (waits[1].revents != 0)
		screen_replies(s);
	if (waits[2].revents != 0 && !keys_read(s))
		++*deaf;
	else if (waits[2].revents != 0)
		*deaf = 0;
	s->over = s->over || arrival == ARRIVAL_END || *deaf > DEAF_MOST ||
		  (waits[2].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

/* Draws when something changed, and once a second when what is shown grows old. */
static void
screen_loop(struct screen *s)
{
	int64_t drawn_ms = 0, clock_ms = screen_clock_ms();
	unsigned deaf = 0;

	s->dirty = true;
	while (!s->over) {
		int64_t now_ms = screen_clock_ms(),
			wait_ms = clock_ms + CLOCK_MS - now_ms;

		if (s->dirty && now_ms - drawn_ms >= DRAW_MS) {
			s->dirty = false;
			drawn_ms = now_ms;
			screen_draw(s);
		}
		if (wait_ms <= 0) {
			clock_ms = now_ms;
			wait_ms = CLOCK_MS;
			if (screen_forget(s, now_ms) ||
			    (s->seen && now_ms - s->seen_ms >= CLOCK_MS))
				s->dirty = true;
		}
		if (s->dirty && drawn_ms + DRAW_MS - now_ms < wait_ms)
			wait_ms = drawn_ms + DRAW_MS - now_ms;
		screen_wait(s, wait_ms > 0 ? (int)wait_ms : 0, &deaf);
	}
}

static SCREEN *
terminal_open(void)
{
	SCREEN *terminal = NULL;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return NULL;
	(void)setlocale(LC_CTYPE, "");
	terminal = newterm(NULL, stdout, stdin);
	if (terminal == NULL)
		return NULL;
	(void)set_escdelay(ESCAPE_MS);
	(void)cbreak();
	(void)noecho();
	(void)keypad(stdscr, TRUE);
	(void)nodelay(stdscr, TRUE);
	(void)curs_set(0);
	return terminal;
}

int
screen_run(int views, int control)
{
	struct screen *s = calloc(1, sizeof(*s));
	struct watch *w = watch_new();
	SCREEN *terminal = NULL;
	int rc = -1;

	if (s == NULL || w == NULL)
		goto out;
	signals_leave();
	terminal = terminal_open();
	if (terminal == NULL)
		goto out;
	s->views = views;
	s->control = control;
	s->watch = w;
	brush_init(&s->brush);
	screen_loop(s);
	(void)endwin();
	delscreen(terminal);
	rc = 0;
out:
	watch_free(w);
	free(s);
	return rc;
}
