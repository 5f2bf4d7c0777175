/* SPDX-License-Identifier: Apache-2.0 */
/* The loop of a live capture: frames, questions, marks, the clock; one after the other.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>
#include "tapping.h"

/* Frames between two looks at everything else. */
#define BATCH 4096
/* At the end: how long frames are taken that came before it, and owners are told. */
#define DRAIN_MS 300
#define SECOND_MS 1000

int64_t
clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void
tapping_end(struct tapping *t, const char *format, ...)
{
	va_list arguments;

	if (t->ended[0] != '\0')
		return;
	t->stop_ns = wall_ns();
	va_start(arguments, format);
	vsnprintf(t->ended, sizeof(t->ended), format, arguments);
	va_end(arguments);
}

/* No room, or no disk: what has been written stays, and the capture ends here. */
static void
write_failed(struct tapping *t, const char *what)
{
	t->disk_full = true;
	tapping_end(t, "%s cannot be written: %s", what, strerror(errno));
}

static int
record_write(void *context, const void *record, size_t length)
{
	return journal_add(context, JOURNAL_STATE, record, length);
}

void
tapping_save(struct tapping *t, enum engine_save what)
{
	if (t->journal == NULL || t->disk_full)
		return;
	if (engine_save(t->engine, what, record_write, t->journal) != 0 ||
	    journal_flush(t->journal) != 0)
		write_failed(t, "the journal");
}

/* A child writes down everything at once; what came before it is not needed then. */
void
tapping_compact(struct tapping *t)
{
	struct journal *whole = NULL;

	if (t->journal == NULL || t->compactor != 0 || t->disk_full ||
	    !journal_wants_checkpoint(t->journal))
		return;
	tapping_save(t, SAVE_CHANGED);
	if (t->disk_full || (whole = journal_checkpoint(t->journal)) == NULL)
		return;
	t->compactor = fork();
	if (t->compactor == 0) {
		/* A recovery must not find it at work. */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (engine_save(t->engine, SAVE_ALL, record_write, whole) == 0)
			(void)journal_checkpoint_end(whole);
		_exit(0);
	}
	if (t->compactor < 0)
		t->compactor = 0;
	journal_checkpoint_forget(whole);
}

static bool
is_ours(const struct tapping *t, const struct addr *a)
{
	for (size_t i = 0; i < t->local_count; i++)
		if (addr_in(a, &t->locals[i]))
			return true;
	return false;
}

static void
frame_keep(struct tapping *t, const struct frame *f, const struct flow_update *u)
{
	struct keep_note note = { DIRECTION_UNKNOWN, 0, 0 };

	if (u->flow != NULL) {
		bool out = is_ours(t, &u->flow->key.end[u->end].addr);

		note.flow = u->flow->id;
		note.tag = u->stream != NULL ? stream_tag(u->stream) : 0;
		if (out || is_ours(t, &u->flow->key.end[!u->end].addr))
			note.direction = out ? DIRECTION_OUT : DIRECTION_IN;
	}
	if (keep_frame(t->keep, f, &note) != 0)
		write_failed(t, "the kept packets");
}

static void
frame_take(const struct frame *f, void *context)
{
	struct tapping *t = context;
	const struct flow_update *u = NULL;

	if (t->stop_ns != 0 && f->time_ns > t->stop_ns)
		return;
	engine_packet(t->engine, f);
	u = engine_last(t->engine);
	if (t->owners != NULL && u->created && u->flow != NULL &&
	    (u->flow->key.proto == 6 || u->flow->key.proto == 17))
		owners_ask(t->owners, &u->flow->key, u->flow->first_end);
	if (t->keep != NULL && !t->disk_full)
		frame_keep(t, f, u);
}

