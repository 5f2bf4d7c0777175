/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: what was added is read back, whatever happened to its files since. */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "make_journal.h"

static void
test_folder_name(void **state)
{
	static const char *const names[][2] = { { "call", "call.part" },
		{ "call/", "call.part" }, { "a/b//", "a/b.part" }, { "/", "/.part" } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char *folder = journal_folder(names[i][0]);

		assert_string_equal(folder, names[i][1]);
		free(folder);
	}
}

static void
test_round_trip(void **state)
{
	static const char *const expected[] = { "1:{}", "4:9 counts", "3:a mark",
		"5:", "6:stopped", "2:one", "2:", "2:two", NULL };
	struct journal *j = begin(*state);

	add(j, JOURNAL_HEAD, "{}");
	add(j, JOURNAL_STATE, "one");
	add(j, JOURNAL_COUNTS, "9 counts");
	add(j, JOURNAL_STATE, "");
	add(j, JOURNAL_MARK, "a mark");
	add(j, JOURNAL_LOCALS, "");
	assert_int_equal(journal_flush(j), 0);
	add(j, JOURNAL_STATE, "two");
	add(j, JOURNAL_END, "stopped");
	assert_int_equal(journal_sync(j), 0);
	journal_close(j);
	assert_heard(*state, false, expected);
	sweep(*state);
}

static void
test_long_records(void **state)
{
	static const char *const expected[] = { "1:{}", "2:small", "2:16777216 bytes",
		"2:200000 bytes", "2:262144 bytes", "2:200000 bytes", "2:end", NULL };
	static const size_t lengths[] = { 16 << 20, 200000, 262144, 200000 };
	uint8_t *data = calloc(1, (16 << 20) + 1);
	struct journal *j = begin(*state);

	assert_non_null(data);
	add(j, JOURNAL_HEAD, "{}");
	add(j, JOURNAL_STATE, "small");
	for (size_t i = 0; i < COUNT_OF(lengths); i++) {
		memset(data, (int)i + 1, lengths[i]);
		assert_int_equal(journal_add(j, JOURNAL_STATE, data, lengths[i]), 0);
	}
	assert_int_equal(journal_add(j, JOURNAL_STATE, data, (16 << 20) + 1), -1);
	assert_int_equal(errno, EMSGSIZE);
	add(j, JOURNAL_STATE, "end");
	journal_close(j);
	free(data);
	assert_heard(*state, false, expected);
	sweep(*state);
}

/* After a flush nothing is lost; before it, what was added since. */
static void
test_killed(void **state)
{
	static const char *const expected[] = { "1:{}", "2:flushed", NULL };
	struct journal *j = begin(*state);
	pid_t child = 0;

	add(j, JOURNAL_HEAD, "{}");
	add(j, JOURNAL_STATE, "flushed");
	child = fork();
	if (child == 0) {
		if (journal_flush(j) != 0 ||
		    journal_add(j, JOURNAL_STATE, "lost", 4) != 0)
			_exit(1);
		raise(SIGKILL);
	}
	waitpid(child, NULL, 0);
	journal_forget(j);
	assert_heard(*state, false, expected);
	sweep(*state);
}

static void
test_refused(void **state)
{
	static struct heard h;
	char path[PATH_SIZE];
	struct error e = { 0 };
	bool torn = false;
	size_t length = 0;
	char *data = NULL;

	assert_int_equal(journal_read(part_of(*state, path), hear, &h, &torn, &e), -1);
	assert_true(error_says(&e, "expected the folder of an unfinished capture"));
	error_clear(&e);
	small_make(*state);
	h = (struct heard){ .stop_at = 2 };
	assert_int_equal(journal_read(part_of(*state, path), hear, &h, &torn, &e), -1);
	assert_int_equal(h.count, 2);
	data = file_get(*state, "call.part/log", &length);
	data[12]++; /* the version */
	file_put(*state, "call.part/log", data, length);
	free(data);
	assert_int_equal(journal_read(part_of(*state, path), hear, &h, &torn, &e), -1);
	assert_true(error_says(&e, "another version of callwitness"));
	error_clear(&e);
	sweep(*state);
}

static void
test_locked(void **state)
{
	static struct heard h;
	char path[PATH_SIZE];
	struct error e = { 0 };
	struct journal *j = begin(*state);
	bool torn = false;
	int claim = -1;

	add(j, JOURNAL_HEAD, "{}");
	assert_null(journal_create(part_of(*state, path), &e));
	assert_true(error_says(&e, "a capture that is running writes there"));
	error_clear(&e);
	assert_int_equal(journal_read(path, hear, &h, &torn, &e), -1);
	assert_true(error_says(&e, "a capture that is running writes there"));
	error_clear(&e);
	journal_close(j);
	assert_null(journal_create(path, &e));
	assert_true(error_says(&e, "callwitness recover"));
	error_clear(&e);
	claim = journal_claim(path, &e);
	assert_true(claim >= 0);
	assert_int_equal(journal_claim(path, &e), -1);
	assert_true(error_says(&e, "is being recovered already"));
	error_clear(&e);
	close(claim);
	assert_int_equal(read_back(*state, &h, &torn), 0);
	sweep(*state);
}

/* A child that still ends: the reader waits. One that let go: it need not. */
static void
test_lock_of_children(void **state)
{
	static const char *const expected[] = { "1:{}", NULL };
	static const struct timespec moment = { 0, 300000000 }, ages = { 20, 0 };

	for (unsigned forgets = 0; forgets < 2; forgets++) {
		struct journal *j = begin(*state);
		pid_t child = 0;

		add(j, JOURNAL_HEAD, "{}");
		child = fork();
		if (child == 0) {
			if (forgets)
				journal_forget(j);
			nanosleep(forgets ? &ages : &moment, NULL);
			_exit(0);
		}
		journal_close(j);
		nanosleep(&(struct timespec){ 0, 100000000 }, NULL);
		assert_heard(*state, false, expected);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		sweep(*state);
	}
}

