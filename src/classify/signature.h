/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of a set of signatures: what loading builds, matching and lint read. */
#ifndef CALLWITNESS_CLASSIFY_SIGNATURE_H
#define CALLWITNESS_CLASSIFY_SIGNATURE_H

#include <callwitness/classify.h>

#define HOST_SIZE 254 /* with NUL: RFC 1035 section 2.3.4 */

/* Keys of a match as bits. */
enum match_key {
	MATCH_HOST = 1 << 0,
	MATCH_NET = 1 << 1,
	MATCH_PROTO = 1 << 2,
	MATCH_PORT = 1 << 3,
	MATCH_LOCAL_PORT = 1 << 4,
	MATCH_ALPN = 1 << 5,
	MATCH_NDPI = 1 << 6,
	MATCH_JA3 = 1 << 7,
	MATCH_CERT = 1 << 8,
	MATCH_DISSECTOR = 1 << 9,
	MATCH_MESSAGE = 1 << 10,
	MATCH_PROCESS = 1 << 11,
	MATCH_BEHAVIOUR = 1 << 12,
};

/* The keys whose values are words or patterns, compared one by one. */
enum match_text { TEXT_ALPN, TEXT_NDPI, TEXT_JA3, TEXT_CERT, TEXT_PROCESS, TEXTS };

struct host {
	const char *pattern; /* lower case, no trailing dot */
	const char *suffix;  /* of the pattern: its labels behind the last "*" */
	uint16_t literals;
	const struct node *at;
};

struct net {
	struct addr_net net;
	const struct node *at;
};

struct range {
	uint16_t from, to;
};

struct ranges {
	struct range *items;
	size_t count;
};

struct texts {
	const char **items;
	size_t count;
};

struct match {
	unsigned keys; /* enum match_key */
	struct host *hosts;
	size_t host_count;
	struct net *nets;
	size_t net_count;
	uint8_t protos; /* bits: 0 TCP, 1 UDP, 2 ICMP */
	struct ranges ports, local_ports;
	struct texts texts[TEXTS];
	uint32_t dissectors; /* bits by enum */
	uint64_t messages;
	const struct node *message_at;
	uint8_t behaviours;
};

_Static_assert(DISSECTORS <= 32 && MESSAGES <= 64 && BEHAVIOURS <= 8, "bits by enum");

struct rule_inside {
	struct rule rule; /* first: what the outside holds */
	struct match match;
	const struct node *map, *id_at, *match_at;
};

struct signature_inside {
	struct signature signature; /* first: what the outside holds */
	struct yaml *document;
	const struct node *rules_at;
};

/*
 * One way for a rule to match: one host, one net, one message out of its lists. How
 * specific that is does not depend on the traffic.
 */
struct way {
	const struct rule_inside *rule;
	const struct host *host; /* NULL without the key */
	const struct net *net;
	enum dissector dissector;
	enum message message;
	struct specificity how;
};

/* Ways are found by their host, else net, else message; what has none of them is tried.
 */
enum way_index { WAYS_HOST, WAYS_NET, WAYS_MESSAGE, WAYS_LOOSE, WAY_INDEXES };

struct ways {
	struct way *items; /* sorted by what they are found by */
	size_t count, room;
};

struct signatures {
	struct arena arena;
	struct signature_inside *files; /* by name */
	size_t file_count;
	struct rule_inside *rules;
	size_t rule_count, rule_room;
	struct ways ways[WAY_INDEXES];
	struct addr_net *prefixes; /* each family and length of WAYS_NET once */
	size_t prefix_count;
	uint32_t local_port_dissectors; /* bits: rules that ask for the local port */
	/* By family: a bit for each first two bytes with which some net's addresses
	 * begin. */
	uint8_t net_starts[2][65536 / 8];
};

/* What loading hands down; the owner of a form. */
struct loading {
	struct signatures *set;
	struct signature_inside *file;
	bool out_of_memory;
};

/* One file from memory, named like a path. */
struct signatures *signatures_parse(
    const char *name, const void *data, size_t length, struct error *e);

/* Reads a rule and adds it to the set. */
int rule_read(struct form *f, const struct node *value);
/* Small letters, digits and - _ . */
form_reader identifier_read;
/* "country" wants "entity" beside it. */
int country_check(struct form *f, const struct node *map);
/* Reads the map behind "match". */
form_reader match_read;
/* Zeroed room that lives as long as the set; NULL and a complaint when memory is full. */
void *loading_take(struct form *f, size_t size);

/* How each index is sorted: qsort's comparison of two ways. */
extern int (*const way_orders[WAY_INDEXES])(const void *, const void *);
/* Builds the indices; -1 when memory is full. */
int ways_build(struct signatures *s);
void ways_clear(struct signatures *s);

/* Larger wins; 0 when only the app of the flow and the order of the files decide. */
int way_compare(const struct way *a, const struct way *b);
/* The same host, net and message. */
bool way_equals(const struct way *a, const struct way *b);
/* Some stream could match both. Two different names of nDPI's are taken to exclude each
 * other. */
bool way_meets(const struct way *a, const struct way *b);
/* Every stream that matches b matches a, by the same keys. */
bool way_covers(const struct way *a, const struct way *b);
/* The pattern fits the whole text or one of the parts between separators ('\0' for none).
 */
bool text_part_matches(const char *pattern, const char *text, char separator);

#endif
