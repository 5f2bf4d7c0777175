/* SPDX-License-Identifier: Apache-2.0 */
/* DTLS records: RFC 6347, RFC 9146 (connection id), RFC 9147 (1.3). */
#include "private.h"

enum { DTLS_HANDSHAKE = 22, DTLS_APPLICATION = 23, DTLS_CID = 25 };
enum { HANDSHAKE_CLIENT_HELLO = 1 };

struct record {
	uint8_t type;
	uint16_t version, epoch;
	struct span body;
};

/* 0x0100 is OpenSSL's DTLS of before RFC 4347, which AnyConnect kept. */
static bool
dtls_version_known(uint16_t version)
{
	return version == 0xfeff || version == 0xfefd || version == 0x0100;
}

static enum dissect_result
dtls_read_record(struct span s, struct record *r)
{
	struct bytes b = span_bytes(s);
	uint16_t length;

	r->type = bytes_u8(&b);
	r->version = bytes_u16(&b);
	r->epoch = bytes_u16(&b);
	bytes_skip(&b, 6);
	length = bytes_u16(&b);
	if (s.captured > 0 && (r->type < 20 || r->type > 26))
		return DISSECT_NO;
	if (bytes_short(&b))
		return span_ran_short(s);
	if (!dtls_version_known(r->version) || length == 0 || 13u + length > s.length)
		return DISSECT_NO;
	r->body = span_first(span_after(s, 13), length);
	return DISSECT_YES;
}

/* RFC 6347 section 4.2.2; a fragment that is not the whole hello stays unread. */
static void
dtls_read_handshake(struct span s, struct dtls *out)
{
	struct bytes b = span_bytes(s);
	uint32_t length, offset, size;
	struct client_hello hello;

	out->handshake = bytes_u8(&b);
	length = bytes_u24(&b);
	bytes_skip(&b, 2);
	offset = bytes_u24(&b);
	size = bytes_u24(&b);
	if (out->handshake != HANDSHAKE_CLIENT_HELLO || offset != 0 || size != length)
		return;
	client_hello_parse(b.at, b.left, size, true, &hello);
	snprintf(out->sni, sizeof(out->sni), "%s", hello.sni);
	snprintf(out->alpn, sizeof(out->alpn), "%s", hello.alpn);
}

/* A record of 1.3 with its unified header, RFC 9147 section 4: 001CSLEE. */
static bool
dtls_is_unified(struct span s)
{
	return s.captured > 0 && s.p[0] >> 5 == 1;
}

/* All records after the first. False when they do not add up. */
static bool
dtls_walk(struct span rest, struct dtls *out, bool *cut)
{
	struct record r;

	while (rest.length > 0 && !dtls_is_unified(rest)) {
		enum dissect_result result = dtls_read_record(rest, &r);

		if (result != DISSECT_YES) {
			*cut = result == DISSECT_SHORT;
			return *cut;
		}
		out->application |= r.type == DTLS_APPLICATION || r.type == DTLS_CID;
		rest = span_after(rest, 13 + r.body.length);
	}
	return true;
}

static enum dissect_result
dtls_read(struct span s, struct dtls *out, bool *cut)
{
	struct record r;
	enum dissect_result result = dtls_read_record(s, &r);

	*out = (struct dtls){ 0 };
	if (result != DISSECT_YES)
		return result;
	out->type = r.type;
	out->version = r.version;
	out->application = r.type == DTLS_APPLICATION || r.type == DTLS_CID;
	if (r.type == DTLS_HANDSHAKE && r.epoch == 0)
		dtls_read_handshake(r.body, out);
	if (!dtls_walk(span_after(s, 13 + r.body.length), out, cut))
		result = DISSECT_MAYBE;
	/* Two bytes of that version are too common: the length has to agree as well. */
	return result == DISSECT_MAYBE && r.version == 0x0100 ? DISSECT_NO : result;
}

enum dissect_result
dtls_parse(const uint8_t *p, size_t captured, size_t length, struct dtls *out)
{
	bool cut = false;

	return dtls_read(span_over(p, captured, length), out, &cut);
}

/* Epoch 2 is the handshake's, RFC 9147 section 6.1. */
static enum dissect_result
dtls_try_unified(const struct attempt *a, struct datagram *out)
{
	if (a->context->settled != DISSECTOR_DTLS &&
	    !(a->context->variant & VARIANT_DTLS))
		return DISSECT_NO;
	out->dissector = DISSECTOR_DTLS;
	out->type = a->bytes.p[0];
	out->message = (out->type & 3) == 2 ? MESSAGE_HANDSHAKE : MESSAGE_DATA;
	return DISSECT_MAYBE;
}

enum dissect_result
dtls_try(const struct attempt *a, struct datagram *out)
{
	struct dtls dtls;
	bool cut = false;
	enum dissect_result result;

	if (dtls_is_unified(a->bytes))
		return dtls_try_unified(a, out);
	result = dtls_read(a->bytes, &dtls, &cut);
	if (result < DISSECT_MAYBE)
		return result;
	out->dissector = DISSECTOR_DTLS;
	out->variant |= VARIANT_DTLS;
	out->type = dtls.type;
	out->message = dtls.application ? MESSAGE_DATA
		       : cut            ? MESSAGE_UNKNOWN
					: MESSAGE_HANDSHAKE;
	return result;
}
