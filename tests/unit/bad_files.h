/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/bad/Y/X.yaml against X.expected, the exact lines that loading says. The program
 * of the tests writes X.expected anew when it is called with --update.
 */
#ifndef BAD_FILES_H
#define BAD_FILES_H

#include <glob.h>
#include <stdlib.h>
#include <unistd.h>

#include <callwitness/base.h>

/* What is said of a file's bytes; adds lines to e. */
typedef void bad_reader(
    const char *name, const void *data, size_t length, struct error *e);

static inline char *
bad_file_text(const char *path, size_t *length)
{
	FILE *in = fopen(path, "rb");
	char *text = NULL;
	size_t room = 0;

	*length = 0;
	if (in == NULL)
		return NULL;
	while (!feof(in) && !ferror(in)) {
		if (*length + 1 >= room)
			text = realloc(text, room = room * 2 + 4096);
		*length += fread(text + *length, 1, room - *length - 1, in);
	}
	text[*length] = '\0';
	fclose(in);
	return text;
}

static inline char *
bad_lines(const char *path, bad_reader *read)
{
	struct error e = { 0 };
	char *text = NULL, *data = NULL;
	size_t size = 0, length = 0;
	FILE *out = open_memstream(&text, &size);

	data = bad_file_text(path, &length);
	read(path, data, length, &e);
	error_sort(&e);
	error_write(&e, out);
	fclose(out);
	error_clear(&e);
	free(data);
	return text;
}

static inline int
bad_check(const char *path, const char *expected_path, const char *found)
{
	size_t length;
	char *expected = bad_file_text(expected_path, &length);
	bool same = expected != NULL && found[0] != '\0' && strcmp(expected, found) == 0;

	if (!same)
		fprintf(stderr, "%s\nexpected:\n%s\nfound:\n%s\n", path,
		    expected ? expected : "(no such file)", found);
	free(expected);
	return same ? 0 : -1;
}

static inline int
bad_update(const char *expected_path, const char *found)
{
	FILE *out = fopen(expected_path, "w");

	return out != NULL && fputs(found, out) >= 0 && fclose(out) == 0 ? 0 : -1;
}

/*
 * How many of the folder's files are not as expected, after saying so; *count of how
 * many. From the folder itself, so that the lines name files and no path.
 */
static inline size_t
bad_files(const char *folder, bad_reader *read, bool update, size_t *count)
{
	glob_t files = { 0 };
	size_t failed = 0;

	*count = 0;
	if (chdir(folder) != 0 || glob("*.yaml", 0, NULL, &files) != 0)
		return 1;
	*count = files.gl_pathc;
	for (size_t i = 0; i < files.gl_pathc; i++) {
		const char *path = files.gl_pathv[i];
		char *found = bad_lines(path, read), expected[256];

		snprintf(expected, sizeof(expected), "%.*s.expected",
		    (int)(strrchr(path, '.') - path), path);
		failed += (update ? bad_update(expected, found)
				  : bad_check(path, expected, found)) != 0;
		free(found);
	}
	globfree(&files);
	return failed;
}

#endif
