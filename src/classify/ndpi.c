/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one file that knows nDPI: 4.2 (Debian 12, Ubuntu 24.04), 4.10 and on to 5.x.
 * nDPI sees a flow's first payload packets; its memory goes back to a pool when it is
 * done.
 */
#include <arpa/inet.h>
#include <stdlib.h>
/* nDPI has a struct of that name, we have an enum. */
#define message ndpi_message
#include <ndpi_api.h>
#undef message
#include <callwitness/classify.h>

#if defined(NDPI_MAJOR) && NDPI_MAJOR * 100 + NDPI_MINOR >= 410
#define NDPI_SINCE_410 1
#endif
#if defined(NDPI_MAJOR) && NDPI_MAJOR * 100 + NDPI_MINOR >= 411
#define NDPI_SINCE_411 1
#endif
#if defined(NDPI_MAJOR) && NDPI_MAJOR >= 5
#define NDPI_SINCE_5 1
#endif

#ifdef NDPI_SINCE_411
#define MASTER(result) ((result).proto.master_protocol)
#define APP(result) ((result).proto.app_protocol)
#else
#define MASTER(result) ((result).master_protocol)
#define APP(result) ((result).app_protocol)
#endif

/* Payload packets of a flow that nDPI is shown at most. */
#define INSPECT_TCP 10
#define INSPECT_UDP 8
/* Flow structs kept for reuse. */
#define POOL 256

struct inspector {
	struct ndpi_detection_module_struct *module;
	struct strings *strings;
	struct inspection *pool;
	unsigned pooled;
	size_t flow_size;
};

struct inspection {
	struct inspection *next;
	struct ndpi_flow_struct *flow;
	ndpi_protocol result;
	uint8_t shown;
};

static struct ndpi_detection_module_struct *
module_new(void)
{
#ifdef NDPI_SINCE_410
	struct ndpi_detection_module_struct *m = ndpi_init_detection_module(NULL);
#else
	struct ndpi_detection_module_struct *m =
	    ndpi_init_detection_module(ndpi_dont_load_tor_hosts);
#endif

	if (m == NULL)
		return NULL;
#ifndef NDPI_SINCE_5
	NDPI_PROTOCOL_BITMASK all;

	NDPI_BITMASK_SET_ALL(all);
	ndpi_set_protocol_detection_bitmask2(m, &all);
#endif
	ndpi_finalize_initialization(m);
	return m;
}

struct inspector *
inspector_new(struct strings *strings, struct error *e)
{
	struct inspector *i = calloc(1, sizeof(*i));

	if (i == NULL || (i->module = module_new()) == NULL) {
		error_add(e, "nDPI", 0, 0, "does not start: out of memory");
		free(i);
		return NULL;
	}
	i->strings = strings;
	i->flow_size = ndpi_detection_get_sizeof_ndpi_flow_struct();
	return i;
}

static void
inspection_free(struct inspection *n)
{
	ndpi_free_flow(n->flow);
	free(n);
}

void
inspector_free(struct inspector *i)
{
	if (i == NULL)
		return;
	while (i->pool != NULL) {
		struct inspection *n = i->pool;

		i->pool = n->next;
		inspection_free(n);
	}
	ndpi_exit_detection_module(i->module);
	free(i);
}

const char *
inspector_version(void)
{
	return ndpi_revision();
}

struct inspection *
inspection_new(struct inspector *i)
{
	struct inspection *n = i->pool;

	if (n != NULL) {
		i->pool = n->next;
		i->pooled--;
		return n;
	}
	n = calloc(1, sizeof(*n));
	if (n == NULL)
		return NULL;
	n->flow = ndpi_flow_malloc(i->flow_size);
	if (n->flow == NULL) {
		free(n);
		return NULL;
	}
	memset(n->flow, 0, i->flow_size);
	return n;
}

static bool
is_proto(const ndpi_protocol *p, uint16_t id)
{
	return MASTER(*p) == id || APP(*p) == id;
}

static bool
is_tls(const ndpi_protocol *p)
{
	return is_proto(p, NDPI_PROTOCOL_TLS) || is_proto(p, NDPI_PROTOCOL_QUIC) ||
	       is_proto(p, NDPI_PROTOCOL_DTLS);
}

