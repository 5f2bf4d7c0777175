/* SPDX-License-Identifier: Apache-2.0 */
/* report.md: the report in short, for an issue or a mail. GitHub's flavour. */
#include "html.h"
#include "view.h"

#define ROWS 20    /* of recipients */
#define CLAIMS 40  /* of one policy */
#define ACCUSED 12 /* disclosures of one policy */
#define HOSTS 4

/* Beside what Markdown itself gives a meaning: names and numbers that GitHub makes links
 * of, which an empty comment keeps apart. */
static void
md_escape(FILE *out, uint32_t code, const uint32_t last[2])
{
	static const char *const escaped[128] = { ['\\'] = "\\\\",
		['`'] = "\\`",
		['*'] = "\\*",
		['_'] = "\\_",
		['['] = "\\[",
		[']'] = "\\]",
		['<'] = "&lt;",
		['>'] = "&gt;",
		['&'] = "&amp;",
		['|'] = "\\|",
		['~'] = "\\~",
		['$'] = "\\$",
		['!'] = "\\!",
		['@'] = "@<!-- -->",
		['#'] = "#<!-- -->",
		['\n'] = " ",
		['\t'] = " " };
	char text[5];
	bool link = (code == '/' && last[0] == ':') ||
		    (code == '.' && last[0] == 'w' && last[1] == 'w');

	if (link)
		fputs("<!-- -->", out);
	if (code < COUNT_OF(escaped) && escaped[code] != NULL)
		fputs(escaped[code], out);
	else
		fwrite(text, 1, text_utf8(code, text), out);
}

/* Within a code span of a table nothing else counts. */
static void
md_code_escape(FILE *out, uint32_t code, const uint32_t last[2])
{
	char text[5];

	(void)last;
	if (code == '`' || code == '|' || code == '\\')
		fprintf(out, "[U+%04X]", (unsigned)code);
	else if (code == '\n' || code == '\t')
		fputc(' ', out);
	else
		fwrite(text, 1, text_utf8(code, text), out);
}

static void __attribute__((format(printf, 2, 3)))
md_put(FILE *out, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	text_put(out, md_escape, format, &list);
	va_end(list);
}

/* Names of hosts and files: as they are, and no link. */
static void
md_code(FILE *out, const char *text)
{
	fputc('`', out);
	text_escape(out, md_code_escape, *text != '\0' ? text : "nothing", 120);
	fputc('`', out);
}

static void
md_sizes(FILE *out, const json_t *by_category)
{
	const struct word *w = NULL;
	const char *comma = "";
	char size[16];

	for (size_t i = 0; (w = word_at(WORDS_CATEGORIES, i)) != NULL; i++) {
		uint64_t bytes = (uint64_t)json_count_of(by_category, w->id);

		if (bytes > 0) {
			md_put(out, "%s%s %s", comma, w->id, size_text(bytes, size));
			comma = ", ";
		}
	}
}

/* What was captured. */

static void
md_files(FILE *out, const json_t *capture)
{
	const json_t *file = NULL;
	char number[NUMBER_SIZE], size[16];
	size_t i = 0;

	json_array_foreach(json_object_get(capture, "files"), i, file)
	{
		if (i == 8)
			break;
		md_put(out, "- Recording: ");
		md_code(out, json_text_of(file, "name", "no name"));
		md_put(out, ", %s packets, %s, SHA-256 ",
		    number_text((uint64_t)json_count_of(file, "packets"), number),
		    size_text((uint64_t)json_count_of(file, "bytes"), size));
		md_code(out, json_text_of(file, "sha256", "not computed"));
		md_put(out, "\n");
	}
}

static void
md_told(FILE *out, const char *name, const char *text)
{
	if (text != NULL)
		md_put(out, "- %s: %s\n", name, text);
}

