/* SPDX-License-Identifier: Apache-2.0 */
/* What people get: the summary, and why a flow is what it is. */
#include "make_report.h"

/* What explain prints, or its first complaint. */
static char *
explained(const char *folder, const char *what, int expected)
{
	struct error e = { 0 };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int rc = report_explain(folder, what, out, &e);

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

	assert_int_equal(report_folder(&d->report, d->out, NULL, &e), 0);
	text = explained(d->out, "2", 0);
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

	text = explained(d->out, "1", -1);
	assert_non_null(strstr(text, "No such file"));
	free(text);
	assert_int_equal(report_folder(&d->report, d->out, NULL, &e), 0);
	text = explained(d->out, "777", -1);
	assert_non_null(strstr(text, "no flow 777"));
	free(text);
	snprintf(path, sizeof(path), "%s/flows.ndjson", d->out);
	out = fopen(path, "w");
	fputs("{\"id\": 1,\n", out);
	fclose(out);
	text = explained(d->out, "1", -1);
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
	text = explained(d->folder, "1", 0);
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
		TEST(explain_tells_why),
		TEST(explain_fails_clearly),
		TEST(explain_prints_no_control_characters),
		TEST(the_summary_has_the_numbers),
		cmocka_unit_test(sizes_are_readable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
