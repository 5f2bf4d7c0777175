/* SPDX-License-Identifier: Apache-2.0 */
/* Whose streams are judged, as what, to whom, and how surely. */
#include "make_policy.h"

#define NEVER "says: never, data: telemetry"

/* The scope of a world; the caller clears it. */
static void
scope(struct world *w, struct scope *out)
{
	static const char *const claim = NEVER;

	world_policy(w, "", &claim, 1);
	assert_int_equal(scope_take(w->policy, w->ontologies, &w->session, out), 0);
}

/* The one stream of the scope is known so well, and for that reason no better. */
static void
assert_known(struct world *w, enum strength strength, enum doubt doubt)
{
	struct scope s;

	scope(w, &s);
	assert_int_equal(s.count, 1);
	assert_int_equal(s.sights[0].strength, strength);
	assert_int_equal(s.sights[0].doubt, doubt);
	scope_clear(&s);
}

static void
assert_none(struct world *w)
{
	struct scope s;

	scope(w, &s);
	assert_int_equal(s.count, 0);
	scope_clear(&s);
}

static void
the_apps_own_rules_tie_a_stream(void **state)
{
	struct world *w = *state;
	struct judged_flow *j = world_stream(w, (struct make_stream){ 0 });
	struct scope s;

	assert_known(w, STRENGTH_DOCUMENTED, DOUBT_NONE);
	scope(w, &s);
	assert_true(s.app_seen);
	assert_int_equal(s.up_bytes, 10000);
	assert_string_equal(s.sights[0].data->id, "telemetry.usage");
	assert_string_equal(s.sights[0].recipient->id, "first_party");
	assert_int_equal(s.sights[0].who, STRENGTH_DOCUMENTED);
	scope_clear(&s);
	j->foreign = true;
	assert_none(w);
}

static void
weak_rules_stay_weak(void **state)
{
	static const enum strength weak[] = { STRENGTH_LISTED, STRENGTH_BEHAVIOURAL };
	struct world *w = *state;

	world_stream(w, (struct make_stream){ 0 });
	for (size_t i = 0; i < COUNT_OF(weak); i++) {
		w->made[0].finding.verdict.strength = (uint8_t)weak[i];
		assert_known(w, weak[i], DOUBT_RULE);
	}
	assert_outcome(w, NEVER, OUTCOME_INCONCLUSIVE,
	    "but that is known only by the shape of the traffic.");
	w->made[0].finding.verdict.strength = STRENGTH_OBSERVED;
	assert_known(w, STRENGTH_OBSERVED, DOUBT_NONE);
}

/* "The only app in the capture" is a guess, unless the tester says what was used. */
static void
associated_streams_are_capped(void **state)
{
	struct world *w = *state;

	world_stream(w, (struct make_stream){ .tie = MAKE_ASSOCIATED });
	assert_known(w, STRENGTH_BEHAVIOURAL, DOUBT_ONLY_APP);
	assert_outcome(w, NEVER, OUTCOME_INCONCLUSIVE, "because no other app was seen");
	w->session.declared[STATE_IN_CALL] = true;
	assert_known(w, STRENGTH_DOCUMENTED, DOUBT_NONE);
	w->session.declared[STATE_IN_CALL] = false;
	w->session.app = &w->rival;
	assert_known(w, STRENGTH_BEHAVIOURAL, DOUBT_ONLY_APP);
	w->session.app = &w->demo;
	assert_known(w, STRENGTH_DOCUMENTED, DOUBT_NONE);
	assert_outcome(w, NEVER, OUTCOME_CONTRADICTED, NULL);
}

static void
third_partys_services_are_capped(void **state)
{
	struct world *w = *state;

	world_stream(w, (struct make_stream){ .tie = MAKE_BESIDE, .entity = "Ads Co." });
	assert_known(w, STRENGTH_BEHAVIOURAL, DOUBT_PROGRAM);
}

