/* SPDX-License-Identifier: Apache-2.0 */
/* The judgements in report.json: every key, the sentence that answers, the law. */
#include "make_json.h"

#include "../../src/report/json.h"

static const struct shape_row policy_rows[] = {
	{ "note", JSON_NULL },
	{ "answer", JSON_STRING },
	{ "first_party.1", JSON_STRING },
	{ "source.url", JSON_STRING },
	{ "source.archive", JSON_NULL },
	{ "source.sha256", JSON_STRING },
	{ "claims.0.section", JSON_STRING },
	{ "claims.0.restated", JSON_NULL },
	{ "claims.0.when", JSON_NULL },
	{ "claims.0.unless", JSON_NULL },
	{ "claims.0.how", JSON_NULL },
	{ "claims.2.quote", JSON_NULL },
	{ "claims.5.section", JSON_NULL },
	{ "claims.0.evidence.0.frames.1", JSON_INTEGER },
	{ "disclosures.1.claim", JSON_NULL },
	{ "disclosures.0.other", JSON_NULL },
	{ "disclosures.0.label", JSON_NULL },
	{ "disclosures.0.data_vagueness", JSON_REAL },
};

static const struct {
	const char *path, *text;
} policy_texts[] = {
	{ "policy", "demo-tos-2026-01-01" },
	{ "vendor", "Demo Inc." },
	{ "document", "Terms" },
	{ "effective", "2026-01-01" },
	{ "app", "demo" },
	{ "severity", "high" },
	{ "claims.0.claim", "collects-usage" },
	{ "claims.0.topic", "collects-usage" },
	{ "claims.0.quote", "We collect usage data" },
	{ "claims.0.quote_check", "verified" },
	{ "claims.0.says", "collects" },
	{ "claims.0.data.0", "telemetry.usage" },
	{ "claims.0.recipients.0", "first_party" },
	{ "claims.0.testable", "yes" },
	{ "claims.0.outcome", "supported" },
	{ "claims.0.severity", "none" },
	{ "claims.0.strength", "observed" },
	{ "claims.1.outcome", "contradicted" },
	{ "claims.1.severity", "high" },
	{ "claims.1.when", "before_consent" },
	{ "claims.2.restated", "no sound while muted" },
	{ "claims.2.quote_check", "excerpt" },
	{ "claims.2.when", "muted" },
	{ "claims.2.unless", "recording" },
	{ "claims.2.outcome", "not_exercised" },
	{ "claims.3.purposes.0", "ai_training" },
	{ "claims.3.testable", "no" },
	{ "claims.3.outcome", "not_testable" },
	{ "claims.4.regions.0", "EEA" },
	{ "claims.4.outcome", "inconclusive" },
	{ "claims.5.says", "secures" },
	{ "claims.5.outcome", "not_observed" },
	{ "disclosures.0.disclosure", "vague" },
	{ "disclosures.0.claim", "collects-usage" },
	{ "disclosures.1.disclosure", "omitted" },
	{ "disclosures.1.severity", "medium" },
	{ "disclosures.2.other", "no-usage-before" },
	{ "disclosures.2.label", "C12" },
	{ "tensions.0.label", "N1" },
	{ "tensions.0.positive", "collects-usage" },
	{ "tensions.0.negative", "no-usage-before" },
};

static const struct {
	const char *path;
	json_int_t number;
} policy_numbers[] = {
	{ "summary.supported", 1 },
	{ "summary.contradicted", 1 },
	{ "summary.inconclusive", 1 },
	{ "disclosure_summary.omitted", 2 },
	{ "disclosure_summary.clear", 0 },
	{ "not_judged.streams", 7 },
	{ "not_judged.up_bytes", 777 },
	{ "claims.1.up_bytes", 99999 },
	{ "claims.1.evidence_total", 31 },
	{ "claims.1.evidence.1.flow", 4 },
	{ "claims.1.evidence.1.stream", 0 },
	{ "claims.1.evidence.1.frames.0", 20 },
	{ "claims.1.evidence.1.frames.1", 30 },
	{ "claims.1.evidence.1.packets", 5 },
	{ "claims.1.evidence.1.bytes", 460 },
	{ "disclosures.1.flow", 3 },
	{ "disclosures.3.stream", 1 },
	{ "disclosures.1.up_bytes", 47 },
};

