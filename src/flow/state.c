/* SPDX-License-Identifier: Apache-2.0 */
/* Flows in a journal: which of them changed, and what is told of each. */
#include <stdlib.h>
#include "private.h"

#define LIST_FIRST 256

bool
flow_is_over(const struct flow *f)
{
	return f->tcp_reset || (f->tcp_fin[0] && f->tcp_fin[1]);
}

uint32_t
stream_tag(const struct stream *s)
{
	uint64_t what[2] = { (uint64_t)s->dissector << 8 | s->message, 0 };
	uint32_t tag = 0;

	if (s->has_rtp)
		what[1] = (uint64_t)s->ssrc << 8 | s->payload_type;
	else if (s->message == MESSAGE_UNKNOWN)
		what[1] = s->type;
	tag = (uint32_t)hash_bytes(what, sizeof(what), 0);
	return tag != 0 ? tag : 1;
}

struct flow *
flow_table_find(const struct flow_table *t, const struct flow_key *key)
{
	const struct flow_end *a = &key->end[0], *b = &key->end[1];
	int order = addr_compare(&a->addr, &b->addr);
	unsigned first = order > 0 || (order == 0 && a->port > b->port);
	struct flow_key k;
	uint32_t at = NONE;

	memset(&k, 0, sizeof(k)); /* between its members, too: it is hashed */
	for (unsigned end = 0; end < 2; end++) {
		k.end[end].addr = key->end[end ^ first].addr;
		k.end[end].port = key->end[end ^ first].port;
	}
	k.proto = key->proto;
	at = slot_find(t, &k, key_hash(t, &k));
	return at != NONE ? slot(t, at) : NULL;
}

static bool
list_add(struct slot_list *l, uint32_t index)
{
	size_t room = l->room ? l->room * 2 : LIST_FIRST;
	uint32_t *more = NULL;

	if (l->count == l->room) {
		more = realloc(l->items, room * sizeof(*more));
		if (more == NULL)
			return false;
		l->items = more;
		l->room = room;
	}
	l->items[l->count++] = index;
	return true;
}

void
flow_note(struct flow_table *t, uint32_t index, unsigned bits)
{
	struct flow *f = slot(t, index);
	unsigned news = bits & ~(unsigned)f->unsaved;

	/* Without memory for it, the flow's next packet tries again. */
	if (news & UNSAVED_CHANGE && !list_add(&t->changed, index))
		return;
	f->unsaved |= (uint8_t)(bits & UNSAVED_CHANGE);
	if (news & UNSAVED_OVER && list_add(&t->over, index))
		f->unsaved |= UNSAVED_OVER;
}

void
flow_table_track(struct flow_table *t)
{
	t->tracked = true;
}

void
flow_table_touch(struct flow_table *t, const struct flow *f)
{
	uint32_t index =
	    t->tracked && f->in_table ? slot_find(t, &f->key, f->hash) : NONE;

	if (index != NONE)
		flow_changed(t, f, index);
}

bool
flow_table_has_over(const struct flow_table *t)
{
	return t->over.count > 0;
}

struct flow *
flow_table_pick(struct flow_table *t, enum flow_pick pick, size_t *at)
{
	const struct slot_list *l = pick == FLOWS_OVER ? &t->over : &t->changed;
	unsigned bit = pick == FLOWS_OVER ? UNSAVED_OVER : UNSAVED_CHANGE;
	struct flow *f = NULL;

	if (pick == FLOWS_ALL) {
		while (*at < t->slots && f == NULL)
			f = flow_table_at(t, (*at)++);
		return f;
	}
	while (*at < l->count) {
		f = slot(t, l->items[(*at)++]);
		if (f->id != 0 && f->unsaved & bit)
			return f;
	}
	return NULL;
}

void
flow_table_saved(struct flow_table *t, struct flow *f)
{
	(void)t;
	f->unsaved = 0;
	for (uint8_t i = 0; i < f->stream_count; i++)
		for (unsigned end = 0; end < 2; end++) {
			struct pulse_log *log = &f->streams[i].pulses[end];

			log->saved = log->count;
		}
}

void
flow_table_picked(struct flow_table *t, enum flow_pick pick)
{
	t->over.count = 0;
	if (pick == FLOWS_CHANGED)
		t->changed.count = 0;
}

