/* SPDX-License-Identifier: Apache-2.0 */
/* What a view makes of records. */
#ifndef MAKE_VIEW_H
#define MAKE_VIEW_H

#include "../../src/report/view.h"
#include "make_json.h"

/* `flows` as flows.ndjson has them. For the caller to free. */
static inline char *
view_of(const struct view *v, const json_t *report, const char *flows)
{
	void *view = v->begin(report);
	char *text = NULL, *lines = strdup(flows), *rest = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(view);
	for (char *line = strtok_r(lines, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		json_t *flow = json_loads(line, 0, NULL);

		assert_non_null(flow);
		if (v->flow != NULL)
			assert_int_equal(v->flow(view, flow), 0);
		json_decref(flow);
	}
	assert_int_equal(v->write(view, out), 0);
	assert_int_equal(fclose(out), 0);
	v->end(view);
	v->end(NULL);
	free(lines);
	return text;
}

/* The same of a report and its own flows. */
static inline char *
view_made(const struct view *v, const struct report *r)
{
	json_t *report = parsed(r, report_json);
	char *flows = NULL, *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&flows, &size);

	assert_int_equal(report_flows(r, out), 0);
	assert_int_equal(fclose(out), 0);
	text = view_of(v, report, flows);
	json_decref(report);
	free(flows);
	return text;
}

#endif
