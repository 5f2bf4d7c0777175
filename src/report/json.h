/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include <jansson.h>
#include <callwitness/report.h>

#define WHY_SIZE 1024

/* New references; NULL when memory ran out. */
json_t *json_flow(const struct report *r, const struct judged_flow *j);
json_t *json_report(const struct report *r);
/* A string, or null for NULL and for what is not UTF-8. */
json_t *json_text(const char *text);
json_t *json_time(int64_t time_ns);

#endif
