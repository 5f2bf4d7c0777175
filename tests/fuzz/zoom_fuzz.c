/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include <callwitness/dissect.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* First byte: whether at Zoom's port, what the flow knows; second: bytes cut off. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dissect_context context = { 0 };
	struct zoom out;
	enum dissect_result result;

	if (size < 2)
		return 0;
	context.dport = data[0] & 1 ? 8801 : 50000;
	context.settled = data[0] & 2 ? DISSECTOR_ZOOM : DISSECTOR_NONE;
	context.variant = data[0] >> 2 & 3;
	result = zoom_parse(data + 2, size - 2, size - 2 + data[1], &context, &out);
	if (memchr(out.meeting, 0, sizeof(out.meeting)) == NULL)
		abort();
	if (result >= DISSECT_MAYBE && !dissector_tells(DISSECTOR_ZOOM, out.message))
		abort();
	return 0;
}
