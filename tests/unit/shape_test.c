/* SPDX-License-Identifier: Apache-2.0 */
/* The shape of an opaque flow, and what it allows to say. */
#include "make_packet.h"

#include <callwitness/classify.h>

#include "../../src/flow/private.h"

enum { LOCAL, REMOTE };

struct line {
	struct shape shape;
	int64_t now;
};

static struct line
line_new(void)
{
	return (struct line){ .now = MAKE_BEGIN };
}

static void
send(struct line *l, unsigned end, uint32_t bytes, int64_t after_ms)
{
	l->now += after_ms * MAKE_MS;
	shape_add(&l->shape, end, l->now, bytes);
}

static const char *
judged(struct line *l, unsigned local)
{
	char why[256];
	enum behaviour b;

	shape_end(&l->shape);
	b = shape_behaviour(&l->shape, local, l->now - MAKE_BEGIN, why, sizeof(why));
	assert_int_equal(
	    b, shape_behaviour(&l->shape, local, l->now - MAKE_BEGIN, NULL, 0));
	return behaviour_name(b) ? behaviour_name(b) : "none";
}

/* 50 packets a second each way, as a call over TLS. */
static struct line
call(unsigned seconds)
{
	struct line l = line_new();

	for (unsigned i = 0; i < seconds * 50; i++) {
		send(&l, LOCAL, 120 + i % 30, 10);
		send(&l, REMOTE, 110 + i % 20, 10);
	}
	return l;
}

/* Every `gap_ms` so many full segments up and one short answer. */
static struct line
batches(unsigned count, int64_t gap_ms, unsigned segments, uint32_t answer)
{
	struct line l = line_new();

	for (unsigned i = 0; i < count; i++) {
		for (unsigned k = 0; k < segments; k++)
			send(&l, LOCAL, 1300, k ? 1 : gap_ms);
		send(&l, REMOTE, answer, 40);
	}
	return l;
}

static void
sums_are_kept_by_end(void **state)
{
	struct line l = line_new();

	(void)state;
	send(&l, LOCAL, 100, 0);
	send(&l, LOCAL, 1200, 1);
	send(&l, REMOTE, 30, 1);
	send(&l, LOCAL, 10, 1);
	shape_end(&l.shape);
	assert_int_equal(l.shape.packets[LOCAL], 3);
	assert_int_equal(l.shape.bytes[LOCAL], 1310);
	assert_int_equal(l.shape.square_sum[LOCAL], 10000 + 1440000 + 100);
	assert_int_equal(l.shape.full[LOCAL], 1);
	assert_int_equal(l.shape.full[REMOTE], 0);
	assert_int_equal(l.shape.bytes[REMOTE], 30);
}

/* A unit is a run of one end, ended by a turn or by silence. */
static void
units_end_at_turns_and_pauses(void **state)
{
	struct line l = line_new();

	(void)state;
	send(&l, LOCAL, 100, 0);
	send(&l, LOCAL, 200, 5);
	send(&l, REMOTE, 50, 5);
	send(&l, LOCAL, 400, 5);
	send(&l, LOCAL, 1, 1500);
	shape_end(&l.shape);
	assert_int_equal(l.shape.units[LOCAL], 3);
	assert_int_equal(l.shape.unit_bytes[LOCAL], 701);
	assert_int_equal(l.shape.units[REMOTE], 1);
	assert_true(l.shape.unit_square_sum[LOCAL] == 300.0 * 300 + 400.0 * 400 + 1);
}

static void
batches_begin_after_a_second_of_silence(void **state)
{
	struct line l = line_new();

	(void)state;
	send(&l, LOCAL, 100, 0);
	send(&l, LOCAL, 100, 999);
	send(&l, LOCAL, 100, 1000);
	send(&l, REMOTE, 100, 1);
	send(&l, LOCAL, 100, 4095);
	shape_end(&l.shape);
	assert_int_equal(l.shape.batches[LOCAL], 3);
	assert_int_equal(l.shape.batches[REMOTE], 1);
	assert_int_equal(l.shape.gap_count, 2);
	assert_true(l.shape.gap_sum > 5.09 && l.shape.gap_sum < 5.1);
}

static void
seconds_are_counted_once(void **state)
{
	struct line l = line_new();

	(void)state;
	send(&l, LOCAL, 100, 0);
	send(&l, LOCAL, 100, 100);
	send(&l, REMOTE, 100, 100);
	send(&l, LOCAL, 300, 1000);
	send(&l, REMOTE, 100, 5000);
	shape_end(&l.shape);
	assert_int_equal(l.shape.seconds[LOCAL], 2);
	assert_int_equal(l.shape.seconds[REMOTE], 2);
	assert_int_equal(l.shape.both_seconds, 1);
	assert_int_equal(l.shape.second_square_sum[LOCAL], 200 * 200 + 300 * 300);
}

