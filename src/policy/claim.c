/* SPDX-License-Identifier: Apache-2.0 */
/* One claim of a policy. */
#include "private.h"

struct claim_form {
	struct claim claim;
	struct term_list data, recipients, purposes, regions;
	const struct node *map;
};

static int
read_says(struct form *f, const struct node *value, void *into)
{
	int found = form_word(f, value, says_names, SAYS);

	if (found < 0)
		return -1;
	*(enum says *)into = (enum says)found;
	return 0;
}

static int
read_testable(struct form *f, const struct node *value, void *into)
{
	int found = form_word(f, value, testable_names, TESTABLES);

	if (found < 0)
		return -1;
	*(enum testable *)into = (enum testable)found;
	return 0;
}

static int
read_quote_check(struct form *f, const struct node *value, void *into)
{
	int found = form_word(f, value, quote_check_names, QUOTE_CHECKS);

	if (found < 0)
		return -1;
	*(enum quote_check *)into = (enum quote_check)found;
	return 0;
}

/* One of the first `count` times; nobody declares silence, so no claim speaks of it. */
static int
read_time(struct form *f, const struct node *value, unsigned count, unsigned *out)
{
	const char *names[WHENS];
	size_t offered = 0;
	int found;

	for (unsigned w = 0; w < count; w++)
		if (w != STATE_SILENT)
			names[offered++] = when_name(w);
	found = form_word(f, value, names, offered);
	if (found < 0)
		return -1;
	*out = (unsigned)found + (found >= STATE_SILENT);
	return 0;
}

static int
read_when(struct form *f, const struct node *value, void *into)
{
	return read_time(f, value, WHENS, into);
}

static int
read_unless(struct form *f, const struct node *value, void *into)
{
	unsigned state;

	if (read_time(f, value, STATES, &state) < 0)
		return -1;
	*(enum state *)into = (enum state)state;
	return 0;
}

/* "2023" or "2023-08". */
static bool
is_year_or_month(const char *text, size_t length)
{
	if (length == 4)
		return strchr(text, '-') == NULL;
	return length == 7 && text[4] == '-' && strcmp(text + 5, "01") >= 0 &&
	       strcmp(text + 5, "12") <= 0;
}

/* A day, a month, a year, or how the document itself calls its version. */
static int
read_version(struct form *f, const struct node *value, void *into)
{
	const char *text = value->text;
	bool is_text = text[strspn(text, "0123456789-")] != '\0';

	if (value->kind != NODE_SCALAR || is_text ||
	    is_year_or_month(text, value->length))
		return form_text(f, value, into);
	return form_date(f, value, into);
}

static int
read_tls(struct form *f, const struct node *value, void *into)
{
	static const char *const names[] = { "1.2", "1.3" };
	static const uint16_t versions[] = { 0x0303, 0x0304 };
	int found = form_word(f, value, names, COUNT_OF(names));

	if (found < 0)
		return -1;
	*(uint16_t *)into = versions[found];
	return 0;
}

#define CLAIM(field) offsetof(struct claim_form, claim.field)
#define LIST(field) offsetof(struct claim_form, field)

static const struct form_key claim_keys[] = {
	{ "id", true, name_read, CLAIM(id) },
	{ "topic", false, name_read, CLAIM(topic) },
	{ "section", false, form_text, CLAIM(section) },
	{ "quote", false, form_text, CLAIM(quote) },
	{ "restated", false, form_text, CLAIM(restated) },
	{ "quote_check", false, read_quote_check, CLAIM(quote_check) },
	{ "version_date", false, read_version, CLAIM(version_date) },
	{ "source", false, form_text, CLAIM(source) },
	{ "says", true, read_says, CLAIM(says) },
	{ "data", true, data_read, LIST(data) },
	{ "recipients", false, recipients_read, LIST(recipients) },
	{ "purposes", false, purposes_read, LIST(purposes) },
	{ "regions", false, regions_read, LIST(regions) },
	{ "when", false, read_when, CLAIM(when) },
	{ "unless", false, read_unless, CLAIM(unless) },
	{ "testable", true, read_testable, CLAIM(testable) },
	{ "how", false, form_text, CLAIM(how) },
	{ "tls", false, read_tls, CLAIM(tls_min) },
};

