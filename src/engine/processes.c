/* SPDX-License-Identifier: Apache-2.0 */
/* The programs that flows belong to. A pid alone is used again; with its start it is not.
 */
#include <stdlib.h>
#define uthash_fatal(message) abort()
#include <uthash.h>
#include "processes.h"

/* Parents of parents that are followed. */
#define DEPTH 64

struct process_key {
	int64_t started_ns;
	uint64_t pid;
};

struct entry {
	struct process process; /* first: what the outside holds */
	struct process_key key;
	bool used, unsaved;
	UT_hash_handle hh;
};

struct processes {
	struct strings *strings;
	struct entry *entries; /* in the order of their making */
	size_t count, unsaved;
	const struct process **sorted;
};

struct processes *
processes_new(struct strings *strings)
{
	struct processes *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->strings = strings;
	return s;
}

void
processes_free(struct processes *s)
{
	struct entry *e, *next;

	if (s == NULL)
		return;
	HASH_ITER(hh, s->entries, e, next)
	{
		HASH_DEL(s->entries, e);
		free(e);
	}
	free(s->sorted);
	free(s);
}

static struct entry *
entry_find(const struct processes *s, const struct process *p)
{
	struct process_key key = { p->started_ns, p->pid };
	struct entry *e = NULL;

	HASH_FIND(hh, s->entries, &key, sizeof(key), e);
	return e;
}

static void
entry_changed(struct processes *s, struct entry *e)
{
	s->unsaved += !e->unsaved;
	e->unsaved = true;
}

/* With its pid and start alone. */
static struct entry *
entry_get(struct processes *s, const struct process *p)
{
	struct entry *e = entry_find(s, p);

	if (e != NULL || s->count >= PROCESSES_MOST)
		return e;
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return NULL;
	e->process.pid = p->pid;
	e->process.started_ns = p->started_ns;
	e->key = (struct process_key){ p->started_ns, p->pid };
	HASH_ADD(hh, s->entries, key, sizeof(e->key), e);
	s->count++;
	entry_changed(s, e);
	return e;
}

static void
text_fill(struct processes *s, struct entry *e, const char **into, const char *text)
{
	if (*into != NULL || text == NULL)
		return;
	*into = strings_intern(s->strings, text, strlen(text));
	entry_changed(s, e);
}

/* Nobody becomes a parent of its own: what was written wrongly has no end. */
static void
parent_fill(struct processes *s, struct entry *e, const struct process *parent)
{
	if (e->process.parent != NULL || parent == NULL)
		return;
	for (const struct process *p = parent; p != NULL; p = p->parent)
		if (p == &e->process)
			return;
	e->process.parent = parent;
	entry_changed(s, e);
}

static struct entry *
entry_fill(struct processes *s, const struct process *p)
{
	struct entry *e = entry_get(s, p);

	if (e == NULL)
		return NULL;
	text_fill(s, e, &e->process.exe, p->exe);
	text_fill(s, e, &e->process.sha256, p->sha256);
	text_fill(s, e, &e->process.command, p->command);
	return e;
}

const struct process *
processes_get(struct processes *s, const struct process *p)
{
	const struct process *chain[DEPTH];
	struct entry *e = NULL, *parent = NULL;
	unsigned depth = 0;

	for (; p != NULL && depth < DEPTH; p = p->parent)
		chain[depth++] = p;
	while (depth > 0) {
		e = entry_fill(s, chain[--depth]);
		if (e != NULL)
			parent_fill(s, e, parent ? &parent->process : NULL);
		parent = e;
	}
	return e != NULL ? &e->process : NULL;
}

void
processes_use(struct processes *s, const struct process *p)
{
	for (; p != NULL; p = p->parent) {
		struct entry *e = entry_find(s, p);

		if (e == NULL || e->used)
			return;
		e->used = true;
		entry_changed(s, e);
	}
}

static int
by_key(const void *left, const void *right)
{
	const struct process *a = *(const struct process *const *)left,
			     *b = *(const struct process *const *)right;

	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	return (a->started_ns > b->started_ns) - (a->started_ns < b->started_ns);
}

size_t
processes_used(struct processes *s, const struct process *const **out)
{
	const struct process **sorted =
	    realloc(s->sorted, (s->count ? s->count : 1) * sizeof(*sorted));
	size_t count = 0;

	*out = s->sorted;
	if (sorted == NULL)
		return 0;
	for (struct entry *e = s->entries; e != NULL; e = e->hh.next)
		if (e->used)
			sorted[count++] = &e->process;
	if (count > 0)
		qsort(sorted, count, sizeof(*sorted), by_key);
	s->sorted = sorted;
	*out = sorted;
	return count;
}

static const struct codec_field key_fields[] = {
	CODEC_FIELD(struct process, pid, CODEC_ANY),
	CODEC_FIELD(struct process, started_ns, CODEC_ANY),
};

void
process_name_record(struct processes *s, const struct process **p, struct codec *r)
{
	struct process key = { 0 };
	bool any = *p != NULL;

	codec_flag(r, &any);
	if (!any) {
		*p = NULL;
		return;
	}
	if (!r->reading)
		key = **p;
	codec_fields(r, key_fields, COUNT_OF(key_fields), &key);
	if (r->reading) {
		struct entry *e = r->failed ? NULL : entry_get(s, &key);

		*p = e != NULL ? &e->process : NULL;
	}
}

static void
process_record(struct processes *s, struct process *p, bool *used, struct codec *r)
{
	codec_fields(r, key_fields, COUNT_OF(key_fields), p);
	codec_text(r, s->strings, &p->exe);
	codec_text(r, s->strings, &p->sha256);
	codec_text(r, s->strings, &p->command);
	codec_flag(r, used);
	process_name_record(s, &p->parent, r);
}

static int
process_save(struct processes *s, struct entry *e, struct codec *r,
    int (*write)(const struct codec *r, void *context), void *context)
{
	codec_start(r, RECORD_PROCESS);
	process_record(s, &e->process, &e->used, r);
	return write(r, context);
}

int
processes_save(struct processes *s, bool all, struct codec *r,
    int (*write)(const struct codec *r, void *context), void *context)
{
	struct entry *e = all || s->unsaved > 0 ? s->entries : NULL;
	int rc = 0;

	for (; e != NULL && rc == 0; e = e->hh.next) {
		if (!all && !e->unsaved)
			continue;
		rc = process_save(s, e, r, write, context);
		if (rc != 0 || all)
			continue;
		e->unsaved = false;
		s->unsaved--;
	}
	return rc;
}

bool
processes_restore(struct processes *s, struct codec *r)
{
	struct process read = { 0 };
	struct entry *e = NULL;
	bool used = false;

	process_record(s, &read, &used, r);
	if (!codec_is_whole(r) || (e = entry_fill(s, &read)) == NULL)
		return false;
	parent_fill(s, e, read.parent);
	e->used |= used;
	return true;
}
