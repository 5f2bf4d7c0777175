/* SPDX-License-Identifier: Apache-2.0 */
/* Pulses: no packet is lost or counted twice, and what lies within a time surely does. */
#include "make_packet.h"

#include "../../src/flow/private.h"

#define WINDOW (INT64_C(1) << PULSE_SHIFT)
/* Where a window begins. */
#define BEGIN (MAKE_BEGIN / WINDOW * WINDOW)

struct watch {
	struct pulse_log log;
	struct pulse_pool pool;
	uint64_t number, bytes, packets;
};

static struct watch
watch_of(uint64_t limit)
{
	return (struct watch){ .log.shift = PULSE_SHIFT, .pool.limit = limit };
}

static void
add_sound(struct watch *w, int64_t time_ns, uint32_t bytes, enum sound sound)
{
	struct packet p = { .time_ns = time_ns, .number = ++w->number };

	pulses_add(&w->log, &w->pool, &p, bytes, sound);
	w->bytes += bytes;
	w->packets++;
}

static void
add(struct watch *w, int64_t time_ns, uint32_t bytes)
{
	add_sound(w, time_ns, bytes, SOUND_UNTOLD);
}

static struct pulse_sum
within(const struct pulse_log *log, int64_t from_ns, int64_t to_ns)
{
	struct pulse_sum sum;

	pulses_within(log, from_ns, to_ns, &sum);
	return sum;
}

/* All of it is there once, in windows that rise and do not overlap. */
static void
assert_whole(const struct watch *w)
{
	struct pulse_sum sum = within(&w->log, INT64_MIN, INT64_MAX);
	uint64_t bytes = 0, packets = 0;
	const struct pulse *before = NULL;
	unsigned shift = w->log.shift;

	for (size_t i = 0; i < pulses_count(&w->log); i++) {
		const struct pulse *p = pulses_at(&w->log, i);
		int64_t last = (p->first_ns / 1000 + p->span_us) * 1000;

		assert_true(p->packets > 0);
		assert_true(p->span_us == 0 || p->span_us == UINT32_MAX ||
			    last >> shift == p->first_ns >> shift);
		assert_true(i == 0 || before->first_ns >> shift < p->first_ns >> shift ||
			    (before->first_ns >> shift == p->first_ns >> shift &&
				before->bytes + (uint64_t)p->bytes > UINT32_MAX));
		bytes += p->bytes;
		packets += p->packets;
		before = p;
	}
	assert_int_equal(bytes, w->bytes);
	assert_int_equal(packets, w->packets);
	assert_null(pulses_at(&w->log, pulses_count(&w->log)));
	assert_int_equal(sum.packets, w->packets);
	assert_int_equal(sum.bytes, w->bytes);
}

static void
watch_end(struct watch *w)
{
	assert_whole(w);
	pulses_free(&w->log, &w->pool);
	assert_int_equal(w->pool.used, 0);
	assert_int_equal(pulses_count(&w->log), 0);
}

static void
one_window_needs_no_memory(void **state)
{
	struct watch w = watch_of(100);
	const struct pulse *p = &w.log.open;

	(void)state;
	assert_whole(&w);
	add(&w, BEGIN, 100);
	add(&w, BEGIN + 20 * MAKE_MS, 30);
	add(&w, BEGIN + WINDOW - 1, 3);
	assert_int_equal(pulses_count(&w.log), 1);
	assert_null(w.log.kept);
	assert_ptr_equal(pulses_at(&w.log, 0), p);
	assert_int_equal(p->first_ns, BEGIN);
	assert_int_equal(p->span_us, (BEGIN + WINDOW - 1) / 1000 - BEGIN / 1000);
	assert_int_equal(p->bytes, 133);
	assert_int_equal(p->packets, 3);
	assert_int_equal(p->first_frame, 1);
	assert_int_equal(p->last_frame, 3);
	watch_end(&w);
}

