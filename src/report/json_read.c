/* SPDX-License-Identifier: Apache-2.0 */
/* The records of a bundle, back in. */
#include <errno.h>
#include <stdlib.h>
#include "json.h"

/* The longest line of flows.ndjson that is read back. */
#define LINE_MAX_BYTES (4 << 20)

/* NULL and a line in e. */
static FILE *
bundle_open(
    const char *folder, const char *name, char *path, size_t size, struct error *e)
{
	FILE *in = NULL;

	snprintf(path, size, "%s/%s", folder, name);
	if ((in = fopen(path, "r")) == NULL)
		error_add(e, path, 0, 0, "%s: expected a folder written by replay -o",
		    strerror(errno));
	return in;
}

void
json_fault_add(const json_error_t *fault, const char *path, struct error *e)
{
	json_t *text = json_string(fault->text);

	if (text != NULL)
		json_clean(text);
	error_add(e, path, fault->line > 0 ? (unsigned)fault->line : 0,
	    fault->column > 0 ? (unsigned)fault->column : 0, "%s",
	    text != NULL ? json_string_value(text) : "no JSON");
	json_decref(text);
}

json_t *
bundle_report(const char *folder, struct error *e)
{
	char path[4096];
	FILE *in = bundle_open(folder, "report.json", path, sizeof(path), e);
	json_error_t fault = { .line = -1 };
	json_t *report = NULL;

	if (in == NULL)
		return NULL;
	report = json_loadf(in, JSON_REJECT_DUPLICATES, &fault);
	fclose(in);
	if (report == NULL) {
		json_fault_add(&fault, path, e);
	} else if (!json_is_object(report)) {
		error_add(e, path, 0, 0, "is no report");
		json_decref(report);
		report = NULL;
	}
	return report;
}

static int
flow_show(const char *line, size_t length, int (*each)(void *context, const json_t *flow),
    void *context, const char **trouble)
{
	json_t *flow = json_loadb(line, length, 0, NULL);
	int rc = -1;

	*trouble = "not a flow record";
	if (json_is_integer(json_object_get(flow, "id"))) {
		json_clean(flow);
		*trouble = "out of memory";
		rc = each(context, flow);
	}
	json_decref(flow);
	return rc;
}

/* A line without its end into `line`. 1, 0 at the end of the file, -1 if it is too long.
 */
static int
line_read(FILE *in, char *line)
{
	size_t length = 0;

	if (fgets(line, LINE_MAX_BYTES + 2, in) == NULL)
		return 0;
	length = strlen(line);
	if (length == LINE_MAX_BYTES + 1 && line[length - 1] != '\n')
		return -1;
	line[strcspn(line, "\n")] = '\0';
	return 1;
}

int
bundle_flows(const char *folder, int (*each)(void *context, const json_t *flow),
    void *context, struct error *e)
{
	char path[4096], *line = malloc(LINE_MAX_BYTES + 2);
	const char *trouble = line != NULL ? NULL : "out of memory";
	unsigned number = 0;
	int rc = line != NULL ? 0 : -1, got = 0;
	FILE *in = bundle_open(folder, "flows.ndjson", path, sizeof(path), e);

	if (in == NULL) {
		free(line);
		return -1;
	}
	while (rc == 0 && (got = line_read(in, line)) != 0) {
		number++;
		if (got > 0)
			rc = flow_show(line, strlen(line), each, context, &trouble);
		else
			rc = -1;
		trouble = got > 0 ? trouble : "longer than 4 MiB: not a flow record";
	}
	if (rc == 0 && ferror(in)) {
		trouble = strerror(errno);
		rc = -1;
	}
	if (rc != 0)
		error_add(e, path, number, 0, "%s", trouble);
	free(line);
	fclose(in);
	return rc == 0 ? 0 : -1;
}
