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

static void
complain_no_app(const struct signatures *set, const char *name, struct error *e)
{
	const char **names = calloc(signatures_count(set) + 1, sizeof(*names));
	const char *near = NULL;
	size_t count = 0;

	for (size_t i = 0; names != NULL && i < signatures_count(set); i++)
		if (signatures_at(set, i)->app)
			names[count++] = signatures_at(set, i)->name;
	near = count > 0 ? word_nearest(name, names, count) : NULL;
	error_add(e, "--app", 0, 0,
	    "no app \"%s\": expected one of those that \"callwitness list apps\" "
	    "shows%s%s%s",
	    name, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	free(names);
}

static int
app_load(struct inputs *in, struct error *e)
{
	const char *name = in->options->app;

	if (in->signatures == NULL || name == NULL)
		return 0;
	in->app = signatures_named(in->signatures, name);
	if (in->app != NULL && in->app->app)
		return 0;
	complain_no_app(in->signatures, name, e);
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

/* A bundle has one file of each name, and a table one column. */
static int
policy_is_new(const struct inputs *in, const struct policy *p, struct error *e)
{
	for (size_t i = 0; i < in->policy_count; i++) {
		if (strcmp(in->policies[i]->name, p->name) != 0)
			continue;
		error_add(e, p->path, 0, 0, "is the second policy named \"%s\"", p->name);
		return -1;
	}
	return 0;
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

		if (p == NULL || policy_check(in, p, e) != 0 ||
		    policy_is_new(in, p, e) != 0)
			rc = -1;
		if (p != NULL)
			in->policies[in->policy_count++] = p;
	}
	return rc;
}

static int
marks_and_geo_load(struct inputs *in, struct error *e)
{
	const struct input_options *options = in->options;
	int rc = 0;

	if (options->marks != NULL && (in->marks = marks_load(options->marks, e)) == NULL)
		rc = -1;
	if (options->geoip.count > 0 &&
	    (in->geo = geo_open(options->geoip.word, options->geoip.count, e)) == NULL)
		rc = -1;
	return rc;
}

enum exit_code
inputs_load(struct inputs *in, const struct input_options *options, struct error *e)
{
	static const struct {
		int (*load)(struct inputs *in, struct error *e);
		enum exit_code code; /* of a value nobody could mean, or of a file */
	} steps[] = {
		{ locals_load, EXIT_USAGE },
		{ app_load, EXIT_USAGE },
		{ policies_load, EXIT_INPUT },
		{ marks_and_geo_load, EXIT_INPUT },
	};
	enum exit_code code = EXIT_FINE;

	*in = (struct inputs){ .options = options };
	in->signatures = signatures_find(options->signatures, e);
	if (in->signatures == NULL)
		code = EXIT_INPUT;
	for (size_t i = 0; i < COUNT_OF(steps); i++)
		if (steps[i].load(in, e) != 0 && code == EXIT_FINE)
			code = steps[i].code;
	return code;
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
