/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the shape of an opaque flow allows to say. Thresholds come from measured captures:
 * telemetry goes up in batches that get short, equal answers; media flows both ways in
 * nearly every second of a call. In doubt nothing is said.
 */
#include <math.h>
#include <callwitness/classify.h>

#define SECOND_NS 1e9

struct view {
	double up, down, ratio;
	double lasted_s;
	double busy;     /* share of the seconds in which both ends sent */
	double rate_cov; /* of bytes per active second, up */
	double reply_mean, reply_cov;
	double mean_up; /* bytes a packet */
	double kbits_up;
	uint32_t batches; /* of the local end */
};

static double
cov(double sum, double square_sum, double n)
{
	double mean = n > 0 ? sum / n : 0;
	double variance = n > 1 ? square_sum / n - mean * mean : 0;

	return mean > 0 && variance > 0 ? sqrt(variance) / mean : 0;
}

static void
view(const struct shape *s, unsigned local, int64_t lasted_ns, struct view *v)
{
	v->up = (double)s->bytes[local];
	v->down = (double)s->bytes[!local];
	v->ratio = v->down > 0 ? v->up / v->down : v->up > 0 ? 1000 : 0;
	v->lasted_s = (double)lasted_ns / SECOND_NS;
	v->busy = v->lasted_s >= 1 ? s->both_seconds / v->lasted_s : 0;
	v->rate_cov = cov(v->up, s->second_square_sum[local], s->seconds[local]);
	v->reply_mean =
	    s->units[!local] ? (double)s->unit_bytes[!local] / s->units[!local] : 0;
	v->reply_cov = cov(
	    (double)s->unit_bytes[!local], s->unit_square_sum[!local], s->units[!local]);
	v->mean_up = s->packets[local] ? v->up / s->packets[local] : 0;
	v->kbits_up = v->lasted_s > 0 ? v->up * 8 / 1000 / v->lasted_s : 0;
	v->batches = s->batches[local];
}

/* Both ways in nearly every second, for long, at a rate that speech or more needs. */
static bool
is_media(const struct shape *s, unsigned local, const struct view *v)
{
	double packets = s->packets[local] / (v->lasted_s > 0 ? v->lasted_s : 1);

	return v->lasted_s >= 10 && v->busy >= 0.85 && packets >= 8 &&
	       v->kbits_up >= 12 && v->rate_cov < 0.8 && v->ratio > 0.02 && v->ratio < 50;
}

/* Much more goes up than the requests of a download need. */
static bool
is_upload(const struct shape *s, unsigned local, const struct view *v)
{
	return v->up >= 16384 && v->ratio >= 3 && s->full[local] >= 8;
}

/* Several uploads, each answered short and alike. */
static bool
is_batch(const struct shape *s, unsigned local, const struct view *v)
{
	return v->batches >= 4 && s->units[local] >= 4 && v->ratio >= 4 &&
	       v->up >= 8192 && v->reply_mean > 0 && v->reply_mean < 1500 &&
	       v->reply_cov < 0.15 && v->busy < 0.5;
}

bool
shape_is_periodic(const struct shape *s, unsigned local)
{
	double mean = s->gap_count ? s->gap_sum / s->gap_count : 0;

	/* Chat answers alike, too, but people do not write every minute on the second. */
	return s->batches[local] >= 5 && mean >= 5 &&
	       cov(s->gap_sum, s->gap_square_sum, s->gap_count) < 0.2 &&
	       s->bytes[local] / s->batches[local] >= 1024;
}

enum behaviour
shape_behaviour(
    const struct shape *s, unsigned local, int64_t lasted_ns, char *why, size_t why_size)
{
	static const struct {
		enum behaviour behaviour;
		bool (*holds)(const struct shape *, unsigned, const struct view *);
	} tests[] = {
		{ BEHAVIOUR_MEDIA, is_media },
		{ BEHAVIOUR_BATCH, is_batch },
		{ BEHAVIOUR_UPLOAD, is_upload },
	};
	struct view v;

	view(s, local, lasted_ns, &v);
	if (why != NULL)
		snprintf(why, why_size,
		    "up/down %.2f, %.1f s, both ways in %.0f %% of the seconds, %.1f "
		    "kbit/s up "
		    "(variation %.2f), %u batches, answers of %.0f bytes (variation "
		    "%.2f)",
		    v.ratio, v.lasted_s, v.busy * 100, v.kbits_up, v.rate_cov, v.batches,
		    v.reply_mean, v.reply_cov);
	for (size_t i = 0; i < COUNT_OF(tests); i++)
		if (tests[i].holds(s, local, &v))
			return tests[i].behaviour;
	return BEHAVIOUR_NONE;
}
