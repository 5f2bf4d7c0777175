/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <callwitness/base.h>

/* The complaints about a text as error_write() puts them; the caller frees. */
static char *
complaints(const char *text, size_t length)
{
	struct error e = { 0 };
	char *written = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&written, &size);
	struct yaml *y = yaml_parse("f", text, length, &e);

	assert_int_equal(y == NULL, e.count > 0);
	error_sort(&e);
	error_write(&e, out);
	fclose(out);
	error_clear(&e);
	yaml_close(y);
	return written;
}

static void
positions_count_from_one(void **state)
{
	static const char text[] =
	    "# note\na: 1\nlist:\n  - x\n  - \"y\"\n  - {k: [z]}\né: ü\n";
	struct error e = { 0 };
	struct yaml *y = yaml_parse("f", text, strlen(text), &e);
	const struct node *root = yaml_root(y), *list = node_get(root, "list");
	size_t length;

	(void)state;
	assert_int_equal(root->kind, NODE_MAP);
	assert_int_equal(root->count, 3);
	assert_int_equal(root->line, 2);
	assert_string_equal(node_get(root, "a")->text, "1");
	assert_int_equal(node_get(root, "a")->column, 4);
	assert_int_equal(list->kind, NODE_LIST);
	assert_int_equal(list->count, 3);
	assert_false(list->items[0]->quoted);
	assert_true(list->items[1]->quoted);
	assert_int_equal(list->items[1]->line, 5);
	assert_int_equal(list->items[1]->column, 5);
	assert_int_equal(node_get(list->items[2], "k")->items[0]->column, 10);
	assert_int_equal(root->keys[2]->line, 7);
	assert_int_equal(node_get(root, "é")->column, 4); /* characters, not bytes */
	assert_null(node_get(root, "b"));
	assert_null(node_get(list, "a"));
	assert_int_equal(node_values(list), 3);
	assert_int_equal(node_values(root), 0);
	assert_string_equal(yaml_name(y), "f");
	assert_memory_equal(yaml_bytes(y, &length), text, sizeof(text) - 1);
	assert_int_equal(length, sizeof(text) - 1);
	yaml_close(y);
}

static void
empty_documents_have_no_root(void **state)
{
	static const char *const texts[] = { "", "\n\n", "# only a note\n", "---\n",
		"---\n...\n" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct error e = { 0 };
		struct yaml *y = yaml_parse("f", texts[i], strlen(texts[i]), &e);

		assert_non_null(y);
		assert_null(yaml_root(y));
		yaml_close(y);
	}
}

#define BYTES(text) text, sizeof(text) - 1

static void
complaints_are_exact(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		const char *complaints;
	} rows[] = {
		{ BYTES("a: 1\nb: 2\na: 3\nb: 4\n"),
		    "f:3:1: duplicate key 'a': already given on line 1\n"
		    "f:4:1: duplicate key 'b': already given on line 2\n" },
		{ BYTES("a:\n\tb: 1\n \tc: 2\n"),
		    "f:2:1: tab in the indentation: YAML wants spaces\n"
		    "f:3:2: tab in the indentation: YAML wants spaces\n" },
		{ BYTES("a: 1\na: 2\n\tb: 1\n"),
		    "f:2:1: duplicate key 'a': already given on line 1\n"
		    "f:3:1: tab in the indentation: YAML wants spaces\n" },
		{ BYTES("a: {b: 1, b: 2\n\tc: 1\n"),
		    "f:1:11: duplicate key 'b': already given on line 1\n"
		    "f:2:1: tab in the indentation: YAML wants spaces\n" },
		{ BYTES("a: [1\nb: 2\n"), "f:2:2: expected ',' or ']' in the list opened "
					  "by '[' (it begins on line 1)\n" },
		{ BYTES("a: \"x\n"), "f:2:1: the text ends inside quotes: expected the "
				     "closing one (it begins on "
				     "line 1)\n" },
		{ BYTES("a: &x 1\nb: *x\nc: !t 2\n"),
		    "f:1:4: anchor '&': expected the value written out where it is used\n"
		    "f:2:4: alias '*': expected the value written out; text that begins "
		    "with '*' "
		    "wants quotes\n"
		    "f:3:4: tag '!': expected a value without one\n" },
		{ BYTES("a: 1\n---\nb: 2\n"),
		    "f:2:1: a second document begins: expected one in a file\n" },
		{ BYTES("? [a]\n: 1\n"),
		    "f:1:3: a list or map as a key: expected a word before ':'\n" },
		{ BYTES("\xef\xbb\xbf"
			"a: 1\n"),
		    "f:1:1: byte order mark: expected UTF-8 text without one; save the "
		    "file "
		    "without BOM\n" },
		{ BYTES("\xff\xfe"
			"a\0"),
		    "f:1:1: UTF-16 text: expected UTF-8\n" },
		{ BYTES("é: \xc3(\nb: \xed\xa0\x80\nc: \xc0\x80\n"),
		    "f:1:4: byte 0xc3 is not UTF-8: expected UTF-8 text\n"
		    "f:2:4: U+D800 is a surrogate: expected plain text\n"
		    "f:3:4: byte 0xc0 is not UTF-8: expected UTF-8 text\n" },
		{ BYTES("a: \0\nb: \x7f\nc: \xc2\x85\n"),
		    "f:1:4: U+0000 is a control character: expected plain text\n"
		    "f:2:4: U+007F is a control character: expected plain text\n"
		    "f:3:4: U+0085 is a line break that editors do not show: expected "
		    "plain "
		    "text\n" },
		{ BYTES("a: \"\\0\"\n"), "f:1:4: NUL character: expected text\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char *found = complaints(rows[i].text, rows[i].length);

		assert_string_equal(found, rows[i].complaints);
		free(found);
	}
}

