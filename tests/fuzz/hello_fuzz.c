/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes: whether there is a cookie (bit 7) and what was cut off (the rest), then the
 * body. */
#include <callwitness/dissect.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const char *name, size_t room)
{
	const char *end = memchr(name, '\0', room);

	if (end == NULL)
		abort();
	for (; name < end; name++)
		if (*name <= ' ' || *name >= 0x7f)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct client_hello out;
	uint8_t *copy;

	if (size == 0)
		return 0;
	copy = malloc(size > 1 ? size - 1 : 1); /* exact */
	if (copy == NULL)
		abort();
	memcpy(copy, data + 1, size - 1);
	client_hello_parse(
	    copy, size - 1, size - 1 + (data[0] & 0x7f), data[0] >> 7, &out);
	check(out.sni, sizeof(out.sni));
	check(out.alpn, sizeof(out.alpn));
	free(copy);
	return 0;
}
