/* SPDX-License-Identifier: Apache-2.0 */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER (128u << 10) /* stays in a core's own cache */

int
source_open(struct source *s, const char *path, struct error *e)
{
	bool standard = strcmp(path, "-") == 0;
	struct stat st;

	s->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (s->fd < 0 || fstat(s->fd, &st) < 0) {
		error_add(e, path, 0, 0, "cannot be opened: %s", strerror(errno));
		return -1;
	}
	if (S_ISDIR(st.st_mode)) {
		error_add(e, path, 0, 0, "is a directory, not a capture file");
		return -1;
	}
	/* Standard input may stand anywhere in its file: then it is read like a pipe. */
	s->regular = S_ISREG(st.st_mode) && lseek(s->fd, 0, SEEK_CUR) == 0;
	s->size = s->regular ? (uint64_t)st.st_size : 0;
	s->room = BUFFER;
	s->buffer = malloc(s->room);
	if (s->buffer == NULL) {
		error_add(e, path, 0, 0, "no memory to read it");
		return -1;
	}
	return 0;
}

void
source_close(struct source *s)
{
	char text[SHA256_TEXT_SIZE];

	if (s->digest != NULL)
		sha256_end(s->digest, text);
	if (s->fd > STDIN_FILENO)
		close(s->fd);
	free(s->buffer);
	s->digest = NULL;
	s->buffer = NULL;
	s->fd = -1;
}

static size_t
source_read_fd(struct source *s, uint8_t *to, size_t n)
{
	ssize_t got;

	if (s->regular && n > s->size - s->taken)
		n = (size_t)(s->size - s->taken);
	if (n == 0 || s->failure != 0)
		return 0;
	do
		got = read(s->fd, to, n);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		s->failure = errno;
		return 0;
	}
	s->taken += (uint64_t)got;
	if (s->digest != NULL)
		sha256_add(s->digest, to, (size_t)got);
	return (size_t)got;
}

/* Room for n bytes from source_at() on; what is there moves to the front. */
static bool
source_room(struct source *s, size_t n)
{
	uint8_t *bigger;

	if (s->at > 0)
		memmove(s->buffer, source_at(s), source_left(s));
	s->end -= s->at;
	s->at = 0;
	if (n <= s->room)
		return true;
	bigger = realloc(s->buffer, n);
	if (bigger == NULL) {
		s->failure = ENOMEM;
		return false;
	}
	s->buffer = bigger;
	s->room = n;
	return true;
}

bool
source_fill(struct source *s, size_t n)
{
	size_t got;

	if (source_left(s) >= n)
		return true;
	if (!source_room(s, n))
		return false;
	while (source_left(s) < n) {
		got = source_read_fd(s, s->buffer + s->end, s->room - s->end);
		if (got == 0)
			return false;
		s->end += got;
	}
	return true;
}

void
source_drain(struct source *s)
{
	do
		s->at = s->end = 0;
	while (source_read_fd(s, s->buffer, s->room) > 0);
}
