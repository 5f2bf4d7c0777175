/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a capture must be so that absence means something. Limits are of what a good
 * recording has anyway; whatever lies above them may hide what a claim speaks of.
 */
#include <inttypes.h>
#include "judge.h"

#define DROPS_MOST 0.1   /* % of frames */
#define GAPS_MOST 0.1    /* % of TCP payload */
#define SNAPPED_MOST 1.0 /* % of frames */
#define MID_FLOW_MOST 5.0
#define ONE_SIDED_MOST 1.0 /* % of flows */
/* One flow of so many may be the tail of a connection from before the capture. */
#define ONE_SIDED_SPARED 20
#define UNKNOWN_MOST 5.0
#define RUNNING_NS INT64_C(1000000000)
#define ENDING_NS INT64_C(1000000000)
/* Servers of media; a call has few, and of the others it is not asked. */
#define MEDIA_SERVERS 32
/* Datagrams may go unanswered; so many that do are half of a conversation. */
#define ONE_SIDED_DATAGRAMS 100

/* Sums that the gates need, of the machine's own flows. */
struct census {
	const struct session *session;
	bool damaged;
	uint64_t up;       /* bytes of all that is not another program's */
	uint64_t mid_flow; /* of these, in TCP flows without a start */
	uint64_t unknown;  /* of these, that nothing explains */
	uint64_t tcp, missing;
	uint64_t flows, one_sided, running, ending, media;
	struct addr servers[MEDIA_SERVERS]; /* ends of the media streams */
	size_t server_count;
	bool elsewhere; /* there are connections to others too */
};

static double
percent(uint64_t part, uint64_t whole)
{
	return whole ? 100 * (double)part / (double)whole : 0;
}

static bool
is_unknown(const struct judged_flow *j, const struct finding *f)
{
	return f->verdict.category == CATEGORY_UNKNOWN ||
	       (f->verdict.rule == NULL && j->identity.host == NULL);
}

static bool
is_medium(const struct finding *f)
{
	static const bool media[KINDS] = {
		[KIND_AUDIO] = true,
		[KIND_VIDEO] = true,
		[KIND_SCREEN] = true,
		[KIND_MEDIA] = true,
	};

	return f->verdict.category == CATEGORY_CONTENT && media[f->verdict.kind];
}

static const struct addr *
remote_of(const struct judged_flow *j)
{
	return &j->flow->key.end[!j->local].addr;
}

static bool
is_media_server(const struct census *n, const struct addr *a)
{
	for (size_t i = 0; i < n->server_count; i++)
		if (addr_equal(&n->servers[i], a))
			return true;
	return false;
}

static void
count_medium(struct census *n, const struct judged_flow *j)
{
	n->media++;
	if (n->server_count < MEDIA_SERVERS && !is_media_server(n, remote_of(j)))
		n->servers[n->server_count++] = *remote_of(j);
}

/* What an app has closed has come to its end, however late. */
static bool
goes_on(const struct judged_flow *j, const struct finding *f)
{
	return j->flow->closed == FLOW_ACTIVE && (j->app != NULL || is_medium(f));
}

static void
count_finding(struct census *n, const struct judged_flow *j, const struct finding *f)
{
	const struct traffic *t = &n->session->input.traffic;
	int64_t begun_ns = f->stream->first_ns - t->first_ns;
	int64_t rest_ns = t->last_ns - f->stream->last_ns;

	if (f->verdict.category == CATEGORY_OTHER)
		return;
	n->up += f->up_bytes;
	if (j->flow->key.proto == 6 && j->flow->mid_flow)
		n->mid_flow += f->up_bytes;
	if (is_unknown(j, f))
		n->unknown += f->up_bytes;
	n->running += is_medium(f) && begun_ns < RUNNING_NS;
	n->ending += goes_on(j, f) && rest_ns < ENDING_NS;
	if (is_medium(f))
		count_medium(n, j);
}

static void
count_sides(struct census *n, const struct flow *f)
{
	const struct flow_side *a = &f->side[0], *b = &f->side[1];
	uint64_t payload = a->payload_bytes + b->payload_bytes;
	bool tcp = f->key.proto == 6;

	if (tcp) {
		n->tcp += payload;
		n->missing += a->missing_bytes + b->missing_bytes;
	}
	if (payload == 0 || (!tcp && a->packets + b->packets < ONE_SIDED_DATAGRAMS))
		return;
	n->flows++;
	n->one_sided += a->packets == 0 || b->packets == 0;
}

/* Data travels over TCP or QUIC, beside media or to the very servers of media. */
static void
count_elsewhere(struct census *n, const struct judged_flow *j)
{
	bool quic = j->ndpi != NULL && j->ndpi->dissector == DISSECTOR_QUIC;

	if ((j->flow->key.proto == 6 || quic) && !is_media_server(n, remote_of(j)))
		n->elsewhere = true;
}

static void
census_take(struct census *n, const struct session *s, bool damaged)
{
	*n = (struct census){ .session = s, .damaged = damaged };
	for (size_t i = 0; i < s->flow_count; i++) {
		const struct judged_flow *j = &s->flows[i];

		if (j->foreign)
			continue;
		count_sides(n, j->flow);
		for (size_t k = 0; k < j->finding_count; k++)
			count_finding(n, j, &j->findings[k]);
	}
	for (size_t i = 0; i < s->flow_count && !n->elsewhere; i++)
		if (!s->flows[i].foreign)
			count_elsewhere(n, &s->flows[i]);
}

