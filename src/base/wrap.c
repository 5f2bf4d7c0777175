/* SPDX-License-Identifier: Apache-2.0 */
/* Text in lines of a terminal's width. */
#include <callwitness/base.h>

#define WIDTH 80

/* Bytes of the text that fill `room` columns; a character of UTF-8 fills one. */
static size_t
bytes_in(const char *text, size_t room)
{
	size_t at = 0;

	for (; text[at] != '\0'; at++) {
		bool begins = ((unsigned char)text[at] & 0xc0) != 0x80;

		if (begins && room-- == 0)
			break;
	}
	return at;
}

/* Where the line ends: the last space that fits, else the first one there is. */
static size_t
line_end(const char *text, size_t room)
{
	size_t fits = bytes_in(text, room), cut = fits;

	if (text[fits] == '\0')
		return fits;
	while (cut > 0 && text[cut] != ' ')
		cut--;
	return cut > 0 ? cut : strcspn(text, " ");
}

void
text_wrap(FILE *out, unsigned column, unsigned indent, const char *text)
{
	while (*text != '\0') {
		size_t cut = line_end(text, column < WIDTH ? WIDTH - column : 1);

		fwrite(text, 1, cut, out);
		text += cut;
		text += strspn(text, " ");
		if (*text != '\0')
			fprintf(out, "\n%*s", (int)indent, "");
		column = indent;
	}
	fputc('\n', out);
}
