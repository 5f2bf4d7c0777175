/* SPDX-License-Identifier: Apache-2.0 */
/* Streams: which part of its flow a payload belongs to, and that no byte is lost. */
#include "make_packet.h"

#include <callwitness/flow.h>

static const struct make_end alice = { "192.0.2.10", 50000 };
static const struct make_end bob = { "198.51.100.5", 40000 };
static int64_t now;

static int
setup(void **state)
{
	now = MAKE_BEGIN;
	*state = flow_table_new(NULL, NULL, NULL, NULL);
	return *state == NULL;
}

static int
teardown(void **state)
{
	flow_table_free(*state);
	return 0;
}

static struct flow_update
send(void **state, struct make_end from, struct make_end to, const uint8_t *payload,
    uint32_t length)
{
	struct packet p = make_udp(from, to, payload, length, now += 20 * MAKE_MS);
	struct flow_update u;

	p.number = (uint64_t)((now - MAKE_BEGIN) / (20 * MAKE_MS));
	flow_table_packet(*state, &p, &u);
	return u;
}

static struct flow_update
send_rtp(void **state, uint16_t sequence, uint32_t ssrc, uint8_t payload_type)
{
	uint8_t rtp[200];
	uint32_t length =
	    make_rtp(rtp, payload_type, sequence, sequence * 960u, ssrc, 100);

	return send(state, alice, bob, rtp, length);
}

static const struct stream *
stream_of(const struct flow *f, uint32_t ssrc, uint8_t payload_type)
{
	for (unsigned i = 0; i < f->stream_count; i++)
		if (f->streams[i].has_rtp && f->streams[i].ssrc == ssrc &&
		    f->streams[i].payload_type == payload_type)
			return &f->streams[i];
	return NULL;
}

static struct pulse_sum
pulses_of(const struct stream *s, unsigned end)
{
	struct pulse_sum sum;

	pulses_within(&s->pulses[end], INT64_MIN, INT64_MAX, &sum);
	return sum;
}

/* Bytes of all streams are those of the flow, and those of all pulses the stream's. */
static void
assert_conserved(const struct flow *f)
{
	for (unsigned end = 0; end < 2; end++) {
		uint64_t bytes = 0;

		for (unsigned i = 0; i < f->stream_count; i++) {
			const struct stream *s = &f->streams[i];
			struct pulse_sum sum = pulses_of(s, end);

			assert_int_equal(sum.bytes, s->payload_bytes[end]);
			assert_int_equal(sum.packets, s->packets[end]);
			bytes += s->payload_bytes[end];
		}
		assert_int_equal(bytes, f->side[end].payload_bytes);
	}
}

static void
two_consistent_packets_prove_rtp(void **state)
{
	const struct flow *f = send_rtp(state, 10, 0x1234, 111).flow;

	assert_false(stream_of(f, 0x1234, 111)->certain);
	assert_int_equal(f->confirmed, DISSECTOR_NONE);
	send_rtp(state, 11, 0x1234, 111);
	assert_true(stream_of(f, 0x1234, 111)->certain);
	assert_int_equal(f->confirmed, DISSECTOR_RTP);
	assert_int_equal(stream_of(f, 0x1234, 111)->packets[0], 2);
	assert_int_equal(stream_of(f, 0x1234, 111)->first_frame, 1);
	assert_int_equal(stream_of(f, 0x1234, 111)->last_frame, 2);
}

static void
a_lone_lookalike_stays_unproved(void **state)
{
	const struct flow *f = send_rtp(state, 10, 0x1234, 111).flow;

	flow_table_finish(*state);
	assert_int_equal(f->stream_count, 1);
	assert_false(f->streams[0].certain);
}

/* The same number again, one from far ahead, one from before: none of them proves. */
static void
inconsistent_numbers_prove_nothing(void **state)
{
	const struct flow *f = send_rtp(state, 1000, 0x1234, 111).flow;

	send_rtp(state, 1000, 0x1234, 111);
	assert_false(stream_of(f, 0x1234, 111)->certain);
	send_rtp(state, 999, 0x1234, 111);
	assert_false(stream_of(f, 0x1234, 111)->certain);
	send_rtp(state, 30000, 0x1234, 111);
	assert_false(stream_of(f, 0x1234, 111)->certain);
}

static void
a_sequence_that_wraps_still_proves(void **state)
{
	const struct flow *f = send_rtp(state, 65535, 0x1234, 111).flow;

	send_rtp(state, 0, 0x1234, 111);
	assert_true(stream_of(f, 0x1234, 111)->certain);
	assert_int_equal(stream_of(f, 0x1234, 111)->rtp->lost, 0);
}

