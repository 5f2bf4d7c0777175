/* SPDX-License-Identifier: Apache-2.0 */
/* Small capture files made by hand in a folder that goes away. */
#ifndef CAPTURE_FILES_H
#define CAPTURE_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <callwitness/capture.h>

/* A file being written, in either byte order. */
struct draft {
	bool little;
	size_t length;
	uint8_t bytes[4096];
};

static inline void
put(struct draft *d, const void *data, size_t length)
{
	assert_true(length <= sizeof(d->bytes) - d->length);
	memcpy(d->bytes + d->length, data, length);
	d->length += length;
}

static inline void
put_number(struct draft *d, uint64_t value, unsigned size)
{
	uint8_t bytes[8];

	for (unsigned i = 0; i < size; i++)
		bytes[i] = (uint8_t)(value >> 8 * (d->little ? i : size - 1 - i));
	put(d, bytes, size);
}

static inline void
put_u16(struct draft *d, uint16_t value)
{
	put_number(d, value, 2);
}

static inline void
put_u32(struct draft *d, uint32_t value)
{
	put_number(d, value, 4);
}

/* 60 bytes of Ethernet, IPv4 and UDP to this port. */
#define FRAME 60

static inline const uint8_t *
frame_to(uint16_t port)
{
	static uint8_t bytes[FRAME];

	memcpy(bytes, "\x02\0\0\0\0\2\x02\0\0\0\0\1\x08\0", 14);
	memcpy(bytes + 14, "\x45\0\0\x2e\0\7\0\0\x40\x11\0\0\x0a\0\0\1\x0a\0\0\2", 20);
	memcpy(bytes + 34, "\x03\xe8\0\0\0\x1a\0\0", 8);
	bytes[36] = (uint8_t)(port >> 8);
	bytes[37] = (uint8_t)port;
	return bytes;
}

/* Which frame_to() this is. */
static inline unsigned
frame_port(const struct frame *f)
{
	return f->captured >= 38 ? (unsigned)f->data[36] << 8 | f->data[37] : 0;
}

#define MICRO 0xa1b2c3d4u
#define NANO 0xa1b23c4du

static inline struct draft
classic_begin(uint32_t magic, bool little, uint32_t linktype)
{
	struct draft d = { .little = little };

	put_u32(&d, magic);
	put_u16(&d, 2);
	put_u16(&d, 4);
	put_u32(&d, 0);
	put_u32(&d, 0);
	put_u32(&d, 65535);
	put_u32(&d, linktype);
	return d;
}

static inline void
classic_record(struct draft *d, uint32_t seconds, uint32_t fraction, uint16_t port)
{
	put_u32(d, seconds);
	put_u32(d, fraction);
	put_u32(d, FRAME);
	put_u32(d, FRAME);
	put(d, frame_to(port), FRAME);
}

extern char folder[64];

static inline int
folder_make(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/capture_test.XXXXXX");
	return mkdtemp(folder) == NULL;
}

/* Writes folder/name; the path is static, for each of a few names. */
static inline const char *
draft_save(const struct draft *d, const char *name)
{
	static char paths[4][96];
	static unsigned next;
	char *path = paths[next++ % 4];
	FILE *out;

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	out = fopen(path, "wb");
	assert_non_null(out);
	assert_int_equal(fwrite(d->bytes, 1, d->length, out), d->length);
	fclose(out);
	return path;
}

static inline struct capture *
open_files(const char *const *paths, size_t count, const struct capture_options *options)
{
	struct error e = { 0 };
	struct capture *c = capture_open(paths, count, options, &e);

	if (c == NULL)
		error_write(&e, stderr);
	assert_non_null(c);
	assert_int_equal(e.count, 0);
	return c;
}

static inline struct capture *
open_draft(const struct draft *d)
{
	const char *path = draft_save(d, "one");

	return open_files(&path, 1, NULL);
}

/* The text of the only error. */
static inline void
expect_refusal(const char *path, const struct capture_options *options, const char *text)
{
	struct error e = { 0 };

	assert_null(capture_open(&path, 1, options, &e));
	assert_int_equal(e.count, 1);
	assert_non_null(strstr(e.lines[0].text, text));
	error_clear(&e);
}

static inline void
expect_frame(struct capture *c, int64_t time_ns, unsigned port)
{
	struct frame f;

	assert_int_equal(capture_next(c, &f), 1);
	assert_int_equal(f.time_ns, time_ns);
	assert_int_equal(frame_port(&f), port);
	assert_int_equal(f.length, FRAME);
	assert_int_equal(f.captured, FRAME);
}

/* Twice, for the end must stay one. */
static inline void
expect_end(struct capture *c)
{
	struct frame f;

	assert_int_equal(capture_next(c, &f), 0);
	assert_int_equal(capture_next(c, &f), 0);
}

#endif
