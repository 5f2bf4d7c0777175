/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the lookup of owners: lists of sockets, matching, names, messages. */
#include "make_sockets.h"
#include "../../src/tap/owners.h"

struct looked_for {
	struct flow_end end;
	struct socket_seen found;
	size_t count;
};

static void
look(void *context, const struct socket_seen *seen)
{
	struct looked_for *l = context;

	assert_int_not_equal(seen->inode, 0);
	if (seen->local_port != l->end.port || seen->space != 0)
		return;
	l->found = *seen;
	l->count++;
}

static struct sockets *
opened(void)
{
	struct error e = { 0 };
	struct sockets *s = sockets_open(&e);

	error_clear(&e);
	if (s == NULL)
		skip();
	return s;
}

static void
the_kernel_lists_sockets(void **state)
{
	struct sockets *s = opened();
	int any = bound_socket(SOCK_DGRAM, "::", 0);
	int mapped = bound_socket(SOCK_DGRAM, "::ffff:127.0.0.1", 0);
	struct flow_end local = text_end("127.0.0.1", 1);
	struct looked_for l = { 0 };

	(void)state;
	assert_true(sockets_is_local(s, 0, &local.addr));
	local = text_end("192.0.2.77", 1);
	assert_false(sockets_is_local(s, 0, &local.addr));
	if (any < 0 || mapped < 0)
		skip();
	l.end = local_end(any);
	sockets_dump(s, IPPROTO_UDP, look, &l);
	assert_int_equal(l.count, 1);
	assert_true(l.found.dual);
	l = (struct looked_for){ .end = local_end(mapped) };
	sockets_dump(s, IPPROTO_UDP, look, &l);
	assert_int_equal(l.count, 1);
	assert_int_equal(l.found.local.family, 4);
	assert_true(addr_equal(&l.found.local, &l.end.addr));
	close(any);
	close(mapped);
	sockets_close(s);
}

static void
sockets_are_forgotten_after_a_second(void **state)
{
	struct table *t = table_new();
	struct socket_seen a = { .proto = IPPROTO_TCP, .inode = 1, .local_port = 1 };
	struct socket_seen b = { .proto = IPPROTO_UDP, .inode = 2, .local_port = 1 };
	struct sockets *s = opened();

	(void)state;
	table_see(t, &a, 1000);
	table_see(t, &b, 1000);
	table_see(t, &a, 1001);
	assert_int_equal(table_count(t), 2);
	assert_non_null(table_by_inode(t, 1, NULL));
	table_dump(t, s, IPPROTO_TCP, 1500);
	assert_false(table_is_alive(t, table_by_inode(t, 1, NULL)));
	table_sweep(t, 1900);
	assert_non_null(table_by_inode(t, 1, NULL));
	table_sweep(t, 2100);
	assert_null(table_by_inode(t, 1, NULL));
	assert_non_null(table_by_inode(t, 2, NULL));
	table_free(t);
	sockets_close(s);
}

static bool
is_script(void *context, const char *path)
{
	(void)context;
	return strcmp(path, "sdk.js") == 0 || strcmp(path, "/opt/a/call") == 0;
}

static void
a_command_tells_no_secrets(void **state)
{
	static const struct {
		const char *name, *exe, *arguments;
		size_t length;
		const char *command;
	} cases[] = {
		{ "node", "/usr/bin/node", "node\0--x\0sdk.js\0key", 19, "node sdk.js" },
		{ "python3", "/usr/bin/python3.11", "python3\0-c\0code\0", 16,
		    "python3" },
		{ "sdk.js", "/usr/bin/node", "node\0sdk.js\0", 12, "node sdk.js" },
		{ "call", "/usr/bin/perl", "perl\0/opt/a/call\0", 17,
		    "perl /opt/a/call" },
		{ "editor", "/usr/bin/editor", "editor\0sdk.js\0", 14, "editor" },
		{ "node-gyp", "/usr/bin/node-gyp", "node-gyp\0sdk.js\0", 16, "node-gyp" },
		{ "node", "/usr/bin/node", "node\0sdk.js", 11, "node" },
		{ "node", NULL, "node\0sdk.js\0", 12, "node" },
		{ "node", "/usr/bin/node", "", 0, "node" },
	};
	char out[PROGRAM_COMMAND];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		program_command(cases[i].name, cases[i].exe, cases[i].arguments,
		    cases[i].length, is_script, NULL, out);
		assert_string_equal(out, cases[i].command);
	}
}

static void
no_part_of_a_message_is_a_message(void **state)
{
	struct program parent = { .pid = 1, .command = (char[]){ "init" } };
	struct program p = { .pid = 7, .exe = (char[]){ "/bin/a" }, .parent = &parent };
	struct question q = { .first = 1 };
	struct wire w;
	static struct answer a;
	struct question q2;

	(void)state;
	q.key = flow_between(
	    IPPROTO_UDP, text_end("192.0.2.1", 5), text_end("::1", 6), &(unsigned){ 0 });
	wire_question(&w, &q);
	for (size_t n = 0; n < w.length; n++)
		assert_int_equal(wire_read_question(w.data, n, &q2), -1);
	assert_int_equal(wire_read_question(w.data, w.length, &q2), 0);
	assert_int_equal(q2.key.end[1].port, 6);
	wire_answer(&w, &q.key, &p, "00ff");
	for (size_t n = 0; n < w.length; n++)
		assert_int_equal(wire_read_answer(w.data, n, &a), -1);
	assert_int_equal(wire_read_answer(w.data, w.length, &a), 0);
	assert_int_equal(a.count, 2);
	assert_string_equal(a.chain[0].exe, "/bin/a");
	assert_string_equal(a.chain[0].sha256, "00ff");
	assert_null(a.chain[0].command);
	assert_string_equal(a.chain[1].command, "init");
	assert_null(a.chain[1].parent);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernel_lists_sockets),
		cmocka_unit_test(sockets_are_forgotten_after_a_second),
		cmocka_unit_test(a_command_tells_no_secrets),
		cmocka_unit_test(no_part_of_a_message_is_a_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
