/* SPDX-License-Identifier: Apache-2.0 */
/* What a comparison needs of one bundle, out of its report.json and flows.ndjson. */
#include <stdlib.h>
#include "diff.h"

/* Recipients of one name (an entity can be seen as first and as unknown party) are one.
 */
static int
recipient_merge(struct diff_side *s, const char *name, const json_t *recipient)
{
	json_t *known = json_object_get(s->recipients, name), *bytes = NULL;
	const char *category = NULL;

	if (known == NULL) {
		json_t *copy = json_deep_copy(recipient);

		return json_object_set_new(s->recipients, name, copy);
	}
	json_object_foreach(json_object_get(recipient, "up"), category, bytes)
	{
		json_t *up = json_object_get(known, "up");
		json_int_t sum = json_integer_value(json_object_get(up, category)) +
				 json_integer_value(bytes);

		if (json_object_set_new(up, category, json_integer(sum)) != 0)
			return -1;
	}
	return 0;
}

static bool
got_something(const json_t *recipient)
{
	return json_object_size(json_object_get(recipient, "up")) > 0;
}

static int
recipients_read(struct diff_side *s)
{
	const json_t *recipient = NULL, *host = NULL;
	size_t i = 0, k = 0;

	s->recipients = json_object();
	s->hosts = json_object();
	json_array_foreach(json_object_get(s->report, "recipients"), i, recipient)
	{
		const json_t *hosts = json_object_get(recipient, "hosts");
		const char *first = json_string_value(json_array_get(hosts, 0));
		const char *name =
		    json_text_of(recipient, "entity", first != NULL ? first : "no name");

		if (strcmp(json_text_of(recipient, "party", ""), "local") == 0)
			name = "local network";
		if (!got_something(recipient))
			continue;
		if (recipient_merge(s, name, recipient) != 0)
			return -1;
		json_array_foreach(hosts, k, host)
		{
			if (json_is_string(host) &&
			    json_object_set_new(s->hosts, json_string_value(host),
				json_string(name)) != 0)
				return -1;
		}
	}
	return 0;
}

/* Since 1970; 0 for what is no time. */
static double
seconds_of(const char *text)
{
	int64_t ns = 0;

	return json_time_read(text, &ns) ? (double)ns / 1e9 : 0;
}

/* Of the call, as `source` has it. */
static double
call_seconds(const json_t *report, const char *source)
{
	const json_t *span = NULL;
	double seconds = 0;
	size_t i = 0;

	json_array_foreach(json_object_get(report, "states"), i, span)
	{
		if (strcmp(json_text_of(span, "state", ""), "in_call") == 0 &&
		    strcmp(json_text_of(span, "source", ""), source) == 0)
			seconds += seconds_of(json_text_of(span, "to", "")) -
				   seconds_of(json_text_of(span, "from", ""));
	}
	return seconds;
}

static double
capture_seconds(const json_t *report)
{
	const json_t *capture = json_object_get(report, "capture");

	return seconds_of(json_text_of(capture, "last", "")) -
	       seconds_of(json_text_of(capture, "first", ""));
}

const char *
diff_minutes(struct diff_side side[2])
{
	static const struct {
		const char *source, *basis;
	} calls[] = {
		{ "mark", "of call as marked" },
		{ "inferred", "of call as inferred from media" },
	};

	for (size_t k = 0; k < COUNT_OF(calls); k++) {
		for (unsigned i = 0; i < 2; i++)
			side[i].minutes =
			    call_seconds(side[i].report, calls[k].source) / 60;
		if (side[0].minutes >= 1.0 / 60 && side[1].minutes >= 1.0 / 60)
			return calls[k].basis;
	}
	for (unsigned i = 0; i < 2; i++) {
		double seconds = capture_seconds(side[i].report);

		side[i].minutes = (seconds < 1 ? 1 : seconds) / 60;
	}
	return "of capture";
}

static int
start_add(struct diff_side *s, const char *entity, double second)
{
	json_t *list = json_object_get(s->starts, entity);

	if (list == NULL) {
		list = json_array();
		if (json_object_set_new(s->starts, entity, list) != 0)
			return -1;
	}
	return json_array_append_new(list, json_real(second));
}

static int
flow_starts(void *side, const json_t *flow)
{
	const json_t *remote = json_object_get(flow, "remote"), *stream = NULL;
	const char *entity = json_text_of(remote, "entity",
	    json_text_of(remote, "host", json_text_of(remote, "ip", "?")));
	size_t i = 0;

	json_array_foreach(json_object_get(flow, "streams"), i, stream)
	{
		const char *category = json_text_of(stream, "category", "");
		const char *first = json_text_of(stream, "first", NULL);
		const json_t *up = json_object_get(stream, "up");

		if ((strcmp(category, "telemetry") != 0 &&
			strcmp(category, "diagnostics") != 0) ||
		    first == NULL ||
		    json_integer_value(json_object_get(up, "payload_bytes")) == 0)
			continue;
		if (start_add(side, entity, seconds_of(first)) != 0)
			return -1;
	}
	return 0;
}

static int
by_number(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The median of the gaps between starts. */
static double
median_gap(const json_t *starts)
{
	size_t count = json_array_size(starts);
	double *at = calloc(count ? count : 1, sizeof(*at)), median = 0;

	if (at == NULL || count < 2)
		goto out;
	for (size_t i = 0; i < count; i++)
		at[i] = json_real_value(json_array_get(starts, i));
	qsort(at, count, sizeof(*at), by_number);
	for (size_t i = 0; i + 1 < count; i++)
		at[i] = at[i + 1] - at[i];
	qsort(at, count - 1, sizeof(*at), by_number);
	median = at[(count - 1) / 2];
out:
	free(at);
	return median;
}

static int
by_entity(const void *a, const void *b)
{
	const struct cadence_row *x = a, *y = b;

	return strcmp(x->entity, y->entity);
}

static int
cadence_make(struct diff_side *s)
{
	size_t room = json_object_size(s->starts);
	const char *entity = NULL;
	json_t *starts = NULL;

	s->cadence.rows = calloc(room ? room : 1, sizeof(*s->cadence.rows));
	if (s->cadence.rows == NULL)
		return -1;
	json_object_foreach(s->starts, entity, starts)
	{
		s->cadence.rows[s->cadence.count++] = (struct cadence_row){ entity,
			json_array_size(starts), median_gap(starts) };
	}
	qsort(s->cadence.rows, s->cadence.count, sizeof(*s->cadence.rows), by_entity);
	return 0;
}

int
diff_read(struct diff_side *s, const char *folder, struct error *e)
{
	const json_t *files = NULL;

	s->report = bundle_report(folder, e);
	if (s->report == NULL)
		return -1;
	json_clean(s->report);
	files = json_object_get(json_object_get(s->report, "capture"), "files");
	s->capture = json_text_of(json_array_get(files, 0), "name", "no capture");
	s->starts = json_object();
	if (bundle_flows(folder, flow_starts, s, e) != 0)
		return -1;
	if (recipients_read(s) == 0 && cadence_make(s) == 0)
		return 0;
	error_add(e, folder, 0, 0, "out of memory");
	return -1;
}

void
diff_side_clear(struct diff_side *s)
{
	json_decref(s->recipients);
	json_decref(s->hosts);
	json_decref(s->starts);
	json_decref(s->report);
	free(s->cadence.rows);
}
