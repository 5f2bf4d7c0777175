/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Countries and networks of addresses, out of databases made here and, if the environment
 * variable CALLWITNESS_GEOIP names a database with countries, out of that.
 */
#include <stdlib.h>
#include <unistd.h>

#include "make_mmdb.h"

#include <callwitness/session.h>

/* Databases of one test, in a folder that goes with it. */
struct files {
	char folder[64], path[4][96];
	const char *paths[4];
	size_t count;
	struct strings *strings;
	struct geo *geo;
};

static int
setup(void **state)
{
	static struct files files;

	memset(&files, 0, sizeof(files));
	strcpy(files.folder, "/tmp/callwitness-geo-XXXXXX");
	assert_non_null(mkdtemp(files.folder));
	files.strings = strings_new();
	*state = &files;
	return 0;
}

static int
teardown(void **state)
{
	struct files *f = *state;

	geo_close(f->geo);
	strings_free(f->strings);
	for (size_t i = 0; i < f->count; i++)
		unlink(f->path[i]);
	rmdir(f->folder);
	return 0;
}

static const char *
files_add(struct files *f, const char *name)
{
	char *path = f->path[f->count];

	strcpy(path, f->folder);
	strcat(path, "/");
	strcat(path, name);
	f->paths[f->count++] = path;
	return path;
}

static void
files_open(struct files *f)
{
	struct error e = { 0 };

	f->geo = geo_open(f->paths, f->count, &e);
	error_write(&e, stderr);
	assert_int_equal(e.count, 0);
	assert_non_null(f->geo);
}

static struct geo_place
place_of(struct files *f, const char *ip)
{
	struct addr a = make_addr(ip);
	struct geo_place place = { "??", 99, "??" };

	geo_lookup(f->geo, &a, f->strings, &place);
	return place;
}

/* MaxMind's own shape: {country: {iso_code}, registered_country: {iso_code}}. */
static void
make_maxmind(struct make_mmdb *m, unsigned ip_version)
{
	mmdb_begin(m, ip_version);
	mmdb_net(m, "192.0.2.0/24");
	mmdb_control(m, MMDB_MAP, 2);
	mmdb_text(m, "registered_country");
	mmdb_control(m, MMDB_MAP, 1);
	mmdb_key_text(m, "iso_code", "US");
	mmdb_text(m, "country");
	mmdb_control(m, MMDB_MAP, 2);
	mmdb_key_text(m, "iso_code", "IE");
	mmdb_key_number(m, "geoname_id", MMDB_INT, 2963597);
	mmdb_net(m, "198.51.100.0/25");
	mmdb_control(m, MMDB_MAP, 1);
	mmdb_text(m, "registered_country");
	mmdb_control(m, MMDB_MAP, 1);
	mmdb_key_text(m, "iso_code", "NL");
	mmdb_net(m, "198.51.100.128/25");
	mmdb_control(m, MMDB_MAP, 1);
	mmdb_text(m, "continent");
	mmdb_control(m, MMDB_MAP, 1);
	mmdb_key_text(m, "code", "EU");
}

/* ip-location-db's shape: {country_code}. */
static void
make_flat(struct make_mmdb *m, unsigned ip_version)
{
	mmdb_begin(m, ip_version);
	mmdb_net(m, "203.0.113.0/24");
	mmdb_control(m, MMDB_MAP, 1);
	mmdb_key_text(m, "country_code", "DE");
	mmdb_net(m, "192.0.2.0/24");
	mmdb_control(m, MMDB_MAP, 1);
	mmdb_key_text(m, "country_code", "FR");
	if (ip_version == 4)
		return;
	mmdb_net(m, "2001:db8:77::/48");
	mmdb_control(m, MMDB_MAP, 1);
	mmdb_key_text(m, "country_code", "SE");
}

static void
make_networks(struct make_mmdb *m)
{
	mmdb_begin(m, 6);
	mmdb_net(m, "203.0.113.0/24");
	mmdb_control(m, MMDB_MAP, 2);
	mmdb_key_number(m, "autonomous_system_number", MMDB_INT, 4200000001u);
	mmdb_key_text(m, "autonomous_system_organization", "Example Carrier");
	mmdb_net(m, "2001:db8:77::/48");
	mmdb_control(m, MMDB_MAP, 1);
	mmdb_key_number(m, "autonomous_system_number", MMDB_SHORT, 64500);
}

