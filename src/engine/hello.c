/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include "hello.h"

/* Packets of a flow that are tried. */
#define SHOWN_MOST 8
/* Incomplete hellos kept at a time, 19 MiB; a flow beyond them keeps nDPI's answer. */
#define OPEN_MOST 4096

struct hellos {
	struct strings *strings;
	unsigned open;
	struct quic_hello scratch; /* most hellos are whole after one packet */
};

struct hellos *
hellos_new(struct strings *strings)
{
	struct hellos *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->strings = strings;
	return s;
}

void
hellos_free(struct hellos *s)
{
	free(s);
}

static const char *
keep(struct hellos *s, const char *text)
{
	return text[0] != '\0' ? strings_intern(s->strings, text, strlen(text)) : NULL;
}

/* The scratch holds an incomplete hello: a copy of it waits with the flow. */
static void
hello_wait(struct hellos *s, struct hello *h)
{
	if (h->state != NULL)
		return;
	if (s->open < OPEN_MOST)
		h->state = malloc(sizeof(*h->state));
	if (h->state == NULL) {
		h->over = true;
		return;
	}
	*h->state = s->scratch;
	s->open++;
}

bool
hello_packet(struct hellos *s, struct hello *h, const struct packet *p)
{
	struct quic_hello *state = h->state != NULL ? h->state : &s->scratch;
	struct client_hello hello;
	enum dissect_result result;

	if (h->over)
		return false;
	if (state == &s->scratch)
		memset(state, 0, sizeof(*state));
	result = quic_initial(
	    p->payload, p->payload_captured, p->payload_length, state, &hello);
	if (result >= DISSECT_MAYBE) {
		h->found = true;
		h->host = keep(s, hello.sni);
		h->alpn = keep(s, hello.alpn);
	}
	h->over = result == DISSECT_YES || ++h->shown >= SHOWN_MOST;
	if (h->over)
		hello_end(s, h);
	else if (result == DISSECT_MAYBE)
		hello_wait(s, h);
	return result == DISSECT_YES;
}

void
hello_end(struct hellos *s, struct hello *h)
{
	if (h->state != NULL)
		s->open--;
	free(h->state);
	h->state = NULL;
	h->over = true;
}

void
hello_tell(const struct hello *h, struct ndpi_facts *facts)
{
	facts->dissector = DISSECTOR_QUIC;
	if (h->host != NULL)
		facts->host = h->host;
	if (facts->alpn == NULL)
		facts->alpn = h->alpn;
}
