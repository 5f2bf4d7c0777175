/* SPDX-License-Identifier: Apache-2.0 */
/* The flow table: one hash, one list a transport by age, slots that never move. */
#include <stdlib.h>
#include <unistd.h>
#include "private.h"

#define BUCKETS_MIN 4096
#define SECOND_NS INT64_C(1000000000)
/* A flow moves to the young end of its list at most once in this time. */
#define RANK_NS (SECOND_NS / 2)

const struct flow_limits flow_limits_default = {
	.active = 1 << 17,
	.kept = 1 << 18,
	.udp_idle_ns = 180 * SECOND_NS,
	.tcp_idle_ns = 600 * SECOND_NS,
	.other_idle_ns = 60 * SECOND_NS,
	.hard_ns = 12 * 3600 * SECOND_NS,
	.pulses = 2 << 20,
};

static inline bool
key_equal(const struct flow_key *a, const struct flow_key *b)
{
	return a->proto == b->proto && a->end[0].port == b->end[0].port &&
	       a->end[1].port == b->end[1].port &&
	       addr_equal(&a->end[0].addr, &b->end[0].addr) &&
	       addr_equal(&a->end[1].addr, &b->end[1].addr);
}

static unsigned
age_of(uint8_t proto)
{
	return proto == 17 ? AGE_UDP : proto == 6 ? AGE_TCP : AGE_OTHER;
}

static int64_t
idle_of(const struct flow_limits *l, uint8_t proto)
{
	return proto == 17  ? l->udp_idle_ns
	       : proto == 6 ? l->tcp_idle_ns
			    : l->other_idle_ns;
}

struct flow_table *
flow_table_new(const struct flow_limits *limits,
    void (*release)(struct flow_detail *, void *),
    void (*finished)(struct flow *, void *), void *context)
{
	struct flow_table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->limits = limits ? *limits : flow_limits_default;
	t->pool.limit = t->limits.pulses;
	t->release = release;
	t->finished = finished;
	t->context = context;
	t->mask = BUCKETS_MIN - 1;
	t->last = NONE;
	(void)getentropy(&t->seed, sizeof(t->seed));
	t->buckets = malloc(BUCKETS_MIN * sizeof(*t->buckets));
	if (t->buckets == NULL) {
		free(t);
		return NULL;
	}
	memset(t->buckets, 0xff, BUCKETS_MIN * sizeof(*t->buckets));
	for (unsigned i = 0; i < AGES; i++)
		t->oldest[i] = t->youngest[i] = NONE;
	return t;
}

void
flow_clear(struct flow_table *t, struct flow *f)
{
	if (f->detail != NULL && t->release != NULL)
		t->release(f->detail, t->context);
	streams_free(f, &t->pool);
	free(f->holes[0]);
	free(f->holes[1]);
	memset(f, 0, sizeof(*f));
}

void
flow_table_free(struct flow_table *t)
{
	if (t == NULL)
		return;
	for (uint32_t i = 0; i < t->slots; i++)
		flow_clear(t, slot(t, i));
	for (uint32_t i = 0; i < t->chunk_count; i++)
		free(t->chunks[i]);
	free(t->chunks);
	free(t->buckets);
	free(t->changed.items);
	free(t->over.items);
	free(t->places);
	free(t);
}

static void
list_remove(struct flow_table *t, struct flow *f)
{
	unsigned age = age_of(f->key.proto);

	if (f->older != NONE)
		slot(t, f->older)->newer = f->newer;
	else
		t->oldest[age] = f->newer;
	if (f->newer != NONE)
		slot(t, f->newer)->older = f->older;
	else
		t->youngest[age] = f->older;
}

static void
list_append(struct flow_table *t, struct flow *f, uint32_t index)
{
	unsigned age = age_of(f->key.proto);

	f->newer = NONE;
	f->older = t->youngest[age];
	if (f->older != NONE)
		slot(t, f->older)->newer = index;
	else
		t->oldest[age] = index;
	t->youngest[age] = index;
	f->ranked_ns = f->last_ns;
}

static void
bucket_remove(struct flow_table *t, struct flow *f, uint32_t index)
{
	uint32_t *at = &t->buckets[f->hash & t->mask];

	while (*at != index)
		at = &slot(t, *at)->next_in_bucket;
	*at = f->next_in_bucket;
}

void
flow_enter(struct flow_table *t, struct flow *f, uint32_t index)
{
	f->in_table = true;
	f->next_in_bucket = t->buckets[f->hash & t->mask];
	t->buckets[f->hash & t->mask] = index;
	list_append(t, f, index);
	t->active++;
}

void
flow_leave(struct flow_table *t, struct flow *f, uint32_t index)
{
	bucket_remove(t, f, index);
	list_remove(t, f);
	f->in_table = false;
	t->active--;
	if (t->last == index)
		t->last = NONE;
}

