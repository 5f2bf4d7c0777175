/* SPDX-License-Identifier: Apache-2.0 */
/* Where recipients are, and how that is known: host, signature, vendor, database. */
#include "make_mmdb.h"
#include "make_session.h"

#include "../../src/session/private.h"

static const struct make_end me = { "192.168.1.10", 50000 };

/* A vendor with an Irish service, and one whose hosts tell their region. */
#define PLACES                                                                           \
	"signature: places\ntitle: Places\nversion: 2026-11-21\nentity: Places Inc.\n"   \
	"country: US\napp: true\ndomains: [places.example]\nrules:\n"                    \
	"  - {id: places.events, category: telemetry, kind: usage, strength: "           \
	"observed,\n"                                                                    \
	"     match: {host: evt.places.example}, source: s}\n"                           \
	"  - {id: places.eu, category: telemetry, kind: usage, strength: observed,\n"    \
	"     entity: Places Inc., country: IE, match: {host: eu.places.example},\n"     \
	"     source: s}\n"                                                              \
	"  - {id: places.crash, category: diagnostics, kind: crash, strength: "          \
	"observed,\n"                                                                    \
	"     entity: Crashy Ltd, country: GB, match: {host: '*.crashy.example'},\n"     \
	"     source: s}\n"                                                              \
	"  - {id: places.cloud, category: telemetry, kind: usage, strength: observed,\n" \
	"     entity: Cloud Corp., country: US, match: {host: '*.amazonaws.com'},\n"     \
	"     source: s}\n"                                                              \
	"  - {id: places.nowhere, category: telemetry, kind: usage, strength: "          \
	"observed,\n"                                                                    \
	"     entity: Nowhere AB, match: {host: '*.nowhere.example'}, source: s}\n"

/* Addresses: 203.0.113.0/25 is registered in SE for AS64500, the upper half in FI. */
static void
write_database(const char *path)
{
	struct make_mmdb m;

	mmdb_begin(&m, 4);
	mmdb_net(&m, "203.0.113.0/25");
	mmdb_control(&m, MMDB_MAP, 3);
	mmdb_key_text(&m, "country_code", "SE");
	mmdb_key_number(&m, "autonomous_system_number", MMDB_INT, 64500);
	mmdb_key_text(&m, "autonomous_system_organization", "Carrier AB");
	mmdb_net(&m, "203.0.113.128/25");
	mmdb_control(&m, MMDB_MAP, 2);
	mmdb_key_text(&m, "country_code", "FI");
	mmdb_key_number(&m, "autonomous_system_number", MMDB_INT, 64501);
	mmdb_net(&m, "192.168.0.0/16");
	mmdb_control(&m, MMDB_MAP, 1);
	mmdb_key_text(&m, "country_code", "XX");
	mmdb_write(&m, path, "test");
}

static int
places_setup(void **state)
{
	const char *texts[] = { PLACES };
	char path[] = "/tmp/callwitness-places-XXXXXX";
	const char *paths[] = { path };
	struct error e = { 0 };
	struct run *run;

	run_setup(state);
	run = *state;
	signatures_free(run->signatures);
	run->signatures = make_signatures(texts, COUNT_OF(texts));
	assert_int_equal(close(mkstemp(path)), 0);
	write_database(path);
	run->geo = geo_open(paths, 1, &e);
	unlink(path);
	assert_non_null(run->geo);
	return 0;
}

/* A flow to a host at an address; its remote port tells it from others. */
static void
send_to(struct run *run, const char *ip, uint16_t port, const char *host)
{
	struct make_end from = { me.ip, (uint16_t)(50000 + run->tape.count) };
	struct make_end to = { ip, port };

	tape_tls(&run->tape, 100 * port, from, to, host, 100);
}

static void
assert_place(const struct session *s, uint16_t port, const char *country,
    enum country_source source)
{
	const struct judged_flow *j = run_flow(s, port);