static void
tabs_elsewhere_are_text(void **state)
{
	char *found = complaints(BYTES("a: \"x\ty\"\nb: 1\t# note\n"));

	(void)state;
	assert_string_equal(found, "");
	free(found);
}

static char *
repeated(const char *unit, size_t times)
{
	size_t length = strlen(unit);
	char *text = malloc(length * times + 1);

	for (size_t i = 0; i < times; i++)
		memcpy(text + i * length, unit, length);
	text[length * times] = '\0';
	return text;
}

static void
bounds_hold(void **state)
{
	static const struct {
		const char *unit;
		size_t times;
		const char *complaints;
	} rows[] = {
		{ "[", 33, "f:1:33: nested deeper than 32: expected a flatter file\n" },
		{ "- ", 33, "f:1:65: nested deeper than 32: expected a flatter file\n" },
		{ "- a\n", 200001,
		    "f:200000:3: more than 200000 values: expected a smaller file\n" },
		{ "#234567\n", (4u << 20) / 8 + 1,
		    "f: larger than 4 MiB: expected a smaller file\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char *text = repeated(rows[i].unit, rows[i].times);
		char *found = complaints(text, strlen(text));

		assert_string_equal(found, rows[i].complaints);
		free(found);
		free(text);
	}
}

static void
complaints_are_bounded(void **state)
{
	char *text = repeated("- &a 1\n", 5000), *binary = repeated("\x01\n", 5000);
	char *found = complaints(text, strlen(text));
	size_t lines = 0;

	(void)state;
	for (const char *at = found; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	assert_int_equal(lines, 100);
	free(found);
	found = complaints(binary, strlen(binary));
	lines = 0;
	for (const char *at = found; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	assert_int_equal(lines, 50);
	free(found);
	free(binary);
	free(text);
}

/* Each prefix is read or refused; the sanitizers watch. */
static void
truncations_are_safe(void **state)
{
	static const char text[] =
	    "a: [1, {b: \"\\u00e9\"}]\nc: |\n  x\n  y\nd: 'q'\n? e\n: f\n";

	(void)state;
	for (size_t length = 0; length < sizeof(text); length++) {
		char *copy = malloc(length + 1);
		char *found;

		memcpy(copy, text, length);
		found = complaints(copy, length);
		free(found);
		free(copy);
	}
}

struct thing {
	const char *name, *date, *country;
	bool flag;
};

static const struct form_key thing_keys[] = {
	{ "name", true, form_text, offsetof(struct thing, name) },
	{ "date", false, form_date, offsetof(struct thing, date) },
	{ "country", false, form_country, offsetof(struct thing, country) },
	{ "flag", true, form_flag, offsetof(struct thing, flag) },
};

static char *
form_complaints(const char *text, struct thing *thing)
{
	struct error e = { 0 };
	struct form f = { .file = "f", .error = &e };
	char *written = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&written, &size);
	struct yaml *y = yaml_parse("f", text, strlen(text), &e);
	int rc = form_read(&f, yaml_root(y), thing_keys, COUNT_OF(thing_keys), thing);

	assert_int_equal(rc == 0, e.count == 0);
	error_sort(&e);
	error_write(&e, out);
	fclose(out);
	error_clear(&e);
	yaml_close(y);
	return written;
}

static void
forms_complain(void **state)
{
	static const struct {
		const char *text, *complaints;
	} rows[] = {
		{ "{name: x, date: 2024-02-29, country: US, flag: true}", "" },
		{ "{nam: x, flag: false}",
		    "f:1:1: 'name' is missing: expected it in this map\n"
		    "f:1:2: unknown key 'nam': expected one of name, date, country, "
		    "flag; did "
		    "you mean 'name'?\n" },
		{ "{name: [x], date: 2023-02-29, country: us, flag: \"true\"}",
		    "f:1:8: 'name' is a list: expected text\n"
		    "f:1:19: 'date' is '2023-02-29': expected a date like 2026-11-21\n"
		    "f:1:40: 'country' is 'us': expected two capital letters (ISO 3166), "
		    "like US\n"
		    "f:1:50: 'flag' is 'true': expected true or false, without "
		    "quotes\n" },
		{ "{name: '', date: 2023-2-1, country: {}, flag: yes}",
		    "f:1:8: 'name' is empty: expected text\n"
		    "f:1:18: 'date' is '2023-2-1': expected a date like 2026-11-21\n"
		    "f:1:37: 'country' is an empty map: expected two capital letters "
		    "(ISO "
		    "3166), like "
		    "US\n"
		    "f:1:47: 'flag' is 'yes': expected true or false, without quotes\n" },
	};
	struct thing thing;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char *found = form_complaints(rows[i].text, &thing);

		assert_string_equal(found, rows[i].complaints);
		free(found);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(positions_count_from_one),
		cmocka_unit_test(empty_documents_have_no_root),
		cmocka_unit_test(complaints_are_exact),
		cmocka_unit_test(tabs_elsewhere_are_text),
		cmocka_unit_test(bounds_hold),
		cmocka_unit_test(complaints_are_bounded),
		cmocka_unit_test(truncations_are_safe),
		cmocka_unit_test(forms_complain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
