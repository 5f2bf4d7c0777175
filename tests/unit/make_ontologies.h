/* SPDX-License-Identifier: Apache-2.0 */
/* Small ontologies: a term under two others in each, a short way up beside a long one. */
#ifndef MAKE_ONTOLOGIES_H
#define MAKE_ONTOLOGIES_H

#include "../../src/policy/private.h"

static const char *const make_ontology_texts[ONTOLOGIES] = {
	[ONTOLOGY_DATA] =
	    "ontology: data\ntitle: What\nversion: 2026-11-21\nterms:\n"
	    "  - {id: data, title: Any}\n"
	    "  - {id: content, title: Content, under: [data]}\n"
	    "  - {id: content.audio, title: Audio, under: [content]}\n"
	    "  - {id: content.video, title: Video, under: [content]}\n"
	    "  - {id: content.chat, title: Chat, under: content}\n"
	    "  - {id: generated, title: Generated, under: [data]}\n"
	    "  - {id: telemetry, title: Telemetry, under: [generated]}\n"
	    "  - {id: telemetry.usage, title: Usage, under: [telemetry]}\n"
	    "  - {id: diagnostics, title: Diagnostics, under: [generated]}\n"
	    "  - {id: diagnostics.crash, title: Crashes, under: [diagnostics]}\n"
	    "  - {id: transcript, title: Transcripts, under: [content, generated]}\n",
	[ONTOLOGY_RECIPIENTS] =
	    "ontology: recipients\ntitle: Who\nversion: 2026-11-21\nterms:\n"
	    "  - {id: anyone, title: Anyone}\n"
	    "  - {id: first_party, title: Vendor, under: [anyone]}\n"
	    "  - {id: third_party, title: Others, under: [anyone]}\n"
	    "  - {id: participant, title: People of the call, under: [anyone]}\n"
	    "  - {id: google, title: Google, under: [advertising, analytics],\n"
	    "     entities: [Google LLC, \"Firebase, Inc.\"]}\n"
	    "  - {id: advertising, title: Advertising, under: [third_party]}\n"
	    "  - {id: processor, title: Processors, under: [third_party]}\n"
	    "  - {id: analytics, title: Analytics, under: [processor]}\n"
	    "  - {id: sentry, title: Sentry, under: [processor],\n"
	    "     entities: \"Functional Software, Inc.\", dpv: [dpv:DataProcessor],\n"
	    "     iso: [], note: n, source: s}\n",
	[ONTOLOGY_PURPOSES] =
	    "ontology: purposes\ntitle: What for\nversion: 2026-11-21\nterms:\n"
	    "  - {id: any, title: Any}\n"
	    "  - {id: service_provision, title: Service, under: [any]}\n"
	    "  - {id: product_improvement, title: Better products, under: [any]}\n"
	    "  - {id: ai_training, title: Training, under: [product_improvement]}\n"
	    "  - {id: marketing, title: Marketing, under: [any]}\n",
	[ONTOLOGY_REGIONS] =
	    "ontology: regions\ntitle: Where\nversion: 2026-11-21\nterms:\n"
	    "  - {id: world, title: Anywhere}\n"
	    "  - {id: EEA, title: EEA, under: [world]}\n"
	    "  - {id: EU, title: EU, under: [EEA]}\n"
	    "  - {id: DE, title: Germany, under: [EU, german_speaking]}\n"
	    "  - {id: CH, title: Switzerland, under: [german_speaking]}\n"
	    "  - {id: german_speaking, title: Where German is spoken, under: [world]}\n"
	    "  - {id: US, title: United States, under: [world]}\n",
};

/* All four, but for `text` (NULL: none) in the place of its own kind. */
static inline struct ontologies *
make_ontologies_with(
    const char *name, const char *text, enum ontology_kind kind, struct error *e)
{
	struct ontology_text texts[ONTOLOGIES + 1];
	size_t count = 0;

	for (int i = 0; i < ONTOLOGIES; i++)
		if (text == NULL || kind != (enum ontology_kind)i)
			texts[count++] = (struct ontology_text){ ontology_names[i],
				make_ontology_texts[i], strlen(make_ontology_texts[i]) };
	if (text != NULL)
		texts[count++] = (struct ontology_text){ name, text, strlen(text) };
	return ontologies_parse(texts, count, e);
}

static inline struct ontologies *
make_ontologies(void)
{
	struct error e = { 0 };
	struct ontologies *o = make_ontologies_with(NULL, NULL, ONTOLOGIES, &e);

	error_write(&e, stderr);
	error_clear(&e);
	return o;
}

#endif
