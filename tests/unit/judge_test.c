/* SPDX-License-Identifier: Apache-2.0 */
/* Claims held against a capture: each outcome of each thing that claims say. */
#include "make_policy.h"

#define COLLECTS "says: collects, data: telemetry"
#define NEVER "says: never, data: telemetry"
#define ONLY "says: only, data: telemetry, recipients: "

static void
what_is_seen_supports_that_it_is_collected(void **state)
{
	struct world *w = *state;
	const struct claim_outcome *o = NULL;

	world_stream(w, (struct make_stream){ .strength = STRENGTH_OBSERVED });
	world_stream(w, (struct make_stream){ .bytes = 52100 });
	world_stream(w, (struct make_stream){ .strength = STRENGTH_LISTED });
	o = world_claim(w, COLLECTS ", purposes: [ai_training, marketing]");
	assert_int_equal(o->outcome, OUTCOME_SUPPORTED);
	assert_int_equal(o->severity, SEVERITY_NONE);
	assert_int_equal(o->strength, STRENGTH_DOCUMENTED); /* the best is enough */
	assert_int_equal(o->up_bytes, 62100);
	assert_int_equal(o->evidence_total, 2);
	assert_string_equal(o->why,
	    "2 streams, 62.1 kB of telemetry went to Demo Inc.; known by documented "
	    "endpoints. Its purposes (training, marketing) cannot be seen in packets.");
	o = world_claim(w, COLLECTS ", testable: partly");
	assert_non_null(strstr(o->why, "Packets show only a part of what the claim"));
}

static void
what_is_seen_weakly_leaves_it_open(void **state)
{
	struct world *w = *state;
	const struct claim_outcome *o = NULL;

	world_stream(w, (struct make_stream){ .strength = STRENGTH_LISTED });
	o = world_claim(w, COLLECTS);
	assert_int_equal(o->outcome, OUTCOME_INCONCLUSIVE);
	assert_int_equal(o->strength, STRENGTH_LISTED);
	assert_int_equal(o->evidence_total, 1);
	assert_string_equal(o->why,
	    "1 stream, 10.0 kB of telemetry went to Demo Inc., but that is known only by "
	    "public lists.");
}

/* A stream of which only the category is known may be what the claim names, or not. */
static void
what_may_be_something_else_leaves_it_open(void **state)
{
	struct world *w = *state;

	world_stream(w, (struct make_stream){ .category = CATEGORY_TELEMETRY });
	assert_outcome(w, "says: collects, data: telemetry.ads", OUTCOME_INCONCLUSIVE,
	    "packets do not tell whether it is what the claim speaks of.");
	assert_outcome(w, "says: never, data: telemetry.ads", OUTCOME_INCONCLUSIVE, NULL);
	assert_outcome(
	    w, "says: secures, data: telemetry.ads", OUTCOME_INCONCLUSIVE, NULL);
	assert_outcome(w, "says: only, data: telemetry.ads, recipients: [posters]",
	    OUTCOME_INCONCLUSIVE, NULL);
	assert_outcome(w, COLLECTS, OUTCOME_SUPPORTED, NULL);
}

static void
what_is_not_seen_is_not_observed(void **state)
{
	static const char *const claims[] = {
		"says: collects, data: diagnostics",
		"says: never, data: diagnostics",
		"says: only, data: diagnostics, recipients: [first_party]",
		"says: secures, data: diagnostics",
	};
	struct world *w = *state;

	world_stream(w, (struct make_stream){ 0 });
	for (size_t i = 0; i < COUNT_OF(claims); i++) {
		const struct claim_outcome *o = world_claim(w, claims[i]);

		assert_int_equal(o->outcome, OUTCOME_NOT_OBSERVED);
		assert_int_equal(o->strength, STRENGTH_NONE);
		assert_int_equal(o->evidence_total, 0);
		assert_int_equal(o->up_bytes, 0);
		assert_non_null(strstr(o->why, "Nothing that the claim speaks of ("));
		assert_non_null(strstr(o->why, "diagnostics"));
	}
	assert_outcome(w, "says: never, data: telemetry, recipients: [advertising]",
	    OUTCOME_NOT_OBSERVED, "(telemetry; to advertising) was seen");
}

