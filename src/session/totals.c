/* SPDX-License-Identifier: Apache-2.0 */
/* The sums: what went where by category, and what could not be seen. */
#include <stdlib.h>
#include "private.h"

static void
totals_add(struct category_total *totals, const struct verdict *v, uint64_t bytes,
    uint64_t packets)
{
	struct category_total *t = &totals[v->category];

	t->bytes += bytes;
	t->packets += packets;
	t->strengths[v->strength] += bytes;
	t->kinds[v->kind].bytes += bytes;
	t->kinds[v->kind].packets += packets;
}

/* Other protocols are the kernel's: no program has their sockets. */
static void
owner_add(struct coverage *c, const struct judged_flow *j, uint64_t bytes)
{
	if (j->foreign || (j->flow->key.proto != 6 && j->flow->key.proto != 17))
		return;
	*(j->process ? &c->owned_up_bytes : &c->unowned_up_bytes) += bytes;
}

static void
coverage_add(struct coverage *c, const struct judged_flow *j)
{
	c->mid_flow += j->flow->mid_flow;
	c->owners_known |= j->process != NULL;
	for (unsigned end = 0; end < 2; end++)
		c->accounted_bytes += j->flow->side[end].retransmitted_bytes;
	for (size_t i = 0; i < j->finding_count; i++) {
		const struct finding *f = &j->findings[i];

		c->accounted_bytes += f->up_bytes + f->down_bytes;
		owner_add(c, j, f->up_bytes);
		if (f->verdict.category == CATEGORY_UNKNOWN)
			c->unknown_up_bytes += f->up_bytes;
		if (f->verdict.basis == BASIS_UNLISTED)
			c->unlisted_up_bytes += f->up_bytes;
		if (f->verdict.rule == NULL && j->identity.host == NULL &&
		    f->verdict.category != CATEGORY_OTHER)
			c->unnamed_up_bytes += f->up_bytes;
	}
}

/* The row of a message type that a dissector's protocol has and we do not know. */
static struct unknown_message *
unknown_row(struct session *s, const struct finding *f)
{
	struct unknown_message *more = NULL;

	for (size_t i = 0; i < s->unknown_count; i++)
		if (s->unknowns[i].dissector == f->verdict.dissector &&
		    s->unknowns[i].type == f->stream->type)
			return &s->unknowns[i];
	more = realloc(s->unknowns, (s->unknown_count + 1) * sizeof(*more));
	if (more == NULL)
		return NULL;
	s->unknowns = more;
	more[s->unknown_count] = (struct unknown_message){
		.dissector = f->verdict.dissector,
		.type = f->stream->type,
	};
	return &more[s->unknown_count++];
}

static int
by_type(const void *a, const void *b)
{
	const struct unknown_message *x = a, *y = b;

	if (x->dissector != y->dissector)
		return x->dissector < y->dissector ? -1 : 1;
	return x->type < y->type ? -1 : x->type > y->type;
}

static int
unknowns_collect(struct session *s)
{
	for (size_t i = 0; i < s->flow_count; i++) {
		const struct judged_flow *j = &s->flows[i];

		for (size_t k = 0; k < j->finding_count; k++) {
			const struct finding *f = &j->findings[k];
			struct unknown_message *row = NULL;

			if (f->verdict.message != MESSAGE_UNKNOWN)
				continue;
			if ((row = unknown_row(s, f)) == NULL)
				return -1;
			row->packets += f->up_packets + f->down_packets;
			row->up_bytes += f->up_bytes;
		}
	}
	if (s->unknown_count > 0)
		qsort(s->unknowns, s->unknown_count, sizeof(s->unknowns[0]), by_type);
	return 0;
}

int
session_totals(struct session *s, const struct session_input *in)
{
	const struct flow_stats *stats = &in->traffic.flows;
	struct coverage *c = &s->coverage;

	c->kernel_drops = in->kernel_drops;
	c->snapped = in->traffic.snapped;
	c->payload_bytes = in->traffic.payload_bytes;
	c->folded_flows = stats->folded;
	c->folded_payload_bytes = stats->folded_payload_bytes;
	c->evicted_flows = stats->evicted;
	c->names_forgotten = names_forgotten(in->names) + strings_refused(in->strings);
	c->accounted_bytes = stats->folded_payload_bytes;
	for (size_t i = 0; i < s->flow_count; i++) {
		const struct judged_flow *j = &s->flows[i];

		coverage_add(c, j);
		for (size_t k = 0; k < j->finding_count; k++) {
			const struct finding *f = &j->findings[k];

			totals_add(s->up, &f->verdict, f->up_bytes, f->up_packets);
			totals_add(s->down, &f->verdict, f->down_bytes, f->down_packets);
		}
	}
	c->conserved = c->accounted_bytes == c->payload_bytes;
	return unknowns_collect(s);
}
