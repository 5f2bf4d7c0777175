/* SPDX-License-Identifier: Apache-2.0 */
/* One stream, one category: the best rule, else what shape, place or name allow to say.
 */
#include <callwitness/classify.h>

/* A stream as rules see it: what our dissectors proved, else what nDPI says of the flow.
 */
static void
stream_subject(const struct circumstances *c, const struct stream *s, struct verdict *v)
{
	v->dissector = s->dissector;
	v->message = s->message;
	if (!s->certain)
		v->dissector = DISSECTOR_NONE;
	if (v->dissector == DISSECTOR_NONE) {
		v->dissector = c->ndpi ? c->ndpi->dissector : DISSECTOR_NONE;
		v->message = v->dissector ? MESSAGE_SESSION : MESSAGE_NONE;
		if (c->flow->shape != NULL)
			v->behaviour = (uint8_t)shape_behaviour(c->flow->shape, c->local,
			    c->flow->last_ns - c->flow->first_ns, NULL, 0);
	} else if (v->message == MESSAGE_MEDIA && s->rtp != NULL) {
		v->message = (uint8_t)rtp_stats_medium(s->rtp, NULL, 0);
	}
}

static void
subject_fill(const struct circumstances *c, const struct verdict *v, struct subject *out)
{
	const struct flow_end *remote = &c->flow->key.end[!c->local];

	*out = (struct subject){
		.addr = &remote->addr,
		.port = remote->port,
		.local_port = c->flow->key.end[c->local].port,
		.proto = c->flow->key.proto,
		.dissector = v->dissector,
		.message = v->message,
		.behaviour = v->behaviour,
		.process = c->process,
	};
	if (c->ndpi != NULL) {
		out->alpn = c->ndpi->alpn;
		/* A guess by port or address is nDPI's, not the packets'. */
		if (c->ndpi->confidence != NULL &&
		    strncmp(c->ndpi->confidence, "DPI", 3) == 0)
			out->ndpi = c->ndpi->protocol;
		out->ja3 = c->ndpi->ja3;
		out->cert = c->ndpi->certificate;
	}
}

/* The most specific rule over all names of the flow; names may disagree. */
static struct specificity
rule_choose(const struct circumstances *c, const struct subject *base, struct verdict *v)
{
	size_t count = c->identity->name_count ? c->identity->name_count : 1;
	struct specificity best = { 0 };
	bool unlisted = false;

	for (size_t i = 0; i < count; i++) {
		struct subject subject = *base;
		struct specificity how = { 0 };
		const struct rule *rule = NULL;

		subject.host = c->identity->name_count ? c->identity->names[i] : NULL;
		rule = c->memo != NULL
			   ? match_memo_match(c->memo, &subject, &how)
			   : signatures_match(c->signatures, &subject, c->app, &how);
		unlisted |= rule == NULL;
		if (rule == NULL)
			continue;
		if (v->rule != NULL && v->rule->category != rule->category)
			v->names_differ = true;
		if (v->rule == NULL || specificity_compare(&how, &best) > 0) {
			v->rule = rule;
			v->host = how.host ? subject.host : NULL;
			best = how;
		}
	}
	/* Another program's name for the same address: it may be that one's flow. */
	v->names_differ |= unlisted && v->host != NULL;
	return best;
}

const struct rule *
remote_rule(const struct circumstances *c)
{
	struct verdict nothing = { 0 };
	struct subject subject;

	if (c->foreign)
		return NULL;
	subject_fill(c, &nothing, &subject);
	(void)rule_choose(c, &subject, &nothing);
	return nothing.rule;
}

static void
verdict_set(
    struct verdict *v, enum category c, enum kind k, enum strength s, enum basis b)
{
	v->category = (uint8_t)c;
	v->kind = (uint8_t)k;
	v->strength = (uint8_t)s;
	v->basis = (uint8_t)b;
}

static void
without_rule(const struct circumstances *c, struct verdict *v)
{
	bool local = addr_stays_local(&c->flow->key.end[!c->local].addr);

	if (local && v->dissector == DISSECTOR_NONE && v->behaviour != BEHAVIOUR_MEDIA)
		verdict_set(
		    v, CATEGORY_OTHER, KIND_NONE, STRENGTH_BEHAVIOURAL, BASIS_LAN);
	else if (c->identity->host != NULL)
		verdict_set(v, CATEGORY_OTHER, KIND_NONE, STRENGTH_NONE, BASIS_UNLISTED);
	else if (v->behaviour == BEHAVIOUR_MEDIA && !local)
		verdict_set(
		    v, CATEGORY_CONTENT, KIND_MEDIA, STRENGTH_BEHAVIOURAL, BASIS_SHAPE);
	else if (v->behaviour == BEHAVIOUR_BATCH &&
		 shape_is_periodic(c->flow->shape, c->local))
		verdict_set(
		    v, CATEGORY_TELEMETRY, KIND_USAGE, STRENGTH_BEHAVIOURAL, BASIS_SHAPE);
	else
		verdict_set(v, CATEGORY_UNKNOWN, KIND_NONE, STRENGTH_NONE, BASIS_NONE);
}

/* Payload up from which opaque datagrams are more than set-up and keep-alive. */
#define OPAQUE_BYTES 8192

/*
 * Datagrams that nobody can open, to a place that carries media too: a rule for the place
 * alone does not say what they are. Their shape may; if not, many of them are unknown.
 */
static bool
is_opaque(
    const struct circumstances *c, const struct verdict *v, const struct specificity *how)
{
	return c->flow->key.proto == 17 && v->dissector == DISSECTOR_NONE &&
	       how->dissected == 0 && how->behaviour == 0 &&
	       v->category == CATEGORY_SIGNALLING &&
	       (v->behaviour == BEHAVIOUR_MEDIA ||
		   (how->host == 0 && how->net_bits > 0 &&
		       c->flow->side[c->local].payload_bytes > OPAQUE_BYTES));
}

static void
verdict_find(const struct circumstances *c, const struct stream *s, struct verdict *out)
{
	struct specificity how;
	struct subject subject;

	memset(out, 0, sizeof(*out));
	if (c->foreign) {
		verdict_set(out, CATEGORY_OTHER, KIND_NONE, STRENGTH_NONE, BASIS_FOREIGN);
		return;
	}
	stream_subject(c, s, out);
	subject_fill(c, out, &subject);
	how = rule_choose(c, &subject, out);
	out->placed = how.host > 0 || how.net_bits > 0;
	if (out->rule == NULL) {
		without_rule(c, out);
		return;
	}
	verdict_set(
	    out, out->rule->category, out->rule->kind, out->rule->strength, BASIS_RULE);
	if (is_opaque(c, out, &how)) {
		bool media = out->behaviour == BEHAVIOUR_MEDIA;

		out->rule = NULL;
		verdict_set(out, media ? CATEGORY_CONTENT : CATEGORY_UNKNOWN,
		    media ? KIND_MEDIA : KIND_NONE,
		    media ? STRENGTH_BEHAVIOURAL : STRENGTH_NONE,
		    media ? BASIS_SHAPE : BASIS_OPAQUE);
		return;
	}
	if (out->names_differ && out->strength > STRENGTH_BEHAVIOURAL)
		out->strength = STRENGTH_BEHAVIOURAL;
}

/* Who receives it is still told; what it is, nobody asked. */
void
stream_verdict(const struct circumstances *c, const struct stream *s, struct verdict *out)
{
	verdict_find(c, s, out);
	if (c->outside && !c->foreign)
		verdict_set(out, CATEGORY_OTHER, KIND_NONE, (enum strength)out->strength,
		    BASIS_OTHER_PROGRAM);
}
