/* SPDX-License-Identifier: Apache-2.0 */
/* What callwitness's own pcapng files tell beyond the frames. */
#include "pcapng.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define PROCESSES_MAX 65536u
#define LOCALS_MAX 65536u
#define TAIL_MAX (64u << 20) /* bytes behind the packets that are looked at */

bool
read_at(int fd, void *to, size_t n, uint64_t at)
{
	uint8_t *into = to;

	while (n > 0) {
		ssize_t got = pread(fd, into, n, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		into += got;
		at += (uint64_t)got;
		n -= (size_t)got;
	}
	return true;
}

static int
net_compare(const void *a, const void *b)
{
	const struct addr_net *x = a, *y = b;
	int order = addr_compare(&x->addr, &y->addr);

	return order != 0 ? order : (int)x->bits - y->bits;
}

size_t
nets_sort(struct addr_net *nets, size_t count)
{
	size_t kept = 0;

	if (count > 0)
		qsort(nets, count, sizeof(*nets), net_compare);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || net_compare(&nets[kept - 1], &nets[i]) != 0)
			nets[kept++] = nets[i];
	}
	return kept;
}

/* One more in an array of pointers or nets; false without memory. */
static bool
array_grow(void **array, size_t count, size_t *room, size_t size)
{
	size_t wanted = *room ? *room * 2 : 8;
	void *bigger;

	if (count < *room)
		return true;
	bigger = realloc(*array, wanted * size);
	if (bigger == NULL)
		return false;
	*array = bigger;
	*room = wanted;
	return true;
}

/* The prefix length that a mask is; more than 32 if it is none. */
static uint8_t
mask_bits(uint32_t mask)
{
	uint8_t bits = 0;

	for (; mask & 0x80000000u; mask <<= 1)
		bits++;
	return mask == 0 ? bits : UINT8_MAX;
}

static void
local_add(struct own *o, const struct addr_net *net)
{
	void *array = o->locals;

	if (net->bits > (net->addr.family == 4 ? 32 : 128) ||
	    !array_grow(&array, o->local_count, &o->local_room, sizeof(*o->locals)))
		return;
	o->locals = array;
	o->locals[o->local_count++] = *net;
}

void
own_interface(struct own *o, uint16_t code, struct bytes value)
{
	struct addr_net net = { .bits = UINT8_MAX };

	if (!o->here || o->complete)
		return;
	if (code == IDB_IPV4 && value.left == 8) {
		net.addr = addr_v4(bytes_take(&value, 4));
		net.bits = mask_bits(bytes_u32(&value));
	} else if (code == IDB_IPV6 && value.left == 17) {
		net.addr = addr_v6(bytes_take(&value, 16));
		net.bits = bytes_u8(&value);
	}
	local_add(o, &net);
}

/* One that the machine got while it recorded. */
static void
own_local(struct own *o, struct bytes value)
{
	struct addr_net net = { .bits = UINT8_MAX };

	if (value.left == 4)
		net = (struct addr_net){ addr_v4(value.at), 32 };
	else if (value.left == 16)
		net = (struct addr_net){ addr_v6(value.at), 128 };
	if (o->local_count < LOCALS_MAX)
		local_add(o, &net);
}

/* Where the block that ends at `end` begins if it is statistics, else `end`. */
static uint64_t
statistics_before(int fd, bool little, uint64_t end)
{
	uint8_t bytes[8];
	struct bytes b = bytes_over(bytes, 4);
	uint32_t length;

	if (end < BLOCK_MIN || !read_at(fd, bytes, 4, end - 4))
		return end;
	length = ordered_u32(little, &b);
	if (length < BLOCK_MIN || length % 4 != 0 || length > end ||
	    !read_at(fd, bytes, 8, end - length))
		return end;
	b = bytes_over(bytes, 8);
	if (ordered_u32(little, &b) != BLOCK_STATISTICS ||
	    ordered_u32(little, &b) != length)
		return end;
	return end - length;
}

static void
process_add(struct own *o, struct bytes text)
{
	void *array = o->processes;
	struct process *p;

	if (o->process_count == PROCESSES_MAX ||
	    !array_grow(
		&array, o->process_count, &o->process_room, sizeof(*o->processes)))
		return;
	o->processes = array;
	p = process_parse(
	    &o->arena, text.at, text.left, (uint32_t)o->process_count + 1, o->processes);
	if (p != NULL)
		o->processes[o->process_count++] = p;
}

/* Blocks of statistics, one behind the other; their lengths are known to agree. */
static void
tail_read(struct own *o, bool little, struct bytes b)
{
	while (b.left >= BLOCK_MIN) {
		struct bytes block, value;
		uint32_t length;
		uint16_t code;

		bytes_skip(&b, 4);
		length = ordered_u32(little, &b) - 8;
		block = bytes_over(bytes_take(&b, length), length - 4);
		bytes_skip(&block, 12);
		while (option_next(little, &block, &code, &value)) {
			if (code == OPTION_COMMENT)
				process_add(o, value);
			else if (code == OWN_LOCAL)
				own_local(o, value);
		}
	}
}

static void
own_find_end(struct own *o, const struct source *s, bool little)
{
	uint64_t start = s->size, before;
	uint8_t *tail;
	size_t length;

	while (s->size - start < TAIL_MAX &&
	       (before = statistics_before(s->fd, little, start)) != start)
		start = before;
	length = (size_t)(s->size - start);
	if (length == 0 || length > TAIL_MAX || (tail = malloc(length)) == NULL)
		return;
	if (read_at(s->fd, tail, length, start))
		tail_read(o, little, bytes_over(tail, length));
	free(tail);
}

void
own_section(struct input *in, struct own *o, bool little, struct bytes options)
{
	static const char name[] = OWN_PROGRAM_NAME;
	bool first = source_offset(&in->source) == 0;
	struct bytes value;
	uint16_t code;

	o->here = false;
	while (option_next(little, &options, &code, &value)) {
		if (code == SHB_USERAPPL && value.left >= sizeof(name) - 1 &&
		    memcmp(value.at, name, sizeof(name) - 1) == 0)
			o->here = true;
	}
	if (o->here && first && in->source.regular)
		own_find_end(o, &in->source, little);
}

const struct process *
own_process(const struct own *o, bool little, struct bytes options)
{
	uint32_t pid = 0, number = 0;
	struct bytes value;
	uint16_t code;

	while (option_next(little, &options, &code, &value)) {
		if (code == EPB_PROCESS && value.left == 8)
			pid = ordered_u32(little, &value);
		else if (code == OWN_PROCESS && value.left == 4)
			number = ordered_u32(little, &value);
	}
	if (number == 0 || number > o->process_count ||
	    o->processes[number - 1]->pid != pid)
		return NULL;
	return o->processes[number - 1];
}

void
own_clear(struct own *o)
{
	free(o->locals);
	free(o->processes);
	arena_clear(&o->arena);
}
