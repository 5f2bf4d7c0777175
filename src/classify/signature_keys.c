/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a match: a scalar or a list each. */
#include <ctype.h>
#include <stdlib.h>

#include "signature.h"

#define WAYS_EACH 20000 /* of one rule, so that lists do not multiply without end */

static const struct {
	const char *holds, *what;
} host_refusals[] = {
	{ "://", "a host name without scheme" },
	{ "/", "a host name without path; a network belongs in 'net'" },
	{ ":", "a host name without port; that belongs in 'port'" },
	{ " ", "a host name without spaces" },
	{ "..", "a name between two dots" },
};

static bool
host_has_letters_only(const char *text)
{
	for (; *text != '\0'; text++)
		if (!isalnum((unsigned char)*text) && strchr("-_.*", *text) == NULL)
			return false;
	return true;
}

/* What a host pattern should have been, or NULL. */
static const char *
host_refusal(const char *text)
{
	struct addr address;

	if (addr_parse(text, &address) == 0)
		return "a host name; an address belongs in 'net'";
	for (size_t i = 0; i < COUNT_OF(host_refusals); i++)
		if (strstr(text, host_refusals[i].holds) != NULL)
			return host_refusals[i].what;
	if (text[0] == '.')
		return "no empty label before the first dot; all below a domain is "
		       "'*.zoom.us'";
	if (!host_has_letters_only(text))
		return "letters, digits, '-', '_', '.' and '*' (other scripts as xn--)";
	if (text[strspn(text, "*.")] == '\0')
		return "a pattern that names something; this one is every host";
	if (strlen(text) >= HOST_SIZE)
		return "at most 253 characters";
	return NULL;
}

/* The labels behind the last star, or all: what an index can look up. */
static const char *
host_suffix(const char *pattern)
{
	const char *star = strrchr(pattern, '*');
	const char *dot = star ? strchr(star, '.') : NULL;

	if (star == NULL)
		return pattern;
	return dot ? dot + 1 : pattern + strlen(pattern);
}

static int
read_host(struct form *f, const struct node *value, void *into)
{
	const char *refusal =
	    value->kind == NODE_SCALAR ? host_refusal(value->text) : NULL;
	struct match *m = into;
	struct host *h = &m->hosts[m->host_count];
	size_t length = value->length;
	char *pattern;

	if (value->kind != NODE_SCALAR || length == 0)
		return form_expected(f, value, "a host name, '*' for parts of it");
	if (refusal != NULL)
		return form_expected(f, value, refusal);
	pattern = loading_take(f, length + 1);
	if (pattern == NULL)
		return -1;
	if (value->text[length - 1] == '.')
		length--;
	for (size_t i = 0; i < length; i++) {
		pattern[i] = (char)tolower((unsigned char)value->text[i]);
		h->literals += pattern[i] != '*';
	}
	h->pattern = pattern;
	h->suffix = host_suffix(pattern);
	h->at = value;
	m->host_count++;
	return 0;
}

static int
read_hosts(struct form *f, const struct node *value, void *into)
{
	struct match *m = into;

	m->hosts = loading_take(f, node_values(value) * sizeof(*m->hosts));
	return m->hosts ? form_each(f, value, read_host, m) : -1;
}

static int
read_net(struct form *f, const struct node *value, void *into)
{
	struct match *m = into;
	struct net *n = &m->nets[m->net_count];

	if (value->kind != NODE_SCALAR || addr_net_parse(value->text, &n->net) < 0)
		return form_expected(f, value,
		    "a network like 192.0.2.0/24 or 2001:db8::/32, no bit set behind the "
		    "prefix");
	n->at = value;
	m->net_count++;
	return 0;
}

static int
read_nets(struct form *f, const struct node *value, void *into)
{
	struct match *m = into;

	m->nets = loading_take(f, node_values(value) * sizeof(*m->nets));
	return m->nets ? form_each(f, value, read_net, m) : -1;
}

