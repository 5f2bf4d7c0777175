/* SPDX-License-Identifier: Apache-2.0 */
/* What the dissectors share among themselves. */
#ifndef CALLWITNESS_DISSECT_PRIVATE_H
#define CALLWITNESS_DISSECT_PRIVATE_H

#include <callwitness/dissect.h>

/*
 * Bytes as captured, with the length they had when sent: captured <= length. Two
 * registers wide, so that it is passed by value at no cost.
 */
struct span {
	const uint8_t *p;
	uint32_t captured, length;
};

static inline struct span
span_over(const uint8_t *p, size_t captured, size_t length)
{
	uint32_t sent = length < UINT32_MAX ? (uint32_t)length : UINT32_MAX;

	return (struct span){ p, captured < sent ? (uint32_t)captured : sent, sent };
}

/* What follows the first n bytes; empty when there is nothing. */
static inline struct span
span_after(struct span s, size_t n)
{
	uint32_t captured = n < s.captured ? (uint32_t)n : s.captured;
	uint32_t length = n < s.length ? (uint32_t)n : s.length;

	return (struct span){ s.p + captured, s.captured - captured, s.length - length };
}

/* The first n bytes at most. */
static inline struct span
span_first(struct span s, size_t n)
{
	return span_over(s.p, s.captured, n < s.length ? n : s.length);
}

static inline struct bytes
span_bytes(struct span s)
{
	return bytes_over(s.p, s.captured);
}

static inline bool
span_is_cut(struct span s)
{
	return s.captured < s.length;
}

/* For a read that ran short: the snap length may be to blame, or it never was one. */
static inline enum dissect_result
span_ran_short(struct span s)
{
	return span_is_cut(s) ? DISSECT_SHORT : DISSECT_NO;
}

/* One try of one dissector at one datagram, or at what a relay wrapped. */
struct attempt {
	struct span bytes;
	const struct dissect_context *context;
	unsigned depth; /* of relay wrappers around it */
};

/* out is zeroed before, and holds something on DISSECT_MAYBE and DISSECT_YES only. */
typedef enum dissect_result attempt_function(
    const struct attempt *a, struct datagram *out);

attempt_function stun_try, stun_try_classic, mturn_try, channel_try, dtls_try, media_try,
    dns_try, zoom_try, zoom_try_p2p, discord_try, webex_try, flightproxy_try;

/*
 * A flow's `variant` outlives what settled last, so it also remembers who else was
 * proved: enum zoom_variant in the low bits, whether DTLS was seen in the top one.
 */
enum { VARIANT_ZOOM = 0x03, VARIANT_DTLS = 0x80 };

static inline bool
attempt_uses_port(const struct attempt *a, uint16_t first, uint16_t last)
{
	return (a->context->sport >= first && a->context->sport <= last) ||
	       (a->context->dport >= first && a->context->dport <= last);
}

/*
 * What a relay wrapped, by the same table; ports say nothing about it. What is known gets
 * marked relayed. DISSECT_SHORT when a longer capture might have told.
 */
enum dissect_result relayed_dissect(
    const struct attempt *outer, struct span inner, struct datagram *out);

/* One attribute after the other. RFC 8489 section 14; MS-TURN packs without padding. */
struct stun_walk {
	struct bytes at;
	const uint8_t *transaction; /* 16 bytes, cookie first */
	size_t left;                /* as sent */
	uint16_t type;
	bool classic;
	bool packed; /* first attribute is MS-TURN's cookie */
	bool cut;    /* the captured bytes ended before the message did */
	bool broken; /* an attribute reaches past the message */
};

struct stun_attribute {
	uint16_t type;
	struct span value;
};

enum dissect_result stun_open(struct span s, struct stun_walk *w);
bool stun_next(struct stun_walk *w, struct stun_attribute *a);
/* Whether a message without the cookie is one of RFC 3489's. */
enum dissect_result stun_judge_classic(struct span s, struct stun_walk w);

/*
 * level_id: the one-byte header extension that holds voice and level, 0 for none.
 * loose: an extension that does not fit is ciphertext. DISSECT_SHORT still fills what
 * stands in the first 12 bytes when they are there.
 */
enum dissect_result rtp_read(
    struct span s, uint8_t level_id, bool loose, struct rtp *out);
/* Padding in the clear cannot be told from media because its end was not captured. */
bool rtp_hides_padding(struct span s, const struct rtp *rtp);

/* How much speaks for it, beyond a type byte. */
enum proof {
	PROOF_FAILS,    /* not this */
	PROOF_SHAPE,    /* nothing against it */
	PROOF_CONSTANT, /* a constant of two bytes or more is where it belongs */
	PROOF_LENGTH    /* a length, or several constants, agree */
};

/* Zoom's media encapsulation (ZME), at z. Sets inner, subtype, message, rtp, two_packets.
 */
enum proof zme_read(struct span z, struct zoom *out);

#endif
