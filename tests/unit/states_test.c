/* SPDX-License-Identifier: Apache-2.0 */
/* When states held: by marks and by media; what went up meanwhile and after each mark. */
#include "make_states.h"

#define ME call_me
#define PEER call_peer

static void
check_span(const struct state_span *span, int64_t from_ms, int64_t to_ms)
{
	assert_non_null(span);
	assert_int_equal(run_ms(span->from_ns), from_ms);
	assert_int_equal(run_ms(span->to_ns), to_ms);
}

/* Packets at both ends of 10 s: the capture's time. */
static void
play_ten_seconds(struct run *run)
{
	tape_send(&run->tape, 0, ME, call_chat, 10);
	tape_send(&run->tape, 10000, ME, call_chat, 10);
}

static void
a_span_lasts_from_on_to_off(void **state)
{
	struct run *run = *state;
	const struct session *s;

	play_ten_seconds(run);
	run_mark(run, 2000, STATE_MUTED, true, "mute pressed");
	run_mark(run, 4000, STATE_MUTED, false, "unmute pressed");
	run_mark(run, 6000, STATE_MUTED, true, NULL);
	run_mark(run, 7000, STATE_MUTED, false, NULL);
	s = run_judge(run, NULL, NULL);
	assert_int_equal(s->span_count, 2);
	check_span(run_span(s, STATE_MUTED, false, 0), 2000, 4000);
	assert_string_equal(run_span(s, STATE_MUTED, false, 0)->note, "mute pressed");
	check_span(run_span(s, STATE_MUTED, false, 1), 6000, 7000);
	assert_null(run_span(s, STATE_MUTED, false, 1)->note);
	assert_true(s->declared[STATE_MUTED]);
	for (int other = 0; other < STATES; other++)
		assert_true(other == STATE_MUTED || !s->declared[other]);
}

static void
what_is_off_at_first_was_on_before(void **state)
{
	struct run *run = *state;
	const struct session *s;

	play_ten_seconds(run);
	run_mark(run, 3000, STATE_CAMERA_OFF, false, "camera pressed");
	run_mark(run, 8000, STATE_CAMERA_OFF, true, NULL);
	s = run_judge(run, NULL, NULL);
	assert_int_equal(s->span_count, 2);
	check_span(run_span(s, STATE_CAMERA_OFF, false, 0), 0, 3000);
	assert_null(run_span(s, STATE_CAMERA_OFF, false, 0)->note);
	check_span(run_span(s, STATE_CAMERA_OFF, false, 1), 8000, 10000);
}

static void
a_mark_that_repeats_changes_nothing(void **state)
{
	struct run *run = *state;
	const struct session *s;

	play_ten_seconds(run);
	run_mark(run, 1000, STATE_SHARING, true, "first");
	run_mark(run, 2000, STATE_SHARING, true, "again");
	run_mark(run, 5000, STATE_SHARING, false, NULL);
	run_mark(run, 6000, STATE_SHARING, false, NULL);
	run_mark(run, 6500, STATES, false, "just a note");
	s = run_judge(run, NULL, NULL);
	assert_int_equal(s->span_count, 1);
	check_span(run_span(s, STATE_SHARING, false, 0), 1000, 5000);
	assert_string_equal(run_span(s, STATE_SHARING, false, 0)->note, "first");
}

/* Nothing outside of the capture was seen, whatever was declared. */
static void
spans_are_cut_to_the_capture(void **state)
{
	struct run *run = *state;
	const struct session *s;

	play_ten_seconds(run);
	run_mark(run, -5000, STATE_IN_CALL, true, NULL);
	run_mark(run, 20000, STATE_IN_CALL, false, NULL);
	run_mark(run, -5000, STATE_MUTED, true, NULL);
	run_mark(run, -3000, STATE_MUTED, false, NULL);
	run_mark(run, 11000, STATE_RECORDING, true, NULL);
	run_mark(run, -1, STATE_CONSENTED, false, NULL);
	s = run_judge(run, NULL, NULL);
	assert_int_equal(s->span_count, 1);
	assert_int_equal(s->spans[0].from_ns, MAKE_BEGIN);
	assert_true(s->spans[0].to_ns > s->input.traffic.last_ns);
	assert_true(s->spans[0].to_ns <= s->input.traffic.last_ns + 1000);
	assert_true(s->declared[STATE_IN_CALL] && s->declared[STATE_MUTED]);
	assert_true(s->declared[STATE_RECORDING] && s->declared[STATE_CONSENTED]);
}

