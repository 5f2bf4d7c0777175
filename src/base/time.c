/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include <callwitness/base.h>

#define NS_PER_SECOND INT64_C(1000000000)

const char *
time_text(int64_t time_ns, char *text)
{
	int64_t ns = time_ns % NS_PER_SECOND;
	time_t seconds = (time_t)(time_ns / NS_PER_SECOND);
	struct tm tm;
	size_t length;

	if (ns < 0) { /* before 1970: the second below */
		ns += NS_PER_SECOND;
		seconds--;
	}
	gmtime_r(&seconds, &tm);
	length = strftime(text, TIME_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + length, TIME_TEXT_SIZE - length, ".%06uZ", (unsigned)(ns / 1000));
	return text;
}
