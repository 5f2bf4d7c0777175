/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect_vectors.h"

/* RFC 5769 sections 2.1 to 2.4. */
static const char request[] =
    "000100582112a442b7e7a701bc34d686fa87dfae"
    "802200105354554e207465737420636c69656e74"
    "002400046e0001ff 80290008932ff9b151263b36"
    "000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2 80280004e57a3bcf";
static const char response_v4[] =
    "0101003c2112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220 002000080001a147e112a643"
    "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7 80280004c07d4c96";
static const char response_v6[] =
    "010100482112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
    "00080014a382954e4be67bf11784c97c8292c275bfe3ed41 80280004c8fb0b4c";
static const char long_term[] =
    "000100602112a44278ad3433c6ad72c029da412e"
    "00060012e3839ee38388e383aae38383e382afe382b90000"
    "0015001c662f2f3439396b39353464364f4c33346f4c394653547679363473 41"
    "0014000b6578616d706c652e6f726700"
    "00080014f67024656dd64a3e02b8e0712e85c9a28ca89666";

static void
parse_each(const uint8_t *p, size_t captured, size_t length, void *user)
{
	struct stun out;
	enum dissect_result result = stun_parse(p, captured, length, &out);

	(void)user;
	if (captured < length && captured < 20)
		assert_int_equal(result, DISSECT_SHORT);
	if (captured == length && captured < 20)
		assert_int_equal(result, DISSECT_NO);
	assert_true(out.data_captured <= out.data_length);
}

static enum dissect_result
parse(const char *text, struct stun *out)
{
	struct vector v = vector_of(text);

	vector_each_cut(&v, parse_each, NULL);
	return stun_parse(v.bytes, v.size, v.size, out);
}

static void
test_rfc5769(void **state)
{
	char text[ADDR_TEXT_SIZE];
	struct stun out;

	(void)state;
	assert_int_equal(parse(request, &out), DISSECT_YES);
	assert_int_equal(out.method, 1);
	assert_int_equal(out.class, 0);
	assert_false(out.classic);
	assert_string_equal(out.software, "STUN test client");
	assert_int_equal(parse(response_v4, &out), DISSECT_YES);
	assert_int_equal(out.class, 2);
	assert_string_equal(out.software, "test vector");
	assert_string_equal(addr_text(&out.mapped, text), "192.0.2.1");
	assert_int_equal(out.mapped_port, 32853);
	assert_int_equal(parse(response_v6, &out), DISSECT_YES);
	assert_string_equal(
	    addr_text(&out.mapped, text), "2001:db8:1234:5678:11:2233:4455:6677");
	assert_int_equal(out.mapped_port, 32853);
	assert_int_equal(parse(long_term, &out), DISSECT_YES);
	assert_string_equal(out.realm, "example.org");
}

static void
test_vendor_marks(void **state)
{
	struct stun out;

	(void)state;
	assert_int_equal(
	    parse("000100082112a442000102030405060708090a0b ff03000401020304", &out),
	    DISSECT_YES);
	assert_true(out.google);
	assert_false(out.microsoft);
	assert_int_equal(
	    parse("000100082112a442000102030405060708090a0b 8070000400000002", &out),
	    DISSECT_YES);
	assert_true(out.microsoft);
}

/* MS-TURN: no padding, realm in 0x0015 with quotes, addresses in clear. */
static void
test_microsoft_packed(void **state)
{
	char text[ADDR_TEXT_SIZE];
	struct stun out;

	(void)state;
	assert_int_equal(parse("000300212112a442000102030405060708090a0b 000f000472c64bc6"
			       "00150009226578616d706c6522 001200080001d903c6336402",
			     &out),
	    DISSECT_YES);
	assert_true(out.microsoft);
	assert_string_equal(out.realm, "example");
	assert_string_equal(addr_text(&out.peer, text), "198.51.100.2");
	assert_int_equal(out.peer_port, 0xd903);
}

/* RFC 3489: what its cookie proves now, attributes have to. */
static void
test_classic(void **state)
{
	struct stun out;
	struct vector v;

	(void)state;
	assert_int_equal(
	    parse("0101000ca0a1a2a3a4a5a6a7a8a9aaabacadaeaf 000100080001d903c0000201",
		&out),
	    DISSECT_MAYBE);
	assert_true(out.classic);
	assert_int_equal(out.mapped_port, 0xd903);
	assert_int_equal(
	    parse("0001000ca0a1a2a3a4a5a6a7a8a9aaabacadaeaf 777700080001d903c0000201",
		&out),
	    DISSECT_NO);
	v = vector_of("00010000a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");
	assert_int_equal(dissect_ports(&v, 50000, 3478).result, DISSECT_YES);
	assert_int_equal(dissect_ports(&v, 50000, 50002).result, DISSECT_MAYBE);
	/* Zoom asks with attribute 0x0101 of 20 bytes. */
	v = vector_of("00010018a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
		      "01010014 6162636465666768696a6162636465666768696a");
	assert_int_equal(dissect_ports(&v, 50000, 50002).result, DISSECT_YES);
	assert_int_equal(dissect_ports(&v, 50000, 50002).message, MESSAGE_BINDING);
}

