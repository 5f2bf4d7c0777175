/* SPDX-License-Identifier: Apache-2.0 */
/* What a run knows so far, on the disk while it runs. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "journal.h"

#define MIB (UINT64_C(1) << 20)
#define RESERVE_LEAST (4 * MIB)
#define RESERVE_FLOW (3 * 1024) /* of report.json, flows.ndjson and report.html */
#define CHECKPOINT_LEAST (64 * MIB)

struct journal {
	int folder, lock;
	unsigned number; /* of the file that states go to; of a checkpoint, its own */
	bool checkpoint; /* this is one: a loan of the journal's folder, one file */
	bool failed;     /* of a checkpoint: something could not be written */
	struct records log, states;
	unsigned compact;  /* number of the last checkpoint that was begun, 0: none */
	int reserve;       /* its descriptor, -1: none */
	uint64_t reserved; /* bytes */
};

/* What is in a folder without a log is left of a run that was finished. */
static int
folder_is_dust(const char *folder)
{
	char *log = NULL;
	int rc =
	    asprintf(&log, "%s/%s", folder, JOURNAL_LOG) < 0 ? -1 : access(log, F_OK);

	free(log);
	return rc != 0 && errno == ENOENT;
}

/* The folder is there already. 0 if it could go. */
static int
folder_meet(const char *folder, struct error *e)
{
	int fd = journal_folder_open(folder, e), lock = -1, rc = -1;

	if (fd < 0)
		return -1;
	lock = journal_lock(fd, 0);
	if (lock < 0 && errno == EWOULDBLOCK)
		error_add(e, folder, 0, 0,
		    "a capture that is running writes there: expected another --output");
	else if (lock < 0)
		error_add(e, folder, 0, 0, "cannot be locked: %s", strerror(errno));
	else if (folder_is_dust(folder))
		rc = journal_remove(folder, e);
	else
		error_add(e, folder, 0, 0,
		    "holds a capture that was not finished: finish it with: callwitness "
		    "recover %s",
		    folder);
	if (lock >= 0)
		close(lock);
	close(fd);
	return rc;
}

static int
folder_begin(const char *folder, struct error *e)
{
	if (mkdir(folder, 0700) == 0)
		return 0;
	if (errno == EEXIST) {
		if (folder_meet(folder, e) != 0)
			return -1;
		if (mkdir(folder, 0700) == 0)
			return 0;
	}
	error_add(e, folder, 0, 0, "cannot be made: %s", strerror(errno));
	return -1;
}

static struct journal *
journal_new(void)
{
	struct journal *j = calloc(1, sizeof(*j));

	if (j != NULL) {
		j->folder = j->lock = j->reserve = -1;
		j->log.fd = j->states.fd = -1;
	}
	return j;
}

static int
states_begin(struct records *states, int folder, unsigned number)
{
	char name[JOURNAL_NAME_SIZE];

	journal_name(name, "journal-", number, "");
	return records_create(states, folder, name);
}

struct journal *
journal_create(const char *folder, struct error *e)
{
	struct journal *j = NULL;

	if (folder_begin(folder, e) != 0)
		return NULL;
	j = journal_new();
	if (j != NULL && (j->folder = journal_folder_open(folder, e)) >= 0 &&
	    (j->lock = journal_lock(j->folder, 0)) >= 0 &&
	    records_create(&j->log, j->folder, JOURNAL_LOG) == 0 &&
	    states_begin(&j->states, j->folder, 1) == 0) {
		j->number = 1;
		(void)fsync(j->folder);
		return j;
	}
	error_add(e, folder, 0, 0, "cannot be written: %s", strerror(errno));
	(void)journal_remove(folder, e);
	journal_forget(j);
	return NULL;
}

int
journal_add(struct journal *j, enum journal_kind kind, const void *data, size_t length)
{
	bool state = j->checkpoint || kind == JOURNAL_STATE;

	if (records_add(state ? &j->states : &j->log, kind, data, length) == 0)
		return 0;
	j->failed = true;
	return -1;
}

int
journal_flush(struct journal *j)
{
	if (records_flush(&j->states) == 0 &&
	    (j->checkpoint || records_flush(&j->log) == 0))
		return 0;
	j->failed = true;
	return -1;
}

int
journal_sync(struct journal *j)
{
	if (journal_flush(j) != 0)
		return -1;
	if (fdatasync(j->states.fd) == 0 && (j->checkpoint || fdatasync(j->log.fd) == 0))
		return 0;
	j->failed = true;
	return -1;
}

