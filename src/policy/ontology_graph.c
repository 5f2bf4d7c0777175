/* SPDX-License-Identifier: Apache-2.0 */
/* Terms under terms: one root, no circles, and how far it is from each to each above. */
#include <stdlib.h>

#include "private.h"

/* The complaint's way round a circle is cut at this many terms. */
#define SHOWN_MAX 8

struct graph {
	struct form *form;
	struct ontology *ontology;
	struct term_inside **order; /* wholes before their parts */
	size_t count;
	bool is_wrong;
};

static int
complain_circle(struct form *f, const struct node *at, const struct term_inside *t,
    const struct term_inside *whole)
{
	char way[SHOWN_MAX * 68] = "";
	size_t length = 0;

	for (unsigned i = 0; i < SHOWN_MAX && t != whole; i++, t = t->part)
		length += (size_t)snprintf(
		    way + length, sizeof(way) - length, "%.60s > ", t->term.id);
	return form_complain(f, at,
	    "'under' is '%.60s', itself a part of this (%s%s%.60s): expected no circle",
	    whole->term.id, way, t != whole ? "… > " : "", whole->term.id);
}

struct parents {
	struct graph *graph;
	struct term_inside *term;
	const struct term **items;
	size_t count;
};

static int
read_parent(struct form *f, const struct node *value, void *into)
{
	struct parents *p = into;
	const struct term_inside *found =
	    value->kind == NODE_SCALAR ? ontology_find(p->graph->ontology, value->text)
				       : NULL;

	if (found == NULL)
		return complain_no_term(f, value, p->graph->ontology);
	if (found == p->term)
		return form_expected(f, value, "another term than itself");
	for (size_t i = 0; i < p->count; i++)
		if (p->items[i] == &found->term)
			return form_complain(
			    f, value, "'under' names '%s' twice", found->term.id);
	p->items[p->count++] = &found->term;
	return 0;
}

static void
read_parents(struct graph *g, struct term_inside *t)
{
	struct form *f = g->form;
	struct parents p = { .graph = g, .term = t };

	if (t->under_at == NULL)
		return;
	p.items = room_take(f, node_values(t->under_at) * sizeof(*p.items));
	f->key = "under";
	if (p.items == NULL || form_each(f, t->under_at, read_parent, &p) < 0)
		g->is_wrong = true;
	f->key = NULL;
	t->term.parents = p.items;
	t->term.parent_count = p.count;
}

/* The one that stands under none; a second one is complained of. */
static void
find_root(struct graph *g)
{
	struct ontology *o = g->ontology;

	for (size_t i = 0; i < o->term_count; i++) {
		const struct term_inside *t = &o->terms[i];

		if (t->under_at != NULL || t->term.id == NULL)
			continue;
		if (o->root == NULL) {
			o->root = t;
			continue;
		}
		form_complain(g->form, t->map,
		    "'under' is missing: expected it in all terms but one, and '%s' on "
		    "line %u has none",
		    o->root->term.id, o->root->term.line);
		g->is_wrong = true;
	}
}

static struct term_inside *
parent_at(const struct graph *g, const struct term_inside *t, size_t i)
{
	return &g->ontology->terms[t->term.parents[i]->index];
}

/* The value that names this parent. */
static const struct node *
under_value(const struct term_inside *t, const struct term *parent)
{
	const struct node *at = t->under_at;

	if (at->kind == NODE_LIST)
		for (size_t i = 0; i < at->count; i++)
			if (strcmp(at->items[i]->text, parent->id) == 0)
				return at->items[i];
	return at;
}

/* Depth first, from a part to what it is under; TERMS_MAX bounds how deep. */
static void
visit(struct graph *g, struct term_inside *t)
{
	t->visit = VISIT_OPEN;
	for (size_t i = 0; i < t->term.parent_count; i++) {
		struct term_inside *whole = parent_at(g, t, i);

		if (whole->visit == VISIT_OPEN) {
			complain_circle(g->form, under_value(t, &whole->term), t, whole);
			g->is_wrong = true;
		} else if (whole->visit == VISIT_NEW) {
			whole->part = t;
			visit(g, whole);
		}
	}
	t->visit = VISIT_DONE;
	g->order[g->count++] = t;
}

/* A row of steps for each term, from the rows of what it is under. */
static int
measure(struct graph *g)
{
	struct ontology *o = g->ontology;
	size_t n = o->term_count;
	uint16_t *rows = room_take(g->form, n * n * sizeof(*rows));

	if (rows == NULL)
		return -1;
	memset(rows, 0xff, n * n * sizeof(*rows));
	for (size_t i = 0; i < n; i++) {
		struct term_inside *t = g->order[i];
		uint16_t *row = rows + t->term.index * n;

		row[t->term.index] = 0;
		for (size_t j = 0; j < t->term.parent_count; j++) {
			const uint16_t *above = parent_at(g, t, j)->steps;

			for (size_t k = 0; k < n; k++)
				if (above[k] != STEPS_NONE && above[k] + 1 < row[k])
					row[k] = (uint16_t)(above[k] + 1);
		}
		t->steps = row;
		t->term.depth = row[o->root->term.index];
	}
	return 0;
}

void
ontology_connect(struct form *f, struct ontology *o)
{
	struct graph g = { .form = f, .ontology = o };

	g.order = room_take(f, o->term_count * sizeof(*g.order));
	if (g.order == NULL)
		return;
	for (size_t i = 0; i < o->term_count; i++)
		read_parents(&g, &o->terms[i]);
	find_root(&g);
	for (size_t i = 0; i < o->term_count; i++)
		if (o->terms[i].visit == VISIT_NEW)
			visit(&g, &o->terms[i]);
	if (!g.is_wrong && o->root != NULL)
		(void)measure(&g);
}
