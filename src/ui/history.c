/* SPDX-License-Identifier: Apache-2.0 */
/* The last minute by second. Views tell sums; what they differ in went up in between. */
#include "screen.h"

#define SECOND_NS INT64_C(1000000000)
#define RATE_NS (3 * SECOND_NS)

/* Seconds that nobody spoke of are empty. */
static void
history_advance(struct history *h, int64_t second)
{
	if (second <= h->newest)
		return;
	if (h->newest == 0 || second - h->newest >= HISTORY_ROOM)
		memset(h->up, 0, sizeof(h->up));
	else
		for (int64_t i = h->newest + 1; i <= second; i++)
			memset(h->up[i % HISTORY_ROOM], 0, sizeof(h->up[0]));
	h->newest = second;
}

/* Evenly over the seconds behind `from`, up to `to`. */
static void
history_spread(
    struct history *h, int64_t from, int64_t to, enum category c, uint64_t bytes)
{
	int64_t first = from + 1 <= to ? from + 1 : to;
	uint64_t seconds = 0;

	if (to - first >= HISTORY_SECONDS)
		first = to - HISTORY_SECONDS + 1;
	seconds = (uint64_t)(to - first + 1);
	for (int64_t i = first; i <= to; i++)
		h->up[i % HISTORY_ROOM][c] += bytes / seconds;
	h->up[to % HISTORY_ROOM][c] += bytes % seconds;
}

static void
sample_add(struct history *h, const struct view *v)
{
	struct history_sample *last = NULL;

	if (h->sample_count == HISTORY_SAMPLES) {
		memmove(h->samples, h->samples + 1,
		    (HISTORY_SAMPLES - 1) * sizeof(h->samples[0]));
		h->sample_count--;
	}
	last = &h->samples[h->sample_count++];
	last->time_ns = v->time_ns;
	memcpy(last->up, v->up, sizeof(last->up));
}

/* Bytes may be judged anew and leave a category: that is no rate below nothing. */
void
history_add(struct history *h, const struct view *v)
{
	const struct history_sample *last = NULL;

	if (h->sample_count > 0)
		last = &h->samples[h->sample_count - 1];
	if (last != NULL && v->time_ns < last->time_ns) {
		*h = (struct history){ 0 };
		last = NULL;
	}
	history_advance(h, v->time_ns / SECOND_NS);
	for (int c = 0; last != NULL && c < CATEGORIES; c++)
		if (v->up[c] > last->up[c])
			history_spread(h, last->time_ns / SECOND_NS, h->newest,
			    (enum category)c, v->up[c] - last->up[c]);
	sample_add(h, v);
}

bool
history_rate(const struct history *h, enum category c, uint64_t *rate)
{
	const struct history_sample *newest = NULL, *old = NULL;

	if (h->sample_count < 2)
		return false;
	newest = old = &h->samples[h->sample_count - 1];
	while (old > h->samples && newest->time_ns - (old - 1)->time_ns <= RATE_NS)
		old--;
	if (old == newest)
		old--;
	if (newest->time_ns == old->time_ns)
		return false;
	*rate = 0;
	if (newest->up[c] > old->up[c])
		*rate = (uint64_t)((double)(newest->up[c] - old->up[c]) * 1e9 /
				   (double)(newest->time_ns - old->time_ns));
	return true;
}

/* Cut at multiples of a value's seconds, so that a value stays what it was. */
void
history_values(const struct history *h, enum category c, uint64_t *values, int count)
{
	int64_t step = HISTORY_SECONDS / count, end = h->newest / step;

	for (int i = 0; i < count; i++) {
		int64_t first = (end - (count - 1 - i)) * step;

		values[i] = 0;
		for (int64_t k = first; k < first + step; k++)
			if (k >= 0 && k <= h->newest && k > h->newest - HISTORY_ROOM)
				values[i] += h->up[k % HISTORY_ROOM][c];
	}
}