static void
what_is_seen_contradicts_that_it_never_is(void **state)
{
	static const struct {
		enum strength strength;
		enum severity severity;
	} rows[] = {
		{ STRENGTH_DECODED, SEVERITY_HIGH },
		{ STRENGTH_DOCUMENTED, SEVERITY_HIGH },
		{ STRENGTH_OBSERVED, SEVERITY_MEDIUM },
	};
	struct world *w = *state;

	world_stream(w, (struct make_stream){ 0 });
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct claim_outcome *o = NULL;

		w->made[0].finding.verdict.strength = (uint8_t)rows[i].strength;
		o = world_claim(w, NEVER);
		assert_int_equal(o->outcome, OUTCOME_CONTRADICTED);
		assert_int_equal(o->strength, rows[i].strength);
		assert_int_equal(o->severity, rows[i].severity);
		assert_int_equal(w->judgement->severity, rows[i].severity);
	}
}

/* Restated words and quotes that nobody checked accuse nobody. */
static void
unchecked_quotes_do_not_accuse(void **state)
{
	static const char *const claims[] = {
		"says: never, data: telemetry, quote_check: excerpt",
		"says: never, data: telemetry, restated: r",
		"says: only, data: telemetry, recipients: [posters], restated: r",
		"says: secures, data: telemetry, tls: \"1.2\", restated: r",
	};
	struct world *w = *state;

	world_stream(w, (struct make_stream){ .tls = 0x0301 });
	for (size_t i = 0; i < COUNT_OF(claims); i++) {
		assert_outcome(w, claims[i], OUTCOME_INCONCLUSIVE,
		    "but the quote was not checked against the document.");
		assert_int_equal(w->judgement->outcomes[0].strength, STRENGTH_DOCUMENTED);
		assert_int_equal(w->judgement->severity, SEVERITY_NONE);
	}
	assert_outcome(
	    w, "says: collects, data: telemetry, restated: r", OUTCOME_SUPPORTED, NULL);
}

static void
inferred_states_do_not_accuse(void **state)
{
	static const char *const during = NEVER ", when: sharing";
	struct world *w = *state;

	world_stream(w, (struct make_stream){ 0 });
	world_span(w, STATE_SHARING, 2000, 20000, true);
	assert_outcome(w, during, OUTCOME_INCONCLUSIVE,
	    "while sharing was inferred from media (14:20:44.000 to 14:21:00.000), but "
	    "the state is only inferred from media, nobody declared it with a mark.");
	assert_outcome(w, COLLECTS ", when: sharing", OUTCOME_SUPPORTED,
	    "while sharing was inferred from media");
	world_span(w, STATE_IN_CALL, 2000, 3500, true);
	assert_outcome(w, COLLECTS ", when: after_call", OUTCOME_SUPPORTED,
	    "after the call as inferred from media (14:20:45.500 to");
	world_span(w, STATE_SHARING, 2000, 20000, false);
	assert_outcome(w, during, OUTCOME_CONTRADICTED,
	    "while sharing was marked (14:20:44.000 to 14:21:00.000); known by");
}

/* A tap that sees two machines: whose mute is it? */
static void
marks_of_another_machine_do_not_accuse(void **state)
{
	static const char *const during = NEVER ", when: sharing";
	struct world *w = *state;

	world_stream(w, (struct make_stream){ 0 });
	world_stream(w, (struct make_stream){ 0 });
	world_stream(w, (struct make_stream){ 0 });
	w->made[0].flow.key.end[0].addr = make_addr("2001:db8::1");
	w->made[1].flow.key.end[0].addr = make_addr("192.168.1.10");
	w->made[2].flow.key.end[0].addr = make_addr("192.168.1.10");
	world_span(w, STATE_SHARING, 2000, 20000, false);
	assert_outcome(w, during, OUTCOME_CONTRADICTED, NULL);
	w->made[2].flow.key.end[0].addr = make_addr("192.168.1.11");
	assert_outcome(w, during, OUTCOME_INCONCLUSIVE,
	    "the app was used at several addresses, and a mark may be of another");
	assert_outcome(w, NEVER, OUTCOME_CONTRADICTED, NULL);
}

