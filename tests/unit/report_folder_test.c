/* SPDX-License-Identifier: Apache-2.0 */
/* What people get: whole files or none, the summary, and why a flow is what it is. */
#include "make_report.h"

static bool
exists(const char *folder, const char *name)
{
	char path[512];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return stat(path, &st) == 0;
}

static void
a_folder_is_whole(void **state)
{
	struct desk *d = *state;
	struct error e = { 0 };

	for (unsigned round = 0; round < 2; round++) { /* made, then written over */
		assert_int_equal(report_folder(&d->report, d->out, &e), 0);
		assert_true(exists(d->out, "report.json"));
		assert_true(exists(d->out, "flows.ndjson"));
		assert_false(exists(d->out, "report.json.part"));
		assert_false(exists(d->out, "flows.ndjson.part"));
	}
	assert_int_equal(e.count, 0);
}

/* A file is in the way: said clearly, with its path, and nothing half written stays. */
static void
a_folder_that_cannot_be_made_is_told(void **state)
{
	struct desk *d = *state;
	struct error e = { 0 };
	char path[256];

	snprintf(path, sizeof(path), "%s/sub", d->file);
	assert_int_equal(report_folder(&d->report, path, &e), -1);
	assert_int_equal(e.count, 1);
	assert_non_null(strstr(e.lines[0].file, "x.pcap"));
	assert_non_null(strstr(e.lines[0].text, "cannot be made"));
	error_clear(&e);
	assert_int_equal(report_folder(&d->report, "", &e), -1);
	assert_int_equal(e.count, 1);
	error_clear(&e);
	/* The final name is taken by a folder: the rename fails. */
	snprintf(path, sizeof(path), "%s/c", d->folder);
	assert_int_equal(mkdir(path, 0777), 0);
	snprintf(path, sizeof(path), "%s/c/flows.ndjson", d->folder);
	assert_int_equal(mkdir(path, 0777), 0);
	snprintf(path, sizeof(path), "%s/c", d->folder);
	assert_int_equal(report_folder(&d->report, path, &e), -1);
	assert_int_equal(e.count, 1);
	assert_false(exists(path, "flows.ndjson.part"));
	error_clear(&e);
}

/* What explain prints, or its first complaint. */
static char *
explained(const char *folder, unsigned long id, int expected)
{
	struct error e = { 0 };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int rc = report_explain(folder, id, out, &e);

	assert_int_equal(fclose(out), 0);
	assert_int_equal(rc, expected);
	assert_int_equal(e.count, rc == 0 ? 0 : 1);
	if (rc != 0) {
		assert_int_equal(size, 0);
		free(text);
		text = strdup(e.lines[0].text);
	}
	error_clear(&e);
	return text;
}

static void
explain_tells_why(void **state)
{
	struct desk *d = *state;
	struct error e = { 0 };
	char *text;

	assert_int_equal(report_folder(&d->report, d->out, &e), 0);
	text = explained(d->out, 2, 0);
	assert_non_null(strstr(text, "Flow 2, tcp, 192.168.1.10 port 50000"));
	assert_non_null(strstr(text, "evt.demo.example (from sni)"));
	assert_non_null(strstr(text, "telemetry/usage, strength observed"));
	assert_non_null(strstr(text, "demo.events"));
	assert_non_null(strstr(text, "Demo Inc., party first"));
	free(text);
}

static void
explain_fails_clearly(void **state)
{
	struct desk *d = *state;
	struct error e = { 0 };
	char path[256], *text;
	FILE *out;

	text = explained(d->out, 1, -1);
	assert_non_null(strstr(text, "No such file"));
	free(text);
	assert_int_equal(report_folder(&d->report, d->out, &e), 0);
	text = explained(d->out, 777, -1);
	assert_non_null(strstr(text, "no flow 777"));
	free(text);
	snprintf(path, sizeof(path), "%s/flows.ndjson", d->out);
	out = fopen(path, "w");
	fputs("{\"id\": 1,\n", out);
	fclose(out);
	text = explained(d->out, 1, -1);
	assert_non_null(strstr(text, "not a flow record"));
	free(text);
}

/* A bundle comes from someone else: its text must not steer the reader's terminal. */
static void
explain_prints_no_control_characters(void **state)
{
	struct desk *d = *state;
	char path[256], *text;
	FILE *out;

	snprintf(path, sizeof(path), "%s/flows.ndjson", d->folder);
	out = fopen(path, "w");
	fputs("{\"id\": 1, \"remote\": {\"host\": \"a\\u001b[2Jb\", \"names\": [\"x\", "
	      "\"\\u009b2J\"]}, \"streams\": [{\"why\": \"c\\u0007d\\ne\"}]}\n",
	    out);
	fclose(out);
	text = explained(d->folder, 1, 0);
	assert_null(strchr(text, '\033'));
	assert_null(strchr(text, '\a'));
	assert_null(strstr(text, "\xc2\x9b"));
	assert_null(strstr(text, "\ne"));
	assert_non_null(strstr(text, "[2Jb"));
	free(text);
}

static void
the_summary_has_the_numbers(void **state)
{
	struct desk *d = *state;
	struct summary_style style = { .recipients = 20 };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	report_summary(&d->report, &style, out);
	assert_int_equal(fclose(out), 0);
	assert_non_null(strstr(text, "192.168.1.10"));
	assert_non_null(strstr(text, "Demo Inc."));
	assert_non_null(strstr(text, "evt.demo.example"));
	assert_non_null(strstr(text, "audio"));
	assert_non_null(strstr(text, "9.2 kB"));
	assert_non_null(strstr(text, "conserved"));
	assert_null(strstr(text, "NOT CONSERVED"));
	assert_null(strchr(text, '\033')); /* no colour was asked for */
	free(text);
}

static void
sizes_are_readable(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = { { 0, "0 B" }, { 999, "999 B" }, { 1000, "1.0 kB" },
		{ 12345, "12.3 kB" }, { 999949, "999.9 kB" }, { 999950, "1.0 MB" },
		{ 3757888, "3.8 MB" }, { 1000000000, "1.0 GB" },
		{ UINT64_MAX, "18.4 EB" } };
	char text[16];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_string_equal(size_text(rows[i].bytes, text), rows[i].text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_folder_is_whole),
		TEST(a_folder_that_cannot_be_made_is_told),
		TEST(explain_tells_why),
		TEST(explain_fails_clearly),
		TEST(explain_prints_no_control_characters),
		TEST(the_summary_has_the_numbers),
		cmocka_unit_test(sizes_are_readable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
