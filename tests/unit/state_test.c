/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's state in a journal: an engine made of it gives the same bytes. */
#include "make_state.h"

static const struct make_end resolver = { "192.168.1.1", 53 };
static const struct make_end events = { "203.0.113.9", 443 };
static const struct make_end peer = { "198.51.100.77", 41000 };

static struct make_end
me(uint16_t port)
{
	return (struct make_end){ "192.168.1.10", port };
}

static void
keeper_play(struct keeper *k, const struct tape *t, size_t from, size_t to)
{
	for (size_t i = from; i < to && i < t->count; i++) {
		struct frame f = { .time_ns = t->frames[i].time_ns,
			.number = i + 1,
			.length = t->frames[i].length,
			.captured = t->frames[i].length,
			.linktype = 1,
			.data = t->frames[i].bytes };

		keeper_frame(k, &f);
	}
}

/* A little of everything. */
static void
tape_mix(struct tape *t)
{
	uint8_t noise[700] = { 0x5a, 0x17 };

	tape_dns(t, 0, me(40000), resolver, "evt.demo.example", NULL, events.ip);
	tape_tls(t, 100, me(50000), events, "evt.demo.example", 3000);
	tape_tcp(t, 150, me(50000), events, TCP_ACK, 9001, noise, 300); /* a hole */
	tape_tcp(t, 160, events, me(50000), TCP_ACK, 5001, NULL, 0);
	for (unsigned i = 0; i < 40; i++)
		tape_udp(t, 200 + i * 170, me(43000),
		    (struct make_end){ "203.0.113.99", 9999 }, noise, 100 + i);
	tape_call(t, 1000, me(42000), peer, 200);
	tape_tcp(t, 5200, me(50000), events, TCP_RST, 12000, NULL, 0);
	tape_tls(t, 5300, me(50001), events, "evt.demo.example", 200);
}

static void
what_is_saved_comes_back(void **state)
{
	struct run *run = *state;
	struct keeper k;

	tape_mix(&run->tape);
	keeper_start(&k, run->signatures);
	for (size_t i = 0; i < run->tape.count; i += 37) {
		keeper_play(&k, &run->tape, i, i + 37);
		keeper_check(&k);
	}
	keeper_end(&k);
}

static void
all_at_any_moment_is_as_good(void **state)
{
	struct run *run = *state;
	struct keeper k;

	tape_mix(&run->tape);
	keeper_start(&k, run->signatures);
	for (size_t i = 0; i < run->tape.count; i += 61) {
		keeper_play(&k, &run->tape, i, i + 61);
		keeper_compact(&k);
		if (i % 2)
			keeper_check(&k);
	}
	keeper_check(&k);
	keeper_compact(&k);
	journal_check(k.engine, &k.journal, &k.options);
	keeper_end(&k);
}

/* Long enough that windows double; some packets come late. */
static void
long_calls_are_told_bit_by_bit(void **state)
{
	static struct flow_limits limits;
	struct run *run = *state;
	struct keeper k = { .options = { .signatures = run->signatures,
				.limits = &limits,
				.saved = true } };
	uint8_t noise[120] = { 0x5a, 0x17 };
	size_t before = 0;

	limits = flow_limits_default;
	limits.pulses = 300;
	for (unsigned i = 0; i < 4000; i++)
		tape_udp(&run->tape, i * 100 - (i % 97 == 5 ? 4000 : 0), me(43000),
		    (struct make_end){ "203.0.113.99", 9999 }, noise, 100);
	k.engine = journal_engine(&k.options);
	for (size_t i = 0; i < run->tape.count; i += 500) {
		keeper_play(&k, &run->tape, i, i + 500);
		if (i == 1500)
			keeper_compact(&k);
		keeper_check(&k);
	}
	before = k.journal.length;
	keeper_check(&k);
	assert_true(k.journal.length - before < 200); /* nothing new: no flow at all */
	assert_true(k.journal.largest < 16384);
	keeper_end(&k);
}