static void
third_partys_services_never_accuse(void **state)
{
	struct world *w = *state;
	static const char *const claim = NEVER;

	world_stream(w, (struct make_stream){ .category = CATEGORY_SIGNALLING });
	world_stream(w, (struct make_stream){ .tie = MAKE_BESIDE, .entity = "Ads Co." });
	w->session.app = &w->demo;
	w->session.declared[STATE_IN_CALL] = true;
	assert_outcome(w, NEVER, OUTCOME_INCONCLUSIVE, "which program sent it");
	assert_outcome(w, "says: only, data: telemetry, recipients: first_party",
	    OUTCOME_INCONCLUSIVE, "which program sent it");
	world_policy(w, "covers: {data: data, recipients: anyone}\n", &claim, 1);
	assert_int_equal(world_judge(w)->accused, 0);
}

/* They are the other app's as well as this one's. */
static void
services_beside_another_app_are_not_judged(void **state)
{
	struct world *w = *state;

	world_stream(w, (struct make_stream){ .tie = MAKE_BESIDE, .entity = "Ads Co." });
	w->session.app = &w->rival;
	assert_none(w);
	w->session.app = NULL;
	w->apps[0].signature = &w->rival;
	assert_none(w);
	w->session.app_count = 0;
	assert_none(w);
}

static void
systems_and_protocols_are_no_services(void **state)
{
	struct world *w = *state;

	world_stream(w, (struct make_stream){ .tie = MAKE_BESIDE, .entity = "Ads Co." });
	w->made[0].rule.signature = &w->system;
	assert_none(w);
	w->system.name = "protocols";
	assert_none(w);
	w->system.name = "thirdparty";
	assert_known(w, STRENGTH_BEHAVIOURAL, DOUBT_PROGRAM);
	w->made[0].rule.entity = NULL;
	assert_none(w);
}

static void
another_app_is_not_judged(void **state)
{
	struct world *w = *state;
	struct scope s;

	world_stream(
	    w, (struct make_stream){ .tie = MAKE_OTHER_APP, .entity = "Rival GmbH" });
	scope(w, &s);
	assert_int_equal(s.count, 0);
	assert_false(s.app_seen);
	scope_clear(&s);
	assert_outcome(w, NEVER, OUTCOME_NOT_EXERCISED,
	    "No traffic of demo was seen in this capture.");
}

static void
categories_that_say_nothing_are_not_judged(void **state)
{
	static const enum category none[] = { CATEGORY_UNKNOWN, CATEGORY_OTHER };
	struct world *w = *state;
	struct scope s;

	world_stream(w, (struct make_stream){ 0 });
	for (size_t i = 0; i < COUNT_OF(none); i++) {
		w->made[0].finding.verdict.category = (uint8_t)none[i];
		w->made[0].finding.verdict.kind = KIND_NONE;
		scope(w, &s);
		assert_int_equal(s.count, 0);
		assert_true(s.app_seen);
		scope_clear(&s);
	}
}

/* No term for that kind: the category's. */
static void
kinds_without_a_term_are_their_category(void **state)
{
	static const struct {
		enum category category;
		enum kind kind;
		const char *id;
	} rows[] = {
		{ CATEGORY_CONTENT, KIND_AUDIO, "content.audio" },
		{ CATEGORY_CONTENT, KIND_MEDIA, "content" },
		{ CATEGORY_CONTENT, KIND_NONE, "content" },
		{ CATEGORY_DIAGNOSTICS, KIND_QUALITY, "diagnostics" },
		{ CATEGORY_SIGNALLING, KIND_AUTH, "signalling" },
	};
	struct world *w = *state;
	struct scope s;

	world_stream(w, (struct make_stream){ 0 });
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		w->made[0].finding.verdict.category = (uint8_t)rows[i].category;
		w->made[0].finding.verdict.kind = (uint8_t)rows[i].kind;
		scope(w, &s);
		assert_string_equal(s.sights[0].data->id, rows[i].id);
		scope_clear(&s);
	}
}

static const char *
recipient(struct world *w)
{
	struct scope s;
	const char *id = NULL;

	scope(w, &s);
	id = s.sights[0].recipient != NULL ? s.sights[0].recipient->id : NULL;
	scope_clear(&s);
	return id;
}

