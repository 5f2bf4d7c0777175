/* SPDX-License-Identifier: Apache-2.0 */
/* All flows together: whose machine it is, which app, who received what. */
#include "make_session.h"

static const struct make_end resolver = { "192.168.1.1", 53 };
static const struct make_end events = { "203.0.113.9", 443 };
static const struct make_end crashy = { "203.0.113.20", 444 };
static const struct make_end shop = { "203.0.113.30", 445 };
static const struct make_end peer = { "198.51.100.77", 41000 };

static struct make_end
me(uint16_t port)
{
	return (struct make_end){ "192.168.1.10", port };
}

/* A name is asked, telemetry and a crash report go up, a call runs. */
static void
play_day(struct tape *t)
{
	tape_dns(t, 0, me(40000), resolver, "evt.demo.example", NULL, events.ip);
	tape_tls(t, 100, me(50000), events, "evt.demo.example", 3000);
	tape_tls(t, 200, me(50001), crashy, "in.crashy.example", 2000);
	tape_tls(t, 300, me(50002), shop, "www.shop.example", 500);
	tape_call(t, 1000, me(42000), peer, 100);
}

static void
who_opens_and_asks_is_judged(void **state)
{
	struct run *run = *state;
	const struct session *s;

	play_day(&run->tape);
	s = run_judge(run, NULL, NULL);
	assert_int_equal(s->local_count, 1);
	assert_non_null(run_local(s, "192.168.1.10"));
	assert_non_null(strstr(run_local(s, "192.168.1.10"), "private address"));
	assert_non_null(strstr(run_local(s, "192.168.1.10"), "3 TCP connections"));
	for (size_t i = 0; i < s->flow_count; i++) {
		const struct judged_flow *j = &s->flows[i];

		assert_false(j->foreign);
		assert_int_equal(j->flow->id, i + 1);
		assert_int_equal(j->flow->key.end[j->local].addr.bytes[0], 192);
	}
}

/* The other end has the smaller address, so the ends of the key are turned. */
static void
up_is_what_the_local_end_sent(void **state)
{
	struct run *run = *state;
	struct make_end low = { "8.8.8.8", 443 }, high = { "192.168.1.10", 50000 };
	const struct session *s;
	const struct judged_flow *j;
	uint8_t bytes[900] = { 23 };

	tape_handshake(&run->tape, 0, high, low);
	tape_tcp(&run->tape, 20, high, low, TCP_ACK, 1001, bytes, 100);
	tape_tcp(&run->tape, 30, low, high, TCP_ACK, 5001, bytes, 900);
	s = run_judge(run, NULL, NULL);
	j = run_flow(s, 443);
	assert_int_equal(j->local, 1);
	assert_int_equal(j->finding_count, 1);
	assert_int_equal(j->findings[0].up_bytes, 100);
	assert_int_equal(j->findings[0].down_bytes, 900);
	assert_int_equal(s->up[CATEGORY_UNKNOWN].bytes, 100);
	assert_int_equal(s->down[CATEGORY_UNKNOWN].bytes, 900);
}

static void
both_families_of_a_machine_are_judged(void **state)
{
	struct run *run = *state;
	struct make_end six = { "2001:db8:1::10", 50000 }, far = { "2001:db8:f::1", 446 };
	const struct session *s;

	play_day(&run->tape);
	tape_tls(&run->tape, 5000, six, far, "www.demo.example", 400);
	s = run_judge(run, NULL, NULL);
	assert_int_equal(s->local_count, 2);
	assert_non_null(run_local(s, "192.168.1.10"));
	assert_non_null(run_local(s, "2001:db8:1::10"));
	assert_null(run_local(s, "2001:db8:f::1"));
	assert_true(addr_compare(&s->locals[0].addr, &s->locals[1].addr) < 0);
}

