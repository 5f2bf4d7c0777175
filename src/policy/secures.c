/* SPDX-License-Identifier: Apache-2.0 */
/* How a stream is protected on its way, as far as its packets tell. */
#include "judge.h"

/* Above are drafts of TLS 1.3, and DTLS, which counts downwards. */
#define TLS_NUMBERS_END 0x7f00

/*
 * A ClientHello says 1.2 for 1.3 too (RFC 8446 section 4.1.2), and the answer may not
 * have been looked at: 1.2 is what was offered at least, and says nothing of 1.3.
 */
static enum sealing
tls_sealing(uint16_t version, uint16_t least, const char **how)
{
	static const struct {
		uint16_t version;
		const char *name;
	} old[] = { { 0x0002, "SSL 2" }, { 0x0300, "SSL 3.0" }, { 0x0301, "TLS 1.0" },
		{ 0x0302, "TLS 1.1" } };

	for (size_t i = 0; i < COUNT_OF(old); i++) {
		if (version != old[i].version)
			continue;
		*how = old[i].name;
		return least ? SEALING_TLS_BROKEN : SEALING_TLS_OLD;
	}
	if (least == 0 || (version >= least && version < TLS_NUMBERS_END))
		return SEALING_SEALED;
	return SEALING_TLS_UNKNOWN;
}

/* A request to a proxy opens a tunnel: what runs inside is another matter. */
static bool
is_tunnelled(const struct ndpi_facts *n)
{
	return n->protocol != NULL && (strstr(n->protocol, "Connect") != NULL ||
					  strstr(n->protocol, "Proxy") != NULL);
}

/* Payload types that RFC 3551 gives to codecs for ever, none of them encrypted. */
static bool
is_static_codec(uint8_t payload_type)
{
	static const uint8_t types[] = { 0, 3, 8, 9, 18 };

	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (types[i] == payload_type)
			return true;
	return false;
}

static bool
flow_has(const struct flow *f, enum dissector d)
{
	for (unsigned i = 0; i < f->stream_count; i++)
		if (f->streams[i].dissector == d && f->streams[i].certain)
			return true;
	return false;
}

static enum sealing
rtp_sealing(
    const struct flow *f, const struct stream *stream, uint16_t least, const char **how)
{
	bool told = false, scrambled = rtp_stats_scrambled(stream->rtp, &told);
	bool keyed = flow_has(f, DISSECTOR_DTLS);

	if ((told && scrambled) || (!told && keyed))
		return least ? SEALING_TLS_UNKNOWN : SEALING_SEALED;
	if (!told)
		return SEALING_UNKNOWN;
	if (keyed || stream->dissector != DISSECTOR_RTP ||
	    !is_static_codec(stream->payload_type))
		return SEALING_FRAMED;
	*how = "plain RTP";
	return SEALING_OPEN;
}

enum sealing
sight_sealing(const struct sight *s, uint16_t tls_min, const char **how)
{
	const struct stream *stream = s->finding->stream;
	const struct ndpi_facts *n = s->flow->ndpi;

	*how = NULL;
	if (stream->has_rtp)
		return rtp_sealing(s->flow->flow, stream, tls_min, how);
	if (stream->certain && stream->dissector == DISSECTOR_DTLS)
		return tls_min ? SEALING_TLS_UNKNOWN : SEALING_SEALED;
	if (n == NULL || stream->dissector != DISSECTOR_NONE)
		return SEALING_UNKNOWN;
	if (n->dissector == DISSECTOR_QUIC)
		return SEALING_SEALED; /* TLS 1.3 or newer, RFC 9001 section 4.2 */
	if (n->dissector == DISSECTOR_TLS)
		return tls_sealing(n->tls_version, tls_min, how);
	if (n->dissector != DISSECTOR_HTTP || s->flow->flow->key.proto != 6 ||
	    is_tunnelled(n))
		return SEALING_UNKNOWN;
	*how = "plain HTTP";
	return SEALING_OPEN;
}
