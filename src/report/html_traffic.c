/* SPDX-License-Identifier: Apache-2.0 */
/* Who received what, the call's states, the largest streams. */
#include "chart.h"

/* Countries: what is known of one, and never more. */

static void
country(FILE *out, const json_t *recipient)
{
	const char *code = json_text_of(recipient, "country", NULL);
	const char *source = json_text_of(recipient, "country_source", "vendor");
	const char *registered = json_text_of(recipient, "registered", NULL);
	bool geo = strcmp(source, "geoip") == 0;

	html_put(out, "<div>");
	if (code == NULL && registered == NULL)
		html_put(out, "not known");
	else if (code != NULL && !geo)
		html_put(out, "%s <small>%s</small>", code,
		    word_of(WORDS_COUNTRIES, source).title);
	if (geo || registered != NULL)
		html_put(out, "<div><small>address registered in</small> %s</div>",
		    registered != NULL ? registered : code);
	html_put(out, "</div>");
}

static void
network(FILE *out, const json_t *recipient)
{
	json_int_t asn = json_count_of(recipient, "asn");
	const char *name = json_text_of(recipient, "network", NULL);

	html_put(out, "<div>%s", name != NULL ? name : asn > 0 ? "" : "not known");
	if (asn > 0)
		html_put(out, " <small>AS%lld</small>", (long long)asn);
	html_put(out, "</div>");
}

#define HOSTS_SHOWN 6

static void
hosts_list(FILE *out, const json_t *hosts, size_t from, size_t to)
{
	html_put(out, "<ul class=\"hosts\">");
	for (size_t i = from; i < to; i++) {
		const char *host = json_string_value(json_array_get(hosts, i));

		html_put(out, "<li><bdi>%s</bdi>", host != NULL ? host : "?");
	}
	html_put(out, "</ul>");
}

static void
hosts(FILE *out, const json_t *recipient)
{
	const json_t *list = json_object_get(recipient, "hosts");
	size_t count = json_array_size(list);
	size_t most = count < 100 ? count : 100;

	html_put(out, "<div>");
	hosts_list(out, list, 0, count < HOSTS_SHOWN ? count : HOSTS_SHOWN);
	if (count > HOSTS_SHOWN) {
		html_put(
		    out, "<details><summary>%zu more</summary>", count - HOSTS_SHOWN);
		hosts_list(out, list, HOSTS_SHOWN, most);
		if (count > most)
			html_put(out, "and %zu more, in report.json", count - most);
		html_put(out, "</details>");
	}
	html_put(out, "</div>\n");
}

static void
party(FILE *out, const json_t *recipient)
{
	const char *id = json_text_of(recipient, "party", "unknown");
	const char *title = word_of(WORDS_PARTIES, id).title;

	if (strcmp(id, "third") == 0)
		html_put(out, "<strong>%s</strong>", title);
	else
		html_put(out, "%s", title);
}

static void
recipient_row(FILE *out, const json_t *recipient, const char *const *columns)
{
	html_row(out, columns[0]);
	html_put(out, "<bdi>%s</bdi>", recipient_name(recipient));
	html_cell(out, columns[1]);
	party(out, recipient);
	html_cell(out, columns[2]);
	html_put(out, "<div>");
	html_categories(out, json_object_get(recipient, "up"));
	html_put(out, "</div>");
	html_cell(out, columns[3]);
	country(out, recipient);
	html_cell(out, columns[4]);
	network(out, recipient);
	html_cell(out, columns[5]);
	hosts(out, recipient);
}

