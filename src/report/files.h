/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_FILES_H
#define REPORT_FILES_H

#include <callwitness/base.h>

enum entry_kind { ENTRY_FILE, ENTRY_FOLDER, ENTRY_OTHER };

struct entry {
	char *path; /* below the folder, "inputs/options.json" */
	enum entry_kind kind;
};

/* All that is below a folder, by path as bytes compare. Symbolic links are not followed.
 */
struct listing {
	size_t count, room;
	struct entry *entries;
};

/* Zero-initialise the listing. 0, or -1 and errno. At most LISTING_MAX entries: EFBIG. */
#define LISTING_MAX 65536
int listing_read(const char *folder, struct listing *out);
void listing_clear(struct listing *l);
/* Removes a folder with all that is in it. 0, or -1 and errno of the first failure. */
int folder_remove(const char *folder);
/* Makes a folder and those above it. 0, or -1 and a line in e. */
int folder_make(const char *folder, struct error *e);
/*
 * A whole file, with a NUL behind it, for the caller to free. 0, or -1 and errno: EFBIG
 * if it is larger than `limit`.
 */
int file_read(const char *path, size_t limit, char **data, size_t *length);
/* "folder/name", for the caller to free; NULL when memory is full. */
char *path_join(const char *folder, const char *name);
/* Without the slashes at its end; the same. */
char *path_trim(const char *path);

#endif
