/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_JSON_INPUTS_H
#define REPORT_JSON_INPUTS_H

#include <callwitness/report.h>

/* inputs/options.json, in its canonical form. 0, or -1 if memory is full or out failed.
 */
int inputs_write(const struct report_options *o, FILE *out);
/* NULL and a line in e. */
struct report_inputs *inputs_parse(
    const char *name, const char *data, size_t length, struct error *e);

#endif
