/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether what a stream sent is data. An open connection sends by itself: handshakes,
 * keep-alives, acknowledgements, silence, black pictures. Nothing of it may accuse.
 */
#include "judge.h"

/* Sixty milliseconds of sound; fewer packets may be read wrongly. */
#define VOICED_FEWEST 3
#define MEDIA_FEWEST 3
/*
 * A camera that is switched off in the browser goes on sending black pictures, about 100
 * bytes each; padding on top has up to 270 with its headers. A picture with something in
 * it fills packets.
 */
#define PICTURE_BYTES 400
/*
 * TLS without data: a hello of 250 to 517 bytes, or 1850 with post-quantum keys; the
 * finish with the settings of HTTP/2 in less than 224; then pings and a farewell of about
 * 40 each. QUIC pads its first packets to 1200 bytes (RFC 9000 section 14.1).
 */
#define SECOND_MESSAGE 224
#define SMALL_MESSAGE 48
/*
 * Of a packet, 100 bytes are not counted, which pings and acknowledgements do not have;
 * nor is a pulse that has less than 200 beyond that. However long a connection stays
 * open, what is left was sent in messages.
 */
#define PACKET_BYTES 100
#define PULSE_LEAST 200
#define HANDSHAKE_TLS 2000
#define HANDSHAKE_QUIC 4500
#define MESSAGE_BYTES 400 /* on a connection that was open before */
/* A lost packet is no smaller than this; a record of TLS has 22 bytes at least. */
#define PACKET_LEAST 20

typedef enum doubt weigher(
    const struct windows *w, const struct sight *s, const struct pulse_sum *sum);

static enum doubt
weigh_voice(const struct windows *w, const struct sight *s, const struct pulse_sum *sum)
{
	(void)s;
	if (sum->voiced >= VOICED_FEWEST)
		return DOUBT_NONE;
	if (sum->voiced > 0)
		return DOUBT_FEW_VOICED;
	/* At each border one packet may be counted whose level is not. */
	if (sum->silent > 0 && sum->silent + 2 * w->count >= sum->packets)
		return DOUBT_SILENT;
	return DOUBT_LEVEL;
}

static enum doubt
weigh_picture(const struct windows *w, const struct sight *s, const struct pulse_sum *sum)
{
	(void)w;
	(void)s;
	if (sum->packets < MEDIA_FEWEST || sum->bytes < sum->packets * PICTURE_BYTES)
		return DOUBT_PICTURES;
	return DOUBT_NONE;
}

static enum doubt
weigh_media(const struct windows *w, const struct sight *s, const struct pulse_sum *sum)
{
	(void)w;
	(void)s;
	(void)sum;
	return DOUBT_LEVEL;
}

static enum doubt
weigh_packets(const struct windows *w, const struct sight *s, const struct pulse_sum *sum)
{
	(void)w;
	(void)s;
	return sum->packets < MEDIA_FEWEST ? DOUBT_FEW : DOUBT_NONE;
}

/* What can be read is no handshake. */
static enum doubt
weigh_clear(const struct windows *w, const struct sight *s, const struct pulse_sum *sum)
{
	(void)w;
	(void)s;
	return sum->bytes > 0 ? DOUBT_NONE : DOUBT_FEW;
}

/*
 * Whether the messages beside the largest one are more than a handshake's: sum less root
 * of the sum of squares, which is never more than they are. Of a connection that was not
 * captured whole, several may have been taken for one.
 */
static bool
has_second_message(const struct judged_flow *j)
{
	const struct shape *shape = j->flow->shape;
	const struct flow_side *side = j->flow->side;
	double rest = 0;

	if (shape == NULL || shape->units[j->local] < 2 || j->flow->mid_flow ||
	    side[0].missing_bytes + side[1].missing_bytes > 0)
		return false;
	rest = (double)shape->unit_bytes[j->local] - SECOND_MESSAGE -
	       (double)(shape->units[j->local] - 2) * SMALL_MESSAGE;
	return rest > 0 && rest * rest >= shape->unit_square_sum[j->local];
}

/* Less what would be too much if all that was lost were small packets. */
static uint64_t
message_bytes(const struct windows *w, const struct sight *s)
{
	const struct judged_flow *j = s->flow;
	uint64_t missing = j->flow->side[j->local].missing_bytes;
	uint64_t unseen = missing / PACKET_LEAST * (PACKET_BYTES - PACKET_LEAST);
	uint64_t sum = windows_beyond(w, s, PACKET_BYTES, PULSE_LEAST);

	return sum > unseen ? sum - unseen : 0;
}

static bool
began_within(const struct windows *w, const struct stream *stream)
{
	bool before = !w->always;

	for (size_t i = 0; before && i < w->count; i++)
		before = stream->first_ns < w->each[i].from_ns ||
			 stream->first_ns >= w->each[i].to_ns;
	return !before;
}

static enum doubt
weigh_sealed(const struct windows *w, const struct sight *s, const struct pulse_sum *sum)
{
	bool tcp = s->flow->flow->key.proto == 6;
	uint64_t least = !began_within(w, s->finding->stream) ? MESSAGE_BYTES
			 : tcp                                ? HANDSHAKE_TLS
							      : HANDSHAKE_QUIC;

	if (message_bytes(w, s) >= least)
		return DOUBT_NONE;
	if (tcp && s->finding->stream->dissector == DISSECTOR_NONE &&
	    sum->bytes == s->finding->up_bytes && has_second_message(s->flow))
		return DOUBT_NONE;
	return DOUBT_HANDSHAKE;
}

enum doubt
sight_substance(
    const struct windows *w, const struct sight *s, const struct pulse_sum *sum)
{
	static weigher *const by_dissector[DISSECTORS] = {
		[DISSECTOR_RTP] = weigh_packets,
		[DISSECTOR_ZOOM] = weigh_packets,
		[DISSECTOR_DISCORD] = weigh_packets,
		[DISSECTOR_WEBEX] = weigh_packets,
		[DISSECTOR_HTTP] = weigh_clear,
	};
	weigher *weigh = by_dissector[s->finding->verdict.dissector];

	return (weigh != NULL ? weigh : weigh_sealed)(w, s, sum);
}

enum doubt
sight_weight(const struct windows *w, const struct sight *s, const struct pulse_sum *sum)
{
	/* Sound in a state of the call: silent is not muted, but is no sound either. */
	static weigher *const in_state[KINDS] = {
		[KIND_AUDIO] = weigh_voice,
		[KIND_VIDEO] = weigh_picture,
		[KIND_SCREEN] = weigh_picture,
		[KIND_MEDIA] = weigh_media,
	};
	weigher *weigh = w->always ? NULL : in_state[s->finding->verdict.kind];

	return (weigh != NULL ? weigh : sight_substance)(w, s, sum);
}
