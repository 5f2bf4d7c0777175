/* SPDX-License-Identifier: Apache-2.0 */
/* Scales: round numbers for axes. */
#include <math.h>
#include "chart.h"

const struct chart_size chart_wide = { "wide", 960, 158, 150, 10 };
const struct chart_size chart_narrow = { "narrow", 360, 0, 130, 5 };

double
chart_step(double span, unsigned most)
{
	static const double round[] = { 1, 2, 5, 10 };
	double least = span / most, power = pow(10, floor(log10(least)));

	for (size_t i = 0; i < COUNT_OF(round); i++)
		if (round[i] * power >= least * (1 - 1e-9))
			return round[i] * power;
	return 10 * power;
}

double
chart_time_step(double span_s, unsigned most)
{
	static const double steps[] = { 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300,
		600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400 };

	for (size_t i = 0; i < COUNT_OF(steps); i++)
		if (span_s / steps[i] <= most)
			return steps[i];
	return 86400 * ceil(span_s / 86400 / most);
}

const char *
chart_bytes(double bytes, char text[NUMBER_SIZE])
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB" };
	size_t unit = 0;

	for (; bytes >= 1000 && unit + 1 < COUNT_OF(units); unit++)
		bytes /= 1000;
	snprintf(text, NUMBER_SIZE, "%g %s", bytes, units[unit]);
	return text;
}

const char *
chart_time(double s, double step_s, char text[NUMBER_SIZE])
{
	if (step_s < 60)
		snprintf(text, NUMBER_SIZE, "%g s", s);
	else if (step_s < 3600)
		snprintf(text, NUMBER_SIZE, "%g min", s / 60);
	else
		snprintf(text, NUMBER_SIZE, "%g h", s / 3600);
	return text;
}

void
chart_begin(FILE *out, const char *name, const struct chart_size *size, double height,
    const char *title)
{
	html_put(out,
	    "<svg class=\"chart %s\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
	    "aria-labelledby=\"%s-%s-title %s-%s-desc\">\n"
	    "<title id=\"%s-%s-title\">%s</title>\n<desc id=\"%s-%s-desc\">",
	    size->name, size->width, height, name, size->name, name, size->name, name,
	    size->name, title, name, size->name);
}
