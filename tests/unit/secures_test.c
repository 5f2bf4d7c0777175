/* SPDX-License-Identifier: Apache-2.0 */
/* How streams are protected on their way, and what that says of a promise. */
#include "make_policy.h"

static const struct make_stream sound = { .category = CATEGORY_CONTENT,
	.kind = KIND_AUDIO,
	.strength = STRENGTH_DECODED,
	.dissector = DISSECTOR_RTP };

#define SECURES "says: secures, data: telemetry"
#define SECURES_SOUND "says: secures, data: content.audio"

/* The first bytes of the media: each bit set in this share of a thousand packets. */
static void
make_leads(struct world *w, size_t flow, unsigned permille)
{
	struct rtp_stats *r = &w->made[flow].rtp;

	r->leads = 1000;
	for (unsigned i = 0; i < 8; i++)
		r->lead_bits[i] = permille;
}

static enum sealing
sealing(struct world *w, size_t flow, uint16_t least, const char **how)
{
	struct sight s = { .flow = &w->flows[flow], .finding = w->flows[flow].findings };

	return sight_sealing(&s, least, how);
}

/* The version a ClientHello offers at most, or a ServerHello chose. */
static void
versions_of_tls_are_held_against_the_promised(void **state)
{
	static const struct {
		uint16_t version, least;
		enum sealing sealing;
		const char *how;
	} rows[] = {
		{ 0, 0, SEALING_SEALED, NULL },
		{ 0, 0x0303, SEALING_TLS_UNKNOWN, NULL },
		{ 0x0300, 0, SEALING_TLS_OLD, "SSL 3.0" },
		{ 0x0300, 0x0303, SEALING_TLS_BROKEN, "SSL 3.0" },
		{ 0x0301, 0, SEALING_TLS_OLD, "TLS 1.0" },
		{ 0x0301, 0x0303, SEALING_TLS_BROKEN, "TLS 1.0" },
		{ 0x0302, 0x0304, SEALING_TLS_BROKEN, "TLS 1.1" },
		{ 0x0303, 0, SEALING_SEALED, NULL },
		{ 0x0303, 0x0303, SEALING_SEALED, NULL },
		/* A hello of TLS 1.3 says 1.2, RFC 8446 section 4.1.2. */
		{ 0x0303, 0x0304, SEALING_TLS_UNKNOWN, NULL },
		{ 0x0304, 0x0303, SEALING_SEALED, NULL },
		{ 0x0304, 0x0304, SEALING_SEALED, NULL },
		/* DTLS 1.0 counts downwards. */
		{ 0xfeff, 0x0303, SEALING_TLS_UNKNOWN, NULL },
	};
	struct world *w = *state;

	world_stream(w, (struct make_stream){ 0 });
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *how = "";

		w->made[0].ndpi.tls_version = rows[i].version;
		if (sealing(w, 0, rows[i].least, &how) != rows[i].sealing)
			fail_msg("version %x of %x", rows[i].version, rows[i].least);
		if (rows[i].how != NULL)
			assert_string_equal(how, rows[i].how);
		else
			assert_null(how);
	}
}

static void
encrypted_streams_support(void **state)
{
	struct world *w = *state;
	const struct claim_outcome *o = NULL;

	world_stream(
	    w, (struct make_stream){ .bytes = 4000, .strength = STRENGTH_DECODED });
	world_stream(w, (struct make_stream){ .bytes = 6000 });
	o = world_claim(w, SECURES ", tls: \"1.2\"");
	assert_int_equal(o->outcome, OUTCOME_SUPPORTED);
	assert_int_equal(o->strength, STRENGTH_DOCUMENTED); /* the weaker of the two */
	assert_int_equal(o->up_bytes, 10000);
	assert_string_equal(o->why,
	    "2 streams, 10.0 kB of telemetry went to Demo Inc., all of it encrypted as "
	    "far as packets show; known by documented endpoints.");
	assert_outcome(w, SECURES ", tls: \"1.3\"", OUTCOME_INCONCLUSIVE,
	    "but packets do not tell whether the promised version of TLS was used.");
}

static void
quic_is_tls_13(void **state)
{
	struct world *w = *state;

	world_stream(w, (struct make_stream){ .dissector = DISSECTOR_QUIC });
	assert_outcome(w, SECURES ", tls: \"1.3\"", OUTCOME_SUPPORTED, NULL);
}

static void
plain_http_contradicts(void **state)
{
	struct world *w = *state;
	const struct claim_outcome *o = NULL;

	world_stream(w, (struct make_stream){ 0 });
	world_stream(
	    w, (struct make_stream){ .dissector = DISSECTOR_HTTP, .bytes = 2714 });
	o = world_claim(w, SECURES);
	assert_int_equal(o->outcome, OUTCOME_CONTRADICTED);
	assert_int_equal(o->severity, SEVERITY_HIGH);
	assert_int_equal(o->evidence_count, 1);
	assert_int_equal(o->evidence[0].flow, 2);
	assert_string_equal(o->why,
	    "1 stream, 2.7 kB of telemetry went to Demo Inc. in plain HTTP; known by "
	    "documented endpoints.");
}

/* In a tunnel that a proxy opened, and where nobody knows whose it is. */
static void
http_that_may_be_something_else_does_not(void **state)
{
	struct world *w = *state;
	struct judged_flow *j =
	    world_stream(w, (struct make_stream){ .dissector = DISSECTOR_HTTP });

	w->made[0].ndpi.protocol = "HTTP_Connect";
	assert_outcome(w, SECURES, OUTCOME_INCONCLUSIVE,
	    "but packets do not tell whether it was encrypted.");
	w->made[0].ndpi.protocol = "HTTP";
	j->findings[0].verdict.strength = STRENGTH_LISTED;
	assert_outcome(
	    w, SECURES, OUTCOME_INCONCLUSIVE, "that is known only by public lists.");
}

