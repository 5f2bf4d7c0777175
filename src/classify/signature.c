/* SPDX-License-Identifier: Apache-2.0 */
/* A set of signatures from outside. */
#include <stdlib.h>

#include "signature.h"

void
signatures_free(struct signatures *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->file_count; i++)
		yaml_close(s->files[i].document);
	ways_clear(s);
	free(s->rules);
	free(s->files);
	arena_clear(&s->arena);
	free(s);
}

size_t
signatures_count(const struct signatures *s)
{
	return s->file_count;
}

const struct signature *
signatures_at(const struct signatures *s, size_t index)
{
	return index < s->file_count ? &s->files[index].signature : NULL;
}

size_t
signatures_rules(const struct signatures *s)
{
	return s->rule_count;
}

const struct rule *
signatures_rule(const struct signatures *s, size_t index)
{
	return index < s->rule_count ? &s->rules[index].rule : NULL;
}

const struct signature *
signatures_named(const struct signatures *s, const char *name)
{
	for (size_t i = 0; i < s->file_count; i++)
		if (strcmp(s->files[i].signature.name, name) == 0)
			return &s->files[i].signature;
	return NULL;
}

const void *
signature_bytes(const struct signature *s, size_t *length)
{
	return yaml_bytes(((const struct signature_inside *)s)->document, length);
}
