/* SPDX-License-Identifier: Apache-2.0 */
/* The ClientHello by itself. */
#include "hello_vectors.h"

static void
check_hello_cut(const uint8_t *p, size_t captured, size_t length, void *user)
{
	size_t whole = *(size_t *)user;
	struct client_hello out;
	enum dissect_result result = client_hello_parse(p, captured, length, false, &out);

	if (captured == whole)
		assert_int_equal(result, DISSECT_YES);
	else if (captured < length)
		assert_int_equal(result, DISSECT_SHORT);
	else /* one without extensions is whole as well */
		assert_int_equal(result, captured == 41 ? DISSECT_YES : DISSECT_NO);
	assert_true(out.sni[0] == '\0' || strcmp(out.sni, LONG_NAME_LOWER) == 0);
}

static void
test_hello_cuts(void **state)
{
	struct vector hello = make_hello(LONG_NAME, 10), body = { .size = 0 };

	(void)state;
	vector_add(&body, hello.bytes + 4, hello.size - 4);
	vector_each_cut(&body, check_hello_cut, &body.size);
}

static void
test_hello_names(void **state)
{
	static const struct {
		const char *name, *sni;
	} rows[] = { { "a.example", "a.example" }, { "", "" }, { "a b.example", "" },
		{ "a\xc3\xa4.example", "" } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct vector v = make_hello(rows[i].name, 3);
		struct client_hello out;

		assert_int_equal(
		    client_hello_parse(v.bytes + 4, v.size - 4, v.size - 4, false, &out),
		    DISSECT_YES);
		assert_string_equal(out.sni, rows[i].sni);
		assert_string_equal(out.alpn, "h3");
	}
}

/* Extensions that reach past their list take back what stood before. */
static void
test_hello_past_end(void **state)
{
	struct vector v = make_hello("a.example", 3);
	struct client_hello out;

	(void)state;
	v.bytes[v.size - 6] = 7; /* ALPN's length */
	assert_int_equal(
	    client_hello_parse(v.bytes + 4, v.size - 4, v.size - 4, false, &out),
	    DISSECT_NO);
	assert_string_equal(out.sni, "");
}

/* RFC 6347 section 4.2.1; whoever reads it as TLS's or the other way round finds nothing.
 */
static void
test_hello_cookie(void **state)
{
	struct vector v = make_hello("a.example", 3), with = { .size = 0 };
	struct client_hello out;

	(void)state;
	vector_hex(&with, "fefd");
	vector_add(&with, v.bytes + 6, 33);
	vector_hex(&with, "04 c00c1ec0");
	vector_add(&with, v.bytes + 39, v.size - 39);
	assert_int_equal(client_hello_parse(with.bytes, with.size, with.size, true, &out),
	    DISSECT_YES);
	assert_string_equal(out.sni, "a.example");
	assert_int_equal(
	    client_hello_parse(with.bytes, with.size, with.size, false, &out),
	    DISSECT_NO);
	assert_int_equal(
	    client_hello_parse(v.bytes + 4, v.size - 4, v.size - 4, true, &out),
	    DISSECT_NO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hello_cuts),
		cmocka_unit_test(test_hello_names),
		cmocka_unit_test(test_hello_past_end),
		cmocka_unit_test(test_hello_cookie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
