/* SPDX-License-Identifier: Apache-2.0 */
#include <gcrypt.h>
#include <stdlib.h>

#include "private.h"

struct sha256 {
	gcry_md_hd_t handle;
};

/* nDPI may have done it. */
void
crypto_ready(void)
{
	if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P))
		return;
	gcry_check_version(NULL);
	gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
	gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
}

struct sha256 *
sha256_new(void)
{
	struct sha256 *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	crypto_ready();
	if (gcry_md_open(&s->handle, GCRY_MD_SHA256, 0) != 0) {
		free(s);
		return NULL;
	}
	return s;
}

void
sha256_add(struct sha256 *s, const void *data, size_t length)
{
	gcry_md_write(s->handle, data, length);
}

void
sha256_end(struct sha256 *s, char *text)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *sum = gcry_md_read(s->handle, GCRY_MD_SHA256);

	for (size_t i = 0; i < (SHA256_TEXT_SIZE - 1) / 2; i++) {
		text[2 * i] = digits[sum[i] >> 4];
		text[2 * i + 1] = digits[sum[i] & 15];
	}
	text[SHA256_TEXT_SIZE - 1] = '\0';
	gcry_md_close(s->handle);
	free(s);
}

int
sha1_pair(const void *first, size_t first_length, const void *second,
    size_t second_length, uint8_t sum[SHA1_SIZE])
{
	gcry_md_hd_t handle;

	crypto_ready();
	if (gcry_md_open(&handle, GCRY_MD_SHA1, 0) != 0)
		return -1;
	gcry_md_write(handle, first, first_length);
	gcry_md_write(handle, second, second_length);
	memcpy(sum, gcry_md_read(handle, GCRY_MD_SHA1), SHA1_SIZE);
	gcry_md_close(handle);
	return 0;
}
