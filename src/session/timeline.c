/* SPDX-License-Identifier: Apache-2.0 */
/* Up-bytes of each category over the capture's time. */
#include "private.h"

#define NS_PER_MS INT64_C(1000000)
#define DAY_MS INT64_C(86400000)

/* Steps that people count in; beyond the last, days by 1, 2, 5, 10, … */
static const int64_t steps_ms[] = { 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 30000,
	60000, 120000, 300000, 600000, 1800000, 3600000, 7200000, 10800000, 21600000,
	43200000 };

/* The nth length of a step, ever larger. */
static int64_t
step_length(size_t n)
{
	static const int64_t tens[] = { 1, 2, 5 };
	int64_t days = 1;

	if (n < COUNT_OF(steps_ms))
		return steps_ms[n] * NS_PER_MS;
	n -= COUNT_OF(steps_ms);
	for (size_t i = 0; i < n / COUNT_OF(tens); i++)
		days *= 10;
	return days * tens[n % COUNT_OF(tens)] * DAY_MS * NS_PER_MS;
}

/* Down to a multiple of the step; times are not before 1970. */
static int64_t
step_begin(int64_t time_ns, int64_t step_ns)
{
	return time_ns - time_ns % step_ns;
}

static void
timeline_lay(struct timeline *t, int64_t first_ns, int64_t last_ns)
{
	int64_t from_ns, span_ns;
	size_t n = 0;

	do {
		t->step_ns = step_length(n++);
		from_ns = step_begin(first_ns, t->step_ns);
		span_ns = last_ns - from_ns;
	} while (span_ns / t->step_ns >= TIMELINE_STEPS);
	t->from_ns = from_ns;
	t->steps = (size_t)(span_ns / t->step_ns) + 1;
}

static size_t
timeline_index(const struct timeline *t, int64_t time_ns)
{
	int64_t index = time_ns < t->from_ns ? 0 : (time_ns - t->from_ns) / t->step_ns;

	return index < (int64_t)t->steps ? (size_t)index : t->steps - 1;
}

/* Bytes of a pulse that were sent before a time, if it sent evenly. */
static uint64_t
pulse_before(const struct pulse *p, int64_t last_ns, int64_t time_ns)
{
	uint64_t past_us, span_us = (uint64_t)(last_ns - p->first_ns) / 1000;

	if (time_ns <= p->first_ns)
		return 0;
	past_us = (uint64_t)(time_ns - p->first_ns) / 1000;
	if (past_us >= span_us)
		return p->bytes;
	for (; span_us > UINT32_MAX; span_us /= 2) /* so that the product fits */
		past_us /= 2;
	return p->bytes * past_us / span_us;
}

/* What was given to a step is not given again: the sum is exact. */
static void
timeline_add(
    struct timeline *t, uint64_t *up, const struct pulse_log *log, const struct pulse *p)
{
	int64_t last_ns = pulse_last_ns(log, p);
	size_t last = timeline_index(t, last_ns);
	uint64_t given = 0;

	for (size_t i = timeline_index(t, p->first_ns); i < last; i++) {
		uint64_t before =
		    pulse_before(p, last_ns, t->from_ns + (int64_t)(i + 1) * t->step_ns);

		up[i] += before - given;
		given = before;
	}
	up[last] += p->bytes - given;
}

void
session_timeline(struct session *s, const struct session_input *in)
{
	struct timeline *t = &s->timeline;

	/* A journal that was damaged may tell of a time that ends before it begins. */
	if (in->traffic.frames == 0 || in->traffic.last_ns < in->traffic.first_ns)
		return;
	timeline_lay(t, in->traffic.first_ns, in->traffic.last_ns);
	for (size_t i = 0; i < s->flow_count; i++) {
		const struct judged_flow *j = &s->flows[i];

		for (size_t k = 0; k < j->finding_count; k++) {
			const struct finding *f = &j->findings[k];
			const struct pulse_log *log = &f->stream->pulses[j->local];

			for (size_t n = 0; n < pulses_count(log); n++)
				timeline_add(t, t->up[f->verdict.category], log,
				    pulses_at(log, n));
		}
	}
}
