/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each stream from the policy's side, as PoliCheck judges flows (Andow et al., USENIX
 * Security 2020): what its statements about that data and that recipient are, and whether
 * they agree. A statement is a claim's data term with one of its recipients.
 *
 * Positive are claims that say collects, and those that say only, for the recipients they
 * name. Negative are claims that say never; but not those with purposes, `when` or
 * `unless`, which deny a part that a stream as a whole does not show. Claims that say
 * secures are neither.
 */
#include <stdlib.h>
#include "judge.h"

/* A statement that covers the stream, and how far it is from it. */
struct statement {
	const struct claim *claim;
	const struct term *data, *recipient;
	int entity_steps, data_steps;
};

struct statements {
	size_t count;
	struct statement *items; /* room for all of the policy */
};

struct reading {
	const struct trial *trial;
	const struct sight *sight;
	struct statements positive, negative;
};

enum polarity { POLARITY_NONE, POLARITY_POSITIVE, POLARITY_NEGATIVE };

static enum polarity
polarity_of(const struct claim *c)
{
	static const enum polarity of[SAYS] = {
		[SAYS_COLLECTS] = POLARITY_POSITIVE,
		[SAYS_ONLY] = POLARITY_POSITIVE,
		[SAYS_NEVER] = POLARITY_NEGATIVE,
	};
	bool in_part =
	    c->purpose_count > 0 || c->when != WHEN_ALWAYS || c->unless != STATES;

	if (of[c->says] == POLARITY_NEGATIVE && in_part)
		return POLARITY_NONE;
	return of[c->says];
}

/* What goes to the vendor is only disclosed by a claim that names the vendor. */
static bool
recipient_counts(const struct reading *r, const struct term *recipient)
{
	const struct term *first = r->trial->first_party;

	return first == NULL || r->sight->recipient != first || recipient == first;
}

static void
statement_add(struct reading *r, const struct claim *c, const struct term *data,
    const struct term *recipient)
{
	struct statement s = { .claim = c, .data = data, .recipient = recipient };
	struct statements *to =
	    polarity_of(c) == POLARITY_POSITIVE ? &r->positive : &r->negative;

	s.data_steps = term_distance(r->sight->data, data);
	s.entity_steps = term_distance(r->sight->recipient, recipient);
	if (s.data_steps >= 0 && s.entity_steps >= 0 && recipient_counts(r, recipient))
		to->items[to->count++] = s;
}

/* Nearest by recipient, then by data, then in the order of the file. */
static int
by_distance(const void *a, const void *b)
{
	const struct statement *x = a, *y = b;

	if (x->entity_steps != y->entity_steps)
		return x->entity_steps < y->entity_steps ? -1 : 1;
	if (x->data_steps != y->data_steps)
		return x->data_steps < y->data_steps ? -1 : 1;
	return (x->claim > y->claim) - (x->claim < y->claim);
}

static void
statements_sort(struct statements *s)
{
	if (s->count > 0)
		qsort(s->items, s->count, sizeof(s->items[0]), by_distance);
}

static void
statements_collect(struct reading *r)
{
	const struct policy *p = r->trial->policy;

	r->positive.count = r->negative.count = 0;
	for (size_t i = 0; i < p->claim_count; i++) {
		const struct claim *c = &p->claims[i];

		if (polarity_of(c) == POLARITY_NONE)
			continue;
		for (size_t d = 0; d < c->data_count; d++)
			for (size_t k = 0; k < c->recipient_count; k++)
				statement_add(r, c, c->data[d], c->recipients[k]);
	}
	statements_sort(&r->positive);
	statements_sort(&r->negative);
}

static double
vagueness(int to_policy, const struct term *named)
{
	double all = to_policy + (double)named->depth;

	return all > 0 ? to_policy / all : 0;
}

static void
disclose_positive(const struct reading *r, struct stream_disclosure *out)
{
	const struct statement *s = &r->positive.items[0];
	bool exact = s->entity_steps == 0 && s->data_steps == 0;

	out->claim = s->claim;
	out->disclosure = exact ? DISCLOSURE_CLEAR : DISCLOSURE_VAGUE;
	/* 0 for the first party, which only a claim that names it discloses. */
	out->entity_vagueness = vagueness(s->entity_steps, s->recipient);
	out->data_vagueness = vagueness(s->data_steps, s->data);
}

/*
 * The nearest pair that contradicts ("C"), else the nearest that narrows ("N"). Both
 * cover the stream, so they always meet; if the table has no name for it, the nearest
 * statement of all decides as if it stood alone.
 */
static bool
pair_find(const struct reading *r, char kind, struct stream_disclosure *out)
{
	for (size_t i = 0; i < r->positive.count; i++)
		for (size_t k = 0; k < r->negative.count; k++) {
			const struct statement *yes = &r->positive.items[i];
			const struct statement *no = &r->negative.items[k];
			const char *label = tension_label(r->trial->ontologies, yes->data,
			    no->data, yes->recipient, no->recipient);

			if (label[0] != kind)
				continue;
			snprintf(out->label, sizeof(out->label), "%s", label);
			out->claim = no->claim;
			out->other = yes->claim;
			return true;
		}
	return false;
}

static void
disclose_negative(const struct reading *r, struct stream_disclosure *out)
{
	out->disclosure = DISCLOSURE_INCORRECT;
	out->claim = r->negative.items[0].claim;
}

static void
disclose_both(const struct reading *r, struct stream_disclosure *out)
{
	if (pair_find(r, 'C', out))
		out->disclosure = DISCLOSURE_AMBIGUOUS;
	else if (pair_find(r, 'N', out))
		out->disclosure = DISCLOSURE_INCORRECT;
	else if (by_distance(&r->positive.items[0], &r->negative.items[0]) < 0)
		disclose_positive(r, out);
	else
		disclose_negative(r, out);
}

