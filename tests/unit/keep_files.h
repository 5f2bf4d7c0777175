/* SPDX-License-Identifier: Apache-2.0 */
/* Frames that are kept, and looked for in what is read back. */
#ifndef KEEP_FILES_H
#define KEEP_FILES_H

#include "capture_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define BEGIN INT64_C(1700000000123456789)
#define STEP INT64_C(1000003)

/* The n-th frame: of a size of its own, empty ones and odd ones among them. */
static inline struct frame
sample(unsigned n)
{
	static const uint32_t sizes[] = { 60, 61, 62, 63, 0, 1, 1500, 9000, 42, 1201 };
	static uint8_t bytes[9000];
	struct frame f = {
		.time_ns = BEGIN + n * STEP,
		.number = n + 1,
		.captured = sizes[n % COUNT_OF(sizes)],
		.linktype = 1,
		.data = bytes,
	};

	f.length = f.captured + n % 3;
	for (uint32_t i = 0; i < f.captured; i++)
		bytes[i] = (uint8_t)(n * 31 + i);
	return f;
}

/* Every fifth is of no flow. */
static inline struct keep_note
sample_note(unsigned n)
{
	return (struct keep_note){
		.direction = (enum direction)(n % 3),
		.flow = n % 5,
		.tag = n + 0x80000000u,
	};
}

static const struct live_facts sample_facts = {
	.interface = "wlan0",
	.filter = "udp or tcp",
	.linktype = 1,
	.snaplen = 262144,
	.nanoseconds = true,
	.library = "none",
};

/* As capture_locals() has them. */
static const struct addr_net sample_locals[] = {
	{ { 4, { 192, 0, 2, 7 } }, 32 },
	{ { 4, { 198, 51, 100, 0 } }, 24 },
	{ { 6, { 0x20, 1, 0x0d, 0xb8, [15] = 9 } }, 128 },
};

static inline struct keep *
keep_new(uint64_t bytes_most, int64_t span_most_ns)
{
	struct keep_options options = {
		.folder = folder,
		.bytes_most = bytes_most,
		.span_most_ns = span_most_ns,
		.facts = &sample_facts,
		.locals = sample_locals,
		.local_count = COUNT_OF(sample_locals),
	};
	struct error e = { 0 };
	struct keep *k = keep_open(&options, &e);

	if (k == NULL)
		error_write(&e, stderr);
	assert_non_null(k);
	return k;
}

static inline void
keep_samples(struct keep *k, unsigned from, unsigned to)
{
	for (unsigned n = from; n < to; n++) {
		struct frame f = sample(n);
		struct keep_note note = sample_note(n);

		assert_int_equal(keep_frame(k, &f, &note), 0);
	}
}

