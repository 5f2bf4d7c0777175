/* SPDX-License-Identifier: Apache-2.0 */
/* Text that comes from packets, made harmless; numbers for people. */
#include <assert.h>
#include <stdlib.h>
#include "html.h"

const char *
text_clipped(const char *from, size_t points, char *text, size_t size)
{
	char *end = text + size - sizeof("\xe2\x80\xa6") - 4, *to = text;

	for (; *from != '\0' && points > 0 && to < end; points--)
		to += text_utf8(text_next(&from), to);
	memcpy(to, *from != '\0' ? "\xe2\x80\xa6" : "", *from != '\0' ? 4 : 1);
	return text;
}

const char *
text_plain(const char *id, char *text, size_t size)
{
	snprintf(text, size, "%s", id);
	for (char *c = text; *c != '\0'; c++)
		if (*c == '_' || *c == '-')
			*c = ' ';
	return text;
}

void
text_escape(FILE *out, text_escaper *escape, const char *text, size_t most)
{
	uint32_t last[2] = { 0 };

	for (; *text != '\0' && most > 0; most--) {
		uint32_t code = text_next(&text);

		if (text_is_visible(code) || code == '\n' || code == '\t')
			escape(out, code, last);
		else
			fprintf(out, "[U+%04X]", (unsigned)code);
		last[1] = last[0];
		last[0] = code;
	}
}

/* What stands between the % and the letter says how large a number is. */
static void
put_number(FILE *out, const char *format, size_t sizes, va_list *list)
{
	if (sizes >= 2)
		fprintf(out, format, va_arg(*list, long long));
	else if (sizes == 1) /* z */
		fprintf(out, format, va_arg(*list, size_t));
	else
		fprintf(out, format, va_arg(*list, int));
}

/* What is cut off a long text is counted. */
static void
put_text(FILE *out, text_escaper *escape, const char *text)
{
	const char *end = text;

	for (size_t points = 0; *end != '\0' && points < TEXT_POINTS_MAX; points++)
		(void)text_next(&end);
	text_escape(out, escape, text, TEXT_POINTS_MAX);
	if (*end != '\0')
		fprintf(out, " \xe2\x80\xa6 (%zu bytes more are in report.json)",
		    strlen(end));
}

static const char *
put_conversion(FILE *out, text_escaper *escape, const char *format, va_list *list)
{
	char one[16] = "%";
	size_t length = strspn(format, "0123456789.+-lz"), sizes = 0;
	const char *text = NULL;

	assert(length + 3 < sizeof(one));
	memcpy(one + 1, format, length + 1);
	for (size_t i = 0; i < length; i++)
		sizes += format[i] == 'l' || format[i] == 'z';
	switch (format[length]) {
	case 's':
		text = va_arg(*list, const char *);
		if (text != NULL && *format == '.')
			text_escape(out, escape, text, strtoul(format + 1, NULL, 10));
		else if (text != NULL)
			put_text(out, escape, text);
		break;
	case 'f':
	case 'g':
		fprintf(out, one, va_arg(*list, double));
		break;
	case '%':
		fputc('%', out);
		break;
	default:
		put_number(out, one, sizes, list);
	}
	return format + length;
}

void
text_put(FILE *out, text_escaper *escape, const char *format, va_list *list)
{
	for (; *format != '\0'; format++)
		if (*format == '%')
			format = put_conversion(out, escape, format + 1, list);
		else
			fputc(*format, out);
}

static void
html_escape(FILE *out, uint32_t code, const uint32_t last[2])
{
	static const char *const entities[128] = { ['&'] = "&amp;",
		['<'] = "&lt;",
		['>'] = "&gt;",
		['"'] = "&quot;",
		['\''] = "&#39;",
		['`'] = "&#96;",
		['\n'] = " ",
		['\t'] = " " };
	char text[5];

	(void)last;
	if (code < COUNT_OF(entities) && entities[code] != NULL)
		fputs(entities[code], out);
	else
		fwrite(text, 1, text_utf8(code, text), out);
}

void
html_put(FILE *out, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	text_put(out, html_escape, format, &list);
	va_end(list);
}

const char *
number_text(uint64_t number, char text[NUMBER_SIZE])
{
	char digits[NUMBER_SIZE], *to = text;
	int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return text;
}

const char *
length_text(int64_t ns, char text[NUMBER_SIZE])
{
	long long seconds = (ns + 500000000) / 1000000000;

	if (ns < INT64_C(120000000000))
		snprintf(text, NUMBER_SIZE, "%.1f s", (double)ns / 1e9);
	else if (seconds < 7200)
		snprintf(
		    text, NUMBER_SIZE, "%lld min %lld s", seconds / 60, seconds % 60);
	else
		snprintf(text, NUMBER_SIZE, "%lld h %lld min", seconds / 3600,
		    seconds / 60 % 60);
	return text;
}