static void
a_border_of_the_clock_begins_a_window(void **state)
{
	struct watch w = watch_of(100);

	(void)state;
	add(&w, BEGIN + WINDOW - 1, 1);
	add(&w, BEGIN + WINDOW, 2);
	add(&w, BEGIN + 2 * WINDOW - 1, 4);
	add(&w, BEGIN + 9 * WINDOW, 8);
	assert_int_equal(pulses_count(&w.log), 3);
	assert_int_equal(pulses_at(&w.log, 0)->bytes, 1);
	assert_int_equal(pulses_at(&w.log, 1)->bytes, 6);
	assert_int_equal(pulses_at(&w.log, 2)->bytes, 8);
	assert_int_equal(w.log.shift, PULSE_SHIFT);
	watch_end(&w);
}

/* From wherever the capture begins, every window but its first is the same. */
static void
a_cut_capture_has_the_same_windows(void **state)
{
	struct watch whole = watch_of(10000), cut = watch_of(10000);
	size_t behind = 0;

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		add(&whole, MAKE_BEGIN + i * 33 * MAKE_MS, 50 + i);
	cut.number = 333;
	for (unsigned i = 333; i < 1000; i++)
		add(&cut, MAKE_BEGIN + i * 33 * MAKE_MS, 50 + i);
	behind = pulses_count(&whole.log) - pulses_count(&cut.log);
	for (size_t i = 1; i < pulses_count(&cut.log); i++)
		assert_memory_equal(pulses_at(&cut.log, i),
		    pulses_at(&whole.log, i + behind), sizeof(struct pulse));
	watch_end(&whole);
	watch_end(&cut);
}

/* More windows than a log may have: twice as long, and not a byte is lost. */
static void
a_long_log_widens_its_windows(void **state)
{
	struct watch w = watch_of(1 << 20);

	(void)state;
	for (unsigned i = 0; i <= PULSES_EACH; i++)
		add(&w, BEGIN + i * WINDOW, 1 + i);
	assert_int_equal(pulses_count(&w.log), PULSES_EACH + 1);
	assert_int_equal(w.log.shift, PULSE_SHIFT);
	add(&w, BEGIN + (PULSES_EACH + 1) * WINDOW, 7);
	assert_int_equal(w.log.shift, PULSE_SHIFT + 1);
	assert_in_range(pulses_count(&w.log), PULSES_EACH / 2 + 1, PULSES_EACH / 2 + 2);
	assert_whole(&w);
	/* Half a day at four packets a second. */
	for (unsigned i = 1; i < 12 * 3600 * 4; i++)
		add(&w, BEGIN + (PULSES_EACH + 1) * WINDOW + i * MAKE_SECOND / 4, 3);
	assert_true(pulses_count(&w.log) <= PULSES_EACH + 1);
	assert_true(w.log.shift <= PULSE_SHIFT + 6);
	watch_end(&w);
}

static void
a_spent_budget_widens_windows(void **state)
{
	struct watch w = watch_of(16), none = watch_of(0);

	(void)state;
	for (unsigned i = 0; i < 500; i++) {
		add(&w, BEGIN + i * WINDOW, 10);
		add(&none, BEGIN + i * WINDOW, 10);
	}
	assert_true(w.pool.used <= 16);
	assert_in_range(pulses_count(&w.log), 5, 17);
	assert_null(none.log.kept);
	assert_int_equal(pulses_count(&none.log), 1);
	watch_end(&w);
	watch_end(&none);
}

/* One log took all: the other gets along without, until it is given back. */
static void
a_budget_is_shared(void **state)
{
	struct watch w = watch_of(64), poor = watch_of(0);

	(void)state;
	for (unsigned i = 0; i < 64; i++)
		add(&w, BEGIN + i * WINDOW, 10);
	poor.pool = w.pool;
	for (unsigned i = 0; i < 64; i++)
		add(&poor, BEGIN + i * WINDOW, 10);
	assert_true(pulses_count(&w.log) > 32);
	assert_true(pulses_count(&poor.log) < 4);
	pulses_free(&w.log, &poor.pool);
	for (unsigned i = 64; i < 1000; i++)
		add(&poor, BEGIN + i * WINDOW, 10);
	assert_true(pulses_count(&poor.log) > 4);
	watch_end(&poor);
}

