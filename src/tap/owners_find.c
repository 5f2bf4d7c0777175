/* SPDX-License-Identifier: Apache-2.0 */
/* Which process holds a socket: the links in /proc/PID/fd tell. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "owners.h"

#define RECENT 16
/* The youngest processes looked at before all others, among so many numbers. */
#define YOUNGEST 24
#define NUMBERS 96
/*
 * Looking at all processes costs milliseconds: one in so many of the time, on average,
 * and so much at once. A connection that nobody had before needs it at once.
 */
#define SHARE 10
#define BURST_US 300000
#define SCAN_EVERY_MS 20
/* A start is told to a hundredth of a second. */
#define TICK_MS 10

struct finder {
	uint32_t recent[RECENT]; /* held a wanted socket of late, the latest first */
	size_t recent_count;
	int64_t budget_us, filled_ms, next_scan_ms;
	uint32_t scan; /* number of the search */
	/* of the search under way */
	struct table *table;
	struct programs *programs;
	int64_t now_ms;
	size_t wanted;
	uint32_t *pids;
	size_t pid_room;
};

struct finder *
finder_new(void)
{
	struct finder *f = calloc(1, sizeof(*f));

	if (f != NULL)
		f->budget_us = BURST_US;
	return f;
}

void
finder_free(struct finder *f)
{
	if (f == NULL)
		return;
	free(f->pids);
	free(f);
}

/* What looking has cost: time of the processor, not of the clock. */
static int64_t
spent_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* The inode that "socket:[123]" names, or 0. */
static uint32_t
inode_of(int folder, const char *name)
{
	char link[64];
	ssize_t n = readlinkat(folder, name, link, sizeof(link) - 1);
	uint32_t inode;

	if (n <= 0)
		return 0;
	link[n] = '\0';
	return sscanf(link, "socket:[%" SCNu32 "]", &inode) == 1 ? inode : 0;
}

/* Who of two holders has the socket for itself, and did not merely inherit it. */
static bool
is_better(const struct owned *o, const struct program *is, const struct program *than)
{
	bool below = program_is_forebear(than, is), above = program_is_forebear(is, than);

	if (below || above) {
		const struct program *child = below ? is : than;
		const struct program *forebear = below ? than : is;
		/* An init opens sockets for others; who else has it and then starts
		 * a program lets it inherit. Else it was opened to be passed on. */
		bool inherited =
		    forebear->pid != 1 && child->start_ms > o->first_ms + TICK_MS;

		return below != inherited;
	}
	if (is->start_ms != than->start_ms)
		return is->start_ms > than->start_ms;
	return is->pid > than->pid;
}

static void
note_holder(struct finder *f, struct owned *o, uint32_t pid, int fd)
{
	struct program *p;

	if (!o->wanted && o->scan != f->scan)
		return;
	if (!o->wanted && o->owner->pid == pid)
		return;
	p = programs_read(f->programs, pid, f->now_ms);
	if (p == NULL)
		return;
	/* An owner found by an earlier search is why there is a new one. */
	if (!o->wanted && !is_better(o, p, o->owner)) {
		program_release(p);
		return;
	}
	if (o->wanted)
		f->wanted--;
	o->wanted = o->unsure = false;
	o->scan = f->scan;
	owned_by(o, p, fd);
}

/* Looks through the files of one process. How many sockets of the table it holds. */
static size_t
look_at(struct finder *f, uint32_t pid)
{
	char path[64];
	DIR *folder;
	struct dirent *entry;
	size_t held = 0;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/fd", pid);
	if ((folder = opendir(path)) == NULL)
		return 0;
	while ((entry = readdir(folder)) != NULL) {
		struct owned *o = NULL;
		uint32_t inode;

		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    (inode = inode_of(dirfd(folder), entry->d_name)) == 0)
			continue;
		while ((o = table_by_inode(f->table, inode, o)) != NULL) {
			note_holder(f, o, pid, atoi(entry->d_name));
			held++;
		}
	}
	closedir(folder);
	return held;
}

static void
recent_add(struct finder *f, uint32_t pid)
{
	size_t i = 0;

	while (i < f->recent_count && f->recent[i] != pid)
		i++;
	if (i == f->recent_count && f->recent_count < RECENT)
		f->recent_count++;
	else if (i == f->recent_count)
		i--;
	memmove(f->recent + 1, f->recent, i * sizeof(f->recent[0]));
	f->recent[0] = pid;
}

