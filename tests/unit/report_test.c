/* SPDX-License-Identifier: Apache-2.0 */
/* report.json and flows.ndjson have the names and types of DESIGN section 5. */
#include <jansson.h>

#include "make_report.h"

/* What a writer writes, parsed. */
static json_t *
parsed(const struct report *r, int (*write)(const struct report *, FILE *))
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	json_t *value = NULL;

	assert_int_equal(write(r, out), 0);
	assert_int_equal(fclose(out), 0);
	value = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
	free(text);
	assert_non_null(value);
	return value;
}

/* "a.b.0.c" from the top. */
static const json_t *
at(const json_t *value, const char *path)
{
	char key[64];

	for (const char *p = path; *p != '\0'; p += *p == '.') {
		size_t length = strcspn(p, ".");

		snprintf(key, sizeof(key), "%.*s", (int)length, p);
		value = json_is_array(value) ? json_array_get(value, (size_t)atoi(key))
					     : json_object_get(value, key);
		if (value == NULL)
			fail_msg("no %s", path);
		p += length;
	}
	return value;
}

static const char *
text_at(const json_t *value, const char *path)
{
	const char *text = json_string_value(at(value, path));

	if (text == NULL)
		fail_msg("%s is no text", path);
	return text;
}

static json_int_t
number_at(const json_t *value, const char *path)
{
	if (!json_is_integer(at(value, path)))
		fail_msg("%s is no whole number", path);
	return json_integer_value(at(value, path));
}

struct shape_row {
	const char *path;
	json_type type;
};

static void
assert_shape(const json_t *value, const struct shape_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (json_typeof(at(value, rows[i].path)) != rows[i].type)
			fail_msg("%s has type %d", rows[i].path,
			    (int)json_typeof(at(value, rows[i].path)));
}

static void
the_report_has_its_backbone(void **state)
{
	static const struct shape_row rows[] = {
		{ "schema", JSON_STRING },
		{ "environment.host", JSON_STRING },
		{ "environment.started", JSON_STRING },
		{ "environment.command.0", JSON_STRING },
		{ "environment.version", JSON_STRING },
		{ "capture.files.0.name", JSON_STRING },
		{ "capture.files.0.sha256", JSON_STRING },
		{ "capture.files.0.packets", JSON_INTEGER },
		{ "capture.files.0.bytes", JSON_INTEGER },
		{ "capture.first", JSON_STRING },
		{ "capture.last", JSON_STRING },
		{ "capture.local.0.ip", JSON_STRING },
		{ "capture.local.0.why", JSON_STRING },
		{ "coverage.kernel_drops", JSON_INTEGER },
		{ "coverage.snapped", JSON_INTEGER },
		{ "coverage.mid_flow", JSON_INTEGER },
		{ "coverage.unnamed_up_bytes", JSON_INTEGER },
		{ "coverage.unknown_up_bytes", JSON_INTEGER },
		{ "coverage.conserved", JSON_TRUE },
		{ "totals.up.content.bytes", JSON_INTEGER },
		{ "totals.up.content.packets", JSON_INTEGER },
		{ "totals.up.content.kinds.audio", JSON_INTEGER },
		{ "totals.up.telemetry.bytes", JSON_INTEGER },
		{ "totals.down.content.bytes", JSON_INTEGER },
		{ "recipients.0.entity", JSON_STRING },
		{ "recipients.0.party", JSON_STRING },
		{ "recipients.0.country", JSON_STRING },
		{ "recipients.0.hosts.0", JSON_STRING },
		{ "recipients.0.up", JSON_OBJECT },
		{ "states", JSON_ARRAY },
		{ "policies", JSON_ARRAY },
	};
	struct desk *d = *state;
	json_t *r = parsed(&d->report, report_json);

	assert_shape(r, rows, COUNT_OF(rows));
	assert_non_null(json_object_get(at(r, "recipients.0"), "asn"));
	assert_string_equal(text_at(r, "schema"), "callwitness-report-1");
	assert_int_equal(number_at(r, "capture.files.0.packets"), d->run->tape.count);
	assert_int_equal(strlen(text_at(r, "capture.files.0.sha256")), 64);
	assert_string_equal(text_at(r, "capture.local.0.ip"), "192.168.1.10");
	assert_int_equal(number_at(r, "totals.up.content.bytes"), 100 * 92);
	/* What is opaque, and the question that no rule of these signatures knows. */
	assert_int_equal(number_at(r, "coverage.unknown_up_bytes"), 6 + 34);
	assert_int_equal(number_at(r, "coverage.unnamed_up_bytes"), 6 + 34);
	json_decref(r);
}

