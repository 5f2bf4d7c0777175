/* SPDX-License-Identifier: Apache-2.0 */
/* The helper's life: questions come, are tried for some seconds, and answers go. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "owners.h"

#define QUESTIONS_MOST 4096
#define ASKED_FOR_MS 3000
/* When only the hash of its executable is missing; then the answer goes without it. */
#define HASHED_FOR_MS 10000
#define AGAIN_MS 50
/* Between two lists of the kernel, and some times as long as one takes; questions gather
 * meanwhile. */
#define GATHER_MS 1
#define GATHER_SHARE 4
#define LEARN_MS 250
/* A socket that nobody asked about is looked for this often. */
#define LEARN_LOOKS 2

struct waiting {
	struct question q;
	int64_t asked_ms, next_ms;
	bool due;
	struct program *owner; /* known, but for the hash of its executable */
};

struct helper {
	int fd;
	struct sockets *sockets;
	struct table *table;
	struct programs *programs;
	struct finder *finder;
	struct hashes *hashes;
	int64_t now_ms, dumped_ms, learned_ms;
	size_t count; /* of questions, the oldest first */
	struct waiting waiting[QUESTIONS_MOST];
	struct wire wire;
};

/* Of too many the oldest are forgotten, a good number at once: moving them costs. */
static void
take_question(struct helper *h, const struct question *q)
{
	size_t forgotten = QUESTIONS_MOST / 16;

	if (q->key.proto != IPPROTO_TCP && q->key.proto != IPPROTO_UDP)
		return;
	if (h->count == QUESTIONS_MOST) {
		for (size_t i = 0; i < forgotten; i++)
			program_release(h->waiting[i].owner);
		h->count -= forgotten;
		memmove(
		    h->waiting, h->waiting + forgotten, h->count * sizeof(h->waiting[0]));
	}
	h->waiting[h->count++] =
	    (struct waiting){ .q = *q, .asked_ms = h->now_ms, .next_ms = h->now_ms };
}

/* What waits in the socket. -1: the main process has gone. */
static int
take_questions(struct helper *h)
{
	uint8_t data[256];
	struct question q;

	for (unsigned i = 0; i < QUESTIONS_MOST; i++) {
		ssize_t n = recv(h->fd, data, sizeof(data), MSG_DONTWAIT);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -1;
		if (n == 0)
			return -1;
		if (wire_read_question(data, (size_t)n, &q) == 0)
			take_question(h, &q);
	}
	return 0;
}

/* One list of the protocols that are asked about answers all that is due. */
static void
dump_for_due(struct helper *h)
{
	bool asked[2] = { false, false };
	int64_t begun_ms = boot_ms();

	for (size_t i = 0; i < h->count; i++) {
		struct waiting *w = &h->waiting[i];

		w->due = w->next_ms <= h->now_ms;
		if (w->due && w->owner == NULL)
			asked[w->q.key.proto == IPPROTO_UDP] = true;
	}
	if (asked[0])
		table_dump(h->table, h->sockets, IPPROTO_TCP, h->now_ms);
	if (asked[1])
		table_dump(h->table, h->sockets, IPPROTO_UDP, h->now_ms);
	h->dumped_ms = boot_ms();
	h->dumped_ms += GATHER_SHARE * (h->dumped_ms - begun_ms);
}

/* Whose sockets they are is looked up for all at once. */
static void
find_for_due(struct helper *h)
{
	struct owned *of[MATCHES_MOST];
	bool any = false;

	for (size_t i = 0; i < h->count; i++) {
		const struct waiting *w = &h->waiting[i];
		size_t count = 0;

		if (w->due && w->owner == NULL)
			count =
			    table_match(h->table, h->sockets, &w->q.key, w->q.first, of);
		for (size_t k = 0; k < count; k++) {
			if (!table_is_alive(h->table, of[k]))
				continue;
			owned_check(of[k], h->programs, h->now_ms);
			of[k]->wanted = of[k]->owner == NULL || of[k]->unsure;
			any |= of[k]->wanted;
		}
	}
	if (any)
		finder_find(h->finder, h->table, h->programs, h->now_ms);
}

/* The one program that all of them are of, for the caller to release, or NULL. */
static struct program *
owner_of(const struct table *t, struct owned *const *of, size_t count)
{
	struct program *owner = NULL;

	for (size_t i = 0; i < count; i++) {
		struct program *p = of[i]->owner;

		if (p == NULL || (of[i]->unsure && table_is_alive(t, of[i])) ||
		    (owner != NULL &&
			(p->pid != owner->pid || p->start_ms != owner->start_ms)))
			return NULL;
		owner = p;
	}
	if (owner != NULL)
		owner->uses++;
	return owner;
}

/* Of the table: by the time that a hash is there, the socket may be forgotten. */
static void
settle_owner(struct helper *h, struct waiting *w)
{
	struct owned *of[MATCHES_MOST];
	size_t count = table_match(h->table, h->sockets, &w->q.key, w->q.first, of);

	w->owner = owner_of(h->table, of, count);
	for (size_t i = 0; i < count && w->owner != NULL; i++)
		of[i]->told = true;
}

