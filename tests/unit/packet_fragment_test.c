/* SPDX-License-Identifier: Apache-2.0 */
/* IPv4 and IPv6 fragments, whole, out of order, overlapping, hostile. */
#include "packet_vectors.h"

#define SECOND INT64_C(1000000000)

/* One datagram: UDP 1000 to 2000, then bytes counting up from 8. */
static uint8_t datagram[60000];

struct part {
	uint32_t offset, length;
	bool more;
	uint8_t fill; /* not 0: these bytes instead */
};

struct source {
	struct decoder *d;
	struct frame frame;
	struct packet packet;
	bool v6;
	uint32_t id;
	uint8_t bytes[61000];
};

static int
setup(void **state)
{
	struct source *s = calloc(1, sizeof(*s));

	for (uint32_t i = 0; i < sizeof(datagram); i++)
		datagram[i] = (uint8_t)i;
	memcpy(datagram, "\x03\xe8\x07\xd0\x00\x00\x00\x00", 8);
	s->d = decoder_new();
	s->id = 7;
	s->frame.linktype = 12;
	*state = s;
	return s->d == NULL;
}

static int
teardown(void **state)
{
	struct source *s = *state;

	decoder_free(s->d);
	free(s);
	return 0;
}

static uint32_t
head4(struct source *s, const struct part *p)
{
	uint32_t total = 20 + p->length, place = p->offset / 8 | (p->more ? 0x2000 : 0);
	const uint8_t head[20] = { 0x45, 0, (uint8_t)(total >> 8), (uint8_t)total,
		(uint8_t)(s->id >> 8), (uint8_t)s->id, (uint8_t)(place >> 8),
		(uint8_t)place, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2 };

	memcpy(s->bytes, head, sizeof(head));
	return sizeof(head);
}

static uint32_t
head6(struct source *s, const struct part *p)
{
	uint32_t total = 8 + p->length, place = p->offset | p->more;
	const uint8_t head[8] = { 0x60, 0, 0, 0, (uint8_t)(total >> 8), (uint8_t)total,
		44, 64 };
	const uint8_t next[8] = { 17, 0, (uint8_t)(place >> 8), (uint8_t)place, 0, 0,
		(uint8_t)(s->id >> 8), (uint8_t)s->id };

	memcpy(s->bytes, head, 8);
	memset(s->bytes + 8, 0x20, 32);
	memcpy(s->bytes + 40, next, 8);
	return 48;
}

static enum packet_result
send_part(struct source *s, struct part p, uint32_t cut)
{
	uint32_t head = s->v6 ? head6(s, &p) : head4(s, &p);

	if (p.fill)
		memset(s->bytes + head, p.fill, p.length);
	else
		memcpy(s->bytes + head, datagram + p.offset, p.length);
	s->frame.length = head + p.length;
	s->frame.captured = s->frame.length - cut;
	return decode_copy(s->d, s->bytes, s->frame, &s->packet);
}

/* All but the last part are kept, which is PACKET_OK. */
static void
send_all(struct source *s, const struct part *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_int_equal(send_part(s, parts[i], 0),
		    i + 1 < count ? PACKET_FRAGMENT : PACKET_OK);
}

static void
check_whole(const struct source *s, uint32_t length, size_t count)
{
	const struct packet *p = &s->packet;
	uint32_t head = s->v6 ? 40 : 20;

	assert_true(p->reassembled);
	assert_false(p->snapped);
	assert_int_equal(p->sport, 1000);
	assert_int_equal(p->dport, 2000);
	assert_int_equal(p->payload_length, length - 8);
	assert_int_equal(p->payload_captured, length - 8);
	assert_memory_equal(p->payload, datagram + 8, length - 8);
	assert_int_equal(p->ip_captured, head + length);
	assert_int_equal(p->frame_length, (s->v6 ? 48 : 20) * count + length);
	assert_int_equal(decoder_stats(s->d)->fragments, count);
	assert_int_equal(decoder_stats(s->d)->reassembled, 1);
}

static const struct part in_order[] = { { 0, 24, true, 0 }, { 24, 16, true, 0 },
	{ 40, 13, false, 0 } };
static const struct part reversed[] = { { 40, 13, false, 0 }, { 24, 16, true, 0 },
	{ 0, 24, true, 0 } };

static void
test_in_order(void **state)
{
	struct source *s = *state;

	send_all(s, in_order, COUNT_OF(in_order));
	check_whole(s, 53, COUNT_OF(in_order));
	assert_memory_equal(s->packet.ip, "\x45\x00\x00\x49\x00\x07\x00\x00", 8);
}

static void
test_reversed(void **state)
{
	struct source *s = *state;

	send_all(s, reversed, COUNT_OF(reversed));
	check_whole(s, 53, COUNT_OF(reversed));
}

static void
test_v6(void **state)
{
	struct source *s = *state;

	s->v6 = true;
	send_all(s, reversed, COUNT_OF(reversed));
	check_whole(s, 53, COUNT_OF(reversed));
	assert_memory_equal(s->packet.ip, "\x60\x00\x00\x00\x00\x35\x11\x40", 8);
}

static void
test_large(void **state)
{
	static const struct part parts[] = { { 0, 32000, true, 0 },
		{ 32000, 27999, false, 0 } };
	struct source *s = *state;

	send_all(s, parts, COUNT_OF(parts));
	check_whole(s, 59999, COUNT_OF(parts));
}