/* Payload whose first bits happen to be RTP's, one time in four, with any SSRC. */
static void
noise_proves_no_stream(void **state)
{
	uint64_t random = 4711, sent = 0;
	const struct flow *f = NULL;

	for (unsigned i = 0; i < 4000; i++) {
		uint8_t payload[300];
		uint32_t length = 40 + make_random(&random) % 260;

		for (uint32_t k = 0; k < length; k++)
			payload[k] = (uint8_t)make_random(&random);
		payload[0] |= 0x40; /* nothing of ours but RTP begins so high */
		f = send(state, alice, bob, payload, length).flow;
		sent += length;
	}
	flow_table_finish(*state);
	for (unsigned i = 0; i < f->stream_count; i++)
		assert_false(f->streams[i].has_rtp && f->streams[i].certain);
	assert_true(f->stream_count < 8);
	assert_int_equal(f->side[f->first_end].payload_bytes, sent);
	assert_conserved(f);
}

static void
interleaved_sources_are_streams(void **state)
{
	const struct flow *f = NULL;

	for (uint16_t i = 0; i < 50; i++) {
		f = send_rtp(state, i, 0xa, 111).flow;
		send_rtp(state, (uint16_t)(7000 + i), 0xb, 96);
		send_rtp(state, (uint16_t)(7000 + i), 0xb,
		    97); /* another type, its own stream */
	}
	assert_int_equal(f->stream_count, 3);
	assert_int_equal(stream_of(f, 0xa, 111)->packets[f->first_end], 50);
	assert_int_equal(stream_of(f, 0xa, 111)->payload_bytes[f->first_end], 50 * 112);
	assert_int_equal(stream_of(f, 0xb, 96)->packets[f->first_end], 50);
	assert_true(stream_of(f, 0xb, 97)->certain);
	assert_conserved(f);
}

/* STUN beside media on one port, as WebRTC has it. */
static void
stun_and_media_are_told_apart(void **state)
{
	uint8_t stun[20];
	const struct flow *f = send(state, alice, bob, stun, make_stun(stun)).flow;

	send_rtp(state, 1, 0xa, 111);
	send_rtp(state, 2, 0xa, 111);
	send(state, bob, alice, stun, make_stun(stun));
	assert_int_equal(f->stream_count, 2);
	assert_int_equal(f->streams[0].dissector, DISSECTOR_STUN);
	assert_int_equal(f->streams[0].message, MESSAGE_BINDING);
	assert_true(f->streams[0].certain);
	assert_int_equal(f->streams[0].payload_bytes[0], 20);
	assert_int_equal(f->streams[0].payload_bytes[1], 20);
	assert_int_equal(f->streams[1].dissector, DISSECTOR_RTP);
	assert_conserved(f);
}

/* More proved sources than a flow may have: no byte is lost, none lands with a stranger.
 */
static void
sources_beyond_the_limit_are_unnamed(void **state)
{
	const struct flow *f = NULL;
	const struct stream *s = NULL;
	uint64_t named = 0;

	for (uint32_t ssrc = 1; ssrc <= 2 * FLOW_STREAMS; ssrc++)
		for (uint16_t i = 0; i < 3; i++)
			f = send_rtp(state, (uint16_t)(ssrc * 100 + i), ssrc * 7919, 111)
				.flow;
	flow_table_finish(*state);
	assert_true(f->stream_count <= FLOW_STREAMS);
	assert_true(f->streams_folded > 0);
	assert_conserved(f);
	for (unsigned i = 0; i < f->stream_count; i++) {
		s = &f->streams[i];
		if (!s->has_rtp || !s->certain)
			continue;
		/* Three packets each: a named stream holds its own and no other's. */
		assert_true(s->packets[f->first_end] <= 3);
		assert_true(s->rtp->packets <= 3);
		named += s->packets[f->first_end];
	}
	assert_true(named >= (FLOW_STREAMS - 8) * 3);
}

/* nDPI has named it: the dissectors are not asked again. */
static void
an_opaque_flow_is_one_stream(void **state)
{
	struct flow_update u = { 0 };
	uint8_t payload[100] = { 0x5a };

	u = send(state, alice, bob, payload, 100);
	u.flow->opaque = true;
	for (uint16_t i = 0; i < 5; i++)
		u = send_rtp(state, i, 0xa, 111);
	assert_null(u.datagram);
	assert_int_equal(u.flow->stream_count, 1);
	assert_int_equal(u.flow->streams[0].payload_bytes[u.end], 100 + 5 * 112);
}

