/* SPDX-License-Identifier: Apache-2.0 */
/* All flows together: whose machine it is, which app, who received what. */
#ifndef CALLWITNESS_SESSION_H
#define CALLWITNESS_SESSION_H

#include <callwitness/classify.h>

enum party { PARTY_UNKNOWN, PARTY_FIRST, PARTY_THIRD, PARTY_LOCAL, PARTIES };

const char *party_name(enum party p);

/* What was true of the call: declared by the tester as marks, or inferred from media. */
enum state {
	STATE_IN_CALL,
	STATE_MUTED, /* never inferred: silent is not muted */
	STATE_CAMERA_OFF,
	STATE_SHARING,
	STATE_RECORDING,
	STATE_CONSENTED,
	STATE_OPTIONAL_DATA_OFF,
	STATE_SILENT, /* only ever inferred: the sender's own audio level */
	STATES
};

const char *state_name(enum state s);
/* STATES if there is none of that name. */
enum state state_named(const char *name);
/* The names as words for form_word(), in the order of enum state. */
extern const char *const state_names[STATES];

struct mark {
	int64_t time_ns;
	enum state state; /* STATES: a bare note */
	bool on;
	const char *note; /* or NULL; a loan from the marks */
};

/* States as declared, in the order of time. */
struct marks;

struct marks *marks_new(void);
/*
 * Reads a list of {at, state, on, note}: `at` is a UTC time ("2026-11-21T20:32:36.810Z"),
 * `state` any but silent; `on` goes with it; a mark without both must have a note. At
 * most 10000. NULL and lines in e.
 */
struct marks *marks_load(const char *path, struct error *e);
struct marks *marks_parse(
    const char *name, const void *data, size_t length, struct error *e);
/* Sorted in by time; equal times stay in the order of adding. -1 when memory is full. */
int marks_add(struct marks *m, const struct mark *mark);
size_t marks_count(const struct marks *m);
const struct mark *marks_at(const struct marks *m, size_t index);
/* The bytes of the file, for the bundle; NULL if none was read. */
const void *marks_bytes(const struct marks *m, size_t *length);
/* The marks as a file that marks_load() reads back to the same; "at" in microseconds. */
int marks_write(const struct marks *m, FILE *out);
void marks_free(struct marks *m);

/*
 * A time for which a state held: from its mark "on" (or the start of the capture, if its
 * first mark is "off") to its mark "off" (or the end of the capture). What lies outside
 * of the capture's time is cut off. to_ns is behind the last moment.
 *
 * Inferred from packets that were sent: in_call by media either way, pauses up to 10 s
 * bridged, if it lasts 5 s; sharing by a screen sent up, pauses up to 3 s bridged; silent
 * by audio sent up that says it is silent, and none that does not, for 2 s.
 */
struct state_span {
	enum state state;
	int64_t from_ns, to_ns;
	bool inferred;
	const char *note;        /* of the mark "on", or NULL */
	uint64_t up[CATEGORIES]; /* payload bytes that are known to lie within */
};

/*
 * What is known to have gone up within MARK_AFTER_NS after a mark. What never pauses is
 * counted too low in calls of more than an hour, where pulses get long.
 */
#define MARK_AFTER_NS INT64_C(3000000000)

struct mark_burst {
	uint64_t up[CATEGORIES];
};

/*
 * Up-bytes over the capture's time, at most TIMELINE_STEPS steps of equal length, from a
 * multiple of that length on. A pulse longer than a step is spread evenly; the sums agree
 * with the totals.
 */
#define TIMELINE_STEPS 240

struct timeline {
	int64_t from_ns, step_ns; /* step_ns 0: nothing was captured */
	size_t steps;
	uint64_t up[CATEGORIES][TIMELINE_STEPS];
};

/* Countries and networks of addresses, from MaxMind databases (.mmdb). */
struct geo;

struct geo_place {
	const char *country; /* two letters: where the network is registered; or NULL */
	uint32_t asn;        /* 0: not known */
	const char *network; /* who runs it; or NULL */
};

/* One or several databases (country, ASN); all errors in e. */
struct geo *geo_open(const char *const *paths, size_t count, struct error *e);
/* Texts are interned in `strings`. */
void geo_lookup(
    struct geo *g, const struct addr *a, struct strings *strings, struct geo_place *out);
/* The databases, for the report: file name without folder, type, SHA-256. */
struct geo_file {
	const char *name, *type;
	char sha256[SHA256_TEXT_SIZE];
};
size_t geo_files(const struct geo *g);
const struct geo_file *geo_file(const struct geo *g, size_t index);
void geo_close(struct geo *g);

