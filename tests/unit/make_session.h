/* SPDX-License-Identifier: Apache-2.0 */
/* A tape of frames, played and judged. */
#ifndef MAKE_SESSION_H
#define MAKE_SESSION_H

#include "make_frame.h"
#include "make_signatures.h"

struct run {
	struct tape tape;
	struct signatures *signatures;
	struct marks *marks; /* or NULL; the run's own, as is geo */
	struct geo *geo;
	struct engine *engine;
	const struct session *session;
};

/* As cmocka's setup: the state is a run with the demo's and the rival's signatures. */
static inline int
run_setup(void **state)
{
	static struct run run;
	const char *texts[] = { MAKE_DEMO, MAKE_OTHER_APP };

	memset(&run, 0, sizeof(run));
	run.signatures = make_signatures(texts, COUNT_OF(texts));
	*state = &run;
	return 0;
}

static inline int
run_teardown(void **state)
{
	struct run *run = *state;

	engine_free(run->engine);
	signatures_free(run->signatures);
	marks_free(run->marks);
	geo_close(run->geo);
	tape_clear(&run->tape);
	return 0;
}

/* Plays the tape; `app` and `local` ("192.0.2.0/24") may be NULL. */
static inline const struct session *
run_judge(struct run *run, const char *app, const char *local)
{
	struct addr_net net;
	struct engine_options options = { .signatures = run->signatures,
		.marks = run->marks,
		.geo = run->geo };
	struct error e = { 0 };

	if (app != NULL)
		options.app = signatures_named(run->signatures, app);
	if (local != NULL) {
		assert_int_equal(addr_net_parse(local, &net), 0);
		options.locals = &net;
		options.local_count = 1;
	}
	engine_free(run->engine);
	run->engine = engine_new(&options, &e);
	error_clear(&e);
	assert_non_null(run->engine);
	tape_play(&run->tape, run->engine);
	run->session = engine_finish(run->engine, 0);
	assert_non_null(run->session);
	assert_true(run->session->coverage.conserved);
	return run->session;
}

/* The flow with that remote port; one must exist. */
static inline const struct judged_flow *
run_flow(const struct session *s, uint16_t remote_port)
{
	for (size_t i = 0; i < s->flow_count; i++)
		if (s->flows[i].flow->key.end[!s->flows[i].local].port == remote_port)
			return &s->flows[i];
	fail_msg("no flow to port %u", remote_port);
	return NULL;
}

/* Whether an address is judged, and with which reason (NULL if not). */
static inline const char *
run_local(const struct session *s, const char *ip)
{
	struct addr a = make_addr(ip);

	for (size_t i = 0; i < s->local_count; i++)
		if (addr_equal(&s->locals[i].addr, &a))
			return s->locals[i].why;
	return NULL;
}

#endif