/* Folded, evicted, ended: each byte is somewhere, also right after a batch. */
static void
a_flood_is_kept_whole(void **state)
{
	static struct flow_limits limits;
	struct run *run = *state;
	struct keeper k = { .options = { .signatures = run->signatures,
				.limits = &limits,
				.saved = true } };

	limits = flow_limits_default;
	limits.active = 32;
	limits.kept = 64;
	for (unsigned i = 0; i < 700; i++) {
		char ip[32];

		snprintf(ip, sizeof(ip), "203.0.%u.%u", i / 250, i % 250 + 1);
		tape_tls(&run->tape, i * 10, me((uint16_t)(10000 + i)),
		    (struct make_end){ ip, 443 }, "evt.demo.example", 40);
	}
	k.engine = journal_engine(&k.options);
	for (size_t i = 0; i < run->tape.count; i += 611) {
		struct engine *again = NULL;

		keeper_play(&k, &run->tape, i, i + 611);
		keeper_save(&k, SAVE_OVER);
		again = journal_restore(&k.journal, &k.options);
		assert_true(engine_finish(again, 0)->coverage.conserved);
		engine_free(again);
		keeper_check(&k);
		if (i == 1222)
			keeper_compact(&k);
	}
	keeper_end(&k);
}

static const struct process shell = {
	.pid = 100, .started_ns = 5, .exe = "/usr/bin/sh", .command = "sh"
};
static const struct process client = { .pid = 200,
	.started_ns = 7,
	.exe = "/opt/demo/demo",
	.command = "demo",
	.parent = &shell };

static void
programs_belong_to_flows(void **state)
{
	static const struct process bare = { .pid = 200, .started_ns = 7 };
	struct run *run = *state;
	const struct process *const *all = NULL;
	const struct flow_update *last = NULL;
	struct engine *again = NULL;
	struct flow_key key;
	struct keeper k;

	tape_call(&run->tape, 0, me(42000), peer, 5);
	keeper_start(&k, run->signatures);
	keeper_play(&k, &run->tape, 0, 99);
	keeper_save(&k, SAVE_CHANGED);
	last = engine_last(k.engine);
	assert_non_null(last->flow);
	assert_int_equal(stream_tag(last->stream), stream_tag(last->stream));
	assert_int_not_equal(
	    stream_tag(&last->flow->streams[0]), stream_tag(&last->flow->streams[1]));
	key = last->flow->key;
	assert_int_equal(engine_processes(k.engine, &all), 0);
	assert_ptr_equal(
	    engine_process(k.engine, &bare), engine_process(k.engine, &client));
	assert_int_equal(engine_processes(k.engine, &all), 0);
	assert_true(engine_own(k.engine, &key, &client));
	assert_false(engine_own(k.engine, &key, &shell));
	key.end[0].port++;
	assert_false(engine_own(k.engine, &key, &client));
	assert_int_equal(engine_processes(k.engine, &all), 2);
	assert_int_equal(all[0]->pid, 100);
	assert_string_equal(all[1]->exe, "/opt/demo/demo");
	assert_ptr_equal(all[1]->parent, all[0]);
	keeper_save(&k, SAVE_CHANGED);
	again = journal_restore(&k.journal, &k.options);
	assert_int_equal(engine_processes(again, &all), 2);
	assert_string_equal(all[1]->exe, "/opt/demo/demo");
	assert_ptr_equal(all[1]->parent, all[0]);
	assert_ptr_equal(engine_finish(again, 0)->flows[0].process, all[1]);
	engine_free(again);
	keeper_check(&k);
	keeper_end(&k);
}

/* As our own files tell it: the first one stays. */
static void
frames_tell_their_program(void **state)
{
	struct run *run = *state;
	struct keeper k;
	const struct session *s = NULL;

	tape_call(&run->tape, 0, me(42000), peer, 2);
	tape_next(&run->tape, 100)->length = 20; /* no packet at all */
	memset(run->tape.frames[4].bytes, 0, 20);
	keeper_start(&k, run->signatures);
	for (size_t i = 0; i < run->tape.count; i++) {
		struct frame f = { .time_ns = run->tape.frames[i].time_ns,
			.number = i + 1,
			.length = run->tape.frames[i].length,
			.captured = run->tape.frames[i].length,
			.linktype = 1,
			.data = run->tape.frames[i].bytes,
			.process = i == 0   ? NULL
				   : i == 1 ? &client
					    : &shell };

		engine_packet(k.engine, &f);
		assert_int_equal(engine_last(k.engine)->flow != NULL, i < 4);
	}
	assert_int_equal(engine_traffic(k.engine)->frames, 5);
	assert_int_equal(engine_traffic(k.engine)->flows.created, 1);
	s = engine_finish(k.engine, 0);
	assert_int_equal(s->flows[0].process->pid, 200);
	keeper_end(&k);
}