static const struct codec_field flow_fields[] = {
	CODEC_FIELD(struct flow, key.end[0].port, CODEC_ANY),
	CODEC_FIELD(struct flow, key.end[1].port, CODEC_ANY),
	CODEC_FIELD(struct flow, key.proto, CODEC_ANY),
	CODEC_FIELD(struct flow, first_end, 1),
	CODEC_FIELD(struct flow, opened, FLOW_OPEN_1),
	CODEC_FIELD(struct flow, closed, FLOW_REUSED),
	CODEC_FIELD(struct flow, mid_flow, 1),
	CODEC_FIELD(struct flow, snapped, 1),
	CODEC_FIELD(struct flow, settled, 1),
	CODEC_FIELD(struct flow, opaque, 1),
	CODEC_FIELD(struct flow, tunnel, TUNNEL_GENEVE),
	CODEC_FIELD(struct flow, confirmed, DISSECTORS - 1),
	CODEC_FIELD(struct flow, variant, CODEC_ANY),
	CODEC_FIELD(struct flow, stream_last, FLOW_STREAMS),
	CODEC_ARRAY(struct flow, stream_of, FLOW_STREAMS),
	CODEC_ARRAY(struct flow, tried, CODEC_ANY),
	CODEC_FIELD(struct flow, in_table, 1),
	CODEC_FIELD(struct flow, id, UINT32_MAX - 1),
	CODEC_FIELD(struct flow, streams_folded, CODEC_ANY),
	CODEC_ARRAY(struct flow, vlan, CODEC_ANY),
	CODEC_FIELD(struct flow, vlan_count, 2),
	CODEC_FIELD(struct flow, first_ns, CODEC_TIME),
	CODEC_FIELD(struct flow, last_ns, CODEC_TIME),
	CODEC_FIELD(struct flow, trusted, CODEC_ANY),
	CODEC_FIELD(struct flow, maybe, CODEC_ANY),
	CODEC_FIELD(struct flow, first_frame, CODEC_ANY),
	CODEC_FIELD(struct flow, last_frame, CODEC_ANY),
	CODEC_ARRAY(struct flow, tcp_set, 1),
	CODEC_ARRAY(struct flow, tcp_fin, 1),
	CODEC_FIELD(struct flow, tcp_reset, 1),
	CODEC_ARRAY(struct flow, tcp_next, CODEC_ANY),
	CODEC_ARRAY(struct flow, tcp_acked, CODEC_ANY),
};

static const struct codec_field side_fields[] = {
	CODEC_FIELD(struct flow_side, packets, CODEC_ANY),
	CODEC_FIELD(struct flow_side, bytes, CODEC_ANY),
	CODEC_FIELD(struct flow_side, payload_bytes, CODEC_ANY),
	CODEC_FIELD(struct flow_side, retransmitted_bytes, CODEC_ANY),
	CODEC_FIELD(struct flow_side, missing_bytes, CODEC_ANY),
};

static const struct codec_field shape_fields[] = {
	CODEC_ARRAY(struct shape, packets, CODEC_ANY),
	CODEC_ARRAY(struct shape, bytes, CODEC_ANY),
	CODEC_ARRAY(struct shape, square_sum, CODEC_ANY),
	CODEC_ARRAY(struct shape, full, CODEC_ANY),
	CODEC_ARRAY(struct shape, units, CODEC_ANY),
	CODEC_ARRAY(struct shape, unit_bytes, CODEC_ANY),
	CODEC_REAL(struct shape, unit_square_sum),
	CODEC_ARRAY(struct shape, batches, CODEC_ANY),
	CODEC_REAL(struct shape, gap_sum),
	CODEC_REAL(struct shape, gap_square_sum),
	CODEC_FIELD(struct shape, gap_count, CODEC_ANY),
	CODEC_ARRAY(struct shape, seconds, CODEC_ANY),
	CODEC_FIELD(struct shape, both_seconds, CODEC_ANY),
	CODEC_REAL(struct shape, second_square_sum),
	CODEC_FIELD(struct shape, second_at, CODEC_TIME),
	CODEC_ARRAY(struct shape, second_bytes, CODEC_ANY),
	CODEC_FIELD(struct shape, unit_open, CODEC_ANY),
	CODEC_ARRAY(struct shape, last_ns, CODEC_TIME),
	CODEC_FIELD(struct shape, last_end, 1),
};

static const struct codec_field stream_fields[] = {
	CODEC_FIELD(struct stream, dissector, DISSECTORS - 1),
	CODEC_FIELD(struct stream, message, MESSAGES - 1),
	CODEC_FIELD(struct stream, payload_type, CODEC_ANY),
	CODEC_FIELD(struct stream, relayed, 1),
	CODEC_FIELD(struct stream, certain, 1),
	CODEC_FIELD(struct stream, type, CODEC_ANY),
	CODEC_FIELD(struct stream, ssrc, CODEC_ANY),
	CODEC_ARRAY(struct stream, packets, CODEC_ANY),
	CODEC_ARRAY(struct stream, payload_bytes, CODEC_ANY),
	CODEC_FIELD(struct stream, last_ns, CODEC_TIME),
	CODEC_FIELD(struct stream, first_ns, CODEC_TIME),
	CODEC_FIELD(struct stream, last_frame, CODEC_ANY),
	CODEC_FIELD(struct stream, first_frame, CODEC_ANY),
};

