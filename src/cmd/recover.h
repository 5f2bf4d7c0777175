/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_RECOVER_H
#define CMD_RECOVER_H

#include "finish.h"
#include "verify.h"

/* A capture as its journal tells it, up to the judgement. */
struct rescue {
	char *bundle, *part; /* where the report goes, the journal's folder beside it */
	struct run *run; /* NULL: no head */
	struct again again;
	struct inputs in;
	struct judged judged; /* its engine alone */
	struct marks *marks;  /* as a file has them; NULL: none */
	struct addr_net *locals;
	size_t local_count;
	struct live_counts counts;
	bool counted;
	char ended[256]; /* "": it was killed while it ran */
	bool torn;
	struct error *error;
	struct marks *gathered; /* while it is read */
};

/*
 * Zero-initialise; rescue_clear() is due whatever comes. Finds both places: `path` is either
 * of them. 0 or -1 and a line in e.
 */
int rescue_places(struct rescue *r, const char *path, struct error *e);
/* Reads the journal. 0 or -1 and lines in e. */
int rescue_load(struct rescue *r, struct error *e);
void rescue_clear(struct rescue *r);

/* Removes what attempts to write that bundle left behind. */
void rescue_drafts(const char *bundle);

#endif
