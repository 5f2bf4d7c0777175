/* SPDX-License-Identifier: Apache-2.0 */
/* What a stream is for: names, nDPI, signatures, behaviour, and how strongly we know. */
#ifndef CALLWITNESS_CLASSIFY_H
#define CALLWITNESS_CLASSIFY_H

#include <callwitness/flow.h>

enum category {
	CATEGORY_UNKNOWN,
	CATEGORY_OTHER,
	CATEGORY_SIGNALLING,
	CATEGORY_TELEMETRY,
	CATEGORY_DIAGNOSTICS,
	CATEGORY_CONTENT,
	CATEGORIES
};

enum kind {
	KIND_NONE,
	KIND_AUDIO,
	KIND_VIDEO,
	KIND_SCREEN,
	KIND_CHAT,
	KIND_FILE,
	KIND_MEDIA,
	KIND_CONTROL,
	KIND_ICE,
	KIND_RTCP,
	KIND_KEEPALIVE,
	KIND_PROBE,
	KIND_AUTH,
	KIND_PRESENCE,
	KIND_CONFIG,
	KIND_UPDATE,
	KIND_USAGE,
	KIND_ADS,
	KIND_CRASH,
	KIND_LOG,
	KIND_QUALITY,
	KINDS
};

/* Weakest first, so that they compare. */
enum strength {
	STRENGTH_NONE,
	STRENGTH_BEHAVIOURAL,
	STRENGTH_LISTED,
	STRENGTH_OBSERVED,
	STRENGTH_DOCUMENTED,
	STRENGTH_DECODED,
	STRENGTHS
};

/* Shapes of traffic that an opaque flow can show. */
enum behaviour {
	BEHAVIOUR_NONE,
	BEHAVIOUR_MEDIA,
	BEHAVIOUR_UPLOAD,
	BEHAVIOUR_BATCH,
	BEHAVIOURS
};

const char *category_name(enum category c);
const char *kind_name(enum kind k); /* NULL for KIND_NONE */
const char *strength_name(enum strength s);
const char *behaviour_name(enum behaviour b);
/* CATEGORIES, KINDS, … when there is none of that name. */
enum category category_named(const char *name);
enum kind kind_named(const char *name);
enum strength strength_named(const char *name);
enum behaviour behaviour_named(const char *name);
/* Whether that kind belongs to that category; KIND_NONE fits all. */
bool category_has(enum category c, enum kind k);

/* Signatures: the YAML files of the folder signatures/. */

struct signatures;

/* One file. Everything is a loan from the set. */
struct signature {
	const char *name, *title, *version, *entity, *country;
	bool app; /* a conferencing app, not an SDK list or the system */
	const char *const
	    *domains;     /* registrable domains of the entity; NULL-terminated */
	const char *path; /* as loaded */
	char sha256[SHA256_TEXT_SIZE];
	size_t first_rule, rule_count; /* indices for signatures_rule() */
};

struct rule {
	const char *id;
	const struct signature *signature;
	enum category category;
	enum kind kind;
	enum strength strength;
	const char *source, *note, *date; /* note, date may be NULL */
	const char *entity,
	    *country;  /* the rule's own, else the signature's; may be NULL */
	unsigned line; /* of the rule in its file */
};

/*
 * Loads files; all errors of all files in e. Returns the set when there was none, or
 * NULL.
 */
struct signatures *signatures_load(
    const char *const *paths, size_t count, struct error *e);
/*
 * What lint finds beyond loading: shadowed, dead and tied rules, over the whole set. A
 * set that has findings is usable: on a tie the rule of the first file (by name) wins.
 */
size_t signatures_lint(const struct signatures *s, struct error *e);
void signatures_free(struct signatures *s);
size_t signatures_count(const struct signatures *s);
const struct signature *signatures_at(const struct signatures *s, size_t index);
size_t signatures_rules(const struct signatures *s);
const struct rule *signatures_rule(const struct signatures *s, size_t index);
/* NULL if there is none. */
const struct signature *signatures_named(const struct signatures *s, const char *name);
/* The source bytes of a file, for the bundle. */
const void *signature_bytes(const struct signature *s, size_t *length);

