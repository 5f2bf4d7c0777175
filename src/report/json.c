/* SPDX-License-Identifier: Apache-2.0 */
/* Records out. */
#include "json.h"

static int
record_put(const json_t *record, size_t flags, FILE *out)
{
	if (record == NULL || json_dumpf(record, out, flags) != 0)
		return -1;
	return fputc('\n', out) != EOF ? 0 : -1;
}

int
json_report_put(const json_t *record, FILE *out)
{
	return record_put(record, JSON_INDENT(1) | JSON_REALS, out);
}

int
json_flow_put(const json_t *record, FILE *out)
{
	return record_put(record, JSON_COMPACT, out);
}

int
report_json(const struct report *r, FILE *out)
{
	json_t *report = json_report(r);
	int rc = json_report_put(report, out);

	json_decref(report);
	return rc;
}

int
report_flows(const struct report *r, FILE *out)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < r->session->flow_count; i++) {
		json_t *flow = json_flow(r, &r->session->flows[i]);

		rc = json_flow_put(flow, out);
		json_decref(flow);
	}
	return rc;
}
