/* SPDX-License-Identifier: Apache-2.0 */
/* Key files as minisign writes them: made, and read back. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>
#include "files.h"
#include "seal.h"

#define KEY_FILE_MAX 8192
#define BASE64 sodium_base64_VARIANT_ORIGINAL

struct packed_public {
	uint8_t algorithm[2], id[SEAL_ID], key[crypto_sign_PUBLICKEYBYTES];
};

/* What the password hides. */
struct packed_pair {
	uint8_t id[SEAL_ID], key[crypto_sign_SECRETKEYBYTES];
	uint8_t check[crypto_generichash_BYTES];
};

struct packed_secret {
	uint8_t algorithm[2], kdf[2], check_algorithm[2];
	uint8_t salt[crypto_pwhash_scryptsalsa208sha256_SALTBYTES];
	uint8_t operations[8], memory[8]; /* little-endian */
	struct packed_pair pair;
};

_Static_assert(sizeof(struct packed_public) == 42 && sizeof(struct packed_secret) == 158,
    "no padding");

const struct seal_cost seal_cost_default = {
	.operations = crypto_pwhash_scryptsalsa208sha256_OPSLIMIT_SENSITIVE,
	.memory = crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_SENSITIVE,
};

static uint64_t
little_read(const uint8_t bytes[8])
{
	uint64_t value;

	memcpy(&value, bytes, sizeof(value));
	return le64toh(value);
}

static void
little_write(uint8_t bytes[8], uint64_t value)
{
	value = htole64(value);
	memcpy(bytes, &value, sizeof(value));
}

const char *
seal_id_text(const uint8_t id[SEAL_ID], char text[SEAL_ID_TEXT_SIZE])
{
	snprintf(text, SEAL_ID_TEXT_SIZE, "%016llX", (unsigned long long)little_read(id));
	return text;
}

void
seal_public_text(const struct seal_secret *s, char text[SEAL_PUBLIC_SIZE])
{
	struct packed_public packed = { .algorithm = { 'E', 'd' } };
	char base64[sodium_base64_ENCODED_LEN(sizeof(packed), BASE64)];
	char id[SEAL_ID_TEXT_SIZE];

	memcpy(packed.id, s->id, sizeof(packed.id));
	crypto_sign_ed25519_sk_to_pk(packed.key, s->key);
	sodium_bin2base64(
	    base64, sizeof(base64), (const uint8_t *)&packed, sizeof(packed), BASE64);
	snprintf(text, SEAL_PUBLIC_SIZE,
	    "untrusted comment: minisign public key %s\n%s\n", seal_id_text(s->id, id),
	    base64);
}

/* The second line of a key file, decoded. Line ends of other systems are forgiven. */
static int
key_read(const char *data, size_t length, void *out, size_t size)
{
	static const char comment[] = "untrusted comment:";
	const char *line = memchr(data, '\n', length);
	size_t left = 0;

	if (line == NULL || length < sizeof(comment) - 1 ||
	    memcmp(data, comment, sizeof(comment) - 1) != 0)
		return -1;
	line++;
	left = length - (size_t)(line - data);
	while (left > 0 && (line[left - 1] == '\n' || line[left - 1] == '\r'))
		left--;
	return seal_base64_read(line, left, out, size);
}

int
seal_public_parse(const char *name, const char *data, size_t length,
    struct seal_public *out, struct error *e)
{
	struct packed_public packed;

	if (sodium_init() < 0 || key_read(data, length, &packed, sizeof(packed)) != 0 ||
	    memcmp(packed.algorithm, "Ed", 2) != 0) {
		error_add(e, name, 0, 0, "is no public key of minisign or callwitness");
		return -1;
	}
	memcpy(out->id, packed.id, sizeof(out->id));
	memcpy(out->key, packed.key, sizeof(out->key));
	return 0;
}

static void
pair_check(const struct packed_secret *p, uint8_t out[crypto_generichash_BYTES])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, crypto_generichash_BYTES);
	crypto_generichash_update(&state, p->algorithm, sizeof(p->algorithm));
	crypto_generichash_update(&state, p->pair.id, sizeof(p->pair.id));
	crypto_generichash_update(&state, p->pair.key, sizeof(p->pair.key));
	crypto_generichash_final(&state, out, crypto_generichash_BYTES);
	sodium_memzero(&state, sizeof(state));
}

