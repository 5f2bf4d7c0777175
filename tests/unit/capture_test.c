/* SPDX-License-Identifier: Apache-2.0 */
/* Classic files, standard input, digests, merging, filters, refusals. */
#include "capture_files.h"

#include <fcntl.h>
#include <sys/wait.h>

char folder[64];

static int
folder_remove(void **state)
{
	static const char *const names[] = { "one", "two", "three" };
	char path[96];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	return rmdir(folder);
}

static void
test_formats(void **state)
{
	static const struct {
		uint32_t magic;
		int64_t unit;
		unsigned extra; /* bytes of each record's header, beyond 16 */
	} kinds[] = { { MICRO, 1000, 0 }, { NANO, 1, 0 }, { 0xa1b2cd34, 1000, 8 } };

	(void)state;
	for (size_t i = 0; i < 2 * COUNT_OF(kinds); i++) {
		struct draft d = classic_begin(kinds[i / 2].magic, i % 2, 1);
		struct capture *c;

		put_u32(&d, 1700000000);
		put_u32(&d, 7);
		put_u32(&d, FRAME);
		put_u32(&d, FRAME);
		put(&d, "\0\0\0\0\0\0\0", kinds[i / 2].extra);
		put(&d, frame_to(53), FRAME);
		c = open_draft(&d);
		assert_string_equal(capture_file(c, 0)->format, "pcap");
		expect_frame(c, INT64_C(1700000000000000000) + 7 * kinds[i / 2].unit, 53);
		expect_end(c);
		assert_int_equal(capture_file(c, 0)->packets, 1);
		assert_int_equal(capture_file(c, 0)->bytes, d.length);
		assert_false(
		    capture_file(c, 0)->truncated || capture_file(c, 0)->damaged);
		capture_close(c);
	}
}

/* After 2038, and with fractions that are none. */
static void
test_times(void **state)
{
	struct draft d = classic_begin(MICRO, true, 1);
	struct capture *c;
	struct frame f;

	(void)state;
	classic_record(&d, 0xffffffff, 999999, 1);
	classic_record(&d, 0, 0x80000000, 2);
	classic_record(&d, 0xffffffff, 0x7fffffff, 3);
	c = open_draft(&d);
	expect_frame(c, INT64_C(4294967295999999000), 1);
	assert_int_equal(capture_next(c, &f), 1);
	assert_true(f.time_ns >= 0);
	assert_int_equal(capture_next(c, &f), 1);
	assert_true(f.time_ns >= 0);
	expect_end(c);
	capture_close(c);
}

/* Every length of a file of two packets. */
static void
test_truncated(void **state)
{
	struct draft d = classic_begin(NANO, false, 1), whole;
	size_t second;

	(void)state;
	classic_record(&d, 5, 1, 1);
	second = d.length;
	classic_record(&d, 6, 2, 2);
	whole = d;
	for (d.length = second; d.length <= whole.length; d.length++) {
		struct capture *c = open_draft(&d);
		struct frame f;

		expect_frame(c, 5000000001, 1);
		if (d.length >= second + 16) {
			assert_int_equal(capture_next(c, &f), 1);
			assert_int_equal(f.captured, d.length - second - 16);
			assert_int_equal(f.length, FRAME);
			assert_int_equal(f.time_ns, 6000000002);
			assert_int_equal(f.linktype, 1);
			assert_memory_equal(f.data, frame_to(2), f.captured);
		}
		expect_end(c);
		assert_int_equal(capture_file(c, 0)->truncated,
		    d.length > second && d.length < whole.length);
		assert_false(capture_file(c, 0)->damaged);
		capture_close(c);
	}
}

static void
test_damaged(void **state)
{
	struct draft d = classic_begin(MICRO, true, 1);
	struct capture *c;

	(void)state;
	classic_record(&d, 5, 0, 1);
	put_u32(&d, 6);
	put_u32(&d, 0);
	put_u32(&d, 0x7fffffff);
	put_u32(&d, FRAME);
	put(&d, frame_to(2), FRAME);
	c = open_draft(&d);
	expect_frame(c, 5000000000, 1);
	expect_end(c);
	assert_true(capture_file(c, 0)->damaged);
	assert_non_null(strstr(capture_file(c, 0)->damage, "byte 100"));
	capture_close(c);
}

/* A header that promises 65535 bytes at most, or 20, is not held against the packets. */
static void
test_snaplen_is_no_limit(void **state)
{
	struct draft d = classic_begin(MICRO, true, 1);
	struct capture *c;

	(void)state;
	d.bytes[16] = 20;
	d.bytes[17] = 0;
	classic_record(&d, 5, 0, 1);
	c = open_draft(&d);
	expect_frame(c, 5000000000, 1);
	capture_close(c);
}

