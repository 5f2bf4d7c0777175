/* SPDX-License-Identifier: Apache-2.0 */
/* TLS's ClientHello: RFC 8446 section 4.1.2. */
#include "private.h"

/* The text, if it is printable and fits. */
static void
hello_copy_name(struct bytes *b, size_t length, char *name, size_t room)
{
	const uint8_t *text = bytes_take(b, length);

	if (text == NULL || length >= room)
		return;
	for (size_t i = 0; i < length; i++)
		if (text[i] <= 0x20 || text[i] >= 0x7f)
			return;
	memcpy(name, text, length);
	name[length] = '\0';
}

/* RFC 6066 section 3: list, type 0, length, name. */
static void
hello_read_server_name(struct bytes b, struct client_hello *out)
{
	bytes_skip(&b, 2);
	if (bytes_u8(&b) != 0)
		return;
	hello_copy_name(&b, bytes_u16(&b), out->sni, sizeof(out->sni));
	for (char *c = out->sni; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
}

/* RFC 7301 section 3.1: list, length, protocol. */
static void
hello_read_alpn(struct bytes b, struct client_hello *out)
{
	bytes_skip(&b, 2);
	hello_copy_name(&b, bytes_u8(&b), out->alpn, sizeof(out->alpn));
}

static const struct extension {
	uint16_t type;
	void (*read)(struct bytes value, struct client_hello *out);
} extensions[] = {
	{ 0, hello_read_server_name },
	{ 16, hello_read_alpn },
};

static void
hello_read_extension(uint16_t type, struct span value, struct client_hello *out)
{
	for (size_t i = 0; i < COUNT_OF(extensions); i++)
		if (extensions[i].type == type)
			extensions[i].read(span_bytes(value), out);
}

static enum dissect_result
hello_read_extensions(struct span s, struct client_hello *out)
{
	while (s.length > 0 && (out->sni[0] == '\0' || out->alpn[0] == '\0')) {
		struct bytes b = span_bytes(s);
		uint16_t type = bytes_u16(&b);
		uint16_t length = bytes_u16(&b);
		struct span value = span_first(span_after(s, 4), length);

		if (bytes_short(&b))
			return span_ran_short(s);
		if (4u + length > s.length)
			return DISSECT_NO;
		if (span_is_cut(value))
			return DISSECT_SHORT;
		hello_read_extension(type, value, out);
		s = span_after(s, 4u + length);
	}
	return DISSECT_YES;
}

/* Up to where the extensions begin. */
static struct bytes
hello_skip_fixed(struct span s, bool has_cookie)
{
	struct bytes b = span_bytes(s);

	bytes_skip(&b, 2 + 32);
	bytes_skip(&b, bytes_u8(&b)); /* session */
	if (has_cookie)
		bytes_skip(&b, bytes_u8(&b));
	bytes_skip(&b, bytes_u16(&b)); /* ciphers */
	bytes_skip(&b, bytes_u8(&b));  /* compressions */
	return b;
}

enum dissect_result
client_hello_parse(const uint8_t *p, size_t captured, size_t length, bool has_cookie,
    struct client_hello *out)
{
	struct span s = span_over(p, captured, length), rest;
	struct bytes b = hello_skip_fixed(s, has_cookie);
	enum dissect_result result;
	uint16_t size;

	*out = (struct client_hello){ 0 };
	/* TLS's version field is frozen at 3.x; DTLS counts down from 0xfeff. */
	if (!has_cookie && s.captured > 0 && s.p[0] != 3)
		return DISSECT_NO;
	if (bytes_short(&b))
		return span_ran_short(s);
	rest = span_after(s, s.captured - b.left);
	if (rest.length == 0)
		return DISSECT_YES;
	size = bytes_u16(&b);
	if (bytes_short(&b))
		return span_ran_short(rest);
	if (2u + size > rest.length)
		return DISSECT_NO;
	result = hello_read_extensions(span_first(span_after(rest, 2), size), out);
	if (result == DISSECT_NO)
		*out = (struct client_hello){ 0 };
	return result;
}
