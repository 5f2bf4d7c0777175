/* SPDX-License-Identifier: Apache-2.0 */
/* What an open connection sends by itself is no data, and accuses nobody. */
#include "make_policy.h"

#define NEVER "says: never, data: telemetry"
#define MUTED "says: never, data: content.audio, when: muted"
#define CAMERA "says: never, data: content.video, when: camera_off"

static const struct make_stream sound = { .category = CATEGORY_CONTENT,
	.kind = KIND_AUDIO,
	.strength = STRENGTH_DECODED,
	.dissector = DISSECTOR_RTP,
	.nobody = true,
	.packets = 101,
	.bytes = 101 * 92,
	.from_ms = 5000,
	.to_ms = 35000 };

static const struct make_stream camera = { .category = CATEGORY_CONTENT,
	.kind = KIND_VIDEO,
	.strength = STRENGTH_DECODED,
	.dissector = DISSECTOR_RTP,
	.packets = 101,
	.bytes = 101 * 1000,
	.from_ms = 5000,
	.to_ms = 35000 };

/* The messages that went up, half a second apart: their sum, squares and pulses. */
static void
make_messages(struct world *w, size_t flow, const uint32_t *bytes, uint32_t count)
{
	struct made_flow *m = &w->made[flow];

	m->shape = (struct shape){ .units = { count, 0 } };
	m->finding.up_bytes = 0;
	m->packet_count = count;
	for (uint32_t i = 0; i < count; i++) {
		m->packets[i] = (struct made_packet){
			.at_ms = 5000 + 500 * i, .bytes = bytes[i], .count = 1
		};
		m->shape.unit_bytes[0] += bytes[i];
		m->shape.unit_square_sum[0] += (double)bytes[i] * bytes[i];
		m->finding.up_bytes += bytes[i];
	}
	world_pulses(w, flow);
}

static void
sound_in_a_state_accuses_when_it_is_told_to_be_sound(void **state)
{
	struct world *w = *state;
	struct make_stream how = sound;
	const struct claim_outcome *o = NULL;

	how.voiced = 22; /* up to 11.3 s; the state begins at 9 s, and a second later */
	how.silent = 79;
	world_stream(w, how);
	world_span(w, STATE_MUTED, 9000, 14000, false);
	o = world_claim(w, MUTED);
	assert_int_equal(o->outcome, OUTCOME_CONTRADICTED);
	assert_int_equal(o->severity, SEVERITY_HIGH);
	assert_int_equal(o->evidence_count, 1);
	assert_int_equal(o->evidence[0].packets, 10);
	assert_int_equal(o->evidence[0].first_frame, 117);
	assert_int_equal(o->evidence[0].last_frame, 126);
	assert_int_equal(o->up_bytes, 10 * 92);
	assert_string_equal(o->why,
	    "5 audio packets that carry sound (RFC 6464 level) went to 203.0.113.20 "
	    "while muted was marked (14:20:51.000 to 14:20:54.000); known by what "
	    "packets carry in clear.");
}

static void
zoom_tells_sound_by_its_payload_type(void **state)
{
	struct world *w = *state;
	struct make_stream how = sound;

	how.dissector = DISSECTOR_ZOOM;
	how.voiced = 101;
	world_stream(w, how);
	world_span(w, STATE_MUTED, 9000, 14000, false);
	assert_outcome(w, MUTED, OUTCOME_CONTRADICTED,
	    "10 audio packets that carry "
	    "sound (Zoom's payload type)");
}

static void
silent_packets_are_no_sound(void **state)
{
	struct world *w = *state;
	struct make_stream how = sound;

	how.silent = 101;
	world_stream(w, how);
	world_span(w, STATE_MUTED, 9000, 14000, false);
	assert_outcome(w, MUTED, OUTCOME_INCONCLUSIVE,
	    "1 stream, 920 B of audio went to 203.0.113.20 while muted was marked");
	assert_non_null(strstr(w->judgement->outcomes[0].why, "marked it as silent"));
}

static void
sound_that_is_not_told_does_not_accuse(void **state)
{
	struct world *w = *state;
	struct judged_flow *j = world_stream(w, sound);

	world_span(w, STATE_MUTED, 9000, 14000, false);
	assert_outcome(
	    w, MUTED, OUTCOME_INCONCLUSIVE, "packets do not tell whether they");
	j->findings[0].verdict.kind = KIND_MEDIA;
	assert_outcome(w, "says: never, data: content, when: muted", OUTCOME_INCONCLUSIVE,
	    "packets do not tell whether they hold sound");
}

