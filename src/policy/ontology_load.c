/* SPDX-License-Identifier: Apache-2.0 */
/* config/ontology/X.yaml: files, terms, and what must hold over all of them. */
#include <stdlib.h>
#include <strings.h>

#include "private.h"

#define SMALL "abcdefghijklmnopqrstuvwxyz0123456789_."
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Countries and unions of them have capitals: DE, EEA. */
static bool
id_fits(const char *id, enum ontology_kind kind)
{
	if (id[0] != '\0' && id[strspn(id, SMALL)] == '\0')
		return true;
	return kind == ONTOLOGY_REGIONS && strlen(id) >= 2 &&
	       id[strspn(id, CAPITALS)] == '\0';
}

static int
read_id(struct form *f, const struct node *value, void *into)
{
	const struct loading *l = f->owner;

	if (value->kind != NODE_SCALAR || !id_fits(value->text, l->ontology->kind))
		return form_expected(f, value,
		    l->ontology->kind == ONTOLOGY_REGIONS
			? "small letters, digits, '_' and '.', or capitals like DE"
			: "small letters, digits, '_' and '.'");
	*(const char **)into = value->text;
	return 0;
}

/* Kept for later: terms may stand under terms below. */
static int
read_later(struct form *f, const struct node *value, void *into)
{
	(void)f;
	*(const struct node **)into = value;
	return 0;
}

#define TERM(field) offsetof(struct term_inside, term.field)

static const struct form_key term_keys[] = {
	{ "id", true, read_id, TERM(id) },
	{ "title", true, form_text, TERM(title) },
	{ "under", false, read_later, offsetof(struct term_inside, under_at) },
	{ "dpv", false, texts_read, TERM(dpv) },
	{ "iso", false, texts_read, TERM(iso) },
	{ "entities", false, texts_read, TERM(entities) },
	{ "note", false, form_text, TERM(note) },
	{ "source", false, form_text, TERM(source) },
};

static void
term_read(struct form *f, const struct node *map, struct term_inside *t)
{
	static const char *const none[] = { NULL };
	struct loading *l = f->owner;
	struct ontology *o = l->ontology;
	const struct node *entities = node_get(map, "entities");

	*t = (struct term_inside){ .home = o, .map = map, .id_at = node_get(map, "id") };
	t->term.dpv = t->term.iso = t->term.entities = none;
	t->term.kind = o->kind;
	t->term.index = (unsigned)(t - o->terms);
	t->term.line = map->line;
	(void)form_read(f, map, term_keys, COUNT_OF(term_keys), t);
	if (entities != NULL && o->kind != ONTOLOGY_RECIPIENTS && o->kind < ONTOLOGIES)
		form_complain(f, entities,
		    "'entities' in the %s ontology: expected it among recipients alone",
		    ontology_names[o->kind]);
}

static int
id_compare(const void *left, const void *right)
{
	const struct term_inside *a = *(const struct term_inside *const *)left;
	const struct term_inside *b = *(const struct term_inside *const *)right;
	int order = strcmp(a->term.id, b->term.id);

	return order ? order : (a > b) - (a < b);
}

/* by_id, and a complaint for each id that was given before. */
static int
index_ids(struct form *f, struct ontology *o)
{
	const struct term_inside *first = NULL;

	o->by_id = room_take(f, o->term_count * sizeof(*o->by_id));
	if (o->by_id == NULL)
		return -1;
	for (size_t i = 0; i < o->term_count; i++)
		if (o->terms[i].term.id != NULL)
			o->by_id[o->id_count++] = &o->terms[i];
	qsort(o->by_id, o->id_count, sizeof(*o->by_id), id_compare);
	for (size_t i = 0; i < o->id_count; i++) {
		const struct term_inside *t = o->by_id[i];

		if (first == NULL || strcmp(first->term.id, t->term.id) != 0)
			first = t;
		else
			form_complain(f, t->id_at,
			    "duplicate id '%s': first given at %s:%u:%u", t->term.id,
			    f->file, first->id_at->line, first->id_at->column);
	}
	return 0;
}

