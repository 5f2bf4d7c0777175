/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/bad/signature/X.yaml against X.expected, the exact lines that loading and lint
 * say; and the shipped signatures, which have none. `lint_test --update` writes
 * X.expected anew.
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <callwitness/classify.h>

#define BAD SOURCE_DIR "/tests/bad/signature"

static char *
file_text(const char *path)
{
	FILE *in = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (in == NULL || getdelim(&text, &size, '\0', in) < 0) {
		free(text);
		text = NULL;
	}
	if (in != NULL)
		fclose(in);
	return text;
}

static char *
lint_text(const char *const *paths, size_t count)
{
	struct error e = { 0 };
	struct signatures *s = signatures_load(paths, count, &e);
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (s != NULL) {
		size_t found = signatures_lint(s, &e);

		assert_int_equal(found, e.count);
	}
	error_sort(&e);
	error_write(&e, out);
	fclose(out);
	signatures_free(s);
	error_clear(&e);
	return text;
}

static const char *
expected_path(const char *path, char *expected, size_t size)
{
	snprintf(expected, size, "%.*s.expected", (int)(strrchr(path, '.') - path), path);
	return expected;
}

static void
update(const glob_t *files)
{
	char expected[256];

	for (size_t i = 0; i < files->gl_pathc; i++) {
		const char *path = files->gl_pathv[i];
		char *text = lint_text(&path, 1);
		FILE *out = fopen(expected_path(path, expected, sizeof(expected)), "w");

		if (out == NULL || fputs(text, out) < 0 || fclose(out) != 0)
			perror(expected);
		free(text);
	}
}

static void
bad_files_say_why(void **state)
{
	const glob_t *files = *state;
	size_t failed = 0;

	assert_true(files->gl_pathc >= 25);
	for (size_t i = 0; i < files->gl_pathc; i++) {
		const char *path = files->gl_pathv[i];
		char name[256], *found = lint_text(&path, 1);
		char *expected = file_text(expected_path(path, name, sizeof(name)));

		if (expected == NULL || strcmp(expected, found) != 0) {
			print_error("%s\nexpected:\n%s\nfound:\n%s", path,
			    expected ? expected : "(no such file)", found);
			failed++;
		}
		free(expected);
		free(found);
	}
	assert_int_equal(failed, 0);
}

static void
shipped_signatures_are_clean(void **state)
{
	glob_t shipped;
	char *text;

	(void)state;
	assert_int_equal(glob(SOURCE_DIR "/signatures/*.yaml", 0, NULL, &shipped), 0);
	text = lint_text((const char *const *)shipped.gl_pathv, shipped.gl_pathc);
	assert_string_equal(text, "");
	free(text);
	globfree(&shipped);
}

int
main(int argc, char **argv)
{
	glob_t files = { 0 };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(bad_files_say_why, &files),
		cmocka_unit_test(shipped_signatures_are_clean),
	};
	int rc = 1;

	/* From the folder itself, so that the lines name files and no path. */
	if (chdir(BAD) != 0 || glob("*.yaml", 0, NULL, &files) != 0) {
		perror(BAD);
		goto out;
	}
	if (argc == 2 && strcmp(argv[1], "--update") == 0) {
		update(&files);
		rc = 0;
		goto out;
	}
	rc = cmocka_run_group_tests(tests, NULL, NULL);
out:
	globfree(&files);
	return rc;
}
