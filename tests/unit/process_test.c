/* SPDX-License-Identifier: Apache-2.0 */
/* Programs: which one is meant, which are browsers, and what sessions make of them. */
#include "make_session.h"

static const struct process init = { .pid = 1, .exe = "/usr/lib/systemd/systemd" };
static const struct process app = {
	.pid = 77, .exe = "/opt/demo/demo", .command = "demo", .parent = &init
};
static const struct process worker = {
	.pid = 78, .exe = "/opt/demo/demo", .parent = &app
};
static const struct process helper = {
	.pid = 79, .exe = "/opt/demo/bin/helper (deleted)", .parent = &worker
};
static const struct process hidden = { .pid = 80, .parent = &init };
static const struct process curl = {
	.pid = 90, .exe = "/usr/bin/curl", .command = "curl", .parent = &init
};

static void
a_program_is_named_by_pid_path_or_leaf(void **state)
{
	(void)state;
	assert_true(process_is(&app, "77"));
	assert_true(process_is(&app, "/opt/demo/demo"));
	assert_true(process_is(&app, "demo"));
	assert_true(process_is(&helper, "helper"));
	assert_true(process_is(&helper, "/opt/demo/bin/helper"));
	assert_false(process_is(&app, "7"));
	assert_false(process_is(&app, "077"));
	assert_false(process_is(&app, "Demo"));
	assert_false(process_is(&app, "dem"));
	assert_false(process_is(&app, "demo/demo"));
	assert_false(process_is(&app, "/opt/demo"));
	assert_false(process_is(&app, ""));
	assert_false(process_is(NULL, "demo"));
	assert_false(process_is(NULL, ""));
	assert_false(process_is(&hidden, ""));
}

static void
parents_count_and_children_do_not(void **state)
{
	(void)state;
	assert_true(process_is(&helper, "demo"));
	assert_true(process_is(&helper, "77"));
	assert_true(process_is(&helper, "systemd"));
	assert_false(process_is(&app, "helper"));
	assert_false(process_is(&app, "78"));
	assert_false(process_is_itself(&helper, "77"));
	assert_true(process_is_itself(&helper, "79"));
	assert_false(process_is_itself(NULL, "79"));
}

static void
circles_end(void **state)
{
	struct process a = { .pid = 5, .exe = "/a" }, b = { .pid = 6, .exe = "/a" };

	(void)state;
	a.parent = &b;
	b.parent = &a;
	assert_false(process_is(&a, "c"));
	assert_non_null(process_program(&a));
}

static void
browsers_are_known_by_their_names(void **state)
{
	static const char *const browsers[] = { "/opt/google/chrome/chrome",
		"/usr/lib/chromium/chromium", "/usr/lib/firefox-esr/firefox-esr",
		"/usr/lib/firefox/firefox-bin", "/snap/firefox/1/usr/lib/firefox/firefox",
		"/opt/microsoft/msedge/msedge", "/opt/brave.com/brave/brave",
		"/usr/lib/x86_64-linux-gnu/opera/opera", "/opt/vivaldi/vivaldi-bin",
		"/usr/libexec/webkit2gtk-4.0/WebKitNetworkProcess",
		"/root/.cache/puppeteer/chrome-headless-shell",
		"/opt/google/chrome/chrome_crashpad_handler",
		"/opt/google/chrome/chrome (deleted)" };
	static const char *const others[] = { "/usr/bin/node",
		"/usr/lib/electron/electron", "/opt/zoom/zoom", "/usr/bin/curl",
		"/usr/bin/minizip", "/usr/bin/zenity", "/home/chrome/app",
		"/usr/bin/operator", "/opt/teams/teams-for-linux" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(browsers); i++)
		assert_true(process_is_browser(&(struct process){ .exe = browsers[i] }));
	for (size_t i = 0; i < COUNT_OF(others); i++)
		assert_false(process_is_browser(&(struct process){ .exe = others[i] }));
	assert_true(process_is_browser(&(struct process){
	    .exe = "/usr/bin/python3.11", .command = "python3 /usr/bin/qutebrowser" }));
	assert_true(process_is_browser(&(struct process){ .command = "firefox" }));
	assert_false(process_is_browser(&(struct process){ .command = "node sdk.js" }));
	assert_false(process_is_browser(&(struct process){ .pid = 1 }));
	assert_false(process_is_browser(NULL));
}

