/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The times a claim speaks of. Marks are set by people and packets are late, so a second
 * is left out at each end of a state; what is shorter than a second then does not count.
 */
#include <stdlib.h>
#include "judge.h"

#define WINDOW_LEAST_NS WHEN_GUARD_NS

/* All of the capture. */
static struct window
capture_window(const struct session *s)
{
	const struct traffic *t = &s->input.traffic;

	if (t->frames == 0)
		return (struct window){ 0, 0 };
	/* Pulses know their last packet to the microsecond. */
	return (struct window){ t->first_ns, t->last_ns + 1000 };
}

static int64_t
clamp(int64_t at_ns, const struct window *to)
{
	return at_ns < to->from_ns ? to->from_ns : at_ns > to->to_ns ? to->to_ns : at_ns;
}

static void
windows_add(struct windows *w, int64_t from_ns, int64_t to_ns)
{
	if (from_ns < to_ns)
		w->each[w->count++] = (struct window){ from_ns, to_ns };
}

/* What was declared of a state, else what media say of it; cut to the capture. */
static bool
span_window(const struct session *s, size_t index, enum state state, struct window *out)
{
	const struct state_span *x = &s->spans[index];
	struct window all = capture_window(s);

	if (x->state != state || x->inferred == s->declared[state] ||
	    x->from_ns >= x->to_ns)
		return false;
	out->from_ns = clamp(x->from_ns, &all);
	out->to_ns = clamp(x->to_ns, &all);
	return true;
}

/* The state's first and last time; false if it never held. */
static bool
state_extent(const struct session *s, enum state state, struct window *out)
{
	struct window w;
	bool found = false;

	for (size_t i = 0; i < s->span_count; i++) {
		if (!span_window(s, i, state, &w))
			continue;
		if (!found || w.from_ns < out->from_ns)
			out->from_ns = w.from_ns;
		if (!found || w.to_ns > out->to_ns)
			out->to_ns = w.to_ns;
		found = true;
	}
	return found;
}

static void
during_state(const struct session *s, enum state state, struct windows *out)
{
	struct window w;

	for (size_t i = 0; i < s->span_count; i++)
		if (span_window(s, i, state, &w))
			windows_add(
			    out, w.from_ns + WHEN_GUARD_NS, w.to_ns - WHEN_GUARD_NS);
}

/*
 * Up to the first mark that consent was given. A first mark that it was not, at the start
 * of the capture, says what held before; one later says that it was withdrawn, and leaves
 * no time before it.
 */
static void
before_consent(const struct session *s, enum state state, struct windows *out)
{
	const struct marks *marks = s->input.marks;
	struct window w = capture_window(s), all = w;
	bool first = true;

	for (size_t i = 0; marks != NULL && i < marks_count(marks); i++) {
		const struct mark *mark = marks_at(marks, i);

		if (mark->state != state)
			continue;
		if (mark->on) {
			w.to_ns = clamp(mark->time_ns, &all) - WHEN_GUARD_NS;
			first = false;
			break;
		}
		if (first && mark->time_ns > all.from_ns + WHEN_GUARD_NS)
			return;
		if (first)
			w.from_ns = clamp(mark->time_ns, &all);
		first = false;
	}
	if (!first)
		windows_add(out, w.from_ns, w.to_ns);
}

/* What media say of a call that ran at the start says nothing of the time before. */
static void
before_state(const struct session *s, enum state state, struct windows *out)
{
	struct window all = capture_window(s), w;

	if (state_extent(s, state, &w))
		windows_add(out, all.from_ns, w.from_ns - WHEN_GUARD_NS);
}

static void
after_state(const struct session *s, enum state state, struct windows *out)
{
	struct window all = capture_window(s), w;

	if (state_extent(s, state, &w))
		windows_add(out, w.to_ns + WHEN_GUARD_NS, all.to_ns);
}

static void
all_times(const struct session *s, enum state state, struct windows *out)
{
	struct window all = capture_window(s);

	(void)state;
	windows_add(out, all.from_ns, all.to_ns);
}

