/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's state as records, and back. */
#include <errno.h>
#include <stdlib.h>
#include "private.h"

/* One call of engine_save(). */
struct saving {
	struct engine *engine;
	engine_writer *write;
	void *context;
	struct strings *peeked; /* texts of flows that nDPI is not done with */
	size_t flows;
};

static const struct codec_field detail_fields[] = {
	CODEC_FIELD(struct flow_detail, inspected, 1),
	CODEC_FIELD(struct flow_detail, realm_tries, CODEC_ANY),
	CODEC_FIELD(struct flow_detail, hello.shown, CODEC_ANY),
	CODEC_FIELD(struct flow_detail, hello.over, 1),
	CODEC_FIELD(struct flow_detail, hello.found, 1),
	CODEC_FIELD(struct flow_detail, facts.tls_version, CODEC_ANY),
	CODEC_FIELD(struct flow_detail, facts.dissector, DISSECTORS - 1),
};

static void
detail_record(struct engine *g, struct flow_detail *d, struct codec *r)
{
	const char **const texts[] = { &d->realm, &d->hello.host, &d->hello.alpn,
		&d->facts.protocol, &d->facts.category, &d->facts.confidence,
		&d->facts.host, &d->facts.alpn, &d->facts.ja3, &d->facts.certificate,
		&d->facts.url, &d->facts.agent, &d->facts.content_type };

	codec_fields(r, detail_fields, COUNT_OF(detail_fields), d);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		codec_text(r, g->strings, texts[i]);
	process_name_record(g->processes, &d->process, r);
}

/* A flow that nDPI is not done with is told as if it ended now. */
static int
detail_write(struct saving *s, const struct flow_detail *detail, struct codec *r)
{
	struct engine *g = s->engine;
	struct flow_detail d;
	bool any = detail != NULL;

	codec_flag(r, &any);
	if (!any)
		return 0;
	d = *detail;
	if (d.inspection != NULL) {
		if (s->peeked == NULL && (s->peeked = strings_new()) == NULL)
			return -1;
		inspection_peek(g->inspector, d.inspection, s->peeked, &d.facts);
		d.inspected = true;
	}
	detail_record(g, &d, r);
	return 0;
}

static int
record_write(const struct codec *r, void *context)
{
	struct saving *s = context;

	if (!codec_is_whole(r)) {
		errno = ENOMEM;
		return -1;
	}
	return s->write(s->context, r->out, r->length);
}

static int
flows_save(struct saving *s, enum flow_pick pick)
{
	struct engine *g = s->engine;
	struct codec *r = &g->codec;
	struct flow *f = NULL;
	size_t at = 0;

	while ((f = flow_table_pick(g->flows, pick, &at)) != NULL) {
		int rc = 0;

		codec_start(r, RECORD_FLOW);
		rc = detail_write(s, f->detail, r);
		flow_table_write(g->flows, f, pick == FLOWS_ALL, r);
		if (rc == 0)
			rc = record_write(r, s);
		if (rc != 0)
			return rc;
		if (pick != FLOWS_ALL)
			flow_table_saved(g->flows, f);
		s->flows++;
	}
	if (pick != FLOWS_ALL)
		flow_table_picked(g->flows, pick);
	return 0;
}

static int
stats_save(struct saving *s)
{
	struct flow_stats stats = *flow_table_stats(s->engine->flows);
	struct codec *r = &s->engine->codec;

	codec_start(r, RECORD_STATS);
	flow_stats_record(&stats, r);
	return record_write(r, s);
}

static const struct codec_field traffic_fields[] = {
	CODEC_FIELD(struct traffic, frames, CODEC_ANY),
	CODEC_FIELD(struct traffic, frame_bytes, CODEC_ANY),
	CODEC_FIELD(struct traffic, snapped, CODEC_ANY),
	CODEC_FIELD(struct traffic, payload_bytes, CODEC_ANY),
	CODEC_FIELD(struct traffic, first_ns, CODEC_TIME),
	CODEC_FIELD(struct traffic, last_ns, CODEC_TIME),
	CODEC_ARRAY(struct traffic, decoder.results, CODEC_ANY),
	CODEC_FIELD(struct traffic, decoder.fragments, CODEC_ANY),
	CODEC_FIELD(struct traffic, decoder.reassembled, CODEC_ANY),
	CODEC_FIELD(struct traffic, decoder.fragments_dropped, CODEC_ANY),
	CODEC_ARRAY(struct traffic, decoder.tunnelled, CODEC_ANY),
	CODEC_ARRAY(struct traffic, decoder.bytes, CODEC_ANY),
};

