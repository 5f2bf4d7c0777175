/* SPDX-License-Identifier: Apache-2.0 */
/* From options to a judged capture: what replay, its batches and verify share. */
#ifndef CMD_RUN_H
#define CMD_RUN_H

#include "cmd.h"

struct input_options {
	const char *app, *filter, *signatures, *ontology, *marks, *process;
	struct words policies, locals, geoip;
};

/* All that is loaded before the first packet is read. */
struct inputs {
	struct signatures *signatures;
	const struct signature *app;
	struct addr_net *locals;
	struct ontologies *ontologies; /* NULL without policies */
	size_t policy_count;
	struct policy **policies;
	struct marks *marks; /* NULL: none */
	struct geo *geo;     /* NULL: none */
	const struct input_options *options;
};

/* EXIT_FINE; else all errors in e, and EXIT_USAGE for an option's value or EXIT_INPUT. */
enum exit_code inputs_load(struct inputs *in, const struct input_options *options, struct error *e);
void inputs_free(struct inputs *in);

/* Capture files as one timeline, read to their end and judged. */
struct judged {
	struct capture *capture; /* NULL when live */
	size_t file_count;
	struct capture_file *files; /* freed with it */
	struct engine *engine;
	size_t judgement_count;
	struct judgement **judgements;
	struct report report;
	char started[TIME_TEXT_SIZE], host[256];
};

struct judge_options {
	const struct marks *marks;
	const char *const *command; /* for the report's environment */
	bool digest;                /* a report will be written: hash the files */
	bool progress;
	/* Of a live capture, else NULL: how it ended, in words; where it listened. */
	const char *ended, *interface;
};

/* 0, or -1 and lines in e. judged_free() is due either way. */
int judged_make(struct judged *j, const struct inputs *in, const struct words *files,
    const struct judge_options *options, struct error *e);
/*
 * The last steps alone: ends the engine, judges, fills the report. Engine, files and
 * file_count are set, and started if it is to be told. 0, or -1 and a line in e.
 */
int judged_finish(struct judged *j, const struct inputs *in,
    const struct judge_options *options, uint64_t drops, bool damaged, struct error *e);
void judged_free(struct judged *j);

/*
 * Writes a bundle, see report_folder(). A signal that ends the program waits until it is
 * whole: no part of one stays behind.
 */
int bundle_write(const struct report *r, const char *folder,
    const struct seal_secret *secret, struct error *e);
/* The same with kept frames, see report_folder_with(). */
int bundle_write_with(const struct report *r, const char *folder, const char *kept,
    const struct seal_secret *secret, struct error *e);

/* The summary, or report.json, to standard output. `folder`: of the bundle, or NULL. */
int judged_print(const struct judged *j, const char *folder, bool json);

/* What counts as a finding for the exit code. */
struct fail_on {
	bool contradicted, omitted;
};

/* "contradicted,omitted", one of them, or "never". -1 and a line in e. */
int fail_on_parse(const char *text, struct fail_on *out, struct error *e);

struct counts {
	size_t claims, supported, contradicted, omitted;
};

/* Over all policies; omitted: streams that are accused. */
void judged_counts(const struct judged *j, struct counts *out);
enum exit_code counts_code(const struct counts *c, const struct fail_on *fail_on);

/* A bundle for each capture of files and folders, made by `jobs` processes at a time. */
struct each_options {
	const char *folder; /* of the bundles */
	unsigned jobs;
	const struct seal_secret *secret;
	struct fail_on fail_on;
	const char *const *command;
};

enum exit_code replay_each(const struct inputs *in, const struct words *paths,
    const struct each_options *options, struct error *e);

#endif
