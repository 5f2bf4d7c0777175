/* SPDX-License-Identifier: Apache-2.0 */
/* Words and numbers of the reasons. */
#include <ctype.h>
#include <inttypes.h>
#include "judge.h"

/* So many names stand in a sentence. */
#define NAMES_SAID 3

static const char *const nouns[KINDS] = {
	[KIND_AUDIO] = "audio",
	[KIND_VIDEO] = "video",
	[KIND_SCREEN] = "shared screen",
	[KIND_CHAT] = "chat messages",
	[KIND_FILE] = "files",
	[KIND_MEDIA] = "audio or video",
	[KIND_CONTROL] = "call control",
	[KIND_ICE] = "connectivity checks",
	[KIND_RTCP] = "media reports",
	[KIND_KEEPALIVE] = "keep-alives",
	[KIND_PROBE] = "bandwidth probes",
	[KIND_AUTH] = "sign-in",
	[KIND_PRESENCE] = "presence",
	[KIND_CONFIG] = "configuration",
	[KIND_UPDATE] = "updates",
	[KIND_USAGE] = "telemetry",
	[KIND_ADS] = "advertising telemetry",
	[KIND_CRASH] = "crash reports",
	[KIND_LOG] = "logs",
	[KIND_QUALITY] = "quality reports",
};

static const char *const strengths[STRENGTHS] = {
	[STRENGTH_NONE] = "nothing",
	[STRENGTH_BEHAVIOURAL] = "the shape of the traffic",
	[STRENGTH_LISTED] = "public lists",
	[STRENGTH_OBSERVED] = "endpoints observed in captures",
	[STRENGTH_DOCUMENTED] = "documented endpoints",
	[STRENGTH_DECODED] = "what packets carry in clear",
};

const char *
sight_noun(const struct sight *s)
{
	const struct verdict *v = &s->finding->verdict;
	const char *noun = nouns[v->kind];

	return noun != NULL ? noun : category_name((enum category)v->category);
}

const char *
sight_recipient(const struct sight *s)
{
	const struct judged_flow *j = s->flow;

	return j->entity != NULL  ? j->entity
	       : j->label != NULL ? j->label
				  : "a recipient without a name";
}

const char *
strength_phrase(enum strength s)
{
	return strengths[s];
}

void
say_bytes(FILE *out, uint64_t bytes)
{
	char size[16];

	fputs(size_text(bytes, size), out);
}

/* A title within a sentence: "AI training" stays, "Crash reports" gets a small letter. */
static void
say_title(FILE *out, const char *title)
{
	bool word = islower((unsigned char)title[0]) == 0 &&
		    islower((unsigned char)title[1]) != 0;

	fprintf(
	    out, "%c%s", word ? tolower((unsigned char)title[0]) : title[0], title + 1);
}

static void
say_more(FILE *out, size_t count)
{
	if (count > NAMES_SAID)
		fprintf(out, " and %zu more", count - NAMES_SAID);
}

/* Proper names keep their letters: only what is sent and why is a common noun. */
void
say_terms(FILE *out, const struct term *const *terms, size_t count)
{
	for (size_t i = 0; i < count && i < NAMES_SAID; i++) {
		fprintf(out, "%s", i ? ", " : "");
		if (terms[i]->title == NULL || terms[i]->title[0] == '\0')
			fprintf(out, "%s", terms[i]->id);
		else if (terms[i]->kind == ONTOLOGY_REGIONS)
			fprintf(out, "%s", terms[i]->title);
		else
			say_title(out, terms[i]->title);
	}
	say_more(out, count);
}

/* Different words of a pile: the first few, joined. */
static void
say_words(FILE *out, const struct pile *pile, const char *(*word)(const struct sight *s))
{
	const char *words[NAMES_SAID + 1];
	size_t count = 0;

	for (size_t i = 0; i < pile->count && count <= NAMES_SAID; i++) {
		const char *text = word(pile->items[i].sight);
		size_t k = 0;

		while (k < count && strcmp(words[k], text) != 0)
			k++;
		if (k == count)
			words[count++] = text;
	}
	if (count > NAMES_SAID)
		words[NAMES_SAID] = "others";
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s%s",
		    i == 0          ? ""
		    : i + 1 < count ? ", "
				    : " and ",
		    words[i]);
}

void
say_pile(FILE *out, const struct pile *pile)
{
	uint64_t bytes = 0, packets = 0;

	for (size_t i = 0; i < pile->count; i++) {
		bytes += pile->items[i].sum.bytes;
		packets += pile->items[i].sum.packets;
	}
	fprintf(out, "%zu stream%s, ", pile->count, pile->count == 1 ? "" : "s");
	if (bytes > 0)
		say_bytes(out, bytes);
	else
		fprintf(out, "%" PRIu64 " packet%s", packets, packets == 1 ? "" : "s");
	fprintf(out, " of ");
	say_words(out, pile, sight_noun);
	fprintf(out, " went to ");
	say_words(out, pile, sight_recipient);
}
