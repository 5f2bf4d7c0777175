/* SPDX-License-Identifier: Apache-2.0 */
/* Finding data files. src/cmd is the program's alone, so it is compiled in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include "../../src/cmd/data.c"

#include <cmocka.h> /* its fail() is a macro: ours is (fail) */

/* The one complaint there is; frees it. */
static void
assert_said(struct error *e, const char *file, const char *text)
{
	assert_int_equal(e->count, 1);
	assert_string_equal(e->lines[0].file ? e->lines[0].file : "", file);
	assert_string_equal(e->lines[0].text, text);
	error_clear(e);
}

static void
a_named_folder_is_read(void **state)
{
	struct error e = { 0 };
	struct signatures *s = signatures_find(SOURCE_DIR "/signatures", &e);
	struct ontologies *o = ontologies_find(SOURCE_DIR "/config/ontology", &e);

	(void)state;
	assert_non_null(s);
	assert_non_null(o);
	assert_int_equal(e.count, 0);
	assert_non_null(signatures_named(s, "zoom"));
	assert_int_equal(ontologies_files(o), ONTOLOGIES);
	signatures_free(s);
	ontologies_free(o);
}

/* Hidden files and other kinds of files are none of ours. */
static void
a_folder_without_files_is_said(void **state)
{
	char folder[] = "/tmp/callwitness-test-XXXXXX", path[2][80];
	static const char *const names[] = { ".hidden.yaml", "notes.txt" };
	struct error e = { 0 };

	(void)state;
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		FILE *out;

		snprintf(path[i], sizeof(path[i]), "%s/%s", folder, names[i]);
		assert_non_null(out = fopen(path[i], "w"));
		assert_int_equal(fclose(out), 0);
	}
	assert_null(ontologies_find(folder, &e));
	assert_said(&e, folder, "holds no files: expected *.yaml");
	for (size_t i = 0; i < COUNT_OF(names); i++)
		unlink(path[i]);
	rmdir(folder);
	assert_null(signatures_find(folder, &e));
	assert_said(&e, folder, "cannot be read: No such file or directory");
}

/* A test program has no shipped files beside it. */
static void
what_is_not_beside_the_program_wants_a_name(void **state)
{
	struct error e = { 0 };
	struct files f;

	(void)state;
	assert_null(data_folder("none"));
	assert_int_equal(files_find(&f, NULL, "none", "--none", &e), -1);
	files_free(&f);
	assert_said(
	    &e, "none", "no such folder beside the program: name one with --none");
}

static void
a_policy_is_found_by_its_path(void **state)
{
	struct error e = { 0 };
	struct ontologies *o = ontologies_find(SOURCE_DIR "/config/ontology", &e);
	struct policy *p =
	    policy_find(SOURCE_DIR "/config/policies/zoom-tos-2023-08-07.yaml", o, &e);

	(void)state;
	assert_non_null(p);
	assert_string_equal(p->name, "zoom-tos-2023-08-07");
	policy_free(p);
	assert_null(policy_find("./none", o, &e));
	assert_said(&e, "./none", "cannot be read: No such file or directory");
	assert_null(policy_find("none.yaml", o, &e));
	assert_said(&e, "none.yaml", "cannot be read: No such file or directory");
	ontologies_free(o);
}

static void
a_begun_name_is_known(void **state)
{
	char *names[] = { (char[]){ "teams-docs" }, (char[]){ "zoom-tos-1" },
		(char[]){ "zoom-tos-2" } };

	(void)state;
	assert_string_equal(name_begun("zoom", names, COUNT_OF(names)), "zoom-tos-1");
	assert_null(name_begun("zoo-", names, COUNT_OF(names)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_named_folder_is_read),
		cmocka_unit_test(a_folder_without_files_is_said),
		cmocka_unit_test(what_is_not_beside_the_program_wants_a_name),
		cmocka_unit_test(a_policy_is_found_by_its_path),
		cmocka_unit_test(a_begun_name_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
