/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes: datagrams of one flow, each with a kind and two bytes of length first. Kinds
 * below SEALERS are frames, sealed here, as the fuzzer could not; others are the datagram
 * itself, or cut by the snap length.
 */
#include <callwitness/dissect.h>

#include "../unit/quic_seal.h"

enum { KIND_CUT = 0x80 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct quic_hello *h, const struct client_hello *out)
{
	if (h->whole > QUIC_HELLO_ROOM ||
	    memchr(out->sni, '\0', sizeof(out->sni)) == NULL ||
	    memchr(out->alpn, '\0', sizeof(out->alpn)) == NULL)
		abort();
}

/* From a copy of exact size, so that the first byte too many is seen. */
static void
show(struct quic_hello *h, const uint8_t *p, size_t size, size_t sent)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct client_hello out;
	enum dissect_result result;

	if (copy == NULL)
		abort();
	memcpy(copy, p, size);
	result = quic_initial(copy, size, sent, h, &out);
	if (result == DISSECT_NO && (out.sni[0] != '\0' || out.alpn[0] != '\0'))
		abort();
	check(h, &out);
	free(copy);
}

static void
show_sealed(struct quic_hello *h, unsigned kind, const uint8_t *frames, size_t size)
{
	const struct sealer *s = &sealers[kind];
	uint8_t packet[SEAL_ROOM];
	size_t room = SEAL_ROOM - SEAL_HEADER - 16;

	if (size == 0)
		return;
	size = quic_seal(s, s->dcid, 1, frames, size < room ? size : room, packet);
	show(h, packet, size, size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = bytes_over(data, size);
	struct quic_hello *h = calloc(1, sizeof(*h));

	while (h != NULL && b.left > 3) {
		uint8_t kind = bytes_u8(&b);
		size_t length = bytes_u16(&b);
		const uint8_t *p = NULL;

		if (length > b.left)
			length = b.left;
		p = bytes_take(&b, length);
		if (kind < SEALERS)
			show_sealed(h, kind, p, length);
		else
			show(h, p, length, length + (kind & KIND_CUT ? kind & 0x7f : 0));
	}
	free(h);
	return 0;
}
