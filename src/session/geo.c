/* SPDX-License-Identifier: Apache-2.0 */
/* Where an address is registered, and for whom: MaxMind's database format (.mmdb). */
#include <ctype.h>
#include <errno.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "private.h"

#define CHUNK 65536

struct geo {
	struct arena arena;
	size_t count;
	MMDB_s *databases;
	struct geo_file *files; /* one for each database */
};

/* Ways to the same fact: MaxMind's own databases first, then ip-location-db's flat ones.
 */
static const char *const country_paths[][3] = {
	{ "country", "iso_code" },
	{ "country_code" },
	{ "registered_country", "iso_code" },
};

static int
file_digest(const char *path, char sha256[SHA256_TEXT_SIZE], struct error *e)
{
	FILE *in = fopen(path, "rb");
	struct sha256 *sum = in != NULL ? sha256_new() : NULL;
	uint8_t *chunk = malloc(CHUNK);
	size_t length;
	int rc = -1;

	if (sum == NULL || chunk == NULL)
		goto out;
	while ((length = fread(chunk, 1, CHUNK, in)) > 0)
		sha256_add(sum, chunk, length);
	rc = ferror(in) ? -1 : 0;
out:
	if (rc < 0)
		error_add(e, path, 0, 0, "cannot be read: %s", strerror(errno));
	if (sum != NULL)
		sha256_end(sum, sha256);
	if (in != NULL)
		fclose(in);
	free(chunk);
	return rc;
}

/* What follows the last "/". */
static const char *
path_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int
database_open(struct geo *g, const char *path, struct error *e)
{
	MMDB_s *database = &g->databases[g->count];
	struct geo_file *file = &g->files[g->count];
	int status = MMDB_open(path, MMDB_MODE_MMAP, database);
	const char *type;

	if (status == MMDB_FILE_OPEN_ERROR || status == MMDB_IO_ERROR) {
		error_add(e, path, 0, 0, "cannot be read: %s", strerror(errno));
		return -1;
	}
	if (status != MMDB_SUCCESS) {
		error_add(e, path, 0, 0, "%s: expected a MaxMind database (.mmdb)",
		    MMDB_strerror(status));
		return -1;
	}
	g->count++;
	type = database->metadata.database_type;
	file->name = arena_text(&g->arena, path_name(path), strlen(path_name(path)));
	file->type = arena_text(&g->arena, type ? type : "", type ? strlen(type) : 0);
	if (file->name == NULL || file->type == NULL) {
		error_add(e, path, 0, 0, "out of memory");
		return -1;
	}
	return file_digest(path, file->sha256, e);
}

struct geo *
geo_open(const char *const *paths, size_t count, struct error *e)
{
	struct geo *g = calloc(1, sizeof(*g));
	int rc = -1;

	if (g != NULL) {
		g->databases = calloc(count ? count : 1, sizeof(*g->databases));
		g->files = calloc(count ? count : 1, sizeof(*g->files));
	}
	if (g == NULL || g->databases == NULL || g->files == NULL) {
		error_add(e, NULL, 0, 0, "out of memory");
		goto out;
	}
	rc = 0;
	for (size_t i = 0; i < count; i++)
		if (database_open(g, paths[i], e) < 0)
			rc = -1;
out:
	if (rc == 0)
		return g;
	geo_close(g);
	return NULL;
}

void
geo_close(struct geo *g)
{
	if (g == NULL)
		return;
	for (size_t i = 0; i < g->count; i++)
		MMDB_close(&g->databases[i]);
	arena_clear(&g->arena);
	free(g->databases);
	free(g->files);
	free(g);
}

size_t
geo_files(const struct geo *g)
{
	return g->count;
}

const struct geo_file *
geo_file(const struct geo *g, size_t index)
{
	return &g->files[index];
}

/* The text at a path of keys, or NULL. */
static const char *
entry_text(MMDB_entry_s *entry, const char *const *path, struct strings *strings)
{
	MMDB_entry_data_s data;

	if (MMDB_aget_value(entry, &data, path) != MMDB_SUCCESS || !data.has_data ||
	    data.type != MMDB_DATA_TYPE_UTF8_STRING || data.data_size == 0)
		return NULL;
	return strings_intern(strings, data.utf8_string, data.data_size);
}

static const char *
entry_country(MMDB_entry_s *entry, struct strings *strings)
{
	for (size_t i = 0; i < COUNT_OF(country_paths); i++) {
		const char *c = entry_text(entry, country_paths[i], strings);

		if (c != NULL && strlen(c) == 2 && isupper((unsigned char)c[0]) &&
		    isupper((unsigned char)c[1]))
			return c;
	}
	return NULL;
}

static uint32_t
entry_asn(MMDB_entry_s *entry)
{
	static const char *const path[] = { "autonomous_system_number", NULL };
	MMDB_entry_data_s data;

	if (MMDB_aget_value(entry, &data, path) != MMDB_SUCCESS || !data.has_data)
		return 0;
	if (data.type == MMDB_DATA_TYPE_UINT16)
		return data.uint16;
	if (data.type == MMDB_DATA_TYPE_UINT32)
		return data.uint32;
	return 0;
}

static void
entry_place(MMDB_entry_s *entry, struct strings *strings, struct geo_place *out)
{
	static const char *const path[] = { "autonomous_system_organization", NULL };

	if (out->country == NULL)
		out->country = entry_country(entry, strings);
	if (out->asn != 0 || out->network != NULL)
		return; /* number and name are of one database, or may not fit */
	out->asn = entry_asn(entry);
	out->network = entry_text(entry, path, strings);
}

static const struct sockaddr *
addr_socket(const struct addr *a, struct sockaddr_in6 *six, struct sockaddr_in *four)
{
	memset(six, 0, sizeof(*six));
	memset(four, 0, sizeof(*four));
	if (a->family == 4) {
		four->sin_family = AF_INET;
		memcpy(&four->sin_addr, a->bytes, 4);
		return (const struct sockaddr *)four;
	}
	six->sin6_family = AF_INET6;
	memcpy(&six->sin6_addr, a->bytes, 16);
	return (const struct sockaddr *)six;
}

void
geo_lookup(
    struct geo *g, const struct addr *a, struct strings *strings, struct geo_place *out)
{
	struct sockaddr_in6 six;
	struct sockaddr_in four;
	const struct sockaddr *socket = addr_socket(a, &six, &four);

	*out = (struct geo_place){ 0 };
	if (a->family != 4 && a->family != 6)
		return;
	for (size_t i = 0; i < g->count; i++) {
		int status = MMDB_SUCCESS;
		MMDB_lookup_result_s found =
		    MMDB_lookup_sockaddr(&g->databases[i], socket, &status);

		if (status == MMDB_SUCCESS && found.found_entry)
			entry_place(&found.entry, strings, out);
	}
}
