/* SPDX-License-Identifier: Apache-2.0 */
/* Two bundles, and two versions of a policy, side by side. */
#include "make_bundle.h"

/* A bundle at `out`, its copy beside it, and what is said of the two. */
struct pair {
	char first[PATH_SIZE], second[PATH_SIZE];
	char *said;
	int rc;
};

static void
pair_make(struct pair *p, struct office *o)
{
	*p = (struct pair){ .rc = -2 };
	snprintf(p->first, sizeof(p->first), "%s", bundle_make(o, false));
	snprintf(p->second, sizeof(p->second), "%s/second", o->desk->folder);
	assert_int_equal(run(o->desk->folder, "rm -rf second; cp -r a/b second"), 0);
}

static const char *
pair_diff(struct pair *p)
{
	struct error e = { 0 };
	size_t size = 0;
	FILE *out = NULL;

	free(p->said);
	out = open_memstream(&p->said, &size);
	p->rc = report_diff(p->first, p->second, out, &e);
	assert_int_equal(fclose(out), 0);
	error_write(&e, stderr);
	assert_int_equal(e.count, 0);
	return p->said;
}

#define ASSERT_SAYS(text, part)                                                          \
	do {                                                                             \
		if (strstr(text, part) == NULL)                                          \
			fail_msg("\"%s\" is not in:\n%s", part, text);                   \
	} while (0)
#define ASSERT_SILENT(text, part)                                                        \
	do {                                                                             \
		if (strstr(text, part) != NULL)                                          \
			fail_msg("\"%s\" is in:\n%s", part, text);                       \
	} while (0)

static void
a_bundle_does_not_differ_from_itself(void **state)
{
	struct pair p;

	pair_make(&p, *state);
	ASSERT_SAYS(pair_diff(&p), "Nothing differs.");
	assert_int_equal(p.rc, 0);
	free(p.said);
}

static void
outcomes_that_changed_are_told(void **state)
{
	struct pair p;

	pair_make(&p, *state);
	assert_int_equal(
	    run(p.second,
		"sed -i 's/\"outcome\": \"supported\"/\"outcome\": \"contradicted\"/' "
		"report.json"),
	    0);
	ASSERT_SAYS(
	    pair_diff(&p), "  demo-terms, telemetry:\n    supported  ->  contradicted\n");
	assert_int_equal(p.rc, 1);
	ASSERT_SILENT(p.said, "only the");
	free(p.said);
}

/* In whichever bundle they are. */
static void
claims_of_one_bundle_alone_are_told(void **state)
{
	struct office *o = *state;
	struct pair p;
	char text[PATH_SIZE];

	pair_make(&p, o);
	o->desk->report.judgement_count = 0;
	o->desk->report.ontologies = NULL;
	(void)bundle_make(o, false);
	ASSERT_SAYS(pair_diff(&p), "Claims that only the second was held against\n"
				   "  supported      demo-terms, telemetry\n");
	assert_int_equal(p.rc, 1);
	memcpy(text, p.first, sizeof(text));
	memcpy(p.first, p.second, sizeof(text));
	memcpy(p.second, text, sizeof(text));
	ASSERT_SAYS(pair_diff(&p), "Claims that only the first was held against\n"
				   "  supported      demo-terms, telemetry\n");
	assert_int_equal(p.rc, 1);
	free(p.said);
}

/* A call that is marked in one bundle alone is measured alike in both. */
static void
rates_have_the_same_basis(void **state)
{
	struct pair p;

	pair_make(&p, *state);
	ASSERT_SAYS(pair_diff(&p), "0.1 minutes (of call as marked)");
	assert_int_equal(
	    run(p.second, "sed -i 's/\"source\": \"mark\"/\"source\": \"gone\"/' "
			  "report.json"),
	    0);
	pair_diff(&p);
	ASSERT_SILENT(p.said, "as marked");
	ASSERT_SAYS(p.said, "Nothing differs.");
	free(p.said);
}

static void
hosts_and_rates_are_told(void **state)
{
	struct pair p;

	pair_make(&p, *state);
	assert_int_equal(
	    run(p.second, "sed -i 's/eu.log.demo.example/us.log.demo.example/' "
			  "report.json flows.ndjson"),
	    0);
	pair_diff(&p);
	assert_int_equal(p.rc, 1);
	ASSERT_SAYS(p.said, "  - eu.log.demo.example (");
	ASSERT_SAYS(p.said, "  + us.log.demo.example (");
	ASSERT_SILENT(p.said, "Up-bytes");
	assert_int_equal(
	    run(p.second,
		"sed -i 's/\"telemetry\": [1-9][0-9]*/\"telemetry\": 1/' report.json"),
	    0);
	ASSERT_SAYS(pair_diff(&p), "Up-bytes a minute, by recipient\n  ");
	free(p.said);
}

static void
cadence_is_told(void **state)
{
	struct pair p;

	pair_make(&p, *state);
	assert_int_equal(
	    run(p.second,
		"sed -i 's/\"category\":\"telemetry\"/\"category\":\"signalling\"/' "
		"flows.ndjson"),
	    0);
	pair_diff(&p);
	assert_int_equal(p.rc, 1);
	ASSERT_SAYS(p.said, "Telemetry and diagnostics: streams a minute (median gap)");
	ASSERT_SAYS(p.said, "->  ");
	free(p.said);
}

