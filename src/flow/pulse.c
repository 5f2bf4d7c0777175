/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a stream sent. Windows lie on the absolute clock, so that a capture cut anywhere
 * has the same ones, and each is half of one of twice its length.
 */
#include <assert.h>
#include <stdlib.h>
#include "private.h"

/* Windows of 146 years: no time of a capture needs longer ones. */
#define SHIFT_MOST 62
/* A span that is this long or longer: windows beyond 71 minutes may have one. */
#define SPAN_MOST UINT32_MAX

/* Spans join whole microseconds, so that any number of joins is exact to one. */
static uint64_t
floor_us(int64_t ns)
{
	return (uint64_t)ns / 1000;
}

static uint64_t
pulse_last_us(const struct pulse *p)
{
	return floor_us(p->first_ns) + p->span_us;
}

static bool
pulse_shares_window(const struct pulse *a, const struct pulse *b, unsigned shift)
{
	return (a->first_ns ^ b->first_ns) >> shift == 0;
}

/* Whether both can be one; else they stay two, even in the same window. */
static bool
pulse_fits(const struct pulse *into, const struct pulse *p, unsigned shift)
{
	return pulse_shares_window(into, p, shift) &&
	       p->bytes <= UINT32_MAX - into->bytes;
}

static uint16_t
add_u16(uint16_t a, uint16_t b)
{
	return a > UINT16_MAX - b ? UINT16_MAX : (uint16_t)(a + b);
}

static void
pulse_join(struct pulse *into, const struct pulse *p)
{
	uint64_t last = pulse_last_us(into), other = pulse_last_us(p);

	if (other > last || (other == last && p->last_frame > into->last_frame)) {
		last = other;
		into->last_frame = p->last_frame;
	}
	if (p->first_ns < into->first_ns ||
	    (p->first_ns == into->first_ns && p->first_frame < into->first_frame)) {
		into->first_ns = p->first_ns;
		into->first_frame = p->first_frame;
	}
	last -= floor_us(into->first_ns);
	into->span_us = last < SPAN_MOST ? (uint32_t)last : SPAN_MOST;
	into->bytes += p->bytes;
	into->packets += p->packets;
	into->voiced = add_u16(into->voiced, p->voiced);
	into->silent = add_u16(into->silent, p->silent);
}

/*
 * Kept pulses lie in blocks that never move, each a third of all before it: many logs
 * grow at once, and to any size.
 */
struct pulse_block {
	struct pulse_block *older;
	struct pulse at[];
};

/* Index of each block's first pulse. Beyond PULSES_EACH: see pulses_put(). */
static const uint16_t begins[] = { 0, 2, 4, 6, 8, 11, 15, 20, 27, 36, 48, 64, 85, 113,
	151, 201, 268, 357, 476, 635, 847, 1129, 1505, 2007, 2676, PULSES_EACH, 6144,
	9216, 13824, 20736, 31104, 46656, UINT16_MAX };

static struct pulse *
pulses_kept(const struct pulse_log *log, uint32_t index)
{
	struct pulse_block *b = log->kept;
	unsigned at = log->blocks - 1u;

	for (; index < begins[at]; at--)
		b = b->older;
	return &b->at[index - begins[at]];
}

static struct pulse *
pulse_of(struct pulse_log *log, uint32_t index)
{
	return index < log->count ? pulses_kept(log, index) : &log->open;
}

