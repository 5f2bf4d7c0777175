/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords, typed on the terminal without being shown. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>
#include "password.h"

#define PASSWORD_MAX 1023 /* what minisign reads of one */

/* 1: a line is there to read. 0: a signal is pending. */
static int
line_wait(int tty, int signals)
{
	struct pollfd wait[] = { { .fd = tty, .events = POLLIN },
		{ .fd = signals, .events = POLLIN } };

	while (poll(wait, COUNT_OF(wait), -1) < 0)
		continue;
	return wait[1].revents == 0;
}

/* The line as typed, or NULL: none, or longer than a password is. */
static char *
line_read(int tty)
{
	char line[PASSWORD_MAX + 1]; /* with the line break */
	;
	ssize_t length = read(tty, line, sizeof(line));
	char *password = NULL;

	if (length > 0 && line[length - 1] == '\n')
		password = strndup(line, (size_t)length - 1);
	else
		(void)tcflush(tty, TCIFLUSH);
	explicit_bzero(line, sizeof(line));
	return password;
}

/*
 * A signal that ends or stops the program must find the terminal as it was: signals wait
 * until that is so, and the question is asked anew if the program goes on.
 */
static char *
quiet_read(int tty, const struct termios *shown, const char *prompt)
{
	struct termios quiet = *shown;
	sigset_t held, before;
	char *password = NULL;
	int signals = -1, ready = 0;

	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGHUP);
	sigaddset(&held, SIGQUIT);
	sigaddset(&held, SIGTSTP);
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	while (!ready && (signals = signalfd(-1, &held, SFD_CLOEXEC)) >= 0) {
		sigprocmask(SIG_BLOCK, &held, &before);
		(void)tcsetattr(tty, TCSAFLUSH, &quiet);
		dprintf(tty, "%s", prompt);
		ready = line_wait(tty, signals);
		if (ready)
			password = line_read(tty);
		dprintf(tty, "\n");
		(void)tcsetattr(tty, TCSAFLUSH, shown);
		sigprocmask(SIG_SETMASK, &before, NULL);
		close(signals);
	}
	return password;
}

static char *
terminal_ask(const char *prompt)
{
	int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios shown;
	char *password = NULL;

	if (tty < 0)
		return NULL;
	if (tcgetattr(tty, &shown) == 0)
		password = quiet_read(tty, &shown, prompt);
	close(tty);
	return password;
}

void
password_free(char *password)
{
	if (password != NULL)
		explicit_bzero(password, strlen(password));
	free(password);
}

char *
password_ask(void)
{
	return terminal_ask("Password of the secret key: ");
}

char *
password_new(struct error *e)
{
	char *first = terminal_ask("New password for the secret key: ");
	char *second = first != NULL ? terminal_ask("The same again: ") : NULL;
	const char *fault = NULL;

	if (first == NULL || second == NULL)
		fault = "no password could be read from the terminal: with "
			"--no-password the key stays unencrypted";
	else if (first[0] == '\0')
		fault = "is empty: with --no-password the key stays unencrypted";
	else if (strcmp(first, second) != 0)
		fault = "was typed differently the second time";
	password_free(second);
	if (fault == NULL)
		return first;
	error_add(e, "password", 0, 0, "%s", fault);
	password_free(first);
	return NULL;
}
