/* SPDX-License-Identifier: Apache-2.0 */
/* What closes a gate, what does not, and what a closed gate does to outcomes. */
#include "make_policy.h"

static struct gate gates[GATES];

static void
measure(struct world *w)
{
	gates_measure(&w->session, w->damaged, gates);
	for (unsigned i = 0; i < GATES; i++) {
		assert_non_null(gates[i].name);
		assert_non_null(gates[i].limit);
		assert_int_equal(gates[i].closed, gates[i].why[0] != '\0');
	}
}

/* This gate alone is closed, with that value and that clause. */
static void
assert_closed(struct world *w, enum gate_id id, double value, const char *why)
{
	measure(w);
	for (unsigned i = 0; i < GATES; i++)
		if (gates[i].closed != (i == id))
			fail_msg("%s: %s", gates[i].name, gates[i].why);
	assert_true(gates[id].value > value - 0.01 && gates[id].value < value + 0.01);
	assert_string_equal(gates[id].why, why);
	assert_false(gates_are_open(gates));
}

static void
assert_open(struct world *w)
{
	measure(w);
	for (unsigned i = 0; i < GATES; i++)
		if (gates[i].closed)
			fail_msg("%s: %s", gates[i].name, gates[i].why);
	assert_true(gates_are_open(gates));
}

static void
a_good_capture_opens_all(void **state)
{
	static const char *const names[GATES] = { "drops", "gaps", "snapped", "mid_flow",
		"running", "ending", "partial", "one_sided", "unknown", "damaged",
		"process" };
	struct world *w = *state;

	assert_open(w);
	world_stream(w, (struct make_stream){ 0 });
	assert_open(w);
	for (unsigned i = 0; i < GATES; i++) {
		assert_string_equal(gates[i].name, names[i]);
		assert_true(gates[i].value == 0);
	}
}

static void
lost_frames_close(void **state)
{
	struct world *w = *state;

	w->session.coverage.kernel_drops = 10;
	assert_open(w);
	w->session.coverage.kernel_drops = 20;
	assert_closed(w, GATE_DROPS, 0.2, "0.20 % of frames were lost by the recorder");
}

static void
missing_payload_closes(void **state)
{
	struct world *w = *state;
	struct judged_flow *j =
	    world_stream(w, (struct make_stream){ .bytes = 99500 - 500 });

	w->made[0].flow.side[1].missing_bytes = 99;
	assert_open(w);
	w->made[0].flow.side[0].missing_bytes = 401;
	assert_closed(
	    w, GATE_GAPS, 0.5, "0.50 % of TCP payload was sent but not captured");
	j->foreign = true;
	assert_open(w);
}

static void
cut_frames_close(void **state)
{
	struct world *w = *state;

	w->session.input.traffic.snapped = 100;
	assert_open(w);
	w->session.input.traffic.snapped = 310;
	assert_closed(w, GATE_SNAPPED, 3.1, "3.10 % of frames were cut short");
}

static void
connections_without_a_start_close(void **state)
{
	struct world *w = *state;

	world_stream(w, (struct make_stream){ .bytes = 9600 });
	world_stream(w, (struct make_stream){ .bytes = 400, .mid_flow = true });
	assert_open(w);
	world_stream(w, (struct make_stream){ .bytes = 2500, .mid_flow = true });
	assert_closed(w, GATE_MID_FLOW, 23.2,
	    "23.20 % of the bytes sent are of connections that began before the capture");
}

/* Another program's bytes neither close it nor make the share small. */
static void
other_programs_do_not_count(void **state)
{
	struct world *w = *state;
	struct judged_flow *j = NULL;

	world_stream(w, (struct make_stream){ .bytes = 1000 });
	j = world_stream(w, (struct make_stream){ .bytes = 90000, .mid_flow = true });
	j->findings[0].verdict.category = CATEGORY_OTHER;
	assert_open(w);
	world_stream(w, (struct make_stream){ .bytes = 1000, .mid_flow = true });
	assert_closed(w, GATE_MID_FLOW, 50,
	    "50.00 % of the bytes sent are of connections that began before the capture");
}

