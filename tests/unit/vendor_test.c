/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect_vectors.h"

static struct vector
discovery(const char *type, const char *address)
{
	struct vector v = vector_of(type);

	vector_hex(&v, "0046 00010203");
	vector_add(&v, address, strlen(address));
	vector_fill(&v, 0, 72 - v.size);
	vector_hex(&v, "c350");
	return v;
}

static void
test_discord(void **state)
{
	struct vector v = discovery("0001", "");
	struct datagram d = dissect_ports(&v, 40000, 50000);

	(void)state;
	assert_int_equal(d.dissector, DISSECTOR_DISCORD);
	assert_int_equal(d.message, MESSAGE_DISCOVERY);
	assert_int_equal(d.result, DISSECT_YES);
	v = discovery("0002", "198.51.100.20");
	assert_int_equal(dissect_ports(&v, 50000, 40000).message, MESSAGE_DISCOVERY);
	v.bytes[60] = '7'; /* after the end of the text */
	assert_int_equal(dissect_uncut(&v, 50000, 40000).result, DISSECT_NO);
	v = discovery("0003", "");
	assert_int_equal(dissect_ports(&v, 40000, 50000).result, DISSECT_NO);
	v = vector_of("1337cafe 0a000000");
	d = dissect_ports(&v, 40000, 50000);
	assert_int_equal(d.dissector, DISSECTOR_DISCORD);
	assert_int_equal(d.message, MESSAGE_KEEPALIVE);
}

static void
test_webex(void **state)
{
	static const struct {
		const char *text;
		enum message message;
	} cases[] = {
		{ "01 000000000000 01", MESSAGE_SETUP },
		{ "02 00000000 a1b2 01", MESSAGE_SETUP },
		{ "04 00000000", MESSAGE_BYE },
		{ "06 00000000000000 21d23021 01020304 00000001 a1b2c3d4 00000004 "
		  "0a0b0c0d"
		  "00000002",
		    MESSAGE_KEEPALIVE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct vector v = vector_of(cases[i].text);
		struct datagram d;

		while (v.size > 8 && v.size < 42)
			v.bytes[v.size++] = 0;
		d = dissect_ports(&v, 50000, 9000);
		assert_int_equal(d.dissector, DISSECTOR_WEBEX);
		assert_int_equal(d.message, cases[i].message);
		assert_int_equal(dissect_ports(&v, 50000, 9001).result, DISSECT_NO);
	}
}

static void
test_flightproxy(void **state)
{
	struct vector v = vector_of("03");
	struct datagram d;

	(void)state;
	vector_add(&v, "00112233-4455-6677-8899-aabbccddeeff", 36);
	d = dissect_ports(&v, 50000, 3478);
	assert_int_equal(d.dissector, DISSECTOR_FLIGHTPROXY);
	assert_int_equal(d.message, MESSAGE_CONTROL);
	assert_int_equal(d.result, DISSECT_YES);
	v.bytes[9] = 'x';
	assert_int_equal(dissect_ports(&v, 50000, 3478).result, DISSECT_NO);
	v = vector_of("06");
	vector_fill(&v, 0x5a, 160);
	assert_int_equal(dissect_ports(&v, 50000, 3478).result, DISSECT_MAYBE);
	assert_int_equal(dissect_ports(&v, 50000, 3482).result, DISSECT_NO);
	vector_fill(&v, 0x5a, 1);
	assert_int_equal(dissect_ports(&v, 50000, 3478).result, DISSECT_NO);
}

static void
test_flightproxy_fragments(void **state)
{
	struct vector v = vector_of("14 5500 01 02 ffff 06");

	(void)state;
	vector_fill(&v, 0x5a, 200);
	assert_int_equal(dissect_ports(&v, 50000, 3478).dissector, DISSECTOR_FLIGHTPROXY);
	v.bytes[3] = 3; /* the third of two */
	assert_int_equal(dissect_ports(&v, 50000, 3478).result, DISSECT_NO);
	v = vector_of("15 5500 01 01 ffff");
	assert_int_equal(dissect_ports(&v, 50000, 3478).dissector, DISSECTOR_FLIGHTPROXY);
	v = vector_of("16 2100 01 01 ffff 01");
	assert_int_equal(dissect_ports(&v, 50000, 3478).dissector, DISSECTOR_FLIGHTPROXY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_discord),
		cmocka_unit_test(test_webex),
		cmocka_unit_test(test_flightproxy),
		cmocka_unit_test(test_flightproxy_fragments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
