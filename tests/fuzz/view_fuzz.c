/* SPDX-License-Identifier: Apache-2.0 */
/* The first line as report.json, the others as flows: every view of them. */
#include <stdlib.h>

#include "../../src/report/view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static json_t *
record(const uint8_t **at, size_t *left)
{
	const uint8_t *end = memchr(*at, '\n', *left);
	size_t length = end != NULL ? (size_t)(end - *at) : *left;
	json_t *value = json_loadb((const char *)*at, length, 0, NULL);

	*at += length + (end != NULL);
	*left -= length + (end != NULL);
	if (json_is_object(value)) {
		json_clean(value);
		return value;
	}
	json_decref(value);
	return NULL;
}

static void
show(const struct view *v, const json_t *report, const uint8_t *at, size_t left)
{
	void *view = v->begin(report);
	FILE *out = fopen("/dev/null", "w");

	while (view != NULL && v->flow != NULL && left > 0) {
		json_t *flow = record(&at, &left);

		if (flow != NULL && v->flow(view, flow) != 0)
			abort();
		json_decref(flow);
	}
	if (view == NULL || out == NULL || v->write(view, out) != 0)
		abort();
	v->end(view);
	fclose(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *report = record(&data, &size);

	for (size_t i = 0; report != NULL && views[i] != NULL; i++)
		show(views[i], report, data, size);
	json_decref(report);
	return 0;
}
