/* SPDX-License-Identifier: Apache-2.0 */
/* The times a claim speaks of, from marks and from media. */
#include "make_policy.h"

/* The windows of a claim in ms, as "from-to from-to". */
static const char *
windows(struct world *w, const char *claim, struct windows *out)
{
	static char text[256];
	size_t at = 0;

	text[0] = '\0';
	assert_int_equal(
	    windows_take(&w->session, &world_policy(w, "", &claim, 1)->claims[0], out),
	    0);
	for (size_t i = 0; i < out->count; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%lld-%lld",
		    i ? " " : "",
		    (long long)(out->each[i].from_ns - MAKE_BEGIN) / MAKE_MS,
		    (long long)(out->each[i].to_ns - MAKE_BEGIN) / MAKE_MS);
	assert_int_equal(out->always, claim != NULL && out->count == 0 && !out->each);
	windows_clear(out);
	return text;
}

#define NEVER "says: never, data: telemetry"

#define assert_windows(w, when, want)                                                    \
	do {                                                                             \
		struct windows windows_;                                                 \
		assert_string_equal(windows(w, NEVER ", " when, &windows_), want);       \
	} while (0)

static void
without_a_time_a_claim_is_about_all(void **state)
{
	struct windows all;

	assert_string_equal(windows(*state, NEVER, &all), "");
}

static void
a_state_loses_a_second_at_each_end(void **state)
{
	struct world *w = *state;

	world_span(w, STATE_MUTED, 10000, 20000, false);
	world_span(w, STATE_MUTED, 30000, 34000, false);
	assert_windows(w, "when: muted", "11000-19000 31000-33000");
}

/* Less than a second is left of it. */
static void
a_short_state_does_not_count(void **state)
{
	struct world *w = *state;

	world_span(w, STATE_MUTED, 10000, 12999, false);
	assert_windows(w, "when: muted", "");
	world_span(w, STATE_MUTED, 20000, 23000, false);
	assert_windows(w, "when: muted", "21000-22000");
}

/* Marked off without on: it held from the start; on without off: to the end. */
static void
a_state_at_the_edges_of_the_capture_is_cut_to_it(void **state)
{
	struct world *w = *state;

	world_span(w, STATE_MUTED, 0, 10000, false);
	world_span(w, STATE_MUTED, 50000, MAKE_MINUTE_MS, false);
	world_span(w, STATE_SHARING, -90000, 10000, false);
	world_span(w, STATE_SHARING, 50000, 900000, false);
	assert_windows(w, "when: muted", "1000-9000 51000-59000");
	assert_windows(w, "when: sharing", "1000-9000 51000-59000");
}

static void
a_state_outside_the_capture_was_not_seen(void **state)
{
	struct world *w = *state;

	world_span(w, STATE_MUTED, -20000, -5000, false);
	world_span(w, STATE_MUTED, 70000, 80000, false);
	assert_windows(w, "when: muted", "");
}

static void
what_is_declared_wins_over_what_is_inferred(void **state)
{
	struct world *w = *state;
	struct windows out;

	world_span(w, STATE_SHARING, 20000, 30000, true);
	assert_string_equal(windows(w, NEVER ", when: sharing", &out), "21000-29000");
	world_span(w, STATE_SHARING, 40000, 50000, false);
	assert_string_equal(windows(w, NEVER ", when: sharing", &out), "41000-49000");
}

static void
inferred_states_are_told_as_such(void **state)
{
	struct world *w = *state;
	const char *claim = NEVER ", when: in_call";
	struct windows out;

	world_span(w, STATE_IN_CALL, 20000, 30000, true);
	assert_int_equal(
	    windows_take(&w->session, &world_policy(w, "", &claim, 1)->claims[0], &out),
	    0);
	assert_true(out.inferred);
	windows_clear(&out);
	world_span(w, STATE_IN_CALL, 20000, 30000, false);
	assert_int_equal(windows_take(&w->session, &w->policy->claims[0], &out), 0);
	assert_false(out.inferred);
	windows_clear(&out);
}

