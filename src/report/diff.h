/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_DIFF_H
#define REPORT_DIFF_H

#include "json.h"

/* Streams of telemetry and diagnostics to one recipient, in the order of time. */
struct cadence_row {
	const char *entity; /* a loan from the side's report or flows */
	size_t streams;
	double
	    gap_s; /* the median of the gaps between their starts; 0 for fewer than 2 */
};

struct cadence {
	size_t count;
	struct cadence_row *rows; /* by entity */
};

struct diff_side {
	json_t *report;
	json_t *recipients; /* by name: objects of the report */
	json_t *hosts;      /* by host: the recipient's name */
	json_t *starts;     /* by recipient: start times in seconds */
	struct cadence cadence;
	const char *capture;
	double minutes; /* of diff_minutes() */
};

struct diff {
	FILE *out;
	const char *heading; /* to be printed before the next line, or NULL */
	bool differ;
	struct diff_side side[2];
};

/* Reads a bundle. 0, or -1 and lines in e. */
int diff_read(struct diff_side *s, const char *folder, struct error *e);
void diff_side_clear(struct diff_side *s);
/*
 * What rates are per minute of, the same for both sides: the call as marked, if it is in
 * both, else as inferred, else the capture. Returns which.
 */
const char *diff_minutes(struct diff_side side[2]);
/* A line of what differs, behind the heading if that is still due. */
void diff_line(struct diff *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The claims of both, matched by policy and topic. */
void diff_outcomes(struct diff *d);

#endif
