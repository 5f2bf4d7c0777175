/* SPDX-License-Identifier: Apache-2.0 */
/* One rule of a signature, but for its match, which is signature_match_keys.c. */
#include <stdlib.h>

#include "signature.h"

#define IDENTIFIER "abcdefghijklmnopqrstuvwxyz0123456789-_."

int
identifier_read(struct form *f, const struct node *value, void *into)
{
	if (value->kind != NODE_SCALAR || value->length == 0 ||
	    value->text[strspn(value->text, IDENTIFIER)] != '\0')
		return form_expected(f, value, "small letters, digits, '-', '_' and '.'");
	*(const char **)into = value->text;
	return 0;
}

int
country_check(struct form *f, const struct node *map)
{
	const struct node *country = node_get(map, "country");

	if (country == NULL || node_get(map, "entity") != NULL)
		return 0;
	return form_complain(f, country, "'country' without 'entity': expected both");
}

static int
read_category(struct form *f, const struct node *value, void *into)
{
	const char *names[CATEGORIES];
	int i;

	for (i = 0; i < CATEGORIES; i++)
		names[i] = category_name((enum category)i);
	i = form_word(f, value, names, CATEGORIES);
	if (i < 0)
		return -1;
	*(enum category *)into = (enum category)i;
	return 0;
}

/* KIND_NONE and STRENGTH_NONE are not for signatures. */
static int
read_kind(struct form *f, const struct node *value, void *into)
{
	const char *names[KINDS - 1];
	int i;

	for (i = 1; i < KINDS; i++)
		names[i - 1] = kind_name((enum kind)i);
	i = form_word(f, value, names, KINDS - 1);
	if (i < 0)
		return -1;
	*(enum kind *)into = (enum kind)(i + 1);
	return 0;
}

static int
read_strength(struct form *f, const struct node *value, void *into)
{
	const char *names[STRENGTHS - 1];
	int i;

	for (i = 1; i < STRENGTHS; i++)
		names[i - 1] = strength_name((enum strength)i);
	i = form_word(f, value, names, STRENGTHS - 1);
	if (i < 0)
		return -1;
	*(enum strength *)into = (enum strength)(i + 1);
	return 0;
}

#define RULE(field) offsetof(struct rule_inside, rule.field)

static const struct form_key rule_keys[] = {
	{ "id", true, identifier_read, RULE(id) },
	{ "category", true, read_category, RULE(category) },
	{ "kind", false, read_kind, RULE(kind) },
	{ "match", true, match_read, offsetof(struct rule_inside, match) },
	{ "strength", true, read_strength, RULE(strength) },
	{ "source", true, form_text, RULE(source) },
	{ "entity", false, form_text, RULE(entity) },
	{ "country", false, form_country, RULE(country) },
	{ "note", false, form_text, RULE(note) },
	{ "date", false, form_date, RULE(date) },
};

/* The kinds of a category, to complain with. */
static int
complain_kind(struct form *f, const struct node *at, enum category c)
{
	const char *names[KINDS];
	size_t count = 0;

	for (int k = KIND_NONE + 1; k < KINDS; k++)
		if (category_has(c, (enum kind)k))
			names[count++] = kind_name((enum kind)k);
	f->key = "kind";
	return form_expected_word(f, at, names, count);
}

/* The checks below are of keys together; each is silent about a key refused already. */
static int
check_kind(struct form *f, const struct rule_inside *r)
{
	const struct node *kind = node_get(r->map, "kind");
	enum category c = r->rule.category;
	bool wanted = c != CATEGORY_UNKNOWN && c != CATEGORY_OTHER;

	if (c == CATEGORIES)
		return 0;
	if (wanted && kind == NULL)
		return form_complain(f, r->map,
		    "'kind' is missing: category %s wants one", category_name(c));
	if (!wanted && kind != NULL)
		return form_complain(
		    f, kind, "'kind' with category %s: expected none", category_name(c));
	if (!category_has(c, r->rule.kind))
		return complain_kind(f, kind, c);
	return 0;
}

