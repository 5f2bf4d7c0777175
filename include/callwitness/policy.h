/* SPDX-License-Identifier: Apache-2.0 */
/* A vendor's words as claims, and what the traffic says of each. */
#ifndef CALLWITNESS_POLICY_H
#define CALLWITNESS_POLICY_H

#include <callwitness/session.h>

/*
 * Ontologies: what is a part of what (config/ontology/X.yaml). A term may stand under
 * several others; exactly one term of a file stands under none: the root.
 */
enum ontology_kind {
	ONTOLOGY_DATA,       /* terms of streams: "content.audio" */
	ONTOLOGY_RECIPIENTS, /* who: "first_party", "third_party", companies */
	ONTOLOGY_PURPOSES,   /* what for: "ai_training"; root "any" */
	ONTOLOGY_REGIONS,    /* where: "EEA", countries by their two letters */
	ONTOLOGIES
};

/* "data", "recipients", "purposes", "regions": the files' names and first lines. */
extern const char *const ontology_names[ONTOLOGIES];

struct term {
	const char *id, *title;
	const char *const *dpv; /* terms of the W3C DPV; NULL-terminated, may be empty */
	const char *const *iso; /* terms of ISO/IEC 19944; the same */
	const char *const
	    *entities;             /* recipients: company names as signatures have them */
	const char *note, *source; /* may be NULL */
	size_t parent_count;
	const struct term *const *parents;
	enum ontology_kind kind;
	unsigned depth; /* steps to the root; 0 for the root */
	unsigned index; /* in its ontology */
	unsigned line;
};

struct ontologies;

/* All four, from files in any order (each says which it is). NULL and lines in e. */
struct ontologies *ontologies_load(
    const char *const *paths, size_t count, struct error *e);
void ontologies_free(struct ontologies *o);
size_t ontology_terms(const struct ontologies *o, enum ontology_kind kind);
const struct term *ontology_term(
    const struct ontologies *o, enum ontology_kind kind, size_t index);
/* NULL if there is none of that id. */
const struct term *ontology_named(
    const struct ontologies *o, enum ontology_kind kind, const char *id);
const struct term *ontology_root(const struct ontologies *o, enum ontology_kind kind);
/* The recipients' term that names this company, or NULL. */
const struct term *ontology_entity(const struct ontologies *o, const char *entity);
/* Fewest steps up from `part` to `whole`: 0 for the same term; -1 if it is no part. */
int term_distance(const struct term *part, const struct term *whole);
/* Both have a part in common, though neither is a part of the other. */
bool terms_overlap(
    const struct ontologies *o, const struct term *a, const struct term *b);
size_t ontologies_files(const struct ontologies *o);
/* A file's name without folder, and its bytes. */
const char *ontologies_file(
    const struct ontologies *o, size_t index, const void **data, size_t *length);

/* Policies (config/policies/X.yaml). */

enum says { SAYS_COLLECTS, SAYS_NEVER, SAYS_ONLY, SAYS_SECURES, SAYS };

/* Whether packets can show it. */
enum testable { TESTABLE_YES, TESTABLE_PARTLY, TESTABLE_NO, TESTABLES };

/* Whether the quote stands so in the source. */
enum quote_check { QUOTE_VERIFIED, QUOTE_EXCERPT, QUOTE_CHECKS };

/* A time that a claim is limited to: during a state, or before or after one. */
enum when {
	WHEN_BEFORE_CONSENT = STATES, /* values below are states */
	WHEN_BEFORE_CALL,
	WHEN_AFTER_CALL,
	WHENS,
	WHEN_ALWAYS
};

const char *says_name(enum says s);
const char *testable_name(enum testable t);
const char *quote_check_name(enum quote_check q);
const char *when_name(unsigned when); /* NULL for WHEN_ALWAYS */

struct claim {
	const char *id;
	const char *topic;   /* the same in other versions of the document; else the id */
	const char *section; /* or NULL */
	const char *quote;   /* the vendor's words, or NULL if only restated */
	const char *restated; /* somebody's or our words for it; NULL if quoted */
	const char *version_date, *source; /* the claim's own, else the policy's */
	enum quote_check quote_check;
	enum says says;
	size_t data_count, recipient_count, purpose_count, region_count;
	const struct term *const *data;
	const struct term *const *recipients; /* never empty: see policy_load() */
	const struct term *const *purposes, *const *regions; /* may be empty */
	unsigned when;     /* an enum state, or enum when */
	enum state unless; /* STATES: none */
	enum testable testable;
	const char *how;  /* to test it, or why not; may be NULL */
	uint16_t tls_min; /* 0x0303; 0: no version promised */
	unsigned line, column;
};

struct policy {
	const char *name, *vendor, *document, *effective;
	const char *app; /* the signature whose app it speaks of */
	const char *url, *archive, *document_sha256; /* may be NULL */
	const char *note;                            /* may be NULL */
	const char *const *first_party; /* names of the vendor; NULL-terminated */
	/*
	 * What this file holds every statement about: streams of other data, or to
	 * others, are not called omitted. May be empty.
	 */
	size_t covered_data_count, covered_recipient_count;
	const struct term *const *covered_data, *const *covered_recipients;
	size_t claim_count;
	const struct claim *claims;
	const char *path;
	char sha256[SHA256_TEXT_SIZE]; /* of the file */
};

/*
 * A claim that names no recipients speaks of the first party if it says collects, else of
 * first and third parties. NULL and all errors in e.
 */
struct policy *policy_load(const char *path, const struct ontologies *o, struct error *e);
struct policy *policy_parse(const char *name, const void *data, size_t length,
    const struct ontologies *o, struct error *e);
