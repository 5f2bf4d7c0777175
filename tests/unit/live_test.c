/* SPDX-License-Identifier: Apache-2.0 */
/* Interfaces made for the test, in a network namespace of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <callwitness/capture.h>

#define PORT 4711

/* What came in, of UDP to PORT. */
struct seen {
	unsigned count, all;
	uint64_t number;
	int64_t time_ns;
	int linktype;
	bool lost_order;
};

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
see(const struct frame *f, void *context)
{
	struct seen *s = context;
	uint32_t protocol = (f->linktype == 1 ? 14 : 20) + 9;

	s->lost_order = s->lost_order || f->number != s->number + 1;
	s->number = f->number;
	s->time_ns = f->time_ns;
	s->linktype = f->linktype;
	s->all++;
	/* Answers by ICMP hold it, too. */
	if (f->captured >= protocol + 7 && f->data[protocol] == IPPROTO_UDP &&
	    memcmp(f->data + f->captured - 7, "payload", 7) == 0)
		s->count++;
	assert_null(f->process);
	assert_int_equal(f->file, 0);
	assert_true(f->captured <= f->length);
}

static void
send_to(const char *address, uint16_t port, unsigned count)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };

	assert_true(fd >= 0);
	assert_int_equal(inet_pton(AF_INET, address, &to.sin_addr), 1);
	while (count-- > 0)
		(void)sendto(fd, "payload", 7, 0, (struct sockaddr *)&to, sizeof(to));
	close(fd);
}

static struct live *
open_live(const char *interface, const char *filter)
{
	struct live_options options = {
		.interface = interface, .filter = filter, .buffer_mib = 4
	};
	struct error e = { 0 };
	struct live *l = live_open(&options, &e);

	if (l == NULL)
		error_write(&e, stderr);
	assert_non_null(l);
	return l;
}

#define ALL UINT32_MAX

/* Reads until so many came, for two seconds at most; or all, until no more come. */
static int
read_some(struct live *l, unsigned count, struct seen *s)
{
	struct error e = { 0 };
	int rc = 0, times = count == ALL ? 40 : 200;

	for (int i = 0; i < times && s->count < count && rc >= 0; i++) {
		struct pollfd p = { .fd = live_fd(l), .events = POLLIN };

		(void)poll(&p, 1, 10);
		rc = live_read(l, 7, see, s, &e);
		assert_true(rc <= 7);
	}
	assert_int_equal(rc < 0, e.count == 1);
	if (rc < 0)
		assert_non_null(strstr(e.lines[0].text, "is gone"));
	error_clear(&e);
	return rc;
}

static void
expect_refusal(const struct live_options *options, const char *file, const char *text)
{
	struct error e = { 0 };

	assert_null(live_open(options, &e));
	assert_int_equal(e.count, 1);
	assert_string_equal(e.lines[0].file, file);
	if (strstr(e.lines[0].text, text) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", text, e.lines[0].text);
	error_clear(&e);
}

static void
run(const char *command)
{
	if (system(command) != 0)
		fail_msg("%s", command);
}

static void
loopback(void)
{
	struct live *l = open_live("lo", NULL);
	const struct live_facts *facts = live_facts(l);
	struct live_counts counts;
	struct seen s = { 0 };
	int64_t began;

	assert_string_equal(facts->interface, "lo");
	assert_null(facts->filter);
	assert_int_equal(facts->linktype, 1);
	assert_int_equal(facts->snaplen, LIVE_SNAPLEN);
	assert_true(facts->nanoseconds);
	assert_non_null(strstr(facts->library, "libpcap"));
	assert_int_equal(read_some(l, ALL, &s), 0); /* nothing waits */
	assert_int_equal(s.all, 0);
	began = now_ns();
	send_to("127.0.0.1", PORT, 50);
	(void)read_some(l, 50, &s);
	assert_int_equal(s.count, 50); /* each once, though it goes out and in */
	assert_false(s.lost_order);
	assert_in_range(s.time_ns, began, now_ns());
	live_counts(l, &counts);
	assert_true(counts.received >= 50);
	assert_int_equal(counts.kernel_drops, 0);
	assert_int_equal(counts.interface_drops, 0);
	live_counts(l, &counts);
	assert_true(counts.received >= 50);
	live_close(l);
}

static void
filtered(void)
{
	struct live *l = open_live("lo", "udp port 4712");
	struct seen s = { 0 };

	assert_string_equal(live_facts(l)->filter, "udp port 4712");
	send_to("127.0.0.1", PORT, 20);
	send_to("127.0.0.1", 4712, 5);
	send_to("127.0.0.1", PORT, 20);
	(void)read_some(l, ALL, &s);
	assert_int_equal(s.all, 5);
	live_close(l);
}

static void
any(void)
{
	struct live *l = open_live("any", "udp");
	struct seen s = { 0 };

	assert_int_equal(live_facts(l)->linktype, 276);
	send_to("127.0.0.1", PORT, 5);
	(void)read_some(l, 5, &s);
	assert_int_equal(s.count, 5);
	assert_int_equal(s.linktype, 276);
	live_close(l);
}

/* A small ring that nobody reads: what did not fit is counted. */
static void
drops(void)
{
	struct live_options options = { .interface = "veth-a", .buffer_mib = 1 };
	struct error e = { 0 };
	struct live *l = live_open(&options, &e);
	struct live_counts before, counts;
	struct seen s = { 0 };

	assert_non_null(l);
	send_to("198.51.100.2", PORT, 30000);
	live_counts(l, &before);
	assert_true(before.kernel_drops > 1000);
	assert_true(before.kernel_drops < 30000);
	(void)read_some(l, ALL, &s);
	assert_true(s.count > 100 && s.count < 29000);
	live_counts(l, &counts);
	assert_true(counts.kernel_drops >= before.kernel_drops);
	assert_true(counts.received >= before.received);
	live_close(l);
}

static void
refused(void)
{
	struct live_options options = { .interface = "l0" };

	expect_refusal(&options, "l0", "no such interface: expected one of ");
	expect_refusal(&options, "l0", "did you mean lo?");
	options.interface = "nowhere-near";
	expect_refusal(&options, "nowhere-near", "veth-a");
	options.interface = "lo";
	options.filter = "udp and";
	expect_refusal(&options, "filter", "\"udp and\" does not compile: ");
	options.filter = "host example.org";
	expect_refusal(&options, "filter", "\"example.org\" is a name");
	options.filter = NULL;
	assert_int_equal(setresuid(65534, 65534, 65534), 0);
	expect_refusal(&options, "lo", "needs the permission to capture (CAP_NET_RAW)");
}

/* Down is not gone: it goes on when it is up again. */
static void
down_and_up(void)
{
	struct live *l = open_live("veth-a", "udp port 4711");
	struct seen s = { 0 };

	send_to("198.51.100.2", PORT, 3);
	assert_true(read_some(l, 3, &s) >= 0);
	assert_int_equal(s.count, 3);
	run("ip link set veth-a down");
	assert_int_equal(read_some(l, ALL, &s), 0);
	run("ip link set veth-a up && ip neigh add 198.51.100.2 lladdr "
	    "02:00:00:00:00:02 nud permanent dev veth-a");
	send_to("198.51.100.2", PORT, 3);
	assert_true(read_some(l, 6, &s) >= 0);
	assert_int_equal(s.count, 6);
	live_close(l);
}

static void
gone(void)
{
	struct live *l = open_live("veth-a", NULL);
	struct seen s = { 0 };
	struct live_counts counts;
	struct error e = { 0 };

	run("ip link del veth-a");
	assert_int_equal(read_some(l, ALL, &s), -1);
	assert_int_equal(live_read(l, 7, see, &s, &e), -1);
	error_clear(&e);
	live_counts(l, &counts); /* what cannot be read stays */
	live_close(l);
}

static void
interfaces(void)
{
	struct live_interface *all;
	struct error e = { 0 };
	bool lo = false, veth = false, any_there = false;
	size_t count;

	assert_int_equal(live_interfaces(&all, &count, &e), 0);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(all[i].name, "lo") == 0)
			lo = all[i].loopback && all[i].up && all[i].addr_count > 0;
		if (strcmp(all[i].name, "veth-a") == 0)
			veth = !all[i].loopback && all[i].up && all[i].addr_count > 0 &&
			       all[i].addrs[0].family == 4;
		any_there = any_there || strcmp(all[i].name, "any") == 0;
		assert_null(strstr(all[i].name, "nflog"));
	}
	assert_true(lo && veth && any_there);
	free(all);
}

