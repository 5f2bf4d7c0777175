/* SPDX-License-Identifier: Apache-2.0 */
#include <callwitness/base.h>

#define ODD_0 UINT64_C(0xa0761d6478bd642f)
#define ODD_1 UINT64_C(0xe7037ed1a0b428db)
#define ODD_2 UINT64_C(0x8ebc6af09c88c6e3)

/* Both halves of the 128-bit product, folded: every bit of a and b reaches every other.
 */
static inline uint64_t
mix(uint64_t a, uint64_t b)
{
	__uint128_t product = (__uint128_t)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t
word(const uint8_t *p, size_t n)
{
	uint64_t w = 0;

	memcpy(&w, p, n);
	return w;
}

uint64_t
hash_bytes(const void *data, size_t length, uint64_t seed)
{
	const uint8_t *p = data;
	uint64_t h = seed ^ mix(length ^ ODD_0, ODD_1);

	for (; length >= 16; p += 16, length -= 16)
		h = mix(word(p, 8) ^ ODD_1, word(p + 8, 8) ^ h);
	for (; length >= 8; p += 8, length -= 8)
		h = mix(word(p, 8) ^ ODD_2, h ^ ODD_0);
	if (length > 0)
		h = mix(word(p, length) ^ ODD_0, h ^ ODD_2);
	return mix(h ^ ODD_1, ODD_2);
}