/* How a recipient's country is known, best first. */
enum country_source {
	COUNTRY_NONE,
	COUNTRY_HOST,      /* a region code in the host's name: where it is */
	COUNTRY_SIGNATURE, /* a rule with its signature's entity, but another country */
	COUNTRY_VENDOR,    /* the country the company is in */
	COUNTRY_GEO,       /* where the network is registered: never where data is kept */
	COUNTRY_SOURCES
};

/* "host", "signature", "vendor", "geoip", or NULL for COUNTRY_NONE. */
const char *country_source_name(enum country_source s);

/* One stream, judged; up and down are seen from the local end. */
struct finding {
	const struct stream *stream;
	struct verdict verdict;
	uint64_t up_packets, up_bytes, down_packets, down_bytes; /* payload */
};

/*
 * Whether a program, or one that it descends from, is the one named: by pid, by the path of
 * its executable, or by the last part of that path. False for NULL.
 */
bool process_is(const struct process *p, const char *name);
/* The same of itself alone, whatever it descends from. */
bool process_is_itself(const struct process *p, const char *name);
/* A browser: what it sends may be of any page. */
bool process_is_browser(const struct process *p);
/* The same process: a pid may be used again. */
bool process_equal(const struct process *a, const struct process *b);
/*
 * The first of its line that runs the same executable, and by an interpreter the same
 * file: processes of one program have it in common. NULL for NULL.
 */
const struct process *process_program(const struct process *p);
/* Its executable, else its command, else "process 17" in text; returns it. */
const char *process_name(const struct process *p, char *text, size_t size);

/* The reason of locals that the recorder of the packets told. */
#define LOCALS_RECORDER "an address of the recording machine"

struct judged_flow {
	const struct flow *flow;
	const struct process *process; /* NULL: not known */
	bool outside; /* its program is known and not the one that was asked for */
	unsigned local; /* index of the local end */
	bool foreign;
	struct identity identity;
	const struct ndpi_facts *ndpi; /* NULL if not inspected */
	const struct rule
	    *who; /* names the remote end, by host or network; NULL if none */
	const struct signature *app; /* NULL: none */
	bool app_associated; /* app by shared port or as the only one, not by a rule */
	const char *entity,
	    *country; /* of the recipient; entity may be a bare domain, or NULL;
		       * country may be "EU" */
	enum country_source country_source;
	const char *registered; /* country by geo, whatever the others say; or NULL */
	uint32_t asn;
	const char *network; /* by geo, or NULL */
	const char *label;   /* the host, else the address as text */
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
	/* Country and network: what is the same for all of its flows, else NULL or 0. */
	const char *entity, *country, *registered, *network;
	enum country_source country_source;
	uint32_t asn;
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
	/* Some flow's program is known. TCP and UDP payload that went up from the machine, in
	 * flows with a known program, and in those without. */
	bool owners_known;
	uint64_t owned_up_bytes, unowned_up_bytes;
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
	const struct process *(*process)(const struct flow *f); /* or NULL: none known */
	const char *locals_why;   /* NULL: given by the user; else they are only a hint:
				   * if no flow has one of them, they are inferred */
	const char *only_process; /* see engine_options.process; or NULL */
	uint64_t kernel_drops;
	struct traffic traffic;
	const struct marks *marks; /* or NULL */
	struct geo *geo;           /* or NULL */
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
	bool process_seen;           /* some flow is of the program asked for */
	struct category_total up[CATEGORIES], down[CATEGORIES];
	size_t recipient_count;
	struct recipient *recipients; /* most up bytes first */
	struct coverage coverage;
	size_t unknown_count;
	struct unknown_message *unknowns; /* by dissector and type */
	size_t span_count;
	struct state_span *spans;  /* by state, declared before inferred, then by time */
	bool declared[STATES];     /* some mark speaks of that state */
	struct mark_burst *bursts; /* one for each mark; NULL without marks */
	struct timeline timeline;
};

/* Judges everything. NULL when memory runs out. Loans the input's objects until freed. */
struct session *session_new(const struct session_input *in);
void session_free(struct session *s);
/* The flow of that number, or NULL. */
const struct judged_flow *session_flow(const struct session *s, uint32_t id);
/* Where nDPI, or another name of the address, says otherwise: a sentence, "" if nowhere.
 */
void session_disagreement(const struct judged_flow *f, char *text, size_t size);
/* The reason of one finding. */
void session_why(const struct session *s, const struct judged_flow *f,
    const struct finding *finding, char *text, size_t size);

#endif
