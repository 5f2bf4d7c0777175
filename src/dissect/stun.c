/* SPDX-License-Identifier: Apache-2.0 */
/* STUN and TURN messages: RFC 8489, 8656, classic RFC 3489 and Microsoft's MS-TURN. */
#include "private.h"

#define STUN_HEADER 20
#define STUN_COOKIE 0x2112a442u
#define MS_COOKIE 0x72c64bc6u

enum stun_attribute_type {
	STUN_MAPPED_ADDRESS = 0x0001,
	STUN_MS_COOKIE = 0x000f,
	STUN_XOR_PEER_ADDRESS = 0x0012, /* MS-TURN: remote address, not XORed */
	STUN_DATA = 0x0013,
	STUN_REALM = 0x0014, /* MS-TURN: nonce */
	STUN_NONCE = 0x0015, /* MS-TURN: realm */
	STUN_XOR_MAPPED_ADDRESS = 0x0020,
	STUN_MS_XOR_MAPPED_ADDRESS = 0x8020,
	STUN_SOFTWARE = 0x8022,
	STUN_MS_SERVICE_QUALITY = 0x8055,
	STUN_MS_VERSION = 0x8070,
	STUN_MS_SESSION = 0x8095,
	STUN_GOOGLE_INFO = 0xff03
};

static bool
stun_is_packed(struct bytes b)
{
	uint16_t type = bytes_u16(&b);
	uint16_t length = bytes_u16(&b);

	return type == STUN_MS_COOKIE && length == 4 && bytes_u32(&b) == MS_COOKIE;
}

enum dissect_result
stun_open(struct span s, struct stun_walk *w)
{
	struct bytes b = span_bytes(s);
	uint16_t type = bytes_u16(&b);
	uint16_t length = bytes_u16(&b);
	const uint8_t *transaction = bytes_take(&b, 16);

	if (s.captured > 0 && (s.p[0] & 0xc0))
		return DISSECT_NO;
	if (bytes_short(&b))
		return span_ran_short(s);
	if ((size_t)STUN_HEADER + length > s.length)
		return DISSECT_NO;
	*w = (struct stun_walk){ .at = b, .transaction = transaction, .left = length };
	if (w->at.left > length)
		w->at.left = length;
	w->type = type;
	w->classic = memcmp(transaction, "\x21\x12\xa4\x42", 4) != 0;
	w->packed = stun_is_packed(w->at);
	/*
	 * Padding would make the length a multiple of four. MS-TURN and WhatsApp do
	 * without (skype_audio: 194, whatsapp_call: 106), so then the whole must fit
	 * exactly.
	 */
	if ((length & 3) && (size_t)STUN_HEADER + length != s.length)
		return DISSECT_NO;
	return DISSECT_YES;
}

bool
stun_next(struct stun_walk *w, struct stun_attribute *a)
{
	uint16_t length;
	size_t have;

	if (w->left < 4) {
		w->broken |= w->left != 0;
		return false;
	}
	a->type = bytes_u16(&w->at);
	length = bytes_u16(&w->at);
	w->left -= 4;
	if (bytes_short(&w->at)) {
		w->cut = true;
		return false;
	}
	if (length > w->left) {
		w->broken = true;
		return false;
	}
	have = length < w->at.left ? length : w->at.left;
	a->value = span_over(w->at.at, have, length);
	if (!w->packed)
		length = (uint16_t)(length + (-length & 3));
	bytes_skip(&w->at, length < w->at.left ? length : w->at.left);
	w->left -= length < w->left ? length : w->left;
	return true;
}

/* RFC 3489 section 11.1, and TURN as MS-TURN froze it. */
static const uint16_t classic_types[] = { 0x0001, 0x0101, 0x0111, 0x0002, 0x0102, 0x0112,
	0x0003, 0x0103, 0x0113, 0x0004, 0x0104, 0x0114, 0x0115 };

static bool
stun_type_is_classic(uint16_t type)
{
	for (size_t i = 0; i < COUNT_OF(classic_types); i++)
		if (classic_types[i] == type)
			return true;
	return false;
}

/*
 * Zoom's client asks with one attribute, 0x0101 of 20 bytes, and is answered by type
 * 0x0002 with one, 0x0103 of 8 (zoom_join_2019); RFC 3489 knows none above 0x000B.
 */
static bool
stun_attribute_is_classic(uint16_t type)
{
	return (type >= 0x0001 && type <= 0x0022) || type >= 0x8000 ||
	       (type >= 0x0101 && type <= 0x0103);
}

static bool
stun_attribute_is_zoom(const struct stun_attribute *a)
{
	return (a->type == 0x0101 && a->value.length == 20) ||
	       (a->type == 0x0103 && a->value.length == 8);
}

enum dissect_result
stun_judge_classic(struct span s, struct stun_walk w)
{
	struct stun_attribute a = { 0 };
	unsigned count = 0;
	bool zoom = false;

	if (!stun_type_is_classic(w.type) || STUN_HEADER + w.left != s.length)
		return DISSECT_NO;
	if ((w.left & 3) && !w.packed)
		return w.at.left < 8 && span_is_cut(s) ? DISSECT_SHORT : DISSECT_NO;
	while (stun_next(&w, &a)) {
		if (!stun_attribute_is_classic(a.type))
			return DISSECT_NO;
		zoom |= count == 0 && stun_attribute_is_zoom(&a);
		count++;
	}
	if (w.broken)
		return DISSECT_NO;
	if (w.packed || zoom)
		return DISSECT_YES;
	return w.cut && count == 0 ? DISSECT_SHORT : DISSECT_MAYBE;
}

