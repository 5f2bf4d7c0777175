/* SPDX-License-Identifier: Apache-2.0 */
/* Files of records that may end anywhere, and are read back up to there. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "journal.h"

#define RECORD_MOST (16u << 20)
#define BUFFER_SIZE (256u << 10)
#define FORMAT 1

/* Read by the machine that wrote them, and by this version alone: its own byte order. */
struct file_head {
	char magic[8];
	uint32_t format;
	char version[20];
};

struct record_head {
	uint32_t kind, length;
	uint64_t sum;
};

static const struct file_head file_head = { "cwjrnl\r\n", FORMAT, CALLWITNESS_VERSION };

static uint64_t
record_sum(uint32_t kind, const void *data, uint32_t length)
{
	return hash_bytes(data, length, (uint64_t)kind << 32 | length);
}

/* How many bytes reached the file; errno tells why not all. */
static size_t
bytes_put(int fd, const void *data, size_t length)
{
	size_t done = 0;

	while (done < length) {
		ssize_t n = write(fd, (const uint8_t *)data + done, length - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n < 0 ? errno : ENOSPC;
			break;
		}
		done += (size_t)n;
	}
	return done;
}

/* Back to where a whole record ends. Returns -1 with errno as it was. */
static int
records_cut(struct records *r)
{
	int problem = errno;

	if (ftruncate(r->fd, (off_t)r->size) != 0 && problem == 0)
		problem = errno;
	errno = problem;
	return -1;
}

int
records_create(struct records *r, int folder, const char *name)
{
	*r = (struct records){ .fd = -1, .buffer = malloc(BUFFER_SIZE) };
	if (r->buffer == NULL)
		return -1;
	r->fd = openat(folder, name,
	    O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (r->fd >= 0 &&
	    bytes_put(r->fd, &file_head, sizeof(file_head)) == sizeof(file_head)) {
		r->size = sizeof(file_head);
		return 0;
	}
	int problem = errno;

	if (r->fd >= 0)
		(void)unlinkat(folder, name, 0);
	records_close(r);
	errno = problem;
	return -1;
}

/* Of so many bytes at the buffer's start, those that are whole records. */
static size_t
records_whole(const struct records *r, size_t bytes)
{
	size_t at = 0;

	for (;;) {
		struct record_head head;

		if (at + sizeof(head) > bytes)
			return at;
		memcpy(&head, r->buffer + at, sizeof(head));
		if (at + sizeof(head) + head.length > bytes)
			return at;
		at += sizeof(head) + head.length;
	}
}

int
records_flush(struct records *r)
{
	size_t done = r->used > 0 ? bytes_put(r->fd, r->buffer, r->used) : 0;

	if (done == r->used) {
		r->size += done;
		r->used = 0;
		return 0;
	}
	done = records_whole(r, done);
	r->size += done;
	r->used -= done;
	memmove(r->buffer, r->buffer + done, r->used);
	return records_cut(r);
}

/* One that is longer than the buffer, past it. */
static int
record_write(struct records *r, const struct record_head *head, const void *data)
{
	if (bytes_put(r->fd, head, sizeof(*head)) != sizeof(*head) ||
	    bytes_put(r->fd, data, head->length) != head->length)
		return records_cut(r);
	r->size += sizeof(*head) + head->length;
	return 0;
}

int
records_add(struct records *r, uint32_t kind, const void *data, size_t length)
{
	struct record_head head = { kind, (uint32_t)length, 0 };

	if (length > RECORD_MOST) {
		errno = EMSGSIZE;
		return -1;
	}
	head.sum = record_sum(kind, data, head.length);
	if (r->used + sizeof(head) + length > BUFFER_SIZE && records_flush(r) != 0)
		return -1;
	if (sizeof(head) + length > BUFFER_SIZE)
		return record_write(r, &head, data);
	memcpy(r->buffer + r->used, &head, sizeof(head));
	if (length > 0)
		memcpy(r->buffer + r->used + sizeof(head), data, length);
	r->used += sizeof(head) + length;
	return 0;
}

void
records_close(struct records *r)
{
	if (r->fd >= 0)
		close(r->fd);
	free(r->buffer);
	*r = (struct records){ .fd = -1 };
}

enum records_open
records_open(struct records_reader *r, int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct file_head head;
	struct stat st;

	*r = (struct records_reader){ 0 };
	if (fd < 0)
		return RECORDS_NONE;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    (r->in = fdopen(fd, "rb")) == NULL) {
		close(fd);
		errno = EINVAL;
		return RECORDS_NONE;
	}
	if (fread(&head, 1, sizeof(head), r->in) != sizeof(head))
		return RECORDS_SHORT;
	return memcmp(&head, &file_head, sizeof(head)) == 0 ? RECORDS_OK
							    : RECORDS_FOREIGN;
}

/* Room for the bytes of a record; they are read in steps, as its length may be a lie. */
static int
record_read(struct records_reader *r, uint32_t length)
{
	size_t got = 0;

	while (got < length) {
		size_t step = length - got < BUFFER_SIZE ? length - got : BUFFER_SIZE;

		if (got + step > r->room) {
			size_t room = 2 * r->room > got + step ? 2 * r->room : got + step;
			uint8_t *more = realloc(r->data, room);

			if (more == NULL)
				return -1;
			r->data = more;
			r->room = room;
		}
		if (fread(r->data + got, 1, step, r->in) != step)
			return -1;
		got += step;
	}
	return 0;
}

int
records_next(struct records_reader *r, struct journal_record *out)
{
	static const uint8_t nothing[1];
	struct record_head head;
	size_t got = fread(&head, 1, sizeof(head), r->in);
	const uint8_t *data = nothing;

	if (got == 0 && !ferror(r->in))
		return 0;
	if (got != sizeof(head) || head.kind == 0 || head.length > RECORD_MOST ||
	    record_read(r, head.length) != 0)
		return -1;
	if (head.length > 0)
		data = r->data;
	if (record_sum(head.kind, data, head.length) != head.sum)
		return -1;
	*out = (struct journal_record){ head.kind, head.length, data };
	return 1;
}

void
records_end(struct records_reader *r)
{
	if (r->in != NULL)
		fclose(r->in);
	free(r->data);
	*r = (struct records_reader){ 0 };
}
