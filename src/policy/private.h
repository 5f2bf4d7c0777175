/* SPDX-License-Identifier: Apache-2.0 */
/* What policy/ keeps to itself. */
#ifndef CALLWITNESS_POLICY_PRIVATE_H
#define CALLWITNESS_POLICY_PRIVATE_H

#include <callwitness/policy.h>

#define TERMS_MAX 2000 /* of one ontology: it keeps a table of all pairs */
#define STEPS_NONE UINT16_MAX

/* Where the walk from parts to wholes is; only while loading. */
enum visit { VISIT_NEW, VISIT_OPEN, VISIT_DONE };

struct term_inside {
	struct term term; /* first: what the outside holds */
	const struct ontology *home;
	const uint16_t *steps; /* up to each term of home, by index, or STEPS_NONE */
	const struct node *map, *id_at, *under_at;
	enum visit visit;
	struct term_inside *part; /* from which the walk came up */
};

struct entity {
	const char *name;
	const struct term *term;
	const struct node *at;
};

struct ontology {
	enum ontology_kind kind; /* ONTOLOGIES: not told */
	const struct yaml *document;
	const char *title, *version;
	const struct node *kind_at, *terms_at;
	size_t term_count;
	struct term_inside *terms; /* in the order of the file */
	size_t id_count;           /* while loading, some term may have none */
	const struct term_inside **by_id; /* sorted */
	const struct term_inside *root;
	size_t entity_count;
	struct entity *entities; /* sorted, case apart */
};

struct ontologies {
	struct arena arena;
	size_t document_count;
	struct yaml **documents;
	struct ontology *of[ONTOLOGIES];
};

struct ontology_text {
	const char *name;
	const void *data;
	size_t length;
};

/* As ontologies_load(), from memory. */
struct ontologies *ontologies_parse(
    const struct ontology_text *texts, size_t count, struct error *e);
/* Parents, circles, the root, distances. Complaints go to the form's error. */
void ontology_connect(struct form *f, struct ontology *o);
/* The term of that id while loading too, or NULL. */
const struct term_inside *ontology_find(const struct ontology *o, const char *id);

/* What loading hands down; the owner of a form. */
struct loading {
	struct arena *arena;
	const struct ontologies *ontologies; /* complete ones, for policies */
	struct ontology *ontology;           /* being read */
};

/* Zeroed room in the loading's arena; NULL and a complaint when memory is full. */
void *room_take(struct form *f, size_t size);
/* const char *const *: a text or a list of texts, NULL-terminated; may be empty. */
form_reader texts_read;
/* const char *: small letters, digits and - _ . */
form_reader name_read;
/* Complains that the value is no term of the ontology; names the nearest. Returns -1. */
int complain_no_term(struct form *f, const struct node *value, const struct ontology *o);

/* Terms that a claim names, each once. */
struct term_list {
	size_t count;
	const struct term **items;
};

/* struct term_list: an id or a list of ids of that ontology. */
form_reader data_read, recipients_read, purposes_read, regions_read;

/* As words for form_word(). */
extern const char *const says_names[SAYS], *const testable_names[TESTABLES],
    *const quote_check_names[QUOTE_CHECKS];

/* One claim of p, whose own facts are complete, into *c. */
int claim_read(
    struct form *f, const struct node *map, const struct policy *p, struct claim *c);

#endif
