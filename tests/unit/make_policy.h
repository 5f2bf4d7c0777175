/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A capture made up by hand, of one minute, and a policy that it is held against. Nothing
 * is decoded here: streams have the category, the recipient and the packets they are given.
 */
#ifndef MAKE_POLICY_H
#define MAKE_POLICY_H

#include "make_ontologies.h"
#include "make_packet.h"

#include "../../src/flow/private.h"
#include "../../src/policy/judge.h"

#define MAKE_FLOWS 32
#define MAKE_PACKETS 128
#define MAKE_SPANS 8
/* The capture's length. */
#define MAKE_MINUTE_MS 60000

#define MAKE_DATA                                                                        \
	"ontology: data\ntitle: What\nversion: 2026-11-21\nterms:\n"                     \
	"  - {id: data, title: Any data}\n"                                              \
	"  - {id: content, title: Content, under: [data]}\n"                             \
	"  - {id: content.audio, title: Sound of a call, under: [content]}\n"            \
	"  - {id: content.video, title: Camera picture, under: [content]}\n"             \
	"  - {id: content.screen, title: Shared screen, under: [content]}\n"             \
	"  - {id: content.file, title: Files, under: [content]}\n"                       \
	"  - {id: generated, title: Data made by the service, under: [data]}\n"          \
	"  - {id: telemetry, title: Telemetry, under: [generated]}\n"                    \
	"  - {id: telemetry.usage, title: Usage events, under: [telemetry]}\n"           \
	"  - {id: telemetry.ads, title: Events for advertising, under: [telemetry]}\n"   \
	"  - {id: diagnostics, title: Diagnostics, under: [generated]}\n"                \
	"  - {id: diagnostics.crash, title: Crash reports, under: [diagnostics]}\n"      \
	"  - {id: debugging, title: For debugging, under: [diagnostics]}\n"              \
	"  - {id: support, title: For support, under: [data]}\n"                         \
	"  - {id: diagnostics.log, title: Logs, under: [debugging, support]}\n"          \
	"  - {id: signalling, title: Signalling, under: [data]}\n"                       \
	"  - {id: signalling.config, title: Settings, under: [signalling]}\n"

/* Ads Co. is a seller of advertising and of analyses; Host Co. works for the vendor. */
#define MAKE_RECIPIENTS                                                                  \
	"ontology: recipients\ntitle: Who\nversion: 2026-11-21\nterms:\n"                \
	"  - {id: anyone, title: Anyone}\n"                                              \
	"  - {id: first_party, title: The vendor itself, under: [anyone]}\n"             \
	"  - {id: participant, title: People of the call, under: [anyone]}\n"            \
	"  - {id: third_party, title: Anybody else, under: [anyone]}\n"                  \
	"  - {id: processor, title: Service providers, under: [third_party]}\n"          \
	"  - {id: hosting, title: Hosting, under: [processor]}\n"                        \
	"  - {id: advertising, title: Advertising, under: [third_party]}\n"              \
	"  - {id: analytics, title: Analytics, under: [third_party]}\n"                  \
	"  - {id: ads, title: Ads, under: [advertising, analytics],\n"                   \
	"     entities: [Ads Co.]}\n"                                                    \
	"  - {id: posters, title: Posters, under: [advertising], entities: [Post Co.]}\n"  \
	"  - {id: host, title: Host, under: [hosting], entities: [Host Co.]}\n"

#define MAKE_POLICY                                                                      \
	"policy: demo\nvendor: Demo Inc.\ndocument: Terms\neffective: 2026-11-21\n"      \
	"app: demo\nsource: {url: \"https://demo.example/\"}\nfirst_party: [Demo]\n"

enum make_tie { MAKE_RULE, MAKE_ASSOCIATED, MAKE_BESIDE, MAKE_OTHER_APP };

/* What is left out is telemetry of the app's own, documented, 10 kB in TLS. */
struct make_stream {
	enum category category;
	enum kind kind;
	enum strength strength;
	const char *entity; /* NULL: the vendor */
	bool nobody;        /* no entity at all */
	enum make_tie tie;
	uint32_t bytes, packets;
	/* Its packets, evenly; 5 s to 11 s. Those 270 ms apart have a pulse each. */
	int64_t from_ms, to_ms;
	enum dissector dissector;
	uint32_t voiced, silent; /* of the packets, the first ones */
	const char *country;
	enum country_source country_source;
	uint16_t tls;
	bool mid_flow;
};

struct made_packet {
	int64_t at_ms;
	uint32_t bytes, count; /* so many at once: the bytes are the first one's */
	enum sound sound;
};

