/* SPDX-License-Identifier: Apache-2.0 */
/* Values to build records of, and to read them. */
#include <math.h>
#include <stdlib.h>
#include <time.h>
#include "json.h"

json_t *
json_text(const char *text)
{
	json_t *value = text != NULL ? json_string(text) : NULL;

	return value != NULL ? value : json_null();
}

json_t *
json_time(int64_t time_ns)
{
	char text[TIME_TEXT_SIZE];

	return json_string(time_text(time_ns, text));
}

json_t *
json_count(uint64_t value)
{
	return json_integer((json_int_t)value);
}

json_t *
json_decimal(double value)
{
	double rounded = round(value * 1e4) / 1e4;

	return json_real(isfinite(rounded) ? rounded : 0);
}

json_t *
json_categories(const uint64_t bytes[CATEGORIES])
{
	json_t *map = json_object();

	for (unsigned c = 0; c < CATEGORIES; c++)
		if (bytes[c] > 0)
			json_map_add(&map, category_name(c), json_count(bytes[c]));
	return map;
}

json_t *
json_written(void (*write)(FILE *out, const void *what), const void *what)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	json_t *value = NULL;

	if (out == NULL)
		return NULL;
	write(out, what);
	if (fclose(out) == 0)
		value = json_stringn(text, size);
	free(text);
	return value;
}

json_t *
json_map(const struct json_entry *entries, size_t count)
{
	json_t *map = json_object();

	for (size_t i = 0; i < count; i++)
		json_map_add(&map, entries[i].key, entries[i].value);
	return map;
}

void
json_list_add(json_t **to, json_t *value)
{
	if (*to != NULL && json_array_append_new(*to, value) == 0)
		return;
	if (*to == NULL)
		json_decref(value);
	json_decref(*to);
	*to = NULL;
}

void
json_map_add(json_t **to, const char *key, json_t *value)
{
	if (*to != NULL && json_object_set_new(*to, key, value) == 0)
		return;
	if (*to == NULL)
		json_decref(value);
	json_decref(*to);
	*to = NULL;
}

const char *
json_text_of(const json_t *object, const char *key, const char *none)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : none;
}

json_int_t
json_count_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* Of a character that is no text but an order to a terminal; 0 if it is text. */
static size_t
control_length(const unsigned char *c)
{
	if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0) /* U+0080 to U+009F */
		return 2;
	return c[0] < ' ' || c[0] == 0x7f ? 1 : 0;
}

static bool
is_clean(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++)
		if (control_length(c) > 0)
			return false;
	return true;
}

static void
text_clean(json_t *value)
{
	char *text = NULL;

	if (is_clean(json_string_value(value)))
		return;
	text = strdup(json_string_value(value));
	for (unsigned char *c = (unsigned char *)text; c != NULL && *c != '\0'; c++)
		memset(c, '?', control_length(c));
	(void)json_string_set_nocheck(value, text != NULL ? text : "");
	free(text);
}

void
json_clean(json_t *value)
{
	const char *key = NULL;
	json_t *item = NULL;
	size_t i = 0;

	if (json_is_string(value))
		text_clean(value);
	json_object_foreach(value, key, item) json_clean(item);
	json_array_foreach(value, i, item) json_clean(item);
}

bool
json_time_read(const char *text, int64_t *time_ns)
{
	struct tm tm = { 0 };
	const char *rest = text != NULL ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	int64_t digit = 100000000, fraction = 0, seconds = rest ? timegm(&tm) : -1;

	/* Packets are from 1970 on, and nanoseconds end in 2262. */
	if (seconds < 0 || seconds >= INT64_MAX / 1000000000)
		return false;
	if (*rest == '.')
		for (rest++; *rest >= '0' && *rest <= '9'; rest++, digit /= 10)
			fraction += (*rest - '0') * digit;
	*time_ns = seconds * 1000000000 + fraction;
	return *rest == 'Z';
}
