/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets as the kernel lists them (sock_diag), in several network namespaces. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "owners.h"

#define LOCALS_MOST 256

struct space {
	struct mnl_socket *diag, *route; /* route: or NULL */
	dev_t device;
	ino_t inode;
	size_t local_count;
	struct addr locals[LOCALS_MOST];
};

struct sockets {
	unsigned count;
	unsigned sequence;
	struct space spaces[SPACES_MOST];
	uint8_t buffer[65536];
};

/* One dump under way. */
struct dump {
	struct socket_seen seen;
	socket_each *each;
	void *context;
	struct space *space;
};

static struct addr
addr_of(unsigned family, const void *bytes)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const uint8_t *at = bytes;

	if (family == AF_INET)
		return addr_v4(at);
	if (memcmp(at, mapped, sizeof(mapped)) == 0)
		return addr_v4(at + sizeof(mapped));
	return addr_v6(at);
}

/* libmnl's own macro casts const away. */
#define each_attribute(a, header, offset)                                                \
	for ((a) = mnl_nlmsg_get_payload_offset((header), (offset));                     \
	     mnl_attr_ok((a), (int)((const char *)mnl_nlmsg_get_payload_tail(header) -   \
				    (const char *)(a)));                                 \
	     (a) = mnl_attr_next(a))

/* The kernel tells it of sockets that can still be bound to, 0 if they take both. */
static bool
takes_both(const struct nlmsghdr *header)
{
	const struct nlattr *attribute;

	each_attribute(attribute, header, sizeof(struct inet_diag_msg))
	{
		if (mnl_attr_get_type(attribute) == INET_DIAG_SKV6ONLY &&
		    mnl_attr_get_payload_len(attribute) >= 1)
			return mnl_attr_get_u8(attribute) == 0;
	}
	return false;
}

static int
one_socket(const struct nlmsghdr *header, void *data)
{
	struct dump *d = data;
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(header);

	if (mnl_nlmsg_get_payload_len(header) < sizeof(*m))
		return MNL_CB_OK;
	if (m->idiag_inode == 0 || m->id.idiag_sport == 0)
		return MNL_CB_OK;
	d->seen.inode = m->idiag_inode;
	d->seen.local = addr_of(m->idiag_family, m->id.idiag_src);
	d->seen.remote = addr_of(m->idiag_family, m->id.idiag_dst);
	d->seen.local_port = ntohs(m->id.idiag_sport);
	d->seen.remote_port = ntohs(m->id.idiag_dport);
	d->seen.dual = m->idiag_family == AF_INET6 && takes_both(header);
	d->each(d->context, &d->seen);
	return MNL_CB_OK;
}

/* Sends the request that lies in the buffer and hands its answers over. 0 or -1. */
static int
ask(struct sockets *s, struct mnl_socket *socket, mnl_cb_t each, void *context)
{
	struct nlmsghdr *header = (void *)s->buffer;
	unsigned port = mnl_socket_get_portid(socket), sequence = ++s->sequence;
	int rc = MNL_CB_OK;

	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header->nlmsg_seq = sequence;
	if (mnl_socket_sendto(socket, header, header->nlmsg_len) < 0)
		return -1;
	while (rc > MNL_CB_STOP) {
		ssize_t n = mnl_socket_recvfrom(socket, s->buffer, sizeof(s->buffer));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		rc = mnl_cb_run(s->buffer, (size_t)n, sequence, port, each, context);
		/* What is left of a dump that was broken off. */
		if (rc < 0 && errno == ESRCH)
			rc = MNL_CB_OK;
	}
	return rc < 0 ? -1 : 0;
}

/* TCP sockets that are nobody's, or of no flow, are not asked for. */
static uint32_t
states_of(uint8_t proto)
{
	return proto == IPPROTO_TCP ? ~(1u << TCP_TIME_WAIT | 1u << TCP_LISTEN |
					  1u << TCP_SYN_RECV | 1u << TCP_CLOSE)
				    : ~0u;
}

static int
dump_family(struct sockets *s, struct dump *d, uint8_t family)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(s->buffer);
	struct inet_diag_req_v2 *request =
	    mnl_nlmsg_put_extra_header(header, sizeof(*request));

	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	request->sdiag_family = family;
	request->sdiag_protocol = d->seen.proto;
	request->idiag_states = states_of(d->seen.proto);
	return ask(s, d->space->diag, one_socket, d);
}

void
sockets_dump(struct sockets *s, uint8_t proto, socket_each *each, void *context)
{
	for (unsigned i = 0; i < s->count; i++) {
		struct dump d = { .seen = { .proto = proto, .space = (uint8_t)i },
			.each = each,
			.context = context,
			.space = &s->spaces[i] };

		dump_family(s, &d, AF_INET);
		dump_family(s, &d, AF_INET6);
	}
}

static int
one_local(const struct nlmsghdr *header, void *data)
{
	struct space *space = data;
	const struct ifaddrmsg *m = mnl_nlmsg_get_payload(header);
	size_t size = m->ifa_family == AF_INET ? 4 : 16;
	const struct nlattr *attribute, *best = NULL;

	if (mnl_nlmsg_get_payload_len(header) < sizeof(*m) ||
	    space->local_count == LOCALS_MOST)
		return MNL_CB_OK;
	each_attribute(attribute, header, sizeof(*m))
	{
		unsigned type = mnl_attr_get_type(attribute);

		/* Of a point-to-point link IFA_ADDRESS is the other end. */
		if ((type == IFA_LOCAL || (type == IFA_ADDRESS && best == NULL)) &&
		    mnl_attr_get_payload_len(attribute) >= size)
			best = attribute;
	}
	if (best != NULL)
		space->locals[space->local_count++] =
		    addr_of(m->ifa_family, mnl_attr_get_payload(best));
	return MNL_CB_OK;
}