static void
an_exception_without_marks_leaves_it_open(void **state)
{
	static const char *const says[] = { COLLECTS, NEVER, ONLY "[posters]",
		"says: secures, data: telemetry" };
	struct world *w = *state;
	char claim[128];

	world_stream(w, (struct make_stream){ 0 });
	for (size_t i = 0; i < COUNT_OF(says); i++) {
		snprintf(claim, sizeof(claim), "%s, unless: consented", says[i]);
		assert_outcome(w, claim, OUTCOME_INCONCLUSIVE,
		    "no mark says when the state held that the claim excepts.");
	}
	assert_outcome(w, "says: never, data: diagnostics, unless: consented",
	    OUTCOME_NOT_OBSERVED, NULL);
	world_span(w, STATE_CONSENTED, 20000, 30000, false);
	assert_outcome(w, NEVER ", unless: consented", OUTCOME_CONTRADICTED,
	    "while consented was not marked (2 times, 48.0 s in all, from 14:20:41.000 "
	    "to 14:21:41.000); known by");
	world_span(w, STATE_CONSENTED, 3000, 12000, false);
	assert_outcome(w, NEVER ", unless: consented", OUTCOME_NOT_OBSERVED,
	    "while consented was not marked");
}

static void
states_that_were_not_entered_are_not_exercised(void **state)
{
	struct world *w = *state;

	world_stream(w, (struct make_stream){ 0 });
	assert_outcome(w, NEVER ", when: camera_off", OUTCOME_NOT_EXERCISED,
	    "No mark says when the state camera off held, so the claim was not put to "
	    "the "
	    "test.");
	assert_outcome(
	    w, NEVER ", when: before_consent", OUTCOME_NOT_EXERCISED, "consented held");
	assert_outcome(
	    w, NEVER ", when: after_call", OUTCOME_NOT_EXERCISED, "in call held");
	world_span(w, STATE_CAMERA_OFF, 5000, 7000, false);
	assert_outcome(w, NEVER ", when: camera_off", OUTCOME_NOT_EXERCISED,
	    "no full second while camera off was marked; one second at each end");
	world_span(w, STATE_CAMERA_OFF, 12000, 17000, false);
	assert_outcome(w, NEVER ", when: camera_off", OUTCOME_NOT_OBSERVED,
	    "while camera off was marked (14:20:54.000 to 14:20:57.000); the app sent");
}

static void
purposes_and_servers_are_not_testable(void **state)
{
	static const char *const claims[] = {
		"says: never, data: telemetry, purposes: [ai_training]",
		"says: only, data: telemetry, purposes: [ai_training]",
		"says: collects, data: telemetry, testable: no",
		"says: never, data: telemetry, testable: no",
		"says: secures, data: telemetry, testable: no",
	};
	struct world *w = *state;

	for (size_t i = 0; i < COUNT_OF(claims); i++)
		assert_outcome(w, claims[i], OUTCOME_NOT_TESTABLE,
		    "Nothing that bears on it was seen.");
	world_stream(w, (struct make_stream){ .strength = STRENGTH_LISTED });
	world_stream(w, (struct make_stream){ 0 });
	world_stream(w, (struct make_stream){ .category = CATEGORY_CONTENT });
	for (size_t i = 0; i < COUNT_OF(claims); i++) {
		const struct claim_outcome *o = world_claim(w, claims[i]);

		assert_int_equal(o->outcome, OUTCOME_NOT_TESTABLE);
		assert_int_equal(o->severity, SEVERITY_NONE);
		assert_int_equal(o->evidence_total, 2);
		assert_int_equal(o->up_bytes, 20000);
		assert_non_null(strstr(o->why, "What bears on it: 2 streams, 20.0 kB of "
					       "telemetry went to Demo Inc.; "
					       "known by documented endpoints."));
		assert_non_null(strstr(o->why,
		    i < 2 ? "What data is used for (training) cannot be seen in packets."
			  : "Packets cannot show whether this holds."));
	}
}

