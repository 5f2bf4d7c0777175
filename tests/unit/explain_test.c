/* SPDX-License-Identifier: Apache-2.0 */
/* Why a claim came out as it did: words, streams, frames; from folders of strangers, too.
 */
#include "make_folder.h"
#include "make_json.h"

static void
records_write(const struct desk *d)
{
	static const struct {
		const char *name;
		int (*write)(const struct report *, FILE *);
	} files[] = { { "report.json", report_json }, { "flows.ndjson", report_flows } };
	char path[128];

	for (size_t i = 0; i < COUNT_OF(files); i++) {
		FILE *out = NULL;

		snprintf(path, sizeof(path), "%s/%s", d->folder, files[i].name);
		out = fopen(path, "w");
		assert_non_null(out);
		assert_int_equal(files[i].write(&d->report, out), 0);
		assert_int_equal(fclose(out), 0);
	}
}

/* What explain prints, or its first complaint. */
static char *
explained(const struct desk *d, const char *what, int expected)
{
	struct error e = { 0 };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int rc = report_explain(d->folder, what, out, &e);

	assert_int_equal(fclose(out), 0);
	assert_int_equal(rc, expected);
	assert_int_equal(e.count, rc == 0 ? 0 : 1);
	if (rc != 0) {
		assert_int_equal(size, 0);
		free(text);
		text = strdup(e.lines[0].text);
	}
	error_clear(&e);
	return text;
}

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("no \"%s\" in:\n%s", part, text);
}

static void
a_claim_is_told_down_to_its_frames(void **state)
{
	static const char *const parts[] = {
		"Claim no-usage-before, policy demo-tos-2026-01-01\n",
		"Demo Inc., Terms, effective 2026-01-01\n",
		"section    not given\n",
		"quote      \"never before you agree\" (verified)\n",
		"source     https://demo.example/tos (version of 2026-01-01)\n",
		"says       never: telemetry.usage; to first_party, third_party; when "
		"before_consent\n",
		"testable   yes\n",
		"outcome    contradicted, severity high, strength decoded\n",
		"why        Because of what was seen.\n",
		"rests on   31 streams, 99999 bytes up; the 2 largest follow\n",
		"\nFlow 2, stream 0: 3000 bytes in 3 packets up\n",
		"between    tcp, 192.168.1.10 port 50000 to 203.0.113.9 port 443\n",
		"recipient  Demo Inc., party first, name evt.demo.example\n",
		"category   telemetry/usage, strength observed\n",
		"rule       demo.events\n",
		"why        host evt.demo.example (sni)",
		"frames     4 to 9\n",
		"tshark -r - -Y 'frame.number in {4..9} && ip.src == 192.168.1.10 && "
		"tcp.srcport == 50000 && ip.dst == 203.0.113.9 && tcp.dstport == 443'\n",
		"\nFlow 4, stream 0: 460 bytes in 5 packets up\n",
		"udp.srcport == 42000 && ip.dst == 198.51.100.77 && udp.dstport == "
		"41000'\n",
	};
	struct desk *d = *state;
	char *text = NULL;

	records_write(d);
	text = explained(d, "no-usage-before", 0);
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		assert_has(text, parts[i]);
	free(text);
}

static void
a_restated_claim_is_not_quoted(void **state)
{
	struct desk *d = *state;
	char *text = NULL;

	records_write(d);
	text = explained(d, "demo-tos-2026-01-01:no-audio-muted", 0);
	assert_has(text, "restated   no sound while muted\n");
	assert_null(strstr(text, "quote"));
	assert_has(text, "when muted; unless recording\n");
	assert_has(text, "testable   yes: mute and speak\n");
	assert_has(text, "rests on   0 streams, 0 bytes up\n");
	assert_null(strstr(text, "tshark"));
	free(text);
}

/* Two policies with the same claims: by its name both, by the policy's one. */
static void
a_name_of_two_claims_tells_both(void **state)
{
	struct desk *d = *state;
	struct judgement twice = made_judgements[0];
	struct policy second = made_policies[0];
	const struct judgement *const both[] = { &made_judgements[0], &twice };
	const char *first = NULL;
	char *text = NULL;

	second.name = "demo-tos-2026-09-09";
	twice.policy = &second;
	d->report.judgements = both;
	records_write(d);
	text = explained(d, "encrypted", 0);
	first = strstr(text, "Claim encrypted, policy demo-tos-2026-01-01\n");
	assert_non_null(first);
	assert_has(first, "\n\nClaim encrypted, policy demo-tos-2026-09-09\n");
	free(text);
	text = explained(d, "demo-tos-2026-09-09:encrypted", 0);
	assert_null(strstr(text, "demo-tos-2026-01-01"));
	free(text);
}

