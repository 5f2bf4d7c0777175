/* SPDX-License-Identifier: Apache-2.0 */
/* The terminal summary: what went up, to whom, and what could not be seen. */
#include "summary.h"

#define BAR_WIDTH 24
#define HOSTS_SHOWN 6
#define UNKNOWNS_SHOWN 8

static const char *const colors[CATEGORIES] = {
	[CATEGORY_CONTENT] = "\033[35m",
	[CATEGORY_TELEMETRY] = "\033[33m",
	[CATEGORY_DIAGNOSTICS] = "\033[36m",
	[CATEGORY_SIGNALLING] = "\033[34m",
	[CATEGORY_OTHER] = "\033[90m",
	[CATEGORY_UNKNOWN] = "\033[31m",
};

/* What matters most comes first. */
static const enum category order[CATEGORIES] = { CATEGORY_CONTENT, CATEGORY_TELEMETRY,
	CATEGORY_DIAGNOSTICS, CATEGORY_SIGNALLING, CATEGORY_OTHER, CATEGORY_UNKNOWN };

const char *
summary_paint(const struct summary_style *style, const char *code)
{
	return style->color ? code : "";
}

void
summary_heading(const struct summary_style *style, FILE *out, const char *text)
{
	fprintf(out, "\n%s%s%s\n", summary_paint(style, "\033[1m"), text,
	    summary_paint(style, "\033[0m"));
}

static void
bar(const struct summary_style *style, FILE *out, double share, const char *color)
{
	unsigned full = (unsigned)(share * BAR_WIDTH + 0.5);

	if (full == 0 && share > 0)
		full = 1;
	fputs(summary_paint(style, color), out);
	for (unsigned i = 0; i < BAR_WIDTH; i++)
		fputs(i < full ? (style->utf8 ? "\xe2\x96\x88" : "#")
			       : (style->utf8 ? "\xc2\xb7" : "."),
		    out);
	fputs(summary_paint(style, "\033[0m"), out);
}

static void
write_files(const struct report *r, FILE *out)
{
	const struct traffic *stats = &r->session->input.traffic;
	char size[16], first[TIME_TEXT_SIZE];

	for (size_t i = 0; i < r->file_count; i++) {
		const struct capture_file *f = &r->files[i];

		fprintf(out, "%s: %s, %llu packets, %s%s\n", f->name, f->format,
		    (unsigned long long)f->packets, size_text(f->bytes, size),
		    f->truncated ? ", cut off within its last packet" : "");
		if (f->damage[0] != '\0')
			fprintf(out, "  damaged: %s\n", f->damage);
	}
	if (stats->frames == 0) {
		fprintf(out, "  no packets\n");
		return;
	}
	fprintf(out, "  from %s for %.1f s, %zu flows\n",
	    time_text(stats->first_ns, first),
	    (double)(stats->last_ns - stats->first_ns) / 1e9, r->session->flow_count);
}

static void
write_locals(const struct report *r, FILE *out)
{
	char addr[ADDR_TEXT_SIZE];
	size_t shown = r->session->local_count < 4 ? r->session->local_count : 4;

	for (size_t i = 0; i < shown; i++) {
		fprintf(out, "  judged: %s\n    because: ",
		    addr_text(&r->session->locals[i].addr, addr));
		text_wrap(out, 13, 13, r->session->locals[i].why);
	}
	if (r->session->local_count > shown)
		fprintf(
		    out, "  and %zu more machines\n", r->session->local_count - shown);
	if (r->session->local_count == 0)
		fprintf(out, "  judged: nobody, %s\n",
		    r->session->input.local_count > 0 &&
			    r->session->input.locals_why == NULL
			? "no flow has an address given with --local"
			: "no machine of this capture opens connections");
}

/* Of a live capture, and of what was asked for. */
static void
write_circumstances(const struct report *r, FILE *out)
{
	const struct report_environment *e = &r->environment;

	if (e->interface != NULL)
		fprintf(out, "  listened on: %s\n", e->interface);
	if (e->ended != NULL)
		fprintf(out, "  ended: %s\n", e->ended);
	if (e->programs != NULL)
		fprintf(out, "  could look at: %s\n", e->programs);
	if (r->options.process != NULL)
		fprintf(out, "  program asked for: %s%s\n", r->options.process,
		    r->session->process_seen ? "" : ", of which no flow is known to be");
}

