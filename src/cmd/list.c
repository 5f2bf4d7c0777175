/* SPDX-License-Identifier: Apache-2.0 */
/* list: what this program knows, and what it could capture from. */
#include <stdlib.h>
#include "cmd.h"

struct list {
	const char *signatures;
};

const struct option_row list_options[1] = {
	{ 's', "signatures", "DIR", "signature files to use instead of the shipped ones",
	    offsetof(struct list, signatures), OPTION_TEXT },
};

/* Each of the signatures that are loaded. */
static int
signatures_show(const struct list *l, struct error *e,
    void (*show)(const struct signatures *set, const struct signature *s))
{
	struct signatures *set = signatures_find(l->signatures, e);

	if (set == NULL)
		return -1;
	for (size_t i = 0; i < signatures_count(set); i++)
		show(set, signatures_at(set, i));
	signatures_free(set);
	return 0;
}

static void
app_show(const struct signatures *set, const struct signature *s)
{
	(void)set;
	if (s->app)
		printf("%-12s %-28s %s\n", s->name, s->title, s->entity);
}

static int
list_apps(const struct list *l, struct error *e)
{
	return signatures_show(l, e, app_show);
}

static void
signature_show(const struct signatures *set, const struct signature *s)
{
	(void)set;
	printf(
	    "%-12s %-11s %4zu rules  %s\n", s->name, s->version, s->rule_count, s->title);
}

static int
list_signatures(const struct list *l, struct error *e)
{
	return signatures_show(l, e, signature_show);
}

static void
rules_show(const struct signatures *set, const struct signature *s)
{
	for (size_t i = 0; i < s->rule_count; i++) {
		const struct rule *r = signatures_rule(set, s->first_rule + i);
		const char *kind = kind_name(r->kind);

		printf("%-36s %s%s%s, %s: %s\n", r->id, category_name(r->category),
		    kind ? "/" : "", kind ? kind : "", strength_name(r->strength),
		    r->source);
	}
}

static int
list_rules(const struct list *l, struct error *e)
{
	return signatures_show(l, e, rules_show);
}

static void
policy_show(const struct policy *p)
{
	size_t testable = 0;

	for (size_t i = 0; i < p->claim_count; i++)
		testable += p->claims[i].testable != TESTABLE_NO;
	printf("%-30s %-10s %2zu claims, %2zu testable  %s, %s\n", p->name, p->app,
	    p->claim_count, testable, p->vendor, p->document);
}

static int
list_policies(const struct list *l, struct error *e)
{
	(void)l;
	return policies_each(policy_show, e);
}

static void
interface_show(const struct live_interface *l)
{
	char text[ADDR_TEXT_SIZE];

	printf(
	    "%-16s %s%s", l->name, l->up ? "up" : "down", l->loopback ? " loopback" : "");
	for (size_t i = 0; i < l->addr_count; i++)
		printf(" %s", addr_text(&l->addrs[i], text));
	if (l->description[0] != '\0')
		printf(" (%s)", l->description);
	putchar('\n');
}

static int
list_interfaces(const struct list *l, struct error *e)
{
	struct live_interface *all = NULL;
	size_t count = 0;

	(void)l;
	if (live_interfaces(&all, &count, e) != 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		interface_show(&all[i]);
	free(all);
	return 0;
}

static const struct {
	const char *what;
	int (*list)(const struct list *l, struct error *e);
} lists[] = {
	{ "apps", list_apps },
	{ "policies", list_policies },
	{ "signatures", list_signatures },
	{ "rules", list_rules },
	{ "interfaces", list_interfaces },
};

enum exit_code
cmd_list(int argc, char **argv, const struct command *self)
{
	struct list options = { 0 };
	struct words rest = { 0 };
	struct error e = { 0 };
	int parsed = options_parse(self, argc, argv, &options, &rest);
	enum exit_code code = parsed > 0 ? EXIT_FINE : EXIT_USAGE;
	size_t which = 0;

	while (rest.count == 1 && which < COUNT_OF(lists) &&
	       strcmp(lists[which].what, rest.word[0]) != 0)
		which++;
	if (parsed == 0 && (rest.count != 1 || which == COUNT_OF(lists)))
		command_usage(self, stderr);
	else if (parsed == 0)
		code = lists[which].list(&options, &e) == 0 ? EXIT_FINE : EXIT_INPUT;
	words_free(&rest);
	return fail(&e, code);
}
