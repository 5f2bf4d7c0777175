/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Classic pcap files. Read in place: on a long call the copies of libpcap's reader, two a
 * packet, cost as much as all of our own work (./dev bench).
 */
#include "private.h"

#include <inttypes.h>
#include <stdlib.h>

#define FILE_HEADER 24
/* Of the next record, as far as its RTP header. */
#define PREFETCH_BYTES 192
#define CACHE_LINE 64
#define RECORD_HEADER 16
#define VERSION_MAJOR 2
/* The "modified" kind of patched Linux kernels has longer record headers. */
#define RECORD_HEADER_MODIFIED 24
/* The upper bits of the link type say how long a frame check sequence is. */
#define LINKTYPE_BITS 0x03ffffff

/* The first four bytes, and what they say of the rest. */
static const struct magic {
	uint8_t bytes[4];
	bool little, nano;
	uint8_t record;
} magics[] = {
	{ { 0xd4, 0xc3, 0xb2, 0xa1 }, true, false, RECORD_HEADER },
	{ { 0xa1, 0xb2, 0xc3, 0xd4 }, false, false, RECORD_HEADER },
	{ { 0x4d, 0x3c, 0xb2, 0xa1 }, true, true, RECORD_HEADER },
	{ { 0xa1, 0xb2, 0x3c, 0x4d }, false, true, RECORD_HEADER },
	{ { 0x34, 0xcd, 0xb2, 0xa1 }, true, false, RECORD_HEADER_MODIFIED },
	{ { 0xa1, 0xb2, 0xcd, 0x34 }, false, false, RECORD_HEADER_MODIFIED },
};

struct classic {
	const struct magic *magic;
	int linktype;
	size_t skip; /* the record on loan, passed over before the next is read */
	bool ended;
};

static const struct magic *
magic_find(const uint8_t magic[4])
{
	for (size_t i = 0; i < COUNT_OF(magics); i++) {
		if (memcmp(magics[i].bytes, magic, 4) == 0)
			return &magics[i];
	}
	return NULL;
}

static bool
classic_is(const uint8_t magic[4])
{
	return magic_find(magic) != NULL;
}

static uint32_t
field_u32(const struct magic *magic, struct bytes *b)
{
	uint32_t value = bytes_u32(b);

	return magic->little ? __builtin_bswap32(value) : value;
}

static int
classic_open(struct input *in, struct error *e)
{
	struct classic *c = in->classic = calloc(1, sizeof(*in->classic));
	uint32_t version;
	struct bytes b;

	if (c == NULL) {
		error_add(e, in->file.name, 0, 0, "no memory to read it");
		return -1;
	}
	if (!source_fill(&in->source, FILE_HEADER)) {
		error_add(
		    e, in->file.name, 0, 0, "ends within the header of a pcap file");
		return -1;
	}
	b = bytes_over(source_at(&in->source), FILE_HEADER);
	c->magic = magic_find(bytes_take(&b, 4));
	version = field_u32(c->magic, &b);
	if (!c->magic->little)
		version = version >> 16 | version << 16;
	if ((version & 0xffff) != VERSION_MAJOR) {
		error_add(e, in->file.name, 0, 0,
		    "cannot be read: it says pcap version %u.%u, expected 2.4",
		    version & 0xffff, version >> 16);
		return -1;
	}
	bytes_skip(&b, FILE_HEADER - 12);
	c->linktype = linktype_here(field_u32(c->magic, &b) & LINKTYPE_BITS);
	c->skip = FILE_HEADER;
	filter_learn(in->filter, c->linktype);
	return 0;
}

/* Seconds are unsigned in the file; a hostile fraction may carry. */
static int64_t
classic_time(const struct classic *c, uint32_t seconds, uint32_t fraction)
{
	return (int64_t)seconds * 1000000000 +
	       (c->magic->nano ? (int64_t)fraction : (int64_t)fraction * 1000);
}

/* No whole record is left, for one of three reasons. */
static int
classic_end(struct input *in)
{
	struct source *s = &in->source;

	in->classic->ended = true;
	if (s->failure != 0)
		return input_damage(in, "reading failed after %" PRIu64 " bytes: %s.",
		    source_offset(s), strerror(s->failure));
	in->file.truncated = source_left(s) > 0;
	return 0;
}

/* The record header at the source's place; what is left of a packet cut off is used. */
static int
classic_record(struct input *in, struct frame *out)
{
	struct classic *c = in->classic;
	struct source *s = &in->source;
	struct bytes b = bytes_over(source_at(s), c->magic->record);
	uint32_t seconds = field_u32(c->magic, &b), fraction = field_u32(c->magic, &b);

	out->captured = field_u32(c->magic, &b);
	out->length = field_u32(c->magic, &b);
	out->linktype = c->linktype;
	out->process = NULL;
	out->time_ns = classic_time(c, seconds, fraction);
	if (out->captured > FRAME_MAX) {
		c->ended = true;
		return input_damage(in,
		    "the record at byte %" PRIu64 " is broken: it claims %" PRIu32
		    " captured bytes, at most %u make sense.",
		    source_offset(s), out->captured, FRAME_MAX);
	}
	if (!source_fill(s, c->magic->record + (size_t)out->captured)) {
		if (s->failure != 0)
			return classic_end(in);
		in->file.truncated = c->ended = true;
		out->captured = (uint32_t)(source_left(s) - c->magic->record);
	}
	out->data = source_at(s) + c->magic->record;
	c->skip = c->magic->record + (size_t)out->captured;
	/* The next record comes from memory while this one is being judged. */
	for (size_t i = 0; i < PREFETCH_BYTES; i += CACHE_LINE)
		__builtin_prefetch(out->data + out->captured + i);
	return 1;
}

static int
classic_next(struct input *in, struct frame *out)
{
	struct classic *c = in->classic;
	struct source *s = &in->source;

	if (c->ended)
		return 0;
	s->at += c->skip;
	c->skip = 0;
	in->consumed = source_offset(s);
	return source_fill(s, c->magic->record) ? classic_record(in, out)
						: classic_end(in);
}

static void
classic_close(struct input *in)
{
	free(in->classic);
	in->classic = NULL;
}

const struct format format_classic = {
	.name = "pcap",
	.is = classic_is,
	.open = classic_open,
	.next = classic_next,
	.close = classic_close,
};
