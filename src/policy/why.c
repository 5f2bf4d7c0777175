/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reason of an outcome, in a sentence or two for people who read no packets: what was
 * seen, how it is known, and why it says no more. Never what anybody meant by it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include "judge.h"

struct speech {
	FILE *out;
	const struct trial *trial;
	const struct claim *claim;
	const struct claim_outcome *outcome;
	const struct windows *windows;
	const struct ruling *ruling;
};

static void
say_known(const struct speech *s)
{
	fprintf(s->out, "; known by %s.", strength_phrase(s->outcome->strength));
}

static void
say_purposes(const struct speech *s)
{
	const struct claim *c = s->claim;

	if (c->purpose_count == 0)
		return;
	fprintf(s->out, " Its purposes (");
	say_terms(s->out, c->purposes, c->purpose_count);
	fprintf(s->out, ") cannot be seen in packets.");
}

static void
say_part(const struct speech *s)
{
	if (s->claim->testable == TESTABLE_PARTLY)
		fprintf(s->out, " Packets show only a part of what the claim says.");
}

static void
say_seen(const struct speech *s)
{
	say_pile(s->out, s->ruling->pile);
	say_times(s->out, s->claim, s->windows);
}

static void
say_gates(const struct speech *s)
{
	const char *between = " but the capture is not good enough to tell: ";

	for (unsigned i = 0; i < GATES; i++) {
		if (!s->trial->gates[i].closed)
			continue;
		fprintf(s->out, "%s%s", between, s->trial->gates[i].why);
		between = "; ";
	}
	fprintf(s->out, ".");
}

static void
why_supported(const struct speech *s)
{
	static const char *const as_claimed[SAYS] = {
		[SAYS_COLLECTS] = "",
		[SAYS_NEVER] = "",
		[SAYS_ONLY] = ", and nothing of it was seen to go elsewhere",
		[SAYS_SECURES] = ", all of it encrypted as far as packets show",
	};

	say_seen(s);
	fprintf(s->out, "%s", as_claimed[s->claim->says]);
	say_known(s);
	say_purposes(s);
	say_part(s);
}

static uint64_t
pile_voiced(const struct pile *pile)
{
	uint64_t voiced = 0;

	for (size_t i = 0; i < pile->count; i++)
		voiced += pile->items[i].sum.voiced;
	return voiced;
}

/* Sound in a state of the call is told in packets, with what says that it is sound. */
static bool
say_voices(const struct speech *s)
{
	const struct pile *pile = s->ruling->pile;
	const struct sight *first = pile->items[0].sight;
	bool zoom = first->finding->verdict.dissector == DISSECTOR_ZOOM;

	for (size_t i = 0; i < pile->count; i++)
		if (pile->items[i].sight->finding->verdict.kind != KIND_AUDIO)
			return false;
	if (s->windows->always || pile_voiced(pile) == 0)
		return false;
	fprintf(s->out, "%" PRIu64 " audio packets that carry sound (%s) went to %s%s",
	    pile_voiced(pile), zoom ? "Zoom's payload type" : "RFC 6464 level",
	    sight_recipient(first), pile->count > 1 ? " and others" : "");
	say_times(s->out, s->claim, s->windows);
	return true;
}

static void
say_elsewhere(const struct speech *s)
{
	const struct claim *c = s->claim;
	const struct item *first = &s->ruling->pile->items[0];

	if (first->how != NULL) {
		fprintf(s->out, " in %s, outside the regions that the claim names (",
		    first->sight->flow->country);
		say_terms(s->out, c->regions, c->region_count);
	} else {
		fprintf(s->out, ", not among the recipients that the claim names (");
		say_terms(s->out, c->recipients, c->recipient_count);
	}
	fprintf(s->out, ")");
}

static void
say_against(const struct speech *s)
{
	if (s->claim->says == SAYS_NEVER && say_voices(s))
		return;
	say_seen(s);
	if (s->claim->says == SAYS_ONLY)
		say_elsewhere(s);
	else if (s->claim->says == SAYS_SECURES)
		fprintf(s->out, " in %s", s->ruling->pile->items[0].how);
}

static void
why_contradicted(const struct speech *s)
{
	say_against(s);
	say_known(s);
}

static void
say_nothing(const struct speech *s)
{
	const struct claim *c = s->claim;

	fprintf(s->out, "Nothing that the claim speaks of (");
	say_terms(s->out, c->data, c->data_count);
	if (!claim_means_everyone(s->trial, c)) {
		fprintf(s->out, "; to ");
		say_terms(s->out, c->recipients, c->recipient_count);
	}
	fprintf(s->out, ") was seen");
	say_times(s->out, s->claim, s->windows);
}

/* What is no stream of the app, and might be thought to be one. */
static void
say_beside(FILE *out, uint64_t bytes, const char *what)
{
	if (bytes == 0)
		return;
	fprintf(out, " ");
	say_bytes(out, bytes);
	fprintf(out, " %s.", what);
}

