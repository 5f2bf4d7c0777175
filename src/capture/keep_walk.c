/* SPDX-License-Identifier: Apache-2.0 */
/* Through the blocks of kept files, labelling packets on the way. */
#include "keep.h"

#include <errno.h>
#include <unistd.h>

/* A whole block of a window. */
struct kept {
	uint8_t *at;
	uint32_t type, length;
	struct bytes body; /* between its lengths */
	uint64_t offset;   /* in its file */
};

int
write_at(int fd, const void *data, size_t length, uint64_t at, size_t *done)
{
	const uint8_t *bytes = data;

	*done = 0;
	while (*done < length) {
		ssize_t n =
		    pwrite(fd, bytes + *done, length - *done, (off_t)(at + *done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = ENOSPC;
		if (n <= 0)
			return -1;
		*done += (size_t)n;
	}
	return 0;
}

static void
walk_section(struct walk *w, struct kept *block)
{
	bool ours = ordered_u32(true, &block->body) == BYTE_ORDER_MAGIC &&
		    ordered_u16(true, &block->body) == 1;

	w->section = block->offset;
	w->over = !ours;
}

static void
walk_interface(struct walk *w, struct kept *block)
{
	struct bytes value;
	uint16_t code;

	bytes_skip(&block->body, 8);
	while (option_next(true, &block->body, &code, &value)) {
		if (code != OWN_SEGMENT || value.left != SEGMENT_FACT)
			continue;
		w->segment = segment_read(value);
		w->statistics.start_ns = -1;
		w->statistics.counts = (struct live_counts){ 0 };
		w->found = true;
		w->over = w->segment.number >= w->stop;
	}
}

static uint64_t
read_time(struct bytes *b)
{
	uint64_t high = ordered_u32(true, b);

	return high << 32 | ordered_u32(true, b);
}

static uint64_t
option_u64(struct bytes value)
{
	return ordered_u64(true, &value);
}

static void
walk_statistics(struct walk *w, struct kept *block)
{
	struct live_counts *counts = &w->statistics.counts;
	struct bytes value;
	uint64_t time;
	uint16_t code;

	bytes_skip(&block->body, 4);
	time = read_time(&block->body);
	if ((int64_t)time > w->statistics.time_ns)
		w->statistics.time_ns = (int64_t)time;
	while (option_next(true, &block->body, &code, &value)) {
		if (code == ISB_IFDROP)
			counts->interface_drops = option_u64(value);
		else if (code == ISB_OSDROP)
			counts->kernel_drops = option_u64(value);
		else if (code == ISB_ACCEPTED)
			counts->received = option_u64(value);
		else if (code == OPTION_COMMENT && !w->has_tail) {
			w->has_tail = true; /* programs: they are written anew */
			w->tail = block->offset;
		}
	}
}

static void
walk_packet(struct walk *w, struct kept *block)
{
	uint64_t ticks;
	struct keep_label label = { 0 };
	struct keep_note note;
	struct bytes *b = &block->body;
	uint8_t *options;
	uint32_t captured;

	bytes_skip(b, 4);
	ticks = read_time(b);
	captured = ordered_u32(true, b);
	bytes_skip(b, 4 + padded(captured));
	w->statistics.time_ns = (int64_t)ticks;
	if (w->statistics.start_ns < 0)
		w->statistics.start_ns = (int64_t)ticks;
	if (w->end == NULL || w->end->label == NULL || !packet_note(*b, &note))
		return;
	w->end->label(&note, &label, w->end->context);
	options = block->at + block->length - PACKET_TAIL;
	room_write(options + TAIL_ROOM, &label, numbers_find(w->numbers, label.process));
	w->changed = true;
}

static const struct {
	uint32_t type;
	void (*handle)(struct walk *w, struct kept *block);
} kinds[] = {
	{ BLOCK_PACKET, walk_packet },
	{ SECTION_BLOCK, walk_section },
	{ BLOCK_INTERFACE, walk_interface },
	{ BLOCK_STATISTICS, walk_statistics },
};

/* Whether a whole block stands there. */
static bool
kept_next(struct kept *block, uint8_t *window, size_t left)
{
	struct bytes b = bytes_over(window, left);

	block->at = window;
	block->type = ordered_u32(true, &b);
	block->length = ordered_u32(true, &b);
	if (left < BLOCK_MIN || block->length < BLOCK_MIN || block->length > left ||
	    block->length % 4 != 0)
		return false;
	block->body = bytes_over(window + 8, block->length - BLOCK_MIN);
	b = bytes_over(window + block->length - 4, 4);
	return ordered_u32(true, &b) == block->length;
}

/* How many bytes of the window are whole blocks that stay. */
static size_t
walk_window(struct walk *w, uint8_t *window, size_t length, uint64_t offset)
{
	struct kept block;
	size_t used = 0;

	while (!w->over && kept_next(&block, window + used, length - used)) {
		block.offset = offset + used;
		if (block.offset == 0 && block.type != SECTION_BLOCK)
			break;
		if (block.type != BLOCK_STATISTICS)
			w->has_tail = false;
		for (size_t i = 0; i < COUNT_OF(kinds); i++) {
			if (kinds[i].type == block.type)
				kinds[i].handle(w, &block);
		}
		used += block.length;
	}
	return used;
}

static ssize_t
window_read(int fd, uint8_t *window, uint64_t at)
{
	ssize_t got;

	do
		got = pread(fd, window, WALK_WINDOW, (off_t)at);
	while (got < 0 && errno == EINTR);
	return got;
}

int
walk_file(struct walk *w, int from, int to, uint64_t at, uint8_t *window)
{
	uint64_t offset = 0;
	size_t used, done;

	w->found = w->has_tail = w->over = false;
	do {
		ssize_t got = window_read(from, window, offset);

		if (got < 0)
			return -1;
		w->changed = false;
		used = walk_window(w, window, (size_t)got, offset);
		if ((from != to || w->changed) &&
		    write_at(to, window, used, at + offset, &done) < 0)
			return -1;
		offset += used;
	} while (used > 0 && !w->over);
	w->length = w->over ? w->section : w->has_tail ? w->tail : offset;
	return 0;
}
