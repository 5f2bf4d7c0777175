/* SPDX-License-Identifier: Apache-2.0 */
/* A policy as a result: claims are findings, streams are observations. */
#include "oscal.h"

/* A result in the making. */
struct result {
	const struct oscal *oscal;
	const json_t *policy;
	const char *name;
	json_t *observations; /* by the stream's key */
	json_t *risks, *findings;
};

bool
oscal_is_accused(const json_t *disclosure)
{
	return strcmp(json_text_of(disclosure, "severity", "none"), "none") != 0;
}

/* Observations. */

static const char *
remote_name(const json_t *remote)
{
	return json_text_of(remote, "entity",
	    json_text_of(remote, "host", json_text_of(remote, "ip", "nobody known")));
}

static json_t *
observation_text(const json_t *record)
{
	const json_t *remote = json_object_get(record, "remote");
	const json_t *stream = json_object_get(record, "stream");
	const json_t *up = json_object_get(stream, "up");

	if (stream == NULL)
		return oscal_text("The record of this stream is missing.");
	return oscal_text("%lld bytes of %s went up to %s (%s, %s, port %lld): %s",
	    (long long)json_count_of(up, "payload_bytes"),
	    json_text_of(stream, "category", "unknown"), remote_name(remote),
	    json_text_of(remote, "host", "no name"), json_text_of(remote, "ip", "?"),
	    (long long)json_count_of(remote, "port"), json_text_of(stream, "why", "?"));
}

static json_t *
observation_props(const json_t *record)
{
	const json_t *remote = json_object_get(record, "remote");
	const json_t *stream = json_object_get(record, "stream");
	const json_t *up = json_object_get(stream, "up");
	const json_t *process = json_object_get(record, "process");
	json_t *props = json_array();

	oscal_prop(&props, "category", json_text_of(stream, "category", NULL));
	oscal_prop(&props, "kind", json_text_of(stream, "kind", NULL));
	oscal_prop(&props, "strength", json_text_of(stream, "strength", NULL));
	oscal_prop(&props, "rule", json_text_of(stream, "rule", NULL));
	oscal_prop(&props, "recipient", json_text_of(remote, "entity", NULL));
	oscal_prop(&props, "party", json_text_of(remote, "party", NULL));
	oscal_prop(&props, "country", json_text_of(remote, "country", NULL));
	oscal_prop(
	    &props, "country-source", json_text_of(remote, "country_source", NULL));
	oscal_prop(&props, "program", json_text_of(process, "exe", NULL));
	oscal_prop_count(&props, "up-bytes", json_count_of(up, "payload_bytes"));
	oscal_prop_count(&props, "up-packets", json_count_of(up, "packets"));
	return props;
}

/* The stream's observation, made when it is first asked for: a loan. */
static json_t *
observation(struct result *r, json_int_t flow, json_int_t stream, const char *type)
{
	const struct oscal *o = r->oscal;
	const json_t *record = NULL;
	json_t *made = NULL;
	char key[48];

	(void)oscal_stream_key(flow, stream, key);
	if ((made = json_object_get(r->observations, key)) != NULL)
		return made;
	record = json_object_get(o->streams, key);
	made = json_pack("{s:o, s:o, s:o, s:[s], s:[s], s:o}", "uuid",
	    oscal_uuid(o, "observation/%s/%s", r->name, key), "title",
	    oscal_text("Flow %lld, stream %lld", (long long)flow, (long long)stream),
	    "description", observation_text(record), "methods", "TEST", "types", type,
	    "collected",
	    oscal_time(o, json_text_of(json_object_get(record, "stream"), "last", NULL)));
	oscal_add_list(&made, "props", observation_props(record));
	json_map_add(&made, "relevant-evidence",
	    json_pack("[{s:s, s:o}]", "href", "flows.ndjson", "description",
		oscal_text("The record with id %lld, stream %lld of it.", (long long)flow,
		    (long long)stream)));
	json_map_add(&r->observations, key, made);
	return json_object_get(r->observations, key);
}

