/* SPDX-License-Identifier: Apache-2.0 */
/* Frames in, judged flows out: names, categories, bounds, and the same bytes every time.
 */
#include "make_session.h"

#include <callwitness/report.h>

static const struct make_end resolver = { "192.168.1.1", 53 };
static const struct make_end events = { "203.0.113.9", 443 };
static const struct make_end peer = { "198.51.100.77", 41000 };

static struct make_end
me(uint16_t port)
{
	return (struct make_end){ "192.168.1.10", port };
}

static const struct finding *
only_finding(const struct judged_flow *j)
{
	assert_int_equal(j->finding_count, 1);
	return &j->findings[0];
}

static void
a_hello_names_its_flow(void **state)
{
	struct run *run = *state;
	const struct judged_flow *j;

	tape_tls(&run->tape, 0, me(50000), events, "EVT.demo.example", 100);
	j = run_flow(run_judge(run, NULL, NULL), events.port);
	assert_string_equal(j->identity.host, "evt.demo.example");
	assert_int_equal(j->identity.host_source, HOST_SNI);
	assert_int_equal(only_finding(j)->verdict.category, CATEGORY_TELEMETRY);
	assert_int_equal(only_finding(j)->verdict.dissector, DISSECTOR_TLS);
	assert_int_equal(j->ndpi->dissector, DISSECTOR_TLS);
}

static void
an_answer_names_a_flow_that_says_nothing(void **state)
{
	struct run *run = *state;
	uint8_t noise[300] = { 0x5a, 0x5b };
	const struct session *s;
	const struct judged_flow *j;

	tape_dns(&run->tape, 0, me(40000), resolver, "eu.log.demo.example",
	    "edge.cdn.example", "203.0.113.44");
	tape_udp(&run->tape, 50, me(50001), (struct make_end){ "203.0.113.44", 7777 },
	    noise, 300);
	s = run_judge(run, NULL, NULL);
	j = run_flow(s, 7777);
	assert_string_equal(j->identity.host, "eu.log.demo.example");
	assert_int_equal(j->identity.host_source, HOST_DNS);
	assert_int_equal(only_finding(j)->verdict.category, CATEGORY_DIAGNOSTICS);
	j = run_flow(s, 53);
	assert_int_equal(j->finding_count, 2);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(j->findings[i].verdict.dissector, DISSECTOR_DNS);
}

/* RFC 1035 section 4.2.2: over TCP a message has its length in front. */
static void
an_answer_over_tcp_names_too(void **state)
{
	struct run *run = *state;
	uint8_t noise[30] = { 0x5a }, message[512];
	uint32_t length;

	tape_handshake(&run->tape, 0, me(40000), resolver);
	length = make_dns(message + 2, "evt.demo.example", NULL, NULL);
	make_u16(message, length);
	tape_tcp(&run->tape, 20, me(40000), resolver, TCP_ACK, 1001, message, length + 2);
	length = make_dns(message + 2, "evt.demo.example", NULL, "2001:db8:5::9");
	make_u16(message, length);
	tape_tcp(&run->tape, 30, resolver, me(40000), TCP_ACK, 5001, message, length + 2);
	tape_udp(&run->tape, 90, (struct make_end){ "2001:db8:1::1", 50000 },
	    (struct make_end){ "2001:db8:5::9", 7777 }, noise, 30);
	assert_string_equal(run_flow(run_judge(run, NULL, NULL), 7777)->identity.host,
	    "evt.demo.example");
}

static void
a_host_header_names_its_flow(void **state)
{
	static const char request[] =
	    "POST /l HTTP/1.1\r\nHost: eu.log.demo.example\r\n\r\n";
	struct run *run = *state;
	struct make_end web = { "203.0.113.45", 80 };
	const struct judged_flow *j;

	tape_handshake(&run->tape, 0, me(50000), web);
	tape_tcp(
	    &run->tape, 20, me(50000), web, TCP_ACK, 1001, request, sizeof(request) - 1);
	j = run_flow(run_judge(run, NULL, NULL), 80);
	assert_string_equal(j->identity.host, "eu.log.demo.example");
	assert_int_equal(j->identity.host_source, HOST_HTTP);
	assert_int_equal(only_finding(j)->verdict.category, CATEGORY_DIAGNOSTICS);
}