void policy_free(struct policy *p);
const void *policy_bytes(const struct policy *p, size_t *length);
/* Whether this company is the policy's first party: a name, or its first words. */
bool policy_owns(const struct policy *p, const char *entity);

/*
 * Two claims of one policy that contradict (C1 to C12) or narrow (N1 to N4) each other;
 * PoliCheck's table (Andow et al., USENIX Security 2020), with purposes: a claim about
 * some purposes only meets claims that share one.
 */
struct tension {
	const struct claim *positive, *negative;
	char label[4]; /* "C1", "N1" */
};

/* By the place of the positive, then of the negative claim. -1 when memory is full. */
int policy_tensions(const struct policy *p, const struct ontologies *o,
    struct tension **out, size_t *count);
/* The label of a pair of terms, data and recipients; "" if they do not meet. Roots meet
 * nothing: a statement about everything is too vague to be held against another. */
const char *tension_label(const struct ontologies *o, const struct term *positive_data,
    const struct term *negative_data, const struct term *positive_recipient,
    const struct term *negative_recipient);
/* "a narrowing: …" into text (TENSION_TEXT_SIZE bytes); returns text. */
#define TENSION_TEXT_SIZE 128
const char *tension_text(const char *label, char *text);

/* The judgement. */

enum disclosure {
	DISCLOSURE_CLEAR,
	DISCLOSURE_VAGUE,
	DISCLOSURE_OMITTED,
	DISCLOSURE_AMBIGUOUS,
	DISCLOSURE_INCORRECT,
	DISCLOSURES
};

enum outcome {
	OUTCOME_SUPPORTED,
	OUTCOME_CONTRADICTED,
	OUTCOME_NOT_OBSERVED,
	OUTCOME_NOT_EXERCISED,
	OUTCOME_NOT_TESTABLE,
	OUTCOME_INCONCLUSIVE,
	OUTCOMES
};

/* Of contradicted and omitted alone; all else has none. */
enum severity { SEVERITY_NONE, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITIES };

const char *disclosure_name(enum disclosure d);
const char *outcome_name(enum outcome o);
const char *severity_name(enum severity s);

/* What a claim or a disclosure rests on: packets of one stream. */
struct evidence {
	uint32_t flow;   /* id */
	uint16_t stream; /* index in the flow */
	uint64_t first_frame, last_frame;
	uint64_t packets, bytes; /* up, payload */
};

/* At most so many are kept for each claim: the largest; evidence_total says of how many.
 */
#define EVIDENCE_EACH 20

struct claim_outcome {
	const struct claim *claim;
	enum outcome outcome;
	enum severity severity;
	enum strength strength; /* of what it rests on; none if on nothing */
	char *why;
	uint64_t up_bytes; /* of all streams that it rests on */
	size_t evidence_total, evidence_count;
	struct evidence *evidence; /* by flow, then stream */
};

struct stream_disclosure {
	uint32_t flow;
	uint16_t stream;
	enum disclosure disclosure;
	enum severity severity;
	enum strength strength;
	const struct claim *claim; /* the nearest that decided; NULL if omitted */
	const struct claim *other; /* of an ambiguous or narrowed pair, or NULL */
	char label[4];             /* of that pair, or "" */
	double entity_vagueness, data_vagueness; /* 0 to 1; PoliCheck's */
	uint64_t up_bytes;
	char *why;
};

/*
 * What a capture must be so that absence means something. A closed gate makes
 * not_observed inconclusive, and supported too where it rests on absence (only, secures).
 */
enum gate_id {
	GATE_DROPS,     /* packets lost by the recorder */
	GATE_GAPS,      /* TCP payload skipped: acknowledged or sent, never seen */
	GATE_SNAPPED,   /* frames cut short */
	GATE_MID_FLOW,  /* up-bytes in TCP flows whose start was not seen */
	GATE_RUNNING,   /* media ran already when the capture began */
	GATE_ENDING,    /* media, or an app's connections, went on when it ended */
	GATE_PARTIAL,   /* media without connections to other servers: filtered */
	GATE_ONE_SIDED, /* flows of which only one direction was captured */
	GATE_UNKNOWN,   /* up-bytes that no rule, name or dissector explains */
	GATE_DAMAGED,   /* packets or flows that could not be kept or read */
	GATE_PROCESS,   /* nothing is known to be of the program asked for */
	GATES
};

struct gate {
	const char *name;  /* "drops" */
	const char *limit; /* "at most 0.1 % of frames" */
	double value;      /* measured, in the limit's unit */
	bool closed;
	char why[160]; /* a clause: "3.1 % of frames were cut short"; "" if open */
};

struct judgement {
	const struct policy *policy;
	struct gate gates[GATES];
	size_t outcome_count; /* as the policy's claims, in their order */
	struct claim_outcome *outcomes;
	size_t disclosure_count;
	struct stream_disclosure *disclosures; /* by flow, then stream */
	size_t tension_count;
	struct tension *tensions;
	/* Streams of the app that the file does not cover, or whose recipient nobody
	 * knows. */
	size_t unjudged_streams;
	uint64_t unjudged_bytes;
	size_t claims[OUTCOMES];
	size_t streams[DISCLOSURES];
	size_t accused; /* disclosures with a severity */
	enum severity severity;
};

/*
 * Holds a session against a policy. All objects given outlive the judgement. `damaged`:
 * the input ended early or could not be read to its end. NULL when memory is full.
 */
struct judgement *policy_judge(const struct policy *p, const struct ontologies *o,
    const struct session *s, bool damaged);
void judgement_free(struct judgement *j);
/* The times a claim speaks of, as they were; for the report: the guard at both ends. */
#define WHEN_GUARD_NS INT64_C(1000000000)

#endif
