/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make_ontologies.h"

static const struct term *
term(const struct ontologies *o, enum ontology_kind kind, const char *id)
{
	const struct term *t = ontology_named(o, kind, id);

	assert_non_null(t);
	return t;
}

/* The table of the paper: rows by data, columns by recipients. */
static void
labels_are_those_of_the_paper(void **state)
{
	static const char *const data[][2] = {
		{ "content", "content" },       /* the same */
		{ "content.audio", "content" }, /* the positive is a part */
		{ "content", "content.audio" }, /* the positive is the whole */
		{ "content", "generated" },     /* transcripts are of both */
	};
	static const char *const recipients[][2] = {
		{ "processor", "processor" }, { "sentry", "processor" },
		{ "processor", "sentry" },
		{ "processor", "advertising" }, /* Google is of both */
	};
	static const char *const labels[4][4] = {
		{ "C1", "C3", "N3", "C9" },
		{ "C2", "C4", "C5", "C10" },
		{ "N1", "N2", "N4", "C11" },
		{ "C6", "C7", "C8", "C12" },
	};
	struct ontologies *o = make_ontologies();

	(void)state;
	for (size_t d = 0; d < 4; d++)
		for (size_t r = 0; r < 4; r++)
			assert_string_equal(
			    tension_label(o, term(o, ONTOLOGY_DATA, data[d][0]),
				term(o, ONTOLOGY_DATA, data[d][1]),
				term(o, ONTOLOGY_RECIPIENTS, recipients[r][0]),
				term(o, ONTOLOGY_RECIPIENTS, recipients[r][1])),
			    labels[d][r]);
	ontologies_free(o);
}

/* Unrelated terms, and roots, to which all is related. */
static void
some_pairs_have_no_label(void **state)
{
	static const char *const pairs[][4] = {
		{ "content.audio", "content.video", "processor", "processor" },
		{ "content", "content", "first_party", "third_party" },
		{ "content", "telemetry", "sentry", "processor" },
		{ "data", "content", "processor", "processor" },
		{ "content", "data", "processor", "processor" },
		{ "data", "data", "processor", "processor" },
		{ "content", "content", "anyone", "processor" },
		{ "content", "content", "processor", "anyone" },
		{ "content", "content", "anyone", "anyone" },
	};
	struct ontologies *o = make_ontologies();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pairs); i++)
		assert_string_equal(tension_label(o, term(o, ONTOLOGY_DATA, pairs[i][0]),
					term(o, ONTOLOGY_DATA, pairs[i][1]),
					term(o, ONTOLOGY_RECIPIENTS, pairs[i][2]),
					term(o, ONTOLOGY_RECIPIENTS, pairs[i][3])),
		    "");
	ontologies_free(o);
}

static void
labels_are_put_in_words(void **state)
{
	char text[TENSION_TEXT_SIZE];

	(void)state;
	assert_string_equal(tension_text("N1", text),
	    "a narrowing: data of which a part is denied, the same recipients");
	assert_string_equal(tension_text("C1", text),
	    "a contradiction: the same data, the same recipients");
	assert_string_equal(tension_text("C12", text),
	    "a contradiction: data that shares a part with the denied, recipients that "
	    "have some in common with the denied");
	assert_string_equal(tension_text("C13", text), "");
}

#define HEAD                                                                             \
	"policy: t\nvendor: Acme, Inc.\ndocument: Terms\neffective: 2023-08-07\n"        \
	"app: acme\nsource: {url: \"https://acme.example/terms\"}\n"                     \
	"first_party: [Acme]\nclaims:\n"

/* "label positive negative" of each tension, a line each. */
static char *
tensions_of(const struct policy *p, const struct ontologies *o)
{
	struct tension *list = NULL;
	size_t count = 0, size = 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(policy_tensions(p, o, &list, &count), 0);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s %s %s\n", list[i].label, list[i].positive->id,
		    list[i].negative->id);
	fclose(out);
	free(list);
	return text;
}

/* Claims as "id says data…" behind "- {"; what lint would say of them. */
static void
assert_tensions(const char *const *claims, size_t count, const char *expected)
{
	struct ontologies *o = make_ontologies();
	struct error e = { 0 };
	struct policy *p = NULL;
	char *text = NULL, *found = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	fputs(HEAD, out);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "- {quote: q, testable: no, %s}\n", claims[i]);
	fclose(out);
	p = policy_parse("t.yaml", text, size, o, &e);
	error_write(&e, stderr);
	assert_non_null(p);
	found = tensions_of(p, o);
	assert_string_equal(found, expected);
	free(found);
	free(text);
	policy_free(p);
	ontologies_free(o);
}

