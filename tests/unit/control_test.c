/* SPDX-License-Identifier: Apache-2.0 */
/* The control socket: who may ask, and that nobody who asks can hold the capture up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <callwitness/tap.h>

struct place {
	char folder[64], path[CONTROL_PATH_SIZE];
	struct tap_user user;
	struct control *control;
	unsigned asked;
};

static struct place
place_make(void)
{
	struct place p = { .user = { geteuid(), getegid() } };

	strcpy(p.folder, "/tmp/control_test.XXXXXX");
	assert_non_null(mkdtemp(p.folder));
	snprintf(p.path, sizeof(p.path), "%s/s", p.folder);
	return p;
}

static void
place_open(struct place *p)
{
	struct error e = { 0 };

	p->control = control_open(p->path, &p->user, &e);
	error_write(&e, stderr);
	assert_non_null(p->control);
}

/* The socket is gone after its capture. */
static void
place_remove(struct place *p)
{
	control_close(p->control);
	assert_int_equal(access(p->path, F_OK), -1);
	assert_int_equal(rmdir(p->folder), 0);
}

static void
answer(void *context, const char *line, char reply[CONTROL_LINE])
{
	struct place *p = context;

	p->asked++;
	if (strcmp(line, "long") == 0)
		memset(reply, 'x', CONTROL_LINE);
	else if (strcmp(line, "lines") == 0)
		snprintf(reply, CONTROL_LINE, "one\ntwo");
	else
		snprintf(reply, CONTROL_LINE, "ok %.400s", line);
}

/* Serves as long as something comes within `ms`. */
static void
serve(struct place *p, int ms)
{
	struct pollfd wait = { control_fd(p->control), POLLIN, 0 };

	for (int i = 0; i < 1000 && poll(&wait, 1, ms) == 1; i++)
		control_serve(p->control, answer, p);
}

static int
call(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(
	    connect(fd, (const struct sockaddr *)(void *)&address, sizeof(address)), 0);
	return fd;
}

static void
say(int fd, const char *text, size_t length)
{
	assert_int_equal(send(fd, text, length, MSG_NOSIGNAL), length);
}

/* What waits for the peer, or "-": hung up, or "": nothing. */
static const char *
hear(int fd, char text[2048])
{
	ssize_t got = recv(fd, text, 2047, MSG_DONTWAIT);

	text[got > 0 ? got : 0] = '\0';
	return got > 0 ? text : got == 0 || errno == ECONNRESET ? "-" : "";
}

static void
assert_refused(const struct place *p, const char *why)
{
	struct error e = { 0 };

	assert_null(control_open(p->path, &p->user, &e));
	assert_int_equal(e.count, 1);
	if (strstr(e.lines[0].text, why) == NULL)
		fail_msg("\"%s\" in \"%s\"", why, e.lines[0].text);
	error_clear(&e);
}

/* In a child, since it waits for the answer. 0 if it got `expected`, a reply or an error.
 */
