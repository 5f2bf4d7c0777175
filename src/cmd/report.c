/* SPDX-License-Identifier: Apache-2.0 */
/* report: a bundle in another format. */
#include "cmd.h"

struct view_options {
	const char *format;
};

const struct option_row report_options[1] = {
	{ 'f', "format", "FORMAT",
	    "html, md, json, csv (streams), claims-csv or oscal (default md)",
	    offsetof(struct view_options, format), OPTION_TEXT },
};

static bool
is_format(const char *name)
{
	for (size_t i = 0; report_formats[i] != NULL; i++)
		if (strcmp(report_formats[i], name) == 0)
			return true;
	return false;
}

enum exit_code
cmd_report(int argc, char **argv, const struct command *self)
{
	struct view_options options = { "md" };
	struct words rest = { 0 };
	struct error e = { 0 };
	enum exit_code code = EXIT_USAGE;
	int parsed = options_parse(self, argc, argv, &options, &rest);

	if (parsed > 0)
		code = EXIT_FINE;
	else if (parsed == 0 && rest.count != 1)
		command_usage(self, stderr);
	else if (parsed == 0 &&
		 report_view(rest.word[0], options.format, stdout, &e) != 0)
		code = fail(&e, is_format(options.format) ? EXIT_INPUT : EXIT_USAGE);
	else if (parsed == 0)
		code = EXIT_FINE;
	words_free(&rest);
	return code;
}
