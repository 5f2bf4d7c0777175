/* SPDX-License-Identifier: Apache-2.0 */
/* Judges captures once more with what a bundle holds, and compares. */
#include <stdlib.h>
#include <unistd.h>
#include "run.h"
#include "verify.h"

/* "folder/name", or "folder/inputs/policies/name.yaml"; NULL when memory is full. */
static const char *
path_in(struct again *a, const char *folder, const char *name, const char *end)
{
	char path[8192];
	int length = snprintf(path, sizeof(path), "%s/%s%s", folder, name, end);

	return length > 0 && (size_t)length < sizeof(path)
		   ? arena_text(&a->arena, path, (size_t)length)
		   : NULL;
}

static int
policies_again(struct again *a, const char *folder, const struct report_options *kept)
{
	const char *below = path_in(a, folder, "inputs/policies", "");

	a->policies = calloc(kept->policy_count ? kept->policy_count : 1, sizeof(char *));
	if (a->policies == NULL || below == NULL)
		return -1;
	for (size_t i = 0; i < kept->policy_count; i++) {
		a->policies[i] = path_in(a, below, kept->policies[i], ".yaml");
		if (a->policies[i] == NULL)
			return -1;
	}
	a->options.policies = (struct words){ a->policies, kept->policy_count };
	return 0;
}

int
options_again(
    struct again *a, const char *folder, const struct words *geoip, struct error *e)
{
	const struct report_options *kept = NULL;
	const char *marks = path_in(a, folder, "marks.yaml", "");

	a->kept = report_inputs_load(folder, e);
	if (a->kept == NULL)
		return -1;
	kept = report_inputs_options(a->kept);
	a->options = (struct input_options){ .app = kept->app,
		.filter = kept->filter,
		.process = kept->process,
		.locals = { (const char **)(uintptr_t)kept->locals, kept->local_count },
		.geoip = *geoip,
		.signatures = path_in(a, folder, "inputs/signatures", ""),
		.ontology = path_in(a, folder, "inputs/ontology", "") };
	if (marks == NULL || a->options.signatures == NULL ||
	    a->options.ontology == NULL || policies_again(a, folder, kept) != 0) {
		error_add(e, folder, 0, 0, "is no usable folder name, or out of memory");
		return -1;
	}
	if (access(marks, F_OK) == 0)
		a->options.marks = marks;
	return 0;
}

void
again_clear(struct again *a)
{
	free(a->policies);
	arena_clear(&a->arena);
	report_inputs_free(a->kept);
}

int
rederive(const char *folder, const struct words *captures, const struct words *geoip,
    struct error *e)
{
	struct again again = { 0 };
	struct inputs in = { 0 };
	struct judged judged = { 0 };
	int rc = -1;

	if (options_again(&again, folder, geoip, e) == 0 &&
	    inputs_load(&in, &again.options, e) == EXIT_FINE) {
		struct judge_options judging = {
			.marks = in.marks, .digest = true, .progress = true
		};

		if (judged_make(&judged, &in, captures, &judging, e) == 0)
			rc = report_compare(&judged.report, folder, e) == 0 ? 0 : 1;
	}
	judged_free(&judged);
	inputs_free(&in);
	again_clear(&again);
	return rc;
}
