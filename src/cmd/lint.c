/* SPDX-License-Identifier: Apache-2.0 */
/* lint: every error of the files that people write, with its place. */
#include <stdlib.h>
#include "cmd.h"

/* Told apart by a key at the top, marks by being a list. */
enum input { INPUT_SIGNATURE, INPUT_POLICY, INPUT_ONTOLOGY, INPUT_MARKS, INPUTS };

static const char *const first_keys[INPUT_MARKS] = {
	[INPUT_SIGNATURE] = "signature",
	[INPUT_POLICY] = "policy",
	[INPUT_ONTOLOGY] = "ontology",
};

struct lint {
	struct words files[INPUTS];
	size_t file_count;
	bool has_ontology[ONTOLOGIES]; /* among the files */
	struct ontologies *ontologies;
	size_t rules, claims, terms, marks, tensions;
	struct error error;
};

/* Which ontology the file holds, if the word is right. */
static void
note_ontology(struct lint *l, const struct node *kind)
{
	for (size_t i = 0; i < ONTOLOGIES; i++)
		if (strcmp(kind->text, ontology_names[i]) == 0)
			l->has_ontology[i] = true;
}

/* INPUTS after a complaint. */
static enum input
input_of(struct lint *l, const struct yaml *y)
{
	struct form f = { .file = yaml_name(y), .error = &l->error };
	const struct node *root = yaml_root(y);

	if (root != NULL && root->kind == NODE_LIST)
		return INPUT_MARKS;
	if (root == NULL || root->kind != NODE_MAP || root->count == 0) {
		error_add(&l->error, f.file, root ? root->line : 1,
		    root ? root->column : 1,
		    "%s: expected a map that begins with 'signature', 'policy' or "
		    "'ontology', or a list of marks",
		    root ? "no map at the top" : "an empty file");
		return INPUTS;
	}
	for (int i = 0; i < INPUT_MARKS; i++)
		if (node_get(root, first_keys[i]) != NULL)
			return (enum input)i;
	(void)form_expected_word(&f, root->keys[0], first_keys, COUNT_OF(first_keys));
	return INPUTS;
}

/* Only files that are YAML go on to their loaders. */
static void
input_sort(struct lint *l, const char *path)
{
	struct yaml *y = yaml_open(path, &l->error);
	enum input kind = y != NULL ? input_of(l, y) : INPUTS;

	if (kind == INPUT_ONTOLOGY)
		note_ontology(l, node_get(yaml_root(y), first_keys[kind]));
	if (kind != INPUTS)
		l->files[kind].word[l->files[kind].count++] = path;
	yaml_close(y);
}

static void
lint_signatures(struct lint *l)
{
	const struct words *files = &l->files[INPUT_SIGNATURE];
	struct signatures *set = NULL;

	if (files->count == 0)
		return;
	set = signatures_load(files->word, files->count, &l->error);
	if (set != NULL) {
		(void)signatures_lint(set, &l->error);
		l->rules = signatures_rules(set);
	}
	signatures_free(set);
}

/* The shipped file of each ontology that was not given. -1 after a complaint. */
static int
shipped_paths(struct lint *l, char *paths[ONTOLOGIES], size_t *count)
{
	char *folder = NULL;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ONTOLOGIES; i++) {
		if (l->has_ontology[i])
			continue;
		if (folder == NULL && (folder = data_folder("config/ontology")) == NULL) {
			error_add(&l->error, "config/ontology", 0, 0,
			    "no such folder beside the program: name all ontologies");
			rc = -1;
		} else if (asprintf(&paths[*count], "%s/%s.yaml", folder,
			       ontology_names[i]) < 0) {
			error_add(&l->error, folder, 0, 0, "out of memory");
			rc = -1;
		} else {
			++*count;
		}
	}
	free(folder);
	return rc;
}

static void
ontologies_count(struct lint *l)
{
	for (int i = 0; i < ONTOLOGIES; i++)
		if (l->has_ontology[i])
			l->terms += ontology_terms(l->ontologies, (enum ontology_kind)i);
}

/* What was given, and the shipped ones for the rest: they are checked as one set. */
static void
lint_ontologies(struct lint *l)
{
	const struct words *given = &l->files[INPUT_ONTOLOGY];
	const char **paths = NULL;
	char *shipped[ONTOLOGIES] = { NULL };
	size_t count = 0;

	if (given->count == 0 && l->files[INPUT_POLICY].count == 0)
		return;
	paths = calloc(given->count + ONTOLOGIES, sizeof(*paths));
	if (paths == NULL || shipped_paths(l, shipped, &count) < 0)
		goto out;
	for (size_t i = 0; i < count; i++)
		paths[i] = shipped[i];
	for (size_t i = 0; i < given->count; i++)
		paths[count + i] = given->word[i];
	l->ontologies = ontologies_load(paths, count + given->count, &l->error);
	if (l->ontologies != NULL)
		ontologies_count(l);
out:
	for (size_t i = 0; i < count; i++)
		free(shipped[i]);
	free(paths);
}

