/* SPDX-License-Identifier: Apache-2.0 */
/* Two bundles side by side: who was new, how much a minute, how often, which outcomes. */
#include <stdlib.h>
#include "diff.h"

static void
line(struct diff *d, const char *format, ...)
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

static double
seconds_between(const char *from, const char *to)
{
	struct tm a = { 0 }, b = { 0 };
	double fraction_a = 0, fraction_b = 0;
	const char *dot = NULL;

	if (from == NULL || to == NULL ||
	    strptime(from, "%Y-%m-%dT%H:%M:%S", &a) == NULL ||
	    strptime(to, "%Y-%m-%dT%H:%M:%S", &b) == NULL)
		return 0;
	if ((dot = strchr(from, '.')) != NULL)
		fraction_a = strtod(dot, NULL);
	if ((dot = strchr(to, '.')) != NULL)
		fraction_b = strtod(dot, NULL);
	return (double)(timegm(&b) - timegm(&a)) + fraction_b - fraction_a;
}

/* Minutes of the call as marked, else as inferred, else of the capture. */
static double
call_minutes(const json_t *report, const char **basis)
{
	static const char *const sources[] = { "mark", "inferred" };
	const json_t *capture = json_object_get(report, "capture");
	const json_t *span = NULL;
	double seconds = 0;
	size_t i = 0;

	for (unsigned k = 0; k < COUNT_OF(sources); k++) {
		json_array_foreach(json_object_get(report, "states"), i, span)
		{
			if (strcmp(json_text_of(span, "state", ""), "in_call") != 0 ||
			    strcmp(json_text_of(span, "source", ""), sources[k]) != 0)
				continue;
			seconds += seconds_between(json_text_of(span, "from", NULL),
			    json_text_of(span, "to", NULL));
		}
		*basis = k == 0 ? "call as marked" : "call as inferred from media";
		if (seconds >= 1)
			return seconds / 60;
	}
	*basis = "whole capture";
	seconds = seconds_between(
	    json_text_of(capture, "first", NULL), json_text_of(capture, "last", NULL));
	return (seconds < 1 ? 1 : seconds) / 60;
}

static void
side_open(struct diff_side *s)
{
	const json_t *files =
	    json_object_get(json_object_get(s->report, "capture"), "files");

	s->minutes = call_minutes(s->report, &s->basis);
	s->capture = json_text_of(json_array_get(files, 0), "name", "no capture");
}

static double
rate_of(const struct diff_side *s, const char *category)
{
	const json_t *up = json_object_get(json_object_get(s->report, "totals"), "up");

	return (double)json_integer_value(
		   json_object_get(json_object_get(up, category), "bytes")) /
	       s->minutes;
}

static const char *
change_text(double before, double after, char text[32])
{
	if (before <= 0)
		snprintf(text, 32, "new");
	else if (after <= 0)
		snprintf(text, 32, "gone");
	else
		snprintf(text, 32, "%+.0f %%", 100 * (after - before) / before);
	return text;
}

static void
rate_line(struct diff *d, const char *name, double before, double after)
{
	char a[16], b[16], change[32];

	if ((uint64_t)before == (uint64_t)after)
		return;
	line(d, "  %-44s %10s  ->  %10s   %s", name, size_text((uint64_t)before, a),
	    size_text((uint64_t)after, b), change_text(before, after, change));
}

static void
diff_categories(struct diff *d)
{
	d->heading = "Up-bytes a minute, by category";
	for (unsigned c = CATEGORIES; c-- > 0;)
		rate_line(d, category_name(c), rate_of(&d->side[0], category_name(c)),
		    rate_of(&d->side[1], category_name(c)));
}

static const json_t *
recipient_named(const struct diff_side *s, const char *name)
{
	return json_object_get(s->recipients, name);
}

static void
diff_recipient(struct diff *d, const char *name)
{
	const json_t *before = recipient_named(&d->side[0], name);
	const json_t *after = recipient_named(&d->side[1], name);
	char text[320];

	for (unsigned c = CATEGORIES; c-- > 0;) {
		const char *category = category_name(c);
		double a = (double)json_integer_value(
			       json_object_get(json_object_get(before, "up"), category)) /
			   d->side[0].minutes;
		double b = (double)json_integer_value(
			       json_object_get(json_object_get(after, "up"), category)) /
			   d->side[1].minutes;

		snprintf(text, sizeof(text), "%.200s, %s party: %s", name,
		    json_text_of(before != NULL ? before : after, "party", "unknown"),
		    category);
		rate_line(d, text, a, b);
	}
}