static void
test_methods(void **state)
{
	static const struct {
		const char *type;
		enum message message;
	} cases[] = {
		{ "0001", MESSAGE_BINDING },
		{ "0011", MESSAGE_BINDING },
		{ "0003", MESSAGE_TURN },
		{ "0113", MESSAGE_TURN },
		{ "0004", MESSAGE_TURN },
		{ "0108", MESSAGE_TURN },
		{ "0009", MESSAGE_TURN },
		{ "0800", MESSAGE_CONTROL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct vector v = vector_of(cases[i].type);
		struct datagram d;

		vector_hex(&v, "00082112a442000102030405060708090a0b 8022000461626364");
		d = dissect_ports(&v, 40000, 41000);
		assert_int_equal(d.dissector, DISSECTOR_STUN);
		assert_int_equal(d.message, cases[i].message);
		assert_int_equal(d.result, DISSECT_YES);
		assert_false(d.relayed);
	}
}

static void
test_refused(void **state)
{
	static const char *const texts[] = {
		"000100092112a442000102030405060708090a0b 8022000461626364", /* length 9
									      */
		"0001000c2112a442000102030405060708090a0b 8022000461626364", /* and 12 */
		"400100082112a442000102030405060708090a0b 8022000461626364", /* top bits
									      */
	};
	struct stun out;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct vector v = vector_of(texts[i]);

		assert_int_equal(stun_parse(v.bytes, v.size, v.size, &out), DISSECT_NO);
	}
}

static void
put_length(struct vector *v, size_t at, size_t length)
{
	v->bytes[at] = (uint8_t)(length >> 8);
	v->bytes[at + 1] = (uint8_t)length;
}

/* A Send indication around whatever `inner` is. */
static struct vector
send_indication(const struct vector *inner)
{
	struct vector v = vector_of("001600002112a442000102030405060708090a0b"
				    "001200080001f811e112c640 00130000");

	put_length(&v, 34, inner->size);
	vector_add(&v, inner->bytes, inner->size);
	vector_fill(&v, 0, (4 - v.size % 4) % 4);
	put_length(&v, 2, v.size - 20);
	return v;
}

static void
test_relayed(void **state)
{
	struct vector rtp = vector_of("806f0001000000010a0b0c0d 000102030405060708090a");
	struct vector check = vector_of(request);
	struct vector junk = vector_of("6968676665");
	struct vector v = send_indication(&rtp);
	struct datagram d = dissect_ports(&v, 50000, 3478);

	(void)state;
	assert_int_equal(d.dissector, DISSECTOR_RTP);
	assert_int_equal(d.message, MESSAGE_MEDIA);
	assert_true(d.relayed);
	assert_int_equal(d.rtp.media_bytes, 11);
	v = send_indication(&check);
	d = dissect_ports(&v, 50000, 3478);
	assert_int_equal(d.message, MESSAGE_BINDING);
	assert_true(d.relayed);
	v = send_indication(&junk);
	d = dissect_ports(&v, 50000, 3478);
	assert_int_equal(d.dissector, DISSECTOR_STUN);
	assert_int_equal(d.message, MESSAGE_DATA);
	assert_true(d.relayed);
}

static void
test_nested_relays_end(void **state)
{
	struct vector v = vector_of("69");

	(void)state;
	for (unsigned i = 0; i < 20; i++)
		v = send_indication(&v);
	assert_int_equal(dissect_ports(&v, 50000, 3478).message, MESSAGE_DATA);
}

static struct vector
mturn(const struct vector *inner)
{
	struct vector v = vector_of("ff1000000102030405060708");

	vector_add(&v, inner->bytes, inner->size);
	put_length(&v, 2, v.size - 4);
	return v;
}

static void
test_mturn(void **state)
{
	struct vector rtp = vector_of("806c0001000000010a0b0c0d 000102030405060708090a");
	struct vector junk = vector_of("6968676665");
	struct vector v = mturn(&rtp);
	struct datagram d = dissect_ports(&v, 50000, 3480);

	(void)state;
	assert_int_equal(d.dissector, DISSECTOR_RTP);
	assert_true(d.relayed);
	v = mturn(&junk);
	d = dissect_ports(&v, 50000, 3480);
	assert_int_equal(d.dissector, DISSECTOR_MTURN);
	assert_int_equal(d.message, MESSAGE_DATA);
	assert_int_equal(d.result, DISSECT_YES);
	v.bytes[3]++;
	assert_int_equal(dissect_ports(&v, 50000, 3480).result, DISSECT_NO);
}

static void
test_channel_data(void **state)
{
	struct vector v = vector_of("40010010 806f0001000000010a0b0c0d 00010203");
	struct datagram d = dissect_ports(&v, 50000, 3478);
	struct dissect_context turn = { 50000, 3478, DISSECTOR_STUN, 0 };

	(void)state;
	assert_int_equal(d.dissector, DISSECTOR_RTP);
	assert_int_equal(d.result, DISSECT_MAYBE);
	assert_true(d.relayed);
	v = vector_of("40010004 61626364");
	assert_int_equal(dissect_ports(&v, 50000, 3478).result, DISSECT_NO);
	d = dissect_in(&v, turn);
	assert_int_equal(d.dissector, DISSECTOR_STUN);
	assert_int_equal(d.message, MESSAGE_DATA);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc5769),
		cmocka_unit_test(test_vendor_marks),
		cmocka_unit_test(test_microsoft_packed),
		cmocka_unit_test(test_classic),
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_relayed),
		cmocka_unit_test(test_nested_relays_end),
		cmocka_unit_test(test_mturn),
		cmocka_unit_test(test_channel_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
