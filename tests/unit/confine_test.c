/* SPDX-License-Identifier: Apache-2.0 */
/* What a confined program can no longer do, and what it still can. In children. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <termios.h>
#include <time.h>

#include <callwitness/tap.h>

#include "refused_sending.h"

static int
confine(int packets)
{
	struct error e = { 0 };
	int rc = privileges_confine(packets, &e);

	error_write(&e, stderr);
	error_clear(&e);
	return rc;
}

static int
stand_in(void)
{
	int packets[2], other[2];
	char text[8] = "";

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, packets) == 0);
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, other) == 0);
	MUST(confine(packets[0]) == 0);
	if (sending_is_refused(packets[0], other[0]) != 0)
		return -1;
	MUST(recv(packets[1], text, sizeof(text), MSG_DONTWAIT) == -1 && errno == EAGAIN);
	/* It still reads, and its neighbours still write. */
	MUST(write(packets[1], "abc", 3) == 3);
	MUST(read(packets[0], text, sizeof(text)) == 3 && memcmp(text, "abc", 3) == 0);
	MUST(send(other[0], "defg", 4, 0) == 4);
	MUST(recv(other[1], text, sizeof(text), 0) == 4 && memcmp(text, "defg", 4) == 0);
	return 0;
}

static void
nothing_is_sent_to_packets(void **state)
{
	(void)state;
	assert_int_equal(in_child(stand_in), 0);
}

static int
no_way_out(void)
{
	char *none[] = { NULL };

	MUST(confine(-1) == 0);
	MUST_BE_REFUSED(socket(AF_INET, SOCK_STREAM, 0));
	MUST_BE_REFUSED(socket(AF_INET, SOCK_DGRAM, 0));
	MUST_BE_REFUSED(socket(AF_INET, SOCK_RAW, 1));
	MUST_BE_REFUSED(socket(AF_INET6, SOCK_STREAM, 0));
	MUST_BE_REFUSED(socket(AF_INET6, SOCK_RAW, 58));
	MUST_BE_REFUSED(socket(AF_PACKET, SOCK_RAW, 0));
	MUST_BE_REFUSED(socket(AF_PACKET, SOCK_DGRAM, 0));
	MUST_BE_REFUSED(socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC));
	MUST_BE_REFUSED(socket(AF_VSOCK, SOCK_STREAM, 0));
	MUST_BE_REFUSED(syscall(SYS_socket, 1L << 32 | AF_INET, SOCK_DGRAM, 0));
	MUST_BE_REFUSED(socketpair(AF_INET, SOCK_STREAM, 0, (int[2]){ 0 }));
	MUST_BE_REFUSED(execve("/bin/true", none, none));
	MUST_BE_REFUSED(fexecve(0, none, none));
	MUST_BE_REFUSED(unshare(CLONE_NEWUSER));
	MUST_BE_REFUSED(setns(0, 0));
	MUST_BE_REFUSED(mount("none", "/mnt", "tmpfs", 0, NULL));
	MUST_BE_REFUSED(umount("/mnt"));
	MUST_BE_REFUSED(chroot("/"));
	MUST_BE_REFUSED(syscall(SYS_bpf, 0, NULL, 0));
	MUST_BE_REFUSED(syscall(SYS_perf_event_open, NULL, 0, 0, 0, 0));
	MUST_BE_REFUSED(syscall(SYS_keyctl, 0, 0, 0, 0, 0));
	MUST_BE_REFUSED(syscall(SYS_userfaultfd, 0));
	MUST_BE_REFUSED(syscall(SYS_init_module, NULL, 0, ""));
	MUST_BE_REFUSED(syscall(SYS_kexec_load, 0, 0, NULL, 0));
	MUST_BE_REFUSED(syscall(SYS_reboot, 0, 0, 0, NULL));
	MUST_BE_REFUSED(syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0));
	MUST_BE_REFUSED(syscall(SYS_process_vm_writev, getppid(), NULL, 0, NULL, 0, 0));
	MUST_BE_REFUSED(
	    syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL));
	MUST_BE_REFUSED(setuid(getuid()));
	MUST_BE_REFUSED(ioctl(0, TIOCSTI, "x"));
	MUST_BE_REFUSED(sethostname("x", 1));
	MUST_BE_REFUSED(mknod("/tmp/x", S_IFCHR | 0600, 0));
#ifndef __SANITIZE_ADDRESS__
	MUST_BE_REFUSED(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
#endif
	return 0;
}

