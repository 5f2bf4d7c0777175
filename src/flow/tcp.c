/* SPDX-License-Identifier: Apache-2.0 */
/* TCP as far as counting needs it: who opened, what is new, what was sent again. */
#include <stdlib.h>
#include "private.h"

/* A jump of more than this is another numbering, not a gap (RFC 7323 windows are 2^30).
 */
#define SEQUENCE_JUMP (1 << 30)

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

/* The holes of one end; NULL if it has none and may have none. */
static struct tcp_hole *
holes_of(const struct flow *f, unsigned end)
{
	return f->holes ? &f->holes[(size_t)end * FLOW_HOLES] : NULL;
}

/* What is forgotten for it is missing. */
static void
holes_add(struct flow *f, unsigned end, uint32_t from, uint32_t to)
{
	struct tcp_hole *holes = NULL;
	size_t at = 0;

	if (f->holes == NULL)
		f->holes = calloc((size_t)2 * FLOW_HOLES, sizeof(*f->holes));
	if ((holes = holes_of(f, end)) == NULL) {
		f->side[end].missing_bytes += to - from;
		return;
	}
	for (size_t i = 0; i < FLOW_HOLES; i++) {
		if (holes[i].from == holes[i].to) {
			at = i;
			break;
		}
		if ((int32_t)(holes[i].from - holes[at].from) < 0)
			at = i; /* all taken: the oldest gives way */
	}
	f->side[end].missing_bytes += holes[at].to - holes[at].from;
	holes[at] = (struct tcp_hole){ from, to };
}

/* Takes [from, to) out of the holes; returns how many bytes of it were missing. */
static uint32_t
holes_fill(struct flow *f, unsigned end, uint32_t from, uint32_t to)
{
	struct tcp_hole *holes = holes_of(f, end);
	uint32_t filled = 0;

	for (size_t i = 0; i < FLOW_HOLES && holes != NULL; i++) {
		struct tcp_hole *h = &holes[i];
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
	int32_t ahead = (int32_t)(ack - f->tcp_acked[end]);

	if (f->tcp_set[end] && ahead > 0 && ahead <= SEQUENCE_JUMP)
		f->tcp_acked[end] = ack;
}

/* The numbers that an end used are no longer of use: what was not seen is missing. */
static void
tcp_settle_end(struct flow *f, unsigned end)
{
	uint64_t *missing = &f->side[end].missing_bytes;
	int32_t tail = (int32_t)(f->tcp_acked[end] - f->tcp_next[end]);
	struct tcp_hole *holes = holes_of(f, end);

	for (size_t i = 0; i < FLOW_HOLES && holes != NULL; i++) {
		*missing += holes[i].to - holes[i].from;
		holes[i] = (struct tcp_hole){ 0, 0 };
	}
	/* One of the numbers may be that of a FIN, seen or not. */
	if (f->tcp_set[end] && tail > 1 && tail <= SEQUENCE_JUMP)
		*missing += (uint32_t)tail - 1;
	f->tcp_set[end] = false;
}

void
tcp_settle(struct flow *f)
{
	tcp_settle_end(f, 0);
	tcp_settle_end(f, 1);
	free(f->holes);
	f->holes = NULL;
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
	/* A FIN stands behind all data, so that it tells of what is missing before it. */
	if (length == 0 && (p->tcp_flags & (TCP_FIN | TCP_RST)) != TCP_FIN)
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
