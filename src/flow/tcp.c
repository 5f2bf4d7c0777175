/* SPDX-License-Identifier: Apache-2.0 */
/* TCP as far as counting needs it: who opened, what is new, what was sent again. */
#include <stdlib.h>
#include "private.h"

/* A jump of more than this is another numbering, not a gap (RFC 7323 windows are 2^30).
 */
#define SEQUENCE_JUMP (1 << 30)

#define HOLES_FIRST 4

/* Sequence numbers [from, to) not seen yet: what fills them is no retransmission. */
struct tcp_hole {
	uint32_t from, to;
};

/* Places of no length are free. */
struct tcp_holes {
	uint32_t room;
	struct tcp_hole at[];
};

static uint32_t
overlap(uint32_t from, uint32_t to, const struct tcp_hole *h)
{
	int32_t low = (int32_t)(from - h->from) > 0 ? (int32_t)(from - h->from) : 0;
	int32_t high = (int32_t)(to - h->from);
	int32_t size = (int32_t)(h->to - h->from);

	if (high > size)
		high = size;
	return high > low ? (uint32_t)(high - low) : 0;
}

/* Twice the room, the new half free; false at the bound. */
static bool
holes_grow(struct tcp_holes **holes)
{
	uint32_t room = *holes ? (*holes)->room : 0;
	uint32_t more = room ? room * 2 : HOLES_FIRST;
	struct tcp_holes *h = NULL;

	if (more > FLOW_HOLES)
		return false;
	h = realloc(*holes, sizeof(*h) + more * sizeof(h->at[0]));
	if (h == NULL)
		return false;
	memset(&h->at[room], 0, (more - room) * sizeof(h->at[0]));
	h->room = more;
	*holes = h;
	return true;
}

/* A free place, or that of the hole with the lowest numbers; NULL without memory. */
static struct tcp_hole *
holes_place(struct tcp_holes **holes)
{
	uint32_t room = *holes ? (*holes)->room : 0;
	struct tcp_hole *oldest = room ? &(*holes)->at[0] : NULL;

	for (uint32_t i = 0; i < room; i++) {
		struct tcp_hole *h = &(*holes)->at[i];

		if (h->from == h->to)
			return h;
		if ((int32_t)(h->from - oldest->from) < 0)
			oldest = h;
	}
	return holes_grow(holes) ? &(*holes)->at[room] : oldest;
}

/* What is forgotten for it is missing. */
static void
holes_add(struct flow *f, unsigned end, uint32_t from, uint32_t to)
{
	struct tcp_hole *h = holes_place(&f->holes[end]);

	if (h == NULL) {
		f->side[end].missing_bytes += to - from;
		return;
	}
	f->side[end].missing_bytes += h->to - h->from;
	*h = (struct tcp_hole){ from, to };
}

/* Takes [from, to) out of the holes; returns how many bytes of it were missing. */
static uint32_t
holes_fill(struct flow *f, unsigned end, uint32_t from, uint32_t to)
{
	uint32_t room = f->holes[end] ? f->holes[end]->room : 0, filled = 0;

	for (uint32_t i = 0; i < room; i++) {
		struct tcp_hole *h = &f->holes[end]->at[i];
		uint32_t n = overlap(from, to, h), behind = h->to;

		if (n == 0)
			continue;
		filled += n;
		if ((int32_t)(from - h->from) <= 0) {
			h->from += n; /* from the left, or all of it */
			continue;
		}
		h->to = from;
		if (from + n != behind)
			holes_add(f, end, to, behind);
	}
	return filled;
}

/* What the other end has confirmed, it has received, whether we saw it or not. */
static void
tcp_confirm(struct flow *f, unsigned end, uint32_t ack)
{
	int32_t ahead = (int32_t)(ack - f->tcp_acked[end]), tail = 0;

	if (!f->tcp_set[end] || ahead <= 0 || ahead > SEQUENCE_JUMP)
		return;
	f->tcp_acked[end] = ack;
	tail = (int32_t)(ack - f->tcp_next[end]);
	if (tail > SEQUENCE_JUMP / 2) { /* that will not come any more */
		f->side[end].missing_bytes += (uint32_t)tail;
		f->tcp_next[end] = ack;
	}
}

