/* SPDX-License-Identifier: Apache-2.0 */
/* Rules unrolled into ways to match, sorted by what a stream would be looked up by. */
#include <stdlib.h>

#include "signature.h"

static int
by_host(const void *left, const void *right)
{
	const struct way *a = left, *b = right;

	return strcmp(a->host->suffix, b->host->suffix);
}

static int
by_net(const void *left, const void *right)
{
	const struct way *a = left, *b = right;
	int order = addr_compare(&a->net->net.addr, &b->net->net.addr);

	return order ? order : (int)a->net->net.bits - (int)b->net->net.bits;
}

static int
by_message(const void *left, const void *right)
{
	const struct way *a = left, *b = right;
	int order = (int)a->dissector - (int)b->dissector;

	return order ? order : (int)a->message - (int)b->message;
}

static int
by_nothing(const void *left, const void *right)
{
	(void)left;
	(void)right;
	return 0;
}

int (*const way_orders[WAY_INDEXES])(const void *, const void *) = {
	[WAYS_HOST] = by_host,
	[WAYS_NET] = by_net,
	[WAYS_MESSAGE] = by_message,
	[WAYS_LOOSE] = by_nothing,
};

int
specificity_compare(const struct specificity *a, const struct specificity *b)
{
	const int order[] = {
		(a->dissected == 2) - (b->dissected == 2),
		a->host - b->host,
		a->host_literals - b->host_literals,
		a->net_bits - b->net_bits,
		a->port - b->port,
		a->dissected - b->dissected,
		a->behaviour - b->behaviour,
		a->keys - b->keys,
	};

	for (size_t i = 0; i < COUNT_OF(order); i++)
		if (order[i] != 0)
			return order[i];
	return 0;
}

int
way_compare(const struct way *a, const struct way *b)
{
	int order = specificity_compare(&a->how, &b->how);

	return order ? order : (int)a->rule->rule.strength - (int)b->rule->rule.strength;
}

static struct specificity
way_specificity(const struct way *w)
{
	/* That there was a session proves nothing about what was in it. */
	const uint64_t opaque = UINT64_C(1) << MESSAGE_SESSION;
	const struct match *m = &w->rule->match;
	struct specificity how = { 0 };

	if (m->keys & MATCH_DISSECTOR)
		how.dissected = m->messages & ~opaque ? 2 : 1;
	if (w->host != NULL) {
		how.host = strchr(w->host->pattern, '*') ? 1 : 2;
		how.host_literals = w->host->literals;
	}
	if (w->net != NULL) {
		unsigned scale = w->net->net.addr.family == 4 ? 4 : 1;

		how.net_bits = (uint8_t)(w->net->net.bits * scale + 1);
	}
	how.port = (m->keys & (MATCH_PORT | MATCH_LOCAL_PORT)) != 0;
	how.behaviour = (m->keys & MATCH_BEHAVIOUR) != 0;
	how.keys = (uint8_t)__builtin_popcount(m->keys);
	return how;
}

static int
way_add(struct signatures *s, enum way_index index, struct way way)
{
	struct ways *ways = &s->ways[index];

	if (ways->count == ways->room) {
		size_t room = ways->room ? ways->room * 2 : 64;
		struct way *items = realloc(ways->items, room * sizeof(*items));

		if (items == NULL)
			return -1;
		ways->items = items;
		ways->room = room;
	}
	way.how = way_specificity(&way);
	ways->items[ways->count++] = way;
	return 0;
}

static int
add_messages(struct signatures *s, struct way way)
{
	const struct match *m = &way.rule->match;

	for (unsigned d = 0; d < DISSECTORS; d++) {
		for (unsigned i = 0; i < MESSAGES; i++) {
			if (!(m->dissectors >> d & 1) || !(m->messages >> i & 1))
				continue;
			way.dissector = (enum dissector)d;
			way.message = (enum message)i;
			if (way_add(s, WAYS_MESSAGE, way) < 0)
				return -1;
		}
	}
	return 0;
}

static int
add_nets(struct signatures *s, enum way_index index, struct way way)
{
	const struct match *m = &way.rule->match;

	for (size_t i = 0; i < m->net_count; i++) {
		way.net = &m->nets[i];
		if (way_add(s, index, way) < 0)
			return -1;
	}
	return m->net_count ? 0 : way_add(s, index, way);
}

static int
add_hosts(struct signatures *s, struct way way)
{
	const struct match *m = &way.rule->match;

	for (size_t i = 0; i < m->host_count; i++) {
		way.host = &m->hosts[i];
		if (add_nets(s, WAYS_HOST, way) < 0)
			return -1;
	}
	return 0;
}

static int
add_rule(struct signatures *s, const struct rule_inside *r)
{
	struct way way = { .rule = r };

	if (r->match.keys & MATCH_HOST)
		return add_hosts(s, way);
	if (r->match.keys & MATCH_NET)
		return add_nets(s, WAYS_NET, way);
	if (r->match.keys & MATCH_MESSAGE)
		return add_messages(s, way);
	return way_add(s, WAYS_LOOSE, way);
}

static bool
prefix_known(const struct signatures *s, const struct addr_net *net)
{
	for (size_t i = 0; i < s->prefix_count; i++)
		if (s->prefixes[i].addr.family == net->addr.family &&
		    s->prefixes[i].bits == net->bits)
			return true;
	return false;
}

static void
starts_add(struct signatures *s, const struct addr_net *net)
{
	uint8_t *starts = s->net_starts[net->addr.family == 6];
	unsigned first = (unsigned)net->addr.bytes[0] << 8 | net->addr.bytes[1];
	unsigned count = net->bits >= 16 ? 1 : 1u << (16 - net->bits);

	for (unsigned i = first; i < first + count && i < 65536; i++)
		starts[i / 8] |= (uint8_t)(1u << i % 8);
}

/* 33 lengths of IPv4 and 129 of IPv6 at most. */
static int
prefixes_build(struct signatures *s)
{
	const struct ways *nets = &s->ways[WAYS_NET];

	s->prefixes = arena_take(&s->arena, (33 + 129) * sizeof(*s->prefixes));
	if (s->prefixes == NULL)
		return -1;
	for (size_t i = 0; i < nets->count; i++) {
		const struct addr_net *net = &nets->items[i].net->net;

		starts_add(s, net);
		if (!prefix_known(s, net))
			s->prefixes[s->prefix_count++] = *net;
	}
	return 0;
}

int
ways_build(struct signatures *s)
{
	for (size_t i = 0; i < s->rule_count; i++) {
		const struct match *m = &s->rules[i].match;

		if (add_rule(s, &s->rules[i]) < 0)
			return -1;
		if (m->keys & MATCH_LOCAL_PORT)
			s->local_port_dissectors |=
			    m->keys & MATCH_DISSECTOR ? m->dissectors : UINT32_MAX;
	}
	for (size_t i = 0; i < WAY_INDEXES; i++)
		if (s->ways[i].count > 0)
			qsort(s->ways[i].items, s->ways[i].count, sizeof(struct way),
			    way_orders[i]);
	return prefixes_build(s);
}

void
ways_clear(struct signatures *s)
{
	for (size_t i = 0; i < WAY_INDEXES; i++)
		free(s->ways[i].items);
}
