/* SPDX-License-Identifier: Apache-2.0 */
/* A bundle's records in other forms. */
#include <stdlib.h>
#include "view.h"

struct copy {
	const json_t *report;
};

static void *
copy_begin(const json_t *report)
{
	struct copy *c = calloc(1, sizeof(*c));

	if (c != NULL)
		c->report = report;
	return c;
}

static int
copy_write(void *view, FILE *out)
{
	const struct copy *c = view;

	return json_report_put(c->report, out);
}

const struct view view_json = { "json", NULL, copy_begin, NULL, copy_write, free };

const struct view *const views[] = { &view_html, &view_md, &view_json, &view_csv,
	&view_claims_csv, &view_oscal, NULL };
const char *const report_formats[] = { "html", "md", "json", "csv", "claims-csv", "oscal",
	NULL };

/* NULL and a line in e. */
static const struct view *
view_named(const char *name, struct error *e)
{
	char known[128] = "";

	for (size_t i = 0; views[i] != NULL; i++) {
		size_t used = strlen(known);

		if (strcmp(views[i]->name, name) == 0)
			return views[i];
		snprintf(known + used, sizeof(known) - used, "%s%s", used ? ", " : "",
		    views[i]->name);
	}
	error_add(
	    e, "--format", 0, 0, "no format \"%s\": expected one of %s", name, known);
	return NULL;
}

struct showing {
	const struct view *view;
	void *made;
};

static int
flow_show(void *showing, const json_t *flow)
{
	const struct showing *s = showing;

	return s->view->flow(s->made, flow);
}

int
report_view(const char *folder, const char *format, FILE *out, struct error *e)
{
	struct showing s = { .view = view_named(format, e) };
	json_t *report = s.view != NULL ? bundle_report(folder, e) : NULL;
	int rc = -1;

	if (report == NULL)
		return -1;
	if (s.view != &view_json) /* JSON has its own way to write them */
		json_clean(report);
	s.made = s.view->begin(report);
	if (s.made != NULL && s.view->flow != NULL &&
	    bundle_flows(folder, flow_show, &s, e) != 0)
		goto out;
	if (s.made != NULL)
		rc = s.view->write(s.made, out);
	if (rc != 0)
		error_add(e, folder, 0, 0, "cannot be shown as %s: %s", format,
		    ferror(out) ? "the output cannot be written" : "out of memory");
out:
	s.view->end(s.made);
	json_decref(report);
	return rc;
}
