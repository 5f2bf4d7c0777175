/* SPDX-License-Identifier: Apache-2.0 */
/* Slots passed round between two threads: one fills, the other empties, in order. */
#include <pthread.h>
#include <stdlib.h>
#include <callwitness/base.h>

struct handoff {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned slots, filled, emptied; /* counted from the start */
	bool closed, stopped;
};

struct handoff *
handoff_new(unsigned slots)
{
	struct handoff *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->changed, NULL);
	h->slots = slots;
	return h;
}

void
handoff_free(struct handoff *h)
{
	if (h == NULL)
		return;
	pthread_cond_destroy(&h->changed);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

int
handoff_fill(struct handoff *h)
{
	int slot = -1;

	pthread_mutex_lock(&h->lock);
	while (h->filled - h->emptied == h->slots && !h->stopped)
		pthread_cond_wait(&h->changed, &h->lock);
	if (!h->stopped)
		slot = (int)(h->filled % h->slots);
	pthread_mutex_unlock(&h->lock);
	return slot;
}

int
handoff_empty(struct handoff *h)
{
	int slot = -1;

	pthread_mutex_lock(&h->lock);
	while (h->filled == h->emptied && !h->closed)
		pthread_cond_wait(&h->changed, &h->lock);
	if (h->filled != h->emptied)
		slot = (int)(h->emptied % h->slots);
	pthread_mutex_unlock(&h->lock);
	return slot;
}

/* One of the two counters, or a flag, has changed. */
static void
change(struct handoff *h, unsigned filled, unsigned emptied, bool closed, bool stopped)
{
	pthread_mutex_lock(&h->lock);
	h->filled += filled;
	h->emptied += emptied;
	h->closed |= closed;
	h->stopped |= stopped;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
}

void
handoff_filled(struct handoff *h)
{
	change(h, 1, 0, false, false);
}

void
handoff_emptied(struct handoff *h)
{
	change(h, 0, 1, false, false);
}

void
handoff_close(struct handoff *h)
{
	change(h, 0, 0, true, false);
}

void
handoff_stop(struct handoff *h)
{
	change(h, 0, 0, false, true);
}

void
handoff_drain(struct handoff *h)
{
	pthread_mutex_lock(&h->lock);
	while (h->filled != h->emptied)
		pthread_cond_wait(&h->changed, &h->lock);
	pthread_mutex_unlock(&h->lock);
}
