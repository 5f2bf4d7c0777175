/* SPDX-License-Identifier: Apache-2.0 */
/* The flow table: which packets make one flow, when it ends, and what happens at bounds.
 */
#include "make_packet.h"

#include <callwitness/flow.h>

static const struct make_end client = { "192.0.2.10", 50000 };
static const struct make_end server = { "198.51.100.5", 3478 };
static const uint8_t noise[1200] = { 0x7b, 0x11, 0x22, 0x33 };

struct watch {
	unsigned finished, released;
};

static void
release(struct flow_detail *d, void *context)
{
	struct watch *w = context;

	w->released++;
	free(d);
}

static void
finished(struct flow *f, void *context)
{
	struct watch *w = context;

	assert_false(f->in_table);
	w->finished++;
}

static struct flow_limits
limits_of(uint32_t active, uint32_t kept)
{
	struct flow_limits l = flow_limits_default;

	l.active = active;
	l.kept = kept;
	return l;
}

static struct flow_update
send(struct flow_table *t, struct packet p)
{
	struct flow_update u;

	flow_table_packet(t, &p, &u);
	return u;
}

static struct flow_update
send_udp(struct flow_table *t, struct make_end from, struct make_end to, uint32_t length,
    int64_t time_ns)
{
	return send(t, make_udp(from, to, noise, length, time_ns));
}

/* Payload over all flows and what was folded: as sent, less nothing. */
static uint64_t
accounted(const struct flow_table *t)
{
	uint64_t sum = flow_table_stats(t)->folded_payload_bytes;

	for (size_t i = 0; i < flow_table_count(t); i++) {
		const struct flow *f = flow_table_at(t, i);

		for (unsigned end = 0; f != NULL && end < 2; end++) {
			uint64_t streams = 0;

			for (unsigned k = 0; k < f->stream_count; k++)
				streams += f->streams[k].payload_bytes[end];
			assert_int_equal(streams, f->side[end].payload_bytes);
			sum += streams + f->side[end].retransmitted_bytes;
		}
	}
	return sum;
}

static void
both_directions_are_one_flow(void **state)
{
	struct flow_table *t = flow_table_new(NULL, NULL, NULL, NULL);
	struct flow_update up, down;
	unsigned sender;

	(void)state;
	up = send_udp(t, client, server, 100, MAKE_BEGIN);
	down = send_udp(t, server, client, 300, MAKE_BEGIN + MAKE_MS);
	sender = up.end;
	assert_true(up.created);
	assert_false(down.created);
	assert_ptr_equal(up.flow, down.flow);
	assert_int_equal(down.end, !sender);
	assert_int_equal(up.flow->id, 1);
	assert_int_equal(up.flow->first_end, sender);
	assert_int_equal(up.flow->key.end[sender].port, client.port);
	assert_int_equal(up.flow->side[sender].payload_bytes, 100);
	assert_int_equal(up.flow->side[sender].bytes, 154);
	assert_int_equal(up.flow->side[!sender].payload_bytes, 300);
	assert_int_equal(flow_table_stats(t)->created, 1);
	flow_table_free(t);
}

static void
each_part_of_the_tuple_separates(void **state)
{
	struct make_end other_port = { client.ip, 50001 },
			other_ip = { "192.0.2.11", 50000 };
	struct make_end v6 = { "2001:db8::1", 50000 },
			v6_server = { "2001:db8::2", 3478 };
	struct flow_table *t = flow_table_new(NULL, NULL, NULL, NULL);

	(void)state;
	send_udp(t, client, server, 10, MAKE_BEGIN);
	send_udp(t, other_port, server, 10, MAKE_BEGIN);
	send_udp(t, other_ip, server, 10, MAKE_BEGIN);
	send_udp(t, v6, v6_server, 10, MAKE_BEGIN);
	send(t, make_packet(6, client, server, noise, 10, MAKE_BEGIN));
	assert_int_equal(flow_table_stats(t)->created, 5);
	send_udp(t, v6_server, v6, 10, MAKE_BEGIN);
	assert_int_equal(flow_table_stats(t)->created, 5);
	flow_table_free(t);
}

/* Packets from an address and port to the same address and port: both ends are equal. */
static void
a_flow_with_itself_is_one_flow(void **state)
{
	struct flow_table *t = flow_table_new(NULL, NULL, NULL, NULL);
	struct flow_update u;

	(void)state;
	send_udp(t, client, client, 10, MAKE_BEGIN);
	u = send_udp(t, client, client, 10, MAKE_BEGIN);
	assert_int_equal(flow_table_stats(t)->created, 1);
	assert_int_equal(u.flow->side[0].payload_bytes, 20);
	flow_table_free(t);
}

