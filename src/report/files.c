/* SPDX-License-Identifier: Apache-2.0 */
/* Folders listed, made and removed; small files read whole. */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "files.h"

char *
path_join(const char *folder, const char *name)
{
	char *path = NULL;

	return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

char *
path_trim(const char *path)
{
	size_t length = strlen(path);

	while (length > 1 && path[length - 1] == '/')
		length--;
	return strndup(path, length);
}

static int
listing_add(struct listing *l, const char *path, enum entry_kind kind)
{
	if (l->count == LISTING_MAX) {
		errno = EFBIG;
		return -1;
	}
	if (l->count == l->room) {
		size_t room = l->room ? 2 * l->room : 32;
		struct entry *more = realloc(l->entries, room * sizeof(*more));

		if (more == NULL)
			return -1;
		l->entries = more;
		l->room = room;
	}
	l->entries[l->count] = (struct entry){ strdup(path), kind };
	return l->entries[l->count].path != NULL ? (l->count++, 0) : -1;
}

static int
by_path(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static FTS *
walk(const char *folder)
{
	char *const roots[] = { strdup(folder), NULL };
	FTS *fts = NULL;

	if (roots[0] != NULL)
		fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	free(roots[0]);
	return fts;
}

static const char *
below(const char *folder, const char *path)
{
	path += strlen(folder);
	return path + strspn(path, "/");
}

/* One step of a walk. Errors of the walk itself (no access, no memory) end it. */
static int
listing_step(struct listing *l, const char *folder, const FTSENT *at)
{
	switch (at->fts_info) {
	case FTS_DP:
		return 0;
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
	case FTS_DC:
		errno = at->fts_errno ? at->fts_errno : ELOOP;
		return -1;
	case FTS_D:
		return at->fts_level == FTS_ROOTLEVEL
			   ? 0
			   : listing_add(l, below(folder, at->fts_path), ENTRY_FOLDER);
	case FTS_F:
		return listing_add(l, below(folder, at->fts_path), ENTRY_FILE);
	default:
		return listing_add(l, below(folder, at->fts_path), ENTRY_OTHER);
	}
}

int
listing_read(const char *folder, struct listing *out)
{
	FTS *fts = walk(folder);
	const FTSENT *at = NULL;
	int rc = fts != NULL ? 0 : -1, problem = 0;

	while (rc == 0 && (errno = 0, at = fts_read(fts)) != NULL)
		rc = listing_step(out, folder, at);
	if (rc == 0 && errno != 0)
		rc = -1;
	problem = errno;
	if (fts != NULL)
		fts_close(fts);
	if (rc == 0 && out->count > 1)
		qsort(out->entries, out->count, sizeof(*out->entries), by_path);
	errno = problem;
	return rc;
}

void
listing_clear(struct listing *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->entries[i].path);
	free(l->entries);
	*l = (struct listing){ 0 };
}

int
folder_remove(const char *folder)
{
	FTS *fts = walk(folder);
	const FTSENT *at = NULL;
	int problem = fts != NULL ? 0 : errno;

	while (fts != NULL && (at = fts_read(fts)) != NULL) {
		if (at->fts_info != FTS_D && remove(at->fts_accpath) != 0 && problem == 0)
			problem = errno;
	}
	if (fts != NULL)
		fts_close(fts);
	errno = problem;
	return problem == 0 ? 0 : -1;
}

int
folder_make(const char *folder, struct error *e)
{
	char *path = strdup(folder);
	int rc = path != NULL ? 0 : -1;

	for (char *at = path; rc == 0 && at != NULL;) {
		at = strchr(at + strspn(at, "/"), '/');
		if (at != NULL)
			*at = '\0';
		if (path[0] != '\0' && mkdir(path, 0777) != 0 && errno != EEXIST) {
			error_add(e, path, 0, 0, "cannot be made: %s", strerror(errno));
			rc = -1;
		}
		if (at != NULL)
			*at++ = '/';
	}
	free(path);
	return rc;
}

/* How much to make room for: what a file holds; the limit where nobody knows. */
static size_t
size_expected(int fd, size_t limit)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
		return limit;
	return (size_t)st.st_size < limit ? (size_t)st.st_size : limit;
}

int
file_read(const char *path, size_t limit, char **data, size_t *length)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), problem = 0;
	size_t room = 0;
	char *text = NULL;
	ssize_t got = 1;

	*length = 0;
	if (fd < 0)
		return -1;
	room = size_expected(fd, limit) + 1;
	text = malloc(room);
	while (text != NULL && *length < room && got > 0) {
		got = read(fd, text + *length, room - *length);
		if (got > 0)
			*length += (size_t)got;
	}
	problem = *length == room ? EFBIG : got < 0 || text == NULL ? errno : 0;
	close(fd);
	if (problem != 0) {
		free(text);
		errno = problem;
		return -1;
	}
	text[*length] = '\0';
	*data = text;
	return 0;
}
