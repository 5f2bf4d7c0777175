/* SPDX-License-Identifier: Apache-2.0 */
/* A helper that runs, and what it says of a flow. */
#ifndef MAKE_OWNERS_H
#define MAKE_OWNERS_H

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include <callwitness/tap.h>

#include "make_sockets.h"

static inline int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static inline void
sleep_ms(int ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

/* Who waits for two flows' programs. */
struct heard {
	struct flow_key key[2];
	const struct process *process[2];
};

static inline bool
same_key(const struct flow_key *a, const struct flow_key *b)
{
	for (unsigned i = 0; i < 2; i++) {
		if (!addr_equal(&a->end[i].addr, &b->end[i].addr) ||
		    a->end[i].port != b->end[i].port)
			return false;
	}
	return a->proto == b->proto;
}

static inline void
hear(void *context, const struct flow_key *key, const struct process *p)
{
	struct heard *h = context;

	for (unsigned i = 0; i < 2; i++) {
		if (same_key(key, &h->key[i]))
			h->process[i] = p;
	}
}

static inline void
listen_to(struct owners *o, struct heard *h)
{
	struct pollfd p = { owners_fd(o), POLLIN, 0 };

	poll(&p, 1, 5);
	assert_int_equal(owners_read(o, hear, h), 0);
}

/* What is said of a flow within a time, or NULL. */
static inline const struct process *
asked(struct owners *o, struct flow_key key, unsigned first, int ms)
{
	struct heard h = { .key = { key } };
	int64_t end = now_us() + ms * 1000;

	owners_ask(o, &key, first);
	while (h.process[0] == NULL && now_us() < end)
		listen_to(o, &h);
	return h.process[0];
}

static inline const struct process *
asked_between(
    struct owners *o, uint8_t proto, struct flow_end from, struct flow_end to, int ms)
{
	unsigned first;
	struct flow_key key = flow_between(proto, from, to, &first);

	return asked(o, key, first, ms);
}

static inline struct owners *
started(void)
{
	struct error e = { 0 };
	struct owners *o = owners_start(&e);

	if (o == NULL) {
		print_message("skipped: %s\n", e.count ? e.lines[0].text : "?");
		error_clear(&e);
		skip();
	}
	return o;
}

static inline void
kill_child(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* A child that runs `body` until it is killed; it says so when it has begun. */
static inline pid_t
child_that(void (*body)(void *context), void *context)
{
	int pair[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(pair), 0);
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		body(context);
		if (write(pair[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	close(pair[1]);
	assert_int_equal(read(pair[0], &byte, 1), 1);
	close(pair[0]);
	return pid;
}

#endif
