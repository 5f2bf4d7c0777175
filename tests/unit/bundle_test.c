/* SPDX-License-Identifier: Apache-2.0 */
/* What is in an evidence bundle, and its views. */
#include "make_bundle.h"

#define FILES                                                                            \
	"flows.ndjson\ninputs/ontology/data.yaml\ninputs/ontology/purposes.yaml\n"       \
	"inputs/ontology/recipients.yaml\ninputs/ontology/regions.yaml\n"                \
	"inputs/options.json\ninputs/policies/demo-terms.yaml\n"                         \
	"inputs/signatures/demo.yaml\ninputs/signatures/rival.yaml\nmarks.yaml\n"        \
	"report.html\nreport.json\nreport.md\n"

static void
a_bundle_has_all_its_files(void **state)
{
	struct office *o = *state;
	char *files = files_of(bundle_make(o, false));

	assert_string_equal(files, "SHA256SUMS\n" FILES);
	free(files);
	files = files_of(bundle_make(o, true));
	assert_string_equal(
	    files, "SHA256SUMS\nSHA256SUMS.minisig\n" FILES "signer.pub\n");
	free(files);
	/* Neither marks nor policies: no files for them, and nothing stays of before. */
	o->desk->report.judgement_count = 0;
	o->desk->report.ontologies = NULL;
	marks_free(o->desk->run->marks);
	o->desk->run->marks = NULL;
	o->desk->report.session = run_judge(o->desk->run, NULL, NULL);
	files = files_of(bundle_make(o, false));
	assert_string_equal(files, "SHA256SUMS\nflows.ndjson\ninputs/options.json\n"
				   "inputs/signatures/demo.yaml\n"
				   "inputs/signatures/rival.yaml\nreport.html\n"
				   "report.json\nreport.md\n");
	free(files);
}

static void
assert_file(const char *folder, const char *name, const void *data, size_t expected)
{
	size_t length = 0;
	char *text = file_get(folder, name, &length);

	assert_int_equal(length, expected);
	assert_memory_equal(text, data, length);
	free(text);
}

static void
inputs_are_copied_byte_for_byte(void **state)
{
	struct office *o = *state;
	const char *out = bundle_make(o, true), *policy = POLICY;
	const char *const signatures[] = { MAKE_DEMO, MAKE_OTHER_APP };
	char *key = NULL, *ontology = NULL;
	size_t length = 0;

	assert_file(out, "marks.yaml", MARKS, strlen(MARKS));
	assert_file(out, "inputs/policies/demo-terms.yaml", policy, strlen(policy));
	assert_file(
	    out, "inputs/signatures/demo.yaml", signatures[0], strlen(signatures[0]));
	assert_file(
	    out, "inputs/signatures/rival.yaml", signatures[1], strlen(signatures[1]));
	ontology = file_get("config/ontology", "recipients.yaml", &length);
	assert_file(out, "inputs/ontology/recipients.yaml", ontology, length);
	free(ontology);
	key = file_get(o->desk->folder, "k.pub", &length);
	assert_file(out, "signer.pub", key, length);
	free(key);
}

/* What a writer to a stream writes, against a file. */
#define ASSERT_WRITES(call, folder, name)                                                \
	do {                                                                             \
		char *text_ = NULL;                                                      \
		size_t size_ = 0;                                                        \
		FILE *out = open_memstream(&text_, &size_);                              \
		assert_int_equal(call, 0);                                               \
		assert_int_equal(fclose(out), 0);                                        \
		assert_file(folder, name, text_, size_);                                 \
		free(text_);                                                             \
	} while (0)

static void
views_are_the_same_in_and_out(void **state)
{
	struct office *o = *state;
	const char *folder = bundle_make(o, false);
	struct error e = { 0 };

	ASSERT_WRITES(report_json(&o->desk->report, out), folder, "report.json");
	ASSERT_WRITES(report_flows(&o->desk->report, out), folder, "flows.ndjson");
	ASSERT_WRITES(report_view(folder, "json", out, &e), folder, "report.json");
	ASSERT_WRITES(report_view(folder, "html", out, &e), folder, "report.html");
	ASSERT_WRITES(report_view(folder, "md", out, &e), folder, "report.md");
	assert_int_equal(e.count, 0);
}

static void
every_format_is_shown(void **state)
{
	struct office *o = *state;
	const char *folder = bundle_make(o, false);
	struct error e = { 0 };
	FILE *nowhere = fopen("/dev/null", "w");
	size_t count = 0;

	for (; report_formats[count] != NULL; count++) {
		char *text = NULL;
		size_t size = 0;
		FILE *out = open_memstream(&text, &size);

		assert_int_equal(report_view(folder, report_formats[count], out, &e), 0);
		assert_int_equal(fclose(out), 0);
		assert_true(size > 100);
		free(text);
	}
	assert_int_equal(count, 6);
	assert_int_equal(report_view(folder, "pdf", nowhere, &e), -1);
	assert_true(error_says(&e, "html, md, json, csv, claims-csv, oscal"));
	error_clear(&e);
	assert_int_equal(report_view("/nowhere", "md", nowhere, &e), -1);
	assert_int_equal(e.count, 1);
	error_clear(&e);
	text_put(folder, "flows.ndjson", "{\"id\": 1}\n{\n");
	assert_int_equal(report_view(folder, "csv", nowhere, &e), -1);
	assert_true(error_names(&e, folder, "flows.ndjson"));
	assert_int_equal(e.lines[0].line, 2);
	error_clear(&e);
	fclose(nowhere);
}

