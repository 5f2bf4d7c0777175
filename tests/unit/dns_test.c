/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect_vectors.h"

#define NAME_CALL "0463616c6c 076578616d706c65 00" /* call.example */

static const char query[] =
    "1a2b 0100 0001 0000 0000 0000 0443616C6C 076578616d706c65 00 0001 0001";

/* call.example is edge.example is 192.0.2.7; and 2001:db8::7. */
static const char chain[] =
    "1a2b 8180 0001 0003 0000 0000" NAME_CALL "0001 0001"
    "c00c 0005 0001 0000003c 0007 0465646765 c011"
    "c02a 0001 0001 0000001e 0004 c0000207"
    "c02a 001c 0001 0000001e 0010 20010db8000000000000000000000007";

static struct dns dns; /* large */

static void
parse_each(const uint8_t *p, size_t captured, size_t length, void *user)
{
	enum dissect_result result = dns_parse(p, captured, length, &dns);

	(void)user;
	if (captured < length)
		assert_true(result == DISSECT_SHORT || dns.count == 0);
	assert_true(dns.count <= DNS_ANSWERS);
}

static enum dissect_result
parse(const char *text)
{
	struct vector v = vector_of(text);

	vector_each_cut(&v, parse_each, NULL);
	return dns_parse(v.bytes, v.size, v.size, &dns);
}

static void
test_query(void **state)
{
	struct vector v = vector_of(query);
	struct datagram d = dissect_ports(&v, 50000, 53);

	(void)state;
	assert_int_equal(parse(query), DISSECT_YES);
	assert_int_equal(dns.id, 0x1a2b);
	assert_false(dns.response);
	assert_int_equal(dns.qtype, 1);
	assert_string_equal(dns.question, "call.example");
	assert_int_equal(dns.count, 0);
	assert_int_equal(d.dissector, DISSECTOR_DNS);
	assert_int_equal(d.message, MESSAGE_QUERY);
	assert_int_equal(dissect_ports(&v, 50000, 5353).result, DISSECT_NO);
}

static void
test_chain(void **state)
{
	struct vector v = vector_of(chain);
	char text[ADDR_TEXT_SIZE];

	(void)state;
	assert_int_equal(parse(chain), DISSECT_YES);
	assert_true(dns.response);
	assert_int_equal(dns.count, 3);
	assert_string_equal(dns.answers[0].owner, "call.example");
	assert_string_equal(dns.answers[0].target, "edge.example");
	assert_int_equal(dns.answers[0].ttl, 60);
	assert_int_equal(dns.answers[0].addr.family, 0);
	assert_string_equal(dns.answers[1].owner, "edge.example");
	assert_string_equal(addr_text(&dns.answers[1].addr, text), "192.0.2.7");
	assert_string_equal(addr_text(&dns.answers[2].addr, text), "2001:db8::7");
	assert_int_equal(dns.answers[2].type, 28);
	assert_int_equal(dissect_ports(&v, 53, 50000).message, MESSAGE_RESPONSE);
}

static void
test_snapped(void **state)
{
	struct vector v = vector_of(chain);

	(void)state;
	assert_int_equal(dns_parse(v.bytes, 40, v.size, &dns), DISSECT_SHORT);
	assert_string_equal(dns.question, "call.example");
	assert_int_equal(dns.count, 0);
}

/* HTTPS record: priority 1, target ".", alpn h3, ipv4hint of two, ipv6hint. */
static void
test_https_hints(void **state)
{
	char text[ADDR_TEXT_SIZE];

	(void)state;
	assert_int_equal(parse("1a2b 8180 0001 0001 0000 0000" NAME_CALL "0041 0001"
			       "c00c 0041 0001 0000003c 002a 0001 00"
			       "0001 0003 026833 0004 0008 c0000201c0000202"
			       "0006 0010 20010db8000000000000000000000009"),
	    DISSECT_YES);
	assert_int_equal(dns.qtype, 65);
	assert_int_equal(dns.count, 3);
	assert_string_equal(dns.answers[0].target, "");
	assert_string_equal(addr_text(&dns.answers[0].addr, text), "192.0.2.1");
	assert_string_equal(addr_text(&dns.answers[1].addr, text), "192.0.2.2");
	assert_string_equal(addr_text(&dns.answers[2].addr, text), "2001:db8::9");
	/* An alias: priority 0, a target, no parameters. */
	assert_int_equal(parse("1a2b 8180 0001 0001 0000 0000" NAME_CALL "0041 0001"
			       "c00c 0041 0001 0000003c 0008 0000 036364 6e 0161 00"),
	    DISSECT_YES);
	assert_int_equal(dns.count, 1);
	assert_string_equal(dns.answers[0].target, "cdn.a");
}

/* Quotes, control bytes, dots and backslashes inside a label. */
static void
test_odd_labels(void **state)
{
	(void)state;
	assert_int_equal(
	    parse("1a2b 0100 0001 0000 0000 0000 06 225c2e0a41ff 00 0001 0001"),
	    DISSECT_YES);
	assert_string_equal(dns.question, "\\034\\092\\046\\010a\\255");
	assert_int_equal(
	    parse("1a2b 0100 0001 0000 0000 0000 00 0002 0001"), DISSECT_YES);
	assert_string_equal(dns.question, "");
}

static void
test_refused(void **state)
{
	static const char *const texts[] = {
		"1a2b 0140 0001 0000 0000 0000 0161 00 0001 0001", /* Z bit */
		"1a2b 2900 0001 0000 0000 0000 0161 00 0001 0001", /* opcode 5 */
		"1a2b 0100 0002 0000 0000 0000 0161 00 0001 0001 0161 00 0001 0001",
		"1a2b 0100 0001 0000 0000 0000 4161 00 0001 0001", /* label type 01 */
		"1a2b 0100 0001 0000 0000 0000 c00c 0001 0001",    /* points at itself */
		"1a2b 0100 0001 0000 0000 0000 0561 00 0001 0001",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct vector v = vector_of(texts[i]);

		assert_int_equal(dns_parse(v.bytes, v.size, v.size, &dns), DISSECT_NO);
		assert_int_equal(dissect_uncut(&v, 50000, 53).dissector, DISSECTOR_NONE);
	}
}

/* Header and question stand when an answer points into nowhere. */
static void
test_answers_damaged(void **state)
{
	(void)state;
	assert_int_equal(parse("1a2b 8180 0001 0001 0000 0000" NAME_CALL "0001 0001"
			       "c0ff 0001 0001 0000003c 0004 c0000207"),
	    DISSECT_MAYBE);
	assert_string_equal(dns.question, "call.example");
	assert_int_equal(dns.count, 0);
}

static void
test_many_answers(void **state)
{
	struct vector v =
	    vector_of("1a2b 8180 0001 0064 0000 0000" NAME_CALL "0001 0001");

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		vector_hex(&v, "c00c 0001 0001 0000003c 0004 c0000207");
	assert_int_equal(dns_parse(v.bytes, v.size, v.size, &dns), DISSECT_YES);
	assert_int_equal(dns.count, DNS_ANSWERS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_snapped),
		cmocka_unit_test(test_https_hints),
		cmocka_unit_test(test_odd_labels),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_answers_damaged),
		cmocka_unit_test(test_many_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
