/* SPDX-License-Identifier: Apache-2.0 */
/* The judgements: each policy's claims, and how its streams are disclosed. */
#include "json.h"

static json_t *
json_terms(const struct term *const *terms, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_list_add(&list, json_string(terms[i]->id));
	return list;
}

static json_t *
json_evidence(const struct claim_outcome *o)
{
	json_t *list = json_array();

	for (size_t i = 0; i < o->evidence_count; i++) {
		const struct evidence *e = &o->evidence[i];
		const struct json_entry entries[] = {
			{ "flow", json_count(e->flow) },
			{ "stream", json_count(e->stream) },
			{ "frames", json_pack("[I, I]", (json_int_t)e->first_frame,
					(json_int_t)e->last_frame) },
			{ "packets", json_count(e->packets) },
			{ "bytes", json_count(e->bytes) },
		};

		json_list_add(&list, json_map(entries, COUNT_OF(entries)));
	}
	return list;
}

static json_t *
json_claim(const struct claim_outcome *o)
{
	const struct claim *c = o->claim;
	const struct json_entry entries[] = {
		{ "claim", json_text(c->id) },
		{ "topic", json_text(c->topic) },
		{ "section", json_text(c->section) },
		{ "quote", json_text(c->quote) },
		{ "restated", json_text(c->restated) },
		{ "quote_check", json_text(quote_check_name(c->quote_check)) },
		{ "version_date", json_text(c->version_date) },
		{ "source", json_text(c->source) },
		{ "says", json_text(says_name(c->says)) },
		{ "data", json_terms(c->data, c->data_count) },
		{ "recipients", json_terms(c->recipients, c->recipient_count) },
		{ "purposes", json_terms(c->purposes, c->purpose_count) },
		{ "regions", json_terms(c->regions, c->region_count) },
		{ "when", json_text(when_name(c->when)) },
		{ "unless",
		    json_text(c->unless == STATES ? NULL : state_name(c->unless)) },
		{ "testable", json_text(testable_name(c->testable)) },
		{ "how", json_text(c->how) },
		{ "outcome", json_text(outcome_name(o->outcome)) },
		{ "severity", json_text(severity_name(o->severity)) },
		{ "strength", json_text(strength_name(o->strength)) },
		{ "why", json_text(o->why) },
		{ "up_bytes", json_count(o->up_bytes) },
		{ "evidence_total", json_count(o->evidence_total) },
		{ "evidence", json_evidence(o) },
	};

	return json_map(entries, COUNT_OF(entries));
}

static json_t *
json_claims(const struct judgement *j)
{
	json_t *list = json_array();

	for (size_t i = 0; i < j->outcome_count; i++)
		json_list_add(&list, json_claim(&j->outcomes[i]));
	return list;
}

static json_t *
json_disclosure(const struct stream_disclosure *d)
{
	const struct json_entry entries[] = {
		{ "flow", json_count(d->flow) },
		{ "stream", json_count(d->stream) },
		{ "disclosure", json_text(disclosure_name(d->disclosure)) },
		{ "claim", json_text(d->claim ? d->claim->id : NULL) },
		{ "other", json_text(d->other ? d->other->id : NULL) },
		{ "label", json_text(d->label[0] ? d->label : NULL) },
		{ "entity_vagueness", json_decimal(d->entity_vagueness) },
		{ "data_vagueness", json_decimal(d->data_vagueness) },
		{ "severity", json_text(severity_name(d->severity)) },
		{ "strength", json_text(strength_name(d->strength)) },
		{ "up_bytes", json_count(d->up_bytes) },
		{ "why", json_text(d->why) },
	};

	return json_map(entries, COUNT_OF(entries));
}

static json_t *
json_disclosures(const struct judgement *j)
{
	json_t *list = json_array();

	for (size_t i = 0; i < j->disclosure_count; i++)
		json_list_add(&list, json_disclosure(&j->disclosures[i]));
	return list;
}

