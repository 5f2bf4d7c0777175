/* SPDX-License-Identifier: Apache-2.0 */
/*
 * States as declared: what a file may hold, and what is said of one that is wrong.
 * `marks_test --update` writes tests/bad/marks/X.expected anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bad_files.h"

#include <callwitness/session.h>

#define BAD SOURCE_DIR "/tests/bad/marks"

#define SAMPLE SOURCE_DIR "/captures/lab_call.marks.yaml"

/* 2026-11-21T20:32:36Z */
#define WHEN INT64_C(1795293156)
#define NS INT64_C(1000000000)

static struct marks *
parse(const char *text)
{
	struct error e = { 0 };
	struct marks *m = marks_parse("t.yaml", text, strlen(text), &e);

	error_write(&e, stderr);
	assert_true((m == NULL) == (e.count > 0));
	error_clear(&e);
	return m;
}

/* The time of a single mark. */
static int64_t
time_of(const char *at)
{
	char text[128];
	struct marks *m;
	int64_t time_ns;

	snprintf(text, sizeof(text), "- {at: %s, note: n}\n", at);
	m = parse(text);
	assert_non_null(m);
	assert_int_equal(marks_count(m), 1);
	time_ns = marks_at(m, 0)->time_ns;
	marks_free(m);
	return time_ns;
}

static void
states_have_names(void **state)
{
	(void)state;
	for (int s = 0; s < STATES; s++) {
		assert_string_equal(state_name((enum state)s), state_names[s]);
		assert_int_equal(state_named(state_names[s]), s);
	}
	assert_string_equal(state_name(STATE_OPTIONAL_DATA_OFF), "optional_data_off");
	assert_null(state_name(STATES));
	assert_int_equal(state_named("silenced"), STATES);
	assert_int_equal(state_named(""), STATES);
}

static void
the_shipped_marks_are_read(void **state)
{
	struct error e = { 0 };
	struct marks *m = marks_load(SAMPLE, &e);
	const struct mark *mark;
	char text[TIME_TEXT_SIZE];
	size_t length = 0;

	(void)state;
	assert_non_null(m);
	assert_int_equal(e.count, 0);
	assert_int_equal(marks_count(m), 11);
	mark = marks_at(m, 0);
	assert_int_equal(mark->state, STATE_CONSENTED);
	assert_true(mark->on);
	assert_string_equal(mark->note, "consent dialog accepted");
	assert_string_equal(
	    time_text(mark->time_ns, text), "2026-11-21T20:32:36.810000Z");
	mark = marks_at(m, 10);
	assert_int_equal(mark->state, STATE_IN_CALL);
	assert_false(mark->on);
	assert_memory_equal(marks_bytes(m, &length), "- {at: 2026-", 12);
	assert_true(length > 900);
	marks_free(m);
}

static void
times_are_utc_to_the_nanosecond(void **state)
{
	(void)state;
	assert_int_equal(time_of("2026-11-21T20:32:36Z"), WHEN * NS);
	assert_int_equal(time_of("2026-11-21T20:32:36.8Z"), WHEN * NS + 800000000);
	assert_int_equal(time_of("2026-11-21T20:32:36.810Z"), WHEN * NS + 810000000);
	assert_int_equal(time_of("2026-11-21T20:32:36.000000001Z"), WHEN * NS + 1);
	assert_int_equal(
	    time_of("\"2026-11-21T20:32:36.999999999Z\""), WHEN * NS + NS - 1);
	assert_int_equal(time_of("1970-01-01T00:00:00Z"), 0);
	assert_int_equal(time_of("2024-02-29T23:59:59Z"), 1709251199 * NS);
	assert_int_equal(time_of("2000-02-29T00:00:00Z"), 951782400 * NS);
	assert_int_equal(
	    time_of("2261-12-31T23:59:59.999999999Z"), INT64_C(9214646399) * NS + NS - 1);
}

/* A file may be in any order; equal times stay in theirs. */
static void
marks_come_by_time(void **state)
{
	struct marks *m =
	    parse("- {at: 2026-11-21T20:32:38Z, note: third}\n"
		  "- {at: 2026-11-21T20:32:36Z, note: first}\n"
		  "- {at: 2026-11-21T20:32:37Z, note: second}\n"
		  "- {at: 2026-11-21T20:32:36Z, note: first too}\n"
		  "- {at: 2026-11-21T20:32:36Z, state: recording, on: false}\n");
	static const char *const notes[] = { "first", "first too", NULL, "second",
		"third" };

	(void)state;
	assert_non_null(m);
	assert_int_equal(marks_count(m), 5);
	for (size_t i = 0; i < COUNT_OF(notes); i++) {
		const struct mark *mark = marks_at(m, i);

		if (notes[i] != NULL)
			assert_string_equal(mark->note, notes[i]);
		else
			assert_null(mark->note);
		assert_int_equal(mark->state, i == 2 ? STATE_RECORDING : STATES);
		assert_false(mark->on);
	}
	marks_free(m);
}

