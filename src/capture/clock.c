/* SPDX-License-Identifier: Apache-2.0 */
#include "private.h"

#define NS_PER_S 1000000000u

const struct clock clock_default = { .factor = 1000, .divisor = 1 };

/* 10^n, at most 10^19. */
static uint64_t
power_of_ten(unsigned n)
{
	uint64_t power = 1;

	for (; n > 0; n--)
		power *= 10;
	return power;
}

/* The option if_tsresol: the high bit says that it is a power of two. */
void
clock_set_resolution(struct clock *c, uint8_t resolution)
{
	unsigned exponent = resolution & 0x7f;

	c->factor = c->divisor = 1;
	if (resolution & 0x80) {
		c->divisor = 0;
		c->shift = exponent;
	} else if (exponent <= 9) {
		c->factor = power_of_ten(9 - exponent);
	} else if (exponent - 9 <= 19) {
		c->divisor = power_of_ten(exponent - 9);
	} else {
		c->factor = 0; /* 64 bits of so small a tick are no nanosecond */
	}
}

static uint64_t
saturating_multiply(uint64_t a, uint64_t b)
{
	uint64_t product;

	return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

static uint64_t
binary_ns(uint64_t ticks, unsigned shift)
{
	uint64_t seconds = shift < 64 ? ticks >> shift : 0;
	uint64_t fraction = shift < 64 ? ticks & ((UINT64_C(1) << shift) - 1) : ticks;
	uint64_t ns;

	if (shift > 32) {
		fraction = shift - 32 < 64 ? fraction >> (shift - 32) : 0;
		shift = 32;
	}
	ns = fraction * NS_PER_S >> shift;
	seconds = saturating_multiply(seconds, NS_PER_S);
	return seconds > UINT64_MAX - ns ? UINT64_MAX : seconds + ns;
}

int64_t
clock_ns(const struct clock *c, uint64_t ticks)
{
	uint64_t ns = c->divisor == 1   ? saturating_multiply(ticks, c->factor)
		      : c->divisor == 0 ? binary_ns(ticks, c->shift)
					: ticks / c->divisor;
	int64_t time = ns > INT64_MAX ? INT64_MAX : (int64_t)ns;
	int64_t offset;

	if (c->offset_s == 0)
		return time;
	if (__builtin_mul_overflow(c->offset_s, (int64_t)NS_PER_S, &offset) ||
	    __builtin_add_overflow(time, offset, &time))
		time = c->offset_s < 0 ? 0 : INT64_MAX;
	return time < 0 ? 0 : time;
}