static void
signalling_is_meant_only_where_it_is_named(void **state)
{
	struct world *w = *state;

	world_stream(w,
	    (struct make_stream){ .category = CATEGORY_SIGNALLING, .kind = KIND_CONFIG });
	assert_outcome(w, "says: never, data: data", OUTCOME_NOT_OBSERVED, NULL);
	assert_outcome(w, "says: never, data: signalling", OUTCOME_CONTRADICTED,
	    "1 stream, 10.0 kB of configuration went to Demo Inc.");
	assert_outcome(
	    w, "says: never, data: signalling.config", OUTCOME_CONTRADICTED, NULL);
}

/* The largest, in the order of flows; bytes and total are of all. */
static void
evidence_is_of_the_largest_streams(void **state)
{
	struct world *w = *state;
	const struct claim_outcome *o = NULL;
	uint64_t all = 0;

	for (uint32_t i = 0; i < 25; i++) {
		uint32_t bytes = 5000 + (i * 7 % 25) * 100;

		world_stream(w, (struct make_stream){ .bytes = bytes });
		all += bytes;
	}
	o = world_claim(w, COLLECTS);
	assert_int_equal(o->evidence_total, 25);
	assert_int_equal(o->evidence_count, EVIDENCE_EACH);
	assert_int_equal(o->up_bytes, all);
	for (size_t i = 0; i < o->evidence_count; i++) {
		const struct evidence *e = &o->evidence[i];

		assert_true(i == 0 || e[-1].flow < e->flow);
		assert_true(e->bytes >= 5500);
		assert_int_equal(e->stream, 0);
		assert_int_equal(e->packets, 20);
		assert_int_equal(e->first_frame, 100);
		assert_int_equal(e->last_frame, 119);
	}
}

static void
sums_and_tensions_are_of_the_whole_policy(void **state)
{
	static const char *const claims[] = { COLLECTS, NEVER,
		"says: never, data: diagnostics",
		"says: never, data: content, when: muted",
		"says: never, data: data, purposes: [ai_training]",
		"says: never, data: telemetry.ads" };
	struct world *w = *state;
	const struct judgement *j = NULL;

	world_stream(w, (struct make_stream){ .strength = STRENGTH_OBSERVED });
	world_stream(w, (struct make_stream){ .kind = KIND_NONE,
			    .category = CATEGORY_TELEMETRY,
			    .strength = STRENGTH_LISTED });
	world_policy(w, "", claims, COUNT_OF(claims));
	j = world_judge(w);
	for (unsigned i = 0; i < OUTCOMES; i++)
		assert_int_equal(j->claims[i], 1);
	assert_int_equal(j->severity, SEVERITY_MEDIUM);
	assert_int_equal(j->disclosure_count, 2);
	assert_int_equal(j->streams[DISCLOSURE_AMBIGUOUS], 2);
	assert_int_equal(j->tension_count, 2);
	assert_string_equal(j->tensions[0].label, "C1");
	assert_string_equal(j->tensions[1].label, "N1");
	assert_ptr_equal(j->policy, w->policy);
}

static void
an_empty_capture_exercises_nothing(void **state)
{
	struct world *w = *state;

	w->session.input.traffic = (struct traffic){ 0 };
	w->session.app_count = 0;
	assert_outcome(w, COLLECTS, OUTCOME_NOT_EXERCISED, "No traffic of demo was seen");
	assert_outcome(w, NEVER ", when: muted", OUTCOME_NOT_EXERCISED, NULL);
	assert_int_equal(w->judgement->disclosure_count, 0);
	judgement_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(what_is_seen_supports_that_it_is_collected),
		WORLD(what_is_seen_weakly_leaves_it_open),
		WORLD(what_may_be_something_else_leaves_it_open),
		WORLD(what_is_not_seen_is_not_observed),
		WORLD(what_is_seen_contradicts_that_it_never_is),
		WORLD(unchecked_quotes_do_not_accuse),
		WORLD(inferred_states_do_not_accuse),
		WORLD(marks_of_another_machine_do_not_accuse),
		WORLD(an_exception_without_marks_leaves_it_open),
		WORLD(states_that_were_not_entered_are_not_exercised),
		WORLD(purposes_and_servers_are_not_testable),
		WORLD(signalling_is_meant_only_where_it_is_named),
		WORLD(evidence_is_of_the_largest_streams),
		WORLD(sums_and_tensions_are_of_the_whole_policy),
		WORLD(an_empty_capture_exercises_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
