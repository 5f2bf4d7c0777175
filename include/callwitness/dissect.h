/* SPDX-License-Identifier: Apache-2.0 */
/* Payload bytes to facts. Everything here is pure: no flow, no log, no global. */
#ifndef CALLWITNESS_DISSECT_H
#define CALLWITNESS_DISSECT_H

#include <callwitness/base.h>

enum dissector {
	DISSECTOR_NONE,
	DISSECTOR_STUN,
	DISSECTOR_MTURN, /* Microsoft's FF10 framing around something unrecognised */
	DISSECTOR_RTP,
	DISSECTOR_RTCP,
	DISSECTOR_DTLS,
	DISSECTOR_DNS,
	DISSECTOR_ZOOM,
	DISSECTOR_DISCORD,
	DISSECTOR_WEBEX,
	DISSECTOR_FLIGHTPROXY,
	/* Told by nDPI, not parsed here; one stream per flow. */
	DISSECTOR_TLS,
	DISSECTOR_QUIC,
	DISSECTOR_HTTP,
	DISSECTORS
};

/* What a message is for. Signatures name them: {dissector: zoom, message: audio}. */
enum message {
	MESSAGE_NONE,
	MESSAGE_BINDING, /* stun: ICE checks, keep-alive */
	MESSAGE_TURN,    /* stun: allocate, refresh, permissions, channel bind */
	MESSAGE_DATA, /* stun, mturn: relayed bytes not recognised; dtls: application data
		       */
	MESSAGE_AUDIO,
	MESSAGE_VIDEO,
	MESSAGE_SCREEN,
	MESSAGE_MEDIA,     /* rtp: which medium is decided by the whole stream */
	MESSAGE_POINTER,   /* zoom: mouse pointer of a shared screen, in clear */
	MESSAGE_PADDING,   /* rtp: nothing but padding, a bandwidth probe */
	MESSAGE_REPORT,    /* rtcp: SR, RR, SDES, BYE, XR */
	MESSAGE_FEEDBACK,  /* rtcp, zoom: NACK, PLI, transport-cc, receiver statistics */
	MESSAGE_HANDSHAKE, /* dtls */
	MESSAGE_QUERY,     /* dns */
	MESSAGE_RESPONSE,  /* dns */
	MESSAGE_SETUP,     /* zoom 1, 2 */
	MESSAGE_PING,
	MESSAGE_PONG,
	MESSAGE_APP_PING,
	MESSAGE_BYE,
	MESSAGE_BIND,
	MESSAGE_RTCP,       /* zoom */
	MESSAGE_PROBE,      /* zoom: filler bytes that measure bandwidth */
	MESSAGE_ATTRIBUTES, /* zoom: named attributes in clear */
	MESSAGE_P2P_HELLO,
	MESSAGE_SHARE_CONTROL,
	MESSAGE_CONTROL,
	MESSAGE_KEEPALIVE,
	MESSAGE_DISCOVERY, /* discord: asks for its public address */
	MESSAGE_UNKNOWN,   /* the dissector's protocol, a type we do not know */
	MESSAGE_SESSION,   /* tls, quic, http */
	MESSAGES
};

/* Names as signatures write them; NULL out of range. */
const char *dissector_name(enum dissector d);
const char *message_name(enum message m);
/* DISSECTORS or MESSAGES when there is none of that name. */
enum dissector dissector_named(const char *name);
enum message message_named(const char *name);
/* Whether that dissector ever tells that message. */
bool dissector_tells(enum dissector d, enum message m);

#define LEVEL_NONE 255

/* What the sender of an audio packet says of the sound in it. */
enum sound {
	SOUND_UNTOLD,
	SOUND_SILENT, /* level 127, Zoom's payload type of silence */
	SOUND_VOICED  /* any other level, Zoom's payload type of speech */
};

/* RFC 3550 section 5.1, with RFC 6464's audio level where the extension is in clear. */
struct rtp {
	uint32_t ssrc, timestamp;
	uint16_t sequence;
	uint8_t payload_type;
	bool marker;
	bool padding_only;
	uint8_t level;        /* -dBov, 127 is digital silence; LEVEL_NONE without */
	bool voice;           /* the V bit beside the level */
	bool screen;          /* the content type extension says a screen is shared */
	uint8_t sound;        /* enum sound */
	bool has_lead;        /* datagram only: whether `lead` could be read */
	uint8_t lead;         /* the first media byte; not of packets with padding */
	uint32_t media_bytes; /* after header and extension, less padding; as sent */
};