static void
no_marks_are_marks_too(void **state)
{
	struct marks *m = parse("[]\n");
	size_t length = 99;

	(void)state;
	assert_non_null(m);
	assert_int_equal(marks_count(m), 0);
	assert_non_null(marks_bytes(m, &length));
	assert_int_equal(length, 3);
	marks_free(m);
	marks_free(NULL);
}

/* While a call is recorded marks are added one by one; their notes may go. */
static void
marks_are_added(void **state)
{
	struct marks *m = marks_new();
	char note[16] = "share pressed";
	struct mark on = { .time_ns = 2 * NS, .state = STATE_SHARING, .on = true };
	struct mark before = { .time_ns = NS, .state = STATES, .note = note };
	size_t length = 99;

	(void)state;
	assert_non_null(m);
	for (int i = 0; i < 40; i++) {
		on.time_ns = (2 + i) * NS;
		assert_int_equal(marks_add(m, &on), 0);
	}
	assert_int_equal(marks_add(m, &before), 0);
	memset(note, 'x', sizeof(note) - 1);
	assert_int_equal(marks_count(m), 41);
	assert_string_equal(marks_at(m, 0)->note, "share pressed");
	for (size_t i = 1; i <= 40; i++)
		assert_int_equal(marks_at(m, i)->time_ns, (1 + (int64_t)i) * NS);
	assert_null(marks_bytes(m, &length));
	assert_int_equal(length, 0);
	marks_free(m);
}

/* A mark added to a file's keeps its place too. */
static void
a_file_takes_more_marks(void **state)
{
	struct marks *m =
	    parse("- {at: 2026-11-21T20:32:36Z, state: muted, on: true}\n"
		  "- {at: 2026-11-21T20:32:38Z, state: muted, on: false}\n");
	struct mark more = {
		.time_ns = (WHEN + 1) * NS, .state = STATES, .note = "here"
	};

	(void)state;
	assert_non_null(m);
	assert_int_equal(marks_add(m, &more), 0);
	assert_string_equal(marks_at(m, 1)->note, "here");
	marks_free(m);
}

static void
too_many_marks_are_refused(void **state)
{
	struct error e = { 0 };
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	(void)state;
	for (int i = 0; i < 10001; i++)
		fputs("- {at: 2026-11-21T20:32:36Z, note: n}\n", out);
	fclose(out);
	assert_null(marks_parse("t.yaml", text, length, &e));
	assert_int_equal(e.count, 1);
	assert_int_equal(e.lines[0].line, 10001);
	assert_string_equal(e.lines[0].text, "more than 10000 marks: expected fewer");
	error_clear(&e);
	free(text);
}

static void
a_missing_file_is_named(void **state)
{
	struct error e = { 0 };

	(void)state;
	assert_null(marks_load("/nowhere/marks.yaml", &e));
	assert_int_equal(e.count, 1);
	assert_string_equal(e.lines[0].file, "/nowhere/marks.yaml");
	assert_non_null(strstr(e.lines[0].text, "cannot be read"));
	error_clear(&e);
}

/* Cut anywhere, it is read or refused, with a line for each refusal. */
static void
every_cut_is_read_or_refused(void **state)
{
	struct error e = { 0 };
	struct marks *whole = marks_load(SAMPLE, &e);
	size_t length = 0, read = 0;
	const char *bytes = marks_bytes(whole, &length);

	(void)state;
	for (size_t i = 0; i < length; i++) {
		struct marks *m = marks_parse("cut.yaml", bytes, i, &e);

		assert_true((m == NULL) == (e.count > 0));
		if (m != NULL)
			assert_true(marks_count(m) <= 11);
		read += m != NULL;
		marks_free(m);
		error_clear(&e);
	}
	assert_true(read >= 10); /* at the ends of lines */
	marks_free(whole);
}

/* Written and read again; the text too, where it is wanted. */
static struct marks *
written(const struct marks *m, char **text)
{
	struct marks *again;
	struct error e = { 0 };
	char *bytes = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&bytes, &length);

	assert_int_equal(marks_write(m, out), 0);
	assert_int_equal(fclose(out), 0);
	again = marks_parse("written.yaml", bytes, length, &e);
	error_write(&e, stderr);
	assert_non_null(again);
	if (text != NULL)
		*text = bytes;
	else
		free(bytes);
	return again;
}

static void
assert_same(const struct marks *a, const struct marks *b)
{
	assert_int_equal(marks_count(a), marks_count(b));
	for (size_t i = 0; i < marks_count(a); i++) {
		const struct mark *x = marks_at(a, i), *y = marks_at(b, i);

		assert_int_equal(x->time_ns, y->time_ns);
		assert_int_equal(x->state, y->state);
		assert_int_equal(x->on, y->on);
		assert_true(same_text(x->note, y->note));
	}
}

