/* SPDX-License-Identifier: Apache-2.0 */
/* The sockets seen within the last second, and which of them a flow can be of. */
#include <netinet/in.h>
#include <stdlib.h>

#include "owners.h"

#define BUCKETS 16384
#define NOBODY UINT32_MAX

struct table {
	struct owned *all;
	uint32_t top, room, count, free;
	uint32_t dump[2]; /* the number of the last one, of TCP and of UDP */
	int64_t now_ms;   /* of the dump under way */
	uint32_t by_ports[BUCKETS], by_inode[BUCKETS];
};

struct table *
table_new(void)
{
	struct table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	for (size_t i = 0; i < BUCKETS; i++)
		t->by_ports[i] = t->by_inode[i] = NOBODY;
	t->free = NOBODY;
	return t;
}

void
owned_by(struct owned *o, struct program *p, int fd)
{
	program_release(o->owner);
	o->owner = p;
	o->fd = fd;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	for (uint32_t i = 0; i < t->top; i++)
		owned_by(&t->all[i], NULL, -1);
	free(t->all);
	free(t);
}

static uint32_t
ports_bucket(uint8_t proto, uint16_t local, uint16_t remote)
{
	uint64_t ports = (uint64_t)proto << 32 | (uint64_t)local << 16 | remote;

	return hash_bytes(&ports, sizeof(ports), 0) % BUCKETS;
}

static uint32_t
inode_bucket(uint32_t inode)
{
	return inode % BUCKETS;
}

static bool
same_socket(const struct socket_seen *a, const struct socket_seen *b)
{
	return a->inode == b->inode && a->proto == b->proto && a->space == b->space &&
	       a->local_port == b->local_port && a->remote_port == b->remote_port &&
	       addr_equal(&a->local, &b->local) && addr_equal(&a->remote, &b->remote);
}

/* A place not in use has inode 0, and next_by_ports leads to the next such place. */
static uint32_t
take_place(struct table *t)
{
	uint32_t at = t->free;

	if (at != NOBODY) {
		t->free = t->all[at].next_by_ports;
		return at;
	}
	if (t->top == SOCKETS_MOST)
		return NOBODY;
	if (t->top == t->room) {
		uint32_t room = t->room == 0 ? 256 : 2 * t->room;
		struct owned *more = realloc(t->all, room * sizeof(*more));

		if (more == NULL)
			return NOBODY;
		t->all = more;
		t->room = room;
	}
	return t->top++;
}

static void
insert(struct table *t, const struct socket_seen *seen, int64_t now_ms)
{
	uint32_t at = take_place(t), *ports, *inode;

	if (at == NOBODY)
		return;
	ports =
	    &t->by_ports[ports_bucket(seen->proto, seen->local_port, seen->remote_port)];
	inode = &t->by_inode[inode_bucket(seen->inode)];
	t->all[at] = (struct owned){ .is = *seen,
		.first_ms = now_ms,
		.last_ms = now_ms,
		.dump = t->dump[seen->proto == IPPROTO_UDP],
		.fd = -1,
		.next_by_ports = *ports,
		.next_by_inode = *inode };
	*ports = *inode = at;
	t->count++;
}

void
table_see(struct table *t, const struct socket_seen *seen, int64_t now_ms)
{
	uint32_t at =
	    t->by_ports[ports_bucket(seen->proto, seen->local_port, seen->remote_port)];

	for (; at != NOBODY; at = t->all[at].next_by_ports) {
		struct owned *o = &t->all[at];

		if (same_socket(&o->is, seen)) {
			o->last_ms = now_ms;
			o->dump = t->dump[seen->proto == IPPROTO_UDP];
			return;
		}
	}
	insert(t, seen, now_ms);
}

static void
see(void *context, const struct socket_seen *seen)
{
	struct table *t = context;

	table_see(t, seen, t->now_ms);
}

void
table_dump(struct table *t, struct sockets *s, uint8_t proto, int64_t now_ms)
{
	t->now_ms = now_ms;
	t->dump[proto == IPPROTO_UDP]++;
	sockets_dump(s, proto, see, t);
}

bool
table_is_alive(const struct table *t, const struct owned *o)
{
	return o->dump == t->dump[o->is.proto == IPPROTO_UDP];
}

static void
unlink_from(struct table *t, uint32_t *link, uint32_t at, size_t next)
{
	while (*link != at)
		link = (void *)((char *)&t->all[*link] + next);
	memcpy(link, (char *)&t->all[at] + next, sizeof(*link));
}

static void
forget(struct table *t, uint32_t at)
{
	struct owned *o = &t->all[at];

	owned_by(o, NULL, -1);
	unlink_from(t,
	    &t->by_ports[ports_bucket(o->is.proto, o->is.local_port, o->is.remote_port)],
	    at, offsetof(struct owned, next_by_ports));
	unlink_from(t, &t->by_inode[inode_bucket(o->is.inode)], at,
	    offsetof(struct owned, next_by_inode));
	*o = (struct owned){ .next_by_ports = t->free };
	t->free = at;
	t->count--;
}

void
table_sweep(struct table *t, int64_t now_ms)
{
	for (uint32_t i = 0; i < t->top; i++) {
		if (t->all[i].is.inode != 0 && !table_is_alive(t, &t->all[i]) &&
		    now_ms - t->all[i].last_ms >= SOCKET_KEPT_MS)
			forget(t, i);
	}
}

size_t
table_count(const struct table *t)
{
	return t->count;
}

size_t
table_top(const struct table *t)
{
	return t->top;
}

struct owned *
table_at(struct table *t, size_t index)
{
	return t->all[index].is.inode != 0 ? &t->all[index] : NULL;
}

struct owned *
table_by_inode(struct table *t, uint32_t inode, const struct owned *after)
{
	uint32_t at =
	    after == NULL ? t->by_inode[inode_bucket(inode)] : after->next_by_inode;

	for (; at != NOBODY; at = t->all[at].next_by_inode) {
		if (t->all[at].is.inode == inode)
			return &t->all[at];
	}
	return NULL;
}

struct owned *
table_by_ports(struct table *t, uint8_t proto, uint16_t local, uint16_t remote,
    const struct owned *after)
{
	uint32_t at = after == NULL ? t->by_ports[ports_bucket(proto, local, remote)]
				    : after->next_by_ports;

	for (; at != NOBODY; at = t->all[at].next_by_ports) {
		const struct socket_seen *is = &t->all[at].is;

		if (is->proto == proto && is->local_port == local &&
		    is->remote_port == remote)
			return &t->all[at];
	}
	return NULL;
}
