/* SPDX-License-Identifier: Apache-2.0 */
/* How claims are held against what was seen; the evaluator's own. */
#ifndef POLICY_JUDGE_H
#define POLICY_JUDGE_H

#include <callwitness/policy.h>

/* Why what was seen is not enough to support or to contradict a claim. */
enum doubt {
	DOUBT_NONE,
	/* what the stream is, and whose */
	DOUBT_RULE,
	DOUBT_ONLY_APP,
	DOUBT_PROGRAM,
	DOUBT_UNTOLD,
	DOUBT_BROWSER,
	DOUBT_MIXED,
	DOUBT_CHILD,
	DOUBT_ASKED,
	DOUBT_MEDIUM,
	DOUBT_SCREEN,
	/* who received it, and where */
	DOUBT_WHO_WEAK,
	DOUBT_WHO_UNKNOWN,
	DOUBT_WHO_KIND,
	DOUBT_PROCESSOR,
	DOUBT_REGISTERED,
	DOUBT_PLACE_UNKNOWN,
	/* whether it is more than an open connection's noise */
	DOUBT_SILENT,
	DOUBT_LEVEL,
	DOUBT_FEW_VOICED,
	DOUBT_PICTURES,
	DOUBT_FEW,
	DOUBT_HANDSHAKE,
	/* whether it is encrypted */
	DOUBT_FRAMING,
	DOUBT_TLS_OLD,
	DOUBT_TLS_VERSION,
	DOUBT_SEALING,
	/* the claim and its times */
	DOUBT_EXCERPT,
	DOUBT_INFERRED,
	DOUBT_UNDECLARED,
	DOUBT_MACHINES,
	DOUBTS
};

/* A clause to follow "but": "the quote was not checked against the document". */
const char *doubt_clause(enum doubt d);

/* A stream of the policy's app that sent something up. */
struct sight {
	const struct judged_flow *flow;
	const struct finding *finding;
	uint16_t stream; /* index in the flow */
	const struct term *data;
	const struct term *recipient; /* NULL: nobody knows */
	enum strength strength;       /* that it is this data, of this app */
	enum doubt doubt;             /* why that is below observed; else none */
	enum strength who;            /* that it is this recipient */
};

/* Whose program sent a stream. */
enum owner {
	OWNER_UNKNOWN, /* nothing tells its program */
	OWNER_APP,     /* a program that is the app's and hardly anybody else's */
	OWNER_ASKED,   /* the one asked for, though little of the app's shows it */
	OWNER_BROWSER, /* the same, but a browser */
	OWNER_MIXED,   /* one that sent something of the app's, and may be another's */
	OWNER_CHILD,   /* another one, started by the app's */
	OWNER_UNTOLD,  /* known, but not whether it is the app's */
	OWNER_OTHER,   /* not the app's */
	OWNERS
};

/* A program that sent what some app's rules name. */
struct program {
	const struct process *root; /* see process_program() */
	uint64_t bytes;             /* of this app, strongly known */
	uint64_t weak_bytes;        /* of this app, weakly known */
	uint64_t other_bytes;       /* of other apps */
};

struct owners {
	size_t count;
	struct program *programs;
	uint64_t owned_bytes, unowned_bytes; /* of this app, strongly known */
	const struct process *asked;         /* the program of options.process, or NULL */
	bool limited, asked_twice; /* one was asked for; and there are several of it */
};

/* -1 when memory is full. */
int owners_take(const struct policy *p, const struct session *s, struct owners *out);
void owners_clear(struct owners *o);
enum owner owner_of(const struct owners *o, const struct process *p);
/* Whether it names the vendor of its signature's app, not somebody that the app uses. */
bool rule_is_own(const struct rule *rule);

struct scope {
	size_t count;
	struct sight *sights; /* by flow, then stream */
	struct owners owners;
	bool app_seen;        /* some flow is known to be the app's */
	struct addr machine;  /* the first at which it ran, IPv4; family 0: none */
	bool many_machines;   /* it ran at others too */
	uint64_t up_bytes;    /* of all sights */
	uint64_t unlisted_bytes; /* of the machine, to names that no signature knows */
	uint64_t own_unlisted_bytes; /* of these, by a program that is the app's */
	uint64_t others_bytes; /* that look like the app's, by programs that are not */
};

/* -1 when memory is full. The first answers whether the part is `whole` or under it. */
bool term_under(const struct term *part, const struct term *whole);
/* Whether all that the part stands under leads through `whole`: it is nothing else. */
bool term_is_nothing_but(const struct term *part, const struct term *whole);
int scope_take(const struct policy *p, const struct ontologies *o,
    const struct session *s, struct scope *out);
void scope_clear(struct scope *scope);
enum strength strength_least(enum strength a, enum strength b);

/* The times a claim speaks of, as far as they were captured. */
struct window {
	int64_t from_ns, to_ns; /* to_ns is behind it */
};

/* Why there are none. */
enum lack { LACK_NOTHING, LACK_MARK, LACK_TIME, LACK_OTHER_STATE };

struct windows {
	bool always;     /* the claim speaks of all times; count is 0 */
	bool inferred;   /* some state is only inferred from media */
	bool undeclared; /* nothing says when the state of `unless` held */
	enum lack lack;
	size_t count;
	struct window *each; /* by time, apart from each other */
};

/* -1 when memory is full. */
int windows_take(const struct session *s, const struct claim *c, struct windows *out);
/* Without the times at which that state was declared, or showed all the same. */
int windows_except(const struct session *s, const struct windows *w, enum state state,
    struct windows *out);
void windows_clear(struct windows *w);
/* What the stream sent within; packets is 0 if nothing. */
void windows_sum(const struct windows *w, const struct sight *s, struct pulse_sum *out);
/*
 * Bytes that it sent within beyond `each` of every packet, pulse by pulse; a pulse with
 * less than `least` of them has none. Of a shorter time they are never more.
 */
