/* SPDX-License-Identifier: Apache-2.0 */
/* report.html: escaping, what it says, and what it leaves out of large captures. */
#include "make_sample.h"
#include "../../src/report/chart.h"

/* What html_put() writes; to be freed. */
#define PUT(text, ...)                                                                   \
	do {                                                                             \
		size_t size_ = 0;                                                        \
		FILE *out_ = open_memstream(&(text), &size_);                            \
		html_put(out_, __VA_ARGS__);                                             \
		assert_int_equal(fclose(out_), 0);                                       \
	} while (0)

static void
text_is_escaped(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "plain", "plain" },
		{ "<b a=\"1\" b='2'>&amp;`", "&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;"
					     "&amp;amp;&#96;" },
		{ "a\nb\tc", "a b c" },
		{ "\x01\x1b[0m\x7f", "[U+0001][U+001B][0m[U+007F]" },
		{ "\xc2\x80\xc2\x9f\xc2\xa0", "[U+0080][U+009F]\xc2\xa0" },
		{ "\xe2\x80\xae\xe2\x81\xa9\xd8\x9c", "[U+202E][U+2069][U+061C]" },
		{ "\xe2\x80\x8b\xef\xbb\xbf\xc2\xad", "[U+200B][U+FEFF][U+00AD]" },
		{ "\xf3\xa0\x81\x81\xef\xbf\xbe", "[U+E0041][U+FFFE]" },
		{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\x9e",
		    "\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\x9e" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char *text = NULL;

		PUT(text, "%s", rows[i].in);
		assert_string_equal(text, rows[i].out);
		free(text);
	}
}

/* Each byte that is no part of UTF-8 becomes one U+FFFD, and what follows is kept. */
static void
broken_utf8_is_replaced(void **state)
{
#define R "\xef\xbf\xbd"
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "\x80z", R "z" },              /* nothing goes on */
		{ "\xc3", R },                   /* cut off */
		{ "\xe2\x82", R R },             /* the same */
		{ "\xc0\xafz", R R "z" },        /* longer than needed */
		{ "\xe0\x80\xaf", R R R },       /* the same */
		{ "\xed\xa0\x80", R R R },       /* a surrogate */
		{ "\xf4\x90\x80\x80", R R R R }, /* beyond Unicode */
		{ "\xff\xfez", R R "z" },
		{ "\xc3<", R "&lt;" }, /* the markup behind is no part of it */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char *text = NULL;

		PUT(text, "%s", rows[i].in);
		assert_string_equal(text, rows[i].out);
		free(text);
	}
}

static void
formats_are_those_of_printf(void **state)
{
	char *text = NULL;

	(void)state;
	PUT(text, "%u %d %zu %lld %llu %.1f %.3g %% %.2s|", 7u, -1, (size_t)3, -5ll, 9ull,
	    1.25, 0.19949, "\xc3\xa9<b");
	assert_string_equal(text, "7 -1 3 -5 9 1.2 0.199 % \xc3\xa9&lt;|");
	free(text);
}

static void
long_text_is_cut(void **state)
{
	char *text = NULL, *in = calloc(1, 2 * TEXT_POINTS_MAX + 1);

	(void)state;
	memset(in, '<', 2 * TEXT_POINTS_MAX);
	PUT(text, "%s", in);
	assert_int_equal(times(text, "&lt;"), TEXT_POINTS_MAX);
	assert_in(text, "(4000 bytes more are in report.json)");
	free(text);
	in[TEXT_POINTS_MAX] = '\0';
	PUT(text, "%s", in);
	assert_not_in(text, "bytes more");
	free(text);
	free(in);
}

