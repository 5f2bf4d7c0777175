/* SPDX-License-Identifier: Apache-2.0 */
/* Maps with known keys, and what to say when they hold something else. */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>

#include <callwitness/base.h>

#define SHOWN_MAX 60 /* characters of a bad value */
#define LIST_SIZE 768

int
form_complain(struct form *f, const struct node *at, const char *format, ...)
{
	va_list arguments;
	char *text = NULL;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	error_add(f->error, f->file, at ? at->line : 0, at ? at->column : 0, "%s",
	    text ? text : "out of memory");
	free(text);
	return -1;
}

/* "'zoom'", "a list", … into `text`. Cuts between characters of UTF-8, not inside. */
static const char *
node_shown(const struct node *n, char text[SHOWN_MAX + 8])
{
	int length = (int)(n->length < SHOWN_MAX ? n->length : SHOWN_MAX);

	if (n->kind == NODE_MAP)
		return n->count ? "a map" : "an empty map";
	if (n->kind == NODE_LIST)
		return n->count ? "a list" : "an empty list";
	if (n->length == 0)
		return "empty";
	while (length > 0 && ((unsigned char)n->text[length] & 0xc0) == 0x80)
		length--;
	sprintf(text, "'%.*s%s'", length, n->text, n->length > (size_t)length ? "…" : "");
	return text;
}

int
form_expected(struct form *f, const struct node *value, const char *what)
{
	char shown[SHOWN_MAX + 8];

	if (f->key == NULL)
		return form_complain(
		    f, value, "this is %s: expected %s", node_shown(value, shown), what);
	return form_complain(
	    f, value, "'%s' is %s: expected %s", f->key, node_shown(value, shown), what);
}

/* "one of a, b, c; did you mean 'b'?" into `text`. */
static void
words_text(char text[LIST_SIZE], const char *word, const char *const *words, size_t count)
{
	const char *nearest = word_nearest(word, words, count);
	size_t length =
	    (size_t)snprintf(text, LIST_SIZE, "%s", count > 1 ? "one of " : "");

	for (size_t i = 0; i < count && length < LIST_SIZE; i++)
		length += (size_t)snprintf(
		    text + length, LIST_SIZE - length, "%s%s", i ? ", " : "", words[i]);
	if (nearest != NULL && length < LIST_SIZE)
		snprintf(
		    text + length, LIST_SIZE - length, "; did you mean '%s'?", nearest);
}

int
form_expected_word(
    struct form *f, const struct node *value, const char *const *words, size_t count)
{
	char list[LIST_SIZE];

	words_text(list, value->kind == NODE_SCALAR ? value->text : "", words, count);
	return form_expected(f, value, list);
}

int
form_word(
    struct form *f, const struct node *value, const char *const *words, size_t count)
{
	for (size_t i = 0; value->kind == NODE_SCALAR && i < count; i++)
		if (strcmp(value->text, words[i]) == 0)
			return (int)i;
	return form_expected_word(f, value, words, count);
}

static int
complain_unknown_key(
    struct form *f, const struct node *key, const struct form_key *keys, size_t count)
{
	const char *names[64];
	char list[LIST_SIZE], shown[SHOWN_MAX + 8];

	if (count > COUNT_OF(names))
		count = COUNT_OF(names);
	for (size_t i = 0; i < count; i++)
		names[i] = keys[i].name;
	words_text(list, key->text, names, count);
	return form_complain(
	    f, key, "unknown key %s: expected %s", node_shown(key, shown), list);
}

static const struct form_key *
key_find(const char *name, const struct form_key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(name, keys[i].name) == 0)
			return &keys[i];
	return NULL;
}

static int
complain_missing_keys(
    struct form *f, const struct node *map, const struct form_key *keys, size_t count)
{
	int rc = 0;

	for (size_t i = 0; i < count; i++)
		if (keys[i].required && node_get(map, keys[i].name) == NULL)
			rc = form_complain(f, map,
			    "'%s' is missing: expected it in this map", keys[i].name);
	return rc;
}

int
form_read(struct form *f, const struct node *map, const struct form_key *keys,
    size_t count, void *into)
{
	const char *outer = f->key;
	int rc = 0;

	if (map->kind != NODE_MAP)
		return form_expected(f, map, "a map of keys and values");
	for (size_t i = 0; i < map->count; i++) {
		const struct form_key *key = key_find(map->keys[i]->text, keys, count);

		if (key == NULL) {
			rc = complain_unknown_key(f, map->keys[i], keys, count);
			continue;
		}
		f->key = key->name;
		if (key->read(f, map->items[i], (char *)into + key->offset) < 0)
			rc = -1;
	}
	f->key = outer;
	if (complain_missing_keys(f, map, keys, count) < 0)
		rc = -1;
	return rc;
}

int
form_each(struct form *f, const struct node *value, form_reader *read, void *into)
{
	int rc = 0;

	if (value->kind == NODE_SCALAR)
		return read(f, value, into);
	if (value->kind == NODE_MAP || value->count == 0)
		return form_expected(f, value, "a value or a list of values");
	for (size_t i = 0; i < value->count; i++)
		if (read(f, value->items[i], into) < 0)
			rc = -1;
	return rc;
}

int
form_text(struct form *f, const struct node *value, void *into)
{
	if (value->kind != NODE_SCALAR ||
	    value->text[strspn(value->text, " \t\n")] == '\0')
		return form_expected(f, value, "text");
	*(const char **)into = value->text;
	return 0;
}

int
form_flag(struct form *f, const struct node *value, void *into)
{
	bool yes = strcmp(value->text, "true") == 0;

	if (value->kind != NODE_SCALAR || value->quoted ||
	    (!yes && strcmp(value->text, "false") != 0))
		return form_expected(f, value, "true or false, without quotes");
	*(bool *)into = yes;
	return 0;
}

static int
digits(const char *text, size_t count)
{
	int n = 0;

	for (size_t i = 0; i < count; i++) {
		if (!isdigit((unsigned char)text[i]))
			return -1;
		n = n * 10 + (text[i] - '0');
	}
	return n;
}

static bool
date_exists(const char *text)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day;

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
		return false;
	year = digits(text, 4);
	month = digits(text + 5, 2);
	day = digits(text + 8, 2);
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > days[month - 1])
		return false;
	return month != 2 || day < 29 ||
	       (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

int
form_date(struct form *f, const struct node *value, void *into)
{
	if (value->kind != NODE_SCALAR || !date_exists(value->text))
		return form_expected(f, value, "a date like 2026-11-21");
	*(const char **)into = value->text;
	return 0;
}

int
form_country(struct form *f, const struct node *value, void *into)
{
	const char *text = value->text;

	if (value->kind != NODE_SCALAR || value->length != 2 ||
	    !isupper((unsigned char)text[0]) || !isupper((unsigned char)text[1]))
		return form_expected(f, value, "two capital letters (ISO 3166), like US");
	*(const char **)into = text;
	return 0;
}
