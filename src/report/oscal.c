/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OSCAL assessment results, for tools of governance and audit: valid as 1.0.6, and with
 * the fields that 1.2.2 requires. The same report gives the same bytes.
 */
#include <stdlib.h>
#include "oscal.h"
#include "view.h"

/* RFC 9562, section 6.6. */
#define URL_SPACE "6ba7b811-9dad-11d1-80b4-00c04fd430c8"

static int
digest_add(const char *text, size_t length, void *sum)
{
	sha256_add(sum, text, length);
	return 0;
}

/* All that the results depend on; `environment` may differ. */
static int
document_name(struct oscal *o)
{
	static const char *const keys[] = { "schema", "capture", "app", "signatures",
		"inputs", "coverage", "totals", "recipients", "states", "marks", "gates",
		"policies" };
	struct sha256 *sum = sha256_new();
	char text[SHA256_TEXT_SIZE], space[UUID_TEXT_SIZE];

	if (sum == NULL)
		return -1;
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		const json_t *value = json_object_get(o->report, keys[i]);

		sha256_add(sum, keys[i], strlen(keys[i]) + 1);
		if (value != NULL)
			(void)json_dump_callback(value, digest_add, sum,
			    JSON_ENCODE_ANY | JSON_SORT_KEYS | JSON_REALS);
	}
	sha256_end(sum, text);
	return uuid_v5(URL_SPACE, OSCAL_SPACE, space) != 0 ||
		       uuid_v5(space, text, o->document) != 0
		   ? -1
		   : 0;
}

static bool
is_evidence(const json_t *item)
{
	(void)item;
	return true;
}

/* The streams that observations will be of. */
static int
streams_want(struct oscal *o, const json_t *list, bool (*is_wanted)(const json_t *item))
{
	char key[48];

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);

		if (!is_wanted(item))
			continue;
		(void)oscal_stream_key(
		    json_count_of(item, "flow"), json_count_of(item, "stream"), key);
		if (json_object_set_new(o->streams, key, json_null()) != 0)
			return -1;
	}
	return 0;
}

static int
policies_want(struct oscal *o)
{
	const json_t *policies = json_object_get(o->report, "policies");

	for (size_t i = 0; i < json_array_size(policies); i++) {
		const json_t *policy = json_array_get(policies, i);
		const json_t *claims = json_object_get(policy, "claims");

		for (size_t k = 0; k < json_array_size(claims); k++)
			if (streams_want(o,
				json_object_get(json_array_get(claims, k), "evidence"),
				is_evidence) != 0)
				return -1;
		if (streams_want(
			o, json_object_get(policy, "disclosures"), oscal_is_accused) != 0)
			return -1;
	}
	return 0;
}

static void
oscal_end(void *view)
{
	struct oscal *o = view;

	if (o != NULL)
		json_decref(o->streams);
	free(o);
}

static void *
oscal_begin(const json_t *report)
{
	struct oscal *o = calloc(1, sizeof(*o));
	const json_t *capture = json_object_get(report, "capture");

	if (o == NULL)
		return NULL;
	o->report = report;
	o->first = json_text_of(capture, "first", NULL);
	o->last = json_text_of(capture, "last", NULL);
	o->streams = json_object();
	if (o->streams == NULL || document_name(o) != 0 || policies_want(o) != 0) {
		oscal_end(o);
		return NULL;
	}
	return o;
}

static json_t *
copy_of(const json_t *value)
{
	return value != NULL ? json_deep_copy(value) : json_null();
}

static json_t *
stream_record(const json_t *flow, const json_t *stream)
{
	const struct json_entry entries[] = {
		{ "proto", json_text(json_text_of(flow, "proto", NULL)) },
		{ "local", copy_of(json_object_get(flow, "local")) },
		{ "remote", copy_of(json_object_get(flow, "remote")) },
		{ "process", copy_of(json_object_get(flow, "process")) },
		{ "stream", copy_of(stream) },
	};

	return json_map(entries, COUNT_OF(entries));
}