static void
write_apps(const struct report *r, FILE *out)
{
	const struct session *s = r->session;

	fprintf(out, "  %s: ",
	    s->app             ? "app asked for"
	    : s->app_count > 1 ? "apps"
			       : "app");
	if (s->app != NULL)
		fprintf(out, "%s", s->app->title);
	for (size_t i = 0; s->app == NULL && i < s->app_count && i < 4; i++)
		fprintf(out, "%s%s", i ? ", " : "", s->apps[i].signature->title);
	fprintf(out, "%s\n",
	    s->app == NULL && s->app_count == 0 ? "none that a signature knows" : "");
}

/* How we know, strongest first; shares matter only when there are several. */
static void
write_strengths(const struct category_total *t, FILE *out)
{
	char text[STRENGTHS * 32] = "", share[16];
	size_t used = 0;

	for (unsigned i = STRENGTHS; i-- > 0;) {
		if (t->strengths[i] == 0)
			continue;
		snprintf(share, sizeof(share), " %.0f %%",
		    100.0 * (double)t->strengths[i] / (double)t->bytes);
		snprintf(text + used, sizeof(text) - used, "%s%s%s", used ? ", " : "",
		    i ? strength_name(i) : "nothing proves it",
		    t->strengths[i] < t->bytes ? share : "");
		used = strlen(text);
	}
	fprintf(out, "    known: ");
	text_wrap(out, 11, 11, text);
}

static void
write_category(const struct category_total *t, enum category c, uint64_t all,
    const struct summary_style *style, FILE *out)
{
	double share = all ? (double)t->bytes / (double)all : 0;
	char size[16];

	if (t->bytes == 0)
		return;
	fprintf(out, "  %-12s %10s  ", category_name(c), size_text(t->bytes, size));
	bar(style, out, share, colors[c]);
	fprintf(out, " %5.1f %%\n", share * 100);
	if (c != CATEGORY_UNKNOWN)
		write_strengths(t, out);
	for (unsigned k = KIND_NONE + 1; k < KINDS; k++)
		if (t->kinds[k].bytes > 0)
			fprintf(out, "    %-10s %10s  in %llu packets\n", kind_name(k),
			    size_text(t->kinds[k].bytes, size),
			    (unsigned long long)t->kinds[k].packets);
}

static void
write_totals(const struct report *r, const struct summary_style *style, FILE *out)
{
	uint64_t all = 0;

	summary_heading(style, out, "What went up (payload)");
	for (unsigned c = 0; c < CATEGORIES; c++)
		all += r->session->up[c].bytes;
	for (unsigned i = 0; i < CATEGORIES; i++)
		write_category(&r->session->up[order[i]], order[i], all, style, out);
	if (all == 0)
		fprintf(out, "  nothing\n");
}

/* An entity, the local network, or the address of somebody without a name. */
static const char *
recipient_name(const struct recipient *r)
{
	if (r->entity != NULL)
		return r->entity;
	if (r->party == PARTY_LOCAL)
		return "local network";
	return r->host_count > 0 && r->hosts[0] != NULL ? r->hosts[0] : "no name";
}

/* How sure a country is goes with it. */
static const char *
country_phrase(enum country_source source)
{
	static const char *const phrases[COUNTRY_SOURCES] = {
		[COUNTRY_NONE] = "",
		[COUNTRY_HOST] = ", by its host names in ",
		[COUNTRY_SIGNATURE] = ", said to be in ",
		[COUNTRY_VENDOR] = ", a company in ",
		[COUNTRY_GEO] = ", network registered in ",
	};

	return phrases[source];
}

static void
write_recipient(const struct recipient *r, const struct summary_style *style, FILE *out)
{
	char size[16];
	size_t hosts = r->entity != NULL ? r->host_count : 0;

	fprintf(out, "  %s%s%s, %s party%s%s\n", summary_paint(style, "\033[1m"),
	    recipient_name(r), summary_paint(style, "\033[0m"), party_name(r->party),
	    r->country ? country_phrase(r->country_source) : "",
	    r->country ? r->country : "");
	for (unsigned i = 0; i < CATEGORIES; i++)
		if (r->up[order[i]] > 0)
			fprintf(out, "    %s%-12s%s%10s\n",
			    summary_paint(style, colors[order[i]]),
			    category_name(order[i]), summary_paint(style, "\033[0m"),
			    size_text(r->up[order[i]], size));
	for (size_t i = 0; i < hosts && i < HOSTS_SHOWN; i++)
		fprintf(out, "      %s\n", r->hosts[i]);
	if (hosts > HOSTS_SHOWN)
		fprintf(out, "      and %zu more\n", hosts - HOSTS_SHOWN);
}

