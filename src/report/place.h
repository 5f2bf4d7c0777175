/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_PLACE_H
#define REPORT_PLACE_H

#include <sys/types.h>
#include <callwitness/base.h>

/* Where a bundle goes: a name in a folder, and what has that name already. */
struct place {
	char *parent, *base; /* symbolic links followed */
	int fd;              /* of the parent; -1 if it is not open */
	bool replaces;       /* an empty folder or an earlier bundle */
	mode_t mode;         /* of that */
};

/*
 * Makes the folders above. What is at `folder` already must be an empty folder or an
 * earlier bundle. 0, or -1 and a line in e. place_clear() is due either way.
 */
int place_find(struct place *p, const char *folder, struct error *e);
/*
 * The folder `name` of the parent takes the place. What was there has that name then.
 * 0, or -1 and errno, with both as they were.
 */
int place_take(const struct place *p, const char *name);
void place_clear(struct place *p);

/* The same, and for folders alone, where the system cannot exchange names at once. */
int folders_swap_slowly(int parent, const char *a, const char *b);

#endif
