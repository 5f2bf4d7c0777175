/* SPDX-License-Identifier: Apache-2.0 */
/* The steps wired together: frames in, a judged session out. No files, sockets or clock.
 */
#ifndef CALLWITNESS_ENGINE_H
#define CALLWITNESS_ENGINE_H

#include <callwitness/session.h>

struct engine;

struct engine_options {
	const struct signatures *signatures; /* outlives the engine */
	const struct signature *app;         /* the judgement is limited to it, or NULL */
	const struct addr_net *locals;       /* the judged machine, or none: inferred */
	size_t local_count;
	const struct flow_limits *limits; /* NULL: flow_limits_default */
	const struct marks *marks;        /* NULL: none */
	struct geo *geo;                  /* NULL: none */
};

struct engine *engine_new(const struct engine_options *options, struct error *e);
void engine_free(struct engine *g);
/* Takes one frame; its bytes may go away afterwards. */
void engine_packet(struct engine *g, const struct frame *f);
/*
 * Ends the flows and judges them. The session is a loan of the engine's, as is everything
 * in it. NULL when memory runs out. `kernel_drops` as the source counted them.
 */
const struct session *engine_finish(struct engine *g, uint64_t kernel_drops);
#endif
