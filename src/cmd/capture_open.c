/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that a live capture needs is opened first, in this order: what needs privileges,
 * then they are given up, then what the user may do, then the filter of system calls. Not
 * one packet is looked at before.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "tapping.h"

/* Signals come through a descriptor, between two batches of packets. */
static int
signals_open(struct tapping *t)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGCHLD };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < COUNT_OF(ends); i++)
		sigaddset(&set, ends[i]);
	signal(SIGPIPE, SIG_IGN);
	if (screen_is_wanted(t->wishes))
		signal(SIGTSTP, SIG_IGN); /* it would stop the listening, too */
	if (sigprocmask(SIG_BLOCK, &set, NULL) == 0)
		t->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (t->signals >= 0)
		return 0;
	error_add(t->e, "signals", 0, 0, "cannot be waited for: %s", strerror(errno));
	return -1;
}

/* A kernel that does not tell is no reason to see nothing at all. */
static void
owners_open(struct tapping *t)
{
	struct error e = { 0 };

	t->owners = owners_start(&e);
	if (t->owners != NULL)
		snprintf(t->programs, sizeof(t->programs), "%s", owners_reach(t->owners));
	else
		snprintf(t->programs, sizeof(t->programs), "no programs: %s",
		    e.count > 0 ? e.lines[0].text : "no helper");
	t->run.programs = t->programs;
	error_clear(&e);
}

static int
listening_open(struct tapping *t)
{
	const struct wishes *w = t->wishes;
	const struct live_options options = { .interface = w->interface,
		.filter = w->inputs.filter,
		.snaplen = t->limits.snaplen,
		.buffer_mib = t->limits.buffer_mib,
		.promiscuous = w->promiscuous };

	if (privileges_check(t->e) != 0 || privileges_user(w->user, &t->user, t->e) != 0)
		return -1;
	owners_open(t);
	if (signals_open(t) != 0)
		return -1;
	t->live = live_open(&options, t->e);
	if (t->live == NULL)
		return -1;
	if (w->socket != NULL)
		snprintf(t->socket, sizeof(t->socket), "%s", w->socket);
	else
		control_path(t->user.uid, t->socket);
	t->control = control_open(t->socket, &t->user, t->e);
	return t->control != NULL ? 0 : -1;
}

/* Given by the user, else the machine's own. */
static int
locals_open(struct tapping *t)
{
	size_t given = t->wishes->inputs.locals.count;

	if (given == 0) {
		if (live_locals(&t->locals, &t->local_count) == 0)
			return 0;
	} else if ((t->locals = calloc(given, sizeof(*t->locals))) != NULL) {
		memcpy(t->locals, t->inputs->locals, given * sizeof(*t->locals));
		t->local_count = given;
		return 0;
	}
	error_add(t->e, "capture", 0, 0, "cannot tell the addresses of this machine");
	return -1;
}

static int
keep_begin(struct tapping *t)
{
	const struct keep_options options = { .folder = t->part,
		.bytes_most = t->limits.keep_bytes,
		.span_most_ns = t->limits.keep_span_ns,
		.facts = live_facts(t->live),
		.locals = t->wishes->inputs.locals.count > 0 ? NULL : t->locals,
		.local_count = t->wishes->inputs.locals.count > 0 ? 0 : t->local_count };

	if (!t->wishes->keep)
		return 0;
	t->keep = keep_open(&options, t->e);
	return t->keep != NULL ? 0 : -1;
}

static int
journal_begin(struct tapping *t)
{
	const char *folder = t->wishes->folder;

	if (folder == NULL)
		return 0;
	if (report_folder_check(folder, t->e) != 0)
		return -1;
	t->part = journal_folder(folder);
	if (t->part == NULL) {
		error_add(t->e, folder, 0, 0, "out of memory");
		return -1;
	}
	t->journal = journal_create(t->part, t->e);
	if (t->journal == NULL || keep_begin(t) != 0 ||
	    finish_prepare(t->journal, t->part, t->inputs, &t->run, t->e) != 0)
		return -1;
	if (t->wishes->inputs.locals.count == 0)
		tapping_save_locals(t);
	return 0;
}

static int
engine_open(struct tapping *t)
{
	const struct inputs *in = t->inputs;
	const struct engine_options options = { .signatures = in->signatures,
		.app = in->app,
		.locals = t->locals,
		.local_count = t->local_count,
		.locals_why = t->wishes->inputs.locals.count > 0 ? NULL : LOCALS_RECORDER,
		.process = t->wishes->inputs.process,
		.marks = t->marks,
		.geo = in->geo,
		.saved = t->wishes->folder != NULL };

	t->engine = engine_new(&options, t->e);
	return t->engine != NULL ? 0 : -1;
}

/* What the report tells of this run and machine. */
static int
run_note(struct tapping *t)
{
	const struct words *geoip = &t->wishes->inputs.geoip;

	t->geoip = calloc(geoip->count + 1, sizeof(*t->geoip));
	if (t->geoip == NULL)
		return -1;
	for (size_t i = 0; i < geoip->count; i++)
		if ((t->geoip[i] = realpath(geoip->word[i], NULL)) == NULL)
			return -1;
	time_text(wall_ns(), t->started);
	(void)gethostname(t->host, sizeof(t->host) - 1);
	t->run.host = t->host;
	t->run.started = t->started;
	t->run.interface = t->wishes->interface;
	t->run.kept = t->wishes->keep;
	t->run.geoip = (const char *const *)t->geoip;
	return 0;
}

int
tapping_open(struct tapping *t)
{
	t->signals = t->views = -1;
	if ((t->marks = marks_new()) == NULL || run_note(t) != 0) {
		error_add(t->e, "capture", 0, 0, "out of memory");
		return -1;
	}
	if (listening_open(t) != 0 || locals_open(t) != 0 ||
	    privileges_drop(&t->user, t->e) != 0 || journal_begin(t) != 0 ||
	    engine_open(t) != 0 || screen_start(t) != 0 ||
	    privileges_confine(live_fd(t->live), t->e) != 0)
		return -1;
	t->begun_ms = clock_ms();
	t->next_second_ms = t->next_view_ms = t->begun_ms;
	return 0;
}

void
tapping_free(struct tapping *t)
{
	screen_stop(t);
	keep_close(t->keep);
	journal_close(t->journal);
	owners_stop(t->owners);
	control_close(t->control);
	live_close(t->live);
	engine_free(t->engine);
	marks_free(t->marks);
	if (t->signals >= 0)
		close(t->signals);
	free(t->locals);
	for (char **g = t->geoip; g != NULL && *g != NULL; g++)
		free(*g);
	free(t->geoip);
	free(t->part);
}
