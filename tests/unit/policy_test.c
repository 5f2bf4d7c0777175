/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bad_files.h"
#include "make_ontologies.h"

#define SUM "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

#define HEAD                                                                             \
	"policy: t\nvendor: Acme, Inc.\ndocument: Terms\neffective: 2023-08-07\n"        \
	"app: acme\nsource: {url: \"https://acme.example/terms\"}\n"                     \
	"first_party: [Acme]\nclaims:\n"

static struct policy *
parse(const struct ontologies *o, const char *text)
{
	struct error e = { 0 };
	struct policy *p = policy_parse("t.yaml", text, strlen(text), o, &e);

	error_write(&e, stderr);
	error_clear(&e);
	assert_non_null(p);
	return p;
}

static void
names_are_as_reports_write_them(void **state)
{
	(void)state;
	assert_string_equal(ontology_names[ONTOLOGY_RECIPIENTS], "recipients");
	assert_string_equal(says_name(SAYS_ONLY), "only");
	assert_string_equal(testable_name(TESTABLE_PARTLY), "partly");
	assert_string_equal(quote_check_name(QUOTE_EXCERPT), "excerpt");
	assert_string_equal(outcome_name(OUTCOME_NOT_EXERCISED), "not_exercised");
	assert_string_equal(disclosure_name(DISCLOSURE_AMBIGUOUS), "ambiguous");
	assert_string_equal(severity_name(SEVERITY_MEDIUM), "medium");
	assert_string_equal(when_name(STATE_MUTED), "muted");
	assert_string_equal(when_name(WHEN_BEFORE_CONSENT), "before_consent");
	assert_string_equal(when_name(WHEN_BEFORE_CALL), "before_call");
	assert_string_equal(when_name(WHEN_AFTER_CALL), "after_call");
	assert_null(when_name(WHEN_ALWAYS));
	assert_null(when_name(WHENS));
	assert_null(says_name(SAYS));
	assert_null(outcome_name(OUTCOMES));
	assert_null(disclosure_name(DISCLOSURES));
	assert_null(severity_name(SEVERITIES));
}

static void
every_name_is_there(void **state)
{
	(void)state;
	for (int i = 0; i < SAYS; i++)
		assert_non_null(says_name(i));
	for (int i = 0; i < TESTABLES; i++)
		assert_non_null(testable_name(i));
	for (int i = 0; i < QUOTE_CHECKS; i++)
		assert_non_null(quote_check_name(i));
	for (unsigned i = 0; i < WHENS; i++)
		assert_non_null(when_name(i));
	for (int i = 0; i < OUTCOMES; i++)
		assert_non_null(outcome_name(i));
	for (int i = 0; i < DISCLOSURES; i++)
		assert_non_null(disclosure_name(i));
	for (int i = 0; i < SEVERITIES; i++)
		assert_non_null(severity_name(i));
}

