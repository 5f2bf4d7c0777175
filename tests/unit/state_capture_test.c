/* SPDX-License-Identifier: Apache-2.0 */
/* Whole captures through a journal, stopped anywhere: the same bytes. */
#include "make_state.h"

#include <dirent.h>
#include <glob.h>

/* Moments of each capture. */
#define CHECKS 5

static size_t
frames_count(const char *path)
{
	struct capture_options options = { .digest = false };
	struct error e = { 0 };
	struct capture *c = capture_open(&path, 1, &options, &e);
	struct frame f;
	size_t n = 0;

	error_clear(&e);
	while (c != NULL && capture_next(c, &f))
		n++;
	capture_close(c);
	return n;
}

static void
capture_comes_back(const char *path, const struct signatures *signatures, uint64_t seed)
{
	struct capture_options options = { .digest = false };
	size_t count = frames_count(path), n = 0, checks[CHECKS];
	struct error e = { 0 };
	struct capture *c = capture_open(&path, 1, &options, &e);
	struct frame f;
	struct keeper k;

	error_clear(&e);
	if (c == NULL || count == 0) {
		capture_close(c);
		return;
	}
	for (size_t i = 0; i < CHECKS; i++)
		checks[i] = 1 + make_random(&seed) % count;
	keeper_start(&k, signatures);
	while (capture_next(c, &f)) {
		keeper_frame(&k, &f);
		n++;
		if (n == checks[0] / 2 + 1)
			keeper_compact(&k);
		for (size_t i = 0; i < CHECKS; i++)
			if (n == checks[i])
				keeper_check(&k);
	}
	keeper_check(&k);
	print_message("%s: %zu frames, %zu records, %zu bytes since all, largest %zu\n",
	    strrchr(path, '/') + 1, count, k.journal.records, k.journal.length,
	    k.journal.largest);
	keeper_end(&k);
	capture_close(c);
}

static struct signatures *
shipped(void)
{
	struct error e = { 0 };
	struct signatures *s = NULL;
	glob_t files;

	assert_int_equal(glob(SOURCE_DIR "/signatures/*.yaml", 0, NULL, &files), 0);
	s = signatures_load((const char *const *)files.gl_pathv, files.gl_pathc, &e);
	globfree(&files);
	error_write(&e, stderr);
	error_clear(&e);
	assert_non_null(s);
	return s;
}

static void
the_shipped_capture_comes_back(void **state)
{
	struct signatures *s = shipped();

	(void)state;
	capture_comes_back(SOURCE_DIR "/captures/lab_call.pcap", s, 1);
	signatures_free(s);
}

static void
captures_come_back(void **state)
{
	const char *folder = getenv("CALLWITNESS_CORPUS");
	struct dirent **names = NULL;
	struct signatures *s = NULL;
	int count = 0;

	(void)state;
	if (folder == NULL) {
		print_message("CALLWITNESS_CORPUS is not set\n");
		skip();
	}
	s = shipped();
	count = scandir(folder, &names, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		if (strstr(names[i]->d_name, ".pcap") != NULL)
			capture_comes_back(path, s, (uint64_t)i + 1);
		free(names[i]);
	}
	free(names);
	signatures_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_capture_comes_back),
		cmocka_unit_test(captures_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
