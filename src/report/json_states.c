/* SPDX-License-Identifier: Apache-2.0 */
/* What happened when: states, marks, and what went up over time. */
#include "json.h"

static json_t *
json_span(const struct state_span *span)
{
	const struct json_entry entries[] = {
		{ "state", json_text(state_name(span->state)) },
		{ "from", json_time(span->from_ns) },
		{ "to", json_time(span->to_ns) },
		{ "source", json_string(span->inferred ? "inferred" : "mark") },
		{ "note", json_text(span->note) },
		{ "up", json_categories(span->up) },
	};

	return json_map(entries, COUNT_OF(entries));
}

json_t *
json_states(const struct report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->session->span_count; i++)
		json_list_add(&list, json_span(&r->session->spans[i]));
	return list;
}

static json_t *
json_mark(const struct mark *m, const struct mark_burst *after)
{
	bool bare = m->state == STATES;
	const struct json_entry entries[] = {
		{ "at", json_time(m->time_ns) },
		{ "state", json_text(bare ? NULL : state_name(m->state)) },
		{ "on", bare ? json_null() : json_boolean(m->on) },
		{ "note", json_text(m->note) },
		{ "after", after != NULL ? json_categories(after->up) : json_object() },
	};

	return json_map(entries, COUNT_OF(entries));
}

json_t *
json_marks(const struct report *r)
{
	const struct marks *marks = r->session->input.marks;
	const struct mark_burst *bursts = r->session->bursts;
	json_t *list = json_array();

	for (size_t i = 0; marks != NULL && i < marks_count(marks); i++)
		json_list_add(
		    &list, json_mark(marks_at(marks, i), bursts ? &bursts[i] : NULL));
	return list;
}

static json_t *
json_steps(const struct timeline *t, enum category c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < t->steps; i++)
		json_list_add(&list, json_count(t->up[c][i]));
	return list;
}

static bool
has_bytes(const struct timeline *t, enum category c)
{
	for (size_t i = 0; i < t->steps; i++)
		if (t->up[c][i] > 0)
			return true;
	return false;
}

static json_t *
json_curves(const struct timeline *t)
{
	json_t *up = json_object();

	for (unsigned c = 0; t->step_ns > 0 && c < CATEGORIES; c++)
		if (has_bytes(t, c))
			json_map_add(&up, category_name(c), json_steps(t, c));
	return up;
}

json_t *
json_timeline(const struct report *r)
{
	const struct timeline *t = &r->session->timeline;
	bool any = t->step_ns > 0;
	const struct json_entry entries[] = {
		{ "from", any ? json_time(t->from_ns) : json_null() },
		{ "step_ms", json_count(any ? (uint64_t)t->step_ns / 1000000 : 0) },
		{ "steps", json_count(any ? t->steps : 0) },
		{ "up", json_curves(t) },
	};

	return json_map(entries, COUNT_OF(entries));
}
