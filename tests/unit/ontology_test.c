/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bad_files.h"
#include "make_ontologies.h"

static const struct term *
term(const struct ontologies *o, enum ontology_kind kind, const char *id)
{
	const struct term *t = ontology_named(o, kind, id);

	assert_non_null(t);
	return t;
}

static void
terms_are_found_by_their_ids(void **state)
{
	struct ontologies *o = make_ontologies();

	(void)state;
	for (int kind = 0; kind < ONTOLOGIES; kind++) {
		for (size_t i = 0; i < ontology_terms(o, kind); i++) {
			const struct term *t = ontology_term(o, kind, i);

			assert_ptr_equal(ontology_named(o, kind, t->id), t);
			assert_int_equal(t->index, i);
			assert_int_equal(t->kind, kind);
		}
	}
	assert_null(ontology_named(o, ONTOLOGY_DATA, "Content"));
	assert_null(ontology_named(o, ONTOLOGY_DATA, ""));
	assert_null(ontology_named(o, ONTOLOGY_DATA, "google"));
	assert_string_equal(ontology_root(o, ONTOLOGY_PURPOSES)->id, "any");
	ontologies_free(o);
}

static void
terms_keep_what_the_file_says(void **state)
{
	struct ontologies *o = make_ontologies();
	const struct term *sentry = term(o, ONTOLOGY_RECIPIENTS, "sentry");
	const struct term *google = term(o, ONTOLOGY_RECIPIENTS, "google");

	(void)state;
	assert_string_equal(sentry->title, "Sentry");
	assert_string_equal(sentry->dpv[0], "dpv:DataProcessor");
	assert_null(sentry->dpv[1]);
	assert_null(sentry->iso[0]);
	assert_string_equal(sentry->entities[0], "Functional Software, Inc.");
	assert_string_equal(sentry->note, "n");
	assert_string_equal(sentry->source, "s");
	assert_int_equal(sentry->line, 14);
	assert_int_equal(google->parent_count, 2);
	assert_string_equal(google->parents[0]->id, "advertising");
	assert_string_equal(google->parents[1]->id, "analytics");
	assert_null(google->note);
	assert_null(google->dpv[0]);
	ontologies_free(o);
}

/* Google is two steps under third parties as advertising, three as analytics. */
static void
distances_are_the_shortest_ways_up(void **state)
{
	static const struct {
		const char *part, *whole;
		int steps;
	} ways[] = {
		{ "google", "google", 0 },
		{ "google", "advertising", 1 },
		{ "google", "processor", 2 },
		{ "google", "third_party", 2 },
		{ "google", "anyone", 3 },
		{ "sentry", "anyone", 3 },
		{ "anyone", "google", -1 },
		{ "google", "first_party", -1 },
		{ "first_party", "third_party", -1 },
	};
	struct ontologies *o = make_ontologies();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ways); i++)
		assert_int_equal(term_distance(term(o, ONTOLOGY_RECIPIENTS, ways[i].part),
				     term(o, ONTOLOGY_RECIPIENTS, ways[i].whole)),
		    ways[i].steps);
	assert_int_equal(term(o, ONTOLOGY_RECIPIENTS, "google")->depth, 3);
	assert_int_equal(ontology_root(o, ONTOLOGY_RECIPIENTS)->depth, 0);
	assert_int_equal(term_distance(ontology_root(o, ONTOLOGY_DATA),
			     ontology_root(o, ONTOLOGY_REGIONS)),
	    -1);
	ontologies_free(o);
}

static void
terms_of_two_sets_are_no_parts_of_each_other(void **state)
{
	struct ontologies *a = make_ontologies(), *b = make_ontologies();

	(void)state;
	assert_int_equal(term_distance(ontology_root(a, ONTOLOGY_DATA),
			     ontology_root(b, ONTOLOGY_DATA)),
	    -1);
	ontologies_free(a);
	ontologies_free(b);
}

