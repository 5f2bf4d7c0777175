/* SPDX-License-Identifier: Apache-2.0 */
/* replay: capture files in, a summary or a folder out. */
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "cmd.h"

struct replay {
	const char *app, *folder, *filter, *signatures;
	struct words locals;
	bool json;
};

#define AT(member) offsetof(struct replay, member)

const struct option_row replay_options[6] = {
	{ 'a', "app", "APP", "judge only this app (see: callwitness list apps)", AT(app),
	    OPTION_TEXT },
	{ 'l', "local", "CIDR",
	    "addresses of the judged machine (repeatable; else inferred)", AT(locals),
	    OPTION_WORDS },
	{ 'f', "filter", "BPF", "only packets that match this filter", AT(filter),
	    OPTION_TEXT },
	{ 's', "signatures", "DIR", "signature files to use instead of the shipped ones",
	    AT(signatures), OPTION_TEXT },
	{ 'o', "output", "DIR", "write report.json and flows.ndjson there", AT(folder),
	    OPTION_TEXT },
	{ 'j', "json", NULL, "print report.json instead of the summary", AT(json),
	    OPTION_SWITCH },
};

struct run {
	struct replay options;
	struct words files;
	struct addr_net *locals;
	struct signatures *signatures;
	struct capture *capture;
	struct engine *engine;
	const char **command;
};

static int
locals_parse(struct run *run, struct error *e)
{
	const struct words *given = &run->options.locals;

	run->locals = calloc(given->count ? given->count : 1, sizeof(*run->locals));
	if (run->locals == NULL)
		return -1;
	for (size_t i = 0; i < given->count; i++)
		if (addr_net_parse(given->word[i], &run->locals[i]) != 0)
			error_add(e, "--local", 0, 0,
			    "\"%s\" is no network: expected an address such as "
			    "192.0.2.7, or "
			    "192.0.2.0/24 with no bits set behind the prefix",
			    given->word[i]);
	return e->count == 0 ? 0 : -1;
}

static int
run_prepare(struct run *run, struct error *e)
{
	struct engine_options options = { .local_count = run->options.locals.count };

	if (locals_parse(run, e) != 0)
		return -1;
	run->signatures = signatures_find(run->options.signatures, e);
	if (run->signatures == NULL)
		return -1;
	options.signatures = run->signatures;
	options.locals = run->locals;
	if (run->options.app != NULL) {
		options.app = signatures_named(run->signatures, run->options.app);
		if (options.app == NULL || !options.app->app) {
			error_add(e, "--app", 0, 0,
			    "no app \"%s\": expected one of those that \"callwitness "
			    "list apps\" shows",
			    run->options.app);
			return -1;
		}
	}
	run->engine = engine_new(&options, e);
	return run->engine != NULL ? 0 : -1;
}

static void
run_read(struct run *run)
{
	struct progress progress = { 0 };
	struct frame frame;
	uint64_t packets = 0, done = 0, total = 0;

	while (capture_next(run->capture, &frame) > 0) {
		engine_packet(run->engine, &frame);
		if (packets++ % PACKETS_A_LOOK == 0) {
			capture_progress(run->capture, &done, &total);
			progress_step(&progress, packets, done, total);
		}
	}
	progress_end(&progress);
}

static struct summary_style
style_of(FILE *out)
{
	bool terminal = isatty(fileno(out));

	setlocale(LC_CTYPE, "");
	return (struct summary_style){
		.color = (terminal && getenv("NO_COLOR") == NULL) ||
			 getenv("CLICOLOR_FORCE") != NULL,
		.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
		.recipients = 20,
	};
}

static enum exit_code
run_report(
    struct run *run, const struct session *session, const char *started, struct error *e)
{
	char host[256] = "";
	int rc = 0;
	struct report report = { .session = session,
		.signatures = run->signatures,
		.capture = run->capture,
		.environment = { host, started, run->command } };
	struct summary_style style = style_of(stdout);

	(void)gethostname(host, sizeof(host) - 1);
	if (run->options.folder != NULL &&
	    report_folder(&report, run->options.folder, e) != 0)
		return fail(e, EXIT_INPUT);
	if (run->options.json)
		rc = report_json(&report, stdout);
	else
		report_summary(&report, &style, stdout);
	if (run->options.folder != NULL && !run->options.json)
		printf(
		    "\nWritten to %s: report.json, flows.ndjson\n", run->options.folder);
	if (rc != 0 || fflush(stdout) != 0 || ferror(stdout)) {
		error_add(e, "standard output", 0, 0, "cannot be written");
		return fail(e, EXIT_INPUT);
	}
	return EXIT_FINE;
}

static uint64_t
drops(const struct capture *c)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < capture_files(c); i++)
		sum += capture_file(c, i)->drops;
	return sum;
}

static enum exit_code
run_all(struct run *run)
{
	struct capture_options options = { .filter = run->options.filter,
		.digest = run->options.folder != NULL || run->options.json };
	struct error e = { 0 };
	char started[TIME_TEXT_SIZE];
	struct timespec now;
	const struct session *session = NULL;

	clock_gettime(CLOCK_REALTIME, &now);
	time_text((int64_t)now.tv_sec * 1000000000 + now.tv_nsec, started);
	if (run_prepare(run, &e) != 0)
		return fail(&e, EXIT_USAGE);
	run->capture = capture_open(run->files.word, run->files.count, &options, &e);
	if (run->capture == NULL)
		return fail(&e, EXIT_INPUT);
	run_read(run);
	session = engine_finish(run->engine, drops(run->capture));
	if (session == NULL) {
		error_add(&e, "replay", 0, 0, "out of memory");
		return fail(&e, EXIT_INPUT);
	}
	return run_report(run, session, started, &e);
}

enum exit_code
cmd_replay(int argc, char **argv, const struct command *self)
{
	struct run run = { 0 };
	enum exit_code code = EXIT_USAGE;
	int parsed = 0;

	run.command = calloc((size_t)argc + 1, sizeof(*run.command));
	for (int i = 0; run.command != NULL && i < argc; i++)
		run.command[i] = argv[i];
	parsed = options_parse(self, argc, argv, &run.options, &run.files);
	if (parsed > 0)
		code = EXIT_FINE;
	else if (parsed == 0 && run.files.count == 0)
		fprintf(stderr,
		    "callwitness replay: no capture file given, - is standard input\n");
	else if (parsed == 0)
		code = run_all(&run);
	engine_free(run.engine);
	capture_close(run.capture);
	signatures_free(run.signatures);
	words_free(&run.files);
	words_free(&run.options.locals);
	free(run.locals);
	free(run.command);
	return code;
}
