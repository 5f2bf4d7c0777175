/* SPDX-License-Identifier: Apache-2.0 */
/* capture: a live interface in; a summary, or a bundle, out. */
#include <stdlib.h>
#include "password.h"
#include "tapping.h"

#define AT(member) offsetof(struct wishes, member)

const struct option_row capture_options[23] = {
	{ 'i', "interface", "IF",
	    "listen there (see: callwitness list interfaces), or on \"any\" of them, as "
	    "without this",
	    AT(interface), OPTION_TEXT },
	{ 'a', "app", "APP", "judge only this app (see: callwitness list apps)",
	    AT(inputs.app), OPTION_TEXT },
	{ 'p', "policy", "POLICY",
	    "hold the traffic against it: a name (see: callwitness list policies) or a "
	    "file (repeatable)",
	    AT(inputs.policies), OPTION_WORDS },
	{ 0, "process", "NAME|PID|PATH", "judge only this program and what it started",
	    AT(inputs.process), OPTION_TEXT },
	{ 'o', "output", "DIR", "write the evidence bundle there", AT(folder),
	    OPTION_TEXT },
	{ 'd', "duration", "TIME", "end after that time: 90s, 15m, 2h", AT(duration),
	    OPTION_TEXT },
	{ 'k', "keep-packets", NULL,
	    "put the packets into the bundle, with direction, program and finding",
	    AT(keep), OPTION_SWITCH },
	{ 0, "keep-size", "SIZE", "keep only the latest packets, about so much: 500M, 4G",
	    AT(keep_size), OPTION_TEXT },
	{ 0, "keep-time", "TIME", "keep only the latest packets, about so long: 15m, 2h",
	    AT(keep_time), OPTION_TEXT },
	{ 'l', "local", "CIDR",
	    "addresses of the judged machine (repeatable; else those of this one)",
	    AT(inputs.locals), OPTION_WORDS },
	{ 'f', "filter", "BPF", "only packets that match this filter", AT(inputs.filter),
	    OPTION_TEXT },
	{ 0, "snaplen", "BYTES", "of each packet only so much, 2048 at least (else all)",
	    AT(snaplen), OPTION_TEXT },
	{ 0, "buffer", "MIB", "room for packets in the kernel (64)", AT(buffer),
	    OPTION_TEXT },
	{ 0, "promiscuous", NULL, "also packets that are not for this machine",
	    AT(promiscuous), OPTION_SWITCH },
	{ 'u', "user", "NAME",
	    "go on as this user (else who called sudo, else as you are)", AT(user),
	    OPTION_TEXT },
	{ 0, "socket", "PATH", "listen there for: callwitness mark", AT(socket),
	    OPTION_TEXT },
	{ 0, "plain", NULL, "lines instead of the screen", AT(plain), OPTION_SWITCH },
	{ 'g', "geoip", "MMDB",
	    "a MaxMind database of countries or networks (repeatable)", AT(inputs.geoip),
	    OPTION_WORDS },
	{ 's', "signatures", "DIR", "signature files to use instead of the shipped ones",
	    AT(inputs.signatures), OPTION_TEXT },
	{ 0, "ontology", "DIR", "ontology files to use instead of the shipped ones",
	    AT(inputs.ontology), OPTION_TEXT },
	{ 0, "sign", "SECRET", "sign the bundle with this key (see: callwitness keygen)",
	    AT(sign), OPTION_TEXT },
	{ 'j', "json", NULL, "print report.json instead of the summary", AT(json),
	    OPTION_SWITCH },
	{ 0, "fail-on", "WHAT",
	    "exit with 1 on contradicted,omitted (both unless given), or never",
	    AT(fail_on), OPTION_TEXT },
};

