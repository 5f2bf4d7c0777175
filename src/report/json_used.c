/* SPDX-License-Identifier: Apache-2.0 */
/* What the answer was made with, beside the capture and the signatures. */
#include "json.h"

static json_t *
json_digest(const void *data, size_t length)
{
	struct sha256 *s = sha256_new();
	char text[SHA256_TEXT_SIZE];

	if (s == NULL)
		return NULL;
	sha256_add(s, data, length);
	sha256_end(s, text);
	return json_string(text);
}

static json_t *
used_policies(const struct report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->judgement_count; i++) {
		const struct policy *p = r->judgements[i]->policy;
		const struct json_entry entries[] = {
			{ "policy", json_text(p->name) },
			{ "sha256", json_text(p->sha256) },
		};

		json_list_add(&list, json_map(entries, COUNT_OF(entries)));
	}
	return list;
}

static json_t *
used_ontologies(const struct report *r)
{
	size_t count = r->ontologies != NULL ? ontologies_files(r->ontologies) : 0;
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		const void *data = NULL;
		size_t length = 0;
		const char *name = ontologies_file(r->ontologies, i, &data, &length);
		const struct json_entry entries[] = {
			{ "file", json_text(name) },
			{ "sha256", json_digest(data, length) },
		};

		json_list_add(&list, json_map(entries, COUNT_OF(entries)));
	}
	return list;
}

static json_t *
used_marks(const struct report *r)
{
	const struct marks *marks = r->session->input.marks;
	size_t length = 0;
	const void *data = marks != NULL ? marks_bytes(marks, &length) : NULL;
	const struct json_entry entries[] = {
		{ "sha256", data != NULL ? json_digest(data, length) : json_null() },
	};

	return data != NULL ? json_map(entries, COUNT_OF(entries)) : json_null();
}

static json_t *
used_geoip(const struct report *r)
{
	const struct geo *geo = r->session->input.geo;
	json_t *list = json_array();

	for (size_t i = 0; geo != NULL && i < geo_files(geo); i++) {
		const struct geo_file *f = geo_file(geo, i);
		const struct json_entry entries[] = {
			{ "name", json_text(f->name) },
			{ "type", json_text(f->type) },
			{ "sha256", json_text(f->sha256) },
		};

		json_list_add(&list, json_map(entries, COUNT_OF(entries)));
	}
	return list;
}

static json_t *
used_locals(const struct report_options *o)
{
	json_t *list = json_array();

	for (size_t i = 0; i < o->local_count; i++)
		json_list_add(&list, json_text(o->locals[i]));
	return list;
}

static json_t *
used_options(const struct report *r)
{
	const struct report_options *o = &r->options;
	const struct json_entry entries[] = {
		{ "app", json_text(o->app) },
		{ "filter", json_text(o->filter) },
		{ "locals", used_locals(o) },
		{ "process", json_text(o->process) },
	};

	return json_map(entries, COUNT_OF(entries));
}

json_t *
json_used(const struct report *r)
{
	const struct json_entry entries[] = {
		{ "policies", used_policies(r) },
		{ "ontologies", used_ontologies(r) },
		{ "marks", used_marks(r) },
		{ "geoip", used_geoip(r) },
		{ "options", used_options(r) },
	};

	return json_map(entries, COUNT_OF(entries));
}
