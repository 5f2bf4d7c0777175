/* SPDX-License-Identifier: Apache-2.0 */
/* Programs in an order in which parents come first, and their numbers. */
#include "keep.h"

#include <stdlib.h>

#define ANCESTORS 64u /* beyond that a parent is left out */

struct numbered {
	const struct process *process;
	uint32_t number; /* 0: none yet */
};

struct numbers {
	struct numbered *known; /* by address */
	size_t known_count;
	const struct process **order; /* by number, from 1 */
	size_t count;
};

static int
numbered_compare(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t)((const struct numbered *)a)->process;
	uintptr_t y = (uintptr_t)((const struct numbered *)b)->process;

	return (x > y) - (x < y);
}

/* The process and its ancestors into `out`; how many. */
static size_t
ancestry(const struct process *p, const struct process *out[ANCESTORS])
{
	size_t count = 0;

	for (; p != NULL && count < ANCESTORS; p = p->parent)
		out[count++] = p;
	return count;
}

static int
numbers_gather(struct numbers *n, const struct process *const *processes, size_t count)
{
	const struct process *line[ANCESTORS];
	size_t total = 0, kept = 0;

	for (size_t i = 0; i < count; i++)
		total += ancestry(processes[i], line);
	n->known = calloc(total + 1, sizeof(*n->known));
	n->order = calloc(total + 1, sizeof(*n->order));
	if (n->known == NULL || n->order == NULL)
		return -1;
	total = 0;
	for (size_t i = 0; i < count; i++) {
		size_t length = ancestry(processes[i], line);

		for (size_t j = 0; j < length; j++)
			n->known[total++].process = line[j];
	}
	qsort(n->known, total, sizeof(*n->known), numbered_compare);
	for (size_t i = 0; i < total; i++) {
		if (kept == 0 || n->known[kept - 1].process != n->known[i].process)
			n->known[kept++] = n->known[i];
	}
	n->known_count = kept;
	return 0;
}

static struct numbered *
numbers_known(const struct numbers *n, const struct process *p)
{
	struct numbered key = { .process = p };

	return n->known_count == 0 ? NULL
				   : bsearch(&key, n->known, n->known_count,
					 sizeof(*n->known), numbered_compare);
}

struct numbers *
numbers_new(const struct process *const *processes, size_t count)
{
	struct numbers *n = calloc(1, sizeof(*n));
	const struct process *line[ANCESTORS];

	if (n == NULL || numbers_gather(n, processes, count) < 0) {
		numbers_free(n);
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		for (size_t j = ancestry(processes[i], line); j > 0; j--) {
			struct numbered *known = numbers_known(n, line[j - 1]);

			if (known->number != 0)
				continue;
			n->order[n->count++] = line[j - 1];
			known->number = (uint32_t)n->count;
		}
	}
	return n;
}

uint32_t
numbers_find(const struct numbers *n, const struct process *p)
{
	const struct numbered *known = p != NULL ? numbers_known(n, p) : NULL;

	return known != NULL ? known->number : 0;
}

size_t
numbers_count(const struct numbers *n)
{
	return n->count;
}

/* A parent that comes later, or not at all, was cut off. */
static uint32_t
parent_number(const struct numbers *n, size_t index)
{
	uint32_t parent = numbers_find(n, n->order[index]->parent);

	return parent <= index ? parent : 0;
}

/* What is longer than an option may be loses its longest parts. */
char *
numbers_text(const struct numbers *n, size_t index)
{
	struct process p = *n->order[index];
	uint32_t parent = parent_number(n, index);
	char *text = process_text(&p, (uint32_t)index + 1, parent);

	while (text != NULL && strlen(text) > UINT16_MAX && p.exe != NULL) {
		if (p.command != NULL)
			p.command = NULL;
		else
			p.exe = NULL;
		free(text);
		text = process_text(&p, (uint32_t)index + 1, parent);
	}
	return text;
}

void
numbers_free(struct numbers *n)
{
	if (n == NULL)
		return;
	free(n->known);
	free(n->order);
	free(n);
}
