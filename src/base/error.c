/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdlib.h>

#include <callwitness/base.h>

static bool
error_grow(struct error *e)
{
	size_t room = e->room ? e->room * 2 : 8;
	struct error_line *lines = realloc(e->lines, room * sizeof(*lines));

	if (lines == NULL)
		return false;
	e->lines = lines;
	e->room = room;
	return true;
}

/* Quoted input may hold line breaks; a line of ours is one line. */
static void
text_flatten(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = ' ';
}

void
error_add(struct error *e, const char *file, unsigned line, unsigned column,
    const char *format, ...)
{
	struct error_line added = { .line = line, .column = column };
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&added.text, format, arguments) < 0)
		added.text = NULL;
	va_end(arguments);
	if (added.text != NULL)
		text_flatten(added.text);
	added.file = file ? strdup(file) : NULL;
	if (e->count == e->room && !error_grow(e)) {
		/* Memory is full: the caller fails all the same, with fewer words. */
		free(added.file);
		free(added.text);
		return;
	}
	e->lines[e->count++] = added;
}

static int
text_compare(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int
line_compare(const void *left, const void *right)
{
	const struct error_line *a = left, *b = right;
	int order = text_compare(a->file, b->file);

	if (order == 0)
		order = (a->line > b->line) - (a->line < b->line);
	if (order == 0)
		order = (a->column > b->column) - (a->column < b->column);
	return order ? order : text_compare(a->text, b->text);
}

void
error_sort(struct error *e)
{
	size_t kept = 0;

	if (e->count == 0)
		return;
	qsort(e->lines, e->count, sizeof(*e->lines), line_compare);
	for (size_t i = 1; i < e->count; i++) {
		if (line_compare(&e->lines[kept], &e->lines[i]) != 0) {
			e->lines[++kept] = e->lines[i];
			continue;
		}
		free(e->lines[i].file);
		free(e->lines[i].text);
	}
	e->count = kept + 1;
}

void
error_write(const struct error *e, FILE *out)
{
	for (size_t i = 0; i < e->count; i++) {
		const struct error_line *l = &e->lines[i];

		if (l->file != NULL)
			fprintf(out, "%s:", l->file);
		if (l->line > 0)
			fprintf(out, "%u:", l->line);
		if (l->line > 0 && l->column > 0)
			fprintf(out, "%u:", l->column);
		fprintf(out, "%s%s\n", l->file || l->line ? " " : "",
		    l->text ? l->text : "out of memory");
	}
}

void
error_clear(struct error *e)
{
	for (size_t i = 0; i < e->count; i++) {
		free(e->lines[i].file);
		free(e->lines[i].text);
	}
	free(e->lines);
	*e = (struct error){ 0 };
}