	assert_int_equal(j->country_source, source);
	if (country == NULL)
		assert_null(j->country);
	else
		assert_string_equal(j->country, country);
}

static void
sources_have_names(void **state)
{
	(void)state;
	assert_null(country_source_name(COUNTRY_NONE));
	assert_string_equal(country_source_name(COUNTRY_HOST), "host");
	assert_string_equal(country_source_name(COUNTRY_SIGNATURE), "signature");
	assert_string_equal(country_source_name(COUNTRY_VENDOR), "vendor");
	assert_string_equal(country_source_name(COUNTRY_GEO), "geoip");
	assert_null(country_source_name(COUNTRY_SOURCES));
}

static void
hosts_tell_regions(void **state)
{
	static const struct {
		const char *host, *country;
	} hosts[] = {
		{ "kinesis.eu-west-1.amazonaws.com", "IE" },
		{ "ec2-198-51-100-1.eu-central-1.compute.amazonaws.com", "DE" },
		{ "ec2-198-51-100-1.compute-1.amazonaws.com", "US" },
		{ "bucket.s3-ap-southeast-2.amazonaws.com", "AU" },
		{ "us-east-1.s3.eu-north-1.amazonaws.com", "SE" },
		{ "sqs.cn-north-1.amazonaws.com.cn", "CN" },
		{ "3049.cell.eu-west-2.meetings.chime.aws", "GB" },
		{ "32b6.k.m3.ew2.app.chime.aws", "GB" },
		{ "ccp.cp.ue1.app.chime.aws", "US" },
		{ "data.svc.ec1.ingest.chime.aws", "DE" },
		{ "o123.ingest.de.sentry.io", "DE" },
		{ "o123.ingest.us.sentry.io", "US" },
		{ "o123.us.ingest.sentry.io", "US" },
		{ "onedscolprdgwc03.germanywestcentral.cloudapp.azure.com", "DE" },
		{ "onedscolprdeus20.eastus2.cloudapp.azure.com", "US" },
		{ "skypedataprdcolneu04.cloudapp.net", "IE" },
		{ "skypedataprdcolweu03.cloudapp.net", "NL" },
		{ "westeurope-5.in.applicationinsights.azure.com", "NL" },
		{ "NorthEurope.notifications.teams.microsoft.com", "IE" },
		{ "eu-teams.events.data.microsoft.com", "EU" },
		{ "us-teams.events.data.microsoft.com", "US" },
		{ "eu.pipe.aria.microsoft.com", "EU" },
		{ "browser-intake-datadoghq.eu", "DE" },
		{ "fra-col.eum-appdynamics.com", "DE" },
		{ "bam.eu01.nr-data.net", "EU" },
		{ "rotterdam9095.discord.media", "NL" },
		{ "us-east1234.discord.media", "US" },
		/* A code of somebody else, or no code at all. */
		{ "eu-west-1.example.com", NULL },
		{ "o123.ingest.sentry.io", NULL },
		{ "sentry.io", NULL },
		{ "s3.amazonaws.com", NULL },
		{ "amazonaws.com", NULL },
		{ "eu-west-12.amazonaws.com", NULL },
		{ "my-eu-west-1.s3.amazonaws.com", NULL },
		{ "teams.events.data.microsoft.com", NULL },
		{ "euaz.relay.teams.microsoft.com", NULL },
		{ "emea.ng.msg.teams.microsoft.com", NULL },
		{ "westeuropean.cloudapp.azure.com", NULL },
		{ "westeurope-.cloudapp.azure.com", NULL },
		{ "skypedataprdcolxyz04.cloudapp.net", NULL },
		{ "zoomfr84zc.zoom.us", NULL },
		{ "rotterdam.example", NULL },
		{ "", NULL },
		{ "..", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(hosts); i++) {
		const char *told = region_country(hosts[i].host);

		if (told == hosts[i].country ||
		    (told && hosts[i].country && strcmp(told, hosts[i].country) == 0))
			continue;
		fail_msg("%s: %s, expected %s", hosts[i].host, told ? told : "none",
		    hosts[i].country ? hosts[i].country : "none");
	}
}

static void
the_best_source_wins(void **state)
{
	struct run *run = *state;
	const struct session *s;

	send_to(run, "203.0.113.1", 441, "kinesis.eu-west-1.amazonaws.com");
	send_to(run, "203.0.113.2", 442, "eu.places.example");
	send_to(run, "203.0.113.3", 443, "evt.places.example");
	send_to(run, "203.0.113.4", 444, "in.crashy.example");
	send_to(run, "203.0.113.5", 445, "s3.amazonaws.com");
	send_to(run, "203.0.113.6", 446, "www.nowhere.example");
	send_to(run, "203.0.113.7", 447, "www.unlisted.example");
	send_to(run, "198.51.100.7", 448, "else.unlisted.example");
	send_to(run, "203.0.113.8", 449, "other.places.example");
	s = run_judge(run, NULL, NULL);
	assert_place(s, 441, "IE", COUNTRY_HOST);
	assert_place(s, 442, "IE", COUNTRY_SIGNATURE);
	assert_place(s, 443, "US", COUNTRY_VENDOR);
	/* Another company than the signature's: that is where this company is. */
	assert_place(s, 444, "GB", COUNTRY_VENDOR);
	assert_place(s, 445, "US", COUNTRY_VENDOR);
	assert_place(s, 446, "SE", COUNTRY_GEO);
	assert_place(s, 447, "SE", COUNTRY_GEO);
	assert_place(s, 448, NULL, COUNTRY_NONE);
	assert_place(s, 449, "US", COUNTRY_VENDOR); /* by its domain alone */
}

static void
registration_is_told_beside(void **state)
{
	struct run *run = *state;
	const struct judged_flow *j;
	const struct session *s;

	send_to(run, "203.0.113.1", 441, "kinesis.eu-west-1.amazonaws.com");
	send_to(run, "203.0.113.200", 442, "evt.places.example");
	send_to(run, "192.168.1.77", 443, "printer.example");
	s = run_judge(run, NULL, "192.168.1.10/32");
	j = run_flow(s, 441);
	assert_string_equal(j->country, "IE");
	assert_string_equal(j->registered, "SE");
	assert_int_equal(j->asn, 64500);
	assert_string_equal(j->network, "Carrier AB");
	j = run_flow(s, 442);
	assert_string_equal(j->registered, "FI");
	assert_int_equal(j->asn, 64501);
	assert_null(j->network);
	/* A private address is nowhere, whatever the database says. */
	j = run_flow(s, 443);
	assert_null(j->registered);
	assert_null(j->country);
}

static void
without_a_database_the_vendor_remains(void **state)
{
	struct run *run = *state;
	const struct session *s;

	geo_close(run->geo);
	run->geo = NULL;
	send_to(run, "203.0.113.3", 443, "evt.places.example");
	send_to(run, "203.0.113.7", 447, "www.unlisted.example");
	s = run_judge(run, NULL, NULL);
	assert_place(s, 443, "US", COUNTRY_VENDOR);
	assert_place(s, 447, NULL, COUNTRY_NONE);
	assert_null(run_flow(s, 443)->registered);
	assert_int_equal(run_flow(s, 443)->asn, 0);
}

static const struct recipient *
recipient_named(const struct session *s, const char *entity)
{
	for (size_t i = 0; i < s->recipient_count; i++)
		if (s->recipients[i].entity != NULL &&
		    strcmp(s->recipients[i].entity, entity) == 0)
			return &s->recipients[i];
	fail_msg("no recipient %s", entity);
	return NULL;
}

static void
recipients_tell_what_all_flows_share(void **state)
{
	struct run *run = *state;
	const struct recipient *r;
	const struct session *s;

	send_to(run, "203.0.113.1", 441, "evt.places.example");
	send_to(run, "203.0.113.2", 442, "evt.places.example");
	send_to(run, "203.0.113.3", 443, "a.crashy.example");
	send_to(run, "203.0.113.203", 444, "b.crashy.example");
	s = run_judge(run, NULL, NULL);
	r = recipient_named(s, "Places Inc.");
	assert_string_equal(r->country, "US");
	assert_int_equal(r->country_source, COUNTRY_VENDOR);
	assert_string_equal(r->registered, "SE");
	assert_int_equal(r->asn, 64500);
	assert_string_equal(r->network, "Carrier AB");
	r = recipient_named(s, "Crashy Ltd");
	assert_string_equal(r->country, "GB");
	assert_null(r->registered);
	assert_int_equal(r->asn, 0);
	assert_null(r->network);
}

static void
recipients_in_two_countries_have_none(void **state)
{
	struct run *run = *state;
	const struct recipient *r;
	const struct session *s;

	send_to(run, "203.0.113.1", 441, "evt.places.example");
	send_to(run, "203.0.113.2", 442, "eu.places.example");
	send_to(run, "203.0.113.3", 443, "evt.places.example");
	/* The same country, known in two ways: the weaker one counts. */
	send_to(run, "203.0.113.4", 444, "sqs.us-east-1.amazonaws.com");
	send_to(run, "203.0.113.5", 445, "s3.amazonaws.com");
	/* Known of one, unknown of the other. */
	send_to(run, "203.0.113.6", 446, "a.nowhere.example");
	send_to(run, "198.51.100.6", 447, "b.nowhere.example");
	s = run_judge(run, NULL, NULL);
	r = recipient_named(s, "Places Inc.");
	assert_null(r->country);
	assert_int_equal(r->country_source, COUNTRY_NONE);
	assert_string_equal(r->registered, "SE");
	r = recipient_named(s, "Cloud Corp.");
	assert_string_equal(r->country, "US");
	assert_int_equal(r->country_source, COUNTRY_VENDOR);
	r = recipient_named(s, "Nowhere AB");
	assert_null(r->country);
	assert_int_equal(r->country_source, COUNTRY_NONE);
	assert_null(r->registered);
	assert_int_equal(r->asn, 0);
}

/* Two names of one address that disagree on the region tell none. */
static void
names_that_disagree_tell_no_region(void **state)
{
	struct run *run = *state;
	struct make_end dns = { "192.168.1.1", 53 }, from = { me.ip, 42000 };
	struct make_end far = { "203.0.113.9", 9999 }, near = { "203.0.113.10", 9998 };
	const struct session *s;
	uint8_t bytes[40] = { 0x5a };

	tape_dns(&run->tape, 0, me, dns, "a.eu-west-1.amazonaws.com", NULL, far.ip);
	tape_dns(&run->tape, 10, me, dns, "a.us-east-1.amazonaws.com", NULL, far.ip);
	tape_dns(&run->tape, 20, me, dns, "cdn.example", NULL, near.ip);
	tape_dns(&run->tape, 30, me, dns, "b.eu-west-1.amazonaws.com", NULL, near.ip);
	tape_udp(&run->tape, 100, from, far, bytes, sizeof(bytes));
	tape_udp(&run->tape, 110, from, near, bytes, sizeof(bytes));
	s = run_judge(run, NULL, NULL);
	assert_int_equal(run_flow(s, far.port)->identity.name_count, 2);
	assert_place(s, far.port, "US", COUNTRY_VENDOR);
	assert_place(s, near.port, "IE", COUNTRY_HOST);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, places_setup, run_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources_have_names),
		cmocka_unit_test(hosts_tell_regions),
		TEST(the_best_source_wins),
		TEST(registration_is_told_beside),
		TEST(without_a_database_the_vendor_remains),
		TEST(recipients_tell_what_all_flows_share),
		TEST(recipients_in_two_countries_have_none),
		TEST(names_that_disagree_tell_no_region),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
