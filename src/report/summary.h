/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_SUMMARY_H
#define REPORT_SUMMARY_H

#include <callwitness/report.h>

/* The escape sequence, or "" without colour. */
const char *summary_paint(const struct summary_style *style, const char *code);
void summary_heading(const struct summary_style *style, FILE *out, const char *text);
/* The call's states, each claim's outcome, and streams that the policies do not disclose.
 */
void summary_states(const struct report *r, const struct summary_style *style, FILE *out);
void summary_policies(
    const struct report *r, const struct summary_style *style, FILE *out);
/* The same call under several policies, a row for each topic. */
void summary_compare(
    const struct report *r, const struct summary_style *style, FILE *out);

struct summary_outcome {
	const char *mark, *color;
};

extern const struct summary_outcome summary_outcomes[OUTCOMES];

#endif
