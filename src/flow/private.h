/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_PRIVATE_H
#define FLOW_PRIVATE_H

#include <callwitness/flow.h>

/* How many payload bytes of this segment are new; keeps the sequence state. */
uint32_t tcp_account(struct flow *f, unsigned end, const struct packet *p);
/* The flow is over: what was not seen by now is missing. */
void tcp_settle(struct flow *f);
/* Whether a SYN on a known 5-tuple begins another connection. */
bool tcp_reopens(const struct flow *f, unsigned end, const struct packet *p);

/* Pulses that the logs of a table have room for, and may have. */
struct pulse_pool {
	uint64_t limit, used;
};

/* Counts one packet. A log of zeros but for its shift is empty. */
void pulses_add(struct pulse_log *log, struct pulse_pool *pool, const struct packet *p,
    uint32_t bytes, enum sound sound);
/* Takes over the pulses of what turned out to be nothing: it told of no sound. */
void pulses_merge(
    struct pulse_log *into, struct pulse_log *from, struct pulse_pool *pool);
/* Leaves it empty. */
void pulses_free(struct pulse_log *log, struct pulse_pool *pool);

/*
 * The stream of a packet with payload, made if need be, with `bytes` counted in it.
 * NULL only when memory ran out. *d is filled when the dissectors were asked.
 */
struct stream *stream_count(struct flow *f, unsigned end, const struct packet *p,
    uint32_t bytes, struct pulse_pool *pool, struct datagram *d, bool *asked);
void streams_settle(struct flow *f);
void streams_free(struct flow *f, struct pulse_pool *pool);

void shape_add(struct shape *s, unsigned end, int64_t time_ns, uint32_t bytes);
/* Closes the running unit and second. */
void shape_end(struct shape *s);

/* False when the packet does not continue what was measured (another stream's). */
bool rtp_stats_add(struct rtp_stats *r, const struct rtp *rtp, int64_t time_ns);

#endif
