/* SPDX-License-Identifier: Apache-2.0 */
/* What a judgement prints. */
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <unistd.h>
#include "run.h"

static struct summary_style
style_of(FILE *out)
{
	bool terminal = isatty(fileno(out));

	setlocale(LC_CTYPE, "");
	return (struct summary_style){
		.color = (terminal && getenv("NO_COLOR") == NULL) ||
			 getenv("CLICOLOR_FORCE") != NULL,
		.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
		.recipients = 20,
	};
}

int
judged_print(const struct judged *j, const char *folder, bool json)
{
	struct summary_style style = style_of(stdout);

	if (json)
		return report_json(&j->report, stdout);
	report_summary(&j->report, &style, stdout);
	if (folder != NULL)
		printf(
		    "\nThe report is %s/report.html; check the bundle with: callwitness "
		    "verify %s\n",
		    folder, folder);
	return 0;
}
