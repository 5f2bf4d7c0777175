/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets of the tests' own, and the flows that they make. */
#ifndef MAKE_SOCKETS_H
#define MAKE_SOCKETS_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include <callwitness/flow.h>

struct made_end {
	struct sockaddr_storage at;
	socklen_t size;
};

/* An address and port of text, as a socket wants it. */
static inline struct made_end
made_end(const char *text, uint16_t port)
{
	struct made_end e = { .size = sizeof(struct sockaddr_in) };
	struct sockaddr_in *v4 = (void *)&e.at;
	struct sockaddr_in6 *v6 = (void *)&e.at;

	if (strchr(text, ':') == NULL) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		assert_int_equal(inet_pton(AF_INET, text, &v4->sin_addr), 1);
		return e;
	}
	e.size = sizeof(*v6);
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	assert_int_equal(inet_pton(AF_INET6, text, &v6->sin6_addr), 1);
	return e;
}

static inline struct flow_end
flow_end_of(const struct made_end *e)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const struct sockaddr_in *v4 = (const void *)&e->at;
	const struct sockaddr_in6 *v6 = (const void *)&e->at;
	struct flow_end out = { 0 };

	if (e->at.ss_family == AF_INET) {
		out.addr = addr_v4((const void *)&v4->sin_addr);
		out.port = ntohs(v4->sin_port);
		return out;
	}
	out.addr = memcmp(v6->sin6_addr.s6_addr, mapped, 12) == 0
		       ? addr_v4(v6->sin6_addr.s6_addr + 12)
		       : addr_v6(v6->sin6_addr.s6_addr);
	out.port = ntohs(v6->sin6_port);
	return out;
}

static inline struct flow_end
local_end(int fd)
{
	struct made_end e = { .size = sizeof(e.at) };

	assert_int_equal(getsockname(fd, (struct sockaddr *)&e.at, &e.size), 0);
	return flow_end_of(&e);
}

/* The flow between two ends; *first is where `speaker` is. */
static inline struct flow_key
flow_between(uint8_t proto, struct flow_end speaker, struct flow_end other, unsigned *first)
{
	int order = addr_compare(&speaker.addr, &other.addr);

	if (order == 0)
		order = speaker.port < other.port ? -1 : 1;
	*first = order < 0 ? 0 : 1;
	return order < 0 ? (struct flow_key){ { speaker, other }, proto }
			 : (struct flow_key){ { other, speaker }, proto };
}

static inline struct flow_end
text_end(const char *text, uint16_t port)
{
	struct made_end e = made_end(text, port);

	return flow_end_of(&e);
}

/* A bound socket; TCP ones listen. -1: not possible here. */
static inline int
bound_socket(int type, const char *text, uint16_t port)
{
	struct made_end e = made_end(text, port);
	int fd = socket(e.at.ss_family, type | SOCK_CLOEXEC, 0);
	int on = 1;

	setsockopt(fd, SOL_SOCKET, type == SOCK_DGRAM ? SO_REUSEPORT : SO_REUSEADDR, &on,
	    sizeof(on));
	if (bind(fd, (struct sockaddr *)&e.at, e.size) == 0 &&
	    (type == SOCK_DGRAM || listen(fd, 16) == 0))
		return fd;
	close(fd);
	return -1;
}

static inline int
connected_socket(int type, const char *text, uint16_t port)
{
	struct made_end e = made_end(text, port);
	int fd = socket(e.at.ss_family, type | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&e.at, e.size), 0);
	return fd;
}

#endif