static void
md_top(FILE *out, const struct facts *f)
{
	const json_t *e = json_object_get(f->report, "environment");
	const json_t *capture = json_object_get(f->report, "capture"), *local = NULL;
	const char *first = json_text_of(capture, "first", NULL);
	char app[80], size[16], length[NUMBER_SIZE];
	size_t i = 0;

	md_put(out,
	    "# What %s sent\n\n%s of payload left the machine that was judged.\n\n"
	    "> **This report holds personal data:** addresses, names of hosts, times. "
	    "Treat it as you treat the recording.\n\n",
	    facts_app(f, app, sizeof(app)), size_text(facts_up(f, NULL), size));
	md_files(out, capture);
	if (f->first_ns != 0)
		md_put(out, "- Time: %.10s, %.8s UTC, for %s\n", first, first + 11,
		    length_text(f->last_ns - f->first_ns, length));
	md_put(out, "- Machine judged:");
	json_array_foreach(json_object_get(capture, "local"), i, local)
	{
		if (i == 4)
			break;
		md_put(out, "%s", i > 0 ? ", " : " ");
		md_code(out, json_text_of(local, "ip", "?"));
	}
	md_put(out, "%s\n", i == 0 ? " none could be told" : "");
	md_told(out, "Program asked for",
	    json_text_of(json_object_get(json_object_get(f->report, "inputs"), "options"),
		"process", NULL));
	md_told(out, "Listened on", json_text_of(e, "interface", NULL));
	md_told(out, "Ended", json_text_of(e, "ended", NULL));
	md_told(out, "Could look at", json_text_of(e, "programs", NULL));
}

/* The answer. */

static void
md_answers(FILE *out, const struct facts *f)
{
	const json_t *policies = json_object_get(f->report, "policies"), *policy = NULL;
	size_t i = 0;

	md_put(out, "\n## Answer\n\n");
	if (json_array_size(policies) == 0)
		md_put(out,
		    "No policy was given: this says what was sent and to whom, and "
		    "judges nothing.\n");
	json_array_foreach(policies, i, policy) md_put(out, "- **%s**: %s, %s (%s): %s\n",
	    word_of(WORDS_SEVERITIES, json_text_of(policy, "severity", "none")).title,
	    json_text_of(policy, "vendor", "?"), json_text_of(policy, "document", "?"),
	    json_text_of(policy, "effective", "?"), json_text_of(policy, "answer", "?"));
}

/* Traffic. */

static void
md_kinds(FILE *out, json_t *kinds)
{
	const char *key = NULL, *comma = "";
	json_t *value = NULL;
	char size[16];

	json_object_foreach(kinds, key, value)
	{
		md_put(out, "%s%s %s", comma, key,
		    size_text((uint64_t)json_integer_value(value), size));
		comma = ", ";
	}
}

static void
md_sent(FILE *out, const struct facts *f)
{
	const json_t *up = json_object_get(json_object_get(f->report, "totals"), "up");
	const struct word *w = NULL;
	uint64_t all = facts_up(f, NULL);
	char size[16];

	md_put(out, "\n## What was sent\n\n| Category | Sent | Share | Of which |\n"
		    "| --- | ---: | ---: | --- |\n");
	for (size_t i = 0; (w = word_at(WORDS_CATEGORIES, i)) != NULL; i++) {
		uint64_t bytes = facts_up(f, w->id);

		if (bytes == 0)
			continue;
		md_put(out, "| %s | %s | %.1f %% | ", w->title, size_text(bytes, size),
		    100.0 * (double)bytes / (double)all);
		md_kinds(out, json_object_get(json_object_get(up, w->id), "kinds"));
		md_put(out, " |\n");
	}
}

/* "US (the company's seat); registered in IE". */
static void
md_country(FILE *out, const json_t *recipient)
{
	const char *code = json_text_of(recipient, "country", NULL);
	const char *source = json_text_of(recipient, "country_source", "vendor");
	const char *registered = json_text_of(recipient, "registered", NULL);
	bool geo = strcmp(source, "geoip") == 0;

	if (code != NULL && !geo)
		md_put(out, "%s (%s)%s", code, word_of(WORDS_COUNTRIES, source).title,
		    registered != NULL ? "; " : "");
	if (registered != NULL || (geo && code != NULL))
		md_put(out, "address registered in %s",
		    registered != NULL ? registered : code);
	if (code == NULL && registered == NULL)
		md_put(out, "not known");
}

