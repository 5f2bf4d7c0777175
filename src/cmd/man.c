/* SPDX-License-Identifier: Apache-2.0 */
/* The man page, from the tables that also parse the command line. */
#include "cmd.h"

/* roff takes a leading "-" for a hyphen and a leading "." for a request. */
static void
put(const char *text, FILE *out)
{
	for (; *text != '\0'; text++) {
		if (*text == '-' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
}

static void
put_option(const struct option_row *o, FILE *out)
{
	fprintf(out, ".TP\n");
	if (o->letter)
		fprintf(out, "\\fB\\-%c\\fR, ", o->letter);
	fprintf(out, "\\fB\\-\\-");
	put(o->name, out);
	fprintf(out, "\\fR");
	if (o->argument != NULL)
		fprintf(out, " \\fI%s\\fR", o->argument);
	fprintf(out, "\n");
	put(o->help, out);
	fprintf(out, "\n");
}

void
man_write(FILE *out)
{
	fprintf(out,
	    ".TH CALLWITNESS 1 \"\" \"callwitness %s\"\n"
	    ".SH NAME\n"
	    "callwitness \\- what does a conferencing app send, and is it what its "
	    "vendor says?\n"
	    ".SH SYNOPSIS\n"
	    ".B callwitness\n.I COMMAND\n.RI [ options ]\n"
	    ".SH DESCRIPTION\n"
	    "Takes an app's recorded traffic apart into telemetry, diagnostics, content "
	    "and\n"
	    "signalling streams, tells for each how that is known and how strongly, "
	    "holds "
	    "them\n"
	    "against the claims of its vendor's policies, and writes evidence that "
	    "somebody else can check.\n"
	    "It is passive: it sends no packet and looks up no name.\n"
	    ".SH COMMANDS\n",
	    CALLWITNESS_VERSION);
	for (size_t i = 0; i < command_count; i++) {
		fprintf(out, ".SS \"%s ", commands[i].name);
		put(commands[i].arguments, out);
		fprintf(out, "\"\n");
		put(commands[i].help, out);
		fprintf(out, "\n");
		for (size_t k = 0; k < commands[i].option_count; k++)
			put_option(&commands[i].options[k], out);
	}
	fprintf(out,
	    ".SH \"EXIT STATUS\"\n"
	    "0: done. 1: a claim is contradicted or a stream not disclosed, lint or "
	    "verify "
	    "found\n"
	    "something, diff found a difference. 2: an option or its value is wrong. 3: "
	    "a file that was named is missing or cannot be used.\n"
	    ".SH FILES\n"
	    "Signatures, policies and ontologies are read from "
	    "\\fIshare/callwitness/signatures\\fR and\n"
	    "\\fIshare/callwitness/config\\fR beside the program.\n"
	    ".SH ENVIRONMENT\n"
	    "\\fBNO_COLOR\\fR and \\fBCLICOLOR_FORCE\\fR switch the colours of the "
	    "summary.\n"
	    ".SH \"SEE ALSO\"\n"
	    ".BR tcpdump (8),\n.BR pcap\\-filter (7)\n");
}
