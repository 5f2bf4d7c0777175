/* SPDX-License-Identifier: Apache-2.0 */
/* Views in, lines out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include "../ui/made_view.h"

/* The lines that so many messages make; to be freed. */
static char *
plain_of(const void *messages, size_t size, size_t count)
{
	const unsigned char *at = messages;
	int fds[2], room = 8 << 20;
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	pid_t sender = 0;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	(void)setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	sender = fork();
	if (sender == 0) {
		close(fds[1]);
		for (size_t i = 0; i < count; i++)
			if (send(fds[0], at + i * size, size, MSG_NOSIGNAL) < 0)
				break;
		_exit(0);
	}
	close(fds[0]);
	assert_int_equal(plain_run(fds[1], out), 0);
	assert_int_equal(fclose(out), 0);
	close(fds[1]);
	return text;
}

static void
assert_lines(const struct view *views, size_t count, const char *wanted)
{
	char *text = plain_of(views, sizeof(*views), count);

	assert_string_equal(text, wanted);
	free(text);
}

static void
what_is_new_is_told_once(void **state)
{
	static const int64_t seconds[] = { 1, 2, 3, 20, 21, 31, 32 };
	struct view views[COUNT_OF(seconds)];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(seconds); i++)
		made_view(&views[i], seconds[i]);
	assert_lines(views, COUNT_OF(seconds),
	    "00:01 in call: on, by a mark\n"
	    "00:01 first to 203.0.113.20 (unknown party): 17.9 kB of content, 880 B of "
	    "signalling\n"
	    "00:01 supported: usage-events (lab-meet-2026-11-21)\n"
	    "00:01 supported: crash-reports-and-logs (lab-meet-2026-11-21)\n"
	    "00:01 supported: call-content (lab-meet-2026-11-21)\n"
	    "00:01 absence does not count: media went on when the capture ended\n"
	    "00:20 first to Lab Meet, Inc. (first party, US): 8.4 kB of content, 26.0 kB "
	    "of telemetry\n"
	    "00:20 new third party: AdTrack Example Ltd, GB: 2.1 kB of telemetry\n"
	    "00:20 up: content 353.8 kB, telemetry 28.1 kB, diagnostics 0 B, signalling "
	    "17.6 kB, other 2.6 kB, unknown 64 B; 3,000 packets, 0 lost; claims "
	    "contradicted 0, supported 3\n"
	    "00:31 first to Lab Meet, Inc. (first party, US): 17.3 kB of diagnostics\n"
	    "00:31 contradicted: no-sound-while-muted (lab-meet-2026-11-21)\n"
	    "00:31 accused: 31.0 kB audio to 203.0.113.20: contradicts "
	    "no-sound-while-muted\n"
	    "00:31 accused: 3.1 kB telemetry to AdTrack Example Ltd: no claim covers it\n"
	    "00:31 up: content 542.3 kB, telemetry 39.6 kB, diagnostics 17.3 kB, "
	    "signalling 27.3 kB, other 2.6 kB, unknown 64 B; 4,650 packets, 0 lost; "
	    "claims contradicted 1, supported 3\n");
}

static void
states_drops_and_gates_are_told(void **state)
{
	struct view views[6];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(views); i++) {
		memset(&views[i], 0, sizeof(views[i]));
		views[i].time_ns = (int64_t)i * 6 * MADE_SECOND + 3600 * MADE_SECOND;
		made_claim(&views[i], "one", OUTCOME_NOT_OBSERVED);
		views[i].gates_open = i < 2;
		views[i].kernel_drops = i == 0 ? 0 : 1000 * i;
		views[i].interface_drops = i == 0 ? 0 : 1;
		snprintf(views[i].gate, sizeof(views[i].gate),
		    i >= 2 ? "%zu.5 %% lost" : "", i);
	}
	views[1].on[STATE_MUTED] = views[1].set[STATE_MUTED] = true;
	views[2].set[STATE_MUTED] = true;
	views[4].inferred[STATE_SHARING] = true;
	views[4].claim[0].outcome = views[5].claim[0].outcome = OUTCOME_CONTRADICTED;
	views[5].inferred[STATE_SHARING] = true;
	assert_lines(views, COUNT_OF(views),
	    "60:06 muted: on, by a mark\n"
	    "60:06 drops: 1,001 packets were lost so far\n"
	    "60:12 muted: off, by a mark\n"
	    "60:12 absence does not count: 2.5 % lost\n"
	    "60:12 up: content 0 B, telemetry 0 B, diagnostics 0 B, signalling 0 B, "
	    "other "
	    "0 B, unknown 0 B; 0 packets, 2,001 lost; claims contradicted 0, supported "
	    "0\n"
	    "60:18 drops: 3,001 packets were lost so far\n"
	    "60:24 sharing: on, as the media show\n"
	    "60:24 contradicted: one (lab-meet-2026-11-21)\n"
	    "60:24 up: content 0 B, telemetry 0 B, diagnostics 0 B, signalling 0 B, "
	    "other "
	    "0 B, unknown 0 B; 0 packets, 4,001 lost; claims contradicted 0, supported "
	    "0\n"
	    "60:30 drops: 5,001 packets were lost so far\n");
}

