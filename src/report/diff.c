/* SPDX-License-Identifier: Apache-2.0 */
/* Two bundles side by side: who was new, how much a minute, how often, which outcomes. */
#include "diff.h"

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
	double percent = before > 0 ? 100 * (after - before) / before : 0;

	if (before <= 0)
		snprintf(text, 32, "new");
	else if (after <= 0)
		snprintf(text, 32, "gone");
	else if (percent > -0.5 && percent < 0.5)
		snprintf(text, 32, "by less than 1 %%");
	else
		snprintf(text, 32, "%+.0f %%", percent);
	return text;
}

/* A bundle can say anything: no size is under nothing, or over what a number holds. */
static uint64_t
whole(double bytes)
{
	return bytes >= 1e18 ? (uint64_t)1e18 : bytes > 0 ? (uint64_t)bytes : 0;
}

static void
rate_line(struct diff *d, unsigned indent, const char *name, double before, double after)
{
	char a[16], b[16], change[32];

	if (whole(before) == whole(after))
		return;
	diff_line(d, "%*s%-20s %10s  ->  %10s   %s", (int)indent, "", name,
	    size_text(whole(before), a), size_text(whole(after), b),
	    change_text(before, after, change));
}

static void
diff_categories(struct diff *d)
{
	d->heading = "Up-bytes a minute, by category";
	for (unsigned c = CATEGORIES; c-- > 0;)
		rate_line(d, 2, category_name(c), rate_of(&d->side[0], category_name(c)),
		    rate_of(&d->side[1], category_name(c)));
}

static const json_t *
recipient_named(const struct diff_side *s, const char *name)
{
	return json_object_get(s->recipients, name);
}

static double
recipient_rate(const struct diff_side *s, const json_t *recipient, const char *category)
{
	const json_t *up = json_object_get(recipient, "up");

	return (double)json_integer_value(json_object_get(up, category)) / s->minutes;
}

static void
diff_recipient(struct diff *d, const char *name)
{
	const json_t *before = recipient_named(&d->side[0], name);
	const json_t *after = recipient_named(&d->side[1], name);
	bool named = false;

	for (unsigned c = CATEGORIES; c-- > 0;) {
		double a = recipient_rate(&d->side[0], before, category_name(c));
		double b = recipient_rate(&d->side[1], after, category_name(c));

		if (whole(a) == whole(b))
			continue;
		if (!named)
			diff_line(d, "  %s, %s party", name,
			    json_text_of(before ? before : after, "party", "unknown"));
		named = true;
		rate_line(d, 4, category_name(c), a, b);
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
	json_t *owner = NULL;

	json_object_foreach(d->side[here].hosts, host, owner)
	{
		const char *name = json_string_value(owner);

		if (json_object_get(d->side[!here].hosts, host) != NULL)
			continue;
		if (strcmp(name, host) != 0)
			diff_line(d, "  %s %s (%s)", sign, host, name);
		else
			diff_line(d, "  %s %s", sign, host);
	}
}

static void
diff_hosts(struct diff *d)
{
	d->heading = "Hosts that received something: - gone, + new";
	hosts_only_in(d, 0, "-");
	hosts_only_in(d, 1, "+");
}

/* "3.0 a minute, every 6.5 s"; a gap needs two. */
static const char *
cadence_text(const struct cadence_row *row, double minutes, char text[48])
{
	int length = snprintf(text, 48, "%.1f", (double)row->streams / minutes);

	if (row->streams == 0)
		snprintf(text, 48, "none");
	else if (row->streams > 1)
		snprintf(text + length, 48 - (size_t)length, " (%.1f s)", row->gap_s);
	return text;
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
		char before[48], after[48];

		if (strcmp(cadence_text(x, d->side[0].minutes, before),
			cadence_text(y, d->side[1].minutes, after)) != 0)
			diff_line(d, "  %-36s %17s  ->  %17s",
			    order <= 0 ? x->entity : y->entity, before, after);
	}
}

int
report_diff(const char *before, const char *after, FILE *out, struct error *e)
{
	static void (*const parts[])(struct diff *) = { diff_outcomes, diff_categories,
		diff_hosts, diff_recipients, diff_cadence };
	const char *const folders[2] = { before, after };
	struct diff d = { .out = out };
	const char *basis = NULL;
	int rc = -1;

	for (unsigned i = 0; i < 2; i++)
		if (diff_read(&d.side[i], folders[i], e) != 0)
			goto out;
	basis = diff_minutes(d.side);
	for (unsigned i = 0; i < 2; i++)
		fprintf(out, "%s %s: %s, %.1f minutes (%s)\n",
		    i ? "after: " : "before:", folders[i], d.side[i].capture,
		    d.side[i].minutes, basis);
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