static void
before_consent_ends_a_second_before_its_mark(void **state)
{
	struct world *w = *state;

	world_mark(w, STATE_CONSENTED, 15000, true);
	world_mark(w, STATE_CONSENTED, 30000, false);
	world_mark(w, STATE_CONSENTED, 40000, true);
	assert_windows(w, "when: before_consent", "0-14000");
}

static void
before_consent_needs_a_mark(void **state)
{
	assert_windows(*state, "when: before_consent", "");
}

/* Off at the start: it is not given yet. Off later: it was given before the capture. */
static void
a_first_mark_that_consent_is_off_counts_at_the_start_alone(void **state)
{
	struct world *w = *state;

	world_mark(w, STATE_CONSENTED, 500, false);
	assert_windows(w, "when: before_consent", "500-60000");
	world_mark(w, STATE_CONSENTED, 20000, true);
	assert_windows(w, "when: before_consent", "500-19000");
	marks_free(w->marks);
	w->marks = NULL;
	world_mark(w, STATE_CONSENTED, 20000, false);
	assert_windows(w, "when: before_consent", "");
	world_mark(w, STATE_CONSENTED, 30000, true);
	assert_windows(w, "when: before_consent", "");
}

static void
consent_around_the_capture_leaves_all_or_nothing_before_it(void **state)
{
	struct world *w = *state;

	world_mark(w, STATE_CONSENTED, -5000, true);
	world_mark(w, STATE_CONSENTED, -2000, false);
	assert_windows(w, "when: before_consent", "");
	marks_free(w->marks);
	w->marks = NULL;
	world_mark(w, STATE_CONSENTED, 90000, true);
	assert_windows(w, "when: before_consent", "0-59000");
}

static void
before_and_after_a_call_are_outside_its_spans(void **state)
{
	struct world *w = *state;

	assert_windows(w, "when: before_call", "");
	assert_windows(w, "when: after_call", "");
	world_span(w, STATE_IN_CALL, 10000, 20000, false);
	world_span(w, STATE_IN_CALL, 30000, 40000, false);
	assert_windows(w, "when: before_call", "0-9000");
	assert_windows(w, "when: after_call", "41000-60000");
}

/* No mark that it ended, or that it began: nothing is after or before it. */
static void
a_call_without_its_end_has_no_time_after_it(void **state)
{
	struct world *w = *state;

	world_span(w, STATE_IN_CALL, 0, MAKE_MINUTE_MS, false);
	assert_windows(w, "when: before_call", "");
	assert_windows(w, "when: after_call", "");
}

static void
an_exception_is_cut_out_with_a_second_around(void **state)
{
	struct world *w = *state;

	world_span(w, STATE_CONSENTED, 20000, 30000, false);
	world_span(w, STATE_CONSENTED, 40000, 50000, false);
	assert_windows(w, "unless: consented", "0-19000 31000-39000 51000-60000");
}

static void
an_exception_within_a_state_divides_it(void **state)
{
	struct world *w = *state;

	world_span(w, STATE_IN_CALL, 10000, 50000, false);
	world_span(w, STATE_CONSENTED, 20000, 30000, false);
	world_span(w, STATE_CONSENTED, 31500, 33000, false);
	assert_windows(w, "when: in_call, unless: consented", "11000-19000 34000-49000");
}

static void
an_exception_that_always_held_leaves_nothing(void **state)
{
	struct world *w = *state;

	world_span(w, STATE_CONSENTED, 0, MAKE_MINUTE_MS, false);
	assert_windows(w, "unless: consented", "");
	assert_outcome(w, NEVER ", unless: consented", OUTCOME_NOT_EXERCISED,
	    "The state consented held all that time");
}

