/* SPDX-License-Identifier: Apache-2.0 */
/* Whose program sent a stream: what it may prove, and what it must not. */
#include "make_policy.h"

#define NEVER "says: never, data: telemetry"
#define ONLY "says: only, data: telemetry, recipients: first_party"

/* A desktop: who started whom. Two scripts of one interpreter are two programs. */
static const struct process init = { .pid = 1, .exe = "/usr/lib/systemd/systemd" };
static const struct process app = {
	.pid = 100, .started_ns = 5, .exe = "/opt/demo/demo", .parent = &init
};
static const struct process worker = {
	.pid = 101, .started_ns = 6, .exe = "/opt/demo/demo", .parent = &app
};
static const struct process helper = {
	.pid = 102, .started_ns = 7, .exe = "/opt/demo/helper", .parent = &app
};
static const struct process other = {
	.pid = 200, .exe = "/usr/bin/sync", .parent = &init
};
static const struct process again = {
	.pid = 100, .started_ns = 9, .exe = "/opt/demo/demo", .parent = &init
};
static const struct process browser = {
	.pid = 300, .exe = "/opt/google/chrome/chrome", .parent = &init
};
static const struct process tab = {
	.pid = 301, .exe = "/opt/google/chrome/chrome", .parent = &browser
};
static const struct process hidden = { .pid = 400, .parent = &init };
static const struct process script = {
	.pid = 500, .exe = "/usr/bin/node", .command = "node demo.js", .parent = &init
};
static const struct process sdk = {
	.pid = 501, .exe = "/usr/bin/node", .command = "node sdk.js", .parent = &script
};

static void
owners_told(struct world *w)
{
	w->session.input.process = NULL;
	w->session.coverage.owners_known = true;
}

/* What the app's own rules name. */
static struct judged_flow *
ours(struct world *w, const struct process *p)
{
	struct judged_flow *j =
	    world_stream(w, (struct make_stream){ .category = CATEGORY_SIGNALLING });

	owners_told(w);
	j->process = p;
	return j;
}

/* Telemetry to a service that apps embed. */
static struct judged_flow *
service(struct world *w, const struct process *p)
{
	struct judged_flow *j = world_stream(
	    w, (struct make_stream){ .tie = MAKE_BESIDE, .entity = "Ads Co." });

	j->process = p;
	return j;
}

static size_t
accused(struct world *w)
{
	static const char *const claim = "says: never, data: content.audio";

	world_policy(w, "covers: {data: data, recipients: anyone}\n", &claim, 1);
	return world_judge(w)->accused;
}

/* Everything that could accuse, does not; for that reason. */
static void
assert_doubted(struct world *w, const char *why)
{
	assert_outcome(w, NEVER, OUTCOME_INCONCLUSIVE, why);
	assert_outcome(w, ONLY, OUTCOME_INCONCLUSIVE, why);
	assert_int_equal(accused(w), 0);
}

static void
assert_accused(struct world *w)
{
	assert_outcome(w, NEVER, OUTCOME_CONTRADICTED, "known by documented endpoints");
	assert_outcome(w, ONLY, OUTCOME_CONTRADICTED, "Ads Co.");
	assert_int_equal(accused(w), 1);
}

static void
the_apps_own_program_proves_a_service(void **state)
{
	struct world *w = *state;

	ours(w, &app);
	service(w, &app);
	assert_accused(w);
	w->flows[1].process = &worker; /* started by it, and the same executable */
	assert_accused(w);
	w->flows[0].process = &worker;
	w->flows[1].process = &app;
	assert_accused(w);
	/* A weak rule stays weak, whoever sent it. */
	w->made[1].finding.verdict.strength = STRENGTH_LISTED;
	assert_outcome(w, NEVER, OUTCOME_INCONCLUSIVE, NULL);
	assert_int_equal(accused(w), 0);
}

static void
without_a_program_nothing_changes(void **state)
{
	struct world *w = *state;

	ours(w, &app);
	service(w, NULL);
	assert_doubted(w, "nothing in packets shows which program sent it");
	w->flows[1].process = &hidden; /* whose executable nobody may see */
	assert_doubted(w, "nothing in packets shows which program sent it");
	w->flows[0].process = &hidden;
	assert_doubted(w, "nothing in packets shows which program sent it");
	w->flows[0].process = NULL; /* and of the app's own nothing is known */
	w->flows[1].process = &app;
	assert_doubted(w, "not whether it is the app's");
}

static void
browsers_prove_nothing(void **state)
{
	struct world *w = *state;

	ours(w, &browser);
	service(w, &browser);
	assert_doubted(w, "a browser sent it");
	w->flows[1].process = &tab;
	assert_doubted(w, "a browser sent it");
	w->session.declared[STATE_IN_CALL] = true;
	w->session.app = &w->demo;
	assert_doubted(w, "a browser sent it");
	w->session.input.only_process = "chrome";
	w->session.process_seen = true;
	assert_doubted(w, "a browser sent it");
}

