/* SPDX-License-Identifier: Apache-2.0 */
/* Which stream of its flow a payload belongs to. */
#include <stdlib.h>
#include "private.h"

/* Segments of each end that are tried before a TCP flow is taken for something else. */
#define SEGMENTS_TRIED 4
/* Streams that shape alone suggests, kept apart while they wait for a second packet. */
#define STREAMS_UNPROVED 4
/* Fewer packets with an audio level say nothing by it. */
#define LEVELS_FEWEST 3
/* A second RTP packet proves a stream if it is no further ahead than this. */
#define RTP_AHEAD 500

static bool
stream_matches(const struct stream *s, const struct datagram *d)
{
	if (s->dissector != d->dissector || s->message != d->message)
		return false;
	if (d->has_rtp)
		return s->ssrc == d->rtp.ssrc && s->payload_type == d->rtp.payload_type;
	return d->message != MESSAGE_UNKNOWN || s->type == d->type;
}

static void
stream_clear(struct stream *s, struct pulse_pool *pool)
{
	for (unsigned end = 0; end < 2; end++)
		pulses_free(&s->pulses[end], pool);
	free(s->rtp);
}

/* Adds the counters of what turned out to be nothing to the unnamed stream. */
static void
stream_merge(struct stream *into, struct stream *from, struct pulse_pool *pool)
{
	for (unsigned end = 0; end < 2; end++) {
		into->packets[end] += from->packets[end];
		into->payload_bytes[end] += from->payload_bytes[end];
		pulses_merge(&into->pulses[end], &from->pulses[end], pool);
	}
	if (from->first_ns < into->first_ns) {
		into->first_ns = from->first_ns;
		into->first_frame = from->first_frame;
	}
	if (from->last_ns > into->last_ns) {
		into->last_ns = from->last_ns;
		into->last_frame = from->last_frame;
	}
}

static struct stream *
stream_room(struct flow *f)
{
	uint8_t room = f->stream_room + 1; /* few have many, and many flows are kept */
	struct stream *kept = f->streams == &f->only ? NULL : f->streams;
	struct stream *more = room == 1 ? &f->only : realloc(kept, room * sizeof(*more));

	if (more == NULL)
		return NULL;
	if (f->streams == &f->only)
		*more = f->only;
	f->streams = more;
	f->stream_room = room;
	return more;
}

static const struct datagram nothing = { .dissector = DISSECTOR_NONE };

static struct stream *
stream_find(struct flow *f, const struct datagram *d)
{
	for (uint8_t i = 0; i < f->stream_count; i++)
		if (stream_matches(&f->streams[i], d))
			return &f->streams[i];
	return NULL;
}

static struct stream *
stream_new(struct flow *f, const struct datagram *d, const struct packet *p)
{
	struct stream *s = NULL, *rest = NULL;

	/* The last place is the unnamed stream's: nobody's bytes get another's name. */
	if (f->stream_count >= FLOW_STREAMS - 1 && d != &nothing) {
		f->streams_folded++;
		rest = stream_find(f, &nothing);
		return rest != NULL ? rest : stream_new(f, &nothing, p);
	}
	if (f->stream_count == f->stream_room && stream_room(f) == NULL)
		return NULL;
	s = &f->streams[f->stream_count++];
	memset(s, 0, sizeof(*s));
	s->dissector = (uint8_t)d->dissector;
	s->message = (uint8_t)d->message;
	s->type = d->type;
	s->first_ns = s->last_ns = p->time_ns;
	s->first_frame = p->number;
	s->pulses[0].shift = s->pulses[1].shift = PULSE_SHIFT;
	if (d->has_rtp) {
		s->ssrc = d->rtp.ssrc;
		s->payload_type = d->rtp.payload_type;
		s->rtp = calloc(1, sizeof(*s->rtp));
		s->has_rtp = s->rtp != NULL;
	}
	return s;
}

static void
stream_remove(struct flow *f, uint8_t at)
{
	memmove(&f->streams[at], &f->streams[at + 1],
	    (size_t)(f->stream_count - at - 1) * sizeof(f->streams[0]));
	f->stream_count--;
	f->stream_last = 0;
	for (; at < f->stream_count; at++) /* a journal knows them in other places */
		f->streams[at].pulses[0].saved = f->streams[at].pulses[1].saved = 0;
}

/* Folds the unproved RTP streams that waited longest into the unnamed one. */
static void
streams_prune(struct flow *f, const struct packet *p, struct pulse_pool *pool)
{
	unsigned unproved = 0;
	uint8_t idlest = 0;

	for (uint8_t i = 0; i < f->stream_count; i++) {
		if (!f->streams[i].has_rtp || f->streams[i].certain)
			continue;
		if (unproved == 0 || f->streams[i].last_ns < f->streams[idlest].last_ns)
			idlest = i;
		unproved++;
	}
	if (unproved < STREAMS_UNPROVED)
		return;
	struct stream gone = f->streams[idlest];

	stream_remove(f, idlest);
	struct stream *rest = stream_find(f, &nothing);

	if (rest == NULL && (rest = stream_new(f, &nothing, p)) != NULL) {
		rest->first_ns = INT64_MAX;
		rest->last_ns = INT64_MIN;
	}
	if (rest != NULL)
		stream_merge(rest, &gone, pool);
	stream_clear(&gone, pool);
}

static bool
rtp_continues(const struct stream *s, const struct rtp *rtp)
{
	uint16_t ahead = (uint16_t)(rtp->sequence - s->rtp->sequence);

	return s->rtp->packets > 0 && ahead > 0 && ahead <= RTP_AHEAD;
}

