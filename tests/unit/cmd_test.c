/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines from option tables. src/cmd is the program's alone, so it is compiled in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include "../../src/cmd/options.c"

#include <cmocka.h> /* its fail() is a macro: ours is (fail) */

struct options {
	bool loud;
	const char *name;
	struct words nets;
};

static const struct option_row rows[] = {
	{ 'l', "loud", NULL, "says more", offsetof(struct options, loud), OPTION_SWITCH },
	{ 'n', "name", "NAME", "who", offsetof(struct options, name), OPTION_TEXT },
	{ 0, "net", "CIDR", "where", offsetof(struct options, nets), OPTION_WORDS },
};
static const struct command self = { .name = "try",
	.arguments = "FILE [options]",
	.help = "Tries.",
	.options = rows,
	.option_count = COUNT_OF(rows) };

struct parsed {
	struct options options;
	struct words rest;
	int rc;
};

/* Parses up to seven words behind the command's name. */
static struct parsed
parse(const char *const *words, size_t count)
{
	static char name[] = "try", copies[16][7][32];
	static unsigned round; /* getopt may still point into the words of the last */
	struct parsed p = { 0 };
	char *argv[9] = { name };

	assert_true(count <= 7);
	for (size_t i = 0; i < count; i++) {
		snprintf(copies[round][i], sizeof(copies[round][i]), "%s", words[i]);
		argv[i + 1] = copies[round][i];
	}
	round = (round + 1) % COUNT_OF(copies);
	p.rc = options_parse(&self, (int)count + 1, argv, &p.options, &p.rest);
	return p;
}

#define PARSE(...)                                                                       \
	parse((const char *const[]){ __VA_ARGS__ },                                      \
	    COUNT_OF(((const char *const[]){ __VA_ARGS__ })))

static void
options_fill_their_places(void **state)
{
	struct parsed p =
	    PARSE("-l", "--name", "zoom", "--net", "10.0.0.0/8", "--net=fd00::/8");

	(void)state;
	assert_int_equal(p.rc, 0);
	assert_true(p.options.loud);
	assert_string_equal(p.options.name, "zoom");
	assert_int_equal(p.options.nets.count, 2);
	assert_string_equal(p.options.nets.word[0], "10.0.0.0/8");
	assert_string_equal(p.options.nets.word[1], "fd00::/8");
	assert_int_equal(p.rest.count, 0);
	words_free(&p.options.nets);
	assert_null(p.options.nets.word);
}

/* Options may stand behind files; "-" is a file, and so is all behind "--". */
static void
what_is_no_option_is_the_rest(void **state)
{
	struct parsed p = PARSE("a.pcap", "-n", "x", "-", "--", "-l");

	(void)state;
	assert_int_equal(p.rc, 0);
	assert_false(p.options.loud);
	assert_string_equal(p.options.name, "x");
	assert_int_equal(p.rest.count, 3);
	assert_string_equal(p.rest.word[0], "a.pcap");
	assert_string_equal(p.rest.word[1], "-");
	assert_string_equal(p.rest.word[2], "-l");
	words_free(&p.rest);
}

static void
mistakes_are_refused(void **state)
{
	static const char *const wrong[][2] = { { "--lout", NULL }, { "-x", NULL },
		{ "--name", NULL }, { "--loud=yes", NULL } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct parsed p = parse(wrong[i], 1);

		assert_int_equal(p.rc, -1);
		words_free(&p.rest);
	}
}

/* Two commands in one process: the second begins at its own first word. */
static void
parsing_begins_anew_each_time(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct parsed p = PARSE("-l", "a");

		assert_true(p.options.loud);
		assert_int_equal(p.rest.count, 1);
		assert_string_equal(p.rest.word[0], "a");
		words_free(&p.rest);
	}
}

static void
the_usage_shows_every_row(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	command_usage(&self, out);
	assert_int_equal(fclose(out), 0);
	assert_non_null(strstr(text, "usage: callwitness try FILE [options]"));
	assert_non_null(strstr(text, "-l, --loud"));
	assert_non_null(strstr(text, "-n, --name NAME"));
	assert_non_null(strstr(text, "    --net CIDR"));
	free(text);
}

/* Exit codes are DESIGN section 6's; complaints are freed. */
static void
failing_frees_and_returns_the_code(void **state)
{
	struct error e = { 0 };

	(void)state;
	error_add(&e, "x.yaml", 3, 1, "is wrong");
	assert_int_equal((fail)(&e, EXIT_INPUT), 3);
	assert_int_equal(e.count, 0);
	assert_int_equal((fail)(&e, EXIT_USAGE), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_fill_their_places),
		cmocka_unit_test(what_is_no_option_is_the_rest),
		cmocka_unit_test(mistakes_are_refused),
		cmocka_unit_test(parsing_begins_anew_each_time),
		cmocka_unit_test(the_usage_shows_every_row),
		cmocka_unit_test(failing_frees_and_returns_the_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
