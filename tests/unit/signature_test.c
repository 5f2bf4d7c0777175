/* SPDX-License-Identifier: Apache-2.0 */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../src/classify/signature.h"

static const char head[] = "signature: t\ntitle: T\nversion: 2026-11-21\nentity: T Inc.\n"
			   "country: DE\napp: true\ndomains: [t.example]\nrules:\n";

/* Rules as "category/kind strength {match}", ids t.0, t.1, … */
static struct signatures *
set_of(const char *const *rules, size_t count)
{
	struct error e = { 0 };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	struct signatures *s;

	fputs(head, out);
	for (size_t i = 0; i < count; i++) {
		char category[16], kind[16], strength[16];
		int at = 0;

		assert_int_equal(sscanf(rules[i], "%15[^/]/%15s %15s %n", category, kind,
				     strength, &at),
		    3);
		fprintf(out,
		    "  - {id: t.%zu, category: %s, kind: %s, strength: %s, match: %s, "
		    "source: s}\n",
		    i, category, kind, strength, rules[i] + at);
	}
	fclose(out);
	s = signatures_parse("t.yaml", text, size, &e);
	error_write(&e, stderr);
	error_clear(&e);
	free(text);
	assert_non_null(s);
	return s;
}

/* The number in the id of the winner, or -1. */
static int
winner(const struct signatures *s, const struct subject *subject)
{
	const struct rule *r = signatures_match(s, subject, NULL, NULL);

	return r ? atoi(r->id + 2) : -1;
}

static void
terms_go_both_ways(void **state)
{
	(void)state;
	for (int i = 0; i < CATEGORIES; i++)
		assert_int_equal(category_named(category_name((enum category)i)), i);
	for (int i = 1; i < KINDS; i++)
		assert_int_equal(kind_named(kind_name((enum kind)i)), i);
	for (int i = 0; i < STRENGTHS; i++)
		assert_int_equal(strength_named(strength_name((enum strength)i)), i);
	for (int i = 0; i < BEHAVIOURS; i++)
		assert_int_equal(behaviour_named(behaviour_name((enum behaviour)i)), i);
	assert_null(kind_name(KIND_NONE));
	assert_null(category_name(CATEGORIES));
	assert_null(host_source_name(HOST_NONE));
	assert_string_equal(host_source_name(HOST_REALM), "realm");
	assert_int_equal(category_named("Content"), CATEGORIES);
	assert_int_equal(kind_named(""), KINDS);
	assert_true(category_has(CATEGORY_CONTENT, KIND_FILE));
	assert_true(category_has(CATEGORY_OTHER, KIND_NONE));
	assert_false(category_has(CATEGORY_CONTENT, KIND_LOG));
}

/* Each rule beats all before it, for the one subject that fits them all. */
static void
the_most_specific_wins(void **state)
{
	static const char *const rules[] = {
		"content/media behavioural {behaviour: upload}",
		"telemetry/usage behavioural {behaviour: upload, proto: tcp}",
		"telemetry/usage observed {dissector: tls, process: app}",
		"telemetry/ads observed {dissector: tls, alpn: h2, process: app}",
		"content/media behavioural {port: 443}",
		"content/media behavioural {port: 443, behaviour: upload}",
		"signalling/control observed {net: 192.0.0.0/16}",
		"signalling/auth observed {net: 192.0.2.0/24}",
		"signalling/auth observed {net: 192.0.2.0/24, port: 443}",
		"telemetry/usage observed {host: '*.t.example'}",
		"telemetry/ads observed {host: 'a*.t.example'}",
		"telemetry/ads observed {host: 'a*.t.example', proto: tcp}",
		"telemetry/ads documented {host: 'a*.t.example', proto: tcp}",
		"telemetry/ads observed {host: 'a*.t.example', net: 192.0.2.0/24}",
		"diagnostics/log observed {host: abc.t.example}",
		"diagnostics/crash observed {host: abc.t.example, behaviour: upload}",
		"diagnostics/crash observed {host: abc.t.example, port: 400-500}",
		"content/audio decoded {dissector: zoom, message: audio}",
		"content/audio decoded {dissector: zoom, message: audio, proto: tcp}",
		"content/audio decoded {dissector: zoom, message: audio, host: "
		"'*.t.example'}",
	};
	struct signatures *all = set_of(rules, COUNT_OF(rules));
	struct addr addr;

	(void)state;
	assert_int_equal(addr_parse("192.0.2.9", &addr), 0);
	for (size_t n = 1; n <= COUNT_OF(rules); n++) {
		struct signatures *s = set_of(rules, n);
		struct subject subject = {
			.host = "ABC.t.example.",
			.addr = &addr,
			.proto = IPPROTO_TCP,
			.port = 443,
			.alpn = "http/1.1,h2",
			.process = "/opt/x/app",
			.dissector = n > 17 ? DISSECTOR_ZOOM : DISSECTOR_TLS,
			.message = n > 17 ? MESSAGE_AUDIO : MESSAGE_SESSION,
			.behaviour = BEHAVIOUR_UPLOAD,
		};

		assert_int_equal(winner(s, &subject), n - 1);
		signatures_free(s);
	}
	signatures_free(all);
}

