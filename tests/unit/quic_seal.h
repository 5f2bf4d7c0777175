/* SPDX-License-Identifier: Apache-2.0 */
/* Seals frames in a client's Initial. Keys are typed in, so that nothing derives them here. */
#ifndef QUIC_SEAL_H
#define QUIC_SEAL_H

#include <gcrypt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEAL_HEADER 22 /* with 8 bytes of connection id and 4 of number */
#define SEAL_ROOM 2048

/* The client's keys of a version and a destination connection id. */
struct sealer {
	uint32_t version;
	uint8_t first; /* byte */
	const char *dcid, *key, *iv, *header;
};

#define DCID_A "8394c8f03e515708" /* RFC 9001 appendix A */
#define DCID_B "f067a5502a4262b5"

enum { SEAL_V1, SEAL_V2, SEAL_29, SEAL_27, SEAL_B, SEALERS };

static const struct sealer sealers[SEALERS] = {
	[SEAL_V1] = { 0x00000001, 0xc3, DCID_A, "1f369613dd76d5467730efcbe3b1a22d",
	    "fa044b2f42a3fd3b46fb255c", "9f50449e04a0e810283a1e9933adedd2" },
	[SEAL_V2] = { 0x6b3343cf, 0xd3, DCID_A, "8b1a0bc121284290a29e0971b5cd045d",
	    "91f73e2351d8fa91660e909f", "45b95e15235d6f45a6b19cbcb0294ba9" },
	[SEAL_29] = { 0xff00001d, 0xc3, DCID_A, "175257a31eb09dea9366d8bb79ad80ba",
	    "6b26114b9cba2b63a9e8dd4f", "9ddd12c994c0698b89374a9c077a3077" },
	[SEAL_27] = { 0xff00001b, 0xc3, DCID_A, "af7fd7efebd21878ff66811248983694",
	    "8681359410a70bb9c92f0420", "a980b8b4fb7d9fbc13e814c23164253d" },
	[SEAL_B] = { 0x00000001, 0xc3, DCID_B, "6e5bc5c72660b012024b7c9044c931e3",
	    "a2fac7faa83f7b587df5fa2c", "a13be4c1b951b219f20025c387d74ead" },
};

static inline size_t
seal_hex(const char *text, uint8_t *out)
{
	size_t size = strlen(text) / 2;

	for (size_t i = 0; i < size; i++) {
		char pair[3] = { text[2 * i], text[2 * i + 1], '\0' };

		out[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return size;
}

static inline gcry_cipher_hd_t
seal_cipher(int mode, const char *key)
{
	gcry_cipher_hd_t c;
	uint8_t bytes[16];

	if (!gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P)) {
		gcry_check_version(NULL);
		gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
	}
	seal_hex(key, bytes);
	if (gcry_cipher_open(&c, GCRY_CIPHER_AES128, mode, 0) != 0 ||
	    gcry_cipher_setkey(c, bytes, sizeof(bytes)) != 0)
		abort();
	return c;
}

static inline void
seal_header(const struct sealer *s, uint32_t number, size_t size, uint8_t *out)
{
	size_t length = 4 + size + 16;

	memset(out, 0, SEAL_HEADER);
	out[0] = s->first;
	for (unsigned i = 0; i < 4; i++) {
		out[1 + i] = (uint8_t)(s->version >> (24 - 8 * i));
		out[18 + i] = (uint8_t)(number >> (24 - 8 * i));
	}
	out[5] = (uint8_t)seal_hex(s->dcid, out + 6);
	out[16] = (uint8_t)(0x40 | length >> 8);
	out[17] = (uint8_t)length;
}

/* Header protection, RFC 9001 section 5.4; the sample lies right behind the number. */
static inline void
seal_protect(const struct sealer *s, uint8_t *out)
{
	gcry_cipher_hd_t c = seal_cipher(GCRY_CIPHER_MODE_ECB, s->header);
	uint8_t mask[16];

	if (gcry_cipher_encrypt(c, mask, 16, out + SEAL_HEADER, 16) != 0)
		abort();
	gcry_cipher_close(c);
	out[0] ^= mask[0] & 0x0f;
	for (unsigned i = 0; i < 4; i++)
		out[18 + i] ^= mask[1 + i];
}

/* The packet at out (SEAL_ROOM bytes), its size. `as` is the connection id it shows. */
static inline size_t
quic_seal(const struct sealer *s, const char *as, uint32_t number, const uint8_t *frames,
    size_t size, uint8_t *out)
{
	gcry_cipher_hd_t c = seal_cipher(GCRY_CIPHER_MODE_GCM, s->key);
	uint8_t nonce[12];

	if (size < 1 || SEAL_HEADER + size + 16 > SEAL_ROOM)
		abort();
	seal_hex(s->iv, nonce);
	for (unsigned i = 0; i < 4; i++)
		nonce[8 + i] ^= (uint8_t)(number >> (24 - 8 * i));
	seal_header(s, number, size, out);
	seal_hex(as, out + 6);
	if (gcry_cipher_setiv(c, nonce, sizeof(nonce)) != 0 ||
	    gcry_cipher_authenticate(c, out, SEAL_HEADER) != 0 ||
	    gcry_cipher_encrypt(c, out + SEAL_HEADER, size, frames, size) != 0 ||
	    gcry_cipher_gettag(c, out + SEAL_HEADER + size, 16) != 0)
		abort();
	gcry_cipher_close(c);
	seal_protect(s, out);
	return SEAL_HEADER + size + 16;
}

#endif
