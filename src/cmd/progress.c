/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>
#include <unistd.h>
#include "cmd.h"

#define FIRST_AFTER_MS 700
#define EVERY_MS 200

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
progress_step(struct progress *p, uint64_t packets, uint64_t done, uint64_t total)
{
	int64_t now = 0;
	char size[16];

	if (p->next_ms == 0)
		p->next_ms =
		    isatty(STDERR_FILENO) ? now_ms() + FIRST_AFTER_MS : INT64_MAX;
	if (p->next_ms == INT64_MAX || (now = now_ms()) < p->next_ms)
		return;
	p->next_ms = now + EVERY_MS;
	p->shown = true;
	if (total > 0)
		fprintf(stderr, "\r\033[K%3.0f %%, %llu packets",
		    100.0 * (double)done / (double)total, (unsigned long long)packets);
	else
		fprintf(stderr, "\r\033[K%s, %llu packets", size_text(done, size),
		    (unsigned long long)packets);
	fflush(stderr);
}

void
progress_end(struct progress *p)
{
	if (p->shown)
		fprintf(stderr, "\r\033[K");
	p->shown = false;
}