/* flows.ndjson: one object a line; the one with that remote port. */
static json_t *
flow_record(const struct desk *d, uint16_t port)
{
	char *text = NULL, *line = NULL, *rest = NULL;
	size_t size = 0, lines = 0;
	FILE *out = open_memstream(&text, &size);
	json_t *found = NULL;

	assert_int_equal(report_flows(&d->report, out), 0);
	assert_int_equal(fclose(out), 0);
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		json_t *flow = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

		assert_non_null(flow);
		assert_int_equal(number_at(flow, "id"), ++lines);
		if (found == NULL && number_at(flow, "remote.port") == port)
			found = json_incref(flow);
		json_decref(flow);
	}
	assert_int_equal(lines, d->report.session->flow_count);
	free(text);
	assert_non_null(found);
	return found;
}

static void
a_flow_has_its_backbone(void **state)
{
	static const struct shape_row rows[] = {
		{ "type", JSON_STRING },
		{ "id", JSON_INTEGER },
		{ "community_id", JSON_STRING },
		{ "start", JSON_STRING },
		{ "end", JSON_STRING },
		{ "proto", JSON_STRING },
		{ "vlan", JSON_ARRAY },
		{ "local.ip", JSON_STRING },
		{ "local.port", JSON_INTEGER },
		{ "remote.ip", JSON_STRING },
		{ "remote.port", JSON_INTEGER },
		{ "remote.host", JSON_STRING },
		{ "remote.host_source", JSON_STRING },
		{ "remote.entity", JSON_STRING },
		{ "remote.party", JSON_STRING },
		{ "remote.country", JSON_STRING },
		{ "app", JSON_STRING },
		{ "ndpi.protocol", JSON_STRING },
		{ "ndpi.category", JSON_STRING },
		{ "ndpi.confidence", JSON_STRING },
		{ "up.packets", JSON_INTEGER },
		{ "up.bytes", JSON_INTEGER },
		{ "up.payload_bytes", JSON_INTEGER },
		{ "down.packets", JSON_INTEGER },
		{ "streams.0.category", JSON_STRING },
		{ "streams.0.kind", JSON_STRING },
		{ "streams.0.strength", JSON_STRING },
		{ "streams.0.rule", JSON_STRING },
		{ "streams.0.why", JSON_STRING },
		{ "streams.0.up.packets", JSON_INTEGER },
		{ "streams.0.up.payload_bytes", JSON_INTEGER },
		{ "streams.0.down.payload_bytes", JSON_INTEGER },
		{ "streams.0.first", JSON_STRING },
		{ "streams.0.last", JSON_STRING },
		{ "disagreement", JSON_NULL },
		{ "process", JSON_NULL },
	};
	json_t *f = flow_record(*state, events.port);

	assert_shape(f, rows, COUNT_OF(rows));
	assert_non_null(json_object_get(at(f, "remote"), "asn"));
	assert_string_equal(text_at(f, "type"), "flow");
	assert_string_equal(text_at(f, "start"), "2023-03-14T14:20:41.100000Z");
	assert_string_equal(text_at(f, "proto"), "tcp");
	assert_string_equal(text_at(f, "local.ip"), "192.168.1.10");
	assert_string_equal(text_at(f, "remote.host_source"), "sni");
	assert_string_equal(text_at(f, "remote.party"), "first");
	assert_string_equal(text_at(f, "streams.0.rule"), "demo.events");
	assert_int_equal(
	    number_at(f, "streams.0.up.payload_bytes"), number_at(f, "up.payload_bytes"));
	json_decref(f);
}

static void
a_media_stream_has_its_source(void **state)
{
	json_t *f = flow_record(*state, peer.port);

	assert_int_equal(json_array_size(at(f, "streams")), 2);
	assert_string_equal(text_at(f, "streams.0.ssrc"), "0x000a11ce");
	assert_int_equal(number_at(f, "streams.0.payload_type"), 111);
	assert_int_equal(number_at(f, "streams.0.up.packets"), 100);
	assert_int_equal(number_at(f, "streams.1.down.packets"), 100);
	json_decref(f);
	f = flow_record(*state, 9999);
	assert_string_equal(text_at(f, "streams.0.category"), "unknown");
	assert_null(json_object_get(at(f, "streams.0"), "ssrc"));
	assert_true(json_is_null(at(f, "streams.0.kind")));
	assert_true(json_is_null(at(f, "streams.0.rule")));
	assert_true(json_is_null(at(f, "remote.host")));
	json_decref(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_report_has_its_backbone),
		TEST(a_flow_has_its_backbone),
		TEST(a_media_stream_has_its_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
