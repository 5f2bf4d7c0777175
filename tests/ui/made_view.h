/* SPDX-License-Identifier: Apache-2.0 */
/* Views of a call that never was. */
#ifndef MADE_VIEW_H
#define MADE_VIEW_H

#include <callwitness/ui.h>

#define MADE_START INT64_C(1795293191000000000) /* 2026-11-21T20:33:11Z */
#define MADE_SECOND INT64_C(1000000000)

static inline void
made_recipient(struct view *v, const char *entity, const char *host, const char *country,
    enum party party)
{
	struct view_recipient *r = &v->recipient[v->recipient_count++];

	snprintf(r->entity, sizeof(r->entity), "%s", entity);
	snprintf(r->host, sizeof(r->host), "%s", host);
	snprintf(r->country, sizeof(r->country), "%s", country);
	r->party = (uint8_t)party;
	r->host_count = 1;
	v->recipients = v->recipient_count;
}

static inline void
made_claim(struct view *v, const char *claim, enum outcome outcome)
{
	struct view_claim *c = &v->claim[v->claim_count++];

	snprintf(c->policy, sizeof(c->policy), "lab-meet-2026-11-21");
	snprintf(c->claim, sizeof(c->claim), "%s", claim);
	c->outcome = (uint8_t)outcome;
	v->claims = v->claim_count;
	v->outcomes[outcome]++;
}

static inline void
made_claims(struct view *v, bool contradicted)
{
	static const struct {
		const char *claim;
		enum outcome outcome;
	} claims[] = { { "usage-events", OUTCOME_SUPPORTED },
		{ "crash-reports-and-logs", OUTCOME_SUPPORTED },
		{ "call-content", OUTCOME_SUPPORTED },
		{ "beacon-after-call", OUTCOME_NOT_EXERCISED },
		{ "files-stay-with-us", OUTCOME_NOT_OBSERVED },
		{ "nothing-before-consent", OUTCOME_INCONCLUSIVE },
		{ "encrypted-in-transit", OUTCOME_INCONCLUSIVE },
		{ "no-picture-with-camera-off", OUTCOME_NOT_OBSERVED },
		{ "no-usage-when-switched-off", OUTCOME_NOT_EXERCISED },
		{ "recordings", OUTCOME_NOT_OBSERVED },
		{ "no-training", OUTCOME_NOT_TESTABLE } };

	made_claim(v, "no-sound-while-muted",
	    contradicted ? OUTCOME_CONTRADICTED : OUTCOME_NOT_OBSERVED);
	for (size_t i = 0; i < COUNT_OF(claims); i++)
		made_claim(v, claims[i].claim, claims[i].outcome);
}

/* After so many seconds; a third party comes at 20 s, an accusation at 30 s. */
static inline void
made_view(struct view *v, int64_t seconds)
{
	uint64_t s = (uint64_t)seconds;
	struct view_recipient *r = v->recipient;

	memset(v, 0, sizeof(*v));
	v->started_ns = MADE_START;
	v->time_ns = v->last_ns = MADE_START + seconds * MADE_SECOND;
	snprintf(v->interface, sizeof(v->interface), "lab0");
	snprintf(v->app, sizeof(v->app), "Lab Meet");
	v->frames = 150 * s;
	v->frame_bytes = 40000 * s;
	v->flows = 3 + s / 2;
	v->set[STATE_IN_CALL] = v->on[STATE_IN_CALL] = true;
	v->inferred[STATE_IN_CALL] = true;
	v->owners_known = true;
	made_recipient(v, "", "203.0.113.20", "", PARTY_UNKNOWN);
	made_recipient(v, "Lab Meet, Inc.", "events.lab.example", "US", PARTY_FIRST);
	if (s >= 20)
		made_recipient(v, "AdTrack Example Ltd", "collector.adtrack.example",
		    "GB", PARTY_THIRD);
	r[0].up[CATEGORY_CONTENT] = 17000 * s + (s % 7) * 900;
	r[0].up[CATEGORY_SIGNALLING] = 880 * s;
	r[1].up[CATEGORY_CONTENT] = 4200 * (s / 10);
	r[1].up[CATEGORY_TELEMETRY] = 5200 * (s / 4);
	r[1].up[CATEGORY_DIAGNOSTICS] = s >= 26 ? 17300 : 0;
	r[2].up[CATEGORY_TELEMETRY] = s >= 20 ? 1075 * (s / 10) : 0;
	for (int i = 0; i < 3; i++)
		for (int c = 0; c < CATEGORIES; c++)
			v->up[c] += r[i].up[c];
	v->up[CATEGORY_OTHER] = 2600;
	v->up[CATEGORY_UNKNOWN] = v->unknown_up_bytes = 64;
	for (int c = 0; c < CATEGORIES; c++)
		v->up_total += v->up[c];
	v->owned_up_bytes = v->up_total;
	v->unowned_up_bytes = 2600;
	made_claims(v, s >= 30);
	snprintf(v->gate, sizeof(v->gate), "media went on when the capture ended");
	if (s >= 30) {
		v->omitted = 1;
		v->news_count = 2;
		snprintf(v->news[0].what, sizeof(v->news[0].what),
		    "%u.0 kB audio to 203.0.113.20: contradicts no-sound-while-muted",
		    (unsigned)s);
		snprintf(v->news[1].what, sizeof(v->news[1].what),
		    "%u.1 kB telemetry to AdTrack Example Ltd: no claim covers it",
		    (unsigned)s / 10);
	}
}

#endif