/* What a stream offers to be matched; NULL or 0 where not known. */
struct subject {
	const char *host;        /* one name; ask once for each name the flow has */
	const struct addr *addr; /* remote */
	uint8_t proto;           /* IP protocol number */
	uint16_t port;           /* remote */
	uint16_t local_port;
	const char *alpn, *ndpi, *ja3, *cert,
	    *process; /* ndpi: "TLS.Zoom", matches by part too */
	enum dissector dissector;
	enum message message;
	enum behaviour behaviour;
};

/* How specific a match is; compare with specificity_compare(). Larger wins. */
struct specificity {
	uint8_t
	    dissected; /* dissector and message named, 1 for dissector alone, 2 both */
	uint8_t host;  /* 2 exact, 1 glob */
	uint16_t host_literals; /* of the glob that matched */
	uint8_t net_bits;       /* + 1, v4 scaled to v6's 128 */
	uint8_t port;           /* 1 if a port is named */
	uint8_t behaviour;
	uint8_t keys; /* number of keys in the match */
};

int specificity_compare(const struct specificity *a, const struct specificity *b);

/*
 * The winning rule, or NULL. `app` (may be NULL): rules of that signature win against
 * equally specific ones of others. `how` may be NULL. Rules with keys the subject does
 * not have do not match. Indexed by host suffix: cost does not grow with the number of
 * rules.
 */
const struct rule *signatures_match(const struct signatures *s,
    const struct subject *subject, const struct signature *app, struct specificity *how);

/* Whether some rule that such a stream could match asks for the local port. */
bool signatures_ask_local_port(const struct signatures *s, enum dissector d);

/*
 * The same answers as signatures_match(), remembered. Texts are compared as pointers:
 * they must live, unchanged, as long as the memo.
 */
struct match_memo;

struct match_memo *match_memo_new(
    const struct signatures *s, const struct signature *app);
void match_memo_free(struct match_memo *m);
const struct rule *match_memo_match(
    struct match_memo *m, const struct subject *subject, struct specificity *how);

/* Names: who is behind an address. */

enum host_source {
	HOST_NONE,
	HOST_SNI,
	HOST_HTTP,
	HOST_DNS,
	HOST_CERTIFICATE,
	HOST_REALM,
	HOST_SIGNATURE,
	HOST_SOURCES
};

/* "sni", "http", "dns", "certificate", "realm", "signature", or NULL for HOST_NONE. */
const char *host_source_name(enum host_source s);

#define NAMES_EACH 4

struct names;

/* At most `limit` addresses; then the longest unused is forgotten and counted. */
struct names *names_new(size_t limit);
void names_free(struct names *n);
/* A DNS response seen by `client`: the queried name is joined to every address. */
void names_learn(struct names *n, const struct dns *dns, int64_t time_ns);
/*
 * Names known for an address, best (newest before time_ns) first, up to NAMES_EACH into
 * out. With `late`, names learned only after time_ns are given if there is none before.
 */
size_t names_lookup(struct names *n, const struct addr *a, int64_t time_ns, bool late,
    const char *out[NAMES_EACH]);
uint64_t names_forgotten(const struct names *n);
/*
 * Writes addresses as records and hands each to `write`: all, or those whose names were
 * told since they were saved; the longest unused first, as names_restore() wants them. 0,
 * or what `write` returned that was not 0.
 */
int names_save(struct names *n, bool all, struct codec *r,
    int (*write)(const struct codec *r, void *context), void *context);
/* Reads one such record to its end; false if it is none. */
bool names_restore(struct names *n, struct codec *r);
/* The counters, either way; `refused` are strings that other pools refused. */
void names_record(struct names *n, uint64_t refused, struct codec *r);
/* The registrable domain of a host by the public suffix list, or the host itself. A loan.
 */
const char *names_domain(const char *host);

/* NDPI. */

struct inspector;
struct inspection; /* of one flow, while it is being inspected */

/* What nDPI said, kept after its own memory is freed. Strings are interned loans or NULL.
 */
struct ndpi_facts {
	const char *protocol;   /* "TLS.Zoom" */
	const char *category;   /* nDPI's own: evidence, never the verdict */
	const char *confidence; /* "DPI", "Match by port", … */
	const char *host;       /* SNI, HTTP Host, QUIC SNI; NULL if none */
	const char *alpn, *ja3, *certificate;   /* certificate: names, comma separated */
	const char *url, *agent, *content_type; /* HTTP in clear */
	uint16_t tls_version;                   /* 0x0303…, 0 if unknown */
	uint8_t dissector;                      /* DISSECTOR_TLS, _QUIC, _HTTP or _NONE */
};

