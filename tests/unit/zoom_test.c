/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect_vectors.h"

#define ZOOM_PORT 8801

/* What each part of a datagram looks like; values are ours. */
static const char sfu8[] = "05 0102 00ab0001 00";
static const char sfu8_down[] = "05 0102 00ab0001 04";
static const char sfu1[] = "05";
static const char uuid[] = "00112233445546778899aabbccddeeff";
static const char uuid_text[] = "00112233-4455-4677-8899-aabbccddeeff";

/* 12 bytes of RTP, one-byte extensions; the payload is up to the caller. */
static void
add_rtp(struct vector *v, uint8_t payload_type, const char *extension, size_t payload)
{
	uint8_t header[] = { 0x90, payload_type, 0, 7, 0, 0, 1, 0, 1, 0, 4, 2 };

	vector_add(v, header, sizeof(header));
	vector_hex(v, extension);
	vector_fill(v, 0x77, payload);
}

static void
put_u16(struct vector *v, size_t at, size_t value)
{
	v->bytes[at] = (uint8_t)(value >> 8);
	v->bytes[at + 1] = (uint8_t)value;
}

static struct vector
audio(const char *outer)
{
	struct vector v = vector_of(outer);
	size_t z = v.size;

	vector_hex(&v, "0f 0100ab90 14 11 04ff 0007 00001000 0001 0000");
	add_rtp(&v, 112, "bede0001 50e40000", 60);
	put_u16(&v, z + 17, v.size - z - 19);
	return v;
}

static struct vector
video(const char *outer)
{
	struct vector v = vector_of(outer);

	vector_hex(&v, "10 0100ab90 11 18 0c06 0007 00001000 0000000000 02 0009 01");
	add_rtp(&v, 98, "bede0001 12010203", 900);
	return v;
}

static void
add_screen(struct vector *v)
{
	vector_hex(v, "1e 0100ab90 11 18 0c06 0007 00001000 0000000000");
	add_rtp(v, 99, "bede0001 12010203", 700);
}

static void
add_bind(struct vector *v, const char *type)
{
	vector_hex(v, type);
	vector_hex(v, "01");
	vector_hex(v, uuid);
	vector_hex(
	    v, "01000402 01 0000000000000001 00000001 00000003 726964 02 00000001");
}

static struct vector
filler(const char *outer, const char *subtype, uint8_t size)
{
	struct vector v = vector_of(outer);

	vector_hex(&v, "15 01000000 00000000");
	vector_hex(&v, subtype);
	vector_hex(&v, "010dff0000 00001000 00 000000");
	vector_fill(&v, size, 1);
	vector_fill(&v, 0, 4);
	vector_fill(&v, 3, size);
	return v;
}

static struct datagram
at_home(const struct vector *v)
{
	return dissect_ports(v, 50000, ZOOM_PORT);
}

static enum dissect_result
parse(const struct vector *v, uint16_t dport, struct zoom *out)
{
	struct dissect_context context = { 50000, dport, 0, 0 };

	return zoom_parse(v->bytes, v->size, v->size, &context, out);
}

static void
test_audio(void **state)
{
	struct vector v = audio(sfu8);
	struct datagram d = at_home(&v);
	struct zoom z;

	(void)state;
	assert_int_equal(d.dissector, DISSECTOR_ZOOM);
	assert_int_equal(d.message, MESSAGE_AUDIO);
	assert_int_equal(d.result, DISSECT_YES);
	assert_int_equal(d.variant, ZOOM_SFU8);
	assert_int_equal(d.type, 15);
	assert_true(d.has_rtp);
	assert_int_equal(d.rtp.payload_type, 112);
	assert_int_equal(d.rtp.ssrc, 0x01000402);
	assert_int_equal(d.rtp.level, 100);
	assert_true(d.rtp.voice);
	assert_int_equal(d.rtp.media_bytes, 60);
	/* The length proves it on any port. */
	assert_int_equal(dissect_ports(&v, 50000, 443).result, DISSECT_YES);
	assert_int_equal(parse(&v, ZOOM_PORT, &z), DISSECT_YES);
	assert_int_equal(z.connection, 0x00ab0001);
	assert_true(z.to_zoom);
	assert_true(z.checked);
	v = audio(sfu8_down);
	assert_int_equal(parse(&v, ZOOM_PORT, &z), DISSECT_YES);
	assert_true(z.from_zoom);
}

/* The level is 100 in speech and in silence; what the payload type is not known for, it
 * does not tell. */