/* A run that ends without closing anything. */
static inline void
keep_and_die(unsigned count, uint64_t bytes_most)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct keep *k = keep_new(bytes_most, 0);

		keep_samples(k, 0, count);
		_exit(keep_flush(k) != 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* Programs: the flows 1 and 2 are the helper's, flow 3 is of one that nothing is known of.
 */
static const struct process parent_process = {
	.pid = 100,
	.started_ns = 5,
	.exe = "/usr/lib/chromium/chromium",
	.sha256 = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
	.command = "chromium",
};
static const struct process helper_process = {
	.pid = 101,
	.started_ns = -6,
	.exe = "",
	.parent = &parent_process,
};
static const struct process renewed_process = { .pid = 101, .started_ns = -6 };

static inline const struct process *
sample_process(unsigned n)
{
	static const struct process *const by_flow[] = { NULL, &helper_process,
		&helper_process, &renewed_process, NULL };

	return by_flow[n % 5];
}

static inline void
sample_label(const struct keep_note *note, struct keep_label *out, void *context)
{
	unsigned *asked = context;

	(*asked)++;
	assert_int_equal(note->flow, (note->tag - 0x80000000u) % 5);
	assert_int_equal(note->direction, (note->tag - 0x80000000u) % 3);
	out->process = sample_process(note->flow);
	if (note->flow == 4) /* as long as can be */
		memset(out->text, 'x', KEEP_TEXT - 1);
	else if (note->flow != 0)
		snprintf(out->text, KEEP_TEXT, "%u.0 content/audio decoded", note->flow);
}

static inline const char *
in_folder(const char *name)
{
	static char paths[4][384];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

/* 0 or -1, as keep_finish(); `asked` is how many labels it wanted. */
static inline int
finish_counted(const struct live_counts *counts, bool *whole, unsigned *asked)
{
	static const struct process *const processes[] = { &helper_process,
		&renewed_process };
	struct keep_end end = {
		.label = sample_label,
		.context = asked,
		.processes = processes,
		.process_count = 2,
		.counts = counts,
	};
	struct error e = { 0 };
	int rc = keep_finish(folder, in_folder("out.pcapng"), &end, whole, &e);

	assert_int_equal(rc == 0, e.count == 0);
	error_clear(&e);
	return rc;
}

static inline bool
finish(void)
{
	unsigned asked = 0;
	bool whole;

	assert_int_equal(finish_counted(NULL, &whole, &asked), 0);
	return whole;
}

static inline struct capture *
open_path(const char *name)
{
	const char *path = in_folder(name);

	return open_files(&path, 1, NULL);
}

static inline void
expect_process(const struct process *found, const struct process *wanted)
{
	assert_int_equal(found == NULL, wanted == NULL);
	if (wanted == NULL)
		return;
	assert_int_equal(found->pid, wanted->pid);
	assert_int_equal(found->started_ns, wanted->started_ns);
	assert_true(same_text(found->exe, wanted->exe));
	assert_true(same_text(found->sha256, wanted->sha256));
	assert_true(same_text(found->command, wanted->command));
	expect_process(found->parent, wanted->parent);
}

static inline void
expect_sample(const struct frame *f, unsigned n, bool labelled)
{
	struct frame wanted = sample(n);

	assert_int_equal(f->time_ns, wanted.time_ns);
	assert_int_equal(f->captured, wanted.captured);
	assert_int_equal(f->length, wanted.length);
	assert_int_equal(f->linktype, 1);
	assert_memory_equal(f->data, wanted.data, wanted.captured);
	expect_process(f->process, labelled ? sample_process(n) : NULL);
}

/* These frames, no others, and nothing wrong with the file. */
static inline void
expect_samples(const char *name, unsigned from, unsigned to, bool labelled)
{
	struct capture *c = open_path(name);
	struct frame f;

	for (unsigned n = from; n < to; n++) {
		assert_int_equal(capture_next(c, &f), 1);
		expect_sample(&f, n, labelled);
	}
	expect_end(c);
	assert_false(capture_file(c, 0)->truncated || capture_file(c, 0)->damaged);
	capture_close(c);
}

static inline off_t
size_of(const char *name)
{
	struct stat st;

	assert_int_equal(stat(in_folder(name), &st), 0);
	return st.st_size;
}

/* How many files there are whose names begin so. */
static inline unsigned
files_there(const char *prefix)
{
	DIR *directory = opendir(folder);
	struct dirent *entry;
	unsigned count = 0;

	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL)
		count += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
	closedir(directory);
	return count;
}

static inline int
folder_empty(void **state)
{
	DIR *directory = opendir(folder);
	struct dirent *entry;

	(void)state;
	while (directory != NULL && (entry = readdir(directory)) != NULL)
		unlink(in_folder(entry->d_name));
	closedir(directory);
	return 0;
}

static inline void
copy_file(const char *from, const char *to)
{
	FILE *in = fopen(in_folder(from), "rb"), *out = fopen(in_folder(to), "wb");
	int byte;

	assert_non_null(in);
	assert_non_null(out);
	while ((byte = getc(in)) != EOF)
		putc(byte, out);
	fclose(in);
	fclose(out);
}

#endif
