/* SPDX-License-Identifier: Apache-2.0 */
/* Streams from the policy's side: PoliCheck's five disclosures and its numbers. */
#include "make_policy.h"

#define COVERS_ALL "covers: {data: [data], recipients: [anyone]}\n"

/* The one disclosure of a world with one stream. */
static const struct stream_disclosure *
disclosed(struct world *w, const char *covers, const char *const *claims, size_t count)
{
	world_policy(w, covers, claims, count);
	world_judge(w);
	assert_int_equal(w->judgement->disclosure_count, 1);
	assert_int_equal(w->judgement->unjudged_streams, 0);
	assert_non_null(w->judgement->disclosures[0].why);
	assert_int_equal(
	    w->judgement->streams[w->judgement->disclosures[0].disclosure], 1);
	return &w->judgement->disclosures[0];
}

#define DISCLOSED(w, covers, ...)                                                        \
	disclosed(w, covers, (const char *const[]){ __VA_ARGS__ },                       \
	    COUNT_OF(((const char *const[]){ __VA_ARGS__ })))

/* Nothing is said of it, and nothing is held against anybody. */
static void
assert_unjudged(struct world *w, const char *covers, const char *claim)
{
	world_policy(w, covers, &claim, 1);
	world_judge(w);
	assert_int_equal(w->judgement->disclosure_count, 0);
	assert_int_equal(w->judgement->unjudged_streams, 1);
	assert_int_equal(w->judgement->unjudged_bytes, 10000);
	assert_int_equal(w->judgement->accused, 0);
}

static const char *
claim_of(const struct stream_disclosure *d)
{
	return d->claim != NULL ? d->claim->id : NULL;
}

static bool
is_near(double a, double b)
{
	return a > b - 1e-9 && a < b + 1e-9;
}

/* Logs to a company that sells advertising and analyses. */
static void
log_to_ads(struct world *w)
{
	world_stream(w, (struct make_stream){ .category = CATEGORY_DIAGNOSTICS,
			    .kind = KIND_LOG,
			    .entity = "Ads Co." });
}

static void
a_claim_that_names_it_is_clear(void **state)
{
	struct world *w = *state;
	const struct stream_disclosure *d = NULL;

	world_stream(w, (struct make_stream){ 0 });
	d = DISCLOSED(w, "", "says: collects, data: telemetry",
	    "says: collects, data: telemetry.usage");
	assert_int_equal(d->disclosure, DISCLOSURE_CLEAR);
	assert_string_equal(claim_of(d), "c2");
	assert_null(d->other);
	assert_string_equal(d->label, "");
	assert_true(d->entity_vagueness == 0 && d->data_vagueness == 0);
	assert_int_equal(d->severity, SEVERITY_NONE);
	assert_int_equal(d->strength, STRENGTH_DOCUMENTED);
	assert_int_equal(d->up_bytes, 10000);
	assert_int_equal(d->flow, 1);
	assert_int_equal(d->stream, 0);
	assert_string_equal(d->why,
	    "10.0 kB of telemetry went to Demo Inc., known by documented endpoints; "
	    "claim c2 names just that.");
}

/* telemetry.usage is 1 below telemetry, which is 2 below the root: 1 / (1 + 2). */
static void
wider_data_are_vague_by_their_distance(void **state)
{
	static const struct {
		const char *data;
		double vagueness;
	} rows[] = {
		{ "telemetry", 1.0 / 3 },
		{ "generated", 2.0 / 3 },
		{ "data", 1 },
	};
	struct world *w = *state;

	world_stream(w, (struct make_stream){ 0 });
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char claim[64];
		const struct stream_disclosure *d = NULL;

		snprintf(claim, sizeof(claim), "says: collects, data: %s", rows[i].data);
		d = DISCLOSED(w, "", claim);
		assert_int_equal(d->disclosure, DISCLOSURE_VAGUE);
		assert_true(is_near(d->data_vagueness, rows[i].vagueness));
		assert_true(d->entity_vagueness == 0);
		assert_non_null(strstr(d->why, "claim c1 covers it in wider words."));
	}
}

/* Post Co. is 3 below the root, advertising 2, third_party 1. */
static void
wider_recipients_are_vague_by_their_distance(void **state)
{
	static const struct {
		const char *recipient;
		double vagueness;
	} rows[] = {
		{ "posters", 0 },
		{ "advertising", 1.0 / 3 },
		{ "third_party", 2.0 / 3 },
		{ "anyone", 1 },
	};
	struct world *w = *state;

	world_stream(w, (struct make_stream){ .entity = "Post Co." });
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char claim[96];
		const struct stream_disclosure *d = NULL;

		snprintf(claim, sizeof(claim),
		    "says: collects, data: telemetry.usage, recipients: %s",
		    rows[i].recipient);
		d = DISCLOSED(w, "", claim);
		assert_int_equal(
		    d->disclosure, i == 0 ? DISCLOSURE_CLEAR : DISCLOSURE_VAGUE);
		assert_true(is_near(d->entity_vagueness, rows[i].vagueness));
		assert_true(d->data_vagueness == 0);
	}
}

