/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_VIEW_H
#define REPORT_VIEW_H

#include "json.h"

/* A view of report.json and of the flows, for people or other tools. */
struct view {
	const char *name; /* "html" */
	const char *file; /* in the bundle, or NULL if it is not part of it */
	/* The report is a loan until end(). NULL when memory is full. */
	void *(*begin)(const json_t *report);
	/* Each, in order; a loan. NULL if the view needs no flows. 0, or -1. */
	int (*flow)(void *view, const json_t *flow);
	/* After the last flow. 0, or -1 when memory is full or out failed. */
	int (*write)(void *view, FILE *out);
	void (*end)(void *view); /* takes NULL */
};

/* view_json copies report.json. */
extern const struct view view_html, view_md, view_json, view_csv, view_claims_csv,
    view_oscal;

/* All of them, NULL-terminated. */
extern const struct view *const views[];

#endif