/* What options forbid of each other, and numbers that are none, before anything else. */
static int
wishes_check(
    struct wishes *w, const struct words *rest, struct limits *l, struct error *e)
{
	if (rest->count > 0)
		error_add(e, "capture", 0, 0,
		    "knows no argument \"%s\": files are for "
		    "callwitness replay",
		    rest->word[0]);
	if (w->interface == NULL)
		w->interface = "any";
	if (w->keep_size != NULL || w->keep_time != NULL)
		w->keep = true;
	if (w->keep && w->folder == NULL)
		error_add(e, "--keep-packets", 0, 0,
		    "needs --output, the bundle to put "
		    "them into");
	if (w->sign != NULL && w->folder == NULL)
		error_add(e, "--sign", 0, 0, "needs --output, the bundle to sign");
	if (w->socket != NULL && strlen(w->socket) >= CONTROL_PATH_SIZE)
		error_add(e, "--socket", 0, 0,
		    "is longer than a socket's path may be, "
		    "%d bytes",
		    CONTROL_PATH_SIZE - 1);
	(void)duration_parse("--duration", w->duration, &l->duration_ns, e);
	(void)duration_parse("--keep-time", w->keep_time, &l->keep_span_ns, e);
	(void)size_parse("--keep-size", w->keep_size, &l->keep_bytes, e);
	(void)number_parse(
	    "--snaplen", w->snaplen, LIVE_SNAPLEN_LEAST, LIVE_SNAPLEN, &l->snaplen, e);
	(void)number_parse("--buffer", w->buffer, 1, 4096, &l->buffer_mib, e);
	return e->count == 0 ? 0 : -1;
}

/* From what was captured to the report; the engine is the judgement's from here on. */
static int
tapping_judge(struct tapping *t, const struct seal_secret *secret, struct judged *j)
{
	struct marks *marks = NULL;
	struct finish how = { .bundle = t->wishes->folder,
		.part = t->part,
		.run = &t->run,
		.ended = t->ended,
		.counts = &t->counts,
		.damaged = t->disk_full,
		.secret = secret };

	if (finish_marks(t->marks, &marks, t->e) != 0)
		return -1;
	marks_free(t->marks);
	t->marks = marks;
	how.marks = marks;
	j->engine = t->engine;
	t->engine = NULL;
	return finish_live(j, t->inputs, &how, t->e);
}

static enum exit_code
capture_live(
    struct tapping *t, const struct seal_secret *secret, const struct fail_on *fail_on)
{
	struct judged judged = { 0 };
	struct counts counts;
	enum exit_code code = EXIT_INPUT;

	if (tapping_open(t) != 0)
		return code;
	if (!screen_is_wanted(t->wishes))
		fprintf(stderr, "listening on %s\n", t->wishes->interface);
	tapping_run(t);
	tapping_stop(t);
	fprintf(stderr, "ended: %s\n", t->ended);
	if (tapping_judge(t, secret, &judged) == 0 &&
	    judged_print(&judged, t->wishes->folder, t->wishes->json) == 0) {
		judged_counts(&judged, &counts);
		code = t->disk_full ? EXIT_INPUT : counts_code(&counts, fail_on);
	}
	judged_free(&judged);
	return code;
}

static enum exit_code
capture_run(struct wishes *w, const struct words *rest, const char *const *command)
{
	struct error e = { 0 };
	struct inputs in = { 0 };
	struct tapping t = {
		.wishes = w, .inputs = &in, .run = { .command = command }, .e = &e
	};
	struct seal_secret *secret = NULL;
	struct fail_on fail_on = { 0 };
	enum exit_code code = EXIT_USAGE;

	(void)fail_on_parse(w->fail_on, &fail_on, &e);
	if (wishes_check(w, rest, &t.limits, &e) != 0)
		goto out;
	code = inputs_load(&in, &w->inputs, &e);
	if (code != EXIT_FINE)
		goto out;
	code = EXIT_INPUT;
	if (w->sign != NULL &&
	    (secret = seal_secret_load(w->sign, password_ask, &e)) == NULL)
		goto out;
	code = capture_live(&t, secret, &fail_on);
out:
	tapping_free(&t);
	seal_secret_free(secret);
	inputs_free(&in);
	return fail(&e, code);
}

enum exit_code
cmd_capture(int argc, char **argv, const struct command *self)
{
	struct wishes wishes = { 0 };
	struct words rest = { 0 };
	const char **command = words_copy(argc, argv);
	enum exit_code code = EXIT_USAGE;
	int parsed = options_parse(self, argc, argv, &wishes, &rest);

	if (parsed > 0)
		code = EXIT_FINE;
	else if (parsed == 0)
		code = capture_run(&wishes, &rest, command);
	words_free(&rest);
	words_free(&wishes.inputs.locals);
	words_free(&wishes.inputs.policies);
	words_free(&wishes.inputs.geoip);
	free(command);
	return code;
}
