/* SPDX-License-Identifier: Apache-2.0 */
/*
 * After the start the program reads what strangers send. What it needs to its end is
 * known, so the kernel refuses the rest. Two filters, since the kernel takes the stricter
 * word of all there are: one lists what may be called, the other what may not be done to
 * the packet socket. Numbers are compared without the upper half of their register, as
 * the kernel takes them: else a write to 2^32 + 5 would pass for one that is not to 5.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/prctl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "private.h"

#define LOW UINT32_MAX

/* Names that this machine's kernel does not have (64 or 32 bits, old or new) are passed
 * over. */
static const char *const allowed[] = {
	/* Files: no rights are lifted, so the user's own count. */
	"open", "openat", "creat", "close", "close_range", "read", "readv", "pread64",
	"preadv", "preadv2", "write", "writev", "pwrite64", "pwritev", "pwritev2",
	"lseek", "_llseek", "copy_file_range", "stat", "lstat", "fstat", "newfstatat",
	"stat64", "lstat64", "fstat64", "fstatat64", "statx", "statfs", "fstatfs",
	"statfs64", "fstatfs64", "access", "faccessat", "faccessat2", "readlink",
	"readlinkat", "getcwd", "chdir", "fchdir", "getdents", "getdents64", "mkdir",
	"mkdirat", "rmdir", "rename", "renameat", "renameat2", "link", "linkat", "unlink",
	"unlinkat", "fsync", "fdatasync", "sync_file_range", "sync_file_range2", "syncfs",
	"truncate", "truncate64", "ftruncate", "ftruncate64", "fallocate", "fadvise64",
	"fadvise64_64", "arm_fadvise64_64", "readahead", "chmod", "fchmod", "fchmodat",
	"fchmodat2", "umask", "utimensat", "utimensat_time64", "flock", "fcntl",
	"fcntl64", "dup", "dup2", "dup3", "pipe", "pipe2", "memfd_create",
	/* Waiting. */
	"poll", "ppoll", "ppoll_time64", "select", "_newselect", "pselect6",
	"pselect6_time64", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait",
	"epoll_pwait", "epoll_pwait2", "eventfd", "eventfd2", "signalfd", "signalfd4",
	"timerfd_create", "timerfd_settime", "timerfd_gettime", "timerfd_settime64",
	"timerfd_gettime64", "nanosleep", "clock_nanosleep", "clock_nanosleep_time64",
	"pause", "alarm", "setitimer", "getitimer", "restart_syscall",
	/* Sockets that there are: the packets', the peers', the children's. */
	"bind", "accept", "accept4", "getsockname", "getpeername", "getsockopt",
	"setsockopt", "shutdown", "recv", "recvfrom", "recvmsg", "recvmmsg",
	"recvmmsg_time64", "send", "sendto", "sendmsg", "sendmmsg",
	/* Memory and threads. */
	"brk", "mmap", "mmap2", "munmap", "mremap", "mprotect", "madvise", "msync",
	"mincore", "mlock", "mlock2", "munlock", "membarrier", "futex", "futex_time64",
	"futex_waitv", "set_robust_list", "get_robust_list", "rseq", "set_tid_address",
	"set_thread_area", "arch_prctl", "sched_yield", "sched_getaffinity",
	"sched_getparam", "sched_getscheduler", "sched_get_priority_max",
	"sched_get_priority_min", "sched_setscheduler", "getcpu", "getpriority",
	"setpriority",
	/* Children of our own, and signals: the kernel asks whose they are. */
	"fork", "vfork", "wait4", "waitid", "waitpid", "exit", "exit_group", "kill",
	"tkill", "tgkill", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
	"rt_sigpending", "rt_sigsuspend", "rt_sigtimedwait", "rt_sigtimedwait_time64",
	"rt_sigqueueinfo", "sigaltstack", "sigreturn", "sigaction", "sigprocmask",
	/* Questions that change nothing; and one filter more. */
	"getpid", "getppid", "gettid", "getpgrp", "getpgid", "getsid", "getuid",
	"geteuid", "getgid", "getegid", "getgroups", "getresuid", "getresgid", "getuid32",
	"geteuid32", "getgid32", "getegid32", "getgroups32", "getresuid32", "getresgid32",
	"capget", "getrlimit", "ugetrlimit", "prlimit64", "getrusage", "sysinfo", "uname",
	"times", "time", "gettimeofday", "clock_gettime", "clock_gettime64",
	"clock_getres", "clock_getres_time64", "getrandom", "seccomp",
#ifdef __SANITIZE_ADDRESS__
	"ptrace", /* the leak check at the end stops the program's own threads */
#endif
};