/* How many frames came. */
static int
frames_serve(struct tapping *t)
{
	struct error e = { 0 };
	int count = live_read(t->live, BATCH, frame_take, t, &e);

	if (count < 0)
		tapping_end(t, "%s", e.count > 0 ? e.lines[0].text : "interface gone");
	error_clear(&e);
	if (count <= 0)
		return 0;
	tapping_save(t, SAVE_OVER);
	if (t->keep != NULL && !t->disk_full && keep_flush(t->keep) != 0)
		write_failed(t, "the kept packets");
	return count;
}

static void
serve_frames(struct tapping *t)
{
	(void)frames_serve(t);
}

static void
serve_signals(struct tapping *t)
{
	struct signalfd_siginfo s;

	while (read(t->signals, &s, sizeof(s)) == (ssize_t)sizeof(s)) {
		if (s.ssi_signo == SIGCHLD)
			tapping_reap(t);
		else
			tapping_end(t, "interrupted by %s",
			    s.ssi_signo == SIGINT    ? "SIGINT"
			    : s.ssi_signo == SIGTERM ? "SIGTERM"
						     : "SIGHUP");
	}
}

static void
serve_control(struct tapping *t)
{
	control_serve(t->control, tapping_request, t);
}

static void
owner_is(void *context, const struct flow_key *key, const struct process *p)
{
	struct tapping *t = context;

	(void)engine_own(t->engine, key, p);
}

/* Without the helper the capture goes on, and flows have no owners. */
static void
serve_owners(struct tapping *t)
{
	if (owners_read(t->owners, owner_is, t) == 0)
		return;
	owners_stop(t->owners);
	t->owners = NULL;
}

/* An address that was the machine's remains its own. */
static int
locals_join(struct tapping *t, const struct addr_net *more, size_t count)
{
	struct addr_net *all = calloc(t->local_count + count + 1, sizeof(*all));
	size_t sum = t->local_count;

	if (all == NULL)
		return -1;
	if (sum > 0)
		memcpy(all, t->locals, sum * sizeof(*all));
	for (size_t i = 0; i < count; i++)
		if (!is_ours(t, &more[i].addr))
			all[sum++] = more[i];
	if (sum == t->local_count) {
		free(all);
		return 0;
	}
	engine_set_locals(t->engine, all, sum);
	free(t->locals);
	t->locals = all;
	t->local_count = sum;
	return 1;
}

void
tapping_save_locals(struct tapping *t)
{
	char addr[ADDR_TEXT_SIZE], *text = NULL;
	size_t length = 0;
	FILE *out = t->journal != NULL ? open_memstream(&text, &length) : NULL;
	int rc = -1;

	if (t->journal == NULL || out == NULL)
		return;
	for (size_t i = 0; i < t->local_count; i++)
		fprintf(out, "%s\n", addr_text(&t->locals[i].addr, addr));
	if (fclose(out) == 0)
		rc = journal_add(t->journal, JOURNAL_LOCALS, text, length);
	if (rc != 0)
		write_failed(t, "the journal");
	free(text);
}

static void
locals_look(struct tapping *t)
{
	struct addr_net *now = NULL;
	size_t count = 0;

	if (t->wishes->inputs.locals.count > 0 || live_locals(&now, &count) != 0)
		return;
	if (locals_join(t, now, count) > 0)
		tapping_save_locals(t);
	free(now);
}

static void
counts_look(struct tapping *t)
{
	struct live_counts before = t->counts;

	live_counts(t->live, &t->counts);
	if (before.kernel_drops + before.interface_drops ==
	    t->counts.kernel_drops + t->counts.interface_drops)
		return;
	if (t->keep != NULL && keep_counts(t->keep, wall_ns(), &t->counts) != 0)
		write_failed(t, "the kept packets");
}