static void
sessions_do_not_beat_hosts(void **state)
{
	static const char *const rules[] = {
		"signalling/control observed {dissector: tls, message: session, process: "
		"app}",
		"telemetry/usage observed {host: '*.t.example'}",
	};
	struct signatures *s = set_of(rules, COUNT_OF(rules));
	struct subject subject = { .host = "a.t.example",
		.process = "app",
		.dissector = DISSECTOR_TLS,
		.message = MESSAGE_SESSION };

	(void)state;
	assert_int_equal(winner(s, &subject), 1);
	subject.host = NULL;
	assert_int_equal(winner(s, &subject), 0);
	signatures_free(s);
}

static void
missing_facts_do_not_match(void **state)
{
	static const char *const rules[] = {
		"signalling/control observed {host: a.b}",
		"signalling/control observed {net: 192.0.2.0/24}",
		"signalling/control observed {alpn: h2}",
		"signalling/control observed {ndpi: Zoom}",
		"signalling/control observed {ja3: 0123456789abcdef0123456789abcdef}",
		"signalling/control observed {cert: '*.t.example'}",
		"signalling/control observed {process: app}",
		"signalling/control observed {dissector: stun}",
		"signalling/control behavioural {behaviour: media}",
		"signalling/control behavioural {port: 1-10}",
		"signalling/control behavioural {proto: [udp, icmp]}",
	};
	struct signatures *s = set_of(rules, COUNT_OF(rules));
	struct subject nothing = { 0 };

	(void)state;
	assert_int_equal(winner(s, &nothing), -1);
	signatures_free(s);
}

static void
each_key_matches_its_way(void **state)
{
	static const char *const rules[] = {
		"signalling/control observed {ndpi: Zoom}",
		"signalling/auth observed {cert: '*.t.example'}",
		"signalling/ice behavioural {proto: icmp}",
		"signalling/probe behavioural {local_port: [7, 50000-50019]}",
		"signalling/config observed {host: '*.b.c.d'}",
		"signalling/update observed {host: 'x.*.e'}",
		"signalling/rtcp observed {host: 'y.*'}",
		"signalling/presence observed {net: ['2001:db8::/32', 192.0.2.128/25]}",
		"signalling/keepalive observed {process: app}",
	};
	struct signatures *s = set_of(rules, COUNT_OF(rules));
	struct addr addr;

	(void)state;
	assert_int_equal(winner(s, &(struct subject){ .ndpi = "TLS.ZOOM" }), 0);
	assert_int_equal(winner(s, &(struct subject){ .ndpi = "TLS.Zoomer" }), -1);
	assert_int_equal(winner(s, &(struct subject){ .cert = "x.org,a.t.example" }), 1);
	assert_int_equal(winner(s, &(struct subject){ .cert = "*.t.example" }), 1);
	assert_int_equal(winner(s, &(struct subject){ .proto = IPPROTO_ICMPV6 }), 2);
	assert_int_equal(winner(s, &(struct subject){ .local_port = 50019 }), 3);
	assert_int_equal(winner(s, &(struct subject){ .local_port = 50020 }), -1);
	assert_int_equal(winner(s, &(struct subject){ .port = 7 }), -1);
	assert_int_equal(winner(s, &(struct subject){ .host = "q.a.b.c.d" }), 4);
	assert_int_equal(winner(s, &(struct subject){ .host = "b.c.d" }), -1);
	assert_int_equal(winner(s, &(struct subject){ .host = "x.a.e" }), 5);
	assert_int_equal(winner(s, &(struct subject){ .host = "x.a.b.e" }), -1);
	assert_int_equal(winner(s, &(struct subject){ .host = "y.e" }), 6);
	assert_int_equal(winner(s, &(struct subject){ .process = "/x/app" }), 8);
	assert_int_equal(winner(s, &(struct subject){ .process = "/app/x" }), -1);
	assert_int_equal(addr_parse("2001:db8::9", &addr), 0);
	assert_int_equal(winner(s, &(struct subject){ .addr = &addr }), 7);
	assert_int_equal(addr_parse("192.0.2.200", &addr), 0);
	assert_int_equal(winner(s, &(struct subject){ .addr = &addr }), 7);
	assert_int_equal(addr_parse("192.0.2.100", &addr), 0);
	assert_int_equal(winner(s, &(struct subject){ .addr = &addr }), -1);
	signatures_free(s);
}

