/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles that are either whole or not there: a folder beside, fsync, rename. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include "draft.h"
#include "files.h"
#include "place.h"

#define BUFFER_SIZE (64 * 1024)

struct draft_file {
	char *name;
	char sha256[SHA256_TEXT_SIZE];
};

struct draft {
	struct error *error;
	char *folder; /* as given, for people */
	struct place place;
	char *name, *path; /* of the folder beside it */
	int fd;
	bool failed, committed;
	size_t count, room;
	struct draft_file *files;
	char *taken; /* a file that goes away by the commit, or NULL */
	/* The file being written. */
	FILE *out;
	int out_fd, out_errno;
	struct sha256 *out_sum;
	char buffer[BUFFER_SIZE];
};

/* Returns -1. `name` is a file of the bundle, or NULL for the folder. */
static int
draft_fail(struct draft *d, const char *name, const char *what, const char *why)
{
	char *path = name != NULL ? path_join(d->folder, name) : strdup(d->folder);

	if (!d->failed)
		error_add(d->error, path, 0, 0, "%s: %s", what, why);
	d->failed = true;
	free(path);
	return -1;
}

/* `number` is of errno, or 0. */
static int
draft_unwritten(struct draft *d, const char *name, int number)
{
	return draft_fail(d, name, "cannot be written",
	    number != 0 ? strerror(number) : "out of memory");
}

