/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as t.yaml against small ontologies; what loads keeps the promises of policy.h. */
#include <stdlib.h>

#include "../unit/make_ontologies.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_claim(const struct claim *c)
{
	if (c->id == NULL || c->topic == NULL || c->version_date == NULL ||
	    c->source == NULL || (c->quote == NULL) == (c->restated == NULL))
		abort();
	if (c->data_count == 0 || c->recipient_count == 0 || says_name(c->says) == NULL)
		abort();
	if (c->region_count > 0 && c->says != SAYS_ONLY)
		abort();
	if (c->tls_min != 0 && c->says != SAYS_SECURES)
		abort();
	if ((when_name(c->when) == NULL) != (c->when == WHEN_ALWAYS) ||
	    c->when == STATE_SILENT || c->unless > STATES)
		abort();
	if (c->restated != NULL && c->quote_check != QUOTE_EXCERPT)
		abort();
}

static void
check_tensions(const struct policy *p, const struct ontologies *o)
{
	struct tension *list = NULL;
	char text[TENSION_TEXT_SIZE];
	size_t count = 0;

	if (policy_tensions(p, o, &list, &count) < 0)
		abort();
	for (size_t i = 0; i < count; i++) {
		const struct tension *t = &list[i];

		if (t->positive->says != SAYS_COLLECTS || t->negative->says != SAYS_NEVER)
			abort();
		if (tension_text(t->label, text)[0] == '\0')
			abort();
		if (i > 0 &&
		    (t->positive < t[-1].positive ||
			(t->positive == t[-1].positive && t->negative <= t[-1].negative)))
			abort();
	}
	free(list);
}

static void
check(const struct policy *p, const struct ontologies *o, size_t size)
{
	size_t length;

	if (p->claim_count == 0 || p->first_party[0] == NULL || p->url == NULL ||
	    strlen(p->sha256) != SHA256_TEXT_SIZE - 1)
		abort();
	if (policy_bytes(p, &length) == NULL || length != size)
		abort();
	for (const char *const *name = p->first_party; *name != NULL; name++)
		if (!policy_owns(p, *name))
			abort();
	for (size_t i = 0; i < p->claim_count; i++)
		check_claim(&p->claims[i]);
	check_tensions(p, o);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ontologies *o; /* for all runs; still reachable at the end */
	struct error e = { 0 };
	struct policy *p = NULL;

	if (o == NULL)
		o = make_ontologies();
	p = policy_parse("t.yaml", data, size, o, &e);
	if ((p == NULL) != (e.count > 0))
		abort();
	if (p != NULL)
		check(p, o, size);
	error_sort(&e);
	error_clear(&e);
	policy_free(p);
	return 0;
}
