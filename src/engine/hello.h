/* SPDX-License-Identifier: Apache-2.0 */
/* QUIC's ClientHello, watched for in the first packets of a flow. */
#ifndef ENGINE_HELLO_H
#define ENGINE_HELLO_H

#include <callwitness/engine.h>

/* Of one flow; zero it at first. Strings are interned loans, NULL if not told. */
struct hello {
	struct quic_hello *state; /* while it is incomplete */
	uint8_t shown;            /* packets */
	bool over, found;         /* no more packets; it was a hello, whole or not */
	const char *host, *alpn;
};

struct hellos;

struct hellos *hellos_new(struct strings *strings);
/* All hellos were ended before. */
void hellos_free(struct hellos *s);

/* Whether a payload begins like a long header: the only cost to all other datagrams. */
static inline bool
hello_begins(const struct packet *p)
{
	return p->payload_captured > 0 && p->payload[0] >= 0xc0;
}

/* True when this packet completes the hello. */
bool hello_packet(struct hellos *s, struct hello *h, const struct packet *p);
/* No more packets; keeps what was found. */
void hello_end(struct hellos *s, struct hello *h);
/* Puts what a found hello says in the place of what nDPI made of it. */
void hello_tell(const struct hello *h, struct ndpi_facts *facts);

#endif
