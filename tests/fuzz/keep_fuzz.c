/* SPDX-License-Identifier: Apache-2.0 */
/* Kept files as a crash may leave them: what comes out must be whole, and the same twice.
 */
#include <callwitness/capture.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/keep_fuzz.XXXXXX";
static char first[64], second[64], out[64];

static void
folder_remove(void)
{
	unlink(first);
	unlink(second);
	unlink(out);
	rmdir(folder);
}

static void
folder_make(void)
{
	if (first[0] != '\0')
		return;
	if (mkdtemp(folder) == NULL)
		abort();
	snprintf(first, sizeof(first), "%s/keep-00001.pcapng", folder);
	snprintf(second, sizeof(second), "%s/keep-00002.pcapng", folder);
	snprintf(out, sizeof(out), "%s/out", folder);
	atexit(folder_remove);
}

static void
save(const char *path, const uint8_t *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
}

static void
label(const struct keep_note *note, struct keep_label *l, void *context)
{
	l->process = context;
	snprintf(l->text, KEEP_TEXT, "%u.0 content/audio", note->flow);
}

/* How many frames there are; none cut in the middle. */
static uint64_t
frames(void)
{
	const char *path = out;
	struct error e = { 0 };
	struct capture *c = capture_open(&path, 1, NULL, &e);
	struct frame f;
	uint64_t count = 0;

	if (c == NULL)
		abort();
	while (capture_next(c, &f))
		count++;
	if (capture_file(c, 0)->truncated)
		abort();
	capture_close(c);
	error_clear(&e);
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct process p = { .pid = 7, .exe = "/bin/x" };
	const struct process *processes[] = { &p };
	struct keep_end end = { label, &p, processes, 1, NULL, 0, NULL };
	struct error e = { 0 };
	uint64_t count;
	bool whole;

	folder_make();
	unlink(out);
	save(first, data, size / 2);
	save(second, data + size / 2, size - size / 2);
	(void)keep_finish(folder, out, &end, &whole, &e);
	unlink(second);
	unlink(out);
	save(first, data, size);
	if (keep_finish(folder, out, &end, &whole, &e) == 0 && access(out, F_OK) == 0) {
		count = frames();
		if (rename(out, first) < 0 ||
		    keep_finish(folder, out, &end, &whole, &e) < 0 || frames() != count)
			abort();
	}
	error_clear(&e);
	return 0;
}