typedef void window_maker(const struct session *s, enum state state, struct windows *out);

struct time_way {
	window_maker *make;
	enum state state;
};

static struct time_way
way_of(unsigned when)
{
	static const struct time_way ways[] = {
		[WHEN_BEFORE_CONSENT] = { before_consent, STATE_CONSENTED },
		[WHEN_BEFORE_CALL] = { before_state, STATE_IN_CALL },
		[WHEN_AFTER_CALL] = { after_state, STATE_IN_CALL },
		[WHEN_ALWAYS] = { all_times, STATES },
	};

	if (when < STATES)
		return (struct time_way){ during_state, (enum state)when };
	return ways[when < COUNT_OF(ways) ? when : WHEN_ALWAYS];
}

/* Takes [from, to) out of all windows: at most one more is needed for it. */
static void
windows_cut(struct windows *w, int64_t from_ns, int64_t to_ns)
{
	size_t count = w->count, kept = 0;
	struct window rest = { 0, 0 };

	for (size_t i = 0; i < count; i++) {
		struct window x = w->each[i];

		if (x.to_ns <= from_ns || x.from_ns >= to_ns) {
			w->each[kept++] = x;
			continue;
		}
		if (x.from_ns < from_ns)
			w->each[kept++] = (struct window){ x.from_ns, from_ns };
		if (x.to_ns > to_ns && x.from_ns < from_ns)
			rest = (struct window){ to_ns, x.to_ns };
		else if (x.to_ns > to_ns)
			w->each[kept++] = (struct window){ to_ns, x.to_ns };
	}
	w->count = kept;
	windows_add(w, rest.from_ns, rest.to_ns);
}

/*
 * A state that ended just before the capture began has no span in it, and is cut off with
 * its guard all the same; so is one that began just after the end.
 */
static void
cut_outer_marks(const struct session *s, enum state state, struct windows *out)
{
	const struct marks *marks = s->input.marks;
	struct window all = capture_window(s);

	for (size_t i = 0; marks != NULL && i < marks_count(marks); i++) {
		const struct mark *m = marks_at(marks, i);

		if (m->state == state &&
		    (m->time_ns < all.from_ns || m->time_ns > all.to_ns))
			windows_cut(
			    out, m->time_ns - WHEN_GUARD_NS, m->time_ns + WHEN_GUARD_NS);
	}
}

static void
cut_state(const struct session *s, enum state state, struct windows *out)
{
	struct window w;

	for (size_t i = 0; i < s->span_count; i++)
		if (span_window(s, i, state, &w))
			windows_cut(
			    out, w.from_ns - WHEN_GUARD_NS, w.to_ns + WHEN_GUARD_NS);
	cut_outer_marks(s, state, out);
}

static void
cut_inferred(const struct session *s, enum state state, struct windows *out)
{
	for (size_t i = 0; i < s->span_count; i++)
		if (s->spans[i].state == state && s->spans[i].inferred)
			windows_cut(out, s->spans[i].from_ns, s->spans[i].to_ns);
}

static int
by_time(const void *a, const void *b)
{
	const struct window *x = a, *y = b;

	return (x->from_ns > y->from_ns) - (x->from_ns < y->from_ns);
}

static void
drop_short(struct windows *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->count; i++)
		if (w->each[i].to_ns - w->each[i].from_ns >= WINDOW_LEAST_NS)
			w->each[kept++] = w->each[i];
	w->count = kept;
	if (kept > 0)
		qsort(w->each, kept, sizeof(w->each[0]), by_time);
}

static bool
is_only_inferred(const struct session *s, enum state state)
{
	struct window w;

	return state < STATES && !s->declared[state] && state_extent(s, state, &w);
}

static enum lack
lack_of(const struct session *s, const struct claim *c, const struct time_way *way,
    bool before_cut)
{
	struct window w;

	if (before_cut && c->unless < STATES)
		return LACK_OTHER_STATE;
	if (way->state < STATES && !s->declared[way->state] &&
	    !state_extent(s, way->state, &w))
		return LACK_MARK;
	return LACK_TIME;
}