/* First by recipient, then by data: the near recipient wins over the near data. */
static void
the_nearest_claim_decides(void **state)
{
	struct world *w = *state;
	const struct stream_disclosure *d = NULL;

	world_stream(w, (struct make_stream){ .entity = "Post Co." });
	d = DISCLOSED(w, "",
	    "says: collects, data: telemetry.usage, recipients: third_party",
	    "says: collects, data: generated, recipients: advertising",
	    "says: collects, data: telemetry, recipients: [third_party, advertising]");
	assert_string_equal(claim_of(d), "c3");
	assert_true(is_near(d->entity_vagueness, 1.0 / 3));
	assert_true(is_near(d->data_vagueness, 1.0 / 3));
}

/* What the vendor gets is disclosed by claims that name the vendor, not by "anyone". */
static void
the_first_party_has_to_be_named(void **state)
{
	struct world *w = *state;

	world_stream(w, (struct make_stream){ 0 });
	assert_int_equal(
	    DISCLOSED(w, COVERS_ALL,
		"says: collects, data: telemetry.usage, recipients: [anyone]")
		->disclosure,
	    DISCLOSURE_OMITTED);
	assert_int_equal(
	    DISCLOSED(w, COVERS_ALL,
		"says: collects, data: telemetry.usage, recipients: [anyone, "
		"first_party]")
		->disclosure,
	    DISCLOSURE_CLEAR);
	/* Nor does "anyone" deny it to the vendor. */
	assert_int_equal(DISCLOSED(w, "", "says: collects, data: telemetry.usage",
			     "says: never, data: telemetry.usage, recipients: [anyone]")
			     ->disclosure,
	    DISCLOSURE_CLEAR);
}

static void
what_no_claim_covers_is_omitted(void **state)
{
	struct world *w = *state;
	const struct stream_disclosure *d = NULL;

	world_stream(w, (struct make_stream){ 0 });
	d = DISCLOSED(w, COVERS_ALL, "says: collects, data: diagnostics");
	assert_int_equal(d->disclosure, DISCLOSURE_OMITTED);
	assert_null(d->claim);
	assert_int_equal(d->severity, SEVERITY_MEDIUM);
	assert_int_equal(w->judgement->accused, 1);
	assert_int_equal(w->judgement->severity, SEVERITY_MEDIUM);
	assert_string_equal(d->why,
	    "10.0 kB of telemetry went to Demo Inc., known by documented endpoints; no "
	    "claim covers that.");
}

/* The file must hold all that is said of that data and of that recipient. */
static void
only_what_the_file_covers_can_be_omitted(void **state)
{
	static const char claim[] = "says: collects, data: diagnostics";
	struct world *w = *state;

	world_stream(w, (struct make_stream){ 0 });
	assert_unjudged(w, "", claim);
	assert_unjudged(w, "covers: {data: content, recipients: anyone}\n", claim);
	assert_unjudged(w, "covers: {data: telemetry.ads, recipients: anyone}\n", claim);
	assert_unjudged(w, "covers: {data: data, recipients: third_party}\n", claim);
	assert_int_equal(
	    DISCLOSED(w, "covers: {data: telemetry, recipients: first_party}\n", claim)
		->disclosure,
	    DISCLOSURE_OMITTED);
}

static void
weak_streams_are_held_against_nobody(void **state)
{
	struct world *w = *state;
	const struct stream_disclosure *d = NULL;

	world_stream(w, (struct make_stream){ .strength = STRENGTH_LISTED });
	d = DISCLOSED(w, COVERS_ALL, "says: collects, data: diagnostics");
	assert_int_equal(d->disclosure, DISCLOSURE_OMITTED);
	assert_int_equal(d->severity, SEVERITY_NONE);
	assert_int_equal(d->strength, STRENGTH_LISTED);
	assert_non_null(strstr(d->why, "not known well enough to count against it."));
	assert_int_equal(w->judgement->accused, 0);
}

