/* SPDX-License-Identifier: Apache-2.0 */
/* The life of the helper: what it holds, may see and costs, and when it ends. */
#include <signal.h>
#include <sched.h>
#include <sys/prctl.h>

#include "make_owners.h"

static void
the_helper_dies(void **state)
{
	struct owners *o = started();
	struct heard h = { 0 };
	struct pollfd p = { owners_fd(o), POLLIN, 0 };

	(void)state;
	kill(owners_pid(o), SIGTERM);
	kill(owners_pid(o), SIGINT);
	kill(owners_pid(o), SIGHUP);
	assert_int_equal(poll(&p, 1, 300), 0);
	assert_int_equal(owners_read(o, hear, &h), 0);
	kill(owners_pid(o), SIGKILL);
	assert_int_equal(poll(&p, 1, 2000), 1);
	assert_int_equal(owners_read(o, hear, &h), -1);
	owners_ask(o, &h.key[0], 0);
	owners_stop(o);
}

/* More than fit are dropped, and nobody waits. */
static void
asking_never_blocks(void **state)
{
	struct owners *o = started();
	struct flow_key key = { { text_end("192.0.2.1", 1), text_end("192.0.2.2", 2) },
		IPPROTO_UDP };
	int64_t begun;

	(void)state;
	kill(owners_pid(o), SIGSTOP);
	begun = now_us();
	for (unsigned i = 0; i < 20000; i++)
		owners_ask(o, &key, 0);
	assert_true(now_us() - begun < 2000000);
	kill(owners_pid(o), SIGCONT);
	owners_stop(o);
}

static void
start_and_leave(void *context)
{
	struct error e = { 0 };
	struct owners *o = owners_start(&e);

	*(pid_t *)context = o != NULL ? owners_pid(o) : 0;
	error_clear(&e);
}

static void
the_helper_ends_with_the_main_process(void **state)
{
	char path[64];
	int left = 3000;
	pid_t pid, *helper = NULL, parent;
	int shared = (int)syscall(SYS_memfd_create, "helper", 0);

	(void)state;
	owners_stop(started());
	assert_int_equal(ftruncate(shared, sizeof(*helper)), 0);
	helper =
	    mmap(NULL, sizeof(*helper), PROT_READ | PROT_WRITE, MAP_SHARED, shared, 0);
	assert_true(helper != MAP_FAILED);
	parent = child_that(start_and_leave, helper);
	pid = *helper;
	assert_true(pid > 0);
	kill_child(parent);
	snprintf(path, sizeof(path), "/proc/%d/fd/3", pid);
	while (access(path, F_OK) == 0 && left-- > 0)
		sleep_ms(1);
	assert_true(left > 0);
	munmap(helper, sizeof(*helper));
	close(shared);
}

/* Of the helper: the sockets, and the three that lead nowhere. */
static void
it_holds_nothing_else(void **state)
{
	int packets = open("/etc/hostname", O_RDONLY);
	struct owners *o = started();
	char path[64], link[64];

	(void)state;
	for (int fd = 0; fd < 64; fd++) {
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/%d/fd/%d", owners_pid(o), fd);
		n = readlink(path, link, sizeof(link) - 1);
		if (n < 0)
			continue;
		link[n] = '\0';
		if (fd < 3)
			assert_string_equal(link, "/dev/null");
		else
			/* It may be reading of processes just now. */
			assert_true(strncmp(link, "socket:", 7) == 0 ||
				    strncmp(link, "/proc", 5) == 0);
	}
	close(packets);
	owners_stop(o);
}

static uint64_t
cpu_ticks(pid_t pid)
{
	char path[64], text[1024] = "";
	unsigned long user = 0, system_ticks = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
	fclose(f);
	assert_int_equal(sscanf(strrchr(text, ')') + 1,
			     " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
			     &user, &system_ticks),
	    2);
	return user + system_ticks;
}

