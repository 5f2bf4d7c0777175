/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include <callwitness/dissect.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* First byte: how much more was sent than captured. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static volatile unsigned sum;
	struct stun out;

	if (size == 0 ||
	    stun_parse(data + 1, size - 1, size - 1 + data[0], &out) < DISSECT_MAYBE)
		return 0;
	if (out.data_captured > out.data_length)
		abort();
	for (uint32_t i = 0; i < out.data_captured; i++)
		sum += out.data[i];
	sum += (unsigned)(strlen(out.realm) + strlen(out.software));
	return 0;
}
