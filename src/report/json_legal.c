/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rules of law an observation bears on, with the numbers of this capture and what
 * no tap can see. Information for people who judge; nothing here is a verdict of law.
 */
#include "json.h"

#define TLS_1_2 0x0303
/* So many recipients are named; the others are counted. */
#define NAMED 3

struct facts {
	const struct report *report;
	size_t recipients, third; /* that got something of the app */
	uint64_t third_bytes, third_content;
	const char *basis; /* of the minutes: "call as marked" */
	double minutes;
	uint64_t telemetry, diagnostics; /* in these minutes */
	int64_t consent_ns;          /* when it was first declared; INT64_MAX: never */
	uint64_t early, early_third; /* before that */
	uint64_t optional_off;
	double optional_off_minutes;
	uint64_t clear_http, clear_media;
	size_t old_tls;
	size_t claims, contradicted, undisclosed;
};

static bool
is_of_app(enum category c)
{
	return c != CATEGORY_UNKNOWN && c != CATEGORY_OTHER;
}

static uint64_t
app_bytes(const uint64_t up[CATEGORIES])
{
	return up[CATEGORY_SIGNALLING] + up[CATEGORY_TELEMETRY] +
	       up[CATEGORY_DIAGNOSTICS] + up[CATEGORY_CONTENT];
}

static void
recipients_count(struct facts *f, const struct session *s)
{
	for (size_t i = 0; i < s->recipient_count; i++) {
		const struct recipient *r = &s->recipients[i];
		uint64_t bytes = app_bytes(r->up);

		f->recipients += bytes > 0;
		if (bytes == 0 || r->party != PARTY_THIRD)
			continue;
		f->third++;
		f->third_bytes += bytes;
		f->third_content += r->up[CATEGORY_CONTENT];
	}
}

static double
minutes_of(int64_t from_ns, int64_t to_ns)
{
	return (double)(to_ns - from_ns) / 60e9;
}

/* Of one state, declared or inferred. */
static void
spans_add(const struct session *s, enum state state, bool inferred, double *minutes,
    uint64_t *telemetry, uint64_t *diagnostics)
{
	for (size_t i = 0; i < s->span_count; i++) {
		const struct state_span *span = &s->spans[i];

		if (span->state != state || span->inferred != inferred)
			continue;
		*minutes += minutes_of(span->from_ns, span->to_ns);
		*telemetry += span->up[CATEGORY_TELEMETRY];
		*diagnostics += span->up[CATEGORY_DIAGNOSTICS];
	}
}

static void
minutes_count(struct facts *f, const struct session *s)
{
	const struct traffic *t = &s->input.traffic;

	f->basis = "the call as marked";
	spans_add(s, STATE_IN_CALL, false, &f->minutes, &f->telemetry, &f->diagnostics);
	if (f->minutes > 0)
		return;
	f->basis = "the call as its media show it";
	spans_add(s, STATE_IN_CALL, true, &f->minutes, &f->telemetry, &f->diagnostics);
	if (f->minutes > 0)
		return;
	f->basis = "the capture";
	f->minutes = t->frames > 0 ? minutes_of(t->first_ns, t->last_ns) : 0;
	f->telemetry = s->up[CATEGORY_TELEMETRY].bytes;
	f->diagnostics = s->up[CATEGORY_DIAGNOSTICS].bytes;
}

static int64_t
consent_at(const struct session *s)
{
	for (size_t i = 0; i < s->span_count; i++)
		if (s->spans[i].state == STATE_CONSENTED && !s->spans[i].inferred)
			return s->spans[i].from_ns;
	return INT64_MAX;
}

/* Payload types whose codec is fixed (RFC 3551): a stream of them that is no ciphertext
 * is speech that anyone on the way can hear. */
static bool
is_clear_media(const struct stream *s)
{
	static const uint8_t fixed[] = { 0, 3, 8, 9, 18 };
	bool told = false;

	return s->rtp != NULL && s->certain &&
	       memchr(fixed, s->payload_type, sizeof(fixed)) != NULL &&
	       !rtp_stats_scrambled(s->rtp, &told) && told;
}

static void
finding_count(struct facts *f, const struct judged_flow *j, const struct finding *found)
{
	const struct session *s = f->report->session;
	enum category c = found->verdict.category;
	struct pulse_sum early;

	if (!is_of_app(c) || found->up_bytes == 0)
		return;
	if (j->ndpi != NULL && j->ndpi->dissector == DISSECTOR_HTTP)
		f->clear_http += found->up_bytes;
	if (is_clear_media(found->stream))
		f->clear_media += found->up_bytes;
	if (!s->declared[STATE_CONSENTED] || c == CATEGORY_SIGNALLING)
		return;
	pulses_within(&found->stream->pulses[j->local], INT64_MIN, f->consent_ns, &early);
	f->early += early.bytes;
	if (j->party == PARTY_THIRD)
		f->early_third += early.bytes;
}