/* Any order of the same packets makes the same windows. */
static void
late_packets_go_to_their_window(void **state)
{
	enum { PACKETS = 2000 };
	static int64_t times[PACKETS];
	struct watch sorted = watch_of(10000), mixed = watch_of(10000);
	uint64_t random = 99;

	(void)state;
	for (unsigned i = 0; i < PACKETS; i++) {
		times[i] = BEGIN + i * 41 * MAKE_MS + i % 5000;
		add(&sorted, times[i], 1000 + i);
	}
	for (unsigned i = PACKETS - 1; i > 0; i--) {
		unsigned other = make_random(&random) % (i + 1);
		int64_t kept = times[i];

		times[i] = times[other];
		times[other] = kept;
	}
	for (unsigned i = 0; i < PACKETS; i++)
		add(&mixed, times[i],
		    1000 + (uint32_t)((times[i] - BEGIN) / MAKE_MS / 41));
	assert_int_equal(pulses_count(&mixed.log), pulses_count(&sorted.log));
	for (size_t i = 0; i < pulses_count(&mixed.log); i++) {
		const struct pulse *a = pulses_at(&sorted.log, i),
				   *b = pulses_at(&mixed.log, i);

		assert_int_equal(a->first_ns, b->first_ns);
		assert_int_equal(a->span_us, b->span_us);
		assert_int_equal(a->bytes, b->bytes);
		assert_int_equal(a->packets, b->packets);
	}
	watch_end(&sorted);
	watch_end(&mixed);
}

/* Frames are those of the first and the last by time. */
static void
a_clock_may_step_back(void **state)
{
	struct watch w = watch_of(100), near = watch_of(0);

	(void)state;
	add(&near, BEGIN + 1, 1); /* of the same microsecond */
	add(&near, BEGIN, 1);
	assert_int_equal(near.log.open.first_ns, BEGIN);
	watch_end(&near);
	add(&w, BEGIN + 40 * MAKE_MS, 1);
	add(&w, BEGIN + 10 * MAKE_MS, 2);
	add(&w, BEGIN + 30 * MAKE_MS, 4);
	assert_int_equal(pulses_count(&w.log), 1);
	assert_int_equal(pulses_at(&w.log, 0)->first_ns, BEGIN + 10 * MAKE_MS);
	assert_in_range(pulses_at(&w.log, 0)->span_us, 30000, 30001);
	assert_int_equal(pulses_at(&w.log, 0)->first_frame, 2);
	assert_int_equal(pulses_at(&w.log, 0)->last_frame, 1);
	assert_int_equal(within(&w.log, 0, INT64_MAX).first_frame, 1);
	assert_int_equal(within(&w.log, 0, INT64_MAX).last_frame, 2);
	add(&w, BEGIN - 3600 * MAKE_SECOND, 8);
	add(&w, 0, 16);
	add(&w, INT64_MAX - 1, 32);
	add(&w, BEGIN - 3600 * MAKE_SECOND, 64);
	assert_int_equal(pulses_count(&w.log), 4);
	assert_int_equal(pulses_at(&w.log, 0)->bytes, 16);
	assert_int_equal(pulses_at(&w.log, 1)->bytes, 72);
	assert_int_equal(pulses_at(&w.log, 2)->bytes, 7);
	assert_int_equal(pulses_at(&w.log, 3)->bytes, 32);
	watch_end(&w);
}

/* Backwards for ever: the bounds hold, and nothing is lost. */
static void
a_log_may_grow_at_its_old_end(void **state)
{
	struct watch w = watch_of(1 << 20);

	(void)state;
	for (unsigned i = 0; i < 3 * PULSES_EACH; i++)
		add(&w, BEGIN - i * WINDOW, 1 + i % 7);
	assert_true(pulses_count(&w.log) <= PULSES_EACH + 1);
	assert_int_equal(w.log.shift, PULSE_SHIFT + 2);
	watch_end(&w);
}

/* What 32 bits do not hold is in a second pulse, whatever the bounds say. */
static void
bytes_do_not_overflow(void **state)
{
	struct watch w = watch_of(0);

	(void)state;
	for (unsigned i = 0; i < 10; i++)
		add(&w, BEGIN + i * MAKE_MS, 0xf0000000u >> (i % 2));
	assert_int_equal(w.log.shift, PULSE_SHIFT);
	for (unsigned i = 0; i < 10; i++)
		add(&w, BEGIN + 100 * WINDOW + i * MAKE_MS, 0xf0000000u >> (i % 2));
	assert_in_range(pulses_count(&w.log), 8, 20);
	watch_end(&w);
}

