/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which end is the machine that is judged? Given by the user, or inferred from who opens
 * connections, who asks DNS, who has a private address, and who talks with most peers.
 */
#include <stdlib.h>
#define uthash_fatal(message) abort()
#include <uthash.h>
#include "private.h"

struct host {
	struct addr addr;
	uint32_t opened, answered; /* TCP connections from, to this address */
	uint32_t asked, served;    /* DNS */
	uint32_t began;            /* UDP flows begun towards a single peer */
	uint32_t flows;            /* with a single peer, not multicast */
	uint32_t outward;          /* private here, public there */
	int64_t score;
	uint32_t first; /* flow * 2 + end of a flow of this host, or NONE */
	bool local, remote;
	UT_hash_handle hh;
};

#define NONE UINT32_MAX

struct hosts {
	struct host *table;
	uint32_t *next; /* by flow * 2 + end: the next flow of the same host */
	bool payload;   /* some flow has any: those without are no evidence */
	bool failed;
};

static struct host *
host_get(struct hosts *hosts, const struct addr *a)
{
	struct host *h = NULL;

	HASH_FIND(hh, hosts->table, a, sizeof(*a), h);
	if (h != NULL)
		return h;
	h = calloc(1, sizeof(*h));
	if (h == NULL) {
		hosts->failed = true;
		return NULL;
	}
	h->addr = *a;
	h->first = NONE;
	HASH_ADD(hh, hosts->table, addr, sizeof(h->addr), h);
	return h;
}

static bool
is_group(const struct addr *a)
{
	return addr_is_multicast(a) || addr_is_unspecified(a) ||
	       (a->family == 4 && a->bytes[3] == 255);
}

static void
tcp_evidence(const struct flow *f, struct host *const h[2])
{
	if (f->opened == FLOW_OPEN_UNKNOWN) {
		/* Begun before the capture: the service port is the lower one, mostly. */
		unsigned server = f->key.end[0].port > f->key.end[1].port;

		if (f->key.end[server].port < 1024 && f->key.end[!server].port >= 1024)
			h[!server]->began++;
		return;
	}
	h[f->opened == FLOW_OPEN_1]->opened++;
	h[f->opened != FLOW_OPEN_1]->answered++;
}

static bool
has_payload(const struct flow *f)
{
	return f->side[0].payload_bytes + f->side[1].payload_bytes > 0;
}

/* Connections that carry nothing are knocks: a scanner opens more than anybody else. */
static void
flow_evidence(struct hosts *hosts, const struct flow *f, uint32_t index)
{
	struct host *h[2] = { NULL, NULL };

	if (is_group(&f->key.end[0].addr) || is_group(&f->key.end[1].addr))
		return;
	for (unsigned end = 0; end < 2; end++)
		if ((h[end] = host_get(hosts, &f->key.end[end].addr)) == NULL)
			return;
	for (unsigned end = 0; end < 2; end++) {
		hosts->next[index * 2 + end] = h[end]->first;
		h[end]->first = index * 2 + end;
	}
	if (hosts->payload && !has_payload(f))
		return;
	for (unsigned end = 0; end < 2; end++) {
		h[end]->flows++;
		if (addr_is_private(&f->key.end[end].addr) &&
		    !addr_is_private(&f->key.end[!end].addr))
			h[end]->outward++;
	}
	if (f->key.proto == 6) {
		tcp_evidence(f, h);
	} else if (f->key.proto == 17) {
		unsigned asker = f->first_end;

		if (f->key.end[0].port == 53 || f->key.end[1].port == 53) {
			asker = f->key.end[0].port == 53;
			h[asker]->asked++;
			h[!asker]->served++;
		} else {
			h[asker]->began++;
		}
	}
}

static int
by_score(const void *a, const void *b)
{
	const struct host *x = *(struct host *const *)a, *y = *(struct host *const *)b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return addr_compare(&x->addr, &y->addr);
}

static struct host **
hosts_sorted(struct hosts *hosts, size_t *count)
{
	size_t n = HASH_COUNT(hosts->table);
	struct host **sorted = calloc(n ? n : 1, sizeof(*sorted));
	struct host *h, *next;

	*count = 0;
	if (sorted == NULL)
		return NULL;
	HASH_ITER(hh, hosts->table, h, next)
	{
		h->score = 4 * (int64_t)h->opened - 4 * (int64_t)h->answered +
			   4 * (int64_t)h->asked - 8 * (int64_t)h->served +
			   2 * (int64_t)h->began + 2 * (int64_t)h->outward +
			   (int64_t)h->flows;
		sorted[(*count)++] = h;
	}
	qsort(sorted, *count, sizeof(struct host *), by_score);
	return sorted;
}

