/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include <callwitness/dissect.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* First byte: how much more was sent than captured. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rtcp out;

	if (size == 0 ||
	    rtcp_parse(data + 1, size - 1, size - 1 + data[0], &out) < DISSECT_MAYBE)
		return 0;
	if (out.packets == 0 || out.type < 192 || out.type > 223)
		abort();
	return 0;
}
