/* SPDX-License-Identifier: Apache-2.0 */
/* A desk with marks, options, and two policies judged by hand: every outcome, every
 * disclosure. The flows are those of tape_fill(). */
#ifndef MAKE_JUDGEMENT_H
#define MAKE_JUDGEMENT_H

#include <math.h>

#include "make_report.h"

#define MAKE_MARKS \
	"- {at: 2023-03-14T14:20:41.050Z, state: optional_data_off, on: true}\n" \
	"- {at: 2023-03-14T14:20:41.500Z, state: consented, on: true, note: asked}\n" \
	"- {at: 2023-03-14T14:20:42.000Z, state: in_call, on: true}\n" \
	"- {at: 2023-03-14T14:20:44.000Z, state: in_call, on: false, note: left}\n" \
	"- {at: 2023-03-14T14:20:45.000Z, note: a bare note}\n"

static const struct term term_usage = { .id = "telemetry.usage", .title = "Usage" };
static const struct term term_audio = { .id = "content.audio", .title = "Audio" };
static const struct term term_first = { .id = "first_party", .title = "Vendor" };
static const struct term term_third = { .id = "third_party", .title = "Others" };
static const struct term term_training = { .id = "ai_training", .title = "Training" };
static const struct term term_eea = { .id = "EEA", .title = "EEA" };
static const struct term *const made_data[] = { &term_usage, &term_audio };
static const struct term *const made_recipients[] = { &term_first, &term_third };
static const struct term *const made_purposes[] = { &term_training };
static const struct term *const made_regions[] = { &term_eea };

#define MADE_CLAIM(name, promise, datas, whos, times, states, packets) \
	.id = (name), .topic = (name), .version_date = "2026-01-01", \
	.source = "https://demo.example/tos", .says = (promise), .data_count = (datas), \
	.data = made_data, .recipient_count = (whos), .recipients = made_recipients, \
	.when = (times), .unless = (states), .testable = (packets)

static const struct claim made_claims[] = {
	{ MADE_CLAIM("collects-usage", SAYS_COLLECTS, 1, 1, WHEN_ALWAYS, STATES,
	      TESTABLE_YES),
	    .section = "10.2",
	    .quote = "We collect usage data" },
	{ MADE_CLAIM("no-usage-before", SAYS_NEVER, 1, 2, WHEN_BEFORE_CONSENT, STATES,
	      TESTABLE_YES),
	    .quote = "never before you agree" },
	{ MADE_CLAIM("no-audio-muted", SAYS_NEVER, 2, 1, STATE_MUTED, STATE_RECORDING,
	      TESTABLE_YES),
	    .restated = "no sound while muted",
	    .quote_check = QUOTE_EXCERPT,
	    .how = "mute and speak" },
	{ MADE_CLAIM("no-training", SAYS_NEVER, 1, 1, WHEN_ALWAYS, STATES, TESTABLE_NO),
	    .quote = "not \"train\" on it",
	    .purpose_count = 1,
	    .purposes = made_purposes,
	    .how = "purposes are not on the wire" },
	{ MADE_CLAIM("only-eea", SAYS_ONLY, 1, 1, WHEN_ALWAYS, STATES, TESTABLE_PARTLY),
	    .quote = "stays in Europe",
	    .region_count = 1,
	    .regions = made_regions },
	{ MADE_CLAIM("encrypted", SAYS_SECURES, 1, 1, WHEN_ALWAYS, STATES, TESTABLE_YES),
	    .quote = "TLS 1.2 or newer",
	    .tls_min = 0x0303 },
};

static const char *const made_names[] = { "Demo", "Demo Inc.", NULL };

static const struct policy made_policies[] = {
	{ .name = "demo-tos-2026-01-01",
	    .vendor = "Demo Inc.",
	    .document = "Terms",
	    .effective = "2026-01-01",
	    .app = "demo",
	    .url = "https://demo.example/tos",
	    .document_sha256 =
		"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
	    .first_party = made_names,
	    .claim_count = COUNT_OF(made_claims),
	    .claims = made_claims,
	    .sha256 = "1111111111111111111111111111111111111111111111111111111111111111" },
	{ .name = "demo-empty",
	    .vendor = "Demo Inc.",
	    .document = "Notice",
	    .effective = "2026-02-01",
	    .app = "demo",
	    .note = "=HYPERLINK(\"x\")",
	    .first_party = made_names,
	    .sha256 = "2222222222222222222222222222222222222222222222222222222222222222" },
};

static char made_why[] = "Because of what was seen.";
static char made_formula[] = "=1+1, \"quoted\"";

/* The call's two streams are 0 and 1 of flow 4. */
static struct evidence made_evidence[] = {
	{ .flow = 2, .first_frame = 4, .last_frame = 9, .packets = 3, .bytes = 3000 },
	{ .flow = 4, .first_frame = 20, .last_frame = 30, .packets = 5, .bytes = 460 },
};

#define MADE_OUTCOME(index, what) .claim = &made_claims[index], .outcome = (what)

