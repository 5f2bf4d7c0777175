/* SPDX-License-Identifier: Apache-2.0 */
/* An open-addressed table of strings that are never removed. */
#include <stdlib.h>

#include <callwitness/base.h>

/* Traffic makes strings: past this many bytes none is new. */
#define STRINGS_BYTES (64u << 20)

struct slot {
	const char *text; /* NULL: free */
	size_t length;
	uint64_t hash;
};

struct strings {
	struct arena arena;
	struct slot *slots;
	size_t room, count; /* room is a power of two */
	size_t bytes;
	uint64_t refused;
};

struct strings *
strings_new(void)
{
	return calloc(1, sizeof(struct strings));
}

void
strings_free(struct strings *s)
{
	if (s == NULL)
		return;
	arena_clear(&s->arena);
	free(s->slots);
	free(s);
}

/* The slot that holds the text, or the free one where it belongs. */
static struct slot *
slot_find(struct slot *slots, size_t room, const char *text, size_t length, uint64_t hash)
{
	for (size_t i = hash & (room - 1);; i = (i + 1) & (room - 1)) {
		struct slot *s = &slots[i];

		if (s->text == NULL)
			return s;
		if (s->hash == hash && s->length == length &&
		    memcmp(s->text, text, length) == 0)
			return s;
	}
}

static bool
strings_grow(struct strings *s)
{
	size_t room = s->room ? s->room * 2 : 256;
	struct slot *slots = calloc(room, sizeof(*slots));

	if (slots == NULL)
		return false;
	for (size_t i = 0; i < s->room; i++) {
		const struct slot *old = &s->slots[i];

		if (old->text != NULL)
			*slot_find(slots, room, old->text, old->length, old->hash) = *old;
	}
	free(s->slots);
	s->slots = slots;
	s->room = room;
	return true;
}

const char *
strings_intern(struct strings *s, const char *text, size_t length)
{
	uint64_t hash = hash_bytes(text, length, 0);
	struct slot *slot;

	if ((s->count + 1) * 4 > s->room * 3 && !strings_grow(s))
		return NULL;
	slot = slot_find(s->slots, s->room, text, length, hash);
	if (slot->text != NULL)
		return slot->text;
	if (length + 1 > STRINGS_BYTES - s->bytes) {
		s->refused++;
		return NULL;
	}
	slot->text = arena_text(&s->arena, text, length);
	if (slot->text == NULL)
		return NULL;
	slot->length = length;
	slot->hash = hash;
	s->count++;
	s->bytes += length + 1;
	return slot->text;
}

uint64_t
strings_refused(const struct strings *s)
{
	return s->refused;
}