/* A name in the stream beats an answer about the address. */
static void
what_the_flow_says_beats_dns(void **state)
{
	struct run *run = *state;
	const struct judged_flow *j;

	tape_dns(
	    &run->tape, 0, me(40000), resolver, "eu.log.demo.example", NULL, events.ip);
	tape_tls(&run->tape, 100, me(50000), events, "evt.demo.example", 100);
	j = run_flow(run_judge(run, NULL, NULL), events.port);
	assert_string_equal(j->identity.host, "evt.demo.example");
	assert_int_equal(j->identity.name_count, 1);
}

static void
a_call_is_audio_both_ways(void **state)
{
	struct run *run = *state;
	const struct session *s;
	const struct finding *f;
	uint8_t stun[20];

	tape_udp(&run->tape, 0, me(42000), peer, stun, make_stun(stun));
	tape_call(&run->tape, 100, me(42000), peer, 200);
	s = run_judge(run, NULL, NULL);
	assert_int_equal(s->flow_count, 1);
	assert_int_equal(s->flows[0].finding_count, 3);
	for (size_t i = 0; i < 3; i++) {
		f = &s->flows[0].findings[i];
		assert_int_equal(f->verdict.strength, STRENGTH_DECODED);
		assert_int_equal(f->verdict.kind,
		    f->stream->dissector == DISSECTOR_STUN ? KIND_ICE : KIND_AUDIO);
		/* Each side has its own source. */
		assert_int_equal(f->up_packets == 0 || f->down_packets == 0, 1);
	}
	assert_int_equal(s->up[CATEGORY_CONTENT].packets, 200);
	assert_int_equal(s->down[CATEGORY_CONTENT].packets, 200);
}

static void
frames_are_counted(void **state)
{
	struct run *run = *state;
	struct tape_frame *arp = tape_next(&run->tape, 5);
	const struct session *s;
	const struct traffic *t;

	memset(arp->bytes, 0, 60);
	make_u16(arp->bytes + 12, 0x0806);
	arp->length = 60;
	tape_call(&run->tape, 10, me(42000), peer, 10);
	s = run_judge(run, NULL, NULL);
	t = &s->input.traffic;
	assert_int_equal(t->frames, 21);
	assert_int_equal(t->decoder.results[PACKET_NOT_IP], 1);
	assert_int_equal(t->decoder.results[PACKET_OK], 20);
	assert_int_equal(t->first_ns, MAKE_BEGIN + 5 * MAKE_MS);
	assert_int_equal(t->last_ns, MAKE_BEGIN + (10 + 9 * 20 + 7) * MAKE_MS);
	assert_int_equal(t->payload_bytes, 20 * 92);
	assert_int_equal(s->coverage.payload_bytes, 20 * 92);
}

