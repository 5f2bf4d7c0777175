/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures: Ed25519 over BLAKE2b, in minisign's four lines. */
#include <sodium.h>
#include <stdlib.h>
#include "seal.h"

#define COMMENT_MAX 8192

/* Nobody signs the first line, so only minisign's own words may stand there. */
#define FIRST_LINE "untrusted comment: signature from minisign secret key"

_Static_assert(sizeof(((struct seal_secret *)0)->key) == crypto_sign_SECRETKEYBYTES &&
		   sizeof(((struct seal_public *)0)->key) == crypto_sign_PUBLICKEYBYTES &&
		   sizeof(((struct seal_signature *)0)->over_data) == crypto_sign_BYTES,
    "sizes of Ed25519");

/* "ED": what is signed is the hash. */
struct packed_signature {
	uint8_t algorithm[2], id[SEAL_ID], signature[crypto_sign_BYTES];
};

int
seal_base64_read(const char *text, size_t length, void *out, size_t size)
{
	size_t got = 0;

	if (sodium_base642bin(out, size, text, length, NULL, &got, NULL,
		sodium_base64_VARIANT_ORIGINAL) != 0)
		return -1;
	return got == size ? 0 : -1;
}

/* The file, for the caller to free. */
static char *
signature_text(const struct seal_signature *s)
{
	struct packed_signature packed = { .algorithm = { 'E', 'D' } };
	char first[sodium_base64_ENCODED_LEN(
	    sizeof(packed), sodium_base64_VARIANT_ORIGINAL)];
	char second[sodium_base64_ENCODED_LEN(
	    sizeof(s->over_comment), sodium_base64_VARIANT_ORIGINAL)];
	char *text = NULL;

	memcpy(packed.id, s->id, sizeof(packed.id));
	memcpy(packed.signature, s->over_data, sizeof(packed.signature));
	sodium_bin2base64(first, sizeof(first), (const uint8_t *)&packed, sizeof(packed),
	    sodium_base64_VARIANT_ORIGINAL);
	sodium_bin2base64(second, sizeof(second), s->over_comment,
	    sizeof(s->over_comment), sodium_base64_VARIANT_ORIGINAL);
	if (asprintf(&text, FIRST_LINE "\n%s\ntrusted comment: %.*s\n%s\n", first,
		(int)s->comment_length, s->comment, second) < 0)
		return NULL;
	return text;
}

static void
digest(const void *data, size_t length, uint8_t out[crypto_generichash_BYTES_MAX])
{
	crypto_generichash(out, crypto_generichash_BYTES_MAX, data, length, NULL, 0);
}

/* What the second signature is over: the first, and the comment. */
static size_t
comment_bytes(const struct seal_signature *s, uint8_t *out)
{
	memcpy(out, s->over_data, sizeof(s->over_data));
	memcpy(out + sizeof(s->over_data), s->comment, s->comment_length);
	return sizeof(s->over_data) + s->comment_length;
}

char *
seal_sign(const struct seal_secret *s, const void *data, size_t length)
{
	struct seal_signature made = { 0 };
	uint8_t hash[crypto_generichash_BYTES_MAX];
	uint8_t commented[sizeof(made.over_data) + 256];
	char comment[256], sha256[SHA256_TEXT_SIZE];
	struct sha256 *sum = sha256_new();

	if (sum == NULL || sodium_init() < 0)
		return NULL;
	sha256_add(sum, data, length);
	sha256_end(sum, sha256);
	snprintf(comment, sizeof(comment), "callwitness bundle, sha256 of SHA256SUMS %s",
	    sha256);
	memcpy(made.id, s->id, sizeof(made.id));
	digest(data, length, hash);
	crypto_sign_detached(made.over_data, NULL, hash, sizeof(hash), s->key);
	made.comment = comment;
	made.comment_length = strlen(comment);
	crypto_sign_detached(
	    made.over_comment, NULL, commented, comment_bytes(&made, commented), s->key);
	return signature_text(&made);
}

struct line {
	const char *text;
	size_t length;
};

/* Four lines, and nothing behind the fourth. */
static int
lines_split(const char *data, size_t length, struct line lines[4])
{
	for (size_t i = 0; i < 4; i++) {
		const char *end = memchr(data, '\n', length);

		if (end == NULL)
			return -1;
		lines[i] = (struct line){ data, (size_t)(end - data) };
		length -= lines[i].length + 1;
		data = end + 1;
	}
	return length == 0 ? 0 : -1;
}

static int
signature_read(const struct line lines[4], struct seal_signature *out)
{
	static const char comment[] = "trusted comment: ";
	const size_t head = sizeof(comment) - 1;
	struct packed_signature packed;

	if (lines[2].length < head || lines[2].length > head + COMMENT_MAX ||
	    memcmp(lines[2].text, comment, head) != 0 ||
	    seal_base64_read(lines[1].text, lines[1].length, &packed, sizeof(packed)) !=
		0 ||
	    seal_base64_read(lines[3].text, lines[3].length, out->over_comment,
		sizeof(out->over_comment)) != 0)
		return -1;
	memcpy(out->id, packed.id, sizeof(out->id));
	memcpy(out->over_data, packed.signature, sizeof(out->over_data));
	out->comment = lines[2].text + head;
	out->comment_length = lines[2].length - head;
	return 0;
}

int
seal_signature_parse(const char *name, const char *data, size_t length,
    struct seal_signature *out, struct error *e)
{
	struct line lines[4];
	char *again = NULL;
	int rc = -1;

	/* Written again, it must be the same: what a decoder forgives is a fault here. */
	if (sodium_init() >= 0 && lines_split(data, length, lines) == 0 &&
	    signature_read(lines, out) == 0 && (again = signature_text(out)) != NULL &&
	    strlen(again) == length && memcmp(again, data, length) == 0)
		rc = 0;
	else
		error_add(e, name, 0, 0,
		    "is no signature as minisign -S or callwitness writes it");
	free(again);
	return rc;
}

bool
seal_signature_holds(const struct seal_signature *s, const struct seal_public *key,
    const void *data, size_t length)
{
	uint8_t hash[crypto_generichash_BYTES_MAX];
	uint8_t commented[sizeof(s->over_data) + COMMENT_MAX];

	digest(data, length, hash);
	return crypto_sign_verify_detached(s->over_data, hash, sizeof(hash), key->key) ==
		   0 &&
	       crypto_sign_verify_detached(s->over_comment, commented,
		   comment_bytes(s, commented), key->key) == 0;
}
