/* SPDX-License-Identifier: Apache-2.0 */
/* Privileges are given up for good: tried as root, in children. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <fcntl.h>
#include <sys/syscall.h>

#include <callwitness/tap.h>

#include "in_child.h"

#define NOBODY 65534u

int privileges_keep_lookup(struct error *e); /* of src/tap/private.h */

static bool
is_root(void)
{
	if (geteuid() == 0)
		return true;
	printf("needs root: not tried\n");
	return false;
}

/* A set of /proc/self/status, "CapEff:"; all ones if it is not told. */
static unsigned long long
set_of(const char *name)
{
	FILE *in = fopen("/proc/self/status", "r");
	unsigned long long set = ~0ULL;
	char line[256];

	while (in != NULL && fgets(line, sizeof(line), in) != NULL)
		if (strncmp(line, name, strlen(name)) == 0)
			set = strtoull(line + strlen(name), NULL, 16);
	if (in != NULL)
		fclose(in);
	return set;
}

static int
drop(uid_t uid, gid_t gid)
{
	const struct tap_user user = { uid, gid };
	struct error e = { 0 };
	int rc = privileges_drop(&user, &e);

	error_write(&e, stderr);
	error_clear(&e);
	return rc;
}

static int
nothing_is_left(void)
{
	static const char *const sets[] = {
		"CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"
	};

	for (size_t i = 0; i < COUNT_OF(sets); i++)
		MUST(set_of(sets[i]) == 0);
	MUST(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	return 0;
}

static int
become_nobody(void)
{
	gid_t groups[2] = { 0, 1 };
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;

	MUST(setgroups(2, groups) == 0);
	MUST(drop(NOBODY, NOBODY) == 0);
	MUST(getresuid(&ruid, &euid, &suid) == 0 && getresgid(&rgid, &egid, &sgid) == 0);
	MUST(ruid == NOBODY && euid == NOBODY && suid == NOBODY);
	MUST(rgid == NOBODY && egid == NOBODY && sgid == NOBODY);
	MUST(getgroups(0, NULL) == 0);
	MUST_BE_REFUSED(setuid(0));
	MUST_BE_REFUSED(setgid(0));
	MUST_BE_REFUSED(setresuid((uid_t)-1, 0, (uid_t)-1));
	MUST_BE_REFUSED(setgroups(1, groups));
	MUST_BE_REFUSED(socket(AF_PACKET, SOCK_RAW, 0));
	MUST_BE_REFUSED(chroot("/"));
	MUST(open("/etc/shadow", 0) == -1 && errno == EACCES);
	return nothing_is_left();
}

static void
another_user_is_for_good(void **state)
{
	(void)state;
	if (!is_root())
		skip();
	assert_int_equal(in_child(become_nobody), 0);
}

/* Root in name alone: its files, but none of its rights. */
static int
stay_root(void)
{
	MUST(drop(0, getgid()) == 0);
	MUST_BE_REFUSED(socket(AF_PACKET, SOCK_RAW, 0));
	MUST_BE_REFUSED(setuid(NOBODY));
	MUST_BE_REFUSED(chroot("/"));
	return nothing_is_left();
}

static void
root_without_rights(void **state)
{
	(void)state;
	if (!is_root())
		skip();
	assert_int_equal(in_child(stay_root), 0);
}

/* A capability that a program was given as its own, and that would be inherited. */
static int
drop_ambient(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct raw[2] = { { 0, 0, 0 }, { 0, 0, 0 } };

	raw[0].effective = raw[0].permitted = raw[0].inheritable = 1u << CAP_NET_RAW;
	MUST(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0);
	MUST(setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0);
	MUST(setresuid(NOBODY, NOBODY, NOBODY) == 0);
	MUST(syscall(SYS_capset, &head, raw) == 0);
	MUST(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0) == 0);
	MUST(set_of("CapAmb:") != 0 && set_of("CapEff:") != 0);
	MUST(drop(NOBODY, NOBODY) == 0);
	MUST(set_of("CapAmb:") == 0 && set_of("CapEff:") == 0 && set_of("CapPrm:") == 0);
	MUST(set_of("CapInh:") == 0);
	MUST_BE_REFUSED(socket(AF_PACKET, SOCK_RAW, 0));
	return 0;
}

static void
file_capabilities_go_too(void **state)
{
	(void)state;
	if (!is_root())
		skip();
	assert_int_equal(in_child(drop_ambient), 0);
}