static void
a_policy_has_all_keys(void **state)
{
	struct desk *d = *state;
	json_t *r = parsed(&d->report, report_json);
	const json_t *p = at(r, "policies.0");

	assert_shape(p, policy_rows, COUNT_OF(policy_rows));
	for (size_t i = 0; i < COUNT_OF(policy_texts); i++)
		assert_string_equal(
		    text_at(p, policy_texts[i].path), policy_texts[i].text);
	for (size_t i = 0; i < COUNT_OF(policy_numbers); i++)
		assert_int_equal(
		    number_at(p, policy_numbers[i].path), policy_numbers[i].number);
	assert_int_equal(json_array_size(at(p, "claims")), 6);
	assert_int_equal(json_array_size(at(p, "disclosures")), 4);
	assert_int_equal(json_array_size(at(p, "claims.1.evidence")), 2);
	json_decref(r);
}

static void
gates_and_the_result_stand_once(void **state)
{
	struct desk *d = *state;
	json_t *r = parsed(&d->report, report_json);

	assert_int_equal(json_array_size(at(r, "gates")), GATES);
	assert_string_equal(text_at(r, "gates.0.gate"), "drops");
	assert_string_equal(text_at(r, "gates.0.limit"), "at most 0.1 % of frames");
	assert_true(json_is_true(at(r, "gates.0.closed")));
	assert_string_equal(text_at(r, "gates.1.why"), "");
	assert_int_equal(number_at(r, "result.contradicted"), 1);
	assert_int_equal(number_at(r, "result.omitted"), 1);
	assert_string_equal(text_at(r, "result.severity"), "high");
	assert_string_equal(text_at(r, "inputs.policies.1.policy"), "demo-empty");
	assert_string_equal(
	    text_at(r, "inputs.policies.1.sha256"), made_policies[1].sha256);
	json_decref(r);
}

/* Real numbers are short, finite, and read back as they were. */
static void
numbers_read_back(void **state)
{
	struct desk *d = *state;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	json_t *again = NULL, *direct = NULL;

	assert_int_equal(report_json(&d->report, out), 0);
	assert_int_equal(fclose(out), 0);
	assert_non_null(strstr(text, "\"value\": 0.3333,"));
	assert_non_null(strstr(text, "\"value\": 12345678.0,"));
	assert_non_null(strstr(text, "\"data_vagueness\": 0.3333,"));
	assert_non_null(strstr(text, "\"value\": 0.0,")); /* the infinite one, too */
	again = json_loadb(text, size, 0, NULL);
	direct = json_report(&d->report);
	assert_true(json_equal(again, direct));
	json_decref(again);
	json_decref(direct);
	free(text);
}

static void
the_answer_counts_every_claim(void **state)
{
	struct desk *d = *state;
	json_t *r = parsed(&d->report, report_json);

	assert_string_equal(text_at(r, "policies.0.answer"),
	    "1 of 6 claims contradicted, data to 1 recipient not disclosed (Demo Inc.); "
	    "1 supported, 1 cannot be tested, 1 undecided, 1 not observed, "
	    "1 not exercised.");
	assert_string_equal(text_at(r, "policies.1.answer"),
	    "Nothing contradicted: 0 of 0 claims supported; absence is no proof.");
	json_decref(r);
}

static const char *
answer(const struct desk *d, const struct judgement *j, char text[512])
{
	json_t *value = json_answer(&d->report, j);

	assert_non_null(value);
	snprintf(text, 512, "%s", json_string_value(value));
	json_decref(value);
	return text;
}

static void
the_answer_never_says_more(void **state)
{
	struct desk *d = *state;
	struct judgement j = made_judgements[0];
	struct stream_disclosure many[64];
	char text[512];

	j.disclosure_count = 0;
	assert_string_equal(answer(d, &j, text),
	    "1 of 6 claims contradicted; 1 supported, 1 cannot be tested, 1 undecided, "
	    "1 not observed, 1 not exercised.");
	j.claims[OUTCOME_CONTRADICTED] = 0;
	j.claims[OUTCOME_SUPPORTED] = 2;
	assert_string_equal(answer(d, &j, text),
	    "Nothing contradicted: 2 of 6 claims supported, 1 cannot be tested, "
	    "1 undecided, 1 not observed, 1 not exercised; absence is no proof.");
	/* One recipient of many streams is one; a flow that is not there is none. */
	for (size_t i = 0; i < COUNT_OF(many); i++) {
		many[i] = made_disclosures[1];
		many[i].flow = i % 2 ? 3 : 4711;
	}
	j.disclosures = many;
	j.disclosure_count = COUNT_OF(many);
	assert_string_equal(answer(d, &j, text),
	    "0 of 6 claims contradicted, but data to 1 recipient not disclosed (Demo "
	    "Inc.); 2 supported, 1 cannot be tested, 1 undecided, 1 not observed, "
	    "1 not exercised.");
}