static void
every_key_is_read(void **state)
{
	static const char text[] =
	    "policy: acme-terms\nvendor: Acme, Inc.\ndocument: Terms of Service\n"
	    "effective: 2023-08-07\napp: acme\n"
	    "source: {url: \"https://acme.example/terms\", archive: shelf, sha256: " SUM
	    "}\n"
	    "first_party: [Acme, \"Acme Sounds\"]\n"
	    "covers: {data: [telemetry, content], recipients: first_party}\n"
	    "note: a note\n"
	    "claims:\n"
	    "  - id: a\n"
	    "    topic: sounds\n"
	    "    section: \"10.2\"\n"
	    "    quote: we keep it\n"
	    "    quote_check: excerpt\n"
	    "    version_date: 2024-06\n"
	    "    source: a newspaper\n"
	    "    says: only\n"
	    "    data: [content.audio, telemetry]\n"
	    "    recipients: [google, sentry]\n"
	    "    purposes: service_provision\n"
	    "    regions: [EEA, US]\n"
	    "    when: after_call\n"
	    "    unless: consented\n"
	    "    testable: partly\n"
	    "    how: look\n"
	    "  - {id: b, quote: sealed, says: secures, data: [data], tls: 1.3, "
	    "testable: yes}\n";
	struct ontologies *o = make_ontologies();
	struct policy *p = parse(o, text);
	const struct claim *c = &p->claims[0];

	(void)state;
	assert_string_equal(p->name, "acme-terms");
	assert_string_equal(p->vendor, "Acme, Inc.");
	assert_string_equal(p->document, "Terms of Service");
	assert_string_equal(p->effective, "2023-08-07");
	assert_string_equal(p->app, "acme");
	assert_string_equal(p->url, "https://acme.example/terms");
	assert_string_equal(p->archive, "shelf");
	assert_string_equal(p->document_sha256, SUM);
	assert_string_equal(p->first_party[1], "Acme Sounds");
	assert_null(p->first_party[2]);
	assert_int_equal(p->covered_data_count, 2);
	assert_string_equal(p->covered_data[1]->id, "content");
	assert_int_equal(p->covered_recipient_count, 1);
	assert_string_equal(p->covered_recipients[0]->id, "first_party");
	assert_string_equal(p->note, "a note");
	assert_string_equal(p->path, "t.yaml");
	assert_int_equal(p->claim_count, 2);
	assert_string_equal(c->id, "a");
	assert_string_equal(c->topic, "sounds");
	assert_string_equal(c->section, "10.2");
	assert_string_equal(c->quote, "we keep it");
	assert_null(c->restated);
	assert_int_equal(c->quote_check, QUOTE_EXCERPT);
	assert_string_equal(c->version_date, "2024-06");
	assert_string_equal(c->source, "a newspaper");
	assert_int_equal(c->says, SAYS_ONLY);
	assert_int_equal(c->data_count, 2);
	assert_ptr_equal(c->data[0], ontology_named(o, ONTOLOGY_DATA, "content.audio"));
	assert_int_equal(c->recipient_count, 2);
	assert_string_equal(c->recipients[1]->id, "sentry");
	assert_int_equal(c->purpose_count, 1);
	assert_string_equal(c->purposes[0]->id, "service_provision");
	assert_int_equal(c->region_count, 2);
	assert_string_equal(c->regions[1]->id, "US");
	assert_int_equal(c->when, WHEN_AFTER_CALL);
	assert_int_equal(c->unless, STATE_CONSENTED);
	assert_int_equal(c->testable, TESTABLE_PARTLY);
	assert_string_equal(c->how, "look");
	assert_int_equal(c->tls_min, 0);
	assert_int_equal(c->line, 11);
	assert_int_equal(c->column, 5);
	assert_int_equal(p->claims[1].tls_min, 0x0304);
	policy_free(p);
	ontologies_free(o);
}

static void
what_is_left_out_has_defaults(void **state)
{
	struct ontologies *o = make_ontologies();
	struct policy *p = parse(o,
	    HEAD "- {id: a, quote: q, says: collects, data: content, testable: yes}\n"
		 "- {id: b, restated: r, says: never, data: content, testable: no}\n");
	const struct claim *a = &p->claims[0], *b = &p->claims[1];

	(void)state;
	assert_null(p->archive);
	assert_null(p->document_sha256);
	assert_null(p->note);
	assert_int_equal(p->covered_data_count, 0);
	assert_int_equal(p->covered_recipient_count, 0);
	assert_string_equal(a->topic, "a");
	assert_null(a->section);
	assert_int_equal(a->quote_check, QUOTE_VERIFIED);
	assert_string_equal(a->version_date, "2023-08-07");
	assert_string_equal(a->source, "https://acme.example/terms");
	assert_int_equal(a->recipient_count, 1);
	assert_string_equal(a->recipients[0]->id, "first_party");
	assert_int_equal(a->purpose_count, 0);
	assert_int_equal(a->region_count, 0);
	assert_int_equal(a->when, WHEN_ALWAYS);
	assert_int_equal(a->unless, STATES);
	assert_null(a->how);
	assert_int_equal(b->quote_check, QUOTE_EXCERPT);
	assert_null(b->quote);
	assert_string_equal(b->restated, "r");
	assert_int_equal(b->recipient_count, 2);
	assert_string_equal(b->recipients[0]->id, "first_party");
	assert_string_equal(b->recipients[1]->id, "third_party");
	policy_free(p);
	ontologies_free(o);
}

