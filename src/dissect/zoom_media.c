/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zoom's layer 1, media encapsulation (ZME): one type byte, then a header by type. After
 * IMC 2022 (Michel et al.), two public Lua dissectors and the captures.
 */
#include "private.h"

enum {
	ZME_WRAPPER_OLD = 1,
	ZME_WRAPPER = 7,
	ZME_APP_PING = 10,
	ZME_BIND = 12,
	ZME_SHARE = 13,
	ZME_AUDIO = 15,
	ZME_VIDEO = 16,
	ZME_FEEDBACK = 21,
	ZME_SCREEN = 30,
	ZME_P2P_HELLO = 31,
	ZME_POINTER = 32 /* 33 to 35: RTCP */
};

/* Its level is always 100, in silence too (zoom_video): the payload type tells. */
#define ZOOM_AUDIO_LEVEL 5
#define ZOOM_AUDIO_SILENT 99
#define ZOOM_AUDIO_SPEECH 112
#define WRAPPERS_MOST 2

typedef enum proof zme_function(struct span z, struct zoom *out);

/* Every RTP packet of Zoom's carries one-byte extensions. */
static bool
zme_extension_stands(struct span rtp)
{
	return rtp.captured >= 14 && rtp.p[0] == 0x90 && rtp.p[12] == 0xbe &&
	       rtp.p[13] == 0xde;
}

/* The RTP version decides alone, so that a shorter snap length tells the same. */
static enum proof
zme_read_rtp(struct span rtp, uint8_t level_id, enum message message, struct zoom *out)
{
	enum dissect_result result;

	out->message = MESSAGE_UNKNOWN;
	if (rtp.captured == 0 || rtp.p[0] >> 6 != 2)
		return PROOF_SHAPE;
	out->message = message;
	result = rtp_read(rtp, level_id, false, &out->rtp);
	out->has_rtp =
	    result == DISSECT_MAYBE || (result == DISSECT_SHORT && rtp.captured >= 12);
	return out->has_rtp && zme_extension_stands(rtp) ? PROOF_CONSTANT : PROOF_SHAPE;
}

static enum sound
zme_sound(uint8_t payload_type)
{
	if (payload_type == ZOOM_AUDIO_SPEECH)
		return SOUND_VOICED;
	return payload_type == ZOOM_AUDIO_SILENT ? SOUND_SILENT : SOUND_UNTOLD;
}

/* RTP at 19, its length at 17: agreed on all 1,887 audio packets of zoom_video. */
static enum proof
zme_read_audio(struct span z, struct zoom *out)
{
	struct span rtp = span_after(z, 19);
	enum proof proof = zme_read_rtp(rtp, ZOOM_AUDIO_LEVEL, MESSAGE_AUDIO, out);
	size_t declared;

	if (out->message != MESSAGE_AUDIO)
		return PROOF_SHAPE;
	out->rtp.sound = zme_sound(out->rtp.payload_type);
	declared = (size_t)z.p[17] << 8 | z.p[18];
	if (declared == rtp.length)
		return proof == PROOF_CONSTANT ? PROOF_LENGTH : PROOF_CONSTANT;
	out->two_packets =
	    zme_extension_stands(span_after(rtp, declared)) && declared > 12;
	return proof;
}

/*
 * Frame fields stand at 20 and RTP at 24 if byte 20 is 2; it is RTP's first byte else. A
 * second packet may follow the first, which is then 31 bytes long.
 */
static enum proof
zme_read_video(struct span z, struct zoom *out)
{
	size_t offset = z.captured > 20 && z.p[20] >> 6 == 2 ? 20 : 24;
	enum proof proof = zme_read_rtp(span_after(z, offset), 0, MESSAGE_VIDEO, out);

	if (out->message == MESSAGE_VIDEO && offset == 24)
		out->two_packets = zme_extension_stands(span_after(z, 24 + 31));
	return proof;
}

static enum proof
zme_read_screen(struct span z, struct zoom *out)
{
	return zme_read_rtp(span_after(z, 20), 0, MESSAGE_SCREEN, out);
}

static enum proof
zme_read_rtcp(struct span z, struct zoom *out)
{
	struct span s = span_after(z, 16);
	struct rtcp rtcp;
	enum dissect_result result;

	out->message = MESSAGE_UNKNOWN;
	if (s.captured < 2 || s.p[0] >> 6 != 2 || s.p[1] < 192 || s.p[1] > 223)
		return PROOF_SHAPE;
	out->message = MESSAGE_RTCP;
	result = rtcp_parse(s.p, s.captured, s.length, &rtcp);
	return result == DISSECT_YES ? PROOF_LENGTH : PROOF_SHAPE;
}