static void
one_program_has_one_root(void **state)
{
	const struct process other = {
		.pid = 77, .started_ns = 1, .exe = "/opt/demo/demo"
	};
	const struct process node = { .pid = 5,
		.exe = "/usr/bin/node",
		.command = "node a.js",
		.sha256 = "aa",
		.parent = &init };
	struct process child = node;

	(void)state;
	child.pid = 6;
	child.parent = &node;
	assert_ptr_equal(process_program(&worker), &app);
	assert_ptr_equal(process_program(&app), &app);
	assert_ptr_equal(process_program(&helper), &helper);
	assert_ptr_equal(process_program(&hidden), &hidden);
	assert_null(process_program(NULL));
	assert_ptr_equal(process_program(&child), &node);
	child.command = "node b.js";
	assert_ptr_equal(process_program(&child), &child);
	child.command = "node"; /* a worker of it */
	assert_ptr_equal(process_program(&child), &node);
	child.sha256 = "bb"; /* replaced meanwhile */
	assert_ptr_equal(process_program(&child), &child);
	assert_true(process_equal(&app, &app));
	assert_false(process_equal(&app, &other)); /* a pid that was used again */
	assert_false(process_equal(&app, NULL));
	assert_true(process_equal(NULL, NULL));
}

static void
a_program_has_some_name(void **state)
{
	char text[32];

	(void)state;
	assert_string_equal(process_name(&app, text, sizeof(text)), "/opt/demo/demo");
	assert_string_equal(
	    process_name(&(struct process){ .pid = 3, .command = "sh" }, text, 32), "sh");
	assert_string_equal(process_name(&hidden, text, sizeof(text)), "process 80");
}

/* Sessions. Programs go by the remote port. */

static const struct process *by_port[65536];

static const struct process *
process_of(const struct flow *f)
{
	return by_port[f->key.end[0].port] != NULL ? by_port[f->key.end[0].port]
						   : by_port[f->key.end[1].port];
}

/* The run's session again, with programs. */
static struct session *
session_again(const struct run *run, const char *only)
{
	struct session_input in = run->session->input;
	struct session *s = NULL;

	in.process = process_of;
	in.only_process = only;
	s = session_new(&in);
	assert_non_null(s);
	assert_true(s->coverage.conserved);
	return s;
}

static void
tape_two(struct run *run)
{
	struct make_end events = { "203.0.113.9", 443 }, news = { "203.0.113.7", 8443 };

	memset(by_port, 0, sizeof(by_port));
	tape_dns(&run->tape, 0, (struct make_end){ "192.168.1.10", 40000 },
	    (struct make_end){ "192.168.1.1", 53 }, "evt.demo.example", NULL, events.ip);
	tape_tls(&run->tape, 100, (struct make_end){ "192.168.1.10", 50000 }, events,
	    "evt.demo.example", 3000);
	tape_tls(&run->tape, 200, (struct make_end){ "192.168.1.10", 50001 }, news,
	    "evt.demo.example", 5000);
	run_judge(run, NULL, NULL);
}

static void
owners_are_told_and_counted(void **state)
{
	struct run *run = *state;
	struct session *s = NULL;
	uint64_t all = 0;

	tape_two(run);
	assert_false(run->session->coverage.owners_known);
	by_port[8443] = &curl;
	s = session_again(run, NULL);
	assert_true(s->coverage.owners_known);
	assert_ptr_equal(run_flow(s, 8443)->process, &curl);
	assert_null(run_flow(s, 443)->process);
	for (unsigned c = 0; c < CATEGORIES; c++)
		all += s->up[c].bytes;
	assert_int_equal(s->coverage.owned_up_bytes + s->coverage.unowned_up_bytes, all);
	assert_int_equal(
	    s->coverage.owned_up_bytes, run_flow(s, 8443)->findings[0].up_bytes);
	session_free(s);
}

