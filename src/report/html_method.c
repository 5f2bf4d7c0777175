/* SPDX-License-Identifier: Apache-2.0 */
/* How it was judged, what the words mean, what it was made with. */
#include "html.h"

static void
words(FILE *out, const char *title, enum word_table table,
    void (*sign)(FILE *, const char *))
{
	const struct word *w = NULL;

	html_put(out, "<h3>%s</h3>\n<dl class=\"facts\">\n", title);
	for (size_t i = 0; (w = word_at(table, i)) != NULL; i++) {
		html_put(out, "<dt>");
		if (sign != NULL)
			sign(out, w->id);
		else
			html_put(out, "%s", w->title);
		html_put(out, "</dt><dd>%s</dd>\n", w->means);
	}
	html_put(out, "</dl>\n");
}

static void
paragraphs(FILE *out, const char *const *texts)
{
	for (; *texts != NULL; texts++)
		html_put(out, "<p>%s</p>\n", *texts);
}

static void
list(FILE *out, const char *const *texts)
{
	html_put(out, "<ul>\n");
	for (; *texts != NULL; texts++)
		html_put(out, "<li>%s\n", *texts);
	html_put(out, "</ul>\n");
}

static const char *const how[] = {
	"callwitness reads recorded packets. It sends none, asks no server for a name "
	"and "
	"opens nothing that is sealed. Every byte of payload that was sent lands in "
	"exactly "
	"one stream; each stream has one category, and says how that is known.",
	"Three things are told apart and never made into one score: how strongly "
	"something "
	"is known, how the policy discloses it, and in which state of the call it "
	"happened.",
	"Only what is observed, documented or decoded can support or contradict a claim. "
	"What is weaker, and what only an inferred state or an unchecked quote says, is "
	"inconclusive, with the reason. At both ends of a state one second is left out, "
	"because a person's hand and a network are not exact.",
	NULL,
};

static const char *const limits[] = {
	"Packets do not show a purpose. What a server does with the data, training of "
	"models above all, is not testable here.",
	"Nearly everything is sealed with TLS, QUIC or SRTP: the report says who "
	"receives "
	"how much and when, and what the endpoint is for, not which fields it holds.",
	"What a recipient hands on to others cannot be seen.",
	"A country is where a company is based, where a name's region code points, or "
	"where "
	"a network is registered. None of these is where data is kept.",
	"Several programs of one machine share its addresses. Without the process, a "
	"stream "
	"belongs to the app because of its name, its protocol or its companions. A "
	"program "
	"is known of live captures alone, and a browser's tells nothing of the page.",
	"One capture is one call of one version on one machine.",
	NULL,
};

void
html_method(FILE *out, const struct facts *f)
{
	(void)f;
	paragraphs(out, how);
	words(out, "How it is known, strongest first", WORDS_STRENGTHS, NULL);
	words(out, "Outcomes of claims", WORDS_OUTCOMES, html_outcome);
	words(out, "Disclosures of streams", WORDS_DISCLOSURES, html_disclosure);
	words(out, "Severity", WORDS_SEVERITIES, NULL);
	html_put(out, "<h3>What this cannot show</h3>\n");
	list(out, limits);
}

void
html_glossary(FILE *out, const struct facts *f)
{
	(void)f;
	words(out, "Categories", WORDS_CATEGORIES, html_category);
	words(out, "States", WORDS_STATES, NULL);
	words(out, "Countries", WORDS_COUNTRIES, NULL);
	words(out, "Other words", WORDS_GLOSSARY, NULL);
}

/* Inputs: what to have to make this report again. */

static void
input_row(FILE *out, const char *kind, const char *name, const char *more,
    const char *sha256, const char *const *columns)
{
	html_row(out, columns[0]);
	html_put(out, "<bdi>%s</bdi>", name);
	html_cell(out, columns[1]);
	html_put(out, "%s%s%s", kind, more != NULL ? ", " : "", more != NULL ? more : "");
	html_cell(out, columns[2]);
	html_put(out, "<code>%s</code>\n", sha256 != NULL ? sha256 : "not computed");
}