struct made_flow {
	struct flow flow;
	struct stream stream;
	struct finding finding;
	struct rule rule;
	struct rtp_stats rtp;
	struct shape shape;
	struct ndpi_facts ndpi;
	uint32_t packet_count;
	struct made_packet packets[MAKE_PACKETS];
};

struct world {
	struct ontologies *ontologies;
	struct policy *policy;
	struct judgement *judgement;
	struct signature demo, rival, services, system;
	struct app_seen apps[2];
	struct made_flow made[MAKE_FLOWS];
	struct judged_flow flows[MAKE_FLOWS];
	struct state_span spans[MAKE_SPANS];
	struct marks *marks;
	struct session session;
	struct pulse_pool pool;
	bool damaged;
};

static inline int64_t
make_time(int64_t at_ms)
{
	return MAKE_BEGIN + at_ms * MAKE_MS;
}

static inline struct ontologies *
make_world_ontologies(void)
{
	const char *texts[ONTOLOGIES] = { MAKE_DATA, MAKE_RECIPIENTS,
		make_ontology_texts[ONTOLOGY_PURPOSES],
		make_ontology_texts[ONTOLOGY_REGIONS] };
	struct ontology_text files[ONTOLOGIES];
	struct error e = { 0 };
	struct ontologies *o = NULL;

	for (unsigned i = 0; i < ONTOLOGIES; i++)
		files[i] = (struct ontology_text){ ontology_names[i], texts[i],
			strlen(texts[i]) };
	o = ontologies_parse(files, ONTOLOGIES, &e);
	error_write(&e, stderr);
	error_clear(&e);
	assert_non_null(o);
	return o;
}

/* As cmocka's setup: a minute of 10,000 frames, in which nothing was sent yet. */
static inline int
world_setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->ontologies = make_world_ontologies();
	w->demo = (struct signature){
		.name = "demo", .title = "Demo", .entity = "Demo Inc.", .app = true
	};
	w->rival = (struct signature){
		.name = "rival", .title = "Rival", .entity = "Rival GmbH", .app = true
	};
	w->services = (struct signature){ .name = "thirdparty", .title = "Services" };
	w->system = (struct signature){ .name = "system", .title = "System" };
	w->apps[0] = (struct app_seen){ &w->demo, 1, 2000 };
	w->apps[1] = (struct app_seen){ &w->rival, 1, 1000 };
	w->pool.limit = 1 << 20;
	w->session.flows = w->flows;
	w->session.spans = w->spans;
	w->session.apps = w->apps;
	w->session.app_count = COUNT_OF(w->apps);
	w->session.coverage.conserved = true;
	w->session.input.traffic.frames = 10000;
	w->session.input.traffic.first_ns = MAKE_BEGIN;
	w->session.input.traffic.last_ns = make_time(MAKE_MINUTE_MS);
	*state = w;
	return 0;
}

static inline int
world_teardown(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < MAKE_FLOWS; i++)
		pulses_free(&w->made[i].stream.pulses[0], &w->pool);
	judgement_free(w->judgement);
	policy_free(w->policy);
	marks_free(w->marks);
	ontologies_free(w->ontologies);
	free(w);
	return 0;
}

/* Its pulses from its packets; again after these were changed. */
static inline void
world_pulses(struct world *w, size_t flow)
{
	struct made_flow *m = &w->made[flow];

	pulses_free(&m->stream.pulses[0], &w->pool);
	for (uint32_t i = 0; i < m->packet_count; i++)
		for (uint32_t k = 0; k < m->packets[i].count; k++) {
			struct packet p = { .time_ns = make_time(m->packets[i].at_ms),
				.number = 100 + i };

			pulses_add(&m->stream.pulses[0], &w->pool, &p,
			    k == 0 ? m->packets[i].bytes : 0, m->packets[i].sound);
		}
}

static inline void
made_packets(struct made_flow *m, const struct make_stream *how)
{
	int64_t length_ms = how->to_ms - how->from_ms;

	assert_true(how->packets > 0 && how->packets <= MAKE_PACKETS);
	m->packet_count = how->packets;
	for (uint32_t i = 0; i < how->packets; i++) {
		uint32_t last = how->packets - 1;

		m->packets[i] = (struct made_packet){
			.at_ms = how->from_ms + (last ? length_ms * i / last : 0),
			.bytes = how->bytes / how->packets,
			.count = 1,
			.sound = i < how->voiced		 ? SOUND_VOICED
				 : i < how->voiced + how->silent ? SOUND_SILENT
								 : SOUND_UNTOLD,
		};
	}
	m->packets[0].bytes += how->bytes % how->packets;
}

