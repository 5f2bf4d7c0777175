/* SPDX-License-Identifier: Apache-2.0 */
/* What /proc tells of a process. Whatever ends meanwhile is simply not known. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "owners.h"

#define CACHED 1024
/* For so long what was read of a process holds. */
#define FRESH_MS 1000
/* A process this young may be about to become another program. */
#define YOUNG_MS 2000

struct programs {
	int64_t booted_ns; /* since 1970 */
	long ticks;        /* a second */
	struct program *cached[CACHED];
};

int64_t
boot_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The whole of a small file, with a NUL behind it; how many bytes, or -1. */
static ssize_t
read_small(const char *path, char *into, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	if (fd >= 0) {
		n = read(fd, into, room - 1);
		close(fd);
	}
	if (n >= 0)
		into[n] = '\0';
	return n;
}

static int64_t
boot_time_ns(void)
{
	FILE *f = fopen("/proc/stat", "re");
	char line[512];
	int64_t seconds = 0;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "btime %" SCNd64, &seconds) == 1)
			break;
	}
	if (f != NULL)
		fclose(f);
	return seconds * 1000000000;
}

struct programs *
programs_new(void)
{
	struct programs *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->booted_ns = boot_time_ns();
	p->ticks = sysconf(_SC_CLK_TCK);
	if (p->ticks <= 0)
		p->ticks = 100;
	return p;
}

void
programs_free(struct programs *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < CACHED; i++)
		program_release(p->cached[i]);
	free(p);
}

void
program_release(struct program *p)
{
	while (p != NULL && --p->uses == 0) {
		struct program *parent = p->parent;

		free(p->exe);
		free(p->command);
		free(p);
		p = parent;
	}
}

bool
program_is_forebear(const struct program *p, const struct program *of)
{
	for (of = of->parent; of != NULL; of = of->parent) {
		if (of->pid == p->pid && of->start_ms == p->start_ms)
			return true;
	}
	return false;
}

/* Only characters that can be seen, in whole UTF-8; cut to `room`, between characters. */
static void
clean_text(const char *text, char *out, size_t room)
{
	size_t used = 0;
	char form[5];

	while (*text != '\0') {
		uint32_t code = text_next(&text);
		size_t length = text_utf8(text_is_visible(code) ? code : '?', form);

		if (used + length >= room)
			break;
		memcpy(out + used, form, length);
		used += length;
	}
	out[used] = '\0';
}

/* The name may hold anything, also ")": it ends at the last one. 0, or -1. */
static int
parse_stat(const struct programs *ps, char *text, struct program *out, char **name)
{
	char *open = strchr(text, '('), *close = strrchr(text, ')');
	unsigned long long ticks;

	if (open == NULL || close == NULL || close < open)
		return -1;
	/* state ppid pgrp session tty tpgid flags minflt cminflt majflt cmajflt utime
	 * stime cutime cstime priority nice threads itreal start */
	if (sscanf(close + 1,
		" %*c %" SCNu32 " %*s %*s %*s %*s %*s %*s %*s %*s %*s "
		"%*s %*s %*s %*s %*s %*s %*s %*s %llu",
		&out->parent_pid, &ticks) != 2)
		return -1;
	*close = '\0';
	*name = open + 1;
	out->start_ms = (int64_t)(ticks * 1000 / (unsigned long long)ps->ticks);
	out->started_ns = ps->booted_ns + out->start_ms * 1000000;
	return 0;
}

static int
read_stat(const struct programs *ps, uint32_t pid, char *text, size_t room,
    struct program *out, char **name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/stat", pid);
	out->pid = pid;
	return read_small(path, text, room) <= 0 ? -1 : parse_stat(ps, text, out, name);
}

