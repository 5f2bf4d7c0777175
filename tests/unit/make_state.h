/* SPDX-License-Identifier: Apache-2.0 */
/* An engine's state kept as records, and what an engine made of them says. */
#ifndef MAKE_STATE_H
#define MAKE_STATE_H

#include <sys/wait.h>
#include <unistd.h>

#include "make_session.h"

#include <callwitness/report.h>

struct journal {
	uint8_t *bytes;
	size_t length, room;
	size_t records, largest;
};

static inline int
journal_put(void *context, const void *record, size_t length)
{
	struct journal *j = context;

	while (j->room - j->length < length + sizeof(length)) {
		j->room = j->room ? j->room * 2 : 65536;
		j->bytes = realloc(j->bytes, j->room);
		assert_non_null(j->bytes);
	}
	memcpy(j->bytes + j->length, &length, sizeof(length));
	memcpy(j->bytes + j->length + sizeof(length), record, length);
	j->length += sizeof(length) + length;
	j->records++;
	if (length > j->largest)
		j->largest = length;
	return 0;
}

/* The record at *at, which then is that of the next; false behind the last. */
static inline bool
journal_get(const struct journal *j, size_t *at, const uint8_t **record, size_t *length)
{
	if (*at >= j->length)
		return false;
	memcpy(length, j->bytes + *at, sizeof(*length));
	*record = j->bytes + *at + sizeof(*length);
	*at += sizeof(*length) + *length;
	return true;
}

static inline void
journal_clear(struct journal *j)
{
	free(j->bytes);
	*j = (struct journal){ 0 };
}

static inline struct engine *
journal_engine(const struct engine_options *options)
{
	struct error e = { 0 };
	struct engine *g = engine_new(options, &e);

	error_write(&e, stderr);
	error_clear(&e);
	assert_non_null(g);
	return g;
}

/* Each record in memory of its own, so that ASan sees what is read behind it. */
static inline int
journal_restore_one(struct engine *g, const uint8_t *record, size_t length)
{
	uint8_t *exact = malloc(length ? length : 1);
	int rc = -1;

	assert_non_null(exact);
	memcpy(exact, record, length);
	rc = engine_restore(g, exact, length);
	free(exact);
	return rc;
}

static inline struct engine *
journal_restore(const struct journal *j, const struct engine_options *options)
{
	struct engine *g = journal_engine(options);
	const uint8_t *record = NULL;
	size_t at = 0, length = 0;

	while (journal_get(j, &at, &record, &length))
		assert_int_equal(journal_restore_one(g, record, length), 0);
	return g;
}

/* report.json and flows.ndjson of an engine that ends now. */
static inline char *
engine_text(struct engine *g, const struct signatures *signatures, size_t *size)
{
	struct report report = { .signatures = signatures };
	char *text = NULL;
	FILE *out = open_memstream(&text, size);

	report.session = engine_finish(g, 3);
	assert_non_null(report.session);
	assert_int_equal(report_json(&report, out), 0);
	assert_int_equal(report_flows(&report, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* Where two texts part. */
static inline void
text_differs(const char *one, const char *other)
{
	size_t at = 0, from = 0;

	while (one[at] != '\0' && one[at] == other[at])
		at++;
	from = at > 300 ? at - 300 : 0;
	fprintf(stderr, "--- at %zu\n%.500s\n--- restored\n%.500s\n", at, one + from,
	    other + from);
}

/* The engine as it ends now, and one of its records: the same bytes. */
static inline bool
journal_agrees(
    struct engine *g, const struct journal *j, const struct engine_options *options)
{
	struct engine *again = journal_restore(j, options);
	size_t size = 0, again_size = 0;
	char *text = engine_text(g, options->signatures, &size);
	char *again_text = engine_text(again, options->signatures, &again_size);
	bool same = size == again_size && memcmp(text, again_text, size) == 0;

	if (!same)
		text_differs(text, again_text);
	free(text);
	free(again_text);
	engine_free(again);
	return same;
}

/* The same in a child, so that the engine goes on. */
static inline void
journal_check(
    struct engine *g, const struct journal *j, const struct engine_options *options)
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(journal_agrees(g, j, options) ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* A batch of frames, of live captures. */
#define BATCH 64

/* An engine as `callwitness capture` runs it. */
struct keeper {
	struct engine_options options;
	struct engine *engine;
	struct journal journal;
	int64_t saved_ns;
	size_t frames;
};

static inline void
keeper_start(struct keeper *k, const struct signatures *signatures)
{
	*k = (struct keeper){ .options = { .signatures = signatures, .saved = true } };
	k->engine = journal_engine(&k->options);
}

static inline void
keeper_save(struct keeper *k, enum engine_save what)
{
	assert_int_equal(engine_save(k->engine, what, journal_put, &k->journal), 0);
}

static inline void
keeper_frame(struct keeper *k, const struct frame *f)
{
	engine_packet(k->engine, f);
	k->frames++;
	if (k->frames % BATCH == 0)
		keeper_save(k, SAVE_OVER);
	if (f->time_ns - k->saved_ns < MAKE_SECOND)
		return;
	k->saved_ns = f->time_ns;
	keeper_save(k, SAVE_CHANGED);
}

/* All in the place of what was kept so far, as a child writes it. */
static inline void
keeper_compact(struct keeper *k)
{
	journal_clear(&k->journal);
	keeper_save(k, SAVE_ALL);
}

static inline void
keeper_check(struct keeper *k)
{
	keeper_save(k, SAVE_CHANGED);
	journal_check(k->engine, &k->journal, &k->options);
}

static inline void
keeper_end(struct keeper *k)
{
	engine_free(k->engine);
	journal_clear(&k->journal);
}

#endif
