/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_DRAFT_H
#define REPORT_DRAFT_H

#include <callwitness/base.h>

/*
 * A bundle in the making: a folder beside the place that it takes when it is whole. The
 * first failure is a line in the error given to draft_begin(); all calls after it fail
 * in silence.
 */
struct draft;

/*
 * Makes the folders above. What is at `folder` already must be an empty folder or an
 * earlier bundle. NULL and a line in e.
 */
struct draft *draft_begin(const char *folder, struct error *e);
/*
 * Begins a file by its path in the bundle ("inputs/options.json"); one at a time, ended
 * by draft_close(). NULL on failure.
 */
FILE *draft_open(struct draft *d, const char *name);
/*
 * Ends the file; `written` is what its writer returned: not 0 is a failure, too. 0 or -1.
 */
int draft_close(struct draft *d, int written);
/* A whole file. The same bytes under the same name are written once. 0 or -1. */
int draft_bytes(struct draft *d, const char *name, const void *data, size_t length);
/*
 * The file at `path` under this name: it is moved by draft_commit(), until then it is in
 * both places. On another file system it is copied. 0 or -1.
 */
int draft_take(struct draft *d, const char *name, const char *path);
/* SHA256SUMS of all files so far, for the caller to free; NULL on failure. */
char *draft_sums(struct draft *d, size_t *length);
/*
 * Syncs everything to the disk, takes the place, and removes what was there. 0, or -1 with
 * what was there as it was.
 */
int draft_commit(struct draft *d);
/* Removes what was not committed. Takes NULL. */
void draft_free(struct draft *d);

#endif
