/* SPDX-License-Identifier: Apache-2.0 */
/* States of the call as the tester declared them: a list of {at, state, on, note}. */
#include <ctype.h>
#include <stdlib.h>
#include <time.h>

#include "private.h"

/* Nobody presses so many buttons in a call; a file that has more is something else. */
#define MARKS_MOST 10000

#define NS_PER_SECOND INT64_C(1000000000)
#define FRACTION_DIGITS 9
#define YEAR_FIRST 1970
/* 64 bits of nanoseconds end within 2262. */
#define YEAR_LAST 2261

#define EXAMPLE "{at: 2026-11-21T20:32:36.810Z, state: muted, on: true}"

const char *const state_names[STATES] = { "in_call", "muted", "camera_off", "sharing",
	"recording", "consented", "optional_data_off", "silent" };

const char *
state_name(enum state s)
{
	return s < STATES ? state_names[s] : NULL;
}

enum state
state_named(const char *name)
{
	int s = 0;

	while (s < STATES && strcmp(state_names[s], name) != 0)
		s++;
	return (enum state)s;
}

struct marks {
	struct yaml *document; /* NULL if no file was read */
	struct arena arena;    /* notes of marks that were added */
	struct mark *items;    /* by time */
	size_t count, room;
};

struct marks *
marks_new(void)
{
	return calloc(1, sizeof(struct marks));
}

void
marks_free(struct marks *m)
{
	if (m == NULL)
		return;
	yaml_close(m->document);
	arena_clear(&m->arena);
	free(m->items);
	free(m);
}

size_t
marks_count(const struct marks *m)
{
	return m->count;
}

const struct mark *
marks_at(const struct marks *m, size_t index)
{
	return &m->items[index];
}

const void *
marks_bytes(const struct marks *m, size_t *length)
{
	*length = 0;
	return m->document != NULL ? yaml_bytes(m->document, length) : NULL;
}

static int
mark_insert(struct marks *m, const struct mark *mark)
{
	size_t at = m->count;

	if (m->count == m->room) {
		size_t room = m->room ? m->room * 2 : 16;
		struct mark *more = realloc(m->items, room * sizeof(*more));

		if (more == NULL)
			return -1;
		m->items = more;
		m->room = room;
	}
	while (at > 0 && m->items[at - 1].time_ns > mark->time_ns)
		at--;
	memmove(&m->items[at + 1], &m->items[at], (m->count - at) * sizeof(*m->items));
	m->items[at] = *mark;
	m->count++;
	return 0;
}

int
marks_add(struct marks *m, const struct mark *mark)
{
	struct mark own = *mark;

	if (mark->note != NULL) {
		own.note = arena_text(&m->arena, mark->note, strlen(mark->note));
		if (own.note == NULL)
			return -1;
	}
	return mark_insert(m, &own);
}

static int
number(const char *digits, size_t count)
{
	int n = 0;

	for (size_t i = 0; i < count; i++)
		n = n * 10 + (digits[i] - '0');
	return n;
}

/* The nanoseconds of ".81Z", or of "Z" alone; -1 for anything else. */
static int64_t
fraction_parse(const char *text)
{
	int64_t ns = 0, unit = NS_PER_SECOND;
	const char *at = text;

	if (*at == '.') {
		for (at++; isdigit((unsigned char)*at) && at - text <= FRACTION_DIGITS;
		     at++) {
			unit /= 10;
			ns += (*at - '0') * unit;
		}
		if (at - text < 2)
			return -1;
	}
	return strcmp(at, "Z") == 0 ? ns : -1;
}

/*
 * RFC 3339 in UTC, "2026-11-21T20:32:36.810Z"; no leap second, which POSIX lacks too.
 * NULL, or what was expected instead.
 */
static const char *
time_parse(const char *text, int64_t *time_ns)
{
	static const char shape[] = "0000-00-00T00:00:00";
	struct tm tm = { 0 }, same;
	int64_t seconds, fraction_ns;

	for (size_t i = 0; i < sizeof(shape) - 1; i++)
		if (shape[i] == '0' ? !isdigit((unsigned char)text[i])
				    : text[i] != shape[i])
			return "a UTC time like 2026-11-21T20:32:36.810Z";
	fraction_ns = fraction_parse(text + sizeof(shape) - 1);
	if (fraction_ns < 0)
		return "a UTC time like 2026-11-21T20:32:36.810Z, at most nine digits "
		       "and Z at the end";
	tm.tm_year = number(text, 4) - 1900;
	tm.tm_mon = number(text + 5, 2) - 1;
	tm.tm_mday = number(text + 8, 2);
	tm.tm_hour = number(text + 11, 2);
	tm.tm_min = number(text + 14, 2);
	tm.tm_sec = number(text + 17, 2);
	if (tm.tm_year < YEAR_FIRST - 1900 || tm.tm_year > YEAR_LAST - 1900)
		return "a year of 1970 to 2261";
	same = tm; /* timegm() moves 30 February to March: then it is no day */
	seconds = timegm(&same);
	if (same.tm_mon != tm.tm_mon || same.tm_mday != tm.tm_mday ||
	    same.tm_hour != tm.tm_hour || same.tm_min != tm.tm_min ||
	    same.tm_sec != tm.tm_sec)
		return "a day and a time of day that exist";
	*time_ns = seconds * NS_PER_SECOND + fraction_ns;
	return NULL;
}

