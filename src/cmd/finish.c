/* SPDX-License-Identifier: Apache-2.0 */
/* From a live capture to its bundle. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "finish.h"

#define KEPT_NAME "capture.pcapng"

char *
finish_kept(const char *part)
{
	char *path = NULL;

	return asprintf(&path, "%s/%s", part, KEPT_NAME) < 0 ? NULL : path;
}

char *
finish_marks_text(const struct marks *m, size_t *length)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, length);
	int rc = -1;

	if (out == NULL)
		return NULL;
	rc = marks_write(m, out);
	if (fclose(out) == 0 && rc == 0)
		return text;
	free(text);
	return NULL;
}

int
finish_marks(const struct marks *m, struct marks **out, struct error *e)
{
	size_t length = 0;
	char *text = NULL;

	*out = NULL;
	if (marks_count(m) == 0)
		return 0;
	text = finish_marks_text(m, &length);
	if (text != NULL)
		*out = marks_parse("marks.yaml", text, length, e);
	else
		error_add(e, "marks.yaml", 0, 0, "out of memory");
	free(text);
	return *out != NULL ? 0 : -1;
}

/* The policies are not judged yet; a report that is saved knows them by judgements. */
static int
inputs_save(const struct inputs *in, const char *part, struct error *e)
{
	const struct input_options *asked = in->options;
	struct judgement *blank = calloc(in->policy_count + 1, sizeof(*blank));
	const struct judgement **all = calloc(in->policy_count + 1, sizeof(*all));
	struct report report = { .signatures = in->signatures,
		.ontologies = in->ontologies,
		.judgement_count = in->policy_count,
		.judgements = all,
		.options = { .app = asked->app,
		    .filter = asked->filter,
		    .process = asked->process,
		    .local_count = asked->locals.count,
		    .locals = asked->locals.word } };
	int rc = -1;

	for (size_t i = 0; blank != NULL && all != NULL && i < in->policy_count; i++) {
		blank[i].policy = in->policies[i];
		all[i] = &blank[i];
	}
	if (blank != NULL && all != NULL)
		rc = report_inputs_save(&report, part, e);
	else
		error_add(e, part, 0, 0, "out of memory");
	free(blank);
	free(all);
	return rc;
}

int
finish_prepare(struct journal *j, const char *part, const struct inputs *in,
    const struct run_facts *run, struct error *e)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	int rc = out != NULL ? run_write(run, out) : -1;

	if (out != NULL && fclose(out) != 0)
		rc = -1;
	if (rc == 0)
		rc = inputs_save(in, part, e);
	else
		error_add(e, part, 0, 0, "out of memory");
	if (rc == 0 &&
	    (journal_add(j, JOURNAL_HEAD, text, length) != 0 || journal_sync(j) != 0)) {
		error_add(e, part, 0, 0, "cannot be written: %s", strerror(errno));
		rc = -1;
	}
	free(text);
	return rc;
}

/* What stands for a file where no frames are kept. */
static int
file_live(struct judged *j, const struct finish *how)
{
	const struct traffic *seen = engine_traffic(j->engine);
	struct capture_file *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	*f = (struct capture_file){ .name = how->run->interface,
		.format = "live",
		.bytes = seen->frame_bytes,
		.packets = seen->frames,
		.snapped = seen->snapped,
		.damaged = how->damaged };
	if (how->counts != NULL)
		f->drops = how->counts->kernel_drops + how->counts->interface_drops;
	if (how->damaged)
		snprintf(f->damage, sizeof(f->damage),
		    "the capture ended without writing its report: its last second may "
		    "be "
		    "missing");
	j->files = f;
	j->file_count = 1;
	return 0;
}

/* "17.0 content/audio decoded" */
static void
label_stream(const struct judged_flow *flow, size_t index, char text[KEEP_TEXT])
{
	const struct verdict *v = &flow->findings[index].verdict;
	const char *kind = v->kind != KIND_NONE ? kind_name(v->kind) : "";

	snprintf(text, KEEP_TEXT, "%u.%zu %s%s%s %s", flow->flow->id, index,
	    category_name(v->category), kind[0] != '\0' ? "/" : "", kind,
	    strength_name(v->strength));
}

