/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles that are whole or not there: what is replaced, what is refused, what fails. */
#include "make_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#include "../../src/report/draft.h"
#include "../../src/report/files.h"
#include "../../src/report/place.h"

/* All names below, one a line; folders end in a slash. */
static char *
listed(const char *folder)
{
	struct listing l = { 0 };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(listing_read(folder, &l), 0);
	for (size_t i = 0; i < l.count; i++)
		fprintf(out, "%s%s\n", l.entries[i].path,
		    l.entries[i].kind == ENTRY_FOLDER ? "/" : "");
	assert_int_equal(fclose(out), 0);
	listing_clear(&l);
	return text;
}

static void
assert_listed(const char *folder, const char *expected)
{
	char *text = listed(folder);

	assert_string_equal(text, expected);
	free(text);
}

/* A bundle of two files and its sums. 0 or -1. */
static int
bundle_make(const char *folder, const char *said, struct error *e)
{
	struct draft *d = draft_begin(folder, e);
	char *sums = NULL;
	size_t length = 0;
	int rc = -1;

	if (d == NULL)
		return -1;
	if (draft_bytes(d, "report.json", said, strlen(said)) == 0 &&
	    draft_bytes(d, "inputs/signatures/x.yaml", "x", 1) == 0 &&
	    (sums = draft_sums(d, &length)) != NULL &&
	    draft_bytes(d, "SHA256SUMS", sums, length) == 0)
		rc = draft_commit(d);
	free(sums);
	draft_free(d);
	return rc;
}

#define BUNDLE                                                                           \
	"SHA256SUMS\ninputs/\ninputs/signatures/\ninputs/signatures/"                    \
	"x.yaml\nreport.json\n"

static void
assert_says(const char *folder, const char *expected)
{
	char *text = file_get(folder, "report.json", NULL);

	assert_string_equal(text, expected);
	free(text);
}

static void
a_bundle_is_made_with_what_is_above(void **state)
{
	struct error e = { 0 };
	char path[PATH_SIZE], *sums = NULL;

	assert_int_equal(bundle_make(in_folder(*state, "a/b/c//", path), "one", &e), 0);
	assert_int_equal(e.count, 0);
	assert_listed(in_folder(*state, "a/b/c", path), BUNDLE);
	/* printf one | sha256sum; printf x | sha256sum */
	sums = file_get(path, "SHA256SUMS", NULL);
	assert_string_equal(sums,
	    "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  "
	    "inputs/signatures/x.yaml\n"
	    "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  "
	    "report.json\n");
	free(sums);
	assert_listed(in_folder(*state, "a", path),
	    "b/\nb/c/\nb/c/SHA256SUMS\nb/c/inputs/\nb/c/inputs/signatures/\n"
	    "b/c/inputs/signatures/x.yaml\nb/c/report.json\n");
}

static void
an_earlier_bundle_is_replaced(void **state)
{
	struct error e = { 0 };
	char path[PATH_SIZE];
	struct stat st;

	assert_int_equal(mkdir(in_folder(*state, "b", path), 0750), 0);
	assert_int_equal(bundle_make(path, "one", &e), 0);
	assert_says(path, "one");
	assert_int_equal(bundle_make(path, "two", &e), 0);
	assert_says(path, "two");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0750); /* as its user made it */
	assert_int_equal(e.count, 0);
	/* Nothing else is left beside it. */
	assert_listed(*state, "b/\nb/SHA256SUMS\nb/inputs/\nb/inputs/signatures/\n"
			      "b/inputs/signatures/x.yaml\nb/report.json\n");
}

static void
a_link_to_a_folder_stays_a_link(void **state)
{
	struct error e = { 0 };
	char path[PATH_SIZE], real[PATH_SIZE];
	struct stat st;

	assert_int_equal(mkdir(in_folder(*state, "real", real), 0777), 0);
	assert_int_equal(symlink("real", in_folder(*state, "link", path)), 0);
	assert_int_equal(bundle_make(path, "one", &e), 0);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_says(real, "one");
}

