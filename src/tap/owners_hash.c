/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 of executables, each once, a piece at a time: an executable of hundreds of
 * megabytes must not keep the answers about others waiting.
 */
#include <stdlib.h>
#include <unistd.h>

#include "owners.h"

#define FILES 512
#define AT_ONCE 16
#define PIECE (1u << 18)

struct file_hash {
	struct program_file file;
	enum hash_state state;
	int fd; /* while state is HASH_LATER */
	uint64_t done;
	struct sha256 *sum;
	char text[SHA256_TEXT_SIZE];
};

struct hashes {
	struct file_hash files[FILES];
	size_t count, oldest, busy, turn;
	uint64_t bytes;
	uint8_t piece[PIECE];
};

struct hashes *
hashes_new(void)
{
	return calloc(1, sizeof(struct hashes));
}

static void
stop(struct hashes *h, struct file_hash *f, enum hash_state state)
{
	char ignored[SHA256_TEXT_SIZE];

	sha256_end(f->sum, state == HASH_KNOWN ? f->text : ignored);
	f->sum = NULL;
	close(f->fd);
	f->state = state;
	h->busy--;
}

void
hashes_free(struct hashes *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < h->count; i++) {
		if (h->files[i].state == HASH_LATER)
			stop(h, &h->files[i], HASH_NONE);
	}
	free(h);
}

bool
hashes_busy(const struct hashes *h)
{
	return h->busy > 0;
}

uint64_t
hashes_bytes(const struct hashes *h)
{
	return h->bytes;
}

static struct file_hash *
find(struct hashes *h, const struct program_file *file)
{
	for (size_t i = 0; i < h->count; i++) {
		if (memcmp(&h->files[i].file, file, sizeof(*file)) == 0)
			return &h->files[i];
	}
	return NULL;
}

/* A free place, or that of the oldest which is not being worked on. */
static struct file_hash *
place(struct hashes *h)
{
	if (h->count < FILES)
		return &h->files[h->count++];
	do
		h->oldest = (h->oldest + 1) % FILES;
	while (h->files[h->oldest].state == HASH_LATER);
	return &h->files[h->oldest];
}

/* One that cannot be opened is asked for again: another process may let us in. */
static enum hash_state
begin(struct hashes *h, const struct program *p)
{
	struct file_hash *f;
	struct sha256 *sum;
	int fd = program_open(p);

	if (fd < 0)
		return HASH_NONE;
	if ((sum = sha256_new()) == NULL) {
		close(fd);
		return HASH_NONE;
	}
	f = place(h);
	*f = (struct file_hash){
		.file = p->file, .state = HASH_LATER, .fd = fd, .sum = sum
	};
	h->busy++;
	return HASH_LATER;
}

enum hash_state
hashes_ask(struct hashes *h, const struct program *p, const char **text)
{
	static const struct program_file none;
	struct file_hash *f;

	if (memcmp(&p->file, &none, sizeof(none)) == 0)
		return HASH_NONE;
	if ((f = find(h, &p->file)) == NULL)
		return h->busy < AT_ONCE ? begin(h, p) : HASH_LATER;
	*text = f->text;
	return f->state;
}

/* Those under way take turns, so that a small one need not wait for a large one. */
void
hashes_work(struct hashes *h)
{
	struct file_hash *f;
	ssize_t n;

	if (h->busy == 0)
		return;
	do
		h->turn = (h->turn + 1) % h->count;
	while (h->files[h->turn].state != HASH_LATER);
	f = &h->files[h->turn];
	n = read(f->fd, h->piece, sizeof(h->piece));
	if (n > 0) {
		sha256_add(f->sum, h->piece, (size_t)n);
		f->done += (uint64_t)n;
		h->bytes += (uint64_t)n;
	}
	/* Of another size by now: not the file that runs. */
	if (n <= 0 || f->done > f->file.size)
		stop(h, f, n == 0 && f->done == f->file.size ? HASH_KNOWN : HASH_NONE);
}