static void
media_at_the_start_close(void **state)
{
	struct world *w = *state;

	world_elsewhere(w);
	world_stream(w, (struct make_stream){ .category = CATEGORY_CONTENT,
			    .kind = KIND_FILE,
			    .from_ms = 100,
			    .to_ms = 2000 });
	world_stream(w, (struct make_stream){ .category = CATEGORY_CONTENT,
			    .kind = KIND_AUDIO,
			    .dissector = DISSECTOR_RTP,
			    .from_ms = 1000,
			    .to_ms = 2000 });
	assert_open(w);
	world_stream(w, (struct make_stream){ .category = CATEGORY_CONTENT,
			    .kind = KIND_AUDIO,
			    .dissector = DISSECTOR_RTP,
			    .from_ms = 999,
			    .to_ms = 2000 });
	assert_closed(
	    w, GATE_RUNNING, 1, "media streams that ran when the capture began: 1");
}

static struct make_stream
audio_until(int64_t to_ms)
{
	return (struct make_stream){ .category = CATEGORY_CONTENT,
		.kind = KIND_AUDIO,
		.dissector = DISSECTOR_RTP,
		.from_ms = 2000,
		.to_ms = to_ms };
}

static void
media_at_the_end_close(void **state)
{
	struct world *w = *state;

	world_elsewhere(w);
	world_stream(w, audio_until(MAKE_MINUTE_MS - 1000));
	assert_open(w);
	world_stream(w, audio_until(MAKE_MINUTE_MS - 999));
	assert_closed(
	    w, GATE_ENDING, 1, "streams that went on when the capture ended: 1");
}

/* What an app has closed is complete; other programs' connections may stay. */
static void
open_connections_at_the_end_close(void **state)
{
	struct world *w = *state;
	struct judged_flow *j = world_stream(
	    w, (struct make_stream){ .from_ms = 2000, .to_ms = MAKE_MINUTE_MS - 10 });

	assert_closed(
	    w, GATE_ENDING, 1, "streams that went on when the capture ended: 1");
	w->made[0].flow.closed = FLOW_CLOSED;
	assert_open(w);
	w->made[0].flow.closed = FLOW_ACTIVE;
	j->app = NULL;
	assert_open(w);
}

static void
media_alone_close(void **state)
{
	static const char why[] =
	    "media streams without a connection to any other server, as if filtered: 1";
	struct world *w = *state;

	world_stream(w, audio_until(20000));
	assert_closed(w, GATE_PARTIAL, 1, why);
	world_stream(w, (struct make_stream){ 0 }); /* to the very server of the media */
	assert_closed(w, GATE_PARTIAL, 1, why);
	world_elsewhere(w);
	assert_open(w);
	w->flows[2].foreign = true;
	assert_closed(w, GATE_PARTIAL, 1, why);
}

static void
a_direction_that_is_missing_closes(void **state)
{
	struct world *w = *state;

	world_stream(w, (struct make_stream){ 0 });
	w->made[0].flow.side[1] = (struct flow_side){ 0 };
	assert_closed(w, GATE_ONE_SIDED, 100,
	    "100.00 % of flows were captured in one direction only");
	for (unsigned i = 0; i < 19; i++)
		world_stream(w, (struct make_stream){ 0 });
	assert_open(w); /* one of twenty may be a tail */
	w->made[1].flow.side[0] = (struct flow_side){ 0 };
	assert_closed(w, GATE_ONE_SIDED, 10,
	    "10.00 % of flows were captured in one direction only");
}

/* Few datagrams may be unanswered; a whole call may not. */
static void
datagrams_count_when_they_are_many(void **state)
{
	struct world *w = *state;

	world_stream(
	    w, (struct make_stream){ .dissector = DISSECTOR_RTP, .packets = 99 });
	w->made[0].flow.side[1] = (struct flow_side){ 0 };
	assert_open(w);
	w->made[0].flow.side[0].packets = 100;
	assert_closed(w, GATE_ONE_SIDED, 100,
	    "100.00 % of flows were captured in one direction only");
}