static void
sha256_of(const struct draft *d, char *text)
{
	struct sha256 *s = sha256_new();

	sha256_add(s, d->bytes, d->length);
	sha256_end(s, text);
}

static void
test_digest(void **state)
{
	static const struct capture_options options = { .digest = true };
	struct draft one = classic_begin(MICRO, true, 1),
		     two = classic_begin(NANO, false, 1);
	char expected[2][SHA256_TEXT_SIZE];
	const char *paths[2];
	struct capture *c;

	(void)state;
	classic_record(&one, 5, 0, 1);
	put(&two, "\1\2\3", 3);
	paths[0] = draft_save(&one, "one");
	paths[1] = draft_save(&two, "two");
	sha256_of(&one, expected[0]);
	sha256_of(&two, expected[1]);
	c = open_files(paths, 2, &options);
	expect_frame(c, 5000000000, 1);
	expect_end(c);
	assert_string_equal(capture_file(c, 0)->sha256, expected[0]);
	assert_string_equal(capture_file(c, 1)->sha256, expected[1]);
	capture_close(c);
	capture_close(open_files(paths, 2, &options)); /* before the end */
}

/* Standard input becomes a pipe that a child writes to in small pieces. */
static int
pipe_from(const struct draft *d, pid_t *child)
{
	int ends[2], saved = dup(STDIN_FILENO);

	assert_int_equal(pipe(ends), 0);
	*child = fork();
	if (*child == 0) {
		for (size_t i = 0; i < d->length; i += 7) {
			size_t n = d->length - i < 7 ? d->length - i : 7;

			if (write(ends[1], d->bytes + i, n) != (ssize_t)n)
				break;
		}
		_exit(0);
	}
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	return saved;
}

static void
test_standard_input(void **state)
{
	static const struct capture_options options = { .digest = true };
	struct draft d = classic_begin(MICRO, false, 1);
	char expected[SHA256_TEXT_SIZE];
	const char *path = "-";
	struct capture *c;
	uint64_t done, total;
	pid_t child;
	int saved;

	(void)state;
	classic_record(&d, 5, 0, 1);
	classic_record(&d, 6, 0, 2);
	put(&d, "\0\0", 2);
	sha256_of(&d, expected);
	saved = pipe_from(&d, &child);
	c = open_files(&path, 1, &options);
	capture_progress(c, &done, &total);
	assert_int_equal(total, 0);
	expect_frame(c, 5000000000, 1);
	expect_frame(c, 6000000000, 2);
	expect_end(c);
	assert_string_equal(capture_file(c, 0)->name, "-");
	assert_string_equal(capture_file(c, 0)->sha256, expected);
	assert_int_equal(capture_file(c, 0)->bytes, d.length);
	assert_true(capture_file(c, 0)->truncated);
	capture_close(c);
	dup2(saved, STDIN_FILENO);
	close(saved);
	waitpid(child, NULL, 0);
}

/* Three files; the second goes back in time, and its order is kept. */
static void
test_merge(void **state)
{
	static const struct {
		int64_t seconds;
		unsigned port, file;
	} expected[] = { { 1, 10, 0 }, { 2, 20, 1 }, { 3, 11, 0 }, { 3, 21, 1 },
		{ 3, 30, 2 }, { 4, 12, 0 }, { 9, 22, 1 }, { 2, 23, 1 }, { 9, 31, 2 } };
	struct draft drafts[3] = { classic_begin(MICRO, true, 1),
		classic_begin(MICRO, true, 1), classic_begin(MICRO, true, 1) };
	const char *paths[3];
	struct capture *c;
	struct frame f;

	(void)state;
	for (unsigned port = 10; port < 40; port++) {
		for (size_t i = 0; i < COUNT_OF(expected); i++) {
			if (expected[i].port == port)
				classic_record(&drafts[expected[i].file],
				    (uint32_t)expected[i].seconds, 0, (uint16_t)port);
		}
	}
	paths[0] = draft_save(&drafts[0], "one");
	paths[1] = draft_save(&drafts[1], "two");
	paths[2] = draft_save(&drafts[2], "three");
	c = open_files(paths, 3, NULL);
	for (size_t i = 0; i < COUNT_OF(expected); i++) {
		assert_int_equal(capture_next(c, &f), 1);
		assert_int_equal(frame_port(&f), expected[i].port);
		assert_int_equal(f.file, expected[i].file);
		assert_int_equal(f.number, i + 1);
		assert_int_equal(f.time_ns, expected[i].seconds * 1000000000);
	}
	expect_end(c);
	assert_int_equal(capture_files(c), 3);
	capture_close(c);
}

