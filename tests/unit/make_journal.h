/* SPDX-License-Identifier: Apache-2.0 */
/* A journal in a temporary folder, and what is read back of it. */
#ifndef MAKE_JOURNAL_H
#define MAKE_JOURNAL_H

#include <callwitness/tap.h>
#include "make_folder.h"

#define RECORDS_MOST 4096

/* What journal_read() handed over: "kind:text" of each, and long ones by their length. */
struct heard {
	size_t count;
	char text[RECORDS_MOST][48];
	size_t stop_at; /* the record that is refused; 0: none */
};

static inline int
hear(void *context, enum journal_kind kind, const void *data, size_t length)
{
	struct heard *h = context;

	assert_true(h->count < RECORDS_MOST);
	if (length < 16)
		snprintf(h->text[h->count], 48, "%d:%.*s", kind, (int)length,
		    (const char *)data);
	else
		snprintf(h->text[h->count], 48, "%d:%zu bytes", kind, length);
	h->count++;
	return h->stop_at == h->count ? 7 : 0;
}

static inline const char *
part_of(const char *folder, char path[PATH_SIZE])
{
	return in_folder(folder, "call.part", path);
}

static inline struct journal *
begin(const char *folder)
{
	char path[PATH_SIZE];
	struct error e = { 0 };
	struct journal *j = journal_create(part_of(folder, path), &e);

	assert_non_null(j);
	assert_int_equal(e.count, 0);
	return j;
}

static inline void
add(struct journal *j, enum journal_kind kind, const char *text)
{
	assert_int_equal(journal_add(j, kind, text, strlen(text)), 0);
}

static inline int
read_back(const char *folder, struct heard *h, bool *torn)
{
	char path[PATH_SIZE];
	struct error e = { 0 };
	int rc = 0;

	*h = (struct heard){ 0 };
	rc = journal_read(part_of(folder, path), hear, h, torn, &e);
	assert_int_equal(rc != 0, e.count > 0);
	error_clear(&e);
	return rc;
}

static inline void
assert_heard(const char *folder, bool torn_expected, const char *const *texts)
{
	static struct heard h;
	bool torn = !torn_expected;

	assert_int_equal(read_back(folder, &h, &torn), 0);
	for (size_t i = 0; i < h.count && texts[i] != NULL; i++)
		assert_string_equal(h.text[i], texts[i]);
	assert_null(texts[h.count]);
	assert_int_equal(torn, torn_expected);
}

static inline void
sweep(const char *folder)
{
	char path[PATH_SIZE];
	struct error e = { 0 };

	assert_int_equal(journal_remove(part_of(folder, path), &e), 0);
	assert_int_equal(e.count, 0);
	assert_false(is_there(folder, "call.part"));
}

static const char *const small[] = { "1:{\"a\": 1}", "3:first", "3:second", "2:one",
	"2:two", "2:three", NULL };
#define SMALL_LOGGED 3

static inline void
small_make(const char *folder)
{
	struct journal *j = begin(folder);

	for (size_t i = 0; small[i] != NULL; i++)
		add(j, (enum journal_kind)(small[i][0] - '0'), small[i] + 2);
	journal_close(j);
}

#endif
