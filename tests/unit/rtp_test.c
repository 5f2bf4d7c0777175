/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect_vectors.h"

static void
parse_each(const uint8_t *p, size_t captured, size_t length, void *user)
{
	struct rtp rtp;
	struct rtcp rtcp;

	(void)user;
	if (rtp_parse(p, captured, length, &rtp) == DISSECT_MAYBE)
		assert_true(rtp.media_bytes + 12 <= length);
	(void)rtcp_parse(p, captured, length, &rtcp);
}

static enum dissect_result
parse(const char *text, struct rtp *out)
{
	struct vector v = vector_of(text);

	vector_each_cut(&v, parse_each, NULL);
	return rtp_parse(v.bytes, v.size, v.size, out);
}

static void
test_header(void **state)
{
	struct rtp rtp;

	(void)state;
	assert_int_equal(
	    parse("80ef12340000a0000a0b0c0d 0102030405", &rtp), DISSECT_MAYBE);
	assert_int_equal(rtp.sequence, 0x1234);
	assert_int_equal(rtp.timestamp, 0xa000);
	assert_int_equal(rtp.ssrc, 0x0a0b0c0d);
	assert_int_equal(rtp.payload_type, 111);
	assert_true(rtp.marker);
	assert_int_equal(rtp.media_bytes, 5);
	assert_int_equal(rtp.level, LEVEL_NONE);
	assert_int_equal(
	    parse("826f12340000a0000a0b0c0d 1111111122222222 0102", &rtp), DISSECT_MAYBE);
	assert_int_equal(rtp.media_bytes, 2);
}

static void
test_header_refused(void **state)
{
	static const char *const texts[] = {
		"406f12340000a0000a0b0c0d01", /* version 1 */
		"80c812340000a0000a0b0c0d01", /* RTCP */
		"8f6f12340000a0000a0b0c0d01", /* 15 contributing sources */
		"906f12340000a0000a0b0c0d bede0002 01020304", /* extension too long */
		"906f12340000a0000a0b0c0d be",
		"806f12340000a0000a0b0c",
	};
	struct rtp rtp;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_int_equal(parse(texts[i], &rtp), DISSECT_NO);
}

static void
test_level(void **state)
{
	struct rtp rtp;

	(void)state;
	assert_int_equal(
	    parse("906f00010000a0000a0b0c0d bede0002 22aabbcc 1085 0000 0102", &rtp),
	    DISSECT_MAYBE);
	assert_int_equal(rtp.level, 5);
	assert_true(rtp.voice);
	assert_int_equal(rtp.media_bytes, 2);
	assert_int_equal(parse("906f00010000a0000a0b0c0d bede0001 107f0000 0102", &rtp),
	    DISSECT_MAYBE);
	assert_int_equal(rtp.level, 127);
	assert_false(rtp.voice);
	/* Three bytes under the same number are a send time. */
	assert_int_equal(parse("906f00010000a0000a0b0c0d bede0001 12010203 0102", &rtp),
	    DISSECT_MAYBE);
	assert_int_equal(rtp.level, LEVEL_NONE);
	/* Two-byte headers, RFC 8285 section 4.3. */
	assert_int_equal(
	    parse("906f00010000a0000a0b0c0d 10000002 0302aabb 01018a 00 0102", &rtp),
	    DISSECT_MAYBE);
	assert_int_equal(rtp.level, 10);
	assert_true(rtp.voice);
}

/* The level tells, not the V bit beside it. */
static void
test_sound(void **state)
{
	static const struct {
		const char *level;
		enum sound sound;
	} cases[] = {
		{ "107f0000", SOUND_SILENT },
		{ "10ff0000", SOUND_SILENT },
		{ "107e0000", SOUND_VOICED },
		{ "10000000", SOUND_VOICED },
		{ "20000000", SOUND_UNTOLD },
		{ "11000000", SOUND_UNTOLD },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct vector v = vector_of("906f00010000a0000a0b0c0d bede0001");
		struct rtp rtp;

		vector_hex(&v, cases[i].level);
		vector_hex(&v, "0102");
		assert_int_equal(rtp_parse(v.bytes, v.size, v.size, &rtp), DISSECT_MAYBE);
		assert_int_equal(rtp.sound, cases[i].sound);
	}
}

/* The first media byte stands behind sources and extension, and was captured, or not. */
static void
test_lead(void **state)
{
	static const struct {
		const char *text;
		size_t at; /* 0: no lead */
	} cases[] = {
		{ "806f00010000a0000a0b0c0d 5a0102", 12 },
		{ "826f00010000a0000a0b0c0d 1111111122222222 5a02", 20 },
		{ "906f00010000a0000a0b0c0d bede0001 10050000 5a", 20 },
		{ "916f00010000a0000a0b0c0d 11111111 bede0000 5a01", 20 },
		{ "806f00010000a0000a0b0c0d", 0 },
		{ "906f00010000a0000a0b0c0d bede0001 10050000", 0 },
		{ "a06f00010000a0000a0b0c0d 5a010203 00000003", 0 },
	};
	struct dissect_context context = { 1024, 1025, DISSECTOR_RTP, 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct vector v = vector_of(cases[i].text);

		for (size_t cut = 12; cut <= v.size; cut++) {
			struct datagram d;

			datagram_dissect(v.bytes, cut, v.size, &context, &d);
			assert_int_equal(
			    d.rtp.has_lead, cases[i].at > 0 && cut > cases[i].at);
			assert_int_equal(d.rtp.lead, d.rtp.has_lead ? 0x5a : 0);
		}
	}
}

