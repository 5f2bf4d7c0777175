/* SPDX-License-Identifier: Apache-2.0 */
/* Texts: patterns, by label for hosts, by character for the rest; sizes for people. */
#include <callwitness/base.h>

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/*
 * One "*" remembered at a time is enough: what a later star can reach, an earlier one
 * need not be stretched for.
 */
static bool
run_matches(const char *pattern, size_t pattern_length, const char *text, size_t length)
{
	size_t p = 0, t = 0, star = SIZE_MAX, retry = 0;

	while (t < length) {
		if (p < pattern_length && pattern[p] == '*') {
			star = p++;
			retry = t;
		} else if (p < pattern_length && lower(pattern[p]) == lower(text[t])) {
			p++;
			t++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			t = ++retry;
		} else {
			return false;
		}
	}
	while (p < pattern_length && pattern[p] == '*')
		p++;
	return p == pattern_length;
}

bool
glob_text(const char *pattern, const char *text)
{
	return run_matches(pattern, strlen(pattern), text, strlen(text));
}

/* Length without the trailing dot of the root. */
static size_t
host_length(const char *host)
{
	size_t length = strlen(host);

	return length > 0 && host[length - 1] == '.' ? length - 1 : length;
}

/* Where the last label of the first `length` characters begins. */
static size_t
label_start(const char *host, size_t length)
{
	while (length > 0 && host[length - 1] != '.')
		length--;
	return length;
}

static bool
label_matches(
    const char *pattern, size_t pattern_length, const char *label, size_t length)
{
	return length > 0 && run_matches(pattern, pattern_length, label, length);
}

/* Walks both from the right, a label at a time. */
bool
glob_host(const char *pattern, const char *host)
{
	size_t p = host_length(pattern), h = host_length(host);

	for (;;) {
		size_t p_start = label_start(pattern, p), h_start = label_start(host, h);

		if (!label_matches(
			pattern + p_start, p - p_start, host + h_start, h - h_start))
			return false;
		if (p_start == 0)
			return h_start == 0 || (p == 1 && pattern[0] == '*');
		if (h_start == 0)
			return false;
		p = p_start - 1;
		h = h_start - 1;
	}
}

bool
text_is_host(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] <= ' ' || (unsigned char)text[i] >= 0x7f)
			return false;
	return length > 0;
}

bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

const char *
size_text(uint64_t bytes, char text[16])
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB", "EB" };
	double value = (double)bytes / 1000;
	size_t unit = 0;

	if (bytes < 1000) {
		snprintf(text, 16, "%u B", (unsigned)bytes);
		return text;
	}
	for (; value >= 999.95 && unit + 1 < COUNT_OF(units); unit++)
		value /= 1000;
	snprintf(text, 16, "%.1f %s", value, units[unit]);
	return text;
}
