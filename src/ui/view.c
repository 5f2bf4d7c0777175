/* SPDX-License-Identifier: Apache-2.0 */
/* A judgement as what a screen shows of it. */
#include "private.h"

/* In a full table so many of the largest stand whoever they are; then third parties. */
#define RECIPIENTS_LARGEST 4
/* Media pause; what was seen of a state so shortly before the end goes on. */
#define INFERRED_LATE_NS INT64_C(3000000000)

static void
recipient_fill(struct view_recipient *to, const struct recipient *r)
{
	text_fit(to->entity, sizeof(to->entity), r->entity);
	text_fit(to->host, sizeof(to->host), r->host_count > 0 ? r->hosts[0] : NULL);
	text_fit(to->country, sizeof(to->country), r->country);
	to->party = (uint8_t)r->party;
	to->host_count = (uint32_t)r->host_count;
	memcpy(to->up, r->up, sizeof(to->up));
}

/* How many of the third parties below the largest have a place in a full table. */
static size_t
thirds_with_place(const struct session *s)
{
	size_t count = 0, most = VIEW_RECIPIENTS - RECIPIENTS_LARGEST;

	for (size_t i = RECIPIENTS_LARGEST; i < s->recipient_count && count < most; i++)
		count += s->recipients[i].party == PARTY_THIRD;
	return count;
}

static void
recipients_fill(struct view *v, const struct session *s)
{
	size_t thirds = thirds_with_place(s);
	size_t others = VIEW_RECIPIENTS - RECIPIENTS_LARGEST - thirds;

	memset(v->recipient, 0, sizeof(v->recipient));
	v->recipients = (uint32_t)s->recipient_count;
	v->recipient_count = 0;
	for (size_t i = 0; i < s->recipient_count; i++) {
		const struct recipient *r = &s->recipients[i];
		size_t *places = r->party == PARTY_THIRD ? &thirds : &others;

		if (i >= RECIPIENTS_LARGEST && (*places)-- == 0) {
			*places = 0;
			continue;
		}
		recipient_fill(&v->recipient[v->recipient_count++], r);
	}
}

static void
claims_fill(struct view *v, const struct judgement *j, bool contradicted)
{
	for (size_t i = 0; i < j->outcome_count; i++) {
		const struct claim_outcome *o = &j->outcomes[i];
		struct view_claim *to = &v->claim[v->claim_count];

		if ((o->outcome == OUTCOME_CONTRADICTED) != contradicted)
			continue;
		v->claims++;
		v->outcomes[o->outcome]++;
		if (v->claim_count == VIEW_CLAIMS)
			continue;
		text_fit(to->policy, sizeof(to->policy), j->policy->name);
		text_fit(to->claim, sizeof(to->claim), o->claim->id);
		to->outcome = (uint8_t)o->outcome;
		to->says = (uint8_t)o->claim->says;
		v->claim_count++;
	}
}

/* Media, or connections, that go on close the gate of the end for as long as the call
 * lasts: any other reason says more. */
static void
gates_fill(struct view *v, const struct judgement *const *judgements, size_t count)
{
	const struct gate *first = NULL;
	bool ending = false;

	for (size_t i = 0; i < count * GATES; i++) {
		const struct gate *gate = &judgements[i / GATES]->gates[i % GATES];

		if (!gate->closed || (first != NULL && !ending))
			continue;
		if (first == NULL || i % GATES != GATE_ENDING) {
			first = gate;
			ending = i % GATES == GATE_ENDING;
		}
	}
	v->gates_open = count > 0 && first == NULL;
	text_fit(v->gate, sizeof(v->gate), first != NULL ? first->why : NULL);
}

static void
states_fill(struct view *v, const struct session *s)
{
	const struct marks *m = s->input.marks;
	int64_t last_ns = s->input.traffic.last_ns;

	memset(v->on, 0, sizeof(v->on));
	memset(v->inferred, 0, sizeof(v->inferred));
	memcpy(v->set, s->declared, sizeof(v->set));
	v->marks = m != NULL ? (uint32_t)marks_count(m) : 0;
	for (uint32_t i = 0; i < v->marks; i++) {
		const struct mark *mark = marks_at(m, i);

		if (mark->state < STATES)
			v->on[mark->state] = mark->on;
	}
	for (size_t i = 0; i < s->span_count; i++) {
		const struct state_span *span = &s->spans[i];

		if (span->inferred && span->to_ns > last_ns - INFERRED_LATE_NS)
			v->inferred[span->state] = true;
	}
}

static void
traffic_fill(struct view *v, const struct session *s)
{
	const struct coverage *c = &s->coverage;

	memset(v->kinds, 0, sizeof(v->kinds));
	v->up_total = 0;
	for (int category = 0; category < CATEGORIES; category++) {
		const struct category_total *total = &s->up[category];

		v->up[category] = total->bytes;
		v->up_total += total->bytes;
		for (int kind = 0; kind < KINDS; kind++)
			v->kinds[kind] += total->kinds[kind].bytes;
	}
	v->flows = s->flow_count;
	v->frames = s->input.traffic.frames;
	v->frame_bytes = s->input.traffic.frame_bytes;
	v->last_ns = s->input.traffic.last_ns;
	v->unknown_up_bytes = c->unknown_up_bytes;
	v->owned_up_bytes = c->owned_up_bytes;
	v->unowned_up_bytes = c->unowned_up_bytes;
	v->owners_known = c->owners_known;
	text_fit(v->app, sizeof(v->app),
	    s->app != NULL     ? s->app->title
	    : s->app_count > 0 ? s->apps[0].signature->title
			       : NULL);
}

void
view_fill(struct view *v, const struct session *s,
    const struct judgement *const *judgements, size_t count)
{
	traffic_fill(v, s);
	recipients_fill(v, s);
	states_fill(v, s);
	gates_fill(v, judgements, count);
	memset(v->claim, 0, sizeof(v->claim));
	memset(v->outcomes, 0, sizeof(v->outcomes));
	v->claims = v->claim_count = v->omitted = 0;
	for (size_t i = 0; i < 2 * count; i++)
		claims_fill(v, judgements[i % count], i < count);
	for (size_t i = 0; i < count; i++)
		v->omitted += (uint32_t)judgements[i]->accused;
	view_accuse(v, s, judgements, count);
}