static void
checkpoint_make(struct journal *j, bool dies)
{
	struct journal *c = journal_checkpoint(j);
	pid_t child = 0;
	int status = -1;

	assert_non_null(c);
	child = fork();
	if (child == 0) {
		if (journal_add(c, JOURNAL_STATE, "all", 3) != 0 ||
		    (dies && journal_flush(c) != 0))
			_exit(1);
		if (dies)
			raise(SIGKILL);
		_exit(journal_checkpoint_end(c) == 0 ? 0 : 1);
	}
	journal_checkpoint_forget(c);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, dies ? SIGKILL : 0);
}

static void
test_checkpoint(void **state)
{
	static const char *const expected[] = { "1:{}", "3:mark", "2:all", "2:after",
		NULL };
	struct journal *j = begin(*state);

	add(j, JOURNAL_HEAD, "{}");
	add(j, JOURNAL_STATE, "before");
	add(j, JOURNAL_MARK, "mark");
	checkpoint_make(j, false);
	assert_false(is_there(*state, "call.part/journal-00001"));
	assert_true(is_there(*state, "call.part/checkpoint-00002"));
	add(j, JOURNAL_STATE, "between");
	checkpoint_make(j, false);
	assert_false(is_there(*state, "call.part/checkpoint-00002"));
	add(j, JOURNAL_STATE, "after");
	journal_close(j);
	assert_heard(*state, false, expected);
	sweep(*state);
}

static void
test_checkpoint_killed(void **state)
{
	static const char *const expected[] = { "1:{}", "2:all", "2:1", "2:2", "2:3",
		NULL };
	static const char *const again[] = { "1:{}", "2:all", "2:4", NULL };
	struct journal *j = begin(*state);

	add(j, JOURNAL_HEAD, "{}");
	add(j, JOURNAL_STATE, "before");
	checkpoint_make(j, false);
	add(j, JOURNAL_STATE, "1");
	checkpoint_make(j, true);
	add(j, JOURNAL_STATE, "2");
	checkpoint_make(j, true);
	add(j, JOURNAL_STATE, "3");
	journal_close(j);
	assert_true(is_there(*state, "call.part/checkpoint-00003.tmp"));
	assert_heard(*state, false, expected);
	sweep(*state);

	j = begin(*state);
	add(j, JOURNAL_HEAD, "{}");
	checkpoint_make(j, true);
	checkpoint_make(j, false);
	add(j, JOURNAL_STATE, "4");
	journal_close(j);
	assert_false(is_there(*state, "call.part/checkpoint-00002.tmp"));
	assert_heard(*state, false, again);
	sweep(*state);
}

/* Of two, the newer one is damaged: then the older one and all behind it. */
static void
test_checkpoint_damaged(void **state)
{
	static const char *const expected[] = { "1:{}", "2:all", "2:1", "2:2", NULL };
	size_t length = 0, older = 0;
	char *data = NULL, *kept = NULL;
	struct journal *j = begin(*state);

	add(j, JOURNAL_HEAD, "{}");
	checkpoint_make(j, false);
	add(j, JOURNAL_STATE, "1");
	assert_int_equal(journal_flush(j), 0);
	data = file_get(*state, "call.part/checkpoint-00002", &length);
	kept = file_get(*state, "call.part/journal-00002", &older);
	checkpoint_make(j, false);
	add(j, JOURNAL_STATE, "2");
	journal_close(j);
	file_put(*state, "call.part/checkpoint-00002", data, length);
	file_put(*state, "call.part/journal-00002", kept, older);
	file_put(*state, "call.part/checkpoint-00003", data, length - 5);
	free(data);
	free(kept);
	assert_heard(*state, true, expected);
	sweep(*state);
}

static void
test_wants_checkpoint(void **state)
{
	struct journal *j = begin(*state);
	uint8_t *data = calloc(1, 1 << 20);

	assert_non_null(data);
	add(j, JOURNAL_HEAD, "{}");
	for (unsigned i = 0; i < 64; i++) {
		assert_false(journal_wants_checkpoint(j));
		assert_int_equal(journal_add(j, JOURNAL_STATE, data, 1 << 20), 0);
	}
	assert_true(journal_wants_checkpoint(j));
	checkpoint_make(j, false);
	assert_false(journal_wants_checkpoint(j));
	free(data);
	journal_close(j);
	sweep(*state);
}

static void
test_reserve(void **state)
{
	char path[PATH_SIZE];
	struct journal *j = begin(*state);
	struct stat st;

	in_folder(*state, "call.part/reserve", path);
	assert_int_equal(journal_reserve(j, 0), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 4 << 20);
	assert_true(st.st_blocks * 512 >= 4 << 20);
	assert_int_equal(journal_reserve(j, 129), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 5 << 20);
	assert_int_equal(journal_reserve(j, 1), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 5 << 20);
	journal_release_reserve(j);
	assert_false(is_there(*state, "call.part/reserve"));
	journal_release_reserve(j);
	journal_close(j);
	sweep(*state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folder_name),
		cmocka_unit_test_setup_teardown(
		    test_round_trip, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(
		    test_long_records, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(
		    test_killed, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(
		    test_refused, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(
		    test_locked, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(
		    test_lock_of_children, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(
		    test_checkpoint, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(
		    test_checkpoint_killed, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(
		    test_checkpoint_damaged, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(
		    test_wants_checkpoint, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(
		    test_reserve, folder_setup, folder_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
