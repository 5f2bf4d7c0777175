/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include <callwitness/dissect.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint16_t ports[] = { 50000, 53, 3478, 3480, 8801, 9000, 443, 5353 };

static void
check(enum dissect_result result, const struct datagram *d)
{
	if (result != d->result)
		abort();
	if (result < DISSECT_MAYBE && (d->dissector != DISSECTOR_NONE || d->has_rtp))
		abort();
	if (result >= DISSECT_MAYBE && !dissector_tells(d->dissector, d->message))
		abort();
}

/*
 * First byte: port and transport; second: what the flow knows; third: bytes cut off. The
 * same bytes must give the same twice.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dissect_context context = { .sport = 40000 };
	struct datagram d, again;
	const uint8_t *p;

	if (size < 3)
		return 0;
	context.dport = ports[data[0] & 7];
	context.settled = data[1] % DISSECTORS;
	context.variant = data[1] >> 6;
	p = data + 3;
	size -= 3;
	memset(&again, 0xa5, sizeof(again));
	if (data[0] & 8) {
		check(segment_dissect(p, size, size + data[2], &context, &d), &d);
		return 0;
	}
	check(datagram_dissect(p, size, size + data[2], &context, &d), &d);
	check(datagram_dissect(p, size, size + data[2], &context, &again), &again);
	if (d.message != again.message || d.rtp.ssrc != again.rtp.ssrc)
		abort();
	return 0;
}