/* With the mode that a new folder has for this user, so not by mkdtemp(). */
static int
draft_make(struct draft *d)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint8_t dice[6];

	for (unsigned trial = 0; trial < 100; trial++) {
		char tail[COUNT_OF(dice) + 1] = "";

		if (getrandom(dice, sizeof(dice), 0) != (ssize_t)sizeof(dice))
			return -1;
		for (size_t i = 0; i < COUNT_OF(dice); i++)
			tail[i] = letters[dice[i] % 32];
		free(d->name);
		d->name = NULL;
		if (asprintf(&d->name, ".%.200s.part-%s", d->place.base, tail) < 0)
			return -1;
		if (mkdirat(d->place.fd, d->name, 0777) == 0)
			return 0;
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

static int
draft_start(struct draft *d)
{
	if (draft_make(d) != 0)
		return draft_fail(d, NULL, "cannot be made", strerror(errno));
	d->path = path_join(d->place.parent, d->name);
	d->fd = openat(d->place.fd, d->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return d->path != NULL && d->fd >= 0 ? 0 : draft_unwritten(d, NULL, errno);
}

struct draft *
draft_begin(const char *folder, struct error *e)
{
	struct draft *d = calloc(1, sizeof(*d));

	if (d == NULL || (d->folder = path_trim(folder)) == NULL) {
		error_add(e, folder, 0, 0, "out of memory");
		free(d);
		return NULL;
	}
	d->error = e;
	d->fd = -1;
	if (place_find(&d->place, folder, e) == 0 && draft_start(d) == 0)
		return d;
	draft_free(d);
	return NULL;
}

static ssize_t
cookie_write(void *cookie, const char *data, size_t size)
{
	struct draft *d = cookie;
	size_t done = 0;

	while (done < size) {
		ssize_t n = write(d->out_fd, data + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			d->out_errno = n < 0 ? errno : ENOSPC;
			return 0; /* how a cookie says that it failed */
		}
		done += (size_t)n;
	}
	sha256_add(d->out_sum, data, size);
	return (ssize_t)size;
}

/* The folders of a file in the draft. */
static int
draft_folders(struct draft *d, const char *name)
{
	char path[PATH_MAX];

	for (const char *at = strchr(name, '/'); at != NULL; at = strchr(at + 1, '/')) {
		snprintf(path, sizeof(path), "%.*s", (int)(at - name), name);
		if (mkdirat(d->fd, path, 0777) != 0 && errno != EEXIST)
			return -1;
	}
	return 0;
}

/* Room for one more file in the list. */
static struct draft_file *
draft_room(struct draft *d)
{
	if (d->count == d->room) {
		size_t room = d->room ? 2 * d->room : 32;
		struct draft_file *more = realloc(d->files, room * sizeof(*more));

		if (more == NULL)
			return NULL;
		d->files = more;
		d->room = room;
	}
	return &d->files[d->count];
}

/* SHA256SUMS has no way to write these that every tool reads alike. */
static bool
is_name(const char *name)
{
	for (const char *c = name; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f || *c == '\\')
			return false;
	return true;
}

/* Adds a file to the list; NULL on failure. */
static struct draft_file *
draft_add(struct draft *d, const char *name)
{
	struct draft_file *file = NULL;

	if (d->failed)
		return NULL;
	if (!is_name(name)) {
		(void)draft_fail(d, name, "cannot be written",
		    "a backslash or a control character is in its name");
		return NULL;
	}
	if ((file = draft_room(d)) == NULL || (file->name = strdup(name)) == NULL) {
		(void)draft_unwritten(d, name, 0);
		return NULL;
	}
	d->count++;
	return file;
}

/* Opens the file and what hashes it. 0, or -1 and errno (0: memory is full). */
static int
draft_stream(struct draft *d, const char *name)
{
	cookie_io_functions_t functions = { .write = cookie_write };
	char none[SHA256_TEXT_SIZE];

	d->out_fd = openat(d->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (d->out_fd < 0)
		return -1;
	errno = 0;
	d->out_errno = 0;
	if ((d->out_sum = sha256_new()) != NULL &&
	    (d->out = fopencookie(d, "w", functions)) != NULL) {
		setvbuf(d->out, d->buffer, _IOFBF, sizeof(d->buffer));
		return 0;
	}
	if (d->out_sum != NULL)
		sha256_end(d->out_sum, none);
	close(d->out_fd);
	return -1;
}

FILE *
draft_open(struct draft *d, const char *name)
{
	if (draft_add(d, name) == NULL)
		return NULL;
	if (draft_folders(d, name) == 0 && draft_stream(d, name) == 0)
		return d->out;
	(void)draft_unwritten(d, name, errno);
	return NULL;
}

int
draft_close(struct draft *d, int written)
{
	struct draft_file *file = &d->files[d->count - 1];

	if (fclose(d->out) != 0)
		written = -1;
	d->out = NULL;
	sha256_end(d->out_sum, file->sha256);
	d->out_sum = NULL;
	/* On its way to the disk by the time that it is waited for. */
	if (written == 0)
		(void)sync_file_range(d->out_fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	if (close(d->out_fd) != 0 && d->out_errno == 0)
		d->out_errno = errno;
	if (written != 0 || d->out_errno != 0)
		return draft_unwritten(d, file->name, d->out_errno);
	return 0;
}

static const struct draft_file *
draft_named(const struct draft *d, const char *name)
{
	for (size_t i = 0; i < d->count; i++)
		if (strcmp(d->files[i].name, name) == 0)
			return &d->files[i];
	return NULL;
}

int
draft_bytes(struct draft *d, const char *name, const void *data, size_t length)
{
	const struct draft_file *known = draft_named(d, name);
	char sha256[SHA256_TEXT_SIZE];
	struct sha256 *sum = NULL;
	FILE *out = NULL;

	if (known != NULL && (sum = sha256_new()) != NULL) {
		sha256_add(sum, data, length);
		sha256_end(sum, sha256);
		if (strcmp(sha256, known->sha256) == 0)
			return d->failed ? -1 : 0;
		return draft_fail(d, name, "cannot be written",
		    "another file of that name is in the bundle already");
	}
	if ((out = draft_open(d, name)) == NULL)
		return -1;
	return draft_close(d, fwrite(data, 1, length, out) == length ? 0 : -1);
}

/* The sum of an open file, from its start. 0, or -1 and errno. */
static int
sum_read(int fd, char sha256[SHA256_TEXT_SIZE])
{
	struct sha256 *sum = sha256_new();
	char buffer[BUFFER_SIZE];
	ssize_t n = -1;

	if (sum == NULL)
		return -1;
	while ((n = read(fd, buffer, sizeof(buffer))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			sha256_add(sum, buffer, (size_t)n);
	sha256_end(sum, sha256);
	return n == 0 ? 0 : -1;
}

static int
all_write(int fd, const char *data, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = write(fd, data + done, size - done);

		if (n <= 0 && errno != EINTR)
			return -1;
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* The bytes of an open file as the file of that name. 0, or -1 and errno. */
static int
file_copy(const struct draft *d, const char *name, int from)
{
	int to = openat(d->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	char buffer[BUFFER_SIZE];
	ssize_t n = 0;
	int rc = to >= 0 ? 0 : -1;

	while (rc == 0 && (n = read(from, buffer, sizeof(buffer))) > 0)
		rc = all_write(to, buffer, (size_t)n);
	if (to >= 0 && close(to) != 0)
		rc = -1;
	return n < 0 ? -1 : rc;
}

int
draft_take(struct draft *d, const char *name, const char *path)
{
	struct draft_file *file = draft_add(d, name);
	int fd = file != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	int rc = -1;

	if (file == NULL)
		return -1;
	errno = fd >= 0 ? 0 : errno;
	/* A second name first: whatever fails from here on, the file stays where it was.
	 */
	if (fd >= 0 && sum_read(fd, file->sha256) == 0 &&
	    (linkat(AT_FDCWD, path, d->fd, name, 0) == 0 ||
		(lseek(fd, 0, SEEK_SET) == 0 && file_copy(d, name, fd) == 0)) &&
	    (d->taken = strdup(path)) != NULL)
		rc = 0;
	else
		(void)draft_unwritten(d, name, errno);
	if (fd >= 0)
		close(fd);
	return rc;
}

static int
by_name(const void *a, const void *b)
{
	const struct draft_file *x = a, *y = b;

	return strcmp(x->name, y->name);
}

char *
draft_sums(struct draft *d, size_t *length)
{
	char *text = NULL;
	FILE *out = d->failed ? NULL : open_memstream(&text, length);

	if (out == NULL)
		return NULL;
	qsort(d->files, d->count, sizeof(*d->files), by_name);
	for (size_t i = 0; i < d->count; i++)
		fprintf(out, "%s  %s\n", d->files[i].sha256, d->files[i].name);
	if (fclose(out) != 0) {
		(void)draft_unwritten(d, "SHA256SUMS", 0);
		free(text);
		return NULL;
	}
	return text;
}

/* File by file: syncfs() would also wait for what others write to that disk. */
static int
draft_sync(struct draft *d)
{
	struct listing l = { 0 };
	int rc = listing_read(d->path, &l);

	for (size_t i = 0; rc == 0 && i < l.count; i++) {
		int fd = openat(d->fd, l.entries[i].path, O_RDONLY | O_CLOEXEC);

		/* Some file systems refuse to sync a folder: then they need not. */
		if (fd < 0 || (fsync(fd) != 0 && l.entries[i].kind == ENTRY_FILE))
			rc = -1;
		if (fd >= 0)
			close(fd);
	}
	(void)fsync(d->fd);
	listing_clear(&l);
	return rc;
}

int
draft_commit(struct draft *d)
{
	if (d->failed)
		return -1;
	if (draft_sync(d) != 0)
		return draft_unwritten(d, NULL, errno);
	if (d->place.replaces)
		(void)fchmod(d->fd, d->place.mode);
	if (place_take(&d->place, d->name) != 0)
		return draft_fail(d, NULL, "cannot be put in its place",
		    errno == EBUSY ? "something is mounted there, name a folder in it"
				   : strerror(errno));
	d->committed = true;
	(void)fsync(d->place.fd);
	if (d->taken != NULL)
		(void)unlink(d->taken);
	if (!d->place.replaces || folder_remove(d->path) == 0)
		return 0;
	error_add(d->error, d->path, 0, 0,
	    "holds the earlier bundle, which cannot be removed: %s", strerror(errno));
	return -1;
}

void
draft_free(struct draft *d)
{
	if (d == NULL)
		return;
	if (d->fd >= 0 && !d->committed)
		(void)fchmod(d->fd, 0700);
	if (d->path != NULL && !d->committed)
		(void)folder_remove(d->path);
	if (d->fd >= 0)
		close(d->fd);
	for (size_t i = 0; i < d->count; i++)
		free(d->files[i].name);
	free(d->files);
	free(d->taken);
	place_clear(&d->place);
	free(d->folder);
	free(d->name);
	free(d->path);
	free(d);
}