struct stun_reading {
	const struct stun_walk *walk;
	const struct stun_attribute *attribute;
	struct stun *out;
};

/* Printable ASCII of the attribute, without the quotes that MS-TURN sends along. */
static void
stun_text(const struct stun_reading *r, char *text, size_t room)
{
	struct span v = r->attribute->value;
	size_t n = 0;

	for (size_t i = 0; i < v.captured && n + 1 < room; i++) {
		if (v.p[i] == 0)
			break;
		if (v.p[i] == '"')
			continue;
		text[n++] = v.p[i] > 0x20 && v.p[i] < 0x7f ? (char)v.p[i] : ' ';
	}
	while (n > 0 && text[n - 1] == ' ')
		n--;
	text[n] = '\0';
}

static void
read_realm(const struct stun_reading *r)
{
	if (r->walk->packed == (r->attribute->type == STUN_NONCE))
		stun_text(r, r->out->realm, sizeof(r->out->realm));
}

static void
read_software(const struct stun_reading *r)
{
	stun_text(r, r->out->software, sizeof(r->out->software));
}

/* RFC 8489 section 14.1; XORed (14.2) with the cookie, or all 16 bytes for IPv6. */
static void
stun_address(
    const struct stun_reading *r, bool is_xored, struct addr *addr, uint16_t *port)
{
	struct bytes b = span_bytes(r->attribute->value);
	uint16_t family = bytes_u16(&b);
	uint16_t number = bytes_u16(&b);
	size_t size = family == 1 ? 4 : 16;
	const uint8_t *raw = bytes_take(&b, size);
	struct addr found = { .family = family == 1 ? 4 : 6 };

	if (bytes_short(&b) || (family != 1 && family != 2))
		return;
	for (size_t i = 0; i < size; i++)
		found.bytes[i] = raw[i] ^ (is_xored ? r->walk->transaction[i] : 0);
	*addr = found;
	*port = is_xored ? number ^ (STUN_COOKIE >> 16) : number;
}

static void
read_mapped(const struct stun_reading *r)
{
	if (r->out->mapped.family == 0)
		stun_address(r, false, &r->out->mapped, &r->out->mapped_port);
}

static void
read_xor_mapped(const struct stun_reading *r)
{
	stun_address(r, true, &r->out->mapped, &r->out->mapped_port);
}

static void
read_peer(const struct stun_reading *r)
{
	stun_address(r, !r->walk->packed, &r->out->peer, &r->out->peer_port);
}

static void
read_data(const struct stun_reading *r)
{
	r->out->data = r->attribute->value.p;
	r->out->data_captured = (uint32_t)r->attribute->value.captured;
	r->out->data_length = (uint32_t)r->attribute->value.length;
}

static void
read_microsoft(const struct stun_reading *r)
{
	r->out->microsoft = true;
}

static void
read_google(const struct stun_reading *r)
{
	r->out->google = true;
}

static const struct {
	uint16_t type;
	void (*read)(const struct stun_reading *r);
} readers[] = {
	{ STUN_MAPPED_ADDRESS, read_mapped },
	{ STUN_XOR_PEER_ADDRESS, read_peer },
	{ STUN_DATA, read_data },
	{ STUN_REALM, read_realm },
	{ STUN_NONCE, read_realm },
	{ STUN_XOR_MAPPED_ADDRESS, read_xor_mapped },
	{ STUN_MS_XOR_MAPPED_ADDRESS, read_xor_mapped },
	{ STUN_SOFTWARE, read_software },
	{ STUN_MS_COOKIE, read_microsoft },
	{ STUN_MS_SERVICE_QUALITY, read_microsoft },
	{ STUN_MS_VERSION, read_microsoft },
	{ STUN_MS_SESSION, read_microsoft },
	{ STUN_GOOGLE_INFO, read_google },
};

static void
stun_read_attributes(struct stun_walk *w, struct stun *out)
{
	struct stun_attribute a = { 0 };
	struct stun_reading r = { w, &a, out };

	while (stun_next(w, &a))
		for (size_t i = 0; i < COUNT_OF(readers); i++)
			if (readers[i].type == a.type)
				readers[i].read(&r);
}

/* RFC 8489 section 5; MS-TURN's Data indication and Send request predate that split. */
static void
stun_read_type(const struct stun_walk *w, struct stun *out)
{
	uint16_t t = w->type;

	out->type = t;
	out->method = (uint16_t)((t & 0x000f) | (t & 0x00e0) >> 1 | (t & 0x3e00) >> 2);
	out->class = (uint8_t)((t & 0x0010) >> 4 | (t & 0x0100) >> 7);
	if (t == 0x0115) {
		out->method = 0x007;
		out->class = 1;
	} else if (t == 0x0004 && w->packed) {
		out->method = 0x006;
	}
}

enum dissect_result
stun_parse(const uint8_t *p, size_t captured, size_t length, struct stun *out)
{
	struct span s = span_over(p, captured, length);
	struct stun_walk w;
	enum dissect_result result = stun_open(s, &w);

	*out = (struct stun){ 0 };
	if (result == DISSECT_YES && w.classic)
		result = stun_judge_classic(s, w);
	if (result < DISSECT_MAYBE)
		return result;
	out->classic = w.classic;
	stun_read_type(&w, out);
	stun_read_attributes(&w, out);
	return result;
}