static const struct codec_field rtp_fields[] = {
	CODEC_FIELD(struct rtp_stats, packets, CODEC_ANY),
	CODEC_FIELD(struct rtp_stats, markers, CODEC_ANY),
	CODEC_FIELD(struct rtp_stats, voiced, CODEC_ANY),
	CODEC_FIELD(struct rtp_stats, silent, CODEC_ANY),
	CODEC_FIELD(struct rtp_stats, levelled, CODEC_ANY),
	CODEC_FIELD(struct rtp_stats, padding, CODEC_ANY),
	CODEC_FIELD(struct rtp_stats, screens, CODEC_ANY),
	CODEC_FIELD(struct rtp_stats, first_timestamp, CODEC_ANY),
	CODEC_FIELD(struct rtp_stats, last_timestamp, CODEC_ANY),
	CODEC_FIELD(struct rtp_stats, timestamp_span, CODEC_ANY),
	CODEC_FIELD(struct rtp_stats, first_ns, CODEC_TIME),
	CODEC_FIELD(struct rtp_stats, last_ns, CODEC_TIME),
	CODEC_FIELD(struct rtp_stats, repeats, CODEC_ANY),
	CODEC_FIELD(struct rtp_stats, step, CODEC_ANY),
	CODEC_FIELD(struct rtp_stats, step_count, CODEC_ANY),
	CODEC_FIELD(struct rtp_stats, steps, CODEC_ANY),
	CODEC_FIELD(struct rtp_stats, size_max, CODEC_ANY),
	CODEC_FIELD(struct rtp_stats, size_sum, CODEC_ANY),
	CODEC_FIELD(struct rtp_stats, sequence, CODEC_ANY),
	CODEC_FIELD(struct rtp_stats, lost, CODEC_ANY),
	CODEC_FIELD(struct rtp_stats, leads, CODEC_ANY),
	CODEC_ARRAY(struct rtp_stats, lead_bits, CODEC_ANY),
};

static const struct codec_field stats_fields[] = {
	CODEC_FIELD(struct flow_stats, created, CODEC_ANY),
	CODEC_FIELD(struct flow_stats, evicted, CODEC_ANY),
	CODEC_FIELD(struct flow_stats, idled, CODEC_ANY),
	CODEC_FIELD(struct flow_stats, aged, CODEC_ANY),
	CODEC_FIELD(struct flow_stats, folded, CODEC_ANY),
	CODEC_FIELD(struct flow_stats, folded_packets, CODEC_ANY),
	CODEC_FIELD(struct flow_stats, folded_payload_bytes, CODEC_ANY),
	CODEC_FIELD(struct flow_stats, active_peak, CODEC_ANY),
};

void
flow_stats_record(struct flow_stats *s, struct codec *r)
{
	codec_fields(r, stats_fields, COUNT_OF(stats_fields), s);
}

void
flow_table_set_stats(struct flow_table *t, const struct flow_stats *s)
{
	t->stats = *s;
}

/* Both ways: where what is pointed at is missing, reading makes it. */
static void *
part_record(struct codec *r, void *part, size_t size)
{
	bool any = part != NULL;

	codec_flag(r, &any);
	if (!r->reading || !any || r->failed)
		return part;
	part = calloc(1, size);
	r->failed |= part == NULL;
	return part;
}

/* `was` is the stream as it was read before, or NULL. */
static void
stream_record(struct stream *s, const struct stream *was, bool whole,
    struct pulse_pool *pool, struct codec *r)
{
	codec_fields(r, stream_fields, COUNT_OF(stream_fields), s);
	s->rtp = part_record(r, s->rtp, sizeof(*s->rtp));
	s->has_rtp = s->rtp != NULL;
	if (s->rtp != NULL)
		codec_fields(r, rtp_fields, COUNT_OF(rtp_fields), s->rtp);
	for (unsigned end = 0; end < 2; end++)
		pulses_record(&s->pulses[end], whole ? 0 : s->pulses[end].saved,
		    was != NULL ? &was->pulses[end] : NULL, pool, r);
}

/* Room for the streams to be read, each an empty one. */
static bool
streams_make(struct flow *f, uint64_t count)
{
	f->streams = count < 2 ? &f->only : calloc(count, sizeof(*f->streams));
	if (f->streams == NULL)
		return false;
	f->stream_count = f->stream_room = (uint8_t)count;
	for (uint64_t i = 0; i < count; i++)
		f->streams[i].pulses[0].shift = f->streams[i].pulses[1].shift =
		    PULSE_SHIFT;
	if (count == 0)
		f->streams = NULL;
	return true;
}

static void
streams_record(struct flow *f, const struct flow *was, bool whole,
    struct pulse_pool *pool, struct codec *r)
{
	uint64_t count = f->stream_count;