static void
what_is_not_needed_is_refused(void **state)
{
	(void)state;
	assert_int_equal(in_child(no_way_out), 0);
}

static int
files_work(const char *folder)
{
	FILE *out = NULL;
	DIR *listing = NULL;
	struct stat st;
	struct statvfs space;
	int fd = -1;

	MUST(chdir(folder) == 0 && mkdir("bundle", 0700) == 0);
	MUST((out = fopen("bundle/a.tmp", "w")) != NULL);
	MUST(fprintf(out, "%0100d\n", 7) == 101 && fflush(out) == 0);
	MUST(fsync(fileno(out)) == 0 && fdatasync(fileno(out)) == 0 && fclose(out) == 0);
	MUST(rename("bundle/a.tmp", "bundle/a") == 0);
	MUST(stat("bundle/a", &st) == 0 && st.st_size == 101);
	MUST(chmod("bundle/a", 0600) == 0 && access("bundle/a", R_OK) == 0);
	MUST((fd = open("bundle", O_RDONLY | O_DIRECTORY)) >= 0 && fsync(fd) == 0);
	MUST(renameat2(fd, "a", fd, "b", RENAME_NOREPLACE) == 0);
	MUST(faccessat(fd, "b", R_OK, AT_EACCESS) == 0 && close(fd) == 0);
	MUST((fd = open("bundle/b", O_RDWR)) >= 0 && ftruncate(fd, 50) == 0);
	MUST(fallocate(fd, 0, 0, 4096) == 0 || errno == EOPNOTSUPP);
	MUST(sync_file_range(fd, 0, 4096, SYNC_FILE_RANGE_WRITE) == 0 || errno == ENOSYS);
	MUST(pwrite(fd, "x", 1, 10) == 1 && lseek(fd, 0, SEEK_END) > 0);
	MUST(fchmod(fd, 0640) == 0 && fstat(fd, &st) == 0 && close(fd) == 0);
	MUST((listing = opendir("bundle")) != NULL && readdir(listing) != NULL);
	MUST(closedir(listing) == 0 && statvfs(".", &space) == 0);
	MUST(unlink("bundle/b") == 0 && rmdir("bundle") == 0 && chdir("/") == 0);
	MUST(umask(umask(022)) == 022);
	return 0;
}

static int
compare_ints(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void *
thread(void *arg)
{
	int *count = arg;

	free(malloc(100000));
	return ++*count, arg;
}

static int
memory_and_threads_work(void)
{
	const size_t count = 5000000;
	int *numbers = malloc(count * sizeof(*numbers)), done = 0;
	pthread_t threads[4];
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	MUST(numbers != NULL && out != NULL);
	for (size_t i = 0; i < count; i++)
		numbers[i] = (int)(i * 2654435761u % 1000003);
	qsort(numbers, count / 10, sizeof(*numbers), compare_ints);
	for (size_t i = 1; i < count / 10; i++)
		MUST(numbers[i - 1] <= numbers[i]);
	free(numbers);
	for (size_t i = 0; i < COUNT_OF(threads); i++) {
		MUST(pthread_create(&threads[i], NULL, thread, &done) == 0);
		MUST(pthread_join(threads[i], NULL) == 0);
	}
	MUST(done == (int)COUNT_OF(threads));
	MUST(fprintf(out, "%d", done) == 1 && fclose(out) == 0 && length == 1);
	free(text);
	return 0;
}

static int
children_work(void)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		while (true)
			pause();
	}
	MUST(child > 0 && kill(child, SIGKILL) == 0);
	MUST(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
	child = fork();
	if (child == 0)
		_exit(socket(AF_INET, SOCK_STREAM, 0) == -1 && errno == EPERM ? 3 : 0);
	MUST(child > 0 && waitpid(child, &status, 0) == child);
	MUST(WIFEXITED(status) && WEXITSTATUS(status) == 3);
	errno = 0;
	MUST(nice(1) != -1 || errno == 0);
	return 0;
}