/* Two processes that are each other's parents, and a line of them without end. */
static void
parents_end(void **state)
{
	struct run *run = *state;
	struct process a = { .pid = 1 }, b = { .pid = 2, .parent = &a };
	struct engine_options options = { .signatures = run->signatures };
	struct engine *g = journal_engine(&options);
	const struct process *p = NULL;
	unsigned depth = 0;

	a.parent = &b;
	for (p = engine_process(g, &a); p != NULL; p = p->parent)
		assert_true(depth++ < 3);
	for (p = engine_process(g, &b); p != NULL; p = p->parent)
		assert_true(depth++ < 6);
	for (uint32_t i = 0; i < 66000; i++) {
		struct process more = { .pid = i + 10 };

		assert_int_equal(engine_process(g, &more) != NULL, i + 2 < 65536);
	}
	engine_free(g);
}

/* A record cut short is none; one with a wrong bit is none, or harmless. */
static void
broken_records_are_refused(void **state)
{
	struct run *run = *state;
	const uint8_t *record = NULL;
	size_t at = 0, length = 0, size = 0, seen = 0;
	uint64_t random = 9;
	struct engine *g = NULL;
	struct keeper k;

	tape_mix(&run->tape);
	keeper_start(&k, run->signatures);
	keeper_play(&k, &run->tape, 0, run->tape.count);
	assert_true(engine_own(k.engine, &engine_last(k.engine)->flow->key, &client));
	keeper_compact(&k);
	g = journal_restore(&k.journal, &k.options);
	while (journal_get(&k.journal, &at, &record, &length)) {
		uint8_t *broken = malloc(length + 1);

		assert_non_null(broken);
		memcpy(broken, record, length);
		broken[length] = 0;
		assert_int_equal(journal_restore_one(g, broken, length + 1), -1);
		for (size_t cut = 0; cut < length; cut++)
			assert_int_equal(journal_restore_one(g, record, cut), -1);
		for (unsigned i = 0; i < 200; i++) {
			size_t where = make_random(&random) % length;
			uint8_t bit = (uint8_t)(1u << make_random(&random) % 8);

			broken[where] ^= bit;
			(void)journal_restore_one(g, broken, length);
			broken[where] ^= bit;
		}
		free(broken);
		seen++;
	}
	assert_true(seen >= 8);
	free(engine_text(g, run->signatures, &size));
	engine_free(g);
	keeper_end(&k);
}

/* A journal on a disk that has room for so many records. */
struct disk {
	struct journal *journal;
	size_t room;
};

static int
disk_put(void *context, const void *record, size_t length)
{
	struct disk *d = context;

	if (d->room == 0)
		return 28;
	d->room--;
	return journal_put(d->journal, record, length);
}

/* What could not be written is written the next time. */
static void
a_full_disk_loses_nothing(void **state)
{
	struct run *run = *state;

	tape_mix(&run->tape);
	for (size_t room = 0; room < 6; room++) {
		struct keeper k;
		struct disk disk = { &k.journal, room };

		keeper_start(&k, run->signatures);
		tape_play(&run->tape, k.engine);
		assert_int_equal(
		    engine_save(k.engine, SAVE_CHANGED, disk_put, &disk), 28);
		assert_int_equal(k.journal.records, room);
		disk.room = room % 2;
		(void)engine_save(k.engine, SAVE_OVER, disk_put, &disk);
		keeper_check(&k);
		keeper_end(&k);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, run_setup, run_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_saved_comes_back),
		TEST(all_at_any_moment_is_as_good),
		TEST(long_calls_are_told_bit_by_bit),
		TEST(a_flood_is_kept_whole),
		TEST(programs_belong_to_flows),
		TEST(frames_tell_their_program),
		TEST(parents_end),
		TEST(broken_records_are_refused),
		TEST(a_full_disk_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
