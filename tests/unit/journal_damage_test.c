/* SPDX-License-Identifier: Apache-2.0 */
/* Journals that were cut off or damaged, full disks, and folders with more in them. */
#include <errno.h>
#include <sys/mount.h>

#include "make_journal.h"

/* Only the beginning of what was added, in whole records; always without an error. */
static void
assert_beginning(const struct heard *h, const char *const *texts, size_t logged)
{
	size_t at = 0;

	for (size_t i = 0; i < h->count; i++, at++) {
		while (strcmp(h->text[i], texts[at]) != 0) {
			assert_true(
			    at < logged); /* the end of the log alone is left out */
			at++;
			assert_non_null(texts[at]);
		}
	}
}

static void
test_every_truncation(void **state)
{
	static const char *const names[] = { "call.part/log", "call.part/journal-00001" };
	static struct heard h;

	for (size_t n = 0; n < COUNT_OF(names); n++) {
		size_t length = 0, whole = 0;
		char *data = NULL;

		small_make(*state);
		data = file_get(*state, names[n], &length);
		for (size_t cut = 0; cut < length; cut++) {
			bool torn = false;
			int rc = -1;

			file_put(*state, names[n], data, cut);
			rc = read_back(*state, &h, &torn);
			/* Without its first record the log is none. */
			if (n == 0 && cut < 32 + 16 + 8) {
				assert_int_equal(rc, -1);
				continue;
			}
			assert_int_equal(rc, 0);
			assert_beginning(&h, small, SMALL_LOGGED);
			assert_true(h.count < 6);
			whole += !torn;
		}
		/* Between two records nobody can tell that there were more. */
		assert_int_equal(whole, n == 0 ? 2 : 3);
		free(data);
		sweep(*state);
	}
}

static void
test_flipped_bytes(void **state)
{
	static const char *const names[] = { "call.part/log", "call.part/journal-00001" };
	static struct heard h;

	for (size_t n = 0; n < COUNT_OF(names); n++) {
		size_t length = 0;
		char *data = NULL;

		small_make(*state);
		data = file_get(*state, names[n], &length);
		for (size_t i = 0; i < length * 8; i++) {
			bool torn = false;

			data[i / 8] ^= (char)(1 << i % 8);
			file_put(*state, names[n], data, length);
			data[i / 8] ^= (char)(1 << i % 8);
			if (read_back(*state, &h, &torn) != 0) {
				assert_true(i / 8 < (n == 0 ? 32 + 16 + 8 : 32));
				continue;
			}
			assert_true(torn);
			assert_true(h.count < 6);
			assert_beginning(&h, small, SMALL_LOGGED);
		}
		free(data);
		sweep(*state);
	}
}

static void
test_remove(void **state)
{
	char path[PATH_SIZE], outside[PATH_SIZE];
	struct error e = { 0 };

	small_make(*state);
	text_put(*state, "precious", "x");
	mkdir(in_folder(*state, "call.part/inputs", path), 0700);
	mkdir(in_folder(*state, "call.part/inputs/policies", path), 0700);
	text_put(*state, "call.part/inputs/options.json", "{}");
	text_put(*state, "call.part/inputs/policies/p.yaml", "p");
	text_put(*state, "call.part/keep-00001.pcapng", "p");
	text_put(*state, "call.part/notes.txt", "mine");
	assert_int_equal(journal_remove(part_of(*state, path), &e), -1);
	assert_true(error_says(&e, "\"notes.txt\""));
	error_clear(&e);
	assert_true(is_there(*state, "call.part/log"));
	unlink(in_folder(*state, "call.part/notes.txt", path));
	in_folder(*state, "call.part/inputs/policies/link", path);
	assert_int_equal(symlink(in_folder(*state, "precious", outside), path), 0);
	assert_int_equal(journal_remove(part_of(*state, path), &e), -1);
	assert_true(error_says(&e, "\"inputs/policies/link\""));
	error_clear(&e);
	unlink(in_folder(*state, "call.part/inputs/policies/link", path));
	in_folder(*state, "call.part/keep-00002.pcapng", path);
	assert_int_equal(symlink(outside, path), 0);
	assert_int_equal(journal_remove(part_of(*state, path), &e), -1);
	error_clear(&e);
	unlink(in_folder(*state, "call.part/keep-00002.pcapng", path));
	sweep(*state);
	assert_true(is_there(*state, "precious"));
}

/* A folder that is a link, and one of which a removal was interrupted. */
static void
test_remove_link_and_dust(void **state)
{
	char path[PATH_SIZE], other[PATH_SIZE];
	struct error e = { 0 };

	small_make(*state);
	rename(part_of(*state, path), in_folder(*state, "elsewhere", other));
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(journal_remove(path, &e), -1);
	error_clear(&e);
	assert_true(is_there(*state, "elsewhere/log"));
	unlink(path);
	rename(other, path);
	unlink(in_folder(*state, "call.part/log", other));
	journal_close(begin(*state));
	sweep(*state);
}

static void
assert_counted(const char *folder, size_t states)
{
	static struct heard h;
	bool torn = true;
	size_t count = 0;

	assert_int_equal(read_back(folder, &h, &torn), 0);
	assert_false(torn);
	for (size_t i = 0; i < h.count; i++)
		count += h.text[i][0] == '2';
	assert_int_equal(count, states);
}

/* A disk of 1 MiB: what was taken stays whole, and what is added to reserve's place. */
static void
test_disk_full(void **state)
{
	static uint8_t data[1000];
	char path[PATH_SIZE];
	struct journal *j = NULL;
	size_t added = 0;

	mkdir(in_folder(*state, "disk", path), 0700);
	if (mount("none", path, "tmpfs", 0, "size=1m") != 0) {
		print_message("no tmpfs may be mounted here: skipped\n");
		rmdir(path);
		skip();
	}
	j = begin(path);
	add(j, JOURNAL_HEAD, "{}");
	assert_int_equal(journal_flush(j), 0);
	assert_int_equal(journal_reserve(j, 0), -1);
	assert_int_equal(errno, ENOSPC);
	file_put(path, "call.part/reserve", data, 0);
	while (added < RECORDS_MOST &&
	       journal_add(j, JOURNAL_STATE, data, sizeof(data)) == 0)
		added++;
	assert_int_equal(errno, ENOSPC);
	assert_in_range(added, 900, 1400);
	assert_int_equal(journal_flush(j), -1);
	assert_null(journal_checkpoint(j));
	{
		/* A kill now loses what is in the buffer alone. */
		char copy[PATH_SIZE], command[3 * PATH_SIZE];
		static struct heard h;
		bool torn = true;

		snprintf(command, sizeof(command),
		    "mkdir %s/copy && cp -r %s/call.part %s/copy", (const char *)*state,
		    path, (const char *)*state);
		assert_int_equal(system(command), 0);
		in_folder(*state, "copy", copy);
		assert_int_equal(read_back(copy, &h, &torn), 0);
		assert_false(torn);
		assert_in_range(h.count, added - 270, added);
		sweep(copy);
	}
	assert_int_equal(mount("none", path, "tmpfs", MS_REMOUNT, "size=2m"), 0);
	add(j, JOURNAL_STATE, "more");
	assert_int_equal(journal_sync(j), 0);
	journal_close(j);
	assert_counted(path, added + 1);
	assert_int_equal(umount(path), 0);
	rmdir(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_every_truncation, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(
		    test_flipped_bytes, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(
		    test_remove, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(
		    test_remove_link_and_dust, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(
		    test_disk_full, folder_setup, folder_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
