/* SPDX-License-Identifier: Apache-2.0 */
/* UUIDs by name: the vector of RFC 9562, and what is no UUID. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <callwitness/base.h>

#define DNS_SPACE "6ba7b810-9dad-11d1-80b4-00c04fd430c8"

static void
the_vector_of_the_rfc(void **state)
{
	char text[UUID_TEXT_SIZE];

	(void)state;
	/* RFC 9562, appendix A.4. */
	assert_int_equal(uuid_v5(DNS_SPACE, "www.example.com", text), 0);
	assert_string_equal(text, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
	/* The letters of the namespace's text do not count, its bytes do. */
	assert_int_equal(
	    uuid_v5("6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "www.example.com", text), 0);
	assert_string_equal(text, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

/* Computed with Python's uuid.uuid5(). */
static void
other_names_and_spaces(void **state)
{
	static const struct {
		const char *space, *name, *uuid;
	} rows[] = {
		{ DNS_SPACE, "", "4ebd0208-8328-5d69-8c44-ec50939c0967" },
		{ "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
		    "https://callwitness.example/ns",
		    "e8092522-56ce-57d9-beda-545e94770c36" },
		{ "00000000-0000-0000-0000-000000000000", "d\xc3\xa9j\xc3\xa0",
		    "a8d83001-05ff-5c4c-8d9f-9fb18a1778f4" },
	};
	char text[UUID_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(uuid_v5(rows[i].space, rows[i].name, text), 0);
		assert_string_equal(text, rows[i].uuid);
	}
}

static void
what_is_no_uuid_is_refused(void **state)
{
	static const char *const spaces[] = { "", "6", "6b", "www.example.com",
		"6ba7b810-9dad-11d1-80b4-00c04fd430c", DNS_SPACE "0", DNS_SPACE " ",
		"6ba7b8109dad11d180b400c04fd430c8",
		"6ba7b810 9dad 11d1 80b4 00c04fd430c8",
		"6ba7b81-09dad-11d1-80b4-00c04fd430c8",
		"{6ba7b810-9dad-11d1-80b4-00c04fd430c8}",
		"gba7b810-9dad-11d1-80b4-00c04fd430c8" };
	char text[UUID_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(spaces); i++) {
		strcpy(text, "before");
		assert_int_equal(uuid_v5(spaces[i], "name", text), -1);
		assert_string_equal(text, "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vector_of_the_rfc),
		cmocka_unit_test(other_names_and_spaces),
		cmocka_unit_test(what_is_no_uuid_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
