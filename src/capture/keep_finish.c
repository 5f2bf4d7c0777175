/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One file out of the kept ones. It may be killed at any point, and be called again: a
 * kept file goes only when all of it is in the first one, and what is there of a section
 * whose file still exists is cut off and joined anew. So nothing is lost, and nothing is
 * there twice.
 */
#include "keep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define END_ROOM (HEADER_ROOM * 3)
#define FILES_MAX 4096

struct finish {
	const char *folder_name, *path;
	struct error *e;
	int folder, fd; /* fd: of the first file, which all are joined to */
	uint32_t files[FILES_MAX];
	size_t count;
	struct walk walk;
	struct numbers *numbers;
	uint8_t *window;
	uint64_t length; /* of the first file, so far */
};

static int
finish_fails(struct finish *f, const char *what)
{
	error_add(f->e, f->folder_name, 0, 0, "%s: %s", what, strerror(errno));
	return -1;
}

static int
number_compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void
file_name(uint32_t number, char name[KEEP_NAME_SIZE])
{
	snprintf(name, KEEP_NAME_SIZE, KEEP_NAME, number);
}

/* 0 if the name is not one that keeping gives. */
static uint32_t
file_number(const char *name)
{
	char again[KEEP_NAME_SIZE];
	unsigned number = 0;

	if (sscanf(name, "keep-%u", &number) != 1)
		return 0;
	file_name(number, again);
	return strcmp(name, again) == 0 ? number : 0;
}

/* The kept files in order. */
static int
finish_list(struct finish *f)
{
	int copy = dup(f->folder);
	DIR *directory = copy >= 0 ? fdopendir(copy) : NULL;
	struct dirent *entry;

	if (directory == NULL)
		return finish_fails(f, "cannot be read");
	rewinddir(directory);
	while ((entry = readdir(directory)) != NULL) {
		uint32_t number = file_number(entry->d_name);

		if (number != 0 && f->count < FILES_MAX)
			f->files[f->count++] = number;
	}
	closedir(directory);
	qsort(f->files, f->count, sizeof(f->files[0]), number_compare);
	return 0;
}