static int
totals_save(struct saving *s)
{
	struct engine *g = s->engine;
	struct traffic traffic = *engine_traffic(g);
	struct codec *r = &g->codec;

	codec_start(r, RECORD_TOTALS);
	codec_fields(r, traffic_fields, COUNT_OF(traffic_fields), &traffic);
	names_record(g->names, strings_refused(g->strings), r);
	return record_write(r, s);
}

/* Sums last: what is added up in them is told by then. */
static int
parts_save(struct saving *s, enum engine_save what)
{
	static const enum flow_pick picks[] = { [SAVE_OVER] = FLOWS_OVER,
		[SAVE_CHANGED] = FLOWS_CHANGED,
		[SAVE_ALL] = FLOWS_ALL };
	struct engine *g = s->engine;
	bool all = what == SAVE_ALL;
	int rc = processes_save(g->processes, all, &g->codec, record_write, s);

	if (rc == 0)
		rc = names_save(g->names, all, &g->codec, record_write, s);
	if (rc == 0)
		rc = flows_save(s, picks[what]);
	if (rc == 0)
		rc = stats_save(s);
	if (rc == 0 && what != SAVE_OVER)
		rc = totals_save(s);
	return rc;
}

int
engine_save(struct engine *g, enum engine_save what, engine_writer *write, void *context)
{
	struct saving s = { .engine = g, .write = write, .context = context };
	int rc = 0;

	if (what == SAVE_OVER && !flow_table_has_over(g->flows))
		return 0;
	rc = parts_save(&s, what);
	strings_free(s.peeked);
	return rc;
}

/* Sums of what was read since the totals, for records that came after them. */
static void
traffic_add(struct traffic *t, const struct flow *f, const struct flow_side *before)
{
	for (unsigned end = 0; end < 2; end++) {
		t->frames += f->side[end].packets;
		t->frame_bytes += f->side[end].bytes;
		t->payload_bytes +=
		    f->side[end].payload_bytes + f->side[end].retransmitted_bytes;
	}
	if (t->last_ns == 0 || f->first_ns < t->first_ns)
		t->first_ns = f->first_ns;
	if (f->last_ns > t->last_ns)
		t->last_ns = f->last_ns;
	t->frames -= before->packets;
	t->frame_bytes -= before->bytes;
	t->payload_bytes -= before->payload_bytes + before->retransmitted_bytes;
}

static bool
flow_restore(struct engine *g, struct codec *r)
{
	struct flow_detail *d = NULL;
	struct flow_side before;
	struct flow *f = NULL;
	bool any = false;

	codec_flag(r, &any);
	if (any) {
		d = calloc(1, sizeof(*d));
		if (d == NULL)
			return false;
		detail_record(g, d, r);
		d->hello.over = true; /* what waited of it is not told */
	}
	if (!r->failed)
		f = flow_table_restore(g->flows, r, d, &before);
	if (f == NULL) {
		free(d);
		return false;
	}
	traffic_add(&g->traffic, f, &before);
	return true;
}

static bool
stats_restore(struct engine *g, struct codec *r)
{
	const struct flow_stats *before = flow_table_stats(g->flows);
	struct flow_stats stats = { 0 };

	flow_stats_record(&stats, r);
	if (!codec_is_whole(r))
		return false;
	g->traffic.frames += stats.folded_packets - before->folded_packets;
	g->traffic.payload_bytes +=
	    stats.folded_payload_bytes - before->folded_payload_bytes;
	flow_table_set_stats(g->flows, &stats);
	return true;
}

static bool
totals_restore(struct engine *g, struct codec *r)
{
	struct traffic traffic = { 0 };

	codec_fields(r, traffic_fields, COUNT_OF(traffic_fields), &traffic);
	if (r->failed)
		return false;
	names_record(g->names, 0, r);
	if (!codec_is_whole(r))
		return false;
	g->restored = traffic.decoder;
	g->traffic = traffic;
	return true;
}

static bool
name_restore(struct engine *g, struct codec *r)
{
	return names_restore(g->names, r);
}

static bool
process_restore(struct engine *g, struct codec *r)
{
	return processes_restore(g->processes, r);
}

static bool (*const restores[RECORD_TYPES])(struct engine *g, struct codec *r) = {
	[RECORD_PROCESS] = process_restore,
	[RECORD_NAME] = name_restore,
	[RECORD_FLOW] = flow_restore,
	[RECORD_STATS] = stats_restore,
	[RECORD_TOTALS] = totals_restore,
};

int
engine_restore(struct engine *g, const void *record, size_t length)
{
	struct codec r;
	enum record_type type = codec_open(&r, record, length);

	return restores[type] != NULL && restores[type](g, &r) ? 0 : -1;
}
