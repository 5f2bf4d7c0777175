/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Serving those who ask, a line at a time. Nobody is waited for: who sends half a line
 * waits himself, who does not read the replies is cut off.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control.h"

/* Stands for the listening socket among the peers' numbers. */
#define LISTENER CONTROL_PEERS

int
control_watch(struct control *c, int fd, uint32_t which)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = which };

	return epoll_ctl(c->epoll, EPOLL_CTL_ADD, fd, &event);
}

struct control *
control_open(const char *path, const struct tap_user *user, struct error *e)
{
	struct sockaddr_un address;
	struct control *c = NULL;

	if (control_address(path, &address, e) != 0)
		return NULL;
	c = calloc(1, sizeof(*c));
	if (c == NULL) {
		error_add(e, path, 0, 0, "out of memory");
		return NULL;
	}
	for (size_t i = 0; i < CONTROL_PEERS; i++)
		c->peers[i].fd = -1;
	snprintf(c->path, sizeof(c->path), "%s", path);
	c->uid = user->uid;
	c->listener = -1;
	c->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (control_listen(c, user, e) == 0) {
		if (control_watch(c, c->listener, LISTENER) == 0)
			return c;
		error_add(e, path, 0, 0, "cannot be watched: %s", strerror(errno));
	}
	control_close(c);
	return NULL;
}

static void
peer_drop(struct peer *p)
{
	if (p->fd >= 0)
		close(p->fd);
	*p = (struct peer){ .fd = -1 };
}

void
control_forget(struct control *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < CONTROL_PEERS; i++)
		peer_drop(&c->peers[i]);
	if (c->listener >= 0)
		close(c->listener);
	if (c->epoll >= 0)
		close(c->epoll);
	free(c);
}

void
control_close(struct control *c)
{
	struct stat st;

	/* Whoever replaced it has it now. */
	if (c != NULL && c->made.st_ino != 0 && lstat(c->path, &st) == 0 &&
	    st.st_dev == c->made.st_dev && st.st_ino == c->made.st_ino)
		(void)unlink(c->path);
	control_forget(c);
}

int
control_fd(const struct control *c)
{
	return c->epoll;
}

/* A free place, else that of the peer which said nothing for longest; NULL if all are
 * adopted. */
static struct peer *
place_find(struct control *c)
{
	struct peer *oldest = NULL;

	for (size_t i = 0; i < CONTROL_PEERS; i++) {
		struct peer *p = &c->peers[i];

		if (p->fd < 0)
			return p;
		if (!p->adopted && (oldest == NULL || p->heard < oldest->heard))
			oldest = p;
	}
	if (oldest != NULL)
		peer_drop(oldest);
	return oldest;
}

/* Takes fd. */
static int
peer_add(struct control *c, int fd, bool adopted)
{
	struct peer *p = place_find(c);

	if (p == NULL || control_watch(c, fd, (uint32_t)(p - c->peers)) != 0) {
		close(fd);
		return -1;
	}
	p->fd = fd;
	p->adopted = adopted;
	p->heard = ++c->turn;
	p->waits = 0;
	return 0;
}

int
control_adopt(struct control *c, int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) {
		close(fd);
		return -1;
	}
	return peer_add(c, fd, true);
}

static bool
peer_may_ask(const struct control *c, int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	       size == sizeof(peer) && (peer.uid == c->uid || peer.uid == 0);
}

static void
peers_accept(struct control *c)
{
	for (int i = 0; i < CONTROL_PEERS; i++) {
		int fd = accept4(c->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0)
			return;
		if (peer_may_ask(c, fd))
			(void)peer_add(c, fd, false);
		else
			close(fd);
	}
}

/* False if the peer does not take it all at once. */
static bool
reply_send(int fd, char reply[CONTROL_LINE])
{
	size_t length = strnlen(reply, CONTROL_LINE - 1);

	for (size_t i = 0; i < length; i++)
		if (reply[i] == '\n' || reply[i] == '\r')
			reply[i] = ' ';
	reply[length] = '\n';
	return send(fd, reply, length + 1, MSG_DONTWAIT | MSG_NOSIGNAL) ==
	       (ssize_t)(length + 1);
}

static bool
line_serve(const struct peer *p, char *line, size_t length, control_handler *handle,
    void *context)
{
	char reply[CONTROL_LINE] = "error: no answer";

	if (length > 0 && line[length - 1] == '\r')
		length--;
	line[length] = '\0';
	if (strlen(line) == length)
		handle(context, line, reply);
	else
		snprintf(reply, sizeof(reply), "error: a line holds a zero byte");
	return reply_send(p->fd, reply);
}

/* All lines that are whole; false when the peer is to go. */
static bool
lines_serve(struct peer *p, control_handler *handle, void *context)
{
	char *end, *at = p->line, tell[CONTROL_LINE] = "error: the line is too long";

	while ((end = memchr(at, '\n', p->waits)) != NULL) {
		size_t length = (size_t)(end - at);

		if (!line_serve(p, at, length, handle, context))
			return false;
		p->waits -= length + 1;
		at = end + 1;
	}
	memmove(p->line, at, p->waits);
	if (p->waits < sizeof(p->line))
		return true;
	(void)reply_send(p->fd, tell);
	return false;
}

static void
peer_serve(struct control *c, struct peer *p, control_handler *handle, void *context)
{
	ssize_t got =
	    recv(p->fd, p->line + p->waits, sizeof(p->line) - p->waits, MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	p->heard = ++c->turn;
	p->waits += got > 0 ? (size_t)got : 0;
	if (got <= 0 || !lines_serve(p, handle, context))
		peer_drop(p);
}

void
control_serve(struct control *c, control_handler *handle, void *context)
{
	struct epoll_event events[CONTROL_PEERS + 1];
	int count = epoll_wait(c->epoll, events, CONTROL_PEERS + 1, 0);
	bool calls = false;

	for (int i = 0; i < count; i++) {
		uint32_t which = events[i].data.u32;

		if (which == LISTENER)
			calls = true;
		else if (c->peers[which].fd >= 0)
			peer_serve(c, &c->peers[which], handle, context);
	}
	/* Last: a new peer may take the place of one that was just to be served. */
	if (calls)
		peers_accept(c);
}
