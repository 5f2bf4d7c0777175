/* SPDX-License-Identifier: Apache-2.0 */
/* Matches remembered: many streams ask the same question, a resolver's above all. */
#include <stdlib.h>
#include <callwitness/classify.h>

/* One answer a place; a newer question takes an older one's. */
#define PLACES 1024

struct question {
	const char
	    *text[6]; /* compared as pointers: strings are interned or one flow's */
	struct addr addr;
	uint16_t port, local_port;
	uint8_t proto, dissector, message, behaviour;
};

struct answer {
	struct question question;
	bool known;
	const struct rule *rule;
	struct specificity how;
};

struct match_memo {
	const struct signatures *signatures;
	const struct signature *app;
	struct answer places[PLACES];
};

struct match_memo *
match_memo_new(const struct signatures *s, const struct signature *app)
{
	struct match_memo *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->signatures = s;
	m->app = app;
	return m;
}

void
match_memo_free(struct match_memo *m)
{
	free(m);
}

/* Zeroed first, so that equal questions are equal bytes. */
static void
question_fill(
    const struct signatures *signatures, const struct subject *s, struct question *q)
{
	memset(q, 0, sizeof(*q));
	q->text[0] = s->host;
	q->text[1] = s->alpn;
	q->text[2] = s->ndpi;
	q->text[3] = s->ja3;
	q->text[4] = s->cert;
	q->text[5] = s->process;
	if (s->addr != NULL) {
		q->addr.family = s->addr->family;
		memcpy(q->addr.bytes, s->addr->bytes, sizeof(q->addr.bytes));
	}
	q->port = s->port;
	if (signatures_ask_local_port(signatures, s->dissector))
		q->local_port = s->local_port;
	q->proto = s->proto;
	q->dissector = (uint8_t)s->dissector;
	q->message = (uint8_t)s->message;
	q->behaviour = (uint8_t)s->behaviour;
}

const struct rule *
match_memo_match(
    struct match_memo *m, const struct subject *subject, struct specificity *how)
{
	struct question q;
	struct answer *a = NULL;

	question_fill(m->signatures, subject, &q);
	a = &m->places[hash_bytes(&q, sizeof(q), 0) % PLACES];
	if (!a->known || memcmp(&a->question, &q, sizeof(q)) != 0) {
		a->question = q;
		a->known = true;
		a->rule = signatures_match(m->signatures, subject, m->app, &a->how);
	}
	if (a->rule != NULL)
		*how = a->how;
	return a->rule;
}
