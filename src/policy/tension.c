/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Claims of one policy that contradict or narrow each other: the table of PoliCheck
 * (Andow et al., "Actions Speak Louder than Words", USENIX Security 2020).
 */
#include <stdlib.h>

#include "private.h"

/* Of the positive claim's term to the negative one's. */
enum relation {
	RELATION_SAME,
	RELATION_PART,
	RELATION_WHOLE,
	RELATION_OVERLAP,
	RELATIONS
};

/* By the relation of the data, then of the recipients. */
static const char labels[RELATIONS][RELATIONS][4] = {
	[RELATION_SAME] = { "C1", "C3", "N3", "C9" },
	[RELATION_PART] = { "C2", "C4", "C5", "C10" },
	[RELATION_WHOLE] = { "N1", "N2", "N4", "C11" },
	[RELATION_OVERLAP] = { "C6", "C7", "C8", "C12" },
};

static const char *const data_texts[RELATIONS] = {
	[RELATION_SAME] = "the same data",
	[RELATION_PART] = "data that is part of the denied",
	[RELATION_WHOLE] = "data of which a part is denied",
	[RELATION_OVERLAP] = "data that shares a part with the denied",
};

static const char *const recipient_texts[RELATIONS] = {
	[RELATION_SAME] = "the same recipients",
	[RELATION_PART] = "recipients that are among the denied",
	[RELATION_WHOLE] = "recipients some of which are denied",
	[RELATION_OVERLAP] = "recipients that have some in common with the denied",
};

/*
 * RELATIONS: none. A root is related to all, so a claim about it says too little to be
 * held against another: PoliCheck leaves statements about roots out.
 */
static enum relation
relation_of(const struct ontologies *o, const struct term *a, const struct term *b)
{
	if (a->depth == 0 || b->depth == 0)
		return RELATIONS;
	if (a == b)
		return RELATION_SAME;
	if (term_distance(a, b) > 0)
		return RELATION_PART;
	if (term_distance(b, a) > 0)
		return RELATION_WHOLE;
	return terms_overlap(o, a, b) ? RELATION_OVERLAP : RELATIONS;
}

const char *
tension_label(const struct ontologies *o, const struct term *positive_data,
    const struct term *negative_data, const struct term *positive_recipient,
    const struct term *negative_recipient)
{
	enum relation data = relation_of(o, positive_data, negative_data);
	enum relation recipients = relation_of(o, positive_recipient, negative_recipient);

	if (data == RELATIONS || recipients == RELATIONS)
		return "";
	return labels[data][recipients];
}

/* Contradictions before narrowings, then by number. */
static bool
label_is_stronger(const char *a, const char *b)
{
	if (b[0] == '\0' || a[0] != b[0])
		return b[0] == '\0' || a[0] < b[0];
	return atoi(a + 1) < atoi(b + 1);
}

/* Which relations some pair of both lists has: a bit each. */
static unsigned
relations_of(const struct ontologies *o, const struct term *const *a, size_t a_count,
    const struct term *const *b, size_t b_count)
{
	unsigned found = 0;

	for (size_t i = 0; i < a_count; i++)
		for (size_t j = 0; j < b_count; j++)
			found |= 1u << relation_of(o, a[i], b[j]);
	return found;
}

/* Data and recipients combine freely, so the pairs of relations are all there are. */
static const char *
strongest_label(const struct ontologies *o, const struct claim *positive,
    const struct claim *negative)
{
	unsigned data = relations_of(o, positive->data, positive->data_count,
	    negative->data, negative->data_count);
	unsigned recipients = relations_of(o, positive->recipients,
	    positive->recipient_count, negative->recipients, negative->recipient_count);
	const char *strongest = "";

	for (unsigned i = 0; i < RELATIONS; i++)
		for (unsigned j = 0; j < RELATIONS; j++)
			if ((data >> i & 1) && (recipients >> j & 1) &&
			    label_is_stronger(labels[i][j], strongest))
				strongest = labels[i][j];
	return strongest;
}

static bool
is_about(const struct term *a, const struct term *b)
{
	return term_distance(a, b) >= 0 || term_distance(b, a) >= 0;
}

/* A denial for some purposes says nothing of what is claimed for others. */
static bool
purposes_meet(const struct claim *positive, const struct claim *negative)
{
	if (negative->purpose_count == 0)
		return true;
	for (size_t i = 0; i < negative->purpose_count; i++) {
		const struct term *denied = negative->purposes[i];

		if (denied->depth == 0)
			return true;
		for (size_t j = 0; j < positive->purpose_count; j++)
			if (is_about(denied, positive->purposes[j]))
				return true;
	}
	return false;
}

static bool
claims_meet(const struct claim *positive, const struct claim *negative)
{
	if (positive->says != SAYS_COLLECTS || negative->says != SAYS_NEVER)
		return false;
	if (negative->when != WHEN_ALWAYS && negative->when != positive->when)
		return false;
	return purposes_meet(positive, negative);
}

static int
tension_add(struct tension **list, size_t *count, const struct tension *t)
{
	/* Doubled whenever the count is a power of two. */
	if ((*count & (*count - 1)) == 0) {
		size_t room = *count ? *count * 2 : 1;
		struct tension *more = realloc(*list, room * sizeof(*more));

		if (more == NULL)
			return -1;
		*list = more;
	}
	(*list)[(*count)++] = *t;
	return 0;
}

int
policy_tensions(const struct policy *p, const struct ontologies *o, struct tension **out,
    size_t *count)
{
	const struct claim *end = p->claims + p->claim_count;
	struct tension *list = NULL;

	*count = 0;
	for (const struct claim *a = p->claims; a < end; a++) {
		for (const struct claim *b = p->claims; b < end; b++) {
			struct tension t = { .positive = a, .negative = b };

			if (!claims_meet(a, b))
				continue;
			snprintf(
			    t.label, sizeof(t.label), "%s", strongest_label(o, a, b));
			if (t.label[0] == '\0')
				continue;
			if (tension_add(&list, count, &t) < 0) {
				free(list);
				return -1;
			}
		}
	}
	*out = list;
	return 0;
}

const char *
tension_text(const char *label, char *text)
{
	text[0] = '\0';
	for (unsigned i = 0; i < RELATIONS; i++)
		for (unsigned j = 0; j < RELATIONS; j++)
			if (strcmp(labels[i][j], label) == 0)
				snprintf(text, TENSION_TEXT_SIZE, "%s: %s, %s",
				    label[0] == 'C' ? "a contradiction" : "a narrowing",
				    data_texts[i], recipient_texts[j]);
	return text;
}