static void
what_is_written_reads_back(void **state)
{
	static const char first[] =
	    "- {at: 2026-11-21T20:32:36.810000Z, state: consented, on: true, "
	    "note: \"consent dialog accepted\"}\n";
	struct error e = { 0 };
	struct marks *m = marks_load(SAMPLE, &e), *again = NULL, *none = marks_new();
	char *text = NULL;

	(void)state;
	assert_non_null(m);
	again = written(m, &text);
	assert_same(m, again);
	assert_memory_equal(text, first, sizeof(first) - 1);
	free(text);
	marks_free(again);
	again = written(none, &text);
	assert_string_equal(text, "[]\n");
	assert_int_equal(marks_count(again), 0);
	free(text);
	marks_free(again);
	marks_free(none);
	marks_free(m);
}

/* A note of one mark, as it is read again. */
static void
assert_note(const char *note, const char *expected)
{
	struct marks *m = marks_new(), *again = NULL;
	struct mark mark = { .time_ns = NS, .state = STATE_MUTED, .note = note };
	char *text = NULL;

	assert_int_equal(marks_add(m, &mark), 0);
	again = written(m, &text);
	assert_int_equal(marks_count(again), 1);
	assert_true(same_text(marks_at(again, 0)->note, expected));
	/* One line, whatever is in it. */
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	free(text);
	marks_free(again);
	marks_free(m);
}

static void
notes_hold_any_text(void **state)
{
	static const char *const notes[] = { "plain", "it's \"quoted\" \\ back\\\\slash",
		"two\nlines\r\n", "\ttab", "\x01\x1b[31m\x7f", "a: {b}, [c] # d", " led",
		"gr\u00fc\u00dfe \u4f60\u597d \U0001f3a4",
		"\u00a0\u00ad\u200b\u202e\u2028\u2029", "\xc2\x85 next line",
		"\ufeff\ufffd", "\U000e0001\U0010fffd", "\uffff", "%n%s", "- x", "null",
		"true", "''", "\"", "\\" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(notes); i++)
		assert_note(notes[i], notes[i]);
	for (unsigned byte = 1; byte < 0x80; byte++) {
		char note[3] = { (char)byte, 'x', '\0' };

		assert_note(note, note);
	}
	assert_note("\xff", "\ufffd");
	assert_note("a\xc3", "a\ufffd");
	assert_note("\xed\xa0\x80z", "\ufffd\ufffd\ufffdz");
	assert_note("", NULL);
	assert_note(" \n", NULL);
}

/* Finer than the file tells goes down; what says nothing is left out. */
static void
times_are_written_in_microseconds(void **state)
{
	struct marks *m = marks_new(), *again = NULL;
	struct mark fine = {
		.time_ns = WHEN * NS + 1999, .state = STATE_SHARING, .on = true
	};
	struct mark empty = { .time_ns = WHEN * NS, .state = STATES };

	(void)state;
	assert_int_equal(marks_add(m, &fine), 0);
	assert_int_equal(marks_add(m, &empty), 0);
	again = written(m, NULL);
	assert_int_equal(marks_count(again), 1);
	assert_int_equal(marks_at(again, 0)->time_ns, WHEN * NS + 1000);
	marks_free(again);
	marks_free(m);
}

static void
a_full_disk_is_told(void **state)
{
	struct marks *m = parse("- {at: 2026-11-21T20:32:36Z, note: n}\n");
	FILE *out = fopen("/dev/full", "w");

	(void)state;
	if (out == NULL)
		skip();
	assert_int_equal(marks_write(m, out), -1);
	fclose(out);
	marks_free(m);
}

static void
read_bad(const char *name, const void *data, size_t length, struct error *e)
{
	marks_free(marks_parse(name, data, length, e));
}

static void
bad_files_say_why(void **state)
{
	size_t count;

	(void)state;
	assert_int_equal(bad_files(BAD, read_bad, false, &count), 0);
	assert_true(count >= 18);
}

int
main(int argc, char **argv)
{
	size_t count;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_have_names),
		cmocka_unit_test(the_shipped_marks_are_read),
		cmocka_unit_test(times_are_utc_to_the_nanosecond),
		cmocka_unit_test(marks_come_by_time),
		cmocka_unit_test(no_marks_are_marks_too),
		cmocka_unit_test(marks_are_added),
		cmocka_unit_test(a_file_takes_more_marks),
		cmocka_unit_test(too_many_marks_are_refused),
		cmocka_unit_test(a_missing_file_is_named),
		cmocka_unit_test(every_cut_is_read_or_refused),
		cmocka_unit_test(what_is_written_reads_back),
		cmocka_unit_test(notes_hold_any_text),
		cmocka_unit_test(times_are_written_in_microseconds),
		cmocka_unit_test(a_full_disk_is_told),
		cmocka_unit_test(bad_files_say_why),
	};

	if (argc == 2 && strcmp(argv[1], "--update") == 0)
		return bad_files(BAD, read_bad, true, &count) > 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
