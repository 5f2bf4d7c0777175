/* SPDX-License-Identifier: Apache-2.0 */
/* Who is behind an address, by the DNS answers seen before, or after. */
#include "make_packet.h"

#include <callwitness/classify.h>

static struct dns message;

static int
setup(void **state)
{
	*state = names_new(100);
	return *state == NULL;
}

static int
teardown(void **state)
{
	names_free(*state);
	return 0;
}

static void
asked(const char *question)
{
	memset(&message, 0, sizeof(message));
	message.response = true;
	snprintf(message.question, sizeof(message.question), "%s", question);
}

static void
alias(const char *owner, const char *target)
{
	struct dns_answer *a = &message.answers[message.count++];

	a->type = 5;
	snprintf(a->owner, sizeof(a->owner), "%s", owner);
	snprintf(a->target, sizeof(a->target), "%s", target);
}

static void
address(const char *owner, const char *ip)
{
	struct dns_answer *a = &message.answers[message.count++];

	a->addr = make_addr(ip);
	a->type = a->addr.family == 6 ? 28 : 1;
	snprintf(a->owner, sizeof(a->owner), "%s", owner);
}

static void
learn(void **state, int64_t at)
{
	names_learn(*state, &message, at);
}

static void
learn_one(void **state, const char *host, const char *ip, int64_t at)
{
	asked(host);
	address(host, ip);
	learn(state, at);
}

/* The names as "a b c". */
static const char *
names_of(void **state, const char *ip, int64_t at, bool late)
{
	static char text[1024];
	const char *out[NAMES_EACH];
	struct addr a = make_addr(ip);
	size_t count = names_lookup(*state, &a, at, late, out);

	text[0] = '\0';
	for (size_t i = 0; i < count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
		    i ? " " : "", out[i]);
	return text;
}

static void
the_queried_name_wins_over_its_aliases(void **state)
{
	asked("www.app.example");
	alias("www.app.example", "app.cdn.example");
	alias("app.cdn.example", "edge7.cdn.example");
	address("edge7.cdn.example", "192.0.2.1");
	address("edge7.cdn.example", "2001:db8::1");
	learn(state, 10);
	assert_string_equal(names_of(state, "192.0.2.1", 20, false), "www.app.example");
	assert_string_equal(names_of(state, "2001:db8::1", 20, false), "www.app.example");
}

/* Servers may rotate a whole answer. */
static void
a_chain_may_come_in_any_order(void **state)
{
	asked("www.app.example");
	address("edge7.cdn.example", "192.0.2.1");
	alias("app.cdn.example", "edge7.cdn.example");
	alias("www.app.example", "app.cdn.example");
	learn(state, 10);
	assert_string_equal(names_of(state, "192.0.2.1", 20, false), "www.app.example");
}

static void
a_chain_that_turns_in_circles_ends(void **state)
{
	asked("a.example");
	alias("a.example", "b.example");
	alias("b.example", "a.example");
	alias("b.example", "b.example");
	address("b.example", "192.0.2.1");
	learn(state, 10);
	assert_string_equal(names_of(state, "192.0.2.1", 20, false), "a.example");
}

/* More links than are followed: what lies behind them stays without a name. */
static void
a_chain_is_followed_only_so_far(void **state)
{
	char from[32], to[32];

	asked("n0.example");
	for (unsigned i = 0; i < 40; i++) {
		snprintf(from, sizeof(from), "n%u.example", i);
		snprintf(to, sizeof(to), "n%u.example", i + 1);
		alias(from, to);
	}
	address("n3.example", "192.0.2.1");
	address("n40.example", "192.0.2.2");
	learn(state, 10);
	assert_string_equal(names_of(state, "192.0.2.1", 20, false), "n0.example");
	assert_string_equal(names_of(state, "192.0.2.2", 20, false), "");
}

/* An answer to a question that was not asked names nothing. */
static void
unrelated_answers_are_ignored(void **state)
{
	asked("www.app.example");
	address("bank.example", "192.0.2.66");
	address("www.app.example", "192.0.2.1");
	learn(state, 10);
	assert_string_equal(names_of(state, "192.0.2.66", 20, true), "");
	assert_string_equal(names_of(state, "192.0.2.1", 20, false), "www.app.example");
}

