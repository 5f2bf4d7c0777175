/* SPDX-License-Identifier: Apache-2.0 */
/* Who is behind an address: DNS answers joined to the flows that come after them. */
#include <libpsl.h>
#include <stdlib.h>
#define uthash_fatal(message) abort()
#include <uthash.h>
#include <callwitness/classify.h>

/* Links of a CNAME chain that are followed; resolvers stop near this too. */
#define CHAIN 16

struct known {
	const char *host;
	int64_t learned_ns; /* the first time: "known before this flow?" */
	int64_t last_ns;    /* the last time: of several names, which was meant? */
};

struct entry {
	struct addr addr;
	unsigned count, next; /* known[next] is the one to go when all are taken */
	struct known known[NAMES_EACH];
	UT_hash_handle hh;
};

struct names {
	struct entry
	    *entries; /* in the order of last use: uthash keeps insertion order */
	struct strings *strings;
	size_t count, limit;
	uint64_t learned, forgotten;
};

struct names *
names_new(size_t limit)
{
	struct names *n = calloc(1, sizeof(*n));

	if (n == NULL || (n->strings = strings_new()) == NULL) {
		free(n);
		return NULL;
	}
	n->limit = limit;
	return n;
}

void
names_free(struct names *n)
{
	struct entry *e, *next;

	if (n == NULL)
		return;
	HASH_ITER(hh, n->entries, e, next)
	{
		HASH_DEL(n->entries, e);
		free(e);
	}
	strings_free(n->strings);
	free(n);
}

static struct entry *
entry_get(struct names *n, const struct addr *a)
{
	struct entry *e = NULL;

	HASH_FIND(hh, n->entries, a, sizeof(*a), e);
	if (e != NULL) {
		HASH_DEL(n->entries, e); /* used now: to the end of the order */
		HASH_ADD(hh, n->entries, addr, sizeof(e->addr), e);
		return e;
	}
	if (n->count >= n->limit) {
		e = n->entries;
		HASH_DEL(n->entries, e);
		n->forgotten++;
		memset(e, 0, sizeof(*e));
	} else {
		e = calloc(1, sizeof(*e));
		if (e == NULL)
			return NULL;
		n->count++;
	}
	e->addr = *a;
	HASH_ADD(hh, n->entries, addr, sizeof(e->addr), e);
	return e;
}

/* Whether the name is new for the address. */
static bool
entry_learn(struct names *n, const struct addr *a, const char *host, int64_t time_ns)
{
	struct entry *e = entry_get(n, a);

	if (e == NULL)
		return false;
	for (unsigned i = 0; i < e->count; i++)
		if (e->known[i].host == host) {
			if (time_ns < e->known[i].learned_ns)
				e->known[i].learned_ns = time_ns;
			if (time_ns > e->known[i].last_ns)
				e->known[i].last_ns = time_ns;
			return false;
		}
	if (e->count < NAMES_EACH) {
		e->known[e->count++] = (struct known){ host, time_ns, time_ns };
		return true;
	}
	e->known[e->next] = (struct known){ host, time_ns, time_ns };
	e->next = (e->next + 1) % NAMES_EACH;
	n->forgotten++;
	return true;
}

static bool
in_chain(const char *const *chain, unsigned length, const char *name)
{
	for (unsigned i = 0; i < length; i++)
		if (strcmp(chain[i], name) == 0)
			return true;
	return false;
}

/* The queried name and what it is an alias of; answers come in any order. */
static unsigned
chain_follow(const struct dns *dns, const char *chain[CHAIN])
{
	unsigned length = 1, before = 0;

	chain[0] = dns->question;
	while (length > before) {
		before = length;
		for (unsigned i = 0; i < dns->count && length < CHAIN; i++) {
			const struct dns_answer *a = &dns->answers[i];

			if (a->target[0] != '\0' && in_chain(chain, length, a->owner) &&
			    !in_chain(chain, length, a->target))
				chain[length++] = a->target;
		}
	}
	return length;
}

void
names_learn(struct names *n, const struct dns *dns, int64_t time_ns)
{
	const char *chain[CHAIN];
	const char *host = NULL;
	unsigned length = 0;

	if (!dns->response || dns->rcode != 0 || dns->question[0] == '\0')
		return;
	if (n->learned >= n->limit * NAMES_EACH) {
		n->forgotten++; /* names are never freed one by one: past the bound none
				   is new */
		return;
	}
	length = chain_follow(dns, chain);
	for (unsigned i = 0; i < dns->count; i++) {
		const struct dns_answer *a = &dns->answers[i];

		if (a->addr.family == 0 || !in_chain(chain, length, a->owner))
			continue;
		if (host == NULL)
			host = strings_intern(
			    n->strings, dns->question, strlen(dns->question));
		if (host != NULL && entry_learn(n, &a->addr, host, time_ns))
			n->learned++;
	}
}

/* The last time it was told before that time, as far as two times of each can say. */
static int64_t
told_before(const struct known *k, int64_t time_ns)
{
	return k->last_ns <= time_ns ? k->last_ns : k->learned_ns;
}

/* Newest first among those learned before the time; else oldest first among the later. */
static bool
known_before(const struct known *a, const struct known *b, int64_t time_ns)
{
	bool early_a = a->learned_ns <= time_ns, early_b = b->learned_ns <= time_ns;

	if (early_a != early_b)
		return early_a;
	return early_a ? told_before(a, time_ns) > told_before(b, time_ns)
		       : a->learned_ns < b->learned_ns;
}

size_t
names_lookup(struct names *n, const struct addr *a, int64_t time_ns, bool late,
    const char *out[NAMES_EACH])
{
	struct known sorted[NAMES_EACH];
	struct entry *e = NULL;
	size_t count = 0;

	HASH_FIND(hh, n->entries, a, sizeof(*a), e);
	if (e == NULL)
		return 0;
	for (unsigned i = 0; i < e->count; i++) {
		size_t at = i;

		for (; at > 0 && known_before(&e->known[i], &sorted[at - 1], time_ns);
		     at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = e->known[i];
	}
	for (unsigned i = 0; i < e->count; i++) {
		if (sorted[i].learned_ns > time_ns && (!late || count > 0))
			break;
		out[count++] = sorted[i].host;
	}
	return count;
}

uint64_t
names_forgotten(const struct names *n)
{
	return n->forgotten;
}

const char *
names_domain(const char *host)
{
	const psl_ctx_t *psl = psl_builtin();
	const char *domain = NULL;
	struct addr unused;

	if (psl != NULL && addr_parse(host, &unused) != 0)
		domain = psl_registrable_domain(psl, host);
	return domain != NULL ? domain : host;
}
