/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of a judged session: a summary for people, records for machines. */
#ifndef CALLWITNESS_REPORT_H
#define CALLWITNESS_REPORT_H

#include <callwitness/policy.h>

/* Facts of this run and machine: the only part of a report that two runs may differ in.
 */
struct report_environment {
	const char *host, *started;
	const char *const *command; /* NULL-terminated */
	/* Of a live capture, else NULL: how it ended, in words; where it listened. */
	const char *ended, *interface;
	const char *programs; /* whose programs could be told, in words; or NULL */
};

/* What was asked for, as far as it changes the answer: enough to ask again. */
struct report_options {
	const char *app, *filter, *process; /* or NULL */
	size_t local_count;
	const char *const *locals;
	size_t policy_count;
	const char *const *policies; /* names, in order */
};

struct report {
	const struct session *session;
	const struct signatures *signatures;
	size_t file_count;
	const struct capture_file *files; /* complete; of a live capture the kept file */
	const struct ontologies *ontologies; /* NULL without policies */
	size_t judgement_count;
	const struct judgement *const *judgements; /* one for each policy, in order */
	struct report_options options;
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
 * Writes the whole bundle: into a folder beside it, which then takes its name; what was
 * there before goes if it was a bundle, else it is an error. `secret` signs it; NULL
 * leaves it unsigned. 0, or -1 and lines in e.
 */
struct seal_secret;
int report_folder(const struct report *r, const char *folder,
    const struct seal_secret *secret, struct error *e);
/* The same with the kept frames as capture.pcapng: `kept` is moved there; or NULL. */
int report_folder_with(const struct report *r, const char *folder, const char *kept,
    const struct seal_secret *secret, struct error *e);
/* Whether it could be written, before any work is done for it. 0, or -1 and a line in e. */
int report_folder_check(const char *folder, struct error *e);
/*
 * A view of a bundle's report.json and flows.ndjson: "html", "md", "json", "csv",
 * "claims-csv" or "oscal". -1 and lines in e, also for an unknown format.
 */
int report_view(const char *folder, const char *format, FILE *out, struct error *e);
/* The formats' names, NULL-terminated. */
extern const char *const report_formats[];
/*
 * Compares what two bundles say of their calls: hosts, categories, bytes a minute,
 * cadence, outcomes. 1 if they differ, 0 if not, -1 and lines in e.
 */
int report_diff(const char *before, const char *after, FILE *out, struct error *e);
/* Compares two policies: claims added, gone, reworded, moved. 1 if they differ. */
int report_diff_policies(
    const struct policy *before, const struct policy *after, FILE *out);
/*
 * Whether what was derived again says what the bundle says, `environment` aside, and its
 * pages for people say it, too: every difference is a line in e. 0 or -1.
 */
int report_compare(const struct report *r, const char *folder, struct error *e);
/* The options of a bundle, to derive it again. Owned by the caller. */
struct report_inputs;
struct report_inputs *report_inputs_load(const char *folder, struct error *e);
const struct report_options *report_inputs_options(const struct report_inputs *in);
void report_inputs_free(struct report_inputs *in);

/*
 * Writes inputs/ of an unfinished capture's folder as they will be in the bundle, for
 * report_inputs_load(). Of the judgements only their policies are looked at. 0 or -1 and a
 * line in e.
 */
int report_inputs_save(const struct report *r, const char *folder, struct error *e);

/* What the report of a live capture needs and neither packets nor options tell. */
struct run_facts {
	const char *host, *started, *interface, *programs;
	const char *const *command; /* NULL-terminated, as is geoip */
	const char *const *geoip;   /* paths of databases */
	bool kept;                  /* frames are kept */
};

/* As JSON. 0, or -1 when memory ran out or out failed. */
int run_write(const struct run_facts *f, FILE *out);
/* The same back, NULL and a line in e. */
struct run;
struct run *run_parse(const char *name, const void *data, size_t length, struct error *e);
const struct run_facts *run_facts(const struct run *r);
void run_free(struct run *r);
/* Whether a bundle with the report of this run is there. */
bool run_is_reported(const struct run_facts *f, const char *folder);

/* Seals: SHA256SUMS, and Ed25519 signatures in minisign's format. */

/*
 * New key files as minisign's: `password` NULL leaves the secret key unencrypted. Refuses
 * to replace files. 0, or -1 and lines in e.
 */
int seal_keygen(const char *public_path, const char *secret_path, const char *password,
    struct error *e);
/*
 * `ask` is called for the password if the key is encrypted: memory that is wiped and
 * freed after use, or NULL if there is none.
 */
struct seal_secret *seal_secret_load(
    const char *path, char *(*ask)(void), struct error *e);
void seal_secret_free(struct seal_secret *s);
/*
 * Checks every file of a bundle against SHA256SUMS, that no file is missing or was added,
 * and the signature, if there is one: with the key at `public_path`, or else the bundle's
 * own signer.pub, which shows that nothing changed since, not who signed. *signer says in
 * one sentence what the signature proves. 0; or 1 and each fault a line in e; or -1 and
 * lines in e if it could not be checked: no bundle, or no key.
 */
int seal_verify(
    const char *folder, const char *public_path, char signer[256], struct error *e);

/*
 * For people: a flow by its number, out of flows.ndjson; or a claim by its name, or by
 * "policy:claim", out of report.json, with its streams, rules and frames. 0, or -1 and
 * lines in e.
 */
int report_explain(const char *folder, const char *what, FILE *out, struct error *e);

#endif
