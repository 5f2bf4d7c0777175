/* SPDX-License-Identifier: Apache-2.0 */
/* Which medium an RTP stream carries, without any signalling. */
#include "make_packet.h"

#include "../../src/flow/private.h"

/* One sender: what it counts up from packet to packet. */
struct sender {
	struct rtp_stats stats;
	struct rtp rtp;
	int64_t now;
};

static struct sender
sender_at(uint16_t sequence, uint32_t timestamp)
{
	return (struct sender){ .rtp = { .sequence = sequence,
				    .timestamp = timestamp,
				    .level = LEVEL_NONE },
		.now = MAKE_BEGIN };
}

/* A packet of that many media bytes now; the next is one number on. */
static void
send(struct sender *s, uint32_t bytes)
{
	s->rtp.media_bytes = bytes;
	(void)rtp_stats_add(&s->stats, &s->rtp, s->now);
	s->rtp.sequence++;
}

static void
pass(struct sender *s, int64_t ms, uint32_t units)
{
	s->now += ms * MAKE_MS;
	s->rtp.timestamp += units;
}

/* `packets` of one frame each, every `ms`. */
static void
send_steadily(
    struct sender *s, unsigned packets, int64_t ms, uint32_t units, uint32_t bytes)
{
	for (unsigned i = 0; i < packets; i++) {
		send(s, bytes + i % 3);
		pass(s, ms, units);
	}
}

static void
send_video(struct sender *s, unsigned frames, unsigned packets_each, uint32_t bytes)
{
	for (unsigned i = 0; i < frames; i++) {
		for (unsigned k = 0; k < packets_each; k++) {
			s->rtp.marker = k + 1 == packets_each;
			send(s, bytes - 40 * k);
		}
		pass(s, 33 + i % 2, 3000);
	}
}

static const char *
medium_of(const struct sender *s)
{
	return message_name(rtp_stats_medium(&s->stats, NULL, 0));
}

static void
opus_is_audio(void **state)
{
	struct sender s = sender_at(65500, 0xffffff00);

	(void)state;
	send_steadily(&s, 500, 20, 960, 90);
	assert_string_equal(medium_of(&s), "audio");
	assert_int_equal(s.stats.packets, 500);
	assert_int_equal(s.stats.lost, 0);
	assert_int_equal(s.stats.step, 960);
	assert_int_equal(s.stats.timestamp_span, 499 * 960);
}

/* Silence is one packet in 400 ms; speech comes and goes. */
static void
opus_with_pauses_is_audio(void **state)
{
	struct sender s = sender_at(1, 5000);

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		send_steadily(&s, 60, 20, 960, 80);
		send_steadily(&s, 10, 400, 19200, 3);
	}
	assert_string_equal(medium_of(&s), "audio");
}

static void
g711_is_audio(void **state)
{
	struct sender s = sender_at(1, 5000);

	(void)state;
	send_steadily(&s, 250, 20, 160, 158);
	assert_string_equal(medium_of(&s), "audio");
}

/* 16 kHz SILK, three frames a packet. */
static void
silk_is_audio(void **state)
{
	struct sender s = sender_at(1, 5000);

	(void)state;
	send_steadily(&s, 100, 60, 960, 150);
	assert_string_equal(medium_of(&s), "audio");
	s = sender_at(1, 5000);
	send_steadily(&s, 200, 20, 320, 50);
	assert_string_equal(medium_of(&s), "audio");
}

/* A cadence nobody lists, yet every packet tells its loudness. */
static void
what_tells_its_level_is_audio(void **state)
{
	struct sender s = sender_at(1, 5000);

	(void)state;
	s.rtp.level = 127;
	send_steadily(&s, 50, 20, 961, 40);
	s.rtp.level = 30;
	s.rtp.voice = true;
	send_steadily(&s, 50, 20, 963, 90);
	assert_string_equal(medium_of(&s), "audio");
	assert_int_equal(s.stats.levelled, 100);
	assert_int_equal(s.stats.silent, 50);
	assert_int_equal(s.stats.voiced, 50);
}