static void
why_not_observed(const struct speech *s)
{
	const struct traffic *t = &s->trial->session->input.traffic;
	const struct scope *scope = &s->trial->scope;

	say_nothing(s);
	fprintf(s->out, "; the app sent ");
	say_bytes(s->out, scope->up_bytes);
	fprintf(s->out, " in %.1f s of capture. Not seen is no proof of never sent.",
	    (double)(t->last_ns - t->first_ns) / 1e9);
	say_beside(s->out, scope->unlisted_bytes - scope->own_unlisted_bytes,
	    "went to names that no signature knows, taken for other programs");
	say_beside(s->out, scope->own_unlisted_bytes,
	    "went from the app's program to names that no signature knows");
	say_beside(s->out, scope->others_bytes,
	    "looked like the app's, but other programs sent them");
}

static void
why_not_exercised(const struct speech *s)
{
	const struct claim *c = s->claim;
	bool call = c->when == WHEN_BEFORE_CALL || c->when == WHEN_AFTER_CALL;
	bool consent = c->when == WHEN_BEFORE_CONSENT;

	if (s->windows->lack == LACK_NOTHING) {
		fprintf(s->out, "No traffic of %s was seen in this capture.",
		    s->trial->policy->app);
	} else if (s->windows->lack == LACK_MARK) {
		fprintf(s->out, "No mark says when the state ");
		say_state(s->out, call      ? STATE_IN_CALL
				  : consent ? STATE_CONSENTED
					    : (enum state)c->when);
		fprintf(s->out, " held, so the claim was not put to the test.");
	} else if (s->windows->lack == LACK_TIME) {
		fprintf(s->out, "The capture has no full second");
		say_when(s->out, c, s->windows);
		fprintf(s->out, "; one second at each end of a state does not count.");
	} else {
		fprintf(s->out, "The state ");
		say_state(s->out, c->unless);
		fprintf(s->out, " held all that time, which the claim excepts.");
	}
}

static void
why_not_testable(const struct speech *s)
{
	const struct claim *c = s->claim;

	if (c->purpose_count > 0) {
		fprintf(s->out, "What data is used for (");
		say_terms(s->out, c->purposes, c->purpose_count);
		fprintf(s->out, ") cannot be seen in packets.");
	} else {
		fprintf(s->out, "Packets cannot show whether this holds.");
	}
	if (s->ruling->pile->count == 0) {
		fprintf(s->out, " Nothing that bears on it was seen.");
		return;
	}
	fprintf(s->out, " What bears on it: ");
	say_pile(s->out, s->ruling->pile);
	say_known(s);
}

static void
say_doubt(const struct speech *s)
{
	enum doubt d = s->ruling->doubt;

	if (d == DOUBT_RULE)
		fprintf(s->out, ", but that is known only by %s.",
		    strength_phrase(s->outcome->strength));
	else
		fprintf(s->out, ", but %s.", doubt_clause(d));
}

static void
why_inconclusive(const struct speech *s)
{
	const struct ruling *r = s->ruling;

	if (r->gated && r->pile == NULL) {
		say_nothing(s);
		fprintf(s->out, ",");
		say_gates(s);
	} else if (r->gated) {
		say_seen(s);
		fprintf(s->out, ", as the claim says,");
		say_gates(s);
	} else {
		if (r->doubt >= DOUBT_EXCERPT &&
		    r->pile == &s->trial->piles[SIDE_AGAINST])
			say_against(s);
		else
			say_seen(s);
		say_doubt(s);
	}
}

/* A sentence that ends in "Example, Inc." has its full stop already. */
static char *
one_stop(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++)
		if (from[0] != '.' || from[1] != '.')
			*to++ = *from;
	*to = '\0';
	return text;
}

char *
outcome_why(const struct trial *t, const struct claim_outcome *out,
    const struct windows *w, const struct ruling *r)
{
	static void (*const whys[OUTCOMES])(const struct speech *s) = {
		[OUTCOME_SUPPORTED] = why_supported,
		[OUTCOME_CONTRADICTED] = why_contradicted,
		[OUTCOME_NOT_OBSERVED] = why_not_observed,
		[OUTCOME_NOT_EXERCISED] = why_not_exercised,
		[OUTCOME_NOT_TESTABLE] = why_not_testable,
		[OUTCOME_INCONCLUSIVE] = why_inconclusive,
	};
	char *text = NULL;
	size_t size = 0;
	struct speech s = {
		.out = open_memstream(&text, &size),
		.trial = t,
		.claim = out->claim,
		.outcome = out,
		.windows = w,
		.ruling = r,
	};
	bool failed = false;

	if (s.out == NULL)
		return NULL;
	whys[r->outcome](&s);
	failed = ferror(s.out) != 0;
	if (fclose(s.out) == 0 && !failed)
		return one_stop(text);
	free(text);
	return NULL;
}
