/* SPDX-License-Identifier: Apache-2.0 */
/* report.json: everything of a session but the flows themselves. */
#include "json.h"

static json_t *
json_environment(const struct report *r)
{
	json_t *command = json_array();

	for (const char *const *c = r->environment.command; c != NULL && *c != NULL; c++)
		json_array_append_new(command, json_text(*c));
	return json_pack("{s:o, s:o, s:o, s:s, s:s, s:o, s:o, s:o}", "host",
	    json_text(r->environment.host), "started", json_text(r->environment.started),
	    "command", command, "version", CALLWITNESS_VERSION, "ndpi",
	    inspector_version(), "ended", json_text(r->environment.ended), "interface",
	    json_text(r->environment.interface), "programs",
	    json_text(r->environment.programs));
}

/* Where a file lay is nobody's business, and differs from machine to machine. */
static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static json_t *
json_file(const struct capture_file *f)
{
	return json_pack("{s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:b, s:o}", "name",
	    json_text(base_name(f->name)), "format", json_text(f->format), "sha256",
	    json_text(f->sha256[0] ? f->sha256 : NULL), "packets", (json_int_t)f->packets,
	    "bytes", (json_int_t)f->bytes, "filtered", (json_int_t)f->filtered, "drops",
	    (json_int_t)f->drops, "truncated", f->truncated, "damage",
	    json_text(f->damage[0] ? f->damage : NULL));
}

static json_t *
json_capture(const struct report *r)
{
	const struct traffic *stats = &r->session->input.traffic;
	json_t *files = json_array(), *locals = json_array();
	char addr[ADDR_TEXT_SIZE];

	for (size_t i = 0; i < r->file_count; i++)
		json_array_append_new(files, json_file(&r->files[i]));
	for (size_t i = 0; i < r->session->local_count; i++)
		json_array_append_new(
		    locals, json_pack("{s:s, s:o}", "ip",
				addr_text(&r->session->locals[i].addr, addr), "why",
				json_text(r->session->locals[i].why)));
	return json_pack("{s:o, s:o, s:o, s:o}", "files", files, "first",
	    stats->frames ? json_time(stats->first_ns) : json_null(), "last",
	    stats->frames ? json_time(stats->last_ns) : json_null(), "local", locals);
}

static json_t *
json_decoder(const struct decoder_stats *d)
{
	json_t *frames = json_object();

	for (unsigned i = 0; i < PACKET_RESULTS; i++)
		json_object_set_new(frames, packet_result_name(i),
		    json_integer((json_int_t)d->results[i]));
	return frames;
}

static json_t *
json_unknowns(const struct session *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->unknown_count; i++)
		json_array_append_new(
		    list, json_pack("{s:s, s:i, s:I, s:I}", "dissector",
			      dissector_name(s->unknowns[i].dissector), "type",
			      s->unknowns[i].type, "packets",
			      (json_int_t)s->unknowns[i].packets, "up_bytes",
			      (json_int_t)s->unknowns[i].up_bytes));
	return list;
}

static json_t *
json_coverage(const struct report *r)
{
	const struct traffic *stats = &r->session->input.traffic;
	const struct coverage *c = &r->session->coverage;
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = { { "kernel_drops", c->kernel_drops }, { "snapped", c->snapped },
		{ "mid_flow", c->mid_flow }, { "unnamed_up_bytes", c->unnamed_up_bytes },
		{ "unlisted_up_bytes", c->unlisted_up_bytes },
		{ "unknown_up_bytes", c->unknown_up_bytes },
		{ "evicted_flows", c->evicted_flows },
		{ "folded_flows", c->folded_flows },
		{ "folded_payload_bytes", c->folded_payload_bytes },
		{ "names_forgotten", c->names_forgotten },
		{ "fragments_dropped", stats->decoder.fragments_dropped },
		{ "payload_bytes", c->payload_bytes },
		{ "accounted_bytes", c->accounted_bytes } };
	json_t *coverage = json_object();

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		json_object_set_new(
		    coverage, rows[i].name, json_integer((json_int_t)rows[i].value));
	json_object_set_new(coverage, "owned_up_bytes",
	    c->owners_known ? json_count(c->owned_up_bytes) : json_null());
	json_object_set_new(coverage, "unowned_up_bytes",
	    c->owners_known ? json_count(c->unowned_up_bytes) : json_null());
	json_object_set_new(coverage, "frames", json_decoder(&stats->decoder));
	json_object_set_new(coverage, "unknown_messages", json_unknowns(r->session));
	json_object_set_new(coverage, "conserved", json_boolean(c->conserved));
	return coverage;
}