static void
test_first_bytes_win(void **state)
{
	static const struct part parts[] = { { 0, 32, true, 0 }, { 16, 24, true, 0xee },
		{ 32, 21, false, 0xdd } };
	struct source *s = *state;

	send_all(s, parts, COUNT_OF(parts));
	assert_memory_equal(s->packet.payload, datagram + 8, 24);
	assert_int_equal(s->packet.payload[24], 0xee);
	assert_int_equal(s->packet.payload[32], 0xdd);
}

static void
test_duplicates(void **state)
{
	struct source *s = *state;

	assert_int_equal(send_part(s, in_order[0], 0), PACKET_FRAGMENT);
	assert_int_equal(send_part(s, in_order[0], 0), PACKET_FRAGMENT);
	assert_int_equal(send_part(s, in_order[2], 0), PACKET_FRAGMENT);
	assert_int_equal(send_part(s, in_order[2], 0), PACKET_FRAGMENT);
	assert_int_equal(send_part(s, in_order[1], 0), PACKET_OK);
	assert_int_equal(s->packet.payload_length, 45);
}

static void
test_other_id(void **state)
{
	struct source *s = *state;

	assert_int_equal(send_part(s, in_order[0], 0), PACKET_FRAGMENT);
	assert_int_equal(send_part(s, in_order[1], 0), PACKET_FRAGMENT);
	s->id = 8;
	assert_int_equal(send_part(s, in_order[2], 0), PACKET_FRAGMENT);
}

/* The second one ends within the first one; others contradict the length. */
static void
test_contradictions(void **state)
{
	struct source *s = *state;

	assert_int_equal(
	    send_part(s, (struct part){ 0, 32, true, 0 }, 0), PACKET_FRAGMENT);
	assert_int_equal(
	    send_part(s, (struct part){ 24, 4, false, 0 }, 0), PACKET_MALFORMED);
	assert_int_equal(
	    send_part(s, (struct part){ 24, 8, false, 0 }, 0), PACKET_FRAGMENT);
	assert_int_equal(
	    send_part(s, (struct part){ 32, 8, true, 0 }, 0), PACKET_MALFORMED);
	assert_int_equal(
	    send_part(s, (struct part){ 0, 9, true, 0 }, 0), PACKET_MALFORMED);
	assert_int_equal(
	    send_part(s, (struct part){ 8, 0, false, 0 }, 0), PACKET_MALFORMED);
	assert_int_equal(decoder_stats(s->d)->fragments_dropped, 6);
	assert_int_equal(decoder_stats(s->d)->reassembled, 0);
}

/* The ping of death: past 64 KiB. */
static void
test_too_long(void **state)
{
	struct source *s = *state;
	struct part p = { 0xfff8, 16, false, 0x11 };

	assert_int_equal(send_part(s, p, 0), PACKET_MALFORMED);
	s->v6 = true;
	assert_int_equal(send_part(s, p, 0), PACKET_MALFORMED);
}

static void
test_snapped(void **state)
{
	struct source *s = *state;

	assert_int_equal(send_part(s, in_order[0], 0), PACKET_FRAGMENT);
	assert_int_equal(send_part(s, in_order[1], 6), PACKET_FRAGMENT);
	assert_int_equal(send_part(s, in_order[2], 0), PACKET_OK);
	assert_true(s->packet.snapped);
	assert_int_equal(s->packet.payload_length, 45);
	assert_int_equal(s->packet.payload_captured, 24 + 10 - 8);
	assert_memory_equal(s->packet.payload, datagram + 8, 26);
}

static void
test_too_late(void **state)
{
	struct source *s = *state;

	assert_int_equal(send_part(s, in_order[0], 0), PACKET_FRAGMENT);
	assert_int_equal(send_part(s, in_order[1], 0), PACKET_FRAGMENT);
	s->frame.time_ns = 31 * SECOND;
	assert_int_equal(send_part(s, in_order[2], 0), PACKET_FRAGMENT);
	assert_int_equal(decoder_stats(s->d)->fragments_dropped, 2);
	s->frame.time_ns = 0; /* back in time, in a file of two recordings */
	assert_int_equal(send_part(s, in_order[2], 0), PACKET_FRAGMENT);
	assert_int_equal(decoder_stats(s->d)->fragments_dropped, 3);
}

/* 256 datagrams; the oldest makes room. */
static void
test_too_many(void **state)
{
	struct source *s = *state;

	for (s->id = 0; s->id < 300; s->id++)
		assert_int_equal(send_part(s, in_order[0], 0), PACKET_FRAGMENT);
	assert_int_equal(decoder_stats(s->d)->fragments_dropped, 300 - 256);
	s->id = 299;
	assert_int_equal(send_part(s, in_order[1], 0), PACKET_FRAGMENT);
	assert_int_equal(send_part(s, in_order[2], 0), PACKET_OK);
}

/* 4 MiB: no more than 69 datagrams of 61440 bytes fit. */
static void
test_too_much(void **state)
{
	struct source *s = *state;
	struct part end = { 50000, 9999, false, 0 };

	for (s->id = 0; s->id < 100; s->id++)
		assert_int_equal(send_part(s, end, 0), PACKET_FRAGMENT);
	assert_in_range(decoder_stats(s->d)->fragments_dropped, 30, 33);
	s->id = 99;
	assert_int_equal(send_part(s, (struct part){ 0, 50000, true, 0 }, 0), PACKET_OK);
	assert_int_equal(s->packet.payload_length, 59999 - 8);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_in_order),
		TEST(test_reversed),
		TEST(test_v6),
		TEST(test_large),
		TEST(test_first_bytes_win),
		TEST(test_duplicates),
		TEST(test_other_id),
		TEST(test_contradictions),
		TEST(test_too_long),
		TEST(test_snapped),
		TEST(test_too_late),
		TEST(test_too_many),
		TEST(test_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
