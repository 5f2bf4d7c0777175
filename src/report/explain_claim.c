/* SPDX-License-Identifier: Apache-2.0 */
/* Why a claim came out as it did, down to the frames. */
#include "explain.h"

static void
print_terms(const json_t *claim, const char *key, const char *before, FILE *out)
{
	const json_t *terms = json_object_get(claim, key);

	for (size_t i = 0; i < json_array_size(terms); i++) {
		const char *term = json_string_value(json_array_get(terms, i));

		fprintf(out, "%s%s", i ? ", " : before, term != NULL ? term : "?");
	}
}

static void
print_text(const json_t *object, const char *key, const char *before, FILE *out)
{
	const char *text = json_text_of(object, key, NULL);

	if (text != NULL)
		fprintf(out, "%s%s", before, text);
}

static void
explain_words(const json_t *policy, const json_t *claim, FILE *out)
{
	const char *quote = json_text_of(claim, "quote", NULL);

	fprintf(out, "Claim %s, policy %s\n", json_text_of(claim, "claim", "?"),
	    json_text_of(policy, "policy", "?"));
	fprintf(out, "  document   %s, %s, effective %s\n",
	    json_text_of(policy, "vendor", "?"), json_text_of(policy, "document", "?"),
	    json_text_of(policy, "effective", "?"));
	fprintf(out, "  section    %s\n", json_text_of(claim, "section", "not given"));
	if (quote != NULL)
		fprintf(out, "  quote      \"%s\" (%s)\n", quote,
		    json_text_of(claim, "quote_check", "?"));
	else
		fprintf(out, "  restated   %s\n", json_text_of(claim, "restated", "?"));
	fprintf(out, "  source     %s (version of %s)\n",
	    json_text_of(claim, "source", "not given"),
	    json_text_of(claim, "version_date", "?"));
	fprintf(out, "  says       %s", json_text_of(claim, "says", "?"));
	print_terms(claim, "data", ": ", out);
	print_terms(claim, "recipients", "; to ", out);
	print_terms(claim, "purposes", "; for ", out);
	print_terms(claim, "regions", "; in ", out);
	print_text(claim, "when", "; when ", out);
	print_text(claim, "unless", "; unless ", out);
	fprintf(out, "\n  testable   %s", json_text_of(claim, "testable", "?"));
	print_text(claim, "how", ": ", out);
}

static void
explain_outcome(const json_t *claim, FILE *out)
{
	const json_t *evidence = json_object_get(claim, "evidence");
	long long total = (long long)json_count_of(claim, "evidence_total");

	fprintf(out, "\n  outcome    %s, severity %s, strength %s\n",
	    json_text_of(claim, "outcome", "?"), json_text_of(claim, "severity", "?"),
	    json_text_of(claim, "strength", "?"));
	fprintf(out, "  why        %s\n", json_text_of(claim, "why", "?"));
	fprintf(out, "  rests on   %lld stream%s, %lld bytes up", total,
	    total == 1 ? "" : "s", (long long)json_count_of(claim, "up_bytes"));
	if (total > (long long)json_array_size(evidence))
		fprintf(out, "; the %zu largest follow", json_array_size(evidence));
	fputc('\n', out);
}

/* As one word for a shell: a bundle's text may come from anybody. */
static void
print_word(const char *text, FILE *out)
{
	fprintf(out, text[0] == '-' && text[1] != '\0' ? "'./" : "'");
	for (; *text != '\0'; text++)
		fprintf(out, *text == '\'' ? "'\\''" : "%c", *text);
	fputc('\'', out);
}

/* All of them, or the standard input. */
static void
print_input(const json_t *files, bool piped, FILE *out)
{
	if (piped)
		fputs(" -", out);
	for (size_t i = 0; !piped && i < json_array_size(files); i++) {
		fputc(' ', out);
		print_word(json_text_of(json_array_get(files, i), "name", "-"), out);
	}
}

/*
 * Frames are numbered as callwitness met them: all files merged by time, and only what
 * the filter let through.
 */
static void
print_tshark(const json_t *report, FILE *out)
{
	const json_t *files =
	    json_object_get(json_object_get(report, "capture"), "files");
	const json_t *inputs = json_object_get(report, "inputs");
	const char *filter =
	    json_text_of(json_object_get(inputs, "options"), "filter", NULL);
	bool piped = false;

	if (json_array_size(files) > 1) {
		fputs("mergecap -w -", out);
		print_input(files, false, out);
		fputs(" | ", out);
		piped = true;
	}
	if (filter != NULL) {
		fputs("tcpdump -w - -r", out);
		print_input(files, piped, out);
		fputc(' ', out);
		print_word(filter, out);
		fputs(" | ", out);
		piped = true;
	}
	fputs("tshark -r", out);
	print_input(files, piped, out);
}

/* One end of the flow as it stands in packets up: "src" or "dst". */
static void
print_end(const json_t *flow, const char *side, const char *way, FILE *out)
{
	static const char *const protos[] = { "tcp", "udp", "sctp" };
	const json_t *end = json_object_get(flow, side);
	const char *proto = json_text_of(flow, "proto", "");
	char text[ADDR_TEXT_SIZE];
	struct addr addr;

	if (addr_parse(json_text_of(end, "ip", ""), &addr) == 0)
		fprintf(out, " && %s.%s == %s", addr.family == 6 ? "ipv6" : "ip", way,
		    addr_text(&addr, text));
	for (size_t i = 0; i < COUNT_OF(protos); i++)
		if (strcmp(proto, protos[i]) == 0)
			fprintf(out, " && %s.%sport == %lld", protos[i], way,
			    (long long)json_count_of(end, "port"));
}

