/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and signatures in minisign's format (jedisct1/minisign, README and man page). */
#ifndef REPORT_SEAL_H
#define REPORT_SEAL_H

#include <callwitness/report.h>

#define SEAL_ID 8 /* bytes that tell keys apart */

struct seal_public {
	uint8_t id[SEAL_ID], key[32];
};

struct seal_secret {
	uint8_t id[SEAL_ID], key[64];
};

struct seal_signature {
	uint8_t id[SEAL_ID], over_data[64], over_comment[64];
	const char *comment; /* the trusted one; a loan from the text */
	size_t comment_length;
};

/* What an encrypted secret key costs to open: of crypto_pwhash_scryptsalsa208sha256(). */
struct seal_cost {
	uint64_t operations, memory;
};

extern const struct seal_cost seal_cost_default; /* minisign's */

/* The public half's file. */
#define SEAL_PUBLIC_SIZE 128
void seal_public_text(const struct seal_secret *s, char text[SEAL_PUBLIC_SIZE]);
int seal_public_parse(const char *name, const char *data, size_t length,
    struct seal_public *out, struct error *e);
/* As minisign prints it: "8467A14D925C915A". */
#define SEAL_ID_TEXT_SIZE 17
const char *seal_id_text(const uint8_t id[SEAL_ID], char text[SEAL_ID_TEXT_SIZE]);

/* A new pair's files, as seal_keygen() at a cost of choice. */
int seal_keygen_at(const char *public_path, const char *secret_path, const char *password,
    const struct seal_cost *cost, struct error *e);
struct seal_secret *seal_secret_parse(const char *name, const char *data, size_t length,
    char *(*ask)(void), struct error *e);

/* The signature's file, for the caller to free; NULL when memory is full. */
char *seal_sign(const struct seal_secret *s, const void *data, size_t length);
/*
 * Strict: any byte that could have been written in another way is a fault. 0, or -1 and a
 * line in e.
 */
int seal_signature_parse(const char *name, const char *data, size_t length,
    struct seal_signature *out, struct error *e);
bool seal_signature_holds(const struct seal_signature *s, const struct seal_public *key,
    const void *data, size_t length);

/* SHA256SUMS, read back. */
struct seal_sum {
	char *path;
	char sha256[SHA256_TEXT_SIZE];
	unsigned line;
};

struct seal_sums {
	size_t count, room;
	struct seal_sum *sums; /* by path, as in the file */
};

/* As strict. Keeps the lines that are right; -1 and lines in e if one is not. */
int seal_sums_parse(const char *name, const char *data, size_t length,
    struct seal_sums *out, struct error *e);
void seal_sums_clear(struct seal_sums *s);
/* -1 and errno. */
int seal_sum_file(const char *path, char sha256[SHA256_TEXT_SIZE]);

/* Base64 with padding: exactly `size` bytes out of all of the text, or -1. */
int seal_base64_read(const char *text, size_t length, void *out, size_t size);

#endif
