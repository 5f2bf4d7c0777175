/* SPDX-License-Identifier: Apache-2.0 */
/* Views out of the socket. What sends them has read packets of strangers: nothing in them
 * is taken on trust. */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include "private.h"

/* Far from where differences of times overflow. */
#define TIME_MOST (INT64_MAX / 4)

/* Texts end within their room, at a whole code point. */
static void
text_mend(char *text, size_t size)
{
	char copy[2 * VIEW_TEXT];

	memcpy(copy, text, size);
	copy[size - 1] = '\0';
	if (text[size - 1] != '\0') {
		/* Cut: the last code point may lack its end. */
		size_t end = size - 1;

		while (end > 0 && ((unsigned char)copy[end - 1] & 0xc0) == 0x80)
			end--;
		if (end > 0 && (unsigned char)copy[end - 1] >= 0xc0)
			copy[end - 1] = '\0';
	}
	memcpy(text, copy, size);
}

/* A byte that is neither 0 nor 1 is no bool, and must not be read as one. */
static void
flags_mend(void *flags, size_t count)
{
	unsigned char *byte = flags;

	for (size_t i = 0; i < count; i++)
		byte[i] = byte[i] != 0;
}

static void
time_mend(int64_t *time_ns)
{
	if (*time_ns < 0 || *time_ns > TIME_MOST)
		*time_ns = 0;
}

static void
recipient_mend(struct view_recipient *r)
{
	text_mend(r->entity, sizeof(r->entity));
	text_mend(r->host, sizeof(r->host));
	text_mend(r->country, sizeof(r->country));
	if (r->party >= PARTIES)
		r->party = PARTY_UNKNOWN;
}

static void
claim_mend(struct view_claim *c)
{
	text_mend(c->policy, sizeof(c->policy));
	text_mend(c->claim, sizeof(c->claim));
	if (c->outcome >= OUTCOMES)
		c->outcome = OUTCOME_INCONCLUSIVE;
	if (c->says >= SAYS)
		c->says = SAYS_COLLECTS;
}

static void
count_mend(uint32_t *count, uint32_t most)
{
	if (*count > most)
		*count = most;
}

void
view_mend(struct view *v)
{
	time_mend(&v->time_ns);
	time_mend(&v->started_ns);
	time_mend(&v->last_ns);
	text_mend(v->interface, sizeof(v->interface));
	text_mend(v->app, sizeof(v->app));
	text_mend(v->gate, sizeof(v->gate));
	flags_mend(&v->owners_known, sizeof(v->owners_known));
	flags_mend(&v->keeping, sizeof(v->keeping));
	flags_mend(&v->gates_open, sizeof(v->gates_open));
	flags_mend(v->on, sizeof(v->on));
	flags_mend(v->set, sizeof(v->set));
	flags_mend(v->inferred, sizeof(v->inferred));
	count_mend(&v->recipient_count, VIEW_RECIPIENTS);
	count_mend(&v->claim_count, VIEW_CLAIMS);
	count_mend(&v->news_count, VIEW_NEWS);
	for (size_t i = 0; i < VIEW_RECIPIENTS; i++)
		recipient_mend(&v->recipient[i]);
	for (size_t i = 0; i < VIEW_CLAIMS; i++)
		claim_mend(&v->claim[i]);
	for (size_t i = 0; i < VIEW_NEWS; i++)
		text_mend(v->news[i].what, sizeof(v->news[i].what));
}

/* An empty message looks like the end, and is not. */
static bool
hung_up(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLRDHUP };

	return poll(&p, 1, 0) > 0 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

enum arrival
view_receive(int fd, struct view *v)
{
	struct {
		struct view view;
		char more; /* of a message that is too long */
	} message;
	ssize_t length = recv(fd, &message, sizeof(message), MSG_DONTWAIT | MSG_TRUNC);

	if (length < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
		return ARRIVAL_NONE;
	if (length < 0 || (length == 0 && hung_up(fd)))
		return ARRIVAL_END;
	if (length != (ssize_t)sizeof(message.view))
		return ARRIVAL_NONE;
	memcpy(v, &message.view, sizeof(*v));
	view_mend(v);
	return ARRIVAL_VIEW;
}