/* Hides the pair, or shows it again. -1 when memory is full. */
static int
pair_cipher(struct packed_secret *p, const char *password)
{
	uint8_t stream[sizeof(p->pair)], *pair = (uint8_t *)&p->pair;
	int rc = crypto_pwhash_scryptsalsa208sha256(stream, sizeof(stream), password,
	    strlen(password), p->salt, little_read(p->operations),
	    (size_t)little_read(p->memory));

	for (size_t i = 0; rc == 0 && i < sizeof(stream); i++)
		pair[i] ^= stream[i];
	sodium_memzero(stream, sizeof(stream));
	return rc;
}

/* As minisign: at half the cost where memory does not suffice for all of it. */
static int
pair_hide(struct packed_secret *p, const char *password, struct seal_cost cost)
{
	memcpy(p->kdf, "Sc", 2);
	randombytes_buf(p->salt, sizeof(p->salt));
	pair_check(p, p->pair.check);
	for (;;) {
		little_write(p->operations, cost.operations);
		little_write(p->memory, cost.memory);
		if (pair_cipher(p, password) == 0)
			return 0;
		cost.operations /= 2;
		cost.memory /= 2;
		if (cost.operations < crypto_pwhash_scryptsalsa208sha256_OPSLIMIT_MIN ||
		    cost.memory < crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_MIN)
			return -1;
	}
}

/* Never over what is there. -1 and a line in e. */
static int
key_save(const char *path, mode_t mode, const char *text, struct error *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	size_t length = strlen(text);
	int rc = -1;

	if (fd < 0) {
		error_add(e, path, 0, 0, "%s",
		    errno == EEXIST ? "is there already: a key is never replaced"
				    : strerror(errno));
		return -1;
	}
	errno = 0;
	if (write(fd, text, length) == (ssize_t)length && fsync(fd) == 0)
		rc = 0;
	if (rc != 0) {
		error_add(e, path, 0, 0, "cannot be written: %s",
		    strerror(errno ? errno : ENOSPC));
		unlink(path);
	}
	close(fd);
	return rc;
}

static int
pair_save(const char *public_path, const char *secret_path,
    const struct packed_secret *packed, const struct seal_secret *secret, struct error *e)
{
	char base64[sodium_base64_ENCODED_LEN(sizeof(*packed), BASE64)];
	char text[sizeof(base64) + 64], public[SEAL_PUBLIC_SIZE];
	int rc = -1;

	sodium_bin2base64(
	    base64, sizeof(base64), (const uint8_t *)packed, sizeof(*packed), BASE64);
	snprintf(text, sizeof(text),
	    "untrusted comment: minisign encrypted secret key\n%s\n", base64);
	seal_public_text(secret, public);
	if (key_save(secret_path, 0600, text, e) == 0) {
		rc = key_save(public_path, 0666, public, e);
		if (rc != 0)
			unlink(secret_path);
	}
	sodium_memzero(base64, sizeof(base64));
	sodium_memzero(text, sizeof(text));
	return rc;
}

int
seal_keygen_at(const char *public_path, const char *secret_path, const char *password,
    const struct seal_cost *cost, struct error *e)
{
	struct packed_secret packed = { .algorithm = { 'E', 'd' },
		.check_algorithm = { 'B', '2' } };
	struct seal_secret secret;
	uint8_t public[crypto_sign_PUBLICKEYBYTES];
	int rc = sodium_init() < 0 ? -1 : 0;

	if (rc == 0) {
		randombytes_buf(secret.id, sizeof(secret.id));
		crypto_sign_keypair(public, secret.key);
		memcpy(packed.pair.id, secret.id, sizeof(secret.id));
		memcpy(packed.pair.key, secret.key, sizeof(secret.key));
		if (password != NULL)
			rc = pair_hide(&packed, password, *cost);
	}
	if (rc != 0)
		error_add(e, secret_path, 0, 0, "out of memory");
	else
		rc = pair_save(public_path, secret_path, &packed, &secret, e);
	sodium_memzero(&secret, sizeof(secret));
	sodium_memzero(&packed, sizeof(packed));
	return rc;
}

