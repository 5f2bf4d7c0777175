/* SPDX-License-Identifier: Apache-2.0 */
/* The summary's part about states and policies. */
#include "summary.h"

#define BOLD "\033[1m"
#define PLAIN "\033[0m"

const struct summary_outcome summary_outcomes[OUTCOMES] = {
	[OUTCOME_SUPPORTED] = { "+", "\033[32m" },
	[OUTCOME_CONTRADICTED] = { "!", "\033[31m" },
	[OUTCOME_NOT_OBSERVED] = { "-", "" },
	[OUTCOME_NOT_EXERCISED] = { ".", "\033[90m" },
	[OUTCOME_NOT_TESTABLE] = { "x", "\033[90m" },
	[OUTCOME_INCONCLUSIVE] = { "?", "\033[33m" },
};

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
	summary_heading(style, out,
	    "States of the call, in seconds (up: content, telemetry, diagnostics)");
	for (size_t i = 0; i < s->span_count; i++) {
		const struct state_span *span = &s->spans[i];

		fprintf(out, "  %-17s %7.1f to %7.1f  %8s %8s %8s  %s\n",
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
	    summary_paint(style, summary_outcomes[o->outcome].color),
	    summary_outcomes[o->outcome].mark, outcome_name(o->outcome),
	    summary_paint(style, PLAIN), summary_paint(style, BOLD), c->id,
	    summary_paint(style, PLAIN),
	    o->severity != SEVERITY_NONE ? ", severity " : "",
	    o->severity != SEVERITY_NONE ? severity_name(o->severity) : "");
	fprintf(out, "      ");
	text_wrap(out, 6, 6, o->why);
}

/* Accused streams, a line for each recipient and disclosure. */
static void
disclosures_write(const struct report *r, const struct judgement *j,
    const struct summary_style *style, FILE *out)
{
	for (size_t i = 0; i < j->disclosure_count; i++) {
		const struct stream_disclosure *d = &j->disclosures[i];
		const struct judged_flow *flow = session_flow(r->session, d->flow);
		char size[16];

		if (d->severity == SEVERITY_NONE || flow == NULL)
			continue;
		fprintf(out, "  %s! %-14s%s %s%s%s, %s party: %s, flow %u\n",
		    summary_paint(style, summary_outcomes[OUTCOME_CONTRADICTED].color),
		    disclosure_name(d->disclosure), summary_paint(style, PLAIN),
		    summary_paint(style, BOLD), flow->entity ? flow->entity : flow->label,
		    summary_paint(style, PLAIN), party_name(flow->party),
		    size_text(d->up_bytes, size), d->flow);
		fprintf(out, "      ");
		text_wrap(out, 6, 6, d->why);
	}
}

static void
policy_write(const struct report *r, const struct judgement *j,
    const struct summary_style *style, FILE *out)
{
	const struct policy *p = j->policy;
	char text[256];

	summary_heading(style, out, p->name);
	snprintf(text, sizeof(text), "%.80s, %.80s of %.20s", p->vendor, p->document,
	    p->effective);
	fprintf(out, "  ");
	text_wrap(out, 2, 2, text);
	for (size_t i = 0; i < j->outcome_count; i++)
		claim_write(&j->outcomes[i], style, out);
	disclosures_write(r, j, style, out);
	for (size_t i = 0; i < j->tension_count; i++) {
		fprintf(out, "  ~ tension %-6s ", j->tensions[i].label);
		snprintf(text, sizeof(text), "%.120s / %.120s",
		    j->tensions[i].positive->id, j->tensions[i].negative->id);
		text_wrap(out, 19, 19, text);
	}
}

void
summary_policies(const struct report *r, const struct summary_style *style, FILE *out)
{
	size_t count = r->judgement_count;

	for (size_t i = 0; i < count; i++)
		policy_write(r, r->judgements[i], style, out);
	if (count > 1)
		summary_compare(r, style, out);
}
