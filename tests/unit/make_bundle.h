/* SPDX-License-Identifier: Apache-2.0 */
/* A judged call with policy, marks and keys, and its bundle. */
#ifndef MAKE_BUNDLE_H
#define MAKE_BUNDLE_H

#include "make_report.h"

#include "make_folder.h"

#define MARKS                                                                            \
	"- {at: 2023-03-14T14:20:42Z, state: in_call, on: true}\n"                       \
	"- {at: 2023-03-14T14:20:49Z, state: in_call, on: false, note: bye}\n"
#define POLICY                                                                           \
	"policy: demo-terms\nvendor: Demo Inc.\ndocument: Terms\n"                       \
	"effective: 2023-01-01\napp: demo\nsource: {url: "                               \
	"'https://demo.example/terms'}\n"                                                \
	"first_party: [Demo Inc.]\nclaims:\n"                                            \
	"  - {id: telemetry, quote: we collect, says: collects, data: telemetry,\n"      \
	"     testable: yes}\n"

/* A judged call, its policy, and a pair of keys. */
struct office {
	struct desk *desk;
	struct ontologies *ontologies;
	struct policy *policy;
	struct judgement *judgement;
	const struct judgement *judgements[1];
	struct seal_secret *secret;
	char public_path[PATH_SIZE];
};

static inline int
office_setup(void **state)
{
	static const char *const ontology[] = { "config/ontology/data.yaml",
		"config/ontology/purposes.yaml", "config/ontology/recipients.yaml",
		"config/ontology/regions.yaml" };
	static const char *const locals[] = { "192.168.1.10", "192.168.1.0/24" };
	static struct office o;
	char path[PATH_SIZE];
	void *desk = NULL;
	struct error e = { 0 };

	memset(&o, 0, sizeof(o));
	assert_int_equal(desk_setup(&desk), 0);
	o.desk = desk;
	text_put(o.desk->folder, "marks.yaml", MARKS);
	o.desk->run->marks =
	    marks_load(in_folder(o.desk->folder, "marks.yaml", path), &e);
	o.desk->report.session = run_judge(o.desk->run, NULL, NULL);
	o.ontologies = ontologies_load(ontology, COUNT_OF(ontology), &e);
	text_put(o.desk->folder, "demo-terms.yaml", POLICY);
	o.policy = policy_load(
	    in_folder(o.desk->folder, "demo-terms.yaml", path), o.ontologies, &e);
	error_write(&e, stderr);
	assert_int_equal(e.count, 0);
	o.judgement = policy_judge(o.policy, o.ontologies, o.desk->report.session, false);
	assert_non_null(o.judgement);
	o.judgements[0] = o.judgement;
	o.desk->report.ontologies = o.ontologies;
	o.desk->report.judgements = o.judgements;
	o.desk->report.judgement_count = 1;
	o.desk->report.options =
	    (struct report_options){ .app = "demo",
		    .local_count = COUNT_OF(locals),
		    .locals = locals };
	in_folder(o.desk->folder, "k.pub", o.public_path);
	assert_int_equal(seal_keygen(o.public_path,
			     in_folder(o.desk->folder, "k.sec", path), NULL, &e),
	    0);
	o.secret = seal_secret_load(path, NULL, &e);
	assert_non_null(o.secret);
	*state = &o;
	return 0;
}

static inline int
office_teardown(void **state)
{
	struct office *o = *state;
	void *desk = o->desk;

	seal_secret_free(o->secret);
	judgement_free(o->judgement);
	policy_free(o->policy);
	ontologies_free(o->ontologies);
	return desk_teardown(&desk);
}

static inline const char *
bundle_make(struct office *o, bool sealed)
{
	struct error e = { 0 };

	if (report_folder(
		&o->desk->report, o->desk->out, sealed ? o->secret : NULL, &e) != 0) {
		error_write(&e, stderr);
		fail_msg("no bundle");
	}
	assert_int_equal(e.count, 0);
	return o->desk->out;
}

static inline int
run(const char *folder, const char *command)
{
	char line[2048];

	snprintf(
	    line, sizeof(line), "cd '%s' && { %s; } >/dev/null 2>&1", folder, command);
	return system(line);
}

/* "a\nb\n" of all files below, sorted. */
static inline char *
files_of(const char *folder)
{
	char command[PATH_SIZE + 128], *text = calloc(1, 8192);
	FILE *in = NULL;

	snprintf(command, sizeof(command),
	    "cd '%s' && find . -type f | cut -c 3- | LC_ALL=C sort", folder);
	in = popen(command, "r");
	assert_non_null(in);
	assert_true(fread(text, 1, 8191, in) > 0);
	assert_int_equal(pclose(in), 0);
	return text;
}

#endif
