/* SPDX-License-Identifier: Apache-2.0 */
/* Claims about who receives data, and where. */
#include "make_policy.h"

#define NEVER "says: never, data: telemetry"
#define ONLY "says: only, data: telemetry, recipients: "
#define WITHIN "says: only, data: telemetry, regions: "

static void
known_recipients_inside_support(void **state)
{
	struct world *w = *state;
	const struct claim_outcome *o = NULL;

	world_stream(w, (struct make_stream){ .strength = STRENGTH_OBSERVED });
	world_stream(w, (struct make_stream){ .entity = "Post Co." });
	o = world_claim(w, ONLY "[first_party, advertising]");
	assert_int_equal(o->outcome, OUTCOME_SUPPORTED);
	assert_int_equal(o->strength, STRENGTH_OBSERVED); /* the weakest of all */
	assert_string_equal(o->why,
	    "2 streams, 20.0 kB of telemetry went to Demo Inc. and Post Co., and nothing "
	    "of it was seen to go elsewhere; known by endpoints observed in captures.");
	/* A weak one inside changes nothing; alone it proves nothing. */
	world_stream(w, (struct make_stream){ .strength = STRENGTH_LISTED });
	assert_outcome(
	    w, ONLY "[first_party, advertising]", OUTCOME_SUPPORTED, "2 streams");
	w->session.flow_count = 0;
	world_stream(w, (struct make_stream){ .strength = STRENGTH_LISTED });
	assert_outcome(w, ONLY "[first_party]", OUTCOME_INCONCLUSIVE, "public lists");
}

static void
a_known_recipient_outside_contradicts(void **state)
{
	struct world *w = *state;
	const struct claim_outcome *o = NULL;

	world_stream(w, (struct make_stream){ 0 });
	world_stream(w, (struct make_stream){ .entity = "Post Co.", .bytes = 4300 });
	o = world_claim(w, ONLY "[first_party]");
	assert_int_equal(o->outcome, OUTCOME_CONTRADICTED);
	assert_int_equal(o->severity, SEVERITY_HIGH);
	assert_int_equal(o->evidence_count, 1);
	assert_int_equal(o->evidence[0].flow, 2);
	assert_string_equal(o->why,
	    "1 stream, 4.3 kB of telemetry went to Post Co., not among the recipients "
	    "that the claim names (the vendor itself); known by documented endpoints.");
}

/* Each is the same stream, to somebody who may be inside. */
static void
recipients_that_may_be_inside_do_not(void **state)
{
	struct world *w = *state;
	struct judged_flow *j = NULL;

	world_stream(w, (struct make_stream){ 0 });
	j = world_stream(w, (struct make_stream){ .entity = "Host Co." });
	assert_outcome(w, ONLY "[first_party]", OUTCOME_INCONCLUSIVE,
	    "the recipient may work for the vendor, as its processor");
	j->entity = "Small Ltd";
	assert_outcome(w, ONLY "[first_party, processor]", OUTCOME_INCONCLUSIVE,
	    "in which of its roles");
	assert_outcome(w, ONLY "[first_party]", OUTCOME_CONTRADICTED, "Small Ltd");
	w->made[1].rule.strength = STRENGTH_LISTED;
	j->findings[0].verdict.host = NULL; /* by its network alone */
	assert_outcome(w, ONLY "[first_party]", OUTCOME_INCONCLUSIVE,
	    "who received it is not known well enough");
	j->party = PARTY_FIRST; /* the vendor's network, as a list has it */
	j->entity = "Demo Inc.";
	assert_outcome(w, ONLY "[first_party]", OUTCOME_INCONCLUSIVE,
	    "who received it is not known well enough");
	j->party = PARTY_UNKNOWN;
	assert_outcome(w, ONLY "[first_party]", OUTCOME_INCONCLUSIVE,
	    "nothing shows who received it");
}

static void
denied_recipients_have_to_be_sure_as_well(void **state)
{
	static const char third[] = NEVER ", recipients: third_party";
	static const char ads[] = NEVER ", recipients: advertising";
	struct world *w = *state;
	struct judged_flow *j =
	    world_stream(w, (struct make_stream){ .entity = "Post Co." });

	assert_outcome(w, third, OUTCOME_CONTRADICTED, NULL);
	assert_outcome(w, ads, OUTCOME_CONTRADICTED, NULL);
	j->entity = "Ads Co."; /* sells advertising, and analyses */
	assert_outcome(w, third, OUTCOME_CONTRADICTED, NULL);
	assert_outcome(w, ads, OUTCOME_INCONCLUSIVE, "in which of its roles");
	j->entity = "Small Ltd"; /* nobody knows of what kind */
	assert_outcome(w, third, OUTCOME_CONTRADICTED, NULL);
	assert_outcome(w, ads, OUTCOME_INCONCLUSIVE, "in which of its roles");
	j->entity = "Host Co.";
	assert_outcome(w, third, OUTCOME_INCONCLUSIVE, "as its processor");
	assert_outcome(w, ads, OUTCOME_NOT_OBSERVED, NULL);
	assert_outcome(w, NEVER ", recipients: processor", OUTCOME_CONTRADICTED, NULL);
	w->made[0].rule.strength = STRENGTH_LISTED;
	j->findings[0].verdict.host = NULL;
	assert_outcome(w, NEVER ", recipients: processor", OUTCOME_INCONCLUSIVE,
	    "who received it is not known well enough");
	assert_outcome(w, NEVER, OUTCOME_CONTRADICTED, NULL); /* whoever it was */
	j->party = PARTY_UNKNOWN;
	assert_outcome(w, third, OUTCOME_INCONCLUSIVE, "nothing shows who received it");
	assert_outcome(w, NEVER, OUTCOME_CONTRADICTED, NULL);
	assert_outcome(w, NEVER ", recipients: anyone", OUTCOME_CONTRADICTED, NULL);
}