static void
every_second(struct tapping *t)
{
	int64_t now = clock_ms();

	if (now < t->next_second_ms)
		return;
	t->next_second_ms = now + SECOND_MS;
	locals_look(t);
	counts_look(t);
	if (t->journal != NULL && !t->disk_full) {
		size_t flows = (size_t)engine_traffic(t->engine)->flows.created;

		if (flows > flow_limits_default.kept)
			flows = flow_limits_default.kept;
		if (journal_add(
			t->journal, JOURNAL_COUNTS, &t->counts, sizeof(t->counts)) != 0)
			write_failed(t, "the journal");
		tapping_save(t, SAVE_CHANGED);
		if (!t->disk_full && journal_reserve(t->journal, flows) != 0)
			write_failed(t, "the bundle");
		tapping_compact(t);
	}
	if (t->limits.duration_ns > 0 &&
	    now - t->begun_ms >= t->limits.duration_ns / 1000000)
		tapping_end(t, "after %s, as asked", t->wishes->duration);
}

/* Milliseconds until there is something to do without being called. */
static int
wait_of(const struct tapping *t)
{
	int64_t now = clock_ms(), until = t->next_second_ms;

	if (t->views >= 0 && t->viewer == 0 && t->next_view_ms < until)
		until = t->next_view_ms;
	if (t->limits.duration_ns > 0 &&
	    t->begun_ms + t->limits.duration_ns / 1000000 < until)
		until = t->begun_ms + t->limits.duration_ns / 1000000;
	return until > now ? (int)(until - now) : 0;
}

void
tapping_run(struct tapping *t)
{
	const struct {
		int fd;
		void (*serve)(struct tapping *t);
	} sources[] = { { live_fd(t->live), serve_frames }, { t->signals, serve_signals },
		{ control_fd(t->control), serve_control },
		{ t->owners != NULL ? owners_fd(t->owners) : -1, serve_owners } };
	struct pollfd fds[COUNT_OF(sources)];

	while (t->ended[0] == '\0') {
		for (size_t i = 0; i < COUNT_OF(sources); i++)
			fds[i] = (struct pollfd){ sources[i].fd, POLLIN, 0 };
		if (t->owners == NULL)
			fds[3].fd = -1;
		if (poll(fds, COUNT_OF(fds), wait_of(t)) < 0 && errno != EINTR)
			break;
		for (size_t i = 0; i < COUNT_OF(sources); i++)
			if (fds[i].fd >= 0 && fds[i].revents != 0)
				sources[i].serve(t);
		every_second(t);
		tapping_view(t);
	}
}

/* Frames from before the end may still wait, and so may answers. */
static void
drain(struct tapping *t)
{
	int64_t until = clock_ms() + DRAIN_MS;
	int rest = 0;

	while ((rest = (int)(until - clock_ms())) > 0) {
		struct pollfd fds[] = { { live_fd(t->live), POLLIN, 0 },
			{ t->owners != NULL ? owners_fd(t->owners) : -1, POLLIN, 0 } };

		if (poll(fds, COUNT_OF(fds), rest) <= 0)
			continue;
		if (fds[0].revents != 0 && frames_serve(t) == 0 &&
		    (fds[0].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
			return;
		if (t->owners != NULL && fds[1].revents != 0)
			serve_owners(t);
	}
}

/* With the reserve given back there is room for the last words. */
static void
journal_finish(struct tapping *t)
{
	bool full = t->disk_full;

	journal_release_reserve(t->journal);
	t->disk_full = false;
	(void)journal_add(t->journal, JOURNAL_COUNTS, &t->counts, sizeof(t->counts));
	tapping_save(t, SAVE_CHANGED);
	(void)journal_add(t->journal, JOURNAL_END, t->ended, strlen(t->ended));
	(void)journal_sync(t->journal);
	t->disk_full |= full;
}

void
tapping_stop(struct tapping *t)
{
	drain(t);
	screen_stop(t);
	counts_look(t);
	if (t->journal != NULL)
		journal_finish(t);
	if (t->keep != NULL && !t->disk_full)
		(void)keep_counts(t->keep, wall_ns(), &t->counts);
	keep_close(t->keep);
	t->keep = NULL;
	owners_stop(t->owners);
	t->owners = NULL;
	live_close(t->live);
	t->live = NULL;
	control_close(t->control);
	t->control = NULL;
}
