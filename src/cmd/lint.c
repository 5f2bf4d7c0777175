/* SPDX-License-Identifier: Apache-2.0 */
/* lint: every error of signature files, with its place. */
#include "cmd.h"

enum exit_code
cmd_lint(int argc, char **argv, const struct command *self)
{
	struct words files = { 0 };
	struct error e = { 0 };
	struct signatures *set = NULL;
	int parsed = options_parse(self, argc, argv, NULL, &files);
	enum exit_code code = parsed > 0 ? EXIT_FINE : EXIT_USAGE;

	if (parsed != 0)
		goto out;
	if (files.count == 0) {
		command_usage(self, stderr);
		goto out;
	}
	set = signatures_load(files.word, files.count, &e);
	if (set != NULL)
		(void)signatures_lint(set, &e);
	if (e.count > 0) {
		code = fail(&e, EXIT_FINDING);
		goto out;
	}
	printf("%zu files, %zu rules: nothing to complain about\n", signatures_count(set),
	    signatures_rules(set));
	code = EXIT_FINE;
out:
	signatures_free(set);
	words_free(&files);
	return code;
}
