/* SPDX-License-Identifier: Apache-2.0 */
/* explain: why a flow was called what it was. */
#include <errno.h>
#include <stdlib.h>
#include "cmd.h"

enum exit_code
cmd_explain(int argc, char **argv, const struct command *self)
{
	struct words rest = { 0 };
	struct error e = { 0 };
	enum exit_code code = EXIT_USAGE;
	int parsed = options_parse(self, argc, argv, NULL, &rest);
	char *end = NULL;
	unsigned long id = 0;

	if (parsed > 0) {
		code = EXIT_FINE;
	} else if (parsed == 0 && rest.count != 2) {
		command_usage(self, stderr);
	} else if (parsed == 0) {
		errno = 0;
		id = strtoul(rest.word[1], &end, 10);
		if (errno != 0 || *end != '\0' || id == 0)
			fprintf(stderr, "callwitness explain: \"%s\" is no flow number\n",
			    rest.word[1]);
		else
			code = report_explain(rest.word[0], id, stdout, &e) == 0
				   ? EXIT_FINE
				   : fail(&e, EXIT_INPUT);
	}
	words_free(&rest);
	return code;
}