static inline void
make_stream_defaults(struct make_stream *how)
{
	if (how->category == CATEGORY_UNKNOWN) {
		how->category = CATEGORY_TELEMETRY;
		how->kind = KIND_USAGE;
	}
	if (how->strength == STRENGTH_NONE)
		how->strength = STRENGTH_DOCUMENTED;
	if (how->entity == NULL && !how->nobody)
		how->entity = "Demo Inc.";
	if (how->bytes == 0)
		how->bytes = 10000;
	if (how->packets == 0)
		how->packets = 20;
	if (how->to_ms == 0) {
		how->from_ms = 5000;
		how->to_ms = 11000;
	}
	if (how->dissector == DISSECTOR_NONE)
		how->dissector = DISSECTOR_TLS;
	if (how->tls == 0)
		how->tls = 0x0303;
}

static inline void
made_flow_fill(struct made_flow *m, const struct make_stream *how, uint32_t id)
{
	bool ours = how->dissector < DISSECTOR_TLS;

	m->flow.id = id;
	m->flow.key.proto = ours || how->dissector == DISSECTOR_QUIC ? 17 : 6;
	m->flow.mid_flow = how->mid_flow;
	m->flow.side[0] = (struct flow_side){ .packets = how->packets,
		.payload_bytes = how->bytes };
	m->flow.side[1] = (struct flow_side){ .packets = how->packets,
		.payload_bytes = 500 };
	m->flow.streams = &m->stream;
	m->flow.stream_count = 1;
	m->stream.certain = true;
	m->stream.packets[0] = how->packets;
	m->stream.payload_bytes[0] = how->bytes;
	m->stream.first_ns = make_time(how->from_ms);
	m->stream.last_ns = make_time(how->to_ms);
	m->stream.first_frame = 100;
	m->stream.last_frame = 100 + how->packets - 1;
	made_packets(m, how);
	if (ours) {
		m->stream.dissector = (uint8_t)how->dissector;
		m->stream.has_rtp = true;
		m->stream.rtp = &m->rtp;
		return;
	}
	/* Two messages up: the hello, and all the rest. */
	m->flow.shape = &m->shape;
	m->shape.units[0] = 2;
	m->shape.unit_bytes[0] = how->bytes;
	m->shape.unit_square_sum[0] = how->bytes <= 500
					  ? (double)how->bytes * how->bytes
					  : 500.0 * 500.0 + (how->bytes - 500.0) *
								(how->bytes - 500.0);
	m->ndpi.dissector = (uint8_t)how->dissector;
	m->ndpi.protocol = how->dissector == DISSECTOR_HTTP ? "HTTP" : "TLS";
	m->ndpi.tls_version = how->dissector == DISSECTOR_TLS ? how->tls : 0;
}

static inline const struct signature *
make_tie_signature(const struct world *w, enum make_tie tie)
{
	return tie == MAKE_BESIDE      ? &w->services
	       : tie == MAKE_OTHER_APP ? &w->rival
				       : &w->demo;
}

/* Adds it; returns its flow, to be changed further. */
static inline struct judged_flow *
world_stream(struct world *w, struct make_stream how)
{
	uint32_t at = (uint32_t)w->session.flow_count;
	struct made_flow *m = &w->made[at];
	struct judged_flow *j = &w->flows[at];

	assert_true(at < MAKE_FLOWS);
	make_stream_defaults(&how);
	w->session.flow_count++;
	pulses_free(&m->stream.pulses[0], &w->pool);
	memset(m, 0, sizeof(*m));
	made_flow_fill(m, &how, at + 1);
	m->stream.pulses[0].shift = m->stream.pulses[1].shift = PULSE_SHIFT;
	world_pulses(w, at);
	m->rule = (struct rule){ .id = "made",
		.signature = make_tie_signature(w, how.tie),
		.strength = how.strength,
		.entity = how.nobody ? NULL : how.entity };
	m->finding = (struct finding){ .stream = &m->stream,
		.up_packets = how.packets,
		.up_bytes = how.bytes,
		.verdict = { .category = (uint8_t)how.category,
		    .kind = (uint8_t)how.kind,
		    .strength = (uint8_t)how.strength,
		    .basis = BASIS_RULE,
		    .dissector = (uint8_t)how.dissector,
		    .rule = &m->rule,
		    .host = how.nobody ? NULL : "host.example" } };
	*j = (struct judged_flow){ .flow = &m->flow,
		.ndpi = how.dissector < DISSECTOR_TLS ? NULL : &m->ndpi,
		.who = how.nobody ? NULL : &m->rule,
		.app = how.tie == MAKE_BESIDE
			   ? NULL
			   : make_tie_signature(w, how.tie),
		.app_associated = how.tie == MAKE_ASSOCIATED,
		.entity = how.entity,
		.country = how.country,
		.country_source = how.country_source,
		.label = "203.0.113.20",
		.party = how.nobody			       ? PARTY_UNKNOWN
			 : strcmp(how.entity, "Demo Inc.") == 0 ? PARTY_FIRST
								: PARTY_THIRD,
		.finding_count = 1,
		.findings = &m->finding };
	if (j->entity != NULL)
		j->identity.host = "host.example";
	return j;
}

