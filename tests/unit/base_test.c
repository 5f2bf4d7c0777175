/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <callwitness/base.h>

static void
bytes_stick_when_short(void **state)
{
	static const uint8_t data[] = { 1, 2, 3, 4, 5, 6, 7 };
	struct bytes b = bytes_over(data, sizeof(data));

	(void)state;
	assert_int_equal(bytes_u16(&b), 0x0102);
	assert_int_equal(bytes_u32(&b), 0x03040506);
	assert_int_equal(bytes_u16(&b), 0);
	assert_true(bytes_short(&b));
	assert_int_equal(bytes_u8(&b), 0);
	assert_null(bytes_take(&b, 0));
}

static void
hosts_match_by_label(void **state)
{
	static const struct {
		const char *pattern, *host;
		bool matches;
	} rows[] = {
		{ "zoom.us", "zoom.us", true },
		{ "zoom.us", "ZOOM.US.", true },
		{ "Zoom.US.", "zoom.us", true },
		{ "zoom.us", "xzoom.us", false },
		{ "zoom.us", "a.zoom.us", false },
		{ "*.zoom.us", "zoom.us", false },
		{ "*.zoom.us", "a.zoom.us", true },
		{ "*.zoom.us", "a.b.zoom.us", true },
		{ "*.zoom.us", ".zoom.us", false },
		{ "*.zoom.us", "a.xzoom.us", false },
		{ "evt-*.ds.zoom.us", "evt-1.ds.zoom.us", true },
		{ "evt-*.ds.zoom.us", "evt-.ds.zoom.us", true },
		{ "evt-*.ds.zoom.us", "evt-1.x.ds.zoom.us", false },
		{ "evt-*.ds.zoom.us", "x.evt-1.ds.zoom.us", false },
		{ "a.*.c", "a.b.c", true },
		{ "a.*.c", "a.b.b.c", false },
		{ "a.*.c", "a..c", false },
		{ "*.*.c", "a.b.c", true },
		{ "*.*.c", "b.c", false },
		{ "*a*b*.c", "xaxxbx.c", true },
		{ "*a*b*.c", "xbxa.c", false },
		{ "*", "a", true },
		{ "*", "a.b", true },
		{ "*", "", false },
		{ "a", "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (glob_host(rows[i].pattern, rows[i].host) != rows[i].matches)
			fail_msg("%s and %s", rows[i].pattern, rows[i].host);
}

static void
texts_match_by_character(void **state)
{
	(void)state;
	assert_true(glob_text("*", ""));
	assert_true(glob_text("", ""));
	assert_false(glob_text("", "a"));
	assert_true(glob_text("Zoom*Inc.", "zoom Communications, INC."));
	assert_true(glob_text("*.zoom.us", "a.b.zoom.us"));
	assert_false(glob_text("*.zoom.us", "zoom.us"));
	assert_true(glob_text("a*b*c", "aXbXbXc"));
	assert_false(glob_text("a*b*c", "aXbXbX"));
}

static void
assert_wrapped(unsigned column, unsigned indent, const char *text, const char *lines)
{
	char *got = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&got, &size);

	text_wrap(out, column, indent, text);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(got, lines);
	free(got);
}

#define TEN "123456789 "
#define TEN_WIDE                                                                         \
	"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xe2\x80\x9c"                                   \
	"6789 "

/* Characters count, not bytes; a word that is too long stays whole. */
static void
texts_wrap_at_80_columns(void **state)
{
	(void)state;
	assert_wrapped(0, 0, "", "\n");
	assert_wrapped(0, 4, "short", "short\n");
	assert_wrapped(0, 2, TEN TEN TEN TEN TEN TEN TEN "1234567890",
	    TEN TEN TEN TEN TEN TEN TEN "1234567890\n");
	assert_wrapped(0, 2, TEN TEN TEN TEN TEN TEN TEN "12345678901",
	    TEN TEN TEN TEN TEN TEN "123456789\n  12345678901\n");
	assert_wrapped(1, 2, TEN TEN TEN TEN TEN TEN TEN "1234567890",
	    TEN TEN TEN TEN TEN TEN "123456789\n  1234567890\n");
	assert_wrapped(0, 2,
	    TEN_WIDE TEN_WIDE TEN_WIDE TEN_WIDE TEN_WIDE TEN_WIDE TEN_WIDE "1234567890",
	    TEN_WIDE TEN_WIDE TEN_WIDE TEN_WIDE TEN_WIDE TEN_WIDE TEN_WIDE
	    "1234567890\n");
	assert_wrapped(78, 78, "abcdef g",
	    "abcdef\n"
	    "                                                                            "
	    "  "
	    "g\n");
	assert_wrapped(90, 90, "a", "a\n");
}

static void
addresses_read_and_write(void **state)
{
	static const char *const texts[] = { "192.0.2.1", "0.0.0.0", "2001:db8::1",
		"::", "::ffff:192.0.2.1", "2001:db8:0:1:1:1:1:1", "fe80::1:0:0:1" };
	static const char *const refused[] = { "", "192.0.2", "192.0.2.256", "192.0.2.01",
		"192.0.2.1 ", "2001:db8:::1", "fe80::1%eth0", "host" };
	char text[ADDR_TEXT_SIZE];
	struct addr a;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		assert_int_equal(addr_parse(texts[i], &a), 0);
		assert_string_equal(addr_text(&a, text), texts[i]);
	}
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		assert_int_equal(addr_parse(refused[i], &a), -1);
	assert_int_equal(addr_parse("2001:DB8:0:0:1::1", &a), 0);
	assert_string_equal(
	    addr_text(&a, text), "2001:db8::1:0:0:1"); /* RFC 5952 4.2.3 */
}