static double
measure_drops(const struct census *n)
{
	uint64_t drops = n->session->coverage.kernel_drops;

	return percent(drops, drops + n->session->input.traffic.frames);
}

static double
measure_gaps(const struct census *n)
{
	return percent(n->missing, n->missing + n->tcp);
}

static double
measure_snapped(const struct census *n)
{
	return percent(
	    n->session->input.traffic.snapped, n->session->input.traffic.frames);
}

static double
measure_mid_flow(const struct census *n)
{
	return percent(n->mid_flow, n->up);
}

static double
measure_running(const struct census *n)
{
	return (double)n->running;
}

static double
measure_ending(const struct census *n)
{
	return (double)n->ending;
}

static double
measure_partial(const struct census *n)
{
	return n->elsewhere ? 0 : (double)n->media;
}

static double
measure_one_sided(const struct census *n)
{
	return percent(n->one_sided, n->flows);
}

static bool
one_sided_is_alone(const struct census *n)
{
	return n->one_sided == 1 && n->flows >= ONE_SIDED_SPARED;
}

static double
measure_unknown(const struct census *n)
{
	return percent(n->unknown, n->up);
}

/* Everything that was captured and is in no flow of the report. */
static double
measure_damaged(const struct census *n)
{
	const struct traffic *t = &n->session->input.traffic;
	const struct coverage *c = &n->session->coverage;
	uint64_t lost = t->decoder.results[PACKET_LINK_UNKNOWN] +
			t->decoder.results[PACKET_SHORT] +
			t->decoder.results[PACKET_MALFORMED] +
			t->decoder.fragments_dropped + c->folded_flows + c->evicted_flows;

	return (double)(lost + n->damaged + !c->conserved);
}

/* Programs are known live only, and in files that were kept then. */
static double
measure_process(const struct census *n)
{
	return n->session->input.only_process != NULL && !n->session->process_seen;
}

static const struct gate_kind {
	const char *name, *limit;
	double most;
	double (*measure)(const struct census *n);
	const char *unit;                          /* behind the number, as a clause */
	bool whole;                                /* a count */
	bool (*is_spared)(const struct census *n); /* or NULL */
} kinds[GATES] = {
	[GATE_DROPS] = { "drops", "at most 0.1 % of frames", DROPS_MOST, measure_drops,
	    "% of frames were lost by the recorder", false, NULL },
	[GATE_GAPS] = { "gaps", "at most 0.1 % of TCP payload", GAPS_MOST, measure_gaps,
	    "% of TCP payload was sent but not captured", false, NULL },
	[GATE_SNAPPED] = { "snapped", "at most 1 % of frames", SNAPPED_MOST,
	    measure_snapped, "% of frames were cut short", false, NULL },
	[GATE_MID_FLOW] = { "mid_flow", "at most 5 % of up-bytes", MID_FLOW_MOST,
	    measure_mid_flow,
	    "% of the bytes sent are of connections that began before the capture", false,
	    NULL },
	[GATE_RUNNING] = { "running", "no media stream within the first second", 0,
	    measure_running, "media streams that ran when the capture began", true,
	    NULL },
	[GATE_ENDING] = { "ending",
	    "no media and no open connection of an app within the last second", 0,
	    measure_ending, "streams that went on when the capture ended", true, NULL },
	[GATE_PARTIAL] = { "partial", "no media without connections to other servers", 0,
	    measure_partial,
	    "media streams without a connection to any other server, as if filtered",
	    true, NULL },
	[GATE_ONE_SIDED] = { "one_sided", "at most 1 % of flows, or 1 of 20",
	    ONE_SIDED_MOST, measure_one_sided,
	    "% of flows were captured in one direction only", false, one_sided_is_alone },
	[GATE_UNKNOWN] = { "unknown", "at most 5 % of up-bytes", UNKNOWN_MOST,
	    measure_unknown, "% of the bytes sent are not explained by anything", false,
	    NULL },
	[GATE_DAMAGED] = { "damaged", "no packet or flow that could not be kept or read",
	    0, measure_damaged,
	    "packets, flows or files that could not be kept or read to the end", true,
	    NULL },
	[GATE_PROCESS] = { "process", "some flow of the program asked for", 0,
	    measure_process, "programs asked for of which no flow is known", true, NULL },
};

static void
gate_why(struct gate *g, const struct gate_kind *k)
{
	if (k->whole)
		snprintf(g->why, sizeof(g->why), "%s: %.0f", k->unit, g->value);
	else
		snprintf(g->why, sizeof(g->why), "%.2f %s", g->value, k->unit);
}

void
gates_measure(const struct session *s, bool damaged, struct gate gates[GATES])
{
	struct census n;

	census_take(&n, s, damaged);
	for (unsigned i = 0; i < GATES; i++) {
		const struct gate_kind *k = &kinds[i];
		struct gate *g = &gates[i];

		*g = (struct gate){ .name = k->name, .limit = k->limit };
		g->value = k->measure(&n);
		g->closed =
		    g->value > k->most && (k->is_spared == NULL || !k->is_spared(&n));
		if (g->closed)
			gate_why(g, k);
	}
}

bool
gates_are_open(const struct gate gates[GATES])
{
	for (unsigned i = 0; i < GATES; i++)
		if (gates[i].closed)
			return false;
	return true;
}
