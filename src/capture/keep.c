/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ring of kept files. Frames are laid out in one buffer and reach the kernel many at
 * a time. The space for the buffer is reserved in the file before a frame goes in, so a
 * full disk is met by the frame that does not fit, and not by hundreds that seemed to be
 * kept.
 */
#include "keep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define BUFFER (256u << 10)
#define BUFFER_ROOM (BUFFER + HEADER_ROOM)
#define RESERVE (1u << 20)
/* A file is this part of what may be kept. */
#define PARTS 8
#define SEGMENTS 64

struct segment {
	uint32_t number;
	uint64_t bytes;
	int64_t last_ns;
};

struct keep {
	uint64_t bytes_most;
	int64_t span_most_ns;
	int folder, fd;
	struct pack header; /* of each file, but for its fact */
	size_t header_fact;
	struct pack buffer;                /* whole blocks that wait */
	uint64_t written;                  /* whole blocks in the file */
	uint64_t reserved;                 /* of the file's space */
	struct segment segments[SEGMENTS]; /* those there are; the last is written to */
	size_t segment_count;
	int64_t start_ns;          /* of the segment's first frame, or -1 */
	struct live_counts counts; /* noted last */
	struct segment_fact fact;  /* of the segment */
	bool lost;
};

static void
segment_name(uint32_t number, char name[KEEP_NAME_SIZE])
{
	snprintf(name, KEEP_NAME_SIZE, KEEP_NAME, number);
}

/* Bytes of the blocks that end at or before `length`. */
static size_t
whole_blocks(const struct pack *p, size_t length)
{
	size_t used = 0;

	while (length - used >= BLOCK_MIN) {
		struct bytes b = bytes_over(p->bytes + used + 4, 4);
		uint32_t block = ordered_u32(true, &b);

		if (block > length - used)
			break;
		used += block;
	}
	return used;
}

/* What cannot be written waits on, and the file ends with a whole block. */
int
keep_flush(struct keep *k)
{
	size_t done;
	int rc = write_at(k->fd, k->buffer.bytes, k->buffer.used, k->written, &done);
	int why = errno;

	if (rc < 0) {
		done = whole_blocks(&k->buffer, done);
		memmove(k->buffer.bytes, k->buffer.bytes + done, k->buffer.used - done);
		if (ftruncate(k->fd, (off_t)(k->written + done)) < 0)
			k->lost = true; /* keep_finish() cuts it off */
		k->reserved = 0;
	}
	k->written += done;
	k->buffer.used -= done;
	errno = why;
	return rc;
}

/* Where a file system cannot reserve, writing shows whether there is space. */
static int
reserve(struct keep *k, uint64_t to)
{
	static const uint64_t steps[] = { RESERVE, 0 };
	uint64_t from = k->reserved > k->written ? k->reserved : k->written;

	if (to <= k->reserved)
		return 0;
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		if (fallocate(k->fd, FALLOC_FL_KEEP_SIZE, (off_t)from,
			(off_t)(to - from + steps[i])) == 0) {
			k->reserved = to + steps[i];
			return 0;
		}
		if (errno != ENOSPC && errno != EDQUOT)
			break;
	}
	if (errno == ENOSPC || errno == EDQUOT)
		return -1;
	k->reserved = UINT64_MAX;
	return 0;
}

/* Room for a block in the buffer, and in the file. */
static int
keep_room(struct keep *k, size_t size)
{
	if (k->buffer.used + size > BUFFER && k->buffer.used > 0 && keep_flush(k) < 0)
		return -1;
	return reserve(k, k->written + k->buffer.used + size);
}

static void
segment_close(struct keep *k)
{
	if (k->fd < 0)
		return;
	if (k->reserved > k->written && ftruncate(k->fd, (off_t)k->written) < 0)
		k->lost = k->lost || errno == EIO;
	close(k->fd);
	k->fd = -1;
}

static struct segment *
segment_current(struct keep *k)
{
	return &k->segments[k->segment_count - 1];
}

