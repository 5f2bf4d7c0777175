/* SPDX-License-Identifier: Apache-2.0 */
/* Times of a claim in words. */
#include "judge.h"

/* The day is in the report beside it: "20:32:44.809". */
static void
say_clock(FILE *out, int64_t time_ns)
{
	char text[TIME_TEXT_SIZE];

	fprintf(out, "%.12s", time_text(time_ns, text) + 11);
}

void
say_state(FILE *out, enum state s)
{
	const char *name = state_name(s);

	for (; name != NULL && *name != '\0'; name++)
		fputc(*name == '_' ? ' ' : *name, out);
}

void
say_when(FILE *out, const struct claim *c, const struct windows *w)
{
	static const char *const others[] = {
		[WHEN_BEFORE_CONSENT] = " before consent was marked",
		[WHEN_BEFORE_CALL] = " before the call",
		[WHEN_AFTER_CALL] = " after the call",
	};
	const char *known = w->inferred ? "inferred from media" : "marked";

	if (c->when < STATES) {
		fprintf(out, " while ");
		say_state(out, (enum state)c->when);
		fprintf(out, " was %s", known);
	} else if (c->when < COUNT_OF(others)) {
		fprintf(out, "%s%s", others[c->when],
		    w->inferred ? " as inferred from media" : "");
	}
	if (c->unless == STATES || w->undeclared)
		return;
	fprintf(out, "%s while ", c->when == WHEN_ALWAYS ? "" : ",");
	say_state(out, c->unless);
	fprintf(out, " was not %s", known);
}

void
say_times(FILE *out, const struct claim *c, const struct windows *w)
{
	int64_t sum_ns = 0;

	if (w->always || w->count == 0)
		return;
	say_when(out, c, w);
	if (w->undeclared && c->when == WHEN_ALWAYS)
		return;
	for (size_t i = 0; i < w->count; i++)
		sum_ns += w->each[i].to_ns - w->each[i].from_ns;
	fprintf(out, " (");
	if (w->count > 1)
		fprintf(out, "%zu times, %.1f s in all, from ", w->count,
		    (double)sum_ns / 1e9);
	say_clock(out, w->each[0].from_ns);
	fprintf(out, " to ");
	say_clock(out, w->each[w->count - 1].to_ns);
	fprintf(out, ")");
}
