/* SPDX-License-Identifier: Apache-2.0 */
/* What could not be seen: gates, counters, unknown messages; and the rules of law that
 * the rest bears on. */
#include "html.h"

static void
gate_row(FILE *out, const json_t *gate, const char *const *columns)
{
	bool closed = json_is_true(json_object_get(gate, "closed"));
	struct word w = word_of(WORDS_GATES, json_text_of(gate, "gate", "?"));

	html_row(out, columns[0]);
	html_put(out, "%s <small>%s</small>", w.title, w.means);
	html_cell(out, columns[1]);
	html_put(out, "%s", json_text_of(gate, "limit", ""));
	html_cell(out, columns[2]);
	html_put(out, "%.4g", json_number_value(json_object_get(gate, "value")));
	html_cell(out, columns[3]);
	if (closed)
		html_put(out, "<strong>Beyond the limit</strong>: %s\n",
		    json_text_of(gate, "why", ""));
	else
		html_put(out, "Within the limit\n");
}

static void
gates(FILE *out, const json_t *list)
{
	static const char *const columns[] = { "=What", "=Limit", "#Measured", "Result",
		NULL };
	const json_t *gate = NULL;
	size_t i = 0;

	if (json_array_size(list) == 0)
		return;
	html_put(out,
	    "<h3>Limits for saying that something was not seen</h3>\n<p>Beyond any of "
	    "these, \"not observed\" becomes \"inconclusive\", and so does \"supported\" "
	    "where it rests on absence.</p>\n");
	html_table(out, "class=\"cards\"", "Limits and what was measured.", columns);
	json_array_foreach(list, i, gate) gate_row(out, gate, columns);
	html_table_end(out);
}

/* Rows of coverage, in words. */
static const struct {
	const char *group, *key, *title;
	bool bytes;
} counters[] = {
	{ NULL, "kernel_drops", "Packets that the recorder lost", false },
	{ NULL, "snapped", "Frames recorded only in part", false },
	{ NULL, "mid_flow", "Flows that began before the capture", false },
	{ NULL, "unknown_up_bytes", "Sent, of category unknown", true },
	{ NULL, "unnamed_up_bytes", "Sent, without a name or a rule", true },
	{ NULL, "unlisted_up_bytes", "Sent to names that no signature knows (other)",
	    true },
	{ "frames", "not_ip", "Frames that are not IP", false },
	{ "frames", "link_unknown", "Frames of a link type that is not read", false },
	{ "frames", "short", "Frames cut within their headers", false },
	{ "frames", "malformed", "Frames that contradict themselves", false },
	{ NULL, "fragments_dropped", "IP fragments that never became whole", false },
	{ NULL, "evicted_flows", "Flows ended early because the table was full", false },
	{ NULL, "folded_flows", "Flows no longer told one by one", false },
	{ NULL, "folded_payload_bytes", "Payload of these, both ways", true },
	{ NULL, "names_forgotten", "Names dropped because there were too many", false },
};

static void
coverage(FILE *out, const json_t *c)
{
	static const char *const columns[] = { "What", "#Count", NULL };
	char number[NUMBER_SIZE];

	html_put(out, "<h3>Counted</h3>\n");
	html_table(out, "class=\"cards counts\"",
	    "What was lost, cut, not read or not named in this capture.", columns);
	for (size_t i = 0; i < COUNT_OF(counters); i++) {
		const json_t *from =
		    counters[i].group != NULL ? json_object_get(c, counters[i].group) : c;

		html_row(out, columns[0]);
		html_put(out, "%s", counters[i].title);
		html_cell(out, columns[1]);
		html_put(out, "%s%s\n",
		    number_text((uint64_t)json_count_of(from, counters[i].key), number),
		    counters[i].bytes ? " B" : "");
	}
	html_table_end(out);
}

/* Told only where programs were known, so in a live capture and what it kept. */
static void
owners(FILE *out, const json_t *c)
{
	uint64_t unowned = (uint64_t)json_count_of(c, "unowned_up_bytes");
	uint64_t all = (uint64_t)json_count_of(c, "owned_up_bytes") + unowned;

	if (!json_is_integer(json_object_get(c, "owned_up_bytes")) || all == 0)
		return;
	html_put(out,
	    "<p>%.0f\xc2\xa0%% of the bytes that went up belong to no known "
	    "program.</p>\n",
	    100.0 * (double)unowned / (double)all);
}

