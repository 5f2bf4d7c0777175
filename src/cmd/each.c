/* SPDX-License-Identifier: Apache-2.0 */
/* A bundle for each of many captures. Every capture has a process of its own, which
 * shares what was loaded: one that breaks takes no other with it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "run.h"

struct batch {
	const struct inputs *in;
	const struct each_options *options;
	size_t count, room;
	struct item *items;
};

/* What a process says of its capture, in one write to the pipe. */
struct told {
	size_t index;
	uint64_t packets, up[CATEGORIES];
	struct counts counts;
	enum exit_code code;
};

struct item {
	char *path, *name; /* name: of the bundle */
	pid_t pid;
	bool done;
	struct told told;
};

static int
item_add(struct batch *b, const char *path)
{
	struct item *more = NULL;
	const char *base = strrchr(path, '/');
	char *dot = NULL;

	if (b->count == b->room) {
		b->room = b->room ? b->room * 2 : 64;
		more = realloc(b->items, b->room * sizeof(*more));
		if (more == NULL)
			return -1;
		b->items = more;
	}
	b->items[b->count] = (struct item){ .path = strdup(path),
		.name = strdup(base != NULL ? base + 1 : path) };
	if (b->items[b->count].path == NULL || b->items[b->count].name == NULL)
		return -1;
	dot = strrchr(b->items[b->count].name, '.');
	if (dot != NULL && dot != b->items[b->count].name)
		*dot = '\0';
	b->count++;
	return 0;
}

static bool
is_capture(const char *name)
{
	static const char *const ends[] = { ".pcap", ".pcapng", ".cap" };
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot != NULL && name[0] != '.' && i < COUNT_OF(ends); i++)
		if (strcmp(dot, ends[i]) == 0)
			return true;
	return false;
}

static int
folder_add(struct batch *b, const char *folder, struct error *e)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, NULL, alphasort), rc = 0;
	char path[4096];
	size_t before = b->count;

	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		if (is_capture(entries[i]->d_name))
			rc |= item_add(b, path);
		free(entries[i]);
	}
	free(entries);
	if (b->count == before)
		error_add(e, folder, 0, 0, "%s",
		    count < 0 ? strerror(errno)
			      : "no capture files: expected *.pcap, *.pcapng or *.cap");
	return b->count > before ? rc : -1;
}

static int
batch_fill(struct batch *b, const struct words *paths, struct error *e)
{
	struct stat st;
	int rc = 0;

	for (size_t i = 0; i < paths->count; i++) {
		if (stat(paths->word[i], &st) == 0 && S_ISDIR(st.st_mode))
			rc |= folder_add(b, paths->word[i], e);
		else
			rc |= item_add(b, paths->word[i]);
	}
	return rc;
}

static int
by_name(const void *a, const void *b)
{
	const struct item *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* Two captures must not share a bundle. */
static int
batch_names(const struct batch *b, struct error *e)
{
	struct item **sorted = calloc(b->count ? b->count : 1, sizeof(struct item *));

	if (sorted == NULL)
		return -1;
	for (size_t i = 0; i < b->count; i++)
		sorted[i] = &b->items[i];
	qsort(sorted, b->count, sizeof(struct item *), by_name);
	for (size_t i = 1; i < b->count; i++)
		if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0)
			error_add(e, sorted[i]->path, 0, 0,
			    "would have the same bundle as %s: \"%s\"",
			    sorted[i - 1]->path, sorted[i]->name);
	free(sorted);
	return e->count == 0 ? 0 : -1;
}

/* NAME.marks.yaml beside NAME.pcap, or NULL if there is none. */
static struct marks *
marks_beside(const char *capture, struct error *e)
{
	char path[4096];
	const char *dot = strrchr(capture, '.');

	snprintf(path, sizeof(path), "%.*s.marks.yaml",
	    (int)(dot != NULL ? (size_t)(dot - capture) : strlen(capture)), capture);
	return access(path, F_OK) == 0 ? marks_load(path, e) : NULL;
}

/* In a process of its own. */
static void
item_run(const struct batch *b, const struct item *item, struct told *told)
{
	const char *path = item->path;
	const struct words file = { &path, 1 };
	struct error e = { 0 };
	struct marks *marks = marks_beside(item->path, &e);
	struct judge_options judging = {
		.marks = marks, .command = b->options->command, .digest = true
	};
	struct judged judged = { 0 };
	char folder[4096];

	told->code = EXIT_INPUT;
	snprintf(folder, sizeof(folder), "%s/%s", b->options->folder, item->name);
	if (e.count == 0 && judged_make(&judged, b->in, &file, &judging, &e) == 0 &&
	    bundle_write(&judged.report, folder, b->options->secret, &e) == 0) {
		judged_counts(&judged, &told->counts);
		told->code = counts_code(&told->counts, &b->options->fail_on);
		told->packets = judged.report.session->input.traffic.frames;
		for (unsigned c = 0; c < CATEGORIES; c++)
			told->up[c] = judged.report.session->up[c].bytes;
	}
	(void)fail(&e, told->code);
	judged_free(&judged);
	marks_free(marks);
}