static void
write_recipients(const struct report *r, const struct summary_style *style, FILE *out)
{
	size_t shown = 0;

	summary_heading(style, out, "Who received it");
	for (size_t i = 0; i < r->session->recipient_count; i++) {
		if (r->session->recipients[i].up_total == 0)
			continue;
		if (shown++ < style->recipients)
			write_recipient(&r->session->recipients[i], style, out);
	}
	if (shown > style->recipients)
		fprintf(out, "  and %zu more (see -o or --json)\n",
		    shown - style->recipients);
	if (shown == 0)
		fprintf(out, "  nobody\n");
}

/* Types that a protocol has and we do not know: counted by number. */
static void
write_unknowns(const struct session *s, FILE *out)
{
	for (size_t i = 0; i < s->unknown_count && i < UNKNOWNS_SHOWN; i++)
		fprintf(out,
		    "  %s message of unknown type %u: %llu packets, %llu bytes up\n",
		    dissector_name(s->unknowns[i].dissector), s->unknowns[i].type,
		    (unsigned long long)s->unknowns[i].packets,
		    (unsigned long long)s->unknowns[i].up_bytes);
	if (s->unknown_count > UNKNOWNS_SHOWN)
		fprintf(out, "  and %zu more unknown types\n",
		    s->unknown_count - UNKNOWNS_SHOWN);
}

/* Only where programs are known at all: offline nothing tells. */
static void
write_owners(const struct coverage *c, FILE *out)
{
	uint64_t all = c->owned_up_bytes + c->unowned_up_bytes;

	if (c->owners_known && all > 0)
		fprintf(out, "  up: %.0f %% of the bytes belong to no known program\n",
		    100.0 * (double)c->unowned_up_bytes / (double)all);
}

static void
write_coverage(const struct report *r, const struct summary_style *style, FILE *out)
{
	const struct coverage *c = &r->session->coverage;
	const struct traffic *stats = &r->session->input.traffic;
	char a[16], b[16], d[16];

	summary_heading(style, out, "What could not be seen");
	fprintf(out,
	    "  %llu packets dropped by the recorder, %llu cut by the snap length\n"
	    "  %llu flows begun before the capture\n",
	    (unsigned long long)c->kernel_drops, (unsigned long long)c->snapped,
	    (unsigned long long)c->mid_flow);
	fprintf(out,
	    "  up: %s unknown, %s of that without any name\n"
	    "  up: %s to names that no signature knows, counted as other\n",
	    size_text(c->unknown_up_bytes, a), size_text(c->unnamed_up_bytes, b),
	    size_text(c->unlisted_up_bytes, d));
	write_owners(c, out);
	fprintf(out,
	    "  %llu frames not IP, %llu malformed or cut within headers\n"
	    "  %llu flows evicted, %llu folded\n",
	    (unsigned long long)(stats->decoder.results[PACKET_NOT_IP] +
				 stats->decoder.results[PACKET_LINK_UNKNOWN]),
	    (unsigned long long)(stats->decoder.results[PACKET_SHORT] +
				 stats->decoder.results[PACKET_MALFORMED]),
	    (unsigned long long)c->evicted_flows, (unsigned long long)c->folded_flows);
	write_unknowns(r->session, out);
	fprintf(out, "  sums: %llu payload bytes decoded, %llu accounted for: %s%s%s\n",
	    (unsigned long long)c->payload_bytes, (unsigned long long)c->accounted_bytes,
	    summary_paint(style, c->conserved ? "\033[32m" : "\033[31m"),
	    c->conserved ? "conserved" : "NOT CONSERVED",
	    summary_paint(style, "\033[0m"));
}

void
report_summary(const struct report *r, const struct summary_style *style, FILE *out)
{
	write_files(r, out);
	write_locals(r, out);
	write_apps(r, out);
	write_circumstances(r, out);
	write_totals(r, style, out);
	write_recipients(r, style, out);
	summary_states(r, style, out);
	summary_policies(r, style, out);
	write_coverage(r, style, out);
}
