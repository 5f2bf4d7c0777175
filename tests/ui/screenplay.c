/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: screenplay SCENE LOG
 * Plays a capture's part against the screen: `call` sends views of a made call and takes
 * marks, `stale` falls silent, `hostile` sends bytes that are no view, `plain` has the
 * lines instead. What the screen asks for goes to LOG; at the end LOG says how the screen
 * ended.
 */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "made_view.h"

#define PLAY_BEFORE 75 /* seconds that are over when it begins */
#define STEP_MS 500

struct play {
	int views, control;
	const char *scene;
	FILE *log;
	bool on[STATES], set[STATES], over;
	unsigned seed;
};

static void
view_send(struct play *p, int64_t seconds)
{
	struct view v;

	made_view(&v, seconds);
	for (int i = 0; i < STATES; i++)
		if (p->set[i]) {
			v.set[i] = true;
			v.on[i] = p->on[i];
		}
	if (send(p->views, &v, sizeof(v), MSG_NOSIGNAL) < 0)
		p->over = true;
}

static void
noise_send(struct play *p)
{
	unsigned char bytes[sizeof(struct view) + 8];
	size_t length = sizeof(struct view) + (size_t)(rand_r(&p->seed) % 5 ? 0 : 8);

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)rand_r(&p->seed);
	/* Escape sequences in some of the texts. */
	for (size_t i = 0; i + 8 < sizeof(bytes); i += 97)
		memcpy(bytes + i, "\033[2J\033]0;", 8);
	if (send(p->views, bytes, length, MSG_NOSIGNAL) < 0)
		p->over = true;
	(void)send(p->views, bytes, 0, MSG_NOSIGNAL);
}

static void
line_answer(struct play *p, char *line)
{
	char name[32] = "", turn[8] = "", reply[128] = "ok";
	enum state state = STATES;

	fprintf(p->log, "%s\n", line);
	(void)fflush(p->log);
	if (sscanf(line, "mark %31s %7s", name, turn) == 2) {
		state = state_named(name);
		p->on[state] = strcmp(turn, "on") == 0;
		p->set[state] = true;
		snprintf(reply, sizeof(reply), "ok marked %s %s", name, turn);
	}
	if (strcmp(name, "sharing") == 0) {
		p->set[state] = false;
		snprintf(reply, sizeof(reply), "error: sharing is refused");
	}
	p->over = p->over || strcmp(line, "stop") == 0;
	strcat(reply, "\n");
	(void)send(p->control, reply, strlen(reply), MSG_NOSIGNAL);
}

static void
lines_read(struct play *p)
{
	char text[2048];
	ssize_t length = recv(p->control, text, sizeof(text) - 1, MSG_DONTWAIT);

	if (length <= 0) {
		p->over = p->over || length == 0;
		return;
	}
	text[length] = '\0';
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
		line_answer(p, line);
}

static void
play(struct play *p)
{
	struct pollfd wait = { .fd = p->control, .events = POLLIN };

	for (int64_t s = 1; s <= PLAY_BEFORE; s++)
		view_send(p, s);
	for (int64_t step = 1; !p->over; step++) {
		if (strcmp(p->scene, "hostile") == 0)
			noise_send(p);
		else if (strcmp(p->scene, "stale") != 0)
			view_send(p, PLAY_BEFORE + step * STEP_MS / 1000);
		if (poll(&wait, 1, STEP_MS) > 0)
			lines_read(p);
	}
}

int
main(int argc, char **argv)
{
	int views[2], control[2], status = 0;
	struct play p = { .seed = 1 };
	pid_t screen = 0;

	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN); /* outlives the terminal to tell of it */
	if (argc != 3 || (p.log = fopen(argv[2], "w")) == NULL ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, views) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, control) < 0)
		return 2;
	screen = fork();
	if (screen == 0) {
		close(views[0]);
		close(control[0]);
		/* As the capture's own child ends. */
		_exit(strcmp(argv[1], "plain") == 0 ? plain_run(views[1], stdout)
						    : screen_run(views[1], control[1]));
	}
	close(views[1]);
	close(control[1]);
	p.scene = argv[1];
	p.views = views[0];
	p.control = control[0];
	play(&p);
	close(p.views);
	(void)waitpid(screen, &status, 0);
	fprintf(p.log, "screen ended with %d\n", status);
	return fclose(p.log) == 0 ? 0 : 1;
}
