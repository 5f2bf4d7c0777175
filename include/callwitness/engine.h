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
	/* Why the addresses in locals are the machine's; NULL: given by the user. */
	const char *locals_why;
	/* The judgement is limited to this program: see process_is(); or NULL. */
	const char *process;
	bool saved; /* engine_save() will be called: keep track of what changes */
};

struct engine *engine_new(const struct engine_options *options, struct error *e);
void engine_free(struct engine *g);
/* Takes one frame; its bytes may go away afterwards. */
void engine_packet(struct engine *g, const struct frame *f);
/* What the frame just given was counted in; flow NULL if in none. A loan until the next. */
const struct flow_update *engine_last(const struct engine *g);
const struct traffic *engine_traffic(struct engine *g); /* so far */
/* The engine's own copy of a program, made if need be; NULL at the bound of 65536. */
const struct process *engine_process(struct engine *g, const struct process *p);
/*
 * Says whose a flow is, if the flow is known and its program is not yet. True if that was
 * news. `p` is copied.
 */
bool engine_own(struct engine *g, const struct flow_key *key, const struct process *p);
/* All programs that flows belong to, and their parents. Count; a loan. */
size_t engine_processes(const struct engine *g, const struct process *const **out);
/* From now on locals, marks are these. Loans. */
void engine_set_locals(struct engine *g, const struct addr_net *locals, size_t count);
void engine_set_marks(struct engine *g, const struct marks *marks);

/*
 * The state as records, for a journal: engine_restore() of all of them, in order, into a
 * new engine with the same options makes one that gives the same session. Of a flow that
 * is saved again, the last record counts.
 */
enum engine_save {
	SAVE_OVER,    /* flows that ended or left the table since the last call */
	SAVE_CHANGED, /* all that changed since, these included */
	SAVE_ALL      /* everything; what later saves leave out does not change by it */
};

typedef int engine_writer(void *context, const void *record, size_t length);

/* 0, or what the writer returned that was not 0. Needs options.saved. */
int engine_save(
    struct engine *g, enum engine_save what, engine_writer *write, void *context);
/* 0, or -1 if the record is none of this version's, or memory is full. */
int engine_restore(struct engine *g, const void *record, size_t length);

/*
 * Ends the flows and judges them. The session is a loan of the engine's, as is everything
 * in it. NULL when memory runs out. `kernel_drops` as the source counted them.
 */
const struct session *engine_finish(struct engine *g, uint64_t kernel_drops);
#endif