static void
terms_overlap_by_a_part_of_both(void **state)
{
	static const struct {
		enum ontology_kind kind;
		const char *a, *b;
		bool overlap;
	} pairs[] = {
		{ ONTOLOGY_DATA, "content", "generated", true },
		{ ONTOLOGY_DATA, "content", "telemetry", false },
		{ ONTOLOGY_DATA, "content", "content", false },
		{ ONTOLOGY_DATA, "content", "content.audio", false },
		{ ONTOLOGY_DATA, "content", "data", false },
		{ ONTOLOGY_DATA, "transcript", "content.audio", false },
		{ ONTOLOGY_RECIPIENTS, "advertising", "processor", true },
		{ ONTOLOGY_RECIPIENTS, "first_party", "third_party", false },
		{ ONTOLOGY_REGIONS, "EEA", "german_speaking", true },
		{ ONTOLOGY_REGIONS, "CH", "EU", false },
	};
	struct ontologies *o = make_ontologies();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		const struct term *a = term(o, pairs[i].kind, pairs[i].a);
		const struct term *b = term(o, pairs[i].kind, pairs[i].b);

		assert_int_equal(terms_overlap(o, a, b), pairs[i].overlap);
		assert_int_equal(terms_overlap(o, b, a), pairs[i].overlap);
	}
	assert_false(terms_overlap(
	    o, ontology_root(o, ONTOLOGY_DATA), ontology_root(o, ONTOLOGY_REGIONS)));
	ontologies_free(o);
}

static void
companies_are_found_in_any_case(void **state)
{
	struct ontologies *o = make_ontologies();

	(void)state;
	assert_string_equal(ontology_entity(o, "Google LLC")->id, "google");
	assert_string_equal(ontology_entity(o, "GOOGLE llc")->id, "google");
	assert_string_equal(ontology_entity(o, "Firebase, Inc.")->id, "google");
	assert_string_equal(
	    ontology_entity(o, "functional software, inc.")->id, "sentry");
	assert_null(ontology_entity(o, "Google"));
	assert_null(ontology_entity(o, "Google LLC "));
	assert_null(ontology_entity(o, ""));
	ontologies_free(o);
}

/* A folder of the four files, the one of `kind` called `name`; what loading it says. */
static char *
load_folder(enum ontology_kind kind, const char *name, struct ontologies **out)
{
	char folder[] = "/tmp/callwitness-test-XXXXXX", path[ONTOLOGIES][80];
	const char *paths[ONTOLOGIES];
	struct error e = { 0 };
	char *text = NULL;
	size_t size = 0;
	FILE *lines = open_memstream(&text, &size);

	assert_non_null(mkdtemp(folder));
	for (int i = 0; i < ONTOLOGIES; i++) {
		/* Backwards: each file says which it is. */
		int k = ONTOLOGIES - 1 - i;
		FILE *file = NULL;

		snprintf(path[i], sizeof(path[i]), "%s/%s.yaml", folder,
		    k == (int)kind ? name : ontology_names[k]);
		paths[i] = path[i];
		file = fopen(path[i], "w");
		assert_non_null(file);
		fputs(make_ontology_texts[k], file);
		assert_int_equal(fclose(file), 0);
	}
	*out = ontologies_load(paths, ONTOLOGIES, &e);
	for (size_t i = 0; i < e.count; i++)
		fprintf(lines, "%s:%u:%u: %s\n", strrchr(e.lines[i].file, '/') + 1,
		    e.lines[i].line, e.lines[i].column, e.lines[i].text);
	for (int i = 0; i < ONTOLOGIES; i++)
		unlink(paths[i]);
	rmdir(folder);
	error_clear(&e);
	fclose(lines);
	return text;
}

static void
files_load_in_any_order(void **state)
{
	struct ontologies *o = NULL;
	char *said = load_folder(ONTOLOGIES, NULL, &o);

	(void)state;
	assert_string_equal(said, "");
	assert_non_null(o);
	assert_int_equal(ontologies_files(o), ONTOLOGIES);
	for (size_t i = 0; i < ONTOLOGIES; i++) {
		const void *data;
		size_t length;
		char name[32];

		snprintf(name, sizeof(name), "%s.yaml", ontology_names[i]);
		assert_string_equal(ontologies_file(o, i, &data, &length), name);
		assert_int_equal(length, strlen(make_ontology_texts[i]));
		assert_memory_equal(data, make_ontology_texts[i], length);
	}
	ontologies_free(o);
	free(said);
}

