/* SPDX-License-Identifier: Apache-2.0 */
/* Who received: entity, party, country and network of the remote ends. */
#include <stdlib.h>
#include "private.h"

static const char *const country_sources[COUNTRY_SOURCES] = { NULL, "host", "signature",
	"vendor", "geoip" };

const char *
country_source_name(enum country_source s)
{
	return s < COUNTRY_SOURCES ? country_sources[s] : NULL;
}

/* The rule that says who the remote end is: by name or network, else by what it speaks.
 */
static const struct rule *
naming_rule(const struct judged_flow *j)
{
	if (j->who != NULL && j->who->entity != NULL)
		return j->who;
	for (size_t i = 0; i < j->finding_count; i++) {
		const struct rule *rule = j->findings[i].verdict.rule;

		if (rule != NULL && rule->entity != NULL)
			return rule;
	}
	return NULL;
}

static const struct signature *
domain_owner(const struct signatures *signatures, const char *domain)
{
	for (size_t i = 0; i < signatures_count(signatures); i++) {
		const struct signature *s = signatures_at(signatures, i);

		for (const char *const *d = s->domains; d != NULL && *d != NULL; d++)
			if (strcasecmp(*d, domain) == 0)
				return s;
	}
	return NULL;
}

static void
flow_label(struct judged_flow *j, struct strings *strings)
{
	char text[ADDR_TEXT_SIZE];

	j->label = j->identity.host;
	if (j->label != NULL)
		return;
	addr_text(&j->flow->key.end[!j->local].addr, text);
	j->label = strings_intern(strings, text, strlen(text));
}

static void
flow_entity(
    struct judged_flow *j, const struct rule *rule, const struct signatures *signatures)
{
	if (rule != NULL) {
		j->entity = rule->entity;
		j->country = rule->country;
		return;
	}
	if (j->identity.host != NULL) {
		const char *domain = names_domain(j->identity.host);
		const struct signature *owner = domain_owner(signatures, domain);

		j->entity = owner ? owner->entity : domain;
		j->country = owner ? owner->country : NULL;
	}
}

/* What the names of the remote end tell, if they do not disagree. */
static const char *
host_country(const struct identity *id)
{
	const char *country = NULL;

	for (size_t i = 0; i < id->name_count; i++) {
		const char *told = region_country(id->names[i]);

		if (told != NULL && country != NULL && strcmp(told, country) != 0)
			return NULL;
		if (told != NULL)
			country = told;
	}
	return country;
}

/*
 * A rule that keeps its signature's entity and gives another country says where this
 * service runs. One that names another entity gives the country of that company.
 */
static bool
is_service_country(const struct rule *rule)
{
	const struct signature *s = rule != NULL ? rule->signature : NULL;

	return s != NULL && rule->country != NULL && rule->entity != NULL &&
	       s->entity != NULL && strcmp(rule->entity, s->entity) == 0 &&
	       (s->country == NULL || strcmp(rule->country, s->country) != 0);
}

/* The best source that knows wins; j->country is the rule's or the company's so far. */
static void
flow_country(
    struct judged_flow *j, const struct rule *rule, const struct session_input *in)
{
	const struct addr *remote = &j->flow->key.end[!j->local].addr;
	bool service = is_service_country(rule);
	struct geo_place place = { 0 };
	const char *known[COUNTRY_SOURCES] = { NULL };

	/* Some databases give private addresses a country too. */
	if (in->geo != NULL && !addr_stays_local(remote))
		geo_lookup(in->geo, remote, in->strings, &place);
	j->registered = place.country;
	j->asn = place.asn;
	j->network = place.network;
	known[COUNTRY_HOST] = host_country(&j->identity);
	known[service ? COUNTRY_SIGNATURE : COUNTRY_VENDOR] = j->country;
	known[COUNTRY_GEO] = place.country;
	for (int source = COUNTRY_SOURCES - 1; source > COUNTRY_NONE; source--)
		if (known[source] != NULL) {
			j->country = known[source];
			j->country_source = (enum country_source)source;
		}
}

/* First party: the same entity as the app's vendor, the app asked for or the flow's own.
 */
static void
flow_party(const struct session *s, struct judged_flow *j, const struct rule *rule)
{
	const struct signature *app = s->app         ? s->app
				      : j->app       ? j->app
				      : s->app_count ? s->apps[0].signature
						     : NULL;

	if (j->entity == NULL) {
		if (addr_stays_local(&j->flow->key.end[!j->local].addr))
			j->party = PARTY_LOCAL;
		return;
	}
	if (app != NULL && app->entity != NULL && strcmp(app->entity, j->entity) == 0)
		j->party = PARTY_FIRST;
	else if (rule != NULL)
		j->party = PARTY_THIRD;
}

void
session_parties(struct session *s, const struct session_input *in)
{
	for (size_t i = 0; i < s->flow_count; i++) {
		struct judged_flow *j = &s->flows[i];
		const struct rule *rule = naming_rule(j);

		flow_label(j, in->strings);
		flow_entity(j, rule, in->signatures);
		flow_country(j, rule, in);
		flow_party(s, j, rule);
	}
}

