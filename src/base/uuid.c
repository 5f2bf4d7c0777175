/* SPDX-License-Identifier: Apache-2.0 */
/* UUIDs by name: RFC 9562, section 5.5. */
#include "private.h"

#define UUID_SIZE 16

static bool
is_dash(size_t byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

static int
digit(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) & 15 : -1;
}

static int
uuid_parse(const char *text, uint8_t uuid[UUID_SIZE])
{
	for (size_t i = 0; i < UUID_SIZE; i++) {
		int high = 0, low = 0;

		if (is_dash(i) && *text++ != '-')
			return -1;
		if ((high = digit(text[0])) < 0 || (low = digit(text[1])) < 0)
			return -1;
		uuid[i] = (uint8_t)(high << 4 | low);
		text += 2;
	}
	return *text == '\0' ? 0 : -1;
}

static void
uuid_text(const uint8_t uuid[UUID_SIZE], char *text)
{
	for (size_t i = 0; i < UUID_SIZE; i++)
		text += sprintf(text, is_dash(i) ? "-%02x" : "%02x", uuid[i]);
}

int
uuid_v5(const char *space, const char *name, char *text)
{
	uint8_t uuid[UUID_SIZE], sum[SHA1_SIZE];

	text[0] = '\0';
	if (uuid_parse(space, uuid) != 0 ||
	    sha1_pair(uuid, sizeof(uuid), name, strlen(name), sum) != 0)
		return -1;
	sum[6] = (uint8_t)((sum[6] & 0x0f) | 0x50); /* version */
	sum[8] = (uint8_t)((sum[8] & 0x3f) | 0x80); /* variant */
	uuid_text(sum, text);
	return 0;
}
