/* SPDX-License-Identifier: Apache-2.0 */
/* STUN in a datagram: what the message is for, and what a relay wrapped in it. */
#include "private.h"

#define STUN_DATA 0x0013

/* By method, RFC 8489 section 18.2, RFC 8656 section 18, RFC 6062. */
static const struct {
	uint16_t method;
	enum message message;
} methods[] = {
	{ 0x001, MESSAGE_BINDING }, /* Binding */
	{ 0x002, MESSAGE_BINDING }, /* Shared Secret; Zoom's answer to 0x001 */
	{ 0x003, MESSAGE_TURN },    /* Allocate */
	{ 0x004, MESSAGE_TURN },    /* Refresh; MS-TURN: Send */
	{ 0x005, MESSAGE_TURN },    /* MS-TURN: Data, as 0x0115 */
	{ 0x006, MESSAGE_TURN },    /* Send */
	{ 0x007, MESSAGE_TURN },    /* Data */
	{ 0x008, MESSAGE_TURN },    /* CreatePermission */
	{ 0x009, MESSAGE_TURN },    /* ChannelBind */
	{ 0x00a, MESSAGE_TURN },    /* Connect */
	{ 0x00b, MESSAGE_TURN },    /* ConnectionBind */
	{ 0x00c, MESSAGE_TURN },    /* ConnectionAttempt */
};

static enum message
stun_message(uint16_t type)
{
	unsigned method =
	    (type & 0x000fu) | (type & 0x00e0u) >> 1 | (type & 0x3e00u) >> 2;

	for (size_t i = 0; i < COUNT_OF(methods); i++)
		if (methods[i].method == method)
			return methods[i].message;
	return MESSAGE_CONTROL; /* WhatsApp's 0x0800 and its kin */
}

/* Send and Data indications, and what MS-TURN has for them. */
static bool
stun_carries(const struct stun_walk *w)
{
	return w->type == 0x0016 || w->type == 0x0017 || w->type == 0x0115 ||
	       (w->type == 0x0004 && w->packed);
}

/* Finds what is relayed. False without; then *cut says whether it may yet come. */
static bool
stun_find_data(struct stun_walk w, struct span *data, bool *cut)
{
	struct stun_attribute a = { 0 };

	while (stun_next(&w, &a)) {
		if (a.type == STUN_DATA) {
			*data = a.value;
			return true;
		}
	}
	*cut = w.cut;
	return false;
}

static enum dissect_result
stun_tell(const struct attempt *a, const struct stun_walk *w, enum dissect_result result,
    struct datagram *out)
{
	enum dissect_result inner = DISSECT_NO;
	struct span data;
	bool cut = false;
	bool found = stun_carries(w) && stun_find_data(*w, &data, &cut);

	if (found && (inner = relayed_dissect(a, data, out)) >= DISSECT_MAYBE)
		return inner;
	/* Refresh, or MS-TURN's Send: the first attribute would tell. */
	cut |= w->type == 0x0004 && w->at.left < 8 && w->left > w->at.left;
	out->dissector = DISSECTOR_STUN;
	out->type = w->type;
	out->relayed = found;
	out->message = found ? MESSAGE_DATA : stun_message(w->type);
	if (cut || inner == DISSECT_SHORT)
		out->message = MESSAGE_UNKNOWN;
	return result;
}

enum dissect_result
stun_try(const struct attempt *a, struct datagram *out)
{
	struct stun_walk w;
	enum dissect_result result;

	/* Most of what begins like STUN is not: look at the cookie before all else. */
	if (a->bytes.captured >= 8 && memcmp(a->bytes.p + 4, "\x21\x12\xa4\x42", 4) != 0)
		return DISSECT_NO;
	result = stun_open(a->bytes, &w);
	if (result < DISSECT_MAYBE)
		return result;
	return w.classic ? DISSECT_NO : stun_tell(a, &w, result, out);
}

enum dissect_result
stun_try_classic(const struct attempt *a, struct datagram *out)
{
	struct stun_walk w;
	enum dissect_result result = stun_open(a->bytes, &w);

	if (result < DISSECT_MAYBE)
		return result;
	if (!w.classic)
		return DISSECT_NO;
	result = stun_judge_classic(a->bytes, w);
	if (result < DISSECT_MAYBE)
		return result;
	if (attempt_uses_port(a, 3478, 3479))
		result = DISSECT_YES;
	return stun_tell(a, &w, result, out);
}

/* Microsoft's multiplexed TURN: FF10, length, 8 bytes of session, data. */
enum dissect_result
mturn_try(const struct attempt *a, struct datagram *out)
{
	struct bytes b = span_bytes(a->bytes);
	uint16_t magic = bytes_u16(&b);
	uint16_t length = bytes_u16(&b);
	enum dissect_result inner;

	bytes_skip(&b, 8);
	if (bytes_short(&b))
		return span_ran_short(a->bytes);
	if (magic != 0xff10 || length < 8 || (size_t)length + 4 != a->bytes.length)
		return DISSECT_NO;
	inner = relayed_dissect(a, span_after(a->bytes, 12), out);
	if (inner >= DISSECT_MAYBE)
		return inner;
	out->dissector = DISSECTOR_MTURN;
	out->message = inner == DISSECT_SHORT ? MESSAGE_UNKNOWN : MESSAGE_DATA;
	out->relayed = true;
	out->type = magic;
	return DISSECT_YES;
}

/*
 * ChannelData, RFC 8656 section 12.4: over UDP the padding is optional. Two agreeing
 * bytes prove little, so what is inside must be known too, or the flow be TURN already.
 */
enum dissect_result
channel_try(const struct attempt *a, struct datagram *out)
{
	struct bytes b = span_bytes(a->bytes);
	uint16_t channel = bytes_u16(&b);
	size_t end = 4 + (size_t)bytes_u16(&b);
	enum dissect_result inner;

	if (bytes_short(&b))
		return span_ran_short(a->bytes);
	if (end > a->bytes.length || a->bytes.length > (end + 3) / 4 * 4)
		return DISSECT_NO;
	inner = relayed_dissect(a, span_after(span_first(a->bytes, end), 4), out);
	if (inner >= DISSECT_MAYBE)
		return inner;
	if (a->context->settled != DISSECTOR_STUN)
		return inner;
	out->dissector = DISSECTOR_STUN;
	out->message = inner == DISSECT_SHORT ? MESSAGE_UNKNOWN : MESSAGE_DATA;
	out->relayed = true;
	out->type = channel;
	return DISSECT_MAYBE;
}
