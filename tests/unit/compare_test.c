/* SPDX-License-Identifier: Apache-2.0 */
/* A bundle against what its capture gives again. */
#include "make_bundle.h"

/* What is said of the bundle after `edit` has been at it; the caller clears e. */
static int
edited(struct office *o, const char *edit, struct error *e)
{
	const char *folder = bundle_make(o, false);

	assert_int_equal(run(folder, edit), 0);
	return report_compare(&o->desk->report, folder, e);
}

static void
the_same_is_the_same(void **state)
{
	struct error e = { 0 };

	assert_int_equal(edited(*state, "true", &e), 0);
	assert_int_equal(e.count, 0);
}

/* Made elsewhere, at another time, of a capture that had another name. */
static void
the_environment_does_not_count(void **state)
{
	struct office *o = *state;
	struct error e = { 0 };
	const char *folder = bundle_make(o, false);

	o->desk->report.environment.host = "there";
	o->desk->report.environment.started = "2027-01-01T00:00:00.000000Z";
	assert_int_equal(report_compare(&o->desk->report, folder, &e), 0);
	assert_int_equal(e.count, 0);
}

static void
each_value_is_held_against_its_own(void **state)
{
	static const struct {
		const char *edit, *says;
	} cases[] = {
		{ "sed -i 's/\"outcome\": \"supported\"/\"outcome\": \"inconclusive\"/' "
		  "report.json",
		    "policies.demo-terms.claims.telemetry.outcome is \"inconclusive\", "
		    "derived again it is \"supported\"" },
		{ "sed -i 's/\"payload_bytes\": /&1/' report.json",
		    "coverage.payload_bytes is " },
		{ "sed -i '1s/\"proto\":\"[a-z]*\"/\"proto\":\"x\"/' flows.ndjson",
		    "flow 1.proto is \"x\", derived again it is " },
		{ "sed -i '$d' flows.ndjson", "flows, derived again it is " },
		{ "sed -i '$p' flows.ndjson", "derived again it is nothing" },
		{ "sed -i 's/\"gates\": /\"\\\\u001b[2J\": 1, &/' report.json",
		    "?[2J is 1, derived again it is nothing" },
	};
	struct office *o = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct error e = { 0 };

		assert_int_equal(edited(o, cases[i].edit, &e), -1);
		if (!error_says(&e, cases[i].says))
			fail_msg("\"%s\" is not said: %s", cases[i].says,
			    e.count > 0 ? e.lines[0].text : "nothing is");
		error_clear(&e);
	}
}

/* Thousands of differences are counted, the first are named. */
static void
differences_have_a_limit(void **state)
{
	struct error e = { 0 };

	assert_int_equal(
	    edited(*state, "sed -i 's/[0-9]\\{3,\\}/7&/g' flows.ndjson", &e), -1);
	assert_true(error_says(&e, "values differ, the first are named"));
	assert_true(e.count < 30);
	error_clear(&e);
}

/* Sums made anew hide a changed page; its records do not. */
static void
pages_are_held_against_the_records(void **state)
{
	static const char *const pages[] = { "report.html", "report.md" };
	struct office *o = *state;

	for (size_t i = 0; i < COUNT_OF(pages); i++) {
		char edit[64];
		struct error e = { 0 };

		snprintf(
		    edit, sizeof(edit), "sed -i 's/supported/refuted/' %s", pages[i]);
		assert_int_equal(edited(o, edit, &e), -1);
		assert_int_equal(e.count, 1);
		assert_string_equal(e.lines[0].file, pages[i]);
		assert_true(error_says(&e, "is not what this program makes of"));
		error_clear(&e);
	}
}

static void
another_capture_is_all_there_is_to_say(void **state)
{
	struct error e = { 0 };

	assert_int_equal(
	    edited(*state,
		"sed -i '/\"files\"/,/]/s/\"sha256\": \"[0-9a-f]/&0/' report.json", &e),
	    -1);
	assert_int_equal(e.count, 1);
	assert_true(error_says(&e, "is another capture, with SHA-256 "));
	error_clear(&e);
	assert_int_equal(
	    edited(*state, "sed -i 's/\"files\"/\"fils\"/' report.json", &e), -1);
	assert_int_equal(e.count, 1);
	assert_true(error_says(&e, "is about 0 capture files"));
	error_clear(&e);
}

static void
other_places_are_all_there_is_to_say(void **state)
{
	struct error e = { 0 };

	assert_int_equal(
	    edited(*state, "sed -i 's/\"geoip\": \\[\\]/\"geoip\": [\"x\"]/' report.json",
		&e),
	    -1);
	assert_int_equal(e.count, 1);
	assert_true(error_says(&e, "names other databases than the bundle's: [\"x\"]"));
	error_clear(&e);
}

static void
what_cannot_be_read_is_told(void **state)
{
	static const struct {
		const char *edit, *file;
	} cases[] = {
		{ "rm report.json", "report.json" },
		{ "echo '[' > report.json", "report.json" },
		{ "rm flows.ndjson", "flows.ndjson" },
		{ "echo '{' > flows.ndjson", "flows.ndjson" },
	};
	struct office *o = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct error e = { 0 };

		assert_int_equal(edited(o, cases[i].edit, &e), -1);
		assert_true(error_names(&e, o->desk->out, cases[i].file));
		error_clear(&e);
	}
}

#define WITH_OFFICE(test)                                                                \
	cmocka_unit_test_setup_teardown(test, office_setup, office_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_OFFICE(the_same_is_the_same),
		WITH_OFFICE(the_environment_does_not_count),
		WITH_OFFICE(each_value_is_held_against_its_own),
		WITH_OFFICE(differences_have_a_limit),
		WITH_OFFICE(pages_are_held_against_the_records),
		WITH_OFFICE(another_capture_is_all_there_is_to_say),
		WITH_OFFICE(other_places_are_all_there_is_to_say),
		WITH_OFFICE(what_cannot_be_read_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