/* Makes the next file and lays its header out; the one before is all written. */
static int
segment_open(struct keep *k)
{
	uint32_t number = k->fact.number + 1;
	char name[KEEP_NAME_SIZE];
	int fd;

	segment_name(number, name);
	fd = openat(
	    k->folder, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -1;
	segment_close(k);
	k->fd = fd;
	/*
	 * Readers add up the statistics of sections; so they count from each section's
	 * beginning, and what was counted before it is in the fact.
	 */
	k->fact = (struct segment_fact){ .number = number, .before = k->counts };
	segment_write(k->header.bytes + k->header_fact, &k->fact);
	memcpy(k->buffer.bytes, k->header.bytes, k->header.used);
	k->buffer.used = k->header.used;
	k->written = k->reserved = 0;
	k->start_ns = -1;
	k->segments[k->segment_count++] = (struct segment){ .number = number };
	return 0;
}

static void
oldest_remove(struct keep *k)
{
	char name[KEEP_NAME_SIZE];

	segment_name(k->segments[0].number, name);
	(void)unlinkat(k->folder, name, 0);
	k->lost = true;
	k->segment_count--;
	memmove(k->segments, k->segments + 1, k->segment_count * sizeof(*k->segments));
}

static bool
oldest_goes(const struct keep *k, int64_t now_ns)
{
	uint64_t total = k->bytes_most / PARTS;

	for (size_t i = 0; i < k->segment_count; i++)
		total += k->segments[i].bytes;
	return k->segment_count > 1 &&
	       (k->segment_count == SEGMENTS - 1 ||
		   (k->bytes_most > 0 && total > k->bytes_most) ||
		   (k->span_most_ns > 0 &&
		       now_ns - k->segments[0].last_ns > k->span_most_ns));
}

static int
keep_turn(struct keep *k, int64_t now_ns)
{
	if (keep_flush(k) < 0)
		return -1;
	segment_current(k)->bytes = k->written;
	if (segment_open(k) < 0)
		return -1;
	while (oldest_goes(k, now_ns))
		oldest_remove(k);
	return 0;
}

static bool
keep_is_full(const struct keep *k, int64_t now_ns)
{
	return k->start_ns >= 0 &&
	       ((k->bytes_most > 0 &&
		    k->written + k->buffer.used >= k->bytes_most / PARTS) ||
		   (k->span_most_ns > 0 &&
		       now_ns - k->start_ns >= k->span_most_ns / PARTS));
}

int
keep_frame(struct keep *k, const struct frame *f, const struct keep_note *note)
{
	if ((keep_is_full(k, f->time_ns) && keep_turn(k, f->time_ns) < 0) ||
	    keep_room(k, packet_size(f->captured)) < 0) {
		k->lost = true;
		return -1;
	}
	pack_packet(&k->buffer, f, note);
	if (k->start_ns < 0)
		k->start_ns = f->time_ns;
	segment_current(k)->last_ns = f->time_ns;
	return 0;
}

static struct live_counts
counts_since(const struct live_counts *now, const struct live_counts *before)
{
	return (struct live_counts){
		.received = now->received - before->received,
		.kernel_drops = now->kernel_drops - before->kernel_drops,
		.interface_drops = now->interface_drops - before->interface_drops,
	};
}

int
keep_counts(struct keep *k, int64_t time_ns, const struct live_counts *counts)
{
	struct statistics s = { .start_ns = k->start_ns, .time_ns = time_ns };
	bool news = counts->kernel_drops != k->counts.kernel_drops ||
		    counts->interface_drops != k->counts.interface_drops;

	if (news) {
		if (keep_room(k, STATISTICS_ROOM) < 0)
			return -1;
		s.counts = counts_since(counts, &k->fact.before);
		pack_end(&k->buffer, pack_statistics(&k->buffer, &s));
	}
	k->counts = *counts;
	return 0;
}

uint64_t
keep_bytes(const struct keep *k)
{
	uint64_t sum = k->written + k->buffer.used;

	for (size_t i = 0; i + 1 < k->segment_count; i++)
		sum += k->segments[i].bytes;
	return sum;
}

bool
keep_is_whole(const struct keep *k)
{
	return !k->lost;
}

static int
keep_start(struct keep *k, const struct keep_options *options, struct error *e)
{
	k->folder = open(options->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (k->folder < 0) {
		error_add(
		    e, options->folder, 0, 0, "cannot be opened: %s", strerror(errno));
		return -1;
	}
	pack_header(&k->header, options, &k->header_fact);
	if (segment_open(k) < 0 || keep_flush(k) < 0) {
		error_add(e, options->folder, 0, 0, "frames cannot be kept there: %s",
		    strerror(errno));
		return -1;
	}
	return 0;
}

struct keep *
keep_open(const struct keep_options *options, struct error *e)
{
	struct keep *k = calloc(1, sizeof(*k)), *made = NULL;

	if (k == NULL) {
		error_add(e, options->folder, 0, 0, "no memory to keep frames");
		return NULL;
	}
	k->folder = k->fd = -1;
	k->bytes_most = options->bytes_most;
	k->span_most_ns = options->span_most_ns;
	k->header.room = HEADER_ROOM;
	k->header.bytes = malloc(HEADER_ROOM);
	k->buffer.room = BUFFER_ROOM;
	k->buffer.bytes = malloc(BUFFER_ROOM);
	if (k->header.bytes == NULL || k->buffer.bytes == NULL) {
		error_add(e, options->folder, 0, 0, "no memory to keep frames");
		goto out;
	}
	if (keep_start(k, options, e) < 0)
		goto out;
	made = k;
	k = NULL; /* now the caller's */
out:
	keep_close(k);
	return made;
}

void
keep_close(struct keep *k)
{
	if (k == NULL)
		return;
	if (k->fd >= 0)
		(void)keep_flush(k);
	segment_close(k);
	if (k->folder >= 0)
		close(k->folder);
	free(k->header.bytes);
	free(k->buffer.bytes);
	free(k);
}