/* The numbers that an end used are no longer of use: what was not seen is missing. */
static void
tcp_settle_end(struct flow *f, unsigned end)
{
	struct tcp_holes *holes = f->holes[end];
	uint64_t *missing = &f->side[end].missing_bytes;
	int32_t tail = (int32_t)(f->tcp_acked[end] - f->tcp_next[end]);

	for (uint32_t i = 0; holes != NULL && i < holes->room; i++)
		*missing += holes->at[i].to - holes->at[i].from;
	free(holes);
	f->holes[end] = NULL;
	/* One of the numbers may be that of a FIN, seen or not. */
	if (f->tcp_set[end] && tail > 0)
		*missing += (uint32_t)tail - 1;
	f->tcp_set[end] = false;
}

void
tcp_settle(struct flow *f)
{
	tcp_settle_end(f, 0);
	tcp_settle_end(f, 1);
}

/* Numbers that do not go on from those before: a jump, or a SYN amid the data. */
static bool
tcp_renumbers(const struct flow *f, unsigned end, const struct packet *p, int32_t ahead)
{
	return !f->tcp_set[end] || ahead > SEQUENCE_JUMP || ahead < -SEQUENCE_JUMP ||
	       (ahead > 0 && p->tcp_flags & TCP_SYN);
}

uint32_t
tcp_account(struct flow *f, unsigned end, const struct packet *p)
{
	uint32_t length = p->payload_length;
	uint32_t from = p->tcp_seq + ((p->tcp_flags & TCP_SYN) ? 1 : 0);
	uint32_t to = from + length;
	int32_t ahead = (int32_t)(from - f->tcp_next[end]);
	bool ends = (p->tcp_flags & (TCP_FIN | TCP_RST)) == TCP_FIN && !f->tcp_fin[end];
	uint32_t fresh = 0;

	f->tcp_fin[end] |= (p->tcp_flags & TCP_FIN) != 0;
	f->tcp_reset |= (p->tcp_flags & TCP_RST) != 0;
	if ((p->tcp_flags & (TCP_ACK | TCP_RST)) == TCP_ACK)
		tcp_confirm(f, !end, p->tcp_ack);
	if (tcp_renumbers(f, end, p, ahead)) {
		if (length == 0 && !(p->tcp_flags & TCP_SYN))
			return 0; /* a bare ACK or RST may carry any number */
		tcp_settle_end(f, end);
		f->tcp_set[end] = true;
		f->tcp_acked[end] = from;
		f->tcp_next[end] = to;
		return length;
	}
	/* A FIN stands behind all data and tells what is missing there; some send it
	 * again with the next number (webex_2015). */
	if (length == 0 && !ends)
		return 0;
	if (ahead >= 0) {
		if (ahead > 0)
			holes_add(f, end, f->tcp_next[end], from);
		f->tcp_next[end] = to;
		return length;
	}
	fresh = holes_fill(f, end, from, to);
	if ((int32_t)(to - f->tcp_next[end]) > 0) {
		fresh += to - f->tcp_next[end];
		f->tcp_next[end] = to;
	}
	return fresh < length ? fresh : length;
}

bool
tcp_reopens(const struct flow *f, unsigned end, const struct packet *p)
{
	uint32_t from = p->tcp_seq + 1, next = f->tcp_next[end];

	if ((p->tcp_flags & (TCP_SYN | TCP_ACK)) != TCP_SYN)
		return false;
	if (f->tcp_reset || (f->tcp_fin[0] && f->tcp_fin[1]))
		return true;
	/* The first SYN sent or recorded again has the number that all data began with.
	 */
	return f->tcp_set[end] && from != next &&
	       from != next - (uint32_t)f->side[end].payload_bytes;
}

static const struct codec_field hole_fields[] = {
	CODEC_FIELD(struct tcp_hole, from, CODEC_ANY),
	CODEC_FIELD(struct tcp_hole, to, CODEC_ANY),
};

void
tcp_record(struct flow *f, struct codec *r)
{
	for (unsigned end = 0; end < 2; end++) {
		uint64_t room = f->holes[end] ? f->holes[end]->room : 0;

		codec_number(r, &room, FLOW_HOLES);
		while (r->reading && (f->holes[end] ? f->holes[end]->room : 0) < room)
			if (!holes_grow(&f->holes[end])) {
				r->failed = true;
				return;
			}
		for (uint32_t i = 0; i < room; i++)
			codec_fields(
			    r, hole_fields, COUNT_OF(hole_fields), &f->holes[end]->at[i]);
	}
}