static struct claim_outcome made_outcomes[] = {
	{ MADE_OUTCOME(0, OUTCOME_SUPPORTED),
	    .strength = STRENGTH_OBSERVED,
	    .why = made_formula,
	    .up_bytes = 3000,
	    .evidence_total = 1,
	    .evidence_count = 1,
	    .evidence = made_evidence },
	{ MADE_OUTCOME(1, OUTCOME_CONTRADICTED),
	    .severity = SEVERITY_HIGH,
	    .strength = STRENGTH_DECODED,
	    .why = made_why,
	    .up_bytes = 99999,
	    .evidence_total = 31,
	    .evidence_count = 2,
	    .evidence = made_evidence },
	{ MADE_OUTCOME(2, OUTCOME_NOT_EXERCISED), .why = made_why },
	{ MADE_OUTCOME(3, OUTCOME_NOT_TESTABLE),
	    .why = made_why,
	    .up_bytes = 460,
	    .evidence_total = 1,
	    .evidence_count = 1,
	    .evidence = &made_evidence[1] },
	{ MADE_OUTCOME(4, OUTCOME_INCONCLUSIVE), .why = made_why },
	{ MADE_OUTCOME(5, OUTCOME_NOT_OBSERVED), .why = made_why },
};

static struct stream_disclosure made_disclosures[] = {
	{ .flow = 2,
	    .disclosure = DISCLOSURE_VAGUE,
	    .strength = STRENGTH_OBSERVED,
	    .claim = &made_claims[0],
	    .data_vagueness = 1.0 / 3,
	    .up_bytes = 3000,
	    .why = made_why },
	{ .flow = 3,
	    .disclosure = DISCLOSURE_OMITTED,
	    .severity = SEVERITY_MEDIUM,
	    .strength = STRENGTH_OBSERVED,
	    .up_bytes = 47,
	    .why = made_why },
	{ .flow = 4,
	    .disclosure = DISCLOSURE_AMBIGUOUS,
	    .strength = STRENGTH_BEHAVIOURAL,
	    .claim = &made_claims[0],
	    .other = &made_claims[1],
	    .label = "C12",
	    .up_bytes = 9200,
	    .why = made_why },
	{ .flow = 4,
	    .stream = 1,
	    .disclosure = DISCLOSURE_OMITTED,
	    .strength = STRENGTH_BEHAVIOURAL,
	    .why = made_why },
};

static struct tension made_tensions[] = {
	{ &made_claims[0], &made_claims[1], "N1" },
};

#define MADE_GATES \
	.gates = { \
		[GATE_DROPS] = { "drops", "at most 0.1 % of frames", 1.0 / 3, true, \
		    "0.3 % of the frames were lost" }, \
		[GATE_GAPS] = { "gaps", "none", 0, false, "" }, \
		[GATE_SNAPPED] = { "snapped", "none", 0, false, "" }, \
		[GATE_MID_FLOW] = { "mid_flow", "none", 0, false, "" }, \
		[GATE_RUNNING] = { "running", "none", 0, false, "" }, \
		[GATE_ENDING] = { "ending", "none", 0, false, "" }, \
		[GATE_PARTIAL] = { "partial", "none", 0, false, "" }, \
		[GATE_ONE_SIDED] = { "one_sided", "none", 0, false, "" }, \
		[GATE_UNKNOWN] = { "unknown", "none", INFINITY, false, "" }, \
		[GATE_DAMAGED] = { "damaged", "none", 12345678, false, "" }, \
	}

static const struct judgement made_judgements[] = {
	{ .policy = &made_policies[0],
	    MADE_GATES,
	    .outcome_count = COUNT_OF(made_outcomes),
	    .outcomes = made_outcomes,
	    .disclosure_count = COUNT_OF(made_disclosures),
	    .disclosures = made_disclosures,
	    .tension_count = COUNT_OF(made_tensions),
	    .tensions = made_tensions,
	    .unjudged_streams = 7,
	    .unjudged_bytes = 777,
	    .claims = { 1, 1, 1, 1, 1, 1 },
	    .streams = { [DISCLOSURE_VAGUE] = 1,
		[DISCLOSURE_OMITTED] = 2,
		[DISCLOSURE_AMBIGUOUS] = 1 },
	    .accused = 1,
	    .severity = SEVERITY_HIGH },
	{ .policy = &made_policies[1], MADE_GATES },
};

static const struct judgement *const made_all[] = { &made_judgements[0],
	&made_judgements[1] };

static inline int
judged_setup(void **state)
{
	static const char *const locals[] = { "192.168.1.0/24" };
	struct desk *d = desk_new(MAKE_MARKS);

	d->report.judgement_count = COUNT_OF(made_all);
	d->report.judgements = made_all;
	d->report.options = (struct report_options){ .app = "demo",
		.filter = "udp or tcp",
		.local_count = COUNT_OF(locals),
		.locals = locals };
	*state = d;
	return 0;
}

#endif