static int
read_proto(struct form *f, const struct node *value, void *into)
{
	static const char *const names[] = { "tcp", "udp", "icmp" };
	struct match *m = into;
	int i = form_word(f, value, names, COUNT_OF(names));

	if (i >= 0)
		m->protos |= (uint8_t)(1 << i);
	return i < 0 ? -1 : 0;
}

static int
read_protos(struct form *f, const struct node *value, void *into)
{
	return form_each(f, value, read_proto, into);
}

/* 1 to 65535; 0 for anything else. *end is behind the digits. */
static uint16_t
port_parse(const char *text, const char **end)
{
	unsigned long port = 0;

	for (*end = text; isdigit((unsigned char)**end) && port <= UINT16_MAX; ++*end)
		port = port * 10 + (unsigned long)(**end - '0');
	return port <= UINT16_MAX ? (uint16_t)port : 0;
}

static int
read_port(struct form *f, const struct node *value, void *into)
{
	struct ranges *ranges = into;
	struct range *r = &ranges->items[ranges->count];
	const char *end;

	if (value->kind != NODE_SCALAR)
		return form_expected(f, value, "a number, a range or a list");
	r->from = r->to = port_parse(value->text, &end);
	if (r->from != 0 && *end == '-')
		r->to = port_parse(end + 1, &end);
	if (r->from == 0 || r->to == 0 || *end != '\0')
		return form_expected(f, value, "1 to 65535, or a range like 50000-50059");
	if (r->from > r->to)
		return form_expected(f, value, "a range with the smaller port first");
	ranges->count++;
	return 0;
}

static int
read_ports(struct form *f, const struct node *value, void *into)
{
	struct ranges *ranges = into;

	if (value->kind == NODE_MAP)
		return form_expected(f, value, "a number, a range or a list");
	ranges->items = loading_take(f, node_values(value) * sizeof(*ranges->items));
	return ranges->items ? form_each(f, value, read_port, ranges) : -1;
}

static int
read_word(struct form *f, const struct node *value, void *into)
{
	struct texts *t = into;

	if (form_text(f, value, &t->items[t->count]) < 0)
		return -1;
	t->count++;
	return 0;
}

static int
read_words_with(
    struct form *f, const struct node *value, form_reader *read, struct texts *t)
{
	t->items = loading_take(f, node_values(value) * sizeof(*t->items));
	return t->items ? form_each(f, value, read, t) : -1;
}

static int
read_words(struct form *f, const struct node *value, void *into)
{
	return read_words_with(f, value, read_word, into);
}

static int
read_pattern(struct form *f, const struct node *value, void *into)
{
	if (value->kind == NODE_SCALAR && value->length > 0 &&
	    value->text[strspn(value->text, "*")] == '\0')
		return form_expected(f, value, "a pattern that names something");
	return read_word(f, value, into);
}

static int
read_patterns(struct form *f, const struct node *value, void *into)
{
	return read_words_with(f, value, read_pattern, into);
}

static int
read_ja3_hash(struct form *f, const struct node *value, void *into)
{
	if (value->kind != NODE_SCALAR || value->length != 32 ||
	    value->text[strspn(value->text, "0123456789abcdef")] != '\0')
		return form_expected(f, value, "32 hexadecimal digits in small letters");
	return read_word(f, value, into);
}

static int
read_ja3(struct form *f, const struct node *value, void *into)
{
	return read_words_with(f, value, read_ja3_hash, into);
}

/* Bit 0, for none, is never set. */
static int
read_dissector(struct form *f, const struct node *value, void *into)
{
	const char *names[DISSECTORS - 1];
	struct match *m = into;
	int i;

	for (i = 1; i < DISSECTORS; i++)
		names[i - 1] = dissector_name((enum dissector)i);
	i = form_word(f, value, names, DISSECTORS - 1);
	if (i >= 0)
		m->dissectors |= 2u << i;
	return i < 0 ? -1 : 0;
}

