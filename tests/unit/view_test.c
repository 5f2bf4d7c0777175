/* SPDX-License-Identifier: Apache-2.0 */
/* What a screen is told of a judged call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include <glob.h>
#include <callwitness/engine.h>
#include <callwitness/ui.h>

#define POLICY SOURCE_DIR "/config/policies/lab-meet-2026-11-21.yaml"
#define CAPTURE SOURCE_DIR "/captures/lab_call.pcap"
#define MARKS SOURCE_DIR "/captures/lab_call.marks.yaml"

struct call {
	struct signatures *signatures;
	struct ontologies *ontologies;
	struct policy *policy;
	struct marks *marks;
	struct engine *engine;
	struct judgement *judgement;
	const struct session *session;
};

static void
expect_no_errors(struct error *e)
{
	error_write(e, stderr);
	assert_int_equal(e->count, 0);
	error_clear(e);
}

static void
call_load(struct call *c)
{
	struct error e = { 0 };
	glob_t files = { 0 };

	assert_int_equal(glob(SOURCE_DIR "/signatures/*.yaml", 0, NULL, &files), 0);
	c->signatures =
	    signatures_load((const char *const *)files.gl_pathv, files.gl_pathc, &e);
	globfree(&files);
	assert_int_equal(glob(SOURCE_DIR "/config/ontology/*.yaml", 0, NULL, &files), 0);
	c->ontologies =
	    ontologies_load((const char *const *)files.gl_pathv, files.gl_pathc, &e);
	globfree(&files);
	expect_no_errors(&e);
	c->policy = policy_load(POLICY, c->ontologies, &e);
	c->marks = marks_load(MARKS, &e);
	expect_no_errors(&e);
}

/* As far as `seconds` into the capture. */
static void
call_play(struct call *c, int64_t seconds)
{
	struct engine_options options = { .signatures = c->signatures,
		.marks = c->marks,
		.app = signatures_named(c->signatures, c->policy->app) };
	struct capture_options how = { 0 };
	const char *path = CAPTURE;
	struct error e = { 0 };
	struct capture *capture = capture_open(&path, 1, &how, &e);
	struct frame f;
	int64_t first_ns = 0;

	c->engine = engine_new(&options, &e);
	assert_non_null(capture);
	assert_non_null(c->engine);
	while (capture_next(capture, &f) > 0) {
		first_ns = first_ns != 0 ? first_ns : f.time_ns;
		if (f.time_ns - first_ns > seconds * INT64_C(1000000000))
			break;
		engine_packet(c->engine, &f);
	}
	capture_close(capture);
	error_clear(&e);
	c->session = engine_finish(c->engine, 0);
	assert_non_null(c->session);
	c->judgement = policy_judge(c->policy, c->ontologies, c->session, false);
	assert_non_null(c->judgement);
}

static void
call_free(struct call *c)
{
	judgement_free(c->judgement);
	engine_free(c->engine);
	marks_free(c->marks);
	policy_free(c->policy);
	ontologies_free(c->ontologies);
	signatures_free(c->signatures);
}

static const struct view_recipient *
recipient_named(const struct view *v, const char *entity)
{
	for (uint32_t i = 0; i < v->recipient_count; i++)
		if (strcmp(v->recipient[i].entity, entity) == 0)
			return &v->recipient[i];
	return NULL;
}

static bool
has_news(const struct view *v, const char *part)
{
	for (uint32_t i = 0; i < v->news_count; i++)
		if (strstr(v->news[i].what, part) != NULL)
			return true;
	return false;
}

/* A view holds what the session holds, whatever was in its memory before. */
static void
the_whole_call_is_told(void **state)
{
	struct call c = { 0 };
	struct view v;
	const struct view_recipient *r = NULL;
	uint32_t claims = 0;

	(void)state;
	memset(&v, 0xa5, sizeof(v));
	call_load(&c);
	call_play(&c, 1000);
	view_fill(&v, c.session, (const struct judgement *const *)&c.judgement, 1);
	assert_string_equal(v.app, "Lab Meet");
	assert_int_equal(v.frames, 6902);
	assert_int_equal(v.flows, c.session->flow_count);
	for (int i = 0; i < CATEGORIES; i++)
		assert_int_equal(v.up[i], c.session->up[i].bytes);
	assert_int_equal(v.unknown_up_bytes, c.session->coverage.unknown_up_bytes);
	assert_int_equal(
	    v.kinds[KIND_AUDIO], c.session->up[CATEGORY_CONTENT].kinds[KIND_AUDIO].bytes);
	assert_int_equal(v.recipients, c.session->recipient_count);
	r = recipient_named(&v, "AdTrack Example Ltd");
	assert_non_null(r);
	assert_int_equal(r->party, PARTY_THIRD);
	assert_string_equal(r->country, "GB");
	assert_string_equal(r->host, "collector.adtrack.example");
	assert_true(r->up[CATEGORY_TELEMETRY] > 4000);
	assert_int_equal(r->up[CATEGORY_CONTENT], 0);
	assert_int_equal(v.claim_count, c.policy->claim_count);
	for (int i = 0; i < OUTCOMES; i++) {
		assert_int_equal(v.outcomes[i], c.judgement->claims[i]);
		claims += v.outcomes[i];
	}
	assert_int_equal(claims, v.claims);
	assert_int_equal(v.omitted, c.judgement->accused);
	assert_true(v.gates_open);
	assert_string_equal(v.gate, "");
	call_free(&c);
}

