/* SPDX-License-Identifier: Apache-2.0 */
/* One stream, one category: which rule decides, and what is said where none does. */
#include "make_signatures.h"

#include "../../src/flow/private.h"

static struct signatures *set;

/* A flow from a private address to a public one, with one stream. */
struct scene {
	struct flow flow;
	struct stream stream;
	struct shape shape;
	struct rtp_stats rtp;
	struct identity identity;
	struct ndpi_facts ndpi;
	struct circumstances c;
	struct verdict v;
};

static struct scene *
scene_to(const char *remote, uint16_t port, uint8_t proto)
{
	static struct scene s;

	memset(&s, 0, sizeof(s));
	s.flow.key.proto = proto;
	s.flow.key.end[0] = (struct flow_end){ make_addr("10.0.0.2"), 50000 };
	s.flow.key.end[1] = (struct flow_end){ make_addr(remote), port };
	s.flow.first_ns = MAKE_BEGIN;
	s.flow.last_ns = MAKE_BEGIN + MAKE_SECOND;
	s.c = (struct circumstances){
		.signatures = set, .flow = &s.flow, .identity = &s.identity
	};
	return &s;
}

static void
name(struct scene *s, const char *host)
{
	s->identity.names[s->identity.name_count++] = host;
	s->identity.host = s->identity.names[0];
	s->identity.host_source = HOST_DNS;
}

static void
dissected(struct scene *s, enum dissector d, enum message m, bool certain)
{
	s->stream.dissector = (uint8_t)d;
	s->stream.message = (uint8_t)m;
	s->stream.certain = certain;
}

static void
opus(struct scene *s)
{
	struct rtp rtp = { .level = LEVEL_NONE, .media_bytes = 80 };

	for (uint16_t i = 0; i < 100; i++) {
		rtp.sequence = i;
		rtp.timestamp = i * 960u;
		(void)rtp_stats_add(&s->rtp, &rtp, MAKE_BEGIN + i * 20 * MAKE_MS);
	}
	dissected(s, DISSECTOR_RTP, MESSAGE_MEDIA, true);
	s->stream.has_rtp = true;
	s->stream.rtp = &s->rtp;
}

static void
busy_both_ways(struct scene *s)
{
	for (unsigned i = 0; i < 3000; i++)
		shape_add(&s->shape, i & 1, MAKE_BEGIN + i * 10 * MAKE_MS, 120 + i % 30);
	shape_end(&s->shape);
	s->flow.last_ns = MAKE_BEGIN + 30 * MAKE_SECOND;
	s->flow.shape = &s->shape;
}

static void
reports_every(struct scene *s, int64_t ms, int64_t drift)
{
	int64_t now = MAKE_BEGIN;

	for (unsigned i = 0; i < 8; i++) {
		for (unsigned k = 0; k < 2; k++)
			shape_add(&s->shape, 0, now + k * MAKE_MS, 1100);
		shape_add(&s->shape, 1, now + 50 * MAKE_MS, 150);
		now += (ms + i * drift) * MAKE_MS;
	}
	shape_end(&s->shape);
	s->flow.last_ns = now;
	s->flow.shape = &s->shape;
}

/* "category/kind strength rule" */
static const char *
verdict(struct scene *s)
{
	static char text[256];
	const char *kind;

	stream_verdict(&s->c, &s->stream, &s->v);
	kind = kind_name((enum kind)s->v.kind);
	snprintf(text, sizeof(text), "%s/%s %s %s",
	    category_name((enum category)s->v.category), kind ? kind : "-",
	    strength_name((enum strength)s->v.strength), s->v.rule ? s->v.rule->id : "-");
	return text;
}

static const char *
why(struct scene *s)
{
	static char text[1024];

	verdict_why(&s->c, &s->stream, &s->v, text, sizeof(text));
	return text;
}

static void
a_rule_decides_by_name(void **state)
{
	struct scene *s = scene_to("203.0.113.9", 443, 6);

	(void)state;
	name(s, "evt.demo.example");
	assert_string_equal(verdict(s), "telemetry/usage observed demo.events");
	assert_int_equal(s->v.basis, BASIS_RULE);
	assert_string_equal(s->v.host, "evt.demo.example");
	assert_non_null(strstr(why(s), "host evt.demo.example (dns)"));
	assert_non_null(strstr(why(s), "rule demo.events, observed"));
}

static void
an_exact_name_wins_over_a_pattern(void **state)
{
	struct scene *s = scene_to("203.0.113.9", 443, 6);

	(void)state;
	name(s, "eu.log.demo.example");
	assert_string_equal(verdict(s), "diagnostics/log listed demo.logs");
	s = scene_to("203.0.113.9", 443, 6);
	name(s, "www.demo.example");
	assert_string_equal(verdict(s), "signalling/control documented demo.control");
}

