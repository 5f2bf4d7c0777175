/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading ahead: a second thread reads frames into batches while the caller judges those
 * of the batch before. Frames come out in the same order, so the answer is the same.
 */
#include <pthread.h>
#include <stdlib.h>
#include "private.h"

#define BATCHES 4
#define BATCH_FRAMES 1024
#define BATCH_BYTES (512u << 10)
#define CACHE_LINE 64

struct batch {
	struct frame frames[BATCH_FRAMES];
	size_t count;
	uint8_t *bytes;
	size_t room, used;
	uint64_t consumed; /* of all files when it was filled */
};

struct ahead {
	struct capture *capture;
	struct handoff *handoff;
	pthread_t thread;
	/* the reader's alone */
	struct frame pending; /* did not fit into the batch before */
	bool has_pending;
	/* the caller's alone */
	struct batch *current;
	size_t at;
	struct batch batches[BATCHES];
};

/* False when the frame has to wait for the next batch. */
static bool
batch_add(struct batch *b, const struct frame *f)
{
	if (b->count == BATCH_FRAMES || (b->count > 0 && f->captured > b->room - b->used))
		return false;
	if (f->captured > b->room) {
		uint8_t *more = realloc(b->bytes, f->captured);

		if (more == NULL)
			return false;
		b->bytes = more;
		b->room = f->captured;
	}
	b->frames[b->count] = *f;
	b->frames[b->count++].data = b->bytes + b->used;
	if (f->captured > 0)
		memcpy(b->bytes + b->used, f->data, f->captured);
	b->used += f->captured;
	return true;
}

/* False at the end of the capture. */
static bool
batch_fill(struct ahead *a, struct batch *b)
{
	b->count = b->used = 0;
	while (a->has_pending || capture_pull(a->capture, &a->pending)) {
		a->has_pending = !batch_add(b, &a->pending);
		if (a->has_pending)
			break;
	}
	b->consumed = capture_consumed(a->capture);
	return a->has_pending;
}

static void *
ahead_run(void *argument)
{
	struct ahead *a = argument;
	int slot = 0;

	pthread_setname_np(pthread_self(), "read-ahead");
	while ((slot = handoff_fill(a->handoff)) >= 0) {
		bool more = batch_fill(a, &a->batches[slot]);

		handoff_filled(a->handoff);
		if (!more)
			break;
	}
	handoff_close(a->handoff);
	return NULL;
}

static void
ahead_free(struct ahead *a)
{
	for (size_t i = 0; i < BATCHES; i++)
		free(a->batches[i].bytes);
	handoff_free(a->handoff);
	free(a);
}

struct ahead *
ahead_start(struct capture *c)
{
	struct ahead *a = calloc(1, sizeof(*a));
	bool ready = false;

	if (a == NULL)
		return NULL;
	a->capture = c;
	a->handoff = handoff_new(BATCHES);
	ready = a->handoff != NULL;
	for (size_t i = 0; i < BATCHES; i++) {
		a->batches[i].bytes = malloc(BATCH_BYTES);
		a->batches[i].room = BATCH_BYTES;
		ready = ready && a->batches[i].bytes != NULL;
	}
	if (ready && pthread_create(&a->thread, NULL, ahead_run, a) == 0)
		return a;
	ahead_free(a);
	return NULL;
}

/* Gives the batch that was used up back and takes the next; false at the end. */
static bool
ahead_turn(struct ahead *a)
{
	int slot = 0;

	if (a->current != NULL)
		handoff_emptied(a->handoff);
	slot = handoff_empty(a->handoff);
	a->current = slot >= 0 ? &a->batches[slot] : NULL;
	a->at = 0;
	return a->current != NULL && a->current->count > 0;
}

int
ahead_next(struct ahead *a, struct frame *out)
{
	if ((a->current == NULL || a->at == a->current->count) && !ahead_turn(a))
		return 0;
	*out = a->current->frames[a->at++];
	if (a->at < a->current->count) { /* another core wrote it: fetch it meanwhile */
		const uint8_t *next = a->current->frames[a->at].data;

		__builtin_prefetch(next);
		__builtin_prefetch(next + CACHE_LINE);
	}
	return 1;
}

uint64_t
ahead_consumed(const struct ahead *a)
{
	return a->current != NULL ? a->current->consumed : 0;
}

void
ahead_stop(struct ahead *a)
{
	if (a == NULL)
		return;
	handoff_stop(a->handoff);
	pthread_join(a->thread, NULL);
	ahead_free(a);
}
