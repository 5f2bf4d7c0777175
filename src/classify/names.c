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
	bool unsaved;
	struct known known[NAMES_EACH];
	UT_hash_handle hh;
};

struct names {
	struct entry
	    *entries;         /* in the order of last use: uthash keeps insertion order */
	struct entry *newest; /* the last of them */
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

/* Zeroed; that of the longest unused address if there are too many. */
static struct entry *
entry_new(struct names *n)
{
	struct entry *e = n->entries;

	if (n->count < n->limit) {
		e = calloc(1, sizeof(*e));
		n->count += e != NULL;
		return e;
	}
	HASH_DEL(n->entries, e);
	n->forgotten++;
	memset(e, 0, sizeof(*e));
	return e;
}

/* Used now: at the end of the order. */
static struct entry *
entry_get(struct names *n, const struct addr *a)
{
	struct entry *e = NULL;

	HASH_FIND(hh, n->entries, a, sizeof(*a), e);
	if (e != NULL)
		HASH_DEL(n->entries, e);
	else if ((e = entry_new(n)) == NULL)
		return NULL;
	e->addr = *a;
	HASH_ADD(hh, n->entries, addr, sizeof(e->addr), e);
	n->newest = e;
	e->unsaved = true;
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

static const struct codec_field known_fields[] = {
	CODEC_FIELD(struct known, learned_ns, CODEC_TIME),
	CODEC_FIELD(struct known, last_ns, CODEC_TIME),
};

/* All but the address. */
static void
entry_record(struct names *n, struct entry *e, struct codec *r)
{
	uint64_t count = e->count, next = e->next;

	codec_number(r, &count, NAMES_EACH);
	codec_number(r, &next, NAMES_EACH - 1);
	e->count = (unsigned)count;
	e->next = (unsigned)next;
	for (unsigned i = 0; i < e->count; i++) {
		codec_text(r, n->strings, &e->known[i].host);
		if (e->known[i].host == NULL)
			r->failed = true;
		codec_fields(r, known_fields, COUNT_OF(known_fields), &e->known[i]);
	}
}

/* What was told since is at the end of the order. */
static struct entry *
unsaved_first(struct names *n)
{
	struct entry *e = n->newest, *first = NULL;

	for (; e != NULL && e->unsaved; e = e->hh.prev)
		first = e;
	return first;
}

int
names_save(struct names *n, bool all, struct codec *r,
    int (*write)(const struct codec *r, void *context), void *context)
{
	struct entry *e = all ? n->entries : unsaved_first(n);
	int rc = 0;

	for (; e != NULL && rc == 0; e = e->hh.next) {
		codec_start(r, RECORD_NAME);
		codec_addr(r, &e->addr);
		entry_record(n, e, r);
		rc = write(r, context);
		if (rc == 0 && !all)
			e->unsaved = false;
	}
	return rc;
}

bool
names_restore(struct names *n, struct codec *r)
{
	struct entry read = { 0 }, *e = NULL;

	codec_addr(r, &read.addr);
	entry_record(n, &read, r);
	if (!codec_is_whole(r) || (e = entry_get(n, &read.addr)) == NULL)
		return false;
	e->count = read.count;
	e->next = read.next;
	memcpy(e->known, read.known, sizeof(e->known));
	return true;
}

void
names_record(struct names *n, uint64_t refused, struct codec *r)
{
	uint64_t learned = n->learned, forgotten = n->forgotten + refused;

	codec_number(r, &learned, CODEC_ANY);
	codec_number(r, &forgotten, CODEC_ANY);
	if (!r->reading || !codec_is_whole(r))
		return;
	n->learned = learned;
	n->forgotten = forgotten;
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
