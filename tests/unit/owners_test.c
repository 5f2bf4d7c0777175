/* SPDX-License-Identifier: Apache-2.0 */
/* Whose a flow is, asked of a helper that runs. */
#include "make_owners.h"

static void
assert_mine(const struct process *p)
{
	char exe[4096] = "";

	assert_non_null(p);
	assert_int_equal(p->pid, getpid());
	assert_true(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
	assert_string_equal(p->exe, exe);
	assert_string_equal(p->command, "owners_test");
	assert_non_null(p->sha256);
	assert_int_equal(strlen(p->sha256), 64);
	assert_non_null(p->parent);
	assert_int_equal(p->parent->pid, getppid());
	assert_null(p->parent->sha256);
	assert_true(llabs((long long)(p->started_ns / 1000000000 - time(NULL))) < 600);
}

static void
tcp_of_my_own(void **state)
{
	static const char *const at[] = { "127.0.0.1", "::1" };
	struct owners *o = started();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(at); i++) {
		int listener = bound_socket(SOCK_STREAM, at[i], 0), fd;
		struct flow_end end;

		if (listener < 0)
			continue;
		end = local_end(listener);
		fd = connected_socket(SOCK_STREAM, at[i], end.port);
		assert_mine(asked_between(o, IPPROTO_TCP, local_end(fd), end, 3000));
		close(fd);
		/* Nobody has another port of the same addresses. */
		end.port ^= 1;
		assert_null(asked_between(o, IPPROTO_TCP, end, end, 200));
		close(listener);
	}
	owners_stop(o);
}

static void
udp_of_my_own(void **state)
{
	struct owners *o = started();
	int server = bound_socket(SOCK_DGRAM, "127.0.0.1", 0);
	int any = bound_socket(SOCK_DGRAM, "0.0.0.0", 0);
	int dual = bound_socket(SOCK_DGRAM, "::", 0);
	int fd = connected_socket(SOCK_DGRAM, "127.0.0.1", local_end(server).port);
	struct flow_end remote = text_end("127.0.0.1", 9), far = text_end("192.0.2.1", 9);
	struct flow_end mine = text_end("127.0.0.1", local_end(any).port);

	(void)state;
	assert_mine(
	    asked_between(o, IPPROTO_UDP, local_end(fd), local_end(server), 3000));
	assert_mine(asked_between(o, IPPROTO_UDP, local_end(server), remote, 3000));
	assert_mine(asked_between(o, IPPROTO_UDP, mine, remote, 3000));
	/* An address that is not of this machine, with the same port. */
	far.port = mine.port;
	assert_null(asked_between(o, IPPROTO_UDP, far, text_end("192.0.2.2", 1), 200));
	if (dual >= 0) {
		mine.port = local_end(dual).port;
		assert_mine(asked_between(o, IPPROTO_UDP, mine, remote, 3000));
	}
	close(server);
	close(any);
	close(dual);
	close(fd);
	owners_stop(o);
}

/* A program that binds the port of its argument a moment later than it is asked for. */
static const char script[] = "import "
			     "socket,sys,time\ntime.sleep(0.2)\ns=socket.socket(socket."
			     "AF_INET,socket.SOCK_DGRAM)\n"
			     "s.bind(('127.0.0.1',int(sys.argv[1])))\ntime.sleep(20)\n";

static pid_t
run_script(const char *folder, const char *name, const char *exe, uint16_t port)
{
	char path[512], number[16];
	FILE *f;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	snprintf(number, sizeof(number), "%u", port);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(script, f);
	fclose(f);
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (chdir(folder) == 0)
			execl(exe, exe, "-B", name, number, "--token=secret", NULL);
		_exit(127);
	}
	return pid;
}

static uint16_t
free_port(void)
{
	int fd = bound_socket(SOCK_DGRAM, "127.0.0.1", 0);
	uint16_t port = local_end(fd).port;

	close(fd);
	return port;
}

static void
remove_folder(const char *folder)
{
	char command[600];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	assert_int_equal(system(command), 0);
}

