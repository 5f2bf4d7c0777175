/* SPDX-License-Identifier: Apache-2.0 */
#include <malloc.h>
#include <stdlib.h>
#include "private.h"

/* Addresses whose names are kept. */
#define NAMES_LIMIT 65536
/* STUN messages of a flow that are searched for a realm. */
#define REALM_TRIES 8

static void
detail_settle(struct engine *g, struct flow *f)
{
	struct flow_detail *d = f->detail;

	f->settled = true;
	if (d == NULL || d->inspection == NULL)
		return;
	inspection_end(g->inspector, d->inspection, &d->facts);
	d->inspection = NULL;
	d->inspected = true;
	f->opaque |= d->facts.dissector != DISSECTOR_NONE;
}

static void
flow_finished(struct flow *f, void *context)
{
	struct engine *g = context;

	detail_settle(g, f);
	if (f->detail == NULL)
		return;
	hello_end(g->hellos, &f->detail->hello);
	if (f->detail->hello.found) {
		hello_tell(&f->detail->hello, &f->detail->facts);
		f->detail->inspected = true;
	}
}

static void
detail_release(struct flow_detail *d, void *context)
{
	struct engine *g = context;
	struct ndpi_facts unused;

	if (d->inspection != NULL)
		inspection_end(g->inspector, d->inspection, &unused);
	hello_end(g->hellos, &d->hello);
	free(d);
}

static const struct ndpi_facts *
flow_ndpi(const struct flow *f)
{
	return f->detail != NULL && f->detail->inspected ? &f->detail->facts : NULL;
}

static const char *
flow_realm(const struct flow *f)
{
	return f->detail != NULL ? f->detail->realm : NULL;
}

static const struct process *
flow_process(const struct flow *f)
{
	return f->detail != NULL ? f->detail->process : NULL;
}

struct engine *
engine_new(const struct engine_options *options, struct error *e)
{
	struct engine *g = calloc(1, sizeof(*g));

	if (g == NULL)
		goto fail;
	g->options = *options;
	g->decoder = decoder_new();
	g->flows = flow_table_new(options->limits, detail_release, flow_finished, g);
	g->names = names_new(NAMES_LIMIT);
	g->strings = strings_new();
	g->hellos = hellos_new(g->strings);
	g->processes = processes_new(g->strings);
	if (!g->decoder || !g->flows || !g->names || !g->strings || !g->hellos ||
	    !g->processes)
		goto fail;
	if (options->saved)
		flow_table_track(g->flows);
	g->inspector = inspector_new(g->strings, e);
	if (g->inspector == NULL)
		goto fail;
	return g;
fail:
	if (e->count == 0)
		error_add(e, "engine", 0, 0, "out of memory");
	engine_free(g);
	return NULL;
}

void
engine_free(struct engine *g)
{
	if (g == NULL)
		return;
	session_free(g->session);
	flow_table_free(g->flows);
	inspector_free(g->inspector);
	hellos_free(g->hellos);
	processes_free(g->processes);
	names_free(g->names);
	strings_free(g->strings);
	decoder_free(g->decoder);
	codec_clear(&g->codec);
	free(g);
}

static struct flow_detail *
detail_get(struct flow *f)
{
	if (f->detail == NULL)
		f->detail = calloc(1, sizeof(*f->detail));
	return f->detail;
}

/*
 * Only flows that our own dissectors do not recognise are shown to nDPI, and no chatter
 * of the local network.
 */
static void
inspect(struct engine *g, const struct flow_update *u, const struct packet *p)
{
	struct flow *f = u->flow;
	struct flow_detail *d = NULL;

	if (f->settled || u->datagram != NULL || !u->fresh)
		return;
	d = addr_is_multicast(&p->dst) ? NULL : detail_get(f);
	if (d != NULL && d->inspection == NULL)
		d->inspection = inspection_new(g->inspector);
	if (d == NULL || d->inspection == NULL) {
		f->settled = true;
		return;
	}
	if (inspection_packet(g->inspector, d->inspection, p))
		detail_settle(g, f);
}

static void
learn_names(struct engine *g, const struct packet *p)
{
	const uint8_t *at = p->payload;
	size_t captured = p->payload_captured, length = p->payload_length;

	if (p->proto == 6) { /* RFC 1035 section 4.2.2: two bytes of length first */
		if (captured < 2)
			return;
		at += 2;
		captured -= 2;
		length -= 2;
	}
	if (dns_parse(at, captured, length, &g->dns) == DISSECT_YES)
		names_learn(g->names, &g->dns, p->time_ns);
}

/* A relay's realm names who runs it, if it is a domain. */
static void
learn_realm(struct engine *g, struct flow *f, const struct packet *p)
{
	struct flow_detail *d = detail_get(f);

	if (d == NULL || d->realm != NULL || d->realm_tries >= REALM_TRIES)
		return;
	d->realm_tries++;
	if (stun_parse(p->payload, p->payload_captured, p->payload_length, &g->stun) ==
		DISSECT_YES &&
	    strchr(g->stun.realm, '.') != NULL &&
	    text_is_host(g->stun.realm, strlen(g->stun.realm)))
		d->realm =
		    strings_intern(g->strings, g->stun.realm, strlen(g->stun.realm));
}

