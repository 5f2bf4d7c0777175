/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include <callwitness/dissect.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* First byte: how much more was sent than captured. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rtp out;

	if (size == 0 ||
	    rtp_parse(data + 1, size - 1, size - 1 + data[0], &out) < DISSECT_MAYBE)
		return 0;
	if (out.media_bytes + 12 > size - 1 + data[0] || out.payload_type > 127)
		abort();
	if (out.level > 127 && out.level != LEVEL_NONE)
		abort();
	return 0;
}