static void
test_filter(void **state)
{
	static const struct capture_options options = { .filter = "udp port 53" };
	struct draft one = classic_begin(MICRO, true, 1),
		     two = classic_begin(MICRO, true, 101);
	const char *paths[2];
	struct capture *c;

	(void)state;
	classic_record(&one, 1, 0, 53);
	classic_record(&one, 2, 0, 54);
	classic_record(&one, 3, 0, 53);
	classic_record(&two, 2, 0, 53); /* no IP at its start */
	paths[0] = draft_save(&one, "one");
	paths[1] = draft_save(&two, "two");
	c = open_files(paths, 2, &options);
	expect_frame(c, 1000000000, 53);
	expect_frame(c, 3000000000, 53);
	expect_end(c);
	assert_int_equal(capture_file(c, 0)->packets, 3);
	assert_int_equal(capture_file(c, 0)->filtered, 1);
	assert_int_equal(capture_file(c, 1)->filtered, 1);
	capture_close(c);
}

/* One link type for which it compiles is enough. */
static void
test_filter_by_linktype(void **state)
{
	static const struct capture_options options = { .filter = "link[0] = 2" };
	static const struct capture_options wlan = { .filter = "type mgt" };
	struct draft one = classic_begin(MICRO, true, 1),
		     two = classic_begin(MICRO, true, 105);
	const char *paths[2];

	(void)state;
	classic_record(&one, 1, 0, 53);
	paths[0] = draft_save(&one, "one");
	paths[1] = draft_save(&two, "two");
	capture_close(open_files(paths, 1, &options));
	expect_refusal(paths[0], &wlan, "does not compile");
	capture_close(open_files(paths, 2, &wlan));
}

static void
test_filter_refusals(void **state)
{
	static const struct {
		const char *filter, *text;
	} bad[] = {
		{ "prot udp", "does not compile" },
		{ "udp and (", "does not compile" },
		{ "host zoom.us", "\"zoom.us\" is a name" },
		{ "not src host localhost", "\"localhost\" is a name" },
		{ "dst www.example.org", "\"www.example.org\" is a name" },
	};
	struct draft d = classic_begin(MICRO, true, 1);
	const char *path = draft_save(&d, "one");

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct capture_options options = { .filter = bad[i].filter };

		expect_refusal(path, &options, bad[i].text);
	}
	capture_close(open_files(&path, 1,
	    &(struct capture_options){
		.filter = "host 10.0.0.1 or net 2001:db8::/32 or port 53" }));
}

static void
test_refusals(void **state)
{
	struct draft d = { 0 };
	const char *path = draft_save(&d, "one");

	(void)state;
	expect_refusal(path, NULL, "it is empty");
	expect_refusal("/tmp", NULL, "is a directory");
	expect_refusal("/nowhere/x.pcap", NULL, "No such file");
	put(&d, "PK\3\4 and more", 13);
	expect_refusal(draft_save(&d, "one"), NULL,
	    "not a capture file: begins with 50 4b 03 04 (zip), expected pcap or pcapng");
	d.length = 0;
	put(&d, "no", 2);
	expect_refusal(draft_save(&d, "one"), NULL, "begins with 6e 6f, expected");
	d = classic_begin(MICRO, true, 1);
	d.length = 20;
	expect_refusal(draft_save(&d, "one"), NULL, "ends within the header");
	d = classic_begin(MICRO, true, 1);
	d.bytes[4] = 9; /* version */
	expect_refusal(draft_save(&d, "one"), NULL, "cannot be read");
}

/* Each of several bad files is told. */
static void
test_all_errors(void **state)
{
	const char *paths[2] = { "/tmp", "/nowhere" };
	struct error e = { 0 };

	(void)state;
	assert_null(capture_open(paths, 2, NULL, &e));
	assert_int_equal(e.count, 2);
	error_clear(&e);
}

static void
test_progress(void **state)
{
	struct draft d = classic_begin(MICRO, true, 1);
	struct capture *c;
	uint64_t done, total;

	(void)state;
	classic_record(&d, 1, 0, 1);
	classic_record(&d, 2, 0, 2);
	c = open_draft(&d);
	expect_frame(c, 1000000000, 1);
	capture_progress(c, &done, &total);
	assert_int_equal(total, d.length);
	assert_in_range(done, 1, d.length); /* reading may run ahead */
	expect_frame(c, 2000000000, 2);
	expect_end(c);
	capture_progress(c, &done, &total);
	assert_int_equal(done, total);
	capture_close(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_snaplen_is_no_limit),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_standard_input),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_filter_by_linktype),
		cmocka_unit_test(test_filter_refusals),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_all_errors),
		cmocka_unit_test(test_progress),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