static void
recipients_are_companies_or_nobody(void **state)
{
	struct world *w = *state;
	struct judged_flow *j = world_stream(w, (struct make_stream){ 0 });

	assert_string_equal(recipient(w), "first_party");
	j->entity = "Ads Co.";
	j->party = PARTY_THIRD;
	assert_string_equal(recipient(w), "ads");
	j->entity = "Small Ltd";
	assert_string_equal(recipient(w), "third_party");
	j->entity = "demo.example"; /* a bare domain, though it begins like the vendor */
	j->party = PARTY_UNKNOWN;
	assert_null(recipient(w));
	j->entity = NULL;
	assert_null(recipient(w));
	j->party = PARTY_LOCAL;
	assert_null(recipient(w));
	j->party = PARTY_FIRST; /* of the signature, not of the policy */
	j->entity = "Former Name Inc.";
	assert_null(recipient(w));
}

static enum strength
who(struct world *w)
{
	struct scope s;
	enum strength strength = STRENGTH_NONE;

	scope(w, &s);
	strength = s.sights[0].who;
	scope_clear(&s);
	return strength;
}

/* A stream may be decoded, and who received it be a guess. */
static void
recipients_have_a_strength_of_their_own(void **state)
{
	struct world *w = *state;
	static const char *const domains[] = { "host.example", NULL };
	struct rule network = { .signature = &w->demo, .strength = STRENGTH_LISTED };
	struct judged_flow *j =
	    world_stream(w, (struct make_stream){ .strength = STRENGTH_DECODED });

	assert_int_equal(who(w), STRENGTH_DECODED);
	w->made[0].rule.strength = STRENGTH_LISTED; /* what it does; the name says who */
	assert_int_equal(who(w), STRENGTH_OBSERVED);
	network.entity = "Demo Inc.";
	j->who = &network;
	assert_int_equal(who(w), STRENGTH_LISTED);
	w->demo.domains = domains;
	assert_int_equal(who(w), STRENGTH_OBSERVED);
	j->identity.host = "otherhost.example";
	assert_int_equal(who(w), STRENGTH_LISTED);
	assert_known(w, STRENGTH_DECODED, DOUBT_NONE);
	j->who = NULL; /* only the protocol is the vendor's */
	assert_int_equal(who(w), STRENGTH_BEHAVIOURAL);
	w->made[0].rule.entity = NULL; /* its domain is the vendor's */
	assert_int_equal(who(w), STRENGTH_OBSERVED);
	j->findings[0].verdict.names_differ = true;
	assert_int_equal(who(w), STRENGTH_BEHAVIOURAL);
	j->party = PARTY_UNKNOWN;
	assert_int_equal(who(w), STRENGTH_NONE);
}

static void
names_that_no_signature_knows_are_told(void **state)
{
	struct world *w = *state;
	struct judged_flow *j = world_stream(w, (struct make_stream){ .bytes = 1200 });

	j->app = NULL;
	j->findings[0].verdict.category = CATEGORY_OTHER;
	j->findings[0].verdict.basis = BASIS_UNLISTED;
	world_stream(w, (struct make_stream){ .category = CATEGORY_CONTENT });
	assert_outcome(w, NEVER, OUTCOME_NOT_OBSERVED,
	    "the app sent 10.0 kB in 60.0 s of capture. Not seen is no proof of never "
	    "sent. 1.2 kB went to names that no signature knows, taken for other "
	    "programs.");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(the_apps_own_rules_tie_a_stream),
		WORLD(weak_rules_stay_weak),
		WORLD(associated_streams_are_capped),
		WORLD(third_partys_services_are_capped),
		WORLD(third_partys_services_never_accuse),
		WORLD(services_beside_another_app_are_not_judged),
		WORLD(systems_and_protocols_are_no_services),
		WORLD(another_app_is_not_judged),
		WORLD(categories_that_say_nothing_are_not_judged),
		WORLD(kinds_without_a_term_are_their_category),
		WORLD(recipients_are_companies_or_nobody),
		WORLD(recipients_have_a_strength_of_their_own),
		WORLD(names_that_no_signature_knows_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
