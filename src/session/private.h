/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SESSION_PRIVATE_H
#define SESSION_PRIVATE_H

#include <callwitness/session.h>

/* Fills s->locals and each flow's local and foreign. -1 when memory runs out. */
int session_locals(struct session *s, const struct session_input *in);
/* Fills identity of each flow. */
void session_names(struct session *s, const struct session_input *in);
/* Fills app of each flow and s->apps; the findings exist. */
int session_apps(struct session *s, const struct session_input *in);
/* Entity, country and party of each flow's recipient. */
void session_parties(struct session *s, const struct session_input *in);
int session_recipients(struct session *s);
/* -1 when memory runs out. */
int session_totals(struct session *s, const struct session_input *in);

#endif
