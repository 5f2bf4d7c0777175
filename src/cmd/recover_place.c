/* SPDX-License-Identifier: Apache-2.0 */
/* Where an unfinished capture is, and what was left around it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <libgen.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "recover.h"

#define PART ".part"

static bool
is_folder(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int
rescue_places(struct rescue *r, const char *path, struct error *e)
{
	size_t length = strlen(path);

	while (length > 1 && path[length - 1] == '/')
		length--;
	r->bundle = strndup(path, length);
	r->part = r->bundle != NULL ? journal_folder(r->bundle) : NULL;
	if (r->part != NULL && !is_folder(r->part) && length > strlen(PART) &&
	    strcmp(r->bundle + length - strlen(PART), PART) == 0) {
		free(r->part);
		r->part = r->bundle;
		r->bundle = strndup(path, length - strlen(PART));
	}
	if (r->part == NULL || r->bundle == NULL) {
		error_add(e, path, 0, 0, "out of memory");
		return -1;
	}
	if (is_folder(r->part))
		return 0;
	error_add(e, r->part, 0, 0,
	    "is not there: expected the folder of an unfinished capture, beside the "
	    "place "
	    "of its report");
	return -1;
}

/* A draft is flat but for inputs/ and the folders in it. */
static void
folder_clear(int parent, const char *name, unsigned depth)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *names = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *one = NULL;

	if (names == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((one = readdir(names)) != NULL) {
		if (strcmp(one->d_name, ".") == 0 || strcmp(one->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, one->d_name, 0) != 0 && errno == EISDIR && depth > 0)
			folder_clear(fd, one->d_name, depth - 1);
	}
	closedir(names);
	(void)unlinkat(parent, name, AT_REMOVEDIR);
}

/* ".NAME.part-abcdef" */
static bool
is_draft(const char *name, const char *base)
{
	size_t length = strnlen(base, 200);

	return name[0] == '.' && strncmp(name + 1, base, length) == 0 &&
	       fnmatch(".part-[a-z2-7][a-z2-7][a-z2-7][a-z2-7][a-z2-7][a-z2-7]",
		   name + 1 + length, 0) == 0;
}

void
rescue_drafts(const char *bundle)
{
	char *above = strdup(bundle), *copy = strdup(bundle);
	const char *base = copy != NULL ? basename(copy) : NULL;
	DIR *names = above != NULL ? opendir(dirname(above)) : NULL;
	const struct dirent *one = NULL;

	while (base != NULL && names != NULL && (one = readdir(names)) != NULL)
		if (is_draft(one->d_name, base))
			folder_clear(dirfd(names), one->d_name, 2);
	if (names != NULL)
		closedir(names);
	free(above);
	free(copy);
}
