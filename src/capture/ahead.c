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

struct batch {
	struct frame frames[BATCH_FRAMES];
	size_t count;
	uint8_t *bytes;
	size_t room, used;
	uint64_t consumed; /* of all files when it was filled */
};

struct ahead {
	struct capture *capture;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned written, read; /* batches so far */
	bool ended, stopped;
	/* the reader's alone */
	struct frame pending; /* did not fit into the batch before */
	bool has_pending;
	/* the caller's alone */
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
	bool more = true;

	while (more) {
		struct batch *b = NULL;

		pthread_mutex_lock(&a->lock);
		while (a->written - a->read == BATCHES && !a->stopped)
			pthread_cond_wait(&a->changed, &a->lock);
		if (!a->stopped)
			b = &a->batches[a->written % BATCHES];
		pthread_mutex_unlock(&a->lock);
		more = b != NULL && batch_fill(a, b);
		pthread_mutex_lock(&a->lock);
		a->written += b != NULL;
		a->ended = !more;
		pthread_cond_broadcast(&a->changed);
		pthread_mutex_unlock(&a->lock);
	}
	return NULL;
}

static void
ahead_free(struct ahead *a)
{
	for (size_t i = 0; i < BATCHES; i++)
		free(a->batches[i].bytes);
	pthread_cond_destroy(&a->changed);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

struct ahead *
ahead_start(struct capture *c)
{
	struct ahead *a = calloc(1, sizeof(*a));
	bool ready = a != NULL;

	if (a == NULL)
		return NULL;
	a->capture = c;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->changed, NULL);
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

/* Gives the batch that was used up back and waits for the next; NULL at the end. */
static const struct batch *
ahead_turn(struct ahead *a, bool used_up)
{
	const struct batch *b = NULL;

	pthread_mutex_lock(&a->lock);
	if (used_up) {
		a->read++;
		a->at = 0;
		pthread_cond_broadcast(&a->changed);
	}
	while (a->written == a->read && !a->ended)
		pthread_cond_wait(&a->changed, &a->lock);
	if (a->written != a->read)
		b = &a->batches[a->read % BATCHES];
	pthread_mutex_unlock(&a->lock);
	return b;
}

int
ahead_next(struct ahead *a, struct frame *out)
{
	const struct batch *b = &a->batches[a->read % BATCHES];

	if (a->at == 0 || a->at >= b->count) {
		b = ahead_turn(a, a->at > 0);
		if (b == NULL || b->count == 0)
			return 0;
	}
	*out = b->frames[a->at++];
	return 1;
}

uint64_t
ahead_consumed(const struct ahead *a)
{
	return a->at > 0 ? a->batches[a->read % BATCHES].consumed : 0;
}

void
ahead_stop(struct ahead *a)
{
	if (a == NULL)
		return;
	pthread_mutex_lock(&a->lock);
	a->stopped = true;
	pthread_cond_broadcast(&a->changed);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	ahead_free(a);
}
