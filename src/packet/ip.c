/* SPDX-License-Identifier: Apache-2.0 */
#include "private.h"

enum { PROTO_HOP_BY_HOP = 0, PROTO_FRAGMENT = 44, PROTO_AH = 51 };

/* More extension headers than any real packet has. */
#define EXTENSIONS_MAX 16

/* What the length of an extension header counts in; 0 is no extension header. */
static const uint8_t extension_units[256] = {
	[PROTO_HOP_BY_HOP] = 8,
	[43] = 8, /* routing */
	[PROTO_FRAGMENT] = 8,
	[PROTO_AH] = 4,
	[60] = 8,  /* destination options */
	[135] = 8, /* mobility */
	[139] = 8, /* host identity */
	[140] = 8, /* shim6 */
};

enum packet_result
ip_decode(struct walk *w)
{
	uint8_t version = w->b.left > 0 ? w->b.at[0] >> 4 : 0;

	return version == 6 ? ip6_decode(w) : ip4_decode(w);
}

/*
 * The packet is `total` bytes, header included. More than the wire had contradicts the
 * recorder: only what the wire had is counted.
 */
static void
ip_bound(struct walk *w, size_t total)
{
	struct packet *out = w->out;

	out->snapped = total > walk_sent(w);
	walk_trim(w, total);
	out->ip = w->b.at;
	out->ip_captured = (uint32_t)w->b.left;
}

/* As addr_v4(), but in whole words: a reader soon after would wait for smaller stores. */
static inline void
addr_set4(struct addr *a, const uint8_t *bytes)
{
	uint64_t word = 0;

	memcpy(&word, bytes, 4);
	memcpy(a->bytes, &word, 8);
	memset(a->bytes + 8, 0, 8);
	a->family = 4;
}

static inline void
addr_set6(struct addr *a, const uint8_t *bytes)
{
	memcpy(a->bytes, bytes, 16);
	a->family = 6;
}

/* PACKET_OK: what follows is *proto, of a whole datagram. */
static enum packet_result
ip6_fragment(struct walk *w, uint8_t *proto)
{
	struct fragment part = { .head = w->out->ip, .head_length = 40 };
	uint16_t place;

	*proto = part.proto = bytes_u8(&w->b);
	bytes_skip(&w->b, 1);
	place = bytes_u16(&w->b);
	part.id = bytes_u32(&w->b);
	if (bytes_short(&w->b))
		return PACKET_SHORT;
	part.offset = place & 0xfff8;
	part.more = place & 1;
	if (part.offset == 0 && !part.more) /* atomic (RFC 6946) */
		return PACKET_OK;
	return fragment_add(w, &part, proto);
}

static enum packet_result
ip_extension(struct walk *w, uint8_t *proto)
{
	uint8_t unit = extension_units[*proto];
	unsigned more = *proto == PROTO_AH ? 2 : 1;
	size_t length;

	if (*proto == PROTO_FRAGMENT)
		return ip6_fragment(w, proto);
	*proto = bytes_u8(&w->b);
	length = (bytes_u8(&w->b) + more) * unit;
	bytes_skip(&w->b, length - 2);
	if (bytes_short(&w->b))
		return w->cut > 0 ? PACKET_SHORT : PACKET_MALFORMED;
	return PACKET_OK;
}

/* IPv4 knows only one of these headers, AH. */
static enum packet_result
ip_extensions(struct walk *w, uint8_t proto)
{
	bool v4 = w->out->src.family == 4;

	for (unsigned count = 0; count < EXTENSIONS_MAX; count++) {
		enum packet_result result;

		if (extension_units[proto] == 0 || (v4 && proto != PROTO_AH))
			return transport_decode(w, proto);
		result = ip_extension(w, &proto);
		if (result != PACKET_OK)
			return result;
	}
	return PACKET_MALFORMED;
}