static void
a_script_of_an_interpreter(void **state)
{
	char folder[] = "/tmp/owners-XXXXXX";
	uint16_t port = free_port();
	struct flow_end remote = text_end("127.0.0.1", 9);
	const struct process *p;
	struct owners *o;
	pid_t pid;

	(void)state;
	if (access("/usr/bin/python3", X_OK) != 0)
		skip();
	o = started();
	assert_non_null(mkdtemp(folder));
	pid = run_script(folder, "caller.py", "/usr/bin/python3", port);
	p = asked_between(o, IPPROTO_UDP, text_end("127.0.0.1", port), remote, 3000);
	assert_non_null(p);
	assert_int_equal(p->pid, pid);
	assert_non_null(strstr(p->exe, "python3"));
	assert_string_equal(p->command, "python3 caller.py");
	assert_int_equal(p->parent->pid, getpid());
	assert_string_equal(p->parent->command, "owners_test");
	kill_child(pid);
	owners_stop(o);
	remove_folder(folder);
}

/* A copy of the interpreter that is 250 MB large. */
static void
make_large(const char *exe)
{
	char command[600];

	snprintf(command, sizeof(command),
	    "cp -L /usr/bin/python3 '%s' && truncate -s 250M '%s'", exe, exe);
	assert_int_equal(system(command), 0);
}

/* Asks for one flow after the other of a socket until h->process[0] is known. */
static int64_t
slowest_meanwhile(struct owners *o, struct heard *h, int fd, unsigned *count)
{
	struct flow_end remote = text_end("127.0.0.1", 1000);
	int64_t worst = 0, end = now_us() + 12000000;

	for (*count = 0; h->process[0] == NULL && now_us() < end; ++*count) {
		int64_t at = now_us();
		unsigned first;

		remote.port++;
		h->key[1] = flow_between(IPPROTO_UDP, local_end(fd), remote, &first);
		h->process[1] = NULL;
		owners_ask(o, &h->key[1], first);
		while (h->process[1] == NULL && now_us() < end)
			listen_to(o, h);
		worst = now_us() - at > worst ? now_us() - at : worst;
	}
	return worst;
}

static void
hashing_delays_nobody(void **state)
{
	char folder[] = "/tmp/owners-XXXXXX", exe[256];
	uint16_t port = free_port();
	struct flow_end remote = text_end("127.0.0.1", 9);
	int mine = bound_socket(SOCK_DGRAM, "127.0.0.1", 0);
	struct heard h = { 0 };
	int64_t begun, worst;
	unsigned first, count;
	struct owners *o;
	pid_t pid;

	(void)state;
	if (access("/usr/bin/python3", X_OK) != 0)
		skip();
	o = started();
	assert_non_null(mkdtemp(folder));
	snprintf(exe, sizeof(exe), "%s/python3", folder);
	make_large(exe);
	assert_mine(asked_between(o, IPPROTO_UDP, local_end(mine), remote, 3000));
	pid = run_script(folder, "caller.py", exe, port);
	sleep_ms(1000);
	h.key[0] = flow_between(IPPROTO_UDP, text_end("127.0.0.1", port), remote, &first);
	begun = now_us();
	owners_ask(o, &h.key[0], first);
	worst = slowest_meanwhile(o, &h, mine, &count);
	assert_non_null(h.process[0]);
	print_message(
	    "250 MB hashed in %lld ms; of %u other answers meanwhile the slowest "
	    "took %lld ms\n",
	    (long long)(now_us() - begun) / 1000, count, (long long)worst / 1000);
	assert_int_equal(h.process[0]->pid, pid);
	assert_true(count > 2);
	assert_true(worst < 1000000);
	kill_child(pid);
	close(mine);
	owners_stop(o);
	remove_folder(folder);
}

/* Open, send, close: asked when it is a millisecond old, gone some milliseconds later. */
static void
short_connections(void **state)
{
	enum { TRIES = 200 };
	struct owners *o = started();
	int listener = bound_socket(SOCK_STREAM, "127.0.0.1", 0);
	struct flow_end end = local_end(listener);
	int64_t took = 0;
	unsigned found = 0;

	(void)state;
	for (unsigned i = 0; i < TRIES; i++) {
		int fd = connected_socket(SOCK_STREAM, "127.0.0.1", end.port);
		struct heard h = { 0 };
		int64_t begun = now_us();
		unsigned first;

		h.key[0] = flow_between(IPPROTO_TCP, local_end(fd), end, &first);
		owners_ask(o, &h.key[0], first);
		assert_int_equal(write(fd, "x", 1), 1);
		sleep_ms(3);
		close(fd);
		while (h.process[0] == NULL && now_us() - begun < 150000)
			listen_to(o, &h);
		found += h.process[0] != NULL && h.process[0]->pid == (uint32_t)getpid();
		took += now_us() - begun;
		close(accept(listener, NULL, NULL));
	}
	print_message(
	    "of %d connections of 3 ms the program was told %u times, after %lld ms "
	    "on average\n",
	    TRIES, found, (long long)took / TRIES / 1000);
	/* On a busy machine it may come too late for most. */
	assert_true(found >= TRIES / 20);
	close(listener);
	owners_stop(o);
}