void
html_recipients(FILE *out, const struct facts *f)
{
	static const char *const columns[] = { "Recipient", "=Party", "=Sent to it",
		"=Country", "Network", "Hosts", NULL };
	const json_t *list = json_object_get(f->report, "recipients"), *recipient = NULL;
	size_t i = 0, shown = 0, silent = 0;

	html_put(out, "<p>A country is what is known of the company, the host's name or "
		      "the network. "
		      "None of them says where data is kept.</p>\n");
	html_table(
	    out, "class=\"cards\"", "Who received payload, most bytes first.", columns);
	json_array_foreach(list, i, recipient)
	{
		if (bytes_of(json_object_get(recipient, "up")) == 0)
			silent++;
		else if (shown++ < RECIPIENTS_SHOWN)
			recipient_row(out, recipient, columns);
	}
	html_table_end(out);
	if (shown > RECIPIENTS_SHOWN)
		html_put(out, "<p>%zu more recipients are in report.json.</p>\n",
		    shown - RECIPIENTS_SHOWN);
	if (silent > 0)
		html_put(out, "<p>%zu more remote end%s received no payload.</p>\n",
		    silent, silent == 1 ? "" : "s");
}

/* Who received what. */

static void
third_parties(FILE *out, const struct facts *f)
{
	const json_t *list = json_object_get(f->report, "recipients"), *recipient = NULL;
	size_t i = 0, count = 0;

	json_array_foreach(list, i, recipient)
	{
		if (strcmp(json_text_of(recipient, "party", ""), "third") != 0 ||
		    bytes_of(json_object_get(recipient, "up")) == 0)
			continue;
		if (count++ >= 20)
			continue;
		html_put(out, count == 1 ? "<p>Third parties that received payload: "
					   "<strong>"
					 : "; <strong>");
		html_put(out, "%s</strong> (", recipient_name(recipient));
		html_categories(out, json_object_get(recipient, "up"));
		html_put(out, ")");
	}
	if (count > 20)
		html_put(out, " and %zu more", count - 20);
	html_put(out, count > 0 ? ".</p>\n"
				: "<p>No third party that a signature names received "
				  "payload.</p>\n");
}

static void
flows_table(FILE *out, const struct facts *f)
{
	static const char *const columns[] = { "Recipient", "=Party", "#Content",
		"#Telemetry", "#Diagnostics", "#Signalling", "#Other", "#Unknown", NULL };
	const json_t *list = json_object_get(f->report, "recipients"), *recipient = NULL;
	const struct word *w = NULL;
	char number[NUMBER_SIZE];
	size_t i = 0, shown = 0;

	html_put(out, "<details><summary>The numbers of this chart</summary>\n"
		      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
		      "aria-label=\"The numbers of who received what\">\n");
	html_table(out, "class=\"numbers\"",
	    "Payload bytes sent to each recipient, by category.", columns);
	json_array_foreach(list, i, recipient)
	{
		const json_t *up = json_object_get(recipient, "up");

		if (bytes_of(up) == 0 || shown++ >= RECIPIENTS_SHOWN)
			continue;
		html_row(out, columns[0]);
		html_put(out, "<bdi>%s</bdi>", recipient_name(recipient));
		html_cell(out, columns[1]);
		party(out, recipient);
		for (size_t c = 0; (w = word_at(WORDS_CATEGORIES, c)) != NULL; c++) {
			html_cell(out, columns[c + 2]);
			html_put(out, "%s",
			    number_text((uint64_t)json_count_of(up, w->id), number));
		}
	}
	html_table_end(out);
	html_put(out, "</div></details>\n");
}

void
html_received(FILE *out, const struct facts *f)
{
	uint64_t other = facts_up(f, "other");
	char size[16];

	third_parties(out, f);
	html_put(out, "<figure>\n");
	chart_flows(out, f, &chart_wide);
	chart_flows(out, f, &chart_narrow);
	html_put(out,
	    "<figcaption>From the app by category to recipients. The thickness of a band "
	    "grows with the square root of its bytes, so that small ones can be seen: "
	    "twice as thick is four times as much. Third parties stand in a frame. What "
	    "is "
	    "unknown may be another program's.");
	if (other > 0)
		html_put(out, " Not drawn: %s of other traffic, which is not the app's.",
		    size_text(other, size));
	html_put(out, "</figcaption>\n</figure>\n");
	flows_table(out, f);
}

/* States. */

#define STATES_SHOWN 200

