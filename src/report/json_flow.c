/* SPDX-License-Identifier: Apache-2.0 */
/* One flow as a record; names follow Suricata's EVE and Community ID where they have one.
 */
#include "json.h"

static const char *
proto_name(uint8_t proto, char text[8])
{
	static const struct {
		uint8_t proto;
		const char *name;
	} names[] = { { 6, "tcp" }, { 17, "udp" }, { 1, "icmp" }, { 58, "icmpv6" },
		{ 132, "sctp" }, { 2, "igmp" }, { 50, "esp" }, { 51, "ah" },
		{ 136, "udplite" } };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (names[i].proto == proto)
			return names[i].name;
	snprintf(text, 8, "%u", proto);
	return text;
}

static json_t *
json_names(const struct judged_flow *j)
{
	json_t *names = json_array();

	for (size_t i = 0; i < j->identity.name_count; i++)
		json_array_append_new(names, json_text(j->identity.names[i]));
	return names;
}

static json_t *
json_remote(const struct judged_flow *j)
{
	const struct flow_end *end = &j->flow->key.end[!j->local];
	char addr[ADDR_TEXT_SIZE];
	const struct json_entry entries[] = {
		{ "ip", json_string(addr_text(&end->addr, addr)) },
		{ "port", json_count(end->port) },
		{ "host", json_text(j->identity.host) },
		{ "host_source", json_text(host_source_name(j->identity.host_source)) },
		{ "entity", json_text(j->entity) },
		{ "party", json_text(party_name(j->party)) },
		{ "country", json_text(j->country) },
		{ "country_source", json_text(country_source_name(j->country_source)) },
		{ "registered", json_text(j->registered) },
		{ "asn", j->asn ? json_count(j->asn) : json_null() },
		{ "network", json_text(j->network) },
	};
	json_t *remote = json_map(entries, COUNT_OF(entries));

	if (j->identity.name_count > 1)
		json_map_add(&remote, "names", json_names(j));
	return remote;
}

static json_t *
json_side(const struct flow_side *s)
{
	return json_pack("{s:I, s:I, s:I, s:I}", "packets", (json_int_t)s->packets,
	    "bytes", (json_int_t)s->bytes, "payload_bytes", (json_int_t)s->payload_bytes,
	    "retransmitted_bytes", (json_int_t)s->retransmitted_bytes);
}

static json_t *
json_parent(const struct process *p)
{
	if (p == NULL)
		return json_null();
	return json_pack(
	    "{s:I, s:o}", "pid", (json_int_t)p->pid, "exe", json_text(p->exe));
}

static json_t *
json_process(const struct process *p)
{
	if (p == NULL)
		return json_null();
	return json_pack("{s:I, s:o, s:o, s:o, s:o}", "pid", (json_int_t)p->pid, "exe",
	    json_text(p->exe), "sha256", json_text(p->sha256), "command",
	    json_text(p->command), "parent", json_parent(p->parent));
}

static json_t *
json_ndpi(const struct ndpi_facts *n)
{
	if (n == NULL || n->protocol == NULL)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "protocol", json_text(n->protocol),
	    "category", json_text(n->category), "confidence", json_text(n->confidence));
}

static void
set_tls(json_t *record, const struct ndpi_facts *n)
{
	char version[8];

	if (n == NULL ||
	    (n->dissector != DISSECTOR_TLS && n->dissector != DISSECTOR_QUIC))
		return;
	snprintf(version, sizeof(version), "0x%04x", n->tls_version);
	json_object_set_new(record, "tls",
	    json_pack("{s:o, s:o, s:o, s:o, s:o}", "sni", json_text(n->host), "version",
		n->tls_version ? json_string(version) : json_null(), "alpn",
		json_text(n->alpn), "ja3", json_text(n->ja3), "certificate",
		json_text(n->certificate)));
}

static void
set_http(json_t *record, const struct ndpi_facts *n)
{
	if (n == NULL || n->dissector != DISSECTOR_HTTP)
		return;
	json_object_set_new(record, "http",
	    json_pack("{s:o, s:o, s:o, s:o}", "hostname", json_text(n->host), "url",
		json_text(n->url), "http_user_agent", json_text(n->agent),
		"http_content_type", json_text(n->content_type)));
}

static void
set_rtp(json_t *stream, const struct stream *s)
{
	char ssrc[16];

	if (!s->has_rtp || !s->certain)
		return;
	snprintf(ssrc, sizeof(ssrc), "0x%08x", s->ssrc);
	json_object_set_new(stream, "ssrc", json_string(ssrc));
	json_object_set_new(stream, "payload_type", json_integer(s->payload_type));
	if (s->rtp == NULL || s->rtp->levelled == 0)
		return;
	json_object_set_new(stream, "audio_level",
	    json_pack("{s:I, s:I, s:I}", "packets", (json_int_t)s->rtp->levelled,
		"voiced", (json_int_t)s->rtp->voiced, "silent",
		(json_int_t)s->rtp->silent));
}