int
windows_take(const struct session *s, const struct claim *c, struct windows *out)
{
	struct time_way way = way_of(c->when);
	enum state unless = c->unless;
	size_t before = 0;

	memset(out, 0, sizeof(*out));
	if (c->when == WHEN_ALWAYS && unless == STATES) {
		out->always = true;
		return 0;
	}
	/* One for each span of the state, one more for each that is cut out. */
	out->each = calloc(2 * s->span_count + 1, sizeof(*out->each));
	if (out->each == NULL)
		return -1;
	way.make(s, way.state, out);
	drop_short(out);
	before = out->count;
	out->inferred = is_only_inferred(s, way.state);
	if (unless < STATES) {
		cut_state(s, unless, out);
		drop_short(out);
		out->inferred |= is_only_inferred(s, unless);
		out->undeclared = !s->declared[unless] && !is_only_inferred(s, unless);
	}
	if (out->count == 0)
		out->lack = lack_of(s, c, &way, before > 0);
	return 0;
}

int
windows_except(const struct session *s, const struct windows *w, enum state state,
    struct windows *out)
{
	memset(out, 0, sizeof(*out));
	out->each = calloc(w->count + s->span_count + 1, sizeof(*out->each));
	if (out->each == NULL)
		return -1;
	if (w->always)
		all_times(s, state, out);
	for (size_t i = 0; i < w->count; i++)
		windows_add(out, w->each[i].from_ns, w->each[i].to_ns);
	if (s->declared[state])
		cut_state(s, state, out);
	cut_inferred(s, state, out);
	drop_short(out);
	return 0;
}

void
windows_clear(struct windows *w)
{
	free(w->each);
	memset(w, 0, sizeof(*w));
}

static void
sum_add(struct pulse_sum *sum, const struct pulse_sum *more)
{
	if (more->packets == 0)
		return;
	if (sum->packets == 0 || more->first_frame < sum->first_frame)
		sum->first_frame = more->first_frame;
	if (sum->packets == 0 || more->first_ns < sum->first_ns)
		sum->first_ns = more->first_ns;
	if (more->last_frame > sum->last_frame)
		sum->last_frame = more->last_frame;
	if (sum->packets == 0 || more->last_ns > sum->last_ns)
		sum->last_ns = more->last_ns;
	sum->packets += more->packets;
	sum->bytes += more->bytes;
	sum->voiced += more->voiced;
	sum->silent += more->silent;
}

void
windows_sum(const struct windows *w, const struct sight *s, struct pulse_sum *out)
{
	const struct stream *stream = s->finding->stream;
	struct pulse_sum one;

	memset(out, 0, sizeof(*out));
	if (w->always) {
		out->packets = s->finding->up_packets;
		out->bytes = s->finding->up_bytes;
		out->first_frame = stream->first_frame;
		out->last_frame = stream->last_frame;
		out->first_ns = stream->first_ns;
		out->last_ns = stream->last_ns;
		return;
	}
	for (size_t i = 0; i < w->count; i++) {
		pulses_within(&stream->pulses[s->flow->local], w->each[i].from_ns,
		    w->each[i].to_ns, &one);
		sum_add(out, &one);
	}
}

static bool
window_holds(const struct windows *w, const struct pulse *p)
{
	int64_t last_ns = p->first_ns + (int64_t)p->span_us * 1000;

	for (size_t i = 0; i < w->count; i++)
		if (p->first_ns >= w->each[i].from_ns && last_ns < w->each[i].to_ns)
			return p->span_us < UINT32_MAX;
	return w->always;
}

uint64_t
windows_beyond(
    const struct windows *w, const struct sight *s, uint64_t each, uint64_t least)
{
	const struct pulse_log *log = &s->finding->stream->pulses[s->flow->local];
	uint64_t sum = 0;

	for (size_t i = 0; i < pulses_count(log); i++) {
		const struct pulse *p = pulses_at(log, i);

		if (p->bytes >= p->packets * each + least && window_holds(w, p))
			sum += p->bytes - p->packets * each;
	}
	return sum;
}
