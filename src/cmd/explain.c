/* SPDX-License-Identifier: Apache-2.0 */
/* explain: why a flow was called what it was, or a claim came out as it did. */
#include "cmd.h"

enum exit_code
cmd_explain(int argc, char **argv, const struct command *self)
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
		code = report_explain(rest.word[0], rest.word[1], stdout, &e) == 0
			   ? EXIT_FINE
			   : fail(&e, EXIT_INPUT);
	}
	words_free(&rest);
	return code;
}