/* Contradicted claims, then all others, both as the file has them. */
static void
claims_stand_in_order(void **state)
{
	struct call c = { 0 };
	struct view v = { 0 };
	uint32_t at = 0;

	(void)state;
	call_load(&c);
	call_play(&c, 1000);
	view_fill(&v, c.session, (const struct judgement *const *)&c.judgement, 1);
	assert_int_equal(v.outcomes[OUTCOME_CONTRADICTED], 3);
	for (unsigned turn = 0; turn < 2; turn++)
		for (size_t i = 0; i < c.judgement->outcome_count; i++) {
			const struct claim_outcome *o = &c.judgement->outcomes[i];

			if ((o->outcome == OUTCOME_CONTRADICTED) != (turn == 0))
				continue;
			assert_string_equal(v.claim[at].claim, o->claim->id);
			assert_string_equal(v.claim[at].policy, c.policy->name);
			assert_int_equal(v.claim[at].outcome, o->outcome);
			assert_int_equal(v.claim[at++].says, o->claim->says);
		}
	assert_true(
	    has_news(&v, "audio to 203.0.113.20: contradicts no-sound-while-mut"));
	assert_true(has_news(&v, "contradicts encrypted-in-transit"));
	assert_true(has_news(&v, "to AdTrack Example Ltd: no claim covers it"));
	assert_false(has_news(&v, "crash-reports"));
	assert_true(v.omitted > 0);
	call_free(&c);
}

/* At 15 s the tester is muted, and media went on: absence proves nothing. */
static void
states_are_those_of_the_moment(void **state)
{
	static const bool on[STATES] = {
		[STATE_IN_CALL] = true, [STATE_MUTED] = true, [STATE_CONSENTED] = true
	};
	struct call c = { 0 };
	struct view v = { 0 };
	size_t marks = 0;
	struct marks *early = marks_new();

	(void)state;
	call_load(&c);
	for (size_t i = 0; i < 3; i++) /* consented, in call, muted */
		assert_int_equal(marks_add(early, marks_at(c.marks, i)), 0);
	{
		struct marks *all = c.marks;

		c.marks = early;
		call_play(&c, 15);
		marks = marks_count(early);
		view_fill(
		    &v, c.session, (const struct judgement *const *)&c.judgement, 1);
		call_free(&c); /* with the early marks */
		marks_free(all);
	}
	for (int i = 0; i < STATES; i++) {
		assert_int_equal(v.on[i], on[i]);
		assert_int_equal(v.set[i], on[i]);
	}
	assert_int_equal(v.marks, marks);
	assert_true(v.inferred[STATE_IN_CALL]);
	assert_false(v.inferred[STATE_SHARING]);
	assert_false(v.gates_open);
	assert_string_not_equal(v.gate, "");
}

static void
without_a_policy_nothing_is_accused(void **state)
{
	struct call c = { 0 };
	struct view v;

	(void)state;
	memset(&v, 0xa5, sizeof(v));
	call_load(&c);
	call_play(&c, 1000);
	view_fill(&v, c.session, NULL, 0);
	assert_int_equal(v.claims, 0);
	assert_int_equal(v.claim_count, 0);
	assert_int_equal(v.news_count, 0);
	assert_int_equal(v.omitted, 0);
	assert_false(v.gates_open);
	assert_true(v.up[CATEGORY_CONTENT] > 0);
	call_free(&c);
}

/* Of 40 recipients the largest and the third parties have a place. */
static void
a_full_table_keeps_third_parties(void **state)
{
	static const char *const hosts[] = { "h.example" };
	struct recipient all[40] = { 0 };
	struct session s = { .recipient_count = COUNT_OF(all), .recipients = all };
	struct view v = { 0 };
	char long_name[] = "a name of seventy bytes, in which an umlaut lies just at the "
			   "cut: \xc3\xbc\xc3\xbc";

	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++)
		all[i] = (struct recipient){ .entity = i == 0 ? long_name + 4 : NULL,
			.hosts = i == 1 ? NULL : (const char **)(uintptr_t)hosts,
			.host_count = i == 1 ? 0 : 1,
			.party = i == 20 || i == 39 ? PARTY_THIRD : PARTY_FIRST,
			.up = { [CATEGORY_CONTENT] = 1000 - i } };
	view_fill(&v, &s, NULL, 0);
	assert_int_equal(v.recipients, 40);
	assert_int_equal(v.recipient_count, VIEW_RECIPIENTS);
	for (uint32_t i = 0; i < 14; i++)
		assert_int_equal(v.recipient[i].up[CATEGORY_CONTENT], 1000 - i);
	assert_int_equal(v.recipient[14].up[CATEGORY_CONTENT], 980);
	assert_int_equal(v.recipient[15].up[CATEGORY_CONTENT], 961);
	assert_int_equal(strlen(v.recipient[0].entity), 62); /* no half of an umlaut */
	assert_string_equal(v.recipient[1].host, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_call_is_told),
		cmocka_unit_test(claims_stand_in_order),
		cmocka_unit_test(states_are_those_of_the_moment),
		cmocka_unit_test(without_a_policy_nothing_is_accused),
		cmocka_unit_test(a_full_table_keeps_third_parties),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
