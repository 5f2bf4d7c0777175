/* SPDX-License-Identifier: Apache-2.0 */
/* The winning rule for a stream: look ways up, check the rest of their keys, keep the
 * best. */
#include <ctype.h>
#include <netinet/in.h>
#include <stddef.h>

#include "signature.h"

#define PART_SIZE 256

struct search {
	const struct signatures *set;
	const struct subject *subject;
	const struct signature *app;
	unsigned lacks; /* keys that the subject has no value for */
	const struct way *best;
};

bool
text_part_matches(const char *pattern, const char *text, char separator)
{
	char part[PART_SIZE];

	if (glob_text(pattern, text))
		return true;
	while (separator != '\0' && text != NULL) {
		const char *end = strchr(text, separator);
		size_t length = end ? (size_t)(end - text) : strlen(text);

		if (length < sizeof(part)) {
			memcpy(part, text, length);
			part[length] = '\0';
			if (glob_text(pattern, part))
				return true;
		}
		text = end ? end + 1 : NULL;
	}
	return false;
}

static bool
texts_hold(const struct texts *t, const char *text, char separator)
{
	for (size_t i = 0; text != NULL && i < t->count; i++)
		if (text_part_matches(t->items[i], text, separator))
			return true;
	return false;
}

static bool
alpn_holds(const struct match *m, const struct subject *s)
{
	return texts_hold(&m->texts[TEXT_ALPN], s->alpn, ',');
}

static bool
ndpi_holds(const struct match *m, const struct subject *s)
{
	return texts_hold(&m->texts[TEXT_NDPI], s->ndpi, '.');
}

static bool
ja3_holds(const struct match *m, const struct subject *s)
{
	return texts_hold(&m->texts[TEXT_JA3], s->ja3, '\0');
}

static bool
cert_holds(const struct match *m, const struct subject *s)
{
	return texts_hold(&m->texts[TEXT_CERT], s->cert, ',');
}

/* By path, or by the program's name alone. */
static bool
process_holds(const struct match *m, const struct subject *s)
{
	const char *slash = s->process ? strrchr(s->process, '/') : NULL;

	return texts_hold(&m->texts[TEXT_PROCESS], s->process, '\0') ||
	       texts_hold(&m->texts[TEXT_PROCESS], slash ? slash + 1 : NULL, '\0');
}

static bool
proto_holds(const struct match *m, const struct subject *s)
{
	static const uint8_t bits[256] = {
		[IPPROTO_TCP] = 1,
		[IPPROTO_UDP] = 2,
		[IPPROTO_ICMP] = 4,
		[IPPROTO_ICMPV6] = 4,
	};

	return (m->protos & bits[s->proto]) != 0;
}

static bool
ranges_hold(const struct ranges *r, uint16_t port)
{
	for (size_t i = 0; i < r->count; i++)
		if (port >= r->items[i].from && port <= r->items[i].to)
			return true;
	return false;
}

static bool
port_holds(const struct match *m, const struct subject *s)
{
	return ranges_hold(&m->ports, s->port);
}

static bool
local_port_holds(const struct match *m, const struct subject *s)
{
	return ranges_hold(&m->local_ports, s->local_port);
}

static bool
dissector_holds(const struct match *m, const struct subject *s)
{
	return m->dissectors >> s->dissector & 1;
}

static bool
message_holds(const struct match *m, const struct subject *s)
{
	return m->messages >> s->message & 1;
}

static bool
behaviour_holds(const struct match *m, const struct subject *s)
{
	return m->behaviours >> s->behaviour & 1;
}

/* Cheapest first. Host and net are a way's own. */
static const struct {
	enum match_key key;
	bool (*holds)(const struct match *m, const struct subject *s);
} checks[] = {
	{ MATCH_PROTO, proto_holds },
	{ MATCH_DISSECTOR, dissector_holds },
	{ MATCH_MESSAGE, message_holds },
	{ MATCH_BEHAVIOUR, behaviour_holds },
	{ MATCH_PORT, port_holds },
	{ MATCH_LOCAL_PORT, local_port_holds },
	{ MATCH_JA3, ja3_holds },
	{ MATCH_ALPN, alpn_holds },
	{ MATCH_NDPI, ndpi_holds },
	{ MATCH_PROCESS, process_holds },
	{ MATCH_CERT, cert_holds },
};

static bool
way_holds(const struct way *w, const struct subject *s)
{
	const struct match *m = &w->rule->match;

	if (w->host != NULL && (s->host == NULL || !glob_host(w->host->pattern, s->host)))
		return false;
	if (w->net != NULL && (s->addr == NULL || !addr_in(s->addr, &w->net->net)))
		return false;
	for (size_t i = 0; i < COUNT_OF(checks); i++)
		if ((m->keys & checks[i].key) && !checks[i].holds(m, s))
			return false;
	return true;
}

