/* SPDX-License-Identifier: Apache-2.0 */
/* The head of an unfinished capture: written, read back, refused. */
#include <stdlib.h>

#include "make_folder.h"

#include <callwitness/report.h>

static struct run *
back(const struct run_facts *f)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	struct error e = { 0 };
	struct run *r = NULL;

	assert_non_null(out);
	assert_int_equal(run_write(f, out), 0);
	assert_int_equal(fclose(out), 0);
	r = run_parse("head", text, length, &e);
	assert_non_null(r);
	assert_int_equal(e.count, 0);
	free(text);
	return r;
}

static const char *const command[] = { "capture", "-i", "eth0", "a \"b\"\n", NULL };
static const char *const geoip[] = { "/a/country.mmdb", NULL };
static const struct run_facts facts = { "here", "2026-11-22T03:00:00.000000Z", "eth0",
	"programs of user 1000 alone", command, geoip, true };

static void
test_round_trip(void **state)
{
	struct run *r = back(&facts);
	const struct run_facts *f = run_facts(r);

	(void)state;
	assert_string_equal(f->host, facts.host);
	assert_string_equal(f->started, facts.started);
	assert_string_equal(f->interface, facts.interface);
	assert_string_equal(f->programs, facts.programs);
	for (size_t i = 0; i < COUNT_OF(command) - 1; i++)
		assert_string_equal(f->command[i], command[i]);
	assert_null(f->command[COUNT_OF(command) - 1]);
	assert_string_equal(f->geoip[0], geoip[0]);
	assert_null(f->geoip[1]);
	assert_true(f->kept);
	run_free(r);
	run_free(NULL);
}

static void
test_refused(void **state)
{
	static const char *const bad[] = { "", "{", "[]", "{}", "null",
		"{\"started\": \"x\", \"interface\": \"y\", \"command\": []}",
		"{\"started\": 1, \"interface\": \"y\", \"command\": [], \"geoip\": []}",
		"{\"started\": \"x\", \"interface\": \"y\", \"command\": {}, \"geoip\": "
		"[]}" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct error e = { 0 };

		assert_null(run_parse("head", bad[i], strlen(bad[i]), &e));
		assert_int_equal(e.count, 1);
		error_clear(&e);
	}
}

static void
test_reported(void **state)
{
	static const char report[] = "{\"environment\": {\"host\": \"here\", "
				     "\"interface\": \"eth0\", \"started\": "
				     "\"2026-11-22T03:00:00.000000Z\"}}";
	struct run_facts other = facts;

	assert_false(run_is_reported(&facts, *state));
	text_put(*state, "report.json", report);
	assert_true(run_is_reported(&facts, *state));
	other.started = "2026-11-22T03:00:00.000001Z";
	assert_false(run_is_reported(&other, *state));
	text_put(*state, "report.json", "[]");
	assert_false(run_is_reported(&facts, *state));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_refused),
		cmocka_unit_test_setup_teardown(
		    test_reported, folder_setup, folder_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
