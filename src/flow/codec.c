/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One record of a journal: numbers as LEB128, so that small ones are short. One list of
 * fields serves both ways, so that writing and reading cannot drift apart.
 */
#include <math.h>
#include <stdlib.h>
#include "private.h"

/* Of all records; another one for every change of what any of them holds. */
#define RECORD_LAYOUT 1
#define RECORD_FIRST 256
/* A text is as long as a frame, at most. */
#define TEXT_MOST (1u << 18)

static void
codec_put(struct codec *r, const void *data, size_t length)
{
	size_t room = r->room ? r->room : RECORD_FIRST;
	uint8_t *more = NULL;

	while (room - r->length < length)
		room *= 2;
	if (room > r->room) {
		more = realloc(r->out, room);
		if (more == NULL) {
			r->failed = true;
			return;
		}
		r->out = more;
		r->room = room;
	}
	memcpy(r->out + r->length, data, length);
	r->length += length;
}

static void
number_put(struct codec *r, uint64_t value)
{
	uint8_t text[10];
	size_t n = 0;

	for (; value >= 0x80; value >>= 7)
		text[n++] = (uint8_t)(value | 0x80);
	text[n++] = (uint8_t)value;
	codec_put(r, text, n);
}

/* Each number has one form: no leading zeros, nothing beyond 64 bits. */
static uint64_t
number_get(struct codec *r)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte = bytes_u8(&r->in);

		if ((shift == 63 && byte > 1) || (shift > 0 && byte == 0))
			break;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return value;
	}
	r->failed = true;
	return 0;
}

void
codec_number(struct codec *r, uint64_t *value, uint64_t most)
{
	if (!r->reading) {
		number_put(r, *value);
		return;
	}
	*value = number_get(r);
	if (*value > most || bytes_short(&r->in)) {
		*value = 0;
		r->failed = true;
	}
}

void
codec_flag(struct codec *r, bool *value)
{
	uint64_t number = *value;

	codec_number(r, &number, 1);
	*value = number != 0;
}

static void
codec_real(struct codec *r, uint8_t *at)
{
	uint64_t number = 0;
	double value = 0;

	memcpy(&number, at, sizeof(number));
	number = htobe64(number);
	if (!r->reading) {
		codec_put(r, &number, sizeof(number));
		return;
	}
	number = bytes_u64(&r->in);
	memcpy(&value, &number, sizeof(value));
	if (!isfinite(value) || signbit(value)) {
		r->failed = true;
		return;
	}
	memcpy(at, &value, sizeof(value));
}

/* As the machine holds them: a member of 1, 2, 4 or 8 bytes. */
static void
codec_member(struct codec *r, uint8_t *at, uint8_t size, uint64_t most)
{
	uint64_t value = 0;
	uint32_t four = 0;
	uint16_t two = 0;

	if (size == 8)
		memcpy(&value, at, 8);
	else if (size == 4)
		memcpy(&four, at, 4);
	else if (size == 2)
		memcpy(&two, at, 2);
	else
		value = *at;
	value |= four | two;
	if (size < 8 && most > (UINT64_C(1) << size * 8) - 1)
		most = (UINT64_C(1) << size * 8) - 1;
	codec_number(r, &value, most);
	if (!r->reading)
		return;
	four = (uint32_t)value;
	two = (uint16_t)value;
	if (size == 8)
		memcpy(at, &value, 8);
	else if (size == 4)
		memcpy(at, &four, 4);
	else if (size == 2)
		memcpy(at, &two, 2);
	else
		*at = (uint8_t)value;
}

void
codec_fields(
    struct codec *r, const struct codec_field *fields, size_t count, void *object)
{
	for (size_t i = 0; i < count; i++) {
		const struct codec_field *field = &fields[i];
		uint8_t *at = (uint8_t *)object + field->offset;

		for (unsigned k = 0; k < field->count; k++, at += field->size)
			if (field->real)
				codec_real(r, at);
			else
				codec_member(r, at, field->size, field->most);
	}
}

void
codec_addr(struct codec *r, struct addr *a)
{
	uint64_t family = a->family;
	size_t length = 0;

	codec_number(r, &family, 6);
	length = family == 6 ? 16 : family == 4 ? 4 : 0;
	if (family != 0 && length == 0)
		r->failed = true;
	if (!r->reading) {
		codec_put(r, a->bytes, length);
		return;
	}
	memset(a, 0, sizeof(*a));
	if (length > 0) {
		const uint8_t *bytes = bytes_take(&r->in, length);

		a->family = (uint8_t)family;
		if (bytes != NULL)
			memcpy(a->bytes, bytes, length);
	}
}

void
codec_text(struct codec *r, struct strings *strings, const char **text)
{
	uint64_t length = *text != NULL && !r->reading ? strlen(*text) + 1 : 0;
	const uint8_t *bytes = NULL;

	codec_number(r, &length, TEXT_MOST);
	if (!r->reading) {
		if (length > 0)
			codec_put(r, *text, length - 1);
		return;
	}
	*text = NULL;
	if (length == 0)
		return;
	bytes = bytes_take(&r->in, length - 1);
	if (bytes == NULL || r->failed || memchr(bytes, '\0', length - 1) != NULL) {
		r->failed = true;
		return;
	}
	*text = strings_intern(strings, (const char *)bytes, length - 1);
	r->failed |= *text == NULL;
}

void
codec_start(struct codec *r, enum record_type type)
{
	r->reading = r->failed = false;
	r->length = 0;
	number_put(r, type);
	number_put(r, RECORD_LAYOUT);
}

enum record_type
codec_open(struct codec *r, const void *data, size_t length)
{
	uint64_t type = 0, layout = 0;

	*r = (struct codec){ .reading = true, .in = bytes_over(data, length) };
	codec_number(r, &type, RECORD_TYPES - 1);
	codec_number(r, &layout, RECORD_LAYOUT);
	return r->failed || layout != RECORD_LAYOUT ? 0 : (enum record_type)type;
}

bool
codec_is_whole(const struct codec *r)
{
	return !r->failed && !bytes_short(&r->in) && (!r->reading || r->in.left == 0);
}

void
codec_clear(struct codec *r)
{
	free(r->out);
	*r = (struct codec){ 0 };
}
