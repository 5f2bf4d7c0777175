/* SPDX-License-Identifier: Apache-2.0 */
/* Small framings of vendors, as their captures show them; nobody documents them. */
#include "private.h"

#define DISCOVERY_SIZE 74
#define DISCOVERY_ADDRESS 8

/* 64 bytes: an address as text, NUL to the end; all NUL in the request. */
static bool
discord_address_stands(struct span s)
{
	bool ended = false;

	for (size_t i = 0; i < s.captured; i++) {
		ended |= s.p[i] == 0;
		if (s.p[i] && (ended || !memchr("0123456789abcdefABCDEF.:", s.p[i], 24)))
			return false;
	}
	return true;
}

/* Type 1 asks, 2 answers, length 70, SSRC, address, port (discord_mic). */
static enum dissect_result
discord_try_discovery(const struct attempt *a, struct datagram *out)
{
	struct bytes b = span_bytes(a->bytes);
	uint16_t type = bytes_u16(&b);
	uint16_t length = bytes_u16(&b);
	struct span address = span_first(span_after(a->bytes, DISCOVERY_ADDRESS), 64);

	if (a->bytes.length != DISCOVERY_SIZE)
		return DISSECT_NO;
	if (bytes_short(&b))
		return DISSECT_SHORT;
	if (type < 1 || type > 2 || length != 70 || !discord_address_stands(address))
		return DISSECT_NO;
	out->message = MESSAGE_DISCOVERY;
	out->type = type;
	return DISSECT_YES;
}

/* 13 37 CA FE and a little-endian counter, returned as sent (discord_mic). */
static enum dissect_result
discord_try_keepalive(const struct attempt *a, struct datagram *out)
{
	struct bytes b = span_bytes(a->bytes);
	uint32_t magic = bytes_u32(&b);

	if (a->bytes.length != 8)
		return DISSECT_NO;
	if (bytes_short(&b))
		return DISSECT_SHORT;
	if (magic != 0x1337cafe)
		return DISSECT_NO;
	out->message = MESSAGE_KEEPALIVE;
	out->type = (uint16_t)(magic >> 16);
	return DISSECT_YES;
}

enum dissect_result
discord_try(const struct attempt *a, struct datagram *out)
{
	enum dissect_result result = discord_try_discovery(a, out);

	if (result == DISSECT_NO)
		result = discord_try_keepalive(a, out);
	out->dissector = DISSECTOR_DISCORD;
	return result;
}

/* UDP 9000 of clients around 2015 (webex_2015): fixed sizes, few bytes that change. */
static const struct webex_form {
	uint8_t size;
	uint8_t type;
	enum message message;
	uint8_t constant_at, constant_size;
	const char *constant;
} webex_forms[] = {
	{ 8, 1, MESSAGE_SETUP, 1, 7, "\0\0\0\0\0\0\1" },
	{ 8, 2, MESSAGE_SETUP, 1, 4, "\0\0\0\0" },
	{ 42, 6, MESSAGE_KEEPALIVE, 1, 11, "\0\0\0\0\0\0\0\x21\xd2\x30\x21" },
	{ 5, 4, MESSAGE_BYE, 1, 4, "\0\0\0\0" },
};

static bool
webex_form_fits(const struct webex_form *f, struct span s)
{
	struct span at = span_first(span_after(s, f->constant_at), f->constant_size);

	return s.length == f->size && s.p[0] == f->type &&
	       memcmp(at.p, f->constant, at.captured) == 0;
}

enum dissect_result
webex_try(const struct attempt *a, struct datagram *out)
{
	for (size_t i = 0; i < COUNT_OF(webex_forms); i++) {
		if (!webex_form_fits(&webex_forms[i], a->bytes))
			continue;
		if (a->bytes.captured < 5)
			return DISSECT_SHORT;
		out->dissector = DISSECTOR_WEBEX;
		out->message = webex_forms[i].message;
		out->type = webex_forms[i].type;
		return DISSECT_YES;
	}
	return DISSECT_NO;
}

#define FLIGHTPROXY_FIRST 3478
#define FLIGHTPROXY_LAST 3481
#define UUID_TEXT 36

/* 03 and a UUID as text: 37 bytes. */
static enum dissect_result
flightproxy_read_uuid(struct span s)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (s.length != 1 + UUID_TEXT)
		return DISSECT_NO;
	for (size_t i = 1; i < s.captured; i++) {
		bool is_dash = form[i - 1] == '-';

		if (is_dash ? s.p[i] != '-'
			    : !memchr("0123456789abcdefABCDEF", s.p[i], 22))
			return DISSECT_NO;
	}
	return s.captured < 10 ? DISSECT_SHORT : DISSECT_YES;
}

/*
 * 06 up and 07 down: 16 bytes that stay for the session, then blocks of 16, so every size
 * of skype_audio and teams_call_2020 (161 to 1185) is one above a multiple of 16.
 */
static enum dissect_result
flightproxy_read_blocks(struct span s)
{
	return s.length % 16 == 1 && s.length >= 33 ? DISSECT_MAYBE : DISSECT_NO;
}

/*
 * Three bytes of number, fragment and count from 1, then FFFF up and 0000 down. 14 is a
 * fragment, and the first of them begins like an unfragmented message; 15 (7 bytes) and
 * 16 (8 bytes) acknowledge.
 */
static enum dissect_result
flightproxy_read_fragment(struct span s)
{
	struct bytes b = span_bytes(s);
	uint8_t type = bytes_u8(&b);
	uint8_t part, count, first;
	uint16_t side;

	bytes_skip(&b, 2);
	part = bytes_u8(&b);
	count = bytes_u8(&b);
	side = bytes_u16(&b);
	if (bytes_short(&b))
		return span_ran_short(s);
	if (part < 1 || part > count || (side != 0xffff && side != 0))
		return DISSECT_NO;
	if (type != 0x14)
		return s.length == (type == 0x15 ? 7 : 8) ? DISSECT_MAYBE : DISSECT_NO;
	first = bytes_u8(&b);
	if (s.length <= 7 || (part == 1 && !bytes_short(&b) && first != 6 && first != 7))
		return DISSECT_NO;
	return DISSECT_MAYBE;
}

static const struct {
	uint8_t type;
	enum dissect_result (*read)(struct span s);
} flightproxy_types[] = {
	{ 0x03, flightproxy_read_uuid },
	{ 0x06, flightproxy_read_blocks },
	{ 0x07, flightproxy_read_blocks },
	{ 0x14, flightproxy_read_fragment },
	{ 0x15, flightproxy_read_fragment },
	{ 0x16, flightproxy_read_fragment },
};

enum dissect_result
flightproxy_try(const struct attempt *a, struct datagram *out)
{
	if (!attempt_uses_port(a, FLIGHTPROXY_FIRST, FLIGHTPROXY_LAST) ||
	    a->bytes.captured == 0)
		return DISSECT_NO;
	for (size_t i = 0; i < COUNT_OF(flightproxy_types); i++) {
		if (flightproxy_types[i].type != a->bytes.p[0])
			continue;
		out->dissector = DISSECTOR_FLIGHTPROXY;
		out->message = MESSAGE_CONTROL;
		out->type = a->bytes.p[0];
		return flightproxy_types[i].read(a->bytes);
	}
	return DISSECT_NO;
}
