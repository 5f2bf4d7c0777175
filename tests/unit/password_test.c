/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords on a terminal: a child asks on one of its own, the test types. */
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "../../src/cmd/password.c"

#include <cmocka.h>

struct typist {
	pid_t child;
	int terminal;
	char said[4096]; /* all that the terminal showed so far */
	size_t length;
};

/* Reads until `text` was shown. */
static void
see(struct typist *t, const char *text)
{
	while (strstr(t->said, text) == NULL) {
		ssize_t n = read(
		    t->terminal, t->said + t->length, sizeof(t->said) - 1 - t->length);

		if (n <= 0)
			fail_msg("\"%s\" was not shown, but \"%s\"", text, t->said);
		t->length += (size_t)n;
		t->said[t->length] = '\0';
	}
}

static void
type(struct typist *t, const char *text)
{
	assert_int_equal(write(t->terminal, text, strlen(text)), strlen(text));
}

/* Runs `ask` in a child, which then shows what it got. */
static void
start(struct typist *t, char *(*ask)(void))
{
	memset(t, 0, sizeof(*t));
	t->child = forkpty(&t->terminal, NULL, NULL, NULL);
	assert_true(t->child >= 0);
	if (t->child == 0) {
		char *got = ask();

		printf("got [%s]\n", got != NULL ? got : "nothing");
		fflush(stdout);
		password_free(got);
		_exit(0);
	}
}

static int
end(struct typist *t)
{
	int status = 0;

	assert_int_equal(waitpid(t->child, &status, 0), t->child);
	close(t->terminal);
	return status;
}

static char *
ask_twice(void)
{
	struct error e = { 0 };
	char *got = password_new(&e);

	error_write(&e, stdout);
	error_clear(&e);
	return got;
}

static void
what_is_typed_is_not_shown(void **state)
{
	struct typist t;

	(void)state;
	start(&t, password_ask);
	see(&t, "Password of the secret key: ");
	type(&t, "correct horse\n");
	see(&t, "got [correct horse]");
	assert_ptr_equal(strstr(t.said, "correct"), strstr(t.said, "got [") + 5);
	assert_int_equal(end(&t), 0);
}

static void
a_new_one_is_typed_twice(void **state)
{
	static const struct {
		const char *first, *second, *shown;
	} rows[] = { { "battery\n", "battery\n", "got [battery]" },
		{ "battery\n", "Battery\n", "typed differently" },
		{ "\n", "\n", "is empty" }, { "\004", NULL, "no password could be" } };
	struct typist t;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		start(&t, ask_twice);
		see(&t, "New password for the secret key: ");
		type(&t, rows[i].first);
		if (rows[i].second != NULL) {
			see(&t, "The same again: ");
			type(&t, rows[i].second);
		}
		see(&t, rows[i].shown);
		see(&t, "got [");
		assert_int_equal(end(&t), 0);
	}
}

/* The terminal shows again what is typed by the time that the program is gone. */
static void
an_interrupt_leaves_the_terminal_as_it_was(void **state)
{
	struct typist t;
	struct termios mode;
	int status = 0;

	(void)state;
	start(&t, password_ask);
	see(&t, "Password of the secret key: ");
	assert_int_equal(tcgetattr(t.terminal, &mode), 0);
	assert_false(mode.c_lflag & ECHO);
	type(&t, "half\003");
	assert_int_equal(waitpid(t.child, &status, 0), t.child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
	assert_int_equal(tcgetattr(t.terminal, &mode), 0);
	assert_true(mode.c_lflag & ECHO);
	close(t.terminal);
}

static void
too_long_is_none(void **state)
{
	struct typist t;
	char longer[PASSWORD_MAX + 3];

	(void)state;
	memset(longer, 'x', sizeof(longer) - 2);
	strcpy(longer + sizeof(longer) - 2, "\n");
	start(&t, password_ask);
	see(&t, "Password of the secret key: ");
	type(&t, longer);
	see(&t, "got [nothing]");
	assert_int_equal(end(&t), 0);
	start(&t, password_ask);
	see(&t, "Password of the secret key: ");
	type(&t, longer + 1);
	see(&t, "]");
	assert_null(strstr(t.said, "nothing"));
	assert_int_equal(end(&t), 0);
}

static void
without_a_terminal_there_is_none(void **state)
{
	int status = 0;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		struct error e = { 0 };

		setsid(); /* away from the terminal of whoever runs the test */
		_exit(password_ask() == NULL && password_new(&e) == NULL &&
			      strstr(e.lines[0].text, "--no-password") != NULL
			  ? 0
			  : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_typed_is_not_shown),
		cmocka_unit_test(a_new_one_is_typed_twice),
		cmocka_unit_test(an_interrupt_leaves_the_terminal_as_it_was),
		cmocka_unit_test(too_long_is_none),
		cmocka_unit_test(without_a_terminal_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
