/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd.h"

const struct command commands[] = {
	{ "replay", "FILE|-… [options]",
	    "Reads capture files as one timeline, tells what went up, to whom, and how "
	    "we "
	    "know, and holds it against policies.",
	    replay_options, COUNT_OF(replay_options), cmd_replay },
	{ "report", "DIR [options]", "Writes a bundle in another format.", report_options,
	    COUNT_OF(report_options), cmd_report },
	{ "explain", "DIR FLOW|CLAIM",
	    "Tells why a flow was called what it was, or what a claim's outcome rests "
	    "on.",
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
	    "claims "
	    "that contradict each other.",
	    NULL, 0, cmd_lint },
	{ "list", "apps|policies|signatures|rules [options]",
	    "Shows what this program knows.", list_options, COUNT_OF(list_options),
	    cmd_list },
};
const size_t command_count = COUNT_OF(commands);
