/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the largest streams. */
#include "html.h"

static void
stream_what(FILE *out, const json_t *stream)
{
	const char *kind = json_text_of(stream, "kind", NULL);

	html_category(out, json_text_of(stream, "category", "unknown"));
	html_put(out, " <small>%s%s%s</small>", kind != NULL ? kind : "",
	    kind != NULL ? ", " : "", json_text_of(stream, "strength", "none"));
}

static void
stream_to(FILE *out, const json_t *remote)
{
	const char *host = json_text_of(remote, "host", NULL);
	const char *entity = json_text_of(remote, "entity", NULL);

	html_put(out, "<div><bdi>%s</bdi> <small>",
	    host != NULL ? host : json_text_of(remote, "ip", "?"));
	if (entity != NULL && !same_text(entity, host))
		html_put(out, "<bdi>%s</bdi>, ", entity);
	html_put(out, "%s, port %lld</small></div>",
	    word_of(WORDS_PARTIES, json_text_of(remote, "party", "unknown")).title,
	    (long long)json_count_of(remote, "port"));
}

/* The number of the process makes two of one executable two. */
static void
stream_program(FILE *out, const json_t *process)
{
	char name[512];

	html_put(out, "<div><bdi>%s</bdi>", facts_program(process, name, sizeof(name)));
	if (json_is_object(process))
		html_put(out, " <small>process %lld</small>",
		    (long long)json_count_of(process, "pid"));
	html_put(out, "</div>");
}

/* The program stands before the last column, where programs are known. */
static void
stream_row(FILE *out, const struct facts *f, const struct stream_row *row,
    const char *const *columns)
{
	bool programs = facts_programs(f);
	char number[NUMBER_SIZE];

	html_row(out, columns[0]);
	html_put(out, "<code>%llu/%zu</code>", (unsigned long long)row->flow, row->index);
	html_cell(out, columns[1]);
	html_put(out, "<div>");
	stream_what(out, row->stream);
	html_put(out, "</div>");
	html_cell(out, columns[2]);
	stream_to(out, row->remote);
	html_cell(out, columns[3]);
	html_put(out, "%s", number_text(row->up_bytes, number));
	html_cell(out, columns[4]);
	html_put(out, "%s",
	    number_text(
		(uint64_t)json_count_of(json_object_get(row->stream, "up"), "packets"),
		number));
	html_cell(out, columns[5]);
	html_offset(out, f, json_text_of(row->stream, "first", NULL));
	if (programs) {
		html_cell(out, columns[6]);
		stream_program(out, row->process);
	}
	html_cell(out, columns[6 + programs]);
	html_put(out, "%s\n", json_text_of(row->stream, "why", "not told"));
}

void
html_streams(FILE *out, const struct facts *f)
{
	static const char *const without[] = { "=Flow/stream", "=Category", "Recipient",
		"#Bytes up", "#Packets up", "=First", "Why", NULL };
	static const char *const with[] = { "=Flow/stream", "=Category", "Recipient",
		"#Bytes up", "#Packets up", "=First", "Program", "Why", NULL };
	const char *const *columns = facts_programs(f) ? with : without;
	char caption[200], size[16];

	if (f->row_count == 0) {
		html_put(out, "<p>No stream sent any payload.</p>\n");
		return;
	}
	size_text(f->stream_bytes, size);
	if (f->stream_total > f->row_count)
		snprintf(caption, sizeof(caption),
		    "The %zu streams with most bytes up, of %zu that sent %s in all.",
		    f->row_count, f->stream_total, size);
	else
		snprintf(caption, sizeof(caption),
		    "All streams that sent payload: %zu, %s in all.", f->row_count, size);
	html_put(out,
	    "<p>flows.ndjson has every stream, sent and received, with all that "
	    "is known of it; <code>callwitness explain</code> prints one.</p>\n");
	html_table(out, "class=\"cards\" id=\"streams-table\"", caption, columns);
	for (size_t i = 0; i < f->row_count; i++)
		stream_row(out, f, &f->rows[i], columns);
	html_table_end(out);
}
