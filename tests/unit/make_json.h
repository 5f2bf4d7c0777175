/* SPDX-License-Identifier: Apache-2.0 */
/* What a report's writers write, parsed; and ways into it. */
#ifndef MAKE_JSON_H
#define MAKE_JSON_H

#include <jansson.h>

#include "make_judgement.h"

/* What a writer writes, parsed. */
static inline json_t *
parsed(const struct report *r, int (*write)(const struct report *, FILE *))
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	json_t *value = NULL;

	assert_int_equal(write(r, out), 0);
	assert_int_equal(fclose(out), 0);
	value = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
	free(text);
	assert_non_null(value);
	return value;
}

/* "a.b.0.c" from the top. */
static inline const json_t *
at(const json_t *value, const char *path)
{
	char key[64];

	for (const char *p = path; *p != '\0'; p += *p == '.') {
		size_t length = strcspn(p, ".");

		snprintf(key, sizeof(key), "%.*s", (int)length, p);
		value = json_is_array(value) ? json_array_get(value, (size_t)atoi(key))
					     : json_object_get(value, key);
		if (value == NULL)
			fail_msg("no %s", path);
		p += length;
	}
	return value;
}

static inline const char *
text_at(const json_t *value, const char *path)
{
	const char *text = json_string_value(at(value, path));

	if (text == NULL)
		fail_msg("%s is no text", path);
	return text;
}

static inline json_int_t
number_at(const json_t *value, const char *path)
{
	if (!json_is_integer(at(value, path)))
		fail_msg("%s is no whole number", path);
	return json_integer_value(at(value, path));
}

struct shape_row {
	const char *path;
	json_type type;
};

static inline void
assert_shape(const json_t *value, const struct shape_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (json_typeof(at(value, rows[i].path)) != rows[i].type)
			fail_msg("%s has type %d", rows[i].path,
			    (int)json_typeof(at(value, rows[i].path)));
}

#endif
