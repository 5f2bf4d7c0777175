/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include <callwitness/dissect.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Names hold no byte that could break JSON or a terminal. */
static void
check_name(const char name[DNS_NAME_SIZE])
{
	if (memchr(name, 0, DNS_NAME_SIZE) == NULL)
		abort();
	for (; *name; name++)
		if (*name <= 0x20 || *name >= 0x7f || *name == '"')
			abort();
}

/* First byte: how much more was sent than captured. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dns out;

	if (size == 0)
		return 0;
	(void)dns_parse(data + 1, size - 1, size - 1 + data[0], &out);
	check_name(out.question);
	if (out.count > DNS_ANSWERS)
		abort();
	for (unsigned i = 0; i < out.count; i++) {
		check_name(out.answers[i].owner);
		check_name(out.answers[i].target);
	}
	return 0;
}