/* The checks below are of keys together; each is silent about a key refused already. */
static int
check_words(struct form *f, const struct claim_form *c)
{
	const struct node *quote = node_get(c->map, "quote");
	const struct node *restated = node_get(c->map, "restated");

	if (quote != NULL && restated != NULL)
		return form_complain(
		    f, restated, "'restated' beside 'quote': expected one of the two");
	if (quote == NULL && restated == NULL)
		return form_complain(f, c->map,
		    "'quote' is missing: expected the vendor's words, or 'restated'");
	return 0;
}

static int
check_quote_check(struct form *f, const struct claim_form *c)
{
	const struct node *at = node_get(c->map, "quote_check");

	if (at == NULL || node_get(c->map, "restated") == NULL ||
	    c->claim.quote_check != QUOTE_VERIFIED)
		return 0;
	return form_complain(f, at,
	    "'quote_check' is 'verified' of restated words: expected 'excerpt' or none");
}

static int
check_regions(struct form *f, const struct claim_form *c)
{
	const struct node *at = node_get(c->map, "regions");

	if (at == NULL || c->claim.says == SAYS_ONLY || c->claim.says == SAYS)
		return 0;
	return form_complain(f, at, "'regions' with says %s: expected it with only",
	    says_name(c->claim.says));
}

static int
check_tls(struct form *f, const struct claim_form *c)
{
	const struct node *at = node_get(c->map, "tls");

	if (at == NULL || c->claim.says == SAYS_SECURES || c->claim.says == SAYS)
		return 0;
	return form_complain(f, at, "'tls' with says %s: expected it with secures",
	    says_name(c->claim.says));
}

static int
check_times(struct form *f, const struct claim_form *c)
{
	if (c->claim.unless == STATES || c->claim.when != (unsigned)c->claim.unless)
		return 0;
	return form_complain(f, node_get(c->map, "unless"),
	    "'unless' is '%s', and so is 'when': expected another state",
	    state_name(c->claim.unless));
}

/* Whom a claim means that does not say it. */
static int
recipients_default(struct form *f, struct claim_form *c)
{
	static const char *const parties[] = { "first_party", "third_party" };
	const struct loading *l = f->owner;
	size_t count = c->claim.says == SAYS_COLLECTS ? 1 : COUNT_OF(parties);

	if (node_get(c->map, "recipients") != NULL)
		return 0;
	c->recipients.items = room_take(f, count * sizeof(*c->recipients.items));
	if (c->recipients.items == NULL)
		return -1;
	for (size_t i = 0; i < count; i++)
		c->recipients.items[i] =
		    ontology_named(l->ontologies, ONTOLOGY_RECIPIENTS, parties[i]);
	c->recipients.count = count;
	return 0;
}

static void
claim_finish(struct claim_form *c, const struct policy *p)
{
	struct claim *k = &c->claim;

	if (k->topic == NULL)
		k->topic = k->id;
	if (k->version_date == NULL)
		k->version_date = p->effective;
	if (k->source == NULL)
		k->source = p->archive ? p->archive : p->url;
	if (k->restated != NULL)
		k->quote_check = QUOTE_EXCERPT;
	k->data = c->data.items;
	k->data_count = c->data.count;
	k->recipients = c->recipients.items;
	k->recipient_count = c->recipients.count;
	k->purposes = c->purposes.items;
	k->purpose_count = c->purposes.count;
	k->regions = c->regions.items;
	k->region_count = c->regions.count;
}

int
claim_read(
    struct form *f, const struct node *map, const struct policy *p, struct claim *out)
{
	static int (*const checks[])(struct form *, const struct claim_form *) = {
		check_words,
		check_quote_check,
		check_regions,
		check_tls,
		check_times,
	};
	struct claim_form c = { .map = map };
	int rc = 0;

	c.claim.says = SAYS;
	c.claim.when = WHEN_ALWAYS;
	c.claim.unless = STATES;
	c.claim.line = map->line;
	c.claim.column = map->column;
	if (form_read(f, map, claim_keys, COUNT_OF(claim_keys), &c) < 0)
		rc = -1;
	for (size_t i = 0; map->kind == NODE_MAP && i < COUNT_OF(checks); i++)
		if (checks[i](f, &c) < 0)
			rc = -1;
	if (recipients_default(f, &c) < 0)
		rc = -1;
	claim_finish(&c, p);
	*out = c.claim;
	return rc;
}
