/* SPDX-License-Identifier: Apache-2.0 */
/* A bundle against what its captures give again: every value that differs. */
#include <stdlib.h>
#include "files.h"
#include "json.h"
#include "view.h"

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
	json_t *path = NULL;

	if (c->count++ >= NAMED)
		return;
	value_text(kept, before, sizeof(before));
	value_text(derived, after, sizeof(after));
	path = json_text(c->path); /* of names in the bundle: anybody's */
	json_clean(path);
	error_add(c->error, c->file, 0, 0, "%s is %s, derived again it is %s",
	    json_is_string(path) ? json_string_value(path) : "a value", before, after);
	json_decref(path);
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

/* The same as for captures: without the same databases no country is the same. */
static bool
places_differ(const json_t *kept, const json_t *derived, struct error *e)
{
	const json_t *before = json_object_get(json_object_get(kept, "inputs"), "geoip");
	const json_t *after =
	    json_object_get(json_object_get(derived, "inputs"), "geoip");
	char text[128];

	if (json_equal(before, after))
		return false;
	value_text(before, text, sizeof(text));
	error_add(
	    e, "--geoip", 0, 0, "names other databases than the bundle's: %s", text);
	return true;
}

static int
report_values(struct compare *c, const struct report *r, const char *folder)
{
	json_t *kept = bundle_report(folder, c->error), *derived = NULL;
	int rc = -1;

	if (kept != NULL && (derived = json_report(r)) == NULL)
		error_add(c->error, folder, 0, 0, "out of memory");
	if (derived != NULL && !places_differ(kept, derived, c->error)) {
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

/* Other captures give other values all over: that they are others is all there is to say.
 * The number of those that are, or -1. */
static int
captures_differ(const struct report *r, const char *folder, struct error *e)
{
	json_t *kept = bundle_report(folder, e);
	const json_t *files = json_object_get(json_object_get(kept, "capture"), "files");
	size_t count = r->file_count;
	int differ = kept != NULL ? 0 : -1;

	if (kept != NULL)
		json_clean(kept);
	if (kept != NULL && json_array_size(files) != count) {
		error_add(e, folder, 0, 0,
		    "is about %zu capture file%s: expected the same, in the same order",
		    json_array_size(files), json_array_size(files) == 1 ? "" : "s");
		differ = 1;
	}
	for (size_t i = 0; differ >= 0 && i < json_array_size(files) && i < count; i++) {
		const struct capture_file *file = &r->files[i];
		const json_t *known = json_array_get(files, i);
		const char *sha256 = json_text_of(known, "sha256", "not known");

		if (strcmp(sha256, file->sha256) == 0)
			continue;
		error_add(e, file->name, 0, 0,
		    "is another capture, with SHA-256 %s: the bundle is about %s, with "
		    "%s",
		    file->sha256, json_text_of(known, "name", "one without a name"),
		    sha256);
		differ++;
	}
	json_decref(kept);
	return differ;
}

/* What people read must be made of the records, which the captures were held against. */
static int
view_differs(const struct view *view, const char *folder, struct error *e)
{
	char *path = path_join(folder, view->file), *kept = NULL, *made = NULL;
	size_t made_size = 0, kept_size = 0;
	FILE *out = open_memstream(&made, &made_size);
	int rc = -1;

	if (path == NULL || out == NULL)
		error_add(e, folder, 0, 0, "out of memory");
	else
		rc = report_view(folder, view->name, out, e);
	if (out != NULL && fclose(out) != 0)
		rc = -1;
	if (rc == 0 &&
	    (file_read(path, made_size, &kept, &kept_size) != 0 ||
		kept_size != made_size || memcmp(kept, made, kept_size) != 0)) {
		error_add(e, view->file, 0, 0,
		    "is not what this program makes of report.json and flows.ndjson");
		rc = 1;
	}
	free(kept);
	free(made);
	free(path);
	return rc;
}

static int
views_differ(const char *folder, struct error *e)
{
	int differ = 0;

	for (size_t i = 0; differ >= 0 && views[i] != NULL; i++) {
		int rc = views[i]->file != NULL ? view_differs(views[i], folder, e) : 0;

		differ = rc < 0 ? -1 : differ + rc;
	}
	return differ;
}

int
report_compare(const struct report *r, const char *folder, struct error *e)
{
	struct compare report = { .file = "report.json", .error = e };
	struct compare flows = { .file = "flows.ndjson", .error = e };
	int pages = 0;

	if (captures_differ(r, folder, e) != 0 ||
	    report_values(&report, r, folder) != 0 ||
	    flows_values(&flows, r, folder) != 0 || (pages = views_differ(folder, e)) < 0)
		return -1;
	if (report.count > NAMED || flows.count > NAMED)
		error_add(e, folder, 0, 0, "%zu values differ, the first are named",
		    report.count + flows.count);
	return report.count + flows.count == 0 && pages == 0 ? 0 : -1;
}
