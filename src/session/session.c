/* SPDX-License-Identifier: Apache-2.0 */
/* Judges all flows of a capture together. */
#include <stdlib.h>
#include "private.h"

static const char *const parties[PARTIES] = { "unknown", "first", "third", "local" };

const char *
party_name(enum party p)
{
	return p < PARTIES ? parties[p] : NULL;
}

static int
by_id(const void *a, const void *b)
{
	const struct judged_flow *x = a, *y = b;

	return x->flow->id < y->flow->id ? -1 : x->flow->id > y->flow->id;
}

static int
flows_collect(struct session *s, const struct session_input *in)
{
	size_t slots = flow_table_count(in->flows);

	s->flows = calloc(slots ? slots : 1, sizeof(*s->flows));
	if (s->flows == NULL)
		return -1;
	for (size_t i = 0; i < slots; i++) {
		const struct flow *f = flow_table_at(in->flows, i);

		if (f == NULL)
			continue;
		s->flows[s->flow_count].flow = f;
		s->flows[s->flow_count].process = in->process ? in->process(f) : NULL;
		s->flows[s->flow_count++].ndpi = in->ndpi(f);
	}
	qsort(s->flows, s->flow_count, sizeof(s->flows[0]), by_id);
	return 0;
}

/* Whose program is not known may be anybody's: it is judged as if nobody had asked. */
static void
programs_judge(struct session *s, const struct session_input *in)
{
	for (size_t i = 0; in->only_process != NULL && i < s->flow_count; i++) {
		struct judged_flow *j = &s->flows[i];

		if (j->process == NULL)
			continue;
		j->outside = !process_is(j->process, in->only_process);
		s->process_seen |= !j->outside;
	}
}

/* The first of the names in a certificate; it may be a pattern. */
static const char *
certificate_name(const struct session_input *in, const char *names)
{
	size_t length = strcspn(names, ",");

	return text_is_host(names, length) ? strings_intern(in->strings, names, length)
					   : NULL;
}

/* The names of a flow's remote end: the first source that knows any. */
static void
flow_names(struct judged_flow *j, const struct session_input *in)
{
	const struct addr *remote = &j->flow->key.end[!j->local].addr;
	struct identity *id = &j->identity;
	const char *realm = in->realm(j->flow);

	if (j->flow->key.proto != 6 && j->flow->key.proto != 17)
		return; /* ICMP speaks of a host, it is no traffic with its service */
	if (j->ndpi != NULL && j->ndpi->host != NULL) {
		id->host_source =
		    j->ndpi->dissector == DISSECTOR_HTTP ? HOST_HTTP : HOST_SNI;
		id->names[id->name_count++] = j->ndpi->host;
	} else if ((id->name_count = names_lookup(
			in->names, remote, j->flow->first_ns, true, id->names)) > 0) {
		id->host_source = HOST_DNS;
	} else if (j->ndpi != NULL && j->ndpi->certificate != NULL) {
		const char *name = certificate_name(in, j->ndpi->certificate);

		if (name == NULL)
			return;
		id->host_source = HOST_CERTIFICATE;
		id->names[id->name_count++] = name;
	} else if (realm != NULL) {
		id->host_source = HOST_REALM;
		id->names[id->name_count++] = realm;
	}
	if (id->name_count > 0)
		id->host = id->names[0];
}

void
session_names(struct session *s, const struct session_input *in)
{
	for (size_t i = 0; i < s->flow_count; i++)
		flow_names(&s->flows[i], in);
}

static void
circumstances(
    const struct session_input *in, const struct judged_flow *j, struct circumstances *c)
{
	*c = (struct circumstances){
		.signatures = in->signatures,
		.flow = j->flow,
		.local = j->local,
		.foreign = j->foreign,
		.identity = &j->identity,
		.ndpi = j->ndpi,
		.app = in->app,
		.outside = j->outside,
	};
	if (j->process != NULL)
		c->process =
		    j->process->exe != NULL ? j->process->exe : j->process->command;
}

/* Who the remote end is; of what is not the app's nobody has to know. */
static void
flow_who(struct judged_flow *j, const struct circumstances *c)
{
	bool other = j->finding_count > 0;

	for (size_t i = 0; i < j->finding_count && j->who == NULL; i++) {
		const struct verdict *v = &j->findings[i].verdict;

		if (v->placed && v->rule != NULL)
			j->who = v->rule;
		other &= v->category == CATEGORY_OTHER;
	}
	if (j->who == NULL && !other)
		j->who = remote_rule(c);
}

