/* SPDX-License-Identifier: Apache-2.0 */
/* A live capture while it runs: what capture's parts share. */
#ifndef CMD_TAPPING_H
#define CMD_TAPPING_H

#include <callwitness/ui.h>
#include "finish.h"

/* The command line of `capture`. */
struct wishes {
	struct input_options inputs;
	const char *interface, *duration, *keep_size, *keep_time, *snaplen, *buffer;
	const char *socket, *user, *folder, *sign, *fail_on;
	bool keep, promiscuous, plain, json;
};

/* The same as numbers. */
struct limits {
	int64_t duration_ns, keep_span_ns; /* 0: none */
	uint64_t keep_bytes;               /* 0: none */
	unsigned snaplen, buffer_mib;      /* 0: as live_open() chooses */
};

struct tapping {
	const struct wishes *wishes;
	struct limits limits;
	const struct inputs *inputs;
	struct tap_user user;
	char socket[CONTROL_PATH_SIZE], started[TIME_TEXT_SIZE], host[256];
	char programs[256]; /* whose can be told, in words */
	struct run_facts run;
	char **geoip; /* of run: where the databases are, from the root on */
	char *part; /* the journal's folder; NULL without --output */

	struct live *live;
	struct owners *owners;
	struct control *control;
	struct journal *journal; /* NULL without --output */
	struct keep *keep;       /* NULL unless frames are kept */
	struct engine *engine;
	struct marks *marks;
	struct addr_net *locals; /* of the machine, or as given */
	size_t local_count;
	struct live_counts counts; /* as of the last second */

	int signals, views; /* descriptors, -1: none */
	pid_t screen, viewer; /* 0: none; viewer: the child that judges for the screen */
	pid_t compactor;
	int64_t begun_ms, next_second_ms, next_view_ms, viewer_begun_ms;
	int64_t stop_ns; /* frames after it are left out; 0: not yet */

	char ended[256]; /* "": it goes on */
	bool disk_full;
	struct error *e;
};

/* Opens all there is to open, gives up privileges, starts the helpers. 0 or -1 and lines. */
int tapping_open(struct tapping *t);
/* Until something ends it: t->ended says what. */
void tapping_run(struct tapping *t);
/* Stops the helpers and the listening; what was captured stays. */
void tapping_stop(struct tapping *t);
void tapping_free(struct tapping *t);

/* The first reason stands. */
void tapping_end(struct tapping *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int64_t clock_ms(void); /* that only goes forward */
int64_t wall_ns(void);

/* One request of a script or of the screen; see control_handler. */
void tapping_request(void *context, const char *line, char reply[CONTROL_LINE]);

/* Forks a child that judges what there is so far and shows it, if it is time. */
void tapping_view(struct tapping *t);
/* Waits for children that ended. */
void tapping_reap(struct tapping *t);
bool screen_is_wanted(const struct wishes *w);
int screen_start(struct tapping *t);
void screen_stop(struct tapping *t);

/* Writes down the machine's addresses; the same. */
void tapping_save_locals(struct tapping *t);
/* Writes down what happened since; see engine_save(). Ends the capture if it cannot. */
void tapping_save(struct tapping *t, enum engine_save what);
void tapping_compact(struct tapping *t);

/* "90", "90s", "15m", "2h"; "64", "500k", "20M", "4G" (powers of 1024; alone: MiB). 0, or
 * -1 and a line in e that names the option. */
int duration_parse(const char *option, const char *text, int64_t *ns, struct error *e);
int size_parse(const char *option, const char *text, uint64_t *bytes, struct error *e);
int number_parse(const char *option, const char *text, unsigned least, unsigned most,
    unsigned *number, struct error *e);

#endif
