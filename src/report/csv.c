/* SPDX-License-Identifier: Apache-2.0 */
/* Tables for spreadsheets: RFC 4180, UTF-8, a header row. */
#include <ctype.h>
#include <stdlib.h>
#include "view.h"

/* Cells. */

static bool
is_number(const char *text)
{
	size_t digits = 0;

	text += *text == '+' || *text == '-';
	for (; isdigit((unsigned char)*text); text++)
		digits++;
	if (*text == '.')
		for (text++; isdigit((unsigned char)*text); text++)
			digits++;
	return *text == '\0' && digits > 0;
}

/* A spreadsheet takes such a cell for a formula, and a bundle may come from anybody. */
static bool
is_formula(const char *text)
{
	return *text != '\0' && strchr("=+-@\t\r", *text) != NULL && !is_number(text);
}

/* Inside quotes; control characters become spaces. */
static void
write_inside(FILE *out, const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
		bool high = c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0;

		if (*c == '"')
			fputc('"', out);
		fputc(high || *c < ' ' || *c == 0x7f ? ' ' : *c, out);
		c += high; /* U+0080 to U+009F are two bytes */
	}
}

static void
write_text(FILE *out, const char *text)
{
	fputs(is_formula(text) ? "\"'" : "\"", out);
	write_inside(out, text);
	fputc('"', out);
}

/* "17/0:120-160": flow, stream, first and last frame. */
static void
write_evidence(FILE *out, const json_t *evidence)
{
	const json_t *frames = json_object_get(evidence, "frames");

	fprintf(out, "%lld/%lld:%lld-%lld", (long long)json_count_of(evidence, "flow"),
	    (long long)json_count_of(evidence, "stream"),
	    (long long)json_integer_value(json_array_get(frames, 0)),
	    (long long)json_integer_value(json_array_get(frames, 1)));
}

static void
write_list(FILE *out, const json_t *list)
{
	const char *first = json_string_value(json_array_get(list, 0));

	fputs(first != NULL && is_formula(first) ? "\"'" : "\"", out);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);

		fputs(i ? "; " : "", out);
		if (json_is_string(item))
			write_inside(out, json_string_value(item));
		else
			write_evidence(out, item);
	}
	fputc('"', out);
}

static void
write_value(FILE *out, const json_t *value)
{
	if (json_is_string(value))
		write_text(out, json_string_value(value));
	else if (json_is_integer(value))
		fprintf(out, "%lld", (long long)json_integer_value(value));
	else if (json_is_array(value))
		write_list(out, value);
}

/* Columns. */

struct column {
	const char *name;
	const char *path; /* "remote.ip", "frames.0" */
};

static const json_t *
value_at(const json_t *value, const char *path)
{
	char key[32];

	for (const char *p = path; *p != '\0'; p += *p == '.') {
		size_t length = strcspn(p, ".");

		snprintf(key, sizeof(key), "%.*s", (int)length, p);
		value = json_is_array(value)
			    ? json_array_get(value, (size_t)strtoul(key, NULL, 10))
			    : json_object_get(value, key);
		p += length;
	}
	return value;
}

/* Returns what goes before the next cell. */
static const char *
write_names(FILE *out, const char *comma, const struct column *columns, size_t count)
{
	for (size_t i = 0; i < count; i++, comma = ",") {
		fputs(comma, out);
		write_text(out, columns[i].name);
	}
	return comma;
}

static const char *
write_cells(FILE *out, const char *comma, const struct column *columns, size_t count,
    const json_t *from)
{
	for (size_t i = 0; i < count; i++, comma = ",") {
		fputs(comma, out);
		write_value(out, value_at(from, columns[i].path));
	}
	return comma;
}

/* csv: a row for each stream, with what each policy says of it. */