static void
state_row(
    FILE *out, const struct facts *f, const json_t *span, const char *const *columns)
{
	const char *note = json_text_of(span, "note", NULL);
	bool guessed = strcmp(json_text_of(span, "source", ""), "inferred") == 0;
	char name[80];

	html_row(out, columns[0]);
	html_put(
	    out, "%s", text_plain(json_text_of(span, "state", "?"), name, sizeof(name)));
	html_cell(out, columns[1]);
	html_time(out, f, json_text_of(span, "from", NULL));
	html_cell(out, columns[2]);
	html_time(out, f, json_text_of(span, "to", NULL));
	html_cell(out, columns[3]);
	html_put(out, "%s", guessed ? "inferred" : "declared by the tester");
	html_cell(out, columns[4]);
	html_put(out, "<div>");
	html_categories(out, json_object_get(span, "up"));
	html_put(out, "</div>");
	html_cell(out, columns[5]);
	html_put(out, "%s\n", note != NULL ? note : "none");
}

static void
mark_row(FILE *out, const struct facts *f, const json_t *mark, size_t number,
    const char *const *columns)
{
	const char *state = json_text_of(mark, "state", NULL);
	const char *note = json_text_of(mark, "note", NULL);
	char name[80];

	html_row(out, columns[0]);
	html_put(out, "%zu", number);
	html_cell(out, columns[1]);
	html_time(out, f, json_text_of(mark, "at", NULL));
	html_cell(out, columns[2]);
	html_put(out, "%s%s",
	    state != NULL ? text_plain(state, name, sizeof(name)) : "a note",
	    state == NULL                               ? ""
	    : json_is_true(json_object_get(mark, "on")) ? ": on"
							: ": off");
	html_cell(out, columns[3]);
	html_put(out, "<div>");
	html_categories(out, json_object_get(mark, "after"));
	html_put(out, "</div>");
	html_cell(out, columns[4]);
	html_put(out, "%s\n", note != NULL ? note : "none");
}

static void
left_out(FILE *out, size_t count, const char *what)
{
	if (count > STATES_SHOWN)
		html_put(out, "<p>%zu more %s are in report.json.</p>\n",
		    count - STATES_SHOWN, what);
}

static void
states_table(FILE *out, const struct facts *f, const json_t *list)
{
	static const char *const columns[] = { "=State", "=From", "=To", "=Source",
		"Sent meanwhile", "Note", NULL };
	const json_t *span = NULL;
	size_t i = 0;

	html_table(out, "class=\"cards\"",
	    "States of the call, with the payload sent while they lasted.", columns);
	json_array_foreach(list, i, span) if (i < STATES_SHOWN)
	    state_row(out, f, span, columns);
	html_table_end(out);
	left_out(out, json_array_size(list), "states");
}

static void
marks_table(FILE *out, const struct facts *f, const json_t *list)
{
	static const char *const columns[] = { "#Mark", "=At", "=What", "Sent within 3 s",
		"Note", NULL };
	const json_t *mark = NULL;
	size_t i = 0;

	html_table(out, "class=\"cards\"",
	    "Marks of the tester, with the payload sent in the 3 s after each.", columns);
	json_array_foreach(list, i, mark) if (i < STATES_SHOWN)
	    mark_row(out, f, mark, i + 1, columns);
	html_table_end(out);
	left_out(out, json_array_size(list), "marks");
}

void
html_states(FILE *out, const struct facts *f)
{
	const json_t *states = json_object_get(f->report, "states");
	const json_t *marks = json_object_get(f->report, "marks");

	html_put(out,
	    "<p>What was true of the call at a time. What is sent within a state or "
	    "after a "
	    "mark is a fact about time, no cause. <strong>Silent is not muted:</strong> "
	    "silence is what the sender's packets say of themselves; muted is what the "
	    "tester pressed.</p>\n");
	if (json_array_size(states) == 0)
		html_put(
		    out, "<p>No state was declared, and none could be inferred.</p>\n");
	else
		states_table(out, f, states);
	if (json_array_size(marks) == 0)
		html_put(out, "<p>The tester made no marks.</p>\n");
	else
		marks_table(out, f, marks);
}
