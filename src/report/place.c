/* SPDX-License-Identifier: Apache-2.0 */
/* Where a bundle goes, what may be replaced there, and how it gets there at once. */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "files.h"
#include "place.h"

/* All that a bundle can hold. What else is in a folder is somebody's: it is not ours to
 * remove. */
static bool
is_of_a_bundle(const struct entry *e)
{
	static const char *const files[] = { "report.json", "report.html", "report.md",
		"flows.ndjson", "marks.yaml", "capture.pcapng", "inputs/options.json",
		"inputs/*/*", "SHA256SUMS", "SHA256SUMS.minisig", "signer.pub" };
	static const char *const folders[] = { "inputs", "inputs/*" };
	const char *const *names = e->kind == ENTRY_FOLDER ? folders : files;
	size_t count = e->kind == ENTRY_FOLDER ? COUNT_OF(folders) : COUNT_OF(files);

	for (size_t i = 0; i < count; i++)
		if (fnmatch(names[i], e->path, FNM_PATHNAME) == 0)
			return e->kind != ENTRY_OTHER;
	return false;
}

/* The first entry that forbids to remove the rest; NULL if there is none. */
static const struct entry *
listing_foreign(const struct listing *l, bool *bundle)
{
	const struct entry *foreign = NULL;

	*bundle = false;
	for (size_t i = 0; i < l->count; i++) {
		const struct entry *e = &l->entries[i];

		if (foreign == NULL && !is_of_a_bundle(e))
			foreign = e;
		*bundle = *bundle || strcmp(e->path, "SHA256SUMS") == 0 ||
			  strcmp(e->path, "report.json") == 0;
	}
	return foreign == NULL && l->count > 0 && !*bundle ? &l->entries[0] : foreign;
}

/* Whether what is there may go. */
static int
contents_check(const char *folder, const char *real, struct error *e)
{
	struct listing l = { 0 };
	const struct entry *foreign = NULL;
	bool bundle = false;
	int rc = listing_read(real, &l);

	if (rc != 0) {
		error_add(e, folder, 0, 0, "cannot be read: %s", strerror(errno));
	} else if ((foreign = listing_foreign(&l, &bundle)) != NULL) {
		error_add(e, folder, 0, 0,
		    "holds \"%s\" and is left as it is, because %s: expected a new or "
		    "an empty folder, or an earlier bundle",
		    foreign->path,
		    bundle ? "that is no part of a bundle" : "it is no bundle");
		rc = -1;
	}
	listing_clear(&l);
	return rc;
}

/* What has the name already: noted, if it may be replaced. */
static int
place_meet(struct place *p, const char *folder, const char *real, struct error *e)
{
	const char *fault = NULL;
	struct stat here, above, st;

	if (p->base[0] == '\0')
		fault = "it is the root of all folders";
	else if (stat(real, &st) != 0)
		fault = strerror(errno);
	else if (!S_ISDIR(st.st_mode))
		fault = "a file has that name";
	else if (stat(".", &here) == 0 && here.st_dev == st.st_dev &&
		 here.st_ino == st.st_ino)
		fault = "it is the folder you are in, name another";
	else if (fstat(p->fd, &above) != 0 || above.st_dev != st.st_dev)
		fault = "something is mounted there, name a folder in it";
	else if (access(real, W_OK) != 0)
		fault = "it is write-protected";
	if (fault != NULL) {
		error_add(e, folder, 0, 0, "cannot be replaced: %s", fault);
		return -1;
	}
	p->replaces = true;
	p->mode = st.st_mode & 07777;
	return contents_check(folder, real, e);
}

/* "a/b/" to "a" and "b"; "b" alone is in ".". */
static int
path_split(const char *path, char **parent, char **base)
{
	size_t end = strlen(path), start = 0, above = 0;

	while (end > 0 && path[end - 1] == '/')
		end--;
	for (start = end; start > 0 && path[start - 1] != '/';)
		start--;
	for (above = start; above > 1 && path[above - 1] == '/';)
		above--;
	*base = strndup(path + start, end - start);
	*parent = above > 0 ? strndup(path, above) : strdup(".");
	return *parent != NULL && *base != NULL ? 0 : -1;
}

static int
place_new(struct place *p, const char *folder, struct error *e)
{
	char *above = NULL;
	int rc = path_split(folder, &above, &p->base);

	if (rc == 0 && (p->base[0] == '\0' || strcmp(p->base, ".") == 0 ||
			   strcmp(p->base, "..") == 0)) {
		error_add(e, folder, 0, 0, "is no usable name of a folder");
		rc = -1;
	}
	if (rc == 0)
		rc = folder_make(above, e);
	if (rc == 0)
		p->parent = realpath(above, NULL);
	free(above);
	return p->parent != NULL ? 0 : -1;
}

/* 0, or -1 after a line in e or with errno. */
static int
place_open(struct place *p, const char *folder, const char *real, struct error *e)
{
	int rc = real != NULL ? path_split(real, &p->parent, &p->base)
			      : place_new(p, folder, e);

	if (rc == 0)
		p->fd = open(p->parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (rc != 0 || p->fd < 0)
		return -1;
	return real != NULL ? place_meet(p, folder, real, e) : 0;
}

int
place_find(struct place *p, const char *folder, struct error *e)
{
	char *real = realpath(folder, NULL);
	size_t before = e->count;
	int rc = -1;

	*p = (struct place){ .fd = -1 };
	rc = place_open(p, folder, real, e);
	if (rc != 0 && e->count == before)
		error_add(e, folder, 0, 0, "cannot be made: %s", strerror(errno));
	free(real);
	return rc;
}

int
folders_swap_slowly(int parent, const char *a, const char *b)
{
	char *aside = NULL;
	int rc = -1, problem = 0;

	if (asprintf(&aside, "%s-old", b) < 0)
		return -1;
	if (renameat(parent, a, parent, aside) != 0)
		goto out;
	rc = renameat(parent, b, parent, a);
	problem = errno;
	(void)renameat(parent, aside, parent, rc == 0 ? b : a);
	errno = problem;
out:
	free(aside);
	return rc;
}

int
place_take(const struct place *p, const char *name)
{
	if (renameat2(p->fd, name, p->fd, p->base,
		p->replaces ? RENAME_EXCHANGE : RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	return p->replaces ? folders_swap_slowly(p->fd, p->base, name)
			   : renameat(p->fd, name, p->fd, p->base);
}

void
place_clear(struct place *p)
{
	if (p->fd >= 0)
		close(p->fd);
	free(p->parent);
	free(p->base);
	*p = (struct place){ .fd = -1 };
}