void
sockets_locals(struct sockets *s)
{
	for (unsigned i = 0; i < s->count; i++) {
		struct space *space = &s->spaces[i];
		struct nlmsghdr *header = mnl_nlmsg_put_header(s->buffer);
		struct rtgenmsg *request =
		    mnl_nlmsg_put_extra_header(header, sizeof(*request));

		if (space->route == NULL)
			continue;
		header->nlmsg_type = RTM_GETADDR;
		request->rtgen_family = AF_UNSPEC;
		space->local_count = 0;
		ask(s, space->route, one_local, space);
	}
}

bool
sockets_is_local(const struct sockets *s, unsigned space, const struct addr *a)
{
	const struct space *at = &s->spaces[space];

	/* All of 127/8 is, of which one address is listed. */
	if (space == 0 && addr_is_loopback(a))
		return true;
	for (size_t i = 0; i < at->local_count; i++) {
		if (addr_equal(&at->locals[i], a))
			return true;
	}
	return false;
}

static struct mnl_socket *
socket_of(int bus)
{
	struct mnl_socket *socket = mnl_socket_open2(bus, SOCK_CLOEXEC);

	if (socket != NULL && mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) == 0)
		return socket;
	if (socket != NULL)
		mnl_socket_close(socket);
	return NULL;
}

/* The namespace that this thread is in now. 0 or -1. */
static int
space_open(struct sockets *s, const struct stat *st)
{
	struct space *space = &s->spaces[s->count];

	if ((space->diag = socket_of(NETLINK_SOCK_DIAG)) == NULL)
		return -1;
	space->route = socket_of(NETLINK_ROUTE);
	space->device = st->st_dev;
	space->inode = st->st_ino;
	s->count++;
	return 0;
}

static bool
space_is_known(const struct sockets *s, const struct stat *st)
{
	for (unsigned i = 0; i < s->count; i++) {
		if (s->spaces[i].device == st->st_dev && s->spaces[i].inode == st->st_ino)
			return true;
	}
	return false;
}

/* Enters the namespace of that path, if it is a new one, and comes back to `home`. */
static int
space_visit(struct sockets *s, const char *path, int home)
{
	struct stat st;
	int fd = -1, rc = 0;

	if (s->count == SPACES_MOST || stat(path, &st) != 0 || space_is_known(s, &st))
		return 0;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0)
		return 0;
	if (setns(fd, CLONE_NEWNET) == 0) {
		space_open(s, &st);
		rc = setns(home, CLONE_NEWNET);
	}
	close(fd);
	return rc;
}

/* Namespaces of processes, and those that only a name keeps alive. */
static const struct {
	const char *folder, *within;
} places[] = {
	{ "/proc", "/ns/net" },
	{ "/run/netns", "" },
	{ "/run/docker/netns", "" },
};

static int
spaces_visit(struct sockets *s, int home)
{
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		DIR *folder = opendir(places[i].folder);
		struct dirent *entry;
		char path[sizeof(entry->d_name) + 32];
		int rc = 0;

		while (rc == 0 && folder != NULL && (entry = readdir(folder)) != NULL) {
			if (entry->d_name[0] == '.')
				continue;
			snprintf(path, sizeof(path), "%s/%s%s", places[i].folder,
			    entry->d_name, places[i].within);
			rc = space_visit(s, path, home);
		}
		if (folder != NULL)
			closedir(folder);
		if (rc != 0)
			return -1;
	}
	return 0;
}

static void
ignore_socket(void *context, const struct socket_seen *seen)
{
	(void)context;
	(void)seen;
}

/* Whether the kernel answers; it may have to load a module for it. */
static int
try_out(struct sockets *s)
{
	static const uint8_t protos[] = { IPPROTO_TCP, IPPROTO_UDP };

	for (size_t i = 0; i < COUNT_OF(protos); i++) {
		struct dump d = { .seen = { .proto = protos[i] },
			.each = ignore_socket,
			.space = &s->spaces[0] };

		if (dump_family(s, &d, AF_INET) != 0)
			return -1;
	}
	return 0;
}

struct sockets *
sockets_open(struct error *e)
{
	struct sockets *s = calloc(1, sizeof(*s));
	struct stat st = { 0 };
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int rc = -1;

	if (s == NULL)
		goto out;
	if (home < 0 || fstat(home, &st) != 0 || space_open(s, &st) != 0 ||
	    try_out(s) != 0) {
		error_add(e, NULL, 0, 0,
		    "the kernel does not list sockets (%s): expected a Linux with "
		    "sock_diag and /proc",
		    strerror(errno));
		goto out;
	}
	if (spaces_visit(s, home) != 0) {
		error_add(e, NULL, 0, 0,
		    "cannot come back from another network namespace: %s",
		    strerror(errno));
		goto out;
	}
	sockets_locals(s);
	rc = 0;
out:
	if (home >= 0)
		close(home);
	if (rc != 0)
		sockets_close(s);
	return rc == 0 ? s : NULL;
}

void
sockets_close(struct sockets *s)
{
	if (s == NULL)
		return;
	for (unsigned i = 0; i < s->count; i++) {
		mnl_socket_close(s->spaces[i].diag);
		if (s->spaces[i].route != NULL)
			mnl_socket_close(s->spaces[i].route);
	}
	free(s);
}

unsigned
sockets_spaces(const struct sockets *s)
{
	return s->count;
}
