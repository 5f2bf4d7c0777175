/* SPDX-License-Identifier: Apache-2.0 */
/* Data from the app by category to recipients: bands between three columns. */
#include <math.h>
#include "chart.h"

#define CATEGORY_COUNT 6
#define NODE 12   /* width of a node */
#define TALL 170  /* of all bands together */
#define LEAST 1.5 /* of a band */
#define LABEL 30  /* two lines */
#define GAP 10    /* below a node */
#define LINE 14

struct stop {
	const char *name;
	char text[16];  /* bytes */
	const char *id; /* of a category */
	bool third;
	double y, height, filled; /* filled: where the next band begins */
	double order;
};

struct picture {
	FILE *out;
	const struct chart_size *size;
	struct stop app, category[CATEGORY_COUNT], to[CHART_RECIPIENTS + 1];
	size_t to_count;
	double band[CATEGORY_COUNT][CHART_RECIPIENTS + 1]; /* bytes, then thickness */
	double height;
	char rest[64], app_name[80];
};

/* What is not the app's is not drawn. */
static bool
drawn(size_t category)
{
	return strcmp(word_at(WORDS_CATEGORIES, category)->id, "other") != 0;
}

static double
bytes_drawn(const json_t *up)
{
	double sum = 0;

	for (size_t c = 0; c < CATEGORY_COUNT; c++)
		if (drawn(c))
			sum +=
			    (double)json_count_of(up, word_at(WORDS_CATEGORIES, c)->id);
	return sum;
}

/* The last node stands for all that come after. */
static void
recipients_read(struct picture *p, const json_t *recipients)
{
	const json_t *recipient = NULL;
	size_t i = 0, more = 0;

	json_array_foreach(recipients, i, recipient)
	{
		const json_t *up = json_object_get(recipient, "up");
		struct stop *to = &p->to[p->to_count];

		if (bytes_drawn(up) <= 0)
			continue;
		if (p->to_count < CHART_RECIPIENTS) {
			to->name = recipient_name(recipient);
			to->third =
			    strcmp(json_text_of(recipient, "party", ""), "third") == 0;
			p->to_count++;
		} else {
			to = &p->to[CHART_RECIPIENTS];
			to->name = p->rest;
			snprintf(p->rest, sizeof(p->rest), "%zu more", ++more);
		}
		for (size_t c = 0; c < CATEGORY_COUNT; c++)
			if (drawn(c))
				p->band[c][to - p->to] += (double)json_count_of(
				    up, word_at(WORDS_CATEGORIES, c)->id);
	}
	p->to_count += more > 0;
}

/* The sums of a bundle that somebody made up may be more than a capture can have. */
static void
sum_text(double bytes, char text[16])
{
	size_text(bytes < 1e19 ? (uint64_t)bytes : UINT64_MAX, text);
}

/* The app's and the categories' bands are as thick as those that they part into. */
static void
bands_measure(struct picture *p)
{
	double roots = 0, all = 0;

	for (size_t c = 0; c < CATEGORY_COUNT; c++)
		for (size_t r = 0; r < p->to_count; r++)
			roots += sqrt(p->band[c][r]);
	for (size_t c = 0; c < CATEGORY_COUNT; c++) {
		double bytes = 0;

		for (size_t r = 0; r < p->to_count; r++) {
			double thick = sqrt(p->band[c][r]) / roots * TALL;

			bytes += p->band[c][r];
			p->to[r].filled += p->band[c][r]; /* bytes, until labelled */
			if (p->band[c][r] > 0)
				p->band[c][r] = thick > LEAST ? thick : LEAST;
			p->category[c].height += p->band[c][r];
			p->to[r].height += p->band[c][r];
			p->to[r].order += p->band[c][r] * (double)c;
		}
		all += bytes;
		p->app.height += p->category[c].height;
		p->category[c].id = word_at(WORDS_CATEGORIES, c)->id;
		p->category[c].name = word_at(WORDS_CATEGORIES, c)->title;
		sum_text(bytes, p->category[c].text);
	}
	for (size_t r = 0; r < p->to_count; r++)
		sum_text(p->to[r].filled, p->to[r].text);
	sum_text(all, p->app.text);
}

/* A column of nodes from y on, each below its label. Returns where it ends. */
static double
column(struct stop *nodes, size_t count, const size_t *order, double y)
{
	for (size_t i = 0; i < count; i++) {
		struct stop *n = &nodes[order[i]];

		if (n->height <= 0)
			continue;
		n->y = n->filled = y + LABEL;
		y += LABEL + n->height + GAP;
	}
	return y;
}

/* Recipients stand where most of their bands come from: fewer cross. */
static void
recipients_order(const struct picture *p, size_t order[CHART_RECIPIENTS + 1])
{
	for (size_t i = 0; i < p->to_count; i++) {
		size_t at = i;

		for (; at > 0; at--) {
			const struct stop *n = &p->to[i], *before = &p->to[order[at - 1]];

			if (before->order / before->height <= n->order / n->height)
				break;
			order[at] = order[at - 1];
		}
		order[at] = i;
	}
}

