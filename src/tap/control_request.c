/* SPDX-License-Identifier: Apache-2.0 */
/* Asking a capture that runs: one line there, one line back. */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "control.h"

#define TIMEOUT_MS 5000

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
connect_failed(const char *path, int error, struct error *e)
{
	if (error == ENOENT || error == ECONNREFUSED || error == ENOTDIR)
		error_add(
		    e, NULL, 0, 0, "no capture is running (nothing listens at %s)", path);
	else if (error == EACCES || error == EPERM)
		error_add(e, path, 0, 0,
		    "not permitted: only who runs the capture, and root, may ask it");
	else if (error == EAGAIN)
		error_add(e, path, 0, 0, "the capture does not answer");
	else
		error_add(e, path, 0, 0, "cannot be asked: %s", strerror(error));
}

/*
 * In a place like /tmp somebody else may listen, and a mark that went to him is lost.
 * Root's captures go on as another user, so who listened is that user or root.
 */
static bool
is_trusted(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	return getuid() == 0 ||
	       (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
		   (peer.uid == 0 || peer.uid == getuid() || peer.uid == geteuid()));
}

/* Connected, or -1 and a line in e. */
static int
capture_call(const char *path, struct error *e)
{
	const struct timeval patience = { TIMEOUT_MS / 1000, 0 };
	struct sockaddr_un address;
	int fd = -1;

	if (control_address(path, &address, e) != 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) != 0 ||
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
		connect_failed(path, errno, e);
	else if (!is_trusted(fd))
		error_add(
		    e, path, 0, 0, "another user listens there: expected a capture");
	else
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static int
line_send(int fd, const char *line)
{
	char text[CONTROL_LINE];
	int length = snprintf(text, sizeof(text), "%s\n", line);

	return send(fd, text, (size_t)length, MSG_NOSIGNAL) == length ? 0 : -1;
}

/* Bytes up to a line's end, which is cut off. 0, or -1: none came in time. */
static int
line_receive(int fd, char reply[CONTROL_LINE])
{
	int64_t until = now_ms() + TIMEOUT_MS, left;
	size_t length = 0;

	while (length < CONTROL_LINE && (left = until - now_ms()) > 0) {
		struct pollfd wait = { fd, POLLIN, 0 };
		ssize_t got = 0;
		char *end;

		if (poll(&wait, 1, (int)left) <= 0)
			continue;
		got = recv(fd, reply + length, CONTROL_LINE - length, 0);
		if (got <= 0)
			return -1;
		end = memchr(reply + length, '\n', (size_t)got);
		length += (size_t)got;
		if (end == NULL)
			continue;
		*end = '\0';
		return 0;
	}
	return -1;
}

int
control_request(
    const char *path, const char *line, char reply[CONTROL_LINE], struct error *e)
{
	int fd = -1, rc = -1;

	reply[0] = '\0';
	if (strlen(line) > CONTROL_LINE - 2 || strchr(line, '\n') != NULL) {
		error_add(e, NULL, 0, 0, "expected one line of at most %d bytes",
		    CONTROL_LINE - 2);
		return -1;
	}
	fd = capture_call(path, e);
	if (fd < 0)
		return -1;
	if (line_send(fd, line) == 0 && line_receive(fd, reply) == 0)
		rc = 0;
	else
		error_add(
		    e, path, 0, 0, "the capture does not answer: nothing is known of it");
	close(fd);
	return rc;
}