/* Begun before the capture: the service has the low port. */
static void
a_connection_without_its_start_is_turned_by_ports(void **state)
{
	struct run *run = *state;
	struct make_end low = { "8.8.8.8", 443 }, high = { "192.168.1.10", 50000 };
	uint8_t bytes[600] = { 23 };
	const struct session *s;

	tape_tcp(&run->tape, 0, low, high, TCP_ACK, 5001, bytes, 600);
	tape_tcp(&run->tape, 5, high, low, TCP_ACK, 77, bytes, 60);
	s = run_judge(run, NULL, NULL);
	assert_non_null(run_local(s, "192.168.1.10"));
	assert_int_equal(run_flow(s, 443)->findings[0].up_bytes, 60);
	assert_int_equal(s->coverage.mid_flow, 1);
}

/* Multicast and talk between machines that the judged one talks to are nobody's uplink.
 */
static void
chatter_of_others_is_foreign(void **state)
{
	struct run *run = *state;
	struct make_end other = { "192.168.1.50", 5353 }, group = { "224.0.0.251", 5353 };
	struct make_end router = { "192.168.1.1", 7000 },
			printer = { "192.168.1.60", 7001 };
	const struct session *s;
	uint8_t bytes[50] = { 0x5a };

	play_day(&run->tape);
	tape_udp(&run->tape, 6000, other, group, bytes, 50);
	tape_udp(&run->tape, 6100, me(7002), printer, bytes, 50);
	tape_udp(&run->tape, 6200, printer, router, bytes, 40);
	s = run_judge(run, NULL, NULL);
	assert_int_equal(s->local_count, 1);
	assert_true(run_flow(s, 5353)->foreign);
	assert_int_equal(run_flow(s, 5353)->findings[0].verdict.basis, BASIS_FOREIGN);
	assert_true(run_flow(s, 7000)->foreign);
	assert_false(run_flow(s, 7001)->foreign);
	for (size_t i = 0; i < s->recipient_count; i++)
		for (size_t k = 0; k < s->recipients[i].host_count; k++)
			assert_string_not_equal(s->recipients[i].hosts[k], "224.0.0.251");
}

/* A machine that has no address yet: it is the sender all the same. */
static void
who_has_no_address_yet_is_no_recipient(void **state)
{
	struct run *run = *state;
	struct make_end nobody = { "0.0.0.0", 68 }, all = { "255.255.255.255", 67 };
	struct make_end six = { "::", 5000 }, group = { "ff02::1:ff00:a", 5001 };
	const struct session *s;

	tape_udp(&run->tape, 0, nobody, all, "discover", 8);
	tape_udp(&run->tape, 1, six, group, "who is", 6);
	s = run_judge(run, NULL, NULL);
	assert_int_equal(run_flow(s, 67)->findings[0].up_bytes, 8);
	assert_int_equal(run_flow(s, 5001)->findings[0].up_bytes, 6);
}

static void
what_the_user_says_wins(void **state)
{
	struct run *run = *state;
	const struct session *s;
	const struct judged_flow *j;
	uint64_t up = 0;

	play_day(&run->tape);
	s = run_judge(run, NULL, "198.51.100.0/24");
	assert_int_equal(s->local_count, 1);
	assert_string_equal(run_local(s, peer.ip), "given by the user");
	j = run_flow(s, 42000);
	assert_false(j->foreign);
	for (size_t i = 0; i < j->finding_count; i++)
		up += j->findings[i].up_bytes;
	assert_int_equal(up, 100 * 92);
	assert_int_equal(j->findings[0].down_bytes, 100 * 92);
	assert_true(run_flow(s, 443)->foreign);
	assert_int_equal(s->up[CATEGORY_TELEMETRY].bytes, 0);
}

/* Many who knock and are not answered do not turn the call around. */
static void
a_scanner_is_not_the_judged_machine(void **state)
{
	struct run *run = *state;
	struct make_end scanner = { "203.0.113.99", 60000 };
	const struct session *s;

	play_day(&run->tape);
	for (uint16_t port = 1; port <= 200; port++) {
		tape_tcp(&run->tape, 8000 + port, scanner, me(port), TCP_SYN, 1, NULL, 0);
		tape_tcp(&run->tape, 8000 + port, me(port), scanner, TCP_RST | TCP_ACK, 0,
		    NULL, 0);
	}
	s = run_judge(run, NULL, NULL);
	assert_null(run_local(s, scanner.ip));
	assert_non_null(run_local(s, "192.168.1.10"));
	assert_true(s->up[CATEGORY_TELEMETRY].bytes > 3000);
}