static int
oscal_flow(void *view, const json_t *flow)
{
	struct oscal *o = view;
	const json_t *streams = json_object_get(flow, "streams");
	json_int_t id = json_count_of(flow, "id");
	char key[48];

	for (size_t i = 0; i < json_array_size(streams); i++) {
		(void)oscal_stream_key(id, (json_int_t)i, key);
		if (json_object_get(o->streams, key) != NULL &&
		    json_object_set_new(o->streams, key,
			stream_record(flow, json_array_get(streams, i))) != 0)
			return -1;
	}
	return 0;
}

/* The document. */

static json_t *
oscal_metadata(const struct oscal *o)
{
	const json_t *environment = json_object_get(o->report, "environment");
	json_t *props = json_array();

	oscal_prop(&props, "tool", "callwitness");
	oscal_prop(&props, "tool-version", json_text_of(environment, "version", NULL));
	oscal_prop(&props, "ndpi-version", json_text_of(environment, "ndpi", NULL));
	oscal_prop(&props, "app", json_text_of(o->report, "app", NULL));
	return json_pack("{s:s, s:o, s:s, s:s, s:o}", "title",
	    "Traffic of a conferencing app, held against its vendor's words",
	    "last-modified", oscal_time(o, o->last), "version", "1", "oscal-version",
	    "1.0.6", "props", props);
}

/* What was to be assessed, and how: the options; the policies are beside them. */
static json_t *
oscal_plan(void)
{
	return json_pack("{s:s, s:s}", "href", "inputs/options.json", "remarks",
	    "There is no assessment plan in OSCAL: this file says what was asked for, "
	    "inputs/policies/ holds the claims.");
}

/* A claim as an objective, so that findings have something to point at. */
static json_t *
oscal_objective(const json_t *policy, const json_t *claim)
{
	const char *name = json_text_of(policy, "policy", "?");
	const char *id = json_text_of(claim, "claim", "?");
	json_t *props = json_array();
	json_t *part = json_pack("{s:o, s:s, s:o}", "id", oscal_token("%s.%s", name, id),
	    "name", "objective", "prose",
	    oscal_text(
		"%s", json_text_of(claim, "quote",
			  json_text_of(claim, "restated", "No words are given."))));

	oscal_prop(&props, "policy", name);
	oscal_prop(&props, "claim", id);
	oscal_prop(&props, "section", json_text_of(claim, "section", NULL));
	oscal_prop(&props, "quote-check", json_text_of(claim, "quote_check", NULL));
	oscal_prop(&props, "version-date", json_text_of(claim, "version_date", NULL));
	oscal_prop(&props, "source", json_text_of(claim, "source", NULL));
	return json_pack("{s:o, s:o, s:o, s:[o]}", "control-id", oscal_token("%s", name),
	    "description",
	    oscal_text("%s, %s: %s", json_text_of(policy, "vendor", "?"),
		json_text_of(policy, "document", "?"), id),
	    "props", props, "parts", part);
}

static json_t *
oscal_objectives(const struct oscal *o)
{
	const json_t *policies = json_object_get(o->report, "policies");
	json_t *list = json_array();

	for (size_t i = 0; i < json_array_size(policies); i++) {
		const json_t *policy = json_array_get(policies, i);
		const json_t *claims = json_object_get(policy, "claims");

		for (size_t k = 0; k < json_array_size(claims); k++)
			json_list_add(
			    &list, oscal_objective(policy, json_array_get(claims, k)));
	}
	return list;
}

static json_t *
oscal_results(const struct oscal *o)
{
	const json_t *policies = json_object_get(o->report, "policies");
	json_t *list = json_array();

	for (size_t i = 0; i < json_array_size(policies); i++)
		json_list_add(&list, oscal_result(o, json_array_get(policies, i)));
	if (json_array_size(policies) == 0)
		json_list_add(&list, oscal_result(o, NULL));
	return list;
}

/* Files that the answer rests on, with their hashes. */

