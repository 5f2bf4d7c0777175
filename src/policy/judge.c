/* SPDX-License-Identifier: Apache-2.0 */
/* A session held against a policy: gates, claims, disclosures, tensions, sums. */
#include <stdlib.h>
#include "judge.h"

static void
trial_clear(struct trial *t)
{
	for (unsigned i = 0; i < SIDES; i++)
		free(t->piles[i].items);
	scope_clear(&t->scope);
}

static int
trial_begin(struct trial *t)
{
	const struct ontologies *o = t->ontologies;

	t->anyone = ontology_root(o, ONTOLOGY_RECIPIENTS);
	t->first_party = ontology_named(o, ONTOLOGY_RECIPIENTS, "first_party");
	t->third_party = ontology_named(o, ONTOLOGY_RECIPIENTS, "third_party");
	t->processor = ontology_named(o, ONTOLOGY_RECIPIENTS, "processor");
	t->signalling = ontology_named(o, ONTOLOGY_DATA, "signalling");
	t->screen = ontology_named(o, ONTOLOGY_DATA, "content.screen");
	if (scope_take(t->policy, o, t->session, &t->scope) != 0)
		return -1;
	for (unsigned i = 0; i < SIDES; i++) {
		t->piles[i].items = calloc(
		    t->scope.count ? t->scope.count : 1, sizeof(*t->piles[i].items));
		if (t->piles[i].items == NULL)
			return -1;
	}
	return 0;
}

static int
claims_judge(struct trial *t, struct judgement *j)
{
	const struct policy *p = t->policy;

	j->outcomes = calloc(p->claim_count ? p->claim_count : 1, sizeof(*j->outcomes));
	if (j->outcomes == NULL)
		return -1;
	for (size_t i = 0; i < p->claim_count; i++) {
		j->outcome_count++;
		if (claim_judge(t, &p->claims[i], &j->outcomes[i]) != 0)
			return -1;
	}
	return 0;
}

static void
severity_raise(struct judgement *j, enum severity s)
{
	if (s > j->severity)
		j->severity = s;
}

static void
sums_make(struct judgement *j)
{
	for (size_t i = 0; i < j->outcome_count; i++) {
		j->claims[j->outcomes[i].outcome]++;
		severity_raise(j, j->outcomes[i].severity);
	}
	for (size_t i = 0; i < j->disclosure_count; i++) {
		j->streams[j->disclosures[i].disclosure]++;
		j->accused += j->disclosures[i].severity != SEVERITY_NONE;
		severity_raise(j, j->disclosures[i].severity);
	}
}

struct judgement *
policy_judge(const struct policy *p, const struct ontologies *o, const struct session *s,
    bool damaged)
{
	struct judgement *j = calloc(1, sizeof(*j));
	struct trial t = { .policy = p, .ontologies = o, .session = s };
	int rc = -1;

	if (j == NULL)
		return NULL;
	j->policy = p;
	gates_measure(s, damaged, j->gates);
	t.gates = j->gates;
	if (trial_begin(&t) == 0 && claims_judge(&t, j) == 0 &&
	    streams_disclose(&t, j) == 0 &&
	    policy_tensions(p, o, &j->tensions, &j->tension_count) == 0)
		rc = 0;
	trial_clear(&t);
	if (rc != 0) {
		judgement_free(j);
		return NULL;
	}
	sums_make(j);
	return j;
}

void
judgement_free(struct judgement *j)
{
	if (j == NULL)
		return;
	for (size_t i = 0; i < j->outcome_count; i++) {
		free(j->outcomes[i].why);
		free(j->outcomes[i].evidence);
	}
	for (size_t i = 0; i < j->disclosure_count; i++)
		free(j->disclosures[i].why);
	free(j->outcomes);
	free(j->disclosures);
	free(j->tensions);
	free(j);
}
