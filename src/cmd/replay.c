/* SPDX-License-Identifier: Apache-2.0 */
/* replay: capture files in, a summary, a bundle, or a bundle for each file out. */
#include <stdlib.h>
#include <unistd.h>
#include "password.h"
#include "run.h"

struct replay {
	struct input_options inputs;
	const char *folder, *sign, *fail_on, *jobs;
	bool json, each;
};

#define AT(member) offsetof(struct replay, member)

const struct option_row replay_options[15] = {
	{ 'a', "app", "APP", "judge only this app (see: callwitness list apps)",
	    AT(inputs.app), OPTION_TEXT },
	{ 'p', "policy", "POLICY",
	    "hold the capture against it: a name (see: callwitness list policies) or a "
	    "file (repeatable)",
	    AT(inputs.policies), OPTION_WORDS },
	{ 'm', "marks", "FILE", "the call's states as declared", AT(inputs.marks),
	    OPTION_TEXT },
	{ 'l', "local", "CIDR",
	    "addresses of the judged machine (repeatable; else inferred)",
	    AT(inputs.locals), OPTION_WORDS },
	{ 0, "process", "NAME|PID|PATH",
	    "judge only this program and what it started, in captures that tell",
	    AT(inputs.process), OPTION_TEXT },
	{ 'f', "filter", "BPF", "only packets that match this filter", AT(inputs.filter),
	    OPTION_TEXT },
	{ 'g', "geoip", "MMDB",
	    "a MaxMind database of countries or networks (repeatable)", AT(inputs.geoip),
	    OPTION_WORDS },
	{ 's', "signatures", "DIR", "signature files to use instead of the shipped ones",
	    AT(inputs.signatures), OPTION_TEXT },
	{ 0, "ontology", "DIR", "ontology files to use instead of the shipped ones",
	    AT(inputs.ontology), OPTION_TEXT },
	{ 'o', "output", "DIR", "write the evidence bundle there", AT(folder),
	    OPTION_TEXT },
	{ 0, "sign", "SECRET", "sign the bundle with this key (see: callwitness keygen)",
	    AT(sign), OPTION_TEXT },
	{ 'j', "json", NULL, "print report.json instead of the summary", AT(json),
	    OPTION_SWITCH },
	{ 'e', "each", NULL,
	    "a bundle for each capture, of folders too, and a table; NAME.marks.yaml "
	    "beside NAME.pcap is used",
	    AT(each), OPTION_SWITCH },
	{ 0, "jobs", "N", "so many captures at a time with --each (else one a processor)",
	    AT(jobs), OPTION_TEXT },
	{ 0, "fail-on", "WHAT",
	    "exit with 1 on contradicted,omitted (both unless given), or never",
	    AT(fail_on), OPTION_TEXT },
};

static int
replay_write(const struct replay *options, const struct judged *j,
    const struct seal_secret *secret, struct error *e)
{
	if (options->folder != NULL &&
	    bundle_write(&j->report, options->folder, secret, e) != 0)
		return -1;
	return judged_print(j, options->folder, options->json);
}

static enum exit_code
replay_one(const struct replay *options, const struct inputs *in,
    const struct words *files, const struct each_options *how, struct error *e)
{
	struct judge_options judging = { .marks = in->marks,
		.command = how->command,
		.digest = options->folder != NULL || options->json,
		.progress = true };
	struct judged judged;
	struct counts counts = { 0 };
	enum exit_code code = EXIT_INPUT;

	/* A folder that cannot be written is told before the work. */
	if (options->folder != NULL && report_folder_check(options->folder, e) != 0)
		return EXIT_INPUT;
	if (judged_make(&judged, in, files, &judging, e) == 0 &&
	    replay_write(options, &judged, how->secret, e) == 0) {
		judged_counts(&judged, &counts);
		code = counts_code(&counts, &how->fail_on);
	}
	judged_free(&judged);
	return code;
}

/* One a processor if nothing is said; 0 if that is no number of processes. */
static unsigned
jobs_of(const char *text)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	char *end = NULL;
	long jobs = text != NULL ? strtol(text, &end, 10) : 0;

	if (text == NULL)
		return processors > 0 ? (unsigned)processors : 1;
	return end != text && *end == '\0' && jobs >= 1 && jobs <= 1024 ? (unsigned)jobs
									: 0;
}

/* What options forbid of each other, before anything is read. */
static int
options_check(const struct replay *r, const struct words *files, struct fail_on *fail_on,
    struct error *e)
{
	if (files->count == 0)
		error_add(
		    e, "replay", 0, 0, "no capture file given, - is standard input");
	if (r->each && r->folder == NULL)
		error_add(e, "--each", 0, 0, "needs --output, the folder of the bundles");
	if (r->each && r->inputs.marks != NULL)
		error_add(e, "--marks", 0, 0,
		    "is of one call: with --each, NAME.marks.yaml beside NAME.pcap is "
		    "used");
	if (r->each && r->json)
		error_add(e, "--json", 0, 0, "is for one report, not with --each");
	if (r->sign != NULL && r->folder == NULL)
		error_add(e, "--sign", 0, 0, "needs --output, the bundle to sign");
	if (r->jobs != NULL && jobs_of(r->jobs) == 0)
		error_add(e, "--jobs", 0, 0, "is \"%s\": expected 1 to 1024", r->jobs);
	if (r->jobs != NULL && !r->each)
		error_add(e, "--jobs", 0, 0, "is for --each");
	(void)fail_on_parse(r->fail_on, fail_on, e);
	return e->count == 0 ? 0 : -1;
}

static enum exit_code
replay_run(const struct replay *r, const struct words *files, const char *const *command)
{
	struct each_options how = {
		.folder = r->folder, .jobs = jobs_of(r->jobs), .command = command
	};
	struct seal_secret *secret = NULL;
	struct inputs in = { 0 };
	struct error e = { 0 };
	enum exit_code code = EXIT_USAGE;

	if (options_check(r, files, &how.fail_on, &e) != 0)
		goto out;
	code = inputs_load(&in, &r->inputs, &e);
	if (code != EXIT_FINE)
		goto out;
	code = EXIT_INPUT;
	if (r->sign != NULL &&
	    (secret = seal_secret_load(r->sign, password_ask, &e)) == NULL)
		goto out;
	how.secret = secret;
	code = r->each ? replay_each(&in, files, &how, &e)
		       : replay_one(r, &in, files, &how, &e);
out:
	seal_secret_free(secret);
	inputs_free(&in);
	return fail(&e, code);
}

enum exit_code
cmd_replay(int argc, char **argv, const struct command *self)
{
	struct replay options = { 0 };
	struct words files = { 0 };
	const char **command = words_copy(argc, argv);
	enum exit_code code = EXIT_USAGE;
	int parsed = 0;

	parsed = options_parse(self, argc, argv, &options, &files);
	if (parsed > 0)
		code = EXIT_FINE;
	else if (parsed == 0)
		code = replay_run(&options, &files, command);
	words_free(&files);
	words_free(&options.inputs.locals);
	words_free(&options.inputs.policies);
	words_free(&options.inputs.geoip);
	free(command);
	return code;
}