static void
frames_of_many_packets_are_video(void **state)
{
	struct sender s = sender_at(1, 5000);

	(void)state;
	send_video(&s, 90, 4, 1100);
	assert_string_equal(medium_of(&s), "video");
	assert_int_equal(s.stats.markers, 90);
	assert_int_equal(s.stats.repeats, 90 * 3);
}

/* One small packet a frame: only the clock tells. */
static void
a_small_picture_is_video_by_its_clock(void **state)
{
	struct sender s = sender_at(1, 5000);

	(void)state;
	send_video(&s, 100, 1, 300);
	assert_string_equal(medium_of(&s), "video");
}

static void
nothing_but_padding_is_padding(void **state)
{
	struct sender s = sender_at(1, 5000);

	(void)state;
	s.rtp.padding_only = true;
	send_steadily(&s, 20, 10, 0, 0);
	assert_string_equal(medium_of(&s), "padding");
	s.rtp.padding_only = false;
	send(&s, 1000);
	assert_string_equal(medium_of(&s), "video");
}

/* Recorded on two interfaces: each packet twice, at once or one behind. */
static void
packets_recorded_twice_change_nothing(void **state)
{
	struct sender once = sender_at(1, 5000), twice = once, behind = once;

	(void)state;
	send_steadily(&once, 200, 20, 960, 90);
	for (unsigned i = 0; i < 200; i++) {
		send(&twice, 90 + i % 3);
		twice.rtp.sequence--;
		send(&twice, 90 + i % 3);
		pass(&twice, 20, 960);
	}
	send(&behind, 90);
	for (unsigned i = 1; i < 200; i++) {
		pass(&behind, 20, 960);
		send(&behind, 90 + i % 3);
		pass(&behind, 0, (uint32_t)-960);
		behind.rtp.sequence = (uint16_t)(behind.rtp.sequence - 2);
		send(&behind, 90);
		pass(&behind, 0, 960);
		behind.rtp.sequence++;
	}
	assert_int_equal(twice.stats.packets, once.stats.packets);
	assert_int_equal(twice.stats.repeats, 0);
	assert_int_equal(twice.stats.size_sum, once.stats.size_sum);
	assert_string_equal(medium_of(&twice), "audio");
	assert_int_equal(behind.stats.lost, 0);
	assert_int_equal(behind.stats.timestamp_span, once.stats.timestamp_span);
	assert_string_equal(medium_of(&behind), "audio");
}

static void
one_packet_does_not_tell(void **state)
{
	struct sender s = sender_at(1, 5000);

	(void)state;
	send(&s, 100);
	assert_string_equal(medium_of(&s), "media");
}

/* Odd steps, medium sizes, a clock like no codec's: no guess. */
static void
what_fits_nothing_is_media(void **state)
{
	struct sender s = sender_at(1, 5000);

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		send(&s, 420);
		pass(&s, 20, 471 + 13 * i);
	}
	assert_string_equal(medium_of(&s), "media");
}

static void
losses_are_gaps_in_the_numbers(void **state)
{
	struct sender s = sender_at(65534, 5000);

	(void)state;
	send_steadily(&s, 10, 20, 960, 90);
	s.rtp.sequence = (uint16_t)(s.rtp.sequence + 3);
	send_steadily(&s, 10, 20, 960, 90);
	assert_int_equal(s.stats.lost, 3);
}

/* `packets` whose first media bytes come from `lead`. */
static struct sender
send_leads(unsigned packets, uint8_t (*lead)(uint64_t *random))
{
	struct sender s = sender_at(1, 5000);
	uint64_t random = 42;

	for (unsigned i = 0; i < packets; i++) {
		s.rtp.has_lead = true;
		s.rtp.lead = lead(&random);
		send(&s, 90);
		pass(&s, 20, 960);
	}
	return s;
}

static uint8_t
lead_any(uint64_t *random)
{
	return (uint8_t)make_random(random);
}

/* As a codec's header: a bit that is always clear. */
static uint8_t
lead_of_clear_bit(uint64_t *random)
{
	return (uint8_t)(make_random(random) & 0xef);
}

/* Nearly always set: once in 32. */
static uint8_t
lead_of_set_bit(uint64_t *random)
{
	uint8_t any = (uint8_t)make_random(random);

	return make_random(random) % 32 == 0 ? any & 0x7f : any | 0x80;
}

