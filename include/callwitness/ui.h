/* SPDX-License-Identifier: Apache-2.0 */
/* What a person sees while a capture runs: a screen, or plain lines. */
#ifndef CALLWITNESS_UI_H
#define CALLWITNESS_UI_H

#include <callwitness/policy.h>
#include <callwitness/tap.h>

#define VIEW_RECIPIENTS 16
#define VIEW_CLAIMS 64
#define VIEW_NEWS 16
#define VIEW_TEXT 64

/*
 * One moment of a capture, as it would be judged if it ended now. Fixed size and without
 * pointers, so that it goes through a socket between two processes of one program. Texts end
 * with NUL and may be cut; they are of packets: draw only what text_next() lets through.
 */
struct view_recipient {
	char entity[VIEW_TEXT], host[VIEW_TEXT], country[4];
	uint8_t party; /* enum party */
	uint32_t host_count;
	uint64_t up[CATEGORIES];
};

struct view_claim {
	char policy[VIEW_TEXT], claim[VIEW_TEXT];
	uint8_t outcome, says; /* enums of those names */
};

/* A stream that is accused: not disclosed, or a claim contradicted by it. */
struct view_news {
	/* "1.8 kB telemetry to AdTrack Example Ltd: no claim covers it" */
	char what[2 * VIEW_TEXT];
};

struct view {
	int64_t time_ns, started_ns; /* wall clock; of packets the last, see last_ns */
	int64_t last_ns;
	char interface[VIEW_TEXT], app[VIEW_TEXT];
	uint64_t frames, frame_bytes, kernel_drops, interface_drops, kept_bytes;
	uint64_t flows, unknown_up_bytes, unowned_up_bytes, owned_up_bytes, up_total;
	bool owners_known, keeping, gates_open;
	char gate[2 * VIEW_TEXT]; /* the first closed gate's reason */
	uint64_t up[CATEGORIES];
	uint64_t kinds[KINDS];     /* payload bytes up by kind */
	bool on[STATES], set[STATES]; /* by marks: on now; spoken of at all */
	bool inferred[STATES];        /* on now by media */
	uint32_t marks;
	uint32_t recipient_count, recipients; /* those below; all */
	struct view_recipient recipient[VIEW_RECIPIENTS];
	uint32_t claim_count, claims;
	struct view_claim claim[VIEW_CLAIMS]; /* contradicted first, then in order */
	uint32_t outcomes[OUTCOMES];
	uint32_t omitted; /* streams that are accused */
	uint32_t news_count;
	struct view_news news[VIEW_NEWS];
};

/* The judgement of a session as a view; time, interface, drops and the rest of what the
 * capture knows are left to the caller. */
void view_fill(struct view *v, const struct session *s,
    const struct judgement *const *judgements, size_t count);

/*
 * Draw what comes through `views` (one struct view a message of a SOCK_SEQPACKET socket)
 * until it hangs up; marks and the wish to stop go as lines to `control` (see
 * control_adopt()). For a process of their own: they may block on the terminal as long as
 * it pleases. 0, or -1 when the terminal cannot be used.
 */
int screen_run(int views, int control);
/* The same as lines of what is new, to `out`; reads no keys. */
int plain_run(int views, FILE *out);

#endif
