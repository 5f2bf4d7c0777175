/* SPDX-License-Identifier: Apache-2.0 */
/* Doubts in words. */
#include "judge.h"

static const char *const clauses[DOUBTS] = {
	[DOUBT_RULE] = "what it is is not known well enough to decide",
	[DOUBT_ONLY_APP] =
	    "it is taken for the app's only because no other app was seen, "
	    "and no mark says that there was a call",
	[DOUBT_PROGRAM] = "nothing in packets shows which program sent it",
	[DOUBT_UNTOLD] = "the program that sent it is known, but not whether it is the "
			 "app's",
	[DOUBT_BROWSER] =
	    "a browser sent it, and what a browser sends may be of any page",
	[DOUBT_MIXED] = "the program that sent it may be another's: it sent little that "
			"is surely the app's, or something of another app too",
	[DOUBT_CHILD] = "it was sent by another program, which the app's only started",
	[DOUBT_ASKED] = "no stream is known to be of the program that was asked for",
	[DOUBT_MEDIUM] = "packets do not tell whether it is what the claim speaks of",
	[DOUBT_SCREEN] =
	    "a shared screen looks like a camera here, and no mark rules one out",
	[DOUBT_WHO_WEAK] = "who received it is not known well enough to decide",
	[DOUBT_WHO_UNKNOWN] = "nothing shows who received it",
	[DOUBT_WHO_KIND] =
	    "nothing shows in which of its roles the recipient received it",
	[DOUBT_PROCESSOR] = "the recipient may work for the vendor, as its processor, "
			    "which packets do not show",
	[DOUBT_REGISTERED] = "the country is where the company or its network is "
			     "registered, which is not where data is kept",
	[DOUBT_PLACE_UNKNOWN] = "the place is not known well enough to decide",
	[DOUBT_SILENT] =
	    "the sender marked it as silent, and silent packets are no sound",
	[DOUBT_LEVEL] = "packets do not tell whether they hold sound or a picture",
	[DOUBT_FEW_VOICED] = "too few packets are said to carry sound",
	[DOUBT_PICTURES] = "packets so few or so small may be black pictures or probes",
	[DOUBT_FEW] = "so few packets may be read wrongly",
	[DOUBT_HANDSHAKE] = "so few bytes may be a handshake or keep-alives alone",
	[DOUBT_FRAMING] = "its first bytes are no ciphertext, which may be a header of "
			  "the app's own",
	[DOUBT_TLS_OLD] = "its version of TLS is deprecated (RFC 8996), though the claim "
			  "promises none",
	[DOUBT_TLS_VERSION] = "packets do not tell whether the promised version of TLS "
			      "was used",
	[DOUBT_SEALING] = "packets do not tell whether it was encrypted",
	[DOUBT_EXCERPT] = "the quote was not checked against the document",
	[DOUBT_INFERRED] =
	    "the state is only inferred from media, nobody declared it with a mark",
	[DOUBT_MACHINES] = "the app was used at several addresses, and a mark may be of "
			   "another machine",
	[DOUBT_UNDECLARED] = "no mark says when the state held that the claim excepts",
};

const char *
doubt_clause(enum doubt d)
{
	return clauses[d];
}