/* nDPI 4.2 misses names in a hello that is shuffled or in two packets. */
static void
learn_hello(struct engine *g, struct flow *f, const struct packet *p)
{
	struct flow_detail *d = f->opaque ? NULL : detail_get(f);

	if (d != NULL && hello_packet(g->hellos, &d->hello, p))
		f->opaque = true;
}

static void
learn(struct engine *g, const struct flow_update *u, const struct packet *p)
{
	const struct datagram *d = u->datagram;

	if (d == NULL) {
		if (p->proto == 17 && hello_begins(p))
			learn_hello(g, u->flow, p);
		else if (p->proto == 6 && p->sport == 53 && p->payload_captured > 14 &&
			 u->fresh)
			learn_names(g, p);
	} else if (d->dissector == DISSECTOR_DNS) {
		if (d->message == MESSAGE_RESPONSE)
			learn_names(g, p);
	} else if (d->dissector == DISSECTOR_STUN && d->message == MESSAGE_TURN) {
		learn_realm(g, u->flow, p);
	}
}

static void
count_frame(struct engine *g, const struct frame *f)
{
	if (g->traffic.frames == 0 || f->time_ns < g->traffic.first_ns)
		g->traffic.first_ns = f->time_ns;
	if (g->traffic.frames == 0 || f->time_ns > g->traffic.last_ns)
		g->traffic.last_ns = f->time_ns;
	g->traffic.frames++;
	g->traffic.frame_bytes += f->length;
	g->traffic.snapped += f->captured < f->length;
}

/* Whether it was news whose the flow is. */
static bool
own(struct engine *g, struct flow *f, const struct process *p)
{
	const struct process *copy = NULL;
	struct flow_detail *d = f->detail;

	if (d != NULL && d->process != NULL)
		return false;
	copy = processes_get(g->processes, p);
	d = copy != NULL ? detail_get(f) : NULL;
	if (d == NULL)
		return false;
	d->process = copy;
	processes_use(g->processes, copy);
	return true;
}

void
engine_packet(struct engine *g, const struct frame *f)
{
	struct packet p;
	struct flow_update *u = &g->last;

	count_frame(g, f);
	if (packet_decode(g->decoder, f, &p) != PACKET_OK) {
		*u = (struct flow_update){ 0 };
		return;
	}
	flow_table_packet(g->flows, &p, u);
	g->traffic.payload_bytes += p.payload_length;
	if (u->flow == NULL)
		return;
	if (f->process != NULL)
		(void)own(g, u->flow, f->process);
	if (p.payload_length == 0)
		return;
	learn(g, u, &p);
	inspect(g, u, &p);
}

const struct flow_update *
engine_last(const struct engine *g)
{
	return &g->last;
}

/* What was counted before and after a restart. */
static void
counters_add(void *into, const void *more, size_t size)
{
	for (size_t at = 0; at + sizeof(uint64_t) <= size; at += sizeof(uint64_t)) {
		uint64_t a = 0, b = 0;

		memcpy(&a, (uint8_t *)into + at, sizeof(a));
		memcpy(&b, (const uint8_t *)more + at, sizeof(b));
		a += b;
		memcpy((uint8_t *)into + at, &a, sizeof(a));
	}
}

const struct traffic *
engine_traffic(struct engine *g)
{
	g->traffic.decoder = *decoder_stats(g->decoder);
	counters_add(&g->traffic.decoder, &g->restored, sizeof(g->restored));
	g->traffic.flows = *flow_table_stats(g->flows);
	return &g->traffic;
}

const struct process *
engine_process(struct engine *g, const struct process *p)
{
	return processes_get(g->processes, p);
}

bool
engine_own(struct engine *g, const struct flow_key *key, const struct process *p)
{
	struct flow *f = flow_table_find(g->flows, key);

	if (f == NULL || !own(g, f, p))
		return false;
	flow_table_touch(g->flows, f);
	return true;
}

size_t
engine_processes(const struct engine *g, const struct process *const **out)
{
	return processes_used(g->processes, out);
}

void
engine_set_locals(struct engine *g, const struct addr_net *locals, size_t count)
{
	g->options.locals = locals;
	g->options.local_count = count;
}

void
engine_set_marks(struct engine *g, const struct marks *marks)
{
	g->options.marks = marks;
}

const struct session *
engine_finish(struct engine *g, uint64_t kernel_drops)
{
	struct session_input input;

	flow_table_finish(g->flows);
	inspector_free(g->inspector); /* its facts are kept; room for the judgement */
	g->inspector = NULL;
	malloc_trim(0);
	input = (struct session_input){
		.flows = g->flows,
		.signatures = g->options.signatures,
		.app = g->options.app,
		.names = g->names,
		.strings = g->strings,
		.locals = g->options.locals,
		.local_count = g->options.local_count,
		.ndpi = flow_ndpi,
		.realm = flow_realm,
		.process = flow_process,
		.locals_why = g->options.locals_why,
		.only_process = g->options.process,
		.kernel_drops = kernel_drops,
		.traffic = *engine_traffic(g),
		.marks = g->options.marks,
		.geo = g->options.geo,
	};
	session_free(g->session);
	g->session = session_new(&input);
	return g->session;
}
