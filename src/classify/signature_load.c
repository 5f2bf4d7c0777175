/* SPDX-License-Identifier: Apache-2.0 */
/* signatures/X.yaml: files, and what must hold over all of them. */
#include <stdlib.h>

#include "signature.h"

#define DOMAIN "abcdefghijklmnopqrstuvwxyz0123456789-."

void *
loading_take(struct form *f, size_t size)
{
	struct loading *l = f->owner;
	void *at = arena_take(&l->set->arena, size);

	if (at == NULL && !l->out_of_memory)
		form_complain(f, NULL, "out of memory");
	l->out_of_memory |= at == NULL;
	return at;
}

static int
read_domain(struct form *f, const struct node *value, void *into)
{
	const char **next = into;

	if (value->kind != NODE_SCALAR || strchr(value->text, '.') == NULL ||
	    value->text[strspn(value->text, DOMAIN)] != '\0')
		return form_expected(f, value, "a domain like zoom.us");
	while (*next != NULL)
		next++;
	*next = value->text;
	return 0;
}

static int
read_domains(struct form *f, const struct node *value, void *into)
{
	const char **domains = loading_take(f, (node_values(value) + 1) * sizeof(char *));

	if (domains == NULL)
		return -1;
	*(const char *const **)into = domains;
	return form_each(f, value, read_domain, domains);
}

/* Kept for later: rules look at the other keys, which may stand below. */
static int
read_rules(struct form *f, const struct node *value, void *into)
{
	if (value->kind != NODE_LIST || value->count == 0)
		return form_expected(f, value, "a list of at least one rule");
	*(const struct node **)into = value;
	return 0;
}

#define SIGNATURE(field) offsetof(struct signature_inside, signature.field)

static const struct form_key signature_keys[] = {
	{ "signature", true, identifier_read, SIGNATURE(name) },
	{ "title", true, form_text, SIGNATURE(title) },
	{ "version", true, form_date, SIGNATURE(version) },
	{ "entity", false, form_text, SIGNATURE(entity) },
	{ "country", false, form_country, SIGNATURE(country) },
	{ "app", false, form_flag, SIGNATURE(app) },
	{ "domains", false, read_domains, SIGNATURE(domains) },
	{ "rules", true, read_rules, offsetof(struct signature_inside, rules_at) },
};

/* What follows the last "/". */
static const char *
path_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int
check_name(struct form *f, const struct signature_inside *file)
{
	const char *wanted = path_name(file->signature.path);
	const char *name = file->signature.name;
	size_t length = name ? strlen(name) : 0;

	if (name == NULL ||
	    (strncmp(wanted, name, length) == 0 && strcmp(wanted + length, ".yaml") == 0))
		return 0;
	return form_complain(f, node_get(yaml_root(file->document), "signature"),
	    "'signature' is '%s': expected the name of the file without .yaml", name);
}

static void
file_digest(struct signature_inside *file)
{
	struct sha256 *sum = sha256_new();
	size_t length;
	const void *bytes = yaml_bytes(file->document, &length);

	if (sum == NULL)
		return;
	sha256_add(sum, bytes, length);
	sha256_end(sum, file->signature.sha256);
}

static void
file_read(struct signatures *s, struct signature_inside *file, struct error *e)
{
	static const char *const no_domains[] = { NULL };
	struct loading l = { .set = s, .file = file };
	struct form f = { .file = yaml_name(file->document), .error = e, .owner = &l };
	const struct node *root = yaml_root(file->document);

	file->signature.path = f.file;
	file->signature.domains = no_domains;
	file->signature.first_rule = s->rule_count;
	if (root == NULL || root->kind != NODE_MAP) {
		error_add(e, f.file, root ? root->line : 1, root ? root->column : 1,
		    "%s: expected a map that begins with 'signature: NAME'",
		    root ? "no map at the top" : "an empty file");
		return;
	}
	(void)form_read(&f, root, signature_keys, COUNT_OF(signature_keys), file);
	(void)country_check(&f, root);
	(void)check_name(&f, file);
	file_digest(file);
	for (size_t i = 0; file->rules_at != NULL && i < file->rules_at->count; i++)
		(void)rule_read(&f, file->rules_at->items[i]);
}

