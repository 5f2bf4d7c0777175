/* SPDX-License-Identifier: Apache-2.0 */
/* What others ask of loaded ontologies. */
#include <stdlib.h>
#include <strings.h>

#include "private.h"

static const struct term_inside *
inside(const struct term *t)
{
	return (const struct term_inside *)t;
}

void
ontologies_free(struct ontologies *o)
{
	if (o == NULL)
		return;
	for (size_t i = 0; i < o->document_count; i++)
		yaml_close(o->documents[i]);
	free(o->documents);
	arena_clear(&o->arena);
	free(o);
}

size_t
ontology_terms(const struct ontologies *o, enum ontology_kind kind)
{
	return o->of[kind]->term_count;
}

const struct term *
ontology_term(const struct ontologies *o, enum ontology_kind kind, size_t index)
{
	return &o->of[kind]->terms[index].term;
}

static int
id_compare(const void *key, const void *element)
{
	const struct term_inside *const *t = element;

	return strcmp(key, (*t)->term.id);
}

const struct term_inside *
ontology_find(const struct ontology *o, const char *id)
{
	const struct term_inside **found =
	    bsearch(id, o->by_id, o->id_count, sizeof(*found), id_compare);

	return found ? *found : NULL;
}

const struct term *
ontology_named(const struct ontologies *o, enum ontology_kind kind, const char *id)
{
	const struct term_inside *found = ontology_find(o->of[kind], id);

	return found ? &found->term : NULL;
}

const struct term *
ontology_root(const struct ontologies *o, enum ontology_kind kind)
{
	return &o->of[kind]->root->term;
}

static int
entity_compare(const void *key, const void *element)
{
	return strcasecmp(key, ((const struct entity *)element)->name);
}

const struct term *
ontology_entity(const struct ontologies *o, const char *entity)
{
	const struct ontology *recipients = o->of[ONTOLOGY_RECIPIENTS];
	const struct entity *found = bsearch(entity, recipients->entities,
	    recipients->entity_count, sizeof(*found), entity_compare);

	return found ? found->term : NULL;
}

int
term_distance(const struct term *part, const struct term *whole)
{
	uint16_t steps = STEPS_NONE;

	if (inside(part)->home == inside(whole)->home)
		steps = inside(part)->steps[whole->index];
	return steps == STEPS_NONE ? -1 : steps;
}

bool
terms_overlap(const struct ontologies *o, const struct term *a, const struct term *b)
{
	const struct ontology *home = o->of[a->kind];

	if (a->kind != b->kind || term_distance(a, b) >= 0 || term_distance(b, a) >= 0)
		return false;
	for (size_t i = 0; i < home->term_count; i++) {
		const uint16_t *steps = home->terms[i].steps;

		if (steps[a->index] != STEPS_NONE && steps[b->index] != STEPS_NONE)
			return true;
	}
	return false;
}

size_t
ontologies_files(const struct ontologies *o)
{
	return o->document_count;
}

const char *
ontologies_file(
    const struct ontologies *o, size_t index, const void **data, size_t *length)
{
	const struct yaml *document = o->of[index]->document;
	const char *path = yaml_name(document), *slash = strrchr(path, '/');

	*data = yaml_bytes(document, length);
	return slash ? slash + 1 : path;
}
