/* SPDX-License-Identifier: Apache-2.0 */
/* SHA256SUMS as sha256sum writes it: sum, two spaces, path. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "seal.h"

#define SUM_LENGTH (SHA256_TEXT_SIZE - 1)

static const char *
part_fault(const char *part, size_t length)
{
	if (length == 0)
		return "a part of the name is empty";
	if (length == 1 && part[0] == '.')
		return "a part of the name is \".\"";
	if (length == 2 && memcmp(part, "..", 2) == 0)
		return "the name leaves the folder";
	return NULL;
}

/* NULL for a path that stays in the folder, written in the one way that leads there. */
static const char *
path_fault(const char *path, size_t length)
{
	const char *fault = NULL, *slash = NULL;

	for (size_t i = 0; i < length; i++)
		if ((unsigned char)path[i] < ' ' || path[i] == 0x7f || path[i] == '\\')
			return "a backslash or a control character is in the name";
	if (length > 0 && path[0] == '/')
		return "the name leaves the folder";
	while (fault == NULL && (slash = memchr(path, '/', length)) != NULL) {
		fault = part_fault(path, (size_t)(slash - path));
		length -= (size_t)(slash - path) + 1;
		path = slash + 1;
	}
	return fault != NULL ? fault : part_fault(path, length);
}

static bool
is_sum(const char *text)
{
	for (size_t i = 0; i < SUM_LENGTH; i++)
		if (!(text[i] >= '0' && text[i] <= '9') &&
		    !(text[i] >= 'a' && text[i] <= 'f'))
			return false;
	return true;
}

static bool
is_after(const char *path, size_t length, const char *before)
{
	size_t other = strlen(before);
	int order = memcmp(path, before, length < other ? length : other);

	return order > 0 || (order == 0 && length > other);
}

/* NULL, or what is wrong with the line. */
static const char *
line_fault(const char *line, size_t length, const struct seal_sum *before)
{
	const char *path = line + SUM_LENGTH + 2, *fault = NULL;

	if (length < SUM_LENGTH + 2 || !is_sum(line) ||
	    memcmp(line + SUM_LENGTH, "  ", 2) != 0)
		return "is no line of sha256sum: expected 64 hexadecimal digits, two "
		       "spaces, a name";
	length -= SUM_LENGTH + 2;
	fault = path_fault(path, length);
	if (fault == NULL && before != NULL && !is_after(path, length, before->path))
		fault = "is out of order: expected each name once, sorted";
	return fault;
}

static int
sums_add(struct seal_sums *s, const char *line, size_t length, unsigned number)
{
	struct seal_sum *sum = NULL;

	if (s->count == s->room) {
		size_t room = s->room ? 2 * s->room : 32;
		struct seal_sum *more = realloc(s->sums, room * sizeof(*more));

		if (more == NULL)
			return -1;
		s->sums = more;
		s->room = room;
	}
	sum = &s->sums[s->count];
	*sum = (struct seal_sum){ .line = number };
	memcpy(sum->sha256, line, SUM_LENGTH);
	sum->path = strndup(line + SUM_LENGTH + 2, length - SUM_LENGTH - 2);
	if (sum->path == NULL)
		return -1;
	s->count++;
	return 0;
}

/* One line, without its end. */
static int
line_read(const char *name, const char *line, size_t length, unsigned number,
    struct seal_sums *out, struct error *e)
{
	const struct seal_sum *before = out->count ? &out->sums[out->count - 1] : NULL;
	const char *fault = line_fault(line, length, before);

	if (fault == NULL && sums_add(out, line, length, number) != 0)
		fault = "out of memory";
	if (fault != NULL)
		error_add(e, name, number, 0, "%s", fault);
	return fault == NULL ? 0 : -1;
}

int
seal_sums_parse(const char *name, const char *data, size_t length, struct seal_sums *out,
    struct error *e)
{
	unsigned number = 0;
	int rc = 0;

	while (length > 0) {
		const char *end = memchr(data, '\n', length);
		size_t line = end != NULL ? (size_t)(end - data) : length;

		number++;
		if (line_read(name, data, line, number, out, e) != 0)
			rc = -1;
		if (end == NULL) {
			error_add(e, name, number, 0, "ends without a line break");
			return -1;
		}
		data = end + 1;
		length -= line + 1;
	}
	if (number == 0) {
		error_add(e, name, 0, 0, "is empty");
		rc = -1;
	}
	return rc;
}

void
seal_sums_clear(struct seal_sums *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->sums[i].path);
	free(s->sums);
	*s = (struct seal_sums){ 0 };
}

int
seal_sum_file(const char *path, char sha256[SHA256_TEXT_SIZE])
{
	char buffer[64 * 1024];
	struct sha256 *sum = sha256_new();
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), problem = 0;
	ssize_t got = 1;

	if (sum == NULL)
		errno = ENOMEM;
	while (sum != NULL && fd >= 0 && got > 0) {
		got = read(fd, buffer, sizeof(buffer));
		if (got > 0)
			sha256_add(sum, buffer, (size_t)got);
	}
	problem = errno;
	if (sum != NULL)
		sha256_end(sum, sha256);
	if (fd >= 0)
		close(fd);
	errno = problem;
	return sum != NULL && fd >= 0 && got == 0 ? 0 : -1;
}