/* A line to paste, which shows what this flow sent up in that range. */
static void
explain_frames(
    const json_t *report, const json_t *evidence, const json_t *flow, FILE *out)
{
	const json_t *frames = json_object_get(evidence, "frames");
	long long first = (long long)json_integer_value(json_array_get(frames, 0));
	long long last = (long long)json_integer_value(json_array_get(frames, 1));

	fprintf(out, "  frames     %lld to %lld\n  look       ", first, last);
	print_tshark(report, out);
	fprintf(out, " -Y 'frame.number in {%lld..%lld}", first, last);
	print_end(flow, "local", "src", out);
	print_end(flow, "remote", "dst", out);
	fputs("'\n", out);
}

static void
explain_evidence(const json_t *report, const json_t *evidence,
    const struct wanted_flows *wanted, FILE *out)
{
	json_int_t id = json_count_of(evidence, "flow");
	json_int_t index = json_count_of(evidence, "stream");
	const json_t *flow = flow_taken(wanted, id);
	const json_t *remote = json_object_get(flow, "remote");
	const json_t *stream =
	    json_array_get(json_object_get(flow, "streams"), (size_t)index);

	fprintf(out, "\nFlow %lld, stream %lld: %lld bytes in %lld packets up\n",
	    (long long)id, (long long)index, (long long)json_count_of(evidence, "bytes"),
	    (long long)json_count_of(evidence, "packets"));
	if (flow == NULL) {
		fprintf(out, "  flows.ndjson has no flow %lld\n", (long long)id);
		return;
	}
	fprintf(out, "  between    ");
	explain_ends(flow, out);
	fprintf(out, "\n  recipient  %s, party %s, name %s\n",
	    json_text_of(remote, "entity", "not known"),
	    json_text_of(remote, "party", "unknown"),
	    json_text_of(remote, "host", "none"));
	fprintf(out, "  category   %s", json_text_of(stream, "category", "?"));
	print_text(stream, "kind", "/", out);
	fprintf(out, ", strength %s\n  rule       %s\n  why        %s\n",
	    json_text_of(stream, "strength", "none"),
	    json_text_of(stream, "rule", "none"), json_text_of(stream, "why", "?"));
	explain_frames(report, evidence, flow, out);
}

static bool
is_named(const char *what, const char *policy, const char *claim)
{
	size_t length = strlen(policy);

	return strcmp(what, claim) == 0 ||
	       (strncmp(what, policy, length) == 0 && what[length] == ':' &&
		   strcmp(what + length + 1, claim) == 0);
}

struct asked {
	const char *what;
	const json_t *report;
	struct wanted_flows wanted;
	FILE *out;
	size_t found;
};

typedef int visit_claim(struct asked *a, const json_t *policy, const json_t *claim);

/* Calls visit for each claim of that name, until it fails. */
static int
claims_visit(struct asked *a, visit_claim *visit)
{
	const json_t *policies = json_object_get(a->report, "policies");

	a->found = 0;
	for (size_t i = 0; i < json_array_size(policies); i++) {
		const json_t *policy = json_array_get(policies, i);
		const json_t *claims = json_object_get(policy, "claims");

		for (size_t k = 0; k < json_array_size(claims); k++) {
			const json_t *claim = json_array_get(claims, k);

			if (!is_named(a->what, json_text_of(policy, "policy", ""),
				json_text_of(claim, "claim", "")))
				continue;
			a->found++;
			if (visit(a, policy, claim) != 0)
				return -1;
		}
	}
	return 0;
}

static int
claim_want(struct asked *a, const json_t *policy, const json_t *claim)
{
	const json_t *evidence = json_object_get(claim, "evidence");

	(void)policy;
	for (size_t i = 0; i < json_array_size(evidence); i++)
		if (flow_want(&a->wanted,
			json_count_of(json_array_get(evidence, i), "flow")) != 0)
			return -1;
	return 0;
}

static int
claim_explain(struct asked *a, const json_t *policy, const json_t *claim)
{
	const json_t *evidence = json_object_get(claim, "evidence");

	if (a->found > 1)
		fputc('\n', a->out);
	explain_words(policy, claim, a->out);
	explain_outcome(claim, a->out);
	for (size_t i = 0; i < json_array_size(evidence); i++)
		explain_evidence(
		    a->report, json_array_get(evidence, i), &a->wanted, a->out);
	return 0;
}

static void
complain_unknown(const struct asked *a, const char *folder, struct error *e)
{
	const json_t *policies = json_object_get(a->report, "policies");
	const json_t *first =
	    json_array_get(json_object_get(json_array_get(policies, 0), "claims"), 0);

	if (first == NULL)
		error_add(e, folder, 0, 0,
		    "no claim \"%s\": no policy was held against this capture; expected "
		    "the number of a flow",
		    a->what);
	else
		error_add(e, folder, 0, 0,
		    "no claim \"%s\": expected the number of a flow or a claim of "
		    "report.json, such as \"%s\"",
		    a->what, json_text_of(first, "claim", "?"));
}

int
report_explain_claim(const char *folder, const char *what, FILE *out, struct error *e)
{
	json_t *report = bundle_report(folder, e);
	struct asked a = { .what = what, .report = report, .out = out };
	int rc = -1;

	if (report == NULL)
		return -1;
	json_clean(report);
	if ((a.wanted.flows = json_object()) == NULL || claims_visit(&a, claim_want) != 0)
		error_add(e, folder, 0, 0, "out of memory");
	else if (a.found == 0)
		complain_unknown(&a, folder, e);
	else if (bundle_flows(folder, flow_take, &a.wanted, e) == 0)
		rc = claims_visit(&a, claim_explain);
	json_decref(a.wanted.flows);
	json_decref(report);
	return rc;
}