static void
frames_stay_at_their_most(void **state)
{
	struct watch w = watch_of(100);

	(void)state;
	w.number = UINT32_MAX - 2;
	for (unsigned i = 0; i < 4; i++)
		add(&w, BEGIN + i * MAKE_MS, 1);
	assert_int_equal(pulses_at(&w.log, 0)->first_frame, UINT32_MAX - 1);
	assert_int_equal(pulses_at(&w.log, 0)->last_frame, UINT32_MAX);
	watch_end(&w);
}

static void
voice_and_silence_are_counted(void **state)
{
	struct watch w = watch_of(100);
	struct pulse_sum sum;

	(void)state;
	add_sound(&w, BEGIN, 50, SOUND_VOICED);
	add_sound(&w, BEGIN + 20 * MAKE_MS, 50, SOUND_SILENT);
	add_sound(&w, BEGIN + 40 * MAKE_MS, 50, SOUND_VOICED);
	add_sound(&w, BEGIN + WINDOW, 50, SOUND_SILENT);
	add_sound(&w, BEGIN + WINDOW + 20 * MAKE_MS, 50, SOUND_UNTOLD);
	sum = within(&w.log, BEGIN, BEGIN + WINDOW);
	assert_int_equal(sum.packets, 3);
	assert_int_equal(sum.voiced, 2);
	assert_int_equal(sum.silent, 1);
	sum = within(&w.log, BEGIN, BEGIN + 2 * WINDOW);
	assert_int_equal(sum.voiced, 2);
	assert_int_equal(sum.silent, 2);
	for (unsigned i = 0; i < 70000; i++)
		add_sound(&w, BEGIN + 2 * WINDOW + i, 1, SOUND_SILENT);
	assert_int_equal(pulses_at(&w.log, 2)->silent, UINT16_MAX);
	assert_int_equal(pulses_at(&w.log, 2)->packets, 70000);
	watch_end(&w);
}

/* The unnamed stream takes over what turned out to be nothing, sound aside. */
static void
logs_merge(void **state)
{
	struct watch into = watch_of(500), from = watch_of(8);
	struct pulse_log empty = { .shift = PULSE_SHIFT };

	(void)state;
	for (unsigned i = 0; i < 300; i++)
		add(&into, BEGIN + i * 500 * MAKE_MS, 10);
	for (unsigned i = 0; i < 100; i++)
		add_sound(&from, BEGIN - 9 * MAKE_SECOND + i * WINDOW, 1, SOUND_VOICED);
	assert_true(from.log.shift > PULSE_SHIFT && into.log.shift == PULSE_SHIFT);
	into.pool.used += from.pool.used;
	into.packets += from.packets;
	into.bytes += from.bytes;
	pulses_merge(&into.log, &from.log, &into.pool);
	assert_true(into.log.shift > PULSE_SHIFT);
	assert_int_equal(pulses_count(&from.log), 0);
	assert_int_equal(within(&into.log, 0, INT64_MAX).voiced, 0);
	assert_whole(&into);
	pulses_merge(&into.log, &empty, &into.pool);
	assert_whole(&into);
	pulses_merge(&empty, &into.log, &into.pool);
	assert_int_equal(within(&empty, 0, INT64_MAX).packets, into.packets);
	assert_int_equal(within(&empty, 0, INT64_MAX).bytes, into.bytes);
	pulses_free(&empty, &into.pool);
	assert_int_equal(into.pool.used, 0);
}

