/* SPDX-License-Identifier: Apache-2.0 */
/* The steps wired together: frames in, a judged session out. No files, sockets or clock. */
#ifndef CALLWITNESS_ENGINE_H
#define CALLWITNESS_ENGINE_H

#include <callwitness/session.h>

struct engine;

struct engine_options {
	const struct signatures *signatures;	/* outlives the engine */
	const struct signature *app;		/* the judgement is limited to it, or NULL */
	const struct addr_net *locals;		/* the judged machine, or none: inferred */
	size_t local_count;
	const struct flow_limits *limits;	/* NULL: flow_limits_default */
};

/* What the engine counted beside the flows. */
struct engine_stats {
	uint64_t frames, frame_bytes;
	uint64_t snapped;
	int64_t first_ns, last_ns;
	struct decoder_stats decoder;
	struct flow_stats flows;
	uint64_t inspected;	/* packets shown to nDPI */
};

struct engine *engine_new(const struct engine_options *options, struct error *e);
void engine_free(struct engine *g);
/* Takes one frame; its bytes may go away afterwards. */
void engine_packet(struct engine *g, const struct frame *f);
/*
 * Ends the flows and judges them. The session is a loan of the engine's, as is everything in
 * it. NULL when memory runs out. `kernel_drops` as the source counted them.
 */
const struct session *engine_finish(struct engine *g, uint64_t kernel_drops);
/* The reason of a finding of that session. */
void engine_why(const struct engine *g, const struct judged_flow *f,
    const struct finding *finding, char *text, size_t size);
void engine_stats(const struct engine *g, struct engine_stats *out);

#endif