static const struct column of_flow[] = {
	{ "flow", "id" },
	{ "community_id", "community_id" },
	{ "app", "app" },
	{ "proto", "proto" },
	{ "local_ip", "local.ip" },
	{ "local_port", "local.port" },
	{ "remote_ip", "remote.ip" },
	{ "remote_port", "remote.port" },
	{ "host", "remote.host" },
	{ "host_source", "remote.host_source" },
	{ "entity", "remote.entity" },
	{ "party", "remote.party" },
	{ "country", "remote.country" },
	{ "country_source", "remote.country_source" },
	{ "registered", "remote.registered" },
	{ "asn", "remote.asn" },
	{ "network", "remote.network" },
	{ "process", "process.pid" },
	{ "program", "process.exe" },
	{ "command", "process.command" },
};

static const struct column of_stream[] = {
	{ "category", "category" },
	{ "kind", "kind" },
	{ "strength", "strength" },
	{ "rule", "rule" },
	{ "up_packets", "up.packets" },
	{ "up_bytes", "up.payload_bytes" },
	{ "down_packets", "down.packets" },
	{ "down_bytes", "down.payload_bytes" },
	{ "first", "first" },
	{ "last", "last" },
	{ "first_frame", "frames.0" },
	{ "last_frame", "frames.1" },
	{ "why", "why" },
};

/* For each policy, which the names of the columns end with. */
static const struct column of_disclosure[] = {
	{ "disclosure", "disclosure" },
	{ "claim", "claim" },
	{ "severity", "severity" },
};

/* What a policy says of a stream. */
struct said {
	json_int_t flow;
	size_t stream, policy;
	const json_t *disclosure;
};

struct csv {
	const json_t *policies;
	size_t said_count;
	struct said *said; /* by flow, stream, policy */
	FILE *rows;        /* into text */
	char *text;
	size_t size;
};

static int
by_stream(const void *a, const void *b)
{
	const struct said *x = a, *y = b;

	if (x->flow != y->flow)
		return x->flow < y->flow ? -1 : 1;
	if (x->stream != y->stream)
		return x->stream < y->stream ? -1 : 1;
	return x->policy < y->policy ? -1 : x->policy > y->policy;
}

static int
said_index(struct csv *c)
{
	size_t room = 0;

	for (size_t i = 0; i < json_array_size(c->policies); i++)
		room += json_array_size(
		    json_object_get(json_array_get(c->policies, i), "disclosures"));
	if ((c->said = calloc(room ? room : 1, sizeof(*c->said))) == NULL)
		return -1;
	for (size_t i = 0; i < json_array_size(c->policies); i++) {
		const json_t *list =
		    json_object_get(json_array_get(c->policies, i), "disclosures");

		for (size_t k = 0; k < json_array_size(list); k++) {
			const json_t *d = json_array_get(list, k);

			c->said[c->said_count++] =
			    (struct said){ json_count_of(d, "flow"),
				    (size_t)json_count_of(d, "stream"), i, d };
		}
	}
	qsort(c->said, c->said_count, sizeof(*c->said), by_stream);
	return 0;
}

/* "disclosure zoom-tos-2023-08-07" and so on: a policy's name never begins a cell. */
static void
write_policy_names(FILE *out, const json_t *policies)
{
	for (size_t i = 0; i < json_array_size(policies); i++)
		for (size_t k = 0; k < COUNT_OF(of_disclosure); k++) {
			fprintf(out, ",\"%s ", of_disclosure[k].name);
			write_inside(out,
			    json_text_of(json_array_get(policies, i), "policy", "?"));
			fputc('"', out);
		}
}

static void
csv_end(void *view)
{
	struct csv *c = view;

	if (c == NULL)
		return;
	if (c->rows != NULL)
		fclose(c->rows);
	free(c->text);
	free(c->said);
	free(c);
}

static void *
csv_begin(const json_t *report)
{
	struct csv *c = calloc(1, sizeof(*c));
	const char *comma = "";

	if (c == NULL)
		return NULL;
	c->policies = json_object_get(report, "policies");
	if (said_index(c) != 0 ||
	    (c->rows = open_memstream(&c->text, &c->size)) == NULL) {
		csv_end(c);
		return NULL;
	}
	comma = write_names(c->rows, comma, of_flow, COUNT_OF(of_flow));
	fprintf(c->rows, "%s\"stream\"", comma);
	write_names(c->rows, ",", of_stream, COUNT_OF(of_stream));
	write_policy_names(c->rows, c->policies);
	fputs("\r\n", c->rows);
	return c;
}