static void
what_is_not_ours_stays(void **state)
{
	static const struct {
		const char *file, *says;
	} rows[] = { { "notes.txt", "\"notes.txt\"" },
		{ "inputs/notes.txt", "\"inputs/notes.txt\"" },
		{ "inputs/a/b/c", "\"inputs/a/b\"" }, { ".git/config", "\".git\"" } };
	struct error e = { 0 };
	char path[PATH_SIZE], above[PATH_SIZE], *before = NULL;

	in_folder(*state, "b", path);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(bundle_make(path, "one", &e), 0);
		in_folder(path, rows[i].file, above);
		*strrchr(above, '/') = '\0';
		assert_int_equal(folder_make(above, &e), 0);
		text_put(path, rows[i].file, "mine");
		before = listed(*state);
		assert_int_equal(bundle_make(path, "two", &e), -1);
		assert_int_equal(e.count, 1);
		assert_string_equal(e.lines[0].file, path);
		assert_true(error_says(&e, rows[i].says));
		assert_says(path, "one");
		assert_listed(*state, before);
		free(before);
		error_clear(&e);
		assert_int_equal(folder_remove(path), 0);
	}
}

static void
a_folder_that_is_no_bundle_stays(void **state)
{
	struct error e = { 0 };
	char path[PATH_SIZE];

	assert_int_equal(mkdir(in_folder(*state, "b", path), 0777), 0);
	text_put(path, "report.html", "mine");
	assert_int_equal(bundle_make(path, "one", &e), -1);
	assert_true(error_says(&e, "it is no bundle"));
	assert_listed(*state, "b/\nb/report.html\n");
	error_clear(&e);
}

static void
places_that_cannot_be_are_told(void **state)
{
	static const struct {
		const char *place, *says;
	} rows[] = { { "file", "a file has that name" }, { "file/b", "Not a directory" },
		{ "file/b/c", "Not a directory" }, { "dangling", "File exists" },
		{ "no/..", "no usable name" }, { "here", "the folder you are in" } };
	struct error e = { 0 };
	char path[PATH_SIZE], *before = NULL, *cwd = getcwd(NULL, 0);

	text_put(*state, "file", "mine");
	assert_int_equal(symlink("gone", in_folder(*state, "dangling", path)), 0);
	assert_int_equal(mkdir(in_folder(*state, "here", path), 0777), 0);
	assert_int_equal(chdir(path), 0);
	before = listed(*state);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(
		    bundle_make(in_folder(*state, rows[i].place, path), "one", &e), -1);
		assert_int_equal(e.count, 1);
		if (!error_says(&e, rows[i].says))
			fail_msg("%s: %s", rows[i].place, e.lines[0].text);
		error_clear(&e);
		assert_listed(*state, before);
	}
	assert_int_equal(bundle_make("", "one", &e), -1);
	assert_int_equal(bundle_make(".", "one", &e), -1);
	assert_int_equal(e.count, 2);
	error_clear(&e);
	assert_int_equal(chdir(cwd), 0);
	free(cwd);
	free(before);
}

/* As on a full disk: a write fails, in the middle of a file or at its end. */
static void
a_failed_write_leaves_what_was(void **state)
{
	static char large[300000];
	static const size_t limits[] = { 0, 2, 1000, 65536, 200000, 299999 };
	struct rlimit before, limit;
	struct error e = { 0 };
	char path[PATH_SIZE], *listing = NULL;

	memset(large, 'x', sizeof(large) - 1);
	in_folder(*state, "b", path);
	assert_int_equal(bundle_make(path, "one", &e), 0);
	listing = listed(*state);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	for (size_t i = 0; i < COUNT_OF(limits); i++) {
		int rc = 0;

		limit = before;
		limit.rlim_cur = limits[i];
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		rc = bundle_make(path, large, &e);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
		assert_int_equal(rc, limits[i] < strlen(large) ? -1 : 0);
		if (rc == 0)
			break;
		assert_int_equal(e.count, 1);
		assert_true(error_names(&e, path, "report.json"));
		assert_true(error_says(&e, "cannot be written: File too large"));
		error_clear(&e);
		assert_says(path, "one");
		assert_listed(*state, listing);
	}
	assert_says(path, large);
	free(listing);
	signal(SIGXFSZ, SIG_DFL);
}

/* Writers fail for want of memory, too: errno is not theirs. */
static void
a_failed_writer_leaves_nothing(void **state)
{
	struct error e = { 0 };
	char path[PATH_SIZE];
	struct draft *d = draft_begin(in_folder(*state, "b", path), &e);
	size_t length = 0;

	assert_non_null(d);
	assert_non_null(draft_open(d, "report.html"));
	assert_int_equal(draft_close(d, -1), -1);
	/* From here on, silence. */
	assert_null(draft_open(d, "report.md"));
	assert_int_equal(draft_bytes(d, "report.md", "x", 1), -1);
	assert_null(draft_sums(d, &length));
	assert_int_equal(draft_commit(d), -1);
	draft_free(d);
	assert_int_equal(e.count, 1);
	assert_true(error_names(&e, path, "report.html"));
	assert_true(error_says(&e, "out of memory"));
	error_clear(&e);
	assert_listed(*state, "");
}

