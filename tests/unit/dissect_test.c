/* SPDX-License-Identifier: Apache-2.0 */
/* Names, what must not be recognised, and TCP segments. */
#include "dissect_vectors.h"

static void
test_names(void **state)
{
	(void)state;
	for (unsigned d = 0; d < DISSECTORS; d++)
		assert_int_equal(dissector_named(dissector_name((enum dissector)d)), d);
	for (unsigned m = 0; m < MESSAGES; m++)
		assert_int_equal(message_named(message_name((enum message)m)), m);
	assert_null(dissector_name(DISSECTORS));
	assert_null(message_name(MESSAGES));
	assert_int_equal(dissector_named("zoomy"), DISSECTORS);
	assert_int_equal(message_named(""), MESSAGES);
}

static void
test_tells(void **state)
{
	(void)state;
	assert_true(dissector_tells(DISSECTOR_ZOOM, MESSAGE_AUDIO));
	assert_true(dissector_tells(DISSECTOR_STUN, MESSAGE_CONTROL));
	assert_false(dissector_tells(DISSECTOR_RTCP, MESSAGE_AUDIO));
	assert_false(dissector_tells(DISSECTOR_NONE, MESSAGE_NONE));
	assert_false(dissector_tells(DISSECTORS, MESSAGE_AUDIO));
	for (unsigned m = 1; m < MESSAGES; m++) {
		bool told = false;

		for (unsigned d = 0; d < DISSECTORS; d++)
			told |= dissector_tells((enum dissector)d, (enum message)m);
		assert_true(told);
	}
}

/* Other programs' datagrams, on ports of their own and on those of calls. */
static const char *const strangers[] = {
	/* QUIC version 1 Initial */
	"c300000001 08 0001020304050607 08 08090a0b0c0d0e0f 00 449e "
	"5a5a5a5a5a5a5a5a5a5a5a5a5a5a",
	/* QUIC short header */
	"4a 0001020304050607 5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a",
	/* BitTorrent DHT: d1:ad2:id20:…e1:q4:ping1:t2:aa1:y1:qe */
	"64313a6164323a696432303a6162636465666768696a303132333435363738396531"
	"3a71343a70696e67313a74323a6161313a79313a7165",
	/* WireGuard: handshake initiation, transport data */
	"01000000 a1b2c3d4 "
	"5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a",
	"04000000 a1b2c3d4 0100000000000000 5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a",
	/* DNS, but not on its port */
	"1a2b 0100 0001 0000 0000 0000 0463616c6c 076578616d706c65 00 0001 0001",
	/* NTP, SSDP, SNMP */
	"230006ec000000000000000000000000000000000000000000000000000000000000000000000000"
	"e7d7c8f503ab0df7",
	"4d2d534541524348202a20485454502f312e310d0a",
	"302602010104067075626c6963a019020401020304020100020100300b300906052b06010201050"
	"0",
	/* a TLS record over UDP, and a game's counter */
	"1603010005 0102030405060708",
	"0500010002000300040005000600",
	"00",
	"ff",
	"ff10",
	"",
};

static void
test_strangers(void **state)
{
	static const uint16_t ports[] = { 443, 51820, 50001, 3478, 9000 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(strangers); i++) {
		struct vector v = vector_of(strangers[i]);

		for (size_t k = 0; k < COUNT_OF(ports); k++) {
			struct datagram d = dissect_ports(&v, 40000, ports[k]);

			assert_int_equal(d.result, DISSECT_NO);
			assert_int_equal(d.dissector, DISSECTOR_NONE);
		}
	}
}

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Random bytes are never proved to be anything, and RTP by shape at most. */
static void
test_random(void **state)
{
	struct dissect_context context = { 40000, 50001, 0, 0 };
	uint32_t seed = 7;
	unsigned maybes = 0;

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		uint8_t bytes[64];
		struct datagram d;

		for (size_t k = 0; k < sizeof(bytes); k++)
			bytes[k] = (uint8_t)next_random(&seed);
		datagram_dissect(bytes, sizeof(bytes), sizeof(bytes), &context, &d);
		assert_int_not_equal(d.result, DISSECT_YES);
		if (d.result == DISSECT_MAYBE && d.dissector != DISSECTOR_RTP &&
		    d.dissector != DISSECTOR_RTCP)
			maybes++;
	}
	assert_in_range(maybes, 0, 20);
}

static void
segment_each(const uint8_t *p, size_t captured, size_t length, void *user)
{
	struct datagram d;
	enum dissect_result result = segment_dissect(p, captured, length, user, &d);

	assert_int_equal(result, d.result);
}

static struct datagram
dissect_segment(const char *text, uint8_t settled)
{
	struct dissect_context context = { 50000, 443, settled, 0 };
	struct vector v = vector_of(text);
	struct datagram d;

	vector_each_cut(&v, segment_each, &context);
	segment_dissect(v.bytes, v.size, v.size, &context, &d);
	return d;
}

static void
test_segments(void **state)
{
	/* an Allocate, and the start of what follows it */
	static const char allocate[] =
	    "000300082112a442000102030405060708090a0b 0019000411000000 4001";
	struct datagram d = dissect_segment(allocate, 0);

	(void)state;
	assert_int_equal(d.dissector, DISSECTOR_STUN);
	assert_int_equal(d.message, MESSAGE_TURN);
	assert_int_equal(d.result, DISSECT_YES);
	/* RFC 4571: a length, and STUN or RTP */
	d = dissect_segment("0014 000100002112a442000102030405060708090a0b", 0);
	assert_int_equal(d.message, MESSAGE_BINDING);
	assert_int_equal(d.result, DISSECT_YES);
	d = dissect_segment("0010 806f0001000000010a0b0c0d 00010203", 0);
	assert_int_equal(d.dissector, DISSECTOR_RTP);
	assert_int_equal(d.result, DISSECT_MAYBE);
	d = dissect_segment(
	    "ff100018 0102030405060708 806f0001000000010a0b0c0d 00010203", 0);
	assert_int_equal(d.dissector, DISSECTOR_RTP);
	assert_true(d.relayed);
	d = dissect_segment("40010004 61626364", DISSECTOR_STUN);
	assert_int_equal(d.message, MESSAGE_DATA);
}

static void
test_segments_else(void **state)
{
	(void)state;
	assert_int_equal(
	    dissect_segment("474554202f20485454502f312e310d0a0d0a", 0).result,
	    DISSECT_NO);
	assert_int_equal(
	    dissect_segment("1603010010 0102030405060708090a0b0c0d0e0f10", 0).result,
	    DISSECT_NO);
	assert_int_equal(dissect_segment("40010004 61626364", 0).result, DISSECT_NO);
	assert_int_equal(
	    dissect_segment("0011 806f0001000000010a0b0c0d 00010203", 0).result,
	    DISSECT_NO);
	assert_int_equal(dissect_segment("", 0).result, DISSECT_NO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_tells),
		cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_segments_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