/* Out of the hash and the list; the flow stays in its slot for the report. */
static void
flow_finish(struct flow_table *t, uint32_t index, enum flow_close how)
{
	struct flow *f = slot(t, index);

	flow_leave(t, f, index);
	if ((how == FLOW_ACTIVE || how == FLOW_IDLE) && flow_is_over(f))
		how = FLOW_CLOSED;
	f->closed = (uint8_t)how;
	streams_settle(f);
	tcp_settle(f);
	if (t->finished != NULL)
		t->finished(f, t->context);
	if (t->tracked)
		flow_note(t, index, UNSAVED_CHANGE | UNSAVED_OVER);
}

/* Ends the flows that are idle at this time, a few at a time so that no packet waits
 * long. */
static void
expire(struct flow_table *t, unsigned age, int64_t now)
{
	for (unsigned budget = 8; budget > 0 && t->oldest[age] != NONE; budget--) {
		uint32_t index = t->oldest[age];
		struct flow *f = slot(t, index);
		int64_t idle = idle_of(&t->limits, f->key.proto);

		if (now - f->ranked_ns <= idle)
			return;
		if (now - f->last_ns > idle) {
			flow_finish(t, index, FLOW_IDLE);
			t->stats.idled++;
			continue;
		}
		list_remove(t, f);
		list_append(t, f, index);
	}
}

static void
evict(struct flow_table *t)
{
	uint32_t idlest = NONE;

	for (unsigned i = 0; i < AGES; i++) {
		uint32_t at = t->oldest[i];

		if (at == NONE)
			continue;
		if (idlest == NONE || slot(t, at)->ranked_ns < slot(t, idlest)->ranked_ns)
			idlest = at;
	}
	if (idlest == NONE)
		return;
	flow_finish(t, idlest, FLOW_EVICTED);
	t->stats.evicted++;
}

static void
grow(struct flow_table *t)
{
	uint32_t size = (t->mask + 1) * 2;
	uint32_t *buckets = malloc(size * sizeof(*buckets));

	if (buckets == NULL)
		return; /* longer chains, nothing lost */
	memset(buckets, 0xff, size * sizeof(*buckets));
	free(t->buckets);
	t->buckets = buckets;
	t->mask = size - 1;
	for (uint32_t i = 0; i < t->slots; i++) {
		struct flow *f = slot(t, i);

		if (!f->in_table)
			continue;
		f->next_in_bucket = buckets[f->hash & t->mask];
		buckets[f->hash & t->mask] = i;
	}
}

/* Counts a finished flow in the totals of what is no longer told one by one. */
static uint32_t
fold(struct flow_table *t)
{
	for (uint32_t tries = 0; tries < t->slots; tries++) {
		uint32_t index = t->fold_at++ % t->slots;
		struct flow *f = slot(t, index);

		if (f->in_table)
			continue;
		t->stats.folded++;
		for (unsigned end = 0; end < 2; end++) {
			t->stats.folded_packets += f->side[end].packets;
			t->stats.folded_payload_bytes +=
			    f->side[end].payload_bytes + f->side[end].retransmitted_bytes;
		}
		flow_clear(t, f);
		return index;
	}
	return NONE;
}

uint32_t
slot_take(struct flow_table *t)
{
	struct flow **more = NULL;

	if (t->slots >= t->limits.kept)
		return fold(t);
	if (t->slots % CHUNK != 0)
		return t->slots++;
	more = realloc(t->chunks, (t->chunk_count + 1) * sizeof(*more));
	if (more == NULL)
		return NONE;
	t->chunks = more;
	t->chunks[t->chunk_count] = calloc(CHUNK, sizeof(struct flow));
	if (t->chunks[t->chunk_count] == NULL)
		return NONE;
	t->chunk_count++;
	return t->slots++;
}

/* Ends in order; returns which end sent the packet. */
static unsigned
key_make(const struct packet *p, struct flow_key *key)
{
	int order = addr_compare(&p->src, &p->dst);
	unsigned sender = order > 0 || (order == 0 && p->sport > p->dport);

	memset(key, 0, sizeof(*key));
	key->end[sender].addr = p->src;
	key->end[sender].port = p->sport;
	key->end[!sender].addr = p->dst;
	key->end[!sender].port = p->dport;
	key->proto = p->proto;
	return sender;
}

static struct flow *
flow_new(struct flow_table *t, const struct flow_key *key, uint32_t hash,
    const struct packet *p, unsigned sender)
{
	uint32_t index = NONE, slots = t->slots;
	struct flow *f = NULL;

	if (t->active >= t->limits.active)
		evict(t);
	if (t->active > t->mask)
		grow(t);
	index = slot_take(t);
	if (index == NONE)
		return NULL;
	f = slot(t, index);
	f->key = *key;
	f->hash = hash;
	f->id = ++t->next_id;
	f->first_ns = f->last_ns = p->time_ns;
	f->first_frame = p->number;
	f->first_end = (uint8_t)sender;
	f->tunnel = p->tunnel;
	f->vlan_count = p->vlan_count;
	memcpy(f->vlan, p->vlan, sizeof(f->vlan));
	if (p->proto == 6) {
		bool syn = p->tcp_flags & TCP_SYN;
		unsigned opener = p->tcp_flags & TCP_ACK ? !sender : sender;

		f->mid_flow = !syn;
		f->opened = (uint8_t)(!syn     ? FLOW_OPEN_UNKNOWN
				      : opener ? FLOW_OPEN_1
					       : FLOW_OPEN_0);
	}
	flow_enter(t, f, index);
	t->last = index;
	t->stats.created++;
	if (t->tracked && t->slots == slots) /* a journal must forget what was folded */
		flow_note(t, index, UNSAVED_CHANGE | UNSAVED_OVER);
	if (t->active > t->stats.active_peak)
		t->stats.active_peak = t->active;
	return f;
}