static void
sums(FILE *out, const json_t *c)
{
	char a[NUMBER_SIZE], b[NUMBER_SIZE];

	number_text((uint64_t)json_count_of(c, "payload_bytes"), a);
	number_text((uint64_t)json_count_of(c, "accounted_bytes"), b);
	if (json_is_true(json_object_get(c, "conserved")))
		html_put(out,
		    "<p>The sums agree: %s bytes of payload were read, both ways, and "
		    "each "
		    "is in exactly one stream or counted as sent again.</p>\n",
		    a);
	else
		html_put(out,
		    "<p class=\"warn\"><strong>The sums do not agree:</strong> %s bytes "
		    "of "
		    "payload were read, %s are accounted for. Do not rely on this "
		    "report.</p>\n",
		    a, b);
}

#define MESSAGES_SHOWN 40

static void
unknown_messages(FILE *out, const json_t *list)
{
	static const char *const columns[] = { "=Protocol", "#Type", "#Packets",
		"#Bytes up", NULL };
	const json_t *message = NULL;
	char number[NUMBER_SIZE];
	size_t i = 0;

	if (json_array_size(list) == 0) {
		html_put(out, "<p>No message of a type that is not known.</p>\n");
		return;
	}
	html_table(out, "class=\"cards\"",
	    "Messages of known protocols whose type nobody knows.", columns);
	json_array_foreach(list, i, message)
	{
		if (i >= MESSAGES_SHOWN)
			break;
		html_row(out, columns[0]);
		html_put(out, "%s", json_text_of(message, "dissector", "?"));
		for (size_t k = 0; k < 3; k++) {
			static const char *const keys[] = { "type", "packets",
				"up_bytes" };

			html_cell(out, columns[k + 1]);
			html_put(out, "%s",
			    number_text(
				(uint64_t)json_count_of(message, keys[k]), number));
		}
	}
	html_table_end(out);
	if (json_array_size(list) > MESSAGES_SHOWN)
		html_put(out, "<p>%zu more are in report.json.</p>\n",
		    json_array_size(list) - MESSAGES_SHOWN);
}

static void
unjudged(FILE *out, const json_t *policies)
{
	const json_t *policy = NULL;
	size_t i = 0;
	char size[16];

	json_array_foreach(policies, i, policy)
	{
		const json_t *rest = json_object_get(policy, "not_judged");

		html_put(out,
		    "<p>%s, %s: %lld streams of the app, %s up, could not be held "
		    "against "
		    "it.</p>\n",
		    json_text_of(policy, "document", "?"),
		    json_text_of(policy, "effective", "?"),
		    (long long)json_count_of(rest, "streams"),
		    size_text((uint64_t)json_count_of(rest, "up_bytes"), size));
	}
}

void
html_unseen(FILE *out, const struct facts *f)
{
	const json_t *c = json_object_get(f->report, "coverage");

	sums(out, c);
	owners(out, c);
	gates(out, json_object_get(f->report, "gates"));
	coverage(out, c);
	unknown_messages(out, json_object_get(c, "unknown_messages"));
	unjudged(out, json_object_get(f->report, "policies"));
}

/* Law. */

void
html_legal(FILE *out, const struct facts *f)
{
	static const char *const columns[] = { "Rule", "In one line", "Seen here",
		"What packets cannot show", NULL };
	static const char *const keys[] = { "in_one_line", "observed", "cannot_show" };
	const json_t *list = json_object_get(f->report, "legal"), *rule = NULL;
	size_t i = 0;

	html_put(out,
	    "<p><strong>This is information, no legal advice and no verdict.</strong> It "
	    "says which facts of this capture a lawyer would want to see beside which "
	    "rule. Recording others' traffic can itself need their consent.</p>\n");
	if (json_array_size(list) == 0) {
		html_put(out, "<p>No rule was mapped for this capture.</p>\n");
		return;
	}
	html_table(out, "class=\"cards\"",
	    "Rules, and what this capture has to do with them.", columns);
	json_array_foreach(list, i, rule)
	{
		html_row(out, columns[0]);
		html_put(out, "%s", json_text_of(rule, "rule", "?"));
		for (size_t k = 0; k < COUNT_OF(keys); k++) {
			html_cell(out, columns[k + 1]);
			html_put(out, "%s\n", json_text_of(rule, keys[k], "nothing"));
		}
	}
	html_table_end(out);
}
