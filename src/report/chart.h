/* SPDX-License-Identifier: Apache-2.0 */
/* Charts as inline SVG. Each is drawn twice, for a wide and for a narrow page; the style
 * shows one of them. */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H

#include "html.h"

struct chart_size {
	const char *name; /* "wide"; its class and part of its ids */
	double width;     /* units of the drawing: pixels at that size */
	double gutter;    /* left of rows, for their labels; 0: labels stand above */
	double plot;      /* height of the bars */
	unsigned ticks;   /* at most so many on the time axis */
};

extern const struct chart_size chart_wide, chart_narrow;

/* 1, 2 or 5 times a power of ten: the least that cuts `span` into at most `most`. */
double chart_step(double span, unsigned most);
/* The same for seconds: 1, 2, 5, 10, 15, 30 s, minutes, hours. */
double chart_time_step(double span_s, unsigned most);
/* "5 kB" for round numbers. */
const char *chart_bytes(double bytes, char text[NUMBER_SIZE]);
/* "12 s", "5 min", "1:30 h", for a scale of `step_s`. */
const char *chart_time(double s, double step_s, char text[NUMBER_SIZE]);
/* The beginning, with the ids of its title and description, which are to follow. */
void chart_begin(FILE *out, const char *name, const struct chart_size *size,
    double height, const char *title);

/* Bytes up over time by category; below them the call's states and marks. */
void chart_timeline(FILE *out, const struct facts *f, const struct chart_size *size);
/* From the app by category to recipients. */
void chart_flows(FILE *out, const struct facts *f, const struct chart_size *size);

#define CHART_RECIPIENTS 12

#endif
