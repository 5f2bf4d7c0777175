/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/mount.h>
#include <sys/wait.h>

#include "keep_files.h"

#include <sched.h>

char folder[64];

#define COUNT 300

static int
folder_remove(void **state)
{
	(void)state;
	return rmdir(folder);
}

static void
test_one_file(void **state)
{
	struct keep *k = keep_new(0, 0);
	const struct addr_net *locals;
	unsigned asked = 0;
	struct capture *c;
	struct stat st;
	bool whole;

	(void)state;
	keep_samples(k, 0, COUNT);
	assert_true(keep_is_whole(k));
	keep_close(k);
	assert_int_equal(files_there("keep-"), 1);
	assert_int_equal(finish_counted(NULL, &whole, &asked), 0);
	assert_true(whole);
	assert_int_equal(asked, COUNT);
	assert_int_equal(files_there(""), 3); /* ".", "..", and the one */
	expect_samples("out.pcapng", 0, COUNT, true);
	assert_int_equal(stat(in_folder("out.pcapng"), &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
	c = open_path("out.pcapng");
	assert_int_equal(capture_locals(c, &locals), COUNT_OF(sample_locals));
	for (size_t i = 0; i < COUNT_OF(sample_locals); i++) {
		assert_true(addr_equal(&locals[i].addr, &sample_locals[i].addr));
		assert_int_equal(locals[i].bits, sample_locals[i].bits);
	}
	capture_close(c);
}

/* What a filter or a second file beside it must not change. */
static void
test_merged(void **state)
{
	struct capture_options options = { .digest = true, .filter = "greater 1000" };
	const char *paths[2];
	struct capture *c;
	struct frame f;
	const struct addr_net *locals;
	unsigned seen = 0;

	(void)state;
	keep_and_die(100, 0);
	assert_true(finish());
	paths[0] = paths[1] = in_folder("out.pcapng");
	c = open_files(paths, 2, &options);
	assert_int_equal(capture_locals(c, &locals), COUNT_OF(sample_locals));
	for (; capture_next(c, &f) == 1; seen++)
		expect_sample(&f, (unsigned)((f.time_ns - BEGIN) / STEP), true);
	assert_int_equal(seen, 2 * 30); /* 1500, 9000, 1201 of ten */
	capture_close(c);
}

static void
test_killed(void **state)
{
	(void)state;
	keep_and_die(COUNT, 0);
	expect_samples("keep-00001.pcapng", 0, COUNT, false);
	assert_true(finish());
	expect_samples("out.pcapng", 0, COUNT, true);
	/* Again, when all is done. */
	assert_true(finish());
	expect_samples("out.pcapng", 0, COUNT, true);
}

static void
test_nothing(void **state)
{
	struct keep *k = keep_new(0, 0);
	unsigned asked = 0;
	bool whole = true;

	(void)state;
	keep_close(k);
	assert_true(finish()); /* no frames, but what it was */
	expect_samples("out.pcapng", 0, 0, true);
	unlink(in_folder("out.pcapng"));
	assert_int_equal(finish_counted(NULL, &whole, &asked), 0);
	assert_false(whole);
	assert_int_equal(files_there("out"), 0);
}

/* The first frame of a file, by its time. */
static unsigned
first_sample(const char *name)
{
	struct capture *c = open_path(name);
	struct frame f;

	assert_int_equal(capture_next(c, &f), 1);
	capture_close(c);
	return (unsigned)((f.time_ns - BEGIN) / STEP);
}

static void
test_ring_of_bytes(void **state)
{
	struct keep *k = keep_new(200000, 0);
	unsigned first;

	(void)state;
	keep_samples(k, 0, 2000);
	assert_false(keep_is_whole(k));
	keep_close(k);
	assert_in_range(files_there("keep-"), 6, 8);
	assert_false(finish());
	assert_in_range(size_of("out.pcapng"), 150000, 203000);
	first = first_sample("out.pcapng");
	assert_true(first > 1000);
	expect_samples("out.pcapng", first, 2000, true);
}

static void
test_ring_of_time(void **state)
{
	struct keep *k = keep_new(0, 800 * STEP);
	unsigned first;

	(void)state;
	keep_samples(k, 0, 800);
	assert_true(keep_is_whole(k));
	keep_samples(k, 800, 2000);
	assert_false(keep_is_whole(k));
	keep_close(k);
	assert_false(finish());
	first = first_sample("out.pcapng");
	assert_in_range(2000 - first, 800, 900);
	expect_samples("out.pcapng", first, 2000, true);
}

/* Each file of a ring stands alone. */
static void
test_segments_stand_alone(void **state)
{
	struct keep *k = keep_new(2000000, 0);
	const struct addr_net *locals;
	struct capture *c;

	(void)state;
	keep_samples(k, 0, 500);
	keep_close(k);
	assert_true(files_there("keep-") >= 2);
	c = open_path("keep-00002.pcapng");
	assert_int_equal(capture_locals(c, &locals), COUNT_OF(sample_locals));
	capture_close(c);
	expect_samples("keep-00002.pcapng", first_sample("keep-00002.pcapng"),
	    files_there("keep-") == 2 ? 500 : first_sample("keep-00003.pcapng"), false);
	assert_true(finish());
	expect_samples("out.pcapng", 0, 500, true);
}

static uint64_t
drops_of(const char *name)
{
	struct capture *c = open_path(name);
	struct frame f;
	uint64_t drops;

	while (capture_next(c, &f) == 1)
		;
	drops = capture_file(c, 0)->drops;
	capture_close(c);
	return drops;
}

/* Counts run on through the segments; what the file says is their sum. */
static void
keep_with_drops(uint64_t bytes_most)
{
	struct keep *k = keep_new(bytes_most, 0);

	for (unsigned i = 0; i < 10; i++) {
		struct live_counts counts = { i * 100, i * 3, i / 5 };

		keep_samples(k, i * 50, i * 50 + 50);
		assert_int_equal(keep_counts(k, BEGIN, &counts), 0);
		assert_int_equal(keep_counts(k, BEGIN, &counts), 0);
	}
	keep_close(k);
}

static void
test_drops(void **state)
{
	const struct live_counts end = { 1000, 40, 2 };
	static const uint64_t sizes[] = { 0, 2000000 };
	unsigned asked = 0;
	bool whole;

	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		keep_with_drops(sizes[i]);
		assert_true(finish());
		assert_int_equal(drops_of("out.pcapng"), 27 + 1);
		(void)folder_empty(state);
		keep_with_drops(sizes[i]);
		assert_int_equal(finish_counted(&end, &whole, &asked), 0);
		assert_int_equal(drops_of("out.pcapng"), 42);
		(void)folder_empty(state);
	}
	/* Of a ring, those since its first frame: some of it, not all. */
	keep_with_drops(200000);
	assert_int_equal(finish_counted(&end, &whole, &asked), 0);
	assert_false(whole);
	assert_in_range(drops_of("out.pcapng"), 14, 41);
}

/* Every length of the last packets: the whole ones stay, and nothing else. */
static void
test_cut(void **state)
{
	off_t size, begin;

	(void)state;
	keep_and_die(18, 0);
	begin = size_of("keep-00001.pcapng");
	unlink(in_folder("keep-00001.pcapng"));
	keep_and_die(21, 0);
	size = size_of("keep-00001.pcapng");
	copy_file("keep-00001.pcapng", "kept");
	for (off_t length = begin; length < size; length++) {
		struct capture *c;
		struct frame f;
		unsigned n = 0;

		copy_file("kept", "keep-00001.pcapng");
		assert_int_equal(truncate(in_folder("keep-00001.pcapng"), length), 0);
		assert_true(finish());
		c = open_path("out.pcapng");
		for (; capture_next(c, &f) == 1; n++)
			expect_sample(&f, n, true);
		assert_in_range(n, 18, 20);
		assert_int_equal(n, length < begin + 140 + 44 ? 18 : n);
		assert_false(
		    capture_file(c, 0)->truncated || capture_file(c, 0)->damaged);
		capture_close(c);
	}
}

/* A file cut within its header holds nothing; one of others is left alone. */
static void
test_no_header(void **state)
{
	unsigned asked = 0;
	bool whole;
	FILE *out;

	(void)state;
	keep_and_die(0, 0);
	copy_file("keep-00001.pcapng", "kept");
	for (off_t length = size_of("kept") - 1; length >= 0; length--) {
		copy_file("kept", "keep-00001.pcapng");
		assert_int_equal(truncate(in_folder("keep-00001.pcapng"), length), 0);
		assert_false(finish());
		assert_int_equal(files_there("keep-"), 0);
		assert_int_equal(files_there("out"), 0);
	}
	out = fopen(in_folder("keep-00001.pcapng"), "wb");
	fputs("something else", out);
	fclose(out);
	assert_int_equal(finish_counted(NULL, &whole, &asked), -1);
	assert_int_equal(files_there("keep-"), 1);
}

/* Killed while files are joined: before one of them went, or in the middle of it. */
static void
test_killed_joining(void **state)
{
	unsigned segments;
	off_t whole, last;
	char name[32];

	(void)state;
	keep_and_die(500, 2000000);
	segments = files_there("keep-");
	assert_true(segments >= 3);
	snprintf(name, sizeof(name), "keep-%05u.pcapng", segments);
	copy_file(name, "last");
	last = size_of("last");
	assert_true(finish());
	copy_file("out.pcapng", "joined");
	whole = size_of("joined");
	for (off_t cut = 0; cut <= last; cut += 977) {
		unlink(in_folder("out.pcapng"));
		copy_file("joined", "keep-00001.pcapng");
		copy_file("last", name);
		assert_int_equal(
		    truncate(in_folder("keep-00001.pcapng"), whole - cut), 0);
		assert_true(finish());
		expect_samples("out.pcapng", 0, 500, true);
		assert_int_equal(files_there("keep-"), 0);
		assert_int_equal(size_of("out.pcapng"), whole);
	}
}

/* In a file system of its own, in a mount namespace of its own. */
static int
mount_small(const char *options)
{
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	return mount("none", folder, "tmpfs", 0, options);
}

/* Fills it; then every frame that was taken must be there, though the end is not written.
 */
static void
run_out_of_space(void)
{
	struct keep *k = keep_new(0, 0);
	unsigned taken = 0;
	struct frame f;
	struct keep_note note;

	for (;; taken++) {
		f = sample(taken);
		note = sample_note(taken);
		if (keep_frame(k, &f, &note) < 0)
			break;
	}
	assert_int_equal(errno, ENOSPC);
	assert_false(keep_is_whole(k));
	assert_true(taken > 300);
	keep_close(k);
	expect_samples("keep-00001.pcapng", 0, taken, false);
	assert_int_equal(umount2(folder, MNT_DETACH), 0);
}

/* Ends the process: 0 if all went well, 77 if it may not mount. */
static void
without_space(void (*run)(void), const char *options)
{
	pid_t child;
	int status;

	if (geteuid() != 0) {
		print_message("skipped: only root may mount a small file system\n");
		skip();
	}
	fflush(NULL);
	child = fork();
	if (child == 0) {
		if (mount_small(options) < 0)
			_exit(77);
		run();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("skipped: not permitted to mount a small file system\n");
		skip();
	}
	assert_int_equal(status, 0);
}

static void
test_no_space(void **state)
{
	(void)state;
	without_space(run_out_of_space, "size=1200k");
}

/* No space to join or to finish: all stays as it is, and it works when there is space. */
static void
finish_without_space(void)
{
	struct keep *k = keep_new(2500000, 0);
	char *filler = calloc(1, 4096);
	unsigned asked = 0;
	bool whole;
	int fd;

	keep_samples(k, 0, 600);
	keep_close(k);
	assert_true(files_there("keep-") >= 2);
	fd = open(in_folder("filler"), O_WRONLY | O_CREAT, 0600);
	while (write(fd, filler, 4096) > 0)
		;
	close(fd);
	free(filler);
	assert_int_equal(finish_counted(NULL, &whole, &asked), -1);
	assert_int_equal(files_there("out"), 0);
	assert_int_equal(unlink(in_folder("filler")), 0);
	assert_int_equal(finish_counted(NULL, &whole, &asked), 0);
	assert_true(whole);
	expect_samples("out.pcapng", 0, 600, true);
	assert_int_equal(umount2(folder, MNT_DETACH), 0);
}

static void
test_no_space_to_finish(void **state)
{
	(void)state;
	without_space(finish_without_space, "size=3m");
}

/* Reserved space goes back when the file is closed, and frames of the largest size fit.
 */
static void
test_large(void **state)
{
	static uint8_t bytes[262144];
	struct keep *k = keep_new(0, 0);
	struct frame f = { .time_ns = BEGIN, .captured = sizeof(bytes), .data = bytes };
	struct keep_note note = { 0 };
	struct stat st;

	(void)state;
	f.length = f.captured;
	for (int i = 0; i < 5; i++)
		assert_int_equal(keep_frame(k, &f, &note), 0);
	keep_close(k);
	assert_int_equal(stat(in_folder("keep-00001.pcapng"), &st), 0);
	assert_true(st.st_size > 5 * (off_t)sizeof(bytes));
	assert_true(st.st_blocks * 512 < st.st_size + 65536);
}

static void
test_refused(void **state)
{
	struct keep *k = keep_new(0, 0);
	struct keep_options options = { .folder = folder, .facts = &sample_facts };
	struct keep_end end = { 0 };
	struct error e = { 0 };
	bool whole;

	(void)state;
	assert_null(keep_open(&options, &e)); /* there is one already */
	assert_non_null(strstr(e.lines[0].text, "frames cannot be kept there"));
	options.folder = "/nonexistent";
	assert_null(keep_open(&options, &e));
	assert_non_null(strstr(e.lines[1].text, "cannot be opened"));
	assert_int_equal(keep_finish("/nonexistent", "/x", &end, &whole, &e), -1);
	keep_close(k);
	assert_int_equal(keep_finish(folder, "/nonexistent/x", &end, &whole, &e), -1);
	assert_int_equal(files_there("keep-"), 1);
	error_clear(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_one_file, folder_empty),
		cmocka_unit_test_teardown(test_merged, folder_empty),
		cmocka_unit_test_teardown(test_killed, folder_empty),
		cmocka_unit_test_teardown(test_nothing, folder_empty),
		cmocka_unit_test_teardown(test_ring_of_bytes, folder_empty),
		cmocka_unit_test_teardown(test_ring_of_time, folder_empty),
		cmocka_unit_test_teardown(test_segments_stand_alone, folder_empty),
		cmocka_unit_test_teardown(test_drops, folder_empty),
		cmocka_unit_test_teardown(test_cut, folder_empty),
		cmocka_unit_test_teardown(test_no_header, folder_empty),
		cmocka_unit_test_teardown(test_killed_joining, folder_empty),
		cmocka_unit_test_teardown(test_no_space, folder_empty),
		cmocka_unit_test_teardown(test_no_space_to_finish, folder_empty),
		cmocka_unit_test_teardown(test_large, folder_empty),
		cmocka_unit_test_teardown(test_refused, folder_empty),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