static json_t *
json_summary(const struct judgement *j)
{
	json_t *map = json_object();

	for (unsigned o = 0; o < OUTCOMES; o++)
		json_map_add(&map, outcome_name(o), json_count(j->claims[o]));
	return map;
}

static json_t *
json_disclosure_summary(const struct judgement *j)
{
	json_t *map = json_object();

	for (unsigned d = 0; d < DISCLOSURES; d++)
		json_map_add(&map, disclosure_name(d), json_count(j->streams[d]));
	return map;
}

static json_t *
json_tensions(const struct judgement *j)
{
	json_t *list = json_array();

	for (size_t i = 0; i < j->tension_count; i++) {
		const struct tension *t = &j->tensions[i];
		const struct json_entry entries[] = {
			{ "label", json_text(t->label) },
			{ "positive", json_text(t->positive->id) },
			{ "negative", json_text(t->negative->id) },
		};

		json_list_add(&list, json_map(entries, COUNT_OF(entries)));
	}
	return list;
}

static json_t *
json_first_party(const struct policy *p)
{
	json_t *list = json_array();

	for (const char *const *name = p->first_party; name && *name; name++)
		json_list_add(&list, json_text(*name));
	return list;
}

static json_t *
json_source(const struct policy *p)
{
	const struct json_entry entries[] = {
		{ "url", json_text(p->url) },
		{ "archive", json_text(p->archive) },
		{ "sha256", json_text(p->document_sha256) },
	};

	return json_map(entries, COUNT_OF(entries));
}

static json_t *
json_policy(const struct report *r, const struct judgement *j)
{
	const struct policy *p = j->policy;
	const struct json_entry unjudged[] = {
		{ "streams", json_count(j->unjudged_streams) },
		{ "up_bytes", json_count(j->unjudged_bytes) },
	};
	const struct json_entry entries[] = {
		{ "policy", json_text(p->name) },
		{ "vendor", json_text(p->vendor) },
		{ "document", json_text(p->document) },
		{ "effective", json_text(p->effective) },
		{ "app", json_text(p->app) },
		{ "source", json_source(p) },
		{ "first_party", json_first_party(p) },
		{ "sha256", json_text(p->sha256) },
		{ "note", json_text(p->note) },
		{ "answer", json_answer(r, j) },
		{ "severity", json_text(severity_name(j->severity)) },
		{ "summary", json_summary(j) },
		{ "claims", json_claims(j) },
		{ "disclosures", json_disclosures(j) },
		{ "disclosure_summary", json_disclosure_summary(j) },
		{ "not_judged", json_map(unjudged, COUNT_OF(unjudged)) },
		{ "tensions", json_tensions(j) },
	};

	return json_map(entries, COUNT_OF(entries));
}

json_t *
json_policies(const struct report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->judgement_count; i++)
		json_list_add(&list, json_policy(r, r->judgements[i]));
	return list;
}

/* They are of the capture, so they are the same in every judgement. */
json_t *
json_gates(const struct report *r)
{
	json_t *list = json_array();

	for (unsigned i = 0; r->judgement_count > 0 && i < GATES; i++) {
		const struct gate *g = &r->judgements[0]->gates[i];
		const struct json_entry entries[] = {
			{ "gate", json_text(g->name) },
			{ "limit", json_text(g->limit) },
			{ "value", json_decimal(g->value) },
			{ "closed", json_boolean(g->closed) },
			{ "why", json_string(g->why) },
		};

		json_list_add(&list, json_map(entries, COUNT_OF(entries)));
	}
	return list;
}

json_t *
json_result(const struct report *r)
{
	enum severity worst = SEVERITY_NONE;
	size_t contradicted = 0, omitted = 0;

	for (size_t i = 0; i < r->judgement_count; i++) {
		const struct judgement *j = r->judgements[i];

		contradicted += j->claims[OUTCOME_CONTRADICTED];
		omitted += j->accused;
		if (j->severity > worst)
			worst = j->severity;
	}
	return json_pack("{s:I, s:I, s:s}", "contradicted", (json_int_t)contradicted,
	    "omitted", (json_int_t)omitted, "severity", severity_name(worst));
}
