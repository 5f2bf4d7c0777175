/* SPDX-License-Identifier: Apache-2.0 */
/* What ids are called in front of people, and what they mean. */
#include "html.h"

/* In the order of what matters to a person: so are the charts. */
static const struct word categories[] = {
	{ "content", "Content",
	    "What people say, show and share: audio, video, screen, chat, files." },
	{ "telemetry", "Telemetry",
	    "How the product is used: events, clicks, advertising identifiers." },
	{ "diagnostics", "Diagnostics",
	    "How the product runs: crashes, logs, measurements of quality." },
	{ "signalling", "Signalling",
	    "What a call needs to work: set-up, connectivity checks, receipts, log-in, "
	    "settings." },
	{ "other", "Other",
	    "Not the app: names looked up, the local network, other programs." },
	{ "unknown", "Unknown", "Nothing that was seen says what it is." },
	{ NULL, NULL, NULL },
};

static const struct word strengths[] = {
	{ "decoded", "Decoded", "Bytes in clear prove it." },
	{ "documented", "Documented", "The vendor says what this endpoint is for." },
	{ "observed", "Observed",
	    "Captures by others or by us show this endpoint doing it." },
	{ "listed", "Listed", "A public list says so." },
	{ "behavioural", "Behavioural", "Only the shape of the traffic says so." },
	{ "none", "None", "Nothing shows it." },
	{ NULL, NULL, NULL },
};

static const struct word outcomes[] = {
	{ "contradicted", "Contradicted",
	    "Something was sent that the claim excludes, and it is known strongly "
	    "enough: "
	    "observed, documented or decoded." },
	{ "inconclusive", "Inconclusive",
	    "Something bears on the claim, but it is known too weakly, or too much of "
	    "the "
	    "traffic could not be seen." },
	{ "supported", "Supported",
	    "What was sent is what the claim says, and nothing was seen against it." },
	{ "not_observed", "Not observed",
	    "The claim's time came and nothing that the claim speaks of was seen. This "
	    "is "
	    "no proof that it never happens." },
	{ "not_exercised", "Not exercised",
	    "The state that the claim speaks of was never entered in this capture." },
	{ "not_testable", "Not testable",
	    "Packets cannot show it: a purpose, or what a server does with the data." },
	{ NULL, NULL, NULL },
};

static const struct word disclosures[] = {
	{ "omitted", "Omitted", "No claim speaks of this data to this recipient." },
	{ "incorrect", "Incorrect",
	    "A claim says that this data does not go to this recipient, or a narrower "
	    "denial takes it out of a wider claim." },
	{ "ambiguous", "Ambiguous",
	    "One claim says that it goes there and another that it does not." },
	{ "vague", "Vague",
	    "Claims cover it only in wider words: a larger class of data or of "
	    "recipients." },
	{ "clear", "Clear", "A claim names exactly this data and this recipient." },
	{ NULL, NULL, NULL },
};

static const struct word severities[] = {
	{ "high", "High severity",
	    "A contradicted claim, known by bytes in clear or by the vendor's own "
	    "words." },
	{ "medium", "Medium severity",
	    "A contradicted claim known by observation, or a stream omitted from the "
	    "policy." },
	{ "none", "No contradiction seen", "Nothing contradicted and nothing omitted." },
	{ NULL, NULL, NULL },
};

static const struct word parties[] = {
	{ "first", "first party", "The vendor of the app." },
	{ "third", "third party", "Another company that a signature names." },
	{ "unknown", "unknown party", "No signature names who it is." },
	{ "local", "local network", "It never left the local network." },
	{ NULL, NULL, NULL },
};

static const struct word countries[] = {
	{ "host", "by the region code in the host name",
	    "The host's name holds a code of a region; the name is the vendor's." },
	{ "signature", "by the signature's rule",
	    "A rule says where this service runs." },
	{ "vendor", "the company's seat",
	    "Where the company is based: it says nothing of where the data is kept." },
	{ "geoip", "registered in",
	    "Where the network of the address is registered: never where data is kept." },
	{ NULL, NULL, NULL },
};

static const struct word gates[] = {
	{ "drops", "Lost packets", "Packets that the recorder lost." },
	{ "gaps", "Gaps in TCP",
	    "TCP payload that was acknowledged or skipped, never seen." },
	{ "snapped", "Cut packets", "Frames of which only the beginning was recorded." },
	{ "mid_flow", "Begun before", "Bytes of connections whose start was not seen." },
	{ "running", "Media already running", "The call ran when the capture began." },
	{ "ending", "Still running",
	    "The call or the app ran on when the capture ended." },
	{ "partial", "Only a part",
	    "Media without any connection to other servers: others were filtered out." },
	{ "one_sided", "One direction only", "Connections seen in one direction only." },
	{ "unknown", "Unexplained bytes",
	    "Bytes that no rule, name or dissector explains." },
	{ "damaged", "Damage", "Packets or flows that could not be read or kept." },
	{ "process", "No such program",
	    "No flow is known to be of the program that was asked for." },
	{ NULL, NULL, NULL },
};