/* A pulse that crosses a border has one packet inside, if its first or last is. */
static void
borders_cut_pulses(void **state)
{
	struct watch w = watch_of(100);
	int64_t first = BEGIN + 10 * MAKE_MS, last = BEGIN + 200 * MAKE_MS;
	struct pulse_sum sum;

	(void)state;
	first -= first % 1000;
	last -= last % 1000;
	add_sound(&w, first, 100, SOUND_VOICED);
	add_sound(&w, BEGIN + 100 * MAKE_MS, 100, SOUND_SILENT);
	add_sound(&w, last, 100, SOUND_VOICED);
	sum = within(&w.log, first, last + 1000);
	assert_int_equal(sum.packets, 3);
	assert_int_equal(sum.bytes, 300);
	assert_int_equal(sum.first_ns, first);
	assert_int_equal(sum.last_ns, last);
	assert_int_equal(sum.first_frame, 1);
	assert_int_equal(sum.last_frame, 3);
	sum = within(&w.log, first, last); /* `to` is not within */
	assert_int_equal(sum.packets, 1);
	assert_int_equal(sum.bytes + sum.voiced + sum.silent, 0);
	assert_int_equal(sum.first_ns, first);
	assert_int_equal(sum.last_ns, first);
	assert_int_equal(sum.last_frame, 1);
	sum = within(&w.log, first + 1, last + 1000);
	assert_int_equal(sum.packets, 1);
	assert_int_equal(sum.first_ns, last);
	assert_int_equal(sum.first_frame, 3);
	sum = within(&w.log, first + 1, last);
	assert_int_equal(sum.packets, 0);
	assert_int_equal(sum.first_frame + sum.last_frame, 0);
	assert_int_equal(within(&w.log, first, first + 1).packets, 1);
	watch_end(&w);
}

/* Windows of hours: the last packet's time is not known, so that nothing is claimed. */
static void
the_longest_spans_claim_nothing(void **state)
{
	struct watch w = watch_of(0);

	(void)state;
	add(&w, MAKE_BEGIN, 1);
	add(&w, MAKE_BEGIN + 3 * 3600 * MAKE_SECOND, 1);
	assert_int_equal(pulses_at(&w.log, 0)->span_us, UINT32_MAX);
	assert_int_equal(
	    within(&w.log, MAKE_BEGIN, MAKE_BEGIN + 2 * 3600 * MAKE_SECOND).packets, 1);
	assert_int_equal(within(&w.log, MAKE_BEGIN + 3600 * MAKE_SECOND,
			     MAKE_BEGIN + 4 * 3600 * MAKE_SECOND)
			     .packets,
	    0);
	watch_end(&w);
}

/* Whatever is asked: never more than there is, and of all whole windows not less. */
static void
sums_are_never_too_much(void **state)
{
	enum { PACKETS = 3000 };
	static int64_t times[PACKETS];
	struct watch w = watch_of(300);
	uint64_t random = 7;
	int64_t now = MAKE_BEGIN;

	(void)state;
	for (unsigned i = 0; i < PACKETS; i++) {
		now += make_random(&random) % 100 * MAKE_MS - 20 * MAKE_MS + i % 1000;
		times[i] = now;
		add(&w, now, 10);
	}
	for (unsigned i = 0; i < 2000; i++) {
		int64_t from = times[make_random(&random) % PACKETS] - i % 3;
		int64_t to = from + make_random(&random) % 20000 * MAKE_MS;
		int64_t window = INT64_C(1) << w.log.shift;
		struct pulse_sum sum = within(&w.log, from, to);
		uint64_t inside = 0, surely = 0;

		for (unsigned k = 0; k < PACKETS; k++) {
			inside += times[k] >= from && times[k] < to;
			surely += times[k] >= from + window && times[k] < to - window;
		}
		assert_in_range(sum.packets, surely, inside);
		assert_true(sum.bytes <= 10 * sum.packets && sum.bytes >= 10 * surely);
		if (sum.packets == 0)
			continue;
		assert_true(sum.first_ns >= from && sum.last_ns < to);
		assert_true(times[sum.first_frame - 1] >= from);
		assert_true(times[sum.last_frame - 1] < to);
	}
	watch_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_window_needs_no_memory),
		cmocka_unit_test(a_border_of_the_clock_begins_a_window),
		cmocka_unit_test(a_cut_capture_has_the_same_windows),
		cmocka_unit_test(a_long_log_widens_its_windows),
		cmocka_unit_test(a_spent_budget_widens_windows),
		cmocka_unit_test(a_budget_is_shared),
		cmocka_unit_test(late_packets_go_to_their_window),
		cmocka_unit_test(a_clock_may_step_back),
		cmocka_unit_test(a_log_may_grow_at_its_old_end),
		cmocka_unit_test(bytes_do_not_overflow),
		cmocka_unit_test(frames_stay_at_their_most),
		cmocka_unit_test(voice_and_silence_are_counted),
		cmocka_unit_test(logs_merge),
		cmocka_unit_test(borders_cut_pulses),
		cmocka_unit_test(the_longest_spans_claim_nothing),
		cmocka_unit_test(sums_are_never_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
