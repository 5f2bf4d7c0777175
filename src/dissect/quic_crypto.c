/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 9001 section 5 for Initial packets: keys that anyone who sees the first packet can
 * derive, so that nothing here is secret.
 */
#include <gcrypt.h>
#include "quic.h"

#define SECRET 32

static bool
hmac_sha256(const uint8_t *key, size_t key_length, const uint8_t *data, size_t length,
    uint8_t out[SECRET])
{
	gcry_md_hd_t h;

	if (gcry_md_open(&h, GCRY_MD_SHA256, GCRY_MD_FLAG_HMAC) != 0)
		return false;
	if (gcry_md_setkey(h, key, key_length) != 0) {
		gcry_md_close(h);
		return false;
	}
	gcry_md_write(h, data, length);
	memcpy(out, gcry_md_read(h, GCRY_MD_SHA256), SECRET);
	gcry_md_close(h);
	return true;
}

/* HKDF-Expand-Label of RFC 8446 section 7.1 without context; one block is enough. */
static bool
expand_label(const uint8_t secret[SECRET], const char *prefix, const char *name,
    uint8_t *out, size_t length)
{
	uint8_t info[64], block[SECRET];
	int n = snprintf((char *)info + 3, sizeof(info) - 5, "tls13 %s%s", prefix, name);

	info[0] = 0;
	info[1] = (uint8_t)length;
	info[2] = (uint8_t)n;
	info[3 + n] = 0; /* no context */
	info[4 + n] = 1; /* first block of RFC 5869 section 2.3 */
	if (!hmac_sha256(secret, SECRET, info, (size_t)n + 5, block))
		return false;
	memcpy(out, block, length);
	return true;
}

bool
quic_keys_derive(struct quic_keys *k, const uint8_t salt[QUIC_SALT], const char *label,
    const uint8_t *dcid, size_t length)
{
	uint8_t initial[SECRET], client[SECRET];

	crypto_ready();
	return hmac_sha256(salt, QUIC_SALT, dcid, length, initial) &&
	       expand_label(initial, "client in", "", client, SECRET) &&
	       expand_label(client, label, "key", k->key, sizeof(k->key)) &&
	       expand_label(client, label, "iv", k->iv, sizeof(k->iv)) &&
	       expand_label(client, label, "hp", k->header, sizeof(k->header));
}

bool
quic_mask(const struct quic_keys *k, const uint8_t sample[QUIC_SAMPLE], uint8_t mask[5])
{
	uint8_t block[QUIC_SAMPLE];
	gcry_cipher_hd_t c;
	bool done;

	if (gcry_cipher_open(&c, GCRY_CIPHER_AES128, GCRY_CIPHER_MODE_ECB, 0) != 0)
		return false;
	done = gcry_cipher_setkey(c, k->header, sizeof(k->header)) == 0 &&
	       gcry_cipher_encrypt(c, block, sizeof(block), sample, QUIC_SAMPLE) == 0;
	gcry_cipher_close(c);
	if (done)
		memcpy(mask, block, 5);
	return done;
}

bool
quic_unseal(const struct quic_keys *k, uint32_t number, uint8_t *packet, size_t header,
    size_t length)
{
	size_t sealed = length - header - QUIC_TAG;
	uint8_t nonce[sizeof(k->iv)];
	gcry_cipher_hd_t c;
	bool done;

	memcpy(nonce, k->iv, sizeof(nonce));
	for (unsigned i = 0; i < 4; i++)
		nonce[sizeof(nonce) - 1 - i] ^= (uint8_t)(number >> 8 * i);
	if (gcry_cipher_open(&c, GCRY_CIPHER_AES128, GCRY_CIPHER_MODE_GCM, 0) != 0)
		return false;
	done = gcry_cipher_setkey(c, k->key, sizeof(k->key)) == 0 &&
	       gcry_cipher_setiv(c, nonce, sizeof(nonce)) == 0 &&
	       gcry_cipher_authenticate(c, packet, header) == 0 &&
	       gcry_cipher_decrypt(c, packet + header, sealed, NULL, 0) == 0 &&
	       gcry_cipher_checktag(c, packet + header + sealed, QUIC_TAG) == 0;
	gcry_cipher_close(c);
	return done;
}
