/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdlib.h>
#include "inspect.h"

#define BATCHES 4
#define BATCH_JOBS 256
#define BATCH_BYTES (192u << 10)
/* What nDPI is shown of a packet at most: hellos are shorter. */
#define PACKET_BYTES 8192u

struct job {
	struct inspected *flow;
	int64_t time_ns;
	uint32_t at,
	    length; /* of the IP packet, in the batch's bytes; 0: the flow's end */
	uint8_t proto;
};

struct batch {
	struct job jobs[BATCH_JOBS];
	size_t count, used;
	uint8_t bytes[BATCH_BYTES];
};

struct inspect {
	struct inspector *inspector;
	struct strings *strings;
	struct handoff *handoff;
	pthread_t thread;
	bool running;
	struct batch *open; /* being filled */
	struct batch batches[BATCHES];
};

static void
flow_end(struct inspect *s, struct inspected *d)
{
	if (d->over)
		return;
	if (d->inspection != NULL)
		inspection_end(s->inspector, d->inspection, &d->facts);
	d->inspection = NULL;
	d->over = true;
	atomic_store_explicit(&d->settled, true, memory_order_release);
}

static void
job_do(struct inspect *s, const struct batch *b, const struct job *job)
{
	struct inspected *d = job->flow;
	struct packet p = { .time_ns = job->time_ns,
		.proto = job->proto,
		.ip = b->bytes + job->at,
		.ip_captured = job->length };

	if (job->length == 0) {
		flow_end(s, d);
		atomic_store_explicit(&d->done, true, memory_order_release);
		return; /* the caller may free it now */
	}
	if (d->over)
		return;
	if (d->inspection == NULL)
		d->inspection = inspection_new(s->inspector);
	if (d->inspection == NULL || inspection_packet(s->inspector, d->inspection, &p))
		flow_end(s, d);
}

static void *
inspect_run(void *argument)
{
	struct inspect *s = argument;
	int slot = 0;

	pthread_setname_np(pthread_self(), "inspect");
	while ((slot = handoff_empty(s->handoff)) >= 0) {
		const struct batch *b = &s->batches[slot];

		for (size_t i = 0; i < b->count; i++)
			job_do(s, b, &b->jobs[i]);
		handoff_emptied(s->handoff);
	}
	return NULL;
}

struct inspect *
inspect_new(struct error *e)
{
	struct inspect *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->strings = strings_new();
	s->handoff = handoff_new(BATCHES);
	if (s->strings == NULL || s->handoff == NULL)
		goto fail;
	s->inspector = inspector_new(s->strings, e);
	if (s->inspector == NULL)
		goto fail;
	s->running = pthread_create(&s->thread, NULL, inspect_run, s) == 0;
	if (s->running)
		return s;
	error_add(e, "nDPI", 0, 0, "no thread to be had for it");
fail:
	inspect_free(s);
	return NULL;
}

static void
batch_post(struct inspect *s)
{
	if (s->open == NULL)
		return;
	s->open = NULL;
	handoff_filled(s->handoff);
}

static void
job_post(struct inspect *s, const struct job *job, const uint8_t *bytes)
{
	struct batch *b = s->open;

	if (b != NULL &&
	    (b->count == BATCH_JOBS || job->length > BATCH_BYTES - b->used)) {
		batch_post(s);
		b = NULL;
	}
	if (b == NULL) {
		b = s->open = &s->batches[handoff_fill(s->handoff)];
		b->count = b->used = 0;
	}
	b->jobs[b->count] = *job;
	b->jobs[b->count++].at = (uint32_t)b->used;
	if (job->length > 0)
		memcpy(b->bytes + b->used, bytes, job->length);
	b->used += job->length;
}

void
inspect_packet(struct inspect *s, struct inspected *d, const struct packet *p)
{
	struct job job = { .flow = d,
		.time_ns = p->time_ns,
		.length = p->ip_captured < PACKET_BYTES ? p->ip_captured : PACKET_BYTES,
		.proto = p->proto };

	if (job.length == 0)
		return;
	d->begun = true;
	job_post(s, &job, p->ip);
}

void
inspect_end(struct inspect *s, struct inspected *d)
{
	struct job job = { .flow = d };

	if (!d->begun || d->ended)
		return;
	d->ended = true;
	job_post(s, &job, NULL);
}

void
inspect_drain(struct inspect *s)
{
	batch_post(s);
	handoff_drain(s->handoff);
}

void
inspect_free(struct inspect *s)
{
	if (s == NULL)
		return;
	if (s->running) {
		batch_post(s);
		handoff_close(s->handoff);
		pthread_join(s->thread, NULL);
	}
	inspector_free(s->inspector);
	handoff_free(s->handoff);
	strings_free(s->strings);
	free(s);
}