static void
md_recipient(FILE *out, const json_t *recipient)
{
	const json_t *hosts = json_object_get(recipient, "hosts");
	const char *party = json_text_of(recipient, "party", "unknown");
	size_t count = json_array_size(hosts);

	md_put(out, "| ");
	md_code(out, recipient_name(recipient));
	md_put(out, " | %s | ", word_of(WORDS_PARTIES, party).title);
	md_sizes(out, json_object_get(recipient, "up"));
	md_put(out, " | ");
	md_country(out, recipient);
	md_put(out, " | ");
	for (size_t i = 0; i < count && i < HOSTS; i++) {
		const char *host = json_string_value(json_array_get(hosts, i));

		md_put(out, "%s", i > 0 ? ", " : "");
		md_code(out, host != NULL ? host : "?");
	}
	if (count > HOSTS)
		md_put(out, " and %zu more", count - HOSTS);
	md_put(out, " |\n");
}

static void
md_recipients(FILE *out, const struct facts *f)
{
	const json_t *recipient = NULL;
	size_t i = 0, shown = 0;

	md_put(out,
	    "\n## Who received it\n\nA country says where a company or a network is, "
	    "never where data is kept.\n\n| Recipient | Party | Sent to it | Country "
	    "| Hosts |\n| --- | --- | --- | --- | --- |\n");
	json_array_foreach(json_object_get(f->report, "recipients"), i,
	    recipient) if (bytes_of(json_object_get(recipient, "up")) > 0 &&
			   shown++ < ROWS) md_recipient(out, recipient);
	if (shown > ROWS)
		md_put(out, "\n%zu more are in report.json.\n", shown - ROWS);
}

/* Policies. */

static void
md_claim(FILE *out, const json_t *claim)
{
	const char *outcome = json_text_of(claim, "outcome", "?");
	const char *severity = json_text_of(claim, "severity", "none");
	const char *quote = json_text_of(claim, "quote", NULL);

	md_put(out, "| %s%s%s | ", word_of(WORDS_OUTCOMES, outcome).title,
	    strcmp(severity, "none") == 0 ? "" : ", ",
	    strcmp(severity, "none") == 0 ? "" : severity);
	md_code(out, json_text_of(claim, "claim", "?"));
	if (quote != NULL)
		md_put(out, " | \xe2\x80\x9c%.160s%s\xe2\x80\x9d", quote,
		    strlen(quote) > 160 ? " \xe2\x80\xa6" : "");
	else
		md_put(out, " | %.160s (not the vendor's words)",
		    json_text_of(claim, "restated", "?"));
	md_put(out, " | %.300s |\n", json_text_of(claim, "why", "?"));
}

static void
md_claims(FILE *out, const json_t *policy)
{
	const json_t *claims = json_object_get(policy, "claims"), *claim = NULL;
	size_t i = 0, shown = 0;

	md_put(out,
	    "\n## %s, %s\n\n| Outcome | Claim | Words | Why |\n"
	    "| --- | --- | --- | --- |\n",
	    json_text_of(policy, "document", "?"),
	    json_text_of(policy, "effective", "?"));
	for (size_t rank = 0; rank <= OUTCOMES; rank++)
		json_array_foreach(
		    claims, i, claim) if (outcome_rank(claim) == rank && shown++ < CLAIMS)
		    md_claim(out, claim);
	if (shown > CLAIMS)
		md_put(out, "\n%zu more claims are in report.json.\n", shown - CLAIMS);
}

/* Omitted, incorrect and ambiguous ones; the rest is counted. */
static void
md_disclosures(FILE *out, const struct facts *f, const json_t *policy, size_t index)
{
	const json_t *summary = json_object_get(policy, "disclosure_summary");
	size_t shown = 0;
	char size[16];

	md_put(out,
	    "\nStreams: %lld omitted, %lld incorrect, %lld ambiguous, %lld vague, "
	    "%lld clear; %lld not judged.\n",
	    (long long)json_count_of(summary, "omitted"),
	    (long long)json_count_of(summary, "incorrect"),
	    (long long)json_count_of(summary, "ambiguous"),
	    (long long)json_count_of(summary, "vague"),
	    (long long)json_count_of(summary, "clear"),
	    (long long)json_count_of(json_object_get(policy, "not_judged"), "streams"));
	for (size_t i = 0; i < f->group_count; i++) {
		const struct disclosure_group *g = &f->groups[i];
		const char *id = json_text_of(g->disclosure, "disclosure", "");

		if (g->policy != index || word_index(WORDS_DISCLOSURES, id) > 2 ||
		    shown++ >= ACCUSED)
			continue;
		if (shown == 1)
			md_put(out, "\n");
		md_put(out, "- %s: %s to ", word_of(WORDS_DISCLOSURES, id).title,
		    g->what != NULL ? g->what : "?");
		md_code(out, g->where != NULL ? g->where : "?");
		md_put(out, " (%s), %s in %zu stream%s: %s%.200s\n",
		    word_of(WORDS_PARTIES, g->party).title, size_text(g->up_bytes, size),
		    g->streams, g->streams == 1 ? "" : "s",
		    g->streams == 1 ? "" : "the largest: ",
		    json_text_of(g->disclosure, "why", "?"));
	}
	if (shown > ACCUSED)
		md_put(out, "- and %zu more kinds of streams, in report.html.\n",
		    shown - ACCUSED);
}