#define TENSIONS(expected, ...)                                                          \
	assert_tensions((const char *const[]){ __VA_ARGS__ },                            \
	    COUNT_OF(((const char *const[]){ __VA_ARGS__ })), expected)

static void
only_denials_are_negative(void **state)
{
	(void)state;
	TENSIONS("C1 yes no\n", "id: yes, says: collects, data: content",
	    "id: no, says: never, data: content",
	    "id: bound, says: only, data: content, recipients: first_party",
	    "id: safe, says: secures, data: content");
	TENSIONS("", "id: bound, says: only, data: content",
	    "id: no, says: never, data: content",
	    "id: safe, says: secures, data: content");
}

/* N1 for usage, C1 for crashes, C2 for audio: C1 is the strongest; never twice. */
static void
the_strongest_label_stands_for_a_pair(void **state)
{
	(void)state;
	TENSIONS("C1 yes no\n",
	    "id: yes, says: collects, data: [telemetry, diagnostics, content.audio]",
	    "id: no, says: never, data: [telemetry.usage, diagnostics, content]");
	TENSIONS("N1 yes no\n", "id: yes, says: collects, data: [telemetry, content]",
	    "id: no, says: never, data: [telemetry.usage, content.audio]");
	TENSIONS("C2 yes no\n",
	    "id: yes, says: collects, data: [telemetry.usage, content]",
	    "id: no, says: never, data: [telemetry, content.audio]");
	/* Sentry is among the denied; of all third parties some are. */
	TENSIONS("C3 yes no\n",
	    "id: yes, says: collects, data: content, recipients: [sentry, third_party]",
	    "id: no, says: never, data: content, recipients: [processor]");
}

/* Who is not named: the first party collects, nobody at all is denied. */
static void
default_recipients_meet(void **state)
{
	(void)state;
	TENSIONS("C1 a b\n", "id: a, says: collects, data: content",
	    "id: b, says: never, data: content");
	TENSIONS("C3 a b\n", "id: a, says: collects, data: content, recipients: google",
	    "id: b, says: never, data: content");
	TENSIONS("", "id: a, says: collects, data: content",
	    "id: b, says: never, data: content, recipients: third_party");
}

static void
roots_meet_nothing(void **state)
{
	(void)state;
	TENSIONS("", "id: a, says: collects, data: data",
	    "id: b, says: never, data: data", "id: c, says: never, data: content");
	TENSIONS("N1 a b\n", "id: a, says: collects, data: [data, content]",
	    "id: b, says: never, data: [content.audio]");
	TENSIONS("", "id: a, says: collects, data: content, recipients: google",
	    "id: b, says: never, data: content, recipients: anyone");
}

static void
a_denied_purpose_meets_its_own_kind(void **state)
{
	static const struct {
		const char *claimed, *denied;
		bool meets;
	} purposes[] = {
		{ "", "", true },
		{ "purposes: marketing", "", true },
		{ "", "purposes: marketing", false },
		{ "purposes: marketing", "purposes: marketing", true },
		{ "purposes: [service_provision]", "purposes: marketing", false },
		{ "purposes: ai_training", "purposes: product_improvement", true },
		{ "purposes: product_improvement", "purposes: ai_training", true },
		{ "purposes: any", "purposes: ai_training", true },
		{ "purposes: ai_training", "purposes: any", true },
		{ "", "purposes: any", true },
		{ "purposes: [service_provision, ai_training]",
		    "purposes: [marketing, product_improvement]", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(purposes); i++) {
		char yes[160], no[160];

		snprintf(yes, sizeof(yes), "id: a, says: collects, data: content%s%s",
		    purposes[i].claimed[0] ? ", " : "", purposes[i].claimed);
		snprintf(no, sizeof(no), "id: b, says: never, data: content%s%s",
		    purposes[i].denied[0] ? ", " : "", purposes[i].denied);
		TENSIONS(purposes[i].meets ? "C1 a b\n" : "", yes, no);
	}
}

static void
a_denial_for_a_time_meets_that_time(void **state)
{
	(void)state;
	TENSIONS("C1 muted no-muted\nC1 muted never\nC1 always never\nC1 sharing never\n",
	    "id: muted, says: collects, data: content, when: muted",
	    "id: always, says: collects, data: content",
	    "id: sharing, says: collects, data: content, when: sharing",
	    "id: no-muted, says: never, data: content, when: muted",
	    "id: never, says: never, data: content");
	TENSIONS("C1 a b\n", "id: a, says: collects, data: content, unless: recording",
	    "id: b, says: never, data: content, unless: consented");
}

static void
tensions_stand_in_the_order_of_claims(void **state)
{
	(void)state;
	TENSIONS("C1 b a\nN1 b c\nC2 d a\nC1 d c\n", "id: a, says: never, data: content",
	    "id: b, says: collects, data: content",
	    "id: c, says: never, data: content.chat",
	    "id: d, says: collects, data: content.chat");
}

/* The list grows: each claim against each denial, none lost. */
static void
many_tensions_are_all_found(void **state)
{
	const char *claims[40];
	char texts[40][64], *expected = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&expected, &size);

	(void)state;
	for (unsigned i = 0; i < 40; i++) {
		snprintf(texts[i], sizeof(texts[i]), "id: c%u, says: %s, data: content",
		    i, i < 20 ? "collects" : "never");
		claims[i] = texts[i];
	}
	for (unsigned i = 0; i < 20; i++)
		for (unsigned j = 20; j < 40; j++)
			fprintf(out, "C1 c%u c%u\n", i, j);
	fclose(out);
	assert_tensions(claims, COUNT_OF(claims), expected);
	free(expected);
}