static void
nothing_captured_has_no_states(void **state)
{
	struct run *run = *state;
	const struct session *s;

	run_mark(run, 0, STATE_IN_CALL, true, NULL);
	s = run_judge(run, NULL, NULL);
	assert_int_equal(s->span_count, 0);
	assert_true(s->declared[STATE_IN_CALL]);
	assert_non_null(s->bursts);
}

static void
spans_know_what_went_up_within(void **state)
{
	struct run *run = *state;
	const struct state_span *muted;
	const struct session *s;

	play_ten_seconds(run);
	tape_send(&run->tape, 1000, ME, call_events, 100);
	tape_send(&run->tape, 5000, ME, call_events, 200);
	tape_send(&run->tape, 5000, call_events, ME, 900);
	tape_send(&run->tape, 5500, ME, call_chat, 50);
	tape_send(&run->tape, 9000, ME, call_events, 400);
	run_mark(run, 4000, STATE_MUTED, true, NULL);
	run_mark(run, 6000, STATE_MUTED, false, NULL);
	run_mark(run, 0, STATE_OPTIONAL_DATA_OFF, true, NULL);
	s = run_judge(run, NULL, "192.168.1.0/24");
	muted = run_span(s, STATE_MUTED, false, 0);
	assert_int_equal(muted->up[CATEGORY_TELEMETRY], 200);
	assert_int_equal(muted->up[CATEGORY_CONTENT], 50);
	assert_int_equal(muted->up[CATEGORY_SIGNALLING], 0);
	/* The last packet of a capture lies within what lasts to its end. */
	assert_int_equal(
	    run_span(s, STATE_OPTIONAL_DATA_OFF, false, 0)->up[CATEGORY_CONTENT], 70);
	assert_int_equal(
	    run_span(s, STATE_OPTIONAL_DATA_OFF, false, 0)->up[CATEGORY_TELEMETRY], 700);
}

static void
marks_know_what_follows_them(void **state)
{
	struct run *run = *state;
	const struct session *s;

	play_ten_seconds(run);
	tape_send(&run->tape, 1999, ME, call_events, 100);
	tape_send(&run->tape, 2500, ME, call_events, 200);
	tape_send(&run->tape, 4600, ME, call_events, 400);
	tape_send(&run->tape, 5400, ME, call_events, 800);
	run_mark(run, 2000, STATE_SHARING, true, NULL);
	run_mark(run, 4000, STATES, false, "hung up");
	run_mark(run, 30000, STATES, false, "much later");
	s = run_judge(run, NULL, "192.168.1.0/24");
	assert_int_equal(s->bursts[0].up[CATEGORY_TELEMETRY], 600);
	assert_int_equal(s->bursts[1].up[CATEGORY_TELEMETRY], 1200);
	assert_int_equal(s->bursts[2].up[CATEGORY_TELEMETRY], 0);
	assert_int_equal(s->bursts[0].up[CATEGORY_CONTENT], 0);
	marks_free(run->marks);
	run->marks = NULL;
	assert_null(run_judge(run, NULL, "192.168.1.0/24")->bursts);
}

/* However many marks there are, each knows its own three seconds. */
static void
every_mark_has_its_burst(void **state)
{
	struct run *run = *state;
	const struct session *s;

	play_ten_seconds(run);
	for (int second = 0; second < 40; second++)
		run_mark(run, second * 1000, STATES, false, "tick");
	for (int second = 10; second < 20; second++)
		tape_send(&run->tape, second * 1000 + 500, ME, call_events, 100);
	s = run_judge(run, NULL, "192.168.1.0/24");
	for (int second = 0; second < 40; second++) {
		int first = second > 10 ? second : 10;
		int behind = second + 3 < 20 ? second + 3 : 20;

		assert_int_equal(s->bursts[second].up[CATEGORY_TELEMETRY],
		    behind > first ? (behind - first) * 100 : 0);
	}
}

