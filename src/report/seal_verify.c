/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a bundle is what it was: every file, and who says so. */
#include <errno.h>
#include <stdlib.h>
#include "files.h"
#include "seal.h"

#define SUMS_MAX (16u << 20)
#define KEY_MAX 8192
#define SIGNATURE_MAX (16u << 10)
#define SUMS "SHA256SUMS"
#define SIGNATURE "SHA256SUMS.minisig"
#define SIGNER "signer.pub"

struct verifier {
	const char *folder, *public_path;
	struct error *error;
	struct listing there;
	struct seal_sums sums;
	char *text; /* of SHA256SUMS */
	size_t length;
};

/* Returns -1. */
static int
fault_add(struct verifier *v, const char *name, unsigned line, const char *text)
{
	char *path = path_join(v->folder, name);

	error_add(v->error, path, line, 0, "%s", text);
	free(path);
	return -1;
}

static int
by_path(const void *key, const void *entry)
{
	return strcmp(key, ((const struct entry *)entry)->path);
}

/* NULL if it is not there. */
static const struct entry *
entry_named(const struct verifier *v, const char *name)
{
	return bsearch(
	    name, v->there.entries, v->there.count, sizeof(*v->there.entries), by_path);
}

/* A small file of the bundle. 0, or -1 after a fault. */
static int
small_read(
    struct verifier *v, const char *name, size_t limit, char **data, size_t *length)
{
	const struct entry *entry = entry_named(v, name);
	char *path = NULL;
	int rc = -1;

	if (entry == NULL)
		return fault_add(v, name, 0,
		    strcmp(name, SIGNATURE) == 0 ? "is missing: it is not signed"
						 : "is missing");
	if (entry->kind != ENTRY_FILE)
		return fault_add(v, name, 0, "is no regular file");
	path = path_join(v->folder, name);
	if (path != NULL)
		rc = file_read(path, limit, data, length);
	if (rc != 0)
		fault_add(v, name, 0, path ? strerror(errno) : "out of memory");
	free(path);
	return rc;
}

static int
sum_check(struct verifier *v, const struct seal_sum *sum)
{
	char *path = path_join(v->folder, sum->path), sha256[SHA256_TEXT_SIZE], text[96];
	int rc = path != NULL ? seal_sum_file(path, sha256) : -1;

	free(path);
	if (rc != 0)
		return fault_add(v, sum->path, 0, strerror(errno));
	if (strcmp(sha256, sum->sha256) == 0)
		return 0;
	snprintf(text, sizeof(text), "was changed: its sum is not that of %s:%u", SUMS,
	    sum->line);
	return fault_add(v, sum->path, 0, text);
}

/* The two that no sum can be listed of. */
static bool
is_seal(const char *path)
{
	return strcmp(path, SUMS) == 0 || strcmp(path, SIGNATURE) == 0;
}

/* A file that is there. */
static int
entry_check(struct verifier *v, const struct entry *e, const struct seal_sum *sum)
{
	if (e->kind == ENTRY_FOLDER)
		return sum != NULL ? fault_add(v, e->path, 0, "is a folder, not a file")
				   : 0;
	if (e->kind == ENTRY_OTHER)
		return fault_add(v, e->path, 0,
		    "is no regular file, such as a symbolic link: a bundle has none");
	if (is_seal(e->path))
		return 0;
	return sum != NULL ? sum_check(v, sum)
			   : fault_add(v, e->path, 0, "is not listed in " SUMS);
}

/* Both lists are sorted: what is in one alone is a fault. */
static int
files_check(struct verifier *v)
{
	size_t i = 0, k = 0;
	int rc = 0;

	while (i < v->there.count || k < v->sums.count) {
		const struct entry *entry =
		    i < v->there.count ? &v->there.entries[i] : NULL;
		const struct seal_sum *sum = k < v->sums.count ? &v->sums.sums[k] : NULL;
		int order = entry == NULL ? 1
			    : sum == NULL ? -1
					  : strcmp(entry->path, sum->path);

		if (order > 0)
			rc |= fault_add(
			    v, sum->path, 0, "is listed in " SUMS " but missing");
		else
			rc |= entry_check(v, entry, order == 0 ? sum : NULL);
		i += order <= 0;
		k += order >= 0;
	}
	return rc;
}

static int
sums_check(struct verifier *v)
{
	char *path = path_join(v->folder, SUMS);
	int rc = path != NULL
		     ? seal_sums_parse(path, v->text, v->length, &v->sums, v->error)
		     : -1;

	for (size_t i = 0; i < v->sums.count; i++)
		if (is_seal(v->sums.sums[i].path))
			rc = fault_add(v, SUMS, v->sums.sums[i].line,
			    "lists " SUMS " or its signature, which cannot be");
	free(path);
	return rc;
}