int
seal_keygen(const char *public_path, const char *secret_path, const char *password,
    struct error *e)
{
	return seal_keygen_at(public_path, secret_path, password, &seal_cost_default, e);
}

/* NULL, or why the pair cannot be shown. */
static const char *
pair_show(struct packed_secret *p, char *(*ask)(void))
{
	uint8_t check[crypto_generichash_BYTES];
	char *password = NULL;
	const char *fault = NULL;

	/* A made-up cost must not stop the machine: at most four times the usual. */
	if (little_read(p->operations) > 4 * seal_cost_default.operations ||
	    little_read(p->memory) > 4 * seal_cost_default.memory)
		return "asks for too much work to be opened";
	if ((password = ask != NULL ? ask() : NULL) == NULL)
		return "is encrypted, and no password was given";
	if (pair_cipher(p, password) != 0)
		fault = "cannot be opened: too little memory";
	sodium_memzero(password, strlen(password));
	free(password);
	if (fault != NULL)
		return fault;
	pair_check(p, check);
	return sodium_memcmp(check, p->pair.check, sizeof(check)) == 0
		   ? NULL
		   : "cannot be opened: wrong password";
}

/* Whether the two halves belong together; minisign checks no plain key for damage. */
static bool
is_pair(const struct packed_pair *p)
{
	uint8_t seed[crypto_sign_SEEDBYTES], public[crypto_sign_PUBLICKEYBYTES];
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
	bool same = false;

	crypto_sign_ed25519_sk_to_seed(seed, p->key);
	crypto_sign_seed_keypair(public, secret, seed);
	same = sodium_memcmp(secret, p->key, sizeof(secret)) == 0;
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(secret, sizeof(secret));
	return same;
}

static const char *
secret_fault(struct packed_secret *p, char *(*ask)(void))
{
	const char *fault = NULL;

	if (memcmp(p->algorithm, "Ed", 2) != 0 ||
	    memcmp(p->check_algorithm, "B2", 2) != 0)
		return "is no secret key of minisign or callwitness";
	if (memcmp(p->kdf, "Sc", 2) == 0)
		fault = pair_show(p, ask);
	else if (memcmp(p->kdf, "\0\0", 2) != 0)
		fault = "is encrypted in an unknown way";
	if (fault == NULL && !is_pair(&p->pair))
		fault = "is damaged: its halves do not belong together";
	return fault;
}

struct seal_secret *
seal_secret_parse(const char *name, const char *data, size_t length, char *(*ask)(void),
    struct error *e)
{
	struct packed_secret packed;
	struct seal_secret *secret = NULL;
	const char *fault = "is no secret key of minisign or callwitness";

	if (sodium_init() >= 0 && key_read(data, length, &packed, sizeof(packed)) == 0)
		fault = secret_fault(&packed, ask);
	if (fault == NULL && (secret = calloc(1, sizeof(*secret))) == NULL)
		fault = "out of memory";
	if (fault != NULL) {
		error_add(e, name, 0, 0, "%s", fault);
	} else {
		memcpy(secret->id, packed.pair.id, sizeof(secret->id));
		memcpy(secret->key, packed.pair.key, sizeof(secret->key));
	}
	sodium_memzero(&packed, sizeof(packed));
	return secret;
}

struct seal_secret *
seal_secret_load(const char *path, char *(*ask)(void), struct error *e)
{
	struct seal_secret *secret = NULL;
	char *data = NULL;
	size_t length = 0;

	if (file_read(path, KEY_FILE_MAX, &data, &length) != 0) {
		error_add(e, path, 0, 0, "cannot be read: %s", strerror(errno));
		return NULL;
	}
	secret = seal_secret_parse(path, data, length, ask, e);
	sodium_memzero(data, length);
	free(data);
	return secret;
}

void
seal_secret_free(struct seal_secret *s)
{
	if (s == NULL)
		return;
	sodium_memzero(s, sizeof(*s));
	free(s);
}