static void
write_said(struct csv *c, json_int_t flow, size_t stream)
{
	for (size_t i = 0; i < json_array_size(c->policies); i++) {
		struct said key = { flow, stream, i, NULL };
		const struct said *found =
		    bsearch(&key, c->said, c->said_count, sizeof(key), by_stream);

		write_cells(c->rows, ",", of_disclosure, COUNT_OF(of_disclosure),
		    found != NULL ? found->disclosure : NULL);
	}
}

static int
csv_flow(void *view, const json_t *flow)
{
	struct csv *c = view;
	const json_t *streams = json_object_get(flow, "streams");

	for (size_t i = 0; i < json_array_size(streams); i++) {
		const char *comma =
		    write_cells(c->rows, "", of_flow, COUNT_OF(of_flow), flow);

		fprintf(c->rows, "%s%zu", comma, i);
		write_cells(c->rows, ",", of_stream, COUNT_OF(of_stream),
		    json_array_get(streams, i));
		write_said(c, json_count_of(flow, "id"), i);
		fputs("\r\n", c->rows);
	}
	return ferror(c->rows) ? -1 : 0;
}

static int
csv_write(void *view, FILE *out)
{
	struct csv *c = view;

	if (fflush(c->rows) != 0 || ferror(c->rows))
		return -1;
	return fwrite(c->text, 1, c->size, out) == c->size ? 0 : -1;
}

const struct view view_csv = { "csv", NULL, csv_begin, csv_flow, csv_write, csv_end };

/* claims-csv: a row for each policy and claim. */

static const struct column of_policy[] = {
	{ "policy", "policy" },
	{ "vendor", "vendor" },
	{ "document", "document" },
	{ "effective", "effective" },
};

static const struct column of_claim[] = {
	{ "claim", "claim" },
	{ "topic", "topic" },
	{ "section", "section" },
	{ "says", "says" },
	{ "data", "data" },
	{ "recipients", "recipients" },
	{ "purposes", "purposes" },
	{ "regions", "regions" },
	{ "when", "when" },
	{ "unless", "unless" },
	{ "testable", "testable" },
	{ "outcome", "outcome" },
	{ "severity", "severity" },
	{ "strength", "strength" },
	{ "up_bytes", "up_bytes" },
	{ "streams", "evidence_total" },
	{ "evidence", "evidence" },
	{ "why", "why" },
	{ "quote", "quote" },
	{ "quote_check", "quote_check" },
	{ "restated", "restated" },
	{ "version_date", "version_date" },
	{ "source", "source" },
};

struct claims_csv {
	const json_t *policies;
};

static void *
claims_begin(const json_t *report)
{
	struct claims_csv *c = calloc(1, sizeof(*c));

	if (c != NULL)
		c->policies = json_object_get(report, "policies");
	return c;
}

static int
claims_write(void *view, FILE *out)
{
	const json_t *policies = ((struct claims_csv *)view)->policies;

	write_names(out, "", of_policy, COUNT_OF(of_policy));
	write_names(out, ",", of_claim, COUNT_OF(of_claim));
	fputs("\r\n", out);
	for (size_t i = 0; i < json_array_size(policies); i++) {
		const json_t *policy = json_array_get(policies, i);
		const json_t *claims = json_object_get(policy, "claims");

		for (size_t k = 0; k < json_array_size(claims); k++) {
			write_cells(out, "", of_policy, COUNT_OF(of_policy), policy);
			write_cells(out, ",", of_claim, COUNT_OF(of_claim),
			    json_array_get(claims, k));
			fputs("\r\n", out);
		}
	}
	return ferror(out) ? -1 : 0;
}

const struct view view_claims_csv = { "claims-csv", NULL, claims_begin, NULL,
	claims_write, free };