static json_t *
reference(const char *key, const json_t *part)
{
	return json_pack("{s:o}", key, json_text(json_text_of(part, "uuid", NULL)));
}

/* Adds to a list within a part of r->observations. */
static void
observation_add(struct result *r, json_t *made, const char *key, json_t *value)
{
	if (json_array_append_new(json_object_get(made, key), value) == 0)
		return;
	json_decref(r->observations);
	r->observations = NULL;
}

static void
observe_frames(
    struct result *r, json_t *made, const json_t *claim, const json_t *evidence)
{
	const json_t *frames = json_object_get(evidence, "frames");
	long long first = (long long)json_integer_value(json_array_get(frames, 0));
	long long last = (long long)json_integer_value(json_array_get(frames, 1));
	json_t *props = json_array();

	oscal_prop(&props, "claim", json_text_of(claim, "claim", NULL));
	oscal_prop_count(&props, "first-frame", first);
	oscal_prop_count(&props, "last-frame", last);
	oscal_prop_count(&props, "packets", json_count_of(evidence, "packets"));
	oscal_prop_count(&props, "bytes", json_count_of(evidence, "bytes"));
	observation_add(r, made, "relevant-evidence",
	    json_pack("{s:s, s:o, s:o}", "href", "report.json", "description",
		oscal_text("What claim %s rests on: packets within frames %lld to %lld.",
		    json_text_of(claim, "claim", "?"), first, last),
		"props", props));
}

/* The observations of a claim's evidence, as references. */
static json_t *
observe_claim(struct result *r, const json_t *claim)
{
	const json_t *evidence = json_object_get(claim, "evidence");
	json_t *list = json_array();

	for (size_t i = 0; i < json_array_size(evidence); i++) {
		const json_t *item = json_array_get(evidence, i);
		json_t *made = observation(r, json_count_of(item, "flow"),
		    json_count_of(item, "stream"), "control-objective");

		observe_frames(r, made, claim, item);
		json_list_add(&list, reference("observation-uuid", made));
	}
	return list;
}

/* Findings and risks. */

/* OSCAL has two states. What is no more than not refuted is never called satisfied. */
static void
finding_status(const char *outcome, const char **state, const char **reason)
{
	static const struct {
		const char *outcome, *state, *reason;
	} rows[] = {
		{ "supported", "satisfied", "pass" },
		{ "contradicted", "not-satisfied", "fail" },
	};

	*state = "not-satisfied";
	*reason = "other";
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (strcmp(outcome, rows[i].outcome) == 0) {
			*state = rows[i].state;
			*reason = rows[i].reason;
		}
}

static json_t *
finding_target(const struct result *r, const json_t *claim)
{
	const char *outcome = json_text_of(claim, "outcome", "?");
	const char *state = NULL, *reason = NULL;

	finding_status(outcome, &state, &reason);
	return json_pack("{s:s, s:o, s:{s:s, s:s, s:o}}", "type", "objective-id",
	    "target-id", oscal_token("%s.%s", r->name, json_text_of(claim, "claim", "?")),
	    "status", "state", state, "reason", reason, "remarks",
	    oscal_text("The outcome is %s.", outcome));
}

static json_t *
finding_props(const json_t *claim)
{
	json_t *props = json_array();

	oscal_prop(&props, "outcome", json_text_of(claim, "outcome", NULL));
	oscal_prop(&props, "severity", json_text_of(claim, "severity", NULL));
	oscal_prop(&props, "strength", json_text_of(claim, "strength", NULL));
	oscal_prop(&props, "says", json_text_of(claim, "says", NULL));
	oscal_prop(&props, "testable", json_text_of(claim, "testable", NULL));
	oscal_prop_count(&props, "up-bytes", json_count_of(claim, "up_bytes"));
	oscal_prop_count(&props, "streams", json_count_of(claim, "evidence_total"));
	return props;
}

