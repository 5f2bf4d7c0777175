/* SPDX-License-Identifier: Apache-2.0 */
/* TCP payload that was sent and not captured: each byte once, and no byte falsely. */
#include "make_packet.h"

#include <callwitness/flow.h>

static const struct make_end client = { "192.0.2.10", 50000 };
static const struct make_end server = { "198.51.100.5", 443 };
static const uint8_t noise[1400] = { 0x7b, 0x11, 0x22, 0x33 };
static int64_t now;
static struct flow *flow;
static unsigned client_end;

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

static void
send_packet(void **state, struct packet p, bool up)
{
	struct flow_update u;

	flow_table_packet(*state, &p, &u);
	flow = u.flow;
	client_end = up ? u.end : !u.end;
}

/* From the client. */
static void
up(void **state, uint8_t flags, uint32_t seq, uint32_t length)
{
	send_packet(state,
	    make_tcp(client, server, flags, seq, noise, length, now += MAKE_MS), true);
}

static void
data(void **state, uint32_t seq, uint32_t length)
{
	up(state, TCP_ACK, seq, length);
}

/* What the server confirms. */
static void
ack(void **state, uint8_t flags, uint32_t number)
{
	struct packet p =
	    make_tcp(server, client, TCP_ACK | flags, 5000, NULL, 0, now += MAKE_MS);

	p.tcp_ack = number;
	send_packet(state, p, false);
}

/* Of the client's, when all is over; of the server's there is none. */
static uint64_t
missing(void **state)
{
	flow_table_finish(*state);
	assert_int_equal(flow->side[!client_end].missing_bytes, 0);
	return flow->side[client_end].missing_bytes;
}

static void
all_seen_is_nothing_missing(void **state)
{
	up(state, TCP_SYN, 999, 0);
	ack(state, TCP_SYN, 1000);
	data(state, 1000, 100);
	data(state, 1100, 100);
	ack(state, 0, 1200);
	up(state, TCP_FIN | TCP_ACK, 1200, 0);
	ack(state, TCP_FIN, 1201);
	up(state, TCP_ACK, 1201, 0);
	assert_int_equal(missing(state), 0);
}

static void
a_gap_is_missing(void **state)
{
	data(state, 1000, 100);
	data(state, 1300, 100);
	data(state, 1400, 100);
	assert_int_equal(flow->side[client_end].missing_bytes, 0); /* it may yet come */
	assert_int_equal(missing(state), 200);
}

static void
a_gap_filled_later_is_not(void **state)
{
	data(state, 1000, 100);
	data(state, 1300, 100);
	data(state, 1200, 100);
	data(state, 1100, 100);
	data(state, 1100, 100);
	assert_int_equal(missing(state), 0);
}

static void
of_a_gap_the_rest_is_missing(void **state)
{
	data(state, 1000, 100);
	data(state, 2000, 100);
	data(state, 1400, 50);
	data(state, 1050, 100);
	assert_int_equal(missing(state), 900 - 50 - 50);
}

/* Every second segment is lost, in more gaps than are remembered. */
static void
gaps_forgotten_are_missing(void **state)
{
	for (uint32_t i = 0; i < 10 * FLOW_HOLES; i++)
		data(state, 1000 + 200 * i, 100);
	assert_true(flow->side[client_end].missing_bytes > 0);
	assert_int_equal(missing(state), (10 * FLOW_HOLES - 1) * 100);
}

/* A train of losses, each repaired later, as a bulk transfer has them (teams_idle). */
static void
many_gaps_are_remembered(void **state)
{
	for (uint32_t round = 0; round < 2; round++)
		for (uint32_t i = 0; i < FLOW_HOLES; i++)
			data(state, 1000 + 200 * i + 100 * round, 100);
	assert_int_equal(missing(state), 0);
	assert_int_equal(flow->side[client_end].retransmitted_bytes, 0);
}

