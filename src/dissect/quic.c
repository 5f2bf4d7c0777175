/* SPDX-License-Identifier: Apache-2.0 */
/* QUIC's Initial packets as a client sends them: RFC 9000 section 17.2, RFC 9001. */
#include "private.h"
#include "quic.h"

/* Long packets of a datagram that are looked at. */
#define PACKETS_MOST 4
/* An Initial fills one datagram; clients stay near 1200 to 1500 bytes. */
#define PACKET_MOST 4096

enum { FRAME_PADDING, FRAME_PING, FRAME_ACK, FRAME_ACK_ECN, FRAME_CRYPTO = 6 };
enum { HANDSHAKE_CLIENT_HELLO = 1 };
enum { TYPE_INITIAL, TYPE_EARLY, TYPE_HANDSHAKE, TYPE_RETRY };

/* A generation: its versions are all those from first to last. */
struct version {
	uint32_t first, last;
	uint8_t shift; /* of the type bits, RFC 9369 section 3.2 */
	const char *label;
	uint8_t salt[QUIC_SALT];
};

static const struct version versions[] = {
	{ 0x00000001, 0x00000001, 0, "quic ",
	    { 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6,
		0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a } },
	{ 0x6b3343cf, 0x6b3343cf, 1, "quicv2 ",
	    { 0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe,
		0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9 } },
	{ 0xff00001d, 0xff000020, 0, "quic ",
	    { 0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1,
		0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99 } },
	{ 0xff000017, 0xff00001c, 0, "quic ",
	    { 0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7, 0xd2, 0x43,
		0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02 } },
};

/* One long packet of a datagram. */
struct quic_packet {
	uint32_t number;
	const struct version *version;
	uint8_t type; /* as version 1 numbers them */
	uint8_t dcid_length;
	const uint8_t *dcid;
	size_t number_at; /* where the protected packet number is */
	struct span whole;
};

static const struct version *
version_find(uint32_t number)
{
	for (size_t i = 0; i < COUNT_OF(versions); i++)
		if (number >= versions[i].first && number <= versions[i].last)
			return &versions[i];
	return NULL;
}

/* RFC 9000 section 16: the two high bits are log2 of the size. */
static uint64_t
bytes_varint(struct bytes *b)
{
	uint8_t first = bytes_u8(b);
	uint64_t value = first & 0x3f;

	for (unsigned more = (1u << (first >> 6)) - 1; more > 0; more--)
		value = value << 8 | bytes_u8(b);
	return value;
}

/* What all long headers begin with. */
static enum dissect_result
packet_read_invariant(struct span s, struct bytes *b, struct quic_packet *k)
{
	uint8_t flags = bytes_u8(b);

	k->number = bytes_u32(b);
	k->dcid_length = bytes_u8(b);
	k->dcid = bytes_take(b, k->dcid_length);
	bytes_skip(b, bytes_u8(b)); /* source connection id */
	if (s.captured > 0 && (flags & 0xc0) != 0xc0)
		return DISSECT_NO;
	k->version = version_find(k->number);
	if (s.captured >= 5 && k->version == NULL)
		return DISSECT_NO;
	if (bytes_short(b))
		return span_ran_short(s);
	if (k->dcid_length > sizeof(((struct quic_hello *)0)->dcid))
		return DISSECT_NO;
	k->type = (uint8_t)((flags >> 4) - k->version->shift) & 3;
	return k->type == TYPE_RETRY ? DISSECT_NO : DISSECT_YES;
}

static enum dissect_result
packet_read(struct span s, struct quic_packet *k)
{
	struct bytes b = span_bytes(s);
	enum dissect_result result = packet_read_invariant(s, &b, k);
	uint64_t length;

	if (result != DISSECT_YES)
		return result;
	if (k->type == TYPE_INITIAL) {
		uint64_t token = bytes_varint(&b);

		if (token > s.length)
			return DISSECT_NO;
		bytes_skip(&b, (size_t)token);
	}
	length = bytes_varint(&b);
	if (bytes_short(&b))
		return span_ran_short(s);
	k->number_at = s.captured - b.left;
	/* RFC 9001 section 5.4.2: the sample begins 4 bytes behind the number. */
	if (length < 4 + QUIC_SAMPLE || length > s.length - k->number_at)
		return DISSECT_NO;
	k->whole = span_first(s, k->number_at + (size_t)length);
	return span_is_cut(k->whole) ? DISSECT_SHORT : DISSECT_YES;
}

/* The payload, decrypted in `room` (PACKET_MOST bytes); empty when these are not the
 * keys. */
static struct bytes
packet_open(const struct quic_packet *k, const struct quic_keys *keys, uint8_t *room)
{
	uint8_t mask[5], size;
	uint32_t number = 0;
	size_t header;

	memcpy(room, k->whole.p, k->whole.length);
	if (!quic_mask(keys, room + k->number_at + 4, mask))
		return bytes_over(NULL, 0);
	room[0] ^= mask[0] & 0x0f;
	size = (uint8_t)((room[0] & 3) + 1);
	for (unsigned i = 0; i < size; i++) {
		room[k->number_at + i] ^= mask[1 + i];
		number = number << 8 | room[k->number_at + i];
	}
	header = k->number_at + size;
	if (!quic_unseal(keys, number, room, header, k->whole.length))
		return bytes_over(NULL, 0);
	return bytes_over(room + header, k->whole.length - header - QUIC_TAG);
}