/* Arguments; `mask` 0 asks for nothing. */
struct when {
	unsigned argument;
	uint64_t mask, value;
};

struct limit {
	const char *call;
	struct when when[2];
};

#define FIRST(is)                                                                        \
	{                                                                                \
		{                                                                        \
			0, LOW, is                                                       \
		}                                                                        \
	}
#define SECOND(is)                                                                       \
	{                                                                                \
		{                                                                        \
			1, LOW, is                                                       \
		}                                                                        \
	}
#define NAMESPACES                                                                       \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |   \
	    CLONE_NEWPID | CLONE_NEWNET)
#ifdef __s390__
#define CLONE_FLAGS 1
#else
#define CLONE_FLAGS 0
#endif

static const struct limit allowed_when[] = {
	{ "socket", FIRST(AF_UNIX) },
	{ "socket", { { 0, LOW, AF_NETLINK }, { 2, LOW, NETLINK_ROUTE } } },
	{ "socketpair", FIRST(AF_UNIX) },
	{ "clone", { { CLONE_FLAGS, NAMESPACES, 0 } } },
	{ "personality", FIRST(LOW) },
	{ "prctl", FIRST(PR_SET_NAME) },
	{ "prctl", FIRST(PR_GET_NAME) },
	{ "prctl", FIRST(PR_SET_PDEATHSIG) },
	{ "prctl", FIRST(PR_GET_PDEATHSIG) },
	{ "prctl", FIRST(PR_SET_DUMPABLE) },
	{ "prctl", FIRST(PR_GET_DUMPABLE) },
	{ "prctl", FIRST(PR_SET_NO_NEW_PRIVS) },
	{ "prctl", FIRST(PR_GET_NO_NEW_PRIVS) },
	{ "prctl", FIRST(PR_SET_SECCOMP) },
	{ "prctl", FIRST(PR_GET_SECCOMP) },
	{ "prctl", FIRST(PR_CAPBSET_READ) },
	{ "prctl", FIRST(PR_CAP_AMBIENT) },
	{ "prctl", FIRST(PR_SET_PTRACER) },
#ifdef PR_SET_VMA
	{ "prctl", FIRST(PR_SET_VMA) },
#endif
	/* The terminal; not TIOCSTI, which types. */
	{ "ioctl", SECOND(TCGETS) },
	{ "ioctl", SECOND(TCSETS) },
	{ "ioctl", SECOND(TCSETSW) },
	{ "ioctl", SECOND(TCSETSF) },
	{ "ioctl", SECOND(TCFLSH) },
	{ "ioctl", SECOND(TCSBRK) },
	{ "ioctl", SECOND(TCXONC) },
	{ "ioctl", SECOND(TIOCGWINSZ) },
	{ "ioctl", SECOND(TIOCGPGRP) },
	{ "ioctl", SECOND(TIOCSPGRP) },
	{ "ioctl", SECOND(FIONREAD) },
	{ "ioctl", SECOND(FIONBIO) },
	/* An interface, looked at. */
	{ "ioctl", SECOND(SIOCGIFNAME) },
	{ "ioctl", SECOND(SIOCGIFCONF) },
	{ "ioctl", SECOND(SIOCGIFFLAGS) },
	{ "ioctl", SECOND(SIOCGIFADDR) },
	{ "ioctl", SECOND(SIOCGIFNETMASK) },
	{ "ioctl", SECOND(SIOCGIFBRDADDR) },
	{ "ioctl", SECOND(SIOCGIFDSTADDR) },
	{ "ioctl", SECOND(SIOCGIFMTU) },
	{ "ioctl", SECOND(SIOCGIFHWADDR) },
	{ "ioctl", SECOND(SIOCGIFINDEX) },
};

/*
 * Argument `socket` is the packet socket; it keeps its number to the end, or a file that
 * got that number later could not be written.
 */
