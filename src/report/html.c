/* SPDX-License-Identifier: Apache-2.0 */
/* report.html: one file, whole without scripts, that asks nobody for anything. */
#include "html.h"
#include "view.h"

static const struct {
	const char *id, *title;
	html_section *write;
} sections[] = {
	{ "answer", "Answer", html_answer },
	{ "sent", "What was sent, and when", html_sent },
	{ "received", "Who received what", html_received },
	{ "claims", "Claims", html_claims },
	{ "disclosures", "Disclosures", html_disclosures },
	{ "recipients", "Recipients", html_recipients },
	{ "states", "States of the call", html_states },
	{ "unseen", "What could not be seen", html_unseen },
	{ "legal", "Rules of law that this bears on", html_legal },
	{ "method", "Method and its limits", html_method },
	{ "glossary", "Words", html_glossary },
	{ "environment", "How this report was made", html_environment },
	{ "streams", "Streams", html_streams },
};

/* "sha256-…" as a page's policy names an inline text: in base64. */
static const char *
fingerprint(const char *text, char out[64])
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char hex[SHA256_TEXT_SIZE], *to = out;
	struct sha256 *s = sha256_new();
	unsigned bits = 0, held = 0;

	if (s == NULL)
		return NULL;
	sha256_add(s, text, strlen(text));
	sha256_end(s, hex);
	for (const char *c = hex; *c != '\0'; c++) {
		bits = bits << 4 | (unsigned)(*c <= '9' ? *c - '0' : *c - 'a' + 10);
		for (held += 4; held >= 6; held -= 6)
			*to++ = letters[bits >> (held - 6) & 63];
	}
	/* 256 bits leave 4 over. */
	*to++ = letters[bits << 2 & 63];
	memcpy(to, "=", 2);
	return out;
}

/* Nothing may be loaded, and of what is inline only our own style and script count: text
 * that got past the escaping could still not run. */
static int
policy_write(FILE *out)
{
	char style[64], script[64];

	if (fingerprint(html_style, style) == NULL ||
	    fingerprint(html_script, script) == NULL)
		return -1;
	html_put(out,
	    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	    "style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none'; "
	    "form-action 'none'\">\n",
	    style, script);
	return 0;
}

static int
head_write(FILE *out, const struct facts *f)
{
	char app[80];

	html_put(out,
	    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
	if (policy_write(out) != 0)
		return -1;
	html_put(out,
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"referrer\" content=\"no-referrer\">\n"
	    "<meta name=\"robots\" content=\"noindex\">\n"
	    "<title>What %s sent: callwitness report</title>\n<style>",
	    facts_app(f, app, sizeof(app)));
	fputs(html_style, out);
	html_put(out, "</style>\n</head>\n");
	return 0;
}

static void
top_write(FILE *out, const struct facts *f)
{
	html_put(
	    out, "<body>\n<a class=\"skip\" href=\"#main\">Skip to the answer</a>\n");
	fputs(html_sprite, out);
	html_put(out, "<header class=\"top\">\n");
	html_top(out, f);
	html_put(out, "</header>\n<nav aria-label=\"Contents\"><ol>\n");
	for (size_t i = 0; i < COUNT_OF(sections); i++)
		html_put(out, "<li><a href=\"#%s\">%s</a></li>\n", sections[i].id,
		    sections[i].title);
	html_put(out, "</ol></nav>\n<main id=\"main\" tabindex=\"-1\">\n");
}

static int
page_write(void *view, FILE *out)
{
	struct facts *f = view;

	if (facts_close(f) != 0 || head_write(out, f) != 0)
		return -1;
	top_write(out, f);
	for (size_t i = 0; i < COUNT_OF(sections); i++) {
		html_put(out,
		    "<section id=\"%s\" aria-labelledby=\"%s-title\">\n"
		    "<h2 id=\"%s-title\">%s</h2>\n",
		    sections[i].id, sections[i].id, sections[i].id, sections[i].title);
		sections[i].write(out, f);
		html_put(out, "</section>\n");
	}
	html_put(out, "</main>\n<script>");
	fputs(html_script, out);
	html_put(out, "</script>\n</body>\n</html>\n");
	return ferror(out) ? -1 : 0;
}

static void *
page_begin(const json_t *report)
{
	return facts_new(report);
}

static int
page_flow(void *view, const json_t *flow)
{
	return facts_add(view, flow);
}

static void
page_end(void *view)
{
	facts_free(view);
}

const struct view view_html = {
	.name = "html",
	.file = "report.html",
	.begin = page_begin,
	.flow = page_flow,
	.write = page_write,
	.end = page_end,
};
