/* SPDX-License-Identifier: Apache-2.0 */
/* What reports say of programs, of a live capture, and the kept frames in a bundle. */
#include <fcntl.h>
#include <unistd.h>

#include "make_report.h"
#include "make_view.h"

static const struct process shell = { .pid = 70, .exe = "/bin/sh" };
static const struct process demo = { .pid = 77,
	.exe = "/opt/demo/d<e>mo",
	.sha256 = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
	.command = "node sdk.js",
	.parent = &shell };
static const struct process hidden = { .pid = 78 };

/* Of the flow to the events' server, and of the call. */
static const struct process *
process_of(const struct flow *f)
{
	bool tcp = f->key.proto == 6;
	bool call = f->key.end[0].port == 41000 || f->key.end[1].port == 41000;

	return call                                                              ? &hidden
	       : tcp && (f->key.end[0].port == 443 || f->key.end[1].port == 443) ? &demo
										 : NULL;
}

static struct session *owned;

/* A desk whose programs are known, of a live capture. */
static int
live_setup(void **state)
{
	struct desk *d = desk_new(NULL);
	struct session_input in = d->report.session->input;

	in.process = process_of;
	in.only_process = "d<e>mo";
	owned = session_new(&in);
	assert_non_null(owned);
	d->report.session = owned;
	d->report.options.process = "d<e>mo";
	d->report.environment.ended = "interrupted";
	d->report.environment.interface = "any";
	*state = d;
	return 0;
}

static int
live_teardown(void **state)
{
	session_free(owned);
	return desk_teardown(state);
}

/* The record of the flow with that remote port; a new reference. */
static json_t *
record_of(const struct report *r, json_int_t port)
{
	char *flows = NULL, *rest = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&flows, &size);
	json_t *found = NULL;

	assert_int_equal(report_flows(r, out), 0);
	assert_int_equal(fclose(out), 0);
	for (char *line = strtok_r(flows, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		json_t *flow = json_loads(line, 0, NULL);

		if (number_at(flow, "remote.port") == port)
			found = json_incref(flow);
		json_decref(flow);
	}
	free(flows);
	assert_non_null(found);
	return found;
}

static void
assert_process(const struct report *r, json_int_t port, const char *expected)
{
	json_t *flow = record_of(r, port),
	       *want = json_loads(expected, JSON_DECODE_ANY, NULL);

	assert_non_null(want);
	assert_true(json_equal(json_object_get(flow, "process"), want));
	json_decref(flow);
	json_decref(want);
}

static void
a_flow_names_its_program(void **state)
{
	struct desk *d = *state;

	assert_process(&d->report, 443,
	    "{\"pid\": 77, \"exe\": \"/opt/demo/d<e>mo\", \"sha256\": "
	    "\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\", "
	    "\"command\": \"node sdk.js\", \"parent\": {\"pid\": 70, \"exe\": "
	    "\"/bin/sh\"}}");
	assert_process(&d->report, 41000,
	    "{\"pid\": 78, \"exe\": null, \"sha256\": null, \"command\": null, "
	    "\"parent\": null}");
	assert_process(&d->report, 53, "null");
}

static void
coverage_counts_what_nobody_owns(void **state)
{
	struct desk *d = *state;
	json_t *r = parsed(&d->report, report_json), *up = NULL, *category = NULL;
	json_int_t owned_up = number_at(r, "coverage.owned_up_bytes"), all = 0;
	const char *key = NULL;

	up = json_object_get(json_object_get(r, "totals"), "up");
	json_object_foreach(up, key, category) all +=
	    json_integer_value(json_object_get(category, "bytes"));
	assert_true(owned_up > 3000);
	assert_int_equal(owned_up + number_at(r, "coverage.unowned_up_bytes"), all);
	assert_string_equal(text_at(r, "environment.ended"), "interrupted");
	assert_string_equal(text_at(r, "environment.interface"), "any");
	assert_string_equal(text_at(r, "inputs.options.process"), "d<e>mo");
	json_decref(r);
}

static void
pages_say_it(void **state)
{
	struct desk *d = *state;
	char *html = view_made(&view_html, &d->report);
	char *md = view_made(&view_md, &d->report);
	char *csv = view_made(&view_csv, &d->report);

	assert_non_null(strstr(html, "/opt/demo/d&lt;e&gt;mo"));
	assert_non_null(strstr(html, "process 77"));
	assert_non_null(strstr(html, "<dt>Ended</dt><dd>interrupted</dd>"));
	assert_non_null(strstr(html, "<dt>Listened on</dt><dd>any</dd>"));
	assert_non_null(strstr(html, "<dt>Program asked for</dt><dd>d&lt;e&gt;mo</dd>"));
	assert_non_null(strstr(html, "belong to no known program"));
	assert_null(strstr(html, "d<e>mo"));
	assert_non_null(strstr(md, "- Ended: interrupted\n"));
	assert_non_null(strstr(md, "- Listened on: any\n"));
	assert_non_null(strstr(md, "belong to no known program"));
	assert_non_null(strstr(csv, "\"process\",\"program\",\"command\""));
	assert_non_null(strstr(csv, ",77,\"/opt/demo/d<e>mo\",\"node sdk.js\","));
	assert_non_null(strstr(csv, ",78,,,"));
	free(html);
	free(md);
	free(csv);
}

