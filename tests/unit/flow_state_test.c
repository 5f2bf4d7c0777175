/* SPDX-License-Identifier: Apache-2.0 */
/* Records of flows: numbers, pulses bit by bit, what a table notes as changed. */
#include "make_packet.h"

#include "../../src/flow/private.h"

static const uint64_t numbers[] = { 0, 1, 127, 128, 300, UINT16_MAX, UINT32_MAX,
	INT64_MAX, UINT64_MAX };

static void
numbers_come_back(void **state)
{
	struct codec w = { 0 }, r;
	uint64_t value = 0;

	(void)state;
	codec_start(&w, RECORD_STATS);
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		value = numbers[i];
		codec_number(&w, &value, CODEC_ANY);
	}
	assert_int_equal(codec_open(&r, w.out, w.length), RECORD_STATS);
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		codec_number(&r, &value, CODEC_ANY);
		assert_true(value == numbers[i]);
	}
	assert_true(codec_is_whole(&r));
	codec_number(&r, &value, CODEC_ANY);
	assert_false(codec_is_whole(&r));
	codec_clear(&w);
}

static void
wrong_numbers_are_refused(void **state)
{
	static const struct {
		uint8_t bytes[12];
		size_t length;
		bool fits;
	} cases[] = {
		{ { 5 }, 1, true },
		{ { 6 }, 1, false },
		{ { 0x85, 0 }, 2, false },    /* a leading zero */
		{ { 0x80, 0x80 }, 2, false }, /* no end */
		{ { 255, 255, 255, 255, 255, 255, 255, 255, 255, 3 }, 10, false },
		{ { 0 }, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct codec r = { .reading = true,
			.in = bytes_over(cases[i].bytes, cases[i].length) };
		uint64_t value = 0;

		codec_number(&r, &value, 5);
		assert_int_equal(codec_is_whole(&r), cases[i].fits);
	}
}

static void
another_layout_is_refused(void **state)
{
	struct codec w = { 0 }, r;

	(void)state;
	codec_start(&w, RECORD_STATS);
	assert_int_equal(w.length, 2);
	w.out[1]++;
	assert_int_equal(codec_open(&r, w.out, w.length), 0);
	w.out[1] = 0;
	assert_int_equal(codec_open(&r, w.out, w.length), 0);
	w.out[1] = 1;
	w.out[0] = RECORD_TYPES;
	assert_int_equal(codec_open(&r, w.out, w.length), 0);
	assert_int_equal(codec_open(&r, w.out, 0), 0);
	codec_clear(&w);
}

/* A log, and what a journal makes of it. */
struct mirror {
	struct pulse_log log, copy;
	struct pulse_pool pool, copy_pool;
	uint64_t number;
	size_t largest;
};

static void
mirror_add(struct mirror *m, int64_t time_ns)
{
	struct packet p = { .time_ns = time_ns, .number = ++m->number };

	pulses_add(&m->log, &m->pool, &p, 100, SOUND_UNTOLD);
}

static void
mirror_save(struct mirror *m, bool whole)
{
	struct pulse_log read = { .shift = PULSE_SHIFT };
	struct codec w = { 0 }, r;

	codec_start(&w, RECORD_FLOW);
	pulses_record(&m->log, whole ? 0 : m->log.saved, NULL, &m->pool, &w);
	if (!whole)
		m->log.saved = m->log.count;
	m->largest = w.length;
	assert_int_equal(codec_open(&r, w.out, w.length), RECORD_FLOW);
	pulses_record(&read, 0, &m->copy, &m->copy_pool, &r);
	assert_true(codec_is_whole(&r));
	pulses_free(&m->copy, &m->copy_pool);
	m->copy = read;
	codec_clear(&w);
}

static void
mirror_check(const struct mirror *m)
{
	assert_int_equal(m->log.shift, m->copy.shift);
	assert_int_equal(pulses_count(&m->log), pulses_count(&m->copy));
	for (size_t i = 0; i < pulses_count(&m->log); i++)
		assert_memory_equal(
		    pulses_at(&m->log, i), pulses_at(&m->copy, i), sizeof(struct pulse));
}

static void
mirror_end(struct mirror *m)
{
	pulses_free(&m->log, &m->pool);
	pulses_free(&m->copy, &m->copy_pool);
}

/* In order, late, long after: at each save the same pulses, few bytes if all is in order.
 */
static void
pulses_are_told_once(void **state)
{
	struct mirror m = {
		.log.shift = PULSE_SHIFT, .copy.shift = PULSE_SHIFT, .pool.limit = 2000
	};
	uint64_t random = 7;

	(void)state;
	for (unsigned i = 0; i < 6000; i++) {
		int64_t time_ns = MAKE_BEGIN + i * 300 * MAKE_MS;

		if (make_random(&random) % 500 == 0)
			time_ns -= (int64_t)(make_random(&random) % 60) * MAKE_SECOND;
		mirror_add(&m, time_ns);
		if (i % 7 != 0)
			continue;
		mirror_save(&m, i % 210 == 0);
		mirror_check(&m);
	}
	assert_true(m.log.shift > PULSE_SHIFT);
	mirror_save(&m, false);
	mirror_add(&m, MAKE_BEGIN + 6001 * 300 * MAKE_MS);
	mirror_save(&m, false);
	assert_true(m.largest < 100);
	mirror_check(&m);
	mirror_end(&m);
}

/* Pulses that stand behind others that nobody has. */
static void
pulses_without_their_begin_are_refused(void **state)
{
	struct mirror m = {
		.log.shift = PULSE_SHIFT, .copy.shift = PULSE_SHIFT, .pool.limit = 2000
	};
	struct pulse_log read = { .shift = PULSE_SHIFT };
	struct codec w = { 0 }, r;

	(void)state;
	for (unsigned i = 0; i < 9; i++)
		mirror_add(&m, MAKE_BEGIN + i * MAKE_SECOND);
	codec_start(&w, RECORD_FLOW);
	pulses_record(&m.log, 5, NULL, &m.pool, &w);
	(void)codec_open(&r, w.out, w.length);
	pulses_record(&read, 0, NULL, &m.copy_pool, &r);
	assert_false(codec_is_whole(&r));
	pulses_free(&read, &m.copy_pool);
	(void)codec_open(&r, w.out, w.length);
	pulses_record(&read, 0, &m.copy, &m.copy_pool, &r);
	assert_false(codec_is_whole(&r));
	pulses_free(&read, &m.copy_pool);
	codec_clear(&w);
	mirror_end(&m);
}

static size_t
picked(struct flow_table *t, enum flow_pick pick)
{
	struct flow *f = NULL;
	size_t at = 0, count = 0;

	while ((f = flow_table_pick(t, pick, &at)) != NULL) {
		if (pick != FLOWS_ALL)
			flow_table_saved(t, f);
		count++;
	}
	if (pick != FLOWS_ALL)
		flow_table_picked(t, pick);
	return count;
}

static void
send(struct flow_table *t, int64_t at_ms, uint16_t port, uint8_t flags)
{
	struct packet p = { .time_ns = MAKE_BEGIN + at_ms * MAKE_MS,
		.src = make_addr("192.168.1.10"),
		.dst = make_addr("203.0.113.9"),
		.sport = port,
		.dport = 443,
		.proto = 6,
		.tcp_flags = flags };
	struct flow_update u;

	flow_table_packet(t, &p, &u);
	assert_non_null(u.flow);
}

static void
a_table_notes_what_changes(void **state)
{
	struct flow_limits limits = flow_limits_default;
	struct flow_table *t = NULL;

	(void)state;
	limits.kept = 3;
	t = flow_table_new(&limits, NULL, NULL, NULL);
	flow_table_track(t);
	send(t, 0, 1, TCP_SYN);
	send(t, 1, 1, TCP_ACK);
	send(t, 2, 2, TCP_SYN);
	assert_false(flow_table_has_over(t));
	assert_int_equal(picked(t, FLOWS_ALL), 2);
	assert_int_equal(picked(t, FLOWS_CHANGED), 2);
	assert_int_equal(picked(t, FLOWS_CHANGED), 0);
	send(t, 3, 1, TCP_ACK);
	assert_int_equal(picked(t, FLOWS_CHANGED), 1);
	send(t, 4, 1, TCP_RST);
	send(t, 5, 2, TCP_ACK);
	assert_true(flow_table_has_over(t));
	assert_int_equal(picked(t, FLOWS_OVER), 1);
	assert_int_equal(picked(t, FLOWS_OVER), 0);
	assert_int_equal(picked(t, FLOWS_CHANGED), 1);
	send(t, 6, 3, TCP_SYN);
	send(t, 7, 1, TCP_SYN); /* another connection: folds the finished one */
	assert_int_equal(picked(t, FLOWS_OVER), 1);
	assert_int_equal(picked(t, FLOWS_CHANGED), 1);
	assert_int_equal(picked(t, FLOWS_ALL), 3);
	flow_table_free(t);
}

static void
a_key_finds_its_flow(void **state)
{
	struct flow_table *t = flow_table_new(NULL, NULL, NULL, NULL);
	struct flow_key key, other;
	const struct flow *f = NULL;

	(void)state;
	send(t, 0, 5000, TCP_SYN);
	f = flow_table_at(t, 0);
	memset(&key, 0xff, sizeof(key)); /* what lies between the members is no key */
	for (unsigned end = 0; end < 2; end++) {
		key.end[end].addr = f->key.end[end].addr;
		key.end[end].port = f->key.end[end].port;
	}
	key.proto = 6;
	assert_ptr_equal(flow_table_find(t, &key), f);
	other = key;
	other.end[0] = key.end[1];
	other.end[1] = key.end[0];
	assert_ptr_equal(flow_table_find(t, &other), f);
	key.proto = 17;
	assert_null(flow_table_find(t, &key));
	assert_false(flow_is_over(f));
	send(t, 1, 5000, TCP_RST);
	assert_true(flow_is_over(f));
	flow_table_finish(t);
	assert_null(flow_table_find(t, &other));
	flow_table_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_come_back),
		cmocka_unit_test(wrong_numbers_are_refused),
		cmocka_unit_test(another_layout_is_refused),
		cmocka_unit_test(pulses_are_told_once),
		cmocka_unit_test(pulses_without_their_begin_are_refused),
		cmocka_unit_test(a_table_notes_what_changes),
		cmocka_unit_test(a_key_finds_its_flow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
