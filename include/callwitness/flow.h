/* SPDX-License-Identifier: Apache-2.0 */
/* Both directions of one 5-tuple, and the streams inside. */
#ifndef CALLWITNESS_FLOW_H
#define CALLWITNESS_FLOW_H

#include <callwitness/dissect.h>
#include <callwitness/packet.h>

/* One end of a 5-tuple. A flow's end 0 is the smaller (address, then port), end 1 the
 * other. */
struct flow_end {
	struct addr addr;
	uint16_t port;
};

struct flow_key {
	struct flow_end end[2];
	uint8_t proto;
};

/* What one end sent. */
struct flow_side {
	uint64_t packets;
	uint64_t bytes;               /* frames on the wire */
	uint64_t payload_bytes;       /* of the transport; each TCP sequence byte once */
	uint64_t retransmitted_bytes; /* TCP payload sent again */
	/* TCP payload that the end sent and that was never seen: skipped, or confirmed by
	 * the other end. Complete when the flow has left the table. */
	uint64_t missing_bytes;
};

/* What one end sent within one window of time; a window is 2^shift ns of the UTC clock.
 */
struct pulse {
	int64_t first_ns;
	uint32_t span_us; /* from the first packet to the last; UINT32_MAX: or more */
	uint32_t bytes;   /* payload */
	uint32_t first_frame, last_frame; /* of the first and the last packet by time */
	uint32_t packets;
	/* Audio packets whose sender says: voice (RFC 6464 level below 127), digital
	 * silence (level 127, Zoom payload type 99). Neither: it does not say. Both stay
	 * at 65535, which windows of less than 20 minutes do not reach. */
	uint16_t voiced, silent;
};

/*
 * When one end of a stream sent, for ever, in bounded memory: a log that would grow
 * beyond its room doubles its windows instead. Every packet is in exactly one pulse, that
 * of its window, in whatever order packets come; two pulses share a window only if their
 * bytes are too many for one.
 */
struct pulse_log {
	struct pulse open;        /* the newest; nothing was sent if open.packets is 0 */
	struct pulse_block *kept; /* the older ones, for pulses_at(); NULL without */
	uint16_t count;           /* of them */
	uint8_t blocks;           /* that they lie in */
	uint8_t shift;            /* PULSE_SHIFT at first */
	uint16_t saved;           /* private to flow/: kept ones that a journal has */
};

#define PULSE_SHIFT 28   /* 0.27 s */
#define PULSES_EACH 4096 /* a log's bound */

/* What of a log lies in [from_ns, to_ns). */
struct pulse_sum {
	uint64_t packets, bytes, voiced, silent;
	uint64_t first_frame, last_frame; /* 0 if packets is 0 */
	int64_t first_ns, last_ns;
};

/*
 * Adds up the pulses that lie within. One that crosses a border counts with the one
 * packet that is known to be inside (no bytes, no voice, no silence: they are not known),
 * if its first or last is.
 */
void pulses_within(
    const struct pulse_log *log, int64_t from_ns, int64_t to_ns, struct pulse_sum *out);
/* Pulses of a log, oldest first, the open one last. */
size_t pulses_count(const struct pulse_log *log);
const struct pulse *pulses_at(const struct pulse_log *log, size_t index);

/* RTP measured per stream; enough to tell audio from video without any signalling. */
struct rtp_stats {
	uint32_t packets, markers, voiced, silent, levelled, padding;
	uint32_t screens; /* marked as a shared screen by the sender */
	uint32_t first_timestamp, last_timestamp;
	uint64_t timestamp_span; /* sum of forward steps */
	int64_t first_ns, last_ns;
	uint32_t repeats;          /* same timestamp as the packet before */
	uint32_t step, step_count; /* the commonest timestamp step, by majority vote */
	uint32_t steps;            /* forward steps counted */
	uint32_t size_max;
	uint64_t size_sum; /* media bytes */
	uint16_t sequence;
	uint32_t lost; /* sequence gaps */
	/* Packets with media bytes, and how often each bit of the first of these bytes
	 * was set: near half when encrypted (SRTP), near all or none in clear. */
	uint32_t leads, lead_bits[8];
};

