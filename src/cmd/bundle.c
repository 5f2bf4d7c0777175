/* SPDX-License-Identifier: Apache-2.0 */
/* A bundle is written to its end or not begun: signals wait. */
#include <signal.h>
#include "run.h"

int
bundle_write(const struct report *r, const char *folder, const struct seal_secret *secret,
    struct error *e)
{
	return bundle_write_with(r, folder, NULL, secret, e);
}

int
bundle_write_with(const struct report *r, const char *folder, const char *kept,
    const struct seal_secret *secret, struct error *e)
{
	static const int ends[] = { SIGHUP, SIGINT, SIGTERM };
	sigset_t held, before;
	int rc = 0;

	sigemptyset(&held);
	for (size_t i = 0; i < COUNT_OF(ends); i++)
		sigaddset(&held, ends[i]);
	sigprocmask(SIG_BLOCK, &held, &before);
	rc = report_folder_with(r, folder, kept, secret, e);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return rc;
}
