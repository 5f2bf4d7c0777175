/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many clients out of a few captures: COUNT copies of each input, every copy with local
 * addresses of its own and starting a little later. Remote public addresses stay.
 */
#include <stdlib.h>

#include "lib/trace.h"

#define INPUTS 64
#define START_NS (1700000000LL * 1000000000)
#define CLIENTS 65536

struct input {
	struct trace trace;
	struct addr hosts[256]; /* rewritten addresses; later ones share the last */
	size_t host_count;
	struct addr_net home; /* the /64 of the busiest IPv6 address; family 0 without */
};

struct slot {
	int64_t time_ns;
	uint32_t client; /* copy * inputs + input */
	uint32_t packet;
};

struct options {
	uint32_t copies;
	uint32_t per_flow; /* packets kept of each flow, 0 for all */
	double gap_s;      /* between starts, negative: an eighth of the longest input */
	const char *out;
};

static int
slot_compare(const void *left, const void *right)
{
	const struct slot *a = left, *b = right;

	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	if (a->client != b->client)
		return a->client < b->client ? -1 : 1;
	return a->packet < b->packet ? -1 : a->packet > b->packet;
}

/* The busiest public IPv6 address is the recorded machine's, so its /64 is home. */
static void
input_find_home(struct input *in)
{
	struct {
		struct addr addr;
		uint32_t packets;
	} seen[256] = { 0 };
	size_t count = 0, best = 0;

	for (size_t i = 0; i < in->trace.count * 2; i++) {
		const struct trace_packet *p = &in->trace.packets[i / 2];
		const struct addr *a = i % 2 ? &p->src : &p->dst;
		size_t k = 0;

		if (a->family != 6 || addr_is_private(a) || addr_is_multicast(a))
			continue;
		while (k < count && !addr_equal(&seen[k].addr, a))
			k++;
		if (k == COUNT_OF(seen))
			continue;
		if (k == count)
			seen[count++].addr = *a;
		if (++seen[k].packets > seen[best].packets)
			best = k;
	}
	if (count == 0)
		return;
	in->home = (struct addr_net){ .addr = seen[best].addr, .bits = 64 };
	memset(in->home.addr.bytes + 8, 0, 8);
}

static bool
input_rewrites(const struct input *in, const struct addr *a)
{
	if (addr_is_multicast(a) || addr_is_loopback(a) || addr_is_unspecified(a))
		return false;
	return addr_is_private(a) || (in->home.addr.family && addr_in(a, &in->home));
}

static size_t
input_host(struct input *in, const struct addr *a)
{
	size_t i = 0;

	while (i < in->host_count && !addr_equal(&in->hosts[i], a))
		i++;
	if (i == in->host_count && i < COUNT_OF(in->hosts))
		in->hosts[in->host_count++] = *a;
	return i < COUNT_OF(in->hosts) ? i : COUNT_OF(in->hosts) - 1;
}

/* IPv4: 10.client.client.host. IPv6: the client goes into the part below the /32. */
static void
rewrite(struct input *in, uint8_t *frame, const struct trace_packet *p, uint32_t client,
    bool source)
{
	const struct addr *a = source ? &p->src : &p->dst;
	size_t sum_at = frame_transport_sum(frame, p->captured);
	bool v4 = a->family == 4;
	size_t at = TRACE_IP_AT + (v4 ? 12u : 8u) + (source ? 0 : v4 ? 4u : 16u);
	uint8_t new[4] = { 10, (uint8_t)(client >> 8), (uint8_t)client, 0 };
	uint8_t both[4];

	if (!input_rewrites(in, a))
		return;
	if (!v4) {
		at += 4;
		memcpy(new, a->bytes + 4, 4);
		new[2] ^= (uint8_t)(client >> 8);
		new[3] ^= (uint8_t)client;
		frame_replace(frame, at, new, 4, sum_at);
		return;
	}
	new[3] = (uint8_t)(1 + input_host(in, a) % 250);
	memcpy(both, frame + at, 4);
	frame_replace(frame, at, new, 4, sum_at);
	memcpy(frame + at, both, 4); /* again, for the checksum of the IP header itself */
	frame_replace(frame, at, new, 4, TRACE_IP_AT + 10);
}

static void
write_slot(struct writer *w, struct input *inputs, size_t count, const struct slot *s)
{
	uint8_t frame[65536 + TRACE_IP_AT];
	struct input *in = &inputs[s->client % count];
	const struct trace_packet *p = &in->trace.packets[s->packet];

	if (p->captured > sizeof(frame))
		return;
	memcpy(frame, trace_frame(&in->trace, p), p->captured);
	rewrite(in, frame, p, s->client, true);
	rewrite(in, frame, p, s->client, false);
	trace_write(w, p, frame, START_NS + s->time_ns);
}