static void
two_packets_of_sound_are_too_few(void **state)
{
	struct world *w = *state;
	struct make_stream how = sound;

	how.from_ms = 10100; /* the first packets lie within */
	how.to_ms = 40100;
	how.silent = 99;
	how.voiced = 2;
	world_stream(w, how);
	world_span(w, STATE_MUTED, 9000, 14000, false);
	assert_outcome(w, MUTED, OUTCOME_INCONCLUSIVE, "too few packets are said");
	w->made[0].packets[2].sound = SOUND_VOICED;
	world_pulses(w, 0);
	assert_outcome(w, MUTED, OUTCOME_CONTRADICTED, "3 audio packets");
}

/* The second at each end of the mark is nobody's. */
static void
sound_near_the_mark_does_not_accuse(void **state)
{
	struct world *w = *state;
	struct make_stream how = sound;

	how.voiced = 17; /* up to 9.8 s */
	how.silent = 84;
	world_stream(w, how);
	world_span(w, STATE_MUTED, 9000, 14000, false);
	assert_outcome(w, MUTED, OUTCOME_INCONCLUSIVE, "silent");
}

/* Never at all, in no state: any sound stream is one. */
static void
sound_that_is_never_sent_needs_no_level(void **state)
{
	struct world *w = *state;

	world_stream(w, sound);
	assert_outcome(w, "says: never, data: content.audio", OUTCOME_CONTRADICTED,
	    "1 stream, 9.3 kB of audio went to 203.0.113.20; known by");
	w->made[0].finding.up_packets = 2;
	assert_outcome(w, "says: never, data: content.audio", OUTCOME_INCONCLUSIVE,
	    "so few packets may be read wrongly");
}

static void
pictures_in_a_state_accuse_by_their_size(void **state)
{
	struct world *w = *state;

	world_stream(w, camera);
	world_span(w, STATE_CAMERA_OFF, 9000, 14000, false);
	world_span(w, STATE_SHARING, 40000, 50000, false);
	assert_outcome(w, CAMERA, OUTCOME_CONTRADICTED,
	    "1 stream, 10.0 kB of video went to Demo Inc. while camera off was marked");
	/* Black pictures of a camera that the browser switched off. */
	for (unsigned i = 0; i < camera.packets; i++)
		w->made[0].packets[i].bytes = 399;
	world_pulses(w, 0);
	assert_outcome(w, CAMERA, OUTCOME_INCONCLUSIVE, "black pictures or probes");
}

static void
few_pictures_do_not_accuse(void **state)
{
	struct world *w = *state;
	struct make_stream how = camera;

	how.packets = 11; /* one a second: two of them within */
	how.bytes = 11000;
	world_stream(w, how);
	world_span(w, STATE_SHARING, 40000, 50000, false);
	world_span(w, STATE_CAMERA_OFF, 9500, 13500, false);
	assert_outcome(w, CAMERA, OUTCOME_INCONCLUSIVE, "black pictures or probes");
	world_span(w, STATE_CAMERA_OFF, 4000, 9500, false);
	assert_outcome(w, CAMERA, OUTCOME_CONTRADICTED, NULL);
}

/* Plain RTP of a shared screen looks the same. */
static void
a_shared_screen_is_no_camera(void **state)
{
	static const char *const never = "says: never, data: content.video";
	struct world *w = *state;
	struct judged_flow *j = world_stream(w, camera);

	world_span(w, STATE_CAMERA_OFF, 9000, 14000, false);
	assert_outcome(w, CAMERA, OUTCOME_INCONCLUSIVE, "a shared screen looks like a");
	assert_outcome(w, never, OUTCOME_INCONCLUSIVE, "a shared screen looks like a");
	world_span(w, STATE_SHARING, 40000, 50000, false);
	assert_outcome(w, CAMERA, OUTCOME_CONTRADICTED, NULL);
	assert_outcome(w, never, OUTCOME_CONTRADICTED, NULL);
	world_span(w, STATE_SHARING, 2000, 11500, true); /* seen, though not marked */
	assert_outcome(w, CAMERA, OUTCOME_CONTRADICTED, "1 stream, 5.0 kB of video");
	assert_outcome(w, never, OUTCOME_CONTRADICTED, "1 stream, 79.0 kB of video");
	world_span(w, STATE_SHARING, 11500, 36000, true);
	assert_outcome(w, CAMERA, OUTCOME_INCONCLUSIVE, NULL);
	assert_outcome(w, never, OUTCOME_INCONCLUSIVE, NULL);
	world_span(w, STATE_SHARING, 2000, 36000, false);
	assert_outcome(w, never, OUTCOME_INCONCLUSIVE, NULL);
	/* Either is meant; and Zoom names what it sends. */
	assert_outcome(
	    w, "says: never, data: content", OUTCOME_CONTRADICTED, "of video went");
	j->findings[0].verdict.dissector = DISSECTOR_ZOOM;
	assert_outcome(w, CAMERA, OUTCOME_CONTRADICTED, NULL);
}