/* Those that held what was asked for before. */
static void
look_at_recent(struct finder *f)
{
	int64_t begun = spent_us();

	for (size_t i = 0; i < f->recent_count && f->wanted > 0 && f->budget_us > 0; i++)
		look_at(f, f->recent[i]);
	f->budget_us -= spent_us() - begun;
}

/* Threads have numbers too, and folders in /proc that no listing shows. */
static bool
is_process(uint32_t pid)
{
	char path[64], line[128];
	uint32_t leader = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/status", pid);
	if ((file = fopen(path, "re")) == NULL)
		return false;
	while (leader == 0 && fgets(line, sizeof(line), file) != NULL)
		(void)sscanf(line, "Tgid: %" SCNu32, &leader);
	fclose(file);
	return leader == pid;
}

/* A program that lives for one request alone has one of the latest numbers. */
static void
look_at_youngest(struct finder *f)
{
	FILE *file = fopen("/proc/loadavg", "re");
	uint32_t last = 0;
	unsigned looked = 0;

	if (file == NULL)
		return;
	if (fscanf(file, "%*s %*s %*s %*s %" SCNu32, &last) != 1)
		last = 0;
	fclose(file);
	for (unsigned i = 0; i < NUMBERS && f->wanted > 0 && last > 1; i++, last--) {
		if (!is_process(last))
			continue;
		look_at(f, last);
		if (++looked == YOUNGEST)
			return;
	}
}

static size_t
list_pids(struct finder *f)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	size_t count = 0;

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		if (count == f->pid_room) {
			size_t room = f->pid_room == 0 ? 256 : 2 * f->pid_room;
			uint32_t *more = realloc(f->pids, room * sizeof(*more));

			if (more == NULL)
				break;
			f->pids = more;
			f->pid_room = room;
		}
		f->pids[count++] = (uint32_t)strtoul(entry->d_name, NULL, 10);
	}
	if (folder != NULL)
		closedir(folder);
	return count;
}

/* The youngest first: they may be gone soon. To the end: others may hold it, too. */
static void
look_at_all(struct finder *f)
{
	int64_t begun = spent_us(), pause_ms = 0;

	for (size_t i = list_pids(f); i > 0; i--)
		look_at(f, f->pids[i - 1]);
	f->budget_us -= spent_us() - begun;
	if (f->budget_us < 0)
		pause_ms = -f->budget_us * SHARE / 1000;
	f->next_scan_ms =
	    boot_ms() + (pause_ms > SCAN_EVERY_MS ? pause_ms : SCAN_EVERY_MS);
}

static void
budget_fill(struct finder *f)
{
	int64_t now = boot_ms();

	f->budget_us += (now - f->filled_ms) * 1000 / SHARE;
	if (f->budget_us > BURST_US)
		f->budget_us = BURST_US;
	f->filled_ms = now;
}

/* What is still wanted was looked for in vain, if everybody was asked. */
static void
settle(struct finder *f, bool all)
{
	for (size_t i = 0; i < table_top(f->table); i++) {
		struct owned *o = table_at(f->table, i);

		if (o == NULL)
			continue;
		if (o->wanted && all && o->looked < UINT8_MAX)
			o->looked++;
		o->wanted = false;
		if (o->scan == f->scan && o->owner != NULL)
			recent_add(f, o->owner->pid);
	}
}

void
finder_find(struct finder *f, struct table *t, struct programs *p, int64_t now_ms)
{
	bool all;

	f->table = t;
	f->programs = p;
	f->now_ms = now_ms;
	f->wanted = 0;
	if (++f->scan == 0)
		f->scan = 1;
	for (size_t i = 0; i < table_top(t); i++) {
		if (table_at(t, i) != NULL && table_at(t, i)->wanted)
			f->wanted++;
	}
	if (f->wanted == 0)
		return;
	budget_fill(f);
	look_at_recent(f);
	look_at_youngest(f);
	all = f->wanted > 0 && boot_ms() >= f->next_scan_ms;
	if (all)
		look_at_all(f);
	settle(f, all);
}

/* Anew, because it may have become another program (exec) with the socket kept open. */
void
owned_check(struct owned *o, struct programs *ps, int64_t now_ms)
{
	char path[64];
	struct program *p = NULL;

	if (o->owner == NULL)
		return;
	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/fd/%d", o->owner->pid, o->fd);
	if (inode_of(AT_FDCWD, path) == o->is.inode)
		p = programs_read(ps, o->owner->pid, now_ms);
	o->unsure = p == NULL || p->start_ms != o->owner->start_ms;
	if (o->unsure)
		program_release(p);
	else
		owned_by(o, p, o->fd);
}