static void
unexplained_bytes_close(void **state)
{
	struct world *w = *state;
	struct judged_flow *j = NULL;

	world_stream(w, (struct make_stream){ .bytes = 9500 });
	j = world_stream(w, (struct make_stream){ .bytes = 500 });
	j->findings[0].verdict.category = CATEGORY_UNKNOWN;
	assert_open(w);
	/* A shape that looks like telemetry, to an address without a name. */
	j = world_stream(w, (struct make_stream){ .bytes = 2500, .nobody = true });
	j->findings[0].verdict.rule = NULL;
	assert_closed(w, GATE_UNKNOWN, 24,
	    "24.00 % of the bytes sent are not explained by anything");
}

static void
anything_unreadable_closes(void **state)
{
	static const char why[] =
	    "packets, flows or files that could not be kept or read to the end: 1";
	struct world *w = *state;
	struct traffic *t = &w->session.input.traffic;
	uint64_t *const counters[] = { &t->decoder.results[PACKET_SHORT],
		&t->decoder.results[PACKET_MALFORMED],
		&t->decoder.results[PACKET_LINK_UNKNOWN], &t->decoder.fragments_dropped,
		&w->session.coverage.folded_flows, &w->session.coverage.evicted_flows };

	t->decoder.results[PACKET_NOT_IP] = 7;
	assert_open(w);
	for (size_t i = 0; i < COUNT_OF(counters); i++) {
		*counters[i] = 1;
		assert_closed(w, GATE_DAMAGED, 1, why);
		*counters[i] = 0;
	}
	w->session.coverage.conserved = false;
	assert_closed(w, GATE_DAMAGED, 1, why);
	w->session.coverage.conserved = true;
	w->damaged = true;
	assert_closed(w, GATE_DAMAGED, 1, why);
}

/* What rests on absence falls; what was seen stands. */
static void
a_closed_gate_takes_absence_away(void **state)
{
	static const char only[] =
	    "says: only, data: telemetry, recipients: [first_party]";
	struct world *w = *state;

	world_stream(w, (struct make_stream){ 0 });
	assert_outcome(w, "says: never, data: diagnostics", OUTCOME_NOT_OBSERVED, NULL);
	assert_outcome(w, only, OUTCOME_SUPPORTED, NULL);
	assert_outcome(w, "says: secures, data: telemetry", OUTCOME_SUPPORTED, NULL);
	w->session.input.traffic.snapped = 310;
	assert_outcome(w, "says: never, data: diagnostics", OUTCOME_INCONCLUSIVE,
	    "Nothing that the claim speaks of (diagnostics) was seen, but the capture is "
	    "not good enough to tell: 3.10 % of frames were cut short.");
	assert_outcome(w, "says: collects, data: diagnostics", OUTCOME_INCONCLUSIVE,
	    "3.10 % of frames were cut short.");
	assert_outcome(w, only, OUTCOME_INCONCLUSIVE,
	    "as the claim says, but the capture is not good enough to tell: 3.10 %");
	assert_outcome(w, "says: secures, data: telemetry", OUTCOME_INCONCLUSIVE, "3.10");
	assert_outcome(w, "says: collects, data: telemetry", OUTCOME_SUPPORTED, NULL);
	assert_outcome(w, "says: never, data: telemetry", OUTCOME_CONTRADICTED, NULL);
	w->damaged = true;
	assert_outcome(w, "says: never, data: diagnostics", OUTCOME_INCONCLUSIVE,
	    "3.10 % of frames were cut short; packets, flows or files that could not be");
	assert_true(w->judgement->gates[GATE_SNAPPED].closed);
	assert_true(w->judgement->gates[GATE_DAMAGED].closed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(a_good_capture_opens_all),
		WORLD(lost_frames_close),
		WORLD(missing_payload_closes),
		WORLD(cut_frames_close),
		WORLD(connections_without_a_start_close),
		WORLD(other_programs_do_not_count),
		WORLD(media_at_the_start_close),
		WORLD(media_at_the_end_close),
		WORLD(open_connections_at_the_end_close),
		WORLD(media_alone_close),
		WORLD(a_direction_that_is_missing_closes),
		WORLD(datagrams_count_when_they_are_many),
		WORLD(unexplained_bytes_close),
		WORLD(anything_unreadable_closes),
		WORLD(a_closed_gate_takes_absence_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