static void
names_are_taken_once(void **state)
{
	struct error e = { 0 };
	char path[PATH_SIZE];
	struct draft *d = draft_begin(in_folder(*state, "b", path), &e);

	assert_int_equal(draft_bytes(d, "inputs/p/x.yaml", "x", 1), 0);
	assert_int_equal(draft_bytes(d, "inputs/p/x.yaml", "x", 1), 0);
	assert_int_equal(draft_bytes(d, "inputs/p/x.yaml", "y", 1), -1);
	assert_true(error_says(&e, "another file of that name"));
	draft_free(d);
	error_clear(&e);
	d = draft_begin(path, &e);
	assert_int_equal(draft_bytes(d, "inputs/p/x\n.yaml", "x", 1), -1);
	assert_true(error_says(&e, "control character"));
	draft_free(d);
	error_clear(&e);
	assert_listed(*state, "");
}

/* What is written is what is there, over many buffers. */
static void
large_files_are_whole(void **state)
{
	struct error e = { 0 };
	char path[PATH_SIZE], *text = NULL;
	struct draft *d = draft_begin(in_folder(*state, "b", path), &e);
	FILE *out = draft_open(d, "flows.ndjson");
	size_t length = 0;

	for (unsigned i = 0; i < 100000; i++)
		fprintf(out, "%u\n", i);
	assert_int_equal(draft_close(d, 0), 0);
	assert_int_equal(draft_commit(d), 0);
	draft_free(d);
	text = file_get(path, "flows.ndjson", &length);
	assert_int_equal(length, 588890);
	assert_string_equal(text + length - 12, "99998\n99999\n");
	free(text);
}

static void
folders_swap_without_exchange(void **state)
{
	int fd = open(*state, O_RDONLY | O_DIRECTORY);
	char a[PATH_SIZE], b[PATH_SIZE];

	assert_int_equal(mkdir(in_folder(*state, "a", a), 0777), 0);
	assert_int_equal(mkdir(in_folder(*state, "b", b), 0777), 0);
	text_put(a, "of_a", "");
	text_put(b, "of_b", "");
	assert_int_equal(folders_swap_slowly(fd, "a", "b"), 0);
	assert_listed(*state, "a/\na/of_b\nb/\nb/of_a\n");
	assert_int_equal(folders_swap_slowly(fd, "a", "c"), -1);
	assert_int_equal(folders_swap_slowly(fd, "c", "b"), -1);
	assert_listed(*state, "a/\na/of_b\nb/\nb/of_a\n");
	close(fd);
}

static void
files_are_read_up_to_a_bound(void **state)
{
	char path[PATH_SIZE], *data = NULL;
	size_t length = 0;

	text_put(*state, "f", "12345");
	assert_int_equal(file_read(in_folder(*state, "f", path), 5, &data, &length), 0);
	assert_int_equal(length, 5);
	assert_string_equal(data, "12345");
	free(data);
	assert_int_equal(file_read(path, 4, &data, &length), -1);
	assert_int_equal(errno, EFBIG);
	assert_int_equal(file_read(*state, 4, &data, &length), -1);
	assert_int_equal(errno, EISDIR);
}

#define IN_FOLDER(name)                                                                  \
	cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(a_bundle_is_made_with_what_is_above),
		IN_FOLDER(an_earlier_bundle_is_replaced),
		IN_FOLDER(a_link_to_a_folder_stays_a_link),
		IN_FOLDER(what_is_not_ours_stays),
		IN_FOLDER(a_folder_that_is_no_bundle_stays),
		IN_FOLDER(places_that_cannot_be_are_told),
		IN_FOLDER(a_failed_write_leaves_what_was),
		IN_FOLDER(a_failed_writer_leaves_nothing),
		IN_FOLDER(names_are_taken_once),
		IN_FOLDER(large_files_are_whole),
		IN_FOLDER(folders_swap_without_exchange),
		IN_FOLDER(files_are_read_up_to_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
