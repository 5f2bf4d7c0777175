/* SPDX-License-Identifier: Apache-2.0 */
#include "private.h"

#define RELAYS_MOST 3

/*
 * Order is the order of trial: strictest magic first (RFC 7983 and the vendors'
 * framings). A row is asked when the first byte lies in its range.
 */
static const struct row {
	uint8_t low, high;
	attempt_function *try;
} rows[] = {
	{ 0x00, 0x3f, stun_try },
	{ 0x00, 0xff, dns_try },
	{ 0x01, 0x23, zoom_try },
	{ 0xff, 0xff, mturn_try },
	{ 0x40, 0x4f, channel_try },
	{ 0x00, 0x01, stun_try_classic },
	{ 0x14, 0x3f, dtls_try },
	{ 0x80, 0xbf, media_try },
	{ 0x00, 0x13, discord_try },
	{ 0x01, 0x06, webex_try },
	{ 0x03, 0x16, flightproxy_try },
	{ 0x01, 0x23, zoom_try_p2p },
};

static enum dissect_result
attempt_all(const struct attempt *a, struct datagram *out)
{
	enum dissect_result kept = DISSECT_NO;
	uint8_t first = a->bytes.captured > 0 ? a->bytes.p[0] : 0;

	*out = (struct datagram){ 0 };
	if (a->bytes.captured == 0)
		return span_ran_short(a->bytes);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		enum dissect_result result;

		if (first < rows[i].low || first > rows[i].high)
			continue;
		result = rows[i].try(a, out);
		if (result >= DISSECT_MAYBE)
			return out->result = result;
		if (result == DISSECT_SHORT)
			kept = result;
	}
	*out = (struct datagram){ .result = kept };
	return kept;
}

enum dissect_result
relayed_dissect(const struct attempt *outer, struct span inner, struct datagram *out)
{
	struct dissect_context context = { .settled = outer->context->settled,
		.variant = outer->context->variant };
	struct attempt a = { inner, &context, outer->depth + 1 };
	enum dissect_result result = DISSECT_NO;

	*out = (struct datagram){ 0 };
	if (a.depth <= RELAYS_MOST)
		result = attempt_all(&a, out);
	out->relayed = result >= DISSECT_MAYBE;
	return result;
}

enum dissect_result
datagram_dissect(const uint8_t *p, size_t captured, size_t length,
    const struct dissect_context *context, struct datagram *out)
{
	struct attempt a = { span_over(p, captured, length), context, 0 };

	return attempt_all(&a, out);
}