static bool
has_local(const struct addr_net *nets, size_t count, const char *text)
{
	struct addr_net net;

	assert_int_equal(addr_net_parse(text, &net), 0);
	for (size_t i = 0; i < count; i++)
		if (addr_equal(&nets[i].addr, &net.addr) && nets[i].bits == net.bits)
			return true;
	return false;
}

static void
locals(void)
{
	struct addr_net *nets;
	size_t count;

	run("ip addr add 203.0.113.9/32 dev lo && ip addr add 127.0.0.9/8 dev veth-a");
	run("ip addr add 2001:db8::7/64 dev veth-b nodad");
	assert_int_equal(live_locals(&nets, &count), 0);
	assert_true(has_local(nets, count, "198.51.100.1"));
	assert_true(has_local(nets, count, "2001:db8::7"));
	assert_false(has_local(nets, count, "203.0.113.9"));
	for (size_t i = 0; i < count; i++) {
		assert_false(addr_is_loopback(&nets[i].addr));
		assert_true(i == 0 || addr_compare(&nets[i - 1].addr, &nets[i].addr) < 0);
	}
	free(nets);
}

/* In a child of its own, in a namespace of its own that goes with it. */
static void
in_namespace(void (*test)(void))
{
	pid_t child;
	int status;

	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (unshare(CLONE_NEWNET) < 0 ||
		    system("ip link set lo up && ip link add veth-a type veth peer "
			   "name veth-b && ip addr add 198.51.100.1/24 dev veth-a && "
			   "ip link set veth-a up && ip link set veth-b up && "
			   "ip neigh add 198.51.100.2 lladdr 02:00:00:00:00:02 "
			   "nud permanent dev veth-a") != 0)
			_exit(77);
		test();
		exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("skipped: no network namespace can be made here\n");
		skip();
	}
	assert_int_equal(status, 0);
}

#define IN_NAMESPACE(name)                                                               \
	static void test_##name(void **state)                                            \
	{                                                                                \
		(void)state;                                                             \
		in_namespace(name);                                                      \
	}

IN_NAMESPACE(loopback)
IN_NAMESPACE(filtered)
IN_NAMESPACE(any)
IN_NAMESPACE(drops)
IN_NAMESPACE(refused)
IN_NAMESPACE(down_and_up)
IN_NAMESPACE(gone)
IN_NAMESPACE(interfaces)
IN_NAMESPACE(locals)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loopback),
		cmocka_unit_test(test_filtered),
		cmocka_unit_test(test_any),
		cmocka_unit_test(test_drops),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_down_and_up),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_interfaces),
		cmocka_unit_test(test_locals),
	};

	if (geteuid() != 0) {
		print_message("skipped: only root may capture\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
