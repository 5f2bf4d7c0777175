/* SPDX-License-Identifier: Apache-2.0 */
/* What media say of the call: when it ran, when a screen was shared, when it was silent.
 */
#include <stdlib.h>

#include "private.h"

#define NS_PER_SECOND INT64_C(1000000000)

#define KIND(k) (UINT32_C(1) << KIND_##k)

/* States that hold while some content is sent. */
static const struct shown {
	enum state state;
	uint32_t kinds; /* bits by enum kind */
	bool down;      /* what is received counts too */
	int64_t gap_ns, least_ns;
} shown[] = {
	{ STATE_IN_CALL, KIND(AUDIO) | KIND(VIDEO) | KIND(SCREEN) | KIND(MEDIA), true,
	    10 * NS_PER_SECOND, 5 * NS_PER_SECOND },
	{ STATE_SHARING, KIND(SCREEN), false, 3 * NS_PER_SECOND, 0 },
};

/* Silent packets may come seldom: Opus with DTX sends one in 0.4 s (RFC 7587, 3.1.3). */
#define SILENT_GAP_NS NS_PER_SECOND
#define SILENT_LEAST_NS (2 * NS_PER_SECOND)

int
periods_add(struct periods *r, int64_t from_ns, int64_t to_ns)
{
	if (r->count == r->room) {
		size_t room = r->room ? r->room * 2 : 16;
		struct period *more = realloc(r->items, room * sizeof(*more));

		if (more == NULL)
			return -1;
		r->items = more;
		r->room = room;
	}
	r->items[r->count++] = (struct period){ from_ns, to_ns };
	return 0;
}

void
periods_clear(struct periods *r)
{
	free(r->items);
	*r = (struct periods){ 0 };
}

static int
by_time(const void *a, const void *b)
{
	const struct period *x = a, *y = b;

	if (x->from_ns != y->from_ns)
		return x->from_ns < y->from_ns ? -1 : 1;
	return (x->to_ns > y->to_ns) - (x->to_ns < y->to_ns);
}

/* Sorts, joins what overlaps or has at most that gap between, drops what is too short. */
static void
periods_join(struct periods *r, int64_t gap_ns, int64_t least_ns)
{
	size_t joined = 0, kept = 0;

	if (r->count == 0)
		return;
	qsort(r->items, r->count, sizeof(*r->items), by_time);
	for (size_t i = 1; i < r->count; i++) {
		struct period *last = &r->items[joined];

		if (r->items[i].from_ns > time_after(last->to_ns, gap_ns))
			r->items[++joined] = r->items[i];
		else if (r->items[i].to_ns > last->to_ns)
			last->to_ns = r->items[i].to_ns;
	}
	for (size_t i = 0; i <= joined; i++)
		if (r->items[i].to_ns - r->items[i].from_ns >= least_ns)
			r->items[kept++] = r->items[i];
	r->count = kept;
}

/* A log's pulses, neighbours joined at once: a call has few periods, many pulses. */
static int
periods_add_log(struct periods *r, const struct pulse_log *log, int64_t gap_ns)
{
	size_t before = r->count;

	for (size_t i = 0; i < pulses_count(log); i++) {
		const struct pulse *p = pulses_at(log, i);
		struct period *last = r->count > before ? &r->items[r->count - 1] : NULL;
		int64_t to_ns = time_behind(pulse_last_ns(log, p));

		if (last != NULL && p->first_ns >= last->from_ns &&
		    p->first_ns <= time_after(last->to_ns, gap_ns)) {
			if (to_ns > last->to_ns)
				last->to_ns = to_ns;
		} else if (periods_add(r, p->first_ns, to_ns) < 0) {
			return -1;
		}
	}
	return 0;
}

/* Whether a finding is the call's own content, of one of those kinds. */
static bool
is_content(const struct judged_flow *j, const struct finding *f, uint32_t kinds)
{
	return !j->foreign && f->verdict.category == CATEGORY_CONTENT &&
	       (kinds >> f->verdict.kind & 1);
}

static int
shown_periods(const struct session *s, const struct shown *way, struct periods *out)
{
	for (size_t i = 0; i < s->flow_count; i++) {
		const struct judged_flow *j = &s->flows[i];

		for (size_t k = 0; k < j->finding_count; k++) {
			const struct pulse_log *pulses = j->findings[k].stream->pulses;

			if (!is_content(j, &j->findings[k], way->kinds))
				continue;
			if (periods_add_log(out, &pulses[j->local], way->gap_ns) < 0 ||
			    (way->down && periods_add_log(
					      out, &pulses[!j->local], way->gap_ns) < 0))
				return -1;
		}
	}
	periods_join(out, way->gap_ns, way->least_ns);
	return 0;
}

/* Every packet says that it is silent; one that does not say may hold a voice. */
static bool
is_silent(const struct pulse *p)
{
	return p->silent == p->packets;
}

/* Audio that went up: pulses that are silent, pulses that are not. */
static int
audio_periods(const struct session *s, struct periods *silent, struct periods *loud)
{
	for (size_t i = 0; i < s->flow_count; i++) {
		const struct judged_flow *j = &s->flows[i];

		for (size_t k = 0; k < j->finding_count; k++) {
			const struct pulse_log *log =
			    &j->findings[k].stream->pulses[j->local];

			if (!is_content(j, &j->findings[k], KIND(AUDIO)))
				continue;
			for (size_t n = 0; n < pulses_count(log); n++) {
				const struct pulse *p = pulses_at(log, n);

				if (periods_add(is_silent(p) ? silent : loud, p->first_ns,
					time_behind(pulse_last_ns(log, p))) < 0)
					return -1;
			}
		}
	}
	return 0;
}

/* What of `silent` nothing of `loud` touches; both are by time and without overlaps. */
static int
periods_subtract(
    const struct periods *silent, const struct periods *loud, struct periods *out)
{
	size_t next = 0;

	for (size_t i = 0; i < silent->count; i++) {
		int64_t from_ns = silent->items[i].from_ns;

		while (next < loud->count && loud->items[next].to_ns <= from_ns)
			next++;
		for (size_t k = next;
		     k < loud->count && loud->items[k].from_ns < silent->items[i].to_ns;
		     k++) {
			if (loud->items[k].from_ns > from_ns &&
			    periods_add(out, from_ns, loud->items[k].from_ns) < 0)
				return -1;
			from_ns = loud->items[k].to_ns;
		}
		if (from_ns < silent->items[i].to_ns &&
		    periods_add(out, from_ns, silent->items[i].to_ns) < 0)
			return -1;
	}
	return 0;
}

static int
silent_periods(const struct session *s, struct periods *out)
{
	struct periods silent = { 0 }, loud = { 0 };
	int rc = audio_periods(s, &silent, &loud);

	if (rc == 0) {
		periods_join(&silent, SILENT_GAP_NS, 0);
		periods_join(&loud, 0, 0);
		rc = periods_subtract(&silent, &loud, out);
	}
	periods_join(out, 0, SILENT_LEAST_NS);
	periods_clear(&silent);
	periods_clear(&loud);
	return rc;
}

int
media_periods(const struct session *s, enum state state, struct periods *out)
{
	if (state == STATE_SILENT)
		return silent_periods(s, out);
	for (size_t i = 0; i < COUNT_OF(shown); i++)
		if (shown[i].state == state)
			return shown_periods(s, &shown[i], out);
	return 0;
}
