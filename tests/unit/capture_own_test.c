/* SPDX-License-Identifier: Apache-2.0 */
/* What callwitness's own files tell beyond frames: written, read, and read by others. */
#include "keep_files.h"

#include "../../src/capture/private.h"

char folder[64];

static int
folder_remove(void **state)
{
	(void)state;
	return rmdir(folder);
}

/* Every byte there is, in names of its own, comes through. */
static void
test_every_byte(void **state)
{
	struct arena arena = { 0 };
	char all[256];

	(void)state;
	for (unsigned i = 0; i < 255; i++)
		all[i] = (char)(i + 1);
	all[255] = '\0';
	for (unsigned i = 0; i < 256; i++) {
		char one[] = { (char)i, 'x', (char)i, '\0' };
		struct process p = { .pid = UINT32_MAX,
			.started_ns = INT64_MIN,
			.exe = i % 2 ? all : one,
			.command = i % 2 ? one : NULL,
			.sha256 = i % 3 ? "" : NULL };
		char *text = process_text(&p, 1, 0);
		struct process *again;

		assert_non_null(text);
		for (const char *at = text; *at != '\0'; at++)
			assert_in_range(*at, ' ', '~');
		again = process_parse(&arena, text, strlen(text), 1, NULL);
		assert_non_null(again);
		expect_process(again, &p);
		free(text);
	}
	arena_clear(&arena);
}

static void
test_process_text(void **state)
{
	const struct process p = { .pid = 2214,
		.started_ns = 1700000000000000000,
		.exe = "/usr/bin/node",
		.command = "node sdk 100%.js" };
	char *text = process_text(&p, 2, 1);

	(void)state;
	assert_string_equal(text,
	    "process 2 pid=2214 started=1700000000000000000 parent=1 "
	    "exe=/usr/bin/node command=node%20sdk%20100%25.js");
	free(text);
}

static void
test_process_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"process",
		"process 2",
		"process 1 pid=1 started=1", /* not its number */
		"process 2 pid=1",
		"process 2 started=1 pid=1",
		"process 2 pid=01 started=1",
		"process 2 pid=+1 started=1",
		"process 2 pid=4294967296 started=1",
		"process 2 pid=-1 started=1",
		"process 2 pid=1 started=9223372036854775808",
		"process 2 pid=1 started=1 ",
		"process 2 pid=1  started=1",
		" process 2 pid=1 started=1",
		"process 2 pid=1 started=1 parent=0",
		"process 2 pid=1 started=1 parent=2",
		"process 2 pid=1 started=1 parent=3",
		"process 2 pid=1 started=1 other=1",
		"process 2 pid=1 started=1 exe=%2f",
		"process 2 pid=1 started=1 exe=%41",
		"process 2 pid=1 started=1 exe=%00",
		"process 2 pid=1 started=1 exe=%",
		"process 2 pid=1 started=1 exe=%F",
		"process 2 pid=1 started=1 exe=\xff",
		"process 2 pid=1 started=1 exe=a exe=b",
		"process 2 pid=1 started=1 command=a exe=b",
		"process 2 pid=1 started=1\nexe=b",
	};
	struct process first = { 0 }, *before[] = { &first };
	struct arena arena = { 0 };
	static const char good[] = "process 2 pid=1 started=1 parent=1 exe=%2B%25+";

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_null(process_parse(&arena, bad[i], strlen(bad[i]), 2, before));
	assert_null(process_parse(&arena, "process 2 pid=1 started=1\0", 26, 2, before));
	assert_null(process_parse(&arena, good, strlen(good), 2, before));
	for (size_t length = 0; length < strlen("process 2 pid=1 started="); length++)
		assert_null(process_parse(
		    &arena, "process 2 pid=1 started=1", length, 2, before));
	assert_non_null(
	    process_parse(&arena, "process 2 pid=1 started=1", 25, 2, before));
	arena_clear(&arena);
}

static unsigned char *
read_file(const char *name, size_t *size)
{
	FILE *in = fopen(in_folder(name), "rb");
	unsigned char *bytes;

	*size = (size_t)size_of(name);
	bytes = malloc(*size);
	assert_int_equal(fread(bytes, 1, *size, in), *size);
	fclose(in);
	return bytes;
}

static void
write_file(const char *name, const unsigned char *bytes, size_t size)
{
	FILE *out = fopen(in_folder(name), "wb");

	assert_int_equal(fwrite(bytes, 1, size, out), size);
	fclose(out);
}

/* Only callwitness's name in the section makes a file one of its own. */
static void
test_of_others(void **state)
{
	const struct addr_net *locals;
	unsigned char *bytes, *name;
	struct capture *c;
	struct frame f;
	size_t size;

	(void)state;
	keep_and_die(30, 0);
	assert_true(finish());
	bytes = read_file("out.pcapng", &size);
	name = memmem(bytes, size, "callwitness ", 12);
	assert_non_null(name);
	memcpy(name, "Callwitness", 11);
	write_file("out.pcapng", bytes, size);
	c = open_path("out.pcapng");
	assert_int_equal(capture_locals(c, &locals), 0);
	while (capture_next(c, &f) == 1)
		assert_null(f.process);
	capture_close(c);
	free(bytes);
}

