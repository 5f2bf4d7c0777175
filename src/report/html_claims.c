/* SPDX-License-Identifier: Apache-2.0 */
/* Claims: policies side by side, then each with its words, its outcome and its evidence.
 */
#include <stdlib.h>
#include "html.h"

/* Side by side. */

struct cell {
	const char *topic;
	size_t policy, index; /* of the claim */
	const json_t *claim;
};

struct matrix {
	size_t count, topic_count, policy_count;
	struct cell *cells;  /* in the order of policies and claims */
	const char **topics; /* as they first occur */
};

static const char *
topic_of(const json_t *claim)
{
	return json_text_of(claim, "topic", json_text_of(claim, "claim", "?"));
}

static bool
topic_is_new(const struct matrix *m, const char *topic)
{
	for (size_t i = 0; i < m->topic_count; i++)
		if (strcmp(m->topics[i], topic) == 0)
			return false;
	return true;
}

static int
matrix_read(struct matrix *m, const json_t *policies)
{
	const json_t *policy = NULL, *claim = NULL;
	size_t p = 0, c = 0;

	json_array_foreach(policies, p, policy) m->count +=
	    json_array_size(json_object_get(policy, "claims"));
	m->policy_count = json_array_size(policies);
	m->cells = calloc(m->count + 1, sizeof(*m->cells));
	m->topics = calloc(m->count + 1, sizeof(*m->topics));
	if (m->cells == NULL || m->topics == NULL)
		return -1;
	m->count = 0;
	json_array_foreach(policies, p, policy)
	    json_array_foreach(json_object_get(policy, "claims"), c, claim)
	{
		m->cells[m->count++] = (struct cell){ topic_of(claim), p, c, claim };
		if (topic_is_new(m, topic_of(claim)))
			m->topics[m->topic_count++] = topic_of(claim);
	}
	return 0;
}

/* The vendor's words, or somebody's for them. */
static const char *
words_of(const json_t *claim)
{
	return json_text_of(claim, "quote", json_text_of(claim, "restated", ""));
}

static const struct cell *
cell_before(const struct matrix *m, const struct cell *cell)
{
	for (const struct cell *c = m->cells; c < cell; c++)
		if (strcmp(c->topic, cell->topic) == 0 && c->policy < cell->policy)
			return c;
	return NULL;
}

static void
cell_write(FILE *out, const struct matrix *m, const struct cell *cell)
{
	const struct cell *before = cell_before(m, cell);
	const char *section = json_text_of(cell->claim, "section", NULL);

	html_put(out, "<div><a href=\"#claim-%zu-%zu\">", cell->policy, cell->index);
	html_outcome(out, json_text_of(cell->claim, "outcome", "?"));
	html_put(out, "</a> ");
	html_severity(out, json_text_of(cell->claim, "severity", NULL));
	html_put(out, " <small>%s%s%s</small></div>\n", section != NULL ? "section " : "",
	    section != NULL ? section : "",
	    before == NULL ? ""
	    : strcmp(words_of(before->claim), words_of(cell->claim)) == 0
		? ", the same words"
		: ", other words");
}

static void
matrix_row(FILE *out, const struct matrix *m, const char *topic)
{
	char name[200];

	html_row(out, "Topic");
	html_put(out, "%s", text_plain(topic, name, sizeof(name)));
	for (size_t p = 0; p < m->policy_count; p++) {
		bool any = false;

		html_cell(out, "");
		for (size_t i = 0; i < m->count; i++) {
			const struct cell *cell = &m->cells[i];

			if (cell->policy != p || strcmp(cell->topic, topic) != 0)
				continue;
			cell_write(out, m, cell);
			any = true;
		}
		if (!any)
			html_put(out, "<span class=\"soft\">no claim</span>");
	}
}

static void
matrix_write(FILE *out, const json_t *policies)
{
	const json_t *policy = NULL;
	struct matrix m = { 0 };
	size_t p = 0;

	html_put(out,
	    "<h3>Side by side</h3>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
	    "aria-label=\"Policies side by side\">\n<table>\n<caption>The same capture "
	    "under each policy, by topic.</caption>\n<thead><tr><th scope=\"col\">Topic");
	json_array_foreach(policies, p, policy) html_put(out,
	    "<th scope=\"col\">%s<br>%s", json_text_of(policy, "document", "?"),
	    json_text_of(policy, "effective", "?"));
	html_put(out, "</thead>\n<tbody>\n");
	if (matrix_read(&m, policies) == 0)
		for (size_t i = 0; i < m.topic_count; i++)
			matrix_row(out, &m, m.topics[i]);
	html_put(out, "</tbody></table></div>\n");
	free(m.cells);
	free(m.topics);
}

/* One claim. */

