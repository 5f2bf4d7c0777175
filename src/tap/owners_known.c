/* SPDX-License-Identifier: Apache-2.0 */
/* The processes that answers named, each once. */
#include <stdlib.h>

#include "owners.h"

#define PLACES (2 * PROCESSES_MOST)

struct known {
	struct arena arena;
	struct strings *strings;
	size_t count;
	const struct process *places[PLACES];
};

struct known *
known_new(void)
{
	struct known *k = calloc(1, sizeof(*k));

	if (k != NULL && (k->strings = strings_new()) == NULL) {
		free(k);
		k = NULL;
	}
	return k;
}

void
known_free(struct known *k)
{
	if (k == NULL)
		return;
	arena_clear(&k->arena);
	strings_free(k->strings);
	free(k);
}

size_t
known_count(const struct known *k)
{
	return k->count;
}

static const char *
intern(struct known *k, const char *text)
{
	return text != NULL ? strings_intern(k->strings, text, strlen(text)) : NULL;
}

/* Texts and parents are told apart by where they are: each is there once. */
static bool
is_same(const struct process *a, const struct process *b)
{
	return a->pid == b->pid && a->started_ns == b->started_ns && a->exe == b->exe &&
	       a->sha256 == b->sha256 && a->command == b->command &&
	       a->parent == b->parent;
}

static const struct process *
add_one(struct known *k, const struct process *p)
{
	uint64_t name[] = { p->pid, (uint64_t)p->started_ns };
	size_t at = hash_bytes(name, sizeof(name), 0) % PLACES;
	struct process *made;

	for (; k->places[at] != NULL; at = (at + 1) % PLACES) {
		if (is_same(k->places[at], p))
			return k->places[at];
	}
	if (k->count == PROCESSES_MOST ||
	    (made = arena_take(&k->arena, sizeof(*made))) == NULL)
		return NULL;
	*made = *p;
	k->places[at] = made;
	k->count++;
	return made;
}

const struct process *
known_add(struct known *k, const struct answer *a)
{
	const struct process *parent = NULL;

	for (size_t i = a->count; i > 0; i--) {
		struct process p = a->chain[i - 1];

		p.exe = intern(k, p.exe);
		p.sha256 = intern(k, p.sha256);
		p.command = intern(k, p.command);
		p.parent = parent;
		parent = add_one(k, &p);
	}
	return parent;
}
