/* SPDX-License-Identifier: Apache-2.0 */
/* recover: the report of a capture that could not write it itself. */
#include <stdlib.h>
#include <unistd.h>
#include "password.h"
#include "recover.h"

#define KILLED "recovered after the capture ended without writing its report"

struct recover {
	const char *folder, *sign, *fail_on;
	bool json;
};

#define AT(member) offsetof(struct recover, member)

const struct option_row recover_options[4] = {
	{ 'o', "output", "DIR", "write the evidence bundle there instead", AT(folder),
	    OPTION_TEXT },
	{ 0, "sign", "SECRET", "sign the bundle with this key (see: callwitness keygen)",
	    AT(sign), OPTION_TEXT },
	{ 0, "fail-on", "WHAT",
	    "exit with 1 on contradicted,omitted (both unless given), or never",
	    AT(fail_on), OPTION_TEXT },
	{ 'j', "json", NULL, "print report.json instead of the summary", AT(json),
	    OPTION_SWITCH },
};

/*
 * All frames are in the kept file, the last second too, which the journal may lack: what
 * they say is derived from them, and can be derived again.
 */
static int
judge_again(struct rescue *r, struct finish *how, struct error *e)
{
	char *path = finish_kept(how->part);
	const char *paths[] = { path };
	const struct words files = { paths, 1 };
	const struct judge_options judging = { .marks = how->marks,
		.command = how->run->command,
		.digest = true,
		.progress = true,
		.ended = how->ended,
		.interface = how->run->interface };
	int rc = -1;

	judged_free(&r->judged);
	if (path == NULL)
		error_add(e, how->part, 0, 0, "out of memory");
	else
		rc = judged_make(&r->judged, &r->in, &files, &judging, e);
	if (rc == 0) {
		r->judged.report.environment.host = how->run->host;
		r->judged.report.environment.started = how->run->started;
		r->judged.report.environment.programs = how->run->programs;
		r->judged.files[0].name = "capture.pcapng";
	}
	free(path);
	return rc;
}

/* Nothing but the folder was left: the report is there. */
static enum exit_code
recover_done(const struct rescue *r, const char *bundle, struct error *e)
{
	if (journal_remove(r->part, e) != 0)
		return EXIT_INPUT;
	printf("%s: the report was written already.\n", bundle);
	return EXIT_FINE;
}

static enum exit_code
recover_report(const struct recover *options, struct rescue *r,
    const struct seal_secret *secret, const struct fail_on *fail_on, struct error *e)
{
	const char *bundle = options->folder != NULL ? options->folder : r->bundle;
	char ended[sizeof(r->ended) + sizeof(KILLED) + 8];
	struct finish how = { .bundle = bundle,
		.part = r->part,
		.run = run_facts(r->run),
		.ended = ended,
		.marks = r->marks,
		.counts = r->counted ? &r->counts : NULL,
		.damaged = r->torn || r->ended[0] == '\0',
		.secret = secret };
	const char *const places[] = { r->bundle, bundle };
	struct counts counts = { 0 };

	snprintf(
	    ended, sizeof(ended), "%s%s%s", r->ended, r->ended[0] ? "; " : "", KILLED);
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		if (run_is_reported(how.run, places[i]))
			return recover_done(r, places[i], e);
		rescue_drafts(places[i]);
	}
	if (report_folder_check(bundle, e) != 0 ||
	    finish_judge(&r->judged, &r->in, &how, e) != 0 ||
	    (how.whole && judge_again(r, &how, e) != 0) ||
	    finish_write(&r->judged, &how, e) != 0 ||
	    judged_print(&r->judged, bundle, options->json) != 0)
		return EXIT_INPUT;
	judged_counts(&r->judged, &counts);
	return counts_code(&counts, fail_on);
}

static enum exit_code
recover_run(const struct recover *options, const char *path)
{
	struct rescue r = { 0 };
	struct seal_secret *secret = NULL;
	struct error e = { 0 };
	struct fail_on fail_on;
	enum exit_code code = EXIT_USAGE;
	int claim = -1;

	if (fail_on_parse(options->fail_on, &fail_on, &e) != 0)
		goto out;
	code = EXIT_INPUT;
	if (options->sign != NULL &&
	    (secret = seal_secret_load(options->sign, password_ask, &e)) == NULL)
		goto out;
	if (rescue_places(&r, path, &e) == 0 && rescue_load(&r, &e) == 0 &&
	    (claim = journal_claim(r.part, &e)) >= 0)
		code = recover_report(options, &r, secret, &fail_on, &e);
out:
	rescue_clear(&r);
	if (claim >= 0)
		close(claim);
	seal_secret_free(secret);
	return fail(&e, code);
}

enum exit_code
cmd_recover(int argc, char **argv, const struct command *self)
{
	struct recover options = { 0 };
	struct words rest = { 0 };
	enum exit_code code = EXIT_USAGE;
	int parsed = options_parse(self, argc, argv, &options, &rest);

	if (parsed > 0)
		code = EXIT_FINE;
	else if (parsed == 0 && rest.count != 1)
		command_usage(self, stderr);
	else if (parsed == 0)
		code = recover_run(&options, rest.word[0]);
	words_free(&rest);
	return code;
}