/* Part of a flow with one purpose. Index 0 and 1 are the ends of the flow. */
struct stream {
	uint8_t dissector;    /* enum dissector */
	uint8_t message;      /* enum message */
	uint8_t payload_type; /* RTP */
	bool has_rtp, relayed;
	/* A magic value, or enough consistent packets, prove it; else it counts as
	 * unknown. */
	bool certain;
	uint16_t type; /* the protocol's number of the first message */
	uint32_t ssrc;
	uint64_t packets[2], payload_bytes[2];
	int64_t last_ns, first_ns;
	uint64_t last_frame, first_frame;
	struct rtp_stats *rtp; /* NULL unless has_rtp */
	struct pulse_log pulses[2];
};

/* At most this many streams a flow; what comes after is counted in the unnamed one. */
#define FLOW_STREAMS 64

/* Streaming features of an opaque flow; fixed size. Arrays are by end. */
struct shape {
	uint32_t packets[2]; /* with payload */
	uint64_t bytes[2];
	uint64_t square_sum[2]; /* of payload sizes */
	uint32_t full[2];       /* segments of 1200 bytes and more */
	uint32_t units[2];      /* application data units: same-direction runs */
	uint64_t unit_bytes[2]; /* of the units counted */
	double unit_square_sum[2];
	uint32_t batches[2]; /* bursts after at least 1 s of silence of that end */
	double gap_sum,
	    gap_square_sum; /* s, between batches of the end that sends more batches */
	uint32_t gap_count;
	uint32_t seconds[2];         /* distinct seconds with payload */
	uint32_t both_seconds;       /* seconds in which both ends sent */
	double second_square_sum[2]; /* of bytes per active second */
	/* running state */
	int64_t second_at;
	uint64_t second_bytes[2];
	uint64_t unit_open;
	int64_t last_ns[2];
	int8_t last_end;
};

enum flow_open {
	FLOW_OPEN_UNKNOWN, /* started before the capture, or not TCP */
	FLOW_OPEN_0,       /* end 0 sent the SYN */
	FLOW_OPEN_1
};

enum flow_close {
	FLOW_ACTIVE,
	FLOW_CLOSED,
	FLOW_IDLE,
	FLOW_AGED,
	FLOW_EVICTED,
	FLOW_REUSED
};

/* What other layers hang on a flow; the table only keeps and frees it. */
struct flow_detail;

/* Ranges of sequence numbers not seen yet that one end may have; then the oldest is
 * forgotten. */
#define FLOW_HOLES 64

struct tcp_holes;

/*
 * Readable by all, written by flow/ alone, but for `detail`, `settled` and `opaque`. What
 * every packet needs stands first: of many flows, few are in the processor's cache.
 */
struct flow {
	struct flow_key key;
	uint8_t first_end; /* who sent the first packet seen */
	uint8_t opened;    /* enum flow_open */
	uint8_t closed;    /* enum flow_close */
	bool mid_flow;     /* TCP without a SYN */
	bool snapped;
	bool settled;      /* nDPI is done with it */
	bool opaque;       /* nDPI named what we do not dissect: no more trying */
	uint8_t tunnel;    /* enum tunnel */
	uint8_t confirmed; /* enum dissector last confirmed, DISSECTOR_NONE before */
	uint8_t variant;   /* that dissector's memory, see struct dissect_context */
	uint8_t stream_count, stream_room;
	uint8_t stream_last; /* where the last payload went */
	/* private to flow/ */
	uint8_t stream_of[2]; /* where each end's last payload went */
	uint8_t tried[2];     /* TCP segments shown to the dissectors */
	bool in_table;
	uint8_t unsaved; /* what a journal does not know yet */
	uint32_t hash, next_in_bucket, older, newer;
	/* for all again */
	uint32_t id;             /* from 1, in the order of first packets */
	uint32_t streams_folded; /* packets of streams beyond FLOW_STREAMS */
	uint16_t vlan[2];        /* the outermost vlan_count */
	int64_t first_ns, last_ns, ranked_ns;
	struct stream *streams;
	struct flow_detail *detail;
	uint32_t trusted, maybe; /* bits by enum dissector: proved, seen once by shape */
	uint64_t first_frame, last_frame;
	struct flow_side side[2];
	struct shape *shape; /* NULL for flows of datagrams that dissectors recognise */
	uint8_t vlan_count;
	/* private to flow/ */
	bool tcp_set[2], tcp_fin[2], tcp_reset;
	uint32_t tcp_next[2], tcp_acked[2];
	struct tcp_holes *holes[2]; /* NULL before the first one */
	struct stream only;         /* streams[0], until there is a second one */
};