/* 0A 06, 19 bytes; 14 in clients up to 2021. */
static enum proof
zme_read_app_ping(struct span z, struct zoom *out)
{
	out->message = MESSAGE_APP_PING;
	if (z.captured < 2 || z.p[1] != 6 || (z.length != 14 && z.length != 19))
		return PROOF_SHAPE;
	return PROOF_CONSTANT;
}

/* A version 4 UUID, RFC 9562 section 5.4, as text. */
static bool
zme_uuid(const uint8_t *raw, char text[37])
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	if (raw[6] >> 4 != 4 || raw[8] >> 6 != 2)
		return false;
	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			text[n++] = '-';
		text[n++] = digits[raw[i] >> 4];
		text[n++] = digits[raw[i] & 15];
	}
	text[n] = '\0';
	return true;
}

/* Byte 1 is 1, then the meeting's UUID, SSRC and medium: 12 asks, 13 answers. */
static enum proof
zme_read_bind(struct span z, struct zoom *out)
{
	struct bytes b = span_bytes(z);
	uint16_t head = bytes_u16(&b);
	const uint8_t *uuid = bytes_take(&b, 16);
	uint32_t ssrc = bytes_u32(&b);
	uint8_t medium = bytes_u8(&b);

	out->message = MESSAGE_UNKNOWN;
	if (bytes_short(&b) || (head & 0xff) != 1 || medium < 1 || medium > 3)
		return PROOF_SHAPE;
	if (!zme_uuid(uuid, out->meeting))
		return PROOF_SHAPE;
	out->message = MESSAGE_BIND;
	out->has_meeting = true;
	out->medium = medium;
	out->ssrc = ssrc;
	return PROOF_LENGTH;
}

static enum proof
zme_read_pointer(struct span z, struct zoom *out)
{
	(void)z;
	out->message = MESSAGE_POINTER;
	return PROOF_SHAPE;
}

/*
 * The share header: timestamp and sequence, then a flag that says how much more comes
 * before the nested header. Clients up to 2021 left the timestamp out (zoom_join_2019).
 */
struct share_layout {
	uint8_t flag_at, plain, longer;
};

static const struct share_layout share_layouts[] = { { 5, 7, 15 }, { 3, 4, 8 } };

static const struct {
	uint8_t type;
	zme_function *read;
} nested[] = {
	{ ZME_BIND, zme_read_bind },
	{ ZME_SHARE, zme_read_bind },
	{ ZME_SCREEN, zme_read_screen },
	{ ZME_POINTER, zme_read_pointer },
	{ 33, zme_read_rtcp },
	{ 34, zme_read_rtcp },
	{ 35, zme_read_rtcp },
};

static bool
zme_read_nested(
    struct span z, const struct share_layout *l, struct zoom *out, enum proof *proof)
{
	size_t at;
	struct span inner;

	if (z.captured <= l->flag_at || (z.p[l->flag_at] & ~2u))
		return false;
	at = z.p[l->flag_at] == 2 ? l->longer : l->plain;
	inner = span_after(z, at);
	for (size_t i = 0; i < COUNT_OF(nested) && inner.captured > 0; i++) {
		if (nested[i].type != inner.p[0])
			continue;
		out->inner = inner.p[0];
		*proof = nested[i].read(inner, out);
		return true;
	}
	return false;
}

static enum proof
zme_read_share(struct span z, struct zoom *out)
{
	bool is_old = out->variant == ZOOM_SFU1;
	enum proof proof = zme_read_bind(z, out);

	if (out->message == MESSAGE_BIND)
		return proof;
	/* Too little to tell a bind from what looks like a header. */
	if (z.captured < 23 && span_is_cut(z))
		return PROOF_SHAPE;
	if (zme_read_nested(z, &share_layouts[is_old], out, &proof))
		return proof;
	if (is_old && zme_read_nested(z, &share_layouts[0], out, &proof))
		return proof;
	out->message =
	    z.length <= share_layouts[0].longer ? MESSAGE_SHARE_CONTROL : MESSAGE_UNKNOWN;
	return PROOF_SHAPE;
}

