/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as one ontology among three sound ones; what loads is walked from every term. */
#include <stdlib.h>

#include "../../src/policy/private.h"

#define ROOT "version: 2026-11-21\ntitle: t\nterms:\n- {id: r, title: t}\n"

/* As small as they may be, for speed. */
static const char *const sound[ONTOLOGIES] = {
	[ONTOLOGY_DATA] = "ontology: data\n" ROOT,
	[ONTOLOGY_RECIPIENTS] =
	    "ontology: recipients\n" ROOT "- {id: first_party, title: t, under: r}\n"
	    "- {id: third_party, title: t, under: r}\n",
	[ONTOLOGY_PURPOSES] = "ontology: purposes\n" ROOT,
	[ONTOLOGY_REGIONS] = "ontology: regions\n" ROOT,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of which kind the bytes say that they are; recipients if of none. */
static enum ontology_kind
kind_of(const uint8_t *data, size_t size)
{
	struct error e = { 0 };
	struct yaml *y = yaml_parse("t.yaml", data, size, &e);
	const struct node *kind = y ? node_get(yaml_root(y), "ontology") : NULL;
	enum ontology_kind found = ONTOLOGY_RECIPIENTS;

	for (int i = 0; kind != NULL && i < ONTOLOGIES; i++)
		if (strcmp(kind->text, ontology_names[i]) == 0)
			found = (enum ontology_kind)i;
	yaml_close(y);
	error_clear(&e);
	return found;
}

static void
check_term(const struct ontologies *o, const struct term *t)
{
	const struct term *root = ontology_root(o, t->kind);

	if (ontology_named(o, t->kind, t->id) != t || t->title == NULL)
		abort();
	if (term_distance(t, root) != (int)t->depth || (t == root) != (t->depth == 0))
		abort();
	for (size_t i = 0; i < t->parent_count; i++)
		if (term_distance(t, t->parents[i]) != 1)
			abort();
	for (const char *const *name = t->entities; *name != NULL; name++)
		if (ontology_entity(o, *name) != t)
			abort();
}

/* No two are parts of each other, and overlap is the same from both sides. */
static void
check_pair(const struct ontologies *o, const struct term *a, const struct term *b)
{
	bool related = term_distance(a, b) >= 0 || term_distance(b, a) >= 0;

	if (a != b && term_distance(a, b) >= 0 && term_distance(b, a) >= 0)
		abort();
	if (terms_overlap(o, a, b) != terms_overlap(o, b, a))
		abort();
	if (related && terms_overlap(o, a, b))
		abort();
}

static void
check(const struct ontologies *o, enum ontology_kind kind)
{
	size_t count = ontology_terms(o, kind);

	for (size_t i = 0; i < count; i++) {
		check_term(o, ontology_term(o, kind, i));
		for (size_t j = 0; j < count && j < 32; j++)
			check_pair(
			    o, ontology_term(o, kind, i), ontology_term(o, kind, j));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum ontology_kind kind = kind_of(data, size);
	struct ontology_text texts[ONTOLOGIES];
	struct error e = { 0 };
	struct ontologies *o = NULL;

	for (int i = 0; i < ONTOLOGIES; i++)
		texts[i] = (struct ontology_text){ ontology_names[i], sound[i],
			strlen(sound[i]) };
	texts[kind] = (struct ontology_text){ "t.yaml", data, size };
	o = ontologies_parse(texts, ONTOLOGIES, &e);
	if ((o == NULL) != (e.count > 0))
		abort();
	if (o != NULL)
		check(o, kind);
	error_sort(&e);
	error_clear(&e);
	ontologies_free(o);
	return 0;
}