static void
nets_hold_addresses(void **state)
{
	static const struct {
		const char *net, *addr;
		bool in;
	} rows[] = {
		{ "192.0.2.0/24", "192.0.2.255", true },
		{ "192.0.2.0/24", "192.0.3.0", false },
		{ "192.0.2.128/25", "192.0.2.127", false },
		{ "172.16.0.0/12", "172.31.9.9", true },
		{ "0.0.0.0/0", "8.8.8.8", true },
		{ "0.0.0.0/0", "::", false },
		{ "192.0.2.7", "192.0.2.7", true },
		{ "2001:db8::/33", "2001:db8:7fff::", true },
		{ "2001:db8::/33", "2001:db8:8000::", false },
		{ "::1/128", "::1", true },
	};
	static const char *const refused[] = { "192.0.2.1/24", "192.0.2.0/33",
		"192.0.2.0/", "192.0.2.0/024", "192.0.2.0/-1", "2001:db9::/31", "/8",
		"10/8", "::/129", "192.0.2.0/4294967320" };
	struct addr_net net;
	struct addr a;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(addr_net_parse(rows[i].net, &net), 0);
		assert_int_equal(addr_parse(rows[i].addr, &a), 0);
		assert_int_equal(addr_in(&a, &net), rows[i].in);
	}
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		assert_int_equal(addr_net_parse(refused[i], &net), -1);
}

static void
addresses_have_classes(void **state)
{
	static const struct {
		const char *text;
		bool private, loopback, multicast, unspecified;
	} rows[] = {
		{ "10.1.2.3", true, false, false, false },
		{ "100.127.255.255", true, false, false, false },
		{ "100.128.0.0", false, false, false, false },
		{ "169.254.1.1", true, false, false, false },
		{ "fd00::1", true, false, false, false },
		{ "fe80::1", true, false, false, false },
		{ "fec0::1", false, false, false, false },
		{ "127.9.9.9", false, true, false, false },
		{ "::1", false, true, false, false },
		{ "224.0.0.251", false, false, true, false },
		{ "255.255.255.255", false, false, true, false },
		{ "ff02::fb", false, false, true, false },
		{ "0.0.0.0", false, false, false, true },
		{ "::", false, false, false, true },
		{ "8.8.8.8", false, false, false, false },
	};
	struct addr a;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(addr_parse(rows[i].text, &a), 0);
		assert_int_equal(addr_is_private(&a), rows[i].private);
		assert_int_equal(addr_is_loopback(&a), rows[i].loopback);
		assert_int_equal(addr_is_multicast(&a), rows[i].multicast);
		assert_int_equal(addr_is_unspecified(&a), rows[i].unspecified);
	}
}

