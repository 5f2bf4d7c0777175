/* SPDX-License-Identifier: Apache-2.0 */
/* RTCP, RFC 3550 section 6; SRTCP leaves the first eight bytes clear, RFC 3711
 * section 3.4. */
#include "private.h"

static bool
rtcp_header_fits(uint8_t first, uint8_t type)
{
	return first >> 6 == 2 && type >= 192 && type <= 223;
}

/* Counts packets as far as their lengths fit; true when they end where the datagram does.
 */
static bool
rtcp_walk(struct span s, struct rtcp *out)
{
	while (s.length > 0) {
		struct bytes b = span_bytes(s);
		uint8_t first = bytes_u8(&b);
		uint8_t type = bytes_u8(&b);
		size_t size = 4 * ((size_t)bytes_u16(&b) + 1);

		if (bytes_short(&b) || !rtcp_header_fits(first, type) || size > s.length)
			return false;
		if (out->packets < UINT8_MAX)
			out->packets++;
		s = span_after(s, size);
	}
	return true;
}

/* FIR and NACK of RFC 2032, RTPFB and PSFB of RFC 4585. */
static bool
rtcp_type_is_feedback(uint8_t type)
{
	return type == 192 || type == 193 || type == 205 || type == 206;
}

enum dissect_result
rtcp_parse(const uint8_t *p, size_t captured, size_t length, struct rtcp *out)
{
	struct span s = span_over(p, captured, length);
	struct bytes b = span_bytes(s);
	uint8_t first = bytes_u8(&b);
	uint8_t type = bytes_u8(&b);
	size_t size = 4 * ((size_t)bytes_u16(&b) + 1);
	uint32_t ssrc = bytes_u32(&b);

	*out = (struct rtcp){ 0 };
	if (s.captured > 1 && !rtcp_header_fits(first, type))
		return DISSECT_NO;
	if (bytes_short(&b))
		return span_ran_short(s);
	if (size < 8 || size > s.length)
		return DISSECT_NO;
	out->type = type;
	out->ssrc = ssrc;
	out->feedback = rtcp_type_is_feedback(type);
	return rtcp_walk(s, out) ? DISSECT_YES : DISSECT_MAYBE;
}
