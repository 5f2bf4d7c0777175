/* SPDX-License-Identifier: Apache-2.0 */
/* Hashing costs as much as reading: it has a thread, and the page cache feeds both. */
#include "private.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#define CHUNK (256u << 10)

struct digest {
	pthread_t thread;
	struct input *inputs;
	size_t count;
	atomic_bool stop;
	char (*sha256)[SHA256_TEXT_SIZE]; /* by input; the thread's until it is joined */
	uint8_t chunk[CHUNK];
};

static void
digest_file(struct digest *d, const struct source *source, char *text)
{
	struct sha256 *sha = sha256_new();
	uint64_t done = 0;

	if (sha == NULL)
		return;
	while (done < source->size &&
	       !atomic_load_explicit(&d->stop, memory_order_relaxed)) {
		uint64_t left = source->size - done;
		ssize_t got = pread(source->fd, d->chunk,
		    left < CHUNK ? (size_t)left : CHUNK, (off_t)done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		sha256_add(sha, d->chunk, (size_t)got);
		done += (uint64_t)got;
	}
	sha256_end(sha, text);
	if (done < source->size) /* not the file that was read */
		text[0] = '\0';
}

static void *
digest_run(void *argument)
{
	struct digest *d = argument;

	for (size_t i = 0; i < d->count; i++) {
		if (d->inputs[i].source.regular)
			digest_file(d, &d->inputs[i].source, d->sha256[i]);
	}
	return NULL;
}

static void
digest_free(struct digest *d)
{
	free(d->sha256);
	free(d);
}

struct digest *
digest_start(struct input *inputs, size_t count)
{
	struct digest *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->inputs = inputs;
	d->count = count;
	atomic_init(&d->stop, false);
	d->sha256 = calloc(count, sizeof(*d->sha256));
	if (d->sha256 == NULL || pthread_create(&d->thread, NULL, digest_run, d) != 0) {
		digest_free(d);
		return NULL;
	}
	return d;
}

void
digest_join(struct digest *d)
{
	if (d == NULL)
		return;
	pthread_join(d->thread, NULL);
	for (size_t i = 0; i < d->count; i++) {
		if (d->inputs[i].source.regular)
			memcpy(d->inputs[i].file.sha256, d->sha256[i], SHA256_TEXT_SIZE);
	}
	digest_free(d);
}

void
digest_cancel(struct digest *d)
{
	if (d == NULL)
		return;
	atomic_store_explicit(&d->stop, true, memory_order_relaxed);
	pthread_join(d->thread, NULL);
	digest_free(d);
}
