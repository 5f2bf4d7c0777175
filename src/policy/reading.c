/* SPDX-License-Identifier: Apache-2.0 */
/* Values that ontologies and policies have in common. */
#include <stdlib.h>

#include "private.h"

#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789-_."

void *
room_take(struct form *f, size_t size)
{
	struct loading *l = f->owner;
	void *at = arena_take(l->arena, size);

	if (at == NULL)
		form_complain(f, NULL, "out of memory");
	return at;
}

struct text_list {
	size_t count;
	const char **items;
};

static int
read_text(struct form *f, const struct node *value, void *into)
{
	struct text_list *list = into;

	if (form_text(f, value, &list->items[list->count]) < 0)
		return -1;
	list->count++;
	return 0;
}

int
texts_read(struct form *f, const struct node *value, void *into)
{
	size_t room = node_values(value) + 1;
	struct text_list list = { .items = room_take(f, room * sizeof(char *)) };

	if (list.items == NULL)
		return -1;
	*(const char *const **)into = list.items;
	if (value->kind == NODE_LIST && value->count == 0)
		return 0;
	return form_each(f, value, read_text, &list);
}

int
name_read(struct form *f, const struct node *value, void *into)
{
	if (value->kind != NODE_SCALAR || value->length == 0 ||
	    value->text[strspn(value->text, NAME_LETTERS)] != '\0')
		return form_expected(f, value, "small letters, digits, '-', '_' and '.'");
	*(const char **)into = value->text;
	return 0;
}

static const char *
term_nearest(const struct ontology *o, const char *text)
{
	const char **ids = calloc(o->term_count + 1, sizeof(*ids));
	const char *nearest = NULL;
	size_t count = 0;

	for (size_t i = 0; ids != NULL && i < o->term_count; i++)
		if (o->terms[i].term.id != NULL)
			ids[count++] = o->terms[i].term.id;
	if (ids != NULL)
		nearest = word_nearest(text, ids, count);
	free(ids);
	return nearest;
}

int
complain_no_term(struct form *f, const struct node *value, const struct ontology *o)
{
	const char *near = value->kind == NODE_SCALAR && value->length > 0
			       ? term_nearest(o, value->text)
			       : NULL;
	bool known = o->kind < ONTOLOGIES;
	char what[160];

	snprintf(what, sizeof(what), "a term of %s%s ontology%s%.64s%s",
	    known ? "the " : "this", known ? ontology_names[o->kind] : "",
	    near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	return form_expected(f, value, what);
}

struct term_reading {
	const struct ontology *ontology;
	struct term_list *list;
};

static int
read_term(struct form *f, const struct node *value, void *into)
{
	struct term_reading *r = into;
	const struct term_inside *found =
	    value->kind == NODE_SCALAR ? ontology_find(r->ontology, value->text) : NULL;

	if (found == NULL)
		return complain_no_term(f, value, r->ontology);
	for (size_t i = 0; i < r->list->count; i++)
		if (r->list->items[i] == &found->term)
			return form_complain(
			    f, value, "'%s' names '%s' twice", f->key, found->term.id);
	r->list->items[r->list->count++] = &found->term;
	return 0;
}

static int
read_terms(struct form *f, const struct node *value, void *into, enum ontology_kind kind)
{
	struct loading *l = f->owner;
	struct term_reading r = { l->ontologies->of[kind], into };

	r.list->items = room_take(f, node_values(value) * sizeof(*r.list->items));
	return r.list->items ? form_each(f, value, read_term, &r) : -1;
}

int
data_read(struct form *f, const struct node *value, void *into)
{
	return read_terms(f, value, into, ONTOLOGY_DATA);
}

int
recipients_read(struct form *f, const struct node *value, void *into)
{
	return read_terms(f, value, into, ONTOLOGY_RECIPIENTS);
}

int
purposes_read(struct form *f, const struct node *value, void *into)
{
	return read_terms(f, value, into, ONTOLOGY_PURPOSES);
}

int
regions_read(struct form *f, const struct node *value, void *into)
{
	return read_terms(f, value, into, ONTOLOGY_REGIONS);
}