/* flows.ndjson of a run, in memory. */
static char *
flows_text(struct run *run, const char *app, size_t *size)
{
	struct report report = { .signatures = run->signatures };
	char *text = NULL;
	FILE *out = open_memstream(&text, size);

	report.session = run_judge(run, app, NULL);
	assert_int_equal(report_flows(&report, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void
the_same_frames_give_the_same_bytes(void **state)
{
	struct run *run = *state;
	uint64_t random = 5;
	size_t first_size = 0, second_size = 0;
	char *first, *second;

	tape_dns(&run->tape, 0, me(40000), resolver, "evt.demo.example", NULL, events.ip);
	for (uint16_t i = 0; i < 60; i++) {
		char ip[32];
		uint8_t noise[200];

		for (size_t k = 0; k < sizeof(noise); k++)
			noise[k] = (uint8_t)make_random(&random);
		snprintf(ip, sizeof(ip), "203.0.113.%u", 10 + i);
		tape_tls(&run->tape, 100 + i, me(50000 + i),
		    (struct make_end){ ip, (uint16_t)(500 + i) },
		    i % 3 ? "www.demo.example" : "in.crashy.example", 50u * i);
		tape_udp(&run->tape, 110 + i, me(51000),
		    (struct make_end){ ip, (uint16_t)(600 + i) }, noise, 150);
	}
	tape_call(&run->tape, 1000, me(42000), peer, 50);
	first = flows_text(run, NULL, &first_size);
	second = flows_text(run, NULL, &second_size);
	assert_true(first_size > 100000);
	assert_int_equal(first_size, second_size);
	assert_memory_equal(first, second, first_size);
	free(first);
	free(second);
}

/* Far more flows than the table takes: counted, folded, conserved, no leak. */
static void
a_flood_is_bounded_and_conserved(void **state)
{
	struct run *run = *state;
	struct flow_limits limits = flow_limits_default;
	struct engine_options options = { .signatures = run->signatures,
		.limits = &limits };
	struct error e = { 0 };
	const struct session *s;

	limits.active = 32;
	limits.kept = 64;
	for (unsigned i = 0; i < 1000; i++) {
		char ip[32];

		snprintf(ip, sizeof(ip), "203.0.%u.%u", i / 250, i % 250 + 1);
		tape_tls(&run->tape, i, me((uint16_t)(10000 + i)),
		    (struct make_end){ ip, 443 }, "evt.demo.example", 40);
	}
	run->engine = engine_new(&options, &e);
	assert_non_null(run->engine);
	tape_play(&run->tape, run->engine);
	s = engine_finish(run->engine, 7);
	assert_non_null(s);
	assert_int_equal(s->flow_count, 64);
	assert_int_equal(s->coverage.folded_flows, 1000 - 64);
	assert_int_equal(s->coverage.evicted_flows, 1000 - 32);
	assert_int_equal(s->coverage.kernel_drops, 7);
	assert_true(s->coverage.folded_payload_bytes > 0);
	assert_true(s->coverage.conserved);
}

/* Each frame cut at every length: nothing is read past its end, all that is decoded
 * counts. */
static void
cut_frames_are_safe_and_conserved(void **state)
{
	struct run *run = *state;
	struct engine_options options = { .signatures = run->signatures };
	struct error e = { 0 };

	tape_dns(&run->tape, 0, me(40000), resolver, "evt.demo.example", "a.example",
	    events.ip);
	tape_tls(&run->tape, 100, me(50000), events, "evt.demo.example", 100);
	tape_call(&run->tape, 200, me(42000), peer, 3);
	run->engine = engine_new(&options, &e);
	assert_non_null(run->engine);
	for (uint32_t cut = 0; cut < 200; cut++)
		for (size_t i = 0; i < run->tape.count; i++) {
			const struct tape_frame *t = &run->tape.frames[i];
			uint32_t captured = cut < t->length ? cut : t->length;
			uint8_t *exact = malloc(captured ? captured : 1);
			struct frame f = { .time_ns = t->time_ns + cut * MAKE_SECOND,
				.number = i + 1,
				.length = t->length,
				.captured = captured,
				.linktype = 1,
				.data = exact };

			memcpy(exact, t->bytes, captured);
			engine_packet(run->engine, &f);
			free(exact);
		}
	run->session = engine_finish(run->engine, 0);
	assert_true(run->session->coverage.conserved);
	assert_true(run->session->coverage.snapped > 1000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, run_setup, run_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_hello_names_its_flow),
		TEST(an_answer_names_a_flow_that_says_nothing),
		TEST(an_answer_over_tcp_names_too),
		TEST(a_host_header_names_its_flow),
		TEST(what_the_flow_says_beats_dns),
		TEST(a_call_is_audio_both_ways),
		TEST(frames_are_counted),
		TEST(the_same_frames_give_the_same_bytes),
		TEST(a_flood_is_bounded_and_conserved),
		TEST(cut_frames_are_safe_and_conserved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
