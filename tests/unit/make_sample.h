/* SPDX-License-Identifier: Apache-2.0 */
/* Views of the sample in tests/web/call, and of what becomes of it in hostile hands. */
#ifndef MAKE_SAMPLE_H
#define MAKE_SAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../../src/report/html.h"
#include "../../src/report/view.h"

#define SAMPLE SOURCE_DIR "/tests/web/call"

struct sample {
	json_t *report, *flows; /* flows: a list */
};

static inline struct sample
sample_load(void)
{
	struct sample s = { json_load_file(SAMPLE "/report.json", 0, NULL), json_array() };
	FILE *in = fopen(SAMPLE "/flows.ndjson", "r");
	char *line = NULL;
	size_t room = 0;
	ssize_t length = 0;

	assert_non_null(s.report);
	assert_non_null(in);
	while ((length = getline(&line, &room, in)) > 0)
		assert_int_equal(json_array_append_new(s.flows,
				     json_loadb(line, (size_t)length, 0, NULL)),
		    0);
	free(line);
	fclose(in);
	return s;
}

static inline void
sample_free(struct sample *s)
{
	json_decref(s->report);
	json_decref(s->flows);
}

/* What the view writes; to be freed. */
static inline char *
sample_view(const struct sample *s, const struct view *view)
{
	char *text = NULL;
	size_t size = 0, i = 0;
	FILE *out = open_memstream(&text, &size);
	void *v = view->begin(s->report);
	const json_t *flow = NULL;

	assert_non_null(v);
	json_array_foreach(s->flows, i, flow) assert_int_equal(view->flow(v, flow), 0);
	assert_int_equal(view->write(v, out), 0);
	view->end(v);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(strlen(text), size); /* no NUL within */
	return text;
}

/* Puts a copy of `with` in the place of every value that is of that type. */
static inline void
sample_replace(json_t *value, json_type type, const json_t *with)
{
	const char *key = NULL;
	json_t *item = NULL;
	void *next = NULL;
	size_t i = 0;

	json_object_foreach_safe(value, next, key, item)
	{
		if (json_typeof(item) == type)
			json_object_set_new(value, key, json_deep_copy(with));
		else
			sample_replace(item, type, with);
	}
	json_array_foreach(value, i, item)
	{
		if (json_typeof(item) == type)
			json_array_set_new(value, i, json_deep_copy(with));
		else
			sample_replace(item, type, with);
	}
}

/* The sample with `text` in the place of every text. */
static inline struct sample
sample_of_text(const char *text)
{
	struct sample s = sample_load();
	json_t *with = json_string(text);

	assert_non_null(with);
	sample_replace(s.report, JSON_STRING, with);
	sample_replace(s.flows, JSON_STRING, with);
	json_decref(with);
	return s;
}

static inline size_t
times(const char *text, const char *part)
{
	size_t count = 0;

	for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
		count++;
	return count;
}

static inline void
assert_in(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is missing", part);
}

static inline void
assert_not_in(const char *text, const char *part)
{
	const char *at = strstr(text, part);

	if (at != NULL)
		fail_msg("\"%s\" is there: %.80s", part, at);
}

/* Only what a person can see, ends of lines and tabs: nothing steers the reader. */
static inline void
assert_visible(const char *text)
{
	while (*text != '\0') {
		const char *at = text;
		uint32_t code = text_next(&text);

		if (code != '\n' && code != '\t' && !text_is_visible(code))
			fail_msg("U+%04X before: %.60s", (unsigned)code, at);
	}
}

/* Every value of a type becomes `value` (JSON): the view must do with it. */
static inline void
assert_survives(const struct view *view, json_type type, const char *value, const char *end)
{
	struct sample s = sample_load();
	json_t *with = json_loads(value, JSON_DECODE_ANY, NULL);
	char *page = NULL;

	assert_non_null(with);
	sample_replace(s.report, type, with);
	sample_replace(s.flows, type, with);
	page = sample_view(&s, view);
	assert_in(page, end);
	free(page);
	json_decref(with);
	sample_free(&s);
}

/* Markup, a script, ends of a comment, an attribute and a code span; a table's cell;
 * control characters; a change of direction; no width; names that GitHub makes links. */
static const char hostile[] =
    "</title><script>x()</script><img src=x onerror=x()>\" onload='x()' --> ]]> `code` "
    "| cell | \n\n# head\n<b>\x01\x1b[31m\x7f \xc2\x85\xe2\x80\xae\xe2\x81\xa6 hidden"
    "\xe2\x80\x8b\xef\xbb\xbf @octocat #1 www.evil.example http://evil.example &lt;";
/* As long, and nothing of the kind. */
static const char harmless[] =
    "words words words words words words words words words words words words words words "
    "words words words words words words words words words words words words words words "
    "words words words words words words words words words words words words words words";

#endif
