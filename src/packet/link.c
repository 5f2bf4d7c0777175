/* SPDX-License-Identifier: Apache-2.0 */
/* Link headers; LINKTYPE_ numbers as in https://www.tcpdump.org/linktypes.html. */
#include "private.h"

static layer_fn null_decode, sll_decode, sll2_decode, ppi_decode, pktap_decode;
static layer_fn ppp_dir_decode;

static const struct link {
	int linktype;
	layer_fn *decode;
} links[] = {
	{ 1, ether_decode }, { 113, sll_decode }, { 276, sll2_decode },
	{ 0, null_decode }, { 108, null_decode }, /* LOOP: the same in network order */
	{ 12, ip_decode },                        /* DLT_RAW of most systems */
	{ 14, ip_decode },                        /* DLT_RAW of OpenBSD */
	{ 101, ip_decode },                       /* LINKTYPE_RAW */
	{ 228, ip4_decode }, { 229, ip6_decode }, { 9, ppp_decode },
	{ 50, ppp_serial_decode }, { 51, pppoe_decode }, { 104, hdlc_decode },
	{ 166, ppp_pppd_decode }, { 204, ppp_dir_decode }, { 105, wifi_decode },
	{ 127, radiotap_decode }, { 119, prism_decode }, { 163, avs_decode },
	{ 192, ppi_decode }, { 258, pktap_decode },
	{ 149, pktap_decode }, /* USER2, which Apple used before it had a number */
};

layer_fn *
link_find(int linktype)
{
	for (size_t i = 0; i < COUNT_OF(links); i++) {
		if (links[i].linktype == linktype)
			return links[i].decode;
	}
	return NULL;
}

bool
packet_link_known(int linktype)
{
	return link_find(linktype) != NULL;
}

/* A frame of this link type within another one's header. */
static enum packet_result
link_nested(struct walk *w, uint32_t linktype)
{
	layer_fn *layer = linktype > 0xffff ? NULL : link_find((int)linktype);

	if (bytes_short(&w->b))
		return PACKET_SHORT;
	if (layer == NULL)
		return PACKET_LINK_UNKNOWN;
	return walk_inside(w, TUNNEL_NONE, layer);
}

/* AF_INET is 2 everywhere; AF_INET6 is NetBSD's, FreeBSD's, Darwin's or Linux's. */
static enum packet_result
null_family(struct walk *w, uint32_t family)
{
	static const uint8_t families6[] = { 24, 28, 30, 10 };

	if (family == 2)
		return ip4_decode(w);
	for (size_t i = 0; i < COUNT_OF(families6); i++) {
		if (family == families6[i])
			return ip6_decode(w);
	}
	return PACKET_NOT_IP;
}

static enum packet_result
null_decode(struct walk *w)
{
	uint32_t family = bytes_u32(&w->b);

	if (bytes_short(&w->b))
		return PACKET_SHORT;
	/* In the byte order of the machine that recorded; families are small numbers. */
	return null_family(w, family > 0xffff ? __builtin_bswap32(family) : family);
}

/* Linux gives LLC frames the "protocol" 4, and numbers of no EtherType to others. */
static enum packet_result
sll_protocol(struct walk *w, uint16_t protocol)
{
	if (bytes_short(&w->b))
		return PACKET_SHORT;
	return protocol == 4 ? llc_decode(w) : ether_type_decode(w, protocol);
}

static enum packet_result
sll_decode(struct walk *w)
{
	bytes_skip(&w->b, 14);
	return sll_protocol(w, bytes_u16(&w->b));
}

static enum packet_result
sll2_decode(struct walk *w)
{
	uint16_t protocol = bytes_u16(&w->b);

	bytes_skip(&w->b, 18);
	return sll_protocol(w, protocol);
}

static enum packet_result
ppp_dir_decode(struct walk *w)
{
	bytes_skip(&w->b, 1);
	return ppp_decode(w);
}

/* Per-packet information: its length, then the link type of what follows. */
static enum packet_result
ppi_decode(struct walk *w)
{
	uint16_t length;
	uint32_t linktype;

	bytes_skip(&w->b, 2);
	length = bytes_le16(&w->b);
	linktype = bytes_le32(&w->b);
	if (length < 8)
		return bytes_short(&w->b) ? PACKET_SHORT : PACKET_MALFORMED;
	bytes_skip(&w->b, length - 8u);
	return link_nested(w, linktype);
}

static enum packet_result
pktap_decode(struct walk *w)
{
	uint32_t length = bytes_le32(&w->b);
	uint32_t kind = bytes_le32(&w->b);
	uint32_t linktype = bytes_le32(&w->b);

	if (bytes_short(&w->b))
		return PACKET_SHORT;
	if (length < 12)
		return PACKET_MALFORMED;
	if (kind != 1) /* PTH_TYPE_PACKET */
		return PACKET_NOT_IP;
	bytes_skip(&w->b, length - 12);
	return link_nested(w, linktype);
}
