/* SPDX-License-Identifier: Apache-2.0 */
/* TCP: who opened, which bytes are new, where one connection ends and the next begins. */
#include "make_packet.h"

#include <callwitness/flow.h>

static const struct make_end client = { "192.0.2.10", 50000 };
static const struct make_end server = { "198.51.100.5", 443 };
/* A smaller address than the client's: ends of the key are the other way round. */
static const struct make_end small = { "10.0.0.1", 443 };
static const uint8_t noise[1400] = { 0x7b, 0x11, 0x22, 0x33 };
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
send(void **state, struct make_end from, struct make_end to, uint8_t flags, uint32_t seq,
    uint32_t length)
{
	struct packet p = make_tcp(from, to, flags, seq, noise, length, now += MAKE_MS);
	struct flow_update u;

	flow_table_packet(*state, &p, &u);
	return u;
}

/* Data of the client: how many bytes of it are new. */
static uint32_t
fresh(void **state, uint32_t seq, uint32_t length)
{
	struct flow_update u = send(state, client, server, TCP_ACK, seq, length);
	const struct flow_side *s = &u.flow->side[u.end];

	assert_int_equal(u.fresh, u.new_payload > 0);
	assert_int_equal(u.stream != NULL, u.new_payload > 0);
	assert_true(s->payload_bytes + s->retransmitted_bytes <= 1 << 20);
	return u.new_payload;
}

static uint64_t
created(void **state)
{
	return flow_table_stats(*state)->created;
}

static void
the_sender_of_the_syn_opened(void **state)
{
	struct flow_update u = send(state, client, server, TCP_SYN, 1, 0);

	assert_int_equal(u.flow->opened, u.end ? FLOW_OPEN_1 : FLOW_OPEN_0);
	assert_false(u.flow->mid_flow);
	u = send(state, client, small, TCP_SYN, 1, 0);
	assert_int_equal(u.end, 1);
	assert_int_equal(u.flow->opened, FLOW_OPEN_1);
}

/* The answer alone says who asked. */
static void
the_receiver_of_a_syn_ack_opened(void **state)
{
	struct flow_update u = send(state, server, client, TCP_SYN | TCP_ACK, 1, 0);

	assert_int_equal(u.flow->opened, u.end ? FLOW_OPEN_0 : FLOW_OPEN_1);
	assert_false(u.flow->mid_flow);
}

static void
without_a_syn_nobody_opened(void **state)
{
	struct flow_update u = send(state, server, client, TCP_ACK, 100, 500);

	assert_int_equal(u.flow->opened, FLOW_OPEN_UNKNOWN);
	assert_true(u.flow->mid_flow);
	assert_int_equal(u.new_payload, 500);
	assert_int_equal(fresh(state, 77, 100), 100);
}

static void
a_retransmission_counts_apart(void **state)
{
	struct flow_update u;

	send(state, client, server, TCP_SYN, 999, 0);
	assert_int_equal(fresh(state, 1000, 100), 100);
	assert_int_equal(fresh(state, 1000, 100), 0);
	assert_int_equal(fresh(state, 1100, 50), 50);
	assert_int_equal(fresh(state, 1000, 150), 0);
	u = send(state, client, server, TCP_ACK, 1150, 0);
	assert_int_equal(u.flow->side[u.end].payload_bytes, 150);
	assert_int_equal(u.flow->side[u.end].retransmitted_bytes, 250);
	assert_int_equal(u.flow->streams[0].payload_bytes[u.end], 150);
}

static void
of_an_overlap_the_new_part_counts(void **state)
{
	fresh(state, 1000, 100);
	assert_int_equal(fresh(state, 1060, 100), 60);
	assert_int_equal(fresh(state, 1100, 100), 40);
	assert_int_equal(fresh(state, 1150, 20), 0);
}

static void
late_packets_fill_their_hole(void **state)
{
	fresh(state, 1000, 100);
	assert_int_equal(fresh(state, 1300, 100), 100);
	assert_int_equal(fresh(state, 1100, 100), 100);
	assert_int_equal(fresh(state, 1100, 100), 0);
	assert_int_equal(fresh(state, 1200, 100), 100);
	assert_int_equal(fresh(state, 1200, 100), 0);
	assert_int_equal(fresh(state, 1400, 10), 10);
}

