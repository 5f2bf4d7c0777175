/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_EXPLAIN_H
#define REPORT_EXPLAIN_H

#include "json.h"

/* The flows that are looked for: their ids as keys, null until they are found. */
struct wanted_flows {
	json_t *flows;
	json_int_t last; /* id seen */
};

/* -1 when memory is full. */
int flow_want(struct wanted_flows *w, json_int_t id);
/* For bundle_flows(): keeps a copy of a flow that is wanted. */
int flow_take(void *wanted, const json_t *flow);
/* NULL if there was none. */
const json_t *flow_taken(const struct wanted_flows *w, json_int_t id);
/* "udp, 192.0.2.1 port 5 to 192.0.2.2 port 6". */
void explain_ends(const json_t *flow, FILE *out);
/* Claims named `what`, or "policy:claim". 0, or -1 and lines in e. */
int report_explain_claim(
    const char *folder, const char *what, FILE *out, struct error *e);

#endif