uint64_t windows_beyond(
    const struct windows *w, const struct sight *s, uint64_t each, uint64_t least);

/* On which side of a claim a stream stands. */
enum side {
	SIDE_NONE,    /* does not bear on it */
	SIDE_SUPPORT, /* strongly as the claim says */
	SIDE_AGAINST, /* strongly against it */
	SIDE_DOUBTFUL,
	SIDE_NEUTRAL, /* as the claim says if it is what it seems: decides nothing */
	SIDES
};

struct item {
	const struct sight *sight;
	struct pulse_sum sum; /* within the claim's times */
	enum strength strength;
	enum doubt doubt;
	const char *how; /* what about it decided: "plain HTTP"; or NULL */
};

/* Room for every sight. */
struct pile {
	size_t count;
	struct item *items;
};

struct trial {
	const struct policy *policy;
	const struct ontologies *ontologies;
	const struct session *session;
	const struct gate *gates; /* GATES */
	struct scope scope;
	/* Terms with a meaning of their own; NULL where the ontology lacks them. */
	const struct term *anyone, *first_party, *third_party, *processor, *signalling;
	const struct term *screen;
	struct pile piles[SIDES]; /* of the claim being judged */
};

/* Sorts one stream; fills strength, doubt and how. */
typedef enum side claim_sorter(const struct trial *t, const struct claim *c,
    const struct windows *w, struct item *item);

claim_sorter sort_collects, sort_never, sort_only, sort_secures;

enum meets { MEETS_NOT, MEETS_PERHAPS, MEETS };

/* Whether the stream is data that the claim names; perhaps: it may be, or be another. */
enum meets data_meets(
    const struct trial *t, const struct claim *c, const struct term *data);
/* The same of its recipient; *doubt says why it is not sure. */
enum meets recipient_meets(const struct trial *t, const struct claim *c,
    const struct sight *s, enum doubt *doubt);
/* Whether the claim speaks of whoever receives it. */
bool claim_means_everyone(const struct trial *t, const struct claim *c);
/*
 * Data and recipient together. False if the claim does not speak of it; else the item's
 * strength and doubt are set.
 */
bool claim_bears(const struct trial *t, const struct claim *c, struct item *item);
/*
 * A doubt of what would accuse: whether it is data at all, or something that looks so.
 * Leaves in the item's sum what is beyond that doubt.
 */
enum doubt accusation_doubt(const struct trial *t, const struct claim *c,
    const struct windows *w, struct item *item);
/* Whether what was sent within is more than an open connection sends by itself. */
enum doubt sight_substance(
    const struct windows *w, const struct sight *s, const struct pulse_sum *sum);
/* The same of what would accuse; in a state of the call, sound and pictures too. */
enum doubt sight_weight(
    const struct windows *w, const struct sight *s, const struct pulse_sum *sum);

/* How a stream is protected on its way, against what the claim promises. */
enum sealing {
	SEALING_UNKNOWN,
	SEALING_SEALED,
	SEALING_OPEN,        /* proved: anybody on the way can read it */
	SEALING_FRAMED,      /* not random from its first byte, which proves nothing */
	SEALING_TLS_BROKEN,  /* TLS older than promised */
	SEALING_TLS_OLD,     /* TLS that RFC 8996 gives up; nothing newer was promised */
	SEALING_TLS_UNKNOWN, /* encrypted, but by which version of TLS is not told */
	SEALINGS
};

/* *how: "plain HTTP", "TLS 1.0"; NULL if there is nothing to say. */
enum sealing sight_sealing(const struct sight *s, uint16_t tls_min, const char **how);

void gates_measure(const struct session *s, bool damaged, struct gate gates[GATES]);
bool gates_are_open(const struct gate gates[GATES]);

/* One claim. -1 when memory is full. */
int claim_judge(struct trial *t, const struct claim *c, struct claim_outcome *out);

/* How a claim was decided. */
struct ruling {
	enum outcome outcome;
	const struct pile *pile; /* what it rests on, or NULL */
	enum doubt doubt;        /* of inconclusive, or none */
	bool gated;              /* inconclusive for the gates */
	bool weakest;            /* it rests on all of the pile, not on the best of it */
};

/* Strength, bytes and evidence of a ruling. -1 when memory is full. */
int outcome_rest(const struct ruling *r, struct claim_outcome *out);
/* The reason, or NULL when memory is full. `out` has what the ruling rests on. */
char *outcome_why(const struct trial *t, const struct claim_outcome *out,
    const struct windows *w, const struct ruling *r);

/* Disclosures of all sights, and what could not be judged. -1 when memory is full. */
int streams_disclose(const struct trial *t, struct judgement *j);

/* Words. */

/* "12.3 kB" */
void say_bytes(FILE *out, uint64_t bytes);
/* "telemetry", "crash reports" */
const char *sight_noun(const struct sight *s);
/* The company, else the host or address. */
const char *sight_recipient(const struct sight *s);
/* "by documented endpoints" */
const char *strength_phrase(enum strength s);
/* "muted", "camera off" */
void say_state(FILE *out, enum state s);
/* " while muted was marked"; nothing for all times. */
void say_when(FILE *out, const struct claim *c, const struct windows *w);
/* The same, with " (20:32:44.809 to 20:32:51.313)". */
void say_times(FILE *out, const struct claim *c, const struct windows *w);
/* "9 streams, 62.1 kB of telemetry went to Lab Meet, Inc." */
void say_pile(FILE *out, const struct pile *pile);
/* Titles of terms: "AI training, marketing and 2 more". */
void say_terms(FILE *out, const struct term *const *terms, size_t count);

#endif