static void
diff_recipients(struct diff *d)
{
	const char *name = NULL;
	json_t *recipient = NULL;

	d->heading = "Up-bytes a minute, by recipient";
	json_object_foreach(d->side[0].recipients, name, recipient)
	    diff_recipient(d, name);
	json_object_foreach(d->side[1].recipients, name,
	    recipient) if (recipient_named(&d->side[0], name) == NULL)
	    diff_recipient(d, name);
}

static void
hosts_only_in(struct diff *d, unsigned here, const char *sign)
{
	const char *host = NULL;
	json_t *entity = NULL;

	json_object_foreach(d->side[here].hosts, host,
	    entity) if (json_object_get(d->side[!here].hosts, host) == NULL)
	    line(d, "  %s %s (%s)", sign, host, json_string_value(entity));
}

static void
diff_hosts(struct diff *d)
{
	d->heading = "Hosts that received something: - gone, + new";
	hosts_only_in(d, 0, "-");
	hosts_only_in(d, 1, "+");
}

/* How often telemetry and diagnostics went to a recipient: connections and their gaps. */
static void
diff_cadence(struct diff *d)
{
	struct cadence *a = &d->side[0].cadence, *b = &d->side[1].cadence;
	size_t i = 0, k = 0;

	d->heading = "Telemetry and diagnostics: streams a minute (median gap)";
	while (i < a->count || k < b->count) {
		int order = i == a->count ? 1
			    : k == b->count
				? -1
				: strcmp(a->rows[i].entity, b->rows[k].entity);
		const struct cadence_row none = { 0 };
		const struct cadence_row *x = order <= 0 ? &a->rows[i++] : &none;
		const struct cadence_row *y = order >= 0 ? &b->rows[k++] : &none;
		double before = (double)x->streams / d->side[0].minutes;
		double after = (double)y->streams / d->side[1].minutes;

		if (before == after && x->gap_s == y->gap_s)
			continue;
		line(d, "  %-44.44s %6.1f (%.1f s)  ->  %6.1f (%.1f s)",
		    order <= 0 ? x->entity : y->entity, before, x->gap_s, after,
		    y->gap_s);
	}
}

static const json_t *
claim_like(const struct diff_side *s, const char *policy, const char *topic)
{
	const json_t *one = NULL, *claim = NULL, *found = NULL;
	size_t i = 0, k = 0;

	json_array_foreach(json_object_get(s->report, "policies"), i, one)
	{
		bool same = strcmp(json_text_of(one, "policy", ""), policy) == 0;

		json_array_foreach(json_object_get(one, "claims"), k,
		    claim) if (strcmp(json_text_of(claim, "topic", ""), topic) == 0 &&
			       (same || found == NULL)) found = claim;
		if (same && found != NULL)
			return found;
	}
	return found;
}

static void
diff_outcomes(struct diff *d)
{
	const json_t *policy = NULL, *claim = NULL;
	size_t i = 0, k = 0;

	d->heading = "Outcomes that changed";
	json_array_foreach(json_object_get(d->side[0].report, "policies"), i, policy)
	{
		const char *name = json_text_of(policy, "policy", "?");

		json_array_foreach(json_object_get(policy, "claims"), k, claim)
		{
			const json_t *other = claim_like(
			    &d->side[1], name, json_text_of(claim, "topic", "?"));
			const char *before = json_text_of(claim, "outcome", "?");
			const char *after = json_text_of(other, "outcome", "not judged");

			if (strcmp(before, after) != 0)
				line(d, "  %s, %s: %s  ->  %s\n      %s", name,
				    json_text_of(claim, "claim", "?"), before, after,
				    json_text_of(
					other, "why", "the claim is not in the second"));
		}
	}
}

int
report_diff(const char *before, const char *after, FILE *out, struct error *e)
{
	static void (*const parts[])(struct diff *) = { diff_outcomes, diff_categories,
		diff_hosts, diff_recipients, diff_cadence };
	const char *const folders[2] = { before, after };
	struct diff d = { .out = out };
	int rc = -1;

	for (unsigned i = 0; i < 2; i++)
		if (diff_read(&d.side[i], folders[i], e) != 0)
			goto out;
	for (unsigned i = 0; i < 2; i++) {
		side_open(&d.side[i]);
		fprintf(out, "%s %s: %s, %.1f minutes (%s)\n",
		    i ? "after: " : "before:", folders[i], d.side[i].capture,
		    d.side[i].minutes, d.side[i].basis);
	}
	for (unsigned i = 0; i < COUNT_OF(parts); i++)
		parts[i](&d);
	if (!d.differ)
		fprintf(out, "\nNothing differs.\n");
	rc = d.differ;
out:
	diff_side_clear(&d.side[0]);
	diff_side_clear(&d.side[1]);
	return rc;
}