static void
list_write(FILE *out, const json_t *list)
{
	const json_t *item = NULL;
	char text[128];
	size_t i = 0;

	json_array_foreach(list, i, item) html_put(out, "%s%s", i > 0 ? ", " : "",
	    text_plain(json_is_string(item) ? json_string_value(item) : "?", text,
		sizeof(text)));
}

/* What the claim is about: lists, then single values. */
static void
terms_write(FILE *out, const json_t *claim)
{
	static const struct {
		const char *key, *title;
		bool list;
	} rows[] = {
		{ "says", "Says", false },
		{ "data", "Data", true },
		{ "recipients", "Recipients", true },
		{ "purposes", "Purposes", true },
		{ "regions", "Regions", true },
		{ "when", "While", false },
		{ "unless", "Unless", false },
		{ "testable", "Testable by packets", false },
		{ "how", "How", false },
		{ "strength", "Known", false },
	};
	char text[128];

	html_put(out, "<dl class=\"facts\">");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const json_t *value = json_object_get(claim, rows[i].key);

		if (rows[i].list ? json_array_size(value) == 0 : !json_is_string(value))
			continue;
		html_put(out, "<div><dt>%s</dt><dd>", rows[i].title);
		if (rows[i].list)
			list_write(out, value);
		else if (strcmp(rows[i].key, "how") == 0)
			html_put(out, "%s", json_string_value(value));
		else
			html_put(out, "%s",
			    text_plain(json_string_value(value), text, sizeof(text)));
		html_put(out, "</dd></div>\n");
	}
	html_put(out, "</dl>\n");
}

static void
quote_write(FILE *out, const json_t *claim)
{
	const char *quote = json_text_of(claim, "quote", NULL);
	const char *date = json_text_of(claim, "version_date", NULL);
	const char *source = json_text_of(claim, "source", NULL);
	bool unchecked = strcmp(json_text_of(claim, "quote_check", ""), "excerpt") == 0;

	if (quote != NULL)
		html_put(
		    out, "<blockquote>\xe2\x80\x9c%s\xe2\x80\x9d</blockquote>\n", quote);
	else
		html_put(out, "<p>In other words than the vendor's: %s</p>\n",
		    json_text_of(claim, "restated", "not told"));
	html_put(out, "<p class=\"soft\"><small>%s%s%s%s%s%s</small></p>\n",
	    date != NULL ? "Version of " : "", date != NULL ? date : "",
	    source != NULL ? ". Source: " : "", source != NULL ? source : "",
	    date != NULL || source != NULL ? ". " : "",
	    unchecked ? "The words were not checked against the document, so this claim "
			"can never be contradicted."
		      : "The words were checked against the document.");
}

static void
evidence_row(
    FILE *out, const struct facts *f, const json_t *evidence, const char *const *columns)
{
	uint64_t flow = (uint64_t)json_count_of(evidence, "flow");
	uint64_t stream = (uint64_t)json_count_of(evidence, "stream");
	const json_t *frames = json_object_get(evidence, "frames");
	const struct witness *witness = facts_witness(f, flow, (size_t)stream);
	char number[NUMBER_SIZE];

	html_row(out, columns[0]);
	html_put(out, "<code>%llu/%llu</code>", (unsigned long long)flow,
	    (unsigned long long)stream);
	html_cell(out, columns[1]);
	html_put(out, "%s",
	    witness != NULL && witness->what != NULL ? witness->what
						     : "not in flows.ndjson");
	html_cell(out, columns[2]);
	html_put(out, "<bdi>%s</bdi>",
	    witness != NULL && witness->where != NULL ? witness->where
						      : "not in flows.ndjson");
	html_cell(out, columns[3]);
	html_put(out, "%lld to %lld",
	    (long long)json_integer_value(json_array_get(frames, 0)),
	    (long long)json_integer_value(json_array_get(frames, 1)));
	html_cell(out, columns[4]);
	html_put(
	    out, "%s", number_text((uint64_t)json_count_of(evidence, "packets"), number));
	html_cell(out, columns[5]);
	html_put(
	    out, "%s\n", number_text((uint64_t)json_count_of(evidence, "bytes"), number));
}

static void
evidence_write(FILE *out, const struct facts *f, const json_t *claim)
{
	static const char *const columns[] = { "=Flow/stream", "=Data", "Recipient",
		"=Frames", "#Packets", "#Bytes up", NULL };
	const json_t *list = json_object_get(claim, "evidence"), *evidence = NULL;
	json_int_t total = json_count_of(claim, "evidence_total");
	size_t i = 0, count = json_array_size(list);
	char size[16], caption[120];

	if (count == 0)
		return;
	size_text((uint64_t)json_count_of(claim, "up_bytes"), size);
	snprintf(caption, sizeof(caption),
	    (size_t)total > count ? "The largest %zu of %lld streams that this rests on."
				  : "The streams that this rests on.",
	    count, (long long)total);
	html_put(out, "<details><summary>Evidence: %lld stream%s, %s up</summary>\n",
	    (long long)total, total == 1 ? "" : "s", size);
	html_table(out, "class=\"cards\"", caption, columns);
	json_array_foreach(list, i, evidence) evidence_row(out, f, evidence, columns);
	html_table_end(out);
	html_put(out, "</details>\n");
}

