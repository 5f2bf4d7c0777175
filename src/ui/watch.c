/* SPDX-License-Identifier: Apache-2.0 */
/* What is new from one view to the next, as lines. Each thing is told once. */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include "private.h"

/* What is remembered of each sort; when it is full, what comes after is not told. */
#define WATCH_MOST 512
/* What changes all the time is told no more often. */
#define WATCH_PAUSE_NS INT64_C(10000000000)

/* Something by the hash of its name, and what was told of it as bits. */
struct known {
	uint64_t hash;
	unsigned told;
};

struct knowledge {
	size_t count;
	struct known items[WATCH_MOST];
};

struct watch {
	bool begun;
	bool on[STATES], inferred[STATES];
	struct knowledge recipients, claims, accused;
	uint64_t drops, gate;
	int64_t drops_ns, gate_ns; /* when told last */
	watch_teller *tell;
	void *context;
};

struct watch *
watch_new(void)
{
	return calloc(1, sizeof(struct watch));
}

void
watch_free(struct watch *w)
{
	free(w);
}

/* NULL when there is no room left. */
static struct known *
know(struct knowledge *k, uint64_t hash)
{
	for (size_t i = 0; i < k->count; i++)
		if (k->items[i].hash == hash)
			return &k->items[i];
	if (k->count == COUNT_OF(k->items))
		return NULL;
	k->items[k->count] = (struct known){ .hash = hash };
	return &k->items[k->count++];
}

static uint64_t
text_hash(const char *text, uint64_t seed)
{
	return hash_bytes(text, strlen(text), seed);
}

static void watch_say(struct watch *w, bool alarm, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void
watch_say(struct watch *w, bool alarm, const char *format, ...)
{
	char line[8 * VIEW_TEXT];
	va_list list;

	va_start(list, format);
	vsnprintf(line, sizeof(line), format, list);
	va_end(list);
	w->tell(w->context, alarm, line);
}

static void
states_watch(struct watch *w, const struct view *v)
{
	for (int s = 0; s < STATES; s++) {
		const char *words = state_words((enum state)s);

		if (v->on[s] != w->on[s])
			watch_say(w, false, "%s: %s, by a mark", words,
			    v->on[s] ? "on" : "off");
		else if (v->inferred[s] != w->inferred[s] && !v->set[s])
			watch_say(w, false, "%s: %s, as the media show", words,
			    v->inferred[s] ? "on" : "off");
	}
	memcpy(w->on, v->on, sizeof(w->on));
	memcpy(w->inferred, v->inferred, sizeof(w->inferred));
}

/* Of the machine's own network, and of what is not the app's, only third parties. */
static bool
is_telling(const struct view_recipient *r, enum category c)
{
	if (r->party == PARTY_THIRD)
		return true;
	return r->party != PARTY_LOCAL && c != CATEGORY_OTHER && c != CATEGORY_UNKNOWN;
}

/* Which categories are new, as bits; what they are as text. */
static unsigned
categories_new(const struct view_recipient *r, unsigned told, char *text, size_t size)
{
	unsigned fresh = 0;
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < CATEGORIES; i++) {
		enum category c = category_order[i];
		char bytes[16];

		if (r->up[c] == 0 || (told & 1U << c) != 0 || !is_telling(r, c))
			continue;
		at += (size_t)snprintf(text + at, size - at, "%s%s of %s",
		    fresh != 0 ? ", " : "", size_text(r->up[c], bytes), category_name(c));
		fresh |= 1U << c;
	}
	return fresh;
}