/* Hellos without and with post-quantum keys, the finish, pings, a farewell. */
static void
a_handshake_alone_does_not_accuse(void **state)
{
	static const struct {
		uint32_t count, bytes[16];
		enum outcome outcome;
	} rows[] = {
		{ 1, { 517 }, OUTCOME_INCONCLUSIVE },
		{ 2, { 517, 80 }, OUTCOME_INCONCLUSIVE },
		{ 3, { 517, 172, 63 }, OUTCOME_INCONCLUSIVE },
		{ 2, { 517, 225 }, OUTCOME_INCONCLUSIVE },
		{ 3, { 1850, 172, 63 }, OUTCOME_INCONCLUSIVE },
		{ 8, { 1850, 172, 39, 39, 39, 39, 39, 39 }, OUTCOME_INCONCLUSIVE },
		{ 16,
		    { 1850, 172, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39 },
		    OUTCOME_INCONCLUSIVE },
		{ 3, { 310, 1526, 24 }, OUTCOME_CONTRADICTED },
		{ 2, { 517, 600 }, OUTCOME_CONTRADICTED },
		{ 2, { 1850, 500 }, OUTCOME_CONTRADICTED },
		{ 1, { 2500 }, OUTCOME_CONTRADICTED },
	};
	struct world *w = *state;

	world_stream(w, (struct make_stream){ 0 });
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		make_messages(w, 0, rows[i].bytes, rows[i].count);
		w->made[0].finding.up_packets = rows[i].count + 1;
		assert_outcome(w, NEVER, rows[i].outcome, NULL);
		if (rows[i].outcome == OUTCOME_INCONCLUSIVE)
			assert_non_null(strstr(w->judgement->outcomes[0].why,
			    "a handshake or keep-alives alone"));
		/* Nor is it a proof that it is collected. */
		assert_outcome(w, "says: collects, data: telemetry",
		    rows[i].outcome == OUTCOME_CONTRADICTED ? OUTCOME_SUPPORTED
							    : OUTCOME_INCONCLUSIVE,
		    NULL);
	}
}

/* An hour of pings is kilobytes. */
static void
many_small_packets_do_not_accuse(void **state)
{
	struct world *w = *state;

	world_stream(w, (struct make_stream){ .bytes = 9000, .packets = 100 });
	w->made[0].shape = (struct shape){ .units = { 1, 0 } };
	assert_outcome(w, NEVER, OUTCOME_INCONCLUSIVE, "keep-alives alone");
}

/* Of a connection with gaps, small messages may have been taken for a large one. */
static void
a_gap_takes_the_second_message_away(void **state)
{
	static const uint32_t bytes[] = { 517, 600 };
	struct world *w = *state;

	world_stream(w, (struct make_stream){ 0 });
	make_messages(w, 0, bytes, COUNT_OF(bytes));
	assert_outcome(w, NEVER, OUTCOME_CONTRADICTED, NULL);
	w->made[0].flow.mid_flow = true;
	assert_outcome(w, NEVER, OUTCOME_INCONCLUSIVE, "keep-alives alone");
	w->made[0].flow.mid_flow = false;
	w->made[0].flow.side[1].missing_bytes = 1;
	assert_outcome(w, NEVER, OUTCOME_INCONCLUSIVE, "keep-alives alone");
}

/* Each lost packet may have been a ping. */
static void
lost_bytes_count_as_pings(void **state)
{
	struct world *w = *state;

	world_stream(w, (struct make_stream){ .bytes = 10000, .packets = 20 });
	w->made[0].flow.side[0].missing_bytes = 1500; /* 8000 are counted */
	assert_outcome(w, NEVER, OUTCOME_CONTRADICTED, NULL);
	w->made[0].flow.side[0].missing_bytes = 1520;
	assert_outcome(w, NEVER, OUTCOME_INCONCLUSIVE, "keep-alives alone");
}