static void
maxminds_own_shape_is_read(void **state)
{
	struct files *f = *state;
	struct make_mmdb m;

	make_maxmind(&m, 4);
	mmdb_write(&m, files_add(f, "GeoLite2-Country.mmdb"), "GeoLite2-Country");
	files_open(f);
	assert_string_equal(place_of(f, "192.0.2.7").country, "IE");
	assert_string_equal(place_of(f, "198.51.100.1").country, "NL");
	assert_null(place_of(f, "198.51.100.200").country);
	assert_null(place_of(f, "203.0.113.9").country);
	assert_int_equal(place_of(f, "192.0.2.7").asn, 0);
	assert_null(place_of(f, "192.0.2.7").network);
	/* The same text is the same pointer: it outlives the look-up. */
	assert_ptr_equal(
	    place_of(f, "192.0.2.7").country, place_of(f, "192.0.2.8").country);
}

static void
the_flat_shape_is_read(void **state)
{
	struct files *f = *state;
	struct make_mmdb m;

	make_flat(&m, 6);
	mmdb_write(&m, files_add(f, "country.mmdb"), "ipv46");
	files_open(f);
	assert_string_equal(place_of(f, "203.0.113.9").country, "DE");
	assert_string_equal(place_of(f, "2001:db8:77::2").country, "SE");
	assert_null(place_of(f, "2001:db8:78::2").country);
	assert_null(place_of(f, "198.51.100.1").country);
}

/* A database of IPv4 alone knows nothing of IPv6. */
static void
six_in_a_database_of_four_is_unknown(void **state)
{
	struct files *f = *state;
	struct make_mmdb m;

	make_flat(&m, 4);
	mmdb_write(&m, files_add(f, "country4.mmdb"), "ipv4");
	files_open(f);
	assert_string_equal(place_of(f, "203.0.113.9").country, "DE");
	assert_null(place_of(f, "2001:db8:77::2").country);
}

static void
the_first_that_knows_wins(void **state)
{
	struct files *f = *state;
	struct make_mmdb m;
	struct geo_place place;

	make_maxmind(&m, 6);
	mmdb_write(&m, files_add(f, "a.mmdb"), "GeoLite2-Country");
	make_flat(&m, 6);
	mmdb_write(&m, files_add(f, "b.mmdb"), "ipv46");
	make_networks(&m);
	mmdb_write(&m, files_add(f, "asn.mmdb"), "GeoLite2-ASN");
	/* A number of one database does not get another's name. */
	mmdb_begin(&m, 6);
	mmdb_net(&m, "2001:db8::/32");
	mmdb_control(&m, MMDB_MAP, 2);
	mmdb_key_number(&m, "autonomous_system_number", MMDB_INT, 64511);
	mmdb_key_text(&m, "autonomous_system_organization", "Another Carrier");
	mmdb_write(&m, files_add(f, "asn-too.mmdb"), "GeoLite2-ASN");
	files_open(f);
	assert_string_equal(place_of(f, "192.0.2.7").country, "IE");
	place = place_of(f, "203.0.113.9");
	assert_string_equal(place.country, "DE");
	assert_true(place.asn == 4200000001u);
	assert_string_equal(place.network, "Example Carrier");
	place = place_of(f, "2001:db8:77::9");
	assert_string_equal(place.country, "SE");
	assert_int_equal(place.asn, 64500);
	assert_null(place.network);
	place = place_of(f, "2001:db8:78::9");
	assert_int_equal(place.asn, 64511);
	assert_string_equal(place.network, "Another Carrier");
}

static void
what_is_no_country_is_not_told(void **state)
{
	static const char *const codes[] = { "", "u", "us", "USA", "E1", "1E" };
	struct files *f = *state;
	struct make_mmdb m;
	char net[32];

	mmdb_begin(&m, 4);
	for (unsigned i = 0; i < COUNT_OF(codes); i++) {
		snprintf(net, sizeof(net), "192.0.2.%u/32", i);
		mmdb_net(&m, net);
		mmdb_control(&m, MMDB_MAP, 1);
		mmdb_key_text(&m, "country_code", codes[i]);
	}
	mmdb_net(&m, "192.0.2.100/32");
	mmdb_control(&m, MMDB_MAP, 2);
	mmdb_key_number(&m, "country_code", MMDB_SHORT, 49);
	mmdb_key_text(&m, "autonomous_system_number", "AS64500");
	mmdb_write(&m, files_add(f, "odd.mmdb"), "odd");
	files_open(f);
	assert_null(place_of(f, "192.0.2.0").country);
	assert_null(place_of(f, "192.0.2.1").country);
	assert_null(place_of(f, "192.0.2.2").country);
	assert_null(place_of(f, "192.0.2.3").country);
	assert_null(place_of(f, "192.0.2.4").country);
	assert_null(place_of(f, "192.0.2.5").country);
	assert_null(place_of(f, "192.0.2.100").country);
	assert_int_equal(place_of(f, "192.0.2.100").asn, 0);
}