static void
a_claim_that_is_not_there_is_told(void **state)
{
	static const char *const wrong[] = { "nothing", "demo-tos-2026-01-01",
		"demo-tos-2026-01-01:", ":encrypted", "demo:encrypted", "encrypted ", "",
		"-1", "2x", "demo-empty:encrypted" };
	struct desk *d = *state;
	char *text = NULL;

	records_write(d);
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		text = explained(d, wrong[i], -1);
		assert_has(text, "expected the number of a flow or a claim");
		assert_has(text, "\"collects-usage\"");
		free(text);
	}
	text = explained(d, "99999999999999999999", -1); /* too large for a flow */
	assert_has(text, "no claim \"99999999999999999999\"");
	free(text);
	d->report.judgement_count = 0;
	records_write(d);
	text = explained(d, "encrypted", -1);
	assert_has(text, "no policy was held against this capture");
	free(text);
}

/* tshark counts frames of one file; callwitness those of all, filtered. */
static void
the_line_to_paste_counts_as_we_did(void **state)
{
	static const struct {
		const char *files, *filter, *line;
	} rows[] = {
		{ "{\"name\": \"a.pcap\"}", "null", "tshark -r 'a.pcap' -Y 'frame" },
		{ "{\"name\": \"a.pcap\"}", "\"udp port 5\"",
		    "tcpdump -w - -r 'a.pcap' 'udp port 5' | tshark -r - -Y 'frame" },
		{ "{\"name\": \"a\"}, {\"name\": \"b\"}", "null",
		    "mergecap -w - 'a' 'b' | tshark -r - -Y 'frame" },
		{ "{\"name\": \"a\"}, {\"name\": \"b\"}", "\"ip\"",
		    "mergecap -w - 'a' 'b' | tcpdump -w - -r - 'ip' | tshark -r - -Y "
		    "'frame" },
		{ "{\"name\": \"-\"}", "null", "tshark -r '-' -Y 'frame" },
		/* Strangers' names stay one word and are no option. */
		{ "{\"name\": \"x'; touch y; '\"}", "null",
		    "tshark -r 'x'\\''; touch y; '\\''' -Y 'frame" },
		{ "{\"name\": \"--help\"}", "null", "tshark -r './--help' -Y 'frame" },
		{ "{\"name\": \"a\\nb\\u001b\"}", "null", "tshark -r 'a?b?' -Y 'frame" },
		{ "{\"name\": \"a\"}", "\"' -z 'sh\"",
		    "tcpdump -w - -r 'a' ''\\'' -z '\\''sh' | tshark" },
	};
	struct desk *d = *state;
	char report[1024], *text = NULL;

	text_put(d->folder, "flows.ndjson",
	    "{\"id\": 1, \"proto\": \"udp'\", \"local\": {\"ip\": \"1.2.3.4' -Y '\", "
	    "\"port\": 5}, \"remote\": {\"ip\": \"2001:db8::1\"}}\n");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		snprintf(report, sizeof(report),
		    "{\"capture\": {\"files\": [%s]}, \"inputs\": {\"options\": "
		    "{\"filter\": %s}}, \"policies\": [{\"policy\": \"p\", \"claims\": "
		    "[{\"claim\": \"c\", \"evidence\": [{\"flow\": 1, \"stream\": 0, "
		    "\"frames\": [3, 4]}]}]}]}",
		    rows[i].files, rows[i].filter);
		text_put(d->folder, "report.json", report);
		text = explained(d, "c", 0);
		assert_has(text, rows[i].line);
		assert_has(text, "{3..4} && ipv6.dst == 2001:db8::1'\n");
		free(text);
	}
}

/* Types that are wrong, things that are missing: told as not known, and never read. */
static void
what_strangers_wrote_is_told_as_it_is(void **state)
{
	struct desk *d = *state;
	char *text = NULL;

	text_put(d->folder, "flows.ndjson", "{\"id\": 1, \"streams\": 7}\n");
	text_put(d->folder, "report.json",
	    "{\"policies\": [7, {\"claims\": {}}, {\"claims\": [null, {\"claim\": \"c\", "
	    "\"quote\": \"\\u001b[2J\\u009b1m\", \"data\": [1, null, \"x\"], "
	    "\"evidence\": [3, {\"flow\": 1, \"stream\": -1}, {\"flow\": 9}]}]}]}");
	text = explained(d, "c", 0);
	assert_null(strchr(text, '\033'));
	assert_null(strstr(text, "\xc2\x9b"));
	assert_has(text, "quote      \"?[2J??1m\"");
	assert_has(text, "?, ?, x");
	assert_has(text, "flows.ndjson has no flow 9\n");
	free(text);
	text_put(d->folder, "report.json", "[]");
	text = explained(d, "c", -1);
	assert_has(text, "is no report");
	free(text);
	text_put(d->folder, "report.json", "{\"a\": \033[2J}");
	text = explained(d, "c", -1);
	assert_null(strchr(text, '\033'));
	free(text);
	text_put(d->folder, "report.json", "");
	text = explained(d, "c", -1);
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, judged_setup, desk_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_claim_is_told_down_to_its_frames),
		TEST(a_restated_claim_is_not_quoted),
		TEST(a_name_of_two_claims_tells_both),
		TEST(a_claim_that_is_not_there_is_told),
		TEST(the_line_to_paste_counts_as_we_did),
		TEST(what_strangers_wrote_is_told_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
