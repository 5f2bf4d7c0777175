/* SPDX-License-Identifier: Apache-2.0 */
/* Which streams are the app's, what each is, who received it, and how surely. */
#include <stdlib.h>
#include <strings.h>
#include "judge.h"

/* By what a stream is the app's. */
enum tie {
	TIE_NONE,
	TIE_RULE,       /* the app's own signature names its flow */
	TIE_ASSOCIATED, /* a shared port, or no other app that it could be */
	TIE_BESIDE,     /* a third party's service, at the time of the app */
	TIE_OTHERS /* by no name of the vendor's, of a program that is not the app's */
};

bool
term_under(const struct term *part, const struct term *whole)
{
	return part != NULL && whole != NULL && term_distance(part, whole) >= 0;
}

bool
term_is_nothing_but(const struct term *part, const struct term *whole)
{
	if (part == whole)
		return true;
	for (size_t i = 0; i < part->parent_count; i++)
		if (!term_is_nothing_but(part->parents[i], whole))
			return false;
	return part->parent_count > 0;
}

enum strength
strength_least(enum strength a, enum strength b)
{
	return a < b ? a : b;
}

static bool
is_named(const struct signature *s, const char *name)
{
	return s != NULL && name != NULL && strcmp(s->name, name) == 0;
}

/* The app is the one asked for, else the one that most bytes belong to. */
static bool
is_main_app(const struct policy *p, const struct session *s)
{
	if (s->app != NULL)
		return is_named(s->app, p->app);
	return s->app_count > 0 && is_named(s->apps[0].signature, p->app);
}

/* Rules of services that an app may embed; not of systems, and not of bare protocols. */
static bool
is_service(const struct rule *rule)
{
	static const char *const others[] = { "system", "protocols" };

	if (rule == NULL || rule->signature->app || rule->entity == NULL)
		return false;
	for (size_t i = 0; i < COUNT_OF(others); i++)
		if (is_named(rule->signature, others[i]))
			return false;
	return true;
}

/* Named by a rule about the vendor itself. */
static bool
is_vendors(const struct judged_flow *j, const struct finding *f)
{
	const struct rule *rule = f->verdict.rule != NULL ? f->verdict.rule : j->who;

	return rule == NULL || rule_is_own(rule);
}

static enum tie
sight_tie(const struct policy *p, const struct session *s, const struct judged_flow *j,
    const struct finding *f, enum owner owner)
{
	enum tie tie = TIE_NONE;

	if (j->foreign || j->outside)
		return TIE_NONE;
	if (is_named(j->app, p->app))
		tie = j->app_associated ? TIE_ASSOCIATED : TIE_RULE;
	else if (j->app == NULL && is_service(f->verdict.rule) && is_main_app(p, s))
		tie = TIE_BESIDE;
	if (owner != OWNER_OTHER || tie == TIE_NONE)
		return tie;
	return tie == TIE_RULE && is_vendors(j, f) ? TIE_RULE : TIE_OTHERS;
}

/* Why it may be no stream of the app, or of the program asked for. */
static enum doubt
tie_doubt(enum tie tie, enum owner owner, const struct policy *p, const struct session *s)
{
	static const enum doubt beside[OWNERS] = {
		[OWNER_UNKNOWN] = DOUBT_PROGRAM,
		[OWNER_APP] = DOUBT_NONE,
		[OWNER_ASKED] = DOUBT_NONE,
		[OWNER_BROWSER] = DOUBT_BROWSER,
		[OWNER_MIXED] = DOUBT_MIXED,
		[OWNER_CHILD] = DOUBT_CHILD,
		[OWNER_UNTOLD] = DOUBT_UNTOLD,
		[OWNER_OTHER] = DOUBT_PROGRAM, /* never comes here */
	};
	bool told = s->declared[STATE_IN_CALL] || is_named(s->app, p->app);

	if (s->input.only_process != NULL && !s->process_seen)
		return DOUBT_ASKED;
	if (tie == TIE_BESIDE)
		return beside[owner];
	return tie == TIE_ASSOCIATED && !told && owner != OWNER_APP ? DOUBT_ONLY_APP
								    : DOUBT_NONE;
}

/*
 * "The only app in the capture" ties a flow to the app for sure only when the tester says
 * that there was a call, or which app was used, or when its program is the app's.
 */
static void
sight_strength(struct sight *v, enum doubt tie)
{
	enum strength known = (enum strength)v->finding->verdict.strength;

	v->strength =
	    tie != DOUBT_NONE ? strength_least(known, STRENGTH_BEHAVIOURAL) : known;
	if (v->strength >= STRENGTH_OBSERVED)
		v->doubt = DOUBT_NONE;
	else
		v->doubt = v->strength == known ? DOUBT_RULE : tie;
}

/* "content.audio", else "content"; NULL for what is not judged. */
static const struct term *
sight_data(const struct ontologies *o, const struct verdict *v)
{
	static const bool judged[CATEGORIES] = {
		[CATEGORY_SIGNALLING] = true,
		[CATEGORY_TELEMETRY] = true,
		[CATEGORY_DIAGNOSTICS] = true,
		[CATEGORY_CONTENT] = true,
	};
	enum category category = (enum category)v->category;
	const char *kind = kind_name((enum kind)v->kind);
	const struct term *term = NULL;
	char id[64];

	if (!judged[category])
		return NULL;
	if (kind != NULL) {
		snprintf(id, sizeof(id), "%s.%s", category_name(category), kind);
		term = ontology_named(o, ONTOLOGY_DATA, id);
	}
	return term != NULL ? term
			    : ontology_named(o, ONTOLOGY_DATA, category_name(category));
}

