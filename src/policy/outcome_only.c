/* SPDX-License-Identifier: Apache-2.0 */
/* "It goes to these alone": every stream of the data is inside, outside, or not sure. */
#include "judge.h"

enum place { PLACE_INSIDE, PLACE_OUTSIDE, PLACE_UNSURE };

/*
 * Outside are known companies that no named recipient covers. Who works for the vendor,
 * and a company of which no kind is known where the claim names kinds, may be inside.
 */
static enum place
place_of_recipient(const struct trial *t, const struct claim *c, const struct sight *s,
    enum doubt *doubt)
{
	if (claim_means_everyone(t, c))
		return PLACE_INSIDE;
	*doubt = DOUBT_WHO_UNKNOWN;
	if (s->recipient == NULL)
		return PLACE_UNSURE;
	*doubt = DOUBT_WHO_WEAK;
	if (s->who < STRENGTH_OBSERVED)
		return PLACE_UNSURE;
	*doubt = DOUBT_NONE;
	for (size_t i = 0; i < c->recipient_count; i++)
		if (term_under(s->recipient, c->recipients[i]))
			return PLACE_INSIDE;
	*doubt = DOUBT_WHO_KIND;
	for (size_t i = 0; i < c->recipient_count; i++)
		if (term_under(c->recipients[i], s->recipient))
			return PLACE_UNSURE;
	*doubt = DOUBT_PROCESSOR;
	return term_under(s->recipient, t->processor) ? PLACE_UNSURE : PLACE_OUTSIDE;
}

/*
 * A name that was looked up is one of several that the address may have. A stream that
 * names its server itself has better ones; of media there are no others.
 */
static bool
is_place_of_lookup(const struct sight *s)
{
	return s->flow->country_source == COUNTRY_HOST &&
	       s->flow->identity.host_source == HOST_DNS &&
	       s->finding->stream->dissector == DISSECTOR_NONE;
}

/* Where a company or a network is registered says nothing of where data is kept. */
static enum place
place_of_region(const struct trial *t, const struct claim *c, const struct sight *s,
    enum doubt *doubt)
{
	static const bool tells_where[COUNTRY_SOURCES] = {
		[COUNTRY_HOST] = true,
		[COUNTRY_SIGNATURE] = true,
	};
	const struct judged_flow *j = s->flow;
	const struct term *region = NULL;

	if (c->region_count == 0)
		return PLACE_INSIDE;
	if (j->country != NULL)
		region = ontology_named(t->ontologies, ONTOLOGY_REGIONS, j->country);
	*doubt = DOUBT_PLACE_UNKNOWN;
	if (region == NULL || is_place_of_lookup(s))
		return PLACE_UNSURE;
	*doubt = DOUBT_REGISTERED;
	if (!tells_where[j->country_source])
		return PLACE_UNSURE;
	for (size_t i = 0; i < c->region_count; i++)
		if (term_under(region, c->regions[i]))
			return PLACE_INSIDE;
	/* "EU" may be the one country of it that the claim names. */
	*doubt = DOUBT_PLACE_UNKNOWN;
	for (size_t i = 0; i < c->region_count; i++)
		if (term_under(c->regions[i], region) ||
		    terms_overlap(t->ontologies, c->regions[i], region))
			return PLACE_UNSURE;
	return PLACE_OUTSIDE;
}

static enum place
place_of(const struct trial *t, const struct claim *c, struct item *item)
{
	enum doubt who = DOUBT_NONE, where = DOUBT_NONE;
	enum place recipient = place_of_recipient(t, c, item->sight, &who);
	enum place region = place_of_region(t, c, item->sight, &where);

	if (recipient == PLACE_OUTSIDE || region == PLACE_OUTSIDE) {
		item->how = recipient == PLACE_OUTSIDE ? NULL : "region";
		return PLACE_OUTSIDE;
	}
	if (recipient == PLACE_INSIDE && region == PLACE_INSIDE)
		return PLACE_INSIDE;
	item->doubt = recipient == PLACE_UNSURE ? who : where;
	return PLACE_UNSURE;
}

enum side
sort_only(const struct trial *t, const struct claim *c, const struct windows *w,
    struct item *item)
{
	const struct sight *s = item->sight;
	enum meets data = data_meets(t, c, s->data);
	enum place place = PLACE_INSIDE;

	if (data == MEETS_NOT)
		return SIDE_NONE;
	place = place_of(t, c, item);
	item->strength = claim_means_everyone(t, c) && c->region_count == 0
			     ? s->strength
			     : strength_least(s->strength, s->who);
	if (s->doubt != DOUBT_NONE)
		item->doubt = s->doubt;
	else if (data != MEETS)
		item->doubt = DOUBT_MEDIUM;
	else if (item->doubt == DOUBT_NONE && item->strength < STRENGTH_OBSERVED)
		item->doubt = DOUBT_WHO_WEAK;
	if (place == PLACE_INSIDE)
		return item->doubt == DOUBT_NONE ? SIDE_SUPPORT : SIDE_NEUTRAL;
	if (item->doubt == DOUBT_NONE)
		item->doubt = accusation_doubt(t, c, w, item);
	return item->doubt == DOUBT_NONE ? SIDE_AGAINST : SIDE_DOUBTFUL;
}