/* Specificity, strength, the flow's own app, the order of the files. */
static bool
way_wins(const struct search *search, const struct way *w, const struct way *best)
{
	int order = best ? way_compare(w, best) : 1;

	if (order == 0 && search->app != NULL)
		order = (w->rule->rule.signature == search->app) -
			(best->rule->rule.signature == search->app);
	return order ? order > 0 : w->rule < best->rule;
}

/* All ways that sort equal to the probe. */
static void
search_index(struct search *search, enum way_index index, const struct way *probe)
{
	const struct ways *ways = &search->set->ways[index];
	size_t low = 0, high = ways->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (way_orders[index](&ways->items[middle], probe) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < ways->count; low++) {
		const struct way *w = &ways->items[low];

		if (way_orders[index](w, probe) != 0)
			return;
		if (w->rule->match.keys & search->lacks)
			continue;
		if (way_wins(search, w, search->best) && way_holds(w, search->subject))
			search->best = w;
	}
}

/* Looks up "a.b.c", "b.c", "c" and "". */
static void
search_host(struct search *search)
{
	const char *host = search->subject->host;
	char lower[HOST_SIZE + 1];
	struct host suffix = { .suffix = lower };
	struct way probe = { .host = &suffix };
	size_t length = host ? strlen(host) : 0;

	if (length > 0 && host[length - 1] == '.')
		length--;
	if (length == 0 || length >= sizeof(lower))
		return;
	for (size_t i = 0; i < length; i++)
		lower[i] = (char)tolower((unsigned char)host[i]);
	lower[length] = '\0';
	while (suffix.suffix != NULL) {
		const char *dot = strchr(suffix.suffix, '.');

		search_index(search, WAYS_HOST, &probe);
		suffix.suffix = dot ? dot + 1 : NULL;
	}
	suffix.suffix = "";
	search_index(search, WAYS_HOST, &probe);
}

/* Most addresses are in no net at all. */
static bool
net_may_begin(const struct signatures *s, const struct addr *a)
{
	unsigned first = (unsigned)a->bytes[0] << 8 | a->bytes[1];

	return s->net_starts[a->family == 6][first / 8] >> first % 8 & 1;
}

static void
search_net(struct search *search)
{
	const struct addr *addr = search->subject->addr;
	const struct signatures *set = search->set;

	if (addr == NULL || !net_may_begin(set, addr))
		return;
	for (size_t i = 0; i < set->prefix_count; i++) {
		struct net net = { .net = { .addr.family = addr->family } };
		struct way probe = { .net = &net };
		unsigned bits = set->prefixes[i].bits;

		if (set->prefixes[i].addr.family != addr->family)
			continue;
		memcpy(net.net.addr.bytes, addr->bytes, (bits + 7) / 8);
		if (bits % 8)
			net.net.addr.bytes[bits / 8] &= (uint8_t)(0xff00 >> bits % 8);
		net.net.bits = (uint8_t)bits;
		search_index(search, WAYS_NET, &probe);
	}
}

static unsigned
keys_lacking(const struct subject *s)
{
	return (s->host ? 0 : MATCH_HOST) | (s->addr ? 0 : MATCH_NET) |
	       (s->alpn ? 0 : MATCH_ALPN) | (s->ndpi ? 0 : MATCH_NDPI) |
	       (s->ja3 ? 0 : MATCH_JA3) | (s->cert ? 0 : MATCH_CERT) |
	       (s->process ? 0 : MATCH_PROCESS) | (s->dissector ? 0 : MATCH_DISSECTOR) |
	       (s->message ? 0 : MATCH_MESSAGE) | (s->behaviour ? 0 : MATCH_BEHAVIOUR);
}

const struct rule *
signatures_match(const struct signatures *s, const struct subject *subject,
    const struct signature *app, struct specificity *how)
{
	struct search search = {
		.set = s, .subject = subject, .app = app, .lacks = keys_lacking(subject)
	};
	struct way probe = { .dissector = subject->dissector,
		.message = subject->message };

	search_index(&search, WAYS_MESSAGE, &probe);
	search_host(&search);
	search_net(&search);
	search_index(&search, WAYS_LOOSE, &probe);
	if (search.best == NULL)
		return NULL;
	if (how != NULL)
		*how = search.best->how;
	return &search.best->rule->rule;
}

bool
signatures_ask_local_port(const struct signatures *s, enum dissector d)
{
	return s->local_port_dissectors >> d & 1;
}