static int
entity_compare(const void *left, const void *right)
{
	const struct entity *a = left, *b = right;
	int order = strcasecmp(a->name, b->name);

	return order ? order : (a->at > b->at) - (a->at < b->at);
}

static size_t
entities_count(const struct ontology *o)
{
	size_t count = 0;

	for (size_t i = 0; i < o->term_count; i++)
		for (const char *const *e = o->terms[i].term.entities; *e != NULL; e++)
			count++;
	return count;
}

/* A company stands for one term. */
static int
index_entities(struct form *f, struct ontology *o)
{
	const struct entity *first = NULL;

	o->entities = room_take(f, (entities_count(o) + 1) * sizeof(*o->entities));
	if (o->entities == NULL)
		return -1;
	for (size_t i = 0; i < o->term_count; i++) {
		const struct node *at = node_get(o->terms[i].map, "entities");

		for (size_t j = 0; o->terms[i].term.entities[j] != NULL; j++)
			o->entities[o->entity_count++] =
			    (struct entity){ o->terms[i].term.entities[j],
				    &o->terms[i].term,
				    at->kind == NODE_LIST ? at->items[j] : at };
	}
	qsort(o->entities, o->entity_count, sizeof(*o->entities), entity_compare);
	for (size_t i = 0; i < o->entity_count; i++) {
		const struct entity *e = &o->entities[i];

		if (first == NULL || strcasecmp(first->name, e->name) != 0)
			first = e;
		else
			form_complain(f, e->at,
			    "duplicate entity '%s': first given at %s:%u:%u", e->name,
			    f->file, first->at->line, first->at->column);
	}
	return 0;
}

static void
terms_read(struct form *f, struct ontology *o)
{
	const struct node *list = o->terms_at;

	if (list->kind != NODE_LIST || list->count == 0 || list->count > TERMS_MAX) {
		f->key = "terms";
		form_expected(f, list, "a list of 1 to 2000 terms");
		f->key = NULL;
		return;
	}
	o->terms = room_take(f, list->count * sizeof(*o->terms));
	if (o->terms == NULL)
		return;
	o->term_count = list->count;
	for (size_t i = 0; i < list->count; i++)
		term_read(f, list->items[i], &o->terms[i]);
	if (index_ids(f, o) == 0 && index_entities(f, o) == 0)
		ontology_connect(f, o);
}

static int
read_kind(struct form *f, const struct node *value, void *into)
{
	int kind = form_word(f, value, ontology_names, ONTOLOGIES);

	if (kind < 0)
		return -1;
	*(enum ontology_kind *)into = (enum ontology_kind)kind;
	return 0;
}

static const struct form_key ontology_keys[] = {
	{ "ontology", true, read_kind, offsetof(struct ontology, kind) },
	{ "title", true, form_text, offsetof(struct ontology, title) },
	{ "version", true, form_date, offsetof(struct ontology, version) },
	{ "terms", true, read_later, offsetof(struct ontology, terms_at) },
};

/* Into its place in the set, unless another file took that. */
static void
ontology_place(struct form *f, struct ontologies *set, struct ontology *o)
{
	struct ontology *other = o->kind < ONTOLOGIES ? set->of[o->kind] : NULL;

	if (other != NULL)
		form_complain(f, o->kind_at,
		    "ontology '%s' is in %s as well: expected it once",
		    ontology_names[o->kind], yaml_name(other->document));
	else if (o->kind < ONTOLOGIES)
		set->of[o->kind] = o;
}

/* What follows the last "/" is the ontology's name and ".yaml". */
static void
check_name(struct form *f, const struct ontology *o)
{
	const char *slash = strrchr(f->file, '/');
	const char *file = slash ? slash + 1 : f->file;
	const char *name = o->kind < ONTOLOGIES ? ontology_names[o->kind] : NULL;
	size_t length = name ? strlen(name) : 0;

	if (name != NULL &&
	    (strncmp(file, name, length) != 0 || strcmp(file + length, ".yaml") != 0))
		form_complain(f, o->kind_at,
		    "'ontology' is '%s': expected the name of the file without .yaml",
		    name);
}