static void
specificity_is_told(void **state)
{
	static const char *const rules[] = {
		"telemetry/usage observed {host: 'a*.t.example', net: 192.0.2.0/24, "
		"port: 443}",
	};
	struct signatures *s = set_of(rules, 1);
	struct subject subject = { .host = "ab.t.example", .port = 443 };
	struct specificity how;
	struct addr addr;

	(void)state;
	assert_int_equal(addr_parse("192.0.2.9", &addr), 0);
	subject.addr = &addr;
	assert_non_null(signatures_match(s, &subject, NULL, &how));
	assert_int_equal(how.host, 1);
	assert_int_equal(how.host_literals, 11);
	assert_int_equal(how.net_bits, 97);
	assert_int_equal(how.port, 1);
	assert_int_equal(how.keys, 3);
	assert_int_equal(how.dissected, 0);
	signatures_free(s);
}

static void
write_signature(const char *folder, const char *name, const char *kind)
{
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s.yaml", folder, name);
	out = fopen(path, "w");
	assert_non_null(out);
	fprintf(out,
	    "signature: %s\ntitle: x\nversion: 2026-11-21\nentity: E\ncountry: "
	    "US\nrules:\n"
	    "  - {id: %s.r, category: telemetry, kind: %s, match: {host: h.example},\n"
	    "     strength: observed, source: s, entity: F}\n",
	    name, name, kind);
	fclose(out);
}

/* Equal rules of two files: the flow's app decides, then the name of the file. */
static void
the_app_breaks_ties(void **state)
{
	char folder[] = "/tmp/signature_testXXXXXX", a[64], b[64];
	const char *const paths[] = { b, a };
	const struct subject subject = { .host = "h.example" };
	struct error e = { 0 };
	struct signatures *s;
	size_t length;

	(void)state;
	assert_non_null(mkdtemp(folder));
	write_signature(folder, "a", "usage");
	write_signature(folder, "b", "ads");
	sprintf(a, "%s/a.yaml", folder);
	sprintf(b, "%s/b.yaml", folder);
	s = signatures_load(paths, 2, &e);
	assert_non_null(s);
	assert_int_equal(signatures_count(s), 2);
	assert_string_equal(signatures_at(s, 0)->name, "a");
	assert_null(signatures_at(s, 2));
	assert_string_equal(signatures_match(s, &subject, NULL, NULL)->id, "a.r");
	assert_string_equal(
	    signatures_match(s, &subject, signatures_named(s, "b"), NULL)->id, "b.r");
	assert_string_equal(signatures_rule(s, 1)->entity, "F");
	assert_null(signatures_rule(s, 1)->country);
	assert_ptr_equal(signatures_rule(s, 1)->signature, signatures_at(s, 1));
	assert_int_equal(signatures_at(s, 1)->first_rule, 1);
	assert_int_equal(signatures_lint(s, &e), 1);
	assert_non_null(strstr(e.lines[0].text, "ties"));
	assert_memory_equal(
	    signature_bytes(signatures_at(s, 0), &length), "signature: a\n", 13);
	assert_in_range(length, 100, 300);
	assert_int_equal(strlen(signatures_at(s, 0)->sha256), 64);
	error_clear(&e);
	signatures_free(s);
	unlink(a);
	unlink(b);
	rmdir(folder);
}

static void
files_are_inherited(void **state)
{
	static const char *const rules[] = { "telemetry/usage observed {host: a.b}" };
	struct signatures *s = set_of(rules, 1);
	const struct rule *r = signatures_rule(s, 0);

	(void)state;
	assert_string_equal(r->entity, "T Inc.");
	assert_string_equal(r->country, "DE");
	assert_true(r->signature->app);
	assert_string_equal(r->signature->domains[0], "t.example");
	assert_null(r->signature->domains[1]);
	assert_int_equal(r->line, 9);
	assert_int_equal(signatures_rules(s), 1);
	assert_null(signatures_rule(s, 1));
	assert_null(signatures_named(s, "u"));
	signatures_free(s);
	signatures_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terms_go_both_ways),
		cmocka_unit_test(the_most_specific_wins),
		cmocka_unit_test(sessions_do_not_beat_hosts),
		cmocka_unit_test(missing_facts_do_not_match),
		cmocka_unit_test(each_key_matches_its_way),
		cmocka_unit_test(specificity_is_told),
		cmocka_unit_test(the_app_breaks_ties),
		cmocka_unit_test(files_are_inherited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
