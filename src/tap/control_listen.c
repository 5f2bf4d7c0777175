/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making the socket, in a folder where others may have put things before. All is done
 * with the user's own rights to files, so that root is led nowhere: what the user may not
 * make or remove himself is left alone, and what is made can be removed after root's
 * rights are gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "control.h"

/* How long another start at the same path is waited for. */
#define LOCK_TRIES 50
#define LOCK_PAUSE_NS 20000000

int
control_address(const char *path, struct sockaddr_un *out, struct error *e)
{
	size_t length = strlen(path);

	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (length == 0 || length >= sizeof(out->sun_path)) {
		error_add(e, path, 0, 0,
		    "cannot be a socket: expected a path of at most %zu bytes",
		    sizeof(out->sun_path) - 1);
		return -1;
	}
	memcpy(out->sun_path, path, length + 1);
	return 0;
}

void
control_own_folder(uid_t uid, char path[CONTROL_PATH_SIZE])
{
	snprintf(path, CONTROL_PATH_SIZE, "/tmp/callwitness-%u", (unsigned)uid);
}

void
control_path(uid_t uid, char path[CONTROL_PATH_SIZE])
{
	char folder[CONTROL_PATH_SIZE] = "/run";
	struct stat st;

	if (uid != 0)
		snprintf(folder, sizeof(folder), "/run/user/%u", (unsigned)uid);
	if (stat(folder, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == uid) {
		snprintf(path, CONTROL_PATH_SIZE, "%.*s/callwitness.sock",
		    CONTROL_PATH_SIZE / 2, folder);
		return;
	}
	control_own_folder(uid, folder);
	snprintf(
	    path, CONTROL_PATH_SIZE, "%.*s/control.sock", CONTROL_PATH_SIZE / 2, folder);
}

/* "a/b" of "a/b/c", "." of "c". */
static void
folder_of(const char *path, char folder[CONTROL_PATH_SIZE])
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		snprintf(folder, CONTROL_PATH_SIZE, ".");
	else
		snprintf(folder, CONTROL_PATH_SIZE, "%.*s",
		    slash == path ? 1 : (int)(slash - path), path);
}

/* In /tmp anybody may have made a folder, or a link, of that name before. */
static int
own_folder_make(const char *folder, uid_t uid, struct error *e)
{
	struct stat st;

	if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
		error_add(e, folder, 0, 0, "cannot be made: %s", strerror(errno));
		return -1;
	}
	if (lstat(folder, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == uid &&
	    (st.st_mode & 022) == 0)
		return 0;
	error_add(e, folder, 0, 0,
	    "is not safe: expected a folder that is the user's and that nobody else may "
	    "write to; remove it, or give another place with --socket");
	return -1;
}

/* The folder, locked against another start: between its first look and its listening a
 * socket looks as if nobody listened. -1 is no lock; nobody is waited for for ever. */
static int
folder_lock(const char *folder)
{
	const struct timespec pause = { 0, LOCK_PAUSE_NS };
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (int i = 0; fd >= 0 && i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
			break;
		(void)nanosleep(&pause, NULL);
	}
	return fd;
}

/* Removes a socket that nobody listens to. 0, or -1 and a line in e. */
static int
stale_remove(const char *path, const struct sockaddr_un *address, struct error *e)
{
	struct stat st;
	int fd = -1, rc = -1;

	if (lstat(path, &st) != 0) {
		if (errno == ENOENT)
			return 0;
		error_add(e, path, 0, 0, "cannot be looked at: %s", strerror(errno));
		return -1;
	}
	if (!S_ISSOCK(st.st_mode)) {
		error_add(e, path, 0, 0,
		    "is there already and is no socket: give another place with "
		    "--socket");
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		error_add(e, path, 0, 0, "cannot be asked: %s", strerror(errno));
	else if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
		 errno != ECONNREFUSED)
		error_add(e, NULL, 0, 0,
		    "another capture listens at %s: give this one its own with --socket",
		    path);
	else if ((rc = unlink(path)) != 0)
		error_add(e, path, 0, 0, "cannot be replaced: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return rc;
}

/* Nobody else can open it from its first moment on, and nobody at all before it listens.
 */
static int
listen_at(struct control *c, const struct sockaddr_un *address, struct error *e)
{
	mode_t mask = umask(0177);
	int rc = bind(c->listener, (const struct sockaddr *)address, sizeof(*address));

	(void)umask(mask);
	if (rc == 0)
		rc = lstat(c->path, &c->made);
	if (rc == 0)
		rc = listen(c->listener, CONTROL_PEERS);
	if (rc != 0)
		error_add(e, c->path, 0, 0, "cannot be made: %s", strerror(errno));
	return rc;
}

static int
listen_as_user(struct control *c, const struct tap_user *user, struct error *e)
{
	char folder[CONTROL_PATH_SIZE], own[CONTROL_PATH_SIZE];
	struct sockaddr_un address;
	int lock = -1, rc = -1;

	if (control_address(c->path, &address, e) != 0)
		return -1;
	folder_of(c->path, folder);
	control_own_folder(user->uid, own);
	if (strcmp(folder, own) == 0 && own_folder_make(folder, user->uid, e) != 0)
		return -1;
	lock = folder_lock(folder);
	if (stale_remove(c->path, &address, e) == 0)
		rc = listen_at(c, &address, e);
	if (lock >= 0)
		close(lock);
	return rc;
}

int
control_listen(struct control *c, const struct tap_user *user, struct error *e)
{
	int gid = setfsgid(user->gid), uid = setfsuid(user->uid), rc = -1;

	c->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->listener < 0)
		error_add(e, c->path, 0, 0, "cannot be made: %s", strerror(errno));
	else if ((uid_t)setfsuid((uid_t)-1) != user->uid)
		error_add(e, c->path, 0, 0,
		    "cannot be made for the user %u: not permitted", (unsigned)user->uid);
	else
		rc = listen_as_user(c, user, e);
	(void)setfsuid((uid_t)uid);
	(void)setfsgid((gid_t)gid);
	return rc;
}
