/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd.h"

const struct command commands[] = {
	{ "replay", "FILE|-… [options]",
	    "Reads capture files as one timeline, tells what went up, to whom, and "
	    "how we know, and holds it against policies.",
	    replay_options, COUNT_OF(replay_options), cmd_replay },
	{ "capture", "[-i IF] [options]",
	    "Listens on an interface until it is told to end (key q, a signal, "
	    "--duration), and judges what went up as replay does. Shows a screen, or "
	    "lines where there is no terminal.",
	    capture_options, COUNT_OF(capture_options), cmd_capture },
	{ "mark", "STATE on|off | note TEXT | status | stop [options]",
	    "Tells a running capture what holds from now on (in_call, muted, "
	    "camera_off, sharing, recording, consented, optional_data_off), gives it "
	    "a note, asks how it goes, or stops it.",
	    mark_options, COUNT_OF(mark_options), cmd_mark },
	{ "recover", "DIR [options]",
	    "Finishes a capture that was killed or could not write its report: DIR "
	    "is the bundle's place, with DIR.part beside it.",
	    recover_options, COUNT_OF(recover_options), cmd_recover },
	{ "report", "DIR [options]", "Writes a bundle in another format.", report_options,
	    COUNT_OF(report_options), cmd_report },
	{ "explain", "DIR FLOW|CLAIM",
	    "Tells why a flow was called what it was, or what a claim's outcome "
	    "rests on.",
	    NULL, 0, cmd_explain },
	{ "verify", "DIR [options]",
	    "Checks a bundle's sums and signature and, with the capture, derives it "
	    "again.",
	    verify_options, COUNT_OF(verify_options), cmd_verify },
	{ "diff", "DIR DIR | POLICY POLICY",
	    "Compares two bundles, or two versions of a policy.", NULL, 0, cmd_diff },
	{ "keygen", "-p PUB -s SECRET [options]",
	    "Makes a key pair for signing, in minisign's format.", keygen_options,
	    COUNT_OF(keygen_options), cmd_keygen },
	{ "lint", "FILE…",
	    "Finds what is wrong in signatures, policies, ontologies and marks, and "
	    "claims that contradict each other.",
	    NULL, 0, cmd_lint },
	{ "list", "apps|policies|signatures|rules|interfaces [options]",
	    "Shows what this program knows, or what it can capture from.", list_options,
	    COUNT_OF(list_options), cmd_list },
};
const size_t command_count = COUNT_OF(commands);
