/* SPDX-License-Identifier: Apache-2.0 */
/* Records out, and one flow back in for people who ask why. */
#include <errno.h>
#include <stdlib.h>
#include "json.h"

/* The longest line of flows.ndjson that is read back. */
#define LINE_MAX_BYTES (4 << 20)

int
report_json(const struct report *r, FILE *out)
{
	json_t *report = json_report(r);
	int rc = report != NULL ? json_dumpf(report, out, JSON_INDENT(1)) : -1;

	json_decref(report);
	if (rc == 0 && fputc('\n', out) == EOF)
		rc = -1;
	return rc;
}

int
report_flows(const struct report *r, FILE *out)
{
	for (size_t i = 0; i < r->session->flow_count; i++) {
		json_t *flow = json_flow(r, &r->session->flows[i]);
		int rc = flow != NULL ? json_dumpf(flow, out, JSON_COMPACT) : -1;

		json_decref(flow);
		if (rc != 0 || fputc('\n', out) == EOF)
			return -1;
	}
	return 0;
}

static const char *
text_of(const json_t *object, const char *key, const char *none)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : none;
}

static long long
number_of(const json_t *object, const char *side, const char *key)
{
	return (long long)json_integer_value(
	    json_object_get(json_object_get(object, side), key));
}

static void
explain_stream(const json_t *stream, size_t index, FILE *out)
{
	fprintf(out, "\nStream %zu: %s", index, text_of(stream, "category", "?"));
	if (json_is_string(json_object_get(stream, "kind")))
		fprintf(out, "/%s", text_of(stream, "kind", ""));
	fprintf(out, ", strength %s\n", text_of(stream, "strength", "none"));
	fprintf(out, "  up    %lld bytes in %lld packets\n",
	    number_of(stream, "up", "payload_bytes"), number_of(stream, "up", "packets"));
	fprintf(out, "  down  %lld bytes in %lld packets\n",
	    number_of(stream, "down", "payload_bytes"),
	    number_of(stream, "down", "packets"));
	fprintf(out, "  time  %s to %s\n", text_of(stream, "first", "?"),
	    text_of(stream, "last", "?"));
	fprintf(out, "  seen  first in frame %lld, last in frame %lld\n",
	    (long long)json_integer_value(
		json_array_get(json_object_get(stream, "frames"), 0)),
	    (long long)json_integer_value(
		json_array_get(json_object_get(stream, "frames"), 1)));
	fprintf(out, "  rule  %s\n", text_of(stream, "rule", "none"));
	fprintf(out, "  why   %s\n", text_of(stream, "why", ""));
}

static void
explain_flow(const json_t *flow, FILE *out)
{
	const json_t *remote = json_object_get(flow, "remote");
	const json_t *ndpi = json_object_get(flow, "ndpi");
	const json_t *streams = json_object_get(flow, "streams");
	const json_t *names = json_object_get(remote, "names");

	fprintf(out, "Flow %lld, %s, %s port %lld to %s port %lld\n",
	    (long long)json_integer_value(json_object_get(flow, "id")),
	    text_of(flow, "proto", "?"),
	    text_of(json_object_get(flow, "local"), "ip", "?"),
	    number_of(flow, "local", "port"), text_of(remote, "ip", "?"),
	    number_of(flow, "remote", "port"));
	fprintf(out, "  time       %s to %s\n", text_of(flow, "start", "?"),
	    text_of(flow, "end", "?"));
	fprintf(out, "  name       %s (from %s)\n", text_of(remote, "host", "none"),
	    text_of(remote, "host_source", "nothing"));
	for (size_t i = 1; i < json_array_size(names); i++)
		fprintf(out, "  also       %s\n",
		    json_string_value(json_array_get(names, i)));
	fprintf(out, "  recipient  %s, party %s\n",
	    text_of(remote, "entity", "not known"), text_of(remote, "party", "unknown"));
	fprintf(out, "  app        %s\n", text_of(flow, "app", "none"));
	fprintf(out, "  nDPI       %s (category %s, confidence %s)\n",
	    text_of(ndpi, "protocol", "not asked or undecided"),
	    text_of(ndpi, "category", "none"), text_of(ndpi, "confidence", "none"));
	fprintf(out, "  Community  %s\n", text_of(flow, "community_id", "none"));
	if (json_is_string(json_object_get(flow, "disagreement")))
		fprintf(out, "  but        %s\n", text_of(flow, "disagreement", ""));
	for (size_t i = 0; i < json_array_size(streams); i++)
		explain_stream(json_array_get(streams, i), i, out);
	if (json_array_size(streams) == 0)
		fprintf(out, "\nNo payload was sent either way.\n");
}

/* A folder comes from anybody: its text must not steer the reader's terminal. */
static void
text_clean(json_t *value)
{
	char *text = strdup(json_string_value(value));

	for (unsigned char *c = (unsigned char *)text; c != NULL && *c != 0; c++)
		if (*c < ' ' || *c == 0x7f)
			*c = '?';
		else if (c[0] == 0xc2 && c[1] < 0xa0) /* U+0080 to U+009F */
			c[0] = c[1] = '?';
	(void)json_string_set_nocheck(value, text != NULL ? text : "");
	free(text);
}

static void
json_clean(json_t *value)
{
	const char *key = NULL;
	json_t *item = NULL;
	size_t i = 0;

	if (json_is_string(value))
		text_clean(value);
	json_object_foreach(value, key, item) json_clean(item);
	json_array_foreach(value, i, item) json_clean(item);
}

/* 1 found, 0 not in this line, -1 broken. */
static int
explain_line(const char *line, size_t length, unsigned long id, FILE *out)
{
	json_t *flow = json_loadb(line, length, 0, NULL);
	int rc = -1;

	if (flow != NULL) {
		json_t *number = json_object_get(flow, "id");

		rc = json_is_integer(number) &&
		     (unsigned long)json_integer_value(number) == id;
	}
	if (rc == 1) {
		json_clean(flow);
		explain_flow(flow, out);
	}
	json_decref(flow);
	return rc;
}

int
report_explain(const char *folder, unsigned long id, FILE *out, struct error *e)
{
	char path[4096], *line = NULL;
	size_t room = 0;
	unsigned number = 0;
	ssize_t length = 0;
	int found = 0;
	FILE *in = NULL;

	snprintf(path, sizeof(path), "%s/flows.ndjson", folder);
	if ((in = fopen(path, "r")) == NULL) {
		error_add(e, path, 0, 0, "%s: expected a folder written by replay -o",
		    strerror(errno));
		return -1;
	}
	while (found == 0 && (length = getline(&line, &room, in)) > 0) {
		number++;
		found = length > LINE_MAX_BYTES
			    ? -1
			    : explain_line(line, (size_t)length, id, out);
	}
	if (found < 0)
		error_add(e, path, number, 0, "not a flow record");
	else if (found == 0)
		error_add(
		    e, path, 0, 0, "no flow %lu: the last line is number %u", id, number);
	free(line);
	fclose(in);
	return found == 1 ? 0 : -1;
}
