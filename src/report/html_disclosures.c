/* SPDX-License-Identifier: Apache-2.0 */
/* Disclosures: each stream seen from the policies' side, grouped. */
#include "html.h"

/* Third parties first, then by bytes. */
static int
group_rank(const struct disclosure_group *a, const struct disclosure_group *b)
{
	int third = same_text(b->party, "third") - same_text(a->party, "third");

	if (third != 0)
		return third;
	return a->up_bytes > b->up_bytes ? -1 : a->up_bytes < b->up_bytes;
}

static void
claims_cell(FILE *out, const json_t *disclosure)
{
	static const char *const keys[] = { "claim", "other" };
	const char *label = json_text_of(disclosure, "label", NULL);
	bool any = false;

	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		const char *claim = json_text_of(disclosure, keys[i], NULL);

		if (claim == NULL)
			continue;
		html_put(out, "%s<code>%s</code>", any ? " and " : "", claim);
		any = true;
	}
	if (!any)
		html_put(out, "none");
	if (label != NULL && label[0] != '\0')
		html_put(out, " (%s)", label);
}

static void
vagueness(FILE *out, const json_t *disclosure)
{
	double entity =
	    json_number_value(json_object_get(disclosure, "entity_vagueness"));
	double data = json_number_value(json_object_get(disclosure, "data_vagueness"));

	if (entity > 0 || data > 0)
		html_put(out, " <small>vagueness: data %.2f, recipient %.2f</small>",
		    data, entity);
}

static void
flows_cell(FILE *out, const struct disclosure_group *g)
{
	html_put(out, "<code>");
	for (size_t i = 0; i < g->streams && i < GROUP_FLOWS; i++)
		html_put(out, "%s%llu/%llu", i > 0 ? ", " : "",
		    (unsigned long long)g->first[i].flow,
		    (unsigned long long)g->first[i].stream);
	html_put(out, "</code>");
	if (g->streams > GROUP_FLOWS)
		html_put(out, " and %zu more", g->streams - GROUP_FLOWS);
}

static void
group_row(FILE *out, const struct disclosure_group *g, const char *const *columns)
{
	const json_t *d = g->disclosure;
	char size[16];

	html_row(out, columns[0]);
	html_disclosure(out, json_text_of(d, "disclosure", "?"));
	html_put(out, "<br>");
	html_severity(out, json_text_of(d, "severity", NULL));
	html_cell(out, columns[1]);
	html_put(out, "%s", g->what != NULL ? g->what : "not in flows.ndjson");
	html_cell(out, columns[2]);
	html_put(out, "<div><bdi>%s</bdi> <small>%s</small></div>",
	    g->where != NULL ? g->where : "not in flows.ndjson",
	    g->party != NULL ? word_of(WORDS_PARTIES, g->party).title : "");
	html_cell(out, columns[3]);
	html_put(out, "%s", size_text(g->up_bytes, size));
	html_cell(out, columns[4]);
	html_put(out, "<div>");
	claims_cell(out, d);
	html_put(out, "</div>");
	html_cell(out, columns[5]);
	html_put(out, "<div>%s%s", g->streams > 1 ? "The largest: " : "",
	    json_text_of(d, "why", "not told"));
	vagueness(out, d);
	html_put(out, "</div>");
	html_cell(out, columns[6]);
	html_put(out, "<div>%zu: ", g->streams);
	flows_cell(out, g);
	html_put(out, "</div>\n");
}

/* The next group after `last` of that policy and disclosure, in the order of rank. */
static const struct disclosure_group *
group_next(const struct facts *f, size_t policy, size_t disclosure,
    const struct disclosure_group *last)
{
	const struct disclosure_group *best = NULL;

	for (const struct disclosure_group *g = f->groups; g < f->groups + f->group_count;
	     g++) {
		int rank = last != NULL ? group_rank(last, g) : -1;

		if (g->policy != policy ||
		    word_index(WORDS_DISCLOSURES,
			json_text_of(g->disclosure, "disclosure", "")) != disclosure ||
		    rank > 0 || (rank == 0 && g <= last))
			continue;
		if (best == NULL || group_rank(g, best) < 0)
			best = g;
	}
	return best;
}

static void
groups_write(FILE *out, const struct facts *f, const json_t *policy, size_t index)
{
	static const char *const columns[] = { "=Disclosure", "=Data", "Recipient",
		"#Sent", "Claims", "Why", "Streams", NULL };

	html_table(out, "class=\"cards\"",
	    "Streams of the app as the policy discloses them, third parties first.",
	    columns);
	for (size_t d = 0; word_at(WORDS_DISCLOSURES, d) != NULL; d++) {
		const struct disclosure_group *g = NULL;

		while ((g = group_next(f, index, d, g)) != NULL)
			group_row(out, g, columns);
	}
	html_table_end(out);
	if (f->groups_left[index] > 0)
		html_put(out,
		    "<p>%zu more streams would make more than %d rows: report.json has "
		    "all "
		    "%zu.</p>\n",
		    f->groups_left[index], GROUPS_SHOWN,
		    json_array_size(json_object_get(policy, "disclosures")));
}

static void
tensions_write(FILE *out, const json_t *policy)
{
	const json_t *list = json_object_get(policy, "tensions"), *tension = NULL;
	size_t i = 0;

	if (json_array_size(list) == 0)
		return;
	html_put(out, "<p>Claims of this policy that contradict (C) or narrow (N) each "
		      "other:</p>\n<ul>\n");
	json_array_foreach(list, i, tension)
	{
		if (i == 40)
			break;
		html_put(out, "<li>%s: <code>%s</code> and <code>%s</code>\n",
		    json_text_of(tension, "label", "?"),
		    json_text_of(tension, "positive", "?"),
		    json_text_of(tension, "negative", "?"));
	}
	html_put(out, "</ul>\n");
	if (json_array_size(list) > 40)
		html_put(out, "<p>and %zu more, in report.json.</p>\n",
		    json_array_size(list) - 40);
}

static void
not_judged(FILE *out, const json_t *policy)
{
	const json_t *rest = json_object_get(policy, "not_judged");
	json_int_t streams = json_count_of(rest, "streams");
	char size[16];

	if (streams > 0)
		html_put(out,
		    "<p>Not judged: %lld more stream%s of the app, %s up, whose data or "
		    "recipient the claims file does not cover, or whose recipient nobody "
		    "knows.</p>\n",
		    (long long)streams, streams == 1 ? "" : "s",
		    size_text((uint64_t)json_count_of(rest, "up_bytes"), size));
}

void
html_disclosures(FILE *out, const struct facts *f)
{
	const json_t *policies = json_object_get(f->report, "policies"), *policy = NULL;
	size_t i = 0;

	if (json_array_size(policies) == 0) {
		html_put(out, "<p>No policy was given, so no stream was compared.</p>\n");
		return;
	}
	html_put(out, "<p>What was sent, seen from the policy's side: does any claim say "
		      "that this data goes to this recipient?</p>\n");
	json_array_foreach(policies, i, policy)
	{
		html_put(out, "<h3>%s, %s</h3>\n", json_text_of(policy, "document", "?"),
		    json_text_of(policy, "effective", "?"));
		if (json_array_size(json_object_get(policy, "disclosures")) == 0)
			html_put(out, "<p>No stream of the app was compared.</p>\n");
		else
			groups_write(out, f, policy, i);
		not_judged(out, policy);
		tensions_write(out, policy);
	}
}