static int
file_compare(const void *left, const void *right)
{
	const struct signature_inside *a = left, *b = right;
	const char *a_path = yaml_name(a->document), *b_path = yaml_name(b->document);
	int order = strcmp(path_name(a_path), path_name(b_path));

	return order ? order : strcmp(a_path, b_path);
}

static void
check_files_once(const struct signatures *s, struct error *e)
{
	for (size_t i = 1; i < s->file_count; i++) {
		const struct signature *a = &s->files[i - 1].signature;
		const struct signature *b = &s->files[i].signature;

		if (a->name != NULL && b->name != NULL && strcmp(a->name, b->name) == 0)
			error_add(e, b->path, 1, 1,
			    "signature '%s' is in %s as well: expected it once", b->name,
			    a->path);
	}
}

static int
id_compare(const void *left, const void *right)
{
	const struct rule_inside *a = *(const struct rule_inside *const *)left;
	const struct rule_inside *b = *(const struct rule_inside *const *)right;
	int order = strcmp(a->rule.id, b->rule.id);

	return order ? order : (a > b) - (a < b);
}

static void
check_ids_once(const struct signatures *s, struct error *e)
{
	const struct rule_inside **sorted = calloc(s->rule_count + 1, sizeof(*sorted));
	size_t count = 0;

	if (sorted == NULL) {
		error_add(e, NULL, 0, 0, "out of memory");
		return;
	}
	for (size_t i = 0; i < s->rule_count; i++)
		if (s->rules[i].rule.id != NULL)
			sorted[count++] = &s->rules[i];
	qsort(sorted, count, sizeof(*sorted), id_compare);
	for (size_t i = 1; i < count; i++) {
		const struct rule_inside *a = sorted[i - 1], *b = sorted[i];

		if (strcmp(a->rule.id, b->rule.id) == 0)
			error_add(e, b->rule.signature->path, b->id_at->line,
			    b->id_at->column,
			    "duplicate id '%s': first given at %s:%u:%u", b->rule.id,
			    a->rule.signature->path, a->id_at->line, a->id_at->column);
	}
	free(sorted);
}

/* What e holds beyond `before` lines is about these files. */
static struct signatures *
set_build(struct signatures *s, size_t before, struct error *e)
{
	qsort(s->files, s->file_count, sizeof(*s->files), file_compare);
	for (size_t i = 0; i < s->file_count; i++)
		file_read(s, &s->files[i], e);
	check_files_once(s, e);
	check_ids_once(s, e);
	if (e->count == before && ways_build(s) < 0)
		error_add(e, NULL, 0, 0, "out of memory");
	if (e->count == before)
		return s;
	signatures_free(s);
	return NULL;
}

static struct signatures *
set_new(size_t files, struct error *e)
{
	struct signatures *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->files = calloc(files ? files : 1, sizeof(*s->files));
	if (s == NULL || s->files == NULL) {
		error_add(e, NULL, 0, 0, "out of memory");
		signatures_free(s);
		return NULL;
	}
	return s;
}

struct signatures *
signatures_load(const char *const *paths, size_t count, struct error *e)
{
	size_t before = e->count;
	struct signatures *s = set_new(count, e);

	if (s == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		struct yaml *document = yaml_open(paths[i], e);

		if (document != NULL)
			s->files[s->file_count++].document = document;
	}
	return set_build(s, before, e);
}

struct signatures *
signatures_parse(const char *name, const void *data, size_t length, struct error *e)
{
	size_t before = e->count;
	struct signatures *s = set_new(1, e);

	if (s == NULL)
		return NULL;
	s->files[0].document = yaml_parse(name, data, length, e);
	s->file_count = s->files[0].document != NULL;
	return set_build(s, before, e);
}