static void
errors_sort_and_print(void **state)
{
	struct error e = { 0 };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	error_add(&e, "b", 1, 1, "x");
	error_add(&e, "a", 10, 2, "second");
	error_add(&e, "a", 9, 7, "first %d", 1);
	error_add(&e, "a", 10, 2, "second");
	error_add(&e, "a", 0, 0, "file");
	error_add(&e, NULL, 0, 0, "all\nof it");
	error_sort(&e);
	error_write(&e, out);
	fclose(out);
	assert_string_equal(
	    text, "all of it\na: file\na:9:7: first 1\na:10:2: second\nb:1:1: x\n");
	free(text);
	error_clear(&e);
	error_sort(&e);
	assert_int_equal(e.count, 0);
}

static void
strings_are_one_pointer(void **state)
{
	struct strings *s = strings_new();
	const char *first[2000];
	char text[16];

	(void)state;
	for (int i = 0; i < 2000; i++) {
		int length = sprintf(text, "name%d", i);

		first[i] = strings_intern(s, text, (size_t)length);
	}
	for (int i = 0; i < 2000; i++) {
		int length = sprintf(text, "name%d", i);

		assert_ptr_equal(strings_intern(s, text, (size_t)length), first[i]);
		assert_string_equal(first[i], text);
	}
	assert_string_equal(strings_intern(s, "abcdef", 3), "abc");
	assert_string_equal(strings_intern(s, "", 0), "");
	strings_free(s);
	strings_free(NULL);
}

/* Every input bit moves about half of the output bits, at any length. */
static void
hashes_spread(void **state)
{
	uint8_t data[64] = { 0 };

	(void)state;
	for (size_t length = 1; length <= sizeof(data); length++) {
		uint64_t before = hash_bytes(data, length, 7);

		for (size_t bit = 0; bit < length * 8; bit++) {
			int changed;

			data[bit / 8] ^= (uint8_t)(1 << bit % 8);
			changed =
			    __builtin_popcountll(before ^ hash_bytes(data, length, 7));
			data[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_in_range(changed, 10, 54);
		}
	}
	assert_int_not_equal(hash_bytes(data, 8, 0), hash_bytes(data, 16, 0));
	assert_int_not_equal(hash_bytes(data, 8, 0), hash_bytes(data, 8, 1));
}

/* FIPS 180-2, appendix B. */
static void
digests_are_known(void **state)
{
	char text[SHA256_TEXT_SIZE];
	struct sha256 *s = sha256_new();

	(void)state;
	sha256_add(s, "a", 1);
	sha256_add(s, "bc", 2);
	sha256_end(s, text);
	assert_string_equal(
	    text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha256_end(sha256_new(), text);
	assert_string_equal(
	    text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void
times_print_in_utc(void **state)
{
	char text[TIME_TEXT_SIZE];

	(void)state;
	assert_string_equal(
	    time_text(INT64_C(1678803641334576123), text), "2023-03-14T14:20:41.334576Z");
	assert_string_equal(time_text(0, text), "1970-01-01T00:00:00.000000Z");
	assert_string_equal(time_text(-1, text), "1969-12-31T23:59:59.999999Z");
	assert_string_equal(time_text(INT64_MAX, text), "2262-04-11T23:47:16.854775Z");
	assert_string_equal(time_text(INT64_MIN, text), "1677-09-21T00:12:43.145224Z");
}

static void
arenas_align(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (size_t size = 1; size < 40000; size = size * 3 + 1) {
		uint8_t *at = arena_take(&a, size);

		assert_int_equal((uintptr_t)at % _Alignof(max_align_t), 0);
		assert_int_equal(at[0] | at[size - 1], 0);
		memset(at, 0xff, size);
	}
	assert_string_equal(arena_text(&a, "abc", 2), "ab");
	arena_clear(&a);
	arena_clear(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_stick_when_short),
		cmocka_unit_test(hosts_match_by_label),
		cmocka_unit_test(texts_match_by_character),
		cmocka_unit_test(texts_wrap_at_80_columns),
		cmocka_unit_test(addresses_read_and_write),
		cmocka_unit_test(nets_hold_addresses),
		cmocka_unit_test(addresses_have_classes),
		cmocka_unit_test(errors_sort_and_print),
		cmocka_unit_test(strings_are_one_pointer),
		cmocka_unit_test(hashes_spread),
		cmocka_unit_test(digests_are_known),
		cmocka_unit_test(times_print_in_utc),
		cmocka_unit_test(arenas_align),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
