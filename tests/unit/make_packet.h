/* SPDX-License-Identifier: Apache-2.0 */
/* Packets as the decoder would give them, and payloads to put into them. */
#ifndef MAKE_PACKET_H
#define MAKE_PACKET_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <callwitness/packet.h>

#define MAKE_MS INT64_C(1000000)
#define MAKE_SECOND INT64_C(1000000000)
/* A Tuesday in 2023: far from zero, so that nothing works by a zero time. */
#define MAKE_BEGIN (INT64_C(1678803641) * MAKE_SECOND)

static inline struct addr
make_addr(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

/* One end as "192.0.2.1" and a port. */
struct make_end {
	const char *ip;
	uint16_t port;
};

static inline struct packet
make_packet(uint8_t proto, struct make_end from, struct make_end to, const void *payload,
    uint32_t length, int64_t time_ns)
{
	struct packet p = { .time_ns = time_ns, .number = 1, .proto = proto };

	p.src = make_addr(from.ip);
	p.dst = make_addr(to.ip);
	p.sport = from.port;
	p.dport = to.port;
	p.frame_length = length + 54;
	p.payload = payload;
	p.payload_length = length;
	p.payload_captured = payload ? length : 0;
	return p;
}

static inline struct packet
make_udp(struct make_end from, struct make_end to, const void *payload, uint32_t length,
    int64_t time_ns)
{
	return make_packet(17, from, to, payload, length, time_ns);
}

static inline struct packet
make_tcp(struct make_end from, struct make_end to, uint8_t flags, uint32_t seq,
    const void *payload, uint32_t length, int64_t time_ns)
{
	struct packet p = make_packet(6, from, to, payload, length, time_ns);

	p.tcp_flags = flags;
	p.tcp_seq = seq;
	return p;
}

/* Always the same numbers: xorshift, so that a failure can be looked at again. */
static inline uint32_t
make_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 32);
}

static inline void
make_u16(uint8_t *p, uint32_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static inline void
make_u32(uint8_t *p, uint32_t value)
{
	make_u16(p, value >> 16);
	make_u16(p + 2, value);
}

/* RFC 3550 header in front of `size` bytes of noise; returns the length of all. */
static inline uint32_t
make_rtp(uint8_t *p, uint8_t payload_type, uint16_t sequence, uint32_t timestamp,
    uint32_t ssrc, uint32_t size)
{
	p[0] = 0x80;
	p[1] = payload_type;
	make_u16(p + 2, sequence);
	make_u32(p + 4, timestamp);
	make_u32(p + 8, ssrc);
	for (uint32_t i = 0; i < size; i++)
		p[12 + i] = (uint8_t)(0x31 + i * 7 + sequence);
	return 12 + size;
}

/* A STUN binding request without attributes, RFC 8489. */
static inline uint32_t
make_stun(uint8_t *p)
{
	static const uint8_t request[20] = { 0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3,
		4, 5, 6, 7, 8, 9, 10, 11, 12 };

	memcpy(p, request, sizeof(request));
	return sizeof(request);
}

static inline uint32_t
make_name(uint8_t *p, const char *name)
{
	uint32_t at = 0;

	while (*name != '\0') {
		size_t label = strcspn(name, ".");

		p[at++] = (uint8_t)label;
		memcpy(p + at, name, label);
		at += (uint32_t)label;
		name += label + (name[label] == '.');
	}
	p[at++] = 0;
	return at;
}

/*
 * A DNS message about an address: the query if `answer` is NULL, else the response,
 * through `alias` as its canonical name if that is not NULL.
 */
static inline uint32_t
make_dns(uint8_t *p, const char *question, const char *alias, const char *answer)
{
	static const uint8_t class_ttl[] = { 0, 1, 0, 0, 0, 60 };
	struct addr a = answer ? make_addr(answer) : (struct addr){ 0 };
	uint16_t type = a.family == 6 ? 28 : 1, size = a.family == 6 ? 16 : 4;
	uint32_t at = 12;

	memset(p, 0, 12);
	make_u16(p, 0x1234);
	make_u16(p + 2, answer ? 0x8180 : 0x0100);
	make_u16(p + 4, 1);
	make_u16(p + 6, answer ? 1 + (alias != NULL) : 0);
	at += make_name(p + at, question);
	make_u16(p + at, type);
	make_u16(p + at + 2, 1);
	at += 4;
	if (answer != NULL && alias != NULL) {
		uint8_t name[256];
		uint32_t length = make_name(name, alias);

		at += make_name(p + at, question);
		make_u16(p + at, 5);
		memcpy(p + at + 2, class_ttl, 6);
		make_u16(p + at + 8, length);
		memcpy(p + at + 10, name, length);
		at += 10 + length;
	}
	if (answer == NULL)
		return at;
	at += make_name(p + at, alias ? alias : question);
	make_u16(p + at, type);
	memcpy(p + at + 2, class_ttl, 6);
	make_u16(p + at + 8, size);
	memcpy(p + at + 10, a.bytes, size);
	return at + 10 + size;
}

/*
 * A TLS 1.2 ClientHello (RFC 5246) in one record, with server_name and ALPN "h2". Ciphers
 * 0xc02f 0x009c, groups 29 23, format 0.
 */
static inline uint32_t
make_client_hello(uint8_t *p, const char *sni)
{
	static const uint8_t ciphers[] = { 0, 4, 0xc0, 0x2f, 0x00, 0x9c, 1, 0 };
	static const uint8_t rest[] = { 0, 10, 0, 6, 0, 4, 0, 29, 0, 23, 0, 11, 0, 2, 1,
		0, 0, 16, 0, 5, 0, 3, 2, 'h', '2' };
	uint32_t host = (uint32_t)strlen(sni), at = 9, extensions = 0;

	make_u16(p + at, 0x0303);
	for (unsigned i = 0; i < 32; i++)
		p[at + 2 + i] = (uint8_t)(i * 37 + 5);
	p[at + 34] = 0;
	at += 35;
	memcpy(p + at, ciphers, sizeof(ciphers));
	at += sizeof(ciphers);
	extensions = at;
	at += 2;
	make_u16(p + at, 0);
	make_u16(p + at + 2, host + 5);
	make_u16(p + at + 4, host + 3);
	p[at + 6] = 0;
	make_u16(p + at + 7, host);
	memcpy(p + at + 9, sni, host);
	at += 9 + host;
	memcpy(p + at, rest, sizeof(rest));
	at += sizeof(rest);
	make_u16(p + extensions, at - extensions - 2);
	p[5] = 1; /* ClientHello */
	p[6] = 0;
	make_u16(p + 7, at - 9);
	p[0] = 22;
	make_u16(p + 1, 0x0301);
	make_u16(p + 3, at - 5);
	return at;
}

#endif
