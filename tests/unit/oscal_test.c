/* SPDX-License-Identifier: Apache-2.0 */
/* OSCAL: claims become findings, streams observations, and nothing is called satisfied
 * that is not. tests/oscal holds the same against the schema. */
#include <regex.h>

#include "make_view.h"

static json_t *
document(const struct report *r)
{
	char *text = view_made(&view_oscal, r);
	json_t *whole = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	json_t *inside = json_incref(json_object_get(whole, "assessment-results"));

	assert_non_null(inside);
	json_decref(whole);
	free(text);
	return inside;
}

static const char *
prop_of(const json_t *part, const char *name)
{
	const json_t *props = json_object_get(part, "props");

	for (size_t i = 0; i < json_array_size(props); i++)
		if (strcmp(text_at(json_array_get(props, i), "name"), name) == 0) {
			assert_string_equal(text_at(json_array_get(props, i), "ns"),
			    "https://callwitness.example/ns/oscal");
			return text_at(json_array_get(props, i), "value");
		}
	fail_msg("no property %s", name);
	return NULL;
}

static void
outcomes_have_states(void **state)
{
	static const struct {
		const char *outcome, *state, *reason;
	} rows[] = {
		{ "supported", "satisfied", "pass" },
		{ "contradicted", "not-satisfied", "fail" },
		{ "not_exercised", "not-satisfied", "other" },
		{ "not_testable", "not-satisfied", "other" },
		{ "inconclusive", "not-satisfied", "other" },
		{ "not_observed", "not-satisfied", "other" },
	};
	struct desk *d = *state;
	json_t *o = document(&d->report);
	const json_t *findings = at(o, "results.0.findings");

	assert_int_equal(json_array_size(findings), COUNT_OF(rows));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const json_t *finding = json_array_get(findings, i);

		assert_string_equal(prop_of(finding, "outcome"), rows[i].outcome);
		assert_string_equal(
		    text_at(finding, "target.status.state"), rows[i].state);
		assert_string_equal(
		    text_at(finding, "target.status.reason"), rows[i].reason);
		assert_string_equal(text_at(finding, "target.type"), "objective-id");
	}
	assert_string_equal(text_at(findings, "1.target.target-id"),
	    "demo-tos-2026-01-01.no-usage-before");
	assert_string_equal(
	    text_at(o, "local-definitions.objectives-and-methods.1.parts.0.id"),
	    "demo-tos-2026-01-01.no-usage-before");
	json_decref(o);
}

/* The contradicted claim and the recipient that is not disclosed. */
static void
accusations_are_risks(void **state)
{
	struct desk *d = *state;
	json_t *o = document(&d->report);
	const json_t *r = at(o, "results.0");

	assert_int_equal(json_array_size(at(r, "risks")), 2);
	assert_string_equal(text_at(r, "risks.0.title"), "Contradicted: no-usage-before");
	assert_string_equal(
	    text_at(r, "risks.0.statement"), "The vendor says: never before you agree");
	assert_string_equal(text_at(r, "risks.0.status"), "open");
	assert_string_equal(prop_of(at(r, "risks.0"), "severity"), "high");
	assert_string_equal(text_at(r, "findings.1.related-risks.0.risk-uuid"),
	    text_at(r, "risks.0.uuid"));
	assert_null(json_object_get(at(r, "findings.0"), "related-risks"));
	assert_string_equal(
	    text_at(r, "risks.1.title"), "Not disclosed: data to Demo Inc.");
	assert_string_equal(prop_of(at(r, "risks.1"), "severity"), "medium");
	json_decref(o);
}

static void
streams_are_observed_once(void **state)
{
	struct desk *d = *state;
	json_t *o = document(&d->report);
	const json_t *r = at(o, "results.0");

	/* Flow 2 and 4 for claims, flow 3 because it is not disclosed. */
	assert_int_equal(json_array_size(at(r, "observations")), 3);
	assert_string_equal(text_at(r, "observations.0.title"), "Flow 2, stream 0");
	assert_string_equal(text_at(r, "observations.0.methods.0"), "TEST");
	assert_string_equal(text_at(r, "observations.0.types.0"), "control-objective");
	assert_string_equal(
	    text_at(r, "observations.0.collected"), "2023-03-14T14:20:41.130000Z");
	assert_string_equal(
	    text_at(r, "observations.0.relevant-evidence.0.href"), "flows.ndjson");
	assert_string_equal(text_at(r, "observations.0.relevant-evidence.2.description"),
	    "What claim no-usage-before rests on: packets within frames 4 to 9.");
	assert_int_equal(
	    json_array_size(at(r, "observations.0.relevant-evidence")), 1 + 2);
	assert_string_equal(prop_of(at(r, "observations.0"), "category"), "telemetry");
	assert_string_equal(prop_of(at(r, "observations.0"), "up-bytes"), "3104");
	assert_string_equal(text_at(r, "observations.2.title"), "Flow 3, stream 0");
	assert_string_equal(text_at(r, "observations.2.types.0"), "discovery");
	assert_string_equal(text_at(r, "risks.1.related-observations.0.observation-uuid"),
	    text_at(r, "observations.2.uuid"));
	assert_int_equal(json_array_size(at(r, "findings.1.related-observations")), 2);
	json_decref(o);
}