static void
nothing_seen_judges_nobody(void **state)
{
	const struct session *s = run_judge(*state, NULL, NULL);

	assert_int_equal(s->flow_count, 0);
	assert_int_equal(s->local_count, 0);
	assert_int_equal(s->recipient_count, 0);
	assert_int_equal(s->coverage.payload_bytes, 0);
}

static void
the_only_app_gets_the_unnamed_call(void **state)
{
	struct run *run = *state;
	const struct session *s;
	const struct judged_flow *j;

	play_day(&run->tape);
	s = run_judge(run, NULL, NULL);
	assert_int_equal(s->app_count, 1);
	assert_string_equal(s->apps[0].signature->name, "demo");
	j = run_flow(s, peer.port);
	assert_string_equal(j->app->name, "demo");
	assert_string_equal(run_flow(s, events.port)->app->name, "demo");
	assert_null(run_flow(s, shop.port)->app);
}

/* STUN that a rule names, and media beside it from the same local port. */
static void
a_shared_port_joins_flows(void **state)
{
	struct run *run = *state;
	struct make_end rival = { "203.0.113.50", 447 };
	struct make_end opaque = { "203.0.113.66", 48000 };
	uint8_t stun[32];
	const struct session *s;

	tape_tls(&run->tape, 0, me(50000), rival, "www.rival.example", 9000);
	tape_tls(&run->tape, 100, me(50001), events, "evt.demo.example", 100);
	tape_udp(&run->tape, 200, me(42000), peer, stun, make_stun(stun));
	tape_call(&run->tape, 1000, me(42000), opaque, 20);
	s = run_judge(run, NULL, NULL);
	assert_int_equal(s->app_count, 2);
	assert_string_equal(run_flow(s, opaque.port)->app->name, "demo");
	assert_string_equal(run_flow(s, rival.port)->app->name, "rival");
	/* Most bytes first. */
	assert_true(s->apps[0].bytes >= s->apps[1].bytes);
	assert_string_equal(s->apps[0].signature->name, "rival");
}

static void
an_app_that_was_not_asked_for_is_other(void **state)
{
	struct run *run = *state;
	struct make_end rival = { "203.0.113.50", 447 };
	const struct session *s;
	const struct judged_flow *j;
	char why[256];

	play_day(&run->tape);
	tape_tls(&run->tape, 9000, me(50005), rival, "www.rival.example", 700);
	s = run_judge(run, "demo", NULL);
	j = run_flow(s, 447);
	assert_string_equal(j->app->name, "rival");
	assert_int_equal(j->findings[0].verdict.category, CATEGORY_OTHER);
	assert_int_equal(j->findings[0].verdict.basis, BASIS_OTHER_APP);
	session_why(s, j, &j->findings[0], why, sizeof(why));
	assert_non_null(strstr(why, "belongs to Rival"));
	assert_int_equal(s->up[CATEGORY_SIGNALLING].bytes, 0);
	s = run_judge(run, NULL, NULL);
	assert_true(s->up[CATEGORY_SIGNALLING].bytes > 700);
}

static void
parties_are_seen_from_the_app(void **state)
{
	struct run *run = *state;
	const struct session *s;

	play_day(&run->tape);
	tape_dns(&run->tape, 9000, me(40001), resolver, "x.example", NULL, NULL);
	s = run_judge(run, NULL, NULL);
	assert_int_equal(run_flow(s, events.port)->party, PARTY_FIRST);
	assert_string_equal(run_flow(s, events.port)->entity, "Demo Inc.");
	assert_string_equal(run_flow(s, events.port)->country, "DE");
	assert_int_equal(run_flow(s, crashy.port)->party, PARTY_THIRD);
	assert_string_equal(run_flow(s, crashy.port)->entity, "Crashy Ltd");
	assert_string_equal(run_flow(s, crashy.port)->country, "GB");
	assert_int_equal(run_flow(s, shop.port)->party, PARTY_UNKNOWN);
	assert_string_equal(run_flow(s, shop.port)->entity, "shop.example");
	assert_int_equal(run_flow(s, 53)->party, PARTY_LOCAL);
	assert_null(run_flow(s, 53)->entity);
	s = run_judge(run, "rival", NULL);
	assert_int_equal(run_flow(s, events.port)->party, PARTY_THIRD);
}