static void
numbers_are_for_people(void **state)
{
	char text[NUMBER_SIZE], short_text[16];
	int64_t ns = 0;

	(void)state;
	assert_string_equal(number_text(0, text), "0");
	assert_string_equal(number_text(999, text), "999");
	assert_string_equal(number_text(1000, text), "1,000");
	assert_string_equal(number_text(UINT64_MAX, text), "18,446,744,073,709,551,615");
	assert_string_equal(length_text(INT64_C(47660000000), text), "47.7 s");
	assert_string_equal(length_text(INT64_C(150400000000), text), "2 min 30 s");
	assert_string_equal(length_text(INT64_C(7800000000000), text), "2 h 10 min");
	assert_true(json_time_read("2026-11-21T20:32:36.810001Z", &ns));
	assert_int_equal(ns, INT64_C(1795293156810001000));
	assert_false(json_time_read("2026-11-21T20:32:36", &ns));
	assert_false(json_time_read("now", &ns));
	assert_false(json_time_read(NULL, &ns));
	assert_string_equal(
	    text_clipped("\xc3\xa9\xc3\xa9\xc3\xa9", 2, short_text, sizeof(short_text)),
	    "\xc3\xa9\xc3\xa9\xe2\x80\xa6");
	assert_string_equal(text_clipped("ab", 2, short_text, sizeof(short_text)), "ab");
}

static void
assert_near(double value, double wanted)
{
	if (value < wanted * 0.999999 || value > wanted * 1.000001)
		fail_msg("%g, not %g", value, wanted);
}

static void
axes_have_round_numbers(void **state)
{
	char text[NUMBER_SIZE];

	(void)state;
	assert_near(chart_step(14500, 4), 5000);
	assert_near(chart_step(0.9, 4), 0.5);
	assert_near(chart_step(8, 4), 2);
	assert_near(chart_time_step(47.7, 10), 5);
	assert_near(chart_time_step(3000, 5), 600);
	assert_near(chart_time_step(86400 * 30, 10), 86400 * 3);
	assert_string_equal(chart_bytes(15000, text), "15 kB");
	assert_string_equal(chart_time(90, 30, text), "90 s");
	assert_string_equal(chart_time(1200, 600, text), "20 min");
}

/* The page. */

static void
the_page_says_what_matters(void **state)
{
	static const char *const parts[] = { "<!doctype html>\n<html lang=\"en\">",
		"What Lab Meet sent</h1>", "lab_call.pcap", "6,902 packets", "47.7 s",
		"This report holds personal data", "4 of 12 claims contradicted",
		"3 of 11 claims contradicted",
		"Third parties that received payload: "
		"<strong>AdTrack Example Ltd</strong>",
		"No usage data leaves your device before you have agreed.",
		"Section 4: ", "events.lab.example", "collector.adtrack.example",
		"Silent is not muted", "never where data is kept",
		"address registered in", "at most 0.1 % of frames", "The sums agree",
		"GDPR Article 5(1)(a)", "no verdict", "aria-sort",
		"prefers-color-scheme:dark", "@media print" };
	struct sample s = sample_load();
	char *page = sample_view(&s, &view_html);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		assert_in(page, parts[i]);
	assert_visible(page);
	free(page);
	sample_free(&s);
}

/* Markup of our own that went through the escaping would show as text. The sample has no
 * markup in its data. */
static void
own_markup_is_markup(void **state)
{
	struct sample s = sample_load();
	char *page = sample_view(&s, &view_html);

	(void)state;
	assert_not_in(page, "&lt;");
	assert_not_in(page, "=&quot;");
	free(page);
	sample_free(&s);
}

static void
the_page_asks_nobody(void **state)
{
	static const char *const never[] = { " src=", "<link", "<img", "<iframe",
		"@import", "url(h", "url('", " style=", " onclick",
		"javascript:", "fetch(", "XMLHttp", "innerHTML", "eval(" };
	struct sample s = sample_load();
	char *page = sample_view(&s, &view_html);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(never); i++)
		assert_not_in(page, never[i]);
	assert_int_equal(times(page, "<script"), 1);
	assert_int_equal(times(page, "<style"), 1);
	assert_in(page, "default-src 'none'; style-src 'sha256-");
	/* Nothing but fragments and the policies' own addresses, which a person follows.
	 */
	assert_int_equal(times(page, " href=\""),
	    times(page, " href=\"#") + times(page, " href=\"https://lab.example/"));
	free(page);
	sample_free(&s);
}

