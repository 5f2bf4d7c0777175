/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP fragments. Every datagram has a map of its 8-byte units: a unit that is there is
 * never written again, so the first bytes win and overlaps need no arithmetic.
 */
#include "private.h"

#include <stdlib.h>

#define DATAGRAMS 256
#define DATAGRAM_MAX 65535u
#define MEMORY_MAX (4u << 20)
#define AGE_MAX_NS (30 * INT64_C(1000000000))
#define UNIT 8u
#define UNITS (65536u / UNIT)
#define HEAD_ROOM 40u
#define GROWTH 4096u

enum state { STATE_FREE, STATE_OPEN, STATE_LENT };

struct key {
	struct addr src, dst;
	uint32_t id;
	uint8_t proto;
};

struct datagram {
	enum state state;
	struct key key;
	int64_t first_ns;
	uint64_t order;      /* of the first fragments */
	uint64_t wire_bytes; /* frames it came in */
	uint32_t parts;
	uint32_t units;    /* present */
	uint32_t total;    /* bytes, once the last fragment came; else 0 */
	uint32_t end;      /* of the farthest fragment */
	uint32_t captured; /* bytes from the start that no snap length cut */
	uint32_t room;     /* bytes at data */
	uint8_t *data;     /* HEAD_ROOM, then the payload */
	uint8_t head[HEAD_ROOM];
	uint8_t proto;
	bool has_head;
	uint64_t present[UNITS / 64];
};

struct fragments {
	struct datagram datagrams[DATAGRAMS];
	uint64_t order;
	uint32_t memory;
};

struct fragments *
fragments_new(void)
{
	return calloc(1, sizeof(struct fragments));
}

static void
datagram_clear(struct fragments *f, struct datagram *g)
{
	free(g->data);
	f->memory -= g->room;
	memset(g, 0, sizeof(*g));
}

void
fragments_free(struct fragments *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < DATAGRAMS; i++)
		free(f->datagrams[i].data);
	free(f);
}

void
fragments_release(struct fragments *f)
{
	for (size_t i = 0; i < DATAGRAMS; i++) {
		if (f->datagrams[i].state == STATE_LENT)
			datagram_clear(f, &f->datagrams[i]);
	}
}

static void
datagram_drop(struct walk *w, struct datagram *g)
{
	w->decoder->stats.fragments_dropped += g->parts;
	datagram_clear(w->decoder->fragments, g);
}

/* The one begun first, but not `but`; NULL if there is none. */
static struct datagram *
datagram_oldest(struct fragments *f, const struct datagram *but)
{
	struct datagram *oldest = NULL;

	for (struct datagram *g = f->datagrams; g < f->datagrams + DATAGRAMS; g++) {
		if (g->state == STATE_OPEN && g != but &&
		    (oldest == NULL || g->order < oldest->order))
			oldest = g;
	}
	return oldest;
}

/* Captures may jump back in time as well. */
static bool
datagram_is_stale(const struct datagram *g, int64_t now_ns)
{
	int64_t later = now_ns > g->first_ns ? now_ns : g->first_ns;
	int64_t earlier = now_ns > g->first_ns ? g->first_ns : now_ns;

	return (uint64_t)later - (uint64_t)earlier > (uint64_t)AGE_MAX_NS;
}

static bool
key_equal(const struct key *a, const struct key *b)
{
	return a->id == b->id && a->proto == b->proto && addr_equal(&a->src, &b->src) &&
	       addr_equal(&a->dst, &b->dst);
}

/* The datagram under that key, or a new one in `free_slot`; drops stale ones on the way.
 */
static struct datagram *
datagram_find(struct walk *w, const struct key *key, struct datagram **free_slot)
{
	struct fragments *f = w->decoder->fragments;

	*free_slot = NULL;
	for (struct datagram *g = f->datagrams; g < f->datagrams + DATAGRAMS; g++) {
		if (g->state == STATE_OPEN && datagram_is_stale(g, w->out->time_ns))
			datagram_drop(w, g);
		if (g->state == STATE_OPEN && key_equal(&g->key, key))
			return g;
		if (g->state == STATE_FREE && *free_slot == NULL)
			*free_slot = g;
	}
	return NULL;
}

static struct datagram *
datagram_get(struct walk *w, const struct key *key)
{
	struct fragments *f = w->decoder->fragments;
	struct datagram *slot, *g = datagram_find(w, key, &slot);

	if (g != NULL)
		return g;
	if (slot == NULL && (slot = datagram_oldest(f, NULL)) != NULL)
		datagram_drop(w, slot);
	if (slot == NULL)
		return NULL;
	slot->state = STATE_OPEN;
	slot->key = *key;
	slot->first_ns = w->out->time_ns;
	slot->order = f->order++;
	slot->captured = DATAGRAM_MAX;
	return slot;
}