/* Of five recipients three are named. */
static void
the_answer_names_few(void **state)
{
	static const char *const names[] = { "A Ltd", "B Ltd", "C Ltd", "D Ltd",
		"E Ltd" };
	struct desk *d = *state;
	struct session session = *d->report.session;
	struct judgement j = made_judgements[1];
	struct stream_disclosure each[COUNT_OF(names)];
	struct judged_flow flows[COUNT_OF(names)];
	char text[512];

	assert_int_equal(session.flow_count, COUNT_OF(names));
	for (uint32_t i = 0; i < COUNT_OF(names); i++) {
		flows[i] = session.flows[i];
		flows[i].entity = names[i];
		each[i] = made_disclosures[1];
		each[i].flow = i + 1;
	}
	session.flows = flows;
	d->report.session = &session;
	j.disclosures = each;
	j.disclosure_count = COUNT_OF(names);
	assert_string_equal(answer(d, &j, text),
	    "0 of 0 claims contradicted, but data to 5 recipients not disclosed (A Ltd, "
	    "B Ltd, C Ltd and 2 more); 0 supported.");
}

static const char *
observed(const json_t *report, const char *rule)
{
	const json_t *list = json_object_get(report, "legal");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *row = json_array_get(list, i);

		if (strcmp(text_at(row, "rule"), rule) == 0)
			return text_at(row, "observed");
	}
	fail_msg("no rule %s", rule);
	return NULL;
}

/* Numbers of this capture: what was measured, and nothing that was not. */
static void
the_law_gets_numbers(void **state)
{
	static const struct {
		const char *rule, *observed;
	} rows[] = {
		{ "GDPR 5(1)(a)",
		    "Contradicted claims: 1 of 6. Undisclosed streams: 1." },
		{ "GDPR 5(1)(b)",
		    "0 B of 3.1 kB of telemetry went to endpoints for advertising." },
		{ "GDPR 5(1)(c)", "0 B of telemetry and 0 B of diagnostics went up in "
				  "2.0 s of the call "
				  "as marked: 0 B of telemetry a minute." },
		/* What is sent at 20:41.1 and 20:41.2; the call comes after. */
		{ "GDPR 6 and 7",
		    "3.2 kB of telemetry, diagnostics and content went up before consent "
		    "was marked, 0 B of it to third parties." },
		{ "GDPR 12 to 14",
		    "Recipients of the app's data: 1. Third parties: 0, which got 0 B." },
		{ "GDPR 25",
		    "3.2 kB of telemetry and diagnostics went up in 9.0 s with optional "
		    "data switched off." },
		{ "GDPR 32",
		    "Of the app's data: 47 B as HTTP in clear, 0 B as media in clear. "
		    "Connections below TLS 1.2: 0." },
		{ "GDPR 44 to 49", "By the company's seat: DE. Not known: 0 of 1." },
		{ "ePrivacy Directive 5(1)",
		    "9.2 kB of content went up, 0 B of it to third parties." },
		{ "FTC Act s.5", "Contradicted claims: 1 of 6. Undisclosed streams: 1." },
	};
	struct desk *d = *state;
	json_t *r = parsed(&d->report, report_json);
	const json_t *legal = at(r, "legal");

	assert_int_equal(json_array_size(legal), 11);
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_string_equal(observed(r, rows[i].rule), rows[i].observed);
	for (size_t i = 0; i < json_array_size(legal); i++) {
		const json_t *row = json_array_get(legal, i);

		assert_true(strlen(text_at(row, "in_one_line")) < 120);
		assert_true(strlen(text_at(row, "observed")) < 400);
		assert_true(strlen(text_at(row, "cannot_show")) < 120);
	}
	json_decref(r);
}

