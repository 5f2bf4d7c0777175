/* SPDX-License-Identifier: Apache-2.0 */
/* Values as OSCAL's schema wants them. */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include "oscal.h"

/* NULL when memory is full. */
static char *
text_of(const char *format, va_list arguments)
{
	char *text = NULL;

	return vasprintf(&text, format, arguments) >= 0 ? text : NULL;
}

json_t *
oscal_text(const char *format, ...)
{
	va_list arguments;
	char *text = NULL;
	json_t *value = NULL;

	va_start(arguments, format);
	text = text_of(format, arguments);
	va_end(arguments);
	value = text != NULL ? json_string(text) : NULL;
	free(text);
	return value;
}

json_t *
oscal_uuid(const struct oscal *o, const char *format, ...)
{
	va_list arguments;
	char *name = NULL, uuid[UUID_TEXT_SIZE] = "";
	json_t *value = NULL;

	va_start(arguments, format);
	name = text_of(format, arguments);
	va_end(arguments);
	if (name != NULL && uuid_v5(o->document, name, uuid) == 0)
		value = json_string(uuid);
	free(name);
	return value;
}

json_t *
oscal_token(const char *format, ...)
{
	va_list arguments;
	char *text = NULL;
	json_t *value = NULL;

	va_start(arguments, format);
	text = text_of(format, arguments);
	va_end(arguments);
	for (unsigned char *c = (unsigned char *)text; c != NULL && *c != '\0'; c++)
		if (*c >= 0x80 || (!isalnum(*c) && strchr("._-", *c) == NULL))
			*c = '_';
	if (text != NULL)
		value = isalpha((unsigned char)text[0]) || text[0] == '_'
			    ? json_string(text)
			    : oscal_text("_%s", text);
	free(text);
	return value;
}

/* As time_text() writes it. */
static bool
is_time(const char *text)
{
	static const char shape[] = "dddd-dd-ddTdd:dd:dd.ddddddZ";

	if (text == NULL || strlen(text) != strlen(shape))
		return false;
	for (size_t i = 0; shape[i] != '\0'; i++)
		if (shape[i] == 'd' ? !isdigit((unsigned char)text[i])
				    : text[i] != shape[i])
			return false;
	return true;
}

json_t *
oscal_time(const struct oscal *o, const char *text)
{
	if (!is_time(text))
		text = o->last;
	return json_string(is_time(text) ? text : "1970-01-01T00:00:00.000000Z");
}

static char *
escape(const char *text, char *to)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x80 && (isalnum(c) || strchr("/._~-", c) != NULL))
			*to++ = (char)c;
		else
			to += sprintf(to, "%%%02X", c);
	}
	*to = '\0';
	return to;
}

json_t *
oscal_href(const char *folder, const char *name, const char *suffix)
{
	size_t longest = 3 * (strlen(folder) + strlen(name) + strlen(suffix)) + 1;
	char *text = malloc(longest);
	json_t *value = NULL;

	if (text == NULL)
		return NULL;
	(void)escape(suffix, escape(name, escape(folder, text)));
	value = json_string(text);
	free(text);
	return value;
}

/* No breaks within and no space around: what else a "string" of OSCAL may not hold. */
static void
one_line(char *text)
{
	size_t length = strlen(text), begin = 0;

	for (char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
		else if (strncmp(c, "\xe2\x80\xa8", 3) == 0 || /* U+2028, U+2029 */
			 strncmp(c, "\xe2\x80\xa9", 3) == 0)
			memset(c, ' ', 3);
	while (length > 0 && text[length - 1] == ' ')
		text[--length] = '\0';
	begin = strspn(text, " ");
	memmove(text, text + begin, length - begin + 1);
}

void
oscal_prop(json_t **props, const char *name, const char *text)
{
	char *line = text != NULL ? strdup(text) : NULL;

	if (text == NULL)
		return;
	if (line != NULL)
		one_line(line);
	if (line == NULL || line[0] != '\0')
		json_list_add(props, line != NULL
					 ? json_pack("{s:s, s:s, s:s}", "name", name,
					       "ns", OSCAL_SPACE, "value", line)
					 : NULL);
	free(line);
}

void
oscal_prop_count(json_t **props, const char *name, json_int_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	oscal_prop(props, name, text);
}

void
oscal_add_list(json_t **to, const char *key, json_t *list)
{
	if (list != NULL && json_array_size(list) == 0)
		json_decref(list);
	else
		json_map_add(to, key, list);
}

const char *
oscal_stream_key(json_int_t flow, json_int_t stream, char key[48])
{
	snprintf(key, 48, "%lld/%lld", (long long)flow, (long long)stream);
	return key;
}
