/* SPDX-License-Identifier: Apache-2.0 */
#include "private.h"

#define RTP_HEADER 12
/*
 * RFC 3550 section 5.1 counts padding in one byte, itself included; SRTP appends at most
 * a 16-byte tag (RFC 7714). What is longer holds media, whatever its P bit says.
 */
#define RTP_PADDING_MOST (255 + 16)
/*
 * libwebrtc's video-content-type extension, on the last packet of a key frame when the
 * content is a shared screen; 6 is the number it offers (lab_call), agreed in SDP like
 * the level's.
 */
#define RTP_CONTENT_TYPE 6
#define RTP_CONTENT_SCREEN 1
/* RFC 6464 section 3: -127 dBov, digital silence. */
#define RTP_LEVEL_SILENCE 127
/* RFC 5761 section 4: these second bytes are RTCP's. */
#define RTCP_FIRST 192
#define RTCP_LAST 223

static void
rtp_level(struct rtp *out, uint8_t value)
{
	out->voice = value >> 7;
	out->level = value & 0x7f;
	out->sound = out->level == RTP_LEVEL_SILENCE ? SOUND_SILENT : SOUND_VOICED;
}

/* RFC 8285 section 4.2. An element that reaches past the end closes the walk. */
static void
rtp_read_one_byte(struct bytes b, uint8_t level_id, struct rtp *out)
{
	while (b.left > 0) {
		uint8_t head = bytes_u8(&b);
		size_t size = (head & 15u) + 1;
		const uint8_t *value;

		if (head == 0)
			continue;
		if (head >> 4 == 15 || (value = bytes_take(&b, size)) == NULL)
			break;
		if (head >> 4 == level_id && size == 1)
			rtp_level(out, value[0]);
		if (head >> 4 == RTP_CONTENT_TYPE && size == 1)
			out->screen = value[0] == RTP_CONTENT_SCREEN;
	}
}

/* RFC 8285 section 4.3. */
static void
rtp_read_two_byte(struct bytes b, uint8_t level_id, struct rtp *out)
{
	while (b.left > 0) {
		uint8_t id = bytes_u8(&b);
		uint8_t size = id ? bytes_u8(&b) : 0;
		const uint8_t *value = bytes_take(&b, size);

		if (value && id == level_id && size == 1)
			rtp_level(out, value[0]);
	}
}

/* Takes the extension at s off media_bytes. */
static enum dissect_result
rtp_read_extension(struct span s, uint8_t level_id, struct rtp *out)
{
	struct bytes b = span_bytes(s);
	uint16_t profile = bytes_u16(&b);
	size_t size = 4 * (size_t)bytes_u16(&b);

	if (bytes_short(&b))
		return span_ran_short(s);
	if (4 + size > s.length)
		return DISSECT_NO;
	out->media_bytes -= (uint32_t)(4 + size);
	if (b.left > size)
		b.left = size;
	if (level_id == 0)
		return DISSECT_MAYBE;
	if (profile == 0xbede)
		rtp_read_one_byte(b, level_id, out);
	else if ((profile & 0xfff0) == 0x1000)
		rtp_read_two_byte(b, level_id, out);
	return DISSECT_MAYBE;
}

/* Zeros before the count: padding that nobody encrypted. */
static bool
rtp_padding_is_clear(const uint8_t *end, uint8_t count)
{
	for (unsigned i = 2; i <= count; i++)
		if (end[-(int)i] != 0)
			return false;
	return true;
}

/*
 * The last byte counts the padding, but SRTP encrypts it. Then the P bit itself says it:
 * WebRTC senders set it on packets without media only, 50 to 224 bytes of padding and the
 * tag (meet_muted: 240 after header and extension, discord_web_mic: 60).
 */
static void
rtp_read_padding(struct span s, struct rtp *out)
{
	uint32_t payload = out->media_bytes;
	uint8_t count;

	if (payload == 0 || span_is_cut(s))
		return;
	count = s.p[s.length - 1];
	if (count <= payload && (count > 1 || (count == 1 && payload == 1)) &&
	    rtp_padding_is_clear(s.p + s.length, count))
		out->media_bytes -= count;
	else if (payload <= RTP_PADDING_MOST && !out->marker)
		out->media_bytes = 0;
	out->padding_only = out->media_bytes == 0;
}

bool
rtp_hides_padding(struct span s, const struct rtp *rtp)
{
	return span_is_cut(s) && (s.p[0] & 0x20) && rtp->media_bytes <= RTP_PADDING_MOST;
}