static void
totals_are_the_sum_of_findings(void **state)
{
	struct run *run = *state;
	uint64_t up[CATEGORIES] = { 0 }, all = 0, payload = 0;
	const struct session *s;

	play_day(&run->tape);
	s = run_judge(run, NULL, NULL);
	for (size_t i = 0; i < s->flow_count; i++)
		for (size_t k = 0; k < s->flows[i].finding_count; k++) {
			const struct finding *f = &s->flows[i].findings[k];

			up[f->verdict.category] += f->up_bytes;
			payload += f->up_bytes + f->down_bytes;
		}
	for (unsigned c = 0; c < CATEGORIES; c++) {
		uint64_t kinds = 0, strengths = 0;

		assert_int_equal(s->up[c].bytes, up[c]);
		for (unsigned k = 0; k < KINDS; k++)
			kinds += s->up[c].kinds[k].bytes;
		for (unsigned k = 0; k < STRENGTHS; k++)
			strengths += s->up[c].strengths[k];
		assert_int_equal(kinds, up[c]);
		assert_int_equal(strengths, up[c]);
		all += up[c];
	}
	assert_int_equal(s->up[CATEGORY_CONTENT].bytes, 100 * 92);
	assert_int_equal(s->up[CATEGORY_CONTENT].kinds[KIND_AUDIO].packets, 100);
	assert_true(s->up[CATEGORY_TELEMETRY].bytes > 3000);
	assert_true(s->up[CATEGORY_DIAGNOSTICS].bytes > 2000);
	assert_int_equal(s->coverage.payload_bytes, payload);
	assert_int_equal(s->coverage.accounted_bytes, payload);
	assert_true(s->coverage.unlisted_up_bytes > 500);
}

static void
recipients_come_by_bytes(void **state)
{
	struct run *run = *state;
	struct make_end second = { "203.0.113.10", 448 };
	uint64_t all = 0, up = 0;
	const struct session *s;
	bool found = false;

	play_day(&run->tape);
	tape_tls(&run->tape, 9000, me(50007), second, "api.demo.example", 100);
	tape_tls(&run->tape, 9500, me(50008), second, "api.demo.example", 100);
	s = run_judge(run, NULL, NULL);
	for (size_t i = 0; i < s->recipient_count; i++) {
		const struct recipient *r = &s->recipients[i];
		uint64_t sum = 0;

		assert_true(i == 0 || r[-1].up_total >= r->up_total);
		for (unsigned c = 0; c < CATEGORIES; c++)
			sum += r->up[c];
		assert_int_equal(sum, r->up_total);
		all += sum;
		for (size_t k = 1; k < r->host_count; k++)
			assert_true(strcmp(r->hosts[k - 1], r->hosts[k]) < 0);
		if (r->entity == NULL || strcmp(r->entity, "Demo Inc.") != 0)
			continue;
		found = true;
		assert_int_equal(r->party, PARTY_FIRST);
		assert_true(r->up[CATEGORY_TELEMETRY] > 3000);
		assert_true(r->up[CATEGORY_SIGNALLING] > 200);
	}
	assert_true(found);
	for (unsigned c = 0; c < CATEGORIES; c++)
		up += s->up[c].bytes;
	assert_int_equal(all, up);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, run_setup, run_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_opens_and_asks_is_judged),
		TEST(up_is_what_the_local_end_sent),
		TEST(both_families_of_a_machine_are_judged),
		TEST(a_connection_without_its_start_is_turned_by_ports),
		TEST(chatter_of_others_is_foreign),
		TEST(who_has_no_address_yet_is_no_recipient),
		TEST(what_the_user_says_wins),
		TEST(a_scanner_is_not_the_judged_machine),
		TEST(nothing_seen_judges_nobody),
		TEST(the_only_app_gets_the_unnamed_call),
		TEST(a_shared_port_joins_flows),
		TEST(an_app_that_was_not_asked_for_is_other),
		TEST(parties_are_seen_from_the_app),
		TEST(totals_are_the_sum_of_findings),
		TEST(recipients_come_by_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