static void
the_document_is_dated_by_the_capture(void **state)
{
	struct desk *d = *state;
	json_t *o = document(&d->report);

	assert_string_equal(
	    text_at(o, "metadata.last-modified"), "2023-03-14T14:20:50.000000Z");
	assert_string_equal(text_at(o, "metadata.oscal-version"), "1.0.6");
	assert_string_equal(text_at(o, "results.0.start"), "2023-03-14T14:20:41.000000Z");
	assert_string_equal(text_at(o, "results.0.end"), "2023-03-14T14:20:50.000000Z");
	assert_string_equal(text_at(o, "import-ap.href"), "inputs/options.json");
	assert_non_null(strstr(text_at(o, "results.0.remarks"),
	    "Absence shows nothing here: 0.3 % of the frames were lost."));
	json_decref(o);
}

/* Of another time and machine, of another call. */
static void
identifiers_come_from_content(void **state)
{
	struct desk *d = *state;
	char *first = view_made(&view_oscal, &d->report), *again = NULL;
	json_t *a = document(&d->report), *b = NULL;

	d->report.environment.host = "elsewhere";
	d->report.environment.started = "2027-01-01T00:00:00.000000Z";
	again = view_made(&view_oscal, &d->report);
	assert_string_equal(first, again);
	d->report.options.filter = NULL;
	b = document(&d->report);
	assert_string_not_equal(text_at(a, "uuid"), text_at(b, "uuid"));
	assert_string_not_equal(
	    text_at(a, "results.0.uuid"), text_at(b, "results.0.uuid"));
	json_decref(a);
	json_decref(b);
	free(first);
	free(again);
}

static void
without_policies_nothing_is_found(void **state)
{
	struct desk *d = *state;
	json_t *o = document(&d->report);

	assert_int_equal(json_array_size(at(o, "results")), 1);
	assert_null(json_object_get(at(o, "results.0"), "findings"));
	assert_null(json_object_get(at(o, "results.0"), "observations"));
	assert_null(json_object_get(at(o, "results.0"), "risks"));
	assert_null(json_object_get(o, "local-definitions"));
	assert_non_null(at(o, "results.0.reviewed-controls.control-selections.0"));
	json_decref(o);
}

static void
assert_matches(const char *text, const char *pattern)
{
	regex_t regex;

	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	if (regexec(&regex, text, 0, NULL, 0) != 0)
		fail_msg("\"%s\" is no %s", text, pattern);
	regfree(&regex);
}

/* Whatever a report says, what comes out keeps to the types of OSCAL. */
static void
types_hold_with_strangers_text(void **state)
{
	json_t *report = json_loads(
	    "{\"capture\": {\"last\": \"yesterday\", \"files\": [{\"name\": \"a "
	    "b?#%\\u00e9:x\", "
	    "\"sha256\": \" \"}]}, \"policies\": [{\"policy\": \"1 p\\u00e4p\", "
	    "\"vendor\": "
	    "\"  \", \"document\": \" two\\nlines\\u2028three \", \"claims\": "
	    "[{\"claim\": "
	    "\"a/b\", \"outcome\": \"perfect\", \"evidence\": [{\"flow\": 5, \"stream\": "
	    "-3}]}, 7], \"disclosures\": [{\"flow\": 6, \"stream\": 0, \"severity\": "
	    "\"medium\"}]}]}",
	    0, NULL);
	char *text = view_of(&view_oscal, report, "{\"id\": 6, \"streams\": [{}]}\n");
	json_t *o = json_loads(text, 0, NULL);
	const json_t *r = at(o, "assessment-results.results.0");

	(void)state;
	assert_matches(
	    text_at(r, "findings.0.target.target-id"), "^[A-Za-z_][A-Za-z0-9._-]*$");
	assert_string_equal(text_at(r, "findings.0.target.target-id"), "_1_p__p.a_b");
	assert_string_equal(
	    text_at(r, "findings.0.target.status.state"), "not-satisfied");
	assert_string_equal(text_at(r, "findings.0.target.status.reason"), "other");
	assert_string_equal(prop_of(r, "document"), "two lines   three");
	assert_string_equal(text_at(r, "start"), "1970-01-01T00:00:00.000000Z");
	assert_string_equal(
	    text_at(r, "observations.0.collected"), "1970-01-01T00:00:00.000000Z");
	assert_string_equal(text_at(r, "observations.0.description"),
	    "The record of this stream is missing.");
	assert_string_equal(
	    text_at(r, "risks.0.title"), "Not disclosed: data to nobody known");
	assert_string_equal(
	    text_at(o, "assessment-results.back-matter.resources.0.rlinks.0.href"),
	    "a%20b%3F%23%25%C3%A9%3Ax");
	assert_null(json_object_get(
	    at(o, "assessment-results.back-matter.resources.0.rlinks.0"), "hashes"));
	json_decref(o);
	json_decref(report);
	free(text);
}

#define JUDGED(name) cmocka_unit_test_setup_teardown(name, judged_setup, desk_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		JUDGED(outcomes_have_states),
		JUDGED(accusations_are_risks),
		JUDGED(streams_are_observed_once),
		JUDGED(the_document_is_dated_by_the_capture),
		JUDGED(identifiers_come_from_content),
		cmocka_unit_test_setup_teardown(
		    without_policies_nothing_is_found, desk_setup, desk_teardown),
		cmocka_unit_test(types_hold_with_strangers_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