/* Enough to name the far end: a detected protocol, and for TLS a name or a certificate.
 */
static bool
is_settled(const struct inspection *n)
{
	if (APP(n->result) == NDPI_PROTOCOL_UNKNOWN &&
	    MASTER(n->result) == NDPI_PROTOCOL_UNKNOWN)
		return false;
	if (!is_tls(&n->result) && !is_proto(&n->result, NDPI_PROTOCOL_HTTP))
		return true;
	return n->flow->host_server_name[0] != '\0' ||
	       (is_tls(&n->result) && n->flow->protos.tls_quic.server_names != NULL);
}

bool
inspection_packet(struct inspector *i, struct inspection *n, const struct packet *p)
{
	uint16_t length =
	    p->ip_captured < UINT16_MAX ? (uint16_t)p->ip_captured : UINT16_MAX;
	uint64_t ms = (uint64_t)(p->time_ns / 1000000);

#ifdef NDPI_SINCE_410
	n->result =
	    ndpi_detection_process_packet(i->module, n->flow, p->ip, length, ms, NULL);
#else
	n->result = ndpi_detection_process_packet(i->module, n->flow, p->ip, length, ms);
#endif
	n->shown++;
	return n->shown >= (p->proto == 6 ? INSPECT_TCP : INSPECT_UDP) || is_settled(n);
}

/* Texts of facts live in i->strings. */
static const char *
keep(struct inspector *i, const char *text)
{
	return text != NULL && text[0] != '\0'
		   ? strings_intern(i->strings, text, strlen(text))
		   : NULL;
}

static const char *
protocol_name(struct inspector *i, const ndpi_protocol *p)
{
	uint16_t master = MASTER(*p), app = APP(*p);
	char name[128];

	if (master == NDPI_PROTOCOL_UNKNOWN || app == NDPI_PROTOCOL_UNKNOWN ||
	    master == app) {
		uint16_t one = app != NDPI_PROTOCOL_UNKNOWN ? app : master;

		return one ? keep(i, ndpi_get_proto_name(i->module, one)) : NULL;
	}
	snprintf(name, sizeof(name), "%s.%s", ndpi_get_proto_name(i->module, master),
	    ndpi_get_proto_name(i->module, app));
	return keep(i, name);
}

/* nDPI cuts a host at 79 bytes and may hold what is no name: keep only what could be one.
 */
static const char *
host_name(struct inspector *i, const char *host, size_t size)
{
	size_t length = strnlen(host, size);

	if (!text_is_host(host, length))
		return NULL;
	return strings_intern(i->strings, host, length);
}

static void
tls_facts(
    struct inspector *i, const struct ndpi_flow_struct *flow, struct ndpi_facts *out)
{
	out->certificate = keep(i, flow->protos.tls_quic.server_names);
	out->tls_version = flow->protos.tls_quic.ssl_version;
#ifdef NDPI_SINCE_410
	out->alpn = keep(i, flow->protos.tls_quic.advertised_alpns);
#else
	out->alpn = keep(i, flow->protos.tls_quic.alpn);
#endif
#ifndef NDPI_SINCE_5
	out->ja3 = keep(i, flow->protos.tls_quic.ja3_client);
#endif
}

static void
http_facts(
    struct inspector *i, const struct ndpi_flow_struct *flow, struct ndpi_facts *out)
{
	out->url = keep(i, flow->http.url);
	out->agent = keep(i, flow->http.user_agent);
	out->content_type = keep(i, flow->http.request_content_type);
}

static void
facts(
    struct inspector *i, const struct inspection *n, bool guessed, struct ndpi_facts *out)
{
	const struct ndpi_flow_struct *flow = n->flow;

