/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of a judged session: a summary for people, records for machines. */
#ifndef CALLWITNESS_REPORT_H
#define CALLWITNESS_REPORT_H

#include <callwitness/session.h>

/* Facts of this run and machine: the only part of a report that two runs may differ in.
 */
struct report_environment {
	const char *host, *started;
	const char *const *command; /* NULL-terminated */
};

struct report {
	const struct session *session;
	const struct signatures *signatures;
	const struct capture *capture; /* its files, read to the end */
	struct report_environment environment;
};

struct summary_style {
	bool color, utf8;
	unsigned recipients; /* at most this many are shown */
};

/* The terminal summary. */
void report_summary(const struct report *r, const struct summary_style *style, FILE *out);
/* report.json and flows.ndjson. 0, or -1 when memory ran out or out failed. */
int report_json(const struct report *r, FILE *out);
int report_flows(const struct report *r, FILE *out);
/*
 * Writes report.json and flows.ndjson into a folder, made if missing: each under a
 * temporary name, fsynced, renamed. 0, or -1 and lines in e.
 */
int report_folder(const struct report *r, const char *folder, struct error *e);
/* Reads flows.ndjson of a folder and writes flow `id` for people. 0, or -1 and lines in
 * e. */
int report_explain(const char *folder, unsigned long id, FILE *out, struct error *e);

/* "12.3 kB" into text (16 bytes); returns text. */
const char *size_text(uint64_t bytes, char text[16]);

#endif