/*
 * How much a match can prove at most. Ports are free to all, so a port alone shows a
 * shape; in a file that is no app's, port and protocol together may be documented: RFCs
 * assign them.
 */
static enum strength
strength_most(const struct rule_inside *r)
{
	const unsigned shapes =
	    MATCH_PROTO | MATCH_PORT | MATCH_LOCAL_PORT | MATCH_BEHAVIOUR;
	const unsigned keys = r->match.keys;
	bool assigned = (keys & MATCH_PROTO) && (keys & (MATCH_PORT | MATCH_LOCAL_PORT));

	if ((keys & MATCH_DISSECTOR) != 0)
		return STRENGTH_DECODED;
	if ((keys & ~shapes) != 0)
		return STRENGTH_DOCUMENTED;
	if (assigned && !(keys & MATCH_BEHAVIOUR) && !r->rule.signature->app)
		return STRENGTH_DOCUMENTED;
	return STRENGTH_BEHAVIOURAL;
}

static int
check_strength(struct form *f, const struct rule_inside *r)
{
	enum strength most = strength_most(r);
	const struct node *at = node_get(r->map, "strength");

	if (r->rule.strength <= most || r->match.keys == 0)
		return 0;
	if (most == STRENGTH_DOCUMENTED)
		return form_complain(f, at,
		    "strength decoded: expected a 'dissector' in the match, or "
		    "documented");
	return form_complain(f, at,
	    "strength %s: a match by port, proto and behaviour alone is behavioural",
	    strength_name(r->rule.strength));
}

static int
check_id(struct form *f, const struct rule_inside *r)
{
	const char *name = r->rule.signature->name;
	size_t length = name ? strlen(name) : 0;

	if (name == NULL || r->rule.id == NULL)
		return 0;
	if (strncmp(r->rule.id, name, length) == 0 && r->rule.id[length] == '.' &&
	    r->rule.id[length + 1] != '\0')
		return 0;
	return form_complain(f, r->id_at, "'id' is '%s': expected it to begin with '%s.'",
	    r->rule.id, name);
}

static int
check_country(struct form *f, const struct rule_inside *r)
{
	return country_check(f, r->map);
}

static void
rule_inherit(struct rule *r)
{
	if (r->entity != NULL)
		return;
	r->entity = r->signature->entity;
	r->country = r->signature->country;
}

static struct rule_inside *
rule_add(struct form *f)
{
	struct loading *l = f->owner;
	struct signatures *s = l->set;

	if (s->rule_count == s->rule_room) {
		size_t room = s->rule_room ? s->rule_room * 2 : 64;
		struct rule_inside *rules = realloc(s->rules, room * sizeof(*rules));

		if (rules == NULL) {
			form_complain(f, NULL, "out of memory");
			return NULL;
		}
		s->rules = rules;
		s->rule_room = room;
	}
	return &s->rules[s->rule_count++];
}

int
rule_read(struct form *f, const struct node *value)
{
	static int (*const checks[])(struct form *, const struct rule_inside *) = {
		check_id,
		check_kind,
		check_strength,
		check_country,
	};
	struct loading *l = f->owner;
	struct rule_inside *r = rule_add(f);
	int rc = 0;

	if (r == NULL)
		return -1;
	*r = (struct rule_inside){ .map = value, .rule.category = CATEGORIES };
	r->id_at = node_get(value, "id");
	r->match_at = node_get(value, "match");
	r->rule.signature = &l->file->signature;
	r->rule.line = value->line;
	l->file->signature.rule_count++;
	if (form_read(f, value, rule_keys, COUNT_OF(rule_keys), r) < 0)
		rc = -1;
	for (size_t i = 0; i < COUNT_OF(checks); i++)
		if (checks[i](f, r) < 0)
			rc = -1;
	rule_inherit(&r->rule);
	return rc;
}