static json_t *
risk(const struct result *r, const char *about, json_t *title, json_t *description,
    json_t *statement, const char *severity)
{
	json_t *props = json_array();

	oscal_prop(&props, "severity", severity);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:s}", "uuid",
	    oscal_uuid(r->oscal, "risk/%s/%s", r->name, about), "title", title,
	    "description", description, "statement", statement, "props", props, "status",
	    "open");
}

static json_t *
claim_risk(const struct result *r, const json_t *claim, const json_t *observed)
{
	const char *id = json_text_of(claim, "claim", "?");
	json_t *made = risk(r, id, oscal_text("Contradicted: %s", id),
	    oscal_text("%s", json_text_of(claim, "why", "?")),
	    oscal_text("The vendor says: %s",
		json_text_of(claim, "quote", json_text_of(claim, "restated", "?"))),
	    json_text_of(claim, "severity", NULL));

	oscal_add_list(&made, "related-observations", json_deep_copy(observed));
	return made;
}

static json_t *
finding(struct result *r, const json_t *claim)
{
	const char *id = json_text_of(claim, "claim", "?");
	json_t *observed = observe_claim(r, claim), *made = NULL;

	made = json_pack("{s:o, s:s, s:o, s:o}", "uuid",
	    oscal_uuid(r->oscal, "finding/%s/%s", r->name, id), "title", id,
	    "description", oscal_text("%s", json_text_of(claim, "why", "?")), "target",
	    finding_target(r, claim));
	oscal_add_list(&made, "props", finding_props(claim));
	if (strcmp(json_text_of(claim, "outcome", ""), "contradicted") == 0) {
		json_t *its = observed ? claim_risk(r, claim, observed) : NULL;

		json_map_add(&made, "related-risks",
		    json_pack("[o]", reference("risk-uuid", its)));
		json_list_add(&r->risks, its);
	}
	oscal_add_list(&made, "related-observations", observed);
	return made;
}

/* Streams that the policy leaves out, a risk for each recipient. */

struct omitted {
	json_t *streams; /* of each recipient by name: references */
	json_t *first;   /* of each: the first disclosure, a copy */
};

static void
omitted_add(struct result *r, struct omitted *m, const json_t *disclosure)
{
	json_int_t flow = json_count_of(disclosure, "flow");
	json_int_t stream = json_count_of(disclosure, "stream");
	const json_t *made = observation(r, flow, stream, "discovery");
	const json_t *record = NULL;
	const char *name = NULL;
	char key[48];

	record = json_object_get(r->oscal->streams, oscal_stream_key(flow, stream, key));
	name = remote_name(json_object_get(record, "remote"));
	if (json_object_get(m->streams, name) == NULL) {
		json_map_add(&m->streams, name, json_array());
		json_map_add(&m->first, name, json_deep_copy(disclosure));
	}
	if (json_array_append_new(json_object_get(m->streams, name),
		reference("observation-uuid", made)) != 0)
		json_map_add(&m->streams, name, NULL);
}

static void
omitted_risks(struct result *r, struct omitted *m)
{
	const char *name = NULL;
	json_t *streams = NULL;

	json_object_foreach(m->streams, name, streams)
	{
		const json_t *first = json_object_get(m->first, name);
		json_t *made = NULL;
		char about[512];

		snprintf(about, sizeof(about), "undisclosed/%s", name);
		made = risk(r, about, oscal_text("Not disclosed: data to %s", name),
		    oscal_text("%zu streams went to %s; of the first: %s",
			json_array_size(streams), name, json_text_of(first, "why", "?")),
		    oscal_text("No claim of %s covers these streams.", r->name),
		    json_text_of(first, "severity", NULL));
		oscal_add_list(&made, "related-observations", json_incref(streams));
		json_list_add(&r->risks, made);
	}
	if (m->streams == NULL || m->first == NULL)
		json_list_add(&r->risks, NULL);
}

static void
result_omitted(struct result *r)
{
	const json_t *list = json_object_get(r->policy, "disclosures");
	struct omitted m = { json_object(), json_object() };

	for (size_t i = 0; i < json_array_size(list); i++)
		if (oscal_is_accused(json_array_get(list, i)))
			omitted_add(r, &m, json_array_get(list, i));
	omitted_risks(r, &m);
	json_decref(m.streams);
	json_decref(m.first);
}

