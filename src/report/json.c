/* SPDX-License-Identifier: Apache-2.0 */
/* Records out. */
#include "json.h"

int
report_json(const struct report *r, FILE *out)
{
	json_t *report = json_report(r);
	int rc =
	    report != NULL ? json_dumpf(report, out, JSON_INDENT(1) | JSON_REALS) : -1;

	json_decref(report);
	if (rc == 0 && fputc('\n', out) == EOF)
		rc = -1;
	return rc;
}

int
report_flows(const struct report *r, FILE *out)
{
	for (size_t i = 0; i < r->session->flow_count; i++) {
		json_t *flow = json_flow(r, &r->session->flows[i]);
		int rc = flow != NULL ? json_dumpf(flow, out, JSON_COMPACT) : -1;

		json_decref(flow);
		if (rc != 0 || fputc('\n', out) == EOF)
			return -1;
	}
	return 0;
}