struct flow_limits {
	uint32_t active; /* flows in the table; then the idlest is evicted */
	uint32_t kept;   /* finished flows kept for the report; then they are folded */
	int64_t udp_idle_ns, tcp_idle_ns, other_idle_ns, hard_ns;
	uint64_t pulses; /* of all logs together; then logs double their windows */
};

extern const struct flow_limits flow_limits_default;

struct flow_stats {
	uint64_t created, evicted, idled, aged, folded;
	uint64_t folded_packets, folded_payload_bytes;
	uint32_t active_peak;
};

struct flow_table;

/* `release` frees a flow's detail (may be NULL). */
struct flow_table *flow_table_new(const struct flow_limits *limits,
    void (*release)(struct flow_detail *detail, void *context),
    /* called once when a flow leaves the table, before it is kept */
    void (*finished)(struct flow *f, void *context), void *context);
void flow_table_free(struct flow_table *t);

struct flow_update {
	struct flow *flow; /* NULL: ICMP error or out of memory; counted by the table */
	uint8_t end;       /* who sent it: index into key.end and side */
	bool created;
	bool fresh; /* TCP: payload in order or new; false for a pure repetition */
	uint32_t
	    new_payload; /* payload bytes not seen before (TCP: less retransmissions) */
	struct stream *stream; /* where the payload went, or NULL without payload */
	const struct datagram
	    *datagram; /* what dissect said, a loan; NULL if not asked */
};

/*
 * Counts the packet in its flow and, if it has payload, in exactly one stream of it.
 * The flow pointer is good until the flow leaves the table and beyond it as long as it
 * is kept.
 */
void flow_table_packet(
    struct flow_table *t, const struct packet *p, struct flow_update *out);
/* Takes all flows out of the table (closed = FLOW_ACTIVE stays): once, at the end. */
void flow_table_finish(struct flow_table *t);
/* The flow of that 5-tuple that is in the table, or NULL. */
struct flow *flow_table_find(const struct flow_table *t, const struct flow_key *key);
/* Whether both ends of a TCP connection said that they are done, or one broke it off. */
bool flow_is_over(const struct flow *f);
/*
 * A number that tells the streams of a flow apart, the same wherever the stream lies and
 * whenever it is asked; never 0.
 */
uint32_t stream_tag(const struct stream *s);
/* Slots that hold or held a flow; a slot may be empty (NULL) when flows were folded. */
size_t flow_table_count(const struct flow_table *t);
struct flow *flow_table_at(const struct flow_table *t, size_t index);
const struct flow_stats *flow_table_stats(const struct flow_table *t);

/*
 * Whether the media bytes of an RTP stream can be ciphertext: true for SRTP, false if
 * some bit of the first byte hardly ever changes. In doubt (too few packets, or neither)
 * *told is false, and so is the answer.
 */
bool rtp_stats_scrambled(const struct rtp_stats *r, bool *told);

/*
 * Which medium an RTP stream carries by its clock, cadence and sizes; the numbers go into
 * why unless that is NULL.
 */