static const struct word states[] = {
	{ "in_call", "in call", "Between joining and leaving." },
	{ "muted", "muted", "The tester had muted the microphone." },
	{ "camera_off", "camera off", "The tester had switched the camera off." },
	{ "sharing", "sharing", "The tester shared a screen." },
	{ "recording", "recording", "The call was recorded by the service." },
	{ "consented", "consented", "The tester had agreed to the vendor's terms." },
	{ "optional_data_off", "optional data off",
	    "The tester had switched optional data collection off." },
	{ "silent", "silent",
	    "The sender's own audio level says digital silence. Silent is not muted: a "
	    "muted microphone can still be read, and a quiet room can be unmuted." },
	{ "before_consent", "before consent",
	    "From the capture's start to the consent." },
	{ "before_call", "before the call", "From the capture's start to joining." },
	{ "after_call", "after the call", "From leaving to the capture's end." },
	{ NULL, NULL, NULL },
};

static const struct word glossary[] = {
	{ "up", "Up, sent", "From the recorded machine to somebody else." },
	{ "payload", "Payload",
	    "The bytes inside TCP and UDP, without headers; what was sent again counts "
	    "once." },
	{ "frame", "Frame",
	    "One packet as recorded. Its number is the one that Wireshark shows for the "
	    "file; with several files the count goes on." },
	{ "flow", "Flow", "All packets between two addresses and ports, both ways." },
	{ "stream", "Stream",
	    "A part of a flow with one purpose: a call's audio and video can share one "
	    "flow. \"18/3\" is stream 3 of flow 18." },
	{ "host", "Host",
	    "A name of the remote end, from TLS, DNS, HTTP or a certificate." },
	{ "program", "Program",
	    "The executable whose socket sent it, as the kernel of the recorded machine "
	    "told during a live capture. A browser sends for any page." },
	{ "rule", "Rule, signature",
	    "A signature is a file that says what a vendor's endpoints are for; each of "
	    "its "
	    "rules names its source." },
	{ "claim", "Claim",
	    "One checkable statement of a policy, with its place in it." },
	{ "mark", "Mark",
	    "A note of the tester, made during the recording, that a state began or "
	    "ended." },
	{ "tension", "Tension",
	    "Two claims of one policy that contradict each other (C) or of which one "
	    "narrows the other (N), numbered as in PoliCheck (USENIX Security 2020)." },
	{ "first", "First and third party",
	    "The vendor of the app, and any other company. Who received it in law, as "
	    "controller or processor, packets do not show." },
	{ "asn", "AS", "Autonomous system: the number of a network on the internet." },
	{ "sha256", "SHA-256", "A fingerprint of a file: another file has another one." },
	{ NULL, NULL, NULL },
};

static const struct word *const tables[WORD_TABLES] = {
	[WORDS_CATEGORIES] = categories,
	[WORDS_STRENGTHS] = strengths,
	[WORDS_OUTCOMES] = outcomes,
	[WORDS_DISCLOSURES] = disclosures,
	[WORDS_SEVERITIES] = severities,
	[WORDS_PARTIES] = parties,
	[WORDS_COUNTRIES] = countries,
	[WORDS_GATES] = gates,
	[WORDS_STATES] = states,
	[WORDS_GLOSSARY] = glossary,
};

size_t
word_index(enum word_table table, const char *id)
{
	for (size_t i = 0; id != NULL && tables[table][i].id != NULL; i++)
		if (strcmp(tables[table][i].id, id) == 0)
			return i;
	return SIZE_MAX;
}

const struct word *
word_at(enum word_table table, size_t index)
{
	return tables[table][index].id != NULL ? &tables[table][index] : NULL;
}

struct word
word_of(enum word_table table, const char *id)
{
	size_t index = word_index(table, id);

	if (index == SIZE_MAX)
		return (struct word){ id, id != NULL ? id : "", "" };
	return tables[table][index];
}

size_t
outcome_rank(const json_t *claim)
{
	size_t index = word_index(WORDS_OUTCOMES, json_text_of(claim, "outcome", NULL));

	return index < OUTCOMES ? index : OUTCOMES;
}
