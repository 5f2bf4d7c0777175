/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes for the dissectors' tests: hex text, and every way to cut them short. */
#ifndef DISSECT_VECTORS_H
#define DISSECT_VECTORS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <callwitness/dissect.h>

struct vector {
	uint8_t bytes[2048];
	size_t size;
};

static inline uint8_t
vector_digit(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
}

/* Appends hex text; blanks are skipped. */
static inline void
vector_hex(struct vector *v, const char *text)
{
	while (*text) {
		if (*text == ' ') {
			text++;
			continue;
		}
		assert_true(v->size < sizeof(v->bytes));
		v->bytes[v->size++] =
		    (uint8_t)(vector_digit(text[0]) << 4 | vector_digit(text[1]));
		text += 2;
	}
}

static inline void
vector_add(struct vector *v, const void *bytes, size_t size)
{
	assert_true(v->size + size <= sizeof(v->bytes));
	memcpy(v->bytes + v->size, bytes, size);
	v->size += size;
}

static inline void
vector_fill(struct vector *v, uint8_t value, size_t size)
{
	assert_true(v->size + size <= sizeof(v->bytes));
	memset(v->bytes + v->size, value, size);
	v->size += size;
}

static inline struct vector
vector_of(const char *text)
{
	struct vector v = { .size = 0 };

	vector_hex(&v, text);
	return v;
}

typedef void cut_function(const uint8_t *p, size_t captured, size_t length, void *user);

/* Each beginning of v, once as cut by a snap length, once as all that was sent. */
static inline void
vector_each_cut(const struct vector *v, cut_function *each, void *user)
{
	for (size_t n = 0; n <= v->size; n++) {
		uint8_t *exact =
		    malloc(n ? n : 1); /* so that ASan sees one byte too many */

		assert_non_null(exact);
		memcpy(exact, v->bytes, n);
		each(exact, n, v->size, user);
		each(exact, n, n, user);
		free(exact);
	}
}

/* A context, and what the whole vector gave in it. */
struct cut_check {
	struct dissect_context context;
	struct datagram whole;
};

/* A cut datagram may be unknown, never something else than the whole. */
static inline void
cut_check_each(const uint8_t *p, size_t captured, size_t length, void *user)
{
	struct cut_check *check = user;
	struct datagram d;
	enum dissect_result result =
	    datagram_dissect(p, captured, length, &check->context, &d);

	assert_int_equal(result, d.result);
	if (result < DISSECT_MAYBE) {
		assert_int_equal(d.dissector, DISSECTOR_NONE);
		return;
	}
	assert_true(dissector_tells(d.dissector, d.message));
	if (captured == length || d.message == MESSAGE_UNKNOWN)
		return;
	assert_int_equal(d.dissector, check->whole.dissector);
	assert_int_equal(d.message, check->whole.message);
}

static inline struct datagram
dissect_in(const struct vector *v, struct dissect_context context)
{
	struct cut_check check = { .context = context };

	datagram_dissect(v->bytes, v->size, v->size, &context, &check.whole);
	vector_each_cut(v, cut_check_each, &check);
	return check.whole;
}

/* What is malformed further on may look right as long as that is cut off. */
static inline struct datagram
dissect_uncut(const struct vector *v, uint16_t sport, uint16_t dport)
{
	struct dissect_context context = { .sport = sport, .dport = dport };
	struct datagram d;

	datagram_dissect(v->bytes, v->size, v->size, &context, &d);
	return d;
}

/* The whole datagram between two ports, after all its cuts were tried. */
static inline struct datagram
dissect_ports(const struct vector *v, uint16_t sport, uint16_t dport)
{
	return dissect_in(v, (struct dissect_context){ .sport = sport, .dport = dport });
}

#endif
