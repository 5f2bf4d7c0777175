/* SPDX-License-Identifier: Apache-2.0 */
/* The words of DESIGN section 1 as signatures, reports and people write them. */
#include <callwitness/classify.h>

static const char *const category_names[CATEGORIES] = {
	[CATEGORY_UNKNOWN] = "unknown",
	[CATEGORY_OTHER] = "other",
	[CATEGORY_SIGNALLING] = "signalling",
	[CATEGORY_TELEMETRY] = "telemetry",
	[CATEGORY_DIAGNOSTICS] = "diagnostics",
	[CATEGORY_CONTENT] = "content",
};

static const struct {
	const char *name;
	enum category category;
} kinds[KINDS] = {
	[KIND_AUDIO] = { "audio", CATEGORY_CONTENT },
	[KIND_VIDEO] = { "video", CATEGORY_CONTENT },
	[KIND_SCREEN] = { "screen", CATEGORY_CONTENT },
	[KIND_CHAT] = { "chat", CATEGORY_CONTENT },
	[KIND_FILE] = { "file", CATEGORY_CONTENT },
	[KIND_MEDIA] = { "media", CATEGORY_CONTENT },
	[KIND_CONTROL] = { "control", CATEGORY_SIGNALLING },
	[KIND_ICE] = { "ice", CATEGORY_SIGNALLING },
	[KIND_RTCP] = { "rtcp", CATEGORY_SIGNALLING },
	[KIND_KEEPALIVE] = { "keepalive", CATEGORY_SIGNALLING },
	[KIND_PROBE] = { "probe", CATEGORY_SIGNALLING },
	[KIND_AUTH] = { "auth", CATEGORY_SIGNALLING },
	[KIND_PRESENCE] = { "presence", CATEGORY_SIGNALLING },
	[KIND_CONFIG] = { "config", CATEGORY_SIGNALLING },
	[KIND_UPDATE] = { "update", CATEGORY_SIGNALLING },
	[KIND_USAGE] = { "usage", CATEGORY_TELEMETRY },
	[KIND_ADS] = { "ads", CATEGORY_TELEMETRY },
	[KIND_CRASH] = { "crash", CATEGORY_DIAGNOSTICS },
	[KIND_LOG] = { "log", CATEGORY_DIAGNOSTICS },
	[KIND_QUALITY] = { "quality", CATEGORY_DIAGNOSTICS },
};

static const char *const strength_names[STRENGTHS] = {
	[STRENGTH_NONE] = "none",
	[STRENGTH_BEHAVIOURAL] = "behavioural",
	[STRENGTH_LISTED] = "listed",
	[STRENGTH_OBSERVED] = "observed",
	[STRENGTH_DOCUMENTED] = "documented",
	[STRENGTH_DECODED] = "decoded",
};

static const char *const behaviour_names[BEHAVIOURS] = {
	[BEHAVIOUR_NONE] = "none",
	[BEHAVIOUR_MEDIA] = "media",
	[BEHAVIOUR_UPLOAD] = "upload",
	[BEHAVIOUR_BATCH] = "batch",
};

static const char *const host_source_names[HOST_SOURCES] = {
	[HOST_SNI] = "sni",
	[HOST_HTTP] = "http",
	[HOST_DNS] = "dns",
	[HOST_CERTIFICATE] = "certificate",
	[HOST_REALM] = "realm",
	[HOST_SIGNATURE] = "signature",
};

/* The index of a name, or count. */
static size_t
name_index(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (names[i] != NULL && strcmp(names[i], name) == 0)
			return i;
	return count;
}

const char *
category_name(enum category c)
{
	return (unsigned)c < CATEGORIES ? category_names[c] : NULL;
}

const char *
kind_name(enum kind k)
{
	return (unsigned)k < KINDS ? kinds[k].name : NULL;
}

const char *
strength_name(enum strength s)
{
	return (unsigned)s < STRENGTHS ? strength_names[s] : NULL;
}

const char *
behaviour_name(enum behaviour b)
{
	return (unsigned)b < BEHAVIOURS ? behaviour_names[b] : NULL;
}

const char *
host_source_name(enum host_source s)
{
	return (unsigned)s < HOST_SOURCES ? host_source_names[s] : NULL;
}

enum category
category_named(const char *name)
{
	return (enum category)name_index(category_names, CATEGORIES, name);
}

enum kind
kind_named(const char *name)
{
	for (size_t i = KIND_NONE + 1; i < KINDS; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return (enum kind)i;
	return KINDS;
}

enum strength
strength_named(const char *name)
{
	return (enum strength)name_index(strength_names, STRENGTHS, name);
}

enum behaviour
behaviour_named(const char *name)
{
	return (enum behaviour)name_index(behaviour_names, BEHAVIOURS, name);
}

bool
category_has(enum category c, enum kind k)
{
	return k == KIND_NONE || ((unsigned)k < KINDS && kinds[k].category == c);
}
