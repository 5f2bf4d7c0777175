/* SPDX-License-Identifier: Apache-2.0 */
/* mark: tells a running capture what is true of the call now. */
#include <callwitness/tap.h>
#include "cmd.h"

struct mark_options {
	const char *note, *socket;
};

const struct option_row mark_options[2] = {
	{ 'n', "note", "TEXT", "a remark that goes with the state",
	    offsetof(struct mark_options, note), OPTION_TEXT },
	{ 0, "socket", "PATH", "of the capture, if it was given one",
	    offsetof(struct mark_options, socket), OPTION_TEXT },
};

/* All but what nobody may declare, the last of the names; and what else can be said. */
static const char *const requests[] = { "note", "status", "stop" };

static int
first_word_unknown(const char *word, struct error *e)
{
	const char *words[STATE_SILENT + COUNT_OF(requests)], *nearest;

	memcpy(words, state_names, STATE_SILENT * sizeof(*words));
	memcpy(words + STATE_SILENT, requests, sizeof(requests));
	nearest = word_nearest(word, words, COUNT_OF(words));
	if (strcmp(word, state_name(STATE_SILENT)) == 0)
		error_add(e, NULL, 0, 0,
		    "\"%s\" cannot be marked: packets alone tell it; did you mean "
		    "'muted'?",
		    word);
	else
		error_add(e, NULL, 0, 0,
		    "\"%s\" is no state: expected one of in_call, muted, camera_off, "
		    "sharing, "
		    "recording, consented, optional_data_off, or note, status, "
		    "stop%s%s%s",
		    word, nearest ? "; did you mean '" : "", nearest ? nearest : "",
		    nearest ? "'?" : "");
	return -1;
}

/* Adds a word to the line; -1 if it is full, or the word would end it. */
static int
line_add(char line[CONTROL_LINE], const char *word, struct error *e)
{
	size_t length = strlen(line), more = strlen(word) + (length > 0);

	if (word[strcspn(word, "\r\n")] != '\0') {
		error_add(
		    e, NULL, 0, 0, "a note is one line: expected no line break in it");
		return -1;
	}
	if (length + more > CONTROL_LINE - 2) {
		error_add(e, NULL, 0, 0,
		    "a note of %zu bytes is too long: expected %zu at most", strlen(word),
		    (size_t)CONTROL_LINE - 2 - length - 1);
		return -1;
	}
	snprintf(
	    line + length, CONTROL_LINE - length, "%s%s", length > 0 ? " " : "", word);
	return 0;
}

/* "mark muted on [note]" of "muted on". */
static int
line_of_state(
    const struct words *rest, const char *note, char line[CONTROL_LINE], struct error *e)
{
	enum state state = state_named(rest->word[0]);

	if (state >= STATE_SILENT)
		return first_word_unknown(rest->word[0], e);
	if (rest->count != 2 ||
	    (strcmp(rest->word[1], "on") != 0 && strcmp(rest->word[1], "off") != 0)) {
		error_add(e, NULL, 0, 0, "expected \"%s on\" or \"%s off\"%s",
		    state_name(state), state_name(state),
		    rest->count > 2 ? ", and a remark with --note" : "");
		return -1;
	}
	snprintf(line, CONTROL_LINE, "mark %s %s", rest->word[0], rest->word[1]);
	return note != NULL ? line_add(line, note, e) : 0;
}

/* A note's words need no quotes around them. */
static int
line_of_request(
    const struct words *rest, const char *note, char line[CONTROL_LINE], struct error *e)
{
	bool notes = strcmp(rest->word[0], "note") == 0;

	line[0] = '\0';
	if (note != NULL || notes != (rest->count > 1)) {
		error_add(e, NULL, 0, 0, "expected \"%s\"%s", rest->word[0],
		    notes ? " and its text" : " alone");
		return -1;
	}
	for (size_t i = 0; i < rest->count; i++)
		if (line_add(line, rest->word[i], e) != 0)
			return -1;
	return 0;
}

static int
line_make(
    const struct words *rest, const char *note, char line[CONTROL_LINE], struct error *e)
{
	for (size_t i = 0; i < COUNT_OF(requests); i++)
		if (strcmp(rest->word[0], requests[i]) == 0)
			return line_of_request(rest, note, line, e);
	return line_of_state(rest, note, line, e);
}

/* The capture goes on as who called sudo, and so does the question. */
static enum exit_code
mark_send(const char *socket, const char *line)
{
	char path[CONTROL_PATH_SIZE], reply[CONTROL_LINE];
	struct error e = { 0 };
	struct tap_user user;

	if (socket == NULL && privileges_user(NULL, &user, &e) == 0) {
		control_path(user.uid, path);
		socket = path;
	}
	if (socket == NULL || control_request(socket, line, reply, &e) != 0)
		return fail(&e, EXIT_INPUT);
	if (strncmp(reply, "ok", 2) != 0) {
		fprintf(stderr, "%s\n", reply);
		return EXIT_INPUT;
	}
	printf("%s\n", reply);
	return EXIT_FINE;
}

enum exit_code
cmd_mark(int argc, char **argv, const struct command *self)
{
	struct mark_options options = { 0 };
	struct words rest = { 0 };
	struct error e = { 0 };
	char line[CONTROL_LINE];
	int parsed = options_parse(self, argc, argv, &options, &rest);
	enum exit_code code = parsed > 0 ? EXIT_FINE : EXIT_USAGE;

	if (parsed == 0 && rest.count == 0)
		command_usage(self, stderr);
	else if (parsed == 0 && line_make(&rest, options.note, line, &e) == 0)
		code = mark_send(options.socket, line);
	words_free(&rest);
	return fail(&e, code);
}
