/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "trace.h"

#define SILENCE_NS 10000000000LL

static void *
grow(void *block, size_t *room, size_t need, size_t each)
{
	if (need <= *room)
		return block;
	*room = need < 1024 ? 1024 : need * 2;
	block = realloc(block, *room * each);
	if (block == NULL)
		abort();
	return block;
}

uint8_t *
trace_frame(const struct trace *t, const struct trace_packet *p)
{
	return t->bytes + p->at;
}

static void
trace_add(struct trace *t, const struct packet *p, const struct flow_update *u)
{
	static const uint8_t macs[12] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2 };
	size_t size = TRACE_IP_AT + p->ip_captured;
	struct trace_packet *out;
	uint8_t *frame;

	t->packets = grow(t->packets, &t->room, t->count + 1, sizeof(*t->packets));
	t->bytes = grow(t->bytes, &t->size_room, t->size + size, 1);
	out = &t->packets[t->count++];
	*out = (struct trace_packet){ .time_ns = p->time_ns,
		.at = t->size,
		.src = p->src,
		.dst = p->dst,
		.proto = p->proto,
		.captured = (uint32_t)size,
		.flow = u->flow->id - 1,
		.end = u->end };
	out->length = out->captured + p->payload_length - p->payload_captured;
	if (p->payload != NULL && p->payload_captured > 0)
		out->payload_at = (uint16_t)(TRACE_IP_AT + (p->payload - p->ip));
	if (u->datagram != NULL && u->datagram->has_rtp) {
		out->has_rtp = true;
		out->ssrc = u->datagram->rtp.ssrc;
		out->timestamp = u->datagram->rtp.timestamp;
		out->sequence = u->datagram->rtp.sequence;
	}
	frame = t->bytes + t->size;
	memcpy(frame, macs, sizeof(macs));
	frame[12] = p->src.family == 4 ? 0x08 : 0x86;
	frame[13] = p->src.family == 4 ? 0x00 : 0xdd;
	memcpy(frame + TRACE_IP_AT, p->ip, p->ip_captured);
	t->size += size;
}

/* Times from zero, and no silence longer than SILENCE_NS: some files join two recordings.
 */
static void
trace_settle_times(struct trace *t)
{
	int64_t before = t->count ? t->packets[0].time_ns : 0, now = 0;

	for (size_t i = 0; i < t->count; i++) {
		int64_t gap = t->packets[i].time_ns - before;

		before = t->packets[i].time_ns;
		if (gap > 0)
			now += gap < SILENCE_NS ? gap : SILENCE_NS;
		t->packets[i].time_ns = now;
	}
	t->span_ns = now;
}

static void
trace_count_flows(struct trace *t)
{
	size_t room = 0;

	for (size_t i = 0; i < t->count; i++) {
		const struct trace_packet *p = &t->packets[i];

		if (p->flow >= t->flow_count) {
			size_t old = t->flow_count;

			t->flow_count = p->flow + 1;
			t->flows =
			    grow(t->flows, &room, t->flow_count, sizeof(*t->flows));
			memset(
			    t->flows + old, 0, (t->flow_count - old) * sizeof(*t->flows));
		}
		t->flows[p->flow].packets++;
		t->flows[p->flow].proto = p->proto;
	}
}

int
trace_load(struct trace *t, const char *path)
{
	struct capture_options options = { 0 };
	struct flow_table *flows = flow_table_new(&flow_limits_default, NULL, NULL, NULL);
	struct decoder *decoder = decoder_new();
	struct flow_update update;
	struct error e = { 0 };
	struct packet packet;
	struct frame frame;
	struct capture *c;

	*t = (struct trace){ 0 };
	c = capture_open(&path, 1, &options, &e);
	while (c != NULL && capture_next(c, &frame)) {
		if (packet_decode(decoder, &frame, &packet) != PACKET_OK ||
		    packet.reassembled)
			continue;
		flow_table_packet(flows, &packet, &update);
		if (update.flow != NULL)
			trace_add(t, &packet, &update);
	}
	error_write(&e, stderr);
	error_clear(&e);
	if (c != NULL && t->count == 0)
		fprintf(stderr, "%s: no IP packet\n", path);
	trace_settle_times(t);
	trace_count_flows(t);
	capture_close(c);
	decoder_free(decoder);
	flow_table_free(flows);
	return c != NULL && t->count > 0 ? 0 : -1;
}

void
trace_clear(struct trace *t)
{
	free(t->packets);
	free(t->bytes);
	free(t->flows);
	*t = (struct trace){ 0 };
}

void
trace_write(
    struct writer *w, const struct trace_packet *p, const uint8_t *bytes, int64_t time_ns)
{
	struct frame f = { .time_ns = time_ns,
		.length = p->length,
		.captured = p->captured,
		.linktype = TRACE_LINKTYPE,
		.data = bytes };

	writer_frame(w, &f);
}

static uint16_t
read_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

void
frame_replace(uint8_t *frame, size_t at, const uint8_t *new, size_t size, size_t sum_at)
{
	uint32_t sum = sum_at ? (uint16_t)~read_u16(frame + sum_at) : 0;

	for (size_t i = 0; i < size; i += 2)
		sum += (uint16_t)~read_u16(frame + at + i) + (uint32_t)read_u16(new + i);
	memmove(frame + at, new, size);
	if (sum_at == 0)
		return;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	sum = ~sum;
	frame[sum_at] = (uint8_t)(sum >> 8);
	frame[sum_at + 1] = (uint8_t)sum;
}

size_t
frame_transport_sum(const uint8_t *frame, uint32_t captured)
{
	const uint8_t *ip = frame + TRACE_IP_AT;
	bool v4 = ip[0] >> 4 == 4;
	uint8_t proto = v4 ? ip[9] : ip[6];
	size_t at = TRACE_IP_AT + (v4 ? (ip[0] & 15u) * 4 : 40);

	if (v4 && (read_u16(ip + 6) & 0x1fff) != 0) /* a later fragment */
		return 0;
	at += proto == 6 ? 16 : proto == 17 ? 6 : 2;
	if ((proto != 6 && proto != 17 && (proto != 58 || v4)) || at + 2 > captured)
		return 0;
	if (proto == 17 && read_u16(frame + at) == 0) /* sent without */
		return 0;
	return at;
}