/* Whether the question is done with. */
static bool
answer(struct helper *h, struct waiting *w)
{
	int64_t age_ms = h->now_ms - w->asked_ms;
	const char *sha256 = NULL;
	enum hash_state state;

	if (w->owner == NULL)
		settle_owner(h, w);
	if (w->owner == NULL)
		return age_ms >= ASKED_FOR_MS;
	state = hashes_ask(h->hashes, w->owner, &sha256);
	if (state == HASH_LATER && age_ms < HASHED_FOR_MS)
		return false;
	wire_answer(&h->wire, &w->q.key, w->owner, state == HASH_KNOWN ? sha256 : NULL);
	if (send(h->fd, h->wire.data, h->wire.length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 &&
	    age_ms < HASHED_FOR_MS)
		return false;
	program_release(w->owner);
	return true;
}

static void
answer_due(struct helper *h)
{
	size_t kept = 0;

	for (size_t i = 0; i < h->count; i++) {
		struct waiting *w = &h->waiting[i];

		if (w->due && answer(h, w))
			continue;
		if (w->due)
			w->next_ms = h->now_ms + AGAIN_MS;
		h->waiting[kept++] = *w;
	}
	h->count = kept;
}

static void
serve(struct helper *h)
{
	dump_for_due(h);
	find_for_due(h);
	answer_due(h);
}

/* Sockets that exist before anybody asks, so that they can be told when they are gone. */
static void
learn(struct helper *h)
{
	bool any = false;

	sockets_locals(h->sockets);
	table_dump(h->table, h->sockets, IPPROTO_TCP, h->now_ms);
	table_dump(h->table, h->sockets, IPPROTO_UDP, h->now_ms);
	table_sweep(h->table, h->now_ms);
	for (size_t i = 0; i < table_top(h->table); i++) {
		struct owned *o = table_at(h->table, i);

		if (o == NULL || o->owner != NULL || o->looked >= LEARN_LOOKS ||
		    !table_is_alive(h->table, o))
			continue;
		o->wanted = true;
		any = true;
	}
	if (any)
		finder_find(h->finder, h->table, h->programs, h->now_ms);
	h->learned_ms = h->now_ms;
}

/* When something is to be done, of the questions and of itself. */
static int64_t
next_ms(const struct helper *h)
{
	int64_t at = INT64_MAX, own = h->learned_ms + LEARN_MS;

	for (size_t i = 0; i < h->count; i++) {
		if (h->waiting[i].next_ms < at)
			at = h->waiting[i].next_ms;
	}
	if (at < h->dumped_ms + GATHER_MS)
		at = h->dumped_ms + GATHER_MS;
	return at < own ? at : own;
}

static int
turn(struct helper *h)
{
	struct pollfd p = { h->fd, POLLIN, 0 };
	int64_t left = next_ms(h) - boot_ms();
	bool busy = hashes_busy(h->hashes);

	if (left < 0 || busy)
		left = 0;
	if (poll(&p, 1, (int)left) < 0 && errno != EINTR)
		return -1;
	h->now_ms = boot_ms();
	if (p.revents != 0 && take_questions(h) != 0)
		return -1;
	if (busy) {
		hashes_work(h->hashes);
		/* Those that waited for the hash are asked at once. */
		for (size_t i = 0; i < h->count && !hashes_busy(h->hashes); i++)
			h->waiting[i].next_ms = h->now_ms;
	}
	if (h->now_ms >= h->learned_ms + LEARN_MS)
		learn(h);
	else if (h->now_ms >= next_ms(h))
		serve(h);
	return 0;
}

/* Whether the kernel lets it look at the programs of others. */
static bool
sees_everybody(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[256];
	uint64_t effective = 0;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "CapEff: %" SCNx64, &effective) == 1)
			break;
	}
	if (f != NULL)
		fclose(f);
	return (effective >> 19 & 1) != 0; /* CAP_SYS_PTRACE */
}

/* All but the socket to the main process. The first three lead nowhere. */
static void
close_others(int *fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int i = 0; i < 3 && null >= 0; i++) {
		if (*fd != i)
			dup2(null, i);
	}
	if (*fd != 3 && dup2(*fd, 3) == 3)
		*fd = 3;
	/* Before Linux 5.9 there is no such call. */
	if (close_range(4, ~0u, 0) != 0) {
		for (int i = 4; i < 4096; i++)
			close(i);
	}
}

static void
open_up(struct helper *h)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT, SIGUSR1,
		SIGUSR2, SIGWINCH };
	struct hello hello = { .uid = getuid() };
	struct error e = { 0 };

	for (size_t i = 0; i < COUNT_OF(ignored); i++)
		signal(ignored[i], SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	/* A question asked late is asked in vain. Root may do that, others do without. */
	(void)setpriority(PRIO_PROCESS, 0, -10);
	h->sockets = sockets_open(&e);
	if (h->sockets != NULL && privileges_keep_lookup(&e) == 0 &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		hello.well = true;
	if (h->sockets != NULL)
		hello.spaces = (uint16_t)sockets_spaces(h->sockets);
	hello.everybody = sees_everybody();
	snprintf(
	    hello.text, sizeof(hello.text), "%s", e.count > 0 ? e.lines[0].text : "");
	wire_hello(&h->wire, &hello);
	if (send(h->fd, h->wire.data, h->wire.length, MSG_NOSIGNAL) < 0 || !hello.well)
		_exit(1);
	error_clear(&e);
}

void
owners_help(int fd, pid_t parent)
{
	struct helper *h = calloc(1, sizeof(*h));

	close_others(&fd);
	if (h == NULL)
		_exit(1);
	h->fd = fd;
	h->table = table_new();
	h->programs = programs_new();
	h->finder = finder_new();
	h->hashes = hashes_new();
	if (h->table == NULL || h->programs == NULL || h->finder == NULL ||
	    h->hashes == NULL)
		_exit(1);
	open_up(h);
	/* Another child of the main process may hold the other end of the socket. */
	while (getppid() == parent && turn(h) == 0)
		continue;
	_exit(0);
}
