/* SPDX-License-Identifier: Apache-2.0 */
/* When each state held, and what went up meanwhile and after each mark. */
#include <stdlib.h>

#include "private.h"

/* Cut to the capture's time; what lies outside was not seen. */
static int
span_add(struct session *s, struct state_span span)
{
	const struct traffic *t = &s->input.traffic;
	struct state_span *more = NULL;

	if (span.from_ns < t->first_ns)
		span.from_ns = t->first_ns;
	if (span.to_ns > time_behind(t->last_ns))
		span.to_ns = time_behind(t->last_ns);
	if (t->frames == 0 || span.from_ns >= span.to_ns)
		return 0;
	/* Grown by doubling: at powers of two the room is used up. */
	if ((s->span_count & (s->span_count - 1)) == 0) {
		more = realloc(
		    s->spans, (s->span_count ? s->span_count * 2 : 1) * sizeof(*more));
		if (more == NULL)
			return -1;
		s->spans = more;
	}
	s->spans[s->span_count++] = span;
	return 0;
}

/* A mark that says what holds already changes nothing. */
static int
declared_spans(struct session *s, const struct marks *m, enum state state)
{
	struct state_span span = { .state = state, .from_ns = INT64_MIN };
	bool on = false;

	for (size_t i = 0; m != NULL && i < marks_count(m); i++) {
		const struct mark *mark = marks_at(m, i);

		if (mark->state != state)
			continue;
		if (!s->declared[state])
			on = !mark->on; /* off at first: on before */
		s->declared[state] = true;
		if (mark->on && !on) {
			span.from_ns = mark->time_ns;
			span.note = mark->note;
		}
		span.to_ns = mark->time_ns;
		if (!mark->on && on && span_add(s, span) < 0)
			return -1;
		on = mark->on;
	}
	span.to_ns = INT64_MAX;
	return on ? span_add(s, span) : 0;
}

static int
inferred_spans(struct session *s, enum state state)
{
	struct periods periods = { 0 };
	int rc = media_periods(s, state, &periods);

	for (size_t i = 0; rc == 0 && i < periods.count; i++)
		rc = span_add(s, (struct state_span){ .state = state,
				     .from_ns = periods.items[i].from_ns,
				     .to_ns = periods.items[i].to_ns,
				     .inferred = true });
	periods_clear(&periods);
	return rc;
}

static void
spans_count(struct session *s, const struct finding *f, const struct pulse_log *up)
{
	for (size_t i = 0; i < s->span_count; i++) {
		struct state_span *span = &s->spans[i];
		struct pulse_sum sum;

		if (f->stream->last_ns < span->from_ns ||
		    f->stream->first_ns >= span->to_ns)
			continue;
		pulses_within(up, span->from_ns, span->to_ns, &sum);
		span->up[f->verdict.category] += sum.bytes;
	}
}

/* The first mark whose burst ends after that time. */
static size_t
burst_after(const struct marks *m, int64_t time_ns)
{
	size_t low = 0, high = marks_count(m);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (time_after(marks_at(m, middle)->time_ns, MARK_AFTER_NS) <= time_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
bursts_count(struct session *s, const struct marks *m, const struct finding *f,
    const struct pulse_log *up)
{
	for (size_t i = burst_after(m, f->stream->first_ns); i < marks_count(m); i++) {
		int64_t from_ns = marks_at(m, i)->time_ns;
		struct pulse_sum sum;

		if (from_ns > f->stream->last_ns)
			return;
		pulses_within(up, from_ns, time_after(from_ns, MARK_AFTER_NS), &sum);
		s->bursts[i].up[f->verdict.category] += sum.bytes;
	}
}

static void
bytes_count(struct session *s, const struct marks *m)
{
	for (size_t i = 0; i < s->flow_count; i++) {
		const struct judged_flow *j = &s->flows[i];

		for (size_t k = 0; k < j->finding_count; k++) {
			const struct finding *f = &j->findings[k];
			const struct pulse_log *up = &f->stream->pulses[j->local];

			if (f->up_bytes == 0)
				continue;
			spans_count(s, f, up);
			if (m != NULL)
				bursts_count(s, m, f, up);
		}
	}
}

int
session_states(struct session *s, const struct session_input *in)
{
	const struct marks *m = in->marks;

	for (int state = 0; state < STATES; state++)
		if (declared_spans(s, m, (enum state)state) < 0 ||
		    inferred_spans(s, (enum state)state) < 0)
			return -1;
	if (m != NULL && marks_count(m) > 0) {
		s->bursts = calloc(marks_count(m), sizeof(*s->bursts));
		if (s->bursts == NULL)
			return -1;
	}
	bytes_count(s, m);
	return 0;
}