/* UDP is blocked and media goes over TLS to a host that is otherwise control. */
static void
a_steady_flow_to_a_known_host_is_media(void **state)
{
	struct scene *s = scene_to("203.0.113.9", 443, 6);

	(void)state;
	name(s, "mmr.demo.example");
	busy_both_ways(s);
	assert_string_equal(verdict(s), "content/media behavioural demo.media.tls");
	assert_int_equal(s->v.behaviour, BEHAVIOUR_MEDIA);
	assert_non_null(strstr(why(s), "behaves like media"));
	assert_non_null(strstr(why(s), "both ways in"));
}

static void
an_exact_name_wins_over_shape(void **state)
{
	struct scene *s = scene_to("203.0.113.9", 443, 6);

	(void)state;
	name(s, "evt.demo.example");
	busy_both_ways(s);
	assert_string_equal(verdict(s), "telemetry/usage observed demo.events");
}

static void
what_is_decoded_wins_over_every_name(void **state)
{
	struct scene *s = scene_to("203.0.113.9", 40000, 17);

	(void)state;
	name(s, "evt.demo.example");
	opus(s);
	assert_string_equal(verdict(s), "content/audio decoded demo.audio");
	assert_int_equal(s->v.message, MESSAGE_AUDIO);
	assert_null(s->v.host);
	assert_non_null(strstr(why(s), "rtp audio message"));
	assert_non_null(strstr(why(s), "48000 Hz"));
}

/* One packet that looked like RTP is no audio; its flow's name may still speak. */
static void
what_is_not_proved_is_not_decoded(void **state)
{
	struct scene *s = scene_to("203.0.113.9", 40000, 17);

	(void)state;
	opus(s);
	s->stream.certain = false;
	assert_string_equal(verdict(s), "unknown/- none -");
	assert_int_equal(s->v.dissector, DISSECTOR_NONE);
	name(s, "evt.demo.example");
	assert_string_equal(verdict(s), "telemetry/usage observed demo.events");
}

static void
a_network_decides_where_no_name_does(void **state)
{
	struct scene *s = scene_to("198.51.100.7", 9050, 17);

	(void)state;
	assert_string_equal(verdict(s), "content/media listed demo.media.net");
	assert_non_null(strstr(why(s), "address 198.51.100.7 port 9050"));
	name(s, "evt.demo.example");
	assert_string_equal(verdict(s), "telemetry/usage observed demo.events");
	s = scene_to("198.51.100.7", 9101, 17);
	assert_string_equal(verdict(s), "unknown/- none -");
	s = scene_to("198.51.100.7", 9050, 6);
	assert_string_equal(verdict(s), "unknown/- none -");
}

static void
names_that_agree_keep_the_strength(void **state)
{
	struct scene *s = scene_to("203.0.113.9", 443, 6);

	(void)state;
	name(s, "www.demo.example");
	name(s, "api.demo.example");
	assert_string_equal(verdict(s), "signalling/control documented demo.control");
	assert_false(s->v.names_differ);
}

/* DESIGN, Names: the most specific decides, but only by behavioural strength. */
static void
names_that_disagree_weaken_the_verdict(void **state)
{
	struct scene *s = scene_to("203.0.113.9", 443, 6);

	(void)state;
	name(s, "www.demo.example");
	name(s, "evt.demo.example");
	assert_string_equal(verdict(s), "telemetry/usage behavioural demo.events");
	assert_true(s->v.names_differ);
	assert_non_null(strstr(why(s), "several names that disagree"));
}

/* Unknown rather than wrong: an address that another, unlisted service shares. */
static void
a_name_that_nobody_lists_disagrees_too(void **state)
{
	struct scene *s = scene_to("203.0.113.9", 443, 6);

	(void)state;
	name(s, "shop.example");
	name(s, "evt.demo.example");
	assert_string_equal(verdict(s), "telemetry/usage behavioural demo.events");
	assert_true(s->v.names_differ);
}

static void
an_unlisted_name_is_another_program(void **state)
{
	struct scene *s = scene_to("203.0.113.9", 443, 6);

	(void)state;
	name(s, "shop.example");
	busy_both_ways(s);
	assert_string_equal(verdict(s), "other/- none -");
	assert_int_equal(s->v.basis, BASIS_UNLISTED);
	assert_non_null(strstr(why(s), "shop.example (dns) is in no signature"));
}

static void
shape_alone_says_media(void **state)
{
	struct scene *s = scene_to("203.0.113.9", 443, 6);

	(void)state;
	busy_both_ways(s);
	assert_string_equal(verdict(s), "content/media behavioural -");
	assert_int_equal(s->v.basis, BASIS_SHAPE);
	assert_non_null(strstr(why(s), "behaves like media"));
}

/* Like clockwork it is telemetry; people's rhythm proves nothing. */
static void
shape_alone_says_telemetry_only_of_clockwork(void **state)
{
	struct scene *s = scene_to("203.0.113.9", 443, 6);

	(void)state;
	reports_every(s, 10000, 0);
	assert_string_equal(verdict(s), "telemetry/usage behavioural -");
	s = scene_to("203.0.113.9", 443, 6);
	reports_every(s, 3000, 4000);
	assert_string_equal(verdict(s), "unknown/- none -");
	assert_int_equal(s->v.basis, BASIS_NONE);
}