/* Each lost segment comes again later, but some gaps are forgotten by then. */
static void
no_byte_is_missing_twice(void **state)
{
	for (uint32_t round = 0; round < 2; round++)
		for (uint32_t i = 0; i <= 2 * FLOW_HOLES; i++)
			data(state, 1000 + 200 * i + 100 * round, 100);
	assert_int_equal(missing(state), FLOW_HOLES * 100);
}

static void
a_gap_may_lie_across_the_wrap(void **state)
{
	data(state, 0xffffff00, 0x80);
	data(state, 0x100, 0x80);
	data(state, 0xffffff80, 0x40);
	assert_int_equal(missing(state), 0x180 - 0x40);
}

static void
the_middle_of_a_connection_misses_nothing(void **state)
{
	up(state, TCP_ACK, 777000, 0);
	ack(state, 0, 777000);
	data(state, 777000, 100);
	ack(state, 0, 777000);
	data(state, 777100, 100);
	assert_int_equal(missing(state), 0);
}

/* Probes of RFC 9293 section 3.8.4, with the last byte again or without. */
static void
keep_alives_miss_nothing(void **state)
{
	data(state, 1000, 100);
	up(state, TCP_ACK, 1099, 0);
	ack(state, 0, 1100);
	data(state, 1099, 1);
	ack(state, 0, 1100);
	data(state, 1100, 10);
	assert_int_equal(missing(state), 0);
}

/* A FIN takes a number; a RST may carry any. */
static void
ends_miss_nothing(void **state)
{
	data(state, 1000, 100);
	up(state, TCP_FIN | TCP_ACK, 1100, 0);
	up(state, TCP_FIN | TCP_ACK, 1100, 0);
	up(state, TCP_FIN | TCP_ACK, 1101, 0);
	ack(state, 0, 1101);
	up(state, TCP_ACK, 1101, 0);
	up(state, TCP_RST, 90000, 0);
	ack(state, TCP_RST, 90000);
	assert_int_equal(missing(state), 0);
}

static void
a_reset_with_a_fin_misses_nothing(void **state)
{
	data(state, 1000, 100);
	up(state, TCP_RST | TCP_FIN, 90000, 0);
	assert_int_equal(missing(state), 0);
}

/* Nobody saw the FIN: its number is none of the data's. */
static void
an_unseen_fin_is_no_byte(void **state)
{
	data(state, 1000, 100);
	ack(state, 0, 1101);
	assert_int_equal(missing(state), 0);
}

static void
a_fin_tells_what_came_before(void **state)
{
	data(state, 1000, 100);
	up(state, TCP_FIN | TCP_ACK, 1500, 0);
	data(state, 1400, 100);
	ack(state, 0, 1501);
	assert_int_equal(missing(state), 300);
}

/* The end of the data was not captured, but the server has it. */
static void
what_is_confirmed_was_sent(void **state)
{
	data(state, 0x90000000, 100);
	ack(state, 0, 0x90000000 + 1101);
	ack(state, 0, 0x90000000 + 500);
	assert_int_equal(missing(state), 1000);
}

/* Confirmed before it was recorded: interfaces have more than one queue. */
static void
data_may_come_after_its_confirmation(void **state)
{
	data(state, 0xffffff00, 100);
	ack(state, 0, 0xffffff00 + 300);
	data(state, 0xffffff00 + 200, 100);
	data(state, 0xffffff00 + 100, 100);
	assert_int_equal(missing(state), 0);
}

/* Gigabytes, one way: 32 bits do not hold them. */
static void
much_may_be_confirmed(void **state)
{
	data(state, 1000, 100);
	for (uint32_t i = 1; i <= 100; i++)
		ack(state, 0, 1100 + i * (100u << 20));
	ack(state, 0, 1101 + 100 * (100u << 20));
	assert_int_equal(missing(state), UINT64_C(100) * (100 << 20));
}