static void
media_make_a_call(void **state)
{
	struct run *run = *state;
	const struct session *s;

	play_ten_seconds(run);
	tape_voice(&run->tape, 20000, 24000, ME, PEER, 1, LEVEL_UNTOLD);
	tape_voice(&run->tape, 33000, 36000, PEER, ME, 2, LEVEL_UNTOLD);
	tape_voice(&run->tape, 47000, 53000, ME, PEER, 1, LEVEL_UNTOLD);
	tape_voice(&run->tape, 90000, 94500, ME, PEER, 1, LEVEL_UNTOLD);
	s = run_judge(run, NULL, "192.168.1.0/24");
	/* A pause of 9 s is bridged, one of 11 s is not, and 4.5 s are no call. */
	assert_int_equal(s->span_count, 2);
	check_span(run_span(s, STATE_IN_CALL, true, 0), 20000, 35980);
	check_span(run_span(s, STATE_IN_CALL, true, 1), 47000, 52980);
	assert_false(s->declared[STATE_IN_CALL]);
	assert_null(run_span(s, STATE_IN_CALL, true, 0)->note);
	assert_int_equal(
	    run_span(s, STATE_IN_CALL, true, 0)->up[CATEGORY_CONTENT], 200 * 92);
}

/* Chat is no call, nor is the call of a machine that is not judged, or of another app. */
static void
not_all_media_are_the_calls(void **state)
{
	struct run *run = *state;
	struct make_end other = { "192.0.2.77", 42000 };
	struct make_end rival = { "203.0.113.50", 447 };
	const struct session *s;

	tape_stream(&run->tape, 0, 10000, 100, ME, call_chat, 50);
	s = run_judge(run, NULL, "192.168.1.0/24");
	assert_int_equal(s->span_count, 0);
	tape_voice(&run->tape, 10000, 20000, other, PEER, 1, LEVEL_UNTOLD);
	s = run_judge(run, NULL, "192.168.1.0/24");
	assert_int_equal(s->span_count, 0);
	tape_voice(&run->tape, 20000, 30000, ME, PEER, 1, LEVEL_UNTOLD);
	assert_int_equal(run_judge(run, NULL, "192.168.1.0/24")->span_count, 1);
	assert_int_equal(run_judge(run, "call", "192.168.1.0/24")->span_count, 1);
	tape_tls(&run->tape, 31000, call_me, rival, "www.rival.example", 700);
	assert_int_equal(run_judge(run, "rival", "192.168.1.0/24")->span_count, 0);
}

static void
a_screen_sent_up_is_sharing(void **state)
{
	struct run *run = *state;
	const struct session *s;

	play_ten_seconds(run);
	tape_stream(&run->tape, 20000, 22000, 200, ME, call_screen, 500);
	tape_send(&run->tape, 24700, ME, call_screen, 500);
	tape_send(&run->tape, 27800, ME, call_screen, 500);
	tape_stream(&run->tape, 40000, 50000, 200, call_screen, ME, 500);
	run_mark(run, 19500, STATE_SHARING, true, "share pressed");
	run_mark(run, 25000, STATE_SHARING, false, NULL);
	s = run_judge(run, NULL, "192.168.1.0/24");
	assert_true(s->declared[STATE_SHARING]);
	check_span(run_span(s, STATE_SHARING, false, 0), 19500, 25000);
	check_span(run_span(s, STATE_SHARING, true, 0), 20000, 24700);
	check_span(run_span(s, STATE_SHARING, true, 1), 27800, 27800);
	assert_null(run_span(s, STATE_SHARING, true, 2));
	assert_int_equal(
	    run_span(s, STATE_SHARING, true, 0)->up[CATEGORY_CONTENT], 11 * 500);
	/* By state, declared before inferred, then by time. */
	for (size_t i = 1; i < s->span_count; i++) {
		const struct state_span *a = &s->spans[i - 1], *b = &s->spans[i];

		assert_true(a->state < b->state ||
			    (a->state == b->state && (a->inferred < b->inferred ||
							 (a->inferred == b->inferred &&
							     a->from_ns < b->from_ns))));
	}
}

