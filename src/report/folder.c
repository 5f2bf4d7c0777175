/* SPDX-License-Identifier: Apache-2.0 */
/* What is in an evidence bundle. */
#include <stdlib.h>
#include "draft.h"
#include "json_inputs.h"
#include "seal.h"
#include "view.h"

#define VIEWS_MAX 8

struct bundle {
	const struct report *report;
	struct draft *draft;
	json_t *json;          /* report.json */
	void *view[VIEWS_MAX]; /* by index in views[]; NULL for what has no file */
};

/* The views that are files; each sees what report.json and flows.ndjson are made of. */
static int
views_begin(struct bundle *b)
{
	for (size_t i = 0; i < VIEWS_MAX && views[i] != NULL; i++)
		if (views[i]->file != NULL &&
		    (b->view[i] = views[i]->begin(b->json)) == NULL)
			return -1;
	return 0;
}

static int
views_flow(struct bundle *b, const json_t *flow)
{
	for (size_t i = 0; i < VIEWS_MAX && views[i] != NULL; i++)
		if (b->view[i] != NULL && views[i]->flow != NULL &&
		    views[i]->flow(b->view[i], flow) != 0)
			return -1;
	return 0;
}

static int
views_write(struct bundle *b)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < VIEWS_MAX && views[i] != NULL; i++) {
		FILE *out = NULL;

		if (b->view[i] == NULL)
			continue;
		if ((out = draft_open(b->draft, views[i]->file)) == NULL)
			return -1;
		rc = draft_close(b->draft, views[i]->write(b->view[i], out));
	}
	return rc;
}

static void
views_end(struct bundle *b)
{
	for (size_t i = 0; i < VIEWS_MAX && views[i] != NULL; i++)
		views[i]->end(b->view[i]);
}

static int
flow_write(struct bundle *b, size_t index, FILE *out)
{
	json_t *flow = json_flow(b->report, &b->report->session->flows[index]);
	int rc = -1;

	if (json_flow_put(flow, out) == 0)
		rc = views_flow(b, flow);
	json_decref(flow);
	return rc;
}

static int
flows_write(struct bundle *b)
{
	FILE *out = draft_open(b->draft, "flows.ndjson");
	int rc = 0;

	if (out == NULL)
		return -1;
	for (size_t i = 0; rc == 0 && i < b->report->session->flow_count; i++)
		rc = flow_write(b, i, out);
	return draft_close(b->draft, rc);
}

static int
report_write(struct bundle *b)
{
	FILE *out = draft_open(b->draft, "report.json");
	int rc = -1;

	if (out == NULL)
		return -1;
	if (json_report_put(b->json, out) == 0)
		rc = views_begin(b);
	return draft_close(b->draft, rc);
}

/* "signatures", "zoom.yaml" or the path of it. */
static int
input_write(struct draft *d, const char *folder, const char *path, const void *data,
    size_t length)
{
	const char *base = strrchr(path, '/');
	char name[512];

	snprintf(
	    name, sizeof(name), "inputs/%s/%s", folder, base != NULL ? base + 1 : path);
	return draft_bytes(d, name, data, length);
}

static int
inputs_copy(const struct report *r, struct draft *d)
{
	const void *data = NULL;
	size_t length = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < signatures_count(r->signatures); i++) {
		const struct signature *s = signatures_at(r->signatures, i);

		data = signature_bytes(s, &length);
		rc = input_write(d, "signatures", s->path, data, length);
	}
	for (size_t i = 0; rc == 0 && i < r->judgement_count; i++) {
		const struct policy *p = r->judgements[i]->policy;

		data = policy_bytes(p, &length);
		rc = input_write(d, "policies", p->path, data, length);
	}
	for (size_t i = 0;
	     r->ontologies != NULL && rc == 0 && i < ontologies_files(r->ontologies);
	     i++) {
		const char *name = ontologies_file(r->ontologies, i, &data, &length);

		rc = input_write(d, "ontology", name, data, length);
	}
	return rc;
}

/* The policies by the names of their files, however they were asked for. */
static int
options_write(const struct report *r, struct draft *d)
{
	const char **names = calloc(r->judgement_count + 1, sizeof(*names));
	struct report_options options = r->options;
	FILE *out = draft_open(d, "inputs/options.json");
	int rc = -1;

	for (size_t i = 0; names != NULL && i < r->judgement_count; i++)
		names[i] = r->judgements[i]->policy->name;
	options.policies = names;
	options.policy_count = r->judgement_count;
	if (out != NULL)
		rc = draft_close(d, names != NULL ? inputs_write(&options, out) : -1);
	free(names);
	return rc;
}

static int
marks_copy(const struct report *r, struct draft *d)
{
	const struct marks *marks = r->session->input.marks;
	size_t length = 0;
	const void *data = marks != NULL ? marks_bytes(marks, &length) : NULL;

	return data != NULL ? draft_bytes(d, "marks.yaml", data, length) : 0;
}

/* The sums of all files, and the signature of the sums. */
static int
seal_write(struct draft *d, const struct seal_secret *secret)
{
	char public[SEAL_PUBLIC_SIZE], *sums = NULL, *signature = NULL;
	size_t length = 0;
	int rc = -1;

	if (secret != NULL) {
		seal_public_text(secret, public);
		if (draft_bytes(d, "signer.pub", public, strlen(public)) != 0)
			return -1;
	}
	if ((sums = draft_sums(d, &length)) != NULL)
		rc = draft_bytes(d, "SHA256SUMS", sums, length);
	if (rc == 0 && secret != NULL) {
		FILE *out = draft_open(d, "SHA256SUMS.minisig");

		signature = seal_sign(secret, sums, length);
		if (out != NULL)
			rc = draft_close(d,
			    signature != NULL && fputs(signature, out) != EOF ? 0 : -1);
		else
			rc = -1;
	}
	free(sums);
	free(signature);
	return rc;
}

static int
kept_take(struct draft *d, const char *kept)
{
	return kept != NULL ? draft_take(d, "capture.pcapng", kept) : 0;
}

int
report_folder_with(const struct report *r, const char *folder, const char *kept,
    const struct seal_secret *secret, struct error *e)
{
	struct bundle b = { .report = r, .draft = draft_begin(folder, e) };
	int rc = -1;

	if (b.draft == NULL)
		return -1;
	b.json = json_report(r);
	if (report_write(&b) == 0 && flows_write(&b) == 0 && views_write(&b) == 0 &&
	    marks_copy(r, b.draft) == 0 && inputs_copy(r, b.draft) == 0 &&
	    options_write(r, b.draft) == 0 && kept_take(b.draft, kept) == 0 &&
	    seal_write(b.draft, secret) == 0)
		rc = draft_commit(b.draft);
	views_end(&b);
	json_decref(b.json);
	draft_free(b.draft);
	return rc;
}

int
report_folder(const struct report *r, const char *folder,
    const struct seal_secret *secret, struct error *e)
{
	return report_folder_with(r, folder, NULL, secret, e);
}

int
report_folder_check(const char *folder, struct error *e)
{
	struct draft *d = draft_begin(folder, e);

	draft_free(d);
	return d != NULL ? 0 : -1;
}