static void
programs_that_were_not_asked_for_are_other(void **state)
{
	struct run *run = *state;
	struct session *s = NULL;
	const struct judged_flow *j = NULL;
	char why[256];

	tape_two(run);
	by_port[443] = &worker;
	by_port[8443] = &curl;
	s = session_again(run, "demo");
	assert_true(s->process_seen);
	assert_false(run_flow(s, 443)->outside);
	assert_int_equal(
	    run_flow(s, 443)->findings[0].verdict.category, CATEGORY_TELEMETRY);
	assert_non_null(run_flow(s, 443)->app);
	assert_null(run_flow(s, 53)->process);
	assert_false(run_flow(s, 53)->outside);
	j = run_flow(s, 8443);
	assert_true(j->outside);
	assert_null(j->app);
	assert_string_equal(j->entity, run_flow(s, 443)->entity);
	assert_int_equal(j->findings[0].verdict.category, CATEGORY_OTHER);
	assert_int_equal(j->findings[0].verdict.basis, BASIS_OTHER_PROGRAM);
	session_why(s, j, &j->findings[0], why, sizeof(why));
	assert_string_equal(why, "sent by another program: /usr/bin/curl");
	assert_int_equal(s->app_count, 1);
	assert_int_equal(s->apps[0].flows, 1);
	session_free(s);
}

static void
a_program_that_is_not_there_is_told(void **state)
{
	struct run *run = *state;
	struct session *s = NULL;

	tape_two(run);
	s = session_again(run, "nobody");
	assert_false(s->process_seen);
	assert_false(run_flow(s, 443)->outside); /* nobody knows whose it is */
	session_free(s);
	by_port[443] = by_port[8443] = &curl;
	s = session_again(run, "nobody");
	assert_false(s->process_seen);
	assert_true(run_flow(s, 443)->outside);
	assert_int_equal(s->app_count, 0);
	session_free(s);
}

/* What the recorder says of itself is a hint; what the user says is not. */
static void
declared_addresses_that_do_not_occur_are_left_aside(void **state)
{
	struct run *run = *state;
	struct session_input in;
	struct session *s = NULL;
	struct addr_net net;

	tape_two(run);
	in = run->session->input;
	in.locals = &net;
	in.local_count = 1;
	in.locals_why = LOCALS_RECORDER;
	assert_int_equal(addr_net_parse("192.168.1.10", &net), 0);
	s = session_new(&in);
	assert_int_equal(s->local_count, 1);
	assert_string_equal(run_local(s, "192.168.1.10"), LOCALS_RECORDER);
	session_free(s);
	assert_int_equal(addr_net_parse("10.9.8.7", &net), 0);
	s = session_new(&in);
	assert_int_equal(s->local_count, 1);
	assert_non_null(strstr(run_local(s, "192.168.1.10"), "private address"));
	session_free(s);
	in.locals_why = NULL;
	s = session_new(&in);
	assert_int_equal(s->local_count, 0);
	session_free(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, run_setup, run_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_is_named_by_pid_path_or_leaf),
		cmocka_unit_test(parents_count_and_children_do_not),
		cmocka_unit_test(circles_end),
		cmocka_unit_test(browsers_are_known_by_their_names),
		cmocka_unit_test(one_program_has_one_root),
		cmocka_unit_test(a_program_has_some_name),
		TEST(owners_are_told_and_counted),
		TEST(programs_that_were_not_asked_for_are_other),
		TEST(a_program_that_is_not_there_is_told),
		TEST(declared_addresses_that_do_not_occur_are_left_aside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