/*
 * A bare domain is not a known company: whoever it is, it may be another person's end of
 * the call.
 */
static const struct term *
sight_recipient_term(
    const struct policy *p, const struct ontologies *o, const struct judged_flow *j)
{
	const struct term *term = NULL;

	if (j->entity == NULL || (j->party != PARTY_FIRST && j->party != PARTY_THIRD))
		return NULL;
	if (policy_owns(p, j->entity))
		return ontology_named(o, ONTOLOGY_RECIPIENTS, "first_party");
	term = ontology_entity(o, j->entity);
	if (term == NULL && j->party == PARTY_THIRD)
		term = ontology_named(o, ONTOLOGY_RECIPIENTS, "third_party");
	return term;
}

/* A rule's strength is of what an endpoint does; whose it is, its name tells anyhow. */
static bool
is_known_by_name(const struct judged_flow *j, const struct rule *who)
{
	const char *const *domain = who->signature->domains;
	const char *host = j->identity.host;

	for (size_t i = 0; i < j->finding_count; i++)
		if (j->findings[i].verdict.rule == who &&
		    j->findings[i].verdict.host != NULL)
			return true;
	for (; host != NULL && domain != NULL && *domain != NULL; domain++)
		if (strcasecmp(names_domain(host), *domain) == 0)
			return true;
	return false;
}

/*
 * How surely it is that recipient. What a stream speaks says little of where it goes: two
 * people's clients speak the vendor's protocol.
 */
static enum strength
recipient_strength(const struct judged_flow *j)
{
	const struct rule *who = j->who;

	for (size_t i = 0; i < j->finding_count; i++)
		if (j->findings[i].verdict.names_differ)
			return STRENGTH_BEHAVIOURAL;
	if (who != NULL && who->entity != NULL)
		return who->strength < STRENGTH_OBSERVED && is_known_by_name(j, who)
			   ? STRENGTH_OBSERVED
			   : who->strength;
	for (size_t i = 0; i < j->finding_count; i++)
		if (j->findings[i].verdict.rule != NULL &&
		    j->findings[i].verdict.rule->entity != NULL)
			return STRENGTH_BEHAVIOURAL;
	/* Its host is in a domain of the vendor's own. */
	return STRENGTH_OBSERVED;
}

static size_t
findings_count(const struct session *s)
{
	size_t count = 0;

	for (size_t i = 0; i < s->flow_count; i++)
		count += s->flows[i].finding_count;
	return count;
}

/* By IPv4 addresses: of version 6 one machine has several as a rule. */
static void
machine_note(struct scope *scope, const struct judged_flow *j)
{
	const struct addr *here = &j->flow->key.end[j->local].addr;

	if (here->family != 4)
		return;
	if (scope->machine.family == 0)
		scope->machine = *here;
	scope->many_machines |= !addr_equal(here, &scope->machine);
}

/* To names that no signature knows: of another program, unless its own is known. */
static void
unlisted_note(struct scope *scope, const struct finding *f, enum owner owner)
{
	scope->unlisted_bytes += f->up_bytes;
	if (owner == OWNER_APP || owner == OWNER_ASKED)
		scope->own_unlisted_bytes += f->up_bytes;
}

static void
scope_add(struct scope *scope, const struct policy *p, const struct ontologies *o,
    const struct session *s, const struct judged_flow *j, size_t index)
{
	const struct finding *f = &j->findings[index];
	enum owner owner = owner_of(&scope->owners, j->process);
	enum tie tie = sight_tie(p, s, j, f, owner);
	const struct term *data = NULL;
	struct sight *v = NULL;

	if (!j->foreign && f->verdict.basis == BASIS_UNLISTED)
		unlisted_note(scope, f, owner);
	if (tie == TIE_NONE || f->up_bytes == 0)
		return;
	if ((data = sight_data(o, &f->verdict)) == NULL)
		return;
	if (tie == TIE_OTHERS) {
		scope->others_bytes += f->up_bytes;
		return;
	}
	machine_note(scope, j);
	v = &scope->sights[scope->count++];
	v->flow = j;
	v->finding = f;
	v->stream = (uint16_t)index;
	v->data = data;
	v->recipient = sight_recipient_term(p, o, j);
	v->who = v->recipient != NULL ? recipient_strength(j) : STRENGTH_NONE;
	sight_strength(v, tie_doubt(tie, owner, p, s));
	scope->up_bytes += f->up_bytes;
}

int
scope_take(const struct policy *p, const struct ontologies *o, const struct session *s,
    struct scope *out)
{
	size_t most = findings_count(s);

	memset(out, 0, sizeof(*out));
	out->sights = calloc(most ? most : 1, sizeof(*out->sights));
	if (out->sights == NULL || owners_take(p, s, &out->owners) != 0)
		return -1;
	for (size_t i = 0; i < s->flow_count; i++) {
		const struct judged_flow *j = &s->flows[i];

		out->app_seen |= !j->foreign && is_named(j->app, p->app);
		for (size_t k = 0; k < j->finding_count; k++)
			scope_add(out, p, o, s, j, k);
	}
	return 0;
}

void
scope_clear(struct scope *scope)
{
	free(scope->sights);
	owners_clear(&scope->owners);
	memset(scope, 0, sizeof(*scope));
}