static pid_t
item_start(const struct batch *b, size_t index, int pipe)
{
	struct told told = { .index = index };
	pid_t batch = getpid(), pid = 0;

	fflush(NULL);
	if ((pid = fork()) != 0)
		return pid;
	/* Nobody would hear what a process says whose batch was ended. */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != batch)
		_exit(1);
	item_run(b, &b->items[index], &told);
	fflush(NULL);
	_exit(write(pipe, &told, sizeof(told)) == (ssize_t)sizeof(told) ? 0 : 1);
}

/* Waits for one process. What it told is in the pipe by then. */
static int
item_wait(struct batch *b, int pipe)
{
	struct told told;
	int status = 0;
	pid_t pid = wait(&status);

	if (pid < 0)
		return -1;
	while (read(pipe, &told, sizeof(told)) == (ssize_t)sizeof(told)) {
		b->items[told.index].told = told;
		b->items[told.index].done = true;
	}
	for (size_t i = 0; i < b->count; i++)
		if (b->items[i].pid == pid && !b->items[i].done)
			fprintf(stderr, "%s: the process that read it ended early%s%s\n",
			    b->items[i].path, WIFSIGNALED(status) ? ": " : "",
			    WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "");
	return 0;
}

static int
batch_run(struct batch *b, struct error *e)
{
	int ends[2] = { -1, -1 }, rc = 0;
	unsigned running = 0;

	if (pipe2(ends, O_CLOEXEC) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
		error_add(e, "--each", 0, 0, "no pipe: %s", strerror(errno));
		return -1;
	}
	for (size_t next = 0; next < b->count || running > 0;) {
		if (next < b->count && running < b->options->jobs) {
			b->items[next].pid = item_start(b, next, ends[1]);
			if (b->items[next].pid > 0) {
				running++;
				next++;
				continue;
			}
			if (running == 0) {
				error_add(
				    e, "--each", 0, 0, "no process: %s", strerror(errno));
				rc = -1;
				break;
			}
		}
		if (item_wait(b, ends[0]) == 0)
			running--;
	}
	close(ends[0]);
	close(ends[1]);
	return rc;
}

/* As wide as the widest name, within reason. */
static int
names_width(const struct batch *b)
{
	size_t width = strlen("capture");

	for (size_t i = 0; i < b->count; i++)
		if (strlen(b->items[i].name) > width)
			width = strlen(b->items[i].name);
	return width < 40 ? (int)width : 40;
}

static void
item_write(const struct item *item, int width)
{
	char content[16], telemetry[16], diagnostics[16];
	const struct told *t = &item->told;

	if (!item->done || t->code == EXIT_INPUT) {
		printf("%-*s  unusable\n", width, item->name);
		return;
	}
	printf("%-*s %8llu %9s %9s %9s %4zu %3zu %3zu%s\n", width, item->name,
	    (unsigned long long)t->packets, size_text(t->up[CATEGORY_CONTENT], content),
	    size_text(t->up[CATEGORY_TELEMETRY], telemetry),
	    size_text(t->up[CATEGORY_DIAGNOSTICS], diagnostics), t->counts.supported,
	    t->counts.contradicted, t->counts.omitted,
	    t->code == EXIT_FINDING ? "  finding" : "");
}

static enum exit_code
batch_write(const struct batch *b)
{
	enum exit_code worst = EXIT_FINE;
	size_t findings = 0, unusable = 0;
	int width = names_width(b);

	printf("%-*s %8s %9s %9s %9s %4s %3s %3s\n", width, "capture", "packets",
	    "content", "telemetry", "diagnost.", "+", "!", "o");
	for (size_t i = 0; i < b->count; i++) {
		enum exit_code code =
		    b->items[i].done ? b->items[i].told.code : EXIT_INPUT;

		item_write(&b->items[i], width);
		findings += code == EXIT_FINDING;
		unusable += code == EXIT_INPUT;
		worst = code > worst ? code : worst;
	}
	printf("Bytes are those sent. + claims supported, ! contradicted, o streams "
	       "omitted.\n\n%zu capture%s: %zu bundle%s in %s, %zu with findings, %zu "
	       "unusable\n",
	    b->count, b->count == 1 ? "" : "s", b->count - unusable,
	    b->count - unusable == 1 ? "" : "s", b->options->folder, findings, unusable);
	return worst;
}

enum exit_code
replay_each(const struct inputs *in, const struct words *paths,
    const struct each_options *options, struct error *e)
{
	struct batch b = { .in = in, .options = options };
	enum exit_code code = EXIT_INPUT;

	if (batch_fill(&b, paths, e) == 0 && batch_names(&b, e) == 0 &&
	    batch_run(&b, e) == 0)
		code = batch_write(&b);
	for (size_t i = 0; i < b.count; i++) {
		free(b.items[i].path);
		free(b.items[i].name);
	}
	free(b.items);
	return code;
}