static void
the_same_input_gives_the_same_page(void **state)
{
	struct sample s = sample_load();
	char *a = sample_view(&s, &view_html), *b = sample_view(&s, &view_html);

	(void)state;
	assert_string_equal(a, b);
	free(a);
	free(b);
	sample_free(&s);
}

/* Tags of the page: no text may add one. */
static size_t
tags(const char *page)
{
	return times(page, "<") - times(page, "</");
}

static void
hostile_text_stays_text(void **state)
{
	struct sample s = sample_of_text(hostile), calm = sample_of_text(harmless);
	char *page = sample_view(&s, &view_html);
	char *calm_page = sample_view(&calm, &view_html);

	(void)state;
	assert_visible(page);
	assert_not_in(page, "<script>x");
	assert_not_in(page, "<img");
	assert_in(page, "&lt;script&gt;x()");
	assert_in(page, "[U+202E]");
	assert_int_equal(tags(page), tags(calm_page));
	assert_int_equal(times(page, "\""), times(calm_page, "\""));
	free(page);
	free(calm_page);
	sample_free(&s);
	sample_free(&calm);
}

/* A bundle comes from anybody: any value can be of any type. */
static void
values_of_wrong_types_do_no_harm(void **state)
{
	static const json_type types[] = { JSON_STRING, JSON_INTEGER, JSON_REAL,
		JSON_ARRAY, JSON_OBJECT, JSON_NULL, JSON_TRUE, JSON_FALSE };
	static const char *const values[] = { "null", "-1", "9223372036854775807",
		"\"x\"", "[]", "{}", "[[-5]]", "{\"bytes\": -7}", "1e300" };

	(void)state;
	for (size_t t = 0; t < COUNT_OF(types); t++)
		for (size_t v = 0; v < COUNT_OF(values); v++)
			assert_survives(&view_html, types[t], values[v], "</html>");
}

static void
nothing_gives_a_page_that_says_so(void **state)
{
	static const char *const parts[] = { "What the recorded machine sent",
		"no packets", "No policy was given", "The tester made no marks",
		"No stream sent any payload", "The sums do not agree" };
	struct sample s = { json_object(), json_array() };
	char *page = sample_view(&s, &view_html);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		assert_in(page, parts[i]);
	free(page);
	sample_free(&s);
}

/* Large captures. */

static json_t *
flow_of(unsigned id, unsigned bytes)
{
	char host[32];

	snprintf(host, sizeof(host), "h%u.example", id);
	return json_pack(
	    "{s:i, s:{s:s, s:s, s:s, s:i}, s:[{s:s, s:n, s:s, s:s, s:{s:i, s:i}}]}", "id",
	    id, "remote", "ip", "192.0.2.1", "host", host, "party", "third", "port", 443,
	    "streams", "category", "telemetry", "kind", "strength", "listed", "why",
	    "a list", "up", "packets", 1, "payload_bytes", bytes);
}

static json_t *
recipient_of(unsigned id, unsigned bytes)
{
	char host[32];

	snprintf(host, sizeof(host), "h%u.example", id);
	return json_pack("{s:s, s:s, s:[s], s:{s:i}}", "entity", host, "party", "third",
	    "hosts", host, "up", "telemetry", bytes);
}

static json_t *
omitted(unsigned id, unsigned bytes)
{
	return json_pack("{s:i, s:i, s:s, s:n, s:s, s:i, s:s}", "flow", id, "stream", 0,
	    "disclosure", "omitted", "claim", "severity", "medium", "up_bytes", bytes,
	    "why", "no claim");
}