static void
old_tls_contradicts_only_a_promised_version(void **state)
{
	struct world *w = *state;

	world_stream(w, (struct make_stream){ .tls = 0x0301 });
	assert_outcome(w, SECURES ", tls: \"1.2\"", OUTCOME_CONTRADICTED, "in TLS 1.0;");
	assert_outcome(w, SECURES, OUTCOME_INCONCLUSIVE, "deprecated (RFC 8996)");
}

static void
nothing_told_is_no_support(void **state)
{
	struct world *w = *state;

	world_stream(w, (struct make_stream){ 0 });
	world_stream(w, (struct make_stream){ 0 });
	assert_outcome(w, SECURES, OUTCOME_SUPPORTED, NULL);
	w->flows[1].ndpi = NULL;
	assert_outcome(w, SECURES, OUTCOME_INCONCLUSIVE,
	    "1 stream, 10.0 kB of telemetry went to Demo Inc., but packets do not tell");
}

static void
media_are_judged_by_their_first_bytes(void **state)
{
	struct world *w = *state;

	world_stream(w, sound);
	world_elsewhere(w);
	assert_outcome(
	    w, SECURES_SOUND, OUTCOME_INCONCLUSIVE, "whether it was encrypted");
	make_leads(w, 0, 500);
	assert_outcome(w, SECURES_SOUND, OUTCOME_SUPPORTED, "all of it encrypted");
	assert_outcome(
	    w, SECURES_SOUND ", tls: \"1.2\"", OUTCOME_INCONCLUSIVE, "version of TLS");
	/* The same bit everywhere: Opus in clear, or the app's own header. */
	make_leads(w, 0, 0);
	w->made[0].stream.payload_type = 111;
	assert_outcome(
	    w, SECURES_SOUND, OUTCOME_INCONCLUSIVE, "a header of the app's own");
}

static void
sound_of_static_codecs_in_clear_contradicts(void **state)
{
	static const uint8_t types[] = { 0, 3, 8, 9, 18 };
	struct world *w = *state;

	world_stream(w, sound);
	world_elsewhere(w);
	make_leads(w, 0, 0);
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		w->made[0].stream.payload_type = types[i];
		assert_outcome(w, SECURES_SOUND, OUTCOME_CONTRADICTED,
		    "in plain RTP; known by what packets carry in clear.");
	}
	make_leads(w, 0, 500); /* SRTP keeps the payload type */
	assert_outcome(w, SECURES_SOUND, OUTCOME_SUPPORTED, NULL);
}

/* Zoom and Discord have payload types of their own. */
static void
static_numbers_mean_nothing_elsewhere(void **state)
{
	struct world *w = *state;

	world_stream(w, sound);
	make_leads(w, 0, 0);
	w->made[0].stream.payload_type = 0;
	w->made[0].stream.dissector = DISSECTOR_ZOOM;
	assert_outcome(w, SECURES_SOUND, OUTCOME_INCONCLUSIVE, "no ciphertext");
}

/* Where DTLS agreed on keys, media too short to tell are taken for SRTP. */
static void
a_flow_with_dtls_has_keys(void **state)
{
	struct world *w = *state;
	struct stream streams[2];
	const char *how = NULL;

	world_stream(w, sound);
	streams[0] = w->made[0].stream;
	streams[1] = (struct stream){ .dissector = DISSECTOR_DTLS, .certain = true };
	w->made[0].flow.streams = streams;
	w->made[0].flow.stream_count = 2;
	assert_int_equal(sealing(w, 0, 0, &how), SEALING_SEALED);
	w->made[0].stream.payload_type = 0;
	make_leads(w, 0, 0);
	assert_int_equal(sealing(w, 0, 0, &how), SEALING_FRAMED);
	w->made[0].stream.dissector = DISSECTOR_DTLS;
	w->made[0].stream.has_rtp = false;
	assert_int_equal(sealing(w, 0, 0, &how), SEALING_SEALED);
	assert_int_equal(sealing(w, 0, 0x0303, &how), SEALING_TLS_UNKNOWN);
	streams[1].certain = w->made[0].stream.certain = false;
	assert_int_equal(sealing(w, 0, 0, &how), SEALING_UNKNOWN);
}

/* A weak stream in TLS decides nothing, on its own or beside a strong one. */
static void
weak_streams_that_are_encrypted_are_neutral(void **state)
{
	struct world *w = *state;

	world_stream(w, (struct make_stream){ .strength = STRENGTH_LISTED });
	assert_outcome(w, SECURES, OUTCOME_INCONCLUSIVE, "known only by public lists");
	world_stream(w, (struct make_stream){ 0 });
	assert_outcome(w, SECURES, OUTCOME_SUPPORTED, "1 stream");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(versions_of_tls_are_held_against_the_promised),
		WORLD(encrypted_streams_support),
		WORLD(quic_is_tls_13),
		WORLD(plain_http_contradicts),
		WORLD(http_that_may_be_something_else_does_not),
		WORLD(old_tls_contradicts_only_a_promised_version),
		WORLD(nothing_told_is_no_support),
		WORLD(media_are_judged_by_their_first_bytes),
		WORLD(sound_of_static_codecs_in_clear_contradicts),
		WORLD(static_numbers_mean_nothing_elsewhere),
		WORLD(a_flow_with_dtls_has_keys),
		WORLD(weak_streams_that_are_encrypted_are_neutral),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
