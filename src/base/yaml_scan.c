/* SPDX-License-Identifier: Apache-2.0 */
/* One look over the bytes before libyaml sees them. */
#include "private.h"

#define FINDINGS_MAX 50 /* a file that is no text would fill the screen */

struct scan {
	const char *name;
	struct error *error;
	const uint8_t *at, *end;
	unsigned line, column;
	struct yaml_findings found;
	bool indenting;      /* nothing but blanks on this line so far */
	unsigned tab_column; /* of the first tab in this line's indentation */
	unsigned bad_line;   /* the last line reported for its bytes */
};

/* First byte, least and most code point by length; RFC 3629 forbids longer forms. */
static const struct utf8 {
	uint8_t mask, value;
	uint32_t least, most;
} utf8_forms[] = {
	{ 0x80, 0x00, 0, 0x7f },
	{ 0xe0, 0xc0, 0x80, 0x7ff },
	{ 0xf0, 0xe0, 0x800, 0xffff },
	{ 0xf8, 0xf0, 0x10000, 0x10ffff },
};

static const struct mark {
	size_t length;
	uint8_t bytes[3];
	const char *text;
} marks[] = {
	{ 3, { 0xef, 0xbb, 0xbf },
	    "byte order mark: expected UTF-8 text without one; save the file without "
	    "BOM" },
	{ 2, { 0xff, 0xfe }, "UTF-16 text: expected UTF-8" },
	{ 2, { 0xfe, 0xff }, "UTF-16 text: expected UTF-8" },
};

/* The length of the character at p, 0 if it is none. */
static size_t
utf8_length(const uint8_t *p, const uint8_t *end, uint32_t *point)
{
	for (size_t n = 0; n < COUNT_OF(utf8_forms); n++) {
		const struct utf8 *form = &utf8_forms[n];

		if ((*p & form->mask) != form->value)
			continue;
		if ((size_t)(end - p) <= n)
			return 0;
		*point = *p & (uint8_t)~form->mask;
		for (size_t i = 1; i <= n; i++) {
			if ((p[i] & 0xc0) != 0x80)
				return 0;
			*point = *point << 6 | (p[i] & 0x3f);
		}
		return *point >= form->least && *point <= form->most ? n + 1 : 0;
	}
	return 0;
}

/*
 * Why a character may not stand in a file, or NULL. YAML counts lines at U+0085, U+2028
 * and U+2029 and editors do not, so positions would point elsewhere.
 */
static const char *
character_refusal(uint32_t point)
{
	static const struct {
		uint32_t from, to;
		const char *why;
	} refused[] = {
		{ 0x00, 0x08, "control character" },
		{ 0x0b, 0x0c, "control character" },
		{ 0x0e, 0x1f, "control character" },
		{ 0x7f, 0x84, "control character" },
		{ 0x85, 0x85, "line break that editors do not show" },
		{ 0x86, 0x9f, "control character" },
		{ 0x2028, 0x2029, "line break that editors do not show" },
		{ 0xd800, 0xdfff, "surrogate" },
		{ 0xfeff, 0xfeff, "byte order mark" },
		{ 0xfffe, 0xffff, "character that is none" },
	};

	for (size_t i = 0; i < COUNT_OF(refused); i++)
		if (point >= refused[i].from && point <= refused[i].to)
			return refused[i].why;
	return NULL;
}

static bool
scan_may_report(struct scan *s)
{
	return s->found.count++ < FINDINGS_MAX;
}

static void
scan_check_character(struct scan *s, size_t length, uint32_t point)
{
	const char *why = length ? character_refusal(point) : NULL;

	if (length > 0 && why == NULL)
		return;
	s->found.is_text = false;
	if (s->bad_line == s->line || !scan_may_report(s))
		return;
	s->bad_line = s->line;
	if (length == 0)
		error_add(s->error, s->name, s->line, s->column,
		    "byte 0x%02x is not UTF-8: expected UTF-8 text", *s->at);
	else
		error_add(s->error, s->name, s->line, s->column,
		    "U+%04X is a %s: expected plain text", (unsigned)point, why);
}

static void
scan_check_indent(struct scan *s)
{
	if (s->at[0] == '\t' && s->tab_column == 0)
		s->tab_column = s->column;
	if (s->at[0] == ' ' || s->at[0] == '\t')
		return;
	s->indenting = false;
	if (s->tab_column == 0)
		return;
	if (s->found.tab_line == 0)
		s->found.tab_line = s->line;
	if (scan_may_report(s))
		error_add(s->error, s->name, s->line, s->tab_column,
		    "tab in the indentation: YAML wants spaces");
}

static bool
scan_at_line_end(const struct scan *s)
{
	if (s->at[0] == '\n')
		return true;
	return s->at[0] == '\r' && (s->at + 1 == s->end || s->at[1] != '\n');
}

static void
scan_advance(struct scan *s, size_t length)
{
	bool line_end = scan_at_line_end(s);

	s->at += length ? length : 1;
	s->column++;
	if (line_end) {
		s->line++;
		s->column = 1;
		s->indenting = true;
		s->tab_column = 0;
	}
}

/* True when there is a mark, after which nothing else is worth saying. */
static bool
scan_mark(struct scan *s)
{
	for (size_t i = 0; i < COUNT_OF(marks); i++) {
		const struct mark *m = &marks[i];

		if ((size_t)(s->end - s->at) < m->length ||
		    memcmp(s->at, m->bytes, m->length) != 0)
			continue;
		error_add(s->error, s->name, 1, 1, "%s", m->text);
		s->found.count++;
		s->found.is_text = false;
		return true;
	}
	return false;
}

struct yaml_findings
yaml_scan(const char *name, const uint8_t *data, size_t length, struct error *e)
{
	struct scan s = {
		.name = name,
		.error = e,
		.at = data,
		.end = data + length,
		.line = 1,
		.column = 1,
		.indenting = true,
		.found = { .is_text = true },
	};

	if (scan_mark(&s))
		return s.found;
	while (s.at < s.end) {
		uint32_t point = 0;
		size_t n = utf8_length(s.at, s.end, &point);

		scan_check_character(&s, n, point);
		if (s.indenting)
			scan_check_indent(&s);
		scan_advance(&s, n);
	}
	return s.found;
}
