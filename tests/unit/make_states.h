/* SPDX-License-Identifier: Apache-2.0 */
/* Calls whose states are known: an app that is told by ports, and marks by milliseconds.
 */
#ifndef MAKE_STATES_H
#define MAKE_STATES_H

#include "make_session.h"

/* All to one network; audio is told by RTP. */
#define MAKE_CALL_APP                                                                    \
	"signature: call\ntitle: Call\nversion: 2026-11-21\nentity: Call Inc.\n"         \
	"app: true\nrules:\n"                                                            \
	"  - {id: call.events, category: telemetry, kind: usage, strength: observed,\n"  \
	"     match: {net: 203.0.113.0/24, proto: udp, port: 9400}, source: s}\n"        \
	"  - {id: call.screen, category: content, kind: screen, strength: observed,\n"   \
	"     match: {net: 203.0.113.0/24, proto: udp, port: 9200}, source: s}\n"        \
	"  - {id: call.chat, category: content, kind: chat, strength: observed,\n"       \
	"     match: {net: 203.0.113.0/24, proto: udp, port: 9300}, source: s}\n"        \
	"  - {id: call.audio, category: content, kind: audio, strength: decoded,\n"      \
	"     match: {dissector: rtp, message: audio}, source: s}\n"

static const struct make_end call_me = { "192.168.1.10", 42000 };
static const struct make_end call_events = { "203.0.113.9", 9400 };
static const struct make_end call_screen = { "203.0.113.9", 9200 };
static const struct make_end call_chat = { "203.0.113.9", 9300 };
static const struct make_end call_peer = { "203.0.113.9", 41000 };

/* As cmocka's setup. */
static inline int
states_setup(void **state)
{
	const char *texts[] = { MAKE_CALL_APP, MAKE_OTHER_APP };
	struct run *run;

	run_setup(state);
	run = *state;
	signatures_free(run->signatures);
	run->signatures = make_signatures(texts, COUNT_OF(texts));
	return 0;
}

/* One packet of so many bytes. */
static inline void
tape_send(struct tape *t, int64_t at_ms, struct make_end from, struct make_end to,
    uint32_t bytes)
{
	uint8_t payload[1200];

	memset(payload, 0x5a, sizeof(payload));
	tape_udp(t, at_ms, from, to, payload, bytes);
}

/* The same again and again, `every_ms`, from a time up to another. */
static inline void
tape_stream(struct tape *t, int64_t from_ms, int64_t to_ms, int64_t every_ms,
    struct make_end from, struct make_end to, uint32_t bytes)
{
	for (; from_ms < to_ms; from_ms += every_ms)
		tape_send(t, from_ms, from, to, bytes);
}

#define LEVEL_UNTOLD 255

/* Opus at 20 ms from a time up to another, with that audio level (RFC 6464). */
static inline void
tape_voice(struct tape *t, int64_t from_ms, int64_t to_ms, struct make_end from,
    struct make_end to, uint32_t ssrc, uint8_t level)
{
	for (int64_t at = from_ms; at < to_ms; at += 20) {
		uint8_t p[128], plain[128];
		uint32_t n = (uint32_t)(at / 20),
			 length = make_rtp(plain, 111, (uint16_t)n, n * 960, ssrc, 80);

		memcpy(p, plain, 12);
		if (level == LEVEL_UNTOLD) {
			tape_udp(t, at, from, to, plain, length);
			continue;
		}
		p[0] |= 0x10; /* RFC 8285: one word of extension, id 1 */
		make_u32(p + 12, 0xbede0001);
		make_u32(p + 16, 0x10000000 | (uint32_t)level << 16);
		memcpy(p + 20, plain + 12, length - 12);
		tape_udp(t, at, from, to, p, length + 8);
	}
}

static inline void
run_mark(struct run *run, int64_t at_ms, enum state s, bool on, const char *note)
{
	struct mark m = { .time_ns = MAKE_BEGIN + at_ms * MAKE_MS,
		.state = s,
		.on = on,
		.note = note };

	if (run->marks == NULL)
		run->marks = marks_new();
	assert_non_null(run->marks);
	assert_int_equal(marks_add(run->marks, &m), 0);
}

/* The nth span of a state, declared or inferred; NULL if there are fewer. */
static inline const struct state_span *
run_span(const struct session *s, enum state state, bool inferred, size_t n)
{
	for (size_t i = 0; i < s->span_count; i++)
		if (s->spans[i].state == state && s->spans[i].inferred == inferred &&
		    n-- == 0)
			return &s->spans[i];
	return NULL;
}

/* Milliseconds since the tape began, rounded down. */
static inline int64_t
run_ms(int64_t time_ns)
{
	return (time_ns - MAKE_BEGIN) / MAKE_MS;
}

#endif