static json_t *
oscal_resource(const struct oscal *o, json_t *href, const char *sha256, const char *title,
    const char *remarks)
{
	const char *path = json_string_value(href);
	json_t *resource = json_pack("{s:o, s:s}", "uuid",
	    oscal_uuid(o, "resource/%s", path != NULL ? path : ""), "title", title);
	json_t *link = json_pack("{s:o}", "href", href);

	if (sha256 != NULL && sha256[0] != '\0' && strpbrk(sha256, " \r\n") == NULL)
		json_map_add(&link, "hashes",
		    json_pack("[{s:s, s:s}]", "algorithm", "SHA-256", "value", sha256));
	json_map_add(&resource, "rlinks", json_pack("[o]", link));
	if (remarks != NULL)
		json_map_add(&resource, "remarks", json_string(remarks));
	return resource;
}

static const json_t *
list_at(const json_t *report, const char *const path[2])
{
	return json_object_get(
	    path[1] != NULL ? json_object_get(report, path[0]) : report,
	    path[1] != NULL ? path[1] : path[0]);
}

static json_t *
oscal_resources(const struct oscal *o)
{
	static const struct {
		const char *list[2];
		const char *key, *folder, *suffix, *title, *remarks;
	} kinds[] = {
		{ { "capture", "files" }, "name", "", "", "Capture",
		    "Not part of the bundle." },
		{ { "inputs", "policies" }, "policy", "inputs/policies/", ".yaml",
		    "Policy", NULL },
		{ { "inputs", "ontologies" }, "file", "inputs/ontology/", "", "Ontology",
		    NULL },
		{ { "signatures", NULL }, "signature", "inputs/signatures/", ".yaml",
		    "Signatures", NULL },
	};
	json_t *list = json_array();

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		const json_t *files = list_at(o->report, kinds[i].list);

		for (size_t k = 0; k < json_array_size(files); k++) {
			const json_t *file = json_array_get(files, k);

			json_list_add(
			    &list, oscal_resource(o,
				       oscal_href(kinds[i].folder,
					   json_text_of(file, kinds[i].key, "-"),
					   kinds[i].suffix),
				       json_text_of(file, "sha256", NULL), kinds[i].title,
				       kinds[i].remarks));
		}
	}
	return list;
}

static json_t *
oscal_back_matter(const struct oscal *o)
{
	const json_t *marks =
	    json_object_get(json_object_get(o->report, "inputs"), "marks");
	json_t *list = oscal_resources(o), *map = json_object();

	if (json_is_object(marks))
		json_list_add(&list,
		    oscal_resource(o, json_string("marks.yaml"),
			json_text_of(marks, "sha256", NULL), "States as marked", NULL));
	json_list_add(
	    &list, oscal_resource(o, json_string("report.json"), NULL, "Report", NULL));
	json_list_add(
	    &list, oscal_resource(o, json_string("flows.ndjson"), NULL, "Flows", NULL));
	json_map_add(&map, "resources", list);
	return map;
}

static json_t *
oscal_document(const struct oscal *o)
{
	json_t *map = json_object(), *local = json_object();

	json_map_add(&map, "uuid", json_string(o->document));
	json_map_add(&map, "metadata", oscal_metadata(o));
	json_map_add(&map, "import-ap", oscal_plan());
	oscal_add_list(&local, "objectives-and-methods", oscal_objectives(o));
	if (local != NULL && json_object_size(local) == 0)
		json_decref(local);
	else
		json_map_add(&map, "local-definitions", local);
	json_map_add(&map, "results", oscal_results(o));
	json_map_add(&map, "back-matter", oscal_back_matter(o));
	return map != NULL ? json_pack("{s:o}", "assessment-results", map) : NULL;
}

static int
oscal_write(void *view, FILE *out)
{
	json_t *document = oscal_document(view);
	int rc = document != NULL ? json_dumpf(document, out, JSON_INDENT(1)) : -1;

	json_decref(document);
	if (rc == 0 && fputc('\n', out) == EOF)
		rc = -1;
	return rc;
}

const struct view view_oscal = { "oscal", NULL, oscal_begin, oscal_flow, oscal_write,
	oscal_end };