static const struct {
	const char *call;
	unsigned socket;
	struct when when[2];
} refused[] = {
	{ "write", 0, { { 0 } } },
	{ "writev", 0, { { 0 } } },
	{ "pwrite64", 0, { { 0 } } },
	{ "pwritev", 0, { { 0 } } },
	{ "pwritev2", 0, { { 0 } } },
	{ "send", 0, { { 0 } } },
	{ "sendto", 0, { { 0 } } },
	{ "sendfile", 0, { { 0 } } },
	{ "sendfile64", 0, { { 0 } } },
	{ "splice", 2, { { 0 } } },
	{ "copy_file_range", 2, { { 0 } } },
	{ "bind", 0, { { 0 } } },
	{ "close", 0, { { 0 } } },
	{ "dup", 0, { { 0 } } },
	{ "dup2", 0, { { 0 } } },
	{ "dup2", 1, { { 0 } } },
	{ "dup3", 0, { { 0 } } },
	{ "dup3", 1, { { 0 } } },
	{ "fcntl", 0, SECOND(F_DUPFD) },
	{ "fcntl", 0, SECOND(F_DUPFD_CLOEXEC) },
	{ "fcntl64", 0, SECOND(F_DUPFD) },
	{ "fcntl64", 0, SECOND(F_DUPFD_CLOEXEC) },
	{ "setsockopt", 0, { { 1, LOW, SOL_PACKET }, { 2, LOW, PACKET_TX_RING } } },
};

/* These could close the packet socket, or hand it on under another number. */
static const char *const refused_whole[] = { "sendmsg", "sendmmsg", "close_range" };

static int
rule_add(scmp_filter_ctx filter, uint32_t action, const char *call,
    const struct scmp_arg_cmp *tests, unsigned count)
{
	int number = seccomp_syscall_resolve_name(call), rc;

	if (number == __NR_SCMP_ERROR)
		return 0; /* newer than the library, which then refuses it */
	rc = seccomp_rule_add_array(filter, action, number, count, tests);
	/* Another machine's call. */
	return rc == -EDOM || rc == -EOPNOTSUPP ? 0 : rc;
}

/* Rule of up to two conditions, after `count` others. */
static int
rule_add_when(scmp_filter_ctx filter, uint32_t action, const char *call,
    const struct when when[2], struct scmp_arg_cmp tests[3], unsigned count)
{
	for (unsigned i = 0; i < 2; i++)
		if (when[i].mask != 0)
			tests[count++] = (struct scmp_arg_cmp){ when[i].argument,
				SCMP_CMP_MASKED_EQ, when[i].mask, when[i].value };
	return rule_add(filter, action, call, tests, count);
}

/* For all threads; calls by another machine's numbers end the program. */
static int
filter_load(scmp_filter_ctx filter, int rc)
{
	if (rc == 0)
		rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc;
}

static int
packets_refuse(scmp_filter_ctx filter, int packets)
{
	uint32_t no = SCMP_ACT_ERRNO(EPERM);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < COUNT_OF(refused); i++) {
		struct scmp_arg_cmp tests[3] = { { refused[i].socket, SCMP_CMP_MASKED_EQ,
		    LOW, (uint64_t)packets } };

		rc =
		    rule_add_when(filter, no, refused[i].call, refused[i].when, tests, 1);
	}
	for (size_t i = 0; rc == 0 && i < COUNT_OF(refused_whole); i++)
		rc = rule_add(filter, no, refused_whole[i], NULL, 0);
	return rc;
}

/* 0, or a negative errno; as the next. */
static int
calls_refuse(int packets)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int rc = filter != NULL ? 0 : -ENOMEM;

	/* Sockets by the old door of 32 bits: arguments are in memory there. */
	if (rc == 0)
		rc = rule_add(filter, SCMP_ACT_ERRNO(EPERM), "socketcall", NULL, 0);
	if (rc == 0 && packets >= 0)
		rc = packets_refuse(filter, packets);
	return filter_load(filter, rc);
}

static int
calls_limit(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	struct scmp_arg_cmp tests[3];
	int rc = filter != NULL ? 0 : -ENOMEM;

	for (size_t i = 0; rc == 0 && i < COUNT_OF(allowed); i++)
		rc = rule_add(filter, SCMP_ACT_ALLOW, allowed[i], NULL, 0);
	for (size_t i = 0; rc == 0 && i < COUNT_OF(allowed_when); i++)
		rc = rule_add_when(filter, SCMP_ACT_ALLOW, allowed_when[i].call,
		    allowed_when[i].when, tests, 0);
	/* Its flags are in memory, too: the C library calls clone then. */
	if (rc == 0)
		rc = rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), "clone3", NULL, 0);
	return filter_load(filter, rc);
}

int
privileges_confine(int packets, struct error *e)
{
	int rc = calls_refuse(packets);

	if (rc == 0)
		rc = calls_limit();
	if (rc == 0)
		return 0;
	error_add(e, "privileges", 0, 0, "system calls cannot be limited (seccomp): %s",
	    strerror(-rc));
	return -1;
}
