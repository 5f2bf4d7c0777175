/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with rules that are each right alone. Rules can only be at odds when they
 * are equally specific, so ways are sorted by that and compared within a run.
 */
#include <stdlib.h>

#include "signature.h"

#define WHAT_SIZE 320

struct lint {
	struct error *error;
	size_t found;
};

enum finding { FINDING_TWICE, FINDING_SHADOWED, FINDING_REPEATED, FINDING_TIED };

static const struct {
	const char *before, *after;
} findings[] = {
	[FINDING_TWICE] = { "is listed twice: already in", "" },
	[FINDING_SHADOWED] = { "never wins: shadowed by the stronger",
	    "; expected one more key, or to be removed" },
	[FINDING_REPEATED] = { "never wins: shadowed by the same match in",
	    "; expected it once" },
	[FINDING_TIED] = { "ties, for another category or kind, with",
	    "; expected one more key or another strength" },
};

static const struct node *
way_at(const struct way *w)
{
	if (w->host != NULL)
		return w->host->at;
	if (w->net != NULL)
		return w->net->at;
	return w->rule->match_at;
}

/* "host '*.zoom.us'", "net 192.0.2.0/24", … into text. */
static const char *
way_what(const struct way *w, char text[WHAT_SIZE])
{
	if (w->host != NULL)
		snprintf(text, WHAT_SIZE, "host '%s'", w->host->pattern);
	else if (w->net != NULL)
		snprintf(text, WHAT_SIZE, "net %s", w->net->at->text);
	else if (w->message != MESSAGE_NONE)
		snprintf(text, WHAT_SIZE, "%s message '%s'", dissector_name(w->dissector),
		    message_name(w->message));
	else
		snprintf(text, WHAT_SIZE, "its match");
	return text;
}

static void
lint_add(
    struct lint *l, enum finding finding, const struct way *w, const struct way *other)
{
	const struct rule *r = &w->rule->rule, *by = &other->rule->rule;
	const struct node *at = way_at(w), *other_at = way_at(other);
	char what[WHAT_SIZE];

	l->found++;
	error_add(l->error, r->signature->path, at->line, at->column,
	    "rule '%s': %s %s rule '%s' at %s:%u:%u%s", r->id, way_what(w, what),
	    findings[finding].before, by->id, by->signature->path, other_at->line,
	    other_at->column, findings[finding].after);
}

static bool
same_verdict(const struct rule *a, const struct rule *b)
{
	return a->category == b->category && a->kind == b->kind;
}

/*
 * `b` is weaker or comes later. Only an equal match is shadowed: a narrower one is more
 * specific and wins, a wider one has more to match. The same verdict from two files is no
 * finding: which of them speaks depends on the flow's app.
 */
static void
lint_pair(struct lint *l, const struct way *a, const struct way *b)
{
	const struct rule *winner = &a->rule->rule, *loser = &b->rule->rule;

	if (winner == loser) {
		if (way_equals(a, b))
			lint_add(l, FINDING_TWICE, b, a);
	} else if (winner->strength > loser->strength) {
		if (way_covers(a, b))
			lint_add(l, FINDING_SHADOWED, b, a);
	} else if (!same_verdict(winner, loser)) {
		if (way_meets(a, b))
			lint_add(l, FINDING_TIED, b, a);
	} else if (winner->signature == loser->signature && way_covers(a, b)) {
		lint_add(l, FINDING_REPEATED, b, a);
	}
}

/* Two of a run between which nothing else can be that meets the first. */
static int
way_apart(const struct way *a, const struct way *b)
{
	if (a->how.host == 2)
		return strcmp(a->host->pattern, b->host->pattern);
	if (a->how.host == 0 && a->how.net_bits > 0)
		return addr_compare(&a->net->net.addr, &b->net->net.addr);
	return 0;
}

static int
node_order(const struct node *a, const struct node *b)
{
	int order = (a->line > b->line) - (a->line < b->line);

	return order ? order : (a->column > b->column) - (a->column < b->column);
}

/* How specific; then exact hosts and nets beside their equals; the stronger first. */
static int
lint_order(const void *left, const void *right)
{
	const struct way *a = left, *b = right;
	int order = specificity_compare(&a->how, &b->how);

	if (order == 0)
		order = way_apart(a, b);
	if (order == 0)
		order = (int)b->rule->rule.strength - (int)a->rule->rule.strength;
	if (order == 0)
		order = (a->rule > b->rule) - (a->rule < b->rule);
	if (order == 0)
		order = node_order(way_at(a), way_at(b));
	return order;
}

static void
lint_runs(struct lint *l, const struct way *ways, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t j = i + 1; j < count; j++) {
			if (specificity_compare(&ways[i].how, &ways[j].how) != 0 ||
			    way_apart(&ways[i], &ways[j]) != 0)
				break;
			lint_pair(l, &ways[i], &ways[j]);
		}
	}
}

/* What carries each of our dissectors; those not named here come over either. */
static const struct {
	enum dissector dissector;
	uint8_t protos; /* as in struct match */
	const char *only;
} carriers[] = {
	{ DISSECTOR_TLS, 1, "tcp" },
	{ DISSECTOR_HTTP, 1, "tcp" },
	{ DISSECTOR_QUIC, 2, "udp" },
	{ DISSECTOR_DTLS, 2, "udp" },
};

static void
lint_dead(struct lint *l, const struct rule_inside *r, const char *what, const char *only)
{
	l->found++;
	error_add(l->error, r->rule.signature->path, r->match_at->line,
	    r->match_at->column, "rule '%s' is dead: %s is only seen over %s", r->rule.id,
	    what, only);
}

static void
lint_rule(struct lint *l, const struct rule_inside *r)
{
	const struct match *m = &r->match;

	if (m->protos == 4 && (m->keys & (MATCH_PORT | MATCH_LOCAL_PORT)))
		lint_dead(l, r, "a port", "tcp and udp");
	for (size_t i = 0; i < COUNT_OF(carriers); i++) {
		bool alone = m->dissectors == 1u << carriers[i].dissector;

		if (alone && m->protos != 0 && !(m->protos & carriers[i].protos))
			lint_dead(l, r, dissector_name(carriers[i].dissector),
			    carriers[i].only);
	}
}

/* All ways of the set in one array, which the caller frees. */
static struct way *
ways_gather(const struct signatures *s, size_t *count)
{
	struct way *all;
	size_t room = 1;

	for (size_t i = 0; i < WAY_INDEXES; i++)
		room += s->ways[i].count;
	all = calloc(room, sizeof(*all));
	*count = 0;
	for (size_t i = 0; all != NULL && i < WAY_INDEXES; i++)
		for (size_t j = 0; j < s->ways[i].count; j++)
			all[(*count)++] = s->ways[i].items[j];
	return all;
}

size_t
signatures_lint(const struct signatures *s, struct error *e)
{
	struct lint l = { .error = e };
	size_t count;
	struct way *all = ways_gather(s, &count);

	if (all == NULL) {
		error_add(e, NULL, 0, 0, "out of memory");
		return 1;
	}
	for (size_t i = 0; i < s->rule_count; i++)
		lint_rule(&l, &s->rules[i]);
	qsort(all, count, sizeof(*all), lint_order);
	lint_runs(&l, all, count);
	free(all);
	return l.found;
}
