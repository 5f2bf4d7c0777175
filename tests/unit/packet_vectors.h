/* SPDX-License-Identifier: Apache-2.0 */
/* Hand-made bytes as hex text, and what packet_decode() must make of them. */
#ifndef PACKET_VECTORS_H
#define PACKET_VECTORS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <callwitness/packet.h>

/* UDP 1000 to 2000 with "hello", from 10.0.0.1 to 10.0.0.2, or 2001:db8::1 to ::2. */
#define UDP "03e807d0000d0000 68656c6c6f"
#define ADDRS4 "0a0000010a000002"
#define ADDRS6 "20010db8000000000000000000000001 20010db8000000000000000000000002"
#define UDP4 "45000021000700004011 0000" ADDRS4 UDP
#define UDP6 "60000000000d1140" ADDRS6 UDP
/* TCP 3000 to 443, SYN and ACK, 4 bytes of options, "hi". */
#define TCP "0bb801bb00000001000000026012006400000000 01010101 6869"
#define TCP4 "4500002e000700004006 0000" ADDRS4 TCP
#define MACS "020000000002 020000000001"
#define ETHER4 MACS "0800" UDP4
#define ETHER6 MACS "86dd" UDP6
#define ZERO4 "00000000"
#define ZERO8 ZERO4 ZERO4
#define ZERO16 ZERO8 ZERO8
#define SNAP4 "aaaa03000000 0800" UDP4

#define FRAME_BYTES 512

struct vector {
	const char *name;
	int linktype;
	const char *hex;
	enum packet_result result;
	uint8_t family, proto;
	uint16_t sport, dport;
	uint32_t payload_length;
	uint8_t tunnel, vlan_count;
};

/* The bytes at out; their count. */
static inline uint32_t
vector_bytes(const char *hex, uint8_t out[FRAME_BYTES])
{
	uint32_t count = 0;

	for (hex += strspn(hex, " "); hex[0] != '\0'; hex += strspn(hex, " ")) {
		char pair[3] = { hex[0], hex[1], '\0' };

		assert_true(count < FRAME_BYTES);
		out[count++] = (uint8_t)strtoul(pair, NULL, 16);
		hex += 2;
	}
	return count;
}

/*
 * Decodes a copy of exactly `captured` bytes, which is freed at the next call, so that
 * ASan sees every byte too many.
 */
static inline enum packet_result
decode_copy(struct decoder *d, const uint8_t *bytes, struct frame f, struct packet *out)
{
	static uint8_t *copy;

	free(copy);
	copy = malloc(f.captured ? f.captured : 1);
	assert_non_null(copy);
	memcpy(copy, bytes, f.captured);
	f.data = copy;
	return packet_decode(d, &f, out);
}

static inline void
vector_check_packet(const struct vector *v, const struct packet *p)
{
	assert_int_equal(p->src.family, v->family);
	assert_int_equal(p->dst.family, v->family);
	assert_int_equal(p->proto, v->proto);
	assert_int_equal(p->sport, v->sport);
	assert_int_equal(p->dport, v->dport);
	assert_int_equal(p->payload_length, v->payload_length);
	assert_int_equal(p->tunnel, v->tunnel);
	assert_int_equal(p->vlan_count, v->vlan_count);
}

/*
 * Every truncation, by the snap length and of the frame itself: whatever is delivered
 * agrees with the whole packet, or is the packet around it.
 */
static inline void
vector_check_truncations(const struct vector *v, const uint8_t *bytes, uint32_t length)
{
	struct decoder *d = decoder_new();
	struct packet p;

	for (uint32_t captured = 0; captured < length; captured++) {
		struct frame f = {
			.length = length, .captured = captured, .linktype = v->linktype
		};

		if (decode_copy(d, bytes, f, &p) == PACKET_OK) {
			assert_true(p.payload_captured <= p.payload_length);
			if (p.tunnel == v->tunnel && p.proto == v->proto)
				assert_int_equal(p.payload_length, v->payload_length);
		}
		f.length = captured;
		if (decode_copy(d, bytes, f, &p) == PACKET_OK)
			assert_true(p.payload_length <= captured);
	}
	decoder_free(d);
}

static inline void
vectors_check(const struct vector *vectors, size_t count)
{
	uint8_t bytes[FRAME_BYTES];
	struct packet p;

	for (size_t i = 0; i < count; i++) {
		const struct vector *v = &vectors[i];
		uint32_t length = vector_bytes(v->hex, bytes);
		struct frame f = {
			.length = length, .captured = length, .linktype = v->linktype
		};
		struct decoder *d = decoder_new();
		enum packet_result result = decode_copy(d, bytes, f, &p);

		if (result != v->result)
			fail_msg("%s: %s", v->name, packet_result_name(result));
		if (result == PACKET_OK)
			vector_check_packet(v, &p);
		assert_int_equal(decoder_stats(d)->results[result], 1);
		assert_int_equal(decoder_stats(d)->bytes[result], length);
		decoder_free(d);
		vector_check_truncations(v, bytes, length);
	}
}

#endif
