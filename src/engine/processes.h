/* SPDX-License-Identifier: Apache-2.0 */
/* The programs that flows belong to: copies, each but once. */
#ifndef ENGINE_PROCESSES_H
#define ENGINE_PROCESSES_H

#include <callwitness/engine.h>

#define PROCESSES_MOST 65536

struct processes;

/* Texts are interned in `strings`. */
struct processes *processes_new(struct strings *strings);
void processes_free(struct processes *s);
/*
 * The copy of a process and of its parents, made if need be; what was not known of it
 * before is filled in. NULL at the bound, or when memory is full.
 */
const struct process *processes_get(struct processes *s, const struct process *p);
/* A flow belongs to it. */
void processes_use(struct processes *s, const struct process *p);
/* Those in use and their parents, by pid and start. */
size_t processes_used(struct processes *s, const struct process *const **out);

/*
 * Which process it is, or that it is none, either way. One that was not read yet is made,
 * for its own record to fill in.
 */
void process_name_record(struct processes *s, const struct process **p, struct codec *r);
/* As names_save() and names_restore(). */
int processes_save(struct processes *s, bool all, struct codec *r,
    int (*write)(const struct codec *r, void *context), void *context);
bool processes_restore(struct processes *s, struct codec *r);

#endif