/* To another server than all the rest; of no claim's data. */
static inline struct judged_flow *
world_elsewhere(struct world *w)
{
	struct judged_flow *j = world_stream(
	    w, (struct make_stream){ .category = CATEGORY_SIGNALLING, .kind = KIND_CONFIG });

	w->made[j - w->flows].flow.key.end[1].addr =
	    (struct addr){ .family = 4, .bytes = { 203, 0, 113, 99 } };
	return j;
}

/* A state from a time up to another, as the session would tell it. */
static inline void
world_span(
    struct world *w, enum state s, int64_t from_ms, int64_t to_ms, bool inferred)
{
	assert_true(w->session.span_count < MAKE_SPANS);
	w->spans[w->session.span_count++] = (struct state_span){ .state = s,
		.from_ns = make_time(from_ms),
		.to_ns = make_time(to_ms),
		.inferred = inferred };
	if (!inferred)
		w->session.declared[s] = true;
}

static inline void
world_mark(struct world *w, enum state s, int64_t at_ms, bool on)
{
	struct mark m = { .time_ns = make_time(at_ms), .state = s, .on = on };

	if (w->marks == NULL)
		w->marks = marks_new();
	assert_non_null(w->marks);
	assert_int_equal(marks_add(w->marks, &m), 0);
	w->session.declared[s] = true;
	w->session.input.marks = w->marks;
}

/* The policy of these claims; "says: never, data: telemetry" is the first, "c1". */
static inline const struct policy *
world_policy(struct world *w, const char *covers, const char *const *claims, size_t count)
{
	char text[8192];
	size_t at = 0;
	struct error e = { 0 };

	at += (size_t)snprintf(text, sizeof(text), MAKE_POLICY "%sclaims:\n", covers);
	for (size_t i = 0; i < count; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at,
		    "  - {id: c%zu, %s%s%s}\n", i + 1, claims[i],
		    strstr(claims[i], "testable:") ? "" : ", testable: yes",
		    strstr(claims[i], "restated:") ? "" : ", quote: \"q\"");
	assert_true(at < sizeof(text));
	policy_free(w->policy);
	w->policy = policy_parse("demo.yaml", text, at, w->ontologies, &e);
	error_write(&e, stderr);
	error_clear(&e);
	assert_non_null(w->policy);
	return w->policy;
}

static inline const struct judgement *
world_judge(struct world *w)
{
	judgement_free(w->judgement);
	w->judgement = policy_judge(w->policy, w->ontologies, &w->session, w->damaged);
	assert_non_null(w->judgement);
	assert_int_equal(w->judgement->outcome_count, w->policy->claim_count);
	return w->judgement;
}

/* The outcome of one claim on its own; its reason is a sentence. */
static inline const struct claim_outcome *
world_claim(struct world *w, const char *claim)
{
	const struct claim_outcome *o = NULL;

	world_policy(w, "", &claim, 1);
	o = &world_judge(w)->outcomes[0];
	assert_ptr_equal(o->claim, &w->policy->claims[0]);
	assert_non_null(o->why);
	assert_true(strlen(o->why) > 20);
	assert_int_equal(o->why[strlen(o->why) - 1], '.');
	assert_true(o->evidence_count <= o->evidence_total);
	return o;
}

static inline void
assert_outcome_at(
    const struct claim_outcome *o, enum outcome want, const char *why, const char *file,
    int line)
{
	if (o->outcome != want)
		_fail(file, line);
	if (why != NULL && strstr(o->why, why) == NULL) {
		print_error("'%s' is not in '%s'\n", why, o->why);
		_fail(file, line);
	}
}

/* The claim's outcome, and words of its reason. */
#define assert_outcome(w, claim, want, why)                                              \
	assert_outcome_at(world_claim(w, claim), want, why, __FILE__, __LINE__)

#define WORLD(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

#endif