/* 0 if there is none: the child that made it has failed, or is not done yet. */
static uint64_t
checkpoint_size(const struct journal *j)
{
	char name[JOURNAL_NAME_SIZE];
	struct stat st;

	journal_name(name, "checkpoint-", j->compact, "");
	if (j->compact == 0 || fstatat(j->folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return 0;
	return (uint64_t)st.st_size;
}

bool
journal_wants_checkpoint(const struct journal *j)
{
	uint64_t since = j->states.size + j->states.used;

	return since > CHECKPOINT_LEAST && since > 2 * checkpoint_size(j);
}

static struct journal *
checkpoint_new(const struct journal *j, unsigned number)
{
	char name[JOURNAL_NAME_SIZE];
	struct journal *c = journal_new();

	if (c == NULL)
		return NULL;
	c->folder = j->folder;
	c->checkpoint = true;
	c->number = number;
	journal_name(name, "checkpoint-", number, ".tmp");
	if (records_create(&c->states, c->folder, name) == 0)
		return c;
	journal_checkpoint_forget(c);
	return NULL;
}

struct journal *
journal_checkpoint(struct journal *j)
{
	struct journal *c = NULL;
	struct records next = { .fd = -1 };

	if (records_flush(&j->states) != 0 ||
	    (c = checkpoint_new(j, j->number + 1)) == NULL)
		return NULL;
	if (states_begin(&next, j->folder, j->number + 1) != 0) {
		journal_checkpoint_forget(c);
		return NULL;
	}
	records_close(&j->states);
	j->states = next;
	j->number++;
	j->compact = j->number;
	return c;
}

/* Removes what a checkpoint stands for. */
static int
checkpoint_replaces(void *context, const char *name)
{
	static const struct {
		const char *prefix, *suffix;
	} kinds[] = { { "journal-", "" }, { "checkpoint-", "" },
		{ "checkpoint-", ".tmp" } };
	const struct journal *c = context;

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		unsigned number = journal_number(name, kinds[i].prefix, kinds[i].suffix);

		if (number > 0 && number < c->number)
			(void)unlinkat(c->folder, name, 0);
	}
	return 0;
}

int
journal_checkpoint_end(struct journal *c)
{
	char from[JOURNAL_NAME_SIZE], to[JOURNAL_NAME_SIZE];
	int rc = -1, problem = 0;

	journal_name(from, "checkpoint-", c->number, ".tmp");
	journal_name(to, "checkpoint-", c->number, "");
	if (!c->failed && records_add(&c->states, RECORD_WHOLE, NULL, 0) == 0 &&
	    journal_sync(c) == 0 && renameat(c->folder, from, c->folder, to) == 0)
		rc = 0;
	problem = errno;
	if (rc == 0) {
		(void)fsync(c->folder);
		(void)journal_names(c->folder, checkpoint_replaces, c);
	} else {
		(void)unlinkat(c->folder, from, 0);
	}
	journal_checkpoint_forget(c);
	errno = problem;
	return rc;
}

void
journal_checkpoint_forget(struct journal *c)
{
	if (c == NULL)
		return;
	records_close(&c->states);
	free(c);
}

/* Blocks for the rest of a file; zeros where the file system cannot promise any. */
static int
blocks_take(int fd, uint64_t from, uint64_t to)
{
	static const uint8_t zeros[64 * 1024];

	if (fallocate(fd, 0, (off_t)from, (off_t)(to - from)) == 0)
		return 0;
	if (errno != EOPNOTSUPP && errno != ENOSYS)
		return -1;
	while (from < to) {
		size_t step = to - from < sizeof(zeros) ? to - from : sizeof(zeros);
		ssize_t n = pwrite(fd, zeros, step, (off_t)from);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		from += (uint64_t)n;
	}
	return 0;
}

int
journal_reserve(struct journal *j, size_t flows)
{
	uint64_t wanted = RESERVE_LEAST + RESERVE_FLOW * (uint64_t)flows;
	int problem = 0;

	wanted = (wanted + MIB - 1) / MIB * MIB;
	if (wanted <= j->reserved)
		return 0;
	if (j->reserve < 0)
		j->reserve = openat(j->folder, JOURNAL_RESERVE,
		    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (j->reserve < 0)
		return -1;
	if (blocks_take(j->reserve, j->reserved, wanted) == 0) {
		j->reserved = wanted;
		return 0;
	}
	problem = errno;
	(void)ftruncate(j->reserve, (off_t)j->reserved);
	errno = problem;
	return -1;
}

void
journal_release_reserve(struct journal *j)
{
	if (j->reserve < 0)
		return;
	(void)unlinkat(j->folder, JOURNAL_RESERVE, 0);
	close(j->reserve);
	j->reserve = -1;
	j->reserved = 0;
}

void
journal_forget(struct journal *j)
{
	const int fds[] = { j != NULL ? j->folder : -1, j != NULL ? j->lock : -1,
		j != NULL ? j->reserve : -1 };

	if (j == NULL)
		return;
	records_close(&j->log);
	records_close(&j->states);
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(j);
}

void
journal_close(struct journal *j)
{
	if (j != NULL)
		(void)journal_flush(j);
	journal_forget(j);
}