/* It is neither held against the app, nor does it keep anything from being known. */
static void
another_program_is_not_held_against_the_app(void **state)
{
	static const struct process *const others[] = { &other, &browser, &again, &init };
	struct world *w = *state;

	ours(w, &app);
	service(w, NULL);
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		w->flows[1].process = others[i];
		assert_outcome(w, NEVER, OUTCOME_NOT_OBSERVED,
		    "10.0 kB looked like the app's, but other programs sent them.");
		assert_outcome(w, ONLY, OUTCOME_NOT_OBSERVED, NULL);
		assert_int_equal(accused(w), 0);
	}
}

/* An app's rules may name a service that others embed as well. */
static void
the_apps_rules_about_others_prove_no_program(void **state)
{
	struct world *w = *state;

	ours(w, &app);
	world_stream(w, (struct make_stream){ .entity = "Ads Co." });
	assert_accused(w); /* as offline */
	w->flows[1].process = &app;
	assert_accused(w);
	w->flows[1].process = &other;
	assert_outcome(w, NEVER, OUTCOME_NOT_OBSERVED, "other programs sent them");
	assert_int_equal(accused(w), 0);
	w->made[1].rule.entity = "Demo Inc."; /* the vendor itself */
	assert_outcome(w, NEVER, OUTCOME_CONTRADICTED, NULL);
}

/* Then it cannot be said that a program is not the app's. */
static void
unowned_streams_of_the_app_leave_doubt(void **state)
{
	struct world *w = *state;

	ours(w, &app);
	service(w, &other);
	ours(w, NULL);
	assert_doubted(w, "not whether it is the app's");
	w->made[2].finding.up_bytes = 100;
	assert_outcome(w, NEVER, OUTCOME_NOT_OBSERVED, "other programs sent them");
}

static void
children_are_other_programs_with_a_doubt(void **state)
{
	struct world *w = *state;

	ours(w, &app);
	service(w, &helper);
	assert_doubted(w, "another program, which the app's only started");
	w->flows[0].process = &script;
	w->flows[1].process = &sdk; /* the same interpreter, another file */
	assert_doubted(w, "another program, which the app's only started");
	w->flows[1].process = &script;
	assert_accused(w);
}

/* A program that shows a link to the app has sent what the app's rules name. */
static void
programs_of_several_apps_prove_nothing(void **state)
{
	struct world *w = *state;
	struct judged_flow *j = NULL;

	ours(w, &app);
	service(w, &other);
	ours(w, &other);
	w->made[2].finding.up_bytes = 1000; /* of 11 kB in all */
	assert_doubted(w, "may be another's");
	w->made[2].finding.up_bytes = 10000;
	assert_accused(w);
	j = world_stream(
	    w, (struct make_stream){ .tie = MAKE_OTHER_APP, .entity = "Rival GmbH" });
	j->process = &other;
	assert_doubted(w, "may be another's");
	w->made[3].finding.up_bytes = 900; /* an account of the rival's, to sign in */
	assert_accused(w);
}

/* What is only listed shows no program to be the app's, nor to be another's. */
static void
weak_rules_prove_no_program(void **state)
{
	struct world *w = *state;

	ours(w, &other);
	ours(w, &app);
	service(w, &other);
	w->made[0].finding.verdict.strength = STRENGTH_LISTED;
	assert_doubted(w, "may be another's");
	w->made[0].finding.verdict.strength = STRENGTH_BEHAVIOURAL;
	assert_doubted(w, "may be another's");
	w->made[0].finding.verdict.strength = STRENGTH_OBSERVED;
	assert_accused(w);
}

static void
asked_for_is_the_app(void **state)
{
	struct world *w = *state;

	ours(w, NULL);
	service(w, &other);
	w->session.input.only_process = "sync";
	w->session.process_seen = true;
	assert_accused(w);
	w->session.input.only_process = "200";
	assert_accused(w);
	w->session.input.only_process = "/usr/bin/sync";
	assert_accused(w);
	/* What it started is judged, but proves nothing. */
	w->session.input.only_process = "systemd";
	assert_doubted(w, "not whether it is the app's");
	service(w, &init);
	assert_int_equal(accused(w), 1);
	w->flows[1].process = NULL;
	w->flows[2].process = &other;
	assert_doubted(w, NULL);
}

static void
one_word_for_two_programs_proves_neither(void **state)
{
	struct world *w = *state;

	ours(w, NULL);
	service(w, &script);
	w->session.input.only_process = "node";
	w->session.process_seen = true;
	assert_accused(w);
	service(w, &sdk);
	assert_int_equal(accused(w), 0);
	assert_outcome(w, NEVER, OUTCOME_INCONCLUSIVE, NULL);
	w->flows[0].process = &script; /* the app's rules say which of them it is */
	assert_int_equal(accused(w), 1);
}

