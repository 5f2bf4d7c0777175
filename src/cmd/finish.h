/* SPDX-License-Identifier: Apache-2.0 */
/* A live capture's beginning and end on the disk: what capture and recover share. */
#ifndef CMD_FINISH_H
#define CMD_FINISH_H

#include <callwitness/tap.h>
#include "run.h"

/*
 * Writes what a recovery needs before the first frame: inputs/ of the journal's folder and
 * the HEAD. 0, or -1 and a line in e.
 */
int finish_prepare(struct journal *j, const char *part, const struct inputs *in,
    const struct run_facts *run, struct error *e);

struct finish {
	const char *bundle, *part; /* NULL: nothing is written */
	const struct run_facts *run;
	const char *ended;               /* in words */
	const struct marks *marks;       /* as a file has them; or NULL */
	const struct live_counts *counts;
	bool damaged;                    /* the last moment may be missing */
	const struct seal_secret *secret;
	/* Set by finish_judge(): frames are kept, and every one of them is. */
	bool kept, whole;
};

/*
 * Ends the engine, judges, and makes the kept files one, with labels; only the engine of j
 * is set before. 0, or -1 and lines in e with nothing lost. judged_free() is due either way.
 */
int finish_judge(struct judged *j, const struct inputs *in, struct finish *how,
    struct error *e);
/* Writes the bundle and removes the journal's folder. The same. */
int finish_write(const struct judged *j, const struct finish *how, struct error *e);
/* Both. */
int finish_live(
    struct judged *j, const struct inputs *in, struct finish *how, struct error *e);
/* Marks as text for a file, for the caller to free; NULL when memory is full. */
char *finish_marks_text(const struct marks *m, size_t *length);
/* Marks as a bundle has them, a file of their own; NULL if there are none. 0 or -1. */
int finish_marks(const struct marks *m, struct marks **out, struct error *e);
/* "PART/capture.pcapng", for the caller to free. */
char *finish_kept(const char *part);

#endif
