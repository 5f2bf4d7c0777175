/* SPDX-License-Identifier: Apache-2.0 */
/* What an unfinished capture was, out and back in. */
#include <stdlib.h>
#include <unistd.h>
#include "files.h"
#include "json.h"

struct run {
	json_t *root; /* owns the texts */
	const char **command, **geoip;
	struct run_facts facts;
};

static json_t *
texts_json(const char *const *texts)
{
	json_t *list = json_array();

	for (; texts != NULL && *texts != NULL; texts++)
		json_list_add(&list, json_text(*texts));
	return list;
}

int
run_write(const struct run_facts *f, FILE *out)
{
	const struct json_entry entries[] = {
		{ "host", json_text(f->host) },
		{ "started", json_text(f->started) },
		{ "interface", json_text(f->interface) },
		{ "programs", json_text(f->programs) },
		{ "command", texts_json(f->command) },
		{ "geoip", texts_json(f->geoip) },
		{ "kept", json_boolean(f->kept) },
	};
	json_t *root = json_map(entries, COUNT_OF(entries));
	int rc = root != NULL ? json_dumpf(root, out, JSON_INDENT(1)) : -1;

	json_decref(root);
	return rc;
}

/* NULL for what is no list. What is no text in it (json_text() made null of it) is "?".
 */
static const char **
texts_take(const json_t *list)
{
	size_t count = json_array_size(list);
	const char **texts =
	    json_is_array(list) ? calloc(count + 1, sizeof(*texts)) : NULL;

	for (size_t i = 0; texts != NULL && i < count; i++) {
		texts[i] = json_string_value(json_array_get(list, i));
		if (texts[i] == NULL)
			texts[i] = "?";
	}
	return texts;
}

static bool
facts_take(struct run *r)
{
	r->command = texts_take(json_object_get(r->root, "command"));
	r->geoip = texts_take(json_object_get(r->root, "geoip"));
	r->facts = (struct run_facts){
		.host = json_text_of(r->root, "host", ""),
		.started = json_text_of(r->root, "started", NULL),
		.interface = json_text_of(r->root, "interface", NULL),
		.programs = json_text_of(r->root, "programs", NULL),
		.command = r->command,
		.geoip = r->geoip,
		.kept = json_is_true(json_object_get(r->root, "kept")),
	};
	return r->facts.started != NULL && r->facts.interface != NULL &&
	       r->command != NULL && r->geoip != NULL;
}

struct run *
run_parse(const char *name, const void *data, size_t length, struct error *e)
{
	struct run *r = calloc(1, sizeof(*r));
	json_error_t fault = { .line = -1 };

	if (r == NULL) {
		error_add(e, name, 0, 0, "out of memory");
		return NULL;
	}
	r->root = json_loadb(data, length, JSON_REJECT_DUPLICATES, &fault);
	if (r->root != NULL && facts_take(r))
		return r;
	if (r->root == NULL)
		json_fault_add(&fault, name, e);
	else
		error_add(e, name, 0, 0,
		    "is no head of a capture: expected started, interface, command, "
		    "geoip");
	run_free(r);
	return NULL;
}

const struct run_facts *
run_facts(const struct run *r)
{
	return &r->facts;
}

void
run_free(struct run *r)
{
	if (r == NULL)
		return;
	json_decref(r->root);
	free(r->command);
	free(r->geoip);
	free(r);
}

bool
run_is_reported(const struct run_facts *f, const char *folder)
{
	struct error ignored = { 0 };
	json_t *report = bundle_report(folder, &ignored);
	const json_t *environment = json_object_get(report, "environment");
	bool same = report != NULL &&
		    strcmp(json_text_of(environment, "started", ""), f->started) == 0 &&
		    strcmp(json_text_of(environment, "host", ""), f->host) == 0 &&
		    strcmp(json_text_of(environment, "interface", ""), f->interface) == 0;

	error_clear(&ignored);
	json_decref(report);
	return same;
}