static void
flows_count(struct facts *f, const struct session *s)
{
	for (size_t i = 0; i < s->flow_count; i++) {
		const struct judged_flow *j = &s->flows[i];
		const struct ndpi_facts *n = j->ndpi;

		if (j->foreign)
			continue;
		f->old_tls += n != NULL && n->dissector == DISSECTOR_TLS &&
			      n->tls_version != 0 && n->tls_version < TLS_1_2;
		for (size_t k = 0; k < j->finding_count; k++)
			finding_count(f, j, &j->findings[k]);
	}
}

static void
facts_find(struct facts *f, const struct report *r)
{
	uint64_t logs = 0;

	*f = (struct facts){ .report = r, .consent_ns = consent_at(r->session) };
	recipients_count(f, r->session);
	minutes_count(f, r->session);
	flows_count(f, r->session);
	spans_add(r->session, STATE_OPTIONAL_DATA_OFF, false, &f->optional_off_minutes,
	    &f->optional_off, &logs);
	f->optional_off += logs;
	for (size_t i = 0; i < r->judgement_count; i++) {
		f->claims += r->judgements[i]->outcome_count;
		f->contradicted += r->judgements[i]->claims[OUTCOME_CONTRADICTED];
		f->undisclosed += r->judgements[i]->accused;
	}
}

/* The sentences. */

static void
write_thirds(FILE *out, const struct facts *f)
{
	const struct session *s = f->report->session;
	size_t told = 0;

	if (f->third == 0)
		return;
	fputs(" (", out);
	for (size_t i = 0; i < s->recipient_count && told < NAMED; i++) {
		const struct recipient *r = &s->recipients[i];

		if (r->party != PARTY_THIRD || app_bytes(r->up) == 0)
			continue;
		fprintf(out, "%s%s", told++ ? ", " : "", r->entity ? r->entity : "?");
	}
	if (f->third > told)
		fprintf(out, " and %zu more", f->third - told);
	fputc(')', out);
}

static const char *
time_words(double minutes, char text[16])
{
	snprintf(text, 16, minutes < 2 ? "%.1f s" : "%.1f min",
	    minutes < 2 ? minutes * 60 : minutes);
	return text;
}

static void
seen_words(FILE *out, const void *what)
{
	const struct facts *f = what;

	if (f->report->judgement_count == 0)
		fputs("No policy was held against this capture.", out);
	else
		fprintf(out, "Contradicted claims: %zu of %zu. Undisclosed streams: %zu.",
		    f->contradicted, f->claims, f->undisclosed);
}

static void
seen_purpose(FILE *out, const void *what)
{
	const struct facts *f = what;
	const struct category_total *t = &f->report->session->up[CATEGORY_TELEMETRY];
	char ads[16], all[16];

	fprintf(out, "%s of %s of telemetry went to endpoints for advertising.",
	    size_text(t->kinds[KIND_ADS].bytes, ads), size_text(t->bytes, all));
}

static void
seen_amount(FILE *out, const void *what)
{
	const struct facts *f = what;
	char a[16], b[16], time[16], each[16];

	fprintf(out, "%s of telemetry and %s of diagnostics went up in %s of %s",
	    size_text(f->telemetry, a), size_text(f->diagnostics, b),
	    time_words(f->minutes, time), f->basis);
	if (f->minutes > 0)
		fprintf(out, ": %s of telemetry a minute",
		    size_text((uint64_t)((double)f->telemetry / f->minutes), each));
	fputc('.', out);
}

static void
seen_consent(FILE *out, const void *what)
{
	const struct facts *f = what;
	char all[16], third[16];

	if (!f->report->session->declared[STATE_CONSENTED]) {
		fputs("No mark says when consent was given.", out);
		return;
	}
	fprintf(out,
	    "%s of telemetry, diagnostics and content went up before consent was "
	    "marked, %s of it to third parties.",
	    size_text(f->early, all), size_text(f->early_third, third));
}

static void
seen_recipients(FILE *out, const void *what)
{
	const struct facts *f = what;
	char size[16];

	fprintf(out, "Recipients of the app's data: %zu. Third parties: %zu",
	    f->recipients, f->third);
	write_thirds(out, f);
	fprintf(out, ", which got %s.", size_text(f->third_bytes, size));
}

static void
seen_default(FILE *out, const void *what)
{
	const struct facts *f = what;
	char size[16], time[16];

	if (!f->report->session->declared[STATE_OPTIONAL_DATA_OFF])
		fputs("No mark says that optional data was switched off.", out);
	else
		fprintf(out,
		    "%s of telemetry and diagnostics went up in %s with optional data "
		    "switched off.",
		    size_text(f->optional_off, size),
		    time_words(f->optional_off_minutes, time));
}

static void
seen_clear(FILE *out, const void *what)
{
	const struct facts *f = what;
	char http[16], media[16];

	fprintf(out,
	    "Of the app's data: %s as HTTP in clear, %s as media in clear. Connections "
	    "below TLS 1.2: %zu.",
	    size_text(f->clear_http, http), size_text(f->clear_media, media), f->old_tls);
}

