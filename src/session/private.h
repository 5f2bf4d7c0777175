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
/* Entity, country, network and party of each flow's recipient. */
void session_parties(struct session *s, const struct session_input *in);
int session_recipients(struct session *s);
/* -1 when memory runs out. */
int session_totals(struct session *s, const struct session_input *in);
/* Spans of states and the bursts after marks. -1 when memory runs out. */
int session_states(struct session *s, const struct session_input *in);
void session_timeline(struct session *s, const struct session_input *in);

/* A time for which something went on; to_ns is behind it. */
struct period {
	int64_t from_ns, to_ns;
};

struct periods {
	struct period *items;
	size_t count, room;
};

int periods_add(struct periods *r, int64_t from_ns, int64_t to_ns);
void periods_clear(struct periods *r);
/* When this state held by what was sent, by time; none for states that media do not show.
 * -1 when memory runs out. */
int media_periods(const struct session *s, enum state state, struct periods *out);

/* The country, or "EU", that a host's name tells by a code its maker gave it; or NULL. */
const char *region_country(const char *host);

/* A time later by a span that is not negative; times end at INT64_MAX. */
static inline int64_t
time_after(int64_t time_ns, int64_t span_ns)
{
	return time_ns > INT64_MAX - span_ns ? INT64_MAX : time_ns + span_ns;
}

/* Behind that time: the next microsecond, as pulses know their last packet no better. */
static inline int64_t
time_behind(int64_t time_ns)
{
	return time_after(time_ns, 1000 - time_ns % 1000);
}

/* The last packet of a pulse, at most a microsecond before; of one that lasts longer than
 * it can tell, the end of its window. */
static inline int64_t
pulse_last_ns(const struct pulse_log *log, const struct pulse *p)
{
	if (p->span_us == UINT32_MAX)
		return p->first_ns | ((INT64_C(1) << log->shift) - 1);
	return time_after(p->first_ns, (int64_t)p->span_us * 1000);
}

#endif