/* The result. */

static json_t *
values_of(json_t *map)
{
	json_t *list = map != NULL ? json_array() : NULL, *value = NULL;
	const char *key = NULL;

	json_object_foreach(map, key, value) json_list_add(&list, json_incref(value));
	return list;
}

static json_t *
reviewed(const struct result *r)
{
	const json_t *claims = json_object_get(r->policy, "claims");
	json_t *objectives = json_array();
	json_t *made = json_pack("{s:[{s:[{s:o}]}]}", "control-selections",
	    "include-controls", "control-id", oscal_token("%s", r->name));

	for (size_t i = 0; i < json_array_size(claims); i++)
		json_list_add(&objectives,
		    json_pack("{s:o}", "objective-id",
			oscal_token("%s.%s", r->name,
			    json_text_of(json_array_get(claims, i), "claim", "?"))));
	if (objectives != NULL && json_array_size(objectives) == 0)
		json_decref(objectives);
	else
		json_map_add(&made, "control-objective-selections",
		    json_pack("[{s:o}]", "include-objectives", objectives));
	return made;
}

static json_t *
result_props(const struct result *r)
{
	json_t *props = json_array();

	oscal_prop(&props, "policy", json_text_of(r->policy, "policy", NULL));
	oscal_prop(&props, "vendor", json_text_of(r->policy, "vendor", NULL));
	oscal_prop(&props, "document", json_text_of(r->policy, "document", NULL));
	oscal_prop(&props, "effective", json_text_of(r->policy, "effective", NULL));
	oscal_prop(&props, "app", json_text_of(r->policy, "app", NULL));
	oscal_prop(&props, "sha256", json_text_of(r->policy, "sha256", NULL));
	oscal_prop(&props, "severity", json_text_of(r->policy, "severity", NULL));
	return props;
}

/* What keeps this capture from showing absence. */
static json_t *
result_remarks(const struct oscal *o)
{
	const json_t *gates = json_object_get(o->report, "gates");
	json_t *text = json_string(
	    "A finding that is not satisfied for another reason than fail accuses "
	    "nobody: its property outcome says what is known.");

	for (size_t i = 0; text != NULL && i < json_array_size(gates); i++) {
		const json_t *gate = json_array_get(gates, i);
		json_t *longer = NULL;

		if (!json_is_true(json_object_get(gate, "closed")))
			continue;
		longer = oscal_text("%s Absence shows nothing here: %s.",
		    json_string_value(text), json_text_of(gate, "why", "?"));
		json_decref(text);
		text = longer;
	}
	return text;
}

json_t *
oscal_result(const struct oscal *o, const json_t *policy)
{
	const json_t *claims = json_object_get(policy, "claims");
	struct result r = { o, policy, json_text_of(policy, "policy", "no-policy"),
		json_object(), json_array(), json_array() };
	json_t *made = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "uuid",
	    oscal_uuid(o, "result/%s", r.name), "title",
	    policy != NULL ? oscal_text("%s: %s", json_text_of(policy, "vendor", "?"),
				 json_text_of(policy, "document", "?"))
			   : oscal_text("No policy was held against this capture"),
	    "description",
	    oscal_text("%s",
		json_text_of(policy, "answer", "Nothing was asked of the traffic.")),
	    "start", oscal_time(o, o->first), "end", oscal_time(o, o->last),
	    "reviewed-controls", reviewed(&r));

	for (size_t i = 0; i < json_array_size(claims); i++)
		json_list_add(&r.findings, finding(&r, json_array_get(claims, i)));
	result_omitted(&r);
	oscal_add_list(&made, "props", result_props(&r));
	oscal_add_list(&made, "observations", values_of(r.observations));
	oscal_add_list(&made, "risks", r.risks);
	oscal_add_list(&made, "findings", r.findings);
	json_map_add(&made, "remarks", result_remarks(o));
	json_decref(r.observations);
	return made;
}