enum message rtp_stats_medium(const struct rtp_stats *r, char *why, size_t why_size);

/*
 * One record of a journal. The same calls write it and read it back. Zero-initialise; what
 * was written is freed with codec_clear().
 */
struct codec {
	bool reading;
	bool failed; /* sticks: too short, a value out of bounds, or memory full */
	struct bytes in;
	uint8_t *out;
	size_t length, room; /* of out */
};

enum record_type {
	RECORD_PROCESS = 1,
	RECORD_NAME,
	RECORD_FLOW,
	RECORD_STATS,
	RECORD_TOTALS,
	RECORD_TYPES
};

/* A member, or an array of them; the largest value that makes sense. */
struct codec_field {
	size_t offset;
	uint8_t size; /* of one: 1, 2, 4 or 8 */
	bool real;    /* double, not negative */
	uint16_t count;
	uint64_t most;
};

#define CODEC_ANY UINT64_MAX
#define CODEC_TIME INT64_MAX /* ns since 1970 */
#define CODEC_FIELD(type, member, highest)                                               \
	{                                                                                 \
		offsetof(type, member), sizeof(((type *)0)->member), false, 1, highest    \
	}
#define CODEC_ARRAY(type, member, highest)                                               \
	{                                                                                 \
		offsetof(type, member), sizeof(((type *)0)->member[0]), false,            \
		    COUNT_OF(((type *)0)->member), highest                                \
	}
#define CODEC_REAL(type, member)                                                         \
	{                                                                                 \
		offsetof(type, member), sizeof(double), true,                             \
		    sizeof(((type *)0)->member) / sizeof(double), 0                       \
	}

/* Begins a record anew, of that type. */
void codec_start(struct codec *r, enum record_type type);
/* To read one: its type, or 0 if it is of another layout. */
enum record_type codec_open(struct codec *r, const void *data, size_t length);
/* Whether all went well, and when reading, nothing is left. */
bool codec_is_whole(const struct codec *r);
void codec_clear(struct codec *r);
void codec_fields(
    struct codec *r, const struct codec_field *fields, size_t count, void *object);
/* When written or read, *value is at most `most`. */
void codec_number(struct codec *r, uint64_t *value, uint64_t most);
void codec_flag(struct codec *r, bool *value);
void codec_addr(struct codec *r, struct addr *a);
/* Interned in `strings` when reading; NULL stays NULL. */
void codec_text(struct codec *r, struct strings *strings, const char **text);

/* From now on the table notes what changes. */
void flow_table_track(struct flow_table *t);
/* What hangs on a flow in the table has changed. */
void flow_table_touch(struct flow_table *t, const struct flow *f);

enum flow_pick { FLOWS_OVER, FLOWS_CHANGED, FLOWS_ALL };

/* Whether any flow is over or left the table, and was not saved since. */
bool flow_table_has_over(const struct flow_table *t);
/* The next flow to save, NULL behind the last; *at is 0 at first. */
struct flow *flow_table_pick(struct flow_table *t, enum flow_pick pick, size_t *at);
/* Writes a flow of the table, `whole` or what is not saved of its pulses. */
void flow_table_write(
    struct flow_table *t, const struct flow *f, bool whole, struct codec *r);
/* A flow just written is safe, as it is. */
void flow_table_saved(struct flow_table *t, struct flow *f);
/* All flows picked were saved. */
void flow_table_picked(struct flow_table *t, enum flow_pick pick);
/*
 * Reads a flow, to the record's end, in the place of what its slot held; *sums is what
 * that had. It takes over `detail`. NULL, and nothing has changed, if that fails.
 */
struct flow *flow_table_restore(struct flow_table *t, struct codec *r,
    struct flow_detail *detail, struct flow_side *sums);
/* The counters of the table, either way. */
void flow_stats_record(struct flow_stats *s, struct codec *r);
void flow_table_set_stats(struct flow_table *t, const struct flow_stats *s);

#endif