/* What the flow knows already; the dissector's answer may change settled and variant. */
struct dissect_context {
	uint16_t sport, dport;
	uint8_t settled; /* enum dissector confirmed on this flow, or DISSECTOR_NONE */
	uint8_t variant; /* that dissector's own memory of the flow, 0 at first */
};

enum dissect_result {
	DISSECT_NO,    /* something else */
	DISSECT_SHORT, /* could be, but the bytes end too early to tell */
	DISSECT_MAYBE, /* fits by shape alone: confirm with a second, consistent packet */
	DISSECT_YES    /* a magic value or checked lengths prove it */
};

/* One datagram, seen through TURN, ChannelData and FF10 wrapping to the innermost. */
struct datagram {
	enum dissector dissector;
	enum message message;
	enum dissect_result result;
	bool relayed; /* was wrapped in TURN, ChannelData or FF10 */
	bool has_rtp;
	struct rtp rtp;
	uint16_t type; /* the protocol's own number: STUN type, RTCP PT, Zoom ZME type… */
	uint8_t variant;  /* to be kept in dissect_context.variant when confirmed */
	bool two_packets; /* a second RTP packet rides in the same datagram */
};

/*
 * Tries the table of datagram dissectors, strictest magic first (RFC 7983 and
 * facts of the vendors' framings). `captured` bytes are at p; `length` were sent.
 * Returns out->result. Knows UDP; for TCP segments use segment_dissect().
 */
enum dissect_result datagram_dissect(const uint8_t *p, size_t captured, size_t length,
    const struct dissect_context *context, struct datagram *out);

/*
 * The start of a TCP segment: STUN and TURN over TCP (RFC 8656 section 3.1), RFC 4571
 * framing, and FF10 where a message begins at p. DISSECT_NO for all else.
 */
enum dissect_result segment_dissect(const uint8_t *p, size_t captured, size_t length,
    const struct dissect_context *context, struct datagram *out);

/* STUN: RFC 8489 and classic RFC 3489; TURN: RFC 8656; MS-TURN, MS-ICE2. */
struct stun {
	uint16_t type; /* class and method bits as sent */
	uint16_t method;
	uint8_t class; /* 0 request 1 indication 2 success 3 error */
	bool classic;  /* no magic cookie at offset 4 */
	bool
	    microsoft; /* cookie attribute 0x000F, or attributes 0x8070, 0x8055, 0x8095 */
	bool google;   /* attribute 0xFF03 */
	char realm[128]; /* "" without */
	char software[64];
	struct addr mapped,
	    peer; /* XOR-MAPPED-ADDRESS or MAPPED-ADDRESS; XOR-PEER-ADDRESS */
	uint16_t mapped_port, peer_port;
	const uint8_t *data; /* of a DATA attribute: what is relayed. A loan. */
	uint32_t data_captured, data_length;
};

enum dissect_result stun_parse(
    const uint8_t *p, size_t captured, size_t length, struct stun *out);
enum dissect_result rtp_parse(
    const uint8_t *p, size_t captured, size_t length, struct rtp *out);

struct rtcp {
	uint8_t type;    /* of the first packet of the compound */
	uint8_t packets; /* in the compound, as far as lengths fit */
	uint32_t ssrc;   /* of the sender */
	bool feedback;   /* first is 205 or 206 */
};

enum dissect_result rtcp_parse(
    const uint8_t *p, size_t captured, size_t length, struct rtcp *out);

struct dtls {
	uint8_t type; /* of the first record: 20 to 23, 25, 26 */
	uint16_t version;
	uint8_t handshake; /* message type if type is 22 and epoch 0 */
	bool application;  /* any record of application data */
	char alpn[32];     /* of a ClientHello, first value; "" without */
	char sni[256];
};

enum dissect_result dtls_parse(
    const uint8_t *p, size_t captured, size_t length, struct dtls *out);

