/* SPDX-License-Identifier: Apache-2.0 */
/* One claim, held against all streams of the app. */
#include "judge.h"

static const struct saying {
	claim_sorter *sort;
	/* It says something of every stream: one doubt is enough, and so is a gap in the
	 * capture. */
	bool of_all;
} sayings[SAYS] = {
	[SAYS_COLLECTS] = { sort_collects, false },
	[SAYS_NEVER] = { sort_never, true },
	[SAYS_ONLY] = { sort_only, true },
	[SAYS_SECURES] = { sort_secures, true },
};

/* What happens at a server, whatever went there. */
static bool
is_beyond_packets(const struct claim *c)
{
	return c->testable == TESTABLE_NO ||
	       (c->purpose_count > 0 && (c->says == SAYS_NEVER || c->says == SAYS_ONLY));
}

static void
pile_add(struct pile *pile, const struct item *item)
{
	pile->items[pile->count++] = *item;
}

static void
sort_all(struct trial *t, const struct claim *c, const struct windows *w)
{
	for (size_t i = 0; i < t->scope.count; i++) {
		struct item item = { .sight = &t->scope.sights[i] };

		windows_sum(w, item.sight, &item.sum);
		if (item.sum.packets > 0)
			pile_add(&t->piles[sayings[c->says].sort(t, c, w, &item)], &item);
	}
}

/* What bears on a claim that packets cannot test. */
static void
sort_related(struct trial *t, const struct claim *c)
{
	static const struct windows w = { .always = true };

	for (size_t i = 0; i < t->scope.count; i++) {
		struct item item = { .sight = &t->scope.sights[i] };

		windows_sum(&w, item.sight, &item.sum);
		if (claim_bears(t, c, &item))
			pile_add(&t->piles[SIDE_NEUTRAL], &item);
	}
}

/* The doubt of the stream that sent most. */
static enum doubt
pile_doubt(const struct pile *pile)
{
	const struct item *most = &pile->items[0];

	for (size_t i = 1; i < pile->count; i++)
		if (pile->items[i].sum.bytes > most->sum.bytes)
			most = &pile->items[i];
	return most->doubt;
}

/* Marks are one tester's; a tap may see more than that machine. */
static enum doubt
claim_doubt(const struct trial *t, const struct claim *c, const struct windows *w)
{
	if (c->quote_check == QUOTE_EXCERPT)
		return DOUBT_EXCERPT;
	return w->undeclared                          ? DOUBT_UNDECLARED
	       : w->inferred                          ? DOUBT_INFERRED
	       : !w->always && t->scope.many_machines ? DOUBT_MACHINES
						      : DOUBT_NONE;
}

static void
rule_against(const struct trial *t, const struct claim *c, const struct windows *w,
    struct ruling *r)
{
	r->doubt = claim_doubt(t, c, w);
	r->outcome = r->doubt == DOUBT_NONE ? OUTCOME_CONTRADICTED : OUTCOME_INCONCLUSIVE;
}

static void
rule_doubtful(const struct pile *pile, struct ruling *r)
{
	r->pile = pile;
	r->doubt = pile_doubt(pile);
	r->outcome = OUTCOME_INCONCLUSIVE;
}

static void
rule_support(const struct trial *t, const struct claim *c, const struct windows *w,
    struct ruling *r)
{
	bool of_all = sayings[c->says].of_all;

	r->weakest = of_all;
	r->outcome = OUTCOME_INCONCLUSIVE;
	if (w->undeclared)
		r->doubt = DOUBT_UNDECLARED;
	else if (of_all && !gates_are_open(t->gates))
		r->gated = true;
	else
		r->outcome = OUTCOME_SUPPORTED;
}

static void
rule_nothing(const struct trial *t, struct ruling *r)
{
	r->pile = NULL;
	r->gated = t->scope.app_seen && !gates_are_open(t->gates);
	r->outcome = !t->scope.app_seen ? OUTCOME_NOT_EXERCISED
		     : r->gated         ? OUTCOME_INCONCLUSIVE
					: OUTCOME_NOT_OBSERVED;
}

static void
rule(const struct trial *t, const struct claim *c, const struct windows *w,
    struct ruling *r)
{
	const struct pile *doubtful = &t->piles[SIDE_DOUBTFUL];
	const struct pile *support = &t->piles[SIDE_SUPPORT];

	if (t->piles[SIDE_AGAINST].count > 0) {
		r->pile = &t->piles[SIDE_AGAINST];
		rule_against(t, c, w, r);
	} else if (doubtful->count > 0 &&
		   (sayings[c->says].of_all || support->count == 0)) {
		rule_doubtful(doubtful, r);
	} else if (support->count > 0) {
		r->pile = support;
		rule_support(t, c, w, r);
	} else if (t->piles[SIDE_NEUTRAL].count > 0) {
		rule_doubtful(&t->piles[SIDE_NEUTRAL], r);
	} else {
		rule_nothing(t, r);
	}
}

static enum severity
severity_of(enum outcome o, enum strength s)
{
	if (o != OUTCOME_CONTRADICTED)
		return SEVERITY_NONE;
	return s >= STRENGTH_DOCUMENTED ? SEVERITY_HIGH : SEVERITY_MEDIUM;
}

int
claim_judge(struct trial *t, const struct claim *c, struct claim_outcome *out)
{
	struct ruling r = { .outcome = OUTCOME_NOT_EXERCISED };
	struct windows w = { .always = true };

	out->claim = c;
	for (unsigned i = 0; i < SIDES; i++)
		t->piles[i].count = 0;
	if (is_beyond_packets(c)) {
		sort_related(t, c);
		r.outcome = OUTCOME_NOT_TESTABLE;
		r.pile = &t->piles[SIDE_NEUTRAL];
	} else {
		if (windows_take(t->session, c, &w) != 0)
			return -1;
		if (w.always || w.count > 0) {
			sort_all(t, c, &w);
			rule(t, c, &w, &r);
		}
	}
	out->outcome = r.outcome;
	if (outcome_rest(&r, out) == 0)
		out->why = outcome_why(t, out, &w, &r);
	out->severity = severity_of(r.outcome, out->strength);
	windows_clear(&w);
	return out->why != NULL ? 0 : -1;
}