/* How many pulses lie in windows up to this one; the log is not empty. */
static uint32_t
pulses_up_to(const struct pulse_log *log, int64_t window)
{
	uint32_t low = 0, high = log->count + 1u;

	if (log->open.first_ns >> log->shift <= window)
		return high;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (pulses_at(log, middle)->first_ns >> log->shift <= window)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The kept pulse, or where one is put in, is not as it was saved. */
static void
pulses_touch(struct pulse_log *log, uint32_t index)
{
	if (index < log->saved)
		log->saved = (uint16_t)index;
}

/* Windows of twice the length; pulses that now share one become one. */
static void
pulses_widen(struct pulse_log *log)
{
	uint16_t n = 0;

	log->saved = 0;
	log->shift++;
	for (uint16_t i = 0; i < log->count; i++) {
		struct pulse *p = pulse_of(log, i);
		struct pulse *before = n > 0 ? pulse_of(log, n - 1u) : NULL;

		if (before != NULL && pulse_fits(before, p, log->shift))
			pulse_join(before, p);
		else
			*pulse_of(log, n++) = *p;
	}
	log->count = n;
	if (n > 0 && pulse_fits(pulse_of(log, n - 1u), &log->open, log->shift)) {
		pulse_join(pulse_of(log, n - 1u), &log->open);
		log->open = *pulse_of(log, n - 1u);
		log->count--;
	}
}

/* One more block; `anyway` beyond all bounds. */
static bool
pulses_grow(struct pulse_log *log, struct pulse_pool *pool, bool anyway)
{
	struct pulse_block *b = NULL;
	uint32_t room = begins[log->blocks], more = 0;

	if (log->blocks + 1u >= COUNT_OF(begins))
		return false;
	more = begins[log->blocks + 1] - room;
	if (!anyway && (room >= PULSES_EACH || pool->used + more > pool->limit))
		return false;
	b = malloc(sizeof(*b) + more * sizeof(b->at[0]));
	if (b == NULL)
		return false;
	b->older = log->kept;
	log->kept = b;
	log->blocks++;
	pool->used += more;
	return true;
}

/* There is room for one more. */
static void
pulses_insert(struct pulse_log *log, uint32_t at, const struct pulse *p)
{
	uint32_t last = log->count++;

	if (at > last) {
		*pulse_of(log, last) = log->open;
		log->open = *p;
		return;
	}
	for (uint32_t i = last; i > at; i--)
		*pulse_of(log, i) = *pulse_of(log, i - 1);
	*pulse_of(log, at) = *p;
}

/*
 * Where there is no room, windows grow until there is. But a pulse whose bytes are full
 * gets a second one anyway, once in gigabytes. What finds no memory even so is lost.
 */
static void
pulses_put(struct pulse_log *log, struct pulse_pool *pool, const struct pulse *p)
{
	if (log->open.packets == 0) {
		log->open = *p;
		return;
	}
	for (;;) {
		uint32_t at = pulses_up_to(log, p->first_ns >> log->shift);
		struct pulse *before = at > 0 ? pulse_of(log, at - 1) : NULL;
		bool last_resort = log->shift == SHIFT_MOST;

		if (before != NULL && pulse_fits(before, p, log->shift)) {
			pulse_join(before, p);
			pulses_touch(log, at - 1);
			return;
		}
		if (before != NULL && pulse_shares_window(before, p, log->shift))
			last_resort = true;
		if (log->count < begins[log->blocks] ||
		    pulses_grow(log, pool, last_resort)) {
			pulses_touch(log, at);
			pulses_insert(log, at, p);
			return;
		}
		if (log->shift == SHIFT_MOST)
			return;
		pulses_widen(log);
	}
}

static void
pulses_put_packet(struct pulse_log *log, struct pulse_pool *pool, const struct packet *p,
    uint32_t bytes, enum sound sound)
{
	uint32_t frame = p->number < UINT32_MAX ? (uint32_t)p->number : UINT32_MAX;
	struct pulse one = { .first_ns = p->time_ns,
		.bytes = bytes,
		.first_frame = frame,
		.last_frame = frame,
		.packets = 1,
		.voiced = sound == SOUND_VOICED,
		.silent = sound == SOUND_SILENT };

	pulses_put(log, pool, &one);
}

/* Most packets come in order and lie in the window that is open. */
void
pulses_add(struct pulse_log *log, struct pulse_pool *pool, const struct packet *p,
    uint32_t bytes, enum sound sound)
{
	struct pulse *open = &log->open;
	uint64_t span = floor_us(p->time_ns) - floor_us(open->first_ns);
	uint32_t sum = open->bytes + bytes;

	if ((open->first_ns ^ p->time_ns) >> log->shift != 0 || open->packets == 0 ||
	    p->time_ns < open->first_ns || (span | p->number) >> 32 != 0 ||
	    span < open->span_us || sum < bytes) {
		pulses_put_packet(log, pool, p, bytes, sound);
		return;
	}
	open->span_us = (uint32_t)span;
	open->last_frame = (uint32_t)p->number;
	open->bytes = sum;
	open->packets++;
	if (sound == SOUND_VOICED)
		open->voiced = add_u16(open->voiced, 1);
	else if (sound == SOUND_SILENT)
		open->silent = add_u16(open->silent, 1);
}

void
pulses_merge(struct pulse_log *into, struct pulse_log *from, struct pulse_pool *pool)
{
	while (into->shift < from->shift)
		pulses_widen(into);
	for (uint32_t i = 0; i < pulses_count(from); i++) {
		struct pulse p = *pulse_of(from, i);

		p.voiced = p.silent = 0;
		pulses_put(into, pool, &p);
	}
	pulses_free(from, pool);
}

void
pulses_free(struct pulse_log *log, struct pulse_pool *pool)
{
	struct pulse_block *b = log->kept, *older = NULL;

	for (; b != NULL; b = older) {
		older = b->older;
		free(b);
	}
	pool->used -= begins[log->blocks];
	*log = (struct pulse_log){ .shift = PULSE_SHIFT };
}

size_t
pulses_count(const struct pulse_log *log)
{
	return log->open.packets > 0 ? (size_t)log->count + 1 : 0;
}

const struct pulse *
pulses_at(const struct pulse_log *log, size_t index)
{
	if (index >= pulses_count(log))
		return NULL;
	return index < log->count ? pulses_kept(log, (uint32_t)index) : &log->open;
}

static void
sum_extend(struct pulse_sum *sum, int64_t first_ns, int64_t last_ns, uint32_t first_frame,
    uint32_t last_frame)
{
	bool none = sum->packets == 0;

	if (none || first_ns < sum->first_ns)
		sum->first_ns = first_ns;
	if (none || last_ns > sum->last_ns)
		sum->last_ns = last_ns;
	if (none || first_frame < sum->first_frame)
		sum->first_frame = first_frame;
	if (none || last_frame > sum->last_frame)
		sum->last_frame = last_frame;
}

/* The last packet's time is known to the microsecond, of the longest spans less well. */
static bool
pulse_ends_within(const struct pulse *p, unsigned shift, int64_t from_ns, int64_t to_ns)
{
	uint64_t last = pulse_last_us(p), latest = last;

	if (p->span_us == SPAN_MOST)
		latest = floor_us(p->first_ns | ((INT64_C(1) << shift) - 1));
	return last >= floor_us(from_ns) + (from_ns % 1000 > 0) &&
	       latest < floor_us(to_ns);
}

static void
pulse_sum_add(const struct pulse *p, bool starts, bool ends, struct pulse_sum *out)
{
	int64_t first = p->first_ns;
	int64_t last = p->span_us > 0 ? (int64_t)(pulse_last_us(p) * 1000) : first;
	uint32_t first_frame = p->first_frame, last_frame = p->last_frame;

	if (!starts) {
		first = last;
		first_frame = last_frame;
	}
	if (!ends) {
		last = first;
		last_frame = first_frame;
	}
	if (first_frame > last_frame) { /* late packets have late numbers */
		first_frame = p->last_frame;
		last_frame = p->first_frame;
	}
	sum_extend(out, first, last, first_frame, last_frame);
	out->packets += starts && ends ? p->packets : 1;
	if (!starts || !ends)
		return;
	out->bytes += p->bytes;
	out->voiced += p->voiced;
	out->silent += p->silent;
}

void
pulses_within(
    const struct pulse_log *log, int64_t from_ns, int64_t to_ns, struct pulse_sum *out)
{
	size_t count = pulses_count(log);
	uint32_t i = 0;

	memset(out, 0, sizeof(*out));
	if (from_ns < 0)
		from_ns = 0; /* no packet is older */
	if (count == 0 || from_ns >= to_ns)
		return;
	assert(log->shift >= PULSE_SHIFT);
	i = pulses_up_to(log, (from_ns >> log->shift) - 1);
	for (; i < count; i++) {
		const struct pulse *p = pulses_at(log, i);
		bool starts = p->first_ns >= from_ns && p->first_ns < to_ns,
		     ends = starts;

		if (p->first_ns >> log->shift > to_ns >> log->shift)
			break;
		if (p->packets > 1)
			ends = pulse_ends_within(p, log->shift, from_ns, to_ns);
		if (starts || ends)
			pulse_sum_add(p, starts, ends, out);
	}
}

static const struct codec_field pulse_fields[] = {
	CODEC_FIELD(struct pulse, first_ns, CODEC_TIME),
	CODEC_FIELD(struct pulse, span_us, CODEC_ANY),
	CODEC_FIELD(struct pulse, bytes, CODEC_ANY),
	CODEC_FIELD(struct pulse, first_frame, CODEC_ANY),
	CODEC_FIELD(struct pulse, last_frame, CODEC_ANY),
	CODEC_FIELD(struct pulse, packets, CODEC_ANY),
	CODEC_FIELD(struct pulse, voiced, CODEC_ANY),
	CODEC_FIELD(struct pulse, silent, CODEC_ANY),
};

static void
pulse_record(struct pulse *p, struct codec *r)
{
	codec_fields(r, pulse_fields, COUNT_OF(pulse_fields), p);
	if (p->packets == 0 ||
	    (p->span_us != SPAN_MOST && pulse_last_us(p) > floor_us(INT64_MAX)))
		r->failed = true;
}

/* Puts a pulse that was read behind the others. */
static bool
pulses_append(struct pulse_log *log, struct pulse_pool *pool, const struct pulse *p)
{
	if (log->count >= begins[log->blocks] && !pulses_grow(log, pool, true))
		return false;
	*pulses_kept(log, log->count++) = *p;
	return true;
}

static void
pulses_read(struct pulse_log *log, uint64_t from, uint64_t count,
    const struct pulse_log *was, struct pulse_pool *pool, struct codec *r)
{
	if (from > count ||
	    (from > 0 && (was == NULL || was->shift != log->shift || from > was->count)))
		r->failed = true;
	for (uint32_t i = 0; i < count && !r->failed && !bytes_short(&r->in); i++) {
		struct pulse p = { 0 };

		if (i < from)
			p = *pulses_at(was, i);
		else
			pulse_record(&p, r);
		if (!r->failed && !pulses_append(log, pool, &p))
			r->failed = true;
	}
}

void
pulses_record(struct pulse_log *log, uint16_t from, const struct pulse_log *was,
    struct pulse_pool *pool, struct codec *r)
{
	uint64_t shift = log->shift, start = from, count = log->count;
	bool any = log->open.packets > 0;

	codec_flag(r, &any);
	codec_number(r, &shift, SHIFT_MOST);
	if (shift < PULSE_SHIFT)
		r->failed = true;
	if (r->reading)
		*log = (struct pulse_log){ .shift =
					       r->failed ? PULSE_SHIFT : (uint8_t)shift };
	if (!any || r->failed)
		return;
	codec_number(r, &start, UINT16_MAX);
	codec_number(r, &count, begins[COUNT_OF(begins) - 2]);
	if (r->reading)
		pulses_read(log, start, count, was, pool, r);
	else
		for (uint64_t i = start; i < count; i++)
			pulse_record(pulses_kept(log, (uint32_t)i), r);
	pulse_record(&log->open, r);
}