static void
it_costs_little_when_idle(void **state)
{
	enum { CHILDREN = 220, SECONDS = 4 };
	pid_t children[CHILDREN];
	struct owners *o;
	uint64_t before, spent;

	(void)state;
	for (size_t i = 0; i < CHILDREN; i++) {
		if ((children[i] = fork()) == 0) {
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			pause();
			_exit(0);
		}
	}
	o = started();
	sleep_ms(1500);
	before = cpu_ticks(owners_pid(o));
	sleep_ms(SECONDS * 1000);
	spent = cpu_ticks(owners_pid(o)) - before;
	print_message("idle: %.2f %% of a processor\n",
	    100.0 * (double)spent / (double)sysconf(_SC_CLK_TCK) / SECONDS);
	for (size_t i = 0; i < CHILDREN; i++)
		kill_child(children[i]);
	/* Others on the machine open sockets, too. */
	assert_true(spent * 100 < 10 * (uint64_t)sysconf(_SC_CLK_TCK) * SECONDS);
	owners_stop(o);
}

static void
it_says_how_far_it_may_look(void **state)
{
	struct owners *o = started();

	(void)state;
	print_message("%s\n", owners_reach(o));
	assert_memory_equal(owners_reach(o), "programs of ", 12);
	assert_non_null(strstr(owners_reach(o), " network namespace"));
	owners_stop(o);
}

/* In a child that is nobody: of its own, and not of its parent. */
static int
ask_as_nobody(int fd)
{
	struct flow_end not_mine = local_end(fd);
	struct error e = { 0 };
	struct owners *o;
	int mine, bad = 0;

	close(fd);
	if (setgid(65534) != 0 || setuid(65534) != 0)
		return 2;
	/* Who changes its user cannot be looked at by itself any more. */
	prctl(PR_SET_DUMPABLE, 1);
	if ((o = owners_start(&e)) == NULL)
		return 2;
	mine = bound_socket(SOCK_DGRAM, "127.0.0.1", 0);
	bad |= 4 * (strstr(owners_reach(o), "programs of user 65534 alone, 1 ") == NULL);
	bad |= 8 * (asked_between(o, IPPROTO_UDP, local_end(mine),
			text_end("127.0.0.1", 9), 3000) == NULL);
	bad |= 16 * (asked_between(o, IPPROTO_UDP, not_mine, text_end("127.0.0.1", 9),
			 500) != NULL);
	owners_stop(o);
	return bad;
}

static void
others_are_not_seen_without_permission(void **state)
{
	int fd = bound_socket(SOCK_DGRAM, "127.0.0.1", 0), status;
	pid_t pid;

	(void)state;
	if (getuid() != 0)
		skip();
	if ((pid = fork()) == 0) {
		int rc;

		rc = ask_as_nobody(fd);
		_exit(rc);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 2)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
	close(fd);
}

#define INSIDE_PORT 4711

static void
live_elsewhere(void *context)
{
	(void)context;
	if (unshare(CLONE_NEWNET) != 0 ||
	    system("ip link set lo up && ip addr add 198.51.100.7/32 dev lo") != 0 ||
	    bound_socket(SOCK_DGRAM, "0.0.0.0", INSIDE_PORT) < 0)
		_exit(1);
}

static void
a_socket_of_another_namespace(void **state)
{
	struct flow_end inside = text_end("198.51.100.7", INSIDE_PORT);
	struct flow_end remote = text_end("192.0.2.1", 9);
	const struct process *p;
	struct owners *o;
	pid_t pid;

	(void)state;
	if (getuid() != 0 || system("ip link show lo >/dev/null 2>&1") != 0)
		skip();
	pid = child_that(live_elsewhere, NULL);
	o = started();
	assert_null(strstr(owners_reach(o), " 1 network"));
	p = asked_between(o, IPPROTO_UDP, inside, remote, 3000);
	assert_non_null(p);
	assert_int_equal(p->pid, pid);
	/* The same port here is nobody's. */
	assert_null(asked_between(
	    o, IPPROTO_UDP, text_end("127.0.0.1", INSIDE_PORT), remote, 200));
	kill_child(pid);
	owners_stop(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_helper_dies),
		cmocka_unit_test(asking_never_blocks),
		cmocka_unit_test(the_helper_ends_with_the_main_process),
		cmocka_unit_test(it_holds_nothing_else),
		cmocka_unit_test(it_costs_little_when_idle),
		cmocka_unit_test(it_says_how_far_it_may_look),
		cmocka_unit_test(others_are_not_seen_without_permission),
		cmocka_unit_test(a_socket_of_another_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
