/* SPDX-License-Identifier: Apache-2.0 */
/* What the program may do: asked before, and given up for good. */
#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "private.h"

static int
failed(struct error *e, const char *what)
{
	error_add(e, "privileges", 0, 0, "%s: %s", what, strerror(errno));
	return -1;
}

/* Asked of the kernel anew each time. */
static bool
may(unsigned capability)
{
	return capng_get_caps_process() == 0 &&
	       capng_have_capability(CAPNG_EFFECTIVE, capability) != 0;
}

int
privileges_check(struct error *e)
{
	char program[4096];
	ssize_t length = -1;

	if (may(CAP_NET_RAW))
		return 0;
	length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	program[length > 0 ? length : 0] = '\0';
	error_add(e, "capture", 0, 0,
	    "needs the permission to capture packets: sudo setcap %s+ep %s, or run it "
	    "with "
	    "sudo",
	    TAP_CAPABILITIES, length > 0 ? program : "callwitness");
	return -1;
}

/* All digits, and an id that is one: the last number means "no change" to the kernel. */
static bool
id_parse(const char *text, unsigned *id)
{
	char *end = NULL;
	unsigned long value;

	if (text == NULL || text[0] == '\0' || text[strspn(text, "0123456789")] != '\0')
		return false;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno != 0 || value >= UINT32_MAX)
		return false;
	*id = (unsigned)value;
	return true;
}

/* By name, else by number, which need not be that of a known user. */
static int
user_named(const char *name, struct tap_user *out, struct error *e)
{
	const struct passwd *known = getpwnam(name);
	unsigned uid = 0;

	if (known == NULL && id_parse(name, &uid)) {
		known = getpwuid(uid);
		*out = (struct tap_user){ uid, uid };
	} else if (known == NULL) {
		error_add(e, NULL, 0, 0, "--user: no user is called \"%s\"", name);
		return -1;
	}
	if (known != NULL)
		*out = (struct tap_user){ known->pw_uid, known->pw_gid };
	return 0;
}

/* Who called sudo, where root is not who is asked for. */
static bool
user_of_sudo(struct tap_user *out)
{
	unsigned uid = 0, gid = 0;
	const struct passwd *known = NULL;

	if (geteuid() != 0 || !id_parse(getenv("SUDO_UID"), &uid) || uid == 0)
		return false;
	if (!id_parse(getenv("SUDO_GID"), &gid)) {
		known = getpwuid(uid);
		gid = known != NULL ? known->pw_gid : uid;
	}
	*out = (struct tap_user){ uid, gid };
	return true;
}

/* Real, effective and saved ids are those of the user. */
static bool
is_user(const struct tap_user *user)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;

	return getresuid(&ruid, &euid, &suid) == 0 &&
	       getresgid(&rgid, &egid, &sgid) == 0 && ruid == user->uid &&
	       euid == user->uid && suid == user->uid && rgid == user->gid &&
	       egid == user->gid && sgid == user->gid;
}

int
privileges_user(const char *name, struct tap_user *out, struct error *e)
{
	*out = (struct tap_user){ getuid(), getgid() };
	if (name != NULL && user_named(name, out, e) != 0)
		return -1;
	if (name == NULL)
		(void)user_of_sudo(out);
	if (is_user(out) || (may(CAP_SETUID) && may(CAP_SETGID)))
		return 0;
	error_add(e, NULL, 0, 0,
	    "--user: not permitted to become the user %u: run it with sudo",
	    (unsigned)out->uid);
	return -1;
}

/* What may come back through a program that is executed; needs CAP_SETPCAP. */
static int
bounds_clear(struct error *e)
{
	if (!may(CAP_SETPCAP))
		return 0;
	capng_clear(CAPNG_SELECT_BOUNDS);
	return capng_apply(CAPNG_SELECT_BOUNDS) == 0
		   ? 0
		   : failed(e, "the bounding set cannot be cleared");
}

static int
user_become(const struct tap_user *user, struct error *e)
{
	if (is_user(user))
		return 0;
	if (setgroups(0, NULL) != 0)
		return failed(e, "groups cannot be given up");
	if (setresgid(user->gid, user->gid, user->gid) != 0)
		return failed(e, "the group cannot be changed");
	if (setresuid(user->uid, user->uid, user->uid) != 0)
		return failed(e, "the user cannot be changed");
	return 0;
}

/* Only these stay, of those that there are; none is inherited. */
static int
capabilities_keep(const unsigned *keep, size_t count, struct error *e)
{
	bool held[8] = { false };

	for (size_t i = 0; i < count; i++)
		held[i] = may(keep[i]);
	capng_clear(CAPNG_SELECT_CAPS);
	for (size_t i = 0; i < count; i++)
		if (held[i])
			(void)capng_update(CAPNG_ADD,
			    (capng_type_t)(CAPNG_EFFECTIVE | CAPNG_PERMITTED), keep[i]);
	if (capng_apply(CAPNG_SELECT_CAPS) != 0)
		return failed(e, "capabilities cannot be given up");
	/* A kernel that has no ambient set has nothing in it. */
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 &&
	    errno != EINVAL)
		return failed(e, "ambient capabilities cannot be given up");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return failed(e, "new privileges cannot be refused");
	return 0;
}

/* Whether a set holds another capability than these. */
static bool
holds_other(capng_type_t set, const unsigned *keep, size_t count)
{
	for (unsigned i = 0; i <= CAP_LAST_CAP; i++) {
		bool kept = false;

		for (size_t k = 0; k < count; k++)
			kept = kept || keep[k] == i;
		if (!kept && capng_have_capability(set, i) != 0)
			return true;
	}
	return false;
}

/* The kernel has the last word. */
static int
verify(const unsigned *keep, size_t count, bool bounded, struct error *e)
{
	bool rest = capng_get_caps_process() != 0;

	rest = rest || holds_other(CAPNG_EFFECTIVE, keep, count) ||
	       holds_other(CAPNG_PERMITTED, keep, count) ||
	       holds_other(CAPNG_INHERITABLE, NULL, 0) ||
	       (bounded && holds_other(CAPNG_BOUNDING_SET, NULL, 0));
	for (unsigned i = 0; i <= CAP_LAST_CAP; i++)
		rest = rest || prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0, 0) == 1;
	if (!rest && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return 0;
	error_add(e, "privileges", 0, 0, "some are left: expected none");
	return -1;
}

/* Not the user that was asked for, or the way back to root is open. */
static int
verify_user(const struct tap_user *user, struct error *e)
{
	if (is_user(user) &&
	    (user->uid == 0 || (setresuid(0, 0, 0) != 0 && setuid(0) != 0)))
		return 0;
	error_add(
	    e, "privileges", 0, 0, "the user is not %u for good", (unsigned)user->uid);
	return -1;
}

int
privileges_drop(const struct tap_user *user, struct error *e)
{
	bool bounded = may(CAP_SETPCAP);

	if (bounds_clear(e) != 0 || user_become(user, e) != 0 ||
	    capabilities_keep(NULL, 0, e) != 0 || verify(NULL, 0, bounded, e) != 0)
		return -1;
	return verify_user(user, e);
}

/*
 * To read another program's /proc it takes the same user or these. The user stays:
 * without capabilities it would see its own programs alone.
 */
int
privileges_keep_lookup(struct error *e)
{
	static const unsigned keep[] = { CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH };
	bool bounded = may(CAP_SETPCAP);

	if (bounds_clear(e) != 0 || capabilities_keep(keep, COUNT_OF(keep), e) != 0)
		return -1;
	return verify(keep, COUNT_OF(keep), bounded, e);
}