static void
a_file_is_called_like_its_ontology(void **state)
{
	struct ontologies *o = NULL;
	char *said = load_folder(ONTOLOGY_REGIONS, "places", &o);

	(void)state;
	assert_null(o);
	assert_string_equal(said, "places.yaml:1:11: 'ontology' is 'regions': expected "
				  "the name of the file without .yaml\n");
	free(said);
}

/* The lines of parsing these texts, without positions. */
static char *
parse_lines(const enum ontology_kind *kinds, size_t count)
{
	struct ontology_text texts[8];
	struct error e = { 0 };
	char *text = NULL;
	size_t size = 0;
	FILE *lines = open_memstream(&text, &size);

	for (size_t i = 0; i < count; i++)
		texts[i] = (struct ontology_text){ ontology_names[kinds[i]],
			make_ontology_texts[kinds[i]],
			strlen(make_ontology_texts[kinds[i]]) };
	assert_null(ontologies_parse(texts, count, &e));
	for (size_t i = 0; i < e.count; i++)
		fprintf(lines, "%s\n", e.lines[i].text);
	error_clear(&e);
	fclose(lines);
	return text;
}

static void
all_four_are_wanted_once(void **state)
{
	static const enum ontology_kind few[] = { ONTOLOGY_DATA, ONTOLOGY_PURPOSES };
	static const enum ontology_kind many[] = { ONTOLOGY_DATA, ONTOLOGY_RECIPIENTS,
		ONTOLOGY_PURPOSES, ONTOLOGY_REGIONS, ONTOLOGY_PURPOSES };
	char *said = parse_lines(few, COUNT_OF(few));

	(void)state;
	assert_string_equal(said,
	    "no recipients ontology among the files: expected one that begins with "
	    "'ontology: recipients'\n"
	    "no regions ontology among the files: expected one that begins with "
	    "'ontology: regions'\n");
	free(said);
	said = parse_lines(many, COUNT_OF(many));
	assert_string_equal(
	    said, "ontology 'purposes' is in purposes as well: expected it once\n");
	free(said);
}

/* A long chain: the deepest walk and the largest table there is. */
static void
chains_are_bounded(void **state)
{
	(void)state;
	for (unsigned count = TERMS_MAX; count <= TERMS_MAX + 1; count++) {
		struct error e = { 0 };
		struct ontologies *o;
		char *text = NULL;
		size_t size = 0;
		FILE *out = open_memstream(&text, &size);

		fprintf(
		    out, "ontology: purposes\ntitle: t\nversion: 2026-11-21\nterms:\n");
		for (unsigned i = count - 1; i > 0; i--)
			fprintf(out, "- {id: t%u, title: t, under: t%u}\n", i, i - 1);
		fprintf(out, "- {id: t0, title: t}\n");
		fclose(out);
		o = make_ontologies_with("t.yaml", text, ONTOLOGY_PURPOSES, &e);
		if (count == TERMS_MAX) {
			assert_non_null(o);
			assert_int_equal(
			    ontology_term(o, ONTOLOGY_PURPOSES, 0)->depth, TERMS_MAX - 1);
		} else {
			assert_null(o);
			assert_string_equal(e.lines[0].text,
			    "'terms' is a list: expected a list of 1 to 2000 terms");
		}
		ontologies_free(o);
		error_clear(&e);
		free(text);
	}
}

static enum ontology_kind
kind_of_text(const char *name, const void *data, size_t length)
{
	struct error e = { 0 };
	struct yaml *y = yaml_parse(name, data, length, &e);
	const struct node *kind = y ? node_get(yaml_root(y), "ontology") : NULL;
	int i = 0;

	while (i < ONTOLOGIES && (!kind || strcmp(kind->text, ontology_names[i]) != 0))
		i++;
	yaml_close(y);
	error_clear(&e);
	return (enum ontology_kind)i;
}

static void
read_bad(const char *name, const void *data, size_t length, struct error *e)
{
	enum ontology_kind kind = kind_of_text(name, data, length);

	assert_null(make_ontologies_with(name, data, kind, e));
}

