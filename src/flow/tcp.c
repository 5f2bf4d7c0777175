/* SPDX-License-Identifier: Apache-2.0 */
/* TCP as far as counting needs it: who opened, what is new, what was sent again. */
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

static void
holes_add(struct tcp_hole *holes, uint32_t from, uint32_t to)
{
	size_t at = 0;

	for (size_t i = 0; i < FLOW_HOLES; i++) {
		if (holes[i].from == holes[i].to) {
			at = i;
			break;
		}
		if ((int32_t)(holes[i].from - holes[at].from) < 0)
			at = i; /* all taken: the oldest gives way */
	}
	holes[at] = (struct tcp_hole){ from, to };
}

/* Takes [from, to) out of the holes; returns how many bytes of it were missing. */
static uint32_t
holes_fill(struct tcp_hole *holes, uint32_t from, uint32_t to)
{
	uint32_t filled = 0;

	for (size_t i = 0; i < FLOW_HOLES; i++) {
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
			holes_add(holes, to, behind);
	}
	return filled;
}

uint32_t
tcp_account(struct flow *f, unsigned end, const struct packet *p)
{
	uint32_t length = p->payload_length;
	uint32_t from = p->tcp_seq + ((p->tcp_flags & TCP_SYN) ? 1 : 0);
	uint32_t to = from + length;
	int32_t ahead = (int32_t)(from - f->tcp_next[end]);
	uint32_t fresh = 0;

	if (p->tcp_flags & TCP_FIN)
		f->tcp_fin[end] = true;
	if (p->tcp_flags & TCP_RST)
		f->tcp_reset = true;
	if (!f->tcp_set[end] || ahead > SEQUENCE_JUMP || ahead < -SEQUENCE_JUMP) {
		if (length == 0 && !(p->tcp_flags & TCP_SYN))
			return 0; /* a bare ACK or RST may carry any number */
		f->tcp_set[end] = true;
		f->tcp_next[end] = to;
		memset(f->hole[end], 0, sizeof(f->hole[end]));
		return length;
	}
	if (length == 0)
		return 0;
	if (ahead >= 0) {
		if (ahead > 0)
			holes_add(f->hole[end], f->tcp_next[end], from);
		f->tcp_next[end] = to;
		return length;
	}
	fresh = holes_fill(f->hole[end], from, to);
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