static void
times_of_a_stream_do_not_run_backwards(void **state)
{
	const struct stream *s = NULL;

	send_rtp(state, 1, 0xa, 111);
	send_rtp(state, 2, 0xa, 111);
	now -= 3600 * MAKE_SECOND;
	s = send_rtp(state, 3, 0xa, 111).stream;
	assert_int_equal(s->first_ns, MAKE_BEGIN + 20 * MAKE_MS);
	assert_int_equal(s->last_ns, MAKE_BEGIN + 40 * MAKE_MS);
}

/* RTP with an audio level, RFC 6464, of 20 bytes in all; V is set, as Chromium does. */
static void
send_level(void **state, uint16_t sequence, uint8_t level, bool padding)
{
	uint8_t rtp[32];

	make_rtp(rtp, 111, sequence, sequence * 960u, 0xa, 20);
	rtp[0] = padding ? 0xb0 : 0x90;
	memcpy(rtp + 12, "\xbe\xde\0\1\x10\0\0\0", 8);
	rtp[17] = 0x80 | level;
	memset(rtp + 20, 0, 11);
	rtp[31] = padding ? 12 : 0;
	send(state, alice, bob, rtp, 32);
}

static void
pulses_tell_voice_by_the_level(void **state)
{
	const struct flow *f = NULL;
	struct pulse_sum sum;
	uint16_t sequence = 0;

	for (unsigned i = 0; i < 30; i++)
		send_level(state, sequence++, 127, false);
	for (unsigned i = 0; i < 12; i++)
		send_level(state, sequence++, (uint8_t)(20 + i), false);
	for (unsigned i = 0; i < 5; i++)
		send_level(state, sequence++, 20, true);
	f = flow_table_at(*state, 0);
	sum = pulses_of(stream_of(f, 0xa, 111), f->first_end);
	assert_int_equal(sum.packets, 42);
	assert_int_equal(sum.silent, 28); /* the first two do not tell */
	assert_int_equal(sum.voiced, 12);
	assert_int_equal(stream_of(f, 0xa, 111)->rtp->voiced, 42);
	assert_int_equal(f->streams[1].message, MESSAGE_PADDING);
	sum = pulses_of(&f->streams[1], f->first_end);
	assert_int_equal(sum.packets, 5);
	assert_int_equal(sum.voiced + sum.silent, 0);
	assert_conserved(f);
}

/* Ciphertext where the extension would be: now and then it looks like a level. */
static void
rare_levels_tell_no_voice(void **state)
{
	const struct stream *s = NULL;
	struct pulse_sum sum;

	for (uint16_t i = 0; i < 400; i++)
		if (i % 20 == 0)
			send_level(state, i, (uint8_t)(i % 128), false);
		else
			send_rtp(state, i, 0xa, 111);
	s = stream_of(flow_table_at(*state, 0), 0xa, 111);
	sum = pulses_of(s, flow_table_at(*state, 0)->first_end);
	assert_int_equal(s->rtp->levelled, 20);
	assert_int_equal(sum.packets, 400);
	assert_int_equal(sum.voiced + sum.silent, 0);
}

static void
both_ends_have_pulses_of_their_own(void **state)
{
	const struct flow *f = NULL;
	uint8_t stun[20];
	struct pulse_sum up, down;

	make_stun(stun);
	for (unsigned i = 0; i < 90; i++) {
		if (i % 3 == 0)
			send(state, bob, alice, stun, 20);
		f = send(state, alice, bob, stun, 20).flow;
	}
	up = pulses_of(&f->streams[0], !f->first_end);
	down = pulses_of(&f->streams[0], f->first_end);
	assert_int_equal(up.packets, 90);
	assert_int_equal(down.packets, 30);
	assert_int_equal(down.first_ns, MAKE_BEGIN + 20 * MAKE_MS);
	assert_int_equal(up.first_ns, MAKE_BEGIN + 40 * MAKE_MS);
	assert_int_equal(up.last_ns, now);
	assert_int_equal(up.last_frame, 120);
	assert_true(pulses_count(&f->streams[0].pulses[0]) >= 120 * 20 / 269);
	assert_conserved(f);
}

/* What looked like four sources and more is the unnamed stream's, and told no sound. */
static void
folded_streams_hand_over_their_pulses(void **state)
{
	const struct flow *f = NULL;
	const struct stream *rest = NULL;

	for (uint32_t ssrc = 1; ssrc <= 40; ssrc++) {
		uint8_t rtp[32];

		make_rtp(rtp, 111, (uint16_t)(ssrc * 999), 1, ssrc, 20);
		rtp[0] = 0x90;
		memcpy(rtp + 12, "\xbe\xde\0\1\x10\x7f\0\0", 8);
		now += 300 * MAKE_MS;
		f = send(state, alice, bob, rtp, 32).flow;
	}
	for (unsigned i = 0; i < f->stream_count; i++)
		if (f->streams[i].dissector == DISSECTOR_NONE)
			rest = &f->streams[i];
	assert_non_null(rest);
	assert_int_equal(rest->packets[f->first_end], 36);
	assert_int_equal(pulses_of(rest, f->first_end).silent, 0);
	assert_int_equal(pulses_count(&rest->pulses[f->first_end]), 36);
	assert_conserved(f);
}