/* Numbers and names that no capture gives: nothing reaches the terminal as an order. */
static void
hostile_bundles_are_compared(void **state)
{
	static const char *const edits[] = {
		"sed -i 's/\"telemetry\": [0-9][0-9]*/\"telemetry\": "
		"-9223372036854775807/'",
		"sed -i 's/\"telemetry\": [0-9][0-9]*/\"telemetry\": "
		"9223372036854775807/'",
		"sed -i 's/demo.example/\\\\u001b[2J/'",
		"sed -i 's/\"first\": \"[^\"]*\"/\"first\": \"never\"/'",
		"sed -i 's/\"up\": {$/\"up\": 3, \"was\": {/'",
		"sed -i 's/\"entity\": \"[^\"]*\"/\"entity\": null/'",
	};
	struct pair p;

	pair_make(&p, *state);
	for (size_t i = 0; i < COUNT_OF(edits); i++) {
		char command[256];

		snprintf(command, sizeof(command), "%s report.json", edits[i]);
		assert_int_equal(run(p.second, command), 0);
		ASSERT_SILENT(pair_diff(&p), "\033");
		assert_int_equal(p.rc, 1);
	}
	free(p.said);
}

static void
what_is_no_bundle_is_told(void **state)
{
	struct error e = { 0 };
	struct pair p;

	pair_make(&p, *state);
	assert_int_equal(report_diff(p.first, "/nowhere", stdout, &e), -1);
	assert_true(error_names(&e, "/nowhere", "report.json"));
	error_clear(&e);
	assert_int_equal(run(p.second, "rm flows.ndjson"), 0);
	assert_int_equal(report_diff(p.first, p.second, stdout, &e), -1);
	assert_true(error_names(&e, p.second, "flows.ndjson"));
	error_clear(&e);
}

#define HEAD                                                                             \
	"policy: demo-terms\nvendor: Demo Inc.\ndocument: Terms\n"                       \
	"effective: 2023-01-01\napp: demo\nsource: {url: "                               \
	"'https://demo.example/terms'}\nfirst_party: [Demo Inc.]\nclaims:\n"
#define COLLECTS                                                                         \
	"  - {id: a, section: '1', quote: we collect, says: collects, data: telemetry, " \
	"testable: yes}\n"
#define SECURES(more)                                                                    \
	"  - {id: b, restated: it is sealed, says: secures, data: content, " more        \
	"testable: yes}\n"

/* What is said of two versions; the caller frees it. */
static char *
versions_diff(struct office *o, const char *before, const char *after, int expected)
{
	struct policy *policies[2] = { NULL, NULL };
	const char *const texts[] = { before, after };
	struct error e = { 0 };
	char path[PATH_SIZE], *said = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&said, &size);

	for (unsigned i = 0; i < 2; i++) {
		text_put(o->desk->folder, "demo-terms.yaml", texts[i]);
		policies[i] =
		    policy_load(in_folder(o->desk->folder, "demo-terms.yaml", path),
			o->ontologies, &e);
		error_write(&e, stderr);
		assert_non_null(policies[i]);
	}
	assert_int_equal(report_diff_policies(policies[0], policies[1], out), expected);
	assert_int_equal(fclose(out), 0);
	policy_free(policies[0]);
	policy_free(policies[1]);
	return said;
}

static void
a_policy_does_not_differ_from_itself(void **state)
{
	char *said = versions_diff(
	    *state, HEAD COLLECTS SECURES(""), HEAD COLLECTS SECURES(""), 0);

	ASSERT_SAYS(said, "No claim differs.");
	free(said);
}

/* Only the vendor's own words stand in quotation marks. */
static void
claims_are_added_and_gone(void **state)
{
	char *said = versions_diff(*state, HEAD COLLECTS, HEAD COLLECTS SECURES(""), 1);

	ASSERT_SAYS(said, "\nb: added\n  + section none, restated: it is sealed\n"
			  "    secures; data content;");
	ASSERT_SILENT(said, "\"it is sealed\"");
	free(said);
	said = versions_diff(*state, HEAD COLLECTS SECURES(""), HEAD SECURES(""), 1);
	ASSERT_SAYS(said, "\na: gone\n  - section 1: \"we collect\"\n");
	free(said);
}

static void
claims_are_moved_reworded_and_changed(void **state)
{
	char *said = versions_diff(*state, HEAD COLLECTS,
	    HEAD "  - {id: a, section: '2', quote: we collect, says: collects, data: "
		 "telemetry, testable: yes}\n",
	    1);

	ASSERT_SAYS(said, "\na: moved from section \"1\" to \"2\"\n");
	ASSERT_SILENT(said, "we collect");
	free(said);
	said = versions_diff(*state, HEAD COLLECTS,
	    HEAD "  - {id: a, section: '1', restated: we collect, says: never, data: "
		 "telemetry, when: muted, testable: yes}\n",
	    1);
	ASSERT_SAYS(said, "\na: reworded, another meaning\n");
	ASSERT_SAYS(said, "; when muted\n");
	free(said);
	said = versions_diff(*state, HEAD SECURES(""), HEAD SECURES("tls: '1.3', "), 1);
	ASSERT_SAYS(said, "\nb: another meaning\n");
	ASSERT_SAYS(said, "; TLS 1.3 or newer\n");
	free(said);
}

#define WITH_OFFICE(test)                                                                \
	cmocka_unit_test_setup_teardown(test, office_setup, office_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_OFFICE(a_bundle_does_not_differ_from_itself),
		WITH_OFFICE(outcomes_that_changed_are_told),
		WITH_OFFICE(claims_of_one_bundle_alone_are_told),
		WITH_OFFICE(rates_have_the_same_basis),
		WITH_OFFICE(hosts_and_rates_are_told),
		WITH_OFFICE(cadence_is_told),
		WITH_OFFICE(hostile_bundles_are_compared),
		WITH_OFFICE(what_is_no_bundle_is_told),
		WITH_OFFICE(a_policy_does_not_differ_from_itself),
		WITH_OFFICE(claims_are_added_and_gone),
		WITH_OFFICE(claims_are_moved_reworded_and_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