static void
recipient_watch(struct watch *w, const struct view_recipient *r)
{
	const char *who = recipient_words(r);
	struct known *k = know(&w->recipients, text_hash(who, r->party));
	bool third = r->party == PARTY_THIRD, known = k != NULL && k->told != 0;
	char what[CATEGORIES * 40], place[16] = "";
	unsigned fresh = 0;

	if (k == NULL)
		return;
	fresh = categories_new(r, k->told, what, sizeof(what));
	k->told |= fresh;
	if (r->country[0] != '\0')
		snprintf(place, sizeof(place), ", %s", r->country);
	if (third && !known && (fresh != 0 || r->host[0] != '\0')) {
		k->told |= 1U << CATEGORIES;
		watch_say(w, true, "new third party: %s%s%s%s", who, place,
		    fresh != 0 ? ": " : "", what);
	} else if (fresh != 0) {
		watch_say(w, third, "first to %s (%s%s): %s", who,
		    party_words((enum party)r->party), place, what);
	}
}

/* Supported and contradicted are told when they begin; that one of them ended, only of
 * the accusation. */
static void
claim_watch(struct watch *w, const struct view_claim *c)
{
	enum outcome o = (enum outcome)c->outcome;
	struct known *k = know(&w->claims, text_hash(c->claim, text_hash(c->policy, 1)));
	const unsigned contradicted = 1U << OUTCOME_CONTRADICTED;
	bool tells = o == OUTCOME_CONTRADICTED || o == OUTCOME_SUPPORTED;

	if (k == NULL)
		return;
	if (tells && (k->told & 1U << o) == 0) {
		watch_say(w, o == OUTCOME_CONTRADICTED, "%s: %s (%s)",
		    outcome_signs[o].word, c->claim, c->policy);
		k->told = 1U << o;
	} else if (!tells && (k->told & contradicted) != 0) {
		watch_say(w, false, "no longer contradicted, now %s: %s (%s)",
		    outcome_signs[o].word, c->claim, c->policy);
		k->told &= ~contradicted;
	}
}

/* The size grows; the rest is what is known by. */
static void
accused_watch(struct watch *w, const struct view_news *n)
{
	const char *rest = n->what + strspn(n->what, "0123456789. ");
	struct known *k = know(&w->accused, text_hash(rest + strcspn(rest, " "), 2));

	if (k == NULL || k->told != 0 || n->what[0] == '\0')
		return;
	k->told = 1;
	watch_say(w, true, "accused: %s", n->what);
}

/* Its words without the numbers, which change all the time; 0: open. */
static uint64_t
gate_hash(const struct view *v)
{
	uint64_t hash = 1;

	if (v->gates_open || v->claims == 0)
		return 0;
	for (const char *c = v->gate; *c != '\0'; c++)
		if (isalpha((unsigned char)*c))
			hash = hash_bytes(c, 1, hash);
	return hash;
}

static void
trouble_watch(struct watch *w, const struct view *v)
{
	uint64_t gate = gate_hash(v), drops = view_drops(v);
	char text[WORDS_SIZE];

	if (drops > w->drops &&
	    (w->drops == 0 || v->time_ns - w->drops_ns >= WATCH_PAUSE_NS)) {
		watch_say(w, true, "drops: %s packets were lost so far",
		    count_text(drops, text));
		w->drops = drops;
		w->drops_ns = v->time_ns;
	}
	if (gate == w->gate || (w->begun && v->time_ns - w->gate_ns < WATCH_PAUSE_NS))
		return;
	if (gate != 0)
		watch_say(w, false, "absence does not count: %s", v->gate);
	else
		watch_say(w, false, "absence counts");
	w->gate = gate;
	w->gate_ns = v->time_ns;
}

void
watch_view(struct watch *w, const struct view *v, watch_teller *tell, void *context)
{
	w->tell = tell;
	w->context = context;
	states_watch(w, v);
	for (uint32_t i = 0; i < v->recipient_count; i++)
		recipient_watch(w, &v->recipient[i]);
	for (uint32_t i = 0; i < v->claim_count; i++)
		claim_watch(w, &v->claim[i]);
	for (uint32_t i = 0; i < v->news_count; i++)
		accused_watch(w, &v->news[i]);
	trouble_watch(w, v);
	w->begun = true;
}