static int
ask(struct place *p, uid_t uid, const char *line, const char *expected)
{
	char reply[CONTROL_LINE];
	struct error e = { 0 };
	int status = -1, rc;
	pid_t child = fork();

	if (child == 0) {
		if (uid != geteuid() && setresuid(uid, uid, uid) != 0)
			_exit(2);
		rc = control_request(p->path, line, reply, &e);
		if (strstr(rc == 0 ? reply : e.lines[0].text, expected) == NULL) {
			fprintf(
			    stderr, "%d: %s\n", rc, rc == 0 ? reply : e.lines[0].text);
			_exit(1);
		}
		_exit(0);
	}
	while (waitpid(child, &status, WNOHANG) == 0)
		if (p->control != NULL)
			serve(p, 20);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
one_asks_and_is_answered(void **state)
{
	struct place p = place_make();
	struct stat st;

	(void)state;
	place_open(&p);
	assert_int_equal(lstat(p.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_uid, p.user.uid);
	assert_int_equal(ask(&p, p.user.uid, "mark muted on", "ok mark muted on"), 0);
	assert_int_equal(ask(&p, p.user.uid, "lines", "one two"), 0);
	assert_int_equal(ask(&p, p.user.uid, "long", "xxxxxxxxx"), 0);
	assert_int_equal(ask(&p, p.user.uid, "", "ok "), 0);
	assert_int_equal(ask(&p, p.user.uid, "a\nb", "expected one line"), 0);
	assert_int_equal(p.asked, 4);
	place_remove(&p);
}

static void
nobody_listens(void **state)
{
	char reply[CONTROL_LINE], longer[200];
	struct place p = place_make();
	struct error e = { 0 };

	(void)state;
	assert_int_equal(control_request(p.path, "status", reply, &e), -1);
	assert_non_null(
	    strstr(e.lines[0].text, "no capture is running (nothing listens"));
	assert_non_null(strstr(e.lines[0].text, p.path));
	error_clear(&e);
	place_open(&p);
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(control_request(longer, "status", reply, &e), -1);
	assert_non_null(strstr(e.lines[0].text, "at most 107 bytes"));
	assert_null(control_open(longer, &p.user, &e));
	assert_null(control_open("", &p.user, &e));
	assert_null(control_open("/nowhere/s", &p.user, &e));
	assert_int_equal(e.count, 4);
	error_clear(&e);
	place_remove(&p);
	control_close(NULL);
}

static void
a_place_in_use_is_told(void **state)
{
	struct place p = place_make();

	(void)state;
	place_open(&p);
	assert_refused(&p, "another capture listens at /tmp/");
	assert_refused(&p, "--socket");
	assert_int_equal(ask(&p, p.user.uid, "still", "ok still"), 0);
	place_remove(&p);
}

/* One that died left its socket behind. */
static void
a_dead_socket_is_replaced(void **state)
{
	struct place p = place_make();
	pid_t child = fork();
	struct stat st;

	(void)state;
	if (child == 0) {
		struct error e = { 0 };

		_exit(control_open(p.path, &p.user, &e) == NULL);
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(lstat(p.path, &st), 0);
	assert_int_equal(ask(&p, p.user.uid, "status", "no capture is running"), 0);
	place_open(&p);
	assert_int_equal(ask(&p, p.user.uid, "status", "ok status"), 0);
	place_remove(&p);
}

/* What is no socket is never removed, and no link is followed. */
static void
other_things_are_left_alone(void **state)
{
	struct place p = place_make();
	char aim[128];
	struct stat st;
	int fd = open(p.path, O_CREAT | O_WRONLY, 0600);

	(void)state;
	close(fd);
	assert_refused(&p, "is no socket");
	assert_int_equal(unlink(p.path), 0);
	snprintf(aim, sizeof(aim), "%s/aim", p.folder);
	assert_int_equal(symlink(aim, p.path), 0);
	assert_refused(&p, "is no socket");
	assert_int_equal(lstat(aim, &st), -1);
	assert_int_equal(lstat(p.path, &st), 0);
	assert_int_equal(unlink(p.path), 0);
	/* Another's socket is not removed at the end. */
	place_open(&p);
	assert_int_equal(unlink(p.path), 0);
	fd = open(p.path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	control_close(p.control);
	assert_int_equal(unlink(p.path), 0);
	assert_int_equal(rmdir(p.folder), 0);
}

static void
lines_come_in_pieces(void **state)
{
	struct place p = place_make();
	char text[2048];
	int fd;

	(void)state;
	place_open(&p);
	fd = call(p.path);
	say(fd, "ha", 2);
	serve(&p, 20);
	assert_string_equal(hear(fd, text), "");
	say(fd, "lf\r\nsecond\nthi", 14);
	serve(&p, 20);
	assert_string_equal(hear(fd, text), "ok half\nok second\n");
	say(fd, "rd\nzero\0byte\n", 13);
	serve(&p, 20);
	assert_string_equal(
	    hear(fd, text), "ok third\nerror: a line holds a zero byte\n");
	assert_int_equal(p.asked, 3);
	close(fd);
	serve(&p, 20);
	place_remove(&p);
}

/* Wherever what is sent is cut in two, the same is answered. */
static void
every_cut_is_answered_alike(void **state)
{
	static const char sent[] = "a\r\nbb\n\nccc\n";
	struct place p = place_make();
	char text[2048];
	int fd;

	(void)state;
	place_open(&p);
	fd = call(p.path);
	for (size_t i = 1; i < sizeof(sent) - 1; i++) {
		say(fd, sent, i);
		serve(&p, 1);
		say(fd, sent + i, sizeof(sent) - 1 - i);
		serve(&p, 1);
		assert_string_equal(hear(fd, text), "ok a\nok bb\nok \nok ccc\n");
	}
	close(fd);
	place_remove(&p);
}

static void
long_lines_are_cut_off(void **state)
{
	struct place p = place_make();
	char line[CONTROL_LINE + 1], text[2048];
	int fd;

	(void)state;
	place_open(&p);
	memset(line, 'y', sizeof(line));
	line[CONTROL_LINE - 1] = '\n';
	fd = call(p.path);
	say(fd, line, CONTROL_LINE);
	serve(&p, 20);
	assert_int_equal(p.asked, 1);
	assert_int_equal(strlen(hear(fd, text)), 404);
	line[CONTROL_LINE - 1] = 'y';
	say(fd, line, CONTROL_LINE);
	serve(&p, 20);
	assert_string_equal(hear(fd, text), "error: the line is too long\n");
	assert_string_equal(hear(fd, text), "-");
	assert_int_equal(p.asked, 1);
	close(fd);
	place_remove(&p);
}

/* Who never reads is dropped when the kernel takes no more for it; serving never waits.
 */
static void
a_slow_peer_is_cut_off(void **state)
{
	struct place p = place_make();
	const int small = 4096;
	int fd, i = 0;

	(void)state;
	place_open(&p);
	fd = call(p.path);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	alarm(20);
	for (; i < 100000 && send(fd, "long\nlong\nlong\n", 15, MSG_NOSIGNAL) > 0; i++)
		control_serve(p.control, answer, &p);
	alarm(0);
	assert_true(i < 100000);
	assert_true(errno == EPIPE || errno == ECONNRESET);
	close(fd);
	assert_int_equal(ask(&p, p.user.uid, "next", "ok next"), 0);
	place_remove(&p);
}

/* Many that say nothing keep nobody out; the screen never loses its place. */
static void
many_peers(void **state)
{
	struct place p = place_make();
	int fds[60], screen[2];
	char text[2048];
	unsigned alive = 0;

	(void)state;
	place_open(&p);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, screen), 0);
	assert_int_equal(control_adopt(p.control, screen[1]), 0);
	for (size_t i = 0; i < COUNT_OF(fds); i++) {
		fds[i] = call(p.path);
		serve(&p, 0);
	}
	say(screen[0], "screen\n", 7);
	assert_int_equal(ask(&p, p.user.uid, "status", "ok status"), 0);
	assert_string_equal(hear(screen[0], text), "ok screen\n");
	for (size_t i = 0; i < COUNT_OF(fds); i++) {
		alive += strcmp(hear(fds[i], text), "") == 0;
		close(fds[i]);
	}
	assert_int_equal(alive, 14);
	close(screen[0]);
	serve(&p, 20);
	place_remove(&p);
}

static void
others_may_not_ask(void **state)
{
	struct place p = place_make();
	const uid_t owner = 65534, other = 65533;

	(void)state;
	p.user = (struct tap_user){ owner, owner };
	if (geteuid() != 0 || chown(p.folder, owner, owner) != 0) {
		printf("needs root: not tried\n");
		assert_int_equal(rmdir(p.folder), 0);
		skip();
	}
	assert_int_equal(chmod(p.folder, 0755), 0);
	place_open(&p);
	assert_int_equal(ask(&p, owner, "mine", "ok mine"), 0);
	assert_int_equal(ask(&p, 0, "root", "ok root"), 0);
	assert_int_equal(ask(&p, other, "theirs", "not permitted"), 0);
	/* Even if the file lets them. */
	assert_int_equal(chmod(p.path, 0666), 0);
	assert_int_equal(ask(&p, other, "theirs", "does not answer"), 0);
	assert_int_equal(p.asked, 2);
	place_remove(&p);
}

/* Root makes it with the user's rights alone: where he may not, root does not. */
static void
root_lends_no_rights(void **state)
{
	struct place p = place_make();

	(void)state;
	if (geteuid() == 0) {
		p.user = (struct tap_user){ 65534, 65534 };
		assert_refused(&p, "Permission denied");
		assert_int_equal(chown(p.folder, 65534, 65534), 0);
		place_open(&p);
		control_close(p.control);
		p.control = NULL;
	}
	assert_int_equal(access(p.path, F_OK), -1);
	assert_int_equal(rmdir(p.folder), 0);
}

/* The folder in /tmp, where others may come first. */
static void
a_folder_of_another_is_refused(void **state)
{
	struct place p = { .user = { 1000000000u + (unsigned)getpid(), 65534 } };
	struct stat st;

	(void)state;
	control_path(p.user.uid, p.path);
	snprintf(p.folder, sizeof(p.folder), "/tmp/callwitness-%u", (unsigned)p.user.uid);
	if (geteuid() != 0) {
		printf("needs root: not tried\n");
		skip();
	}
	assert_int_equal(mkdir(p.folder, 0700), 0); /* root's */
	assert_refused(&p, "is not safe");
	assert_int_equal(chown(p.folder, p.user.uid, 0), 0);
	assert_int_equal(chmod(p.folder, 0770), 0);
	assert_refused(&p, "is not safe");
	assert_int_equal(rmdir(p.folder), 0);
	assert_int_equal(symlink("/tmp", p.folder), 0);
	assert_refused(&p, "is not safe");
	assert_int_equal(unlink(p.folder), 0);
	place_open(&p);
	assert_int_equal(lstat(p.folder, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(st.st_uid, p.user.uid);
	place_remove(&p);
}

static void
places(void **state)
{
	char path[CONTROL_PATH_SIZE];

	(void)state;
	control_path(0, path);
	assert_string_equal(path, "/run/callwitness.sock");
	control_path(4123456789u, path);
	assert_string_equal(path, "/tmp/callwitness-4123456789/control.sock");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places),
		cmocka_unit_test(one_asks_and_is_answered),
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(a_place_in_use_is_told),
		cmocka_unit_test(a_dead_socket_is_replaced),
		cmocka_unit_test(other_things_are_left_alone),
		cmocka_unit_test(lines_come_in_pieces),
		cmocka_unit_test(every_cut_is_answered_alike),
		cmocka_unit_test(long_lines_are_cut_off),
		cmocka_unit_test(a_slow_peer_is_cut_off),
		cmocka_unit_test(many_peers),
		cmocka_unit_test(others_may_not_ask),
		cmocka_unit_test(root_lends_no_rights),
		cmocka_unit_test(a_folder_of_another_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
