/* SPDX-License-Identifier: Apache-2.0 */
/* report.md: short, and text of strangers stays text. */
#include "make_sample.h"

static void
it_says_what_matters(void **state)
{
	static const char *const parts[] = { "# What Lab Meet sent\n",
		"This report holds personal data", "`lab_call.pcap`, 6,902 packets",
		"4 of 12 claims contradicted", "| Content | 833.5 kB |",
		"| `AdTrack Example Ltd` | third party |", "address registered in",
		"| Contradicted, high | `privacy-3-consent` |",
		"- Incorrect: telemetry.usage to",
		"- Omitted: telemetry.usage to `AdTrack Example Ltd` (third party), 4.3 "
		"kB in 2 "
		"streams",
		"Absence is never compliance", "no verdict of law" };
	struct sample s = sample_load();
	char *page = sample_view(&s, &view_md);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		assert_in(page, parts[i]);
	assert_visible(page);
	assert_true(times(page, "\n") < 150);
	free(page);
	sample_free(&s);
}

/* Cells of a table's line: the bars that are not escaped. */
static size_t
bars(const char *line, size_t length)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
	return count;
}

/* All rows of a table have as many cells as its first. */
static void
assert_tables_hold(const char *page)
{
	size_t wanted = 0;

	for (const char *line = page; *line != '\0'; line++) {
		size_t length = strcspn(line, "\n");

		if (*line != '|')
			wanted = 0;
		else if (wanted == 0)
			wanted = bars(line, length);
		else if (bars(line, length) != wanted)
			fail_msg("%zu bars, not %zu: %.*s", bars(line, length), wanted,
			    (int)length, line);
		line += length;
		if (*line == '\0')
			break;
	}
}

static void
hostile_text_stays_text(void **state)
{
	static const char *const never[] = { "<script", "<img", "<b>", "\n# head",
		"@octocat", "#1 ", "www.evil", "http://evil", "\x1b", "-->x" };
	struct sample s = sample_of_text(hostile), calm = sample_of_text(harmless);
	char *page = sample_view(&s, &view_md), *calm_page = sample_view(&calm, &view_md);

	(void)state;
	assert_visible(page);
	assert_tables_hold(page);
	assert_int_equal(times(page, "\n"), times(calm_page, "\n"));
	assert_int_equal(times(page, "`") - times(page, "\\`"),
	    times(calm_page, "`") - times(calm_page, "\\`"));
	/* Within code spans markup is text; outside it must not be there. */
	for (char *c = page, span = 0; *c != '\0'; c++) {
		if (*c == '`' && (c == page || c[-1] != '\\'))
			span = !span;
		else if (span)
			*c = '_';
	}
	for (size_t i = 0; i < COUNT_OF(never); i++)
		assert_not_in(page, never[i]);
	free(page);
	free(calm_page);
	sample_free(&s);
	sample_free(&calm);
}

static void
values_of_wrong_types_do_no_harm(void **state)
{
	static const json_type types[] = { JSON_STRING, JSON_INTEGER, JSON_ARRAY,
		JSON_OBJECT, JSON_NULL, JSON_TRUE };
	static const char *const values[] = { "null", "-1", "\"x\"", "[]", "{}",
		"1e300" };

	(void)state;
	for (size_t t = 0; t < COUNT_OF(types); t++)
		for (size_t v = 0; v < COUNT_OF(values); v++)
			assert_survives(
			    &view_md, types[t], values[v], "Made by callwitness");
}

static void
nothing_is_told_as_nothing(void **state)
{
	struct sample s = { json_object(), json_array() };
	char *page = sample_view(&s, &view_md);

	(void)state;
	assert_in(page, "# What the recorded machine sent");
	assert_in(page, "No policy was given");
	assert_in(page, "do not rely on this report");
	free(page);
	sample_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_what_matters),
		cmocka_unit_test(hostile_text_stays_text),
		cmocka_unit_test(values_of_wrong_types_do_no_harm),
		cmocka_unit_test(nothing_is_told_as_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
