/* SPDX-License-Identifier: Apache-2.0 */
/* nDPI: what it reads in a flow's first packets, and Community IDs. */
#include "make_frame.h"

#include <callwitness/classify.h>

static const struct make_end client = { "192.0.2.10", 50000 };
static const struct make_end server = { "198.51.100.5", 443 };
static const struct make_end web = { "198.51.100.5", 80 };

struct lab {
	struct strings *strings;
	struct inspector *inspector;
	struct decoder *decoder;
	struct inspection *flow;
};

static int
setup(void **state)
{
	static struct lab lab;
	struct error e = { 0 };

	lab.strings = strings_new();
	lab.inspector = inspector_new(lab.strings, &e);
	lab.decoder = decoder_new();
	lab.flow = lab.inspector ? inspection_new(lab.inspector) : NULL;
	error_clear(&e);
	*state = &lab;
	return !lab.strings || !lab.inspector || !lab.decoder || !lab.flow;
}

/* Under ASan this finds what a flow of nDPI's leaves behind. */
static int
teardown(void **state)
{
	struct lab *lab = *state;

	inspector_free(lab->inspector);
	strings_free(lab->strings);
	decoder_free(lab->decoder);
	return 0;
}

/* Shows one TCP segment; true when nDPI has settled. */
static bool
show(struct lab *lab, struct make_end from, struct make_end to, uint32_t seq,
    const void *payload, uint32_t length)
{
	uint8_t bytes[MAKE_FRAME_MOST];
	struct packet p;
	struct frame f = {
		.time_ns = MAKE_BEGIN, .number = 1, .linktype = 1, .data = bytes
	};

	f.length = f.captured =
	    make_tcp_frame(bytes, from, to, TCP_ACK | TCP_PSH, seq, payload, length);
	assert_int_equal(packet_decode(lab->decoder, &f, &p), PACKET_OK);
	return inspection_packet(lab->inspector, lab->flow, &p);
}

static struct ndpi_facts
end(struct lab *lab)
{
	struct ndpi_facts facts;

	inspection_end(lab->inspector, lab->flow, &facts);
	lab->flow = NULL;
	return facts;
}

static void
a_client_hello_gives_the_name(void **state)
{
	struct lab *lab = *state;
	uint8_t hello[512];
	uint32_t length = make_client_hello(hello, "evt.demo.example");
	struct ndpi_facts facts;

	assert_true(show(lab, client, server, 1, hello, length));
	facts = end(lab);
	assert_string_equal(facts.host, "evt.demo.example");
	assert_int_equal(facts.dissector, DISSECTOR_TLS);
	assert_string_equal(facts.protocol, "TLS");
	assert_string_equal(facts.alpn, "h2");
	/* MD5 of "771,49199-156,0-10-11-16,29-23,0", computed apart. */
	assert_string_equal(facts.ja3, "dc3b53a73636ed4a05a931912dcabbff");
	assert_int_equal(facts.tls_version, 0x0303);
	assert_non_null(facts.category);
	assert_string_equal(facts.confidence, "DPI");
}

/* Control characters are no name: they would reach a terminal. */
static void
a_name_with_control_characters_is_none(void **state)
{
	struct lab *lab = *state;
	uint8_t hello[512];
	uint32_t length = make_client_hello(hello, "a\033[2Jb.example");
	struct ndpi_facts facts;

	(void)show(lab, client, server, 1, hello, length);
	facts = end(lab);
	if (facts.host != NULL)
		for (const char *c = facts.host; *c != '\0'; c++)
			assert_true(*c > ' ' && *c < 0x7f);
}

static void
a_request_gives_host_and_url(void **state)
{
	static const char request[] =
	    "POST /v1/log?x=1 HTTP/1.1\r\nHost: log.demo.example\r\n"
	    "User-Agent: Demo/7\r\nContent-Type: text/plain\r\n"
	    "Content-Length: 3\r\n\r\nabc";
	struct lab *lab = *state;
	struct ndpi_facts facts;

	assert_true(show(lab, client, web, 1, request, sizeof(request) - 1));
	facts = end(lab);
	assert_string_equal(facts.host, "log.demo.example");
	assert_int_equal(facts.dissector, DISSECTOR_HTTP);
	assert_string_equal(facts.protocol, "HTTP");
	assert_non_null(strstr(facts.url, "/v1/log?x=1"));
	assert_string_equal(facts.agent, "Demo/7");
	assert_string_equal(facts.content_type, "text/plain");
	assert_null(facts.ja3);
}

/* A Host header has a port now and then; the name is the same. */
static void
the_port_is_no_part_of_the_host(void **state)
{
	static const char request[] =
	    "GET / HTTP/1.1\r\nHost: log.demo.example:8080\r\n\r\n";
	struct lab *lab = *state;

	(void)show(lab, client, web, 1, request, sizeof(request) - 1);
	assert_string_equal(end(lab).host, "log.demo.example");
}

/* Random bytes settle on nothing, but in bounded time, and a guess by port names no host.
 */
