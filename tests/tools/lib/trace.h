/* SPDX-License-Identifier: Apache-2.0 */
/* A whole capture in memory: its IP packets as Ethernet frames, each with its flow. */
#ifndef CALLWITNESS_TEST_TRACE_H
#define CALLWITNESS_TEST_TRACE_H

#include <callwitness/capture.h>
#include <callwitness/flow.h>
#include <callwitness/packet.h>

#include "writer.h"

#define TRACE_LINKTYPE 1
#define TRACE_IP_AT 14		/* offset of the IP header in a frame */

struct trace_packet {
	int64_t time_ns;	/* from the first packet; silence is cut to 10 s */
	size_t at;		/* of the frame in trace.bytes */
	uint32_t captured, length;
	uint32_t flow;		/* index into trace.flows */
	uint16_t payload_at;	/* of the transport payload in the frame, 0 without */
	uint8_t end;		/* who sent it: 0 or 1 */
	uint8_t proto;
	bool has_rtp;
	uint32_t ssrc, timestamp;
	uint16_t sequence;
	struct addr src, dst;
};

struct trace_flow {
	uint32_t packets;
	uint8_t proto;
};

struct trace {
	struct trace_packet *packets;
	size_t count, room;
	uint8_t *bytes;
	size_t size, size_room;
	struct trace_flow *flows;
	size_t flow_count;
	int64_t span_ns;
};

/* 0, or -1 and a line on stderr. Packets in tunnels lose the tunnel. */
int trace_load(struct trace *t, const char *path);
void trace_clear(struct trace *t);
/* Where the frame of a packet lies; a loan, and may be written to. */
uint8_t *trace_frame(const struct trace *t, const struct trace_packet *p);
/* Writes bytes as a frame of that packet's sizes at a time since 1970. */
void trace_write(struct writer *w, const struct trace_packet *p, const uint8_t *bytes,
    int64_t time_ns);

/*
 * Replaces `size` (even) bytes of a frame at an even distance from its IP header, and
 * mends the Internet checksum at `sum_at` with them (RFC 1624); 0 for none.
 */
void frame_replace(uint8_t *frame, size_t at, const uint8_t *new, size_t size, size_t sum_at);
/* Offset of the transport checksum of a frame of a trace, 0 without one. */
size_t frame_transport_sum(const uint8_t *frame, uint32_t captured);

#endif
