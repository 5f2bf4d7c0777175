/* SPDX-License-Identifier: Apache-2.0 */
/* list: what this program knows. */
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
