/* SPDX-License-Identifier: Apache-2.0 */
/* All flows together: whose machine it is, which app, who received what. */
#ifndef CALLWITNESS_SESSION_H
#define CALLWITNESS_SESSION_H

#include <callwitness/classify.h>

enum party { PARTY_UNKNOWN, PARTY_FIRST, PARTY_THIRD, PARTY_LOCAL, PARTIES };

const char *party_name(enum party p);

/* One stream, judged; up and down are seen from the local end. */
struct finding {
	const struct stream *stream;
	struct verdict verdict;
	uint64_t up_packets, up_bytes, down_packets, down_bytes; /* payload */
};

struct judged_flow {
	const struct flow *flow;
	unsigned local; /* index of the local end */
	bool foreign;
	struct identity identity;
	const struct ndpi_facts *ndpi; /* NULL if not inspected */
	const struct rule
	    *who; /* names the remote end, by host or network; NULL if none */
	const struct signature *app; /* NULL: none */
	bool app_associated; /* app by shared port or as the only one, not by a rule */
	const char *entity,
	    *country;      /* of the recipient; entity may be a bare domain, or NULL */
	const char *label; /* the host, else the address as text */
	enum party party;
	size_t finding_count;
	struct finding *findings;
};

struct local_end {
	struct addr addr;
	char why[160];
};

struct kind_total {
	uint64_t bytes, packets;
};

struct category_total {
	uint64_t bytes, packets;
	uint64_t strengths[STRENGTHS]; /* bytes by how we know */
	struct kind_total kinds[KINDS];
};

struct recipient {
	const char *entity, *country;
	enum party party;
	size_t host_count;
	const char **hosts;      /* sorted; addresses where there is no name */
	uint64_t up[CATEGORIES]; /* payload bytes */
	uint64_t up_total;
};

/* What could not be seen, and whether the sums agree. */
struct coverage {
	uint64_t kernel_drops;
	uint64_t snapped;           /* packets */
	uint64_t mid_flow;          /* flows */
	uint64_t unnamed_up_bytes;  /* no name and no rule */
	uint64_t unlisted_up_bytes; /* a name that no signature knows */
	uint64_t unknown_up_bytes;  /* category unknown */
	uint64_t folded_flows, folded_payload_bytes, evicted_flows;
	uint64_t names_forgotten;
	uint64_t payload_bytes;   /* both ways, as decoded packet by packet */
	uint64_t accounted_bytes; /* in streams, retransmitted, or folded */
	bool conserved;
};

/* Messages of a protocol that we read, of a type that we do not know. */
struct unknown_message {
	uint8_t dissector;
	uint16_t type; /* the protocol's own number */
	uint64_t packets, up_bytes;
};

struct app_seen {
	const struct signature *signature;
	uint64_t flows, bytes;
};

/* What was counted on the way from frames to flows. */
struct traffic {
	uint64_t frames, frame_bytes;
	uint64_t snapped;       /* frames */
	uint64_t payload_bytes; /* of all decoded packets */
	int64_t first_ns, last_ns;
	struct decoder_stats decoder;
	struct flow_stats flows;
};

struct session_input {
	const struct flow_table *flows;
	const struct signatures *signatures;
	const struct signature *app; /* NULL: all apps */
	struct names *names;
	struct strings *strings;
	const struct addr_net
	    *locals; /* given by the user, or inferred if local_count is 0 */
	size_t local_count;
	/* What nDPI said of the flow, and the STUN realm its relay told; each may be
	 * NULL. */
	const struct ndpi_facts *(*ndpi)(const struct flow *f);
	const char *(*realm)(const struct flow *f);
	uint64_t kernel_drops;
	struct traffic traffic;
};

struct session {
	struct session_input input;
	size_t flow_count;
	struct judged_flow *flows; /* in the order of flow ids */
	size_t local_count;
	struct local_end *locals;
	size_t app_count;
	struct app_seen *apps;       /* most bytes first */
	const struct signature *app; /* asked for with --app, or NULL */
	struct category_total up[CATEGORIES], down[CATEGORIES];
	size_t recipient_count;
	struct recipient *recipients; /* most up bytes first */
	struct coverage coverage;
	size_t unknown_count;
	struct unknown_message *unknowns; /* by dissector and type */
};

/* Judges everything. NULL when memory runs out. Loans the input's objects until freed. */
struct session *session_new(const struct session_input *in);
void session_free(struct session *s);
/* Where nDPI, or another name of the address, says otherwise: a sentence, "" if nowhere.
 */
void session_disagreement(const struct judged_flow *f, char *text, size_t size);
/* The reason of one finding. */
void session_why(const struct session *s, const struct judged_flow *f,
    const struct finding *finding, char *text, size_t size);

#endif