/* The packets of one input that stay, first ones of each flow. */
static size_t
choose(const struct trace *t, uint32_t per_flow, uint32_t *chosen)
{
	uint32_t *seen = calloc(t->flow_count, sizeof(*seen));
	size_t count = 0;

	if (seen == NULL)
		abort();
	for (size_t i = 0; i < t->count; i++)
		if (per_flow == 0 || seen[t->packets[i].flow]++ < per_flow)
			chosen[count++] = (uint32_t)i;
	free(seen);
	return count;
}

static struct slot *
plan(const struct input *inputs, size_t count, const struct options *o, size_t *total)
{
	int64_t longest = 0, gap;
	size_t room = 0, n = 0;
	uint32_t *chosen;
	struct slot *slots;

	for (size_t i = 0; i < count; i++) {
		room += inputs[i].trace.count;
		if (inputs[i].trace.span_ns > longest)
			longest = inputs[i].trace.span_ns;
	}
	gap = o->gap_s < 0 ? longest / 8 : (int64_t)(o->gap_s * 1e9);
	chosen = calloc(room, sizeof(*chosen));
	slots = calloc(room * o->copies, sizeof(*slots));
	if (chosen == NULL || slots == NULL)
		abort();
	for (size_t i = 0; i < count; i++) {
		size_t kept = choose(&inputs[i].trace, o->per_flow, chosen);

		for (uint32_t copy = 0; copy < o->copies; copy++)
			for (size_t k = 0; k < kept; k++)
				slots[n++] = (struct slot){ .packet = chosen[k],
					.client = (uint32_t)(copy * count + i),
					.time_ns =
					    copy * gap +
					    inputs[i].trace.packets[chosen[k]].time_ns };
	}
	free(chosen);
	qsort(slots, n, sizeof(*slots), slot_compare);
	*total = n;
	return slots;
}

static int
multiply(struct input *inputs, size_t count, const struct options *o)
{
	int linktype = TRACE_LINKTYPE;
	struct writer *w = writer_open(o->out, &linktype, 1);
	struct slot *slots;
	size_t total, flows = 0;

	if (w == NULL) {
		fprintf(stderr, "multiply: cannot write %s\n", o->out);
		return -1;
	}
	slots = plan(inputs, count, o, &total);
	for (size_t i = 0; i < total; i++)
		write_slot(w, inputs, count, &slots[i]);
	free(slots);
	for (size_t i = 0; i < count; i++)
		flows += inputs[i].trace.flow_count * o->copies;
	printf("%s: %zu packets, about %zu flows\n", o->out, total, flows);
	return writer_close(w);
}

static int
usage(void)
{
	fputs("usage: multiply [-p PACKETS_PER_FLOW] [-g SECONDS_BETWEEN] COUNT IN... "
	      "OUT\n",
	    stderr);
	return 2;
}

/* The index of COUNT, or 0 on a mistake. */
static int
parse_options(int argc, char **argv, struct options *o)
{
	int i = 1;

	for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		if (strcmp(argv[i], "-p") == 0)
			o->per_flow = (uint32_t)strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "-g") == 0)
			o->gap_s = strtod(argv[i + 1], NULL);
		else
			return 0;
	}
	if (argc - i < 3 || argc - i - 2 > INPUTS)
		return 0;
	o->copies = (uint32_t)strtoul(argv[i], NULL, 10);
	o->out = argv[argc - 1];
	return o->copies > 0 && o->copies * (uint64_t)(argc - i - 2) <= CLIENTS ? i : 0;
}

int
main(int argc, char **argv)
{
	struct options o = { .gap_s = -1 };
	struct input *inputs = calloc(INPUTS, sizeof(*inputs));
	int at = parse_options(argc, argv, &o), rc = 1;
	size_t count = 0;

	if (inputs == NULL || at == 0)
		return usage();
	for (int i = at + 1; i < argc - 1; i++) {
		if (trace_load(&inputs[count].trace, argv[i]) < 0)
			goto out;
		input_find_home(&inputs[count++]);
	}
	rc = multiply(inputs, count, &o) < 0;
out:
	for (size_t i = 0; i < INPUTS; i++)
		trace_clear(&inputs[i].trace);
	free(inputs);
	return rc;
}