/* Peers of a machine that is judged are not judged themselves. */
static void
peers_mark(struct hosts *hosts, const struct session *s, const struct host *h)
{
	for (uint32_t at = h->first; at != NONE; at = hosts->next[at]) {
		const struct flow_key *k = &s->flows[at / 2].flow->key;
		struct host *peer = NULL;

		HASH_FIND(
		    hh, hosts->table, &k->end[!(at % 2)].addr, sizeof(struct addr), peer);
		if (peer != NULL && !peer->local)
			peer->remote = true;
	}
}

static void
local_why(const struct host *h, char *why, size_t size)
{
	snprintf(why, size, "%sbegan %u TCP connections, %u DNS and %u other exchanges",
	    addr_is_private(&h->addr) ? "private address, " : "", h->opened, h->asked,
	    h->began);
}

static int
local_add(struct session *s, const struct addr *a, const char *why)
{
	struct local_end *more = realloc(s->locals, (s->local_count + 1) * sizeof(*more));

	if (more == NULL)
		return -1;
	s->locals = more;
	more[s->local_count].addr = *a;
	snprintf(more[s->local_count].why, sizeof(more[0].why), "%s", why);
	s->local_count++;
	return 0;
}

/*
 * The best address is local and its peers are remote; the next best that is no peer of a
 * local one is local too (the other address family, a second interface, another client).
 */
static int
locals_infer(struct session *s, struct hosts *hosts)
{
	size_t count = 0;
	struct host **sorted = hosts_sorted(hosts, &count);
	char why[160];
	int rc = -1;

	if (sorted == NULL)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct host *h = sorted[i];

		if (h->remote || h->score <= 0 || h->opened + h->asked + h->began == 0)
			continue;
		h->local = true;
		local_why(h, why, sizeof(why));
		if (local_add(s, &h->addr, why) != 0)
			goto out;
		peers_mark(hosts, s, h);
	}
	rc = 0;
out:
	free(sorted);
	return rc;
}

static int
locals_given(struct session *s, struct hosts *hosts, const struct session_input *in)
{
	struct host *h, *next;

	HASH_ITER(hh, hosts->table, h, next)
	{
		for (size_t i = 0; i < in->local_count && !h->local; i++)
			h->local = addr_in(&h->addr, &in->locals[i]);
		if (h->local &&
		    local_add(s, &h->addr,
			in->locals_why ? in->locals_why : "given by the user") != 0)
			return -1;
	}
	/* A recorder may have listened where it has no address of its own. */
	if (in->locals_why != NULL && s->local_count == 0)
		return locals_infer(s, hosts);
	return 0;
}

/* 0 or 1; both or neither local: who opened or spoke first, and never a group. */
static void
flow_orient(struct judged_flow *j, struct hosts *hosts)
{
	const struct flow *f = j->flow;
	struct host *h[2] = { NULL, NULL };
	bool local[2];

	for (unsigned end = 0; end < 2; end++) {
		HASH_FIND(
		    hh, hosts->table, &f->key.end[end].addr, sizeof(struct addr), h[end]);
		local[end] = h[end] != NULL && h[end]->local;
	}
	j->local = f->opened == FLOW_OPEN_0   ? 0
		   : f->opened == FLOW_OPEN_1 ? 1
					      : f->first_end;
	if (local[0] != local[1])
		j->local = local[1];
	else if (is_group(&f->key.end[j->local].addr) &&
		 !is_group(&f->key.end[!j->local].addr))
		j->local = !j->local;
	j->foreign = !local[0] && !local[1];
}

static int
by_address(const void *a, const void *b)
{
	const struct local_end *x = a, *y = b;

	return addr_compare(&x->addr, &y->addr);
}

int
session_locals(struct session *s, const struct session_input *in)
{
	struct hosts hosts = { NULL, NULL, false, false };
	struct host *h, *next;
	int rc = -1;

	hosts.next =
	    malloc((s->flow_count ? s->flow_count : 1) * 2 * sizeof(*hosts.next));
	if (hosts.next == NULL)
		return -1;
	for (size_t i = 0; i < s->flow_count; i++)
		hosts.payload |= has_payload(s->flows[i].flow);
	for (size_t i = 0; i < s->flow_count; i++)
		flow_evidence(&hosts, s->flows[i].flow, (uint32_t)i);
	if (hosts.failed)
		goto out;
	if ((in->local_count ? locals_given(s, &hosts, in) : locals_infer(s, &hosts)) !=
	    0)
		goto out;
	for (size_t i = 0; i < s->flow_count; i++)
		flow_orient(&s->flows[i], &hosts);
	if (s->local_count > 0)
		qsort(s->locals, s->local_count, sizeof(s->locals[0]), by_address);
	rc = 0;
out:
	HASH_ITER(hh, hosts.table, h, next)
	{
		HASH_DEL(hosts.table, h);
		free(h);
	}
	free(hosts.next);
	return rc;
}