	codec_number(r, &count, FLOW_STREAMS);
	if (r->reading && !streams_make(f, count))
		r->failed = true;
	for (uint8_t i = 0; i < f->stream_count && !r->failed; i++) {
		bool known = was != NULL && i < was->stream_count;

		stream_record(
		    &f->streams[i], known ? &was->streams[i] : NULL, whole, pool, r);
	}
}

/* All of a flow but what stands in front: its slot and id. */
static void
flow_record(struct flow *f, const struct flow *was, bool whole, struct pulse_pool *pool,
    struct codec *r)
{
	codec_addr(r, &f->key.end[0].addr);
	codec_addr(r, &f->key.end[1].addr);
	for (unsigned end = 0; end < 2; end++)
		codec_fields(r, side_fields, COUNT_OF(side_fields), &f->side[end]);
	tcp_record(f, r);
	f->shape = part_record(r, f->shape, sizeof(*f->shape));
	if (f->shape != NULL)
		codec_fields(r, shape_fields, COUNT_OF(shape_fields), f->shape);
	if (!r->failed)
		streams_record(f, was, whole, pool, r);
}

/* Slots need not be stored with a flow: it knows its place by its chunk. */
static uint32_t
slot_of(const struct flow_table *t, const struct flow *f)
{
	for (uint32_t i = 0; i < t->chunk_count; i++)
		if (f >= t->chunks[i] && f < t->chunks[i] + CHUNK)
			return i * CHUNK + (uint32_t)(f - t->chunks[i]);
	return NONE;
}

void
flow_table_write(struct flow_table *t, const struct flow *f, bool whole, struct codec *r)
{
	uint64_t place = slot_of(t, f);
	struct flow copy = *f;

	if (f->streams == &f->only)
		copy.streams = &copy.only;
	codec_number(r, &place, NONE);
	codec_fields(r, flow_fields, COUNT_OF(flow_fields), &copy);
	flow_record(&copy, NULL, whole, &t->pool, r);
}

/* Our slot for a record's, or NONE: then a new one is wanted. */
static uint32_t
place_find(const struct flow_table *t, uint32_t place)
{
	return place < t->place_count ? t->places[place] - 1 : NONE;
}

static uint32_t
place_take(struct flow_table *t, uint32_t place)
{
	uint32_t count = t->place_count ? t->place_count : CHUNK, *more = NULL;

	while (count <= place)
		count *= 2;
	if (count > t->place_count) {
		more = realloc(t->places, count * sizeof(*more));
		if (more == NULL)
			return NONE;
		memset(
		    more + t->place_count, 0, (count - t->place_count) * sizeof(*more));
		t->places = more;
		t->place_count = count;
	}
	if (t->places[place] == 0)
		t->places[place] = slot_take(t) + 1;
	return t->places[place] - 1;
}

static void
flow_sum(const struct flow *f, struct flow_side *sums)
{
	for (unsigned end = 0; end < 2; end++) {
		sums->packets += f->side[end].packets;
		sums->bytes += f->side[end].bytes;
		sums->payload_bytes += f->side[end].payload_bytes;
		sums->retransmitted_bytes += f->side[end].retransmitted_bytes;
	}
}

/* Puts what was read whole into its slot. */
static struct flow *
flow_place(
    struct flow_table *t, const struct flow *read, uint32_t index, struct flow_side *sums)
{
	struct flow *f = slot(t, index);

	flow_sum(f, sums);
	if (f->in_table)
		flow_leave(t, f, index);
	flow_clear(t, f);
	*f = *read;
	if (read->streams == &read->only)
		f->streams = &f->only;
	f->hash = key_hash(t, &f->key);
	if (f->in_table)
		flow_enter(t, f, index);
	if (f->id > t->next_id)
		t->next_id = f->id;
	return f;
}

struct flow *
flow_table_restore(struct flow_table *t, struct codec *r, struct flow_detail *detail,
    struct flow_side *sums)
{
	struct flow read = { 0 };
	const struct flow *was = NULL;
	uint64_t place = 0;
	uint32_t index = NONE;

	memset(sums, 0, sizeof(*sums));
	codec_number(r, &place, t->limits.kept ? t->limits.kept - 1 : 0);
	codec_fields(r, flow_fields, COUNT_OF(flow_fields), &read);
	if (r->failed || read.id == 0)
		return NULL;
	index = place_find(t, (uint32_t)place);
	if (index != NONE && slot(t, index)->id == read.id)
		was = slot(t, index);
	flow_record(&read, was, false, &t->pool, r);
	if (codec_is_whole(r) && (index = place_take(t, (uint32_t)place)) != NONE) {
		read.detail = detail;
		return flow_place(t, &read, index, sums);
	}
	flow_clear(t, &read);
	return NULL;
}
