/* SPDX-License-Identifier: Apache-2.0 */
#include "private.h"

#define RELAYS_MOST 3

/*
 * Order is the order of trial: strictest magic first (RFC 7983 and the vendors'
 * framings). A row is asked when the first byte lies in its range, and its port, if any,
 * is in use.
 */
static const struct row {
	uint8_t low, high;
	uint16_t port;
	attempt_function *try;
} rows[] = {
	{ 0x00, 0x3f, 0, stun_try },
	{ 0x00, 0xff, 53, dns_try },
	{ 0x01, 0x23, 0, zoom_try },
	{ 0xff, 0xff, 0, mturn_try },
	{ 0x40, 0x4f, 0, channel_try },
	{ 0x00, 0x01, 0, stun_try_classic },
	{ 0x14, 0x3f, 0, dtls_try },
	{ 0x80, 0xbf, 0, media_try },
	{ 0x00, 0x13, 0, discord_try },
	{ 0x01, 0x06, 9000, webex_try },
	{ 0x03, 0x16, 0, flightproxy_try },
	{ 0x01, 0x23, 0, zoom_try_p2p },
};

static enum dissect_result
attempt_all(const struct attempt *a, struct datagram *out)
{
	enum dissect_result kept = DISSECT_NO;
	uint8_t first = a->bytes.captured > 0 ? a->bytes.p[0] : 0;

	*out = (struct datagram){ .variant = a->context->variant };
	if (a->bytes.captured == 0)
		return out->result = span_ran_short(a->bytes);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		enum dissect_result result;

		if (first < rows[i].low || first > rows[i].high)
			continue;
		if (rows[i].port && !attempt_uses_port(a, rows[i].port, rows[i].port))
			continue;
		result = rows[i].try(a, out);
		if (result >= DISSECT_MAYBE)
			return out->result = result;
		if (result == DISSECT_SHORT)
			kept = result;
	}
	*out = (struct datagram){ .result = kept, .variant = a->context->variant };
	return kept;
}

enum dissect_result
relayed_dissect(const struct attempt *outer, struct span inner, struct datagram *out)
{
	struct dissect_context context = { .settled = outer->context->settled,
		.variant = outer->context->variant };
	struct attempt a = { inner, &context, outer->depth + 1 };
	enum dissect_result result = DISSECT_NO;

	*out = (struct datagram){ .variant = context.variant };
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
