/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect_vectors.h"

/* One record, one whole ClientHello: two ciphers, server name, use_srtp, ALPN. */
static const char hello[] =
    "16feff 0000 000000000000 0073"
    "01 000067 0000 000000 000067"
    "fefd 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
    "00 00 0004 c02bc02f 0100 0039"
    "0000 0012 0010 00 000d 63616c6c2e6578616d706c65 2e"
    "000e 0009 0006 000700080001 00"
    "0010 0012 0010 06 776562727463 08 632d776562727463";

static void
parse_each(const uint8_t *p, size_t captured, size_t length, void *user)
{
	struct dtls out;
	enum dissect_result result = dtls_parse(p, captured, length, &out);

	(void)user;
	if (captured == 0 || captured == length)
		return;
	assert_int_equal(result, captured < 13 ? DISSECT_SHORT : DISSECT_YES);
}

static void
test_client_hello(void **state)
{
	struct vector v = vector_of(hello);
	struct dtls out;
	struct datagram d;

	(void)state;
	vector_each_cut(&v, parse_each, NULL);
	assert_int_equal(dtls_parse(v.bytes, v.size, v.size, &out), DISSECT_YES);
	assert_int_equal(out.type, 22);
	assert_int_equal(out.version, 0xfeff);
	assert_int_equal(out.handshake, 1);
	assert_string_equal(out.sni, "call.example.");
	assert_string_equal(out.alpn, "webrtc");
	assert_false(out.application);
	d = dissect_ports(&v, 50000, 50001);
	assert_int_equal(d.dissector, DISSECTOR_DTLS);
	assert_int_equal(d.message, MESSAGE_HANDSHAKE);
	assert_int_equal(d.result, DISSECT_YES);
}

static void
test_hello_fragment(void **state)
{
	struct vector v = vector_of(hello);
	struct dtls out;

	(void)state;
	v.bytes[16] = 0x68; /* the whole is one byte longer than this fragment */
	assert_int_equal(dtls_parse(v.bytes, v.size, v.size, &out), DISSECT_YES);
	assert_int_equal(out.handshake, 1);
	assert_string_equal(out.sni, "");
}

static void
test_application(void **state)
{
	struct vector v = vector_of("16fefd0001000000000000 0004 5a5a5a5a"
				    "17fefd0001000000000001 0005 0102030405");
	struct dtls out;

	(void)state;
	assert_int_equal(dtls_parse(v.bytes, v.size, v.size, &out), DISSECT_YES);
	assert_true(out.application);
	assert_int_equal(out.handshake, 0); /* epoch 1: encrypted */
	assert_int_equal(dissect_ports(&v, 50000, 50001).message, MESSAGE_DATA);
	v.size--;
	assert_int_equal(dtls_parse(v.bytes, v.size, v.size, &out), DISSECT_MAYBE);
}

static uint8_t
hello_variant(void)
{
	struct vector v = vector_of(hello);

	return dissect_ports(&v, 50000, 50001).variant;
}

static void
test_unified_header(void **state)
{
	struct vector v = vector_of("2f 0001 0008 0102030405060708");
	struct dissect_context settled = { 50000, 50001, DISSECTOR_DTLS, 0 };

	(void)state;
	assert_int_equal(dissect_ports(&v, 50000, 50001).result, DISSECT_NO);
	assert_int_equal(dissect_in(&v, settled).message, MESSAGE_DATA);
	/* Media may settle the flow after the handshake; its variant remembers. */
	settled =
	    (struct dissect_context){ 50000, 50001, DISSECTOR_RTP, hello_variant() };
	assert_int_equal(dissect_in(&v, settled).message, MESSAGE_DATA);
	v.bytes[0] = 0x2e;
	assert_int_equal(dissect_in(&v, settled).message, MESSAGE_HANDSHAKE);
}

static void
test_refused(void **state)
{
	static const char *const texts[] = {
		"16030100 050000000000000000010203", /* TLS */
		"17fefd0001000000000001 0006 0102030405",
		"17fefd0001000000000001 0000",
		"1bfefd0001000000000001 0005 0102030405",
		"150100000000000000000000020100 01",
	};
	struct dtls out;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct vector v = vector_of(texts[i]);

		assert_int_equal(dtls_parse(v.bytes, v.size, v.size, &out), DISSECT_NO);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_client_hello),
		cmocka_unit_test(test_hello_fragment),
		cmocka_unit_test(test_application),
		cmocka_unit_test(test_unified_header),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