/* What follows the IP header, nearly always the transport. */
static enum packet_result
ip_next_decode(struct walk *w, uint8_t proto)
{
	if (extension_units[proto] == 0)
		return transport_decode(w, proto);
	return ip_extensions(w, proto);
}

static enum packet_result
ip4_fragment(struct walk *w, uint16_t id, uint16_t place, uint8_t *proto)
{
	struct fragment part = {
		.id = id,
		.offset = (place & 0x1fff) * 8u,
		.more = place & 0x2000,
		.proto = *proto,
		.head = w->out->ip,
		.head_length = 20,
	};

	return fragment_add(w, &part, proto);
}

enum packet_result
ip4_decode(struct walk *w)
{
	struct bytes head = bytes_over(w->b.at, 20);
	uint8_t version, proto;
	uint16_t total, id, place;
	size_t length;
	enum packet_result result;

	if (w->b.left > 0 && w->b.at[0] >> 4 != 4)
		return PACKET_MALFORMED;
	if (w->b.left < 20)
		return PACKET_SHORT;
	version = bytes_u8(&head);
	bytes_skip(&head, 1);
	total = bytes_u16(&head);
	id = bytes_u16(&head);
	place = bytes_u16(&head);
	bytes_skip(&head, 1);
	proto = bytes_u8(&head);
	bytes_skip(&head, 2);
	addr_set4(&w->out->src, bytes_take(&head, 4));
	addr_set4(&w->out->dst, bytes_take(&head, 4));
	length = (version & 0x0f) * 4u;
	if (length < 20 || (total != 0 && total < length))
		return PACKET_MALFORMED;
	/* Segmentation offload leaves 0: the frame is the packet. */
	ip_bound(w, total != 0 ? total : walk_sent(w));
	bytes_skip(&w->b, length);
	if (bytes_short(&w->b))
		return w->cut > 0 ? PACKET_SHORT : PACKET_MALFORMED;
	if (place & 0x3fff) {
		result = ip4_fragment(w, id, place, &proto);
		if (result != PACKET_OK)
			return result;
	}
	return ip_next_decode(w, proto);
}

/* The jumbo payload option (RFC 2675) of the hop-by-hop header at b, or 0. */
static uint32_t
jumbo_length(struct bytes b)
{
	size_t length;

	bytes_skip(&b, 1);
	length = bytes_u8(&b) * 8u + 6;
	if (length < b.left)
		b.left = length;
	while (b.left > 0) {
		uint8_t option = bytes_u8(&b);
		uint8_t size = option == 0 ? 0 : bytes_u8(&b); /* Pad1 has no length */

		if (option == 0xc2 && size == 4)
			return bytes_u32(&b);
		bytes_skip(&b, size);
	}
	return 0;
}

/* Bytes of the packet, header included; 0 in the header means jumbo, or offload. */
static size_t
ip6_total(const struct walk *w, uint16_t length, uint8_t next)
{
	struct bytes behind = w->b;
	uint32_t jumbo = 0;

	if (length != 0)
		return 40u + length;
	bytes_skip(&behind, 40);
	if (next == PROTO_HOP_BY_HOP)
		jumbo = jumbo_length(behind);
	return jumbo != 0 ? (size_t)40 + jumbo : walk_sent(w);
}

enum packet_result
ip6_decode(struct walk *w)
{
	struct bytes head = bytes_over(w->b.at, 40);
	uint16_t length;
	uint8_t next;

	if (w->b.left > 0 && w->b.at[0] >> 4 != 6)
		return PACKET_MALFORMED;
	if (w->b.left < 40)
		return PACKET_SHORT;
	bytes_skip(&head, 4);
	length = bytes_u16(&head);
	next = bytes_u8(&head);
	bytes_skip(&head, 1);
	addr_set6(&w->out->src, bytes_take(&head, 16));
	addr_set6(&w->out->dst, bytes_take(&head, 16));
	ip_bound(w, ip6_total(w, length, next));
	bytes_skip(&w->b, 40);
	return ip_next_decode(w, next);
}
