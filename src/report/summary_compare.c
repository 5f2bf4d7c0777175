/* SPDX-License-Identifier: Apache-2.0 */
/* The summary's table of several policies: a row for each topic, a column for each
 * policy.
 */
#include "summary.h"

#define WORDS 3 /* so many policies have room for words, more get the claims' marks */
#define WORD_WIDTH 14 /* "not_exercised" and a space */
#define MARKS 14      /* policies with marks on a line of 80 */
#define MARK_WIDTH 3
#define TOPIC_WIDTH 38

static const struct claim_outcome *
outcome_of(const struct judgement *j, const char *topic)
{
	for (size_t i = 0; i < j->outcome_count; i++)
		if (strcmp(j->outcomes[i].claim->topic, topic) == 0)
			return &j->outcomes[i];
	return NULL;
}

struct table {
	const struct report *report;
	const struct summary_style *style;
	FILE *out;
	size_t from, to; /* policies */
	bool words;
};

/* As wide as the others, but for the last of a row: no spaces at the end. */
static void
cell(const struct table *t, const char *text, const char *color, bool last)
{
	int width = t->words ? WORD_WIDTH : MARK_WIDTH;

	fprintf(t->out, "%s%s%s", summary_paint(t->style, color), text,
	    summary_paint(t->style, color[0] != '\0' ? "\033[0m" : ""));
	fprintf(t->out, "%*s", last ? 0 : width - (int)strlen(text), "");
}

/* A long topic has a line of its own. */
static void
row(const struct table *t, const char *topic)
{
	size_t end = t->to;

	while (end > t->from + 1 &&
	       outcome_of(t->report->judgements[end - 1], topic) == NULL)
		end--;
	fprintf(t->out, "  %-*s", TOPIC_WIDTH - 2, topic);
	if (strlen(topic) >= TOPIC_WIDTH - 2)
		fprintf(t->out, "\n%*s", TOPIC_WIDTH, "");
	for (size_t i = t->from; i < end; i++) {
		const struct claim_outcome *o =
		    outcome_of(t->report->judgements[i], topic);
		const char *text = o == NULL  ? ""
				   : t->words ? outcome_name(o->outcome)
					      : summary_outcomes[o->outcome].mark;

		cell(t, text, o != NULL ? summary_outcomes[o->outcome].color : "",
		    i + 1 == end);
	}
	fputc('\n', t->out);
}

static void
head(const struct table *t)
{
	char number[24];

	for (size_t i = t->from; i < t->to; i++)
		fprintf(
		    t->out, "  %zu: %s\n", i + 1, t->report->judgements[i]->policy->name);
	fprintf(t->out, "%*s", TOPIC_WIDTH, "");
	for (size_t i = t->from; i < t->to; i++) {
		snprintf(number, sizeof(number), "%zu", i + 1);
		cell(t, number, "", i + 1 == t->to);
	}
	fputc('\n', t->out);
}

/* Topics in the order in which they first appear. */
static void
rows(const struct table *t)
{
	for (size_t i = t->from; i < t->to; i++) {
		const struct judgement *j = t->report->judgements[i];

		for (size_t k = 0; k < j->outcome_count; k++) {
			const char *topic = j->outcomes[k].claim->topic;
			bool shown = outcome_of(j, topic) != &j->outcomes[k];

			for (size_t before = t->from; before < i; before++)
				shown |= outcome_of(t->report->judgements[before],
					     topic) != NULL;
			if (!shown)
				row(t, topic);
		}
	}
}

void
summary_compare(const struct report *r, const struct summary_style *style, FILE *out)
{
	size_t count = r->judgement_count;
	bool words = count <= WORDS;

	for (size_t i = 0; i < count; i += MARKS) {
		struct table t = { r, style, out, i,
			i + MARKS < count ? i + MARKS : count, words };

		summary_heading(style, out, "The same call under several policies");
		head(&t);
		rows(&t);
	}
}
