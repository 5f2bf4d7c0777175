/* SPDX-License-Identifier: Apache-2.0 */
/* What things are called while a capture runs. */
#include "private.h"

const enum category category_order[CATEGORIES] = { CATEGORY_CONTENT, CATEGORY_TELEMETRY,
	CATEGORY_DIAGNOSTICS, CATEGORY_SIGNALLING, CATEGORY_OTHER, CATEGORY_UNKNOWN };

const struct sign outcome_signs[OUTCOMES] = {
	[OUTCOME_SUPPORTED] = { "supported", "\xe2\x9c\x93", "+" },
	[OUTCOME_CONTRADICTED] = { "contradicted", "\xe2\x9c\x97", "!" },
	[OUTCOME_NOT_OBSERVED] = { "not observed", "\xe2\x80\x93", "-" },
	[OUTCOME_NOT_EXERCISED] = { "not exercised", "\xc2\xb7", "." },
	[OUTCOME_NOT_TESTABLE] = { "not testable", "\xc3\x97", "x" },
	[OUTCOME_INCONCLUSIVE] = { "inconclusive", "?", "?" },
};

static const char *const states[STATES] = {
	[STATE_IN_CALL] = "in call",
	[STATE_MUTED] = "muted",
	[STATE_CAMERA_OFF] = "camera off",
	[STATE_SHARING] = "sharing",
	[STATE_RECORDING] = "recording",
	[STATE_CONSENTED] = "consented",
	[STATE_OPTIONAL_DATA_OFF] = "optional data off",
	[STATE_SILENT] = "silent",
};

const char *
state_words(enum state s)
{
	return states[s];
}

const char *
party_words(enum party p)
{
	static const char *const parties[PARTIES] = { "unknown party", "first party",
		"third party", "local" };

	return parties[p];
}

const char *
recipient_words(const struct view_recipient *r)
{
	if (r->entity[0] != '\0')
		return r->entity;
	if (r->party == PARTY_LOCAL)
		return "local network";
	return r->host[0] != '\0' ? r->host : "a recipient without a name";
}

const char *
elapsed_text(const struct view *v, char text[WORDS_SIZE])
{
	int64_t seconds = (v->time_ns - v->started_ns) / 1000000000;

	if (seconds < 0)
		seconds = 0;
	snprintf(text, WORDS_SIZE, "%02lld:%02lld", (long long)seconds / 60,
	    (long long)seconds % 60);
	return text;
}

const char *
count_text(uint64_t number, char text[WORDS_SIZE])
{
	char digits[WORDS_SIZE], *to = text;
	int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return text;
}

void
text_fit(char *to, size_t size, const char *from)
{
	const char *at = from != NULL ? from : "", *next = at;
	size_t length = 0;

	while (*at != '\0') {
		(void)text_next(&next);
		if (length + (size_t)(next - at) >= size)
			break;
		memcpy(to + length, at, (size_t)(next - at));
		length += (size_t)(next - at);
		at = next;
	}
	to[length] = '\0';
}

uint64_t
view_drops(const struct view *v)
{
	return v->kernel_drops + v->interface_drops;
}
