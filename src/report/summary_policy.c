/* SPDX-License-Identifier: Apache-2.0 */
/* The summary's part about states and policies. */
#include "summary.h"

#define BOLD "\033[1m"
#define PLAIN "\033[0m"
#define COLUMNS 3 /* policies side by side on a line of 80 */

static const struct {
	const char *mark, *color;
} outcomes[OUTCOMES] = {
	[OUTCOME_SUPPORTED] = { "+", "\033[32m" },
	[OUTCOME_CONTRADICTED] = { "!", "\033[31m" },
	[OUTCOME_NOT_OBSERVED] = { "-", "" },
	[OUTCOME_NOT_EXERCISED] = { ".", "\033[90m" },
	[OUTCOME_NOT_TESTABLE] = { "x", "\033[90m" },
	[OUTCOME_INCONCLUSIVE] = { "?", "\033[33m" },
};

/* Breaks text at spaces so that no line is longer than 80 columns. */
static void
wrapped(FILE *out, unsigned indent, const char *text)
{
	size_t room = 80 - indent;

	while (*text != '\0') {
		size_t length = strlen(text), cut = length;

		if (length > room) {
			for (cut = room; cut > 0 && text[cut] != ' ';)
				cut--;
			cut = cut ? cut : strcspn(text, " ");
		}
		fprintf(out, "%*s%.*s\n", (int)indent, "", (int)cut, text);
		text += cut;
		text += strspn(text, " ");
	}
}

/* What followed a mark within MARK_AFTER_NS, as a fact: nothing says that it was because
 * of it. */
static void
bursts_write(const struct session *s, FILE *out)
{
	size_t count = s->bursts != NULL ? marks_count(s->input.marks) : 0;

	for (size_t i = 0; i < count; i++) {
		const struct mark *m = marks_at(s->input.marks, i);
		uint64_t bytes = s->bursts[i].up[CATEGORY_TELEMETRY] +
				 s->bursts[i].up[CATEGORY_DIAGNOSTICS];
		char size[16];

		if (m->state != STATES && bytes > 0)
			fprintf(out,
			    "  within %d s after %s %s: %s of telemetry and "
			    "diagnostics\n",
			    (int)(MARK_AFTER_NS / 1000000000), state_name(m->state),
			    m->on ? "on" : "off", size_text(bytes, size));
	}
}

void
summary_states(const struct report *r, const struct summary_style *style, FILE *out)
{
	const struct session *s = r->session;
	int64_t start = s->input.traffic.first_ns;
	char content[16], telemetry[16], diagnostics[16];

	if (s->span_count == 0)
		return;
	summary_heading(
	    style, out, "States of the call (up: content, telemetry, diagnostics)");
	for (size_t i = 0; i < s->span_count; i++) {
		const struct state_span *span = &s->spans[i];

		fprintf(out, "  %-18s %8.1f s to %8.1f s  %9s %9s %9s  %s\n",
		    state_name(span->state), (double)(span->from_ns - start) / 1e9,
		    (double)(span->to_ns - start) / 1e9,
		    size_text(span->up[CATEGORY_CONTENT], content),
		    size_text(span->up[CATEGORY_TELEMETRY], telemetry),
		    size_text(span->up[CATEGORY_DIAGNOSTICS], diagnostics),
		    span->inferred ? "inferred" : "marked");
	}
	bursts_write(s, out);
}

static void
claim_write(const struct claim_outcome *o, const struct summary_style *style, FILE *out)
{
	const struct claim *c = o->claim;

	fprintf(out, "  %s%s %-14s%s %s%s%s%s%s\n",
	    summary_paint(style, outcomes[o->outcome].color), outcomes[o->outcome].mark,
	    outcome_name(o->outcome), summary_paint(style, PLAIN),
	    summary_paint(style, BOLD), c->id, summary_paint(style, PLAIN),
	    o->severity != SEVERITY_NONE ? ", severity " : "",
	    o->severity != SEVERITY_NONE ? severity_name(o->severity) : "");
	wrapped(out, 6, o->why);
}

static const struct judged_flow *
flow_with_id(const struct session *s, uint32_t id)
{
	size_t low = 0, high = s->flow_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->flows[middle].flow->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->flow_count && s->flows[low].flow->id == id ? &s->flows[low]
								   : NULL;
}