static int
flow_judge(const struct session_input *in, struct match_memo *memo, struct judged_flow *j)
{
	struct circumstances c;

	circumstances(in, j, &c);
	c.memo = memo;
	j->finding_count = j->flow->stream_count;
	j->findings =
	    calloc(j->finding_count ? j->finding_count : 1, sizeof(*j->findings));
	if (j->findings == NULL)
		return -1;
	for (size_t i = 0; i < j->finding_count; i++) {
		const struct stream *stream = &j->flow->streams[i];
		struct finding *finding = &j->findings[i];

		finding->stream = stream;
		finding->up_packets = stream->packets[j->local];
		finding->up_bytes = stream->payload_bytes[j->local];
		finding->down_packets = stream->packets[!j->local];
		finding->down_bytes = stream->payload_bytes[!j->local];
		stream_verdict(&c, stream, &finding->verdict);
	}
	flow_who(j, &c);
	return 0;
}

static int
flows_judge(struct session *s, const struct session_input *in)
{
	struct match_memo *memo = match_memo_new(in->signatures, in->app);
	int rc = memo != NULL ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < s->flow_count; i++)
		rc = flow_judge(in, memo, &s->flows[i]);
	match_memo_free(memo);
	return rc;
}

/* The finding that carries most of what went up, else most of what came down. */
static const struct finding *
finding_main(const struct judged_flow *j)
{
	const struct finding *best = NULL;

	for (size_t i = 0; i < j->finding_count; i++) {
		const struct finding *f = &j->findings[i];

		if (best == NULL || f->up_bytes > best->up_bytes ||
		    (f->up_bytes == best->up_bytes && f->down_bytes > best->down_bytes))
			best = f;
	}
	return best;
}

/* nDPI's category is evidence, never the verdict. */
static bool
ndpi_differs(const struct ndpi_facts *n, const struct verdict *v)
{
	static const struct {
		const char *ndpi;
		bool content;
	} media[] = { { "Video", true }, { "VoIP", true }, { "Media", true },
		{ "Streaming", true }, { "Advertisement", false } };
	bool content = v->category == CATEGORY_CONTENT;
	bool service =
	    v->category == CATEGORY_TELEMETRY || v->category == CATEGORY_DIAGNOSTICS;

	if (n == NULL || n->category == NULL || v->category == CATEGORY_UNKNOWN)
		return false;
	for (size_t i = 0; i < COUNT_OF(media); i++)
		if (strcmp(n->category, media[i].ndpi) == 0)
			return media[i].content ? !content : !service;
	return false;
}

void
session_disagreement(const struct judged_flow *j, char *text, size_t size)
{
	const struct finding *f = finding_main(j);

	text[0] = '\0';
	if (f == NULL)
		return;
	if (ndpi_differs(j->ndpi, &f->verdict))
		snprintf(text, size, "nDPI's category is %s, ours is %s",
		    j->ndpi->category, category_name(f->verdict.category));
	else if (f->verdict.names_differ)
		snprintf(
		    text, size, "the address has names that disagree on the category");
}

struct session *
session_new(const struct session_input *in)
{
	struct session *s = calloc(1, sizeof(*s));

	if (s == NULL || flows_collect(s, in) != 0 || session_locals(s, in) != 0)
		goto fail;
	s->input = *in;
	s->app = in->app;
	programs_judge(s, in);
	session_names(s, in);
	if (flows_judge(s, in) != 0)
		goto fail;
	if (session_apps(s, in) != 0)
		goto fail;
	session_parties(s, in);
	if (session_totals(s, in) != 0 || session_recipients(s) != 0 ||
	    session_states(s, in) != 0)
		goto fail;
	session_timeline(s, in);
	return s;
fail:
	session_free(s);
	return NULL;
}

void
session_free(struct session *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; s->flows != NULL && i < s->flow_count; i++)
		free(s->flows[i].findings);
	for (size_t i = 0; i < s->recipient_count; i++)
		free(s->recipients[i].hosts);
	free(s->recipients);
	free(s->spans);
	free(s->bursts);
	free(s->unknowns);
	free(s->apps);
	free(s->locals);
	free(s->flows);
	free(s);
}

void
session_why(const struct session *s, const struct judged_flow *f,
    const struct finding *finding, char *text, size_t size)
{
	struct circumstances c;

	circumstances(&s->input, f, &c);
	verdict_why(&c, finding->stream, &finding->verdict, text, size);
}

const struct judged_flow *
session_flow(const struct session *s, uint32_t id)
{
	size_t low = 0, high = s->flow_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->flows[middle].flow->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->flow_count && s->flows[low].flow->id == id ? &s->flows[low]
								   : NULL;
}
