/* SPDX-License-Identifier: Apache-2.0 */
/* What a ruling rests on: strength, bytes, and the packets to look at. */
#include <stdlib.h>
#include "judge.h"

static int
by_place(const void *a, const void *b)
{
	const struct evidence *x = a, *y = b;

	if (x->flow != y->flow)
		return x->flow < y->flow ? -1 : 1;
	return (x->stream > y->stream) - (x->stream < y->stream);
}

static int
by_bytes(const void *a, const void *b)
{
	const struct evidence *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return by_place(a, b);
}

static struct evidence
evidence_of(const struct item *item)
{
	return (struct evidence){
		.flow = item->sight->flow->flow->id,
		.stream = item->sight->stream,
		.first_frame = item->sum.first_frame,
		.last_frame = item->sum.last_frame,
		.packets = item->sum.packets,
		.bytes = item->sum.bytes,
	};
}

int
outcome_rest(const struct ruling *r, struct claim_outcome *out)
{
	const struct pile *pile = r->pile;

	if (pile == NULL || pile->count == 0)
		return 0;
	out->evidence = calloc(pile->count, sizeof(*out->evidence));
	if (out->evidence == NULL)
		return -1;
	out->strength = pile->items[0].strength;
	for (size_t i = 0; i < pile->count; i++) {
		enum strength s = pile->items[i].strength;

		if (r->weakest ? s < out->strength : s > out->strength)
			out->strength = s;
		out->up_bytes += pile->items[i].sum.bytes;
		out->evidence[i] = evidence_of(&pile->items[i]);
	}
	out->evidence_total = out->evidence_count = pile->count;
	qsort(out->evidence, pile->count, sizeof(*out->evidence), by_bytes);
	if (out->evidence_count > EVIDENCE_EACH) {
		struct evidence *fit =
		    realloc(out->evidence, EVIDENCE_EACH * sizeof(*fit));

		out->evidence = fit != NULL ? fit : out->evidence;
		out->evidence_count = EVIDENCE_EACH;
	}
	qsort(out->evidence, out->evidence_count, sizeof(*out->evidence), by_place);
	return 0;
}
