/* SPDX-License-Identifier: Apache-2.0 */
/* The streaming features of an opaque flow: fixed size, a few sums a packet. */
#include "private.h"

#define SECOND_NS INT64_C(1000000000)
#define FULL_SEGMENT 1200
#define BATCH_GAP_NS SECOND_NS

/* An application data unit is a run of one end's payload, up to a turn or 1 s of silence.
 */
static void
unit_close(struct shape *s)
{
	unsigned end = (unsigned)s->last_end;

	if (s->unit_open == 0)
		return;
	s->units[end]++;
	s->unit_bytes[end] += s->unit_open;
	s->unit_square_sum[end] += (double)s->unit_open * (double)s->unit_open;
	s->unit_open = 0;
}

static void
second_close(struct shape *s)
{
	for (unsigned end = 0; end < 2; end++) {
		if (s->second_bytes[end] == 0)
			continue;
		s->seconds[end]++;
		s->second_square_sum[end] +=
		    (double)s->second_bytes[end] * (double)s->second_bytes[end];
	}
	if (s->second_bytes[0] && s->second_bytes[1])
		s->both_seconds++;
	s->second_bytes[0] = s->second_bytes[1] = 0;
}

static void
batch_add(struct shape *s, unsigned end, int64_t gap_ns)
{
	double gap = (double)gap_ns / (double)SECOND_NS;

	s->batches[end]++;
	s->gap_sum += gap;
	s->gap_square_sum += gap * gap;
	s->gap_count++;
}

void
shape_add(struct shape *s, unsigned end, int64_t time_ns, uint32_t bytes)
{
	int64_t second = time_ns / SECOND_NS;
	int64_t gap_ns = s->packets[end] ? time_ns - s->last_ns[end] : 0;
	bool first = s->packets[0] + s->packets[1] == 0;

	if (second != s->second_at) {
		second_close(s);
		s->second_at = second;
	}
	if (s->packets[end] == 0)
		s->batches[end] = 1;
	else if (gap_ns >= BATCH_GAP_NS)
		batch_add(s, end, gap_ns);
	if (!first && (s->last_end != (int8_t)end || gap_ns >= BATCH_GAP_NS))
		unit_close(s);
	s->last_end = (int8_t)end;
	s->last_ns[end] = time_ns;
	s->unit_open += bytes;
	s->second_bytes[end] += bytes;
	s->packets[end]++;
	s->bytes[end] += bytes;
	s->square_sum[end] += (uint64_t)bytes * bytes;
	s->full[end] += bytes >= FULL_SEGMENT;
}

void
shape_end(struct shape *s)
{
	unit_close(s);
	second_close(s);
}
