/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet frames, and a tape of them that is played into an engine. */
#ifndef MAKE_FRAME_H
#define MAKE_FRAME_H

#include "make_packet.h"

#include <callwitness/engine.h>

#define MAKE_FRAME_MOST 1600

/* Ethernet and IPv4 or IPv6 without options; the transport's bytes are given. */
static inline uint32_t
make_ip_frame(uint8_t *p, uint8_t proto, const char *src, const char *dst,
    const uint8_t *transport, uint32_t length)
{
	struct addr from = make_addr(src), to = make_addr(dst);
	uint32_t header = from.family == 6 ? 40 : 20;

	assert_true(14 + header + length <= MAKE_FRAME_MOST);
	memset(p, 0, 14 + header);
	memset(p, 2, 12);
	make_u16(p + 12, from.family == 6 ? 0x86dd : 0x0800);
	p += 14;
	if (from.family == 6) {
		p[0] = 0x60;
		make_u16(p + 4, length);
		p[6] = proto;
		p[7] = 64;
		memcpy(p + 8, from.bytes, 16);
		memcpy(p + 24, to.bytes, 16);
	} else {
		p[0] = 0x45;
		make_u16(p + 2, header + length);
		p[8] = 64;
		p[9] = proto;
		memcpy(p + 12, from.bytes, 4);
		memcpy(p + 16, to.bytes, 4);
	}
	memcpy(p + header, transport, length);
	return 14 + header + length;
}

static inline uint32_t
make_udp_frame(uint8_t *p, struct make_end from, struct make_end to, const void *payload,
    uint32_t length)
{
	uint8_t udp[MAKE_FRAME_MOST] = { 0 };

	make_u16(udp, from.port);
	make_u16(udp + 2, to.port);
	make_u16(udp + 4, 8 + length);
	memcpy(udp + 8, payload, length);
	return make_ip_frame(p, 17, from.ip, to.ip, udp, 8 + length);
}

static inline uint32_t
make_tcp_frame(uint8_t *p, struct make_end from, struct make_end to, uint8_t flags,
    uint32_t seq, const void *payload, uint32_t length)
{
	uint8_t tcp[MAKE_FRAME_MOST] = { 0 };

	make_u16(tcp, from.port);
	make_u16(tcp + 2, to.port);
	make_u32(tcp + 4, seq);
	tcp[12] = 0x50;
	tcp[13] = flags;
	make_u16(tcp + 14, 0xffff);
	if (length > 0)
		memcpy(tcp + 20, payload, length);
	return make_ip_frame(p, 6, from.ip, to.ip, tcp, 20 + length);
}

struct tape_frame {
	int64_t time_ns;
	uint32_t length;
	uint8_t bytes[MAKE_FRAME_MOST];
};

struct tape {
	struct tape_frame *frames;
	size_t count, room;
};

static inline struct tape_frame *
tape_next(struct tape *t, int64_t at_ms)
{
	if (t->count == t->room) {
		t->room = t->room ? t->room * 2 : 64;
		t->frames = realloc(t->frames, t->room * sizeof(*t->frames));
		assert_non_null(t->frames);
	}
	t->frames[t->count].time_ns = MAKE_BEGIN + at_ms * MAKE_MS;
	return &t->frames[t->count++];
}

static inline void
tape_udp(struct tape *t, int64_t at_ms, struct make_end from, struct make_end to,
    const void *payload, uint32_t length)
{
	struct tape_frame *f = tape_next(t, at_ms);

	f->length = make_udp_frame(f->bytes, from, to, payload, length);
}

static inline void
tape_tcp(struct tape *t, int64_t at_ms, struct make_end from, struct make_end to,
    uint8_t flags, uint32_t seq, const void *payload, uint32_t length)
{
	struct tape_frame *f = tape_next(t, at_ms);

	f->length = make_tcp_frame(f->bytes, from, to, flags, seq, payload, length);
}

/* SYN, SYN-ACK, ACK; data of client and server begin at 1001 and 5001. */
static inline void
tape_handshake(
    struct tape *t, int64_t at_ms, struct make_end client, struct make_end server)
{
	tape_tcp(t, at_ms, client, server, TCP_SYN, 1000, NULL, 0);
	tape_tcp(t, at_ms + 10, server, client, TCP_SYN | TCP_ACK, 5000, NULL, 0);
	tape_tcp(t, at_ms + 11, client, server, TCP_ACK, 1001, NULL, 0);
}

/* A DNS question and its answer. */
static inline void
tape_dns(struct tape *t, int64_t at_ms, struct make_end client, struct make_end server,
    const char *name, const char *alias, const char *answer)
{
	uint8_t message[512];

	tape_udp(t, at_ms, client, server, message, make_dns(message, name, NULL, NULL));
	tape_udp(t, at_ms + 5, server, client, message,
	    make_dns(message, name, alias, answer));
}

/* A TLS connection that says its name and then sends `bytes` of noise up. */
static inline void
tape_tls(struct tape *t, int64_t at_ms, struct make_end client, struct make_end server,
    const char *sni, uint32_t bytes)
{
	uint8_t message[1400];
	uint32_t length = make_client_hello(message, sni), seq = 1001;

	tape_handshake(t, at_ms, client, server);
	tape_tcp(t, at_ms + 20, client, server, TCP_ACK | TCP_PSH, seq, message, length);
	seq += length;
	memset(message, 0x5a, sizeof(message));
	message[0] = 23;
	make_u16(message + 1, 0x0303);
	while (bytes > 0) {
		uint32_t now = bytes < 1200 ? bytes : 1200;

		tape_tcp(t, at_ms + 30, client, server, TCP_ACK, seq, message, now);
		seq += now;
		bytes -= now;
	}
}

/* Both ways: Opus at 20 ms a packet, for so many packets each way. */
static inline void
tape_call(
    struct tape *t, int64_t at_ms, struct make_end a, struct make_end b, unsigned packets)
{
	uint8_t message[256];

	for (unsigned i = 0; i < packets; i++) {
		uint16_t sequence = (uint16_t)(100 + i);

		tape_udp(t, at_ms + i * 20, a, b, message,
		    make_rtp(message, 111, sequence, 9000 + i * 960, 0xa11ce, 80));
		tape_udp(t, at_ms + i * 20 + 7, b, a, message,
		    make_rtp(message, 111, sequence, 7000 + i * 960, 0xb0b, 80));
	}
}

static inline void
tape_play(const struct tape *t, struct engine *g)
{
	for (size_t i = 0; i < t->count; i++) {
		struct frame f = { .time_ns = t->frames[i].time_ns,
			.number = i + 1,
			.length = t->frames[i].length,
			.captured = t->frames[i].length,
			.linktype = 1,
			.data = t->frames[i].bytes };

		engine_packet(g, &f);
	}
}

static inline void
tape_clear(struct tape *t)
{
	free(t->frames);
	*t = (struct tape){ 0 };
}

#endif