/* The end. */

static void
md_owners(FILE *out, const json_t *c)
{
	uint64_t unowned = (uint64_t)json_count_of(c, "unowned_up_bytes");
	uint64_t all = (uint64_t)json_count_of(c, "owned_up_bytes") + unowned;

	if (json_is_integer(json_object_get(c, "owned_up_bytes")) && all > 0)
		md_put(out,
		    "- %.0f %% of the bytes that went up belong to no known program\n",
		    100.0 * (double)unowned / (double)all);
}

static void
md_unseen(FILE *out, const struct facts *f)
{
	const json_t *c = json_object_get(f->report, "coverage"), *gate = NULL;
	char a[16], b[16];
	size_t i = 0;

	md_put(out, "\n## What could not be seen\n\n");
	md_put(out,
	    "- %lld packets lost by the recorder, %lld cut, %lld flows begun before "
	    "the capture\n- sent: %s of category unknown, %s without any name\n",
	    (long long)json_count_of(c, "kernel_drops"),
	    (long long)json_count_of(c, "snapped"),
	    (long long)json_count_of(c, "mid_flow"),
	    size_text((uint64_t)json_count_of(c, "unknown_up_bytes"), a),
	    size_text((uint64_t)json_count_of(c, "unnamed_up_bytes"), b));
	md_owners(out, c);
	json_array_foreach(json_object_get(f->report, "gates"), i,
	    gate) if (json_is_true(json_object_get(gate, "closed")))
	    md_put(out, "- **Absence means little here:** %s (%s)\n",
		json_text_of(gate, "why", "?"), json_text_of(gate, "limit", "?"));
	md_put(out, "- sums: %s\n",
	    json_is_true(json_object_get(c, "conserved"))
		? "every byte of payload is accounted for"
		: "**they do not agree; do not rely on this report**");
}

static void
md_end(FILE *out, const struct facts *f)
{
	const json_t *e = json_object_get(f->report, "environment");

	md_put(out,
	    "\nAbsence is never compliance, and this is no verdict of law. Only what is "
	    "decoded, documented or observed can support or contradict a claim; "
	    "purposes, "
	    "training of models above all, cannot be seen in packets. report.html has "
	    "the "
	    "charts, evidence and method, flows.ndjson every stream.\n\n"
	    "Made by callwitness %s.\n",
	    json_text_of(e, "version", "?"));
}

static int
md_write(void *view, FILE *out)
{
	struct facts *f = view;
	const json_t *policy = NULL;
	size_t i = 0;

	if (facts_close(f) != 0)
		return -1;
	md_top(out, f);
	md_answers(out, f);
	md_sent(out, f);
	md_recipients(out, f);
	json_array_foreach(json_object_get(f->report, "policies"), i, policy)
	{
		md_claims(out, policy);
		md_disclosures(out, f, policy, i);
	}
	md_unseen(out, f);
	md_end(out, f);
	return ferror(out) ? -1 : 0;
}

static void *
md_begin(const json_t *report)
{
	return facts_new(report);
}

static int
md_flow(void *view, const json_t *flow)
{
	return facts_add(view, flow);
}

static void
md_done(void *view)
{
	facts_free(view);
}

const struct view view_md = {
	.name = "md",
	.file = "report.md",
	.begin = md_begin,
	.flow = md_flow,
	.write = md_write,
	.end = md_done,
};