static void
a_long_steady_exchange_is_media(void **state)
{
	struct line l = call(30);

	(void)state;
	assert_string_equal(judged(&l, LOCAL), "media");
	assert_string_equal(judged(&l, REMOTE), "media");
}

static void
a_short_exchange_is_not_media(void **state)
{
	struct line l = call(8);

	(void)state;
	assert_string_equal(judged(&l, LOCAL), "none");
}

/* A muted, watching client sends hardly more than acknowledgements: no claim. */
static void
a_download_is_nothing(void **state)
{
	struct line l = line_new();

	(void)state;
	for (unsigned i = 0; i < 30; i++) {
		send(&l, LOCAL, 400, 10);
		for (unsigned k = 0; k < 40; k++)
			send(&l, REMOTE, 1350, 10);
	}
	assert_string_equal(judged(&l, LOCAL), "none");
}

static void
a_large_file_up_is_an_upload(void **state)
{
	struct line l = batches(1, 0, 60, 250);

	(void)state;
	assert_string_equal(judged(&l, LOCAL), "upload");
	/* The same seen from the other end is a download. */
	assert_string_equal(judged(&l, REMOTE), "none");
}

static void
a_form_is_no_upload(void **state)
{
	struct line l = batches(1, 0, 4, 800);

	(void)state;
	assert_string_equal(judged(&l, LOCAL), "none");
}

static void
regular_reports_are_batches(void **state)
{
	struct line l = batches(6, 10000, 3, 180);

	(void)state;
	assert_string_equal(judged(&l, LOCAL), "batch");
}

static void
clockwork_is_periodic(void **state)
{
	struct line l = batches(8, 10000, 3, 180), people = line_new();

	(void)state;
	(void)judged(&l, LOCAL);
	assert_true(shape_is_periodic(&l.shape, LOCAL));
	assert_false(shape_is_periodic(&l.shape, REMOTE)); /* answers are too small */
	for (unsigned i = 0; i < 8; i++)
		send(&people, LOCAL, 1300, i % 3 * 9000 + 2000);
	(void)judged(&people, LOCAL);
	assert_false(shape_is_periodic(&people.shape, LOCAL));
	l = batches(4, 10000, 3, 180);
	(void)judged(&l, LOCAL);
	assert_false(shape_is_periodic(&l.shape, LOCAL));
}

/* Two are no pattern. */
static void
two_reports_are_nothing(void **state)
{
	struct line l = batches(2, 10000, 5, 180);

	(void)state;
	assert_string_equal(judged(&l, LOCAL), "none");
}

/* A chat or a page: answers differ in size. */
static void
varied_answers_are_no_batches(void **state)
{
	struct line l = line_new();

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		for (unsigned k = 0; k < 3; k++)
			send(&l, LOCAL, 1000, k ? 1 : 5000);
		send(&l, REMOTE, i % 4 == 0 ? 1400 : 20, 40);
	}
	assert_string_equal(judged(&l, LOCAL), "none");
}

static void
an_empty_shape_is_nothing(void **state)
{
	struct line l = line_new();
	char why[16];

	(void)state;
	shape_end(&l.shape);
	assert_int_equal(
	    shape_behaviour(&l.shape, 0, 0, why, sizeof(why)), BEHAVIOUR_NONE);
	assert_int_equal(strlen(why), sizeof(why) - 1);
}

/* A clock that steps back must neither count a pause nor break the sums. */
static void
time_may_go_backwards(void **state)
{
	struct line l = call(30);
	uint32_t batches_before = l.shape.batches[LOCAL];

	(void)state;
	send(&l, LOCAL, 100, -20000);
	send(&l, REMOTE, 100, 10);
	assert_int_equal(l.shape.batches[LOCAL], batches_before);
	assert_int_equal(l.shape.bytes[LOCAL] + l.shape.bytes[REMOTE],
	    call(30).shape.bytes[LOCAL] + call(30).shape.bytes[REMOTE] + 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_are_kept_by_end),
		cmocka_unit_test(units_end_at_turns_and_pauses),
		cmocka_unit_test(batches_begin_after_a_second_of_silence),
		cmocka_unit_test(seconds_are_counted_once),
		cmocka_unit_test(a_long_steady_exchange_is_media),
		cmocka_unit_test(a_short_exchange_is_not_media),
		cmocka_unit_test(a_download_is_nothing),
		cmocka_unit_test(a_large_file_up_is_an_upload),
		cmocka_unit_test(a_form_is_no_upload),
		cmocka_unit_test(regular_reports_are_batches),
		cmocka_unit_test(clockwork_is_periodic),
		cmocka_unit_test(two_reports_are_nothing),
		cmocka_unit_test(varied_answers_are_no_batches),
		cmocka_unit_test(an_empty_shape_is_nothing),
		cmocka_unit_test(time_may_go_backwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