static json_t *
json_side_totals(const struct category_total totals[CATEGORIES])
{
	json_t *object = json_object();

	for (unsigned c = 0; c < CATEGORIES; c++) {
		json_t *kinds = json_object(), *strengths = json_object();

		for (unsigned i = 0; i < STRENGTHS; i++)
			if (totals[c].strengths[i] > 0)
				json_object_set_new(strengths, strength_name(i),
				    json_integer((json_int_t)totals[c].strengths[i]));
		for (unsigned k = KIND_NONE + 1; k < KINDS; k++)
			if (totals[c].kinds[k].packets > 0)
				json_object_set_new(kinds, kind_name(k),
				    json_integer((json_int_t)totals[c].kinds[k].bytes));
		json_object_set_new(object, category_name(c),
		    json_pack("{s:I, s:I, s:o, s:o}", "bytes",
			(json_int_t)totals[c].bytes, "packets",
			(json_int_t)totals[c].packets, "kinds", kinds, "strengths",
			strengths));
	}
	return object;
}

static json_t *
json_totals(const struct report *r)
{
	return json_pack("{s:o, s:o}", "up", json_side_totals(r->session->up), "down",
	    json_side_totals(r->session->down));
}

static json_t *
json_hosts(const struct recipient *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->host_count; i++)
		json_list_add(&list, json_text(r->hosts[i]));
	return list;
}

static json_t *
json_recipient(const struct recipient *r)
{
	const struct json_entry entries[] = {
		{ "entity", json_text(r->entity) },
		{ "party", json_text(party_name(r->party)) },
		{ "country", json_text(r->country) },
		{ "country_source", json_text(country_source_name(r->country_source)) },
		{ "registered", json_text(r->registered) },
		{ "asn", r->asn ? json_count(r->asn) : json_null() },
		{ "network", json_text(r->network) },
		{ "hosts", json_hosts(r) },
		{ "up", json_categories(r->up) },
	};

	return json_map(entries, COUNT_OF(entries));
}

static json_t *
json_recipients(const struct report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->session->recipient_count; i++)
		json_list_add(&list, json_recipient(&r->session->recipients[i]));
	return list;
}

static json_t *
json_signatures(const struct report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < signatures_count(r->signatures); i++) {
		const struct signature *s = signatures_at(r->signatures, i);

		json_array_append_new(
		    list, json_pack("{s:o, s:o, s:s}", "signature", json_text(s->name),
			      "version", json_text(s->version), "sha256", s->sha256));
	}
	return list;
}

static json_t *
json_apps(const struct report *r)
{
	const struct session *s = r->session;
	json_t *apps = json_array();

	for (size_t i = 0; i < s->app_count; i++)
		json_array_append_new(
		    apps, json_pack("{s:o, s:o, s:I, s:I}", "app",
			      json_text(s->apps[i].signature->name), "title",
			      json_text(s->apps[i].signature->title), "flows",
			      (json_int_t)s->apps[i].flows, "bytes",
			      (json_int_t)s->apps[i].bytes));
	return apps;
}

static json_t *
json_app(const struct report *r)
{
	return json_text(r->session->app ? r->session->app->name : NULL);
}

static json_t *
json_schema(const struct report *r)
{
	(void)r;
	return json_string("callwitness-report-1");
}

json_t *
json_report(const struct report *r)
{
	static const struct {
		const char *key;
		json_t *(*make)(const struct report *r);
	} parts[] = {
		{ "schema", json_schema },
		{ "environment", json_environment },
		{ "capture", json_capture },
		{ "app", json_app },
		{ "apps", json_apps },
		{ "signatures", json_signatures },
		{ "inputs", json_used },
		{ "coverage", json_coverage },
		{ "totals", json_totals },
		{ "recipients", json_recipients },
		{ "states", json_states },
		{ "marks", json_marks },
		{ "timeline", json_timeline },
		{ "gates", json_gates },
		{ "policies", json_policies },
		{ "result", json_result },
		{ "legal", json_legal },
	};
	json_t *report = json_object();

	for (size_t i = 0; i < COUNT_OF(parts); i++)
		json_map_add(&report, parts[i].key, parts[i].make(r));
	return report;
}