/* Nor where the stream is known, but not who received it, nor for a handshake. */
static void
unsure_recipients_are_held_against_nobody(void **state)
{
	static const char claim[] = "says: collects, data: diagnostics";
	struct world *w = *state;
	struct judged_flow *j = world_stream(w, (struct make_stream){ 0 });

	w->made[0].rule.strength = STRENGTH_LISTED;
	j->findings[0].verdict.host = NULL; /* by its network alone */
	assert_int_equal(DISCLOSED(w, COVERS_ALL, claim)->severity, SEVERITY_NONE);
	w->made[0].rule.strength = STRENGTH_OBSERVED;
	assert_int_equal(DISCLOSED(w, COVERS_ALL, claim)->severity, SEVERITY_MEDIUM);
	j->findings[0].up_bytes = w->made[0].stream.payload_bytes[0] = 580;
	w->made[0].packet_count = 2;
	w->made[0].packets[0].bytes = 510;
	w->made[0].packets[1].bytes = 70;
	world_pulses(w, 0);
	w->made[0].shape.unit_bytes[0] = 580;
	w->made[0].shape.unit_square_sum[0] = 510.0 * 510 + 70 * 70;
	assert_int_equal(DISCLOSED(w, COVERS_ALL, claim)->severity, SEVERITY_NONE);
}

static void
nobody_knows_who_is_unjudged(void **state)
{
	struct world *w = *state;

	world_stream(w, (struct make_stream){ .nobody = true });
	assert_unjudged(w, COVERS_ALL, "says: collects, data: diagnostics");
}

/* A company that no ontology knows may be of the kind that the policy names. */
static void
an_unlisted_company_may_be_named_by_its_kind(void **state)
{
	static const char kind[] =
	    "says: collects, data: telemetry, recipients: [first_party, processor]";
	struct world *w = *state;

	world_stream(w, (struct make_stream){ .entity = "Small Ltd" });
	assert_unjudged(w, COVERS_ALL, kind);
	assert_int_equal(
	    DISCLOSED(w, COVERS_ALL, "says: collects, data: telemetry")->disclosure,
	    DISCLOSURE_OMITTED);
	w->flows[0].entity = "Post Co.";
	assert_int_equal(DISCLOSED(w, COVERS_ALL, kind)->disclosure, DISCLOSURE_OMITTED);
}

static void
what_is_only_denied_is_incorrect(void **state)
{
	struct world *w = *state;
	const struct stream_disclosure *d = NULL;

	world_stream(w, (struct make_stream){ 0 });
	d = DISCLOSED(w, "", "says: never, data: generated",
	    "says: never, data: telemetry", "says: collects, data: diagnostics");
	assert_int_equal(d->disclosure, DISCLOSURE_INCORRECT);
	assert_string_equal(claim_of(d), "c2");
	assert_null(d->other);
	assert_int_equal(d->severity, SEVERITY_NONE);
	assert_non_null(strstr(d->why, "claim c2 denies it."));
}

/* PoliCheck's table: the positive claim's terms against the negative one's. */
static void
pairs_have_the_labels_of_the_table(void **state)
{
	static const char *const data[][2] = {
		{ "diagnostics.log", "diagnostics.log" },
		{ "diagnostics.log", "debugging" },
		{ "debugging", "diagnostics.log" },
		{ "debugging", "support" },
	};
	static const char *const recipients[][2] = {
		{ "ads", "ads" },
		{ "ads", "advertising" },
		{ "advertising", "ads" },
		{ "advertising", "analytics" },
	};
	static const char *const labels[COUNT_OF(data)][COUNT_OF(recipients)] = {
		{ "C1", "C3", "N3", "C9" },
		{ "C2", "C4", "C5", "C10" },
		{ "N1", "N2", "N4", "C11" },
		{ "C6", "C7", "C8", "C12" },
	};
	struct world *w = *state;

	log_to_ads(w);
	for (size_t i = 0; i < COUNT_OF(data); i++)
		for (size_t k = 0; k < COUNT_OF(recipients); k++) {
			char yes[128], no[128];
			const struct stream_disclosure *d = NULL;

			snprintf(yes, sizeof(yes),
			    "says: collects, data: %s, recipients: %s", data[i][0],
			    recipients[k][0]);
			snprintf(no, sizeof(no), "says: never, data: %s, recipients: %s",
			    data[i][1], recipients[k][1]);
			d = DISCLOSED(w, "", yes, no);
			assert_string_equal(d->label, labels[i][k]);
			assert_int_equal(d->disclosure, labels[i][k][0] == 'C'
							    ? DISCLOSURE_AMBIGUOUS
							    : DISCLOSURE_INCORRECT);
			assert_string_equal(claim_of(d), "c2");
			assert_string_equal(d->other->id, "c1");
			assert_non_null(strstr(d->why, "claim c2 denies it. Claim c1 "
						       "says otherwise ("));
		}
}

/* One contradiction outweighs any narrowing. */
static void
contradictions_come_before_narrowings(void **state)
{
	struct world *w = *state;
	const struct stream_disclosure *d = NULL;

	log_to_ads(w);
	d = DISCLOSED(w, "", "says: collects, data: debugging, recipients: ads",
	    "says: never, data: diagnostics.log, recipients: ads",
	    "says: never, data: diagnostics, recipients: third_party");
	assert_int_equal(d->disclosure, DISCLOSURE_AMBIGUOUS);
	assert_string_equal(d->label, "C4");
	assert_string_equal(claim_of(d), "c3");
}