/* An accusation that falls is told, too. */
static void
what_is_contradicted_no_more_is_told(void **state)
{
	static const enum outcome outcomes[] = { OUTCOME_SUPPORTED, OUTCOME_INCONCLUSIVE,
		OUTCOME_SUPPORTED, OUTCOME_CONTRADICTED, OUTCOME_INCONCLUSIVE,
		OUTCOME_CONTRADICTED };
	struct view views[COUNT_OF(outcomes)];

	(void)state;
	memset(views, 0, sizeof(views));
	for (size_t i = 0; i < COUNT_OF(views); i++) {
		made_claim(&views[i], "one", outcomes[i]);
		views[i].gates_open = true;
	}
	assert_lines(views, COUNT_OF(views),
	    "00:00 supported: one (lab-meet-2026-11-21)\n"
	    "00:00 contradicted: one (lab-meet-2026-11-21)\n"
	    "00:00 no longer contradicted, now inconclusive: one (lab-meet-2026-11-21)\n"
	    "00:00 contradicted: one (lab-meet-2026-11-21)\n");
}

/* Nothing but characters with a shape, and ends of lines. */
static void
assert_harmless(const char *text)
{
	while (*text != '\0') {
		uint32_t code = text_next(&text);

		assert_true(code == '\n' || text_is_visible(code));
		assert_true(code != 0xfffd);
	}
}

static void
any_bytes_are_survived(void **state)
{
	struct view *views = calloc(200, sizeof(*views));
	unsigned seed = 7;
	char *text = NULL;

	(void)state;
	assert_non_null(views);
	for (size_t i = 0; i < 200; i++) {
		unsigned char *bytes = (unsigned char *)&views[i];

		if (i % 4 == 0)
			made_view(&views[i], (int64_t)i);
		for (size_t k = i % 4; k < sizeof(*views); k += i % 4 == 0 ? 31 : 1)
			bytes[k] = (unsigned char)(i % 3 == 0 ? 0xff : rand_r(&seed));
	}
	text = plain_of(views, sizeof(*views), 200);
	assert_harmless(text);
	free(text);
	/* Of another size. */
	text = plain_of(views, sizeof(*views) - 1, 20);
	assert_string_equal(text, "");
	free(text);
	text = plain_of(views, 0, 20);
	assert_string_equal(text, "");
	free(text);
	free(views);
}

static void
names_cannot_break_a_line(void **state)
{
	struct view v = { .gates_open = true };

	(void)state;
	made_recipient(&v, "A\033[2J\nB\xff\xe2\x80\xae", "h", "\x1b]0", PARTY_THIRD);
	memset(v.recipient[0].country, 'Z', sizeof(v.recipient[0].country));
	v.recipient[0].up[CATEGORY_TELEMETRY] = 5;
	assert_lines(&v, 1, "00:00 new third party: A?[2J?B??, ZZZ: 5 B of telemetry\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_new_is_told_once),
		cmocka_unit_test(states_drops_and_gates_are_told),
		cmocka_unit_test(what_is_contradicted_no_more_is_told),
		cmocka_unit_test(any_bytes_are_survived),
		cmocka_unit_test(names_cannot_break_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