/* The vendor's words on one line. */
static void
put_claim(const struct policy *p, const struct claim *c)
{
	const char *words = c->quote ? c->quote : c->restated;

	printf("  %s:%u:%u: %s %s: %s", p->path, c->line, c->column, c->id,
	    says_name(c->says), c->quote ? "\"" : "(restated) ");
	for (; *words != '\0'; words++)
		putchar(*words == '\n' ? ' ' : *words);
	puts(c->quote ? "\"" : "");
}

static void
put_tensions(struct lint *l, const struct policy *p)
{
	struct tension *tensions = NULL;
	char text[TENSION_TEXT_SIZE];
	size_t count = 0;

	if (policy_tensions(p, l->ontologies, &tensions, &count) < 0)
		error_add(&l->error, p->path, 0, 0, "out of memory");
	for (size_t i = 0; i < count; i++) {
		const struct tension *t = &tensions[i];

		printf("%s:%u:%u: tension %s, %s\n", p->path, t->positive->line,
		    t->positive->column, t->label, tension_text(t->label, text));
		put_claim(p, t->positive);
		put_claim(p, t->negative);
	}
	l->tensions += count;
	free(tensions);
}

static void
lint_policies(struct lint *l)
{
	const struct words *files = &l->files[INPUT_POLICY];

	for (size_t i = 0; i < files->count; i++) {
		struct policy *p = NULL;

		if (l->ontologies == NULL) {
			error_add(&l->error, files->word[i], 0, 0,
			    "not checked, for want of sound ontologies");
			continue;
		}
		p = policy_load(files->word[i], l->ontologies, &l->error);
		if (p != NULL) {
			l->claims += p->claim_count;
			put_tensions(l, p);
		}
		policy_free(p);
	}
}

static void
lint_marks(struct lint *l)
{
	const struct words *files = &l->files[INPUT_MARKS];

	for (size_t i = 0; i < files->count; i++) {
		struct marks *m = marks_load(files->word[i], &l->error);

		if (m != NULL)
			l->marks += marks_count(m);
		marks_free(m);
	}
}

static void
put_count(size_t count, const char *noun, const char *behind)
{
	printf("%zu %s%s%s", count, noun, count == 1 ? "" : "s", behind);
}

/* "3 files: 21 claims, 0 errors, 1 tension" */
static void
put_sum(const struct lint *l)
{
	const struct {
		size_t count;
		const char *noun;
	} found[] = {
		{ l->rules, "rule" },
		{ l->claims, "claim" },
		{ l->terms, "term" },
		{ l->marks, "mark" },
	};
	bool has_policies = l->files[INPUT_POLICY].count > 0;

	put_count(l->file_count, "file", ": ");
	for (size_t i = 0; i < COUNT_OF(found); i++)
		if (found[i].count > 0)
			put_count(found[i].count, found[i].noun, ", ");
	put_count(l->error.count, "error", has_policies ? ", " : "\n");
	if (has_policies)
		put_count(l->tensions, "tension", "\n");
}

static enum exit_code
lint_files(struct lint *l, const struct words *files)
{
	static void (*const steps[])(struct lint *) = { lint_signatures, lint_ontologies,
		lint_policies, lint_marks };

	l->file_count = files->count;
	for (size_t i = 0; i < INPUTS; i++) {
		l->files[i].word = calloc(files->count, sizeof(*l->files[i].word));
		if (l->files[i].word == NULL)
			return EXIT_INPUT;
	}
	for (size_t i = 0; i < files->count; i++)
		input_sort(l, files->word[i]);
	for (size_t i = 0; i < COUNT_OF(steps); i++)
		steps[i](l);
	error_sort(&l->error);
	put_sum(l);
	return l->error.count > 0 ? fail(&l->error, EXIT_FINDING) : EXIT_FINE;
}

enum exit_code
cmd_lint(int argc, char **argv, const struct command *self)
{
	struct words files = { 0 };
	struct lint l = { 0 };
	int parsed = options_parse(self, argc, argv, NULL, &files);
	enum exit_code code = parsed > 0 ? EXIT_FINE : EXIT_USAGE;

	if (parsed == 0 && files.count == 0)
		command_usage(self, stderr);
	else if (parsed == 0)
		code = lint_files(&l, &files);
	ontologies_free(l.ontologies);
	for (size_t i = 0; i < INPUTS; i++)
		words_free(&l.files[i]);
	words_free(&files);
	return code;
}