static void
nothing_known_is_unknown(void **state)
{
	struct scene *s = scene_to("203.0.113.9", 443, 6);

	(void)state;
	assert_string_equal(verdict(s), "unknown/- none -");
	assert_int_equal(s->v.basis, BASIS_NONE);
	assert_non_null(strstr(why(s), "no name, no rule"));
}

static void
the_local_network_is_other(void **state)
{
	static const char *const remotes[] = { "239.255.255.250", "ff02::fb",
		"192.168.7.7", "fd00::1", "169.254.1.1", "255.255.255.255", "0.0.0.0",
		"::" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(remotes); i++) {
		struct scene *s = scene_to(remotes[i], 5353, 17);

		assert_string_equal(verdict(s), "other/- behavioural -");
		assert_int_equal(s->v.basis, BASIS_LAN);
		assert_non_null(strstr(why(s), "local network"));
	}
}

/* A call between two machines of one network is content all the same. */
static void
a_call_in_the_local_network_is_content(void **state)
{
	struct scene *s = scene_to("192.168.7.7", 40000, 17);

	(void)state;
	opus(s);
	assert_string_equal(verdict(s), "content/audio decoded demo.audio");
}

static void
other_machines_are_not_judged(void **state)
{
	struct scene *s = scene_to("203.0.113.9", 40000, 17);

	(void)state;
	name(s, "evt.demo.example");
	opus(s);
	s->c.foreign = true;
	assert_string_equal(verdict(s), "other/- none -");
	assert_int_equal(s->v.basis, BASIS_FOREIGN);
	assert_non_null(strstr(why(s), "neither end is the machine"));
	assert_null(remote_rule(&s->c));
}

/* What nDPI read stands in for a dissector of ours. */
static void
ndpi_names_what_we_do_not_dissect(void **state)
{
	struct scene *s = scene_to("203.0.113.9", 443, 6);

	(void)state;
	s->ndpi.dissector = DISSECTOR_TLS;
	s->ndpi.protocol = "TLS";
	s->c.ndpi = &s->ndpi;
	(void)verdict(s);
	assert_int_equal(s->v.dissector, DISSECTOR_TLS);
	assert_int_equal(s->v.message, MESSAGE_SESSION);
	assert_non_null(strstr(why(s), "tls session message"));
}

static void
the_recipient_is_named_whatever_it_receives(void **state)
{
	struct scene *s = scene_to("203.0.113.9", 443, 17);
	const struct rule *who;

	(void)state;
	name(s, "in.crashy.example");
	opus(s);
	assert_string_equal(verdict(s), "content/audio decoded demo.audio");
	who = remote_rule(&s->c);
	assert_non_null(who);
	assert_string_equal(who->entity, "Crashy Ltd");
	assert_string_equal(who->country, "GB");
}

/* A reason never writes past its room. */
static void
a_reason_is_cut_to_its_room(void **state)
{
	struct scene *s = scene_to("203.0.113.9", 443, 6);
	char text[64];

	(void)state;
	name(s, "mmr.demo.example");
	busy_both_ways(s);
	(void)verdict(s);
	for (size_t size = 1; size < sizeof(text); size++) {
		memset(text, 'x', sizeof(text));
		verdict_why(&s->c, &s->stream, &s->v, text, size);
		assert_int_equal(strlen(text), size - 1);
		assert_int_equal(text[size], 'x');
	}
}

static int
setup(void **state)
{
	const char *text = MAKE_DEMO;

	(void)state;
	set = make_signatures(&text, 1);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	signatures_free(set);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_decides_by_name),
		cmocka_unit_test(an_exact_name_wins_over_a_pattern),
		cmocka_unit_test(a_steady_flow_to_a_known_host_is_media),
		cmocka_unit_test(an_exact_name_wins_over_shape),
		cmocka_unit_test(what_is_decoded_wins_over_every_name),
		cmocka_unit_test(what_is_not_proved_is_not_decoded),
		cmocka_unit_test(a_network_decides_where_no_name_does),
		cmocka_unit_test(names_that_agree_keep_the_strength),
		cmocka_unit_test(names_that_disagree_weaken_the_verdict),
		cmocka_unit_test(a_name_that_nobody_lists_disagrees_too),
		cmocka_unit_test(an_unlisted_name_is_another_program),
		cmocka_unit_test(shape_alone_says_media),
		cmocka_unit_test(shape_alone_says_telemetry_only_of_clockwork),
		cmocka_unit_test(nothing_known_is_unknown),
		cmocka_unit_test(the_local_network_is_other),
		cmocka_unit_test(a_call_in_the_local_network_is_content),
		cmocka_unit_test(other_machines_are_not_judged),
		cmocka_unit_test(ndpi_names_what_we_do_not_dissect),
		cmocka_unit_test(the_recipient_is_named_whatever_it_receives),
		cmocka_unit_test(a_reason_is_cut_to_its_room),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