static void
databases_are_named_and_hashed(void **state)
{
	struct files *f = *state;
	struct make_mmdb m;
	struct sha256 *sum = sha256_new();
	char sha256[SHA256_TEXT_SIZE], bytes[16384];
	FILE *in;

	make_maxmind(&m, 4);
	mmdb_write(&m, files_add(f, "GeoLite2-Country.mmdb"), "GeoLite2-Country");
	make_flat(&m, 6);
	mmdb_write(&m, files_add(f, "flat.mmdb"), "ipv46");
	files_open(f);
	assert_int_equal(geo_files(f->geo), 2);
	assert_string_equal(geo_file(f->geo, 0)->name, "GeoLite2-Country.mmdb");
	assert_string_equal(geo_file(f->geo, 0)->type, "GeoLite2-Country");
	assert_string_equal(geo_file(f->geo, 1)->name, "flat.mmdb");
	assert_string_equal(geo_file(f->geo, 1)->type, "ipv46");
	in = fopen(f->paths[1], "rb");
	assert_non_null(in);
	sha256_add(sum, bytes, fread(bytes, 1, sizeof(bytes), in));
	assert_true(feof(in));
	fclose(in);
	sha256_end(sum, sha256);
	assert_string_equal(geo_file(f->geo, 1)->sha256, sha256);
	assert_string_not_equal(geo_file(f->geo, 0)->sha256, sha256);
}

static void
what_is_no_database_is_an_error(void **state)
{
	struct files *f = *state;
	struct error e = { 0 };
	struct make_mmdb m;
	FILE *out = fopen(files_add(f, "text.mmdb"), "w");

	assert_non_null(out);
	fputs("1.0.0.0,1.0.0.255,AU\n", out);
	fclose(out);
	make_flat(&m, 4);
	mmdb_write(&m, files_add(f, "good.mmdb"), "ipv4");
	f->paths[2] = "/nowhere/country.mmdb";
	assert_null(geo_open(f->paths, 3, &e));
	assert_int_equal(e.count, 2);
	assert_string_equal(e.lines[0].file, f->paths[0]);
	assert_non_null(strstr(e.lines[0].text, "MaxMind"));
	assert_string_equal(e.lines[1].file, "/nowhere/country.mmdb");
	assert_non_null(strstr(e.lines[1].text, "cannot be read: No such file"));
	error_clear(&e);
	f->geo = geo_open(NULL, 0, &e);
	assert_non_null(f->geo);
	assert_int_equal(geo_files(f->geo), 0);
	assert_null(place_of(f, "203.0.113.9").country);
}

/* Cut anywhere it is refused, or says nothing wrong. */
static void
every_cut_is_refused_or_harmless(void **state)
{
	struct files *f = *state;
	struct error e = { 0 };
	struct make_mmdb m;
	long size;
	FILE *whole;

	make_flat(&m, 6);
	mmdb_write(&m, files_add(f, "cut.mmdb"), "ipv46");
	whole = fopen(f->paths[0], "rb");
	assert_non_null(whole);
	fseek(whole, 0, SEEK_END);
	size = ftell(whole);
	fclose(whole);
	for (long keep = size - 1; keep > 0; keep -= keep > 64 ? 3 : 1) {
		assert_int_equal(truncate(f->paths[0], keep), 0);
		f->geo = geo_open(f->paths, 1, &e);
		assert_true((f->geo == NULL) == (e.count > 0));
		if (f->geo != NULL) {
			const char *country = place_of(f, "203.0.113.9").country;

			assert_true(country == NULL || strcmp(country, "DE") == 0);
		}
		geo_close(f->geo);
		f->geo = NULL;
		error_clear(&e);
	}
}

/* Facts of registration that do not change from month to month. */
static void
a_real_database_is_read(void **state)
{
	const char *path = getenv("CALLWITNESS_GEOIP");
	struct files *f = *state;
	struct error e = { 0 };

	if (path == NULL) {
		print_message("CALLWITNESS_GEOIP names no database: skipped\n");
		skip();
	}
	f->geo = geo_open(&path, 1, &e);
	error_write(&e, stderr);
	assert_non_null(f->geo);
	assert_string_equal(place_of(f, "8.8.8.8").country, "US");
	assert_string_equal(place_of(f, "193.0.6.139").country, "NL");
	assert_int_equal(strlen(geo_file(f->geo, 0)->sha256), 64);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(maxminds_own_shape_is_read),
		TEST(the_flat_shape_is_read),
		TEST(six_in_a_database_of_four_is_unknown),
		TEST(the_first_that_knows_wins),
		TEST(what_is_no_country_is_not_told),
		TEST(databases_are_named_and_hashed),
		TEST(what_is_no_database_is_an_error),
		TEST(every_cut_is_refused_or_harmless),
		TEST(a_real_database_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
