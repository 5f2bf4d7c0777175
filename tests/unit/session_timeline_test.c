/* SPDX-License-Identifier: Apache-2.0 */
/* Up-bytes over time: steps people count in, and sums that agree with the totals. */
#include "make_states.h"

#define ME call_me

static uint64_t
timeline_sum(const struct timeline *t, enum category c)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < TIMELINE_STEPS; i++) {
		assert_true(i < t->steps || t->up[c][i] == 0);
		sum += t->up[c][i];
	}
	return sum;
}

/* What holds for every timeline. */
static void
check_timeline(const struct session *s)
{
	const struct timeline *t = &s->timeline;
	int64_t first_ns = s->input.traffic.first_ns, last_ns = s->input.traffic.last_ns;

	assert_in_range(t->steps, 1, TIMELINE_STEPS);
	assert_int_equal(t->from_ns % t->step_ns, 0);
	assert_true(t->from_ns <= first_ns && first_ns - t->from_ns < t->step_ns);
	assert_int_equal((last_ns - t->from_ns) / t->step_ns, t->steps - 1);
	for (int c = 0; c < CATEGORIES; c++)
		assert_int_equal(timeline_sum(t, (enum category)c), s->up[c].bytes);
}

static void
nothing_captured_has_no_steps(void **state)
{
	const struct session *s = run_judge(*state, NULL, NULL);

	assert_int_equal(s->timeline.step_ns, 0);
	assert_int_equal(s->timeline.steps, 0);
}

static void
one_packet_is_one_step(void **state)
{
	struct run *run = *state;
	const struct session *s;

	tape_send(&run->tape, 250, ME, call_events, 77);
	s = run_judge(run, NULL, NULL);
	check_timeline(s);
	assert_int_equal(s->timeline.steps, 1);
	assert_int_equal(s->timeline.step_ns, 100 * MAKE_MS);
	assert_int_equal(run_ms(s->timeline.from_ns), 200);
	assert_int_equal(s->timeline.up[CATEGORY_TELEMETRY][0], 77);
}

/* The tape begins at a full second, 41 s into its minute. */
static void
steps_are_round(void **state)
{
	static const struct {
		int64_t lasts_ms, step_ms;
		size_t steps;
	} cases[] = {
		{ 23999, 100, 240 },
		{ 24000, 200, 121 },
		{ 47999, 200, 240 },
		{ 48000, 500, 97 },
		{ 120000, 1000, 121 },
		{ 300000, 2000, 151 },
		{ 3600000, 20000, 181 },
		{ 7200000, 60000, 121 },
		{ INT64_C(9783934000), INT64_C(43200000), 227 },
		{ INT64_C(31536000000), INT64_C(172800000), 183 },
	};
	struct run *run = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct session *s;

		tape_clear(&run->tape);
		tape_send(&run->tape, 0, ME, call_events, 100);
		tape_send(&run->tape, cases[i].lasts_ms, ME, call_events, 11);
		s = run_judge(run, NULL, "192.168.1.0/24");
		check_timeline(s);
		assert_int_equal(s->timeline.step_ns, cases[i].step_ms * MAKE_MS);
		assert_int_equal(s->timeline.steps, cases[i].steps);
		assert_int_equal(s->timeline.up[CATEGORY_TELEMETRY][0], 100);
		assert_int_equal(
		    s->timeline.up[CATEGORY_TELEMETRY][s->timeline.steps - 1], 11);
	}
}

static void
bytes_stand_at_their_time(void **state)
{
	struct run *run = *state;
	const struct session *s;
	const uint64_t *telemetry, *content;

	tape_send(&run->tape, 0, ME, call_events, 100);
	tape_send(&run->tape, 61000, ME, call_events, 200);
	tape_send(&run->tape, 61999, call_events, ME, 999);
	tape_stream(&run->tape, 70000, 72000, 100, ME, call_chat, 10);
	tape_send(&run->tape, 120000, ME, call_events, 400);
	s = run_judge(run, NULL, "192.168.1.0/24");
	check_timeline(s);
	assert_int_equal(s->timeline.step_ns, MAKE_SECOND);
	telemetry = s->timeline.up[CATEGORY_TELEMETRY];
	content = s->timeline.up[CATEGORY_CONTENT];
	assert_int_equal(telemetry[0], 100);
	assert_int_equal(telemetry[61], 200);
	assert_int_equal(telemetry[120], 400);
	/* A pulse of 0.27 s that crosses a second is shared out. */
	assert_in_range(content[70], 80, 120);
	assert_int_equal(content[70] + content[71], 200);
	assert_int_equal(content[69] + content[72], 0);
}

/* A call of hours has pulses of seconds: each step gets its share. */
static void
long_pulses_are_spread(void **state)
{
	struct flow_limits limits = flow_limits_default;
	struct run *run = *state;
	struct engine_options options = { .signatures = run->signatures,
		.limits = &limits };
	struct error e = { 0 };
	const struct session *s;

	limits.pulses = 4; /* so that windows grow at once */
	tape_stream(&run->tape, 0, 60000, 100, ME, call_chat, 100);
	run->engine = engine_new(&options, &e);
	assert_non_null(run->engine);
	tape_play(&run->tape, run->engine);
	s = engine_finish(run->engine, 0);
	check_timeline(s);
	assert_int_equal(s->timeline.step_ns, 500 * MAKE_MS);
	assert_true(pulses_count(
			&s->flows[0].findings[0].stream->pulses[s->flows[0].local]) < 20);
	for (size_t i = 0; i + 1 < s->timeline.steps; i++)
		assert_in_range(s->timeline.up[CATEGORY_CONTENT][i], 250, 750);
}

static void
times_at_the_end_of_time_are_told(void **state)
{
	struct run *run = *state;
	const struct session *s;

	tape_send(&run->tape, 0, ME, call_events, 100);
	tape_send(&run->tape, 0, ME, call_events, 200);
	tape_send(&run->tape, 0, ME, call_events, 400);
	run->tape.frames[0].time_ns = 0;
	run->tape.frames[1].time_ns = INT64_MAX;
	run->tape.frames[2].time_ns = INT64_MAX - 1;
	run_mark(run, 0, STATE_MUTED, true, NULL);
	s = run_judge(run, NULL, "192.168.1.0/24");
	assert_int_equal(s->timeline.from_ns, 0);
	assert_in_range(s->timeline.steps, 1, TIMELINE_STEPS);
	assert_int_equal(timeline_sum(&s->timeline, CATEGORY_TELEMETRY), 700);
	assert_int_equal(s->timeline.up[CATEGORY_TELEMETRY][0], 100);
	assert_int_equal(s->span_count, 1);
}

static void
a_call_adds_up(void **state)
{
	struct run *run = *state;

	tape_voice(&run->tape, 0, 30000, ME, call_peer, 1, 40);
	tape_voice(&run->tape, 0, 30000, call_peer, ME, 2, 127);
	tape_stream(&run->tape, 5000, 20000, 33, ME, call_screen, 1100);
	tape_stream(&run->tape, 1000, 29000, 4999, ME, call_events, 700);
	tape_tls(&run->tape, 2000, ME, call_events, "unlisted.example", 5000);
	check_timeline(run_judge(run, NULL, "192.168.1.0/24"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, states_setup, run_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_captured_has_no_steps),
		TEST(one_packet_is_one_step),
		TEST(steps_are_round),
		TEST(bytes_stand_at_their_time),
		TEST(long_pulses_are_spread),
		TEST(times_at_the_end_of_time_are_told),
		TEST(a_call_adds_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