/* Zoom's terms of 7 and of 11 August 2023, in short. */
static void
a_sentence_narrows_a_licence(void **state)
{
	(void)state;
	TENSIONS("N1 licence no-training\n", "id: given, says: collects, data: content",
	    "id: licence, says: collects, data: content,\n"
	    "   purposes: [marketing, product_improvement, ai_training]",
	    "id: no-training, says: never,\n"
	    "   data: [content.audio, content.video, content.chat],\n"
	    "   purposes: ai_training, unless: consented");
	TENSIONS("",
	    "id: permitted, says: collects, data: content, purposes: service_provision",
	    "id: no-training, says: never, data: content, purposes: ai_training");
}

static void
assert_shipped_tensions(const char *name, const char *expected)
{
	const char *const paths[] = { SOURCE_DIR "/config/ontology/data.yaml",
		SOURCE_DIR "/config/ontology/recipients.yaml",
		SOURCE_DIR "/config/ontology/purposes.yaml",
		SOURCE_DIR "/config/ontology/regions.yaml" };
	struct error e = { 0 };
	struct ontologies *o = ontologies_load(paths, COUNT_OF(paths), &e);
	struct policy *p = NULL;
	char path[256], *found = NULL;

	snprintf(path, sizeof(path), SOURCE_DIR "/config/policies/%s.yaml", name);
	if (o != NULL)
		p = policy_load(path, o, &e);
	error_write(&e, stderr);
	assert_non_null(p);
	found = tensions_of(p, o);
	assert_string_equal(found, expected);
	free(found);
	policy_free(p);
	ontologies_free(o);
}

static void
shipped_terms_of_7_august_narrow_their_licence(void **state)
{
	(void)state;
	assert_shipped_tensions("zoom-tos-2023-08-07",
	    "N1 tos-10.4-content-licence tos-10.4-no-training-without-consent\n");
}

static void
shipped_terms_around_it_have_no_tension(void **state)
{
	(void)state;
	assert_shipped_tensions("zoom-tos-2023-07-27", "");
	assert_shipped_tensions("zoom-tos-2023-08-11", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_are_those_of_the_paper),
		cmocka_unit_test(some_pairs_have_no_label),
		cmocka_unit_test(labels_are_put_in_words),
		cmocka_unit_test(only_denials_are_negative),
		cmocka_unit_test(the_strongest_label_stands_for_a_pair),
		cmocka_unit_test(default_recipients_meet),
		cmocka_unit_test(roots_meet_nothing),
		cmocka_unit_test(a_denied_purpose_meets_its_own_kind),
		cmocka_unit_test(a_denial_for_a_time_meets_that_time),
		cmocka_unit_test(tensions_stand_in_the_order_of_claims),
		cmocka_unit_test(many_tensions_are_all_found),
		cmocka_unit_test(a_sentence_narrows_a_licence),
		cmocka_unit_test(shipped_terms_of_7_august_narrow_their_licence),
		cmocka_unit_test(shipped_terms_around_it_have_no_tension),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
