/* SPDX-License-Identifier: Apache-2.0 */
/* nDPI in a thread of its own: packets are copied to it, its facts are there when it is
 * done. */
#ifndef ENGINE_INSPECT_H
#define ENGINE_INSPECT_H

#include <stdatomic.h>
#include <callwitness/engine.h>

/*
 * Of one flow; zero it at first. What nDPI says does not depend on when it says it:
 * packets that come after it has settled are not shown to it.
 */
struct inspected {
	struct inspection *inspection; /* the thread's */
	bool begun, ended;             /* the caller's: packets, the end were posted */
	bool over;                     /* the thread's: settled, or ended */
	atomic_bool settled;           /* no more packets are wanted */
	atomic_bool done;              /* the end was reached: nothing posted is left */
	struct ndpi_facts facts;       /* good after inspect_drain() */
};

struct inspect;

struct inspect *inspect_new(struct error *e);
/* Posts one packet of a flow. */
void inspect_packet(struct inspect *s, struct inspected *d, const struct packet *p);
/* Posts the end of a flow that was begun. */
void inspect_end(struct inspect *s, struct inspected *d);
/* Waits until all that was posted is done. */
void inspect_drain(struct inspect *s);
/* No inspected flow is used afterwards. */
void inspect_free(struct inspect *s);

#endif