static void
bad_files_say_why(void **state)
{
	size_t count;

	(void)state;
	assert_int_equal(
	    bad_files(SOURCE_DIR "/tests/bad/ontology", read_bad, false, &count), 0);
	assert_true(count >= 15);
}

static struct ontologies *
shipped(void)
{
	const char *const paths[] = { SOURCE_DIR "/config/ontology/data.yaml",
		SOURCE_DIR "/config/ontology/recipients.yaml",
		SOURCE_DIR "/config/ontology/purposes.yaml",
		SOURCE_DIR "/config/ontology/regions.yaml" };
	struct error e = { 0 };
	struct ontologies *o = ontologies_load(paths, COUNT_OF(paths), &e);

	error_write(&e, stderr);
	error_clear(&e);
	assert_non_null(o);
	return o;
}

/* Streams of each category and kind have a term under their category's. */
static void
shipped_data_has_a_term_for_every_stream(void **state)
{
	static const enum category categories[] = { CATEGORY_CONTENT, CATEGORY_TELEMETRY,
		CATEGORY_DIAGNOSTICS, CATEGORY_SIGNALLING };
	struct ontologies *o = shipped();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(categories); i++) {
		const char *category = category_name(categories[i]);
		const struct term *whole = term(o, ONTOLOGY_DATA, category);

		for (int k = KIND_NONE + 1; k < KINDS; k++) {
			char id[64];

			if (!category_has(categories[i], k) || k == KIND_MEDIA)
				continue;
			snprintf(id, sizeof(id), "%s.%s", category, kind_name(k));
			assert_int_equal(
			    term_distance(term(o, ONTOLOGY_DATA, id), whole), 1);
		}
	}
	ontologies_free(o);
}

static bool
some_rule_names(const struct signatures *s, const char *entity)
{
	for (size_t i = 0; i < signatures_rules(s); i++) {
		const struct rule *r = signatures_rule(s, i);

		if (r->entity != NULL && strcmp(r->entity, entity) == 0)
			return true;
	}
	return false;
}

/* A company's name that no signature has would never be met. */
static void
shipped_companies_are_those_of_the_signatures(void **state)
{
	struct ontologies *o = shipped();
	struct signatures *s = NULL;
	struct error e = { 0 };
	glob_t files;
	size_t named = 0;

	(void)state;
	assert_int_equal(glob(SOURCE_DIR "/signatures/*.yaml", 0, NULL, &files), 0);
	s = signatures_load((const char *const *)files.gl_pathv, files.gl_pathc, &e);
	assert_non_null(s);
	for (size_t i = 0; i < ontology_terms(o, ONTOLOGY_RECIPIENTS); i++) {
		const struct term *t = ontology_term(o, ONTOLOGY_RECIPIENTS, i);

		for (const char *const *name = t->entities; *name != NULL; name++) {
			if (!some_rule_names(s, *name))
				fail_msg("%s: no rule names '%s'", t->id, *name);
			named++;
		}
	}
	assert_true(named > 20);
	globfree(&files);
	signatures_free(s);
	ontologies_free(o);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terms_are_found_by_their_ids),
		cmocka_unit_test(terms_keep_what_the_file_says),
		cmocka_unit_test(distances_are_the_shortest_ways_up),
		cmocka_unit_test(terms_of_two_sets_are_no_parts_of_each_other),
		cmocka_unit_test(terms_overlap_by_a_part_of_both),
		cmocka_unit_test(companies_are_found_in_any_case),
		cmocka_unit_test(files_load_in_any_order),
		cmocka_unit_test(a_file_is_called_like_its_ontology),
		cmocka_unit_test(all_four_are_wanted_once),
		cmocka_unit_test(chains_are_bounded),
		cmocka_unit_test(bad_files_say_why),
		cmocka_unit_test(shipped_data_has_a_term_for_every_stream),
		cmocka_unit_test(shipped_companies_are_those_of_the_signatures),
	};
	size_t count;

	if (argc == 2 && strcmp(argv[1], "--update") == 0)
		return bad_files(
			   SOURCE_DIR "/tests/bad/ontology", read_bad, true, &count) != 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