static void
test_padding(void **state)
{
	struct vector v = vector_of("b06100010000a0000a0b0c0d bede0001 31000100");
	struct rtp rtp;

	(void)state;
	/* In clear. */
	assert_int_equal(
	    parse("a06f00010000a0000a0b0c0d 010203 00000003", &rtp), DISSECT_MAYBE);
	assert_false(rtp.padding_only);
	assert_int_equal(rtp.media_bytes, 4);
	assert_int_equal(
	    parse("a06f00010000a0000a0b0c0d 0000000000000008", &rtp), DISSECT_MAYBE);
	assert_true(rtp.padding_only);
	assert_int_equal(rtp.media_bytes, 0);
	/* Encrypted: 224 bytes and a tag, as libwebrtc sends. */
	vector_fill(&v, 0x5a, 240);
	assert_int_equal(rtp_parse(v.bytes, v.size, v.size, &rtp), DISSECT_MAYBE);
	assert_true(rtp.padding_only);
	assert_int_equal(dissect_ports(&v, 1024, 1025).message, MESSAGE_PADDING);
	/* More than padding and tag can be. */
	vector_fill(&v, 0x5a, 32);
	assert_int_equal(rtp_parse(v.bytes, v.size, v.size, &rtp), DISSECT_MAYBE);
	assert_false(rtp.padding_only);
	assert_int_equal(rtp.media_bytes, 272);
	assert_int_equal(dissect_ports(&v, 1024, 1025).message, MESSAGE_MEDIA);
}

/* What snapping may hide is unknown. */
static void
test_padding_cut(void **state)
{
	struct vector v = vector_of("a06100010000a0000a0b0c0d");
	struct dissect_context context = { 1024, 1025, 0, 0 };
	struct datagram d;

	(void)state;
	vector_fill(&v, 0x5a, 100);
	assert_int_equal(
	    datagram_dissect(v.bytes, 54, v.size, &context, &d), DISSECT_MAYBE);
	assert_int_equal(d.message, MESSAGE_UNKNOWN);
	assert_true(d.has_rtp);
}

/* Discord's native client encrypts the extension too: known flows only. */
static void
test_extension_encrypted(void **state)
{
	struct vector v = vector_of("90780001000003c00a0b0c0d d3c27b7f 0102030405060708");
	struct dissect_context settled = { 1024, 1025, DISSECTOR_RTP, 0 };
	struct datagram d = dissect_in(&v, settled);

	(void)state;
	assert_int_equal(dissect_ports(&v, 1024, 1025).result, DISSECT_NO);
	assert_int_equal(d.message, MESSAGE_MEDIA);
	assert_int_equal(d.rtp.media_bytes, 12);
	assert_true(d.rtp.has_lead);
	assert_int_equal(d.rtp.lead, 0xd3);
}

static void
test_rtcp_compound(void **state)
{
	/* Sender report, source description. */
	struct vector v =
	    vector_of("80c800060a0b0c0d e7d7c8f503ab0df7000003c00000000100000010"
		      "81ca00020a0b0c0d 01000000");
	struct rtcp rtcp;
	struct datagram d = dissect_ports(&v, 1024, 1025);

	(void)state;
	vector_each_cut(&v, parse_each, NULL);
	assert_int_equal(rtcp_parse(v.bytes, v.size, v.size, &rtcp), DISSECT_YES);
	assert_int_equal(rtcp.type, 200);
	assert_int_equal(rtcp.packets, 2);
	assert_int_equal(rtcp.ssrc, 0x0a0b0c0d);
	assert_false(rtcp.feedback);
	assert_int_equal(d.dissector, DISSECTOR_RTCP);
	assert_int_equal(d.message, MESSAGE_REPORT);
	assert_int_equal(d.type, 200);
}

static void
test_srtcp(void **state)
{
	/* First length fits, then ciphertext, index and tag. */
	struct vector v = vector_of("81cd00030a0b0c0d 5a5a5a5a5a5a5a5a 6b6b6b6b6b6b6b"
				    "80000001 01020304050607080900");
	struct rtcp rtcp;

	(void)state;
	vector_each_cut(&v, parse_each, NULL);
	assert_int_equal(rtcp_parse(v.bytes, v.size, v.size, &rtcp), DISSECT_MAYBE);
	assert_true(rtcp.feedback);
	assert_int_equal(rtcp.packets, 1);
	assert_int_equal(dissect_ports(&v, 1024, 1025).message, MESSAGE_FEEDBACK);
	v.bytes[3] = 99;
	assert_int_equal(rtcp_parse(v.bytes, v.size, v.size, &rtcp), DISSECT_NO);
}

/* LLMNR and mDNS identifiers are random. */
static void
test_ports_of_others(void **state)
{
	struct vector v =
	    vector_of("a1b200000001000000000000 0477706164 05 6c6f63616c 00 00010001");

	(void)state;
	assert_int_equal(dissect_ports(&v, 50000, 5355).result, DISSECT_NO);
	assert_int_equal(dissect_ports(&v, 5353, 5353).result, DISSECT_NO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_header_refused),
		cmocka_unit_test(test_level),
		cmocka_unit_test(test_sound),
		cmocka_unit_test(test_lead),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_padding_cut),
		cmocka_unit_test(test_extension_encrypted),
		cmocka_unit_test(test_rtcp_compound),
		cmocka_unit_test(test_srtcp),
		cmocka_unit_test(test_ports_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