/* Countries of one source, each once, most bytes first. */
static size_t
write_countries(
    FILE *out, const struct session *s, enum country_source source, const char *words)
{
	bool told[26][26] = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < s->recipient_count; i++) {
		const struct recipient *r = &s->recipients[i];
		const char *c = r->country;

		if (app_bytes(r->up) == 0 || r->country_source != source || c == NULL ||
		    c[0] < 'A' || c[0] > 'Z' || c[1] < 'A' || c[1] > 'Z' ||
		    told[c[0] - 'A'][c[1] - 'A'])
			continue;
		told[c[0] - 'A'][c[1] - 'A'] = true;
		if (count == 0)
			fprintf(out, "%s: ", words);
		fprintf(out, "%s%.2s", count++ ? ", " : "", c);
	}
	if (count > 0)
		fputs(". ", out);
	return count;
}

static void
seen_countries(FILE *out, const void *what)
{
	static const char *const words[COUNTRY_SOURCES] = {
		[COUNTRY_HOST] = "By the host's name",
		[COUNTRY_SIGNATURE] = "By what is known of the service",
		[COUNTRY_VENDOR] = "By the company's seat",
		[COUNTRY_GEO] = "By the network's registration",
	};
	const struct facts *f = what;
	const struct session *s = f->report->session;
	size_t unknown = 0;

	for (unsigned i = COUNTRY_NONE + 1; i < COUNTRY_SOURCES; i++)
		(void)write_countries(out, s, i, words[i]);
	for (size_t i = 0; i < s->recipient_count; i++)
		unknown += app_bytes(s->recipients[i].up) > 0 &&
			   s->recipients[i].country == NULL;
	fprintf(out, "Not known: %zu of %zu.", unknown, f->recipients);
}

static void
seen_content(FILE *out, const void *what)
{
	const struct facts *f = what;
	char all[16], third[16];

	fprintf(out, "%s of content went up, %s of it to third parties.",
	    size_text(f->report->session->up[CATEGORY_CONTENT].bytes, all),
	    size_text(f->third_content, third));
}

static void
seen_device(FILE *out, const void *what)
{
	const struct session *s = ((const struct facts *)what)->report->session;
	char size[16];

	fprintf(out, "%s of telemetry and diagnostics went up. ",
	    size_text(s->up[CATEGORY_TELEMETRY].bytes + s->up[CATEGORY_DIAGNOSTICS].bytes,
		size));
	seen_consent(out, what);
}

static const struct {
	const char *rule, *in_one_line;
	void (*observed)(FILE *out, const void *facts);
	const char *cannot_show;
} rules[] = {
	{ "GDPR 5(1)(a)", "Processing has to match what people were told about it.",
	    seen_words,
	    "What is inside encrypted connections; what else people were told." },
	{ "GDPR 5(1)(b)",
	    "What was collected for one purpose is not used for one that does not fit.",
	    seen_purpose,
	    "What a server does with the data later, AI training included." },
	{ "GDPR 5(1)(c)", "No more data than the purpose needs.", seen_amount,
	    "Which fields the messages hold, and whether each is needed." },
	{ "GDPR 6 and 7",
	    "Every processing has a legal basis; consent is free, informed and comes "
	    "first.",
	    seen_consent, "Which basis is relied on, and whether a consent is valid." },
	{ "GDPR 12 to 14", "People are told who gets their data.", seen_recipients,
	    "Whether a notice is clear enough, and contracts with recipients." },
	{ "GDPR 25", "By default only what each purpose needs is processed.",
	    seen_default, "Which settings were defaults, if the tester does not say." },
	{ "GDPR 32", "Security fits the risk, encryption on the way included.",
	    seen_clear, "Security at rest, and who holds the keys." },
	{ "GDPR 44 to 49", "Transfers out of the EEA need a ground of their own.",
	    seen_countries,
	    "Onward transfer and access from afar; a registration is not a place of "
	    "storage." },
	{ "ePrivacy Directive 5(1)",
	    "Nobody listens to, taps or stores communications without the users' "
	    "consent.",
	    seen_content, "What the far end records, transcribes or analyses." },
	{ "ePrivacy Directive 5(3)",
	    "Reading from a device needs consent unless the service asked for strictly "
	    "needs it.",
	    seen_device, "What was read on the device, and what is strictly needed." },
	{ "FTC Act s.5",
	    "No deception; the FTC's order of 2021 forbids Zoom to misrepresent its "
	    "privacy and security.",
	    seen_words, "Whether a statement misled anyone, and whom an order binds." },
};

json_t *
json_legal(const struct report *r)
{
	struct facts facts;
	json_t *list = json_array();

	facts_find(&facts, r);
	for (size_t i = 0; i < COUNT_OF(rules); i++) {
		const struct json_entry entries[] = {
			{ "rule", json_string(rules[i].rule) },
			{ "in_one_line", json_string(rules[i].in_one_line) },
			{ "observed", json_written(rules[i].observed, &facts) },
			{ "cannot_show", json_string(rules[i].cannot_show) },
		};

		json_list_add(&list, json_map(entries, COUNT_OF(entries)));
	}
	return list;
}
