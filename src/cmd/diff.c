/* SPDX-License-Identifier: Apache-2.0 */
/* diff: two bundles, or two policies. */
#include <sys/stat.h>
#include "run.h"

static bool
is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int
diff_policies(const struct words *names, struct error *e)
{
	struct ontologies *ontologies = ontologies_find(NULL, e);
	struct policy *before = NULL, *after = NULL;
	int rc = -1;

	if (ontologies == NULL)
		return -1;
	before = policy_find(names->word[0], ontologies, e);
	after = policy_find(names->word[1], ontologies, e);
	if (before != NULL && after != NULL)
		rc = report_diff_policies(before, after, stdout);
	policy_free(before);
	policy_free(after);
	ontologies_free(ontologies);
	return rc;
}

static enum exit_code
diff_run(const struct words *names, struct error *e)
{
	bool before = is_folder(names->word[0]), after = is_folder(names->word[1]);
	int rc = 0;

	if (before != after) {
		error_add(e, names->word[before], 0, 0,
		    "is no folder, but %s is: expected two bundles or two policies",
		    names->word[after]);
		return fail(e, EXIT_USAGE);
	}
	rc = before ? report_diff(names->word[0], names->word[1], stdout, e)
		    : diff_policies(names, e);
	return rc < 0 ? fail(e, EXIT_INPUT) : rc == 0 ? EXIT_FINE : EXIT_FINDING;
}

enum exit_code
cmd_diff(int argc, char **argv, const struct command *self)
{
	struct words rest = { 0 };
	struct error e = { 0 };
	enum exit_code code = EXIT_USAGE;
	int parsed = options_parse(self, argc, argv, NULL, &rest);

	if (parsed > 0) {
		code = EXIT_FINE;
	} else if (parsed == 0 && rest.count != 2) {
		command_usage(self, stderr);
	} else if (parsed == 0) {
		code = diff_run(&rest, &e);
	}
	words_free(&rest);
	return code;
}
