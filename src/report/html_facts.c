/* SPDX-License-Identifier: Apache-2.0 */
/* What the flows add to the report: the largest streams, the names behind evidence, and
 * disclosures grouped so that a person can read them. */
#include <stdlib.h>
#include "html.h"

static const char *
host_of(const json_t *remote)
{
	return json_text_of(
	    remote, "host", json_text_of(remote, "ip", "an address that is not told"));
}

/* "content.audio", "telemetry"; NULL when memory is full. */
static char *
what_of(const json_t *stream)
{
	const char *kind = json_text_of(stream, "kind", NULL);
	char *text = NULL;

	if (asprintf(&text, "%s%s%s", json_text_of(stream, "category", "unknown"),
		kind != NULL ? "." : "", kind != NULL ? kind : "") < 0)
		return NULL;
	return text;
}

/* Witnesses. */

static int
witness_compare(const void *a, const void *b)
{
	const struct witness *x = a, *y = b;

	if (x->flow != y->flow)
		return x->flow < y->flow ? -1 : 1;
	return x->stream < y->stream ? -1 : x->stream > y->stream;
}

static size_t
witnesses_collect(const json_t *report, struct witness *into)
{
	const json_t *policy = NULL, *claim = NULL, *evidence = NULL;
	size_t p = 0, c = 0, e = 0, count = 0;

	json_array_foreach(json_object_get(report, "policies"), p, policy)
	    json_array_foreach(json_object_get(policy, "claims"), c, claim)
		json_array_foreach(json_object_get(claim, "evidence"), e, evidence)
	{
		if (into != NULL)
			into[count] = (struct witness){
				.flow = (uint64_t)json_count_of(evidence, "flow"),
				.stream = (size_t)json_count_of(evidence, "stream"),
			};
		count++;
	}
	return count;
}

static int
witnesses_new(struct facts *f)
{
	size_t count = witnesses_collect(f->report, NULL);

	f->witnesses = calloc(count + 1, sizeof(*f->witnesses));
	if (f->witnesses == NULL)
		return -1;
	witnesses_collect(f->report, f->witnesses);
	qsort(f->witnesses, count, sizeof(*f->witnesses), witness_compare);
	for (size_t i = 0; i < count; i++)
		if (i == 0 ||
		    witness_compare(&f->witnesses[i - 1], &f->witnesses[i]) != 0)
			f->witnesses[f->witness_count++] = f->witnesses[i];
	return 0;
}

const struct witness *
facts_witness(const struct facts *f, uint64_t flow, size_t stream)
{
	struct witness key = { .flow = flow, .stream = stream };

	return bsearch(
	    &key, f->witnesses, f->witness_count, sizeof(*f->witnesses), witness_compare);
}

static int
witness_fill(struct facts *f, uint64_t flow, size_t index, const json_t *remote,
    const json_t *stream)
{
	const struct witness *found = facts_witness(f, flow, index);
	struct witness *witness =
	    found != NULL ? &f->witnesses[found - f->witnesses] : NULL;

	if (witness == NULL || witness->what != NULL)
		return 0;
	witness->what = what_of(stream);
	witness->where = strdup(host_of(remote));
	return witness->what != NULL && witness->where != NULL ? 0 : -1;
}

/* Rows: a heap with the smallest on top, until facts_close(). */