/* Asked before the work, it leaves nothing but the folders above. */
static void
a_place_can_be_tried(void **state)
{
	struct office *o = *state;
	struct error e = { 0 };

	assert_int_equal(report_folder_check(o->desk->out, &e), 0);
	assert_false(is_there(o->desk->folder, "a/b"));
	bundle_make(o, false);
	assert_int_equal(report_folder_check(o->desk->out, &e), 0);
	assert_int_equal(run(o->desk->folder, "test \"$(ls -A a)\" = b"), 0);
	assert_true(is_there(o->desk->out, "SHA256SUMS"));
	assert_int_equal(e.count, 0);
	text_put(o->desk->out, "mine", "");
	assert_int_equal(report_folder_check(o->desk->out, &e), -1);
	assert_int_equal(e.count, 1);
	error_clear(&e);
}

static void
options_are_read_back(void **state)
{
	struct office *o = *state;
	struct error e = { 0 };
	struct report_inputs *in = report_inputs_load(bundle_make(o, false), &e);
	const struct report_options *options = NULL;

	assert_non_null(in);
	options = report_inputs_options(in);
	assert_string_equal(options->app, "demo");
	assert_null(options->filter);
	assert_int_equal(options->local_count, 2);
	assert_string_equal(options->locals[1], "192.168.1.0/24");
	assert_int_equal(options->policy_count, 1);
	assert_string_equal(options->policies[0], "demo-terms");
	report_inputs_free(in);
}

#define OPTIONS(app, filter, locals, policies)                                           \
	"{\"app\": " app ", \"filter\": " filter ", \"locals\": " locals                 \
	", \"policies\": " policies "}"

static void
broken_options_are_told(void **state)
{
	static const struct {
		const char *text, *says;
		unsigned line;
	} rows[] = { { "{\n", "expected", 2 }, { "[]", "is no object", 0 },
		{ OPTIONS("1", "null", "[]", "[]"), "'app'", 0 },
		{ OPTIONS("null", "[]", "[]", "[]"), "'filter'", 0 },
		{ OPTIONS("null", "null", "[1]", "[]"), "'locals'", 0 },
		{ OPTIONS("null", "null", "[]", "{}"), "'policies'", 0 },
		{ OPTIONS("null", "null", "[]", "[\"../x\"]"), "'policies'", 0 },
		{ OPTIONS("null", "null", "[]", "[], \"x\": 1"), "more keys", 0 },
		{ OPTIONS("null", "null", "[]", "[], \"process\": 1"), "'process'", 0 },
		{ OPTIONS("null", "null, \"app\": null", "[]", "[]"), "duplicate", 1 } };
	struct office *o = *state;
	const char *folder = bundle_make(o, false);
	struct error e = { 0 };

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		text_put(folder, "inputs/options.json", rows[i].text);
		assert_null(report_inputs_load(folder, &e));
		assert_int_equal(e.count, 1);
		assert_true(error_names(&e, folder, "inputs/options.json"));
		assert_true(error_says(&e, rows[i].says));
		assert_int_equal(e.lines[0].line, rows[i].line);
		error_clear(&e);
	}
	assert_null(report_inputs_load(o->desk->folder, &e));
	assert_int_equal(e.count, 1);
	error_clear(&e);
}

static void
the_same_call_gives_the_same_bundle(void **state)
{
	struct office *o = *state;
	char first[PATH_SIZE];

	in_folder(o->desk->folder, "first", first);
	assert_int_equal(rename(bundle_make(o, true), first), 0);
	assert_int_equal(run(o->desk->folder, "mkdir -p a"), 0);
	bundle_make(o, true);
	assert_int_equal(run(o->desk->folder, "diff -r first a/b"), 0);
}

/* Tools that are not ours agree. */
static void
others_can_check_it(void **state)
{
	struct office *o = *state;
	const char *out = bundle_make(o, true);

	assert_int_equal(run(out, "sha256sum --strict -c SHA256SUMS"), 0);
	assert_int_equal(
	    run(out, "find . -type f ! -name 'SHA256SUMS*' -printf '%P\\0' | LC_ALL=C "
		     "sort -z | xargs -0 sha256sum | cmp - SHA256SUMS"),
	    0);
	if (!has_program("minisign")) {
		print_message("minisign is not installed\n");
		skip();
	}
	assert_int_equal(run(out, "minisign -Vm SHA256SUMS -p signer.pub"), 0);
	assert_int_equal(run(out, "minisign -Vm SHA256SUMS -p ../../k.pub"), 0);
	assert_int_equal(
	    run(out, "echo >>SHA256SUMS; ! minisign -Vm SHA256SUMS -p signer.pub"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, office_setup, office_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_bundle_has_all_its_files),
		TEST(inputs_are_copied_byte_for_byte),
		TEST(views_are_the_same_in_and_out),
		TEST(every_format_is_shown),
		TEST(a_place_can_be_tried),
		TEST(options_are_read_back),
		TEST(broken_options_are_told),
		TEST(the_same_call_gives_the_same_bundle),
		TEST(others_can_check_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