static char *
summary_of(const struct report *r)
{
	struct summary_style style = { .recipients = 20 };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	report_summary(r, &style, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void
the_summary_says_it(void **state)
{
	struct desk *d = *state;
	char *text = summary_of(&d->report);

	assert_non_null(strstr(text, "  listened on: any\n"));
	assert_non_null(strstr(text, "  ended: interrupted\n"));
	assert_non_null(strstr(text, "  program asked for: d<e>mo\n"));
	assert_non_null(strstr(text, "% of the bytes belong to no known program"));
	free(text);
	owned->process_seen = false;
	text = summary_of(&d->report);
	assert_non_null(strstr(text, "d<e>mo, of which no flow is known to be"));
	free(text);
}

/* Offline nothing of all that is known, and nothing is said. */
static void
a_replay_says_nothing_of_programs(void **state)
{
	struct desk *d = *state;
	json_t *r = parsed(&d->report, report_json);
	char *html = view_made(&view_html, &d->report);
	char *md = view_made(&view_md, &d->report);
	char *text = summary_of(&d->report);

	assert_true(json_is_null(at(r, "coverage.owned_up_bytes")));
	assert_true(json_is_null(at(r, "coverage.unowned_up_bytes")));
	assert_true(json_is_null(at(r, "environment.ended")));
	assert_true(json_is_null(at(r, "environment.interface")));
	assert_true(json_is_null(at(r, "inputs.options.process")));
	assert_null(strstr(html, "no known program"));
	assert_null(strstr(html, "<dt>Ended"));
	assert_null(strstr(html, "data-l=\"Program\""));
	assert_null(strstr(md, "no known program"));
	assert_null(strstr(md, "Ended"));
	assert_null(strstr(text, "no known program"));
	assert_null(strstr(text, "listened"));
	free(html);
	free(md);
	free(text);
	json_decref(r);
}

static void
explain_tells_the_program(void **state)
{
	struct desk *d = *state;
	struct error e = { 0 };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(report_folder(&d->report, d->out, NULL, &e), 0);
	assert_int_equal(report_explain(d->out, "2", out, &e), 0);
	assert_int_equal(fclose(out), 0);
	assert_non_null(
	    strstr(text, "  program    /opt/demo/d<e>mo (process 77, node sdk.js)\n"));
	assert_non_null(strstr(text, "  started by /bin/sh (process 70)\n"));
	assert_non_null(strstr(text, "  SHA-256    00112233"));
	free(text);
}

/* The bundle keeps what was asked for, and so can be derived again. */
static void
the_options_keep_the_program(void **state)
{
	struct desk *d = *state;
	struct error e = { 0 };
	struct report_inputs *in = NULL;

	assert_int_equal(report_folder(&d->report, d->out, NULL, &e), 0);
	assert_non_null(in = report_inputs_load(d->out, &e));
	assert_string_equal(report_inputs_options(in)->process, "d<e>mo");
	report_inputs_free(in);
	assert_int_equal(report_compare(&d->report, d->out, &e), 0);
	d->report.environment.ended = d->report.environment.interface = NULL;
	assert_int_equal(report_compare(&d->report, d->out, &e), 0);
	d->report.options.process = NULL;
	assert_int_equal(report_compare(&d->report, d->out, &e), -1);
	error_clear(&e);
}

static void
kept_make(const struct desk *d, char path[128])
{
	FILE *out = NULL;

	snprintf(path, 128, "%s/kept.pcapng", d->folder);
	out = fopen(path, "w");
	assert_non_null(out);
	for (int i = 0; i < 100000; i++)
		fprintf(out, "frame %d\n", i);
	assert_int_equal(fclose(out), 0);
}

static void
kept_frames_move_into_the_bundle(void **state)
{
	struct desk *d = *state;
	struct error e = { 0 };
	char kept[128], moved[128], signer[256];

	kept_make(d, kept);
	assert_int_equal(report_folder_with(&d->report, d->out, kept, NULL, &e), 0);
	assert_int_equal(e.count, 0);
	assert_int_equal(access(kept, F_OK), -1);
	snprintf(moved, sizeof(moved), "%s/capture.pcapng", d->out);
	assert_int_equal(access(moved, R_OK), 0);
	assert_int_equal(seal_verify(d->out, NULL, signer, &e), 0);
	assert_int_equal(truncate(moved, 5), 0); /* its sum is among the others */
	assert_int_equal(seal_verify(d->out, NULL, signer, &e), 1);
	error_clear(&e);
}

/* The recording is worth more than the report: it stays where it was. */
static void
kept_frames_stay_when_the_bundle_fails(void **state)
{
	struct desk *d = *state;
	struct error e = { 0 };
	char kept[128], path[128];

	kept_make(d, kept);
	snprintf(path, sizeof(path), "%s/taken", d->folder);
	assert_int_equal(mkdir(path, 0777), 0);
	snprintf(path, sizeof(path), "%s/taken/notes.txt", d->folder);
	assert_int_equal(close(open(path, O_CREAT | O_WRONLY, 0666)), 0);
	snprintf(path, sizeof(path), "%s/taken", d->folder);
	assert_int_equal(report_folder_with(&d->report, path, kept, NULL, &e), -1);
	assert_int_equal(e.count, 1);
	error_clear(&e);
	assert_int_equal(access(kept, R_OK), 0);
	assert_int_equal(
	    report_folder_with(&d->report, d->out, "/no/such/file", NULL, &e), -1);
	assert_non_null(strstr(e.lines[0].file, "capture.pcapng"));
	assert_non_null(strstr(e.lines[0].text, "No such file"));
	assert_int_equal(access(d->out, F_OK), -1);
	error_clear(&e);
}

#define LIVE(name) cmocka_unit_test_setup_teardown(name, live_setup, live_teardown)
#define DESK(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE(a_flow_names_its_program),
		LIVE(coverage_counts_what_nobody_owns),
		LIVE(pages_say_it),
		LIVE(the_summary_says_it),
		DESK(a_replay_says_nothing_of_programs),
		LIVE(explain_tells_the_program),
		LIVE(the_options_keep_the_program),
		LIVE(kept_frames_move_into_the_bundle),
		LIVE(kept_frames_stay_when_the_bundle_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