/* However small the budget is: windows are longer, nothing is lost. */
static void
a_small_budget_loses_nothing(void **state)
{
	struct flow_limits limits = flow_limits_default;

	flow_table_free(*state);
	limits.pulses = 100;
	*state = flow_table_new(&limits, NULL, NULL, NULL);
	for (uint16_t i = 0; i < 2000; i++) {
		send_rtp(state, i, 0xa, 111);
		send_rtp(state, (uint16_t)(7000 + i), 0xb, 96);
	}
	flow_table_finish(*state);
	assert_conserved(flow_table_at(*state, 0));
	assert_true(pulses_count(&flow_table_at(*state, 0)->streams[0].pulses[1]) +
			pulses_count(&flow_table_at(*state, 0)->streams[1].pulses[1]) <=
		    102);
}

/* A payload of one of the kinds that a call mixes, or noise. */
static uint32_t
any_payload(uint64_t *random, uint8_t *payload)
{
	uint32_t what = make_random(random) % 6, length = make_random(random) % 1200;

	for (uint32_t i = 0; i < length; i++)
		payload[i] = (uint8_t)make_random(random);
	if (what == 0)
		return make_stun(payload);
	if (what == 1)
		return make_rtp(
		    payload, 111, (uint16_t)(now / (20 * MAKE_MS)), 1, 0xa, 99);
	if (what == 2)
		return make_rtp(payload, 96, (uint16_t)make_random(random), 1,
		    make_random(random) % 100, length);
	if (what == 3 && length > 12) { /* an RTCP receiver report in front of noise */
		payload[0] = 0x81;
		payload[1] = 201;
		make_u16(payload + 2, 7);
	}
	if (what == 4 && length > 0)
		payload[0] = (uint8_t)(make_random(random) % 0x40);
	return length;
}

/* 20000 packets of 16 flows, UDP and TCP, in any order and of any content. */
static void
any_traffic_is_conserved(void **state)
{
	uint64_t random = 0x9e3779b97f4a7c15, sent = 0, counted = 0;
	uint32_t next[16] = { 0 };

	for (unsigned i = 0; i < 20000; i++) {
		uint8_t payload[1400];
		uint32_t length = any_payload(&random, payload),
			 which = make_random(&random) % 16;
		struct make_end a = { "192.0.2.10", (uint16_t)(50000 + which) };
		bool up = make_random(&random) & 1;
		struct packet p =
		    make_udp(up ? a : bob, up ? bob : a, payload, length, now);
		struct flow_update u;

		now += 20 * MAKE_MS - (int64_t)(make_random(&random) % 30) * MAKE_MS;
		if (which >= 8) {
			p.proto = 6;
			p.tcp_flags = TCP_ACK;
			p.tcp_seq = next[which] - make_random(&random) % 64;
			next[which] = p.tcp_seq + length + make_random(&random) % 64;
		}
		if (make_random(&random) % 8 == 0)
			p.payload_captured = length / 3;
		flow_table_packet(*state, &p, &u);
		sent += length;
	}
	flow_table_finish(*state);
	for (size_t i = 0; i < flow_table_count(*state); i++) {
		const struct flow *f = flow_table_at(*state, i);

		assert_conserved(f);
		for (unsigned end = 0; end < 2; end++)
			counted +=
			    f->side[end].payload_bytes + f->side[end].retransmitted_bytes;
	}
	assert_int_equal(flow_table_stats(*state)->created, 16);
	assert_int_equal(counted, sent);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_consistent_packets_prove_rtp),
		TEST(a_lone_lookalike_stays_unproved),
		TEST(inconsistent_numbers_prove_nothing),
		TEST(a_sequence_that_wraps_still_proves),
		TEST(noise_proves_no_stream),
		TEST(interleaved_sources_are_streams),
		TEST(stun_and_media_are_told_apart),
		TEST(sources_beyond_the_limit_are_unnamed),
		TEST(an_opaque_flow_is_one_stream),
		TEST(times_of_a_stream_do_not_run_backwards),
		TEST(pulses_tell_voice_by_the_level),
		TEST(rare_levels_tell_no_voice),
		TEST(both_ends_have_pulses_of_their_own),
		TEST(folded_streams_hand_over_their_pulses),
		TEST(a_small_budget_loses_nothing),
		TEST(any_traffic_is_conserved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