/* Who a flow counts for: an entity, the local network as one, or else each address. */
static const char *
recipient_key(const struct judged_flow *j)
{
	if (j->entity != NULL)
		return j->entity;
	return j->party == PARTY_LOCAL || j->label == NULL ? "" : j->label;
}

static int
by_entity(const void *a, const void *b)
{
	const struct judged_flow *x = *(struct judged_flow *const *)a;
	const struct judged_flow *y = *(struct judged_flow *const *)b;
	int order = x->party != y->party ? (x->party < y->party ? -1 : 1) : 0;

	if (order == 0)
		order = strcmp(recipient_key(x), recipient_key(y));
	if (order == 0)
		order = strcmp(x->label ? x->label : "", y->label ? y->label : "");
	if (order == 0)
		order = x->flow->id < y->flow->id ? -1 : 1;
	return order;
}

static bool
same_recipient(const struct judged_flow *a, const struct judged_flow *b)
{
	return a->party == b->party && strcmp(recipient_key(a), recipient_key(b)) == 0;
}

static int
recipient_host(struct recipient *r, const char *host)
{
	const char **more = NULL;

	if (host == NULL ||
	    (r->host_count > 0 && strcmp(r->hosts[r->host_count - 1], host) == 0))
		return 0;
	/* Grown by doubling: at powers of two the room is used up. */
	if ((r->host_count & (r->host_count - 1)) == 0) {
		more = realloc(
		    r->hosts, (r->host_count ? r->host_count * 2 : 1) * sizeof(*more));
		if (more == NULL)
			return -1;
		r->hosts = more;
	}
	r->hosts[r->host_count++] = host;
	return 0;
}

static int
by_up(const void *a, const void *b)
{
	const struct recipient *x = a, *y = b;

	if (x->up_total != y->up_total)
		return x->up_total < y->up_total ? 1 : -1;
	if (x->party != y->party)
		return x->party < y->party ? -1 : 1;
	if (x->entity != NULL && y->entity != NULL)
		return strcmp(x->entity, y->entity);
	if (x->entity != NULL || y->entity != NULL)
		return x->entity ? -1 : 1;
	return strcmp(x->host_count ? x->hosts[0] : "", y->host_count ? y->hosts[0] : "");
}

static void
recipient_begin(struct recipient *r, const struct judged_flow *j)
{
	*r = (struct recipient){ .entity = j->entity,
		.country = j->country,
		.registered = j->registered,
		.network = j->network,
		.country_source = j->country_source,
		.asn = j->asn,
		.party = j->party };
}

static const char *
agreed(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0 ? a : NULL;
}

/* Said of the recipient is what holds for all of its flows, as well known as the worst.
 */
static void
recipient_agree(struct recipient *r, const struct judged_flow *j)
{
	r->country = agreed(r->country, j->country);
	r->registered = agreed(r->registered, j->registered);
	r->network = agreed(r->network, j->network);
	if (r->asn != j->asn)
		r->asn = 0;
	if (r->country == NULL)
		r->country_source = COUNTRY_NONE;
	else if (j->country_source > r->country_source)
		r->country_source = j->country_source;
}

static void
recipient_add(struct recipient *r, const struct judged_flow *j)
{
	for (size_t i = 0; i < j->finding_count; i++) {
		r->up[j->findings[i].verdict.category] += j->findings[i].up_bytes;
		r->up_total += j->findings[i].up_bytes;
	}
}

int
session_recipients(struct session *s)
{
	struct judged_flow **order =
	    calloc(s->flow_count ? s->flow_count : 1, sizeof(*order));
	size_t count = 0;
	int rc = -1;

	s->recipients = calloc(s->flow_count ? s->flow_count : 1, sizeof(*s->recipients));
	if (order == NULL || s->recipients == NULL)
		goto out;
	for (size_t i = 0; i < s->flow_count; i++)
		if (!s->flows[i].foreign && s->flows[i].finding_count > 0)
			order[count++] = &s->flows[i];
	qsort(order, count, sizeof(struct judged_flow *), by_entity);
	for (size_t i = 0; i < count; i++) {
		struct recipient *r;

		if (i == 0 || !same_recipient(order[i - 1], order[i]))
			recipient_begin(&s->recipients[s->recipient_count++], order[i]);
		r = &s->recipients[s->recipient_count - 1];
		recipient_agree(r, order[i]);
		recipient_add(r, order[i]);
		if (recipient_host(r, order[i]->label) != 0)
			goto out;
	}
	if (s->recipient_count > 0) {
		struct recipient *fit =
		    realloc(s->recipients, s->recipient_count * sizeof(*fit));

		s->recipients = fit != NULL ? fit : s->recipients;
	}
	qsort(s->recipients, s->recipient_count, sizeof(s->recipients[0]), by_up);
	rc = 0;
out:
	free(order);
	return rc;
}