static void
test_audio_sound(void **state)
{
	static const struct {
		uint8_t payload_type;
		enum sound sound;
	} cases[] = {
		{ 112, SOUND_VOICED },
		{ 99, SOUND_SILENT },
		{ 113, SOUND_UNTOLD },
		{ 98, SOUND_UNTOLD },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct vector v = audio(sfu8);
		struct datagram d;

		v.bytes[8 + 19 + 1] = cases[i].payload_type;
		d = at_home(&v);
		assert_int_equal(d.message, MESSAGE_AUDIO);
		assert_int_equal(d.rtp.payload_type, cases[i].payload_type);
		assert_int_equal(d.rtp.level, 100);
		assert_int_equal(d.rtp.sound, cases[i].sound);
		assert_false(d.rtp.has_lead);
	}
}

static void
test_video(void **state)
{
	struct vector v = video(sfu8);
	struct datagram d = at_home(&v);

	(void)state;
	assert_int_equal(d.message, MESSAGE_VIDEO);
	assert_int_equal(d.result, DISSECT_YES);
	assert_int_equal(d.rtp.payload_type, 98);
	assert_int_equal(d.rtp.level, LEVEL_NONE);
	assert_int_equal(d.rtp.sound, SOUND_UNTOLD);
	assert_false(d.rtp.has_lead);
	assert_int_equal(d.rtp.media_bytes, 900);
	assert_false(d.two_packets);
	/* The older header: RTP at 20. */
	v = vector_of(sfu8);
	vector_hex(&v, "10 0100ab90 11 18 0c06 0007 00001000 0000000000");
	add_rtp(&v, 98, "bede0001 12010203", 300);
	d = at_home(&v);
	assert_int_equal(d.message, MESSAGE_VIDEO);
	assert_int_equal(d.rtp.media_bytes, 300);
}

static void
test_two_packets(void **state)
{
	struct vector v = vector_of(sfu8);

	(void)state;
	vector_hex(&v, "10 0100ab90 11 18 0c06 0007 00001000 0000000000 02 0009 01");
	add_rtp(&v, 98, "bede0001 12010203", 11);
	add_rtp(&v, 98, "bede0001 12010203", 200);
	assert_true(at_home(&v).two_packets);
}

static void
test_old_header(void **state)
{
	struct vector v = audio(sfu1);
	struct datagram d = at_home(&v);

	(void)state;
	assert_int_equal(d.message, MESSAGE_AUDIO);
	assert_int_equal(d.variant, ZOOM_SFU1);
	v = video(sfu1);
	d = at_home(&v);
	assert_int_equal(d.message, MESSAGE_VIDEO);
	assert_int_equal(d.variant, ZOOM_SFU1);
	v = vector_of("03 00000001 00001000 00ab0001");
	assert_int_equal(at_home(&v).message, MESSAGE_PING);
	assert_int_equal(dissect_ports(&v, 50000, 50001).result, DISSECT_NO);
}

static void
test_share(void **state)
{
	static const struct {
		const char *header;
		enum zoom_variant variant;
	} cases[] = {
		{ "05 0102 00ab0001 00 0d 2233 0001 00 00", ZOOM_SFU8 },
		{ "05 0102 00ab0001 04 0d 2233 0001 02 00 0000000100000000", ZOOM_SFU8 },
		{ "05 0d 0001 00", ZOOM_SFU1 },
		{ "05 0d 0001 02 00000000", ZOOM_SFU1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct vector v = vector_of(cases[i].header);
		struct datagram d;

		add_screen(&v);
		d = at_home(&v);
		assert_int_equal(d.message, MESSAGE_SCREEN);
		assert_int_equal(d.variant, cases[i].variant);
		assert_int_equal(d.rtp.payload_type, 99);
		assert_int_equal(d.rtp.sound, SOUND_UNTOLD);
		assert_int_equal(d.rtp.media_bytes, 700);
	}
}

static void
test_share_else(void **state)
{
	struct vector v = vector_of("05 0102 00ab0001 00 0d 2233 0001 00 00");

	(void)state;
	vector_hex(&v, "20 01000401 01000801 0000 0010 0020 5a5a5a5a");
	assert_int_equal(at_home(&v).message, MESSAGE_POINTER);
	v = vector_of(
	    "05 0102 00ab0001 00 0d 2233 0001 00 00 2a 5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a");
	assert_int_equal(at_home(&v).message, MESSAGE_UNKNOWN);
	v = vector_of("05 0102 00ab0001 00 0d 2233 0001 02 00 00000001");
	assert_int_equal(at_home(&v).message, MESSAGE_SHARE_CONTROL);
	v = vector_of("05 0102 00ab0001 00 0d 2233 0001 00 00");
	add_bind(&v, "0c");
	assert_int_equal(at_home(&v).message, MESSAGE_BIND);
}

static void
test_bind(void **state)
{
	static const char *const types[] = { "0c", "0d" };
	struct zoom z;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		struct vector v = vector_of(sfu8);

		add_bind(&v, types[i]);
		assert_int_equal(at_home(&v).message, MESSAGE_BIND);
		assert_int_equal(parse(&v, ZOOM_PORT, &z), DISSECT_YES);
		assert_true(z.has_meeting);
		assert_string_equal(z.meeting, uuid_text);
		assert_int_equal(z.medium, 1);
		assert_int_equal(z.ssrc, 0x01000402);
	}
}

