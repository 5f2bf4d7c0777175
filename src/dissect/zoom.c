/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zoom's layer 0: the header between client and its media router (SFU) on UDP 8801 to
 * 8810. Layouts as measured in zoom_video, zoom_meeting_silent and zoom_join_2019.
 */
#include "private.h"

#define ZOOM_PORT_FIRST 8801
#define ZOOM_PORT_LAST 8810

enum { OUTER_SETUP = 1, OUTER_REPLY, OUTER_PING, OUTER_PONG, OUTER_DATA, OUTER_BYE = 7 };

/* What comes before `meeting` is little, and cleared for each packet. */
static void
zoom_clear(struct zoom *z, uint8_t outer)
{
	memset(z, 0, offsetof(struct zoom, meeting));
	z->meeting[0] = '\0';
	z->medium = 0;
	z->ssrc = 0;
	z->outer = outer;
}

/* A flag; if it is 1, then type, length, value, again, and type 0 ends the datagram. */
static enum proof
zoom_prove_values(struct bytes b, bool is_cut)
{
	bool some = bytes_u8(&b) == 1;

	while (some && bytes_u8(&b) != 0)
		bytes_skip(&b, bytes_u8(&b));
	if (bytes_short(&b))
		return is_cut ? PROOF_SHAPE : PROOF_FAILS;
	return some && b.left == 0 && !is_cut ? PROOF_CONSTANT : PROOF_SHAPE;
}

/* Version, transaction, 8 bytes, the client's clock twice, a token of 64 bytes. */
static enum proof
zoom_prove_setup(struct span s, struct zoom *out)
{
	struct bytes b = span_bytes(s);
	uint16_t version;
	uint32_t clock, again, token;

	out->message = MESSAGE_SETUP;
	bytes_skip(&b, 1);
	version = bytes_u16(&b);
	bytes_skip(&b, 16 + 8);
	clock = bytes_u32(&b);
	again = bytes_u32(&b);
	token = bytes_u32(&b);
	if (bytes_short(&b))
		return span_is_cut(s) ? PROOF_SHAPE : PROOF_FAILS;
	if (version == 0 || version > 16 || token > s.length || 39 + token > s.length)
		return PROOF_FAILS;
	return clock == again && token == 64 ? PROOF_LENGTH : PROOF_SHAPE;
}

/* Version, transaction, connection, the client's clock, 8 zeros. */
static enum proof
zoom_prove_reply(struct span s, struct zoom *out)
{
	struct bytes b = span_bytes(s);
	uint16_t version;
	uint64_t zeros;

	out->message = MESSAGE_SETUP;
	bytes_skip(&b, 1);
	version = bytes_u16(&b);
	bytes_skip(&b, 16);
	out->connection = bytes_u32(&b);
	bytes_skip(&b, 4);
	zeros = bytes_u64(&b);
	if (bytes_short(&b))
		return span_is_cut(s) ? PROOF_SHAPE : PROOF_FAILS;
	if (version == 0 || version > 16)
		return PROOF_FAILS;
	return zeros == 0 ? PROOF_CONSTANT : PROOF_SHAPE;
}

/* Counter, clock, connection; 13 bytes in clients up to 2021, a list of values after. */
static enum proof
zoom_prove_ping(struct span s, struct zoom *out)
{
	struct bytes b = span_bytes(s);

	out->message = out->outer == OUTER_PING ? MESSAGE_PING : MESSAGE_PONG;
	bytes_skip(&b, 9);
	out->connection = bytes_u32(&b);
	if (bytes_short(&b))
		return span_is_cut(s) ? PROOF_SHAPE : PROOF_FAILS;
	return s.length == 13 ? PROOF_SHAPE : zoom_prove_values(b, span_is_cut(s));
}

static enum proof
zoom_prove_bye(struct span s, struct zoom *out)
{
	struct bytes b = span_bytes(s);

	out->message = MESSAGE_BYE;
	bytes_skip(&b, 5);
	if (!bytes_short(&b) && s.length == 5)
		return PROOF_SHAPE;
	out->connection = bytes_u32(&b);
	if (bytes_short(&b))
		return span_is_cut(s) ? PROOF_SHAPE : PROOF_FAILS;
	return s.length == 9 ? PROOF_SHAPE : zoom_prove_values(b, span_is_cut(s));
}

/* Sequence, connection, direction, then ZME. */
static enum proof
zoom_prove_data8(struct span s, struct zoom *out)
{
	struct bytes b = span_bytes(s);
	uint8_t direction;

	bytes_skip(&b, 3);
	out->connection = bytes_u32(&b);
	direction = bytes_u8(&b);
	if (s.length < 9 || (direction & ~5u))
		return PROOF_FAILS;
	out->variant = ZOOM_SFU8;
	out->message = MESSAGE_UNKNOWN;
	if (bytes_short(&b))
		return PROOF_SHAPE;
	out->to_zoom = !(direction & 4);
	out->from_zoom = direction & 4;
	return zme_read(span_after(s, 8), out);
}

/* The type byte alone, then ZME. */
static enum proof
zoom_prove_data1(struct span s, struct zoom *out)
{
	if (s.length < 2)
		return PROOF_FAILS;
	out->variant = ZOOM_SFU1;
	return zme_read(span_after(s, 1), out);
}

/* The likelier header did not prove itself: take the other if that one does. */
static enum proof
zoom_prove_other(struct span s, bool was_old, enum proof proof, struct zoom *out)
{
	struct zoom other;
	enum proof second;

	zoom_clear(&other, out->outer);
	second = was_old ? zoom_prove_data8(s, &other) : zoom_prove_data1(s, &other);
	if (second < PROOF_CONSTANT && (proof != PROOF_FAILS || second == PROOF_FAILS))
		return proof;
	*out = other;
	return second;
}