/* Who gets it by any of its roles gets it. */
static void
claimed_recipients_are_met_by_any_role(void **state)
{
	static const char gets[] = "says: collects, data: telemetry, recipients: ";
	static const char *const roles[] = { "advertising", "analytics", "third_party" };
	struct world *w = *state;
	char claim[128];

	world_stream(w, (struct make_stream){ .entity = "Ads Co." });
	for (size_t i = 0; i < COUNT_OF(roles); i++) {
		snprintf(claim, sizeof(claim), "%s%s", gets, roles[i]);
		assert_outcome(w, claim, OUTCOME_SUPPORTED, NULL);
	}
	w->flows[0].entity = "Host Co.";
	assert_outcome(w, claim, OUTCOME_SUPPORTED, NULL);
	w->flows[0].entity = "Small Ltd";
	assert_outcome(w, "says: collects, data: telemetry, recipients: processor",
	    OUTCOME_INCONCLUSIVE, "in which of its roles");
}

static void
regions_are_told_by_names_and_signatures_alone(void **state)
{
	static const struct {
		const char *country;
		enum country_source source;
		enum outcome outcome;
		const char *why;
	} rows[] = {
		{ "DE", COUNTRY_HOST, OUTCOME_SUPPORTED, "seen to go elsewhere" },
		{ "DE", COUNTRY_SIGNATURE, OUTCOME_SUPPORTED, NULL },
		{ "DE", COUNTRY_VENDOR, OUTCOME_INCONCLUSIVE, "is registered" },
		{ "DE", COUNTRY_GEO, OUTCOME_INCONCLUSIVE, "is registered" },
		{ "US", COUNTRY_HOST, OUTCOME_CONTRADICTED,
		    "in US, outside the regions that the claim names (EEA); known by" },
		{ "US", COUNTRY_SIGNATURE, OUTCOME_CONTRADICTED, NULL },
		{ "US", COUNTRY_VENDOR, OUTCOME_INCONCLUSIVE, "is registered" },
		{ "US", COUNTRY_GEO, OUTCOME_INCONCLUSIVE, "is registered" },
		{ "XX", COUNTRY_HOST, OUTCOME_INCONCLUSIVE, "the place is not known" },
		{ NULL, COUNTRY_NONE, OUTCOME_INCONCLUSIVE, "the place is not known" },
	};
	struct world *w = *state;
	struct judged_flow *j = world_stream(w, (struct make_stream){ 0 });

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		j->country = rows[i].country;
		j->country_source = rows[i].source;
		assert_outcome(w, WITHIN "[EEA]", rows[i].outcome, rows[i].why);
	}
}

/* "EU" in a host's name may be the very country of it. */
static void
a_wider_region_may_be_inside(void **state)
{
	struct world *w = *state;

	world_stream(
	    w, (struct make_stream){ .country = "EU", .country_source = COUNTRY_HOST });
	assert_outcome(w, WITHIN "[EEA]", OUTCOME_SUPPORTED, NULL);
	assert_outcome(w, WITHIN "[DE]", OUTCOME_INCONCLUSIVE, "the place is not known");
	assert_outcome(w, WITHIN "[german_speaking]", OUTCOME_INCONCLUSIVE, NULL);
	assert_outcome(w, WITHIN "[US]", OUTCOME_CONTRADICTED, NULL);
}

/* An address has other names than the one that was looked up. */
static void
a_place_by_lookup_does_not_decide_where_the_stream_has_a_name(void **state)
{
	struct world *w = *state;
	struct judged_flow *j = world_stream(
	    w, (struct make_stream){ .country = "US", .country_source = COUNTRY_HOST });

	j->identity.host_source = HOST_SNI;
	assert_outcome(w, WITHIN "[EEA]", OUTCOME_CONTRADICTED, NULL);
	assert_outcome(w, WITHIN "[US]", OUTCOME_SUPPORTED, NULL);
	j->identity.host_source = HOST_DNS;
	assert_outcome(w, WITHIN "[EEA]", OUTCOME_INCONCLUSIVE, "the place is not known");
	assert_outcome(w, WITHIN "[US]", OUTCOME_INCONCLUSIVE, "the place is not known");
	w->made[0].stream.dissector = DISSECTOR_RTP;
	assert_outcome(w, WITHIN "[EEA]", OUTCOME_CONTRADICTED, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(known_recipients_inside_support),
		WORLD(a_known_recipient_outside_contradicts),
		WORLD(recipients_that_may_be_inside_do_not),
		WORLD(denied_recipients_have_to_be_sure_as_well),
		WORLD(claimed_recipients_are_met_by_any_role),
		WORLD(regions_are_told_by_names_and_signatures_alone),
		WORLD(a_wider_region_may_be_inside),
		WORLD(a_place_by_lookup_does_not_decide_where_the_stream_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