static int
read_dissectors(struct form *f, const struct node *value, void *into)
{
	return form_each(f, value, read_dissector, into);
}

/* Read when the dissector is known, which may stand behind it. */
static int
keep_node(struct form *f, const struct node *value, void *into)
{
	(void)f;
	*(const struct node **)into = value;
	return 0;
}

static int
read_behaviour(struct form *f, const struct node *value, void *into)
{
	const char *names[BEHAVIOURS - 1];
	struct match *m = into;
	int i;

	for (i = 1; i < BEHAVIOURS; i++)
		names[i - 1] = behaviour_name((enum behaviour)i);
	i = form_word(f, value, names, BEHAVIOURS - 1);
	if (i >= 0)
		m->behaviours |= (uint8_t)(2 << i);
	return i < 0 ? -1 : 0;
}

static int
read_behaviours(struct form *f, const struct node *value, void *into)
{
	return form_each(f, value, read_behaviour, into);
}

#define TEXT(which) offsetof(struct match, texts[TEXT_##which])

/* A key's bit in match.keys is its row. */
static const struct form_key match_keys[] = {
	{ "host", false, read_hosts, 0 },
	{ "net", false, read_nets, 0 },
	{ "proto", false, read_protos, 0 },
	{ "port", false, read_ports, offsetof(struct match, ports) },
	{ "local_port", false, read_ports, offsetof(struct match, local_ports) },
	{ "alpn", false, read_words, TEXT(ALPN) },
	{ "ndpi", false, read_words, TEXT(NDPI) },
	{ "ja3", false, read_ja3, TEXT(JA3) },
	{ "cert", false, read_patterns, TEXT(CERT) },
	{ "dissector", false, read_dissectors, 0 },
	{ "message", false, keep_node, offsetof(struct match, message_at) },
	{ "process", false, read_patterns, TEXT(PROCESS) },
	{ "behaviour", false, read_behaviours, 0 },
};

_Static_assert(MATCH_BEHAVIOUR == 1 << (COUNT_OF(match_keys) - 1), "bits are rows");

/* Whether one of the match's dissectors tells the message. */
static bool
match_tells(const struct match *m, enum message message)
{
	for (unsigned d = 1; d < DISSECTORS; d++)
		if ((m->dissectors >> d & 1) &&
		    dissector_tells((enum dissector)d, message))
			return true;
	return false;
}

static int
read_message(struct form *f, const struct node *value, void *into)
{
	const char *names[MESSAGES];
	struct match *m = into;
	size_t count = 0;
	int i;

	for (i = 1; i < MESSAGES; i++)
		if (match_tells(m, (enum message)i))
			names[count++] = message_name((enum message)i);
	i = form_word(f, value, names, count);
	if (i >= 0)
		m->messages |= UINT64_C(1) << message_named(names[i]);
	return i < 0 ? -1 : 0;
}

static int
read_messages(struct form *f, struct match *m)
{
	if (m->message_at == NULL)
		return 0;
	if (!(m->keys & MATCH_DISSECTOR))
		return form_complain(f, m->message_at,
		    "'message' without 'dissector': expected the dissector that tells "
		    "it");
	if (m->dissectors == 0)
		return -1; /* refused already */
	f->key = "message";
	return form_each(f, m->message_at, read_message, m);
}

int
match_read(struct form *f, const struct node *value, void *into)
{
	struct match *m = into;
	int rc = form_read(f, value, match_keys, COUNT_OF(match_keys), m);

	for (size_t i = 0; i < COUNT_OF(match_keys); i++)
		if (node_get(value, match_keys[i].name) != NULL)
			m->keys |= 1u << i;
	if (value->kind == NODE_MAP && value->count == 0)
		return form_expected(f, value, "at least one key");
	if (m->host_count * m->net_count > WAYS_EACH)
		return form_complain(f, value,
		    "more than %d pairs of host and net: "
		    "expected two rules",
		    WAYS_EACH);
	if (read_messages(f, m) < 0)
		rc = -1;
	return rc;
}