static int
read_time(struct form *f, const struct node *value, void *into)
{
	const char *expected = time_parse(value->text, into);

	return expected != NULL ? form_expected(f, value, expected) : 0;
}

/* Nobody declares silence, the last of the names: the packets tell it. */
static int
read_state(struct form *f, const struct node *value, void *into)
{
	int s = form_word(f, value, state_names, STATE_SILENT);

	if (s < 0)
		return -1;
	*(enum state *)into = (enum state)s;
	return 0;
}

static const struct form_key mark_keys[] = {
	{ "at", true, read_time, offsetof(struct mark, time_ns) },
	{ "state", false, read_state, offsetof(struct mark, state) },
	{ "on", false, form_flag, offsetof(struct mark, on) },
	{ "note", false, form_text, offsetof(struct mark, note) },
};

static int
check_together(struct form *f, const struct node *map)
{
	const struct node *state = node_get(map, "state"), *on = node_get(map, "on");

	if (state != NULL && on == NULL)
		return form_complain(f, state, "'state' without 'on': expected both");
	if (state == NULL && on != NULL)
		return form_complain(f, on, "'on' without 'state': expected both");
	if (state == NULL && node_get(map, "note") == NULL)
		return form_complain(f, map,
		    "'note' is missing: expected it in a mark without 'state' and 'on'");
	return 0;
}

static void
mark_read(struct form *f, const struct node *map)
{
	struct mark mark = { .state = STATES };
	int rc = form_read(f, map, mark_keys, COUNT_OF(mark_keys), &mark);

	if (map->kind == NODE_MAP && check_together(f, map) < 0)
		rc = -1;
	if (rc == 0 && mark_insert(f->owner, &mark) < 0)
		form_complain(f, NULL, "out of memory");
}

static void
marks_read(struct marks *m, struct error *e)
{
	struct form f = { .file = yaml_name(m->document), .error = e, .owner = m };
	const struct node *root = yaml_root(m->document);

	if (root == NULL || root->kind != NODE_LIST) {
		error_add(e, f.file, root ? root->line : 1, root ? root->column : 1,
		    "%s: expected a list of marks like '- " EXAMPLE "'",
		    root ? "no list at the top" : "an empty file");
		return;
	}
	if (root->count > MARKS_MOST) {
		form_complain(&f, root->items[MARKS_MOST],
		    "more than %d marks: expected fewer", MARKS_MOST);
		return;
	}
	for (size_t i = 0; i < root->count; i++)
		mark_read(&f, root->items[i]);
}

/* Takes the document. */
static struct marks *
marks_take(struct yaml *document, const char *name, struct error *e)
{
	struct marks *m = NULL;
	size_t before = e->count;

	if (document == NULL)
		return NULL;
	m = marks_new();
	if (m == NULL) {
		yaml_close(document);
		error_add(e, name, 0, 0, "out of memory");
		return NULL;
	}
	m->document = document;
	marks_read(m, e);
	if (e->count == before)
		return m;
	marks_free(m);
	return NULL;
}

struct marks *
marks_load(const char *path, struct error *e)
{
	return marks_take(yaml_open(path, e), path, e);
}

struct marks *
marks_parse(const char *name, const void *data, size_t length, struct error *e)
{
	return marks_take(yaml_parse(name, data, length, e), name, e);
}

/* Whatever an editor does not show, YAML would break a line at, or may not stand in a
 * file goes by its number; bytes that are not UTF-8 are replaced. */
static void
note_write(const char *note, FILE *out)
{
	char text[5];

	fputc('"', out);
	while (*note != '\0') {
		uint32_t code = text_next(&note);

		if (code == '"' || code == '\\')
			fprintf(out, "\\%c", (char)code);
		else if (code != 0xfffd && !text_is_visible(code))
			fprintf(out, code > 0xffff ? "\\U%08X" : "\\u%04X", code);
		else
			fwrite(text, 1, text_utf8(code, text), out);
	}
	fputc('"', out);
}

/* A note of spaces is none when it is read. */
static bool
note_says(const char *note)
{
	return note != NULL && note[strspn(note, " \t\n")] != '\0';
}

/* 1 if it was written; 0 for one that says nothing, which no file may hold. */
static size_t
mark_write(const struct mark *mark, FILE *out)
{
	char at[TIME_TEXT_SIZE];

	if (mark->state == STATES && !note_says(mark->note))
		return 0;
	fprintf(out, "- {at: %s", time_text(mark->time_ns, at));
	if (mark->state < STATES)
		fprintf(out, ", state: %s, on: %s", state_name(mark->state),
		    mark->on ? "true" : "false");
	if (note_says(mark->note)) {
		fputs(", note: ", out);
		note_write(mark->note, out);
	}
	fputs("}\n", out);
	return 1;
}

int
marks_write(const struct marks *m, FILE *out)
{
	size_t written = 0;

	for (size_t i = 0; i < m->count; i++)
		written += mark_write(&m->items[i], out);
	if (written == 0)
		fputs("[]\n", out); /* an empty file is no list */
	return fflush(out) == 0 && !ferror(out) ? 0 : -1;
}
