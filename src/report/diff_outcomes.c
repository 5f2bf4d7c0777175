/* SPDX-License-Identifier: Apache-2.0 */
/* Outcomes of two bundles: which changed, which only one of them has. */
#include <stdarg.h>
#include "diff.h"

void
diff_line(struct diff *d, const char *format, ...)
{
	va_list arguments;

	d->differ = true;
	if (d->heading != NULL)
		fprintf(d->out, "\n%s\n", d->heading);
	d->heading = NULL;
	va_start(arguments, format);
	vfprintf(d->out, format, arguments);
	va_end(arguments);
	fputc('\n', d->out);
}

static const json_t *
claim_in(const json_t *policy, const char *topic)
{
	const json_t *claim = NULL;
	size_t i = 0;

	json_array_foreach(json_object_get(policy, "claims"), i, claim)
	{
		if (strcmp(json_text_of(claim, "topic", ""), topic) == 0)
			return claim;
	}
	return NULL;
}

/* The claim of the same topic: in the policy of that name if the side has it, else in
 * the first of the same app, which is another version of it. */
static const json_t *
claim_like(const struct diff_side *s, const json_t *policy, const char *topic)
{
	const json_t *one = NULL, *other = NULL, *found = NULL;
	size_t i = 0;

	json_array_foreach(json_object_get(s->report, "policies"), i, one)
	{
		if (strcmp(json_text_of(one, "policy", ""),
			json_text_of(policy, "policy", "?")) == 0)
			return claim_in(one, topic);
		found = claim_in(one, topic);
		if (other == NULL && strcmp(json_text_of(one, "app", ""),
					 json_text_of(policy, "app", "?")) == 0)
			other = found;
	}
	return other;
}

static void
claim_compare(
    struct diff *d, const json_t *policy, const json_t *claim, const json_t *other)
{
	const char *before = json_text_of(claim, "outcome", "?");
	const char *after = json_text_of(other, "outcome", "?");

	if (strcmp(before, after) == 0)
		return;
	diff_line(d, "  %s, %s:\n    %s  ->  %s", json_text_of(policy, "policy", "?"),
	    json_text_of(claim, "claim", "?"), before, after);
	fprintf(d->out, "      ");
	text_wrap(d->out, 6, 6, json_text_of(other, "why", ""));
}

static void
changed(struct diff *d)
{
	const json_t *policy = NULL, *claim = NULL;
	size_t i = 0, k = 0;

	d->heading = "Outcomes that changed, and why they are what they are now";
	json_array_foreach(json_object_get(d->side[0].report, "policies"), i, policy)
	{
		json_array_foreach(json_object_get(policy, "claims"), k, claim)
		{
			const json_t *other = claim_like(
			    &d->side[1], policy, json_text_of(claim, "topic", "?"));

			if (other != NULL)
				claim_compare(d, policy, claim, other);
		}
	}
}

static void
only_in(struct diff *d, unsigned here, const char *heading)
{
	const json_t *policy = NULL, *claim = NULL;
	size_t i = 0, k = 0;

	d->heading = heading;
	json_array_foreach(json_object_get(d->side[here].report, "policies"), i, policy)
	{
		json_array_foreach(json_object_get(policy, "claims"), k, claim)
		{
			if (claim_like(&d->side[!here], policy,
				json_text_of(claim, "topic", "?")) == NULL)
				diff_line(d, "  %-14s %s, %s",
				    json_text_of(claim, "outcome", "?"),
				    json_text_of(policy, "policy", "?"),
				    json_text_of(claim, "claim", "?"));
		}
	}
}

void
diff_outcomes(struct diff *d)
{
	changed(d);
	only_in(d, 0, "Claims that only the first was held against");
	only_in(d, 1, "Claims that only the second was held against");
}