	out->protocol = protocol_name(i, &n->result);
	out->category = keep(i, ndpi_category_get_name(i->module, n->result.category));
	out->confidence = keep(i, ndpi_confidence_get_name(flow->confidence));
	if (guessed)
		return;
	if (is_tls(&n->result)) {
		tls_facts(i, flow, out);
		out->dissector = is_proto(&n->result, NDPI_PROTOCOL_QUIC) ? DISSECTOR_QUIC
									  : DISSECTOR_TLS;
	} else if (is_proto(&n->result, NDPI_PROTOCOL_HTTP)) {
		http_facts(i, flow, out);
		out->dissector = DISSECTOR_HTTP;
	}
	if (out->dissector != DISSECTOR_NONE)
		out->host =
		    host_name(i, flow->host_server_name, sizeof(flow->host_server_name));
}

static bool
give_up(struct inspector *i, struct inspection *n)
{
	uint8_t guessed = 0;

#if defined(NDPI_SINCE_5)
	n->result = ndpi_detection_giveup(i->module, n->flow);
	guessed = n->flow->confidence < NDPI_CONFIDENCE_DPI_PARTIAL;
#elif defined(NDPI_SINCE_410)
	n->result = ndpi_detection_giveup(i->module, n->flow, &guessed);
#else
	n->result = ndpi_detection_giveup(i->module, n->flow, 1, &guessed);
#endif
	return guessed != 0;
}

#ifdef NDPI_SINCE_410
static void
peek(struct inspector *i, struct inspection *n, struct ndpi_facts *out)
{
	facts(i, n, false, out);
}
#else
/*
 * Giving up makes nothing that the flow points to and frees none of it, so that it can be
 * done to a copy. Of all that flows share, it changes one cache, by which nDPI takes
 * Skype for Teams later; not for IPv6.
 */
static void
peek(struct inspector *i, struct inspection *n, struct ndpi_facts *out)
{
	struct ndpi_flow_struct flow = *n->flow;

	flow.is_ipv6 = 1;
	n->flow = &flow;
	facts(i, n, give_up(i, n), out);
}
#endif

void
inspection_peek(struct inspector *i, const struct inspection *n, struct strings *strings,
    struct ndpi_facts *out)
{
	struct strings *own = i->strings;
	struct inspection copy = *n;

	memset(out, 0, sizeof(*out));
	if (n->shown == 0)
		return;
	i->strings = strings;
	peek(i, &copy, out);
	i->strings = own;
}

void
inspection_end(struct inspector *i, struct inspection *n, struct ndpi_facts *out)
{
	memset(out, 0, sizeof(*out));
	if (n->shown > 0)
		facts(i, n, give_up(i, n), out);
	if (i->pooled >= POOL) {
		inspection_free(n);
		return;
	}
	ndpi_free_flow_data(n->flow);
	memset(n->flow, 0, i->flow_size);
	memset(&n->result, 0, sizeof(n->result));
	n->shown = 0;
	n->next = i->pool;
	i->pool = n;
	i->pooled++;
}

static int
hash_v6(const struct flow_end *a, const struct flow_end *b, uint8_t proto, char *text)
{
	struct ndpi_in6_addr src, dst;

	memcpy(&src, a->addr.bytes, 16);
	memcpy(&dst, b->addr.bytes, 16);
	return ndpi_flowv6_flow_hash(proto, &src, &dst, a->port, b->port,
	    (uint8_t)a->port, (uint8_t)b->port, (u_char *)text, COMMUNITY_ID_SIZE);
}

static int
hash_v4(const struct flow_end *a, const struct flow_end *b, uint8_t proto, char *text)
{
	uint32_t src, dst;

	memcpy(&src, a->addr.bytes, 4);
	memcpy(&dst, b->addr.bytes, 4);
	return ndpi_flowv4_flow_hash(proto, ntohl(src), ntohl(dst), a->port, b->port,
	    (uint8_t)a->port, (uint8_t)b->port, (u_char *)text, COMMUNITY_ID_SIZE);
}

void
community_id(const struct flow *f, char *text)
{
	const struct flow_end *a = &f->key.end[f->first_end];
	const struct flow_end *b = &f->key.end[!f->first_end];
	int rc = f->key.end[0].addr.family == 6 ? hash_v6(a, b, f->key.proto, text)
						: hash_v4(a, b, f->key.proto, text);

	if (rc != 0)
		text[0] = '\0';
}
