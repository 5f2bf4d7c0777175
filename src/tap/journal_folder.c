/* SPDX-License-Identifier: Apache-2.0 */
/* The journal's folder: its names, its lock, and how it goes. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "journal.h"

#define RETRY_MS 20

char *
journal_folder(const char *bundle)
{
	size_t length = strlen(bundle);
	char *folder = NULL;

	while (length > 1 && bundle[length - 1] == '/')
		length--;
	return asprintf(&folder, "%.*s.part", (int)length, bundle) < 0 ? NULL : folder;
}

void
journal_name(
    char name[JOURNAL_NAME_SIZE], const char *prefix, unsigned number, const char *suffix)
{
	snprintf(name, JOURNAL_NAME_SIZE, "%s%05u%s", prefix, number, suffix);
}

unsigned
journal_number(const char *name, const char *prefix, const char *suffix)
{
	char same[JOURNAL_NAME_SIZE];
	unsigned long number = 0;

	if (strncmp(name, prefix, strlen(prefix)) != 0)
		return 0;
	number = strtoul(name + strlen(prefix), NULL, 10);
	if (number > 99999999)
		return 0;
	journal_name(same, prefix, (unsigned)number, suffix);
	return strcmp(name, same) == 0 ? (unsigned)number : 0;
}

int
journal_folder_open(const char *folder, struct error *e)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		error_add(e, folder, 0, 0,
		    "%s: expected the folder of an unfinished capture", strerror(errno));
	return fd;
}

int
journal_lock(int folder, int wait_ms)
{
	const struct timespec pause = { 0, RETRY_MS * 1000000L };
	int problem = 0;
	int fd =
	    openat(folder, JOURNAL_LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -1;
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK && wait_ms > 0) {
			nanosleep(&pause, NULL);
			wait_ms -= RETRY_MS;
		} else if (errno != EINTR) {
			problem = errno;
			close(fd);
			errno = problem;
			return -1;
		}
	}
	return fd;
}

int
journal_claim(const char *folder, struct error *e)
{
	int fd = journal_folder_open(folder, e);

	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		(void)unlinkat(fd, JOURNAL_RESERVE, 0);
		return fd;
	}
	error_add(e, folder, 0, 0, "%s",
	    errno == EWOULDBLOCK ? "is being recovered already" : strerror(errno));
	close(fd);
	return -1;
}

int
journal_names(int folder, int (*each)(void *context, const char *name), void *context)
{
	/* A descriptor of its own: where it stands in the folder is shared otherwise. */
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;
	DIR *names = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *one = NULL;

	if (names == NULL) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (rc == 0 && (one = readdir(names)) != NULL)
		if (strcmp(one->d_name, ".") != 0 && strcmp(one->d_name, "..") != 0)
			rc = each(context, one->d_name);
	closedir(names);
	return rc;
}

/* What may be in a folder, by the path below it. The first one goes last but one. */
struct sweep {
	int fd;
	const char *const *files, *const *folders; /* patterns, NULL-terminated */
	bool checking;                             /* nothing is removed yet */
	char foreign[256];
	struct sweep *below; /* how to sweep the folders in it; NULL: none may be there */
};

static bool
matches(const char *const *patterns, const char *name)
{
	for (; patterns != NULL && *patterns != NULL; patterns++)
		if (fnmatch(*patterns, name, 0) == 0)
			return true;
	return false;
}

static int sweep_each(void *context, const char *name);

static int
sweep_below(struct sweep *s, const char *name)
{
	struct sweep below = *s->below;
	int rc = -1;

	below.checking = s->checking;
	below.fd = openat(s->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (below.fd < 0)
		return -1;
	rc = journal_names(below.fd, sweep_each, &below);
	if (rc != 0 && below.foreign[0] != '\0')
		snprintf(
		    s->foreign, sizeof(s->foreign), "%.60s/%.180s", name, below.foreign);
	close(below.fd);
	if (rc == 0 && !s->checking)
		rc = unlinkat(s->fd, name, AT_REMOVEDIR);
	return rc;
}

static int
sweep_each(void *context, const char *name)
{
	struct sweep *s = context;
	struct stat st;

	if (fstatat(s->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0 : -1;
	if (S_ISDIR(st.st_mode) && s->below != NULL && matches(s->folders, name))
		return sweep_below(s, name);
	if (S_ISREG(st.st_mode) && matches(s->files, name))
		return s->checking ? 0 : unlinkat(s->fd, name, 0);
	snprintf(s->foreign, sizeof(s->foreign), "%.255s", name);
	return -1;
}

/* The log goes first: without it there is nothing to recover, and all the rest is dust.
 */
static int
folder_sweep(int fd, char foreign[256])
{
	static const char *const all[] = { "*", NULL }, *const inputs[] = { "inputs",
		NULL };
	static const char *const options[] = { "options.json", NULL };
	static const char *const files[] = { JOURNAL_LOG, JOURNAL_LOCK, JOURNAL_RESERVE,
		"journal-[0-9]*", "checkpoint-[0-9]*", "keep-*", "capture.pcapng*",
		NULL };
	struct sweep leaves = { .files = all };
	struct sweep middle = { .files = options, .folders = all, .below = &leaves };
	struct sweep top = { .fd = fd,
		.files = files,
		.folders = inputs,
		.checking = true,
		.below = &middle };
	int rc = journal_names(fd, sweep_each, &top);

	snprintf(foreign, 256, "%.255s", top.foreign);
	if (rc != 0)
		return -1;
	top.checking = false;
	if (unlinkat(fd, JOURNAL_LOG, 0) != 0 && errno != ENOENT)
		return -1;
	return journal_names(fd, sweep_each, &top);
}

int
journal_remove(const char *folder, struct error *e)
{
	char foreign[256] = "";
	int fd = journal_folder_open(folder, e), rc = -1;

	if (fd < 0)
		return -1;
	errno = 0;
	rc = folder_sweep(fd, foreign);
	if (rc == 0)
		rc = rmdir(folder);
	if (foreign[0] != '\0')
		error_add(e, folder, 0, 0,
		    "holds \"%s\", which is none of a capture's own: left as it is",
		    foreign);
	else if (rc != 0)
		error_add(e, folder, 0, 0, "cannot be removed: %s", strerror(errno));
	close(fd);
	return rc;
}
