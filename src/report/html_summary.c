/* SPDX-License-Identifier: Apache-2.0 */
/* The first screen: what was captured, the answers, what was sent, when, and to whom. */
#include "chart.h"

static void
fact(FILE *out, const char *name)
{
	html_put(out, "<dt>%s</dt><dd>", name);
}

static void
top_files(FILE *out, const struct facts *f)
{
	const json_t *files =
	    json_object_get(json_object_get(f->report, "capture"), "files");
	const json_t *file = NULL;
	char number[NUMBER_SIZE], size[16];
	size_t i = 0;

	fact(out, "Recording");
	json_array_foreach(files, i, file)
	{
		if (i == 8)
			break;
		html_put(out, "<div><bdi>%s</bdi>: %s packets, %s%s",
		    json_text_of(file, "name", "no name"),
		    number_text((uint64_t)json_count_of(file, "packets"), number),
		    size_text((uint64_t)json_count_of(file, "bytes"), size),
		    json_is_true(json_object_get(file, "truncated"))
			? ", ends within a packet"
			: "");
		if (json_text_of(file, "damage", NULL) != NULL)
			html_put(out, ", damaged: %s", json_text_of(file, "damage", ""));
		html_put(out, "</div>");
	}
	if (json_array_size(files) > 8)
		html_put(out, "and %zu more files", json_array_size(files) - 8);
	html_put(out, "</dd>\n");
}

static void
top_time(FILE *out, const struct facts *f)
{
	const json_t *capture = json_object_get(f->report, "capture");
	const char *first = json_text_of(capture, "first", NULL);
	char length[NUMBER_SIZE];

	fact(out, "Time");
	if (f->first_ns == 0)
		html_put(out, "no packets</dd>\n");
	else
		html_put(out, "%.10s, %.8s UTC, for %s</dd>\n", first, first + 11,
		    length_text(f->last_ns - f->first_ns, length));
}

static void
top_machine(FILE *out, const struct facts *f)
{
	const json_t *locals =
	    json_object_get(json_object_get(f->report, "capture"), "local");
	const json_t *local = NULL;
	size_t i = 0;

	fact(out, "Machine judged");
	json_array_foreach(locals, i, local) if (i < 6)
	    html_put(out, "%s%s", i > 0 ? ", " : "", json_text_of(local, "ip", "?"));
	if (json_array_size(locals) > 6)
		html_put(out, " and %zu more", json_array_size(locals) - 6);
	if (json_array_size(locals) == 0)
		html_put(out, "none could be told");
	html_put(out, "</dd>\n");
}

static void
top_app(FILE *out, const struct facts *f)
{
	const json_t *apps = json_object_get(f->report, "apps"), *app = NULL;
	size_t i = 0;

	fact(out, "App");
	json_array_foreach(apps, i, app) if (i < 6)
	    html_put(out, "%s%s", i > 0 ? ", " : "", json_text_of(app, "title", "?"));
	if (json_array_size(apps) > 6)
		html_put(out, " and %zu more", json_array_size(apps) - 6);
	if (json_array_size(apps) == 0)
		html_put(out, "none that a signature knows");
	if (json_text_of(f->report, "app", NULL) != NULL)
		html_put(out, "; asked for: <code>%s</code>",
		    json_text_of(f->report, "app", ""));
	html_put(out, "</dd>\n");
}

void
html_top(FILE *out, const struct facts *f)
{
	char app[80], size[16];

	html_put(out,
	    "<div><h1>What %s sent</h1>\n<p class=\"lead\">%s of payload left the "
	    "machine "
	    "that was judged. This report says what it was, who received it, and whether "
	    "that is what the vendor says.</p></div>\n<dl class=\"facts\">\n",
	    facts_app(f, app, sizeof(app)), size_text(facts_up(f, NULL), size));
	top_files(out, f);
	top_time(out, f);
	top_app(out, f);
	top_machine(out, f);
	html_put(out,
	    "</dl>\n<p class=\"warn\"><strong>This report holds personal data:</strong> "
	    "network addresses of the recorded machine and of those it spoke with, names "
	    "of hosts, and times. Treat it as you treat the recording.</p>\n");
}

/* Answers. */