/* Room for `end` bytes of payload, at the cost of older datagrams if need be. */
static bool
datagram_grow(struct walk *w, struct datagram *g, uint32_t end)
{
	struct fragments *f = w->decoder->fragments;
	uint32_t room = (HEAD_ROOM + end + GROWTH - 1) / GROWTH * GROWTH;
	struct datagram *victim;
	uint8_t *data;

	if (room <= g->room)
		return true;
	while (f->memory + (room - g->room) > MEMORY_MAX) {
		if ((victim = datagram_oldest(f, g)) == NULL)
			return false;
		datagram_drop(w, victim);
	}
	if ((data = realloc(g->data, room)) == NULL)
		return false;
	f->memory += room - g->room;
	g->data = data;
	g->room = room;
	return true;
}

static void
datagram_unit(struct datagram *g, uint32_t unit, const uint8_t *from, size_t length)
{
	uint64_t bit = UINT64_C(1) << (unit % 64);

	if (g->present[unit / 64] & bit)
		return;
	g->present[unit / 64] |= bit;
	g->units++;
	if (length > 0)
		memcpy(g->data + HEAD_ROOM + unit * UNIT, from, length);
}

/* Units cut off by the snap length count as present: they were sent. */
static void
datagram_copy(struct datagram *g, const struct walk *w, uint32_t offset)
{
	size_t sent = walk_sent(w), there = w->b.left;

	for (size_t done = 0; done < sent; done += UNIT) {
		size_t left = there > done ? there - done : 0;

		datagram_unit(g, (uint32_t)(offset + done) / UNIT,
		    w->b.at + (left ? done : 0), left < UNIT ? left : UNIT);
	}
	if (w->cut > 0 && offset + there < g->captured)
		g->captured = (uint32_t)(offset + there);
}

/* Whether this part agrees with what is known of the datagram's length. */
static bool
datagram_agrees(const struct datagram *g, const struct fragment *part, uint32_t end)
{
	if (g->total != 0 && (end > g->total || (!part->more && end != g->total)))
		return false;
	return part->more || g->end <= end;
}

/* A header without options in front of the data, lengths made right for the whole. */
static uint8_t *
datagram_head(struct datagram *g, size_t length)
{
	uint8_t *head = g->data + HEAD_ROOM - length;
	uint32_t total = length == 20 ? g->total + 20 : g->total;
	uint8_t *at = head + (length == 20 ? 2 : 4);

	memcpy(head, g->head, length);
	at[0] = (uint8_t)(total >> 8);
	at[1] = (uint8_t)total;
	if (length == 20) {
		head[0] = 0x45;
		head[6] = head[7] = 0;
	} else {
		head[6] = g->proto;
	}
	return head;
}

/* The walk goes on over the whole datagram. */
static void
datagram_lend(struct walk *w, struct datagram *g, size_t head_length)
{
	uint32_t captured = g->captured < g->total ? g->captured : g->total;
	struct packet *out = w->out;

	out->ip = datagram_head(g, head_length);
	out->ip_captured = (uint32_t)head_length + captured;
	out->frame_length =
	    g->wire_bytes < UINT32_MAX ? (uint32_t)g->wire_bytes : UINT32_MAX;
	out->reassembled = true;
	w->b = bytes_over(g->data + HEAD_ROOM, captured);
	w->cut = g->total - captured;
	g->state = STATE_LENT;
	w->decoder->lent = true;
	w->decoder->stats.reassembled++;
}

static void
datagram_note(
    struct walk *w, struct datagram *g, const struct fragment *part, uint32_t end)
{
	if (end > g->end)
		g->end = end;
	if (!part->more)
		g->total = end;
	if (part->offset == 0 && !g->has_head) {
		memcpy(g->head, part->head, part->head_length);
		g->proto = part->proto;
		g->has_head = true;
	}
	g->parts++;
	g->wire_bytes += w->out->frame_length;
}

static enum packet_result
fragment_refuse(struct walk *w, enum packet_result result)
{
	w->decoder->stats.fragments_dropped++;
	return result;
}

enum packet_result
fragment_add(struct walk *w, const struct fragment *part, uint8_t *proto)
{
	size_t sent = walk_sent(w);
	size_t end = part->offset + sent;
	bool v4 = part->head_length == 20;
	struct key key;
	struct datagram *g;

	w->decoder->stats.fragments++;
	if (sent == 0 || (part->more && sent % UNIT != 0) ||
	    end > DATAGRAM_MAX - (v4 ? 20 : 0))
		return fragment_refuse(w, PACKET_MALFORMED);
	memset(&key, 0, sizeof(key));
	key.src = w->out->src;
	key.dst = w->out->dst;
	key.id = part->id;
	key.proto = v4 ? part->proto : 0;
	if ((g = datagram_get(w, &key)) == NULL)
		return fragment_refuse(w, PACKET_FRAGMENT);
	if (!datagram_agrees(g, part, (uint32_t)end)) {
		datagram_drop(w, g);
		return fragment_refuse(w, PACKET_MALFORMED);
	}
	if (!datagram_grow(w, g, (uint32_t)end)) {
		datagram_drop(w, g);
		return fragment_refuse(w, PACKET_FRAGMENT);
	}
	datagram_copy(g, w, part->offset);
	datagram_note(w, g, part, (uint32_t)end);
	if (g->total == 0 || g->units < (g->total + UNIT - 1) / UNIT)
		return PACKET_FRAGMENT;
	*proto = g->proto;
	datagram_lend(w, g, part->head_length);
	return PACKET_OK;
}