struct inspector *inspector_new(struct strings *strings, struct error *e);
void inspector_free(struct inspector *i);
const char *inspector_version(void);
struct inspection *inspection_new(struct inspector *i);
/*
 * Shows nDPI one packet with payload. True when it has nothing more to learn (settled).
 */
bool inspection_packet(struct inspector *i, struct inspection *n, const struct packet *p);
/* Community ID v1 with seed 0, "1:…", into text (COMMUNITY_ID_SIZE bytes); "" if none. */
#define COMMUNITY_ID_SIZE 40
void community_id(const struct flow *f, char *text);
/*
 * The facts that inspection_end() would give now, in `strings`, but for guesses by what
 * other flows were (Skype as Teams, mining), and since nDPI 4.10 all guesses; neither n
 * nor what comes after is changed by it.
 */
void inspection_peek(struct inspector *i, const struct inspection *n,
    struct strings *strings, struct ndpi_facts *out);
/* The facts (best guess if undecided), then frees n. */
void inspection_end(struct inspector *i, struct inspection *n, struct ndpi_facts *out);

/* Behaviour: what the shape of an opaque flow allows to say. */

/*
 * Judges a shape seen from `local` (index of the local end). The numbers that decided go
 * into why unless that is NULL. In doubt BEHAVIOUR_NONE.
 */
enum behaviour shape_behaviour(
    const struct shape *s, unsigned local, int64_t lasted_ns, char *why, size_t why_size);

/* Whether its batches go up like clockwork: the one shape that is called telemetry alone.
 */
bool shape_is_periodic(const struct shape *s, unsigned local);

/* Verdict: one stream, one category. */

/* All that is known of a flow's remote end. Strings are loans. */
struct identity {
	const char *host; /* the best name, or NULL */
	enum host_source host_source;
	const char *names[NAMES_EACH]; /* all of the best source, host first */
	size_t name_count;
};

/* What decided, so that a reason can be written when it is asked for. */
enum basis {
	BASIS_NONE,   /* nothing is known: unknown */
	BASIS_RULE,   /* a signature's rule */
	BASIS_SHAPE,  /* behaviour alone, no rule */
	BASIS_OPAQUE, /* many datagrams nobody can open, to a place that carries media too
		       */
	BASIS_LAN,    /* multicast, broadcast or the local network */
	BASIS_UNLISTED, /* has a name that no signature knows: another program */
	BASIS_FOREIGN,  /* neither end is the machine that is judged */
	BASIS_OTHER_APP, /* belongs to an app that was not asked for */
	BASIS_OTHER_PROGRAM /* sent by a program that was not asked for */
};

struct verdict {
	uint8_t category, kind, strength, basis; /* enums of those names */
	uint8_t dissector, message; /* as matched: nDPI's and the RTP medium included */
	uint8_t behaviour;
	bool names_differ; /* two names of the address disagree on the category */
	bool placed;       /* the rule names the remote end's host or network */
	const struct rule *rule;
	const char *host; /* the name that the rule matched */
};

struct circumstances {
	const struct signatures *signatures;
	struct match_memo *memo; /* of those signatures and that app, or NULL */
	const struct flow *flow;
	unsigned local; /* index of the local end */
	bool foreign;   /* the local end is not the judged machine */
	const struct identity *identity;
	const struct ndpi_facts *ndpi; /* NULL if not inspected */
	const struct signature *app;   /* of the flow, NULL if not known yet */
	const char *process;           /* that sent it, see subject; NULL if not known */
	bool outside;                  /* which is not the program that was asked for */
};

/* The rule that says best who the remote end is, by name or network alone; or NULL. */
const struct rule *remote_rule(const struct circumstances *c);
void stream_verdict(
    const struct circumstances *c, const struct stream *s, struct verdict *out);
/* One sentence: how we know. */
void verdict_why(const struct circumstances *c, const struct stream *s,
    const struct verdict *v, char *text, size_t size);

#endif
