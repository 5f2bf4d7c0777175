/* SPDX-License-Identifier: Apache-2.0 */
/* Packets within IP or UDP. What does not hold IP is delivered as the packet it came in.
 */
#include "private.h"

enum {
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_ACKNOWLEDGED = 0x0080,
	GRE_VERSION = 0x0007,
};

enum packet_result
ipip_decode(struct walk *w)
{
	enum packet_result result = walk_inside(w, TUNNEL_IPIP, ip_decode);

	return walk_settled(w, result) ? result : transport_other(w);
}

/* Version 1 is PPTP's (RFC 2637): always a key, PPP inside, or a bare acknowledgement. */
static enum packet_result
gre_payload(struct walk *w, uint16_t flags, uint16_t type)
{
	bool pptp = (flags & GRE_VERSION) == 1;

	if (pptp)
		return type == 0x880b && (flags & GRE_SEQUENCE) ? ppp_decode(w)
								: PACKET_NOT_IP;
	if (type == 0x880b)
		return ppp_decode(w);
	if (type != 0x88be && type != 0x22eb)
		return ether_type_decode(w, type);
	/* ERSPAN, a switch's mirror: types II and III have a header, and a sequence
	 * number. */
	if (flags & GRE_SEQUENCE)
		bytes_skip(&w->b, type == 0x88be ? 8 : 12);
	return ether_decode(w);
}

/* RFC 2784, 2890; source routes (RFC 1701) are nowhere in use. */
static enum packet_result
gre_inside(struct walk *w)
{
	static const uint16_t optional[] = { GRE_CHECKSUM, GRE_KEY, GRE_SEQUENCE };
	uint16_t flags = bytes_u16(&w->b);
	uint16_t type = bytes_u16(&w->b);

	for (size_t i = 0; i < COUNT_OF(optional); i++) {
		if (flags & optional[i])
			bytes_skip(&w->b, 4);
	}
	if ((flags & GRE_VERSION) == 1 && (flags & GRE_ACKNOWLEDGED))
		bytes_skip(&w->b, 4);
	if (bytes_short(&w->b))
		return PACKET_SHORT;
	if ((flags & GRE_ROUTING) || (flags & GRE_VERSION) > 1)
		return PACKET_NOT_IP;
	return gre_payload(w, flags, type);
}

enum packet_result
gre_decode(struct walk *w)
{
	enum packet_result result = walk_inside(w, TUNNEL_GRE, gre_inside);

	return walk_settled(w, result) ? result : transport_other(w);
}

static enum packet_result
gtpu_extensions(struct walk *w, bool present)
{
	uint8_t next;

	bytes_skip(&w->b, 3); /* sequence number, N-PDU number */
	next = bytes_u8(&w->b);
	if (!present)
		next = 0;
	while (next != 0 && !bytes_short(&w->b)) {
		uint8_t words = bytes_u8(&w->b);

		if (words == 0)
			return PACKET_MALFORMED;
		bytes_skip(&w->b, words * 4u - 2);
		next = bytes_u8(&w->b);
	}
	return ip_decode(w);
}

/* 3GPP TS 29.281: version 1, protocol type GTP, message G-PDU, and a length that fits. */
static enum packet_result
gtpu_inside(struct walk *w)
{
	size_t sent = walk_sent(w);
	uint8_t flags = bytes_u8(&w->b);
	uint8_t message = bytes_u8(&w->b);
	uint16_t length = bytes_u16(&w->b);

	bytes_skip(&w->b, 4);
	if (bytes_short(&w->b) || (flags & 0xf0) != 0x30 || message != 0xff ||
	    length + 8u != sent)
		return PACKET_NOT_IP;
	return flags & 0x07 ? gtpu_extensions(w, flags & 0x04) : ip_decode(w);
}

/* RFC 7348: no flag but I, reserved fields empty. */
static enum packet_result
vxlan_inside(struct walk *w)
{
	uint32_t flags = bytes_u32(&w->b);
	uint32_t network = bytes_u32(&w->b);

	if (bytes_short(&w->b) || flags != 0x08000000 || (network & 0xff) != 0)
		return PACKET_NOT_IP;
	return ether_decode(w);
}

/* RFC 8926: version 0, no control message. */
static enum packet_result
geneve_inside(struct walk *w)
{
	uint8_t words = bytes_u8(&w->b);
	uint8_t flags = bytes_u8(&w->b);
	uint16_t type = bytes_u16(&w->b);
	uint32_t network = bytes_u32(&w->b);

	bytes_skip(&w->b, (words & 0x3f) * 4u);
	if (bytes_short(&w->b) || words > 0x3f || (flags & 0xbf) != 0 ||
	    (network & 0xff) != 0)
		return PACKET_NOT_IP;
	return ether_type_decode(w, type);
}

/* By port, so that most packets are told apart by the first and the last. */
static const struct udp_tunnel {
	uint16_t port;
	uint8_t tunnel;
	layer_fn *inside;
} udp_tunnels[] = {
	{ 2152, TUNNEL_GTPU, gtpu_inside }, { 4789, TUNNEL_VXLAN, vxlan_inside },
	{ 6081, TUNNEL_GENEVE, geneve_inside },
	{ 8472, TUNNEL_VXLAN, vxlan_inside }, /* Linux, before the port was assigned */
};

enum packet_result
udp_tunnel_decode(struct walk *w)
{
	uint16_t port = w->out->dport;

	if (port < 2152 || port > 8472)
		return PACKET_OK;
	for (size_t i = 0; i < COUNT_OF(udp_tunnels); i++) {
		enum packet_result result;

		if (port != udp_tunnels[i].port)
			continue;
		result = walk_inside(w, udp_tunnels[i].tunnel, udp_tunnels[i].inside);
		if (walk_settled(w, result))
			return result;
	}
	return PACKET_OK;
}