static bool
hello_has_seen(const struct quic_hello *h, const struct quic_packet *k)
{
	return h->version == k->number && h->dcid_length == k->dcid_length &&
	       memcmp(h->dcid, k->dcid, k->dcid_length) == 0;
}

static void
hello_restart(
    struct quic_hello *h, const struct quic_packet *k, const struct quic_keys *keys)
{
	h->version = k->number;
	h->dcid_length = k->dcid_length;
	memcpy(h->dcid, k->dcid, k->dcid_length);
	h->keys = *keys;
	h->whole = 0;
	memset(h->have, 0, sizeof(h->have));
}

/*
 * The keys stay those of the first Initial when the server's connection id replaces its
 * own; after a Retry or another version (RFC 9000 sections 6, 17.2.5) all starts again.
 */
static struct bytes
hello_open(struct quic_hello *h, const struct quic_packet *k, uint8_t *room)
{
	struct bytes payload = bytes_over(NULL, 0);
	struct quic_keys keys;

	if (k->whole.length > PACKET_MOST)
		return payload;
	if (h->version == k->number)
		payload = packet_open(k, &h->keys, room);
	if (payload.left > 0 || hello_has_seen(h, k))
		return payload;
	if (!quic_keys_derive(
		&keys, k->version->salt, k->version->label, k->dcid, k->dcid_length))
		return payload;
	payload = packet_open(k, &keys, room);
	if (payload.left > 0)
		hello_restart(h, k, &keys);
	return payload;
}

/* What came first stays. */
static void
hello_put(struct quic_hello *h, uint64_t offset, const uint8_t *p, size_t length)
{
	for (size_t i = 0; i < length && offset + i < QUIC_HELLO_ROOM; i++) {
		size_t at = (size_t)offset + i;
		uint8_t bit = (uint8_t)(1 << (at & 7));

		if (h->have[at >> 3] & bit)
			continue;
		h->have[at >> 3] |= bit;
		h->bytes[at] = p[i];
	}
	while (h->whole < QUIC_HELLO_ROOM && h->have[h->whole >> 3] & 1 << (h->whole & 7))
		h->whole++;
}

static void
hello_read_crypto(struct bytes *b, struct quic_hello *h)
{
	uint64_t offset = bytes_varint(b);
	uint64_t length = bytes_varint(b);
	const uint8_t *p = length <= b->left ? bytes_take(b, (size_t)length) : NULL;

	if (p == NULL)
		b->ran_short = true;
	else
		hello_put(h, offset, p, (size_t)length);
}

/* RFC 9000 section 19.3: largest, delay, count, first range; gap and length of each more.
 */
static void
skip_ack(struct bytes *b, bool ecn)
{
	uint64_t ranges;

	(void)bytes_varint(b);
	(void)bytes_varint(b);
	ranges = bytes_varint(b);
	(void)bytes_varint(b);
	for (; ranges > 0 && !bytes_short(b); ranges--) {
		(void)bytes_varint(b);
		(void)bytes_varint(b);
	}
	for (unsigned i = 0; ecn && i < 3; i++)
		(void)bytes_varint(b);
}

/* RFC 9000 section 12.4: besides these an Initial may only close the connection. */
static void
hello_read_frames(struct bytes b, struct quic_hello *h)
{
	while (b.left > 0 && !bytes_short(&b)) {
		switch (bytes_u8(&b)) {
		case FRAME_PADDING:
		case FRAME_PING:
			break;
		case FRAME_ACK:
			skip_ack(&b, false);
			break;
		case FRAME_ACK_ECN:
			skip_ack(&b, true);
			break;
		case FRAME_CRYPTO:
			hello_read_crypto(&b, h);
			break;
		default:
			return;
		}
	}
}

/* The message as far as it has no hole. */
static enum dissect_result
hello_judge(const struct quic_hello *h, struct client_hello *out)
{
	struct bytes b = bytes_over(h->bytes, h->whole);
	uint8_t type = bytes_u8(&b);
	uint32_t length = bytes_u24(&b);
	enum dissect_result result;

	if (h->whole > 0 && type != HANDSHAKE_CLIENT_HELLO)
		return DISSECT_NO;
	if (bytes_short(&b))
		return DISSECT_MAYBE;
	result = client_hello_parse(b.at, b.left, length, false, out);
	if (result != DISSECT_SHORT)
		return result;
	return h->whole < QUIC_HELLO_ROOM ? DISSECT_MAYBE : DISSECT_YES;
}

enum dissect_result
quic_initial(const uint8_t *p, size_t captured, size_t length, struct quic_hello *state,
    struct client_hello *out)
{
	struct span s = span_over(p, captured, length);
	enum dissect_result result = DISSECT_NO;
	uint8_t room[PACKET_MOST];
	bool opened = false;

	*out = (struct client_hello){ 0 };
	for (unsigned i = 0; i < PACKETS_MOST && s.length > 0; i++) {
		struct quic_packet k;

		result = packet_read(s, &k);
		if (result != DISSECT_YES)
			break;
		if (k.type == TYPE_INITIAL) {
			struct bytes payload = hello_open(state, &k, room);

			opened |= payload.left > 0;
			hello_read_frames(payload, state);
		}
		s = span_after(s, k.whole.length);
	}
	if (opened)
		return hello_judge(state, out);
	return result == DISSECT_SHORT ? DISSECT_SHORT : DISSECT_NO;
}