/* Nobody's process that wants to become somebody else is told so. */
static int
drop_as_nobody(void)
{
	const struct tap_user root = { 0, 0 };
	struct error e = { 0 };
	struct tap_user user;

	MUST(drop(NOBODY, NOBODY) == 0);
	MUST(privileges_drop(&root, &e) == -1 && e.count == 1);
	error_clear(&e);
	MUST(privileges_check(&e) == -1 && e.count == 1);
	MUST(strstr(e.lines[0].text, "sudo setcap " TAP_CAPABILITIES "+ep /") != NULL);
	MUST(strstr(e.lines[0].text, "privileges_test, or run it with sudo") != NULL);
	error_clear(&e);
	MUST(privileges_user("0", &user, &e) == -1 && e.count == 1);
	MUST(strstr(e.lines[0].text, "not permitted to become the user 0") != NULL);
	error_clear(&e);
	/* As itself it goes on, and nobody can call sudo for it. */
	MUST(setenv("SUDO_UID", "1234", 1) == 0);
	MUST(privileges_user(NULL, &user, &e) == 0);
	MUST(user.uid == NOBODY && user.gid == NOBODY && e.count == 0);
	MUST(privileges_user("65534", &user, &e) == 0);
	MUST(drop(NOBODY, NOBODY) == 0);
	return 0;
}

static void
what_is_not_permitted_is_told(void **state)
{
	(void)state;
	if (!is_root())
		skip();
	assert_int_equal(in_child(drop_as_nobody), 0);
}

static int
keep_lookup(void)
{
	const unsigned long long two =
	    1ULL << CAP_SYS_PTRACE | 1ULL << CAP_DAC_READ_SEARCH;
	unsigned long long had = set_of("CapPrm:");
	struct error e = { 0 };

	MUST(privileges_keep_lookup(&e) == 0);
	MUST(set_of("CapEff:") == (two & had) && set_of("CapPrm:") == (two & had));
	MUST(set_of("CapInh:") == 0 && set_of("CapAmb:") == 0 && set_of("CapBnd:") == 0);
	MUST(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	MUST_BE_REFUSED(socket(AF_PACKET, SOCK_RAW, 0));
	MUST_BE_REFUSED(setuid(NOBODY));
	MUST(privileges_keep_lookup(&e) == 0);
	return 0;
}

static int
keep_lookup_without(void)
{
	struct error e = { 0 };

	MUST(drop(NOBODY, NOBODY) == 0);
	MUST(privileges_keep_lookup(&e) == 0);
	return nothing_is_left();
}

static void
looking_up_keeps_two(void **state)
{
	(void)state;
	if (!is_root())
		skip();
	assert_int_equal(in_child(keep_lookup), 0);
	assert_int_equal(in_child(keep_lookup_without), 0);
}

static void
assert_user(const char *name, uid_t uid, gid_t gid)
{
	struct error e = { 0 };
	struct tap_user user = { 1, 1 };

	assert_int_equal(privileges_user(name, &user, &e), 0);
	assert_int_equal(user.uid, uid);
	assert_int_equal(user.gid, gid);
	assert_int_equal(e.count, 0);
}

static void
the_user_is_found(void **state)
{
	(void)state;
	unsetenv("SUDO_UID");
	unsetenv("SUDO_GID");
	assert_user(NULL, getuid(), getgid());
	if (!is_root())
		skip();
	assert_int_equal(privileges_check(NULL), 0);
	assert_user("root", 0, 0);
	assert_user("0", 0, 0);
	assert_user("4000000000", 4000000000u, 4000000000u);
	setenv("SUDO_UID", "12345", 1);
	setenv("SUDO_GID", "678", 1);
	assert_user(NULL, 12345, 678);
	assert_user("root", 0, 0);
	setenv("SUDO_UID", "0", 1);
	assert_user(NULL, getuid(), getgid());
	setenv("SUDO_UID", "12x", 1);
	assert_user(NULL, getuid(), getgid());
	setenv("SUDO_UID", "", 1);
	assert_user(NULL, getuid(), getgid());
	unsetenv("SUDO_UID");
	unsetenv("SUDO_GID");
}

static void
no_such_user(void **state)
{
	static const char *const names[] = { "no_such_user_here", "", "-1", "+0", " 0",
		"4294967295", "99999999999999999999", "0x0" };
	struct tap_user user;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct error e = { 0 };

		assert_int_equal(privileges_user(names[i], &user, &e), -1);
		assert_int_equal(e.count, 1);
		assert_non_null(strstr(e.lines[0].text, "no user is called"));
		error_clear(&e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_user_is_found),
		cmocka_unit_test(no_such_user),
		cmocka_unit_test(another_user_is_for_good),
		cmocka_unit_test(root_without_rights),
		cmocka_unit_test(file_capabilities_go_too),
		cmocka_unit_test(what_is_not_permitted_is_told),
		cmocka_unit_test(looking_up_keeps_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
