/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes: an index of a link type, a snap cut, then frames of one length byte pair each.
 * One decoder sees all frames of an input, so that fragments meet.
 */
#include <callwitness/packet.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int linktypes[] = { 1, 113, 276, 0, 108, 12, 14, 101, 228, 229, 9, 50, 51,
	104, 166, 204, 105, 127, 119, 163, 192, 258, 149, 147 };

static uint8_t
touch(const uint8_t *data, size_t length)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum ^= data[i];
	return sum;
}

static void
check(const struct packet *p)
{
	volatile uint8_t sink = touch(p->ip, p->ip_captured);

	sink = touch(p->payload, p->payload_captured);
	(void)sink;
	if (p->payload_captured > p->payload_length || p->vlan_count > 2 ||
	    (p->payload_captured < p->payload_length && !p->snapped))
		abort();
}

/* A copy of exact size, so that the first byte too many is seen. */
static void
decode(struct decoder *d, struct frame *f, const uint8_t *data, uint32_t cut)
{
	struct packet p;
	uint8_t *copy;

	f->captured = f->length > cut ? f->length - cut : 0;
	copy = malloc(f->captured ? f->captured : 1);
	if (copy == NULL)
		abort();
	memcpy(copy, data, f->captured);
	f->data = copy;
	f->number++;
	f->time_ns += 1000000;
	if (packet_decode(d, f, &p) == PACKET_OK)
		check(&p);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = bytes_over(data, size);
	struct frame f = { .linktype = linktypes[bytes_u8(&b) % COUNT_OF(linktypes)] };
	uint8_t cut = bytes_u8(&b);
	struct decoder *d = decoder_new();

	while (d != NULL && b.left > 2) {
		size_t length = bytes_u16(&b);

		if (length > b.left)
			length = b.left;
		f.length = (uint32_t)length;
		decode(d, &f, bytes_take(&b, length), cut);
	}
	decoder_free(d);
	return 0;
}