/* The shelf is where the words were read, so a claim's source is that first. */
static void
a_claim_comes_from_the_archive(void **state)
{
	static const char text[] =
	    "claims:\n"
	    "  - {id: a, quote: q, says: collects, data: content, testable: yes}\n"
	    "policy: t\nvendor: Acme\ndocument: Terms\neffective: 2023-08-07\napp: acme\n"
	    "source: {url: \"https://acme.example/\", archive: shelf 99}\n"
	    "first_party: Acme\n";
	struct ontologies *o = make_ontologies();
	struct policy *p = parse(o, text);

	(void)state;
	assert_string_equal(p->claims[0].source, "shelf 99");
	assert_string_equal(p->claims[0].version_date, "2023-08-07");
	policy_free(p);
	ontologies_free(o);
}

static void
all_times_and_versions_are_words(void **state)
{
	static const char *const words[][2] = {
		{ "in_call", "2023" },
		{ "muted", "2023-08" },
		{ "camera_off", "2023-08-07" },
		{ "sharing", "version 4" },
		{ "recording", "August 2023" },
		{ "consented", "2024-12" },
		{ "optional_data_off", "2024-02-29" },
		{ "before_consent", "7.0" },
		{ "before_call", "2024-01" },
		{ "after_call", "HEAD" },
	};
	struct ontologies *o = make_ontologies();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		char text[1024];
		struct policy *p;

		snprintf(text, sizeof(text),
		    HEAD "- {id: a, quote: q, says: never, data: content, when: %s,\n"
			 "   testable: yes, version_date: %s}\n",
		    words[i][0], words[i][1]);
		p = parse(o, text);
		assert_string_equal(when_name(p->claims[0].when), words[i][0]);
		assert_string_equal(p->claims[0].version_date, words[i][1]);
		policy_free(p);
	}
	ontologies_free(o);
}

/* The sum that `printf … | sha256sum` gives of the text below. */
static void
the_bytes_are_kept_and_hashed(void **state)
{
	static const char text[] =
	    HEAD "- {id: a, quote: q, says: never, data: content, testable: yes}\n";
	struct ontologies *o = make_ontologies();
	struct policy *p = parse(o, text);
	size_t length;
	const void *bytes = policy_bytes(p, &length);

	(void)state;
	assert_int_equal(length, strlen(text));
	assert_memory_equal(bytes, text, length);
	assert_string_equal(p->sha256,
	    "8b9a190057fe8de0b56a37fc12011765a74ed9ddfad6d591fa86811b5a6e9353");
	policy_free(p);
	ontologies_free(o);
}

static void
a_policy_owns_what_begins_with_its_name(void **state)
{
	static const struct {
		const char *entity;
		bool owned;
	} entities[] = {
		{ "Zoom", true },
		{ "ZOOM", true },
		{ "Zoom Communications, Inc.", true },
		{ "zoom.us", true },
		{ "8x8, Inc.", true },
		{ "Zoominfo", false },
		{ "Zoom2", false },
		{ "Zoom\xc3\xa9tique", false },
		{ "Zo", false },
		{ "The Zoom Company", false },
		{ "", false },
		{ NULL, false },
	};
	struct ontologies *o = make_ontologies();
	struct policy *p = parse(o,
	    "policy: t\nvendor: Z\ndocument: D\neffective: 2023-08-07\napp: zoom\n"
	    "source: {url: \"https://zoom.us\"}\nfirst_party: [8x8, zoom]\nclaims:\n"
	    "- {id: a, quote: q, says: never, data: content, testable: yes}\n");

	(void)state;
	for (size_t i = 0; i < COUNT_OF(entities); i++)
		if (policy_owns(p, entities[i].entity) != entities[i].owned)
			fail_msg("%s", entities[i].entity);
	policy_free(p);
	ontologies_free(o);
}

/* By path alone: a text from memory has no file that could be called otherwise. */
static void
a_file_is_called_like_its_policy(void **state)
{
	char folder[] = "/tmp/callwitness-test-XXXXXX";
	static const char *const names[] = { "t.yaml", "tt.yaml", "t.yml" };
	struct ontologies *o = make_ontologies();

	(void)state;
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char path[80];
		struct error e = { 0 };
		struct policy *p;
		FILE *out;

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		out = fopen(path, "w");
		assert_non_null(out);
		fputs(HEAD "- {id: a, quote: q, says: never, data: content, testable: "
			   "yes}\n",
		    out);
		assert_int_equal(fclose(out), 0);
		p = policy_load(path, o, &e);
		unlink(path);
		assert_int_equal(p != NULL, i == 0);
		assert_int_equal(e.count, i != 0);
		if (i != 0)
			assert_string_equal(e.lines[0].text,
			    "'policy' is 't': expected the name of the file without "
			    ".yaml");
		policy_free(p);
		error_clear(&e);
	}
	rmdir(folder);
	ontologies_free(o);
}

