/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet, VLAN tags, LLC and SNAP, MPLS. */
#include "private.h"

#define LABELS_MAX 16
#define TAGS_MAX 8

static const struct ether_type {
	uint16_t type;
	layer_fn *decode;
} ether_types[] = {
	{ 0x0800, ip4_decode }, { 0x86dd, ip6_decode }, { 0x8864, pppoe_decode },
	{ 0x8847, mpls_decode }, { 0x8848, mpls_decode },
	{ 0x6558, ether_decode }, /* transparent Ethernet bridging, in GRE and Geneve */
};

/* 802.1Q, 802.1ad, and what came before 802.1ad. */
static bool
is_vlan_tag(uint16_t type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200;
}

static uint16_t
vlan_read(struct walk *w)
{
	struct packet *out = w->out;
	uint16_t id = bytes_u16(&w->b) & 0x0fff;

	if (out->vlan_count < COUNT_OF(out->vlan))
		out->vlan[out->vlan_count++] = id;
	return bytes_u16(&w->b);
}

enum packet_result
ether_type_decode(struct walk *w, uint16_t type)
{
	for (unsigned tags = 0; is_vlan_tag(type); tags++) {
		if (tags == TAGS_MAX)
			return PACKET_MALFORMED;
		type = vlan_read(w);
	}
	if (bytes_short(&w->b))
		return PACKET_SHORT;
	for (size_t i = 0; i < COUNT_OF(ether_types); i++) {
		if (type == ether_types[i].type)
			return ether_types[i].decode(w);
	}
	/* Below 1536 it is 802.3's length. */
	return type != 0 && type < 0x600 ? llc_decode(w) : PACKET_NOT_IP;
}

enum packet_result
ether_decode(struct walk *w)
{
	bytes_skip(&w->b, 12);
	return ether_type_decode(w, bytes_u16(&w->b));
}

static enum packet_result
snap_decode(struct walk *w)
{
	uint32_t oui = bytes_u24(&w->b);
	uint16_t type = bytes_u16(&w->b);

	if (bytes_short(&w->b))
		return PACKET_SHORT;
	/* 0x0000f8 is 802.1H's bridge tunnel; a length has no place here. */
	if ((oui != 0 && oui != 0x0000f8) || type < 0x600)
		return PACKET_NOT_IP;
	return ether_type_decode(w, type);
}

enum packet_result
llc_decode(struct walk *w)
{
	uint32_t saps = bytes_u24(&w->b);

	if (bytes_short(&w->b))
		return PACKET_SHORT;
	if (saps == 0xaaaa03)
		return snap_decode(w);
	return saps == 0x060603 ? ip4_decode(w) : PACKET_NOT_IP;
}

static enum packet_result
control_word_decode(struct walk *w)
{
	bytes_skip(&w->b, 4);
	return ether_decode(w);
}

/*
 * Nothing names what a label stack carries. A first nibble of 4 or 6 is IP, 0 a
 * pseudowire's control word (RFC 4385); failing that it may be Ethernet without one.
 */
static enum packet_result
mpls_payload(struct walk *w)
{
	uint8_t nibble = w->b.left > 0 ? w->b.at[0] >> 4 : 0;
	layer_fn *guess = nibble == 4 || nibble == 6 ? ip_decode
			  : nibble == 0              ? control_word_decode
						     : ether_decode;
	enum packet_result first, second;

	first = walk_inside(w, TUNNEL_MPLS, guess);
	if (walk_settled(w, first))
		return first;
	second = walk_inside(w, TUNNEL_MPLS, ether_decode);
	return walk_settled(w, second) ? second : first;
}

enum packet_result
mpls_decode(struct walk *w)
{
	for (unsigned labels = 0; labels < LABELS_MAX; labels++) {
		uint32_t label = bytes_u32(&w->b);

		if (bytes_short(&w->b))
			return PACKET_SHORT;
		if (label & 0x100) /* bottom of stack */
			return mpls_payload(w);
	}
	return PACKET_MALFORMED;
}