/* Neither even nor constant: set in an eighth, as samples of speech may be. */
static uint8_t
lead_uneven(uint64_t *random)
{
	uint8_t any = (uint8_t)make_random(random);

	return make_random(random) % 8 == 0 ? any | 1 : any & 0xfe;
}

static void
ciphertext_has_even_bits(void **state)
{
	struct sender s = send_leads(200, lead_any);
	bool told = false;

	(void)state;
	assert_int_equal(s.stats.leads, 200);
	assert_true(rtp_stats_scrambled(&s.stats, &told));
	assert_true(told);
	s = send_leads(50000, lead_any);
	assert_true(rtp_stats_scrambled(&s.stats, &told));
	assert_true(told);
}

static void
a_constant_bit_is_no_ciphertext(void **state)
{
	struct sender s = send_leads(200, lead_of_clear_bit);
	bool told = false;

	(void)state;
	assert_int_equal(s.stats.lead_bits[4], 0);
	assert_false(rtp_stats_scrambled(&s.stats, &told));
	assert_true(told);
	s = send_leads(1000, lead_of_set_bit);
	assert_in_range(s.stats.lead_bits[7], 951, 999);
	told = false;
	assert_false(rtp_stats_scrambled(&s.stats, &told));
	assert_true(told);
}

static void
few_or_uneven_bits_do_not_tell(void **state)
{
	struct rtp_stats none = { 0 };
	struct sender s = send_leads(199, lead_any);
	bool told = true;

	(void)state;
	assert_false(rtp_stats_scrambled(&s.stats, &told));
	assert_false(told);
	s = send_leads(199, lead_of_clear_bit);
	told = true;
	assert_false(rtp_stats_scrambled(&s.stats, &told));
	assert_false(told);
	s = send_leads(1000, lead_uneven);
	told = true;
	assert_false(rtp_stats_scrambled(&s.stats, &told));
	assert_false(told);
	told = true;
	assert_false(rtp_stats_scrambled(&none, &told));
	assert_false(told);
}

/* Without media, beyond the snap length, or recorded twice: not one more. */
static void
leads_count_packets_once(void **state)
{
	struct sender s = sender_at(1, 5000);

	(void)state;
	send(&s, 90);
	assert_int_equal(s.stats.leads, 0);
	s.rtp.has_lead = true;
	s.rtp.lead = 0x81;
	send(&s, 90);
	s.rtp.sequence--;
	send(&s, 90);
	assert_int_equal(s.stats.packets, 2);
	assert_int_equal(s.stats.leads, 1);
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(s.stats.lead_bits[i], i == 0 || i == 7);
}

static void
the_reason_has_the_numbers(void **state)
{
	struct sender s = sender_at(1, 5000);
	char why[256], cut[8];

	(void)state;
	send_steadily(&s, 101, 20, 960, 90);
	(void)rtp_stats_medium(&s.stats, why, sizeof(why));
	assert_non_null(strstr(why, "101 packets"));
	assert_non_null(strstr(why, "48000 Hz"));
	assert_non_null(strstr(why, "step 960"));
	(void)rtp_stats_medium(&s.stats, cut, sizeof(cut));
	assert_int_equal(strlen(cut), sizeof(cut) - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opus_is_audio),
		cmocka_unit_test(opus_with_pauses_is_audio),
		cmocka_unit_test(g711_is_audio),
		cmocka_unit_test(silk_is_audio),
		cmocka_unit_test(what_tells_its_level_is_audio),
		cmocka_unit_test(frames_of_many_packets_are_video),
		cmocka_unit_test(a_small_picture_is_video_by_its_clock),
		cmocka_unit_test(nothing_but_padding_is_padding),
		cmocka_unit_test(packets_recorded_twice_change_nothing),
		cmocka_unit_test(one_packet_does_not_tell),
		cmocka_unit_test(what_fits_nothing_is_media),
		cmocka_unit_test(losses_are_gaps_in_the_numbers),
		cmocka_unit_test(ciphertext_has_even_bits),
		cmocka_unit_test(a_constant_bit_is_no_ciphertext),
		cmocka_unit_test(few_or_uneven_bits_do_not_tell),
		cmocka_unit_test(leads_count_packets_once),
		cmocka_unit_test(the_reason_has_the_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
