/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_PRIVATE_H
#define FLOW_PRIVATE_H

#include <callwitness/flow.h>

#define CHUNK 1024
#define NONE UINT32_MAX

/* Pulses that the logs of a table have room for, and may have. */
struct pulse_pool {
	uint64_t limit, used;
};

/* One list a transport, by age. */
enum { AGE_UDP, AGE_TCP, AGE_OTHER, AGES };

/* Slots in the order in which their flows changed; one may be there twice. */
struct slot_list {
	uint32_t *items;
	size_t count, room;
};

/* Bits of flow.unsaved. */
enum { UNSAVED_CHANGE = 1, UNSAVED_OVER = 2 };

struct flow_table {
	struct flow_limits limits;
	void (*release)(struct flow_detail *, void *);
	void (*finished)(struct flow *, void *);
	void *context;
	struct flow **chunks;
	uint32_t chunk_count, slots;
	uint32_t fold_at; /* where to look for a finished flow to fold */
	uint32_t *buckets;
	uint32_t mask, active;
	uint32_t oldest[AGES], youngest[AGES];
	uint64_t
	    seed; /* so that nobody can aim at one bucket; nothing told depends on it */
	uint32_t next_id, last; /* last: the slot of the packet before */
	struct flow_stats stats;
	struct pulse_pool pool;
	struct datagram datagram;
	bool tracked;
	struct slot_list changed, over;
	uint32_t *places, place_count; /* restored: slot of a record to ours, plus one */
};

static inline struct flow *
slot(const struct flow_table *t, uint32_t index)
{
	return &t->chunks[index / CHUNK][index % CHUNK];
}

/* An unused slot, that of a folded flow if need be; NONE. */
uint32_t slot_take(struct flow_table *t);
uint32_t key_hash(const struct flow_table *t, const struct flow_key *key);
/* The slot of the key's flow in the table, or NONE. */
uint32_t slot_find(const struct flow_table *t, const struct flow_key *key, uint32_t hash);
/* Into the hash and the list, and out of them. */
void flow_enter(struct flow_table *t, struct flow *f, uint32_t index);
void flow_leave(struct flow_table *t, struct flow *f, uint32_t index);
/* Frees what the flow holds. */
void flow_clear(struct flow_table *t, struct flow *f);

/* Notes what a journal has to be told. */
void flow_note(struct flow_table *t, uint32_t index, unsigned bits);

/* For every packet. */
static inline void
flow_changed(struct flow_table *t, const struct flow *f, uint32_t index)
{
	if (t->tracked && !(f->unsaved & UNSAVED_CHANGE))
		flow_note(t, index, UNSAVED_CHANGE);
}

/* How many payload bytes of this segment are new; keeps the sequence state. */
uint32_t tcp_account(struct flow *f, unsigned end, const struct packet *p);
/* The flow is over: what was not seen by now is missing. */
void tcp_settle(struct flow *f);
/* Whether a SYN on a known 5-tuple begins another connection. */
bool tcp_reopens(const struct flow *f, unsigned end, const struct packet *p);
/* The holes of both ends. */
void tcp_record(struct flow *f, struct codec *r);

/* Counts one packet. A log of zeros but for its shift is empty. */
void pulses_add(struct pulse_log *log, struct pulse_pool *pool, const struct packet *p,
    uint32_t bytes, enum sound sound);
/* Takes over the pulses of what turned out to be nothing: it told of no sound. */
void pulses_merge(
    struct pulse_log *into, struct pulse_log *from, struct pulse_pool *pool);
/* Leaves it empty. */
void pulses_free(struct pulse_log *log, struct pulse_pool *pool);
/*
 * Writes the log from the pulse `from` on, or reads it: what stands before that is copied
 * from `was`, the log as it was saved before, or NULL.
 */
void pulses_record(struct pulse_log *log, uint16_t from, const struct pulse_log *was,
    struct pulse_pool *pool, struct codec *r);

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