static void
silence_ends_a_flow_by_packet_time(void **state)
{
	struct watch w = { 0 };
	struct flow_table *t = flow_table_new(NULL, release, finished, &w);
	int64_t idle = flow_limits_default.udp_idle_ns;
	struct flow_update first, second;

	(void)state;
	first = send_udp(t, client, server, 10, MAKE_BEGIN);
	second = send_udp(t, client, server, 10, MAKE_BEGIN + idle);
	assert_ptr_equal(first.flow, second.flow);
	second = send_udp(t, client, server, 10, MAKE_BEGIN + 2 * idle + 1);
	assert_true(second.created);
	assert_ptr_not_equal(first.flow, second.flow);
	assert_int_equal(first.flow->closed, FLOW_IDLE);
	assert_int_equal(flow_table_stats(t)->idled, 1);
	assert_int_equal(w.finished, 1);
	assert_int_equal(first.flow->side[first.end].payload_bytes, 20);
	flow_table_free(t);
}

static void
tcp_waits_longer_than_udp(void **state)
{
	struct flow_table *t = flow_table_new(NULL, NULL, NULL, NULL);
	int64_t udp = flow_limits_default.udp_idle_ns,
		tcp = flow_limits_default.tcp_idle_ns;

	(void)state;
	assert_true(tcp > udp + 1);
	send(t, make_tcp(client, server, TCP_ACK, 1, noise, 10, MAKE_BEGIN));
	send(t, make_tcp(client, server, TCP_ACK, 11, noise, 10, MAKE_BEGIN + udp + 1));
	assert_int_equal(flow_table_stats(t)->created, 1);
	send(t,
	    make_tcp(client, server, TCP_ACK, 21, noise, 10, MAKE_BEGIN + udp + tcp + 2));
	assert_int_equal(flow_table_stats(t)->created, 2);
	flow_table_free(t);
}

/* Other flows' packets end a silent flow: memory does not wait for it to speak again. */
static void
silent_flows_leave_when_others_speak(void **state)
{
	struct watch w = { 0 };
	struct flow_table *t = flow_table_new(NULL, release, finished, &w);
	int64_t late = MAKE_BEGIN + flow_limits_default.udp_idle_ns + MAKE_SECOND;
	struct make_end from = client;

	(void)state;
	for (unsigned i = 0; i < 20; i++, from.port++)
		send_udp(t, from, server, 10, MAKE_BEGIN + i * MAKE_MS);
	for (unsigned i = 0; i < 10; i++, from.port++)
		send_udp(t, from, server, 10, late + i * MAKE_SECOND);
	assert_int_equal(flow_table_stats(t)->idled, 20);
	assert_int_equal(w.finished, 20);
	flow_table_free(t);
}

static void
a_flow_is_cut_after_the_hard_limit(void **state)
{
	struct flow_limits l = flow_limits_default;
	struct flow_table *t = NULL;
	struct flow_update u = { 0 };
	const struct flow *first = NULL;

	(void)state;
	l.hard_ns = 100 * MAKE_SECOND;
	t = flow_table_new(&l, NULL, NULL, NULL);
	for (unsigned i = 0; i <= 101; i++) {
		u = send_udp(t, client, server, 10, MAKE_BEGIN + i * MAKE_SECOND);
		first = first ? first : u.flow;
	}
	assert_int_equal(first->closed, FLOW_AGED);
	assert_int_equal(first->side[u.end].packets, 101);
	assert_int_equal(u.flow->side[u.end].packets, 1);
	assert_int_equal(flow_table_stats(t)->aged, 1);
	assert_int_equal(accounted(t), 102 * 10);
	flow_table_free(t);
}

/* Merged files and several capture threads: a clock that steps back ends nothing. */
static void
time_may_go_backwards(void **state)
{
	struct flow_table *t = flow_table_new(NULL, NULL, NULL, NULL);
	struct flow_update u;

	(void)state;
	send_udp(t, client, server, 10, MAKE_BEGIN + 3600 * MAKE_SECOND);
	u = send_udp(t, client, server, 10, MAKE_BEGIN);
	assert_false(u.created);
	assert_int_equal(u.flow->last_ns, MAKE_BEGIN + 3600 * MAKE_SECOND);
	u = send_udp(t, client, server, 10, 0);
	u = send_udp(t, client, server, 10, INT64_MAX);
	u = send_udp(t, client, server, 10, 0);
	assert_int_equal(flow_table_stats(t)->created, 2);
	flow_table_finish(t);
	assert_int_equal(accounted(t), 50);
	flow_table_free(t);
}

