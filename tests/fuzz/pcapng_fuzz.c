/* SPDX-License-Identifier: Apache-2.0 */
#include <callwitness/capture.h>

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of a program and its ancestors, who must end. */
static uint8_t
family_sum(const struct process *p)
{
	uint8_t sum = 0;

	for (; p != NULL; p = p->parent) {
		sum ^= (uint8_t)p->pid;
		sum ^= (uint8_t)(p->exe != NULL ? strlen(p->exe) : 0);
		sum ^= (uint8_t)(p->command != NULL ? strlen(p->command) : 0);
	}
	return sum;
}

static void
read_all(const char *const *paths, size_t count, const struct capture_options *options)
{
	struct error e = { 0 };
	struct capture *c = capture_open(paths, count, options, &e);
	const struct addr_net *locals;
	struct frame f;
	uint8_t sum = 0;
	volatile uint8_t sink;

	if (c != NULL)
		sum = (uint8_t)capture_locals(c, &locals);
	while (c != NULL && capture_next(c, &f)) {
		sum ^= family_sum(f.process);
		if (f.captured > 262144 || f.time_ns < 0)
			abort();
		for (uint32_t i = 0; i < f.captured; i++)
			sum ^= f.data[i];
	}
	sink = sum;
	(void)sink;
	if (c == NULL && e.count == 0)
		abort();
	capture_close(c);
	error_clear(&e);
}

/* Alone; then merged with itself, and filtered. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct capture_options filtered = { .filter = "udp or vlan" };
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	char path[32];
	const char *paths[2] = { path, path };

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	read_all(paths, 1, NULL);
	read_all(paths, 2, &filtered);
	close(fd);
	return 0;
}