static int
row_compare(const struct stream_row *a, const struct stream_row *b)
{
	if (a->up_bytes != b->up_bytes)
		return a->up_bytes > b->up_bytes ? -1 : 1;
	if (a->flow != b->flow)
		return a->flow < b->flow ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

static int
row_order(const void *a, const void *b)
{
	return row_compare(a, b);
}

static void
row_swap(struct stream_row *a, struct stream_row *b)
{
	struct stream_row kept = *a;

	*a = *b;
	*b = kept;
}

/* Puts a new top in its place. */
static void
rows_sink(struct facts *f)
{
	for (size_t i = 0, child = 1; child < f->row_count;
	     i = child, child = 2 * i + 1) {
		if (child + 1 < f->row_count &&
		    row_compare(&f->rows[child + 1], &f->rows[child]) > 0)
			child++;
		if (row_compare(&f->rows[child], &f->rows[i]) <= 0)
			return;
		row_swap(&f->rows[child], &f->rows[i]);
	}
}

/* Puts a new last in its place. */
static void
rows_rise(struct facts *f)
{
	for (size_t i = f->row_count - 1; i > 0; i = (i - 1) / 2) {
		if (row_compare(&f->rows[i], &f->rows[(i - 1) / 2]) <= 0)
			return;
		row_swap(&f->rows[i], &f->rows[(i - 1) / 2]);
	}
}

static int
row_add(struct facts *f, const struct stream_row *wanted, const json_t *flow,
    const json_t *stream)
{
	const json_t *remote = json_object_get(flow, "remote");
	const json_t *process = json_object_get(flow, "process");
	struct stream_row row = *wanted;

	if (f->row_count == STREAMS_SHOWN && row_compare(&row, &f->rows[0]) > 0)
		return 0;
	row.remote = remote != NULL ? json_deep_copy(remote) : json_object();
	row.stream = json_deep_copy(stream);
	if (json_is_object(process))
		row.process = json_deep_copy(process);
	if (f->row_count < STREAMS_SHOWN) {
		f->rows[f->row_count++] = row;
		rows_rise(f);
	} else {
		json_decref(f->rows[0].remote);
		json_decref(f->rows[0].stream);
		json_decref(f->rows[0].process);
		f->rows[0] = row;
		rows_sink(f);
	}
	return row.remote != NULL && row.stream != NULL ? 0 : -1;
}

/* Programs. */

bool
facts_programs(const struct facts *f)
{
	const json_t *c = json_object_get(f->report, "coverage");

	return json_is_integer(json_object_get(c, "owned_up_bytes"));
}

const char *
facts_program(const json_t *process, char *text, size_t size)
{
	const char *name =
	    json_text_of(process, "exe", json_text_of(process, "command", NULL));

	if (name != NULL)
		snprintf(text, size, "%s", name);
	else if (json_is_object(process))
		snprintf(
		    text, size, "process %lld", (long long)json_count_of(process, "pid"));
	else
		snprintf(text, size, "not known");
	return text;
}

/* Groups of disclosures. */

static bool
group_is(const struct disclosure_group *a, const struct disclosure_group *b)
{
	static const char *const keys[] = { "disclosure", "claim", "other", "label",
		"severity", "strength" };

	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (!same_text(json_text_of(a->disclosure, keys[i], NULL),
			json_text_of(b->disclosure, keys[i], NULL)))
			return false;
	return a->policy == b->policy && same_text(a->what, b->what) &&
	       same_text(a->where, b->where) && same_text(a->party, b->party);
}

static void
group_count(struct disclosure_group *group, const json_t *disclosure)
{
	uint64_t bytes = (uint64_t)json_count_of(disclosure, "up_bytes");

	if (group->streams < GROUP_FLOWS) {
		group->first[group->streams].flow =
		    (uint64_t)json_count_of(disclosure, "flow");
		group->first[group->streams].stream =
		    (uint64_t)json_count_of(disclosure, "stream");
	}
	group->streams++;
	group->up_bytes += bytes;
	if (bytes > group->most_bytes) {
		group->most_bytes = bytes;
		group->disclosure = disclosure;
	}
}

static void
group_clear(struct disclosure_group *group)
{
	free(group->what);
	free(group->where);
	free(group->party);
}

static bool
group_fill(struct disclosure_group *group, const json_t *remote, const json_t *stream)
{
	if (remote == NULL || stream == NULL)
		return true;
	group->what = what_of(stream);
	group->where = strdup(json_text_of(remote, "entity", host_of(remote)));
	group->party = strdup(json_text_of(remote, "party", "unknown"));
	return group->what != NULL && group->where != NULL && group->party != NULL;
}

static int
group_add(struct facts *f, size_t policy, const json_t *disclosure, const json_t *remote,
    const json_t *stream)
{
	struct disclosure_group group = { .policy = policy, .disclosure = disclosure };
	size_t of_policy = 0;
	bool filled = group_fill(&group, remote, stream);

	for (size_t i = 0; filled && i < f->group_count; i++) {
		if (group_is(&f->groups[i], &group)) {
			group_clear(&group);
			group_count(&f->groups[i], disclosure);
			return 0;
		}
		of_policy += f->groups[i].policy == policy;
	}
	if (!filled || of_policy >= GROUPS_SHOWN) {
		group_clear(&group);
		f->groups_left[policy]++;
		return filled ? 0 : -1;
	}
	f->groups[f->group_count] = group;
	group_count(&f->groups[f->group_count++], disclosure);
	return 0;
}

/* The policies' disclosures are in the order of flows, as are the flows. */
static int
disclosures_upto(
    struct facts *f, uint64_t flow, const json_t *remote, const json_t *streams)
{
	const json_t *policy = NULL;
	size_t p = 0;

	json_array_foreach(json_object_get(f->report, "policies"), p, policy)
	{
		const json_t *list = json_object_get(policy, "disclosures"), *d = NULL;

		for (; (d = json_array_get(list, f->cursors[p])) != NULL;
		     f->cursors[p]++) {
			uint64_t id = (uint64_t)json_count_of(d, "flow");
			size_t index = (size_t)json_count_of(d, "stream");

			if (id > flow)
				break;
			if (group_add(f, p, d, id == flow ? remote : NULL,
				id == flow ? json_array_get(streams, index) : NULL) != 0)
				return -1;
		}
	}
	return 0;
}

/* Facts. */

struct facts *
facts_new(const json_t *report)
{
	const json_t *capture = json_object_get(report, "capture");
	size_t policies = json_array_size(json_object_get(report, "policies"));
	struct facts *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->report = report;
	if (!json_time_read(json_text_of(capture, "first", NULL), &f->first_ns) ||
	    !json_time_read(json_text_of(capture, "last", NULL), &f->last_ns))
		f->first_ns = f->last_ns = 0;
	f->cursors = calloc(policies + 1, sizeof(*f->cursors));
	f->groups_left = calloc(policies + 1, sizeof(*f->groups_left));
	f->groups = calloc(policies * GROUPS_SHOWN + 1, sizeof(*f->groups));
	if (f->cursors == NULL || f->groups_left == NULL || f->groups == NULL ||
	    witnesses_new(f) != 0) {
		facts_free(f);
		return NULL;
	}
	return f;
}

int
facts_add(struct facts *f, const json_t *flow)
{
	uint64_t id = (uint64_t)json_count_of(flow, "id");
	const json_t *remote = json_object_get(flow, "remote"), *stream = NULL;
	const json_t *streams = json_object_get(flow, "streams");
	size_t i = 0;

	json_array_foreach(streams, i, stream)
	{
		struct stream_row row = { .flow = id, .index = i };

		row.up_bytes = (uint64_t)json_count_of(
		    json_object_get(stream, "up"), "payload_bytes");
		f->full |= witness_fill(f, id, i, remote, stream) != 0;
		if (row.up_bytes == 0)
			continue;
		f->stream_total++;
		f->stream_bytes += row.up_bytes;
		f->full |= row_add(f, &row, flow, stream) != 0;
	}
	f->full |= disclosures_upto(f, id, remote, streams) != 0;
	return f->full ? -1 : 0;
}

int
facts_close(struct facts *f)
{
	qsort(f->rows, f->row_count, sizeof(*f->rows), row_order);
	f->full |= disclosures_upto(f, UINT64_MAX, NULL, NULL) != 0;
	return f->full ? -1 : 0;
}

void
facts_free(struct facts *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->row_count; i++) {
		json_decref(f->rows[i].remote);
		json_decref(f->rows[i].stream);
		json_decref(f->rows[i].process);
	}
	for (size_t i = 0; i < f->witness_count; i++) {
		free(f->witnesses[i].what);
		free(f->witnesses[i].where);
	}
	for (size_t i = 0; i < f->group_count; i++)
		group_clear(&f->groups[i]);
	free(f->witnesses);
	free(f->cursors);
	free(f->groups_left);
	free(f->groups);
	free(f);
}