/* What other programs sent is nobody's business here. */
static void
the_law_counts_third_parties(void **state)
{
	const char *host = "a.example";
	struct recipient recipients[6];
	struct desk *d = *state;
	struct session session = *d->report.session;
	json_t *r = NULL;

	for (size_t i = 0; i < COUNT_OF(recipients); i++)
		recipients[i] = (struct recipient){ .entity = "Ads Ltd",
			.country = i == 4  ? NULL
				   : i % 2 ? "US"
					   : "IE",
			.country_source = i == 4  ? COUNTRY_NONE
					  : i % 2 ? COUNTRY_GEO
						  : COUNTRY_HOST,
			.party = PARTY_THIRD,
			.host_count = 1,
			.hosts = &host,
			.up = { [CATEGORY_TELEMETRY] = 1000, [CATEGORY_CONTENT] = 500 } };
	recipients[5].up[CATEGORY_TELEMETRY] = recipients[5].up[CATEGORY_CONTENT] = 0;
	recipients[5].up[CATEGORY_OTHER] = 4000000;
	session.recipients = recipients;
	session.recipient_count = COUNT_OF(recipients);
	d->report.session = &session;
	r = parsed(&d->report, report_json);
	assert_string_equal(observed(r, "GDPR 12 to 14"),
	    "Recipients of the app's data: 5. Third parties: 5 (Ads Ltd, Ads Ltd, Ads "
	    "Ltd "
	    "and 2 more), which got 7.5 kB.");
	assert_string_equal(observed(r, "GDPR 44 to 49"),
	    "By the host's name: IE. By the network's registration: US. Not known: 1 of "
	    "5.");
	assert_string_equal(observed(r, "ePrivacy Directive 5(1)"),
	    "9.2 kB of content went up, 2.5 kB of it to third parties.");
	json_decref(r);
}

/* Old TLS and a third party before consent; speech that anyone on the way can hear. */
static void
the_law_sees_what_is_weak(void **state)
{
	const struct ndpi_facts old = { .dissector = DISSECTOR_TLS,
		.tls_version = 0x0302 };
	struct desk *d = *state;
	struct session session = *d->report.session;
	struct judged_flow flows[5];
	struct finding said = session.flows[3].findings[0];
	struct stream clear = *said.stream;
	struct rtp_stats rtp = *clear.rtp;
	json_t *r = NULL;

	memcpy(flows, session.flows, sizeof(flows));
	flows[1].ndpi = &old;
	flows[1].party = PARTY_THIRD;
	clear.payload_type = 0;
	rtp.leads = 5000;
	memset(rtp.lead_bits, 0, sizeof(rtp.lead_bits));
	clear.rtp = &rtp;
	said.stream = &clear;
	flows[3].findings = &said;
	flows[3].finding_count = 1;
	session.flows = flows;
	d->report.session = &session;
	r = parsed(&d->report, report_json);
	assert_string_equal(observed(r, "GDPR 32"),
	    "Of the app's data: 47 B as HTTP in clear, 9.2 kB as media in clear. "
	    "Connections below TLS 1.2: 1.");
	assert_string_equal(observed(r, "GDPR 6 and 7"),
	    "3.2 kB of telemetry, diagnostics and content went up before consent was "
	    "marked, 3.1 kB of it to third parties.");
	json_decref(r);
}

static void
the_law_says_what_was_not_marked(void **state)
{
	struct desk *d = *state;
	json_t *r = parsed(&d->report, report_json);

	assert_string_equal(
	    observed(r, "GDPR 6 and 7"), "No mark says when consent was given.");
	assert_string_equal(
	    observed(r, "GDPR 25"), "No mark says that optional data was switched off.");
	assert_string_equal(
	    observed(r, "FTC Act s.5"), "No policy was held against this capture.");
	assert_non_null(strstr(observed(r, "GDPR 5(1)(c)"), "of the capture"));
	json_decref(r);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, judged_setup, desk_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_policy_has_all_keys),
		TEST(gates_and_the_result_stand_once),
		TEST(numbers_read_back),
		TEST(the_answer_counts_every_claim),
		TEST(the_answer_never_says_more),
		TEST(the_answer_names_few),
		TEST(the_law_gets_numbers),
		TEST(the_law_counts_third_parties),
		TEST(the_law_sees_what_is_weak),
		cmocka_unit_test_setup_teardown(
		    the_law_says_what_was_not_marked, desk_setup, desk_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
