/* SPDX-License-Identifier: Apache-2.0 */
/* inputs/options.json: what was asked for, out and back in. */
#include <errno.h>
#include <stdlib.h>
#include "files.h"
#include "json.h"
#include "json_inputs.h"

#define OPTIONS_MAX_BYTES (1 << 20)

struct report_inputs {
	json_t *root; /* owns the texts */
	const char **locals, **policies;
	struct report_options options;
};

static json_t *
texts_json(const char *const *texts, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_list_add(&list, json_text(texts[i]));
	return list;
}

int
inputs_write(const struct report_options *o, FILE *out)
{
	const struct json_entry entries[] = {
		{ "app", json_text(o->app) },
		{ "filter", json_text(o->filter) },
		{ "locals", texts_json(o->locals, o->local_count) },
		{ "policies", texts_json(o->policies, o->policy_count) },
		{ "process", json_text(o->process) },
	};
	json_t *root = json_map(entries, COUNT_OF(entries));
	int rc = -1;

	if (root != NULL && json_dumpf(root, out, JSON_INDENT(1)) == 0 &&
	    fputc('\n', out) != EOF)
		rc = 0;
	json_decref(root);
	return rc;
}

static bool
is_text_or_null(const json_t *value)
{
	return json_is_string(value) || json_is_null(value);
}

/* Bundles of earlier versions know no programs. */
static bool
is_text_or_absent(const json_t *value)
{
	return value == NULL || is_text_or_null(value);
}

static bool
is_texts(const json_t *value)
{
	if (!json_is_array(value))
		return false;
	for (size_t i = 0; i < json_array_size(value); i++)
		if (!json_is_string(json_array_get(value, i)))
			return false;
	return true;
}

/* Names of files in inputs/policies/ become paths: none may lead out of there. */
static bool
is_names(const json_t *value)
{
	if (!is_texts(value))
		return false;
	for (size_t i = 0; i < json_array_size(value); i++)
		if (strchr(json_string_value(json_array_get(value, i)), '/') != NULL)
			return false;
	return true;
}

static int
options_check(const char *name, const json_t *root, struct error *e)
{
	static const struct {
		const char *key, *expected;
		bool (*is)(const json_t *);
	} keys[] = { { "app", "a text or null", is_text_or_null },
		{ "filter", "a text or null", is_text_or_null },
		{ "locals", "a list of texts", is_texts },
		{ "policies", "a list of names", is_names },
		{ "process", "a text or null", is_text_or_absent } };
	size_t before = e->count, known = 0;

	if (!json_is_object(root)) {
		error_add(e, name, 0, 0,
		    "is no object: expected app, filter, locals, policies, process");
		return -1;
	}
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		const json_t *value = json_object_get(root, keys[i].key);

		known += value != NULL;
		if (!keys[i].is(value))
			error_add(e, name, 0, 0, "'%s': expected %s", keys[i].key,
			    keys[i].expected);
	}
	if (json_object_size(root) > known)
		error_add(e, name, 0, 0,
		    "has more keys than app, filter, locals, policies, process");
	return e->count == before ? 0 : -1;
}

/* Loans of the texts; for the caller to free. */
static const char **
texts_take(const json_t *list)
{
	size_t count = json_array_size(list);
	const char **texts = calloc(count ? count : 1, sizeof(*texts));

	for (size_t i = 0; texts != NULL && i < count; i++)
		texts[i] = json_string_value(json_array_get(list, i));
	return texts;
}

static int
options_take(struct report_inputs *in)
{
	const json_t *locals = json_object_get(in->root, "locals");
	const json_t *policies = json_object_get(in->root, "policies");

	in->locals = texts_take(locals);
	in->policies = texts_take(policies);
	in->options = (struct report_options){
		.app = json_string_value(json_object_get(in->root, "app")),
		.filter = json_string_value(json_object_get(in->root, "filter")),
		.local_count = json_array_size(locals),
		.locals = in->locals,
		.policy_count = json_array_size(policies),
		.policies = in->policies,
		.process = json_string_value(json_object_get(in->root, "process")),
	};
	return in->locals != NULL && in->policies != NULL ? 0 : -1;
}

struct report_inputs *
inputs_parse(const char *name, const char *data, size_t length, struct error *e)
{
	struct report_inputs *in = calloc(1, sizeof(*in));
	json_error_t fault = { .line = -1 };

	if (in != NULL)
		in->root = json_loadb(data, length, JSON_REJECT_DUPLICATES, &fault);
	if (in == NULL) {
		error_add(e, name, 0, 0, "out of memory");
	} else if (in->root == NULL) {
		json_fault_add(&fault, name, e);
	} else if (options_check(name, in->root, e) == 0) {
		if (options_take(in) == 0)
			return in;
		error_add(e, name, 0, 0, "out of memory");
	}
	report_inputs_free(in);
	return NULL;
}

struct report_inputs *
report_inputs_load(const char *folder, struct error *e)
{
	char *path = path_join(folder, "inputs/options.json"), *data = NULL;
	struct report_inputs *in = NULL;
	size_t length = 0;

	if (path != NULL && file_read(path, OPTIONS_MAX_BYTES, &data, &length) == 0)
		in = inputs_parse(path, data, length, e);
	else
		error_add(e, path ? path : folder, 0, 0, "cannot be read: %s",
		    path ? strerror(errno) : "out of memory");
	free(path);
	free(data);
	return in;
}

const struct report_options *
report_inputs_options(const struct report_inputs *in)
{
	return &in->options;
}

void
report_inputs_free(struct report_inputs *in)
{
	if (in == NULL)
		return;
	json_decref(in->root);
	free(in->locals);
	free(in->policies);
	free(in);
}