/* `count` flows, each of another size and recipient, none disclosed. */
static struct sample
large(unsigned count)
{
	struct sample s = { json_object(), json_array() };
	json_t *recipients = json_array(), *disclosures = json_array();

	for (unsigned i = 1; i <= count; i++) {
		/* All sizes once, in a scattered order. */
		unsigned bytes = 1 + i * 7919 % count;

		json_array_append_new(s.flows, flow_of(i, bytes));
		json_array_append_new(recipients, recipient_of(i, bytes));
		json_array_append_new(disclosures, omitted(i, bytes));
	}
	json_object_set_new(s.report, "recipients", recipients);
	json_object_set_new(s.report, "policies",
	    json_pack("[{s:s, s:o}]", "policy", "p", "disclosures", disclosures));
	return s;
}

static void
large_captures_are_bounded(void **state)
{
	struct sample s = large(5000), smaller = large(1000);
	char *page = sample_view(&s, &view_html);
	char *smaller_page = sample_view(&smaller, &view_html);
	const char *table = strstr(page, "id=\"streams-table\""), *row = table;

	(void)state;
	assert_in(page, "The 300 streams with most bytes up, of 5000 that sent");
	assert_in(page, "4800 more recipients are in report.json.");
	assert_in(page,
	    "4800 more streams would make more than 200 rows: report.json has "
	    "all 5000.");
	/* The largest, in order. */
	assert_non_null(table);
	for (unsigned i = 0; i < STREAMS_SHOWN; i++) {
		char bytes[48], number[NUMBER_SIZE];

		snprintf(bytes, sizeof(bytes), "data-l=\"Bytes up\">%s<",
		    number_text(5000 - i, number));
		row = strstr(row, bytes);
		assert_non_null(row);
	}
	assert_int_equal(times(table, "data-l=\"Bytes up\""), STREAMS_SHOWN);
	assert_true(strlen(page) < strlen(smaller_page) + 10000);
	free(page);
	free(smaller_page);
	sample_free(&s);
	sample_free(&smaller);
}

/* Streams of the same words, data and recipient are one row. */
static void
disclosures_are_grouped(void **state)
{
	struct sample s = sample_load();
	const json_t *policy = json_array_get(json_object_get(s.report, "policies"), 0);
	struct facts *f = facts_new(s.report);
	const json_t *flow = NULL;
	size_t i = 0, streams = 0, groups = 0;

	(void)state;
	assert_non_null(f);
	json_array_foreach(s.flows, i, flow) assert_int_equal(facts_add(f, flow), 0);
	assert_int_equal(facts_close(f), 0);
	for (i = 0; i < f->group_count; i++) {
		if (f->groups[i].policy != 0)
			continue;
		assert_non_null(f->groups[i].what);
		streams += f->groups[i].streams;
		groups++;
	}
	assert_int_equal(
	    streams, json_array_size(json_object_get(policy, "disclosures")));
	assert_int_equal(groups, 5);
	facts_free(f);
	sample_free(&s);
}

static void
a_full_disk_is_told(void **state)
{
	struct sample s = sample_load();
	FILE *out = fopen("/dev/full", "w");
	void *view = view_html.begin(s.report);

	(void)state;
	if (out == NULL)
		skip();
	assert_non_null(view);
	setbuf(out, NULL);
	assert_int_equal(view_html.write(view, out), -1);
	view_html.end(view);
	view_html.end(NULL);
	fclose(out);
	sample_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_escaped),
		cmocka_unit_test(broken_utf8_is_replaced),
		cmocka_unit_test(formats_are_those_of_printf),
		cmocka_unit_test(long_text_is_cut),
		cmocka_unit_test(numbers_are_for_people),
		cmocka_unit_test(axes_have_round_numbers),
		cmocka_unit_test(the_page_says_what_matters),
		cmocka_unit_test(own_markup_is_markup),
		cmocka_unit_test(the_page_asks_nobody),
		cmocka_unit_test(the_same_input_gives_the_same_page),
		cmocka_unit_test(hostile_text_stays_text),
		cmocka_unit_test(values_of_wrong_types_do_no_harm),
		cmocka_unit_test(nothing_gives_a_page_that_says_so),
		cmocka_unit_test(large_captures_are_bounded),
		cmocka_unit_test(disclosures_are_grouped),
		cmocka_unit_test(a_full_disk_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