static int
own_key_read(struct verifier *v, struct seal_public *key)
{
	size_t length = 0;
	char *data = NULL, *path = path_join(v->folder, SIGNER);
	int rc = small_read(v, SIGNER, KEY_MAX, &data, &length);

	if (rc == 0)
		rc = seal_public_parse(path, data, length, key, v->error);
	free(path);
	free(data);
	return rc;
}

static int
signature_match(
    struct verifier *v, const struct seal_signature *s, const struct seal_public *key)
{
	char text[160], ours[SEAL_ID_TEXT_SIZE], theirs[SEAL_ID_TEXT_SIZE];

	if (memcmp(s->id, key->id, sizeof(s->id)) != 0) {
		snprintf(text, sizeof(text), "was made with key %s, not with %s of %s",
		    seal_id_text(s->id, theirs), seal_id_text(key->id, ours),
		    v->public_path != NULL ? "the key given" : SIGNER);
		return fault_add(v, SIGNATURE, 0, text);
	}
	if (!seal_signature_holds(s, key, v->text, v->length))
		return fault_add(
		    v, SIGNATURE, 0, "does not fit: it or " SUMS " was changed");
	return 0;
}

/* `key` is the one given, or else filled in from signer.pub. */
static int
signature_check(struct verifier *v, struct seal_public *key)
{
	struct seal_signature signature;
	char *data = NULL, *path = path_join(v->folder, SIGNATURE);
	size_t length = 0;
	int rc =
	    path != NULL ? small_read(v, SIGNATURE, SIGNATURE_MAX, &data, &length) : -1;

	if (rc == 0)
		rc = seal_signature_parse(path, data, length, &signature, v->error);
	if (rc == 0 && v->public_path == NULL)
		rc = own_key_read(v, key);
	if (rc == 0)
		rc = signature_match(v, &signature, key);
	free(path);
	free(data);
	return rc;
}

/* Whether it is signed, should be, and what that proves. */
static int
signer_check(struct verifier *v, struct seal_public *key, char signer[256])
{
	char id[SEAL_ID_TEXT_SIZE];
	int rc = 0;

	if (entry_named(v, SIGNATURE) == NULL && v->public_path == NULL &&
	    entry_named(v, SIGNER) == NULL) {
		snprintf(signer, 256,
		    "It is not signed: the sums show damage, but who changes a file can "
		    "change its sum as well.");
		return 0;
	}
	rc = signature_check(v, key);
	if (rc == 0 && v->public_path != NULL)
		snprintf(signer, 256,
		    "It is signed with the key given, %s: whoever holds its secret half "
		    "vouched for exactly these files.",
		    seal_id_text(key->id, id));
	else if (rc == 0)
		snprintf(signer, 256,
		    "It is signed with its own signer.pub, key %s: nothing was changed "
		    "since, but who signed shows only a key that you have from the "
		    "signer (--key).",
		    seal_id_text(key->id, id));
	return rc;
}

static int
given_key_read(const char *path, struct seal_public *key, struct error *e)
{
	char *data = NULL;
	size_t length = 0;
	int rc = file_read(path, KEY_MAX, &data, &length);

	if (rc != 0)
		error_add(e, path, 0, 0, "cannot be read: %s", strerror(errno));
	else
		rc = seal_public_parse(path, data, length, key, e);
	free(data);
	return rc;
}

/* 0, 1 or -1, as seal_verify(). */
static int
all_check(struct verifier *v, struct seal_public *key, char signer[256])
{
	int rc = 0;

	if (listing_read(v->folder, &v->there) != 0) {
		error_add(
		    v->error, v->folder, 0, 0, "cannot be read: %s", strerror(errno));
		return -1;
	}
	if (small_read(v, SUMS, SUMS_MAX, &v->text, &v->length) != 0)
		return -1;
	rc = sums_check(v);
	rc |= files_check(v);
	rc |= signer_check(v, key, signer);
	return rc != 0 ? 1 : 0;
}

int
seal_verify(
    const char *folder, const char *public_path, char signer[256], struct error *e)
{
	char *trimmed = path_trim(folder);
	struct verifier v = { .folder = trimmed, .public_path = public_path, .error = e };
	struct seal_public key;
	int rc = -1;

	if (trimmed == NULL)
		error_add(e, folder, 0, 0, "out of memory");
	else if (public_path == NULL || given_key_read(public_path, &key, e) == 0)
		rc = all_check(&v, &key, signer);
	if (rc != 0)
		snprintf(signer, 256, "Nothing is proven.");
	free(trimmed);
	free(v.text);
	listing_clear(&v.there);
	seal_sums_clear(&v.sums);
	return rc;
}