static void
inputs(FILE *out, const struct facts *f)
{
	static const char *const columns[] = { "Name", "What", "SHA-256", NULL };
	const json_t *used = json_object_get(f->report, "inputs");
	const struct {
		const char *kind, *name, *more;
		const json_t *list;
	} rows[] = {
		{ "recording", "name", "format",
		    json_object_get(json_object_get(f->report, "capture"), "files") },
		{ "policy", "policy", NULL, json_object_get(used, "policies") },
		{ "ontology", "file", NULL, json_object_get(used, "ontologies") },
		{ "database of addresses", "name", "type",
		    json_object_get(used, "geoip") },
		{ "signature", "signature", "version",
		    json_object_get(f->report, "signatures") },
	};
	const json_t *item = NULL, *marks = json_object_get(used, "marks");
	size_t i = 0;

	html_table(
	    out, "class=\"cards prints\"", "What went in, with fingerprints.", columns);
	for (size_t r = 0; r < COUNT_OF(rows); r++)
		json_array_foreach(rows[r].list, i, item) input_row(out, rows[r].kind,
		    json_text_of(item, rows[r].name, "no name"),
		    rows[r].more != NULL ? json_text_of(item, rows[r].more, NULL) : NULL,
		    json_text_of(item, "sha256", NULL), columns);
	if (json_is_object(marks))
		input_row(out, "marks of the tester", "marks.yaml", NULL,
		    json_text_of(marks, "sha256", NULL), columns);
	html_table_end(out);
}

static void
texts(FILE *out, const json_t *list_of, const char *none)
{
	const json_t *item = NULL;
	size_t i = 0;

	json_array_foreach(list_of, i, item) html_put(out, "%s%s", i > 0 ? " " : "",
	    json_is_string(item) ? json_string_value(item) : "?");
	if (json_array_size(list_of) == 0)
		html_put(out, "%s", none);
}

static void
locals(FILE *out, const struct facts *f)
{
	const json_t *list_of =
	    json_object_get(json_object_get(f->report, "capture"), "local");
	const json_t *local = NULL;
	size_t i = 0;

	html_put(out, "<dt>Why this machine</dt><dd>");
	json_array_foreach(list_of, i, local)
	{
		if (i < 20)
			html_put(out, "<div>%s: %s</div>", json_text_of(local, "ip", "?"),
			    json_text_of(local, "why", "?"));
	}
	if (json_array_size(list_of) > 20)
		html_put(
		    out, "and %zu more, in report.json", json_array_size(list_of) - 20);
	html_put(out, "</dd>\n");
}

static void
told(FILE *out, const char *name, const char *text)
{
	if (text != NULL)
		html_put(out, "<dt>%s</dt><dd>%s</dd>\n", name, text);
}

void
html_environment(FILE *out, const struct facts *f)
{
	const json_t *e = json_object_get(f->report, "environment");
	const json_t *options =
	    json_object_get(json_object_get(f->report, "inputs"), "options");

	html_put(out,
	    "<p>The same frames, signatures and policies give the same report: only the "
	    "host, the time and the command below can differ. In the folder that this "
	    "file "
	    "comes from, <code>callwitness verify</code> checks that nothing changed, "
	    "and "
	    "with the recording derives every outcome again; <code>sha256sum -c "
	    "SHA256SUMS</code> checks the files without it.</p>\n<dl class=\"facts\">\n");
	html_put(out,
	    "<dt>Made by</dt><dd>callwitness %s with nDPI %s</dd>\n<dt>On "
	    "host</dt><dd>%s, "
	    "%s</dd>\n<dt>Command</dt><dd><code>",
	    json_text_of(e, "version", "?"), json_text_of(e, "ndpi", "?"),
	    json_text_of(e, "host", "not told"),
	    json_text_of(e, "started", "time not told"));
	texts(out, json_object_get(e, "command"), "not told");
	html_put(out,
	    "</code></dd>\n<dt>App asked for</dt><dd>%s</dd>\n<dt>Filter</dt>"
	    "<dd>%s</dd>\n<dt>Machines given</dt><dd>",
	    json_text_of(options, "app", "none"),
	    json_text_of(options, "filter", "none"));
	texts(out, json_object_get(options, "locals"), "none: inferred");
	html_put(out, "</dd>\n");
	told(out, "Program asked for", json_text_of(options, "process", NULL));
	told(out, "Listened on", json_text_of(e, "interface", NULL));
	told(out, "Ended", json_text_of(e, "ended", NULL));
	told(out, "Could look at", json_text_of(e, "programs", NULL));
	locals(out, f);
	html_put(out, "</dl>\n");
	inputs(out, f);
}