#define VOICED 40
#define SILENT 127

static void
silence_is_what_the_sender_says(void **state)
{
	struct run *run = *state;
	const struct state_span *silent;
	const struct session *s;

	tape_voice(&run->tape, 0, 4000, ME, PEER, 1, VOICED);
	tape_voice(&run->tape, 4000, 9000, ME, PEER, 1, SILENT);
	tape_voice(&run->tape, 9000, 12000, ME, PEER, 1, VOICED);
	tape_voice(&run->tape, 12000, 13500, ME, PEER, 1, SILENT);
	tape_voice(&run->tape, 13500, 15000, ME, PEER, 1, VOICED);
	s = run_judge(run, NULL, "192.168.1.0/24");
	silent = run_span(s, STATE_SILENT, true, 0);
	assert_non_null(silent);
	assert_null(run_span(s, STATE_SILENT, true, 1)); /* 1.5 s are too short */
	assert_in_range(run_ms(silent->from_ns), 4000, 4300);
	assert_in_range(run_ms(silent->to_ns), 8700, 9000);
	assert_true(silent->up[CATEGORY_CONTENT] > 4 * 50 * 100);
	/* And it is never called muted. */
	assert_null(run_span(s, STATE_MUTED, true, 0));
	assert_false(s->declared[STATE_SILENT]);
}

static void
silence_needs_every_packet_to_say_so(void **state)
{
	struct run *run = *state;
	const struct session *s;

	tape_voice(&run->tape, 0, 8000, ME, PEER, 1, LEVEL_UNTOLD);
	s = run_judge(run, NULL, "192.168.1.0/24");
	assert_non_null(run_span(s, STATE_IN_CALL, true, 0));
	assert_null(run_span(s, STATE_SILENT, true, 0));
	tape_clear(&run->tape);
	/* Only the other side is silent. */
	tape_voice(&run->tape, 0, 8000, PEER, ME, 2, SILENT);
	tape_voice(&run->tape, 0, 8000, ME, PEER, 1, VOICED);
	s = run_judge(run, NULL, "192.168.1.0/24");
	assert_null(run_span(s, STATE_SILENT, true, 0));
}

static void
a_second_voice_breaks_the_silence(void **state)
{
	struct run *run = *state;
	struct make_end second = { "203.0.113.10", 41000 };
	const struct session *s;

	tape_voice(&run->tape, 0, 12000, ME, PEER, 1, SILENT);
	tape_voice(&run->tape, 5000, 7000, ME, second, 7, VOICED);
	s = run_judge(run, NULL, "192.168.1.0/24");
	/* The first three packets do not prove that they have a level. */
	check_span(run_span(s, STATE_SILENT, true, 0), 60, 5000);
	assert_in_range(run_ms(run_span(s, STATE_SILENT, true, 1)->from_ns), 6980, 7000);
	assert_int_equal(run_ms(run_span(s, STATE_SILENT, true, 1)->to_ns), 11980);
	assert_null(run_span(s, STATE_SILENT, true, 2));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, states_setup, run_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_span_lasts_from_on_to_off),
		TEST(what_is_off_at_first_was_on_before),
		TEST(a_mark_that_repeats_changes_nothing),
		TEST(spans_are_cut_to_the_capture),
		TEST(nothing_captured_has_no_states),
		TEST(spans_know_what_went_up_within),
		TEST(marks_know_what_follows_them),
		TEST(every_mark_has_its_burst),
		TEST(media_make_a_call),
		TEST(not_all_media_are_the_calls),
		TEST(a_screen_sent_up_is_sharing),
		TEST(silence_is_what_the_sender_says),
		TEST(silence_needs_every_packet_to_say_so),
		TEST(a_second_voice_breaks_the_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
