/* SPDX-License-Identifier: Apache-2.0 */
/* The timeline: stacked bars of bytes up, rows for what matters although it is small, the
 * call's states, and marks. */
#include <stdlib.h>
#include "chart.h"

#define LABEL 14 /* height of a line of text */
#define ROW 16
#define GAP 5
#define SPANS_SHOWN 400
#define MARKS_SHOWN 200
#define CATEGORY_COUNT 6
/* Seconds: all steps together are a time that nanoseconds can tell. */
#define STEP_MOST 3.8e7

struct line_of_time {
	FILE *out;
	const struct facts *f;
	const struct chart_size *size;
	double left, right, y; /* y: where the next row begins */
	int64_t from_ns;
	double step_s, span_s;
	size_t steps;
	double bytes[CATEGORY_COUNT][TIMELINE_STEPS]; /* as in WORDS_CATEGORIES */
	double sums[TIMELINE_STEPS], highest;         /* of all categories in one step */
	double limit; /* of the scale: higher bars are cut */
};

static double
x_at(const struct line_of_time *t, double s)
{
	double x = t->left + (t->right - t->left) * s / t->span_s;

	return x < t->left ? t->left : x > t->right ? t->right : x;
}

static double
x_of(const struct line_of_time *t, const char *time)
{
	int64_t ns = 0;

	if (!json_time_read(time, &ns))
		return t->left;
	return x_at(t, (double)(ns - t->from_ns) / 1e9);
}

