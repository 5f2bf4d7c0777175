/* SPDX-License-Identifier: Apache-2.0 */
/* What cannot be undone is tried in a child: privileges that are gone, calls refused. */
#ifndef IN_CHILD_H
#define IN_CHILD_H

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* In a child: returns from it with -1 and says where. */
#define MUST(claim)                                                                      \
	do {                                                                             \
		errno = 0;                                                               \
		if (!(claim)) {                                                          \
			fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #claim,   \
			    strerror(errno));                                            \
			return -1;                                                       \
		}                                                                        \
	} while (0)
#define MUST_BE_REFUSED(call)                                                            \
	do {                                                                             \
		errno = 0;                                                               \
		if ((call) != -1 || errno != EPERM) {                                    \
			fprintf(stderr, "%s:%d: %s was not refused: %s\n", __FILE__,     \
			    __LINE__, #call, strerror(errno));                           \
			return -1;                                                       \
		}                                                                        \
	} while (0)

/* 0 if `body` gave 0 in a child, which ends without what exit() does: there, a check for
 * leaks would need what is refused by then. */
static inline int
in_child(int (*body)(void))
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		int rc = body();

		fflush(NULL);
		_exit(rc == 0 ? 0 : 1);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return -1;
	if (WIFSIGNALED(status))
		fprintf(stderr, "a child died of signal %d\n", WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

#endif