/* A client keeps to one header. Which one, no byte says. */
static enum proof
zoom_prove_data(struct span s, struct zoom *out)
{
	bool is_old = out->variant == ZOOM_SFU1;
	enum proof proof = is_old ? zoom_prove_data1(s, out) : zoom_prove_data8(s, out);

	return proof >= PROOF_CONSTANT ? proof : zoom_prove_other(s, is_old, proof, out);
}

/* out->variant is what the flow is known for. */
typedef enum proof outer_function(struct span s, struct zoom *out);

static outer_function *const outers[] = {
	[OUTER_SETUP] = zoom_prove_setup,
	[OUTER_REPLY] = zoom_prove_reply,
	[OUTER_PING] = zoom_prove_ping,
	[OUTER_PONG] = zoom_prove_ping,
	[OUTER_DATA] = zoom_prove_data,
	[OUTER_BYE] = zoom_prove_bye,
};

/* What is enough at home, on Zoom's ports or a flow known as Zoom's, is not elsewhere. */
static enum dissect_result
zoom_judge(enum proof proof, bool at_home)
{
	static const enum dissect_result results[][2] = {
		[PROOF_FAILS] = { DISSECT_NO, DISSECT_NO },
		[PROOF_SHAPE] = { DISSECT_NO, DISSECT_MAYBE },
		[PROOF_CONSTANT] = { DISSECT_MAYBE, DISSECT_YES },
		[PROOF_LENGTH] = { DISSECT_YES, DISSECT_YES },
	};

	return results[proof][at_home];
}

/* Between two clients ZME stands alone. */
static enum dissect_result
zoom_read_p2p(struct span s, bool at_home, struct zoom *out)
{
	enum proof proof;

	zoom_clear(out, 0);
	out->variant = ZOOM_P2P;
	proof = zme_read(s, out);
	out->checked = proof >= PROOF_CONSTANT;
	return zoom_judge(proof, at_home);
}

/* Zoom's clients mix STUN into the flow, which may be what settled last. */
static bool
zoom_is_known(const struct dissect_context *c)
{
	return c->settled == DISSECTOR_ZOOM || (c->variant & VARIANT_ZOOM);
}

static enum dissect_result
zoom_read_server(
    struct span s, const struct dissect_context *context, bool at_home, struct zoom *out)
{
	uint8_t type = s.p[0];
	enum proof proof;

	zoom_clear(out, type);
	out->message = MESSAGE_UNKNOWN;
	out->variant = context->variant & VARIANT_ZOOM;
	if (type >= COUNT_OF(outers) || outers[type] == NULL)
		return zoom_is_known(context) ? DISSECT_MAYBE : DISSECT_NO;
	proof = outers[type](s, out);
	out->checked = proof >= PROOF_CONSTANT;
	return zoom_judge(proof, at_home);
}

static bool
zoom_port(uint16_t port)
{
	return port >= ZOOM_PORT_FIRST && port <= ZOOM_PORT_LAST;
}

static bool
zoom_is_home(const struct dissect_context *c)
{
	return zoom_is_known(c) || zoom_port(c->sport) || zoom_port(c->dport);
}

enum dissect_result
zoom_parse(const uint8_t *p, size_t captured, size_t length,
    const struct dissect_context *context, struct zoom *out)
{
	struct span s = span_over(p, captured, length);
	bool at_home = zoom_is_home(context);
	bool is_p2p = (context->variant & VARIANT_ZOOM) == ZOOM_P2P;
	enum dissect_result result;

	zoom_clear(out, 0);
	if (s.captured == 0)
		return span_ran_short(s);
	if (is_p2p)
		return zoom_read_p2p(s, true, out);
	result = zoom_read_server(s, context, at_home, out);
	if (result == DISSECT_NO && !at_home)
		result = zoom_read_p2p(s, false, out);
	return result;
}

static enum dissect_result
zoom_tell(const struct zoom *z, enum dissect_result result, struct datagram *out)
{
	if (result < DISSECT_MAYBE)
		return result;
	out->dissector = DISSECTOR_ZOOM;
	out->message = z->message;
	out->variant = (uint8_t)((out->variant & ~VARIANT_ZOOM) | z->variant);
	out->type = z->inner ? z->inner : z->outer;
	out->has_rtp = z->has_rtp;
	out->rtp = z->rtp;
	out->two_packets = z->two_packets;
	return result;
}

enum dissect_result
zoom_try(const struct attempt *a, struct datagram *out)
{
	const struct dissect_context *c = a->context;
	bool at_home = zoom_is_home(c);
	struct zoom zoom;

	if (a->bytes.captured == 0 || (!at_home && a->bytes.p[0] >= COUNT_OF(outers)))
		return DISSECT_NO;
	if ((c->variant & VARIANT_ZOOM) == ZOOM_P2P)
		return zoom_tell(&zoom, zoom_read_p2p(a->bytes, true, &zoom), out);
	return zoom_tell(&zoom, zoom_read_server(a->bytes, c, at_home, &zoom), out);
}

enum dissect_result
zoom_try_p2p(const struct attempt *a, struct datagram *out)
{
	struct zoom zoom;

	if (a->bytes.captured == 0 || zoom_is_home(a->context))
		return DISSECT_NO;
	return zoom_tell(&zoom, zoom_read_p2p(a->bytes, false, &zoom), out);
}