/* The table leaves roots out: then the nearer statement decides. */
static void
pairs_about_everything_do_not_contradict(void **state)
{
	struct world *w = *state;
	const struct stream_disclosure *d = NULL;

	log_to_ads(w);
	d = DISCLOSED(w, "", "says: collects, data: data, recipients: advertising",
	    "says: never, data: diagnostics, recipients: anyone");
	assert_int_equal(d->disclosure, DISCLOSURE_VAGUE);
	assert_string_equal(claim_of(d), "c1");
	d = DISCLOSED(w, "", "says: collects, data: data, recipients: third_party",
	    "says: never, data: diagnostics, recipients: advertising");
	assert_int_equal(d->disclosure, DISCLOSURE_INCORRECT);
	assert_string_equal(claim_of(d), "c2");
	assert_string_equal(d->label, "");
}

/* They deny a use, a time or a case: a stream as a whole is none of these. */
static void
partial_denials_are_no_denials(void **state)
{
	static const char *const denials[] = {
		"says: never, data: telemetry, purposes: [ai_training]",
		"says: never, data: telemetry, when: muted",
		"says: never, data: telemetry, unless: consented",
		"says: secures, data: telemetry",
	};
	struct world *w = *state;

	world_stream(w, (struct make_stream){ 0 });
	for (size_t i = 0; i < COUNT_OF(denials); i++) {
		assert_unjudged(w, "", denials[i]);
		assert_int_equal(
		    DISCLOSED(w, "", "says: collects, data: telemetry.usage", denials[i])
			->disclosure,
		    DISCLOSURE_CLEAR);
	}
}

/* Positive claims may be about a purpose or a time: it is said all the same. */
static void
partial_claims_disclose(void **state)
{
	struct world *w = *state;

	world_stream(w, (struct make_stream){ 0 });
	assert_int_equal(DISCLOSED(w, "",
			     "says: collects, data: telemetry.usage, when: in_call, "
			     "purposes: [marketing]")
			     ->disclosure,
	    DISCLOSURE_CLEAR);
}

static void
only_discloses_to_those_it_names(void **state)
{
	static const char only[] =
	    "says: only, data: telemetry.usage, recipients: [posters]";
	struct world *w = *state;
	struct judged_flow *j =
	    world_stream(w, (struct make_stream){ .entity = "Post Co." });

	assert_int_equal(DISCLOSED(w, COVERS_ALL, only)->disclosure, DISCLOSURE_CLEAR);
	j->entity = "Ads Co.";
	assert_int_equal(DISCLOSED(w, COVERS_ALL, only)->disclosure, DISCLOSURE_OMITTED);
}

/* Signalling has no disclosure, and what sent nothing up has none. */
static void
only_what_was_sent_is_disclosed(void **state)
{
	static const char *const claim = "says: collects, data: data";
	struct world *w = *state;
	struct judged_flow *j = world_stream(w,
	    (struct make_stream){ .category = CATEGORY_SIGNALLING, .kind = KIND_CONFIG });

	world_stream(w, (struct make_stream){ 0 })->findings[0].up_bytes = 0;
	world_policy(w, COVERS_ALL, &claim, 1);
	world_judge(w);
	assert_int_equal(w->judgement->disclosure_count, 0);
	assert_int_equal(w->judgement->unjudged_streams, 0);
	j->findings[0].verdict.category = CATEGORY_UNKNOWN;
	j->findings[0].verdict.kind = KIND_NONE;
	world_judge(w);
	assert_int_equal(w->judgement->disclosure_count, 0);
	assert_int_equal(w->judgement->unjudged_streams, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(a_claim_that_names_it_is_clear),
		WORLD(wider_data_are_vague_by_their_distance),
		WORLD(wider_recipients_are_vague_by_their_distance),
		WORLD(the_nearest_claim_decides),
		WORLD(the_first_party_has_to_be_named),
		WORLD(what_no_claim_covers_is_omitted),
		WORLD(only_what_the_file_covers_can_be_omitted),
		WORLD(weak_streams_are_held_against_nobody),
		WORLD(unsure_recipients_are_held_against_nobody),
		WORLD(nobody_knows_who_is_unjudged),
		WORLD(an_unlisted_company_may_be_named_by_its_kind),
		WORLD(what_is_only_denied_is_incorrect),
		WORLD(pairs_have_the_labels_of_the_table),
		WORLD(contradictions_come_before_narrowings),
		WORLD(pairs_about_everything_do_not_contradict),
		WORLD(partial_denials_are_no_denials),
		WORLD(partial_claims_disclose),
		WORLD(only_discloses_to_those_it_names),
		WORLD(only_what_was_sent_is_disclosed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
