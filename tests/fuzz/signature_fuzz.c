/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as t.yaml; what loads is linted and matched, each rule by its own facts. */
#include <netinet/in.h>
#include <stdlib.h>

#include "../../src/classify/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What one way asks for; a host pattern's stars stand for themselves. */
static struct subject
subject_of(const struct way *w)
{
	const struct match *m = &w->rule->match;
	struct subject s = { .host = w->host ? w->host->pattern : NULL,
		.addr = w->net ? &w->net->net.addr : NULL };

	s.proto = m->protos & 1   ? IPPROTO_TCP
		  : m->protos & 2 ? IPPROTO_UDP
				  : IPPROTO_ICMP;
	s.port = m->ports.count ? m->ports.items[0].from : 1;
	s.local_port = m->local_ports.count ? m->local_ports.items[0].to : 1;
	s.alpn = m->texts[TEXT_ALPN].count ? m->texts[TEXT_ALPN].items[0] : NULL;
	s.ndpi = m->texts[TEXT_NDPI].count ? m->texts[TEXT_NDPI].items[0] : NULL;
	s.ja3 = m->texts[TEXT_JA3].count ? m->texts[TEXT_JA3].items[0] : NULL;
	s.cert = m->texts[TEXT_CERT].count ? m->texts[TEXT_CERT].items[0] : NULL;
	s.process = m->texts[TEXT_PROCESS].count ? m->texts[TEXT_PROCESS].items[0] : NULL;
	s.dissector = w->dissector;
	s.message = w->message;
	if (m->dissectors != 0 && s.dissector == DISSECTOR_NONE)
		s.dissector = (enum dissector)__builtin_ctz(m->dissectors);
	if (m->messages != 0 && s.message == MESSAGE_NONE)
		s.message = (enum message)__builtin_ctzll(m->messages);
	if (m->behaviours != 0)
		s.behaviour = (enum behaviour)__builtin_ctz(m->behaviours);
	return s;
}

/* The indices lose no way: given what it asks for, it or a more specific one wins. */
static void
match_all(const struct signatures *set)
{
	for (size_t i = 0; i < WAY_INDEXES; i++) {
		for (size_t j = 0; j < set->ways[i].count; j++) {
			const struct way *w = &set->ways[i].items[j];
			struct subject s = subject_of(w);
			struct specificity how;

			if (signatures_match(set, &s, NULL, &how) == NULL ||
			    specificity_compare(&how, &w->how) < 0)
				abort();
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error e = { 0 };
	struct signatures *s = signatures_parse("t.yaml", data, size, &e);

	if ((s == NULL) != (e.count > 0))
		abort();
	if (s != NULL) {
		size_t found = signatures_lint(s, &e);

		if (found != e.count)
			abort();
		match_all(s);
	}
	error_sort(&e);
	error_clear(&e);
	signatures_free(s);
	return 0;
}
