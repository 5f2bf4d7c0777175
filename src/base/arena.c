/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include <callwitness/base.h>

#define BLOCK_SIZE 16384

struct arena_block {
	struct arena_block *older;
	size_t room;
	max_align_t data[];
};

static bool
arena_grow(struct arena *a, size_t size)
{
	size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
	struct arena_block *block = calloc(1, sizeof(*block) + room);

	if (block == NULL)
		return false;
	block->older = a->newest;
	block->room = room;
	a->newest = block;
	a->used = 0;
	return true;
}

void *
arena_take(struct arena *a, size_t size)
{
	void *at;

	size = (size + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
	if (a->newest == NULL || a->newest->room - a->used < size)
		if (!arena_grow(a, size))
			return NULL;
	at = (uint8_t *)a->newest->data + a->used;
	a->used += size;
	return at;
}

char *
arena_text(struct arena *a, const char *text, size_t length)
{
	char *copy = arena_take(a, length + 1);

	if (copy != NULL && length > 0)
		memcpy(copy, text, length);
	return copy;
}

void
arena_clear(struct arena *a)
{
	struct arena_block *block = a->newest;

	while (block != NULL) {
		struct arena_block *older = block->older;

		free(block);
		block = older;
	}
	*a = (struct arena){ 0 };
}
