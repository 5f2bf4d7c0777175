/* SPDX-License-Identifier: Apache-2.0 */
#include "private.h"

static const char *const dissector_names[DISSECTORS] = {
	[DISSECTOR_NONE] = "none",
	[DISSECTOR_STUN] = "stun",
	[DISSECTOR_MTURN] = "mturn",
	[DISSECTOR_RTP] = "rtp",
	[DISSECTOR_RTCP] = "rtcp",
	[DISSECTOR_DTLS] = "dtls",
	[DISSECTOR_DNS] = "dns",
	[DISSECTOR_ZOOM] = "zoom",
	[DISSECTOR_DISCORD] = "discord",
	[DISSECTOR_WEBEX] = "webex",
	[DISSECTOR_FLIGHTPROXY] = "flightproxy",
	[DISSECTOR_TLS] = "tls",
	[DISSECTOR_QUIC] = "quic",
	[DISSECTOR_HTTP] = "http",
};

static const char *const message_names[MESSAGES] = {
	[MESSAGE_NONE] = "none",
	[MESSAGE_BINDING] = "binding",
	[MESSAGE_TURN] = "turn",
	[MESSAGE_DATA] = "data",
	[MESSAGE_AUDIO] = "audio",
	[MESSAGE_VIDEO] = "video",
	[MESSAGE_SCREEN] = "screen",
	[MESSAGE_MEDIA] = "media",
	[MESSAGE_POINTER] = "pointer",
	[MESSAGE_PADDING] = "padding",
	[MESSAGE_REPORT] = "report",
	[MESSAGE_FEEDBACK] = "feedback",
	[MESSAGE_HANDSHAKE] = "handshake",
	[MESSAGE_QUERY] = "query",
	[MESSAGE_RESPONSE] = "response",
	[MESSAGE_SETUP] = "setup",
	[MESSAGE_PING] = "ping",
	[MESSAGE_PONG] = "pong",
	[MESSAGE_APP_PING] = "app-ping",
	[MESSAGE_BYE] = "bye",
	[MESSAGE_BIND] = "bind",
	[MESSAGE_RTCP] = "rtcp",
	[MESSAGE_PROBE] = "probe",
	[MESSAGE_ATTRIBUTES] = "attributes",
	[MESSAGE_P2P_HELLO] = "p2p-hello",
	[MESSAGE_SHARE_CONTROL] = "share-control",
	[MESSAGE_CONTROL] = "control",
	[MESSAGE_KEEPALIVE] = "keepalive",
	[MESSAGE_DISCOVERY] = "discovery",
	[MESSAGE_UNKNOWN] = "unknown",
	[MESSAGE_SESSION] = "session",
};

#define TELLS(message) (UINT64_C(1) << MESSAGE_##message)

_Static_assert(MESSAGES <= 64, "one bit a message");

static const uint64_t tells[DISSECTORS] = {
	[DISSECTOR_STUN] =
	    TELLS(BINDING) | TELLS(TURN) | TELLS(DATA) | TELLS(CONTROL) | TELLS(UNKNOWN),
	[DISSECTOR_MTURN] = TELLS(DATA) | TELLS(UNKNOWN),
	[DISSECTOR_RTP] = TELLS(AUDIO) | TELLS(VIDEO) | TELLS(SCREEN) | TELLS(MEDIA) |
			  TELLS(PADDING) | TELLS(UNKNOWN),
	[DISSECTOR_RTCP] = TELLS(REPORT) | TELLS(FEEDBACK),
	[DISSECTOR_DTLS] = TELLS(HANDSHAKE) | TELLS(DATA) | TELLS(UNKNOWN),
	[DISSECTOR_DNS] = TELLS(QUERY) | TELLS(RESPONSE),
	[DISSECTOR_ZOOM] = TELLS(AUDIO) | TELLS(VIDEO) | TELLS(SCREEN) | TELLS(POINTER) |
			   TELLS(FEEDBACK) | TELLS(SETUP) | TELLS(PING) | TELLS(PONG) |
			   TELLS(APP_PING) | TELLS(BYE) | TELLS(BIND) | TELLS(RTCP) |
			   TELLS(PROBE) | TELLS(ATTRIBUTES) | TELLS(P2P_HELLO) |
			   TELLS(SHARE_CONTROL) | TELLS(UNKNOWN),
	[DISSECTOR_DISCORD] = TELLS(DISCOVERY) | TELLS(KEEPALIVE),
	[DISSECTOR_WEBEX] = TELLS(SETUP) | TELLS(KEEPALIVE) | TELLS(BYE),
	[DISSECTOR_FLIGHTPROXY] = TELLS(CONTROL),
	[DISSECTOR_TLS] = TELLS(SESSION),
	[DISSECTOR_QUIC] = TELLS(SESSION),
	[DISSECTOR_HTTP] = TELLS(SESSION),
};

const char *
dissector_name(enum dissector d)
{
	return (unsigned)d < DISSECTORS ? dissector_names[d] : NULL;
}

const char *
message_name(enum message m)
{
	return (unsigned)m < MESSAGES ? message_names[m] : NULL;
}

/* The index of name, or count. */
static unsigned
name_index(const char *const *names, unsigned count, const char *name)
{
	unsigned i;

	for (i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			break;
	return i;
}

enum dissector
dissector_named(const char *name)
{
	return (enum dissector)name_index(dissector_names, DISSECTORS, name);
}

enum message
message_named(const char *name)
{
	return (enum message)name_index(message_names, MESSAGES, name);
}

bool
dissector_tells(enum dissector d, enum message m)
{
	return (unsigned)d < DISSECTORS && (unsigned)m < MESSAGES && (tells[d] >> m & 1);
}