static void
a_missing_file_is_said(void **state)
{
	struct ontologies *o = make_ontologies();
	struct error e = { 0 };

	(void)state;
	assert_null(policy_load("/nowhere/x.yaml", o, &e));
	assert_int_equal(e.count, 1);
	assert_string_equal(e.lines[0].file, "/nowhere/x.yaml");
	error_clear(&e);
	ontologies_free(o);
}

static void
the_nearest_word_is_found(void **state)
{
	static const char *const words[] = { "zoom-tos-2023-08-07", "zoom-tos-2023-08-11",
		"teams-privacy" };

	(void)state;
	assert_ptr_equal(word_nearest("zoom-tos-2023-08-11", words, 3), words[1]);
	assert_ptr_equal(word_nearest("zom-tos-2023-8-11", words, 3), words[1]);
	assert_ptr_equal(word_nearest("team-privacy", words, 3), words[2]);
	assert_null(word_nearest("signal", words, 3));
	assert_null(word_nearest("x", words, 0));
}

static void
read_bad(const char *name, const void *data, size_t length, struct error *e)
{
	struct ontologies *o = make_ontologies();

	assert_null(policy_parse(name, data, length, o, e));
	ontologies_free(o);
}

static void
bad_files_say_why(void **state)
{
	size_t count;

	(void)state;
	assert_int_equal(
	    bad_files(SOURCE_DIR "/tests/bad/policy", read_bad, false, &count), 0);
	assert_true(count >= 20);
}

static struct ontologies *
shipped_ontologies(void)
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

static struct signatures *
shipped_signatures(void)
{
	struct error e = { 0 };
	struct signatures *s;
	glob_t files;

	assert_int_equal(glob(SOURCE_DIR "/signatures/*.yaml", 0, NULL, &files), 0);
	s = signatures_load((const char *const *)files.gl_pathv, files.gl_pathc, &e);
	error_write(&e, stderr);
	error_clear(&e);
	globfree(&files);
	assert_non_null(s);
	return s;
}

/* Each speaks of an app that has a signature, whose company is its first party. */
static void
check_shipped(const struct policy *p, const struct signatures *s)
{
	const struct signature *app = signatures_named(s, p->app);

	if (app == NULL || !app->app)
		fail_msg("%s: no app '%s'", p->path, p->app);
	if (!policy_owns(p, app->entity))
		fail_msg("%s: '%s' is not its first party", p->path, app->entity);
}

static void
shipped_policies_are_clean(void **state)
{
	struct ontologies *o = shipped_ontologies();
	struct signatures *s = shipped_signatures();
	struct error e = { 0 };
	glob_t files;

	(void)state;
	assert_int_equal(glob(SOURCE_DIR "/config/policies/*.yaml", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		struct policy *p = policy_load(files.gl_pathv[i], o, &e);

		if (p != NULL)
			check_shipped(p, s);
		policy_free(p);
	}
	error_write(&e, stderr);
	assert_int_equal(e.count, 0);
	error_clear(&e);
	globfree(&files);
	signatures_free(s);
	ontologies_free(o);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_as_reports_write_them),
		cmocka_unit_test(every_name_is_there),
		cmocka_unit_test(every_key_is_read),
		cmocka_unit_test(what_is_left_out_has_defaults),
		cmocka_unit_test(a_claim_comes_from_the_archive),
		cmocka_unit_test(all_times_and_versions_are_words),
		cmocka_unit_test(the_bytes_are_kept_and_hashed),
		cmocka_unit_test(a_policy_owns_what_begins_with_its_name),
		cmocka_unit_test(a_file_is_called_like_its_policy),
		cmocka_unit_test(a_missing_file_is_said),
		cmocka_unit_test(the_nearest_word_is_found),
		cmocka_unit_test(bad_files_say_why),
		cmocka_unit_test(shipped_policies_are_clean),
	};
	size_t count;

	if (argc == 2 && strcmp(argv[1], "--update") == 0)
		return bad_files(
			   SOURCE_DIR "/tests/bad/policy", read_bad, true, &count) != 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
