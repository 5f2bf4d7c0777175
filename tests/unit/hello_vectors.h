/* SPDX-License-Identifier: Apache-2.0 */
/* Makes ClientHellos. */
#ifndef HELLO_VECTORS_H
#define HELLO_VECTORS_H

#include "dissect_vectors.h"

#define LONG_NAME "A-Host.Sixty-Three.example.NET"
#define LONG_NAME_LOWER "a-host.sixty-three.example.net"

static inline void
add_u16(struct vector *v, size_t value)
{
	vector_add(v, (uint8_t[]){ (uint8_t)(value >> 8), (uint8_t)value }, 2);
}

/*
 * A ClientHello whose last extensions are server name and ALPN, behind `filler` bytes of
 * key share.
 */
static inline struct vector
make_hello(const char *name, size_t filler)
{
	struct vector v = vector_of("01 000000 0303");
	size_t n = strlen(name), extensions = 4 + filler + 9 + n + 9;

	vector_fill(&v, 0x5a, 32);
	vector_hex(&v, "00 0002 1301 01 00");
	add_u16(&v, extensions);
	vector_hex(&v, "0033");
	add_u16(&v, filler);
	vector_fill(&v, 0xa5, filler);
	vector_hex(&v, "0000");
	add_u16(&v, n + 5);
	add_u16(&v, n + 3);
	vector_hex(&v, "00");
	add_u16(&v, n);
	vector_add(&v, name, n);
	vector_hex(&v, "0010 0005 0003 02 6833");
	v.bytes[2] = (uint8_t)((v.size - 4) >> 8);
	v.bytes[3] = (uint8_t)(v.size - 4);
	return v;
}

#endif