/* Accused streams, a line for each recipient and disclosure. */
static void
disclosures_write(const struct report *r, const struct judgement *j,
    const struct summary_style *style, FILE *out)
{
	for (size_t i = 0; i < j->disclosure_count; i++) {
		const struct stream_disclosure *d = &j->disclosures[i];
		const struct judged_flow *flow = flow_with_id(r->session, d->flow);
		char size[16];

		if (d->severity == SEVERITY_NONE || flow == NULL)
			continue;
		fprintf(out, "  %s! %-14s%s %s%s%s, %s party: %s, flow %u\n",
		    summary_paint(style, outcomes[OUTCOME_CONTRADICTED].color),
		    disclosure_name(d->disclosure), summary_paint(style, PLAIN),
		    summary_paint(style, BOLD), flow->entity ? flow->entity : flow->label,
		    summary_paint(style, PLAIN), party_name(flow->party),
		    size_text(d->up_bytes, size), d->flow);
		wrapped(out, 6, d->why);
	}
}

static void
policy_write(const struct report *r, const struct judgement *j,
    const struct summary_style *style, FILE *out)
{
	const struct policy *p = j->policy;
	char title[256];

	snprintf(title, sizeof(title), "%.80s, %.80s of %.20s (%.60s)", p->vendor,
	    p->document, p->effective, p->name);
	summary_heading(style, out, title);
	for (size_t i = 0; i < j->outcome_count; i++)
		claim_write(&j->outcomes[i], style, out);
	disclosures_write(r, j, style, out);
	for (size_t i = 0; i < j->tension_count; i++)
		fprintf(out, "  ~ tension %-6s %s / %s\n", j->tensions[i].label,
		    j->tensions[i].positive->id, j->tensions[i].negative->id);
}

static const struct claim_outcome *
outcome_of(const struct judgement *j, const char *topic)
{
	for (size_t i = 0; i < j->outcome_count; i++)
		if (strcmp(j->outcomes[i].claim->topic, topic) == 0)
			return &j->outcomes[i];
	return NULL;
}

static void
table_row(const struct report *r, const char *topic, size_t from, size_t to,
    const struct summary_style *style, FILE *out)
{
	fprintf(out, "  %-32.32s", topic);
	for (size_t i = from; i < to; i++) {
		const struct claim_outcome *o = outcome_of(r->judgements[i], topic);

		fprintf(out, " %s%-14s%s",
		    o ? summary_paint(style, outcomes[o->outcome].color) : "",
		    o ? outcome_name(o->outcome) : "", summary_paint(style, PLAIN));
	}
	fprintf(out, "\n");
}

/* Some policies as columns, topics in the order in which they first appear as rows. */
static void
table_write(const struct report *r, size_t from, size_t to,
    const struct summary_style *style, FILE *out)
{
	summary_heading(style, out, "The same call under several policies");
	for (size_t i = from; i < to; i++)
		fprintf(out, "  %zu: %s\n", i + 1, r->judgements[i]->policy->name);
	fprintf(out, "  %-32s", "");
	for (size_t i = from; i < to; i++)
		fprintf(out, " %-14zu", i + 1);
	fprintf(out, "\n");
	for (size_t i = from; i < to; i++) {
		const struct judgement *j = r->judgements[i];

		for (size_t k = 0; k < j->outcome_count; k++) {
			const char *topic = j->outcomes[k].claim->topic;
			bool shown = outcome_of(j, topic) != &j->outcomes[k];

			for (size_t before = from; before < i; before++)
				shown |= outcome_of(r->judgements[before], topic) != NULL;
			if (!shown)
				table_row(r, topic, from, to, style, out);
		}
	}
}

void
summary_policies(const struct report *r, const struct summary_style *style, FILE *out)
{
	size_t count = r->judgement_count;

	for (size_t i = 0; i < count; i++)
		policy_write(r, r->judgements[i], style, out);
	for (size_t i = 0; count > 1 && i < count; i += COLUMNS)
		table_write(r, i, i + COLUMNS < count ? i + COLUMNS : count, style, out);
}
