/* SPDX-License-Identifier: Apache-2.0 */
/* A bundle against what its captures give again: every value that differs. */
#include <stdlib.h>
#include "json.h"

/* So many differences are named. */
#define NAMED 20

struct compare {
	const char *file;
	struct error *error;
	size_t count;
	char path[512];
};

static void
value_text(const json_t *value, char *text, size_t size)
{
	char *written =
	    value != NULL ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	snprintf(text, size, "%.100s%s", written != NULL ? written : "nothing",
	    written != NULL && strlen(written) > 100 ? "…" : "");
	free(written);
}

static void
differs(struct compare *c, const json_t *kept, const json_t *derived)
{
	char before[128], after[128];

	if (c->count++ >= NAMED)
		return;
	value_text(kept, before, sizeof(before));
	value_text(derived, after, sizeof(after));
	error_add(c->error, c->file, 0, 0, "%s is %s, derived again it is %s", c->path,
	    before, after);
}

/* What makes an item of a list known to people: a claim's name instead of its number. */
static const char *
item_name(const json_t *item)
{
	static const char *const keys[] = { "policy", "claim", "gate", "entity" };

	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		const char *name = json_string_value(json_object_get(item, keys[i]));

		if (name != NULL)
			return name;
	}
	return NULL;
}

static void values(struct compare *c, const json_t *kept, const json_t *derived);

/* Goes one step down and back. */
static void
step(struct compare *c, const char *name, size_t index, const json_t *kept,
    const json_t *derived)
{
	size_t length = strlen(c->path);

	if (name != NULL)
		snprintf(c->path + length, sizeof(c->path) - length, "%s%s",
		    length ? "." : "", name);
	else
		snprintf(c->path + length, sizeof(c->path) - length, "[%zu]", index);
	values(c, kept, derived);
	c->path[length] = '\0';
}

static void
objects(struct compare *c, const json_t *kept, const json_t *derived)
{
	const char *key = NULL;
	json_t *value = NULL;

	json_object_foreach((json_t *)(uintptr_t)kept, key, value)
	    step(c, key, 0, value, json_object_get(derived, key));
	json_object_foreach((json_t *)(uintptr_t)derived, key,
	    value) if (json_object_get(kept, key) == NULL) step(c, key, 0, NULL, value);
}

static void
arrays(struct compare *c, const json_t *kept, const json_t *derived)
{
	size_t most = json_array_size(kept);

	if (json_array_size(derived) > most)
		most = json_array_size(derived);
	for (size_t i = 0; i < most; i++) {
		const json_t *before = json_array_get(kept, i);

		step(c, item_name(before), i, before, json_array_get(derived, i));
	}
}

static void
values(struct compare *c, const json_t *kept, const json_t *derived)
{
	if (json_equal(kept, derived))
		return;
	if (json_is_object(kept) && json_is_object(derived))
		objects(c, kept, derived);
	else if (json_is_array(kept) && json_is_array(derived))
		arrays(c, kept, derived);
	else
		differs(c, kept, derived);
}

/* A capture may have another name by now, and every run has its own environment. */
static void
report_strip(json_t *report)
{
	json_t *file = NULL;
	size_t i = 0;

	json_object_del(report, "environment");
	json_array_foreach(json_object_get(json_object_get(report, "capture"), "files"),
	    i, file) json_object_del(file, "name");
}

static int
report_values(struct compare *c, const struct report *r, const char *folder)
{
	json_t *kept = bundle_report(folder, c->error), *derived = NULL;
	int rc = -1;

	if (kept != NULL && (derived = json_report(r)) == NULL)
		error_add(c->error, folder, 0, 0, "out of memory");
	if (derived != NULL) {
		report_strip(kept);
		report_strip(derived);
		values(c, kept, derived);
		rc = 0;
	}
	json_decref(kept);
	json_decref(derived);
	return rc;
}

struct flows {
	struct compare *compare;
	const struct report *report;
	size_t next;
};

static int
flow_values(void *context, const json_t *kept)
{
	struct flows *f = context;
	const struct session *s = f->report->session;
	json_t *derived = NULL;

	if (f->next < s->flow_count)
		derived = json_flow(f->report, &s->flows[f->next]);
	f->next++;
	snprintf(f->compare->path, sizeof(f->compare->path), "flow %zu", f->next);
	values(f->compare, kept, derived);
	json_decref(derived);
	return 0;
}

static int
flows_values(struct compare *c, const struct report *r, const char *folder)
{
	struct flows f = { c, r, 0 };

	if (bundle_flows(folder, flow_values, &f, c->error) != 0)
		return -1;
	if (f.next < r->session->flow_count) {
		c->count++;
		error_add(c->error, c->file, 0, 0,
		    "has %zu flows, derived again it is %zu", f.next,
		    r->session->flow_count);
	}
	return 0;
}

int
report_compare(const struct report *r, const char *folder, struct error *e)
{
	struct compare report = { .file = "report.json", .error = e };
	struct compare flows = { .file = "flows.ndjson", .error = e };

	if (report_values(&report, r, folder) != 0 ||
	    flows_values(&flows, r, folder) != 0)
		return -1;
	if (report.count > NAMED || flows.count > NAMED)
		error_add(e, folder, 0, 0, "%zu values differ, the first are named",
		    report.count + flows.count);
	return report.count + flows.count == 0 ? 0 : -1;
}
