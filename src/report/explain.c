/* SPDX-License-Identifier: Apache-2.0 */
/* Why a flow was called what it was. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include "explain.h"

static long long
side_count(const json_t *object, const char *side, const char *key)
{
	return (long long)json_count_of(json_object_get(object, side), key);
}

static void
explain_stream(const json_t *stream, size_t index, FILE *out)
{
	const json_t *frames = json_object_get(stream, "frames");

	fprintf(out, "\nStream %zu: %s", index, json_text_of(stream, "category", "?"));
	if (json_is_string(json_object_get(stream, "kind")))
		fprintf(out, "/%s", json_text_of(stream, "kind", ""));
	fprintf(out, ", strength %s\n", json_text_of(stream, "strength", "none"));
	fprintf(out, "  up    %lld bytes in %lld packets\n",
	    side_count(stream, "up", "payload_bytes"),
	    side_count(stream, "up", "packets"));
	fprintf(out, "  down  %lld bytes in %lld packets\n",
	    side_count(stream, "down", "payload_bytes"),
	    side_count(stream, "down", "packets"));
	fprintf(out, "  time  %s to %s\n", json_text_of(stream, "first", "?"),
	    json_text_of(stream, "last", "?"));
	fprintf(out, "  seen  first in frame %lld, last in frame %lld\n",
	    (long long)json_integer_value(json_array_get(frames, 0)),
	    (long long)json_integer_value(json_array_get(frames, 1)));
	fprintf(out, "  rule  %s\n", json_text_of(stream, "rule", "none"));
	fprintf(out, "  why   %s\n", json_text_of(stream, "why", ""));
}

void
explain_ends(const json_t *flow, FILE *out)
{
	fprintf(out, "%s, %s port %lld to %s port %lld", json_text_of(flow, "proto", "?"),
	    json_text_of(json_object_get(flow, "local"), "ip", "?"),
	    side_count(flow, "local", "port"),
	    json_text_of(json_object_get(flow, "remote"), "ip", "?"),
	    side_count(flow, "remote", "port"));
}

/* Where it is, with how that is known, and who runs the network. */
static void
explain_place(const json_t *remote, FILE *out)
{
	fprintf(out, "  country    %s (from %s)\n",
	    json_text_of(remote, "country", "not known"),
	    json_text_of(remote, "country_source", "nothing"));
	if (json_is_string(json_object_get(remote, "registered")))
		fprintf(out, "  network    %s, AS%lld, registered in %s\n",
		    json_text_of(remote, "network", "no name"),
		    (long long)json_count_of(remote, "asn"),
		    json_text_of(remote, "registered", "?"));
}

static void
explain_remote(const json_t *remote, FILE *out)
{
	const json_t *names = json_object_get(remote, "names");

	fprintf(out, "  name       %s (from %s)\n", json_text_of(remote, "host", "none"),
	    json_text_of(remote, "host_source", "nothing"));
	for (size_t i = 1; i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));

		fprintf(out, "  also       %s\n", name != NULL ? name : "?");
	}
	fprintf(out, "  recipient  %s, party %s\n",
	    json_text_of(remote, "entity", "not known"),
	    json_text_of(remote, "party", "unknown"));
	explain_place(remote, out);
}

/* Which program sent it, and which one started that. */
static void
explain_program(const json_t *process, FILE *out)
{
	const json_t *parent = json_object_get(process, "parent");

	if (!json_is_object(process))
		return;
	fprintf(out, "  program    %s (process %lld, %s)\n",
	    json_text_of(process, "exe", "not permitted to see"),
	    (long long)json_count_of(process, "pid"),
	    json_text_of(process, "command", "no name"));
	if (json_is_object(parent))
		fprintf(out, "  started by %s (process %lld)\n",
		    json_text_of(parent, "exe", "a program that is not known"),
		    (long long)json_count_of(parent, "pid"));
	if (json_is_string(json_object_get(process, "sha256")))
		fprintf(out, "  SHA-256    %s\n", json_text_of(process, "sha256", "?"));
}

static void
explain_flow(const json_t *flow, FILE *out)
{
	const json_t *ndpi = json_object_get(flow, "ndpi");
	const json_t *streams = json_object_get(flow, "streams");

	fprintf(out, "Flow %lld, ", (long long)json_count_of(flow, "id"));
	explain_ends(flow, out);
	fprintf(out, "\n  time       %s to %s\n", json_text_of(flow, "start", "?"),
	    json_text_of(flow, "end", "?"));
	explain_remote(json_object_get(flow, "remote"), out);
	fprintf(out, "  app        %s\n", json_text_of(flow, "app", "none"));
	explain_program(json_object_get(flow, "process"), out);
	fprintf(out, "  nDPI       %s (category %s, confidence %s)\n",
	    json_text_of(ndpi, "protocol", "not asked or undecided"),
	    json_text_of(ndpi, "category", "none"),
	    json_text_of(ndpi, "confidence", "none"));
	fprintf(out, "  Community  %s\n", json_text_of(flow, "community_id", "none"));
	if (json_is_string(json_object_get(flow, "disagreement")))
		fprintf(out, "  but        %s\n", json_text_of(flow, "disagreement", ""));
	for (size_t i = 0; i < json_array_size(streams); i++)
		explain_stream(json_array_get(streams, i), i, out);
	if (json_array_size(streams) == 0)
		fprintf(out, "\nNo payload was sent either way.\n");
}

static const char *
flow_key(json_int_t id, char key[24])
{
	snprintf(key, 24, "%lld", (long long)id);
	return key;
}

int
flow_want(struct wanted_flows *w, json_int_t id)
{
	char key[24];

	return json_object_set_new(w->flows, flow_key(id, key), json_null());
}

int
flow_take(void *wanted, const json_t *flow)
{
	struct wanted_flows *w = wanted;
	char key[24];

	w->last = json_count_of(flow, "id");
	if (json_object_get(w->flows, flow_key(w->last, key)) == NULL)
		return 0;
	return json_object_set_new(w->flows, key, json_deep_copy(flow));
}

const json_t *
flow_taken(const struct wanted_flows *w, json_int_t id)
{
	char key[24];
	const json_t *flow = json_object_get(w->flows, flow_key(id, key));

	return json_is_object(flow) ? flow : NULL;
}

static int
report_explain_flow(const char *folder, json_int_t id, FILE *out, struct error *e)
{
	struct wanted_flows w = { .flows = json_object() };
	const json_t *flow = NULL;
	int rc = -1;

	if (w.flows == NULL || flow_want(&w, id) != 0) {
		error_add(e, folder, 0, 0, "out of memory");
	} else if (bundle_flows(folder, flow_take, &w, e) == 0) {
		if ((flow = flow_taken(&w, id)) != NULL)
			explain_flow(flow, out);
		else
			error_add(e, folder, 0, 0, "no flow %lld: the last is %lld",
			    (long long)id, (long long)w.last);
		rc = flow != NULL ? 0 : -1;
	}
	json_decref(w.flows);
	return rc;
}

int
report_explain(const char *folder, const char *what, FILE *out, struct error *e)
{
	char *end = NULL;
	long long id = 0;

	errno = 0;
	id = strtoll(what, &end, 10);
	if (isdigit((unsigned char)what[0]) && errno == 0 && *end == '\0')
		return report_explain_flow(folder, id, out, e);
	return report_explain_claim(folder, what, out, e);
}
