/* SPDX-License-Identifier: Apache-2.0 */
/* One sentence on how a verdict came to be, written only when someone asks. */
#include <stdarg.h>
#include <callwitness/classify.h>

struct sentence {
	char *text;
	size_t size, length;
};

static void say(struct sentence *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
say(struct sentence *w, const char *format, ...)
{
	va_list args;
	int n = 0;

	if (w->length >= w->size)
		return;
	va_start(args, format);
	n = vsnprintf(w->text + w->length, w->size - w->length, format, args);
	va_end(args);
	if (n > 0)
		w->length += (size_t)n;
}

static void
say_rtp(struct sentence *w, const struct stream *s)
{
	char medium[256];

	if (s->rtp == NULL || !s->certain)
		return;
	(void)rtp_stats_medium(s->rtp, medium, sizeof(medium));
	say(w, "; RTP payload type %u: %s", s->payload_type, medium);
	if (s->rtp->levelled > 0)
		say(w, "; audio level: V bit in %u, digital silence in %u of %u packets",
		    s->rtp->voiced, s->rtp->silent, s->rtp->levelled);
}

static void
say_message(struct sentence *w, const struct stream *s, const struct verdict *v)
{
	say(w, "%s %s message", dissector_name(v->dissector), message_name(v->message));
	if (s->type != 0 && v->dissector < DISSECTOR_TLS)
		say(w, ", type %u", s->type);
	if (s->relayed)
		say(w, ", inside a relay's framing");
}

static void
say_shape(struct sentence *w, const struct circumstances *c)
{
	char shape[256];

	if (c->flow->shape == NULL)
		return;
	(void)shape_behaviour(c->flow->shape, c->local,
	    c->flow->last_ns - c->flow->first_ns, shape, sizeof(shape));
	say(w, "; shape: %s", shape);
}

static void
say_rule(struct sentence *w, const struct circumstances *c, const struct stream *s,
    const struct verdict *v)
{
	const char *sep = "";

	if (v->host != NULL) {
		say(w, "host %s (%s)", v->host,
		    host_source_name(c->identity->host_source));
		sep = "; ";
	}
	if (v->dissector != DISSECTOR_NONE && v->dissector < DISSECTOR_TLS) {
		say(w, "%s", sep);
		say_message(w, s, v);
		say_rtp(w, s);
		sep = "; ";
	} else if (v->host == NULL) {
		char addr[ADDR_TEXT_SIZE];
		const struct flow_end *remote = &c->flow->key.end[!c->local];

		say(w, "address %s port %u", addr_text(&remote->addr, addr),
		    remote->port);
		sep = "; ";
	}
	if (v->behaviour != BEHAVIOUR_NONE) {
		say(w, "%sbehaves like %s", sep, behaviour_name(v->behaviour));
		say_shape(w, c);
	}
	if (v->names_differ)
		say(w, "; the address has several names that disagree on the category");
	say(w, "; rule %s, %s: %s", v->rule->id, strength_name(v->rule->strength),
	    v->rule->source);
}

void
verdict_why(const struct circumstances *c, const struct stream *s,
    const struct verdict *v, char *text, size_t size)
{
	struct sentence w = { text, size, 0 };

	text[0] = '\0';
	switch ((enum basis)v->basis) {
	case BASIS_RULE:
		say_rule(&w, c, s, v);
		break;
	case BASIS_SHAPE:
		say(&w, "no rule says what it is; behaves like %s",
		    behaviour_name(v->behaviour));
		say_shape(&w, c);
		break;
	case BASIS_OPAQUE:
		say(&w, "datagrams that no dissector opens, too many for set-up alone, "
			"to a place "
			"that carries media as well");
		say_shape(&w, c);
		break;
	case BASIS_LAN:
		say(&w, "stays in the local network (multicast, broadcast or a private "
			"address) "
			"and no rule names it");
		break;
	case BASIS_UNLISTED:
		say(&w,
		    "%s (%s) is in no signature: taken for another program, not verified",
		    c->identity->host, host_source_name(c->identity->host_source));
		break;
	case BASIS_FOREIGN:
		say(&w, "neither end is the machine that is judged");
		break;
	case BASIS_OTHER_APP:
		say(&w, "belongs to %s, which was not asked for",
		    v->rule ? v->rule->signature->title : "another app");
		break;
	case BASIS_OTHER_PROGRAM:
		say(&w, "sent by another program: %s",
		    c->process != NULL ? c->process : "of a name that is not known");
		break;
	case BASIS_NONE:
		say(&w, "no name, no rule, no telling shape");
		if (v->dissector != DISSECTOR_NONE) {
			say(&w, "; ");
			say_message(&w, s, v);
		}
		say_shape(&w, c);
		break;
	}
}
