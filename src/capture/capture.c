/* SPDX-License-Identifier: Apache-2.0 */
/* Several files as one timeline. */
#include "private.h"

#include <stdlib.h>

struct capture {
	struct input *inputs;
	size_t opened, count;
	struct filter *filter;
	struct digest *digest;
	size_t *heap; /* inputs by time of their heads, the earliest first */
	size_t heap_count;
	bool delivered; /* the head of heap[0] is on loan */
	bool ended;
	uint64_t number;
	struct addr_net *locals; /* of all inputs */
	size_t local_count;
};

static bool
head_is_before(const struct capture *c, size_t a, size_t b)
{
	int64_t time_a = c->inputs[a].head.time_ns;
	int64_t time_b = c->inputs[b].head.time_ns;

	return time_a < time_b || (time_a == time_b && a < b);
}

/* Moves heap[at] down to its place. */
static void
heap_sink(struct capture *c, size_t at)
{
	for (;;) {
		size_t least = at, moved = c->heap[at];

		for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++) {
			if (child < c->heap_count &&
			    head_is_before(c, c->heap[child], c->heap[least]))
				least = child;
		}
		if (least == at)
			return;
		c->heap[at] = c->heap[least];
		c->heap[least] = moved;
		at = least;
	}
}

static void
heap_build(struct capture *c)
{
	for (size_t i = 0; i < c->count; i++) {
		if (input_next(&c->inputs[i], &c->inputs[i].head))
			c->heap[c->heap_count++] = i;
	}
	for (size_t i = c->heap_count; i > 0; i--)
		heap_sink(c, i - 1);
}

/* The earliest head; the one before is read on only now, for its bytes were on loan. */
static int
merged_next(struct capture *c, struct frame *out)
{
	struct input *first;

	if (c->delivered) {
		first = &c->inputs[c->heap[0]];
		if (!input_next(first, &first->head))
			c->heap[0] = c->heap[--c->heap_count];
		if (c->heap_count > 0)
			heap_sink(c, 0);
	}
	c->delivered = c->heap_count > 0;
	if (!c->delivered)
		return 0;
	*out = c->inputs[c->heap[0]].head;
	out->file = (uint32_t)c->heap[0];
	return 1;
}

static void
capture_end(struct capture *c)
{
	if (c->ended)
		return;
	c->ended = true;
	for (size_t i = 0; i < c->count; i++)
		input_end(&c->inputs[i]);
	digest_join(c->digest);
	c->digest = NULL;
}

int
capture_next(struct capture *c, struct frame *out)
{
	int more = 0;

	if (c->count == 1) {
		out->file = 0;
		more = input_next(&c->inputs[0], out);
	} else if (!c->ended) {
		more = merged_next(c, out);
	}
	if (!more)
		capture_end(c);
	else
		out->number = ++c->number;
	return more;
}

/* Every file's error is told, not only the first one's. */
static int
capture_open_inputs(
    struct capture *c, const char *const *paths, bool digest, struct error *e)
{
	int rc = 0;

	for (size_t i = 0; i < c->count; i++) {
		c->inputs[i].source.fd = -1;
		c->opened = i + 1;
		if (input_open(&c->inputs[i], paths[i], c->filter, digest, e) < 0)
			rc = -1;
	}
	return rc;
}

static int
capture_gather_locals(struct capture *c)
{
	size_t total = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct addr_net *nets;
		size_t count = pcapng_locals(&c->inputs[i], &nets);
		struct addr_net *bigger;

		if (count == 0)
			continue;
		bigger = realloc(c->locals, (total + count) * sizeof(*bigger));
		if (bigger == NULL)
			return -1;
		memcpy(bigger + total, nets, count * sizeof(*bigger));
		c->locals = bigger;
		total += count;
	}
	c->local_count = nets_sort(c->locals, total);
	return 0;
}

static int
capture_start(struct capture *c, const char *const *paths,
    const struct capture_options *options, struct error *e)
{
	if (options->filter != NULL &&
	    (c->filter = filter_new(options->filter, e)) == NULL)
		return -1;
	if (capture_open_inputs(c, paths, options->digest, e) < 0)
		return -1;
	if (c->filter != NULL && filter_check(c->filter, e) < 0)
		return -1;
	if (options->digest && (c->digest = digest_start(c->inputs, c->count)) == NULL) {
		error_add(e, paths[0], 0, 0, "no thread to compute its SHA-256");
		return -1;
	}
	if (capture_gather_locals(c) < 0) {
		error_add(e, paths[0], 0, 0, "no memory for the addresses it tells");
		return -1;
	}
	if (c->count > 1)
		heap_build(c);
	return 0;
}

struct capture *
capture_open(const char *const *paths, size_t count,
    const struct capture_options *options, struct error *e)
{
	static const struct capture_options none;
	struct capture *c = calloc(1, sizeof(*c)), *made = NULL;

	if (c == NULL || (c->inputs = calloc(count + 1, sizeof(*c->inputs))) == NULL ||
	    (c->heap = calloc(count + 1, sizeof(*c->heap))) == NULL) {
		error_add(e, "capture", 0, 0, "no memory to open %zu files", count);
		goto out;
	}
	c->count = count;
	if (capture_start(c, paths, options != NULL ? options : &none, e) < 0)
		goto out;
	made = c;
	c = NULL; /* now the caller's */
out:
	capture_close(c);
	return made;
}

size_t
capture_files(const struct capture *c)
{
	return c->count;
}

const struct capture_file *
capture_file(const struct capture *c, size_t index)
{
	return &c->inputs[index].file;
}

size_t
capture_locals(const struct capture *c, const struct addr_net **out)
{
	*out = c->locals;
	return c->local_count;
}

void
capture_progress(const struct capture *c, uint64_t *done, uint64_t *total)
{
	bool known = true;

	*done = *total = 0;
	for (size_t i = 0; i < c->count; i++) {
		*done += c->inputs[i].consumed;
		*total += c->inputs[i].source.size;
		known = known && c->inputs[i].source.regular;
	}
	if (!known)
		*total = 0;
}

void
capture_close(struct capture *c)
{
	if (c == NULL)
		return;
	digest_cancel(c->digest);
	for (size_t i = 0; i < c->opened; i++)
		input_close(&c->inputs[i]);
	filter_free(c->filter);
	free(c->inputs);
	free(c->heap);
	free(c->locals);
	free(c);
}
