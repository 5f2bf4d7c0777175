/* SPDX-License-Identifier: Apache-2.0 */
/* A journal's records, each to its place. */
#include <stdlib.h>
#include <unistd.h>
#include "recover.h"

/* Databases of places are not copied: those that are gone are done without. */
static int
inputs_again(struct rescue *r)
{
	const struct run_facts *run = run_facts(r->run);
	const char *there[16];
	struct words geoip = { there, 0 };

	for (size_t i = 0; run->geoip[i] != NULL && geoip.count < COUNT_OF(there); i++) {
		if (access(run->geoip[i], R_OK) == 0)
			there[geoip.count++] = run->geoip[i];
		else
			fprintf(stderr, "%s: is gone, countries are told without it\n",
			    run->geoip[i]);
	}
	if (options_again(&r->again, r->part, &geoip, r->error) != 0 ||
	    inputs_load(&r->in, &r->again.options, r->error) != EXIT_FINE)
		return -1;
	r->again.options.geoip = (struct words){ 0 };
	return 0;
}

static int
take_head(struct rescue *r, const void *data, size_t length)
{
	struct engine_options options = { 0 };

	if (r->run != NULL)
		return 0;
	r->run = run_parse(r->part, data, length, r->error);
	r->gathered = marks_new();
	if (r->run == NULL || r->gathered == NULL || inputs_again(r) != 0)
		return -1;
	options = (struct engine_options){ .signatures = r->in.signatures,
		.app = r->in.app,
		.locals = r->in.locals,
		.local_count = r->again.options.locals.count,
		.geo = r->in.geo,
		.process = r->again.options.process };
	if (options.local_count == 0)
		options.locals_why = LOCALS_RECORDER;
	r->judged.engine = engine_new(&options, r->error);
	return r->judged.engine != NULL ? 0 : -1;
}

/* What it refuses was damaged before it was written: the rest may still be good. */
static int
take_state(struct rescue *r, const void *data, size_t length)
{
	if (engine_restore(r->judged.engine, data, length) != 0)
		r->torn = true;
	return 0;
}

static int
take_marks(struct rescue *r, const void *data, size_t length)
{
	struct error ignored = { 0 };
	struct marks *some = marks_parse("marks.yaml", data, length, &ignored);
	int rc = 0;

	for (size_t i = 0; rc == 0 && some != NULL && i < marks_count(some); i++)
		rc = marks_add(r->gathered, marks_at(some, i));
	r->torn = r->torn || some == NULL;
	marks_free(some);
	error_clear(&ignored);
	return rc;
}

static int
take_counts(struct rescue *r, const void *data, size_t length)
{
	if (length != sizeof(r->counts))
		return 0;
	memcpy(&r->counts, data, length);
	r->counted = true;
	return 0;
}

/* The last ones stand. */
static int
take_locals(struct rescue *r, const void *data, size_t length)
{
	char *text = strndup(data, length), *rest = text, *line = NULL;
	struct addr_net *nets = calloc(length + 1, sizeof(*nets));
	size_t count = 0;

	while (text != NULL && nets != NULL && (line = strsep(&rest, "\n")) != NULL)
		if (addr_net_parse(line, &nets[count]) == 0)
			count++;
	free(text);
	if (nets == NULL)
		return -1;
	free(r->locals);
	r->locals = nets;
	r->local_count = count;
	return 0;
}

static int
take_end(struct rescue *r, const void *data, size_t length)
{
	snprintf(r->ended, sizeof(r->ended), "%.*s", (int)length, (const char *)data);
	return 0;
}

static int
take(void *context, enum journal_kind kind, const void *data, size_t length)
{
	static int (*const takers[])(
	    struct rescue * r, const void *data, size_t length) = {
		[JOURNAL_HEAD] = take_head,
		[JOURNAL_STATE] = take_state,
		[JOURNAL_MARK] = take_marks,
		[JOURNAL_COUNTS] = take_counts,
		[JOURNAL_LOCALS] = take_locals,
		[JOURNAL_END] = take_end,
	};
	struct rescue *r = context;

	/* Before the head there is nothing to put it in. */
	if (kind != JOURNAL_HEAD && r->run == NULL)
		return 0;
	return takers[kind](r, data, length);
}

int
rescue_load(struct rescue *r, struct error *e)
{
	size_t before = e->count;
	bool torn = false;
	int rc = 0;

	r->error = e;
	rc = journal_read(r->part, take, r, &torn, e);
	r->torn = r->torn || torn;
	if (rc == 0 && r->run == NULL) {
		error_add(e, r->part, 0, 0, "holds no capture: its head is missing");
		return -1;
	}
	if (rc == 0)
		rc = finish_marks(r->gathered, &r->marks, e);
	if (rc == 0 && r->local_count > 0 && r->again.options.locals.count == 0)
		engine_set_locals(r->judged.engine, r->locals, r->local_count);
	if (rc != 0 && e->count == before)
		error_add(e, r->part, 0, 0, "out of memory");
	return rc;
}

void
rescue_clear(struct rescue *r)
{
	judged_free(&r->judged);
	inputs_free(&r->in);
	again_clear(&r->again);
	run_free(r->run);
	marks_free(r->marks);
	marks_free(r->gathered);
	free(r->locals);
	free(r->bundle);
	free(r->part);
	*r = (struct rescue){ 0 };
}
