/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include <callwitness/dissect.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* First byte: how much more was sent than captured. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dtls out;

	if (size == 0 ||
	    dtls_parse(data + 1, size - 1, size - 1 + data[0], &out) < DISSECT_MAYBE)
		return 0;
	if (memchr(out.sni, 0, sizeof(out.sni)) == NULL ||
	    memchr(out.alpn, 0, sizeof(out.alpn)) == NULL)
		abort();
	return 0;
}