static bool
is_covered(const struct term *part, const struct term *const *whole, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (term_under(part, whole[i]))
			return true;
	return false;
}

/*
 * A company of which no kind is known may be of the kind that some positive claim names:
 * nobody can say that it is left out.
 */
static bool
may_be_named(const struct reading *r)
{
	const struct policy *p = r->trial->policy;
	const struct sight *s = r->sight;

	for (size_t i = 0; i < p->claim_count; i++) {
		const struct claim *c = &p->claims[i];

		if (polarity_of(c) != POLARITY_POSITIVE ||
		    data_meets(r->trial, c, s->data) == MEETS_NOT)
			continue;
		for (size_t k = 0; k < c->recipient_count; k++)
			if (term_under(c->recipients[k], s->recipient))
				return true;
	}
	return false;
}

/* Strongly what it seems, and more than a handshake. */
static bool
is_surely_sent(const struct sight *s, enum strength strength)
{
	static const struct windows all = { .always = true };
	struct pulse_sum sum;

	windows_sum(&all, s, &sum);
	return strength >= STRENGTH_OBSERVED &&
	       sight_substance(&all, s, &sum) == DOUBT_NONE;
}

/* Whether the file is complete enough to say that the stream is left out. */
static bool
can_be_omitted(const struct reading *r)
{
	const struct policy *p = r->trial->policy;

	return is_covered(r->sight->data, p->covered_data, p->covered_data_count) &&
	       is_covered(r->sight->recipient, p->covered_recipients,
		   p->covered_recipient_count) &&
	       !may_be_named(r);
}

static void
say_disclosure(
    FILE *out, const struct sight *s, const struct stream_disclosure *d, const char *id)
{
	static const char *const relations[DISCLOSURES] = {
		[DISCLOSURE_CLEAR] = "; claim %s names just that.",
		[DISCLOSURE_VAGUE] = "; claim %s covers it in wider words.",
		[DISCLOSURE_OMITTED] = "; no claim covers that.",
		[DISCLOSURE_AMBIGUOUS] = "; claim %s denies it.",
		[DISCLOSURE_INCORRECT] = "; claim %s denies it.",
	};
	const char *relation = relations[d->disclosure], *rest = strstr(relation, "%s");

	say_bytes(out, d->up_bytes);
	fprintf(out, " of %s went to %s, known by %s", sight_noun(s), sight_recipient(s),
	    strength_phrase(d->strength));
	if (rest == NULL)
		fprintf(out, "%s", relation);
	else
		fprintf(out, "%.*s%s%s", (int)(rest - relation), relation, id, rest + 2);
	if (d->other != NULL)
		fprintf(out, " Claim %s says otherwise (%s).", d->other->id, d->label);
	if (d->disclosure == DISCLOSURE_OMITTED && d->severity == SEVERITY_NONE)
		fprintf(out, " That is not known well enough to count against it.");
}

static char *
disclosure_why(const struct sight *s, const struct stream_disclosure *d)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	bool failed = false;

	if (out == NULL)
		return NULL;
	say_disclosure(out, s, d, d->claim != NULL ? d->claim->id : "");
	failed = ferror(out) != 0;
	if (fclose(out) == 0 && !failed)
		return text;
	free(text);
	return NULL;
}

/* False if the stream is left unjudged. */
static bool
stream_disclose(struct reading *r, struct stream_disclosure *out)
{
	const struct sight *s = r->sight;

	*out = (struct stream_disclosure){
		.flow = s->flow->flow->id,
		.stream = s->stream,
		.strength = strength_least(s->strength, s->who),
		.up_bytes = s->finding->up_bytes,
	};
	if (s->recipient == NULL)
		return false;
	statements_collect(r);
	if (r->positive.count > 0 && r->negative.count > 0) {
		disclose_both(r, out);
	} else if (r->positive.count > 0) {
		disclose_positive(r, out);
	} else if (r->negative.count > 0) {
		disclose_negative(r, out);
	} else {
		out->disclosure = DISCLOSURE_OMITTED;
		if (is_surely_sent(s, out->strength))
			out->severity = SEVERITY_MEDIUM;
		return can_be_omitted(r);
	}
	return true;
}

static size_t
statements_most(const struct policy *p)
{
	size_t most = 1;

	for (size_t i = 0; i < p->claim_count; i++)
		most += p->claims[i].data_count * p->claims[i].recipient_count;
	return most;
}

static int
sight_disclose(struct reading *r, struct judgement *j)
{
	struct stream_disclosure *d = &j->disclosures[j->disclosure_count];

	if (!stream_disclose(r, d)) {
		j->unjudged_streams++;
		j->unjudged_bytes += r->sight->finding->up_bytes;
		return 0;
	}
	j->disclosure_count++;
	d->why = disclosure_why(r->sight, d);
	return d->why != NULL ? 0 : -1;
}

int
streams_disclose(const struct trial *t, struct judgement *j)
{
	struct reading r = { .trial = t };
	size_t most = statements_most(t->policy);
	int rc = 0;

	j->disclosures =
	    calloc(t->scope.count ? t->scope.count : 1, sizeof(*j->disclosures));
	r.positive.items = calloc(most, sizeof(*r.positive.items));
	r.negative.items = calloc(most, sizeof(*r.negative.items));
	if (!j->disclosures || !r.positive.items || !r.negative.items)
		rc = -1;
	for (size_t i = 0; rc == 0 && i < t->scope.count; i++) {
		r.sight = &t->scope.sights[i];
		if (!term_under(r.sight->data, t->signalling))
			rc = sight_disclose(&r, j);
	}
	free(r.positive.items);
	free(r.negative.items);
	return rc;
}
