/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose program sent a stream, where programs are known. A service that apps embed has no
 * name of the app's: that it is the app's, its program alone can prove. It is the app's
 * if the tester says so, or if it sent what the app's own rules name, much of all that is
 * known of the app, and nothing that is another app's. A browser proves nothing: the
 * stream may be of any page.
 */
#include <stdlib.h>
#include "judge.h"

/* Some of what the app's rules name may have no known program: short flows, mostly. */
#define UNOWNED_MOST 5 /* % */
/* A program that shows a link to the app sends a little that is named, too. */
#define PART_LEAST 4 /* one of so many of the app's bytes */
/* Signing in with another vendor's account is named by that one's rules. */
#define OTHERS_MOST 10 /* one of so many of the program's bytes that are named */
#define LINE_MOST 64

static struct program *
program_find(const struct owners *o, const struct process *root)
{
	for (size_t i = 0; i < o->count; i++)
		if (process_equal(o->programs[i].root, root))
			return &o->programs[i];
	return NULL;
}

static struct program *
program_take(struct owners *o, const struct process *root)
{
	struct program *found = program_find(o, root);
	struct program *more = NULL;

	if (found != NULL)
		return found;
	more = realloc(o->programs, (o->count + 1) * sizeof(*more));
	if (more == NULL)
		return NULL;
	o->programs = more;
	more[o->count] = (struct program){ .root = root };
	return &more[o->count++];
}

bool
rule_is_own(const struct rule *rule)
{
	const char *vendor = rule->signature->entity;

	return rule->entity == NULL ||
	       (vendor != NULL && strcmp(rule->entity, vendor) == 0);
}

/*
 * Only what is known well enough to accuse shows whose a program is; and only what goes
 * to the vendor: an app's rules may name others that its programs share with all the
 * world.
 */
static int
finding_count(struct owners *o, const struct policy *p, const struct judged_flow *j,
    const struct finding *f)
{
	const struct rule *rule = f->verdict.rule;
	uint64_t bytes = f->up_bytes + f->down_bytes;
	struct program *program = NULL;
	bool ours = false, known = f->verdict.strength >= STRENGTH_OBSERVED;

	if (rule == NULL || !rule->signature->app || !rule_is_own(rule) || bytes == 0)
		return 0;
	ours = strcmp(rule->signature->name, p->app) == 0;
	if (ours && known)
		*(j->process ? &o->owned_bytes : &o->unowned_bytes) += bytes;
	if (j->process == NULL)
		return 0;
	program = program_take(o, process_program(j->process));
	if (program == NULL)
		return -1;
	*(!ours     ? &program->other_bytes
	    : known ? &program->bytes
		    : &program->weak_bytes) += bytes;
	return 0;
}

/* One word may name several programs: then it does not say which is meant. */
static void
asked_note(struct owners *o, const struct session *s, const struct judged_flow *j)
{
	const struct process *root = process_program(j->process);

	if (s->input.only_process == NULL ||
	    !process_is_itself(j->process, s->input.only_process))
		return;
	o->asked_twice |= o->asked != NULL && !process_equal(o->asked, root);
	o->asked = root;
}

int
owners_take(const struct policy *p, const struct session *s, struct owners *out)
{
	memset(out, 0, sizeof(*out));
	out->limited = s->input.only_process != NULL;
	for (size_t i = 0; i < s->flow_count; i++) {
		const struct judged_flow *j = &s->flows[i];

		if (j->foreign || j->outside)
			continue;
		asked_note(out, s, j);
		for (size_t k = 0; !j->app_associated && k < j->finding_count; k++)
			if (finding_count(out, p, j, &j->findings[k]) != 0)
				return -1;
	}
	return 0;
}

void
owners_clear(struct owners *o)
{
	free(o->programs);
	memset(o, 0, sizeof(*o));
}

/* A parent is what the app's rules name, or what was asked for. */
static bool
is_child(const struct owners *o, const struct process *p)
{
	for (unsigned i = 0; p != NULL && i < LINE_MOST; i++, p = p->parent) {
		const struct process *root = process_program(p);
		const struct program *program = program_find(o, root);

		if ((program != NULL && program->bytes + program->weak_bytes > 0) ||
		    (o->asked != NULL && process_equal(o->asked, root)))
			return true;
	}
	return false;
}

static enum owner
owner_named(const struct owners *o, const struct program *program, bool asked)
{
	if (program != NULL && program->other_bytes > program->bytes / OTHERS_MOST)
		return OWNER_MIXED;
	if (program != NULL && program->bytes > 0 &&
	    program->bytes >= o->owned_bytes / PART_LEAST)
		return OWNER_APP;
	return asked ? OWNER_ASKED : OWNER_MIXED;
}

enum owner
owner_of(const struct owners *o, const struct process *p)
{
	const struct process *root = process_program(p);
	const struct program *program = program_find(o, root);
	bool asked = o->asked != NULL && !o->asked_twice && process_equal(o->asked, root);
	bool named = program != NULL && program->bytes + program->weak_bytes > 0;

	if (p == NULL || p->exe == NULL)
		return OWNER_UNKNOWN;
	if (asked || named) {
		if (process_is_browser(p) || process_is_browser(root))
			return OWNER_BROWSER;
		return owner_named(o, program, asked);
	}
	if (is_child(o, p->parent))
		return OWNER_CHILD;
	/* Which programs are the app's must be known to say that one is not. */
	if (o->limited || o->owned_bytes == 0 ||
	    o->unowned_bytes > (o->owned_bytes + o->unowned_bytes) / 100 * UNOWNED_MOST)
		return OWNER_UNTOLD;
	return OWNER_OTHER;
}