static void
questions_and_failures_teach_nothing(void **state)
{
	asked("a.example");
	address("a.example", "192.0.2.1");
	message.response = false;
	learn(state, 10);
	message.response = true;
	message.rcode = 3;
	learn(state, 10);
	message.rcode = 0;
	message.question[0] = '\0';
	learn(state, 10);
	assert_string_equal(names_of(state, "192.0.2.1", 20, true), "");
}

static void
the_newest_name_before_the_flow_is_first(void **state)
{
	learn_one(state, "old.example", "192.0.2.1", 10);
	learn_one(state, "new.example", "192.0.2.1", 20);
	learn_one(state, "late.example", "192.0.2.1", 40);
	assert_string_equal(
	    names_of(state, "192.0.2.1", 30, false), "new.example old.example");
	assert_string_equal(
	    names_of(state, "192.0.2.1", 30, true), "new.example old.example");
	assert_string_equal(names_of(state, "192.0.2.1", 15, false), "old.example");
	assert_string_equal(names_of(state, "192.0.2.1", 40, false),
	    "late.example new.example old.example");
}

/* Begun before the capture saw the answer: better late than no name, if that is wanted.
 */
static void
late_names_are_given_where_there_is_none(void **state)
{
	learn_one(state, "first.example", "192.0.2.1", 50);
	learn_one(state, "second.example", "192.0.2.1", 60);
	assert_string_equal(names_of(state, "192.0.2.1", 30, false), "");
	assert_string_equal(names_of(state, "192.0.2.1", 30, true), "first.example");
}

/* Asked again, a name keeps the time at which it was first known. */
static void
the_first_time_stands(void **state)
{
	learn_one(state, "a.example", "192.0.2.1", 50);
	learn_one(state, "a.example", "192.0.2.1", 90);
	learn_one(state, "a.example", "192.0.2.1", 10);
	assert_string_equal(names_of(state, "192.0.2.1", 10, false), "a.example");
	assert_string_equal(names_of(state, "192.0.2.1", 9, false), "");
}

static void
a_fifth_name_takes_the_place_of_the_oldest(void **state)
{
	char host[] = "n0.example";

	for (unsigned i = 0; i <= NAMES_EACH; i++, host[1]++)
		learn_one(state, host, "192.0.2.1", 10 + i);
	assert_string_equal(names_of(state, "192.0.2.1", 99, false),
	    "n4.example n3.example n2.example n1.example");
	assert_int_equal(names_forgotten(*state), 1);
}

static void
the_longest_unused_address_is_forgotten(void **state)
{
	char ip[32];

	for (unsigned i = 0; i < 100; i++) {
		snprintf(ip, sizeof(ip), "192.0.2.%u", i);
		learn_one(state, "a.example", ip, i);
	}
	assert_int_equal(names_forgotten(*state), 0);
	learn_one(state, "a.example", "192.0.2.0", 200); /* used again */
	learn_one(state, "a.example", "198.51.100.1", 201);
	assert_int_equal(names_forgotten(*state), 1);
	assert_string_equal(names_of(state, "192.0.2.0", 300, false), "a.example");
	assert_string_equal(names_of(state, "192.0.2.1", 300, true), "");
	assert_string_equal(names_of(state, "198.51.100.1", 300, false), "a.example");
}

/* A client that asks the same thing all day does not use the room up. */
static void
repeated_answers_cost_nothing(void **state)
{
	for (unsigned i = 0; i < 100 * NAMES_EACH * 2; i++)
		learn_one(state, "a.example", "192.0.2.1", i);
	learn_one(state, "b.example", "192.0.2.2", 9999);
	assert_string_equal(names_of(state, "192.0.2.2", 9999, false), "b.example");
	assert_int_equal(names_forgotten(*state), 0);
}

/* A sender of ever new names meets a bound, and the loss is told. */
static void
ever_new_names_meet_a_bound(void **state)
{
	char host[32];

	for (unsigned i = 0; i < 5000; i++) {
		snprintf(host, sizeof(host), "n%u.example", i);
		learn_one(state, host, "192.0.2.1", i);
	}
	assert_true(names_forgotten(*state) >= 5000 - 100 * NAMES_EACH);
}