static const struct {
	uint8_t subtype;
	enum message message;
} feedbacks[] = {
	{ 0x00, MESSAGE_FEEDBACK }, /* receiver report for each medium */
	{ 0x02, MESSAGE_FEEDBACK }, /* sequence numbers missed */
	{ 0x03, MESSAGE_FEEDBACK }, /* frames received */
	{ 0x33, MESSAGE_PROBE },
	{ 0x35, MESSAGE_ATTRIBUTES },
};

/* Length at 20, then as much of one repeated byte. */
static bool
zme_is_filler(struct span z)
{
	struct bytes b = span_bytes(z);
	uint32_t size;

	bytes_skip(&b, 20);
	size = bytes_u32(&b);
	bytes_skip(&b, 4);
	if (bytes_short(&b) || size + (size_t)28 != z.length || b.left < 16)
		return false;
	return memcmp(b.at, b.at + 1, 15) == 0;
}

static enum proof
zme_read_feedback(struct span z, struct zoom *out)
{
	bool is_constant = z.captured >= 5 && memcmp(z.p + 1, "\x01\x00\x00\x00", 4) == 0;

	out->message = MESSAGE_UNKNOWN;
	if (z.captured < 10)
		return PROOF_SHAPE;
	out->subtype = z.p[9];
	for (size_t i = 0; i < COUNT_OF(feedbacks); i++)
		if (feedbacks[i].subtype == out->subtype)
			out->message = feedbacks[i].message;
	if ((out->message == MESSAGE_PROBE || out->message == MESSAGE_UNKNOWN) &&
	    zme_is_filler(z)) {
		out->message = MESSAGE_PROBE;
		return PROOF_LENGTH;
	}
	return is_constant && out->message != MESSAGE_UNKNOWN ? PROOF_CONSTANT
							      : PROOF_SHAPE;
}

/* Sent by the one who watches: how well it receives. */
static enum proof
zme_read_viewer(struct span z, struct zoom *out)
{
	(void)z;
	out->message = MESSAGE_FEEDBACK;
	return PROOF_SHAPE;
}

/* 24 bytes, an address as text, the meeting's UUID as text, each after its length. */
static enum proof
zme_read_hello(struct span z, struct zoom *out)
{
	struct bytes b = span_bytes(z);
	const uint8_t *uuid;
	uint32_t size;

	out->message = MESSAGE_P2P_HELLO;
	bytes_skip(&b, 24);
	bytes_skip(&b, bytes_u32(&b));
	size = bytes_u32(&b);
	uuid = bytes_take(&b, 36);
	if (bytes_short(&b) || size != 36)
		return PROOF_SHAPE;
	for (size_t i = 0; i < 36; i++)
		if (memchr("0123456789abcdefABCDEF-", uuid[i], 23) == NULL)
			return PROOF_SHAPE;
	memcpy(out->meeting, uuid, 36);
	out->meeting[36] = '\0';
	out->has_meeting = true;
	return PROOF_LENGTH;
}

static zme_function *const types[] = {
	[ZME_APP_PING] = zme_read_app_ping,
	[ZME_BIND] = zme_read_bind,
	[ZME_SHARE] = zme_read_share,
	[ZME_AUDIO] = zme_read_audio,
	[ZME_VIDEO] = zme_read_video,
	[ZME_FEEDBACK] = zme_read_feedback,
	[ZME_SCREEN] = zme_read_screen,
	[ZME_P2P_HELLO] = zme_read_hello,
	[ZME_POINTER] = zme_read_viewer,
	[33] = zme_read_rtcp,
	[34] = zme_read_rtcp,
	[35] = zme_read_rtcp,
};

/* Wrappers around another ZME: 7 holds a token (2023), 1 is rare. */
static struct span
zme_unwrap(struct span z)
{
	for (unsigned i = 0; i < WRAPPERS_MOST && z.captured > 0; i++) {
		if (z.p[0] == ZME_WRAPPER)
			z = span_after(z, 7);
		else if (z.p[0] == ZME_WRAPPER_OLD)
			z = span_after(z, 2);
	}
	return z;
}

enum proof
zme_read(struct span z, struct zoom *out)
{
	out->message = MESSAGE_UNKNOWN;
	z = zme_unwrap(z);
	if (z.captured == 0)
		return PROOF_SHAPE;
	out->inner = z.p[0];
	if (out->inner >= COUNT_OF(types) || types[out->inner] == NULL)
		return PROOF_SHAPE;
	return types[out->inner](z, out);
}
