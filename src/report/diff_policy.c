/* SPDX-License-Identifier: Apache-2.0 */
/* Two versions of a policy: claims added, gone, reworded, moved. */
#include <stdlib.h>
#include <callwitness/report.h>

static const struct claim *
claim_with_topic(const struct policy *p, const char *topic)
{
	for (size_t i = 0; i < p->claim_count; i++)
		if (strcmp(p->claims[i].topic, topic) == 0)
			return &p->claims[i];
	return NULL;
}

static bool
same_terms(const struct term *const *a, size_t a_count, const struct term *const *b,
    size_t b_count)
{
	bool same = a_count == b_count;

	for (size_t i = 0; same && i < a_count; i++) {
		bool found = false;

		for (size_t k = 0; k < b_count; k++)
			found |= strcmp(a[i]->id, b[k]->id) == 0;
		same = found;
	}
	return same;
}

/* Whether it says the same thing of the same things, whatever the words. */
static bool
same_meaning(const struct claim *a, const struct claim *b)
{
	return a->says == b->says && a->when == b->when && a->unless == b->unless &&
	       a->tls_min == b->tls_min &&
	       same_terms(a->data, a->data_count, b->data, b->data_count) &&
	       same_terms(a->recipients, a->recipient_count, b->recipients,
		   b->recipient_count) &&
	       same_terms(a->purposes, a->purpose_count, b->purposes, b->purpose_count) &&
	       same_terms(a->regions, a->region_count, b->regions, b->region_count);
}

static void
terms_write(const char *what, const struct term *const *terms, size_t count, FILE *out)
{
	if (count > 0)
		fprintf(out, "; %s", what);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s %s", i ? "," : "", terms[i]->id);
}

/* "never; data content.audio; when muted" */
static void
meaning_write(const struct claim *c, FILE *out)
{
	fprintf(out, "%s", says_name(c->says));
	terms_write("data", c->data, c->data_count, out);
	terms_write("recipients", c->recipients, c->recipient_count, out);
	terms_write("purposes", c->purposes, c->purpose_count, out);
	terms_write("regions", c->regions, c->region_count, out);
	if (c->when != WHEN_ALWAYS)
		fprintf(out, "; when %s", when_name(c->when));
	if (c->unless != STATES)
		fprintf(out, "; unless %s", state_name(c->unless));
	if (c->tls_min != 0)
		fprintf(out, "; TLS 1.%u or newer", c->tls_min - 0x0301u);
}

static const char *
section_of(const struct claim *c)
{
	return c->section != NULL ? c->section : "none";
}

/* The vendor's words in quotation marks, others' without. */
static void
text_write(const struct claim *c, FILE *out)
{
	if (c->quote != NULL)
		fprintf(out, "section %s: \"%s\"", section_of(c), c->quote);
	else
		fprintf(out, "section %s, restated: %s", section_of(c), c->restated);
}

/* One of the above in lines of a terminal's width. */
static void
wrapped(void (*write)(const struct claim *, FILE *), const struct claim *c, FILE *out)
{
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);

	if (memory == NULL)
		return;
	write(c, memory);
	if (fclose(memory) == 0)
		text_wrap(out, 4, 4, text);
	free(text);
}

static void
claim_write(const char *sign, const struct claim *c, FILE *out)
{
	fprintf(out, "  %s ", sign);
	wrapped(text_write, c, out);
	fprintf(out, "    ");
	wrapped(meaning_write, c, out);
}

/* One line of what changed, then both texts if that is more than the place. */
static bool
claim_compare(const struct claim *a, const struct claim *b, FILE *out)
{
	bool moved = !same_text(a->section, b->section);
	bool reworded =
	    !same_text(a->quote, b->quote) || !same_text(a->restated, b->restated);
	bool meaning = !same_meaning(a, b);

	if (!moved && !reworded && !meaning)
		return false;
	fprintf(out, "\n%s:", a->topic);
	if (moved)
		fprintf(out, " moved from section \"%s\" to \"%s\"", section_of(a),
		    section_of(b));
	if (reworded)
		fprintf(out, "%s reworded", moved ? "," : "");
	if (meaning)
		fprintf(out, "%s another meaning", moved || reworded ? "," : "");
	fprintf(out, "\n");
	if (reworded || meaning) {
		claim_write("-", a, out);
		claim_write("+", b, out);
	}
	return true;
}

int
report_diff_policies(const struct policy *before, const struct policy *after, FILE *out)
{
	size_t changed = 0;

	fprintf(out, "before: %s, %s, %s\nafter:  %s, %s, %s\n", before->name,
	    before->document, before->effective, after->name, after->document,
	    after->effective);
	for (size_t i = 0; i < before->claim_count; i++) {
		const struct claim *claim = &before->claims[i];
		const struct claim *other = claim_with_topic(after, claim->topic);

		if (other != NULL) {
			changed += claim_compare(claim, other, out);
			continue;
		}
		fprintf(out, "\n%s: gone\n", claim->topic);
		claim_write("-", claim, out);
		changed++;
	}
	for (size_t i = 0; i < after->claim_count; i++) {
		if (claim_with_topic(before, after->claims[i].topic) != NULL)
			continue;
		fprintf(out, "\n%s: added\n", after->claims[i].topic);
		claim_write("+", &after->claims[i], out);
		changed++;
	}
	if (changed == 0)
		fprintf(out, "\nNo claim differs.\n");
	return changed > 0;
}