/* Nothing of it can be judged: neither for nor against anybody. */
static void
a_program_that_was_not_seen_decides_nothing(void **state)
{
	struct world *w = *state;

	world_stream(w, (struct make_stream){ 0 });
	world_stream(w, (struct make_stream){ .tie = MAKE_BESIDE, .entity = "Ads Co." });
	w->session.input.only_process = "nobody";
	assert_doubted(w, "no stream is known to be of the program");
	assert_outcome(w, "says: collects, data: telemetry", OUTCOME_INCONCLUSIVE,
	    "no stream is known to be of the program");
	assert_outcome(w, "says: never, data: content", OUTCOME_INCONCLUSIVE,
	    "programs asked for of which no flow is known: 1");
	w->session.process_seen = true;
	assert_outcome(w, "says: collects, data: telemetry", OUTCOME_SUPPORTED, NULL);
	assert_outcome(w, "says: never, data: content", OUTCOME_NOT_OBSERVED, NULL);
}

static void
what_is_outside_is_nobodys(void **state)
{
	struct world *w = *state;
	struct judged_flow *j = NULL;

	ours(w, &app);
	j = service(w, &app);
	j->outside = true;
	assert_outcome(w, NEVER, OUTCOME_NOT_OBSERVED, NULL);
	assert_int_equal(accused(w), 0);
	/* Nor does it show which program is the app's. */
	j->outside = false;
	w->flows[0].outside = true;
	ours(w, NULL);
	assert_doubted(w, "not whether it is the app's");
}

/* "The only app in the capture" is no guess when its own program sent it. */
static void
associated_streams_are_known_by_their_program(void **state)
{
	struct world *w = *state;
	struct judged_flow *j = NULL;

	ours(w, &app);
	j = world_stream(w, (struct make_stream){ .tie = MAKE_ASSOCIATED });
	assert_outcome(w, NEVER, OUTCOME_INCONCLUSIVE, "because no other app was seen");
	j->process = &worker;
	assert_outcome(w, NEVER, OUTCOME_CONTRADICTED, NULL);
	j->process = &helper;
	assert_outcome(w, NEVER, OUTCOME_INCONCLUSIVE, "because no other app was seen");
	j->process = &other;
	assert_outcome(w, NEVER, OUTCOME_NOT_OBSERVED, "other programs sent them");
	w->session.declared[STATE_IN_CALL] = true;
	assert_outcome(w, NEVER, OUTCOME_NOT_OBSERVED, "other programs sent them");
}

/* The same for browsers, but only a mark or --app says that it was a call. */
static void
associated_streams_of_browsers_are_as_before(void **state)
{
	struct world *w = *state;
	struct judged_flow *j = NULL;

	ours(w, &browser);
	j = world_stream(w, (struct make_stream){ .tie = MAKE_ASSOCIATED });
	j->process = &tab;
	assert_outcome(w, NEVER, OUTCOME_INCONCLUSIVE, "because no other app was seen");
	w->session.declared[STATE_IN_CALL] = true;
	assert_outcome(w, NEVER, OUTCOME_CONTRADICTED, NULL);
	w->session.declared[STATE_IN_CALL] = false;
	w->session.app = &w->demo;
	assert_outcome(w, NEVER, OUTCOME_CONTRADICTED, NULL);
}

/* That a program was asked for does not make every call the app's. */
static void
asked_for_is_no_proof_of_calls(void **state)
{
	struct world *w = *state;
	struct judged_flow *j = NULL;

	ours(w, NULL);
	j = world_stream(w, (struct make_stream){ .tie = MAKE_ASSOCIATED });
	j->process = &other;
	w->session.input.only_process = "sync";
	w->session.process_seen = true;
	assert_outcome(w, NEVER, OUTCOME_INCONCLUSIVE, "because no other app was seen");
}

static void
names_of_nobody_may_be_the_apps(void **state)
{
	struct world *w = *state;
	struct judged_flow *j = NULL;

	ours(w, &app);
	j = world_stream(w, (struct make_stream){ .bytes = 1200 });
	j->app = NULL;
	j->findings[0].verdict.category = CATEGORY_OTHER;
	j->findings[0].verdict.basis = BASIS_UNLISTED;
	j->findings[0].verdict.rule = NULL;
	assert_outcome(w, NEVER, OUTCOME_NOT_OBSERVED, "taken for other programs");
	j->process = &app;
	assert_outcome(w, NEVER, OUTCOME_NOT_OBSERVED,
	    "1.2 kB went from the app's program to names that no signature knows.");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(the_apps_own_program_proves_a_service),
		WORLD(without_a_program_nothing_changes),
		WORLD(browsers_prove_nothing),
		WORLD(another_program_is_not_held_against_the_app),
		WORLD(the_apps_rules_about_others_prove_no_program),
		WORLD(unowned_streams_of_the_app_leave_doubt),
		WORLD(children_are_other_programs_with_a_doubt),
		WORLD(programs_of_several_apps_prove_nothing),
		WORLD(weak_rules_prove_no_program),
		WORLD(asked_for_is_the_app),
		WORLD(one_word_for_two_programs_proves_neither),
		WORLD(a_program_that_was_not_seen_decides_nothing),
		WORLD(what_is_outside_is_nobodys),
		WORLD(associated_streams_are_known_by_their_program),
		WORLD(associated_streams_of_browsers_are_as_before),
		WORLD(asked_for_is_no_proof_of_calls),
		WORLD(names_of_nobody_may_be_the_apps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