static json_t *
json_stream(const struct report *r, const struct judged_flow *j, const struct finding *f)
{
	const struct verdict *v = &f->verdict;
	const struct stream *s = f->stream;
	char why[WHY_SIZE];
	json_t *stream = NULL;

	session_why(r->session, j, f, why, sizeof(why));
	stream = json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o}", "category",
	    category_name(v->category), "kind", json_text(kind_name(v->kind)), "strength",
	    strength_name(v->strength), "rule", json_text(v->rule ? v->rule->id : NULL),
	    "why", json_text(why), "dissector",
	    json_text(v->dissector ? dissector_name(v->dissector) : NULL), "message",
	    json_text(v->message ? message_name(v->message) : NULL));
	if (stream == NULL)
		return NULL;
	set_rtp(stream, s);
	json_object_set_new(stream, "up",
	    json_pack("{s:I, s:I}", "packets", (json_int_t)f->up_packets, "payload_bytes",
		(json_int_t)f->up_bytes));
	json_object_set_new(stream, "down",
	    json_pack("{s:I, s:I}", "packets", (json_int_t)f->down_packets,
		"payload_bytes", (json_int_t)f->down_bytes));
	json_object_set_new(stream, "first", json_time(s->first_ns));
	json_object_set_new(stream, "last", json_time(s->last_ns));
	json_object_set_new(stream, "frames",
	    json_pack("[I, I]", (json_int_t)s->first_frame, (json_int_t)s->last_frame));
	return stream;
}

static json_t *
json_head(const struct judged_flow *j)
{
	const struct flow *f = j->flow;
	char id[COMMUNITY_ID_SIZE], addr[ADDR_TEXT_SIZE], proto[8];
	json_t *vlan = json_array();

	for (unsigned i = 0; i < f->vlan_count && i < COUNT_OF(f->vlan); i++)
		json_array_append_new(vlan, json_integer(f->vlan[i]));
	community_id(f, id);
	return json_pack("{s:s, s:I, s:o, s:o, s:o, s:s, s:o, s:{s:s, s:i}, s:o}", "type",
	    "flow", "id", (json_int_t)f->id, "community_id", json_text(id[0] ? id : NULL),
	    "start", json_time(f->first_ns), "end", json_time(f->last_ns), "proto",
	    proto_name(f->key.proto, proto), "vlan", vlan, "local", "ip",
	    addr_text(&f->key.end[j->local].addr, addr), "port",
	    f->key.end[j->local].port, "remote", json_remote(j));
}

static void
set_state(json_t *record, const struct judged_flow *j)
{
	static const char *const closed[] = { "active", "closed", "idle", "aged",
		"evicted", "reused" };
	const struct flow *f = j->flow;

	json_object_set_new(record, "state",
	    json_pack("{s:o, s:s, s:b, s:b, s:o}", "opened_by",
		f->opened == FLOW_OPEN_UNKNOWN
		    ? json_null()
		    : json_string(
			  (f->opened == FLOW_OPEN_1) == j->local ? "local" : "remote"),
		"end", closed[f->closed], "mid_flow", f->mid_flow, "snapped", f->snapped,
		"tunnel", f->tunnel ? json_string(tunnel_name(f->tunnel)) : json_null()));
}

json_t *
json_flow(const struct report *r, const struct judged_flow *j)
{
	json_t *record = json_head(j);
	json_t *streams = json_array();
	char disagreement[160];

	if (record == NULL || streams == NULL) {
		json_decref(record);
		json_decref(streams);
		return NULL;
	}
	json_object_set_new(record, "app", json_text(j->app ? j->app->name : NULL));
	json_object_set_new(record, "process", json_process(j->process));
	json_object_set_new(record, "ndpi", json_ndpi(j->ndpi));
	set_tls(record, j->ndpi);
	set_http(record, j->ndpi);
	set_state(record, j);
	json_object_set_new(record, "up", json_side(&j->flow->side[j->local]));
	json_object_set_new(record, "down", json_side(&j->flow->side[!j->local]));
	for (size_t i = 0; i < j->finding_count; i++)
		json_array_append_new(streams, json_stream(r, j, &j->findings[i]));
	json_object_set_new(record, "streams", streams);
	session_disagreement(j, disagreement, sizeof(disagreement));
	json_object_set_new(
	    record, "disagreement", json_text(disagreement[0] ? disagreement : NULL));
	return record;
}
