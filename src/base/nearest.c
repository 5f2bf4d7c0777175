/* SPDX-License-Identifier: Apache-2.0 */
/* What a mistyped word was meant to be, among too many to list them all. */
#include <ctype.h>

#include <callwitness/base.h>

#define WORD_MAX 64

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool
same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Levenshtein's distance, case apart; words too long to be typing errors are far from
 * all.
 */
static size_t
edit_distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], rows = strlen(a), columns = strlen(b);

	if (rows > WORD_MAX || columns > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= columns; j++)
		row[j] = j;
	for (size_t i = 1; i <= rows; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= columns; j++) {
			size_t change = corner + !same_letter(a[i - 1], b[j - 1]);

			corner = row[j];
			row[j] = least(change, least(row[j], row[j - 1]) + 1);
		}
	}
	return row[columns];
}

const char *
word_nearest(const char *word, const char *const *words, size_t count)
{
	size_t best = strlen(word) / 3 + 1;
	const char *nearest = NULL;

	for (size_t i = 0; i < count; i++) {
		size_t distance = edit_distance(word, words[i]);

		if (distance < best || (distance == best && nearest == NULL)) {
			best = distance;
			nearest = words[i];
		}
	}
	return nearest;
}