static void
the_domain_is_what_can_be_registered(void **state)
{
	(void)state;
	assert_string_equal(names_domain("us04web.zoom.us"), "zoom.us");
	assert_string_equal(names_domain("a.b.example.co.uk"), "example.co.uk");
	assert_string_equal(names_domain("localhost"), "localhost");
	assert_string_equal(names_domain("com"), "com");
	/* An address is no name: its last two numbers are no domain. */
	assert_string_equal(names_domain("192.0.2.1"), "192.0.2.1");
	assert_string_equal(names_domain("2001:db8::1"), "2001:db8::1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* Shared addresses: the name asked for last is the one that the next flow meant. */
static void
a_name_asked_again_comes_first(void **state)
{
	learn_one(state, "a.example", "192.0.2.1", 10);
	learn_one(state, "b.example", "192.0.2.1", 20);
	learn_one(state, "a.example", "192.0.2.1", 30);
	assert_string_equal(
	    names_of(state, "192.0.2.1", 40, false), "a.example b.example");
	assert_string_equal(
	    names_of(state, "192.0.2.1", 25, false), "b.example a.example");
}

/* Names that another set is to learn by records. */
struct copy {
	struct names *names;
	size_t records;
};

static int
copy_record(const struct codec *written, void *context)
{
	struct copy *copy = context;
	struct codec r;

	assert_true(codec_is_whole(written));
	for (size_t cut = 0; cut < written->length; cut++) {
		bool none = codec_open(&r, written->out, cut) != RECORD_NAME;

		assert_true(none || !names_restore(copy->names, &r));
	}
	assert_int_equal(codec_open(&r, written->out, written->length), RECORD_NAME);
	assert_true(names_restore(copy->names, &r));
	copy->records++;
	return 0;
}

static size_t
copy_more(void **state, bool all, struct copy *copy)
{
	struct codec r = { 0 };

	copy->records = 0;
	assert_int_equal(names_save(*state, all, &r, copy_record, copy), 0);
	codec_clear(&r);
	return copy->records;
}

/* Also which addresses are forgotten, in which order. */
static void
records_teach_what_answers_taught(void **state)
{
	struct copy copy = { .names = names_new(100) };
	uint64_t random = 3;

	for (unsigned round = 0; round < 60; round++) {
		for (unsigned i = 0; i < 12; i++) {
			char host[32], ip[32];

			snprintf(host, sizeof(host), "h%u.example",
			    (unsigned)(make_random(&random) % 7));
			snprintf(ip, sizeof(ip), "192.0.2.%u",
			    (unsigned)(make_random(&random) % 200 + 1));
			learn_one(state, host, ip, round * 10 + i);
		}
		assert_true(copy_more(state, false, &copy) <= 12);
		assert_int_equal(copy_more(state, false, &copy), 0);
	}
	for (unsigned i = 1; i <= 200; i++) {
		char ip[32], text[256];
		void *other = copy.names;

		snprintf(ip, sizeof(ip), "192.0.2.%u", i);
		snprintf(text, sizeof(text), "%s", names_of(state, ip, 500, true));
		assert_string_equal(names_of(&other, ip, 500, true), text);
	}
	names_free(copy.names);
	copy.names = names_new(100);
	assert_int_equal(copy_more(state, true, &copy), 100);
	assert_int_equal(copy_more(state, true, &copy), 100);
	names_free(copy.names);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_queried_name_wins_over_its_aliases),
		TEST(a_chain_may_come_in_any_order),
		TEST(a_name_asked_again_comes_first),
		TEST(a_chain_that_turns_in_circles_ends),
		TEST(a_chain_is_followed_only_so_far),
		TEST(unrelated_answers_are_ignored),
		TEST(questions_and_failures_teach_nothing),
		TEST(the_newest_name_before_the_flow_is_first),
		TEST(late_names_are_given_where_there_is_none),
		TEST(the_first_time_stands),
		TEST(a_fifth_name_takes_the_place_of_the_oldest),
		TEST(the_longest_unused_address_is_forgotten),
		TEST(repeated_answers_cost_nothing),
		TEST(ever_new_names_meet_a_bound),
		TEST(records_teach_what_answers_taught),
		TEST(the_domain_is_what_can_be_registered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
