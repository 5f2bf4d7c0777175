/* SPDX-License-Identifier: Apache-2.0 */
/* report.json and flows.ndjson have the names and types of DESIGN section 5. */
#include "make_json.h"

/* Where a remote end is, and how that is known; null where it is not. */
static const char *const places[] = { "country", "country_source", "registered", "asn",
	"network" };

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
		{ "inputs.policies", JSON_ARRAY },
		{ "inputs.ontologies", JSON_ARRAY },
		{ "inputs.marks", JSON_NULL },
		{ "inputs.geoip", JSON_ARRAY },
		{ "inputs.options.app", JSON_NULL },
		{ "inputs.options.filter", JSON_NULL },
		{ "inputs.options.locals", JSON_ARRAY },
		{ "states", JSON_ARRAY },
		{ "marks", JSON_ARRAY },
		{ "timeline.from", JSON_STRING },
		{ "timeline.step_ms", JSON_INTEGER },
		{ "timeline.steps", JSON_INTEGER },
		{ "timeline.up", JSON_OBJECT },
		{ "gates", JSON_ARRAY },
		{ "policies", JSON_ARRAY },
		{ "result.contradicted", JSON_INTEGER },
		{ "result.omitted", JSON_INTEGER },
		{ "result.severity", JSON_STRING },
		{ "legal.0.rule", JSON_STRING },
		{ "legal.0.observed", JSON_STRING },
	};
	struct desk *d = *state;
	json_t *r = parsed(&d->report, report_json);

	assert_shape(r, rows, COUNT_OF(rows));
	for (size_t i = 0; i < COUNT_OF(places); i++)
		assert_non_null(json_object_get(at(r, "recipients.0"), places[i]));
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
	for (size_t i = 0; i < COUNT_OF(places); i++)
		assert_non_null(json_object_get(at(f, "remote"), places[i]));
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

/* The folder a capture lay in is not told. */
static void
a_capture_has_its_base_name(void **state)
{
	struct desk *d = *state;
	json_t *r = parsed(&d->report, report_json);

	assert_non_null(strchr(d->file, '/'));
	assert_string_equal(text_at(r, "capture.files.0.name"), "x.pcap");
	json_decref(r);
}

static void
without_policies_there_is_nothing_to_judge(void **state)
{
	struct desk *d = *state;
	json_t *r = parsed(&d->report, report_json);

	assert_int_equal(json_array_size(at(r, "gates")), 0);
	assert_int_equal(json_array_size(at(r, "policies")), 0);
	assert_int_equal(json_array_size(at(r, "inputs.policies")), 0);
	assert_int_equal(json_array_size(at(r, "marks")), 0);
	assert_int_equal(number_at(r, "result.contradicted"), 0);
	assert_string_equal(text_at(r, "result.severity"), "none");
	json_decref(r);
}

static void
the_same_call_gives_the_same_bytes(void **state)
{
	struct desk *d = *state;
	char *text[2] = { NULL, NULL };
	size_t size[2] = { 0, 0 };

	for (unsigned i = 0; i < 2; i++) {
		FILE *out = open_memstream(&text[i], &size[i]);

		assert_int_equal(report_json(&d->report, out), 0);
		assert_int_equal(report_flows(&d->report, out), 0);
		assert_int_equal(fclose(out), 0);
	}
	assert_int_equal(size[0], size[1]);
	assert_memory_equal(text[0], text[1], size[0]);
	free(text[0]);
	free(text[1]);
}

/* The sum over the timeline is what went up. */
static void
the_timeline_holds_every_byte(void **state)
{
	struct desk *d = *state;
	json_t *r = parsed(&d->report, report_json);
	const char *category = NULL;
	json_t *steps = NULL;
	char path[64];

	assert_true(json_object_size(at(r, "timeline.up")) >= 3);
	json_object_foreach(
	    json_object_get(json_object_get(r, "timeline"), "up"), category, steps)
	{
		json_int_t sum = 0;

		for (size_t i = 0; i < json_array_size(steps); i++)
			sum += json_integer_value(json_array_get(steps, i));
		snprintf(path, sizeof(path), "totals.up.%s.bytes", category);
		assert_int_equal(sum, number_at(r, path));
		assert_int_equal(json_array_size(steps), number_at(r, "timeline.steps"));
	}
	json_decref(r);
}

static void
marks_and_states_are_told(void **state)
{
	struct desk *d = *state;
	json_t *r = parsed(&d->report, report_json);

	assert_int_equal(json_array_size(at(r, "marks")), 5);
	assert_string_equal(text_at(r, "marks.1.at"), "2023-03-14T14:20:41.500000Z");
	assert_string_equal(text_at(r, "marks.1.state"), "consented");
	assert_true(json_is_true(at(r, "marks.1.on")));
	assert_string_equal(text_at(r, "marks.1.note"), "asked");
	assert_int_equal(json_object_size(at(r, "marks.4.after")), 0);
	assert_true(number_at(r, "marks.2.after.content") > 0);
	assert_true(json_is_null(at(r, "marks.4.state")));
	assert_true(json_is_null(at(r, "marks.4.on")));
	assert_string_equal(text_at(r, "states.0.state"), "in_call");
	assert_string_equal(text_at(r, "states.0.from"), "2023-03-14T14:20:42.000000Z");
	assert_string_equal(text_at(r, "states.0.to"), "2023-03-14T14:20:44.000000Z");
	assert_string_equal(text_at(r, "states.0.source"), "mark");
	assert_true(json_is_null(at(r, "states.0.note")));
	assert_int_equal(number_at(r, "states.0.up.content"), 100 * 92);
	assert_int_equal(strlen(text_at(r, "inputs.marks.sha256")), 64);
	assert_string_equal(text_at(r, "inputs.options.app"), "demo");
	assert_string_equal(text_at(r, "inputs.options.filter"), "udp or tcp");
	assert_string_equal(text_at(r, "inputs.options.locals.0"), "192.168.1.0/24");
	json_decref(r);
}

/* Memory that ends at the nth request. */
static size_t left;

static void *
scarce(size_t size)
{
	if (left == 0)
		return NULL;
	left--;
	return malloc(size);
}

/* Wherever memory ends, it is told, and nothing is lost or freed twice. */
static void
without_memory_there_is_no_half_report(void **state)
{
	struct desk *d = *state;
	size_t failed = 0;
	int rc = -1;

	for (size_t n = 0; rc != 0; n += 1 + n / 8) {
		FILE *out = fopen("/dev/null", "w");

		left = n;
		json_set_alloc_funcs(scarce, free);
		rc = report_json(&d->report, out);
		json_set_alloc_funcs(malloc, free);
		failed += rc != 0;
		fclose(out);
	}
	assert_true(failed > 20);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)
#define JUDGED(name) cmocka_unit_test_setup_teardown(name, judged_setup, desk_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_capture_has_its_base_name),
		TEST(without_policies_there_is_nothing_to_judge),
		JUDGED(the_same_call_gives_the_same_bytes),
		JUDGED(the_timeline_holds_every_byte),
		JUDGED(marks_and_states_are_told),
		JUDGED(without_memory_there_is_no_half_report),
		TEST(the_report_has_its_backbone),
		TEST(a_flow_has_its_backbone),
		TEST(a_media_stream_has_its_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
