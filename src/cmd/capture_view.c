/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is shown while a capture runs. The screen is a process of its own, which may wait
 * for its terminal as long as it pleases. What it shows is judged by a child on a copy of
 * everything as it is (copy on write): the capture itself pays for the fork alone.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tapping.h"

#define VIEW_EACH_MS 500
/* A judgement that takes long comes the more seldom. */
#define VIEW_REST 8

static void
view_head(const struct tapping *t, struct view *v)
{
	const struct traffic *seen = engine_traffic(t->engine);

	v->time_ns = wall_ns();
	v->started_ns = v->time_ns - (clock_ms() - t->begun_ms) * 1000000;
	v->last_ns = seen->last_ns;
	snprintf(v->interface, sizeof(v->interface), "%s", t->wishes->interface);
	if (t->inputs->app != NULL)
		snprintf(v->app, sizeof(v->app), "%s", t->inputs->app->title);
	v->frames = seen->frames;
	v->frame_bytes = seen->frame_bytes;
	v->kernel_drops = t->counts.kernel_drops;
	v->interface_drops = t->counts.interface_drops;
	v->keeping = t->keep != NULL;
	v->kept_bytes = t->keep != NULL ? keep_bytes(t->keep) : 0;
}

/* In a child: nothing that it does to the engine is seen by the capture. */
static void
view_judge(struct tapping *t, struct view *v)
{
	const struct inputs *in = t->inputs;
	const struct judgement *judgements[64];
	const struct session *session = NULL;
	size_t count = 0;

	view_head(t, v);
	session =
	    engine_finish(t->engine, t->counts.kernel_drops + t->counts.interface_drops);
	if (session == NULL)
		return;
	for (; count < in->policy_count && count < COUNT_OF(judgements); count++) {
		judgements[count] =
		    policy_judge(in->policies[count], in->ontologies, session, false);
		if (judgements[count] == NULL)
			break;
	}
	view_fill(v, session, judgements, count);
	(void)send(t->views, v, sizeof(*v), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void
tapping_view(struct tapping *t)
{
	int64_t now = clock_ms();

	if (t->views < 0 || t->viewer != 0 || now < t->next_view_ms)
		return;
	t->viewer_begun_ms = now;
	t->viewer = fork();
	if (t->viewer == 0) {
		struct view *v = calloc(1, sizeof(*v));

		(void)nice(10);
		if (v != NULL)
			view_judge(t, v);
		_exit(0);
	}
	if (t->viewer < 0)
		t->viewer = 0;
	t->next_view_ms = now + VIEW_EACH_MS;
}

static void
screen_ended(struct tapping *t)
{
	t->screen = 0;
	close(t->views);
	t->views = -1;
}

static void
viewer_ended(struct tapping *t)
{
	int64_t now = clock_ms(), took = now - t->viewer_begun_ms;
	int64_t rest = took * VIEW_REST > VIEW_EACH_MS ? took * VIEW_REST : VIEW_EACH_MS;

	t->viewer = 0;
	t->next_view_ms = now + rest;
}

void
tapping_reap(struct tapping *t)
{
	pid_t pid = 0;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
		if (pid == t->viewer)
			viewer_ended(t);
		else if (pid == t->screen)
			screen_ended(t);
		else if (pid == t->compactor)
			t->compactor = 0;
	}
}

bool
screen_is_wanted(const struct wishes *w)
{
	return !w->plain && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

/* What the capture holds open is none of the screen's. */
static void
screen_child(struct tapping *t, int views, int control)
{
	struct error e = { 0 };

	close(live_fd(t->live));
	if (t->owners != NULL)
		close(owners_fd(t->owners));
	control_forget(t->control);
	if (t->journal != NULL)
		journal_forget(t->journal);
	if (privileges_confine(-1, &e) != 0)
		_exit(1);
	if (screen_is_wanted(t->wishes) && screen_run(views, control) == 0)
		_exit(0);
	_exit(plain_run(views, stderr) == 0 ? 0 : 1);
}

int
screen_start(struct tapping *t)
{
	int views[2] = { -1, -1 }, control[2] = { -1, -1 };

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, views) != 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) != 0 ||
	    (t->screen = fork()) < 0) {
		error_add(t->e, "screen", 0, 0, "cannot be started: %s", strerror(errno));
		return -1;
	}
	if (t->screen == 0) {
		close(views[0]);
		close(control[0]);
		screen_child(t, views[1], control[1]);
	}
	close(views[1]);
	close(control[1]);
	t->views = views[0];
	return control_adopt(t->control, control[0]);
}

/* It hears the end from the hang-up, and puts the terminal back. */
void
screen_stop(struct tapping *t)
{
	if (t->viewer > 0)
		(void)waitpid(t->viewer, NULL, 0);
	t->viewer = 0;
	if (t->views >= 0)
		close(t->views);
	t->views = -1;
	if (t->screen > 0)
		(void)waitpid(t->screen, NULL, 0);
	t->screen = 0;
}