/* Of a state that ended or begins outside of the capture its guard is left. */
static void
an_exception_outside_keeps_its_guard(void **state)
{
	struct world *w = *state;

	world_mark(w, STATE_CONSENTED, -5000, true);
	world_mark(w, STATE_CONSENTED, -300, false);
	assert_windows(w, "unless: consented", "700-60000");
	world_mark(w, STATE_CONSENTED, MAKE_MINUTE_MS + 400, true);
	assert_windows(w, "unless: consented", "700-59400");
}

static void
a_capture_of_nothing_has_no_times(void **state)
{
	struct world *w = *state;

	w->session.input.traffic = (struct traffic){ 0 };
	world_span(w, STATE_CONSENTED, 20000, 30000, false);
	assert_windows(w, "unless: consented", "");
	assert_windows(w, "when: consented", "");
}

/* Declared with its guard, shown as it is. */
static void
another_state_can_be_left_out(void **state)
{
	static const struct windows all = { .always = true };
	struct world *w = *state;
	struct windows out;

	world_span(w, STATE_SHARING, 10000, 20000, false);
	world_span(w, STATE_SHARING, 30000, 31000, true);
	world_span(w, STATE_MUTED, 40000, 50000, false);
	assert_int_equal(windows_except(&w->session, &all, STATE_SHARING, &out), 0);
	assert_int_equal(out.count, 3);
	assert_int_equal(out.each[0].from_ns, make_time(0));
	assert_int_equal(out.each[0].to_ns, make_time(9000));
	assert_int_equal(out.each[1].from_ns, make_time(21000));
	assert_int_equal(out.each[1].to_ns, make_time(30000));
	assert_int_equal(out.each[2].from_ns, make_time(31000));
	windows_clear(&out);
}

/* What a stream sent within: whole pulses, and frames of those alone. */
static void
sums_are_of_packets_within(void **state)
{
	struct world *w = *state;
	const char *claim = NEVER ", when: muted";
	struct windows out;
	struct sight sight = { 0 };
	struct pulse_sum sum;

	sight.flow = world_stream(
	    w, (struct make_stream){
		   .from_ms = 0, .to_ms = 50000, .packets = 51, .bytes = 51000 });
	sight.finding = &sight.flow->findings[0];
	world_span(w, STATE_MUTED, 9500, 15500, false);
	world_span(w, STATE_MUTED, 29500, 35500, false);
	assert_int_equal(
	    windows_take(&w->session, &world_policy(w, "", &claim, 1)->claims[0], &out),
	    0);
	windows_sum(&out, &sight, &sum);
	assert_int_equal(sum.packets, 8); /* 11, 12, 13, 14 and 31, 32, 33, 34 s */
	assert_int_equal(sum.bytes, 8000);
	assert_int_equal(sum.first_frame, 111);
	assert_int_equal(sum.last_frame, 134);
	windows_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(without_a_time_a_claim_is_about_all),
		WORLD(a_state_loses_a_second_at_each_end),
		WORLD(a_short_state_does_not_count),
		WORLD(a_state_at_the_edges_of_the_capture_is_cut_to_it),
		WORLD(a_state_outside_the_capture_was_not_seen),
		WORLD(what_is_declared_wins_over_what_is_inferred),
		WORLD(inferred_states_are_told_as_such),
		WORLD(before_consent_ends_a_second_before_its_mark),
		WORLD(before_consent_needs_a_mark),
		WORLD(a_first_mark_that_consent_is_off_counts_at_the_start_alone),
		WORLD(consent_around_the_capture_leaves_all_or_nothing_before_it),
		WORLD(before_and_after_a_call_are_outside_its_spans),
		WORLD(a_call_without_its_end_has_no_time_after_it),
		WORLD(an_exception_is_cut_out_with_a_second_around),
		WORLD(an_exception_within_a_state_divides_it),
		WORLD(an_exception_that_always_held_leaves_nothing),
		WORLD(an_exception_outside_keeps_its_guard),
		WORLD(a_capture_of_nothing_has_no_times),
		WORLD(another_state_can_be_left_out),
		WORLD(sums_are_of_packets_within),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
