/* SPDX-License-Identifier: Apache-2.0 */
/* The main process's side of the lookup of owners. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "owners.h"

#define HELLO_MS 20000
#define STOP_MS 2000

struct owners {
	int fd;
	pid_t pid;
	struct known *known;
	char reach[128];
	struct wire wire;
	struct answer answer;
};

static void
describe_reach(struct owners *o, const struct hello *h)
{
	char who[64] = "programs of all users";

	if (!h->everybody)
		snprintf(who, sizeof(who), "programs of user %u alone", h->uid);
	snprintf(o->reach, sizeof(o->reach), "%s, %u network namespace%s", who, h->spaces,
	    h->spaces == 1 ? "" : "s");
}

static int
await_hello(struct owners *o, struct error *e)
{
	struct pollfd p = { o->fd, POLLIN, 0 };
	struct hello h;
	ssize_t n = -1;
	int ready;

	do
		ready = poll(&p, 1, HELLO_MS);
	while (ready < 0 && errno == EINTR);
	if (ready > 0)
		n = recv(o->fd, o->wire.data, sizeof(o->wire.data), MSG_DONTWAIT);
	if (n <= 0 || wire_read_hello(o->wire.data, (size_t)n, &h) != 0) {
		error_add(
		    e, NULL, 0, 0, "the helper that looks up programs did not start");
		return -1;
	}
	if (!h.well) {
		error_add(e, NULL, 0, 0, "%s", h.text);
		return -1;
	}
	describe_reach(o, &h);
	return 0;
}

/* Forks. 0, or -1 and a line in e. */
static int
start_helper(struct owners *o, struct error *e)
{
	pid_t parent = getpid();
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		error_add(e, NULL, 0, 0, "cannot make a socket: %s", strerror(errno));
		return -1;
	}
	o->pid = fork();
	if (o->pid == 0)
		owners_help(pair[1], parent);
	close(pair[1]);
	o->fd = pair[0];
	if (o->pid > 0)
		return 0;
	error_add(e, NULL, 0, 0, "cannot start a helper process: %s", strerror(errno));
	return -1;
}

struct owners *
owners_start(struct error *e)
{
	struct owners *o = calloc(1, sizeof(*o));

	if (o == NULL || (o->known = known_new()) == NULL) {
		error_add(e, NULL, 0, 0, "out of memory");
		free(o);
		return NULL;
	}
	o->fd = -1;
	if (start_helper(o, e) == 0 && await_hello(o, e) == 0)
		return o;
	owners_stop(o);
	return NULL;
}

int
owners_fd(const struct owners *o)
{
	return o->fd;
}

pid_t
owners_pid(const struct owners *o)
{
	return o->pid;
}

const char *
owners_reach(const struct owners *o)
{
	return o->reach;
}

void
owners_ask(struct owners *o, const struct flow_key *key, unsigned first)
{
	struct question q = { .key = *key, .first = (uint8_t)first };

	wire_question(&o->wire, &q);
	/* One that does not get through leaves its flow without a program. */
	(void)send(o->fd, o->wire.data, o->wire.length, MSG_DONTWAIT | MSG_NOSIGNAL);
}

int
owners_read(struct owners *o, owner_found *found, void *context)
{
	for (;;) {
		ssize_t n = recv(o->fd, o->wire.data, sizeof(o->wire.data), MSG_DONTWAIT);
		const struct process *p;

		if (n == 0)
			return -1;
		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -1;
		if (wire_read_answer(o->wire.data, (size_t)n, &o->answer) == 0 &&
		    (p = known_add(o->known, &o->answer)) != NULL)
			found(context, &o->answer.key, p);
	}
}

/* It goes by itself when nobody listens to it; a killing may not be permitted by now. */
static void
reap(pid_t pid)
{
	struct timespec pause = { 0, 2000000 };

	for (int waited_ms = 0; waited_ms < STOP_MS; waited_ms += 2) {
		pid_t gone = waitpid(pid, NULL, WNOHANG);

		if (gone == pid || (gone < 0 && errno == ECHILD))
			return;
		nanosleep(&pause, NULL);
	}
	if (kill(pid, SIGKILL) == 0)
		waitpid(pid, NULL, 0);
}

void
owners_stop(struct owners *o)
{
	if (o == NULL)
		return;
	if (o->fd >= 0) {
		shutdown(o->fd, SHUT_RDWR);
		close(o->fd);
	}
	if (o->pid > 0)
		reap(o->pid);
	known_free(o->known);
	free(o);
}
