/* SPDX-License-Identifier: Apache-2.0 */
#include "private.h"

/* All that is left is payload. */
static enum packet_result
payload_set(struct walk *w)
{
	struct packet *out = w->out;

	out->payload = w->b.at;
	out->payload_captured = (uint32_t)w->b.left;
	out->payload_length = (uint32_t)walk_sent(w);
	out->snapped |= w->cut > 0;
	return PACKET_OK;
}

/*
 * Skips to the payload, `length` bytes on. That this part of a header was cut off does
 * not matter, if it was sent.
 */
static enum packet_result
payload_after(struct walk *w, size_t length)
{
	size_t there = length < w->b.left ? length : w->b.left;

	if (length > walk_sent(w))
		return PACKET_MALFORMED;
	w->cut -= length - there;
	bytes_skip(&w->b, there);
	w->out->snapped |= there < length;
	return payload_set(w);
}

/* A fixed header is not there. */
static enum packet_result
header_missing(const struct walk *w, size_t length)
{
	return walk_sent(w) < length && !w->out->snapped ? PACKET_MALFORMED
							 : PACKET_SHORT;
}

enum packet_result
transport_other(struct walk *w)
{
	return payload_set(w);
}

static enum packet_result
tcp_decode(struct walk *w)
{
	struct bytes head = bytes_over(w->b.at, 20);
	struct packet *out = w->out;
	size_t length;

	if (w->b.left < 20)
		return header_missing(w, 20);
	out->sport = bytes_u16(&head);
	out->dport = bytes_u16(&head);
	out->tcp_seq = bytes_u32(&head);
	out->tcp_ack = bytes_u32(&head);
	length = (bytes_u8(&head) >> 4) * 4u;
	out->tcp_flags = bytes_u8(&head);
	return length < 20 ? PACKET_MALFORMED : payload_after(w, length);
}

/* A length beyond the IP packet contradicts it; the IP packet is what was sent. */
static enum packet_result
udp_decode(struct walk *w)
{
	struct bytes head = bytes_over(w->b.at, 8);
	struct packet *out = w->out;
	uint16_t length;

	if (w->b.left < 8)
		return header_missing(w, 8);
	out->sport = bytes_u16(&head);
	out->dport = bytes_u16(&head);
	length = bytes_u16(&head);
	if (length != 0 && length < 8)
		return PACKET_MALFORMED;
	if (length != 0) /* 0: a jumbogram (RFC 2675) or offload */
		walk_trim(w, length);
	bytes_skip(&w->b, 8);
	(void)payload_set(w);
	return udp_tunnel_decode(w);
}

/* UDP-Lite has its coverage where UDP has the length, and the same ports. */
static enum packet_result
ports_decode(struct walk *w, size_t length)
{
	struct bytes head = w->b;

	if (w->b.left < length)
		return header_missing(w, length);
	w->out->sport = bytes_u16(&head);
	w->out->dport = bytes_u16(&head);
	bytes_skip(&w->b, length);
	return payload_set(w);
}

static enum packet_result
udp_lite_decode(struct walk *w)
{
	return ports_decode(w, 8);
}

static enum packet_result
sctp_decode(struct walk *w)
{
	return ports_decode(w, 12);
}

/* Messages and their counterparts, as the Community ID specification pairs them. */
struct counterpart {
	uint8_t type, other;
};

static const struct counterpart icmp4_counterparts[] = {
	{ 0, 8 },   /* echo */
	{ 9, 10 },  /* router advertisement, solicitation */
	{ 13, 14 }, /* timestamp */
	{ 15, 16 }, /* information */
	{ 17, 18 }, /* address mask */
};

static const struct counterpart icmp6_counterparts[] = {
	{ 128, 129 }, /* echo */
	{ 130, 131 }, /* multicast listener query, report */
	{ 133, 134 }, /* router solicitation, advertisement */
	{ 135, 136 }, /* neighbour solicitation, advertisement */
	{ 139, 140 }, /* node information (RFC 4620) */
	{ 144, 145 }, /* home agent address discovery */
};

static enum packet_result
icmp_message(struct walk *w, const struct counterpart *table, size_t count)
{
	struct bytes head = w->b;
	uint8_t type = bytes_u8(&head), code = bytes_u8(&head);
	struct packet *out = w->out;

	if (bytes_short(&head))
		return header_missing(w, 2);
	out->sport = type;
	out->dport = code;
	out->one_way = true;
	for (size_t i = 0; i < count; i++) {
		if (type != table[i].type && type != table[i].other)
			continue;
		out->dport = type == table[i].type ? table[i].other : table[i].type;
		out->one_way = false;
	}
	return payload_after(w, walk_sent(w) < 8 ? walk_sent(w) : 8);
}

static enum packet_result
icmp4_decode(struct walk *w)
{
	return icmp_message(w, icmp4_counterparts, COUNT_OF(icmp4_counterparts));
}

static enum packet_result
icmp6_decode(struct walk *w)
{
	return icmp_message(w, icmp6_counterparts, COUNT_OF(icmp6_counterparts));
}

layer_fn *const transports[256] = {
	[1] = icmp4_decode,
	[4] = ipip_decode,
	[6] = tcp_decode,
	[17] = udp_decode,
	[41] = ipip_decode,
	[47] = gre_decode,
	[58] = icmp6_decode,
	[132] = sctp_decode,
	[136] = udp_lite_decode,
};
