/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a stream is what a claim speaks of: its data, and who received it. */
#include "judge.h"

/* Signalling is what the call needs: a claim about "data" does not mean it. */
static bool
data_is_meant(const struct trial *t, const struct term *claimed, const struct term *data)
{
	return !term_under(data, t->signalling) || term_under(claimed, t->signalling);
}

enum meets
data_meets(const struct trial *t, const struct claim *c, const struct term *data)
{
	enum meets best = MEETS_NOT;

	for (size_t i = 0; i < c->data_count; i++) {
		if (!data_is_meant(t, c->data[i], data))
			continue;
		if (term_under(data, c->data[i]))
			return MEETS;
		if (term_under(c->data[i], data))
			best = MEETS_PERHAPS;
	}
	return best;
}

static bool
names_recipient(const struct claim *c, const struct term *term)
{
	for (size_t i = 0; term != NULL && i < c->recipient_count; i++)
		if (c->recipients[i] == term)
			return true;
	return false;
}

bool
claim_means_everyone(const struct trial *t, const struct claim *c)
{
	return names_recipient(c, t->anyone) ||
	       (names_recipient(c, t->first_party) && names_recipient(c, t->third_party));
}

/*
 * How one named recipient covers the stream's. "They get it" is met by any kind that a
 * company is of. But what may accuse wants it sure: a company of several kinds is no sure
 * recipient of one kind, and who works for the vendor is no third party by law (GDPR
 * article 4 number 10), whatever the ontology calls it.
 */
static enum meets
recipient_covered(const struct trial *t, enum says says, const struct term *named,
    const struct term *recipient, enum doubt *doubt)
{
	if (!term_under(recipient, named)) {
		*doubt = DOUBT_WHO_KIND;
		return term_under(named, recipient) ? MEETS_PERHAPS : MEETS_NOT;
	}
	if (says == SAYS_COLLECTS)
		return MEETS;
	if (named == t->third_party && term_under(recipient, t->processor))
		*doubt = DOUBT_PROCESSOR;
	else if (!term_is_nothing_but(recipient, named))
		*doubt = DOUBT_WHO_KIND;
	else
		return MEETS;
	return MEETS_PERHAPS;
}

enum meets
recipient_meets(const struct trial *t, const struct claim *c, const struct sight *s,
    enum doubt *doubt)
{
	enum meets best = MEETS_NOT;

	*doubt = DOUBT_NONE;
	if (claim_means_everyone(t, c))
		return MEETS;
	if (s->recipient == NULL) {
		*doubt = DOUBT_WHO_UNKNOWN;
		return MEETS_PERHAPS;
	}
	for (size_t i = 0; i < c->recipient_count; i++) {
		enum doubt why = DOUBT_NONE;
		enum meets one =
		    recipient_covered(t, c->says, c->recipients[i], s->recipient, &why);

		if (one > best) {
			best = one;
			*doubt = why;
		}
		if (one == MEETS)
			break;
	}
	if (best == MEETS && s->who < STRENGTH_OBSERVED) {
		*doubt = DOUBT_WHO_WEAK;
		return MEETS_PERHAPS;
	}
	return best;
}

bool
claim_bears(const struct trial *t, const struct claim *c, struct item *item)
{
	const struct sight *s = item->sight;
	enum doubt who = DOUBT_NONE;
	enum meets data = data_meets(t, c, s->data);

	if (data == MEETS_NOT || recipient_meets(t, c, s, &who) == MEETS_NOT)
		return false;
	item->strength = claim_means_everyone(t, c) ? s->strength
						    : strength_least(s->strength, s->who);
	item->doubt = s->doubt != DOUBT_NONE ? s->doubt
		      : data != MEETS        ? DOUBT_MEDIUM
					     : who;
	return true;
}

/*
 * Plain RTP tells a camera by the shape of its stream, which a shared screen has too,
 * unless its sender marks it.
 */
static bool
may_be_screen(const struct trial *t, const struct claim *c, const struct sight *s)
{
	const struct verdict *v = &s->finding->verdict;

	return v->kind == KIND_VIDEO && v->dissector == DISSECTOR_RTP &&
	       t->screen != NULL && data_meets(t, c, t->screen) == MEETS_NOT;
}

/* Only where the tester says when a screen was shared, the rest of the time is camera. */
static enum doubt
camera_doubt(const struct session *s, const struct windows *w, struct item *item)
{
	struct windows rest;
	struct pulse_sum sum;
	enum doubt doubt = DOUBT_SCREEN;

	if (!s->declared[STATE_SHARING] ||
	    windows_except(s, w, STATE_SHARING, &rest) != 0)
		return DOUBT_SCREEN;
	windows_sum(&rest, item->sight, &sum);
	if (sum.packets > 0 && sight_weight(&rest, item->sight, &sum) == DOUBT_NONE) {
		item->sum = sum;
		doubt = DOUBT_NONE;
	}
	windows_clear(&rest);
	return doubt;
}

enum doubt
accusation_doubt(const struct trial *t, const struct claim *c, const struct windows *w,
    struct item *item)
{
	enum doubt weight = sight_weight(w, item->sight, &item->sum);

	if (weight != DOUBT_NONE || !may_be_screen(t, c, item->sight))
		return weight;
	return camera_doubt(t->session, w, item);
}