/* Any order: three pieces of one hole, the middle first. */
static void
the_middle_of_a_hole_may_come_first(void **state)
{
	fresh(state, 1000, 100);
	fresh(state, 1400, 100);
	assert_int_equal(fresh(state, 1200, 100), 100);
	assert_int_equal(fresh(state, 1100, 100), 100);
	assert_int_equal(fresh(state, 1300, 100), 100);
	assert_int_equal(fresh(state, 1100, 300), 0);
}

/* One packet that covers a hole and what lies around it. */
static void
a_wide_packet_fills_what_was_missing(void **state)
{
	fresh(state, 1000, 100);
	fresh(state, 1200, 100);
	assert_int_equal(fresh(state, 1050, 300), 100 + 50);
	assert_int_equal(fresh(state, 1000, 350), 0);
}

/* More holes than are remembered: the oldest is given up, its bytes count as sent again.
 */
static void
the_oldest_of_too_many_holes_is_forgotten(void **state)
{
	fresh(state, 1000, 100);
	for (uint32_t i = 1; i <= FLOW_HOLES + 1; i++)
		assert_int_equal(fresh(state, 1000 + 200 * i, 100), 100);
	assert_int_equal(fresh(state, 1100, 100), 0);
	for (uint32_t i = 1; i <= FLOW_HOLES; i++)
		assert_int_equal(fresh(state, 1100 + 200 * i, 100), 100);
}

static void
sequence_numbers_wrap(void **state)
{
	send(state, client, server, TCP_SYN, 0xffffff9b, 0);
	assert_int_equal(fresh(state, 0xffffff9c, 100), 100);
	assert_int_equal(fresh(state, 0, 100), 100);
	assert_int_equal(fresh(state, 0xffffffce, 100), 0);
	/* And a hole across the wrap. */
	send(state, server, client, TCP_ACK, 0xffffff00, 0x80);
	send(state, server, client, TCP_ACK, 0x100, 0x80);
	assert_int_equal(
	    send(state, server, client, TCP_ACK, 0xffffff80, 0x180).new_payload, 0x180);
	assert_int_equal(
	    send(state, server, client, TCP_ACK, 0xffffffc0, 0x80).new_payload, 0);
}

/* RFC 9293 section 3.8.4: one byte, the last acknowledged, asks whether the peer lives.
 */
static void
a_keep_alive_byte_is_nothing_new(void **state)
{
	fresh(state, 1000, 100);
	assert_int_equal(fresh(state, 1099, 1), 0);
	assert_int_equal(fresh(state, 1099, 1), 0);
	assert_int_equal(fresh(state, 1100, 10), 10);
}

static void
reset_and_both_fins_let_a_syn_begin_anew(void **state)
{
	send(state, client, server, TCP_SYN, 1, 0);
	send(state, server, client, TCP_RST, 0, 0);
	send(state, client, server, TCP_SYN, 1, 0);
	assert_int_equal(created(state), 2);
	fresh(state, 2, 10);
	send(state, client, server, TCP_FIN | TCP_ACK, 12, 0);
	send(state, server, client, TCP_FIN | TCP_ACK, 50, 0);
	assert_int_equal(created(state), 2);
	send(state, client, server, TCP_SYN, 777, 0);
	assert_int_equal(created(state), 3);
	assert_int_equal(flow_table_at(*state, 1)->closed, FLOW_REUSED);
}

/* The end of the first connection was not captured. */
static void
another_syn_after_data_begins_anew(void **state)
{
	send(state, client, server, TCP_SYN, 999, 0);
	fresh(state, 1000, 100);
	send(state, client, server, TCP_SYN, 500000, 0);
	assert_int_equal(created(state), 2);
	assert_int_equal(fresh(state, 500001, 100), 100);
}

/* Nothing came back and the port is used again: the first byte of the new one is new. */
static void
another_syn_without_data_begins_anew(void **state)
{
	send(state, client, server, TCP_SYN, 500000, 0);
	send(state, client, server, TCP_SYN, 1000, 0);
	assert_int_equal(created(state), 2);
	assert_int_equal(fresh(state, 1001, 100), 100);
}