/* `listener` was made before: nobody new is called, but callers are heard. */
static int
sockets_work(int listener)
{
	struct ifaddrs *all = NULL;
	int epoll = epoll_create1(EPOLL_CLOEXEC), peer = -1, pair[2];
	struct epoll_event event = { .events = EPOLLIN };
	struct ucred who;
	socklen_t size = sizeof(who);
	char text[16];

	MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) == 0);
	MUST(epoll_wait(epoll, &event, 1, 5000) == 1);
	MUST((peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0);
	MUST(getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0);
	MUST(who.uid == getuid() && recv(peer, text, sizeof(text), 0) == 5);
	MUST(send(peer, "reply", 5, MSG_NOSIGNAL) == 5 && close(peer) == 0);
	MUST(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
	MUST(write(pair[0], "one", 3) == 3 && read(pair[1], text, 16) == 3);
	MUST(getifaddrs(&all) == 0 && all != NULL);
	freeifaddrs(all);
	MUST(if_nametoindex("lo") > 0);
	return 0;
}

static int
waiting_works(void)
{
	struct timespec pause = { 0, 1000 }, now;
	struct signalfd_siginfo info;
	unsigned char random[16];
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	MUST(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	MUST((fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) >= 0);
	MUST(raise(SIGUSR1) == 0 && read(fd, &info, sizeof(info)) == sizeof(info));
	MUST(poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 1) == 0);
	MUST(ppoll(&(struct pollfd){ fd, POLLIN, 0 }, 1, &pause, NULL) == 0);
	MUST(nanosleep(&pause, NULL) == 0 && clock_gettime(CLOCK_REALTIME, &now) == 0);
	MUST(getentropy(random, sizeof(random)) == 0 && close(fd) == 0);
	return 0;
}

static int
a_terminal_works(int terminal)
{
	struct termios mode;
	struct winsize size;

	MUST(isatty(terminal) && tcgetattr(terminal, &mode) == 0);
	mode.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
	MUST(tcsetattr(terminal, TCSADRAIN, &mode) == 0);
	MUST(ioctl(terminal, TIOCGWINSZ, &size) == 0 && tcflush(terminal, TCIFLUSH) == 0);
	MUST(write(terminal, "x", 1) == 1);
	return 0;
}

/* Listens below `folder`, and a child that is not confined calls. */
static int
listener_open(const char *folder)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct sockaddr *at = (const struct sockaddr *)(void *)&address;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", folder);
	MUST(bind(fd, at, sizeof(address)) == 0 && listen(fd, 4) == 0);
	if (fork() == 0) {
		int call = socket(AF_UNIX, SOCK_STREAM, 0);
		char text[8];

		if (connect(call, at, sizeof(address)) == 0 &&
		    send(call, "hello", 5, 0) == 5 &&
		    recv(call, text, sizeof(text), 0) == 5)
			_exit(0);
		_exit(1);
	}
	return fd;
}

static int
a_run_goes_on(void)
{
	char folder[] = "/tmp/confine_test.XXXXXX", path[64];
	int listener, rc, terminal = -1, screen = -1, status = 0;

	MUST(mkdtemp(folder) != NULL);
	snprintf(path, sizeof(path), "%s/s", folder);
	MUST((listener = listener_open(folder)) >= 0);
	MUST(openpty(&screen, &terminal, NULL, NULL, NULL) == 0);
	MUST(umask(022) != 0777 && confine(1000) == 0);
	rc = files_work(folder) != 0 || memory_and_threads_work() != 0 ||
	     sockets_work(listener) != 0 || wait(&status) <= 0 || status != 0 ||
	     children_work() != 0 || waiting_works() != 0 ||
	     a_terminal_works(terminal) != 0;
	/* The screen's child of a confined program confines itself once more. */
	MUST(rc == 0 && confine(-1) == 0);
	MUST(unlink(path) == 0 && rmdir(folder) == 0);
	return 0;
}

static void
what_a_run_needs_works(void **state)
{
	(void)state;
	assert_int_equal(in_child(a_run_goes_on), 0);
}

/* Threads that were there before are confined, too. */
static void *
thread_tries(void *arg)
{
	int *pipes = arg;
	char go;

	if (read(pipes[0], &go, 1) != 1)
		return NULL;
	errno = 0;
	return socket(AF_INET, SOCK_DGRAM, 0) == -1 && errno == EPERM ? arg : NULL;
}

static int
all_threads(void)
{
	int pipes[2];
	pthread_t other;
	void *refused = NULL;

	MUST(pipe(pipes) == 0);
	MUST(pthread_create(&other, NULL, thread_tries, pipes) == 0);
	MUST(confine(-1) == 0 && write(pipes[1], "", 1) == 1);
	MUST(pthread_join(other, &refused) == 0 && refused == pipes);
	return 0;
}

static void
all_threads_are_confined(void **state)
{
	(void)state;
	assert_int_equal(in_child(all_threads), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_sent_to_packets),
		cmocka_unit_test(what_is_not_needed_is_refused),
		cmocka_unit_test(what_a_run_needs_works),
		cmocka_unit_test(all_threads_are_confined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