static void
frame_label(const struct keep_note *note, struct keep_label *out, void *context)
{
	const struct session *s = context;
	const struct judged_flow *flow = session_flow(s, note->flow);

	*out = (struct keep_label){ 0 };
	if (flow == NULL)
		return;
	out->process = flow->process;
	for (size_t i = 0; note->tag != 0 && i < flow->finding_count; i++) {
		if (stream_tag(flow->findings[i].stream) != note->tag)
			continue;
		label_stream(flow, i, out->text);
		return;
	}
	snprintf(out->text, sizeof(out->text), "%u", note->flow);
}

/* The facts of a file in its own words: all of it is read. */
static int
file_kept(struct judged *j, const char *path, bool *whole, struct error *e)
{
	const struct capture_options options = { .digest = true };
	const uint64_t given = engine_traffic(j->engine)->frames;
	struct capture *c = capture_open(&path, 1, &options, e);
	struct frame frame;

	if (c == NULL)
		return -1;
	while (capture_next(c, &frame) > 0)
		;
	j->files[0] = *capture_file(c, 0);
	j->files[0].name = KEPT_NAME;
	/* The newest frames are missing where the disk was full. */
	*whole = *whole && j->files[0].packets >= given;
	if (!*whole && j->files[0].damage[0] == '\0')
		snprintf(j->files[0].damage, sizeof(j->files[0].damage),
		    "not all frames were kept: the report is of more than these");
	capture_close(c);
	return 0;
}

static int
kept_finish(struct judged *j, struct finish *how, struct error *e)
{
	const struct session *s = j->report.session;
	struct keep_end end = { .label = frame_label, .counts = how->counts };
	char *path = finish_kept(how->part);
	int rc = -1;

	if (s->input.locals_why != NULL) {
		end.locals = s->input.locals;
		end.local_count = s->input.local_count;
	}
	memcpy(&end.context, &s, sizeof(s)); /* which labels only read */
	end.process_count = engine_processes(j->engine, &end.processes);
	if (path == NULL)
		error_add(e, how->part, 0, 0, "out of memory");
	else
		rc = keep_finish(how->part, path, &end, &how->whole, e);
	how->kept = rc == 0 && access(path, F_OK) == 0;
	if (how->kept)
		rc = file_kept(j, path, &how->whole, e);
	free(path);
	return rc;
}

int
finish_judge(
    struct judged *j, const struct inputs *in, struct finish *how, struct error *e)
{
	const struct judge_options judging = { .marks = how->marks,
		.command = how->run->command,
		.ended = how->ended,
		.interface = how->run->interface };
	uint64_t drops = 0;

	how->kept = how->whole = false;
	if (how->counts != NULL)
		drops = how->counts->kernel_drops + how->counts->interface_drops;
	engine_set_marks(j->engine, how->marks);
	if (file_live(j, how) != 0) {
		error_add(e, how->run->interface, 0, 0, "out of memory");
		return -1;
	}
	if (judged_finish(j, in, &judging, drops, how->damaged, e) != 0)
		return -1;
	j->report.environment.host = how->run->host;
	j->report.environment.started = how->run->started;
	j->report.environment.programs = how->run->programs;
	return how->run->kept && how->part != NULL ? kept_finish(j, how, e) : 0;
}

int
finish_write(const struct judged *j, const struct finish *how, struct error *e)
{
	char *kept = how->kept ? finish_kept(how->part) : NULL;
	int rc = -1;

	if (how->bundle == NULL)
		return 0;
	if (how->kept && kept == NULL)
		error_add(e, how->part, 0, 0, "out of memory");
	else if (bundle_write_with(&j->report, how->bundle, kept, how->secret, e) == 0)
		rc = journal_remove(how->part, e);
	free(kept);
	return rc;
}

int
finish_live(
    struct judged *j, const struct inputs *in, struct finish *how, struct error *e)
{
	return finish_judge(j, in, how, e) == 0 ? finish_write(j, how, e) : -1;
}