static int
file_open(const struct finish *f, uint32_t number)
{
	char name[KEEP_NAME_SIZE];

	file_name(number, name);
	return openat(f->folder, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
}

static int
file_remove(struct finish *f, uint32_t number)
{
	char name[KEEP_NAME_SIZE];

	file_name(number, name);
	return unlinkat(f->folder, name, 0) == 0 ? 0
						 : finish_fails(f, "cannot be changed");
}

static uint32_t
u32_at(int fd, uint64_t at)
{
	uint32_t value = 0;

	return read_at(fd, &value, 4, at) ? le32toh(value) : 0;
}

/* Whether the walk came to an end within the section's header or the interface's. */
static bool
header_is_cut(const struct walk *w, int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	uint64_t left = (uint64_t)size - w->length;

	if (w->over || size < 0 || (w->length > 0 && u32_at(fd, 4) != w->length))
		return false;
	if (w->length == 0 && left >= 4 && u32_at(fd, 0) != SECTION_BLOCK)
		return false;
	return left < 8 || (u32_at(fd, w->length + 4) > left &&
			       u32_at(fd, w->length + 4) <= HEADER_ROOM);
}

/* One without a segment is ours to remove if there was never more in it. */
static int
file_must_be_empty(struct finish *f, int fd, uint32_t number)
{
	if (header_is_cut(&f->walk, fd))
		return 0;
	error_add(f->e, f->folder_name, 0, 0,
	    KEEP_NAME " was not written by callwitness, or is broken from its beginning",
	    number);
	return -1;
}

/* The first file, in place, as far as its own sections go. */
static int
finish_first(struct finish *f)
{
	f->fd = file_open(f, f->files[0]);
	f->walk.stop = f->count > 1 ? f->files[1] : UINT32_MAX;
	if (f->fd < 0 || walk_file(&f->walk, f->fd, f->fd, 0, f->window) < 0)
		return finish_fails(f, "the frames kept cannot be labelled");
	f->length = f->walk.found ? f->walk.length : 0;
	return f->walk.found ? 0 : file_must_be_empty(f, f->fd, f->files[0]);
}

/* If that fails, the part that was added is cut off again. */
static int
finish_join(struct finish *f, uint32_t number)
{
	int fd = file_open(f, number), rc = -1, why;
	uint64_t added;

	f->walk.stop = UINT32_MAX;
	/* Behind it nothing of an earlier attempt may show. */
	if (fd < 0 || ftruncate(f->fd, (off_t)f->length) < 0 ||
	    walk_file(&f->walk, fd, f->fd, f->length, f->window) < 0)
		goto out;
	if (!f->walk.found && file_must_be_empty(f, fd, number) < 0) {
		close(fd);
		return -1;
	}
	added = f->walk.found ? f->walk.length : 0;
	if (ftruncate(f->fd, (off_t)(f->length + added)) < 0 || fdatasync(f->fd) < 0)
		goto out;
	f->length += added;
	rc = 0;
out:
	why = errno;
	if (fd >= 0)
		close(fd);
	if (rc < 0 && f->fd >= 0 && ftruncate(f->fd, (off_t)f->length) < 0)
		why = errno;
	errno = why;
	return rc < 0 ? finish_fails(f, "the frames kept cannot be joined")
		      : file_remove(f, number);
}

static uint64_t
since(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0;
}

/* The drops of the last section, by the run's own counters if they are there. */
static struct statistics
finish_statistics(const struct finish *f)
{
	const struct live_counts *now = f->walk.end->counts;
	const struct live_counts *before = &f->walk.segment.before;
	struct statistics s = f->walk.statistics;

	if (now != NULL) {
		s.counts.received = since(now->received, before->received);
		s.counts.kernel_drops = since(now->kernel_drops, before->kernel_drops);
		s.counts.interface_drops =
		    since(now->interface_drops, before->interface_drops);
	}
	return s;
}

static int
end_write(struct finish *f, struct pack *p, size_t begin)
{
	size_t done;

	pack_end(p, begin);
	if (write_at(f->fd, p->bytes, p->used, f->length, &done) < 0)
		return -1;
	f->length += done;
	p->used = 0;
	return 0;
}

/* Addresses of the machine, those that the sections' beginnings have not among them. */
static void
locals_pack(struct pack *p, const struct keep_end *end)
{
	for (size_t i = 0; i < end->local_count && i < HEADER_LOCALS; i++) {
		const struct addr *a = &end->locals[i].addr;

		pack_option(p, OWN_LOCAL, a->bytes, a->family == 4 ? 4 : 16);
	}
}

/* Statistics; programs in comments of theirs, as many as fit, then again. */
static int
finish_end(struct finish *f)
{
	struct statistics s = finish_statistics(f);
	struct pack p = { .room = END_ROOM, .bytes = malloc(END_ROOM) };
	size_t begin, count = numbers_count(f->numbers);
	char *text = NULL;
	int rc = -1;

	if (p.bytes == NULL)
		return -1;
	begin = pack_statistics(&p, &s);
	locals_pack(&p, f->walk.end);
	for (size_t i = 0; i < count; i++) {
		text = numbers_text(f->numbers, i);
		if (text == NULL)
			goto out;
		if (p.used > HEADER_ROOM) {
			if (end_write(f, &p, begin) < 0)
				goto out;
			begin = pack_statistics(&p, &s);
		}
		pack_option(&p, OPTION_COMMENT, text, strlen(text));
		free(text);
		text = NULL;
	}
	rc = end_write(f, &p, begin);
out:
	free(text);
	free(p.bytes);
	return rc;
}

static void
folder_sync(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	free(folder);
}

static int
finish_move(struct finish *f)
{
	char name[KEEP_NAME_SIZE];

	file_name(f->files[0], name);
	if (ftruncate(f->fd, (off_t)f->length) < 0 || fsync(f->fd) < 0)
		return finish_fails(f, "the frames kept cannot be written");
	if (renameat(f->folder, name, AT_FDCWD, f->path) < 0) {
		error_add(f->e, f->path, 0, 0, "cannot be made: %s", strerror(errno));
		return -1;
	}
	folder_sync(f->path);
	(void)fsync(f->folder);
	return 0;
}

/* A file in which not even the header is whole holds nothing. */
static int
finish_drop_empty(struct finish *f)
{
	while (f->count > 0) {
		if (finish_first(f) < 0)
			return -1;
		if (f->length > 0)
			return 0;
		close(f->fd);
		f->fd = -1;
		if (file_remove(f, f->files[0]) < 0)
			return -1;
		f->count--;
		memmove(f->files, f->files + 1, f->count * sizeof(f->files[0]));
	}
	return 0;
}

static int
finish_files(struct finish *f, bool *whole)
{
	uint32_t first;

	if (finish_list(f) < 0)
		return -1;
	first = f->count > 0 ? f->files[0] : 0;
	if (finish_drop_empty(f) < 0)
		return -1;
	if (f->count == 0)
		return 0;
	for (size_t i = 1; i < f->count; i++) {
		if (finish_join(f, f->files[i]) < 0)
			return -1;
	}
	if (finish_end(f) < 0)
		return finish_fails(f, "the frames kept cannot be finished");
	if (finish_move(f) < 0)
		return -1;
	*whole = first == 1;
	return 0;
}

/* Moved by a run that ended just then: all was done but to say so. */
static void
finish_was_moved(struct finish *f, bool *whole)
{
	struct walk walk = { .stop = 0 };
	int fd = open(f->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (walk_file(&walk, fd, fd, 0, f->window) == 0)
		*whole = walk.segment.number == 1;
	close(fd);
}

int
keep_finish(const char *folder, const char *path, const struct keep_end *end, bool *whole,
    struct error *e)
{
	struct finish *f = calloc(1, sizeof(*f));
	int rc = -1;

	*whole = false;
	if (f == NULL ||
	    (f->numbers = numbers_new(end->processes, end->process_count)) == NULL ||
	    (f->window = malloc(WALK_WINDOW)) == NULL) {
		error_add(e, folder, 0, 0, "no memory to join the frames kept");
		goto out;
	}
	f->folder_name = folder;
	f->path = path;
	f->e = e;
	f->fd = -1;
	f->walk.end = end;
	f->walk.numbers = f->numbers;
	f->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->folder < 0) {
		(void)finish_fails(f, "cannot be opened");
		goto out;
	}
	rc = finish_files(f, whole);
	if (rc == 0 && f->count == 0)
		finish_was_moved(f, whole);
	if (f->fd >= 0)
		close(f->fd);
	close(f->folder);
out:
	if (f != NULL) {
		numbers_free(f->numbers);
		free(f->window);
	}
	free(f);
	return rc;
}