static double
nodes_height(const struct stop *nodes, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		if (nodes[i].height > 0)
			sum += LABEL + nodes[i].height + GAP;
	return sum;
}

static void
nodes_place(struct picture *p)
{
	size_t order[CHART_RECIPIENTS + 1] = { 0 };
	static const size_t as_is[] = { 0, 1, 2, 3, 4, 5 };
	double heights[3] = { nodes_height(&p->app, 1),
		nodes_height(p->category, CATEGORY_COUNT),
		nodes_height(p->to, p->to_count) };

	for (size_t i = 0; i < COUNT_OF(heights); i++)
		p->height = heights[i] > p->height ? heights[i] : p->height;
	recipients_order(p, order);
	column(&p->app, 1, as_is, (p->height - heights[0]) / 2);
	column(p->category, CATEGORY_COUNT, as_is, (p->height - heights[1]) / 2);
	column(p->to, p->to_count, order, (p->height - heights[2]) / 2);
}

static void
band_draw(struct picture *p, const char *id, double x0, double x1, struct stop *from,
    struct stop *to, double thick)
{
	double middle = (x0 + x1) / 2, a = from->filled, b = to->filled;

	html_put(p->out,
	    "<path class=\"flow c-%s\" d=\"M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1fv%.1f"
	    "C%.1f %.1f %.1f %.1f %.1f %.1fz\"/>\n",
	    id, x0, a, middle, a, middle, b, x1, b, thick, middle, b + thick, middle,
	    a + thick, x0, a + thick);
	from->filled += thick;
	to->filled += thick;
}

static void
bands_draw(struct picture *p, const double x[3])
{
	for (size_t c = 0; c < CATEGORY_COUNT; c++) {
		struct stop *n = &p->category[c];

		if (n->height <= 0)
			continue;
		band_draw(p, n->id, x[0] + NODE, x[1], &p->app, n, n->height);
		n->filled = n->y;
		for (size_t r = 0; r < p->to_count; r++)
			if (p->band[c][r] > 0)
				band_draw(p, n->id, x[1] + NODE, x[2], n, &p->to[r],
				    p->band[c][r]);
	}
}

/* anchor: "begin", "middle" or "end" of the text stands at the node's. */
static void
node_draw(
    struct picture *p, const struct stop *n, double x, const char *anchor, size_t letters)
{
	char name[200];
	double at = strcmp(anchor, "begin") == 0 ? x
		    : strcmp(anchor, "end") == 0 ? x + NODE
						 : x + NODE / 2.0;

	if (n->height <= 0)
		return;
	if (n->id != NULL)
		html_put(p->out, "<rect fill=\"url(#p-%s)\"", n->id);
	else
		html_put(p->out, "<rect class=\"%s\"", n->third ? "node third" : "node");
	html_put(p->out,
	    " x=\"%.1f\" y=\"%.1f\" width=\"%u\" height=\"%.1f\"/>\n"
	    "<text class=\"%s%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n"
	    "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s%s</text>\n",
	    x, n->y, NODE, n->height, anchor, n->third ? " strong" : "", at,
	    n->y - LINE - 5, text_clipped(n->name, letters, name, sizeof(name)), anchor,
	    at, n->y - 5, n->third ? "third party, " : "", n->text);
}

static void
describe(const struct picture *p)
{
	html_put(p->out, "%s sent %s.", p->app.name, p->app.text);
	for (size_t c = 0; c < CATEGORY_COUNT; c++)
		if (p->category[c].height > 0)
			html_put(
			    p->out, " %s: %s.", p->category[c].name, p->category[c].text);
	html_put(p->out, " To:");
	for (size_t r = 0; r < p->to_count; r++)
		html_put(p->out, "%s %s%s %s", r > 0 ? "," : "", p->to[r].name,
		    p->to[r].third ? " (third party)" : "", p->to[r].text);
	html_put(p->out, ". The table behind the chart has the numbers.</desc>\n");
}

void
chart_flows(FILE *out, const struct facts *f, const struct chart_size *size)
{
	struct picture p = { .out = out, .size = size };
	size_t letters = (size_t)(size->width / 12);
	double x[3] = { 0, size->width * (size->gutter > 0 ? 0.42 : 0.44), 0 };

	x[2] = size->width - NODE - (size->gutter > 0 ? size->width / 4 : 0);
	p.app.name = facts_app(f, p.app_name, sizeof(p.app_name));
	recipients_read(&p, json_object_get(f->report, "recipients"));
	if (p.to_count > 0) {
		bands_measure(&p);
		nodes_place(&p);
		chart_begin(out, "flows", size, p.height, "Who received what");
		describe(&p);
		bands_draw(&p, x);
		node_draw(&p, &p.app, x[0], "begin", letters / 2);
		for (size_t c = 0; c < CATEGORY_COUNT; c++)
			node_draw(&p, &p.category[c], x[1], "middle", letters);
		for (size_t r = 0; r < p.to_count; r++)
			node_draw(&p, &p.to[r], x[2], size->gutter > 0 ? "begin" : "end",
			    size->gutter > 0 ? 34 : letters / 2 + 6);
		html_put(out, "</svg>\n");
	}
}
