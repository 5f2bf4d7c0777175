/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd.h"

const struct command commands[] = {
	{ "replay", "FILE|-… [options]",
	    "Reads capture files as one timeline and tells what went up, to whom, and "
	    "how we know.",
	    replay_options, COUNT_OF(replay_options), cmd_replay },
	{ "explain", "DIR FLOW", "Tells why a flow was called what it was.", NULL, 0,
	    cmd_explain },
	{ "lint", "FILE…", "Finds what is wrong in signature files.", NULL, 0, cmd_lint },
	{ "list", "apps|signatures|rules [options]", "Shows what the signatures know.",
	    list_options, COUNT_OF(list_options), cmd_list },
};
const size_t command_count = COUNT_OF(commands);