static void
answer(FILE *out, const json_t *policy, size_t index)
{
	const char *severity = json_text_of(policy, "severity", "none");

	html_put(out, "<li><div>");
	if (strcmp(severity, "none") == 0)
		html_put(out, "<span class=\"severity\">%s</span>",
		    word_of(WORDS_SEVERITIES, severity).title);
	else
		html_severity(out, severity);
	html_put(out,
	    "</div><div><p><a href=\"#policy-%zu\">%s, %s</a> (%s): "
	    "<strong>%s</strong></p>\n",
	    index, json_text_of(policy, "vendor", "no vendor"),
	    json_text_of(policy, "document", "no document"),
	    json_text_of(policy, "effective", "no date"),
	    json_text_of(policy, "answer", "no answer"));
	html_put(out, "</div></li>\n");
}

static void
shut_gates(FILE *out, const struct facts *f)
{
	const json_t *gates = json_object_get(f->report, "gates"), *gate = NULL;
	size_t i = 0, shut = 0;

	json_array_foreach(gates, i, gate)
	{
		if (!json_is_true(json_object_get(gate, "closed")))
			continue;
		if (shut++ == 0)
			html_put(out,
			    "<p class=\"warn\"><strong>Absence means little in this "
			    "capture:</strong> ");
		html_put(out, "%s%s", shut > 1 ? "; " : "",
		    json_text_of(gate, "why", json_text_of(gate, "gate", "?")));
	}
	if (shut > 0)
		html_put(
		    out, ". See <a href=\"#unseen\">what could not be seen</a>.</p>\n");
}

void
html_answer(FILE *out, const struct facts *f)
{
	const json_t *policies = json_object_get(f->report, "policies"), *policy = NULL;
	size_t i = 0;

	if (json_array_size(policies) == 0) {
		html_put(out,
		    "<p>No policy was given: this report says what was sent and "
		    "to whom, and judges nothing.</p>\n");
		return;
	}
	html_put(out, "<ul class=\"answers\">\n");
	json_array_foreach(policies, i, policy) answer(out, policy, i);
	html_put(out, "</ul>\n");
	shut_gates(out, f);
	html_put(out,
	    "<p class=\"soft\">Absence is never compliance: what was not seen in one "
	    "capture may happen in the next. These are facts about packets, no verdict "
	    "of "
	    "law.</p>\n");
}

/* What was sent. */

static void
share(FILE *out, const char *id, uint64_t bytes, uint64_t all)
{
	double percent = all > 0 ? 100.0 * (double)bytes / (double)all : 0;
	char size[16];

	html_put(out,
	    "%s <small>%.1f\xc2\xa0%%</small>"
	    "<svg class=\"share\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" "
	    "aria-hidden=\"true\"><rect class=\"all\" width=\"100\" height=\"10\"/>"
	    "<rect class=\"c-%s\" width=\"%.2f\" height=\"10\"/></svg>",
	    size_text(bytes, size), percent, id,
	    bytes > 0 && percent < 0.5 ? 0.5 : percent);
}

/* "audio 192.8 kB, video 382.0 kB"; for strengths, in the order of their table. */
static void
parts(FILE *out, json_t *sizes)
{
	const char *key = NULL, *comma = "";
	json_t *value = NULL;
	char name[64], size[16];

	json_object_foreach(sizes, key, value)
	{
		html_put(out, "%s%s %s", comma, text_plain(key, name, sizeof(name)),
		    size_text((uint64_t)json_integer_value(value), size));
		comma = ", ";
	}
}

static void
strengths(FILE *out, const json_t *sizes, uint64_t all)
{
	const struct word *w = NULL;
	const char *comma = "";

	for (size_t i = 0; (w = word_at(WORDS_STRENGTHS, i)) != NULL; i++) {
		uint64_t bytes = (uint64_t)json_count_of(sizes, w->id);

		if (bytes == 0)
			continue;
		html_put(out, "%s%s", comma, w->id);
		if (bytes < all)
			html_put(
			    out, " %.0f\xc2\xa0%%", 100.0 * (double)bytes / (double)all);
		comma = ", ";
	}
}

