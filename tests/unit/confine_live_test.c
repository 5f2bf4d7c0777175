/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A confined capture of a real interface: it reads on, and whatever it tries, nothing
 * comes out at the other end of the wire. In a network namespace that goes with its last
 * process.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <time.h>

#include <callwitness/tap.h>

#include "refused_sending.h"

#define SKIPPED 77
#define RUN_SECONDS 2

/* Silent by itself: without IPv6 there is no neighbour to look for, without ARP no host.
 */
static int
wire_make(void)
{
	static const char *const commands[] = {
		"ip link add wire0 type veth peer name wire1",
		"echo 1 > /proc/sys/net/ipv6/conf/wire0/disable_ipv6",
		"echo 1 > /proc/sys/net/ipv6/conf/wire1/disable_ipv6",
		"ip link set wire0 arp off up",
		"ip link set wire1 arp off up",
	};
	char line[160];

	if (geteuid() != 0 || unshare(CLONE_NEWNET) != 0)
		return -1;
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		snprintf(line, sizeof(line), "(%s) 2>&1", commands[i]);
		if (system(line) != 0)
			return -1;
	}
	return 0;
}

/* Packets that came in at an interface of this namespace; -1 if it is not told. */
static long
received(const char *name)
{
	FILE *in = fopen("/proc/self/net/dev", "r");
	char line[512], label[32];
	long packets = -1;

	snprintf(label, sizeof(label), "%s:", name);
	while (in != NULL && fgets(line, sizeof(line), in) != NULL) {
		char *at = strstr(line, label);

		if (at != NULL)
			sscanf(at + strlen(label), "%*d %ld", &packets);
	}
	if (in != NULL)
		fclose(in);
	return packets;
}

static int
frame_send(const char *name)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
		.sll_ifindex = (int)if_nametoindex(name),
		.sll_halen = 6 };
	char frame[60] = "\xff\xff\xff\xff\xff\xff\x02";
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	ssize_t sent = sendto(fd, frame, sizeof(frame), 0,
	    (const struct sockaddr *)(void *)&to, sizeof(to));

	close(fd);
	return sent == sizeof(frame) ? 0 : -1;
}

static void
count_frame(const struct frame *f, void *context)
{
	(void)f;
	++*(unsigned *)context;
}

static int
capture(void)
{
	const struct live_options options = { .interface = "wire0", .promiscuous = true };
	const struct timespec pause = { 0, 50000000 };
	const struct tap_user user = { 65534, 65534 };
	time_t end = time(NULL) + RUN_SECONDS;
	struct live_counts counts = { 0 };
	struct error e = { 0 };
	struct live *l = live_open(&options, &e);
	unsigned frames = 0;
	int other[2];

	error_write(&e, stderr);
	MUST(l != NULL && socketpair(AF_UNIX, SOCK_STREAM, 0, other) == 0);
	MUST(privileges_drop(&user, &e) == 0);
	MUST(privileges_confine(live_fd(l), &e) == 0);
	while (time(NULL) <= end) {
		if (sending_is_refused(live_fd(l), other[0]) != 0)
			return -1;
		MUST(socket(AF_PACKET, SOCK_RAW, 0) == -1 && errno == EPERM);
		(void)poll(&(struct pollfd){ live_fd(l), POLLIN, 0 }, 1, 50);
		MUST(live_read(l, 100, count_frame, &frames, &e) >= 0);
		(void)nanosleep(&pause, NULL);
	}
	live_counts(l, &counts);
	MUST(frames == 3 && counts.received == 3 && counts.kernel_drops == 0);
	live_close(l);
	return 0;
}

static int
both_ends(void)
{
	const struct timespec second = { 1, 0 };
	long before = 0;
	int status = -1;
	pid_t child;

	if (wire_make() != 0)
		return SKIPPED;
	MUST(received("wire1") == 0 && frame_send("wire0") == 0);
	/* The counter counts. */
	MUST((before = received("wire1")) == 1);
	child = fork();
	if (child == 0)
		_exit(capture() == 0 ? 0 : 1);
	for (int i = 0; i < 3; i++) {
		(void)nanosleep(&(struct timespec){ 0, 500000000 }, NULL);
		MUST(frame_send("wire1") == 0);
	}
	MUST(waitpid(child, &status, 0) == child);
	(void)nanosleep(&second, NULL);
	MUST(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	MUST(received("wire1") == before && received("wire0") == 3);
	return 0;
}

static void
nothing_reaches_the_wire(void **state)
{
	pid_t child = fork();
	int status = -1;

	(void)state;
	if (child == 0)
		_exit(both_ends() & 0xff);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == SKIPPED) {
		printf("needs root, network namespaces and ip: not tried\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_reaches_the_wire),
	};

	if (geteuid() != 0) {
		printf("needs root: skipped\n");
		return SKIPPED;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
