/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One very long call: the busiest flows of a capture, with its media repeated until
 * PACKETS are written. Times, RTP sequence numbers and timestamps go on without a break.
 */
#include <stdlib.h>

#include "lib/trace.h"

#define FLOWS 40       /* the busiest that are kept */
#define MEDIA_SHARE 20 /* media: a UDP flow with at least 1/20 of the packets */
#define STREAMS 64
#define PACKET_GAP_NS 20000000

/* One SSRC of one direction, measured over the recording. */
struct rtp_run {
	uint32_t flow, ssrc;
	uint8_t end;
	uint16_t sequence;
	uint32_t timestamp, step;
	uint32_t sequence_span, timestamp_span;
};

struct call {
	struct trace trace;
	bool *kept, *media; /* by flow */
	size_t first, last; /* packets of media */
	int64_t period_ns;
	struct rtp_run runs[STREAMS];
	size_t run_count;
};

static struct rtp_run *
run_of(struct call *c, const struct trace_packet *p)
{
	for (size_t i = 0; i < c->run_count; i++)
		if (c->runs[i].flow == p->flow && c->runs[i].ssrc == p->ssrc &&
		    c->runs[i].end == p->end)
			return &c->runs[i];
	return NULL;
}

static void
run_measure(struct call *c, const struct trace_packet *p)
{
	struct rtp_run *r = run_of(c, p);
	int16_t ahead;

	if (r == NULL && c->run_count < STREAMS) {
		c->runs[c->run_count++] = (struct rtp_run){ .flow = p->flow,
			.ssrc = p->ssrc,
			.end = p->end,
			.sequence = p->sequence,
			.timestamp = p->timestamp,
			.step = 960,
			.sequence_span = 1 };
		return;
	}
	if (r == NULL)
		return;
	ahead = (int16_t)(p->sequence - r->sequence);
	if (ahead <= 0)
		return;
	r->sequence_span += (uint32_t)ahead;
	r->sequence = p->sequence;
	if (p->timestamp != r->timestamp)
		r->step = p->timestamp - r->timestamp;
	r->timestamp_span += p->timestamp - r->timestamp;
	r->timestamp = p->timestamp;
}

static void
mark_kept(struct call *c)
{
	for (size_t n = 0; n < FLOWS; n++) {
		size_t best = c->trace.flow_count;

		for (size_t i = 0; i < c->trace.flow_count; i++)
			if (!c->kept[i] &&
			    (best == c->trace.flow_count ||
				c->trace.flows[i].packets > c->trace.flows[best].packets))
				best = i;
		if (best == c->trace.flow_count)
			return;
		c->kept[best] = true;
		c->media[best] =
		    c->trace.flows[best].proto == 17 &&
		    c->trace.flows[best].packets >= c->trace.count / MEDIA_SHARE;
	}
}

/* 0, or -1 when there is no media to repeat. */
static int
survey(struct call *c)
{
	bool any = false;

	mark_kept(c);
	for (size_t i = 0; i < c->trace.count; i++) {
		const struct trace_packet *p = &c->trace.packets[i];

		if (!c->media[p->flow])
			continue;
		if (!any)
			c->first = i;
		any = true;
		c->last = i;
		if (p->has_rtp)
			run_measure(c, p);
	}
	if (any)
		c->period_ns = c->trace.packets[c->last].time_ns -
			       c->trace.packets[c->first].time_ns + PACKET_GAP_NS;
	return any ? 0 : -1;
}

static void
store_u32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

/* Moves the RTP header on by `round` recordings. It is found by its own numbers. */
static void
advance_rtp(struct call *c, const struct trace_packet *p, uint8_t *frame, uint32_t round)
{
	const struct rtp_run *r = p->has_rtp ? run_of(c, p) : NULL;
	uint32_t sequence, timestamp;
	uint8_t numbers[10], *at;
	size_t sum_at = frame_transport_sum(frame, p->captured);

	if (r == NULL || p->payload_at == 0)
		return;
	numbers[0] = (uint8_t)(p->sequence >> 8);
	numbers[1] = (uint8_t)p->sequence;
	store_u32(numbers + 2, p->timestamp);
	store_u32(numbers + 6, p->ssrc);
	at = memmem(frame + p->payload_at, p->captured - p->payload_at, numbers, 10);
	if (at == NULL)
		return;
	sequence = p->sequence + round * r->sequence_span;
	timestamp = p->timestamp + round * (r->timestamp_span + r->step);
	numbers[0] = (uint8_t)(sequence >> 8);
	numbers[1] = (uint8_t)sequence;
	store_u32(numbers + 2, timestamp);
	if ((size_t)(at - frame) % 2 != 0) /* cannot be mended in steps of 16 bits */
		memcpy(at, numbers, 6);
	else
		frame_replace(frame, (size_t)(at - frame), numbers, 6, sum_at);
}

static void
write_packet(struct call *c, struct writer *w, size_t index, uint32_t round)
{
	uint8_t frame[65536 + TRACE_IP_AT];
	const struct trace_packet *p = &c->trace.packets[index];

	if (p->captured > sizeof(frame))
		return;
	memcpy(frame, trace_frame(&c->trace, p), p->captured);
	if (round > 0)
		advance_rtp(c, p, frame, round);
	trace_write(
	    w, p, frame, 1700000000LL * 1000000000 + p->time_ns + round * c->period_ns);
}

/* The recording up to the end of its media, the media again and again, then the rest. */
static uint64_t
write_call(struct call *c, struct writer *w, uint64_t packets)
{
	const struct trace_packet *all = c->trace.packets;
	uint64_t written = 0;
	uint32_t round = 0;
	size_t i;

	for (i = 0; i <= c->last; i++)
		if (c->kept[all[i].flow] && ++written)
			write_packet(c, w, i, 0);
	while (written < packets) {
		round++;
		for (i = c->first; i <= c->last && written < packets; i++)
			if (c->media[all[i].flow] && ++written)
				write_packet(c, w, i, round);
	}
	for (i = c->last + 1; i < c->trace.count; i++)
		if (c->kept[all[i].flow] && ++written)
			write_packet(c, w, i, round);
	return written;
}

static int
longcall(struct call *c, uint64_t packets, const char *in, const char *out)
{
	int linktype = TRACE_LINKTYPE;
	struct writer *w;
	uint64_t written;

	if (trace_load(&c->trace, in) < 0)
		return -1;
	c->kept = calloc(c->trace.flow_count, sizeof(*c->kept));
	c->media = calloc(c->trace.flow_count, sizeof(*c->media));
	if (c->kept == NULL || c->media == NULL || survey(c) < 0) {
		fprintf(stderr, "longcall: %s has no media to repeat\n", in);
		return -1;
	}
	w = writer_open(out, &linktype, 1);
	if (w == NULL) {
		fprintf(stderr, "longcall: cannot write %s\n", out);
		return -1;
	}
	written = write_call(c, w, packets);
	printf("%s: %llu packets, at most %d flows\n", out, (unsigned long long)written,
	    FLOWS);
	return writer_close(w);
}

int
main(int argc, char **argv)
{
	static struct call call;
	uint64_t packets = argc == 4 ? strtoull(argv[1], NULL, 10) : 0;
	int rc;

	if (packets == 0) {
		fputs("usage: longcall PACKETS IN OUT\n", stderr);
		return 2;
	}
	rc = longcall(&call, packets, argv[2], argv[3]) < 0;
	trace_clear(&call.trace);
	free(call.kept);
	free(call.media);
	return rc;
}