/* What a dissector's answer proves, about its stream and about the flow. */
static void
stream_judge(struct flow *f, struct stream *s, const struct datagram *d)
{
	uint32_t bit = UINT32_C(1) << d->dissector;

	if (d->result == DISSECT_YES)
		s->certain = true;
	else if (d->has_rtp)
		s->certain = s->certain || (s->has_rtp && rtp_continues(s, &d->rtp));
	else if (f->maybe & bit)
		s->certain = true;
	f->maybe |= bit;
	if (!s->certain || (f->trusted & bit && f->confirmed == d->dissector))
		return;
	f->trusted |= bit;
	f->confirmed = (uint8_t)d->dissector;
}

static bool
dissect(struct flow *f, unsigned end, const struct packet *p, struct datagram *d)
{
	struct dissect_context context = { p->sport, p->dport, f->confirmed, f->variant };
	enum dissect_result r = DISSECT_NO;

	if (f->opaque)
		return false;
	if (p->proto == 17) {
		r = datagram_dissect(
		    p->payload, p->payload_captured, p->payload_length, &context, d);
	} else if (p->proto == 6 && (f->trusted || f->tried[end] < SEGMENTS_TRIED)) {
		f->tried[end] += f->tried[end] < SEGMENTS_TRIED;
		r = segment_dissect(
		    p->payload, p->payload_captured, p->payload_length, &context, d);
	}
	if (r != DISSECT_MAYBE && r != DISSECT_YES)
		return false;
	if (r == DISSECT_YES || f->confirmed == d->dissector)
		f->variant = d->variant;
	return true;
}

/* A TCP flow's segments that begin within a message belong to the message before. */
static struct stream *
stream_continued(struct flow *f, const struct packet *p)
{
	if (p->proto != 6 || f->trusted == 0 || f->stream_last >= f->stream_count)
		return NULL;
	return &f->streams[f->stream_last];
}

static struct stream *
stream_choose(struct flow *f, unsigned end, const struct packet *p,
    const struct datagram *told, struct pulse_pool *pool)
{
	const struct datagram *d = told ? told : &nothing;
	uint8_t likely = f->stream_of[end];
	struct stream *s = NULL;

	if (told == NULL && (s = stream_continued(f, p)) != NULL)
		return s;
	if (likely < f->stream_count && stream_matches(&f->streams[likely], d))
		return &f->streams[likely];
	s = stream_find(f, d);
	if (s != NULL)
		return s;
	if (d->has_rtp && d->result == DISSECT_MAYBE)
		streams_prune(f, p, pool);
	return stream_new(f, d, p);
}

/*
 * The level is an extension of agreed number: in ciphertext, one packet in a hundred
 * seems to have it (discord_mic). Where nothing proves the packet, most packets must.
 */
static enum sound
stream_sound(const struct stream *s, const struct datagram *d)
{
	const struct rtp_stats *r = s->rtp;

	if (!d->has_rtp || r == NULL || d->rtp.padding_only)
		return SOUND_UNTOLD;
	if (d->result != DISSECT_YES &&
	    (r->levelled < LEVELS_FEWEST || r->levelled * 2 < r->packets))
		return SOUND_UNTOLD;
	return (enum sound)d->rtp.sound;
}

struct stream *
stream_count(struct flow *f, unsigned end, const struct packet *p, uint32_t bytes,
    struct pulse_pool *pool, struct datagram *d, bool *asked)
{
	bool told = dissect(f, end, p, d);
	struct stream *s = stream_choose(f, end, p, told ? d : NULL, pool);
	enum sound sound = SOUND_UNTOLD;

	*asked = told;
	if (s == NULL)
		return NULL;
	if (told && s->dissector == d->dissector) {
		stream_judge(f, s, d);
		s->relayed |= d->relayed;
		if (s->has_rtp && d->has_rtp)
			(void)rtp_stats_add(s->rtp, &d->rtp, p->time_ns);
		sound = stream_sound(s, d);
	} else if (s->dissector == DISSECTOR_NONE && bytes > 0) {
		if (f->shape == NULL)
			f->shape = calloc(1, sizeof(*f->shape));
		if (f->shape != NULL)
			shape_add(f->shape, end, p->time_ns, bytes);
	}
	s->packets[end]++;
	s->payload_bytes[end] += bytes;
	pulses_add(&s->pulses[end], pool, p, bytes, sound);
	if (p->time_ns > s->last_ns)
		s->last_ns = p->time_ns;
	s->last_frame = p->number;
	f->stream_last = f->stream_of[end] = (uint8_t)(s - f->streams);
	return s;
}

/* The flow is over: what was never proved is unnamed. */
void
streams_settle(struct flow *f)
{
	for (uint8_t i = 0; i < f->stream_count; i++) {
		struct stream *s = &f->streams[i];

		if (s->certain || s->dissector == DISSECTOR_NONE)
			continue;
		if (!s->has_rtp && f->trusted & (UINT32_C(1) << s->dissector))
			s->certain = true;
	}
	if (f->shape != NULL)
		shape_end(f->shape);
}

void
streams_free(struct flow *f, struct pulse_pool *pool)
{
	for (uint8_t i = 0; i < f->stream_count; i++)
		stream_clear(&f->streams[i], pool);
	if (f->streams != &f->only)
		free(f->streams);
	free(f->shape);
	f->streams = NULL;
	f->shape = NULL;
	f->stream_count = f->stream_room = 0;
}
