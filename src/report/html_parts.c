/* SPDX-License-Identifier: Apache-2.0 */
/* Small things that several sections write. */
#include "html.h"

uint64_t
bytes_of(const json_t *by_category)
{
	const struct word *w = NULL;
	uint64_t sum = 0;

	for (size_t i = 0; (w = word_at(WORDS_CATEGORIES, i)) != NULL; i++)
		sum += (uint64_t)json_count_of(by_category, w->id);
	return sum;
}

uint64_t
facts_up(const struct facts *f, const char *category)
{
	const json_t *up = json_object_get(json_object_get(f->report, "totals"), "up");
	const struct word *w = NULL;
	uint64_t sum = 0;

	for (size_t i = 0; (w = word_at(WORDS_CATEGORIES, i)) != NULL; i++)
		if (category == NULL || strcmp(category, w->id) == 0)
			sum +=
			    (uint64_t)json_count_of(json_object_get(up, w->id), "bytes");
	return sum;
}

const char *
recipient_name(const json_t *recipient)
{
	const char *first =
	    json_string_value(json_array_get(json_object_get(recipient, "hosts"), 0));

	if (strcmp(json_text_of(recipient, "party", ""), "local") == 0)
		return "local network";
	return json_text_of(recipient, "entity", first != NULL ? first : "no name");
}

const char *
facts_app(const struct facts *f, char *text, size_t size)
{
	const char *asked = json_text_of(f->report, "app", NULL), *title = NULL;
	const json_t *apps = json_object_get(f->report, "apps"), *app = NULL;
	size_t i = 0;

	json_array_foreach(apps, i,
	    app) if (asked != NULL ? same_text(json_text_of(app, "app", NULL), asked)
				   : title == NULL) title =
	    json_text_of(app, "title", NULL);
	if (title == NULL)
		title = asked != NULL ? asked : "the recorded machine";
	return text_clipped(title, 60, text, size);
}

const char *
facts_offset(const struct facts *f, const char *time, char text[NUMBER_SIZE])
{
	int64_t ns = 0;
	char length[NUMBER_SIZE];

	text[0] = '\0';
	if (!json_time_read(time, &ns))
		return text;
	ns -= f->first_ns;
	snprintf(text, NUMBER_SIZE, "%s%.28s", ns < 0 ? "\xe2\x88\x92" : "+",
	    length_text(ns < 0 ? -ns : ns, length));
	return text;
}

void
html_offset(FILE *out, const struct facts *f, const char *time)
{
	char offset[NUMBER_SIZE];

	facts_offset(f, time, offset);
	if (offset[0] != '\0')
		html_put(out, "<time datetime=\"%s\">%s</time>", time, offset);
	else
		html_put(out, "not told");
}

void
html_time(FILE *out, const struct facts *f, const char *time)
{
	const char *day = time != NULL ? strchr(time, 'T') : NULL;

	html_put(out, "<div>");
	html_offset(out, f, time);
	if (day != NULL)
		html_put(out, " <small>%.12s UTC</small>", day + 1);
	html_put(out, "</div>");
}

static void
sign(FILE *out, const char *prefix, const char *class, struct word w, bool known)
{
	html_put(out, "<span class=\"%s %s\">", class, known ? w.id : "unknown");
	if (known)
		html_put(out,
		    "<svg class=\"i\" aria-hidden=\"true\"><use href=\"#%s-%s\"/></svg>",
		    prefix, w.id);
	html_put(out, "%s</span>", w.title);
}

void
html_category(FILE *out, const char *id)
{
	sign(out, "c", "category", word_of(WORDS_CATEGORIES, id),
	    word_index(WORDS_CATEGORIES, id) != SIZE_MAX);
}

void
html_outcome(FILE *out, const char *id)
{
	sign(out, "o", "outcome", word_of(WORDS_OUTCOMES, id),
	    word_index(WORDS_OUTCOMES, id) != SIZE_MAX);
}

void
html_disclosure(FILE *out, const char *id)
{
	sign(out, "d", "outcome", word_of(WORDS_DISCLOSURES, id),
	    word_index(WORDS_DISCLOSURES, id) != SIZE_MAX);
}

void
html_severity(FILE *out, const char *id)
{
	if (id != NULL && strcmp(id, "none") != 0)
		sign(out, "s", "severity", word_of(WORDS_SEVERITIES, id),
		    word_index(WORDS_SEVERITIES, id) != SIZE_MAX);
}

void
html_categories(FILE *out, const json_t *by_category)
{
	const struct word *w = NULL;
	const char *comma = "";
	char size[16];

	for (size_t i = 0; (w = word_at(WORDS_CATEGORIES, i)) != NULL; i++) {
		uint64_t bytes = (uint64_t)json_count_of(by_category, w->id);

		if (bytes == 0)
			continue;
		html_put(out, "%s%s %s", comma, w->id, size_text(bytes, size));
		comma = ", ";
	}
	if (*comma == '\0')
		html_put(out, "nothing");
}

/* Numbers, our own words, or text of others, which may break anywhere. */
static const char *
column_class(const char *column)
{
	return *column == '#' ? "n" : *column == '=' ? "k" : "t";
}

static const char *
column_title(const char *column)
{
	return column + strspn(column, "#=");
}

void
html_table(
    FILE *out, const char *attributes, const char *caption, const char *const *columns)
{
	fprintf(out, "<table %s>\n", attributes);
	html_put(out, "<caption>%s</caption>\n<thead><tr>", caption);
	for (; *columns != NULL; columns++)
		html_put(out, "<th scope=\"col\" class=\"%s\">%s", column_class(*columns),
		    column_title(*columns));
	html_put(out, "</thead>\n<tbody>\n");
}

void
html_table_end(FILE *out)
{
	html_put(out, "</tbody></table>\n");
}

void
html_row(FILE *out, const char *column)
{
	html_put(out, "<tr><th scope=\"row\" class=\"%s\" data-l=\"%s\">",
	    column_class(column), column_title(column));
}

void
html_cell(FILE *out, const char *column)
{
	html_put(out, "<td class=\"%s\" data-l=\"%s\">", column_class(column),
	    column_title(column));
}