static void
document_read(
    struct ontologies *set, const struct yaml *document, bool is_file, struct error *e)
{
	struct loading l = { .arena = &set->arena };
	struct form f = { .file = yaml_name(document), .error = e, .owner = &l };
	const struct node *root = yaml_root(document);
	struct ontology *o = NULL;

	if (root == NULL || root->kind != NODE_MAP) {
		error_add(e, f.file, root ? root->line : 1, root ? root->column : 1,
		    "%s: expected a map that begins with 'ontology: NAME'",
		    root ? "no map at the top" : "an empty file");
		return;
	}
	if ((o = room_take(&f, sizeof(*o))) == NULL)
		return;
	l.ontology = o;
	*o = (struct ontology){ .kind = ONTOLOGIES, .document = document };
	o->kind_at = node_get(root, "ontology");
	(void)form_read(&f, root, ontology_keys, COUNT_OF(ontology_keys), o);
	ontology_place(&f, set, o);
	if (is_file)
		check_name(&f, o);
	if (o->terms_at != NULL)
		terms_read(&f, o);
}

/* Claims that name no recipients speak of these. */
static void
check_parties(const struct ontologies *set, struct error *e)
{
	static const char *const parties[] = { "first_party", "third_party" };
	const struct ontology *o = set->of[ONTOLOGY_RECIPIENTS];

	for (size_t i = 0; i < COUNT_OF(parties); i++)
		if (ontology_find(o, parties[i]) == NULL)
			error_add(e, yaml_name(o->document), o->terms_at->line,
			    o->terms_at->column,
			    "no term '%s': claims that name no recipients want it",
			    parties[i]);
}

static void
check_complete(const struct ontologies *set, struct error *e)
{
	for (size_t i = 0; i < ONTOLOGIES; i++)
		if (set->of[i] == NULL)
			error_add(e, NULL, 0, 0,
			    "no %s ontology among the files: expected one that begins "
			    "with 'ontology: %s'",
			    ontology_names[i], ontology_names[i]);
}

static struct ontologies *
set_new(size_t documents, struct error *e)
{
	struct ontologies *set = calloc(1, sizeof(*set));

	if (set != NULL)
		set->documents = calloc(documents ? documents : 1, sizeof(struct yaml *));
	if (set == NULL || set->documents == NULL) {
		error_add(e, NULL, 0, 0, "out of memory");
		ontologies_free(set);
		return NULL;
	}
	return set;
}

/* What e holds beyond `before` lines is about these files. */
static struct ontologies *
set_build(struct ontologies *set, bool are_files, size_t before, struct error *e)
{
	for (size_t i = 0; i < set->document_count; i++)
		document_read(set, set->documents[i], are_files, e);
	if (e->count == before)
		check_complete(set, e);
	if (e->count == before)
		check_parties(set, e);
	if (e->count == before)
		return set;
	ontologies_free(set);
	return NULL;
}

struct ontologies *
ontologies_load(const char *const *paths, size_t count, struct error *e)
{
	size_t before = e->count;
	struct ontologies *set = set_new(count, e);

	if (set == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		struct yaml *document = yaml_open(paths[i], e);

		if (document != NULL)
			set->documents[set->document_count++] = document;
	}
	return set_build(set, true, before, e);
}

struct ontologies *
ontologies_parse(const struct ontology_text *texts, size_t count, struct error *e)
{
	size_t before = e->count;
	struct ontologies *set = set_new(count, e);

	if (set == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		struct yaml *document =
		    yaml_parse(texts[i].name, texts[i].data, texts[i].length, e);

		if (document != NULL)
			set->documents[set->document_count++] = document;
	}
	return set_build(set, false, before, e);
}
