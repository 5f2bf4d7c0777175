/* SPDX-License-Identifier: Apache-2.0 */
/* The man page, from the tables that also parse the command line. */
#include <callwitness/tap.h>
#include "cmd.h"

static const char live[] =
    ".SH \"LIVE CAPTURE\"\n"
    "\\fBcallwitness capture \\-i eth0 \\-o DIR\\fR listens until Ctrl\\-C, the end of "
    "its \\fB\\-\\-duration\\fR, or a full disk, and then judges what it heard as "
    "\\fBreplay\\fR would.\n"
    "For every flow it asks the kernel which program has the socket, and writes the "
    "program's path and SHA\\-256 beside it.\n"
    ".PP\n"
    "While it runs, what it knows is in \\fIDIR.part\\fR.\n"
    "If it is killed or the machine loses power, \\fBcallwitness recover DIR\\fR makes "
    "the "
    "bundle out of that folder.\n"
    "A later capture into DIR is refused until then.\n"
    ".PP\n"
    "With \\fB\\-\\-keep\\-packets\\fR the bundle has \\fIcapture.pcapng\\fR.\n"
    "Replayed with the bundle's \\fImarks.yaml\\fR it gives the same flows and "
    "outcomes.\n"
    "Packets hold what people said and did: keep them no longer than you need them.\n"
    ".SH \"MARKS AND KEYS\"\n"
    "A mark says what is true of the call: that the microphone is muted, that consent "
    "was "
    "given.\n"
    "Claims about such a state are judged inside its marks, one second at both ends left "
    "out.\n"
    "On the screen a key turns each state on and off: \\fBm\\fR muted, \\fBv\\fR camera "
    "off, \\fBs\\fR sharing, \\fBc\\fR consented, \\fBo\\fR optional data off, "
    "\\fBi\\fR in call.\n"
    "\\fBn\\fR takes a line of text as a note, \\fB?\\fR explains the screen, \\fBq\\fR "
    "ends the capture and writes the report.\n"
    "Scripts use \\fBcallwitness mark\\fR, which talks to the running capture through a "
    "socket that only its user and root may use.\n"
    "The socket is \\fI/run/user/UID/callwitness.sock\\fR, for root "
    "\\fI/run/callwitness.sock\\fR, unless \\fB\\-\\-socket\\fR names another.\n"
    "To replay, give a file of marks, one a line:\n"
    ".PP\n.nf\n.RS\n"
    "\\- {at: 2026\\-11\\-21T20:32:43.809Z, state: muted, on: true, note: \"pressed\"}\n"
    ".RE\n.fi\n"
    ".SH PERMISSIONS\n"
    "Replaying needs none. Listening needs CAP_NET_RAW; naming the programs of other "
    "users "
    "needs CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH.\n"
    "Root has them, or give them to the program, which then gives them to everybody who "
    "may "
    "run it:\n"
    ".PP\n.nf\n.RS\n"
    "sudo setcap " TAP_CAPABILITIES "=ep /usr/bin/callwitness\n"
    ".RE\n.fi\n"
    ".PP\n"
    "No permission outlives the opening: all are given up before the first packet is "
    "parsed, and system calls that are not needed are refused from then on.\n"
    "The service \\fIcallwitness@.service\\fR listens as a user of its own: "
    "\\fBsystemctl start callwitness@eth0\\fR.\n";

static const char ends[] =
    ".SH \"EXIT STATUS\"\n"
    ".TP\n0\ndone\n"
    ".TP\n1\na claim is contradicted or a stream not disclosed, lint or verify found "
    "something, diff found a difference\n"
    ".TP\n2\nan option or its value is wrong\n"
    ".TP\n3\na file that was named is missing or cannot be used\n"
    ".SH SIGNALS\n"
    "SIGINT, SIGTERM and SIGHUP end a capture: the bundle is written first.\n"
    "They wait while any bundle is being written: it is whole or not there.\n"
    ".SH FILES\n"
    ".TP\n\\fIshare/callwitness/signatures\\fR, \\fIshare/callwitness/config\\fR\n"
    "signatures, policies and ontologies, found beside the program's folder\n"
    ".TP\n\\fIDIR.part\\fR\nan unfinished capture, see \\fBrecover\\fR\n"
    ".TP\n\\fI/etc/default/callwitness\\fR\nCALLWITNESS_OPTIONS of the service\n"
    ".TP\n\\fI/var/lib/callwitness\\fR\nthe bundles of the service\n"
    ".SH ENVIRONMENT\n"
    "\\fBNO_COLOR\\fR and \\fBCLICOLOR_FORCE\\fR switch the colours of the summary.\n"
    ".SH EXAMPLES\n"
    "What a recorded call sent, and whether the terms of that day say so:\n"
    ".PP\n.nf\n.RS\n"
    "callwitness replay call.pcapng \\-\\-app zoom \\-\\-policy "
    "zoom\\-tos\\-2023\\-08\\-07 "
    "\\-o evidence\n"
    ".RE\n.fi\n"
    ".PP\nThe same of a call that is about to begin, kept to be checked by others:\n"
    ".PP\n.nf\n.RS\n"
    "callwitness capture \\-i eth0 \\-\\-app zoom \\-\\-keep\\-packets \\-o evidence\n"
    "callwitness mark muted on\n"
    "callwitness verify evidence \\-\\-capture evidence/capture.pcapng\n"
    ".RE\n.fi\n"
    ".PP\nWhy flow 18 was called what it was:\n"
    ".PP\n.nf\n.RS\n"
    "callwitness explain evidence 18\n"
    ".RE\n.fi\n"
    ".SH \"SEE ALSO\"\n"
    ".BR minisign (1),\n.BR pcap\\-filter (7),\n.BR setcap (8),\n.BR tcpdump (8)\n";

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
	    "Takes an app's traffic, recorded or live, apart into telemetry, "
	    "diagnostics, content "
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
	fputs(live, out);
	fputs(ends, out);
}
