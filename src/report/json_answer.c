/* SPDX-License-Identifier: Apache-2.0 */
/* A policy's judgement in one sentence, which claims no more than was seen. */
#include <stdlib.h>
#include "json.h"

/* So many recipients are named; the others are counted. */
#define NAMED 3

struct answer {
	const struct judgement *judgement;
	json_t *undisclosed; /* names as keys */
};

static int
by_id(const void *key, const void *flow)
{
	const uint32_t *id = key;
	const struct judged_flow *j = flow;

	return *id < j->flow->id ? -1 : *id > j->flow->id;
}

static int
add_name(json_t **names, const char *name)
{
	json_t *text = json_text(name);

	if (json_is_string(text))
		json_map_add(names, name, json_true());
	json_decref(text);
	return *names != NULL ? 0 : -1;
}

/* Who got streams that the policy says nothing of; NULL when memory is full. */
static json_t *
undisclosed(const struct report *r, const struct judgement *j)
{
	json_t *names = json_object();

	for (size_t i = 0; i < j->disclosure_count; i++) {
		const struct stream_disclosure *d = &j->disclosures[i];
		const struct judged_flow *f = bsearch(&d->flow, r->session->flows,
		    r->session->flow_count, sizeof(*f), by_id);

		if (d->severity != SEVERITY_NONE && f != NULL &&
		    add_name(&names, f->entity ? f->entity : f->label) != 0)
			return NULL;
	}
	return names;
}

static void
write_undisclosed(FILE *out, json_t *names)
{
	size_t count = json_object_size(names), told = 0;

	fprintf(
	    out, "data to %zu recipient%s not disclosed (", count, count == 1 ? "" : "s");
	for (void *i = json_object_iter(names); i != NULL && told < NAMED;
	     i = json_object_iter_next(names, i))
		fprintf(out, "%s%s", told++ ? ", " : "", json_object_iter_key(i));
	if (count > told)
		fprintf(out, " and %zu more", count - told);
	fputc(')', out);
}

/* All but supported and contradicted: each claim is in one of these three places. */
static void
write_rest(FILE *out, const struct judgement *j)
{
	static const struct {
		enum outcome outcome;
		const char *words;
	} rest[] = {
		{ OUTCOME_NOT_TESTABLE, "cannot be tested" },
		{ OUTCOME_INCONCLUSIVE, "undecided" },
		{ OUTCOME_NOT_OBSERVED, "not observed" },
		{ OUTCOME_NOT_EXERCISED, "not exercised" },
	};

	for (size_t i = 0; i < COUNT_OF(rest); i++)
		if (j->claims[rest[i].outcome] > 0)
			fprintf(
			    out, ", %zu %s", j->claims[rest[i].outcome], rest[i].words);
}

static void
write_answer(FILE *out, const void *what)
{
	const struct answer *a = what;
	const struct judgement *j = a->judgement;
	size_t claims = j->outcome_count, wrong = j->claims[OUTCOME_CONTRADICTED];
	size_t supported = j->claims[OUTCOME_SUPPORTED];
	bool hidden = json_object_size(a->undisclosed) > 0;

	if (wrong == 0 && !hidden) {
		fprintf(out, "Nothing contradicted: %zu of %zu claim%s supported",
		    supported, claims, claims == 1 ? "" : "s");
		write_rest(out, j);
		fputs("; absence is no proof.", out);
		return;
	}
	fprintf(out, "%zu of %zu claim%s contradicted", wrong, claims,
	    claims == 1 ? "" : "s");
	if (hidden) {
		fputs(wrong > 0 ? ", " : ", but ", out);
		write_undisclosed(out, a->undisclosed);
	}
	fprintf(out, "; %zu supported", supported);
	write_rest(out, j);
	fputc('.', out);
}

json_t *
json_answer(const struct report *r, const struct judgement *j)
{
	struct answer a = { j, undisclosed(r, j) };
	json_t *text = a.undisclosed != NULL ? json_written(write_answer, &a) : NULL;

	json_decref(a.undisclosed);
	return text;
}
