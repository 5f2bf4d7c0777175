/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that begin with a TCP segment. */
#include "private.h"

#define STUN_COOKIE 0x2112a442u

/* The message's own length, of STUN and MS-TURN, cuts it off what follows. */
static enum dissect_result
segment_try_stun(const struct attempt *a, struct datagram *out)
{
	struct bytes b = span_bytes(a->bytes);
	struct attempt message = *a;
	size_t size;

	bytes_skip(&b, 2);
	size = 20 + (size_t)bytes_u16(&b);
	if (bytes_u32(&b) != STUN_COOKIE || bytes_short(&b))
		return bytes_short(&b) ? span_ran_short(a->bytes) : DISSECT_NO;
	message.bytes = span_first(a->bytes, size);
	return stun_try(&message, out);
}

static enum dissect_result
segment_try_mturn(const struct attempt *a, struct datagram *out)
{
	struct bytes b = span_bytes(a->bytes);
	struct attempt message = *a;

	if (bytes_u16(&b) != 0xff10)
		return DISSECT_NO;
	message.bytes = span_first(a->bytes, 4 + (size_t)bytes_u16(&b));
	return mturn_try(&message, out);
}

/* ChannelData has no magic: only on a connection that is TURN already. */
static enum dissect_result
segment_try_channel(const struct attempt *a, struct datagram *out)
{
	struct bytes b = span_bytes(a->bytes);
	struct attempt message = *a;
	uint16_t channel = bytes_u16(&b);

	if (a->context->settled != DISSECTOR_STUN || channel >> 12 != 4)
		return DISSECT_NO;
	message.bytes = span_first(a->bytes, 4 + (size_t)bytes_u16(&b));
	return channel_try(&message, out);
}

/* RFC 4571: frames of two bytes of length each fill the segment. */
static bool
segment_is_framed(struct span s)
{
	size_t frames = 0;

	while (s.captured >= 2 && frames < 16) {
		size_t size = (size_t)s.p[0] << 8 | s.p[1];

		if (size < 8 || size + 2 > s.length)
			return false;
		s = span_after(s, size + 2);
		frames++;
	}
	return frames > 0 && (s.length == 0 || s.captured == 0);
}

static bool
segment_frame_known(const struct datagram *d)
{
	return d->dissector == DISSECTOR_STUN || d->dissector == DISSECTOR_RTP ||
	       d->dissector == DISSECTOR_RTCP || d->dissector == DISSECTOR_DTLS;
}

static enum dissect_result
segment_try_framed(const struct attempt *a, struct datagram *out)
{
	struct dissect_context context = { .settled = a->context->settled,
		.variant = a->context->variant };
	struct span frame = span_after(a->bytes, 2);
	enum dissect_result result;

	if (!segment_is_framed(a->bytes))
		return DISSECT_NO;
	frame = span_first(frame, (size_t)a->bytes.p[0] << 8 | a->bytes.p[1]);
	result = datagram_dissect(frame.p, frame.captured, frame.length, &context, out);
	if (result < DISSECT_MAYBE)
		return result;
	if (!segment_frame_known(out))
		return DISSECT_NO;
	return out->dissector == DISSECTOR_STUN ? result : DISSECT_MAYBE;
}

static attempt_function *const rows[] = { segment_try_stun, segment_try_mturn,
	segment_try_channel, segment_try_framed };

enum dissect_result
segment_dissect(const uint8_t *p, size_t captured, size_t length,
    const struct dissect_context *context, struct datagram *out)
{
	struct attempt a = { span_over(p, captured, length), context, 0 };

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		enum dissect_result result;

		*out = (struct datagram){ .variant = context->variant };
		result = rows[i](&a, out);
		if (result >= DISSECT_MAYBE)
			return out->result = result;
	}
	*out = (struct datagram){ 0 };
	return DISSECT_NO;
}
