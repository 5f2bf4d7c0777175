/* SPDX-License-Identifier: Apache-2.0 */
/* An unfinished run, back in. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "journal.h"

/* The child that writes a checkpoint may outlive its parent by a moment. */
#define LOCK_WAIT_MS 2000

struct reading {
	const char *path; /* of the folder, for people */
	int folder;
	int (*each)(
	    void *context, enum journal_kind kind, const void *data, size_t length);
	void *context;
	bool torn, empty; /* empty: no record was handed over */
	struct error *error;
	unsigned *numbers[2]; /* sorted: of journal files, of checkpoints */
	size_t counts[2];
};

enum { JOURNALS, CHECKPOINTS };

static const char *const prefixes[] = { "journal-", "checkpoint-" };

static int
numbers_add(void *context, const char *name)
{
	struct reading *r = context;

	for (unsigned i = 0; i < COUNT_OF(prefixes); i++) {
		unsigned number = journal_number(name, prefixes[i], ""), *more = NULL;
		size_t at = r->counts[i];

		if (number == 0)
			continue;
		more = realloc(r->numbers[i], (at + 1) * sizeof(*more));
		if (more == NULL)
			return -1;
		r->numbers[i] = more;
		for (; at > 0 && more[at - 1] > number; at--)
			more[at] = more[at - 1];
		more[at] = number;
		r->counts[i]++;
	}
	return 0;
}

static int
complain_foreign(struct reading *r)
{
	error_add(r->error, r->path, 0, 0,
	    "was written by another version of callwitness: recover it with that one");
	return -1;
}

/*
 * Hands over a file's records, up to damage or to its end; nothing if `each` is not to be
 * called. *whole: it ended with the sign that a checkpoint ends with. 0 or -1.
 */
static int
file_read(struct reading *r, const char *name, bool hand, bool *whole)
{
	struct records_reader in;
	struct journal_record record;
	int rc = 0, got = -1;

	*whole = false;
	switch (records_open(&in, r->folder, name)) {
	case RECORDS_FOREIGN:
		rc = complain_foreign(r);
		break;
	case RECORDS_OK:
		while (rc == 0 && (got = records_next(&in, &record)) > 0) {
			*whole = record.kind == RECORD_WHOLE;
			if (!hand || record.kind > JOURNAL_END)
				continue;
			r->empty = false;
			rc = r->each(r->context, record.kind, record.data, record.length);
		}
		break;
	default:
		break;
	}
	if (hand && rc == 0 && got != 0)
		r->torn = true;
	*whole = *whole && got == 0;
	records_end(&in);
	return rc == 0 ? 0 : -1;
}

/* The newest whole checkpoint, else the newest as far as it goes; 0: there is none. */
static int
checkpoint_choose(struct reading *r, unsigned *number)
{
	*number = 0;
	for (size_t i = r->counts[CHECKPOINTS]; i-- > 0;) {
		char name[JOURNAL_NAME_SIZE];
		bool whole = false;

		journal_name(name, "checkpoint-", r->numbers[CHECKPOINTS][i], "");
		if (file_read(r, name, false, &whole) != 0)
			return -1;
		if (*number == 0 || whole)
			*number = r->numbers[CHECKPOINTS][i];
		if (whole)
			return 0;
		r->torn = true;
	}
	return 0;
}

static int
states_read(struct reading *r)
{
	char name[JOURNAL_NAME_SIZE];
	bool whole = false;
	unsigned from = 0;
	int rc = checkpoint_choose(r, &from);

	if (rc == 0 && from > 0) {
		journal_name(name, "checkpoint-", from, "");
		rc = file_read(r, name, true, &whole);
	}
	for (size_t i = 0; rc == 0 && i < r->counts[JOURNALS]; i++) {
		if (r->numbers[JOURNALS][i] < from)
			continue;
		journal_name(name, "journal-", r->numbers[JOURNALS][i], "");
		rc = file_read(r, name, true, &whole);
	}
	return rc;
}

static int
lock_fail(const struct reading *r)
{
	error_add(r->error, r->path, 0, 0, "%s",
	    errno == EWOULDBLOCK ? "a capture that is running writes there: it makes its "
				   "report itself when it is stopped"
				 : strerror(errno));
	return -1;
}

static int
all_read(struct reading *r)
{
	bool whole = false;

	if (journal_names(r->folder, numbers_add, r) != 0) {
		error_add(r->error, r->path, 0, 0, "cannot be read: %s", strerror(errno));
		return -1;
	}
	if (file_read(r, JOURNAL_LOG, true, &whole) != 0)
		return -1;
	if (r->empty) {
		error_add(r->error, r->path, 0, 0,
		    "holds nothing of a capture: expected the folder of an unfinished "
		    "one");
		return -1;
	}
	return states_read(r);
}

int
journal_read(const char *folder,
    int (*each)(void *context, enum journal_kind kind, const void *data, size_t length),
    void *context, bool *torn, struct error *e)
{
	struct reading r = { .path = folder,
		.each = each,
		.context = context,
		.empty = true,
		.error = e };
	int lock = -1, rc = -1;

	*torn = false;
	r.folder = journal_folder_open(folder, e);
	if (r.folder < 0)
		return -1;
	if ((lock = journal_lock(r.folder, LOCK_WAIT_MS)) < 0)
		rc = lock_fail(&r);
	else
		rc = all_read(&r);
	*torn = r.torn;
	for (size_t i = 0; i < COUNT_OF(r.numbers); i++)
		free(r.numbers[i]);
	if (lock >= 0)
		close(lock);
	close(r.folder);
	return rc;
}