uint32_t
key_hash(const struct flow_table *t, const struct flow_key *key)
{
	return (uint32_t)hash_bytes(key, sizeof(*key), t->seed);
}

uint32_t
slot_find(const struct flow_table *t, const struct flow_key *key, uint32_t hash)
{
	uint32_t at = t->buckets[hash & t->mask];

	for (; at != NONE; at = slot(t, at)->next_in_bucket) {
		struct flow *f = slot(t, at);

		if (f->hash == hash && key_equal(&f->key, key))
			break;
	}
	return at;
}

static uint32_t
flow_find(struct flow_table *t, const struct flow_key *key, uint32_t *hash)
{
	uint32_t at = t->last;

	if (at != NONE && key_equal(&slot(t, at)->key, key)) {
		*hash = slot(t, at)->hash;
		return at;
	}
	*hash = key_hash(t, key);
	return slot_find(t, key, *hash);
}

/* The flow of the packet, unless it is over by time or by a new SYN. */
static struct flow *
flow_current(
    struct flow_table *t, uint32_t index, const struct packet *p, unsigned sender)
{
	struct flow *f = slot(t, index);

	if (p->time_ns - f->last_ns > idle_of(&t->limits, p->proto)) {
		flow_finish(t, index, FLOW_IDLE);
		t->stats.idled++;
	} else if (p->time_ns - f->first_ns > t->limits.hard_ns) {
		flow_finish(t, index, FLOW_AGED);
		t->stats.aged++;
	} else if (p->proto == 6 && tcp_reopens(f, sender, p)) {
		flow_finish(t, index, FLOW_REUSED);
	} else {
		t->last = index;
		return f;
	}
	return NULL;
}

static void
flow_count(struct flow_table *t, struct flow *f, unsigned sender, const struct packet *p,
    struct flow_update *out)
{
	struct flow_side *side = &f->side[sender];
	bool asked = false;

	side->packets++;
	side->bytes += p->frame_length;
	f->last_frame = p->number;
	if (p->time_ns > f->last_ns)
		f->last_ns = p->time_ns;
	f->snapped |= p->snapped;
	out->new_payload = p->payload_length;
	if (p->proto == 6) {
		out->new_payload = tcp_account(f, sender, p);
		side->retransmitted_bytes += p->payload_length - out->new_payload;
	}
	out->fresh = out->new_payload > 0;
	if (p->payload_length == 0 || (p->proto == 6 && out->new_payload == 0))
		return;
	side->payload_bytes += out->new_payload;
	out->stream =
	    stream_count(f, sender, p, out->new_payload, &t->pool, &t->datagram, &asked);
	out->datagram = asked ? &t->datagram : NULL;
	if (out->stream == NULL) /* out of memory: not counted, so that sums agree */
		side->payload_bytes -= out->new_payload;
}

void
flow_table_packet(struct flow_table *t, const struct packet *p, struct flow_update *out)
{
	struct flow_key key;
	uint32_t hash = 0;
	unsigned sender = key_make(p, &key);
	uint32_t index = flow_find(t, &key, &hash);
	struct flow *f = NULL;

	memset(out, 0, sizeof(*out));
	if (index != NONE)
		f = flow_current(t, index, p, sender);
	if (f == NULL) {
		expire(t, age_of(p->proto), p->time_ns);
		f = flow_new(t, &key, hash, p, sender);
		out->created = true;
		if (f == NULL)
			return;
	} else if (p->time_ns - f->ranked_ns > RANK_NS) {
		expire(t, age_of(p->proto), p->time_ns);
		list_remove(t, f);
		list_append(t, f, t->last);
	}
	out->flow = f;
	out->end = (uint8_t)sender;
	flow_changed(t, f, t->last);
	flow_count(t, f, sender, p, out);
	if (t->tracked && p->proto == 6 && p->tcp_flags & (TCP_FIN | TCP_RST) &&
	    flow_is_over(f))
		flow_note(t, t->last, UNSAVED_OVER);
}

void
flow_table_finish(struct flow_table *t)
{
	for (uint32_t i = 0; i < t->slots; i++)
		if (slot(t, i)->in_table)
			flow_finish(t, i, FLOW_ACTIVE);
}

size_t
flow_table_count(const struct flow_table *t)
{
	return t->slots;
}

struct flow *
flow_table_at(const struct flow_table *t, size_t index)
{
	struct flow *f = index < t->slots ? slot(t, (uint32_t)index) : NULL;

	return f != NULL && f->id != 0 ? f : NULL;
}

const struct flow_stats *
flow_table_stats(const struct flow_table *t)
{
	return &t->stats;
}
