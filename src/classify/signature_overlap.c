/* SPDX-License-Identifier: Apache-2.0 */
/* Whether two ways can match one stream, and whether one matches all that the other does.
 */
#include <ctype.h>
#include <strings.h>

#include "signature.h"

#define PATTERN_MAX 256

static bool
same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Some text fits both patterns. Longer ones are only met by their equals. */
static bool
runs_meet(const char *p, size_t p_length, const char *q, size_t q_length)
{
	bool rows[2][PATTERN_MAX + 1] = { { false } };

	if (p_length > PATTERN_MAX || q_length > PATTERN_MAX)
		return p_length == q_length && strncasecmp(p, q, p_length) == 0;
	/* rows[i & 1][j]: what is left of p from i and of q from j meet. */
	for (size_t i = p_length + 1; i-- > 0;) {
		bool *row = rows[i & 1], *below = rows[~i & 1];

		for (size_t j = q_length + 1; j-- > 0;) {
			bool p_more = i < p_length, q_more = j < q_length;
			bool p_star = p_more && p[i] == '*',
			     q_star = q_more && q[j] == '*';

			if (p_star || q_star)
				row[j] = (p_more && below[j]) || (q_more && row[j + 1]);
			else if (p_more && q_more)
				row[j] = same_letter(p[i], q[j]) && below[j + 1];
			else
				row[j] = !p_more && !q_more;
		}
	}
	return rows[0][0];
}

static size_t
label_start(const char *pattern, size_t length)
{
	while (length > 0 && pattern[length - 1] != '.')
		length--;
	return length;
}

/* Label by label from the right, as glob_host() does; a first "*" takes what is left. */
static bool
hosts_meet(const char *a, const char *b)
{
	size_t a_end = strlen(a), b_end = strlen(b);

	for (;;) {
		size_t a_start = label_start(a, a_end), b_start = label_start(b, b_end);

		if ((a_end == 1 && a[0] == '*') || (b_end == 1 && b[0] == '*'))
			return true;
		if (!runs_meet(
			a + a_start, a_end - a_start, b + b_start, b_end - b_start))
			return false;
		if (a_start == 0 || b_start == 0)
			return a_start == b_start;
		a_end = a_start - 1;
		b_end = b_start - 1;
	}
}

static bool
words_meet(enum match_text which, const char *p, const char *q)
{
	if (runs_meet(p, strlen(p), q, strlen(q)))
		return true;
	/* "TLS" and "TLS.Zoom" are both said of one flow. */
	return which == TEXT_NDPI &&
	       (text_part_matches(p, q, '.') || text_part_matches(q, p, '.'));
}

static bool
texts_meet(enum match_text which, const struct texts *a, const struct texts *b)
{
	for (size_t i = 0; i < a->count; i++)
		for (size_t j = 0; j < b->count; j++)
			if (words_meet(which, a->items[i], b->items[j]))
				return true;
	return a->count == 0 || b->count == 0;
}

static bool
texts_cover(const struct texts *a, const struct texts *b)
{
	for (size_t j = 0; j < b->count; j++) {
		size_t i = 0;

		while (i < a->count && strcasecmp(a->items[i], b->items[j]) != 0)
			i++;
		if (i == a->count)
			return false;
	}
	return true;
}

static bool
ranges_meet(const struct ranges *a, const struct ranges *b)
{
	for (size_t i = 0; i < a->count; i++)
		for (size_t j = 0; j < b->count; j++)
			if (a->items[i].from <= b->items[j].to &&
			    b->items[j].from <= a->items[i].to)
				return true;
	return a->count == 0 || b->count == 0;
}

/* By one range each; two that touch are not put together. */
static bool
ranges_cover(const struct ranges *a, const struct ranges *b)
{
	for (size_t j = 0; j < b->count; j++) {
		size_t i = 0;

		while (i < a->count && (a->items[i].from > b->items[j].from ||
					   a->items[i].to < b->items[j].to))
			i++;
		if (i == a->count)
			return false;
	}
	return true;
}

/* A key that one of both lacks keeps nothing apart. */
static bool
bits_meet(uint64_t a, uint64_t b)
{
	return a == 0 || b == 0 || (a & b) != 0;
}

static bool
bits_cover(uint64_t a, uint64_t b)
{
	return (b & ~a) == 0;
}

static bool
nets_meet(const struct net *a, const struct net *b)
{
	return a == NULL || b == NULL || addr_in(&a->net.addr, &b->net) ||
	       addr_in(&b->net.addr, &a->net);
}

static bool
nets_equal(const struct net *a, const struct net *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a->net.bits == b->net.bits && addr_equal(&a->net.addr, &b->net.addr);
}

static bool
patterns_equal(const struct host *a, const struct host *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a->pattern, b->pattern) == 0;
}

/* What a way says of dissectors and messages: its own pair, or its rule's lists. */
static uint64_t
way_dissectors(const struct way *w)
{
	return w->message ? UINT64_C(1) << w->dissector : w->rule->match.dissectors;
}

static uint64_t
way_messages(const struct way *w)
{
	return w->message ? UINT64_C(1) << w->message : w->rule->match.messages;
}

bool
way_equals(const struct way *a, const struct way *b)
{
	return patterns_equal(a->host, b->host) && nets_equal(a->net, b->net) &&
	       a->dissector == b->dissector && a->message == b->message;
}

bool
way_meets(const struct way *a, const struct way *b)
{
	const struct match *m = &a->rule->match, *n = &b->rule->match;

	if (a->host != NULL && b->host != NULL &&
	    !hosts_meet(a->host->pattern, b->host->pattern))
		return false;
	for (size_t i = 0; i < TEXTS; i++)
		if (!texts_meet((enum match_text)i, &m->texts[i], &n->texts[i]))
			return false;
	return nets_meet(a->net, b->net) && bits_meet(m->protos, n->protos) &&
	       bits_meet(way_dissectors(a), way_dissectors(b)) &&
	       bits_meet(way_messages(a), way_messages(b)) &&
	       bits_meet(m->behaviours, n->behaviours) &&
	       ranges_meet(&m->ports, &n->ports) &&
	       ranges_meet(&m->local_ports, &n->local_ports);
}

bool
way_covers(const struct way *a, const struct way *b)
{
	const struct match *m = &a->rule->match, *n = &b->rule->match;

	if (m->keys != n->keys || !patterns_equal(a->host, b->host) ||
	    !nets_equal(a->net, b->net))
		return false;
	for (size_t i = 0; i < TEXTS; i++)
		if (!texts_cover(&m->texts[i], &n->texts[i]))
			return false;
	return bits_cover(m->protos, n->protos) &&
	       bits_cover(way_dissectors(a), way_dissectors(b)) &&
	       bits_cover(way_messages(a), way_messages(b)) &&
	       bits_cover(m->behaviours, n->behaviours) &&
	       ranges_cover(&m->ports, &n->ports) &&
	       ranges_cover(&m->local_ports, &n->local_ports);
}