enum dissect_result
rtp_read(struct span s, uint8_t level_id, bool loose, struct rtp *out)
{
	struct bytes b = span_bytes(s);
	uint8_t first = bytes_u8(&b);
	uint8_t second = bytes_u8(&b);
	size_t header = RTP_HEADER + 4 * (first & 15u);
	enum dissect_result result = DISSECT_MAYBE;

	*out = (struct rtp){ .level = LEVEL_NONE };
	out->sequence = bytes_u16(&b);
	out->timestamp = bytes_u32(&b);
	out->ssrc = bytes_u32(&b);
	if (s.captured > 0 && first >> 6 != 2)
		return DISSECT_NO;
	if (bytes_short(&b))
		return span_ran_short(s);
	if ((second >= RTCP_FIRST && second <= RTCP_LAST) || header > s.length)
		return DISSECT_NO;
	out->marker = second >> 7;
	out->payload_type = second & 0x7f;
	out->media_bytes = (uint32_t)(s.length - header);
	if (first & 0x10)
		result = rtp_read_extension(span_after(s, header), level_id, out);
	if (result == DISSECT_NO && loose)
		result = DISSECT_MAYBE;
	if (result == DISSECT_MAYBE && (first & 0x20))
		rtp_read_padding(s, out);
	return result;
}

/*
 * The level's extension number is agreed in SDP, which nobody on the path sees. It is 1
 * wherever libwebrtc makes the offer (meet_muted, discord_web_mic), and other extensions
 * that use 1 are longer than one byte (skype_audio, teams_video: send time, three).
 */
enum dissect_result
rtp_parse(const uint8_t *p, size_t captured, size_t length, struct rtp *out)
{
	return rtp_read(span_over(p, captured, length), 1, false, out);
}

/* Not of packets with padding: where they have media, others have as well. */
static void
rtp_read_lead(struct span s, struct rtp *out)
{
	size_t at = s.length - out->media_bytes;

	if (at >= s.captured || (s.p[0] & 0x20))
		return;
	out->has_lead = true;
	out->lead = s.p[at];
}

static bool
rtp_is_known(const struct dissect_context *c)
{
	return c->settled == DISSECTOR_RTP || c->settled == DISSECTOR_RTCP ||
	       c->settled == DISSECTOR_DISCORD;
}

static enum dissect_result
rtp_try(const struct attempt *a, struct datagram *out)
{
	/* Discord encrypts the extension as well (discord_web_mic, 39 bytes). */
	bool loose = rtp_is_known(a->context);
	enum dissect_result result = rtp_read(a->bytes, 1, loose, &out->rtp);

	if (result < DISSECT_MAYBE)
		return result;
	rtp_read_lead(a->bytes, &out->rtp);
	out->dissector = DISSECTOR_RTP;
	out->message = MESSAGE_MEDIA;
	if (out->rtp.padding_only)
		out->message = MESSAGE_PADDING;
	else if (rtp_hides_padding(a->bytes, &out->rtp))
		out->message = MESSAGE_UNKNOWN;
	out->has_rtp = true;
	out->type = out->rtp.payload_type;
	return result;
}

static enum dissect_result
rtcp_try(const struct attempt *a, struct datagram *out)
{
	struct rtcp rtcp;
	enum dissect_result result =
	    rtcp_parse(a->bytes.p, a->bytes.captured, a->bytes.length, &rtcp);

	if (result < DISSECT_MAYBE)
		return result;
	out->dissector = DISSECTOR_RTCP;
	out->message = rtcp.feedback ? MESSAGE_FEEDBACK : MESSAGE_REPORT;
	out->type = rtcp.type;
	return result;
}

/* Services whose random first bytes look like RTP one time in four. */
static bool
media_port_is_taken(const struct attempt *a)
{
	static const uint16_t ports[] = { 53, 67, 68, 123, 137, 138, 161, 500, 1900, 3702,
		4500, 5353, 5355 };

	for (size_t i = 0; i < COUNT_OF(ports); i++)
		if (a->context->sport == ports[i] || a->context->dport == ports[i])
			return true;
	return false;
}

enum dissect_result
media_try(const struct attempt *a, struct datagram *out)
{
	if (a->context->settled == DISSECTOR_NONE && media_port_is_taken(a))
		return DISSECT_NO;
	if (a->bytes.captured < 2)
		return span_ran_short(a->bytes);
	if (a->bytes.p[1] >= RTCP_FIRST && a->bytes.p[1] <= RTCP_LAST)
		return rtcp_try(a, out);
	return rtp_try(a, out);
}