static void
claim_write(
    FILE *out, const struct facts *f, const json_t *claim, size_t policy, size_t index)
{
	const char *section = json_text_of(claim, "section", NULL);
	const char *severity = json_text_of(claim, "severity", "none");
	const char *outcome = json_text_of(claim, "outcome", "?");

	html_put(out,
	    "<article class=\"claim %s %s\" id=\"claim-%zu-%zu\">\n<div class=\"head\">"
	    "<h4>%s%s%s<code>%s</code></h4>",
	    severity, outcome, policy, index, section != NULL ? "Section " : "",
	    section != NULL ? section : "", section != NULL ? ": " : "",
	    json_text_of(claim, "claim", "?"));
	html_outcome(out, outcome);
	html_severity(out, severity);
	html_put(out, "</div>\n");
	quote_write(out, claim);
	html_put(
	    out, "<p class=\"why\">%s</p>\n", json_text_of(claim, "why", "not told"));
	terms_write(out, claim);
	evidence_write(out, f, claim);
	html_put(out, "</article>\n");
}

/* One policy. */

static void
source_write(FILE *out, const json_t *policy)
{
	const json_t *source = json_object_get(policy, "source");
	const char *url = json_text_of(source, "url", NULL);
	const char *archive = json_text_of(source, "archive", NULL);
	const char *sha256 = json_text_of(source, "sha256", NULL);

	html_put(out, "<dt>Source</dt><dd>");
	if (url != NULL && strncmp(url, "https://", 8) == 0)
		html_put(
		    out, "<a rel=\"noopener noreferrer\" href=\"%s\">%s</a>", url, url);
	else
		html_put(out, "%s", url != NULL ? url : "not told");
	if (archive != NULL)
		html_put(out, "<br>Archive: %s", archive);
	if (sha256 != NULL)
		html_put(out, "<br>SHA-256 of the document: <code>%s</code>", sha256);
	html_put(out,
	    "</dd>\n<dt>Claims file</dt><dd><code>%s</code>, SHA-256 "
	    "<code>%s</code></dd>\n",
	    json_text_of(policy, "policy", "?"), json_text_of(policy, "sha256", "?"));
}

static void
tally(FILE *out, const json_t *summary)
{
	const struct word *w = NULL;

	html_put(out, "<p class=\"tally\">");
	for (size_t i = 0; (w = word_at(WORDS_OUTCOMES, i)) != NULL; i++) {
		json_int_t count = json_count_of(summary, w->id);

		if (count == 0)
			continue;
		html_put(out, "<span>");
		html_outcome(out, w->id);
		html_put(out, " %lld</span>\n", (long long)count);
	}
	html_put(out, "</p>\n");
}

static void
policy_write(FILE *out, const struct facts *f, const json_t *policy, size_t index)
{
	const json_t *claims = json_object_get(policy, "claims"), *claim = NULL;
	size_t i = 0;

	html_put(out,
	    "<h3 id=\"policy-%zu\">%s, %s, in force from %s</h3>\n<dl class=\"facts\">",
	    index, json_text_of(policy, "vendor", "no vendor"),
	    json_text_of(policy, "document", "no document"),
	    json_text_of(policy, "effective", "a date not told"));
	source_write(out, policy);
	html_put(out, "<dt>First party</dt><dd>");
	list_write(out, json_object_get(policy, "first_party"));
	html_put(out, "</dd>\n</dl>\n");
	tally(out, json_object_get(policy, "summary"));
	if (json_text_of(policy, "note", NULL) != NULL)
		html_put(out, "<p>%s</p>\n", json_text_of(policy, "note", ""));
	for (size_t rank = 0; rank <= OUTCOMES; rank++)
		json_array_foreach(claims, i, claim) if (outcome_rank(claim) == rank)
		    claim_write(out, f, claim, index, i);
}

void
html_claims(FILE *out, const struct facts *f)
{
	const json_t *policies = json_object_get(f->report, "policies"), *policy = NULL;
	size_t i = 0;

	if (json_array_size(policies) == 0) {
		html_put(out, "<p>No policy was given, so no claim was judged.</p>\n");
		return;
	}
	html_put(out, "<p>Each claim is one checkable statement of a policy. "
		      "Contradicted ones come "
		      "first, then what could not be decided.</p>\n");
	if (json_array_size(policies) > 1)
		matrix_write(out, policies);
	json_array_foreach(policies, i, policy) policy_write(out, f, policy, i);
}
