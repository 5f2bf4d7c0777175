/* SPDX-License-Identifier: Apache-2.0 */
/* Reads captures through the engine and holds them against the policies. */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "run.h"

static void
frames_read(struct judged *j, bool shown)
{
	struct progress progress = { 0 };
	struct frame frame;
	uint64_t packets = 0, done = 0, total = 0;

	while (capture_next(j->capture, &frame) > 0) {
		engine_packet(j->engine, &frame);
		if (packets++ % PACKETS_A_LOOK == 0 && shown) {
			capture_progress(j->capture, &done, &total);
			progress_step(&progress, packets, done, total);
		}
	}
	progress_end(&progress);
}

/* Drops as the files' recorders counted them, and whether a file could be read whole. */
static uint64_t
files_faults(const struct capture *c, bool *damaged)
{
	uint64_t drops = 0;

	*damaged = false;
	for (size_t i = 0; i < capture_files(c); i++) {
		drops += capture_file(c, i)->drops;
		*damaged |= capture_file(c, i)->truncated || capture_file(c, i)->damaged;
	}
	return drops;
}

static int
files_copy(struct judged *j, struct error *e)
{
	size_t count = capture_files(j->capture);

	j->files = calloc(count ? count : 1, sizeof(*j->files));
	if (j->files == NULL) {
		error_add(e, capture_file(j->capture, 0)->name, 0, 0, "out of memory");
		return -1;
	}
	for (size_t i = 0; i < count; i++)
		j->files[i] = *capture_file(j->capture, i);
	j->file_count = count;
	return 0;
}

static int
policies_judge(struct judged *j, const struct inputs *in, const struct session *session,
    bool damaged)
{
	j->judgements =
	    calloc(in->policy_count ? in->policy_count : 1, sizeof(struct judgement *));
	if (j->judgements == NULL)
		return -1;
	for (size_t i = 0; i < in->policy_count; i++) {
		j->judgements[i] =
		    policy_judge(in->policies[i], in->ontologies, session, damaged);
		if (j->judgements[i] == NULL)
			return -1;
		j->judgement_count++;
	}
	return 0;
}

static void
report_fill(struct judged *j, const struct inputs *in, const struct session *session,
    const struct judge_options *options)
{
	const struct input_options *asked = in->options;

	(void)gethostname(j->host, sizeof(j->host) - 1);
	j->report = (struct report){ .session = session,
		.signatures = in->signatures,
		.file_count = j->file_count,
		.files = j->files,
		.ontologies = in->ontologies,
		.judgement_count = j->judgement_count,
		.judgements = (const struct judgement *const *)j->judgements,
		.options = { .app = asked->app,
		    .filter = asked->filter,
		    .process = asked->process,
		    .local_count = asked->locals.count,
		    .locals = asked->locals.word },
		.environment = { j->host, j->started, options->command, options->ended,
		    options->interface } };
}

int
judged_finish(struct judged *j, const struct inputs *in,
    const struct judge_options *options, uint64_t drops, bool damaged, struct error *e)
{
	const struct session *session = engine_finish(j->engine, drops);

	if (session == NULL || policies_judge(j, in, session, damaged) != 0) {
		error_add(e, j->file_count > 0 ? j->files[0].name : NULL, 0, 0,
		    "out of memory");
		return -1;
	}
	report_fill(j, in, session, options);
	return 0;
}

/* What the user says goes before what the recorder noted in the file. */
static void
locals_choose(const struct judged *j, const struct inputs *in, struct engine_options *to)
{
	to->locals = in->locals;
	to->local_count = in->options->locals.count;
	if (to->local_count > 0)
		return;
	to->local_count = capture_locals(j->capture, &to->locals);
	to->locals_why = LOCALS_RECORDER;
}

int
judged_make(struct judged *j, const struct inputs *in, const struct words *files,
    const struct judge_options *options, struct error *e)
{
	struct capture_options reading = { in->options->filter, options->digest };
	struct engine_options engine = { .signatures = in->signatures,
		.app = in->app,
		.marks = options->marks,
		.geo = in->geo,
		.process = in->options->process };
	struct timespec now;
	uint64_t drops = 0;
	bool damaged = false;

	*j = (struct judged){ 0 };
	clock_gettime(CLOCK_REALTIME, &now);
	time_text((int64_t)now.tv_sec * 1000000000 + now.tv_nsec, j->started);
	j->capture = capture_open(files->word, files->count, &reading, e);
	if (j->capture == NULL)
		return -1;
	locals_choose(j, in, &engine);
	if ((j->engine = engine_new(&engine, e)) == NULL)
		return -1;
	frames_read(j, options->progress);
	drops = files_faults(j->capture, &damaged);
	return files_copy(j, e) == 0 ? judged_finish(j, in, options, drops, damaged, e)
				     : -1;
}

void
judged_free(struct judged *j)
{
	for (size_t i = 0; i < j->judgement_count; i++)
		judgement_free(j->judgements[i]);
	free(j->judgements);
	free(j->files);
	engine_free(j->engine);
	capture_close(j->capture);
	*j = (struct judged){ 0 };
}

int
fail_on_parse(const char *text, struct fail_on *out, struct error *e)
{
	static const struct {
		const char *word;
		struct fail_on fail_on;
	} words[] = {
		{ "contradicted,omitted", { true, true } },
		{ "omitted,contradicted", { true, true } },
		{ "contradicted", { true, false } },
		{ "omitted", { false, true } },
		{ "never", { false, false } },
	};

	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (strcmp(words[i].word, text != NULL ? text : words[0].word) != 0)
			continue;
		*out = words[i].fail_on;
		return 0;
	}
	error_add(e, "--fail-on", 0, 0,
	    "is \"%s\": expected contradicted, omitted, contradicted,omitted or never",
	    text);
	return -1;
}

void
judged_counts(const struct judged *j, struct counts *out)
{
	*out = (struct counts){ 0 };
	for (size_t i = 0; i < j->judgement_count; i++) {
		const struct judgement *one = j->judgements[i];

		out->claims += one->outcome_count;
		out->supported += one->claims[OUTCOME_SUPPORTED];
		out->contradicted += one->claims[OUTCOME_CONTRADICTED];
		for (size_t k = 0; k < one->disclosure_count; k++)
			out->omitted +=
			    one->disclosures[k].disclosure == DISCLOSURE_OMITTED &&
			    one->disclosures[k].severity != SEVERITY_NONE;
	}
}

enum exit_code
counts_code(const struct counts *c, const struct fail_on *fail_on)
{
	return (fail_on->contradicted && c->contradicted > 0) ||
		       (fail_on->omitted && c->omitted > 0)
		   ? EXIT_FINDING
		   : EXIT_FINE;
}
