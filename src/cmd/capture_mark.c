/* SPDX-License-Identifier: Apache-2.0 */
/* What scripts and the screen ask of a running capture: marks above all. */
#include <errno.h>
#include <stdlib.h>
#include "tapping.h"

/* As many as a file of marks may hold. */
#define MARKS_MOST 10000

/* Marks are told in microseconds; the mark itself is no finer. */
static int64_t
mark_time(void)
{
	return wall_ns() / 1000 * 1000;
}

/* On the disk before anybody is told that it was made. */
static int
mark_journal(struct tapping *t, const struct mark *mark)
{
	struct marks *one = marks_new();
	size_t length = 0;
	char *text = NULL;
	int rc = -1;

	if (t->journal == NULL) {
		marks_free(one);
		return 0;
	}
	if (one != NULL && marks_add(one, mark) == 0)
		text = finish_marks_text(one, &length);
	if (text != NULL && journal_add(t->journal, JOURNAL_MARK, text, length) == 0)
		rc = journal_sync(t->journal);
	if (rc != 0 && text != NULL)
		tapping_end(t, "a mark could not be written: %s", strerror(errno));
	free(text);
	marks_free(one);
	return rc;
}

static void
mark_make(struct tapping *t, const struct mark *mark, char reply[CONTROL_LINE])
{
	char time[TIME_TEXT_SIZE];

	if (marks_count(t->marks) >= MARKS_MOST) {
		snprintf(reply, CONTROL_LINE, "error: there are %d marks, and no more",
		    MARKS_MOST);
		return;
	}
	if (mark_journal(t, mark) != 0 || marks_add(t->marks, mark) != 0) {
		snprintf(reply, CONTROL_LINE, "error: the mark could not be kept");
		return;
	}
	t->next_view_ms = 0;
	snprintf(reply, CONTROL_LINE, "ok %s %s%s", time_text(mark->time_ns, time),
	    mark->state < STATES ? state_name(mark->state) : "note",
	    mark->state == STATES ? ""
	    : mark->on            ? " on"
				  : " off");
}

/* Cuts the first word off; what is left begins with no space. */
static char *
word_cut(char **rest)
{
	char *word = *rest + strspn(*rest, " \t");
	char *end = word + strcspn(word, " \t");

	*rest = end + strspn(end, " \t");
	*end = '\0';
	return word;
}

static void
request_mark(struct tapping *t, char *rest, char reply[CONTROL_LINE])
{
	const char *name = word_cut(&rest), *turn = word_cut(&rest);
	struct mark mark = { .time_ns = mark_time(), .state = state_named(name) };

	if (mark.state >= STATES || mark.state == STATE_SILENT) {
		snprintf(
		    reply, CONTROL_LINE, "error: no state is called \"%.40s\"", name);
		return;
	}
	if (strcmp(turn, "on") != 0 && strcmp(turn, "off") != 0) {
		snprintf(
		    reply, CONTROL_LINE, "error: \"%.40s\" is neither on nor off", turn);
		return;
	}
	mark.on = strcmp(turn, "on") == 0;
	mark.note = rest[0] != '\0' ? rest : NULL;
	mark_make(t, &mark, reply);
}

static void
request_note(struct tapping *t, char *rest, char reply[CONTROL_LINE])
{
	struct mark mark = { .time_ns = mark_time(), .state = STATES, .note = rest };

	if (rest[0] == '\0')
		snprintf(reply, CONTROL_LINE, "error: a note has some text");
	else
		mark_make(t, &mark, reply);
}

static void
request_status(struct tapping *t, char *rest, char reply[CONTROL_LINE])
{
	const struct traffic *seen = engine_traffic(t->engine);

	(void)rest;
	snprintf(reply, CONTROL_LINE,
	    "ok listening on %s since %s, %llu frames, %llu dropped, %zu marks",
	    t->wishes->interface, t->started, (unsigned long long)seen->frames,
	    (unsigned long long)(t->counts.kernel_drops + t->counts.interface_drops),
	    marks_count(t->marks));
}

static void
request_stop(struct tapping *t, char *rest, char reply[CONTROL_LINE])
{
	(void)rest;
	tapping_end(t, "stopped by the tester");
	snprintf(reply, CONTROL_LINE, "ok stopping");
}

void
tapping_request(void *context, const char *line, char reply[CONTROL_LINE])
{
	static const struct {
		const char *word;
		void (*serve)(struct tapping *t, char *rest, char reply[CONTROL_LINE]);
	} requests[] = { { "mark", request_mark }, { "note", request_note },
		{ "status", request_status }, { "stop", request_stop } };
	char copy[CONTROL_LINE], *rest = copy;
	const char *word = NULL;

	snprintf(copy, sizeof(copy), "%s", line);
	word = word_cut(&rest);
	for (size_t i = 0; i < COUNT_OF(requests); i++) {
		if (strcmp(requests[i].word, word) != 0)
			continue;
		requests[i].serve(context, rest, reply);
		return;
	}
	snprintf(reply, CONTROL_LINE,
	    "error: \"%.40s\" is none of mark, note, status and stop", word);
}
