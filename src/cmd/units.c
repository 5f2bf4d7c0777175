/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers with units, as options have them. */
#include <errno.h>
#include <stdlib.h>
#include "tapping.h"

struct unit {
	char letter; /* 0: none given */
	uint64_t factor;
};

/* A whole number above 0 and at most one letter behind it. */
static int
unit_parse(const char *text, const struct unit *units, size_t count, uint64_t most,
    uint64_t *out)
{
	char *end = NULL;
	unsigned long long number = 0;

	errno = 0;
	if (text[0] < '0' || text[0] > '9')
		return -1;
	number = strtoull(text, &end, 10);
	if (errno != 0 || number == 0 || (end[0] != '\0' && end[1] != '\0'))
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (units[i].letter != end[0])
			continue;
		if (number > most / units[i].factor)
			return -1;
		*out = number * units[i].factor;
		return 0;
	}
	return -1;
}

int
duration_parse(const char *option, const char *text, int64_t *ns, struct error *e)
{
	static const uint64_t second = UINT64_C(1000000000);
	const struct unit units[] = { { '\0', second }, { 's', second },
		{ 'm', 60 * second }, { 'h', 3600 * second } };
	uint64_t value = 0;

	if (text == NULL)
		return 0;
	if (unit_parse(text, units, COUNT_OF(units), 10000 * 3600 * second, &value) !=
	    0) {
		error_add(e, option, 0, 0,
		    "is \"%s\": expected a time such as 90s, 15m or 2h", text);
		return -1;
	}
	*ns = (int64_t)value;
	return 0;
}

int
size_parse(const char *option, const char *text, uint64_t *bytes, struct error *e)
{
	static const struct unit units[] = { { '\0', 1 << 20 }, { 'k', 1 << 10 },
		{ 'K', 1 << 10 }, { 'M', 1 << 20 }, { 'G', 1 << 30 } };

	if (text == NULL)
		return 0;
	if (unit_parse(text, units, COUNT_OF(units), UINT64_C(1) << 50, bytes) != 0) {
		error_add(e, option, 0, 0,
		    "is \"%s\": expected a size such as 500M or 4G", text);
		return -1;
	}
	return 0;
}

int
number_parse(const char *option, const char *text, unsigned least, unsigned most,
    unsigned *number, struct error *e)
{
	static const struct unit units[] = { { '\0', 1 } };
	uint64_t value = 0;

	if (text == NULL)
		return 0;
	if (unit_parse(text, units, COUNT_OF(units), most, &value) != 0 ||
	    value < least) {
		error_add(e, option, 0, 0, "is \"%s\": expected a number from %u to %u",
		    text, least, most);
		return -1;
	}
	*number = (unsigned)value;
	return 0;
}