/* What comes later does not hide what was sent. */
static void
pings_do_not_hide_a_message(void **state)
{
	struct world *w = *state;

	world_stream(
	    w, (struct make_stream){
		   .bytes = 4000, .packets = 100, .from_ms = 0, .to_ms = 59000 });
	w->made[0].shape = (struct shape){ .units = { 1, 0 } };
	assert_outcome(w, NEVER, OUTCOME_INCONCLUSIVE, "keep-alives alone");
	w->made[0].packets[3].bytes = 2100;
	world_pulses(w, 0);
	assert_outcome(w, NEVER, OUTCOME_CONTRADICTED, NULL);
}

/* QUIC pads its handshake. */
static void
quic_needs_more(void **state)
{
	struct world *w = *state;

	world_stream(w, (struct make_stream){
			    .dissector = DISSECTOR_QUIC, .bytes = 4899, .packets = 4 });
	assert_outcome(w, NEVER, OUTCOME_INCONCLUSIVE, "a handshake");
	world_stream(w, (struct make_stream){
			    .dissector = DISSECTOR_QUIC, .bytes = 4900, .packets = 4 });
	assert_outcome(w, NEVER, OUTCOME_CONTRADICTED, "1 stream");
}

/* On a connection that was open before the state began. */
static void
an_open_connection_needs_a_message(void **state)
{
	static const char *const off = NEVER ", when: optional_data_off";
	struct world *w = *state;

	world_stream(w, (struct make_stream){
			    .bytes = 4000, .packets = 41, .from_ms = 0, .to_ms = 40000 });
	world_span(w, STATE_OPTIONAL_DATA_OFF, 9500, 13500, false);
	assert_outcome(w, off, OUTCOME_INCONCLUSIVE, "1 stream, 194 B of telemetry");
	w->made[0].packets[11].bytes = 500;
	world_pulses(w, 0);
	assert_outcome(w, off, OUTCOME_CONTRADICTED, "1 stream, 597 B of telemetry");
	/* The same bytes in pings. */
	w->made[0].packets[11].count = 9;
	world_pulses(w, 0);
	assert_outcome(w, off, OUTCOME_INCONCLUSIVE, "keep-alives alone");
}

/* A connection that began in the state has its handshake there. */
static void
a_connection_of_the_state_needs_more(void **state)
{
	static const char *const off = NEVER ", when: optional_data_off";
	struct world *w = *state;

	world_stream(
	    w, (struct make_stream){
		   .bytes = 40000, .packets = 20, .from_ms = 11000, .to_ms = 30000 });
	world_span(w, STATE_OPTIONAL_DATA_OFF, 9500, 13000, false);
	assert_outcome(w, off, OUTCOME_INCONCLUSIVE, "1 stream, 2.0 kB of telemetry");
	w->made[0].packets[0].bytes = 2500;
	world_pulses(w, 0);
	assert_outcome(w, off, OUTCOME_CONTRADICTED, "1 stream, 2.5 kB of telemetry");
}

static void
what_can_be_read_is_no_handshake(void **state)
{
	struct world *w = *state;

	world_stream(w, (struct make_stream){
			    .dissector = DISSECTOR_HTTP, .bytes = 90, .packets = 1 });
	assert_outcome(w, NEVER, OUTCOME_CONTRADICTED, "1 stream, 90 B of telemetry");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(sound_in_a_state_accuses_when_it_is_told_to_be_sound),
		WORLD(zoom_tells_sound_by_its_payload_type),
		WORLD(silent_packets_are_no_sound),
		WORLD(sound_that_is_not_told_does_not_accuse),
		WORLD(two_packets_of_sound_are_too_few),
		WORLD(sound_near_the_mark_does_not_accuse),
		WORLD(sound_that_is_never_sent_needs_no_level),
		WORLD(pictures_in_a_state_accuse_by_their_size),
		WORLD(few_pictures_do_not_accuse),
		WORLD(a_shared_screen_is_no_camera),
		WORLD(a_handshake_alone_does_not_accuse),
		WORLD(many_small_packets_do_not_accuse),
		WORLD(a_gap_takes_the_second_message_away),
		WORLD(lost_bytes_count_as_pings),
		WORLD(pings_do_not_hide_a_message),
		WORLD(quic_needs_more),
		WORLD(an_open_connection_needs_a_message),
		WORLD(a_connection_of_the_state_needs_more),
		WORLD(what_can_be_read_is_no_handshake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