/* A gap that is confirmed as well counts once. */
static void
a_confirmed_gap_counts_once(void **state)
{
	data(state, 1000, 100);
	data(state, 1300, 100);
	ack(state, 0, 1401);
	assert_int_equal(missing(state), 200);
}

/* Of a capture of one direction nothing is said, whatever it confirms. */
static void
an_end_that_is_not_seen_misses_nothing(void **state)
{
	ack(state, 0, 1000);
	ack(state, 0, 900000);
	assert_int_equal(missing(state), 0);
}

/* More than RFC 7323's largest window, there or back: another numbering. */
static void
jumps_are_no_gaps(void **state)
{
	data(state, 1000, 100);
	data(state, 1200, 100); /* what was missing before stays so */
	data(state, 0x60000000, 100);
	assert_int_equal(flow->side[client_end].missing_bytes, 100);
	data(state, 0x10000000, 100);
	ack(state, 0, 0x70000000);
	ack(state, 0, 0x10000000 + 100 + 8);
	assert_int_equal(missing(state), 100 + 7);
}

/* An answer to a SYN that was not captured: the connection before has ended. */
static void
a_new_numbering_is_no_gap(void **state)
{
	data(state, 1000, 100);
	up(state, TCP_SYN | TCP_ACK, 500000, 0);
	data(state, 500001, 100);
	assert_int_equal(missing(state), 0);
}

static void
what_idles_out_is_settled(void **state)
{
	const struct flow *first = NULL;

	data(state, 1000, 100);
	data(state, 1300, 100);
	first = flow;
	now += flow_limits_default.tcp_idle_ns + MAKE_SECOND;
	data(state, 1500, 100);
	assert_ptr_not_equal(flow, first);
	assert_int_equal(first->side[client_end].missing_bytes, 200);
	assert_int_equal(missing(state), 0);
}

/* Segments of one stream of bytes, some lost, some twice, in windows of any order. */
static void
seen_and_missing_are_all(void **state)
{
	uint64_t random = 4711, lost = 0;
	uint32_t seq = 0xfffff000;

	up(state, TCP_SYN, seq - 1, 0);
	for (unsigned i = 0; i < 3000; i++) {
		uint32_t length = 1 + make_random(&random) % 1400;

		switch (make_random(&random) % 8) {
		case 0: /* lost */
			lost += length;
			break;
		case 1: /* late by one, and twice */
			data(state, seq + length, 300);
			data(state, seq, length);
			data(state, seq, length);
			length += 300;
			break;
		default:
			data(state, seq, length);
		}
		seq += length;
	}
	data(state, seq, 1);
	assert_int_equal(missing(state), lost);
	assert_int_equal(flow->side[client_end].payload_bytes + lost,
	    (uint64_t)(seq + 1 - 0xfffff000));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_seen_is_nothing_missing),
		TEST(a_gap_is_missing),
		TEST(a_gap_filled_later_is_not),
		TEST(of_a_gap_the_rest_is_missing),
		TEST(gaps_forgotten_are_missing),
		TEST(many_gaps_are_remembered),
		TEST(no_byte_is_missing_twice),
		TEST(a_gap_may_lie_across_the_wrap),
		TEST(the_middle_of_a_connection_misses_nothing),
		TEST(keep_alives_miss_nothing),
		TEST(ends_miss_nothing),
		TEST(a_reset_with_a_fin_misses_nothing),
		TEST(an_unseen_fin_is_no_byte),
		TEST(a_fin_tells_what_came_before),
		TEST(what_is_confirmed_was_sent),
		TEST(data_may_come_after_its_confirmation),
		TEST(much_may_be_confirmed),
		TEST(a_confirmed_gap_counts_once),
		TEST(an_end_that_is_not_seen_misses_nothing),
		TEST(jumps_are_no_gaps),
		TEST(a_new_numbering_is_no_gap),
		TEST(what_idles_out_is_settled),
		TEST(seen_and_missing_are_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