static void
noise_is_given_up(void **state)
{
	struct lab *lab = *state;
	uint64_t random = 99;
	unsigned shown = 0;
	struct ndpi_facts facts;
	bool settled = false;

	while (!settled && shown < 100) {
		uint8_t noise[600];

		for (size_t i = 0; i < sizeof(noise); i++)
			noise[i] = (uint8_t)make_random(&random);
		settled =
		    show(lab, client, server, 1 + 600 * shown++, noise, sizeof(noise));
	}
	assert_in_range(shown, 1, 10);
	facts = end(lab);
	assert_null(facts.host);
	assert_int_equal(facts.dissector, DISSECTOR_NONE);
}

static void
nothing_shown_gives_no_facts(void **state)
{
	struct ndpi_facts facts = end(*state);

	assert_null(facts.protocol);
	assert_null(facts.host);
}

/* A flow's memory goes back to the pool and comes out blank. */
static void
memory_is_used_again_without_traces(void **state)
{
	struct lab *lab = *state;
	uint8_t hello[512];
	uint32_t length = make_client_hello(hello, "evt.demo.example");
	struct inspection *many[600];

	(void)show(lab, client, server, 1, hello, length);
	(void)end(lab);
	lab->flow = inspection_new(lab->inspector);
	assert_non_null(lab->flow);
	(void)show(lab, client, server, 1, "xyzzyxyzzyxyzzy", 15);
	assert_null(end(lab).host);
	for (size_t i = 0; i < COUNT_OF(many); i++) {
		lab->flow = many[i] = inspection_new(lab->inspector);
		assert_non_null(many[i]);
		(void)show(lab, client, server, 1, hello, length);
	}
	for (size_t i = 0; i < COUNT_OF(many); i++) {
		lab->flow = many[i];
		assert_string_equal(end(lab).host, "evt.demo.example");
	}
}

/* The ClientHello cut by the snap length at every byte: no crash, never a wrong name. */
static void
a_hello_cut_anywhere_is_safe(void **state)
{
	struct lab *lab = *state;
	uint8_t hello[512];
	uint32_t length = make_client_hello(hello, "evt.demo.example");

	for (uint32_t cut = 1; cut < length; cut++) {
		struct ndpi_facts facts;

		(void)show(lab, client, server, 1, hello, cut);
		facts = end(lab);
		if (facts.host != NULL)
			assert_string_equal(facts.host, "evt.demo.example");
		lab->flow = inspection_new(lab->inspector);
	}
	(void)end(lab);
}

static const char *
community(uint8_t proto, struct make_end from, struct make_end to)
{
	static char text[COMMUNITY_ID_SIZE];
	struct flow_table *t = flow_table_new(NULL, NULL, NULL, NULL);
	struct packet p = make_packet(proto, from, to, NULL, 0, MAKE_BEGIN);
	struct flow_update u;

	flow_table_packet(t, &p, &u);
	community_id(u.flow, text);
	flow_table_free(t);
	return text;
}

/* From the baselines of the Community ID specification, seed 0; both directions. */
static void
community_ids_are_those_of_the_specification(void **state)
{
	static const struct {
		uint8_t proto;
		struct make_end from, to;
		const char *id;
	} rows[] = {
		{ 6, { "128.232.110.120", 34855 }, { "66.35.250.204", 80 },
		    "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
		{ 17, { "192.168.1.52", 54585 }, { "8.8.8.8", 53 },
		    "1:d/FP5EW3wiY1vCndhwleRRKHowQ=" },
		{ 1, { "192.168.0.89", 8 }, { "192.168.0.1", 0 },
		    "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=" },
		{ 58, { "fe80::200:86ff:fe05:80da", 135 },
		    { "fe80::260:97ff:fe07:69ea", 136 },
		    "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=" },
		{ 132, { "192.168.170.8", 7 }, { "192.168.170.56", 80 },
		    "1:jQgCxbku+pNGw8WPbEc/TS/uTpQ=" },
		/* Computed by the specification's rule. */
		{ 6, { "2001:db8::1", 50000 }, { "2001:db8::2", 443 },
		    "1:YXqXufkGr4i6TbJJYF83fvyDLZ8=" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_string_equal(
		    community(rows[i].proto, rows[i].from, rows[i].to), rows[i].id);
		assert_string_equal(
		    community(rows[i].proto, rows[i].to, rows[i].from), rows[i].id);
	}
}

/* ICMP errors have no counterpart: the sender stays first, type and code are the ports.
 */
static void
one_way_icmp_keeps_its_direction(void **state)
{
	(void)state;
	assert_string_equal(community(1, (struct make_end){ "192.168.0.89", 3 },
				(struct make_end){ "192.168.0.1", 3 }),
	    "1:dPRpNwuTNOTQEtM23HPAdlCnrwc=");
	assert_string_equal(community(1, (struct make_end){ "192.168.0.1", 11 },
				(struct make_end){ "192.168.0.89", 0 }),
	    "1:5ppgsucJbrpJCp1T8kvBKS94Ib0=");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_client_hello_gives_the_name),
		TEST(a_name_with_control_characters_is_none),
		TEST(a_request_gives_host_and_url),
		TEST(the_port_is_no_part_of_the_host),
		TEST(noise_is_given_up),
		TEST(nothing_shown_gives_no_facts),
		TEST(memory_is_used_again_without_traces),
		TEST(a_hello_cut_anywhere_is_safe),
		cmocka_unit_test(community_ids_are_those_of_the_specification),
		cmocka_unit_test(one_way_icmp_keeps_its_direction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
