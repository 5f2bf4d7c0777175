/* SPDX-License-Identifier: Apache-2.0 */
/* Programs as text, for comments of capture files. */
#include "private.h"

#include <inttypes.h>
#include <stdlib.h>

static void
value_write(FILE *out, const char *key, const char *value)
{
	if (value == NULL)
		return;
	fprintf(out, " %s=", key);
	for (; *value != '\0'; value++) {
		unsigned char byte = (unsigned char)*value;

		if (byte > ' ' && byte < 0x7f && byte != '%')
			fputc(byte, out);
		else
			fprintf(out, "%%%02X", byte);
	}
}

char *
process_text(const struct process *p, uint32_t number, uint32_t parent)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	bool failed;

	if (out == NULL)
		return NULL;
	fprintf(out, "process %" PRIu32 " pid=%" PRIu32 " started=%" PRId64, number,
	    p->pid, p->started_ns);
	if (parent != 0)
		fprintf(out, " parent=%" PRIu32, parent);
	value_write(out, "sha256", p->sha256);
	value_write(out, "exe", p->exe);
	value_write(out, "command", p->command);
	failed = ferror(out);
	if (fclose(out) != 0 || failed) {
		free(text);
		return NULL;
	}
	return text;
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Undoes %XX in place; what is none stays. */
static void
value_decode(char *value)
{
	char *to = value;

	for (const char *from = value; *from != '\0'; from++) {
		if (*from == '%' && hex_digit(from[1]) >= 0 && hex_digit(from[2]) >= 0) {
			*to++ = (char)(hex_digit(from[1]) << 4 | hex_digit(from[2]));
			from += 2;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
}

/* The value of "key=value", or NULL. */
static char *
value_of(char *word, const char *key)
{
	size_t length = strlen(key);

	return strncmp(word, key, length) == 0 && word[length] == '=' ? word + length + 1
								      : NULL;
}

static void
word_read(char *word, struct process *p, uint32_t *parent)
{
	struct {
		const char *key;
		const char **into;
	} const texts[] = {
		{ "sha256", &p->sha256 },
		{ "exe", &p->exe },
		{ "command", &p->command },
	};
	char *value;

	if ((value = value_of(word, "pid")) != NULL)
		p->pid = (uint32_t)strtoul(value, NULL, 10);
	else if ((value = value_of(word, "started")) != NULL)
		p->started_ns = strtoll(value, NULL, 10);
	else if ((value = value_of(word, "parent")) != NULL)
		*parent = (uint32_t)strtoul(value, NULL, 10);
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		if ((value = value_of(word, texts[i].key)) == NULL)
			continue;
		value_decode(value);
		*texts[i].into = value;
	}
}

/* Reads what it finds, and asks whether writing that gives the same text again. */
struct process *
process_parse(struct arena *arena, const void *text, size_t length, uint32_t number,
    struct process *const *before)
{
	struct process *p = arena_take(arena, sizeof(*p));
	char *copy = arena_text(arena, text, length), *again, *word;
	uint32_t parent = 0;
	bool same;

	if (p == NULL || copy == NULL)
		return NULL;
	while ((word = strsep(&copy, " ")) != NULL)
		word_read(word, p, &parent);
	if (parent >= number)
		return NULL;
	if (parent > 0)
		p->parent = before[parent - 1];
	again = process_text(p, number, parent);
	same =
	    again != NULL && strlen(again) == length && memcmp(again, text, length) == 0;
	free(again);
	return same ? p : NULL;
}