/* The end of the file is not there: frames are, but not whose they are. */
static void
test_every_end(void **state)
{
	unsigned char *bytes;
	size_t size;

	(void)state;
	keep_and_die(3, 0);
	assert_true(finish());
	bytes = read_file("out.pcapng", &size);
	for (size_t length = size; length > 600; length--) {
		struct capture *c;
		struct frame f;

		write_file("out.pcapng", bytes, length);
		c = open_path("out.pcapng");
		for (unsigned n = 0; capture_next(c, &f) == 1; n++)
			if (f.process != NULL || length == size)
				expect_process(f.process, sample_process(n));
		assert_false(capture_file(c, 0)->damaged);
		capture_close(c);
	}
	free(bytes);
}

/* Through a pipe the frames and addresses are the same; programs are not known. */
static void
test_pipe(void **state)
{
	const struct addr_net *locals;
	int ends[2], saved = dup(STDIN_FILENO);
	const char *path = "-";
	unsigned char *bytes;
	struct capture *c;
	struct frame f;
	size_t size;

	(void)state;
	keep_and_die(8, 0);
	assert_true(finish());
	bytes = read_file("out.pcapng", &size);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], bytes, size), size);
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	c = open_files(&path, 1, NULL);
	assert_int_equal(capture_locals(c, &locals), COUNT_OF(sample_locals));
	for (unsigned n = 0; n < 8; n++) {
		assert_int_equal(capture_next(c, &f), 1);
		expect_sample(&f, n, false);
	}
	expect_end(c);
	capture_close(c);
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(ends[0]);
	free(bytes);
}

static void
tshark(const char *arguments, char *text, size_t size)
{
	char command[1024];
	FILE *out;
	size_t length;

	snprintf(command, sizeof(command), "tshark -r %s %s 2>&1",
	    in_folder("out.pcapng"), arguments);
	out = popen(command, "r");
	assert_non_null(out);
	length = fread(text, 1, size - 1, out);
	text[length] = '\0';
	assert_int_equal(pclose(out), 0);
}

/* Wireshark reads comments and directions, and finds nothing odd. */
static void
test_tshark(void **state)
{
	static char text[1 << 16];

	(void)state;
	if (system("tshark --version >/dev/null 2>&1") != 0) {
		print_message("skipped: there is no tshark\n");
		skip();
	}
	keep_and_die(40, 0);
	assert_int_equal(
	    rename(in_folder("keep-00001.pcapng"), in_folder("out.pcapng")), 0);
	tshark("-T fields -e frame.number -e frame.comment -e frame.packet_flags "
	       "2>&1 | grep -v 'Running as'",
	    text, sizeof(text));
	assert_int_equal(strncmp(text, "1\t\t", 3), 0); /* not labelled: no comment */
	assert_non_null(strstr(text, "\n40\t\t"));
	assert_int_equal(
	    rename(in_folder("out.pcapng"), in_folder("keep-00001.pcapng")), 0);
	assert_true(finish());
	tshark(
	    "-T fields -e frame.number -e frame.comment -e frame.packet_flags_direction "
	    "-e frame.interface_name 2>&1 | grep -v 'Running as'",
	    text, sizeof(text));
	assert_int_equal(strncmp(text, "1\t\t", 3), 0);
	assert_non_null(
	    strstr(text, "\n2\t1.0 content/audio decoded\t0x00000001\twlan0\n"));
	assert_non_null(strstr(text, "\n5\txxxxxxxxxxxx"));
	assert_null(strstr(text, "alformed"));
	assert_null(strstr(text, "The file"));
}

/* Addresses that the machine got while it kept: at the end, each once. */
static void
test_late_locals(void **state)
{
	static const struct addr_net all[] = { { { 4, { 192, 0, 2, 7 } }, 32 },
		{ { 4, { 203, 0, 113, 5 } }, 32 },
		{ { 6, { 0x20, 1, 0x0d, 0xb8, [15] = 9 } }, 128 },
		{ { 6, { 0x20, 1, 0x0d, 0xb8, [15] = 10 } }, 128 } };
	const struct keep_end end = { .label = sample_label,
		.context = &(unsigned){ 0 },
		.locals = all,
		.local_count = COUNT_OF(all) };
	const struct addr_net *locals = NULL;
	struct error e = { 0 };
	struct capture *c = NULL;
	bool whole = false;

	(void)state;
	keep_and_die(10, 0);
	assert_int_equal(
	    keep_finish(folder, in_folder("out.pcapng"), &end, &whole, &e), 0);
	c = open_path("out.pcapng");
	/* 198.51.100.0/24 of the header, and the four. */
	assert_int_equal(capture_locals(c, &locals), COUNT_OF(all) + 1);
	assert_true(addr_equal(&locals[2].addr, &all[1].addr));
	assert_true(addr_equal(&locals[4].addr, &all[3].addr));
	assert_int_equal(locals[4].bits, 128);
	capture_close(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_late_locals, folder_empty),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_process_text),
		cmocka_unit_test(test_process_refused),
		cmocka_unit_test_teardown(test_of_others, folder_empty),
		cmocka_unit_test_teardown(test_every_end, folder_empty),
		cmocka_unit_test_teardown(test_pipe, folder_empty),
		cmocka_unit_test_teardown(test_tshark, folder_empty),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