static void
totals(FILE *out, const struct facts *f)
{
	static const char *const columns[] = { "=Category", "=Sent", "=Of which",
		"=How it is known", "=What it is", NULL };
	const json_t *up = json_object_get(json_object_get(f->report, "totals"), "up");
	const struct word *w = NULL;

	html_table(out, "class=\"cards totals\"",
	    "Payload sent, by category. The signs are those of the charts.", columns);
	for (size_t i = 0; (w = word_at(WORDS_CATEGORIES, i)) != NULL; i++) {
		const json_t *total = json_object_get(up, w->id);
		uint64_t bytes = (uint64_t)json_count_of(total, "bytes");

		html_row(out, columns[0]);
		html_category(out, w->id);
		html_cell(out, columns[1]);
		html_put(out, "<div>");
		share(out, w->id, bytes, facts_up(f, NULL));
		html_put(out, "</div>");
		html_cell(out, columns[2]);
		parts(out, json_object_get(total, "kinds"));
		html_cell(out, columns[3]);
		strengths(out, json_object_get(total, "strengths"), bytes);
		html_cell(out, columns[4]);
		html_put(out, "%s\n", w->means);
	}
	html_table_end(out);
}

/* The chart's numbers, some steps of it to a row. */
#define TIMELINE_ROWS 24

static void
timeline_row(
    FILE *out, const json_t *timeline, size_t from, size_t to, const char *const *columns)
{
	const json_t *up = json_object_get(timeline, "up");
	double step_s = (double)json_count_of(timeline, "step_ms") / 1000;
	const struct word *w = NULL;
	char number[NUMBER_SIZE];

	html_row(out, columns[0]);
	html_put(out, "%.1f to %.1f s", (double)from * step_s, (double)to * step_s);
	for (size_t c = 0; (w = word_at(WORDS_CATEGORIES, c)) != NULL; c++) {
		uint64_t sum = 0;

		for (size_t i = from; i < to; i++)
			sum += (uint64_t)json_integer_value(
			    json_array_get(json_object_get(up, w->id), i));
		html_cell(out, columns[c + 1]);
		html_put(out, "%s", number_text(sum, number));
	}
}

static void
timeline_table(FILE *out, const struct facts *f)
{
	static const char *const columns[] = { "Time", "#Content", "#Telemetry",
		"#Diagnostics", "#Signalling", "#Other", "#Unknown", NULL };
	const json_t *timeline = json_object_get(f->report, "timeline");
	json_int_t steps = json_count_of(timeline, "steps");
	size_t count = steps > TIMELINE_STEPS ? TIMELINE_STEPS
		       : steps > 0            ? (size_t)steps
					      : 0;
	size_t each = (count + TIMELINE_ROWS - 1) / TIMELINE_ROWS;

	html_put(out, "<details><summary>The numbers of this chart</summary>\n"
		      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
		      "aria-label=\"The numbers of the timeline\">\n");
	html_table(out, "class=\"numbers\"",
	    "Payload bytes sent, by time since the capture began. report.json has every "
	    "step of the chart.",
	    columns);
	for (size_t i = 0; i < count; i += each)
		timeline_row(
		    out, timeline, i, i + each < count ? i + each : count, columns);
	html_table_end(out);
	html_put(out, "</div></details>\n");
}

static void
legend(FILE *out, const struct facts *f)
{
	const struct word *w = NULL;

	html_put(out, "<ul class=\"legend\">");
	for (size_t i = 0; (w = word_at(WORDS_CATEGORIES, i)) != NULL; i++) {
		if (facts_up(f, w->id) == 0)
			continue;
		html_put(out, "<li>");
		html_category(out, w->id);
	}
	html_put(out, "</ul>\n");
}

void
html_sent(FILE *out, const struct facts *f)
{
	const json_t *timeline = json_object_get(f->report, "timeline");
	double step_s = (double)json_count_of(timeline, "step_ms") / 1000;

	if (json_count_of(timeline, "steps") > 0 && step_s > 0) {
		html_put(out, "<figure>\n");
		legend(out, f);
		chart_timeline(out, f, &chart_wide);
		chart_timeline(out, f, &chart_narrow);
		html_put(out,
		    "<figcaption>Payload bytes sent in each %.3g s, stacked by category; "
		    "the same for telemetry and for diagnostics alone, each to its own "
		    "scale. A bar that is cut says how high it was. Below: <a "
		    "href=\"#states\">states of the call and marks</a>. Time "
		    "counts from the capture's first packet.</figcaption>\n</figure>\n",
		    step_s);
	}
	totals(out, f);
	if (json_count_of(timeline, "steps") > 0)
		timeline_table(out, f);
}
