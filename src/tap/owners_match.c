/* SPDX-License-Identifier: Apache-2.0 */
/* Which sockets a flow can be of. */
#include <netinet/in.h>

#include "owners.h"

struct matching {
	struct table *table;
	const struct sockets *sockets;
	const struct flow_end *local, *remote;
	uint8_t proto;
	struct owned **out;
};

typedef bool fits(const struct matching *m, const struct owned *o);

/* One that was closed counts, unless it was an earlier flow's: ports are used again. */
static bool
is_connected(const struct matching *m, const struct owned *o)
{
	return addr_equal(&o->is.local, &m->local->addr) &&
	       addr_equal(&o->is.remote, &m->remote->addr) &&
	       (table_is_alive(m->table, o) || !o->told);
}

static bool
is_bound_there(const struct matching *m, const struct owned *o)
{
	return addr_equal(&o->is.local, &m->local->addr) && table_is_alive(m->table, o);
}

/* Bound to any address: it takes what is sent to this machine, and to groups. */
static bool
is_bound_anywhere(const struct matching *m, const struct owned *o)
{
	const struct addr *a = &m->local->addr;

	return addr_is_unspecified(&o->is.local) &&
	       (o->is.local.family == a->family || o->is.dual) &&
	       (addr_is_multicast(a) || sockets_is_local(m->sockets, o->is.space, a)) &&
	       table_is_alive(m->table, o);
}

static const struct fit_kind {
	fits *fits;
	bool connected, of_tcp;
} kinds[] = {
	/* The best first. */
	{ is_connected, true, true },
	{ is_bound_there, false, false },
	{ is_bound_anywhere, false, false },
};

/* Those of the helper's own namespace, or of all others. A live one goes before dead. */
static size_t
collect(const struct matching *m, const struct fit_kind *kind, bool own, bool alive)
{
	uint16_t remote = kind->connected ? m->remote->port : 0;
	struct owned *o = NULL;
	size_t count = 0;

	/* What is sent to a loopback address stays within its namespace. */
	if (!own && addr_is_loopback(&m->local->addr))
		return 0;
	while (
	    (o = table_by_ports(m->table, m->proto, m->local->port, remote, o)) != NULL) {
		if ((o->is.space == 0) == own && table_is_alive(m->table, o) == alive &&
		    kind->fits(m, o) && count < MATCHES_MOST)
			m->out[count++] = o;
	}
	return count;
}

static size_t
match_end(const struct matching *m)
{
	static const struct {
		bool own, alive;
	} scopes[] = { { true, true }, { false, true }, { true, false },
		{ false, false } };
	size_t count;

	for (size_t k = 0; k < COUNT_OF(kinds); k++) {
		if (m->proto == IPPROTO_TCP && !kinds[k].of_tcp)
			continue;
		for (size_t i = 0; i < COUNT_OF(scopes); i++) {
			count = collect(m, &kinds[k], scopes[i].own, scopes[i].alive);
			if (count > 0)
				return count;
		}
	}
	return 0;
}

static bool
is_here(const struct sockets *s, const struct addr *a)
{
	for (unsigned i = 0; i < sockets_spaces(s); i++) {
		if (sockets_is_local(s, i, a))
			return true;
	}
	return false;
}

size_t
table_match(struct table *t, const struct sockets *s, const struct flow_key *key,
    unsigned first, struct owned *out[MATCHES_MOST])
{
	struct matching m = { .table = t, .sockets = s, .proto = key->proto, .out = out };
	bool ours[2] = { sockets_is_local(s, 0, &key->end[0].addr),
		sockets_is_local(s, 0, &key->end[1].addr) };
	size_t count;

	/* The machine that is listened on is this namespace's; the other end may be in
	 * another namespace of the same machine, and has an owner, too. */
	if (ours[0] != ours[1])
		first = ours[1];
	m.local = &key->end[first];
	m.remote = &key->end[1 - first];
	count = match_end(&m);
	/* Of two ends that are here, the one that spoke first counts, even if its socket
	 * is not there yet, or no more. */
	if (count > 0 || is_here(s, &m.local->addr))
		return count;
	m.local = &key->end[1 - first];
	m.remote = &key->end[first];
	return match_end(&m);
}
