/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 of strangers, a code point at a time. */
#include <callwitness/base.h>

#define REPLACEMENT 0xfffd

struct range {
	uint32_t from, to;
};

/* Controls; spaces and joiners without width; changes of direction (UAX 9); fillers;
 * line separators; surrogates; private use; tags; what is no character at all. */
static const struct range invisible[] = { { 0x0, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad },
	{ 0x34f, 0x34f }, { 0x61c, 0x61c }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
	{ 0x3164, 0x3164 }, { 0xd800, 0xf8ff }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb }, { 0xfffe, 0xffff }, { 0x1d173, 0x1d17a },
	{ 0xe0000, 0x10ffff } };

bool
text_is_visible(uint32_t code)
{
	for (size_t i = 0; i < COUNT_OF(invisible); i++)
		if (code >= invisible[i].from && code <= invisible[i].to)
			return false;
	return (code & 0xfffe) != 0xfffe;
}

uint32_t
text_next(const char **text)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)*text;
	unsigned more = p[0] < 0x80   ? 0
			: p[0] < 0xc2 ? 4
			: p[0] < 0xe0 ? 1
			: p[0] < 0xf0 ? 2
				      : 3;
	uint32_t code = p[0];

	*text += 1;
	if (more == 0)
		return code;
	if (more == 4 || p[0] > 0xf4)
		return REPLACEMENT;
	code &= 0x3fU >> more;
	for (unsigned i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return REPLACEMENT;
		code = code << 6 | (p[i] & 0x3f);
	}
	if (code < least[more] || code > 0x10ffff || (code & ~0x7ffU) == 0xd800)
		return REPLACEMENT;
	*text += more;
	return code;
}

size_t
text_utf8(uint32_t code, char *text)
{
	size_t more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
	static const unsigned char lead[] = { 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = more; i > 0; i--, code >>= 6)
		text[i] = (char)(0x80 | (code & 0x3f));
	text[0] = (char)(lead[more] | code);
	text[more + 1] = '\0';
	return more + 1;
}
