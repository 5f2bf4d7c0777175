/* SPDX-License-Identifier: Apache-2.0 */
/* A temporary folder for a test, and files in it. */
#ifndef MAKE_FOLDER_H
#define MAKE_FOLDER_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <callwitness/base.h>

#define PATH_SIZE 512

static inline int
folder_setup(void **state)
{
	static char folder[64];

	strcpy(folder, "/tmp/callwitness-test-XXXXXX");
	assert_non_null(mkdtemp(folder));
	*state = folder;
	return 0;
}

static inline int
folder_path_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int
folder_teardown(void **state)
{
	return nftw(*state, folder_path_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* "folder/name" into path; returns path. */
static inline const char *
in_folder(const char *folder, const char *name, char path[PATH_SIZE])
{
	assert_true(snprintf(path, PATH_SIZE, "%s/%s", folder, name) < PATH_SIZE);
	return path;
}

static inline void
file_put(const char *folder, const char *name, const void *data, size_t length)
{
	char path[PATH_SIZE];
	FILE *out = fopen(in_folder(folder, name, path), "wb");

	assert_non_null(out);
	assert_int_equal(fwrite(data, 1, length, out), length);
	assert_int_equal(fclose(out), 0);
}

static inline void
text_put(const char *folder, const char *name, const char *text)
{
	file_put(folder, name, text, strlen(text));
}

/* With a NUL behind it, for the caller to free. */
static inline char *
file_get(const char *folder, const char *name, size_t *length)
{
	char path[PATH_SIZE], *data = NULL;
	FILE *in = fopen(in_folder(folder, name, path), "rb");
	struct stat st;

	assert_non_null(in);
	assert_int_equal(fstat(fileno(in), &st), 0);
	data = malloc((size_t)st.st_size + 1);
	assert_non_null(data);
	assert_int_equal(fread(data, 1, (size_t)st.st_size, in), st.st_size);
	data[st.st_size] = '\0';
	if (length != NULL)
		*length = (size_t)st.st_size;
	fclose(in);
	return data;
}

static inline bool
is_there(const char *folder, const char *name)
{
	char path[PATH_SIZE];
	struct stat st;

	return lstat(in_folder(folder, name, path), &st) == 0;
}

static inline bool
has_program(const char *name)
{
	char command[PATH_SIZE];

	snprintf(command, sizeof(command), "command -v %s >/dev/null 2>&1", name);
	return system(command) == 0;
}

/* Whether some line of e names this file. */
static inline bool
error_names(const struct error *e, const char *folder, const char *name)
{
	char path[PATH_SIZE];

	in_folder(folder, name, path);
	for (size_t i = 0; i < e->count; i++)
		if (e->lines[i].file != NULL && strcmp(e->lines[i].file, path) == 0)
			return true;
	return false;
}

static inline bool
error_says(const struct error *e, const char *text)
{
	for (size_t i = 0; i < e->count; i++)
		if (e->lines[i].text != NULL && strstr(e->lines[i].text, text) != NULL)
			return true;
	return false;
}

#endif