static void
the_idlest_flow_is_evicted_and_kept(void **state)
{
	struct watch w = { 0 };
	struct flow_limits l = limits_of(4, 100);
	struct flow_table *t = flow_table_new(&l, release, finished, &w);
	struct make_end from = client;
	const struct flow *victim;

	(void)state;
	for (unsigned i = 0; i < 4; i++, from.port++)
		send_udp(t, from, server, 100 + i, MAKE_BEGIN + i * MAKE_SECOND);
	/* The first speaks again: now the second is the idlest. */
	send_udp(t, client, server, 1, MAKE_BEGIN + 5 * MAKE_SECOND);
	send_udp(t, client, server, 1, MAKE_BEGIN + 6 * MAKE_SECOND);
	victim = flow_table_at(t, 1);
	send_udp(t, from, server, 50, MAKE_BEGIN + 7 * MAKE_SECOND);
	assert_int_equal(flow_table_stats(t)->evicted, 1);
	assert_int_equal(flow_table_stats(t)->active_peak, 4);
	assert_int_equal(victim->closed, FLOW_EVICTED);
	assert_false(victim->in_table);
	assert_int_equal(w.finished, 1);
	assert_int_equal(accounted(t), 100 + 101 + 102 + 103 + 2 + 50);
	flow_table_free(t);
}

static void
flows_beyond_the_kept_are_folded(void **state)
{
	struct watch w = { 0 };
	struct flow_limits l = limits_of(4, 8);
	struct flow_table *t = flow_table_new(&l, release, finished, &w);
	struct make_end from = client;
	uint64_t sent = 0;

	(void)state;
	for (unsigned i = 0; i < 100; i++, from.port++) {
		struct flow_update u =
		    send_udp(t, from, server, 100 + i, MAKE_BEGIN + i * MAKE_MS);

		assert_non_null(u.flow);
		u.flow->detail = malloc(1);
		sent += 100 + i;
	}
	flow_table_finish(t);
	assert_int_equal(flow_table_count(t), 8);
	assert_int_equal(flow_table_stats(t)->created, 100);
	assert_int_equal(flow_table_stats(t)->folded, 92);
	assert_int_equal(flow_table_stats(t)->folded_packets, 92);
	assert_int_equal(w.released, 92);
	assert_int_equal(w.finished, 100);
	assert_int_equal(accounted(t), sent);
	flow_table_free(t);
	assert_int_equal(w.released, 100);
}

/* More flows than the first hash has buckets, and each is still found. */
static void
the_hash_grows(void **state)
{
	struct flow_table *t = flow_table_new(NULL, NULL, NULL, NULL);

	(void)state;
	for (unsigned round = 0; round < 2; round++)
		for (uint16_t port = 1; port <= 10000; port++)
			send_udp(t, (struct make_end){ client.ip, port }, server, 10,
			    MAKE_BEGIN + round * MAKE_SECOND);
	assert_int_equal(flow_table_stats(t)->created, 10000);
	flow_table_finish(t);
	assert_int_equal(flow_table_count(t), 10000);
	for (size_t i = 0; i < 10000; i++) {
		const struct flow *f = flow_table_at(t, i);

		assert_int_equal(f->id, i + 1);
		assert_int_equal(f->side[f->first_end].packets, 2);
	}
	assert_null(flow_table_at(t, 10000));
	flow_table_free(t);
}

/* What the snap length cut off was sent: it is counted, and told apart. */
static void
cut_packets_count_as_sent(void **state)
{
	struct flow_table *t = flow_table_new(NULL, NULL, NULL, NULL);
	struct packet p = make_udp(client, server, noise, 1200, MAKE_BEGIN);
	struct flow_update u;

	(void)state;
	p.payload_captured = 54;
	p.snapped = true;
	u = send(t, p);
	assert_true(u.flow->snapped);
	assert_int_equal(u.flow->side[u.end].payload_bytes, 1200);
	flow_table_free(t);
}

static void
packets_without_payload_make_no_stream(void **state)
{
	struct flow_table *t = flow_table_new(NULL, NULL, NULL, NULL);
	struct flow_update u = send(t, make_udp(client, server, NULL, 0, MAKE_BEGIN));

	(void)state;
	assert_null(u.stream);
	assert_int_equal(u.flow->stream_count, 0);
	assert_int_equal(u.flow->side[u.end].packets, 1);
	flow_table_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_directions_are_one_flow),
		cmocka_unit_test(each_part_of_the_tuple_separates),
		cmocka_unit_test(a_flow_with_itself_is_one_flow),
		cmocka_unit_test(silence_ends_a_flow_by_packet_time),
		cmocka_unit_test(tcp_waits_longer_than_udp),
		cmocka_unit_test(silent_flows_leave_when_others_speak),
		cmocka_unit_test(a_flow_is_cut_after_the_hard_limit),
		cmocka_unit_test(time_may_go_backwards),
		cmocka_unit_test(the_idlest_flow_is_evicted_and_kept),
		cmocka_unit_test(flows_beyond_the_kept_are_folded),
		cmocka_unit_test(the_hash_grows),
		cmocka_unit_test(cut_packets_count_as_sent),
		cmocka_unit_test(packets_without_payload_make_no_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
