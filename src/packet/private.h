/* SPDX-License-Identifier: Apache-2.0 */
/* How the layers hand a frame on to each other. */
#ifndef CALLWITNESS_PACKET_PRIVATE_H
#define CALLWITNESS_PACKET_PRIVATE_H

#include <callwitness/packet.h>

/* Tunnels, nested link headers and reassemblies within one frame. */
#define WALK_DEPTH 8

struct fragments;
struct walk;

/* A layer reads its header off the walk and hands the rest to the next one. */
typedef enum packet_result layer_fn(struct walk *w);

struct decoder {
	struct decoder_stats stats;
	struct fragments *fragments;
	bool lent;      /* the packet before lies in a reassembled datagram */
	layer_fn *link; /* of the latest link type, nearly always the next one's */
	int linktype;
};

/* The walk down one frame. */
struct walk {
	struct decoder *decoder;
	struct packet *out;
	struct bytes b; /* what is left of the captured bytes */
	size_t cut;     /* sent behind them, but not captured */
	unsigned depth;
	bool too_deep; /* sticks: no outer layer is delivered instead */
};

static inline size_t
walk_sent(const struct walk *w)
{
	return w->b.left + w->cut;
}

/* The layer says that `length` bytes follow: what is behind them is padding. */
static inline void
walk_trim(struct walk *w, size_t length)
{
	if (length <= w->b.left) {
		w->b.left = length;
		w->cut = 0;
	} else if (length < walk_sent(w)) {
		w->cut = length - w->b.left;
	}
}

static inline uint16_t
bytes_le16(struct bytes *b)
{
	return __builtin_bswap16(bytes_u16(b));
}

static inline uint32_t
bytes_le32(struct bytes *b)
{
	return __builtin_bswap32(bytes_u32(b));
}

/*
 * Goes one level deeper and decodes the rest as `layer`. Walk and packet are as before if
 * that gave nothing, which walk_settled() tells.
 */
enum packet_result walk_inside(struct walk *w, enum tunnel tunnel, layer_fn *layer);

static inline bool
walk_settled(const struct walk *w, enum packet_result r)
{
	return r == PACKET_OK || r == PACKET_FRAGMENT || w->too_deep;
}

/* The decoder of a link type, or NULL. */
layer_fn *link_find(int linktype);

layer_fn ether_decode, llc_decode, mpls_decode;
layer_fn ppp_decode, ppp_serial_decode, ppp_pppd_decode, hdlc_decode, pppoe_decode;
layer_fn wifi_decode, radiotap_decode, prism_decode, avs_decode;
layer_fn ip4_decode, ip6_decode, ip_decode;
layer_fn gre_decode, ipip_decode;
layer_fn transport_other;

/* What follows is of this EtherType. */
enum packet_result ether_type_decode(struct walk *w, uint16_t type);
/* By IP protocol number; NULL is transport_other. */
extern layer_fn *const transports[256];

static inline enum packet_result
transport_decode(struct walk *w, uint8_t proto)
{
	layer_fn *decode = transports[proto];

	w->out->proto = proto;
	return decode != NULL ? decode(w) : transport_other(w);
}

/* The payload of a UDP packet to a tunnel's port; the packet itself if it is none. */
enum packet_result udp_tunnel_decode(struct walk *w);

/* A fragment; its data are what the walk has left. */
struct fragment {
	uint32_t id;
	uint32_t offset;
	bool more;
	uint8_t proto;       /* of the reassembled packet, where this is the first one */
	const uint8_t *head; /* a fixed IP header, head_length bytes */
	size_t head_length;  /* 20 or 40 */
};

struct fragments *fragments_new(void);
void fragments_free(struct fragments *f);
/* Ends the loan of the packet before. */
void fragments_release(struct fragments *f);
/*
 * PACKET_OK completes a datagram: the walk and out->ip are now of the whole, *proto is
 * what follows. PACKET_FRAGMENT keeps (or, out of room, drops) this part.
 */
enum packet_result fragment_add(
    struct walk *w, const struct fragment *part, uint8_t *proto);

#endif
