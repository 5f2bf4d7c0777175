/* SPDX-License-Identifier: Apache-2.0 */
/* Audio or video? An RTP stream tells by its clock, its cadence and its sizes. */
#include "private.h"

#define NS_PER_S 1e9

bool
rtp_stats_add(struct rtp_stats *r, const struct rtp *rtp, int64_t time_ns)
{
	uint32_t forward = rtp->timestamp - r->last_timestamp;
	uint16_t ahead = (uint16_t)(rtp->sequence - r->sequence);

	if (r->packets == 0) {
		r->first_timestamp = r->last_timestamp = rtp->timestamp;
		r->first_ns = time_ns;
	} else if (ahead == 0) {
		r->last_ns = time_ns; /* recorded or sent twice: tells nothing new */
		return true;
	} else {
		if (ahead > 1 && ahead < 0x8000)
			r->lost += ahead - 1u;
		if (forward == 0) {
			r->repeats++;
		} else if (forward < 0x80000000u) {
			r->timestamp_span += forward;
			r->steps++;
			/* Boyer and Moore's majority vote: the commonest step in two
			 * words */
			if (r->step_count == 0)
				r->step = forward;
			r->step_count += r->step == forward ? 1 : (uint32_t)-1;
			r->last_timestamp = rtp->timestamp;
		}
	}
	if (r->packets == 0 || ahead < 0x8000)
		r->sequence = rtp->sequence;
	r->last_ns = time_ns;
	r->packets++;
	r->markers += rtp->marker;
	r->padding += rtp->padding_only;
	r->screens += rtp->screen;
	if (rtp->level != LEVEL_NONE) {
		r->levelled++;
		r->voiced += rtp->voice;
		r->silent += rtp->level == 127;
	}
	if (rtp->has_lead) {
		r->leads++;
		for (unsigned i = 0; i < 8; i++)
			r->lead_bits[i] += rtp->lead >> i & 1;
	}
	r->size_sum += rtp->media_bytes;
	if (rtp->media_bytes > r->size_max)
		r->size_max = rtp->media_bytes;
	return ahead < 0x8000;
}

/* Ciphertext has each bit set in half of the bytes: of 200, 30 to 70 % all but surely. */
#define LEADS_FEWEST 200

bool
rtp_stats_scrambled(const struct rtp_stats *r, bool *told)
{
	bool even = true, constant = false;

	for (unsigned i = 0; i < 8; i++) {
		double share = r->leads ? (double)r->lead_bits[i] / r->leads : 0;

		even = even && share > 0.3 && share < 0.7;
		constant = constant || share < 0.05 || share > 0.95;
	}
	*told = r->leads >= LEADS_FEWEST && (even || constant);
	return *told && even;
}

/* Timestamp units a second, measured against packet time; 0 if too short to say. */
static double
clock_rate(const struct rtp_stats *r)
{
	double seconds = (double)(r->last_ns - r->first_ns) / NS_PER_S;

	return seconds >= 0.2 && r->steps >= 2 ? (double)r->timestamp_span / seconds : 0;
}

static bool
near_rate(double rate, double of)
{
	return rate > of * 0.85 && rate < of * 1.15;
}

/* Frame lengths in timestamp units that audio codecs use: 10 to 160 ms at 8 to 48 kHz. */
static bool
is_audio_step(uint32_t step)
{
	static const uint32_t steps[] = { 80, 160, 240, 320, 480, 640, 720, 800, 960,
		1280, 1440, 1600, 1920, 2560, 2880, 3200, 3840, 4800, 5760 };

	for (size_t i = 0; i < COUNT_OF(steps); i++)
		if (steps[i] == step)
			return true;
	return false;
}

enum message
rtp_stats_medium(const struct rtp_stats *r, char *why, size_t why_size)
{
	double rate = clock_rate(r);
	uint32_t mean = r->packets ? (uint32_t)(r->size_sum / r->packets) : 0;
	double repeated = r->packets ? (double)r->repeats / r->packets : 0;
	bool steady = r->step_count * 4 > r->steps && is_audio_step(r->step);
	enum message medium = MESSAGE_MEDIA;

	if (r->padding == r->packets)
		medium = MESSAGE_PADDING;
	else if (r->screens > 0 && r->levelled == 0)
		medium = MESSAGE_SCREEN;
	else if (r->size_max > 700 || (repeated > 0.25 && mean > 250))
		medium =
		    MESSAGE_VIDEO; /* frames that span packets, or none that audio has */
	else if (near_rate(rate, 90000) && !(steady && mean < 250))
		medium = MESSAGE_VIDEO;
	else if (r->levelled * 2 > r->packets && repeated < 0.1)
		medium = MESSAGE_AUDIO; /* audio level extension, RFC 6464 */
	else if (steady && repeated < 0.1)
		medium = MESSAGE_AUDIO;
	else if (repeated < 0.1 && mean < 400 &&
		 (near_rate(rate, 48000) || near_rate(rate, 16000) ||
		     near_rate(rate, 8000) || near_rate(rate, 32000)))
		medium = MESSAGE_AUDIO;
	if (why != NULL)
		snprintf(why, why_size,
		    "%u packets, clock about %.0f Hz, commonest step %u, %.0f %% share a "
		    "timestamp, "
		    "mean %u and largest %u bytes",
		    r->packets, rate, r->step, repeated * 100, mean, r->size_max);
	return medium;
}
