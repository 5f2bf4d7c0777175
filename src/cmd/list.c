/* SPDX-License-Identifier: Apache-2.0 */
/* list: what this program knows. */
#include <dirent.h>
#include <stdlib.h>
#include "cmd.h"

struct list {
	const char *signatures;
};

const struct option_row list_options[1] = {
	{ 's', "signatures", "DIR", "signature files to use instead of the shipped ones",
	    offsetof(struct list, signatures), OPTION_TEXT },
};

static void
list_apps(const struct signatures *set)
{
	for (size_t i = 0; i < signatures_count(set); i++) {
		const struct signature *s = signatures_at(set, i);

		if (s->app)
			printf("%-12s %-28s %s\n", s->name, s->title, s->entity);
	}
}

static void
list_signatures(const struct signatures *set)
{
	for (size_t i = 0; i < signatures_count(set); i++) {
		const struct signature *s = signatures_at(set, i);

		printf("%-12s %-11s %4zu rules  %s\n", s->name, s->version, s->rule_count,
		    s->title);
	}
}

static void
list_rules(const struct signatures *set)
{
	for (size_t i = 0; i < signatures_rules(set); i++) {
		const struct rule *r = signatures_rule(set, i);
		const char *kind = kind_name(r->kind);

		printf("%-36s %s%s%s, %s: %s\n", r->id, category_name(r->category),
		    kind ? "/" : "", kind ? kind : "", strength_name(r->strength),
		    r->source);
	}
}

static void
policy_line(const struct policy *p)
{
	size_t testable = 0;

	for (size_t i = 0; i < p->claim_count; i++)
		testable += p->claims[i].testable != TESTABLE_NO;
	printf("%-28s %-10s %2zu claims, %2zu testable  %s, %s\n", p->name, p->app,
	    p->claim_count, testable, p->vendor, p->document);
}

static enum exit_code
list_policies(struct error *e)
{
	struct ontologies *ontologies = ontologies_find(NULL, e);
	char *folder = data_folder("config/policies");
	struct dirent **entries = NULL;
	int count = folder != NULL ? scandir(folder, &entries, NULL, alphasort) : -1;

	for (int i = 0; i < count; i++) {
		char *dot = strrchr(entries[i]->d_name, '.');
		struct policy *p = NULL;

		if (ontologies != NULL && dot != NULL && strcmp(dot, ".yaml") == 0) {
			*dot = '\0';
			p = policy_find(entries[i]->d_name, ontologies, e);
		}
		if (p != NULL)
			policy_line(p);
		policy_free(p);
		free(entries[i]);
	}
	if (count < 0)
		error_add(
		    e, "config/policies", 0, 0, "no such folder beside the program");
	free(entries);
	free(folder);
	ontologies_free(ontologies);
	return fail(e, e->count > 0 ? EXIT_INPUT : EXIT_FINE);
}

enum exit_code
cmd_list(int argc, char **argv, const struct command *self)
{
	static const struct {
		const char *what;
		void (*list)(const struct signatures *);
	} lists[] = {
		{ "apps", list_apps },
		{ "signatures", list_signatures },
		{ "rules", list_rules },
	};
	struct list options = { 0 };
	struct words rest = { 0 };
	struct error e = { 0 };
	struct signatures *set = NULL;
	int parsed = options_parse(self, argc, argv, &options, &rest);
	enum exit_code code = parsed > 0 ? EXIT_FINE : EXIT_USAGE;
	size_t which = 0;

	if (parsed != 0)
		goto out;
	while (rest.count == 1 && which < COUNT_OF(lists) &&
	       strcmp(lists[which].what, rest.word[0]) != 0)
		which++;
	if (rest.count == 1 && strcmp(rest.word[0], "policies") == 0) {
		code = list_policies(&e);
		goto out;
	}
	if (rest.count != 1 || which == COUNT_OF(lists)) {
		command_usage(self, stderr);
		goto out;
	}
	set = signatures_find(options.signatures, &e);
	if (set == NULL) {
		code = fail(&e, EXIT_INPUT);
		goto out;
	}
	lists[which].list(set);
	code = EXIT_FINE;
out:
	signatures_free(set);
	words_free(&rest);
	return code;
}