static void
line_read(struct line_of_time *t)
{
	const json_t *timeline = json_object_get(t->f->report, "timeline");
	const json_t *up = json_object_get(timeline, "up");
	json_int_t steps = json_count_of(timeline, "steps");

	t->steps = steps < 0                ? 0
		   : steps > TIMELINE_STEPS ? TIMELINE_STEPS
					    : (size_t)steps;
	if (!json_time_read(json_text_of(timeline, "from", NULL), &t->from_ns))
		t->from_ns = t->f->first_ns;
	t->step_s = (double)json_count_of(timeline, "step_ms") / 1000;
	if (t->step_s > STEP_MOST)
		t->step_s = 0;
	t->span_s = t->step_s * (double)t->steps;
	for (size_t i = 0; i < t->steps; i++) {
		double sum = 0;

		for (size_t c = 0; c < CATEGORY_COUNT; c++) {
			const json_t *list =
			    json_object_get(up, word_at(WORDS_CATEGORIES, c)->id);
			json_int_t bytes = json_integer_value(json_array_get(list, i));

			t->bytes[c][i] = bytes > 0 ? (double)bytes : 0;
			sum += t->bytes[c][i];
		}
		t->sums[i] = sum;
		t->highest = sum > t->highest ? sum : t->highest;
	}
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* One file sent at once would press all else flat: then the few highest bars are cut. */
static void
limit_choose(struct line_of_time *t)
{
	double sorted[TIMELINE_STEPS], usual = 0;
	size_t first = 0;

	memcpy(sorted, t->sums, sizeof(sorted));
	qsort(sorted, t->steps, sizeof(*sorted), by_size);
	while (first < t->steps && sorted[first] <= 0)
		first++;
	if (first < t->steps)
		usual = sorted[first + (t->steps - first - 1) * 97 / 100];
	t->limit = t->highest;
	if (t->highest > 3 * usual)
		t->limit = usual * 1.25;
	if (t->limit <= 0)
		t->limit = 1;
}

/* Bars of one category as one path, on top of `base`, which grows up to `most`. */
static void
bars(struct line_of_time *t, size_t category, double *base, double bottom, double most,
    double scale)
{
	const char *id = word_at(WORDS_CATEGORIES, category)->id;
	double width = (t->right - t->left) / (double)t->steps;
	double bar = width > 3 ? width - 0.6 : width;
	bool any = false;

	for (size_t i = 0; i < t->steps; i++) {
		double height = t->bytes[category][i] * scale, room = most - base[i];

		if (height > room)
			height = room;
		if (height <= 0)
			continue;
		if (!any)
			html_put(t->out, "<path fill=\"url(#p-%s)\" d=\"", id);
		any = true;
		fprintf(t->out, "M%.2f %.2fh%.2fv%.2fh%.2fz", t->left + width * (double)i,
		    bottom - base[i], bar, -height, -bar);
		base[i] += height;
	}
	if (any)
		html_put(t->out, "\"/>\n");
}

static void
scale_of_bytes(struct line_of_time *t, double bottom, double step, double scale)
{
	char text[NUMBER_SIZE];

	for (double bytes = 0; bytes * scale <= t->size->plot + 0.5; bytes += step) {
		double y = bottom - bytes * scale;

		html_put(t->out, "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/>", t->left,
		    y, t->right);
		if (t->left > 0)
			html_put(t->out,
			    "<text class=\"end\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
			    t->left - 6, y + 4, chart_bytes(bytes, text));
		else if (bytes > 0)
			html_put(t->out, "<text x=\"0\" y=\"%.1f\">%s</text>\n", y - 3,
			    chart_bytes(bytes, text));
	}
}

/* What was cut off says how high it was. Labels too close to the one before are left out.
 */
static void
cuts(struct line_of_time *t, double top)
{
	double width = (t->right - t->left) / (double)t->steps, free_from = 0;
	char size[16];

	for (size_t i = 0; i < t->steps; i++) {
		double x = t->left + width * (double)i;
		bool late = x > t->right - 70;

		if (t->sums[i] <= t->limit)
			continue;
		html_put(t->out, "<path class=\"cut\" d=\"M%.1f %.1fl%.1f -4\"/>", x - 2,
		    top + 12, width + 4);
		if (x < free_from)
			continue;
		html_put(t->out,
		    "<text class=\"strong %s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
		    late ? "end" : "begin", late ? x - 4 : x + width + 4, top + 9,
		    size_text((uint64_t)t->sums[i], size));
		free_from = x + 70;
	}
}

static void
stack(struct line_of_time *t)
{
	double base[TIMELINE_STEPS] = { 0 };
	double scale = t->size->plot / t->limit, bottom = t->y + t->size->plot;

	scale_of_bytes(t, bottom, chart_step(t->limit, 4), scale);
	for (size_t c = 0; c < CATEGORY_COUNT; c++)
		bars(t, c, base, bottom, t->size->plot, scale);
	cuts(t, t->y);
	t->y = bottom + GAP;
}

/* The label of a row, left of it or above. The row then begins at t->y. */
static void
label(struct line_of_time *t, const char *text, const char *more)
{
	if (t->left > 0) {
		html_put(t->out,
		    "<text class=\"end\" x=\"%.1f\" y=\"%.1f\">%s%s</text>\n",
		    t->left - 6, t->y + ROW - 4, text, more);
		return;
	}
	html_put(t->out, "<text x=\"0\" y=\"%.1f\">%s%s</text>\n", t->y + LABEL - 3, text,
	    more);
	t->y += LABEL;
}

static double
highest_of(const struct line_of_time *t, size_t category)
{
	double highest = 0;

	for (size_t i = 0; i < t->steps; i++)
		if (t->bytes[category][i] > highest)
			highest = t->bytes[category][i];
	return highest;
}

/* Beside content these would drown: each has a row to its own scale. */
static const char *const laned[] = { "telemetry", "diagnostics" };

static void
lane(struct line_of_time *t, size_t category)
{
	double base[TIMELINE_STEPS] = { 0 }, highest = highest_of(t, category);
	char text[NUMBER_SIZE], more[NUMBER_SIZE + 8];

	if (highest <= 0)
		return;
	snprintf(more, sizeof(more), " to %s", size_text((uint64_t)highest, text));
	label(t, word_at(WORDS_CATEGORIES, category)->id, more);
	html_put(t->out, "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/>", t->left,
	    t->y + ROW, t->right);
	bars(t, category, base, t->y + ROW, ROW - 1, (ROW - 1) / highest);
	t->y += ROW + GAP;
}

static bool
same_row(const json_t *a, const json_t *b)
{
	return same_text(
		   json_text_of(a, "state", NULL), json_text_of(b, "state", NULL)) &&
	       same_text(
		   json_text_of(a, "source", NULL), json_text_of(b, "source", NULL));
}

static bool
inferred(const json_t *span)
{
	return strcmp(json_text_of(span, "source", ""), "inferred") == 0;
}

static void
band(struct line_of_time *t, const json_t *span)
{
	double from = x_of(t, json_text_of(span, "from", NULL));
	double to = x_of(t, json_text_of(span, "to", NULL));

	html_put(t->out,
	    "<rect class=\"band %s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
	    "height=\"%u\" rx=\"2\"/>\n",
	    inferred(span) ? "inferred" : "declared", from, t->y + 1,
	    to - from > 1.5 ? to - from : 1.5, ROW - 2);
}

/* One row for each state; spans of a state stand together. */
static size_t
states(struct line_of_time *t, bool draw)
{
	const json_t *list = json_object_get(t->f->report, "states"), *span = NULL;
	const json_t *before = NULL;
	size_t i = 0, rows = 0;
	char name[64];

	json_array_foreach(list, i, span)
	{
		bool first = before == NULL || !same_row(before, span);

		before = span;
		rows += first;
		if (!draw || i >= SPANS_SHOWN)
			continue;
		if (first && i > 0)
			t->y += ROW + GAP;
		if (first)
			label(t,
			    text_plain(
				json_text_of(span, "state", ""), name, sizeof(name)),
			    inferred(span) ? " (inferred)" : "");
		band(t, span);
	}
	if (draw && rows > 0)
		t->y += ROW + GAP;
	return rows;
}

/* Numbers too close to the one before are left out; the table has all. */
static void
marks(struct line_of_time *t, double top)
{
	const json_t *list = json_object_get(t->f->report, "marks"), *mark = NULL;
	double free_from = -1;
	size_t i = 0;

	if (json_array_size(list) == 0)
		return;
	label(t, "marks", "");
	json_array_foreach(list, i, mark)
	{
		double x = x_of(t, json_text_of(mark, "at", NULL));

		if (i >= MARKS_SHOWN)
			break;
		html_put(t->out, "<path class=\"mark\" d=\"M%.1f %.1fV%.1f\"/>", x, top,
		    t->y + 3);
		if (x < free_from)
			continue;
		html_put(t->out,
		    "<text class=\"middle\" x=\"%.1f\" y=\"%.1f\">%zu</text>\n",
		    x < 4 ? 4 : x, t->y + ROW - 1, i + 1);
		free_from = x + (i + 1 > 9 ? 16 : 10);
	}
	t->y += ROW + GAP;
}

static void
scale_of_time(struct line_of_time *t, double top)
{
	double step = chart_time_step(t->span_s, t->size->ticks);
	char text[NUMBER_SIZE];

	html_put(t->out, "<path class=\"axis\" d=\"M%.1f %.1fH%.1f\"/>\n", t->left, t->y,
	    t->right);
	for (unsigned i = 0; i * step <= t->span_s; i++) {
		double x = x_at(t, i * step);
		const char *class = i == 0 && t->left <= 0 ? "begin"
				    : x > t->right - 16    ? "end"
							   : "middle";

		html_put(t->out,
		    "<path class=\"grid\" d=\"M%.1f %.1fV%.1f\"/>"
		    "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
		    x, top, t->y + 3, class, x, t->y + LABEL + 2,
		    chart_time(i * step, step, text));
	}
}

static void
describe(struct line_of_time *t)
{
	const struct word *w = NULL;
	char size[16], length[NUMBER_SIZE];

	html_put(t->out, "Bytes sent over %s, by category: ",
	    length_text((int64_t)(t->span_s * 1e9), length));
	for (size_t c = 0; (w = word_at(WORDS_CATEGORIES, c)) != NULL; c++)
		html_put(t->out, "%s%s %s", c > 0 ? ", " : "", w->id,
		    size_text(facts_up(t->f, w->id), size));
	html_put(t->out,
	    ". %zu rows show states of the call, %zu marks are ticks. The tables behind "
	    "the chart and in the section on states have the numbers.</desc>\n",
	    states(t, false), json_array_size(json_object_get(t->f->report, "marks")));
}

static double
height_of(const struct line_of_time *t, size_t rows)
{
	double row = ROW + GAP + (t->left > 0 ? 0 : LABEL);
	bool marked = json_array_size(json_object_get(t->f->report, "marks")) > 0;

	for (size_t i = 0; i < COUNT_OF(laned); i++)
		rows += highest_of(t, word_index(WORDS_CATEGORIES, laned[i])) > 0;
	return 10 + t->size->plot + GAP + (double)(rows + marked) * row + 22;
}

void
chart_timeline(FILE *out, const struct facts *f, const struct chart_size *size)
{
	struct line_of_time t = { .out = out,
		.f = f,
		.size = size,
		.left = size->gutter,
		.right = size->width - 8,
		.y = 10 };
	double bottom = 0;

	line_read(&t);
	limit_choose(&t);
	if (t.span_s <= 0)
		return;
	bottom = height_of(&t, states(&t, false));
	chart_begin(out, "timeline", size, bottom, "What was sent, over time");
	describe(&t);
	stack(&t);
	for (size_t i = 0; i < COUNT_OF(laned); i++)
		lane(&t, word_index(WORDS_CATEGORIES, laned[i]));
	states(&t, true);
	marks(&t, 10);
	scale_of_time(&t, 10);
	html_put(out, "</svg>\n");
}
