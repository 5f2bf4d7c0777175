/* SPDX-License-Identifier: Apache-2.0 */
/* Loads what a replay needs: signatures, policies, marks, places. */
#include <stdlib.h>
#include "run.h"

static int
locals_load(struct inputs *in, struct error *e)
{
	const struct words *given = &in->options->locals;
	int rc = 0;

	in->locals = calloc(given->count ? given->count : 1, sizeof(*in->locals));
	if (in->locals == NULL)
		return -1;
	for (size_t i = 0; i < given->count; i++) {
		if (addr_net_parse(given->word[i], &in->locals[i]) == 0)
			continue;
		error_add(e, "--local", 0, 0,
		    "\"%s\" is no network: expected an address such as 192.0.2.7, or "
		    "192.0.2.0/24 with no bits set behind the prefix",
		    given->word[i]);
		rc = -1;
	}
	return rc;
}

static int
app_load(struct inputs *in, struct error *e)
{
	const char *name = in->options->app;

	if (in->signatures == NULL)
		return -1;
	if (name == NULL)
		return 0;
	in->app = signatures_named(in->signatures, name);
	if (in->app != NULL && in->app->app)
		return 0;
	error_add(e, "--app", 0, 0,
	    "no app \"%s\": expected one of those that \"callwitness list apps\" shows",
	    name);
	return -1;
}

/* A policy about an app that no signature knows could never find a stream. */
static int
policy_check(const struct inputs *in, const struct policy *p, struct error *e)
{
	const struct signature *app =
	    in->signatures != NULL ? signatures_named(in->signatures, p->app) : NULL;

	if (in->signatures == NULL || (app != NULL && app->app))
		return 0;
	error_add(e, p->path, 0, 0,
	    "is about the app \"%s\": expected one of those that \"callwitness list "
	    "apps\" shows",
	    p->app);
	return -1;
}

static int
policies_load(struct inputs *in, struct error *e)
{
	const struct words *names = &in->options->policies;
	int rc = 0;

	if (names->count == 0)
		return 0;
	in->ontologies = ontologies_find(in->options->ontology, e);
	in->policies = calloc(names->count, sizeof(struct policy *));
	if (in->ontologies == NULL || in->policies == NULL)
		return -1;
	for (size_t i = 0; i < names->count; i++) {
		struct policy *p = policy_find(names->word[i], in->ontologies, e);

		if (p == NULL || policy_check(in, p, e) != 0)
			rc = -1;
		if (p != NULL)
			in->policies[in->policy_count++] = p;
	}
	return rc;
}

int
inputs_load(struct inputs *in, const struct input_options *options, struct error *e)
{
	int rc = 0;

	*in = (struct inputs){ .options = options };
	in->signatures = signatures_find(options->signatures, e);
	if (locals_load(in, e) != 0 || app_load(in, e) != 0)
		rc = -1;
	if (policies_load(in, e) != 0)
		rc = -1;
	if (options->marks != NULL) {
		in->marks = marks_load(options->marks, e);
		rc = in->marks != NULL ? rc : -1;
	}
	if (options->geoip.count > 0) {
		in->geo = geo_open(options->geoip.word, options->geoip.count, e);
		rc = in->geo != NULL ? rc : -1;
	}
	return rc;
}

void
inputs_free(struct inputs *in)
{
	for (size_t i = 0; i < in->policy_count; i++)
		policy_free(in->policies[i]);
	free(in->policies);
	ontologies_free(in->ontologies);
	marks_free(in->marks);
	geo_close(in->geo);
	signatures_free(in->signatures);
	free(in->locals);
	*in = (struct inputs){ 0 };
}