/* What a ClientHello says of the server: RFC 8446 section 4.1.2, RFC 6347 section 4.2.1.
 */
struct client_hello {
	char sni[256]; /* lower case; "" without */
	char alpn[32]; /* first value; "" without */
};

/*
 * The message's body, behind type and length; DTLS has a cookie in it. DISSECT_YES when
 * both names or all extensions were read. On DISSECT_SHORT out has what stood before the
 * end.
 */
enum dissect_result client_hello_parse(const uint8_t *p, size_t captured, size_t length,
    bool has_cookie, struct client_hello *out);

struct quic_keys {
	uint8_t key[16], iv[12], header[16];
};

#define QUIC_HELLO_ROOM 4096

/*
 * A ClientHello in pieces, of one flow; zero it before the first datagram. Private to
 * dissect. What lies beyond QUIC_HELLO_ROOM is not kept.
 */
struct quic_hello {
	uint32_t version;              /* 0 before the first Initial */
	uint8_t dcid_length, dcid[20]; /* of the packet that the keys derive from */
	struct quic_keys keys;
	uint16_t whole;                    /* bytes from the start without a hole */
	uint8_t have[QUIC_HELLO_ROOM / 8]; /* bits */
	uint8_t bytes[QUIC_HELLO_ROOM];
};

/*
 * A datagram with a client's QUIC Initial packets: RFC 9000, 9001, 9369 and the late
 * drafts. DISSECT_YES when the ClientHello is known as far as its names; DISSECT_MAYBE
 * when more Initials are needed, out has what is known so far. Order and repetition do
 * not matter.
 */
enum dissect_result quic_initial(const uint8_t *p, size_t captured, size_t length,
    struct quic_hello *state, struct client_hello *out);

#define DNS_NAME_SIZE 256
#define DNS_ANSWERS 64

struct dns_answer {
	char owner[DNS_NAME_SIZE];
	char target[DNS_NAME_SIZE]; /* CNAME, HTTPS/SVCB target; "" else */
	struct addr addr;           /* A, AAAA, ipv4hint, ipv6hint; family 0 else */
	uint16_t type;              /* as in the message */
	uint32_t ttl;
};

struct dns {
	uint16_t id;
	bool response;
	uint8_t rcode;
	uint16_t qtype;
	char question[DNS_NAME_SIZE]; /* lower case, no trailing dot; "" for the root or
					 none */
	unsigned count;
	struct dns_answer answers[DNS_ANSWERS]; /* hints: one entry per address */
};

/*
 * A DNS message (UDP payload, or TCP after its two length bytes). Answers only for
 * responses. Uses ldns. The struct is large: callers keep one.
 */
enum dissect_result dns_parse(
    const uint8_t *p, size_t captured, size_t length, struct dns *out);

/* Zoom: layer 0 (SFU header) and layer 1 (media encapsulation, ZME). IMC 2022, Michel et
 * al. */
enum zoom_variant {
	ZOOM_UNSEEN,
	ZOOM_SFU8, /* 8-byte SFU header, clients of 2022 and later */
	ZOOM_SFU1, /* 1-byte header, clients up to 2021 */
	ZOOM_P2P   /* ZME at offset 0 */
};

struct zoom {
	uint8_t variant; /* enum zoom_variant */
	uint8_t outer;   /* layer 0 type, 0 on P2P */
	uint8_t inner;   /* ZME type, 0 without; the nested one inside a type 7 wrapper */
	uint8_t subtype; /* of ZME 21 */
	bool to_zoom, from_zoom; /* the direction byte */
	uint32_t connection;     /* id given by the server, 0 if none */
	enum message message;
	bool has_rtp;
	struct rtp rtp;
	bool two_packets;
	bool checked;     /* a length field or constant inside agreed */
	bool has_meeting; /* binds and P2P hello */
	char meeting[37]; /* the meeting's UUID as text */
	uint8_t medium;   /* of a bind: 1 audio 2 share 3 video */
	uint32_t ssrc;    /* of a bind */
};

enum dissect_result zoom_parse(const uint8_t *p, size_t captured, size_t length,
    const struct dissect_context *context, struct zoom *out);

#endif
