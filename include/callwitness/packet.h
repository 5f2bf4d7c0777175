/* SPDX-License-Identifier: Apache-2.0 */
/* A frame taken apart: link, tunnels, IP, transport. */
#ifndef CALLWITNESS_PACKET_H
#define CALLWITNESS_PACKET_H

#include <callwitness/base.h>
#include <callwitness/capture.h>

enum tunnel {
	TUNNEL_NONE,
	TUNNEL_IPIP,
	TUNNEL_GRE,
	TUNNEL_GTPU,
	TUNNEL_VXLAN,
	TUNNEL_PPPOE,
	TUNNEL_MPLS,
	TUNNEL_GENEVE,
};

enum { TCP_FIN = 0x01, TCP_SYN = 0x02, TCP_RST = 0x04, TCP_PSH = 0x08, TCP_ACK = 0x10 };

/*
 * The innermost IP packet of a frame. Pointers are loans: they die with the frame, or for
 * a reassembled datagram at the next packet_decode().
 */
struct packet {
	int64_t time_ns;
	uint64_t number;       /* of the frame */
	uint32_t frame_length; /* on the wire */
	struct addr src, dst;
	uint16_t sport, dport; /* 0 without ports; ICMP: Community ID's type and code */
	uint8_t proto;         /* IP protocol number of the transport */
	uint8_t tcp_flags;
	uint32_t tcp_seq, tcp_ack;
	bool one_way;     /* ICMP message without a counterpart (Community ID) */
	bool snapped;     /* fewer bytes captured than were sent */
	bool reassembled; /* from fragments; frame_length sums them */
	uint8_t vlan_count;
	uint16_t vlan[2];       /* outermost first, at most two are kept */
	uint8_t tunnel;         /* the innermost enum tunnel around it */
	const uint8_t *ip;      /* its IP header, for nDPI */
	uint32_t ip_captured;   /* bytes at ip (or of the reassembled packet) */
	const uint8_t *payload; /* of the transport */
	uint32_t payload_captured;
	uint32_t payload_length; /* as sent; what is counted */
};

/* Never an error: each is a counter. */
enum packet_result {
	PACKET_OK,
	PACKET_FRAGMENT,     /* kept for reassembly, nothing to deliver yet */
	PACKET_NOT_IP,       /* ARP, LLDP, spanning tree, … */
	PACKET_LINK_UNKNOWN, /* no decoder for this link type */
	PACKET_SHORT,        /* headers cut off */
	PACKET_MALFORMED,    /* lengths or versions that contradict each other */
	PACKET_RESULTS
};

const char *packet_result_name(enum packet_result r);
const char *tunnel_name(enum tunnel t);

/* Holds the fragments under reassembly: at most 256 datagrams of 64 KiB, 4 MiB, 30 s. */
struct decoder;

struct decoder_stats {
	uint64_t results[PACKET_RESULTS];
	uint64_t fragments, reassembled, fragments_dropped;
	uint64_t tunnelled[8];          /* by enum tunnel */
	uint64_t bytes[PACKET_RESULTS]; /* frame bytes by result */
};

struct decoder *decoder_new(void);
void decoder_free(struct decoder *d);
enum packet_result packet_decode(
    struct decoder *d, const struct frame *f, struct packet *out);
const struct decoder_stats *decoder_stats(const struct decoder *d);
/* Whether packet_decode() knows this link type. */
bool packet_link_known(int linktype);

#endif