static void
test_filler(void **state)
{
	struct vector v = filler(sfu8, "33", 200);
	struct datagram d = at_home(&v);

	(void)state;
	assert_int_equal(d.message, MESSAGE_PROBE);
	assert_int_equal(d.result, DISSECT_YES);
	assert_false(d.has_rtp);
	v = filler(sfu1, "33", 200);
	assert_int_equal(at_home(&v).variant, ZOOM_SFU1);
	/* Another subtype, the same repeated byte. */
	v = filler(sfu8, "34", 200);
	assert_int_equal(at_home(&v).message, MESSAGE_PROBE);
	v.bytes[v.size - 200 + 3] ^= 1;
	assert_int_equal(at_home(&v).message, MESSAGE_UNKNOWN);
}

static void
test_feedback(void **state)
{
	static const struct {
		const char *subtype;
		enum message message;
	} cases[] = {
		{ "00", MESSAGE_FEEDBACK },
		{ "02", MESSAGE_FEEDBACK },
		{ "03", MESSAGE_FEEDBACK },
		{ "33", MESSAGE_PROBE },
		{ "35", MESSAGE_ATTRIBUTES },
		{ "77", MESSAGE_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct vector v = vector_of(sfu8);

		vector_hex(&v, "15 01000000 00020301");
		vector_hex(&v, cases[i].subtype);
		vector_hex(&v, "0102aa0001000000012c0008f3aa0000001600000000");
		assert_int_equal(at_home(&v).message, cases[i].message);
		assert_int_equal(at_home(&v).type, 21);
	}
}

static void
test_rtcp(void **state)
{
	static const char *const types[] = { "21", "22", "23" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		struct vector v = vector_of(sfu8);

		vector_hex(&v, types[i]);
		vector_hex(&v, "0100ab90 11 10 000000000000000000");
		vector_hex(
		    &v, "80c80006 01000402 e7d7c8f503ab0df7000003c00000000100000010");
		assert_int_equal(at_home(&v).message, MESSAGE_RTCP);
		assert_int_equal(at_home(&v).result, DISSECT_YES);
	}
}

static void
test_outer(void **state)
{
	struct vector v =
	    vector_of("01 0003 000102030405060708090a0b0c0d0e0f 0000000000000002"
		      "00001000 00001000 00000040");
	struct datagram d;
	struct zoom z;

	(void)state;
	vector_fill(&v, 0x5a, 64);
	vector_hex(&v, "0040 0040 0000 7530 0001 0003 00022000");
	d = at_home(&v);
	assert_int_equal(d.message, MESSAGE_SETUP);
	assert_int_equal(dissect_ports(&v, 50000, 50001).result, DISSECT_YES);
	v = vector_of(
	    "02 0003 000102030405060708090a0b0c0d0e0f 00ab0001 00001000 0000000000000000"
	    "004000400003e00300");
	assert_int_equal(at_home(&v).message, MESSAGE_SETUP);
	assert_int_equal(parse(&v, ZOOM_PORT, &z), DISSECT_YES);
	assert_int_equal(z.connection, 0x00ab0001);
	v = vector_of("03 00000001 00001000 00ab0001 01 0208 0000000100000000 0540");
	vector_fill(&v, 0x5a, 64);
	vector_hex(&v, "00");
	assert_int_equal(at_home(&v).message, MESSAGE_PING);
	assert_int_equal(at_home(&v).result, DISSECT_YES);
	v.bytes[0] = 4;
	assert_int_equal(at_home(&v).message, MESSAGE_PONG);
	v = vector_of("07 00000000 00ab0001 01 0502 5a5a 00");
	assert_int_equal(at_home(&v).message, MESSAGE_BYE);
}

static void
test_p2p(void **state)
{
	struct dissect_context known = { 50000, 50001, DISSECTOR_ZOOM, ZOOM_P2P };
	struct vector v = audio("");
	struct datagram d = dissect_ports(&v, 50000, 50001);
	struct zoom z;

	(void)state;
	assert_int_equal(d.message, MESSAGE_AUDIO);
	assert_int_equal(d.result, DISSECT_YES);
	assert_int_equal(d.variant, ZOOM_P2P);
	v = video("");
	assert_int_equal(dissect_ports(&v, 50000, 50001).result, DISSECT_MAYBE);
	assert_int_equal(dissect_in(&v, known).message, MESSAGE_VIDEO);
	v = vector_of("");
	add_screen(&v);
	assert_int_equal(dissect_in(&v, known).message, MESSAGE_SCREEN);
	v = vector_of("1f0201");
	vector_fill(&v, 1, 21);
	vector_hex(&v, "00000009 3139322e302e322e31 00000024");
	vector_add(&v, uuid_text, 36);
	vector_hex(&v, "00000000");
	d = dissect_ports(&v, 50000, 50001);
	assert_int_equal(d.message, MESSAGE_P2P_HELLO);
	assert_int_equal(parse(&v, 50001, &z), DISSECT_YES);
	assert_string_equal(z.meeting, uuid_text);
}

static void
test_wrapped(void **state)
{
	struct vector inner = video("");
	struct vector v = vector_of(sfu8);
	struct datagram d;

	(void)state;
	vector_hex(&v, "07 01 a1a2a3a4 00");
	vector_add(&v, inner.bytes, inner.size);
	d = at_home(&v);
	assert_int_equal(d.message, MESSAGE_VIDEO);
	assert_int_equal(d.type, 16);
	assert_int_equal(d.rtp.media_bytes, 900);
	v = vector_of(sfu8);
	vector_hex(&v, "01 00");
	inner = audio("");
	vector_add(&v, inner.bytes, inner.size);
	assert_int_equal(at_home(&v).message, MESSAGE_AUDIO);
	/* A wrapper in a wrapper in a wrapper ends. */
	v = vector_of(sfu8);
	for (unsigned i = 0; i < 100; i++)
		vector_hex(&v, "07 01 a1a2a3a4 00");
	assert_int_equal(at_home(&v).message, MESSAGE_UNKNOWN);
}

/* A ping has the same header in both, so it must not make the flow forget. */
static void
test_variant_stays(void **state)
{
	struct dissect_context known = { 50000, ZOOM_PORT, DISSECTOR_ZOOM, ZOOM_SFU1 };
	struct vector v = vector_of("03 00000001 00001000 00ab0001");

	(void)state;
	assert_int_equal(dissect_in(&v, known).variant, ZOOM_SFU1);
	v = video(sfu1);
	assert_int_equal(dissect_in(&v, known).variant, ZOOM_SFU1);
}

/* STUN on the same flow may have settled it last. */
static void
test_known_beside_stun(void **state)
{
	struct dissect_context known = { 50000, 50001, DISSECTOR_STUN, ZOOM_P2P };
	struct vector v = vector_of("");
	struct vector check = vector_of("000100002112a442000102030405060708090a0b");

	(void)state;
	add_screen(&v);
	assert_int_equal(dissect_in(&v, known).message, MESSAGE_SCREEN);
	assert_int_equal(dissect_in(&check, known).dissector, DISSECTOR_STUN);
	assert_int_equal(dissect_in(&check, known).variant, ZOOM_P2P);
}

static void
test_unknown_type(void **state)
{
	struct vector v = vector_of("05 0102 00ab0001 00 2a 5a5a5a5a5a5a5a5a5a5a5a5a");
	struct datagram d = at_home(&v);

	(void)state;
	assert_int_equal(d.dissector, DISSECTOR_ZOOM);
	assert_int_equal(d.message, MESSAGE_UNKNOWN);
	assert_int_equal(d.type, 42);
	assert_int_equal(d.result, DISSECT_MAYBE);
	assert_int_equal(dissect_ports(&v, 50000, 50001).result, DISSECT_NO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_audio),
		cmocka_unit_test(test_audio_sound),
		cmocka_unit_test(test_video),
		cmocka_unit_test(test_two_packets),
		cmocka_unit_test(test_old_header),
		cmocka_unit_test(test_share),
		cmocka_unit_test(test_share_else),
		cmocka_unit_test(test_bind),
		cmocka_unit_test(test_filler),
		cmocka_unit_test(test_feedback),
		cmocka_unit_test(test_rtcp),
		cmocka_unit_test(test_outer),
		cmocka_unit_test(test_p2p),
		cmocka_unit_test(test_wrapped),
		cmocka_unit_test(test_variant_stays),
		cmocka_unit_test(test_known_beside_stun),
		cmocka_unit_test(test_unknown_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