static void
file_of(const struct stat *st, struct program_file *out)
{
	out->device = st->st_dev;
	out->inode = st->st_ino;
	out->size = (uint64_t)st->st_size;
	out->modified_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

static void
read_exe(struct program *p)
{
	char path[64], link[PROGRAM_EXE], text[PROGRAM_EXE];
	struct stat st;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/exe", p->pid);
	n = readlink(path, link, sizeof(link) - 1);
	/* A path that fills the room may be cut. */
	if (n <= 0 || n == sizeof(link) - 1)
		return;
	link[n] = '\0';
	clean_text(link, text, sizeof(text));
	p->exe = strdup(text);
	if (stat(path, &st) == 0)
		file_of(&st, &p->file);
}

/* As the process sees it. */
static bool
is_file_of(void *context, const char *argument)
{
	const struct program *p = context;
	char path[PROGRAM_COMMAND + 64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/%s%s", p->pid,
	    argument[0] == '/' ? "root" : "cwd/", argument);
	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static void
read_command(struct program *p, const char *name)
{
	char path[64], arguments[4096], command[PROGRAM_COMMAND], text[PROGRAM_COMMAND];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/cmdline", p->pid);
	n = read_small(path, arguments, sizeof(arguments));
	program_command(
	    name, p->exe, arguments, n > 0 ? (size_t)n : 0, is_file_of, p, command);
	clean_text(command, text, sizeof(text));
	p->command = strdup(text);
}

static bool
same_program(const struct program *a, const struct program *b)
{
	return a->pid == b->pid && a->start_ms == b->start_ms && a->parent == b->parent &&
	       same_text(a->exe, b->exe) && same_text(a->command, b->command) &&
	       memcmp(&a->file, &b->file, sizeof(a->file)) == 0;
}

static struct program *read_at(
    struct programs *ps, uint32_t pid, int64_t now_ms, unsigned depth);

/* A parent that began after its child is a stranger with the pid of one. */
static struct program *
read_parent(struct programs *ps, const struct program *p, unsigned depth)
{
	struct program *parent;

	if (p->parent_pid == 0 || depth == PROGRAM_PARENTS)
		return NULL;
	parent = read_at(ps, p->parent_pid, p->read_ms, depth + 1);
	if (parent == NULL || parent->start_ms <= p->start_ms)
		return parent;
	program_release(parent);
	return NULL;
}

static struct program *
read_anew(struct programs *ps, uint32_t pid, int64_t now_ms, unsigned depth)
{
	struct program *p = calloc(1, sizeof(*p)), again;
	char text[1024], *name;

	if (p == NULL)
		return NULL;
	p->uses = 1;
	p->read_ms = now_ms;
	if (read_stat(ps, pid, text, sizeof(text), p, &name) != 0)
		goto out;
	read_exe(p);
	read_command(p, name);
	p->parent = read_parent(ps, p, depth);
	/* All of it was of one process. */
	if (read_stat(ps, pid, text, sizeof(text), &again, &name) == 0 &&
	    again.start_ms == p->start_ms)
		return p;
out:
	program_release(p);
	return NULL;
}

/*
 * The parents that a program has depend on how deep it was asked for, so the cache is for
 * each depth.
 */
static struct program *
read_at(struct programs *ps, uint32_t pid, int64_t now_ms, unsigned depth)
{
	struct program **at = &ps->cached[(pid * (PROGRAM_PARENTS + 1) + depth) % CACHED];
	struct program *p = *at;

	if (p == NULL || p->pid != pid || now_ms - p->read_ms >= FRESH_MS ||
	    p->read_ms - p->start_ms < YOUNG_MS) {
		if ((p = read_anew(ps, pid, now_ms, depth)) == NULL)
			return NULL;
		if (*at != NULL && same_program(p, *at)) {
			(*at)->read_ms = now_ms;
			program_release(p);
		} else {
			program_release(*at);
			*at = p;
		}
	}
	(*at)->uses++;
	return *at;
}

struct program *
programs_read(struct programs *ps, uint32_t pid, int64_t now_ms)
{
	return read_at(ps, pid, now_ms, 0);
}

int
program_open(const struct program *p)
{
	char path[64];
	struct stat st;
	struct program_file file;
	int fd;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/exe", p->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	/* It has ended: its path may still lead to the same file. */
	if (fd < 0 && p->exe != NULL)
		fd = open(p->exe, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		file_of(&st, &file);
		if (memcmp(&file, &p->file, sizeof(file)) == 0)
			return fd;
	}
	close(fd);
	return -1;
}
