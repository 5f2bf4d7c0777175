/* SPDX-License-Identifier: Apache-2.0 */
/* Streams that are accused, in plain words: a line for what went to whom. */
#include "private.h"

/* What is said of one kind of data to one recipient, gathered over its streams. */
struct accusation {
	const char *what, *who;
	const struct claim *claim; /* contradicted; NULL: not disclosed */
	const struct policy *policy;
	bool others; /* to others, too */
	uint64_t bytes;
};

struct accusations {
	size_t count;
	struct accusation items[VIEW_NEWS];
};

/* False if there is no such stream. */
static bool
stream_words(
    const struct session *s, uint32_t flow, uint16_t stream, struct accusation *a)
{
	const struct judged_flow *j = session_flow(s, flow);
	const struct verdict *v = NULL;

	if (j == NULL || stream >= j->finding_count)
		return false;
	v = &j->findings[stream].verdict;
	a->what = category_name((enum category)v->category);
	if (v->kind != KIND_NONE && v->category == CATEGORY_CONTENT)
		a->what = kind_name((enum kind)v->kind);
	a->who = j->entity != NULL ? j->entity : j->label;
	if (a->who == NULL)
		a->who = "a recipient without a name";
	return true;
}

static void
accusations_add(struct accusations *all, const struct accusation *a)
{
	for (size_t i = 0; i < all->count; i++) {
		struct accusation *b = &all->items[i];

		if (b->claim != a->claim || b->policy != a->policy ||
		    !same_text(b->what, a->what) || !same_text(b->who, a->who))
			continue;
		b->bytes += a->bytes;
		return;
	}
	if (all->count < COUNT_OF(all->items))
		all->items[all->count++] = *a;
}

/* By its largest stream. */
static void
contradicted_add(struct accusations *all, const struct session *s,
    const struct policy *policy, const struct claim_outcome *o)
{
	struct accusation a = { .claim = o->claim,
		.policy = policy,
		.what = "data",
		.who = "a recipient",
		.bytes = o->up_bytes };
	const struct evidence *largest = NULL;

	for (size_t i = 0; i < o->evidence_count; i++)
		if (largest == NULL || o->evidence[i].bytes > largest->bytes)
			largest = &o->evidence[i];
	if (largest != NULL)
		(void)stream_words(s, largest->flow, largest->stream, &a);
	for (size_t i = 0; i < o->evidence_count; i++) {
		struct accusation b = a;

		if (stream_words(s, o->evidence[i].flow, o->evidence[i].stream, &b))
			a.others = a.others || !same_text(a.who, b.who);
	}
	accusations_add(all, &a);
}

static void
omitted_add(struct accusations *all, const struct session *s, const struct policy *policy,
    const struct stream_disclosure *d)
{
	struct accusation a = { .policy = policy, .bytes = d->up_bytes };

	if (stream_words(s, d->flow, d->stream, &a))
		accusations_add(all, &a);
}

static void
accusation_write(const struct accusation *a, bool alone, char *text, size_t size)
{
	char bytes[16], who[VIEW_TEXT], line[5 * VIEW_TEXT];

	size_text(a->bytes, bytes);
	text_fit(who, sizeof(who), a->who);
	if (a->claim != NULL)
		snprintf(line, sizeof(line), "%s %s to %s%s: contradicts %.60s", bytes,
		    a->what, who, a->others ? " and others" : "", a->claim->id);
	else if (alone)
		snprintf(line, sizeof(line), "%s %s to %s: no claim covers it", bytes,
		    a->what, who);
	else
		snprintf(line, sizeof(line), "%s %s to %s: no claim of %.40s covers it",
		    bytes, a->what, who, a->policy->name);
	text_fit(text, size, line);
}

void
view_accuse(struct view *v, const struct session *s,
    const struct judgement *const *judgements, size_t count)
{
	struct accusations all = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct judgement *j = judgements[i];

		for (size_t k = 0; k < j->outcome_count; k++)
			if (j->outcomes[k].outcome == OUTCOME_CONTRADICTED)
				contradicted_add(&all, s, j->policy, &j->outcomes[k]);
	}
	for (size_t i = 0; i < count; i++) {
		const struct judgement *j = judgements[i];

		for (size_t k = 0; k < j->disclosure_count; k++)
			if (j->disclosures[k].disclosure == DISCLOSURE_OMITTED &&
			    j->disclosures[k].severity != SEVERITY_NONE)
				omitted_add(&all, s, j->policy, &j->disclosures[k]);
	}
	memset(v->news, 0, sizeof(v->news));
	for (size_t i = 0; i < all.count; i++)
		accusation_write(
		    &all.items[i], count == 1, v->news[i].what, sizeof(v->news[i].what));
	v->news_count = (uint32_t)all.count;
}