/* Asked some time after the end. */
static void
just_closed(void **state)
{
	struct owners *o = started();
	int listener = bound_socket(SOCK_STREAM, "127.0.0.1", 0);
	struct flow_end end = local_end(listener), mine;
	int fd = connected_socket(SOCK_STREAM, "127.0.0.1", end.port);

	(void)state;
	mine = local_end(fd);
	sleep_ms(700);
	close(fd);
	sleep_ms(300);
	assert_mine(asked_between(o, IPPROTO_TCP, mine, end, 1000));
	/* A second one with the same ports may be somebody else's. */
	assert_null(asked_between(o, IPPROTO_TCP, mine, end, 200));
	close(listener);
	owners_stop(o);
}

static void
a_known_program_is_told_at_once(void **state)
{
	enum { TRIES = 50 };
	struct owners *o = started();
	int64_t worst = 0, sum = 0;

	(void)state;
	for (unsigned i = 0; i <= TRIES; i++) {
		int fd = connected_socket(SOCK_DGRAM, "127.0.0.1", (uint16_t)(2000 + i));
		int64_t at = now_us(), took;

		assert_mine(asked_between(o, IPPROTO_UDP, local_end(fd),
		    text_end("127.0.0.1", (uint16_t)(2000 + i)), 3000));
		took = now_us() - at;
		close(fd);
		if (i == 0)
			continue;
		sum += took;
		worst = took > worst ? took : worst;
		sleep_ms(10);
	}
	print_message("a known program is told after %lld us on average, %lld at most\n",
	    (long long)sum / TRIES, (long long)worst);
	assert_true(sum / TRIES < 20000);
	owners_stop(o);
}

static void
bind_too(void *context)
{
	bound_socket(SOCK_DGRAM, "0.0.0.0", *(uint16_t *)context);
}

static void
two_programs_at_one_port(void **state)
{
	struct owners *o = started();
	int fd = bound_socket(SOCK_DGRAM, "0.0.0.0", 0);
	struct flow_end mine = text_end("127.0.0.1", local_end(fd).port);
	struct flow_end remote = text_end("127.0.0.1", 9);
	pid_t pid;

	(void)state;
	assert_mine(asked_between(o, IPPROTO_UDP, mine, remote, 3000));
	pid = child_that(bind_too, &mine.port);
	remote.port++;
	assert_null(asked_between(o, IPPROTO_UDP, mine, remote, 600));
	kill_child(pid);
	remote.port++;
	assert_mine(asked_between(o, IPPROTO_UDP, mine, remote, 3000));
	close(fd);
	owners_stop(o);
}

static void
nothing_more(void *context)
{
	(void)context;
}

/* It is who opened it that counts, not a child that came later. */
static void
an_inherited_socket(void **state)
{
	struct owners *o = started();
	int fd = bound_socket(SOCK_DGRAM, "127.0.0.1", 0);
	pid_t pid;

	(void)state;
	sleep_ms(600);
	pid = child_that(nothing_more, NULL);
	assert_mine(
	    asked_between(o, IPPROTO_UDP, local_end(fd), text_end("127.0.0.1", 9), 3000));
	kill_child(pid);
	close(fd);
	owners_stop(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tcp_of_my_own),
		cmocka_unit_test(udp_of_my_own),
		cmocka_unit_test(a_script_of_an_interpreter),
		cmocka_unit_test(hashing_delays_nobody),
		cmocka_unit_test(short_connections),
		cmocka_unit_test(just_closed),
		cmocka_unit_test(a_known_program_is_told_at_once),
		cmocka_unit_test(two_programs_at_one_port),
		cmocka_unit_test(an_inherited_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