static void
the_same_syn_again_changes_nothing(void **state)
{
	struct flow_update u = send(state, client, server, TCP_SYN, 999, 0);

	send(state, client, server, TCP_SYN, 999, 0);
	send(state, server, client, TCP_SYN | TCP_ACK, 4999, 0);
	send(state, server, client, TCP_SYN | TCP_ACK, 4999, 0);
	assert_int_equal(created(state), 1);
	assert_int_equal(u.flow->side[u.end].packets, 2);
	assert_int_equal(fresh(state, 1000, 100), 100);
	send(state, client, server, TCP_SYN, 999, 0);
	assert_int_equal(created(state), 1);
}

/* RFC 7413: data in the SYN; without an answer the SYN goes again, bare. */
static void
a_syn_may_carry_data(void **state)
{
	struct flow_update u = send(state, client, server, TCP_SYN, 999, 80);

	assert_int_equal(u.new_payload, 80);
	send(state, client, server, TCP_SYN, 999, 0);
	u = send(state, client, server, TCP_SYN, 999, 80);
	assert_int_equal(u.new_payload, 0);
	assert_int_equal(created(state), 1);
	assert_int_equal(fresh(state, 1080, 10), 10);
}

static void
a_finished_connection_is_closed(void **state)
{
	struct flow_update u = send(state, client, server, TCP_SYN, 1, 0);

	send(state, client, server, TCP_FIN | TCP_ACK, 2, 0);
	send(state, server, client, TCP_FIN | TCP_ACK, 50, 0);
	flow_table_finish(*state);
	assert_int_equal(u.flow->closed, FLOW_CLOSED);
}

static void
an_open_connection_stays_active(void **state)
{
	struct flow_update u = send(state, client, server, TCP_SYN, 1, 0);

	send(state, client, server, TCP_FIN | TCP_ACK, 2, 0);
	flow_table_finish(*state);
	assert_int_equal(u.flow->closed, FLOW_ACTIVE);
}

/* Every byte of 3000 segments in any order, some twice, is new at most once. */
static void
each_byte_is_new_at_most_once(void **state)
{
	enum { BYTES = 20000 };
	static bool seen[BYTES];
	uint64_t random = 20260721, distinct = 0, counted = 0, sent = 0;
	struct flow_update u = { 0 };

	send(state, client, server, TCP_SYN, 0xffffe000 - 1, 0);
	for (uint32_t i = 0; i < 3000; i++) {
		uint32_t ahead = make_random(&random) % 4000,
			 base = i * 6 > 2000 ? i * 6 - 2000 : 0;
		uint32_t from = (base + ahead) % (BYTES - 400);
		uint32_t length = 1 + make_random(&random) % 400;

		u = send(state, client, server, TCP_ACK, 0xffffe000 + from, length);
		assert_true(u.new_payload <= length);
		counted += u.new_payload;
		sent += length;
		for (uint32_t k = from; k < from + length; k++) {
			distinct += !seen[k];
			seen[k] = true;
		}
	}
	assert_true(counted <= distinct);
	assert_true(counted * 10 >= distinct * 7);
	assert_int_equal(u.flow->side[u.end].payload_bytes, counted);
	assert_int_equal(u.flow->side[u.end].retransmitted_bytes, sent - counted);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_sender_of_the_syn_opened),
		TEST(the_receiver_of_a_syn_ack_opened),
		TEST(without_a_syn_nobody_opened),
		TEST(a_retransmission_counts_apart),
		TEST(of_an_overlap_the_new_part_counts),
		TEST(late_packets_fill_their_hole),
		TEST(the_middle_of_a_hole_may_come_first),
		TEST(a_wide_packet_fills_what_was_missing),
		TEST(the_oldest_of_too_many_holes_is_forgotten),
		TEST(sequence_numbers_wrap),
		TEST(a_keep_alive_byte_is_nothing_new),
		TEST(reset_and_both_fins_let_a_syn_begin_anew),
		TEST(another_syn_after_data_begins_anew),
		TEST(another_syn_without_data_begins_anew),
		TEST(the_same_syn_again_changes_nothing),
		TEST(a_syn_may_carry_data),
		TEST(a_finished_connection_is_closed),
		TEST(an_open_connection_stays_active),
		TEST(each_byte_is_new_at_most_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
