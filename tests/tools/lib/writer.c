/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>

#include "writer.h"

#define WRITER_LINKTYPES 64
#define SNAPLEN 262144

enum { PCAPNG_INTERFACE = 1, PCAPNG_PACKET = 6, PCAPNG_SECTION = 0x0a0d0d0a };

struct writer {
	FILE *out;
	size_t count;
	int linktypes[WRITER_LINKTYPES];
};

/* Numbers go out in the machine's own byte order, which both formats allow. */
static void
put(struct writer *w, const void *data, size_t size)
{
	fwrite(data, 1, size, w->out);
}

static void
put_u16(struct writer *w, unsigned value)
{
	uint16_t v = (uint16_t)value;

	put(w, &v, sizeof(v));
}

static void
put_u32(struct writer *w, uint64_t value)
{
	uint32_t v = (uint32_t)value;

	put(w, &v, sizeof(v));
}

static void
pcap_header(struct writer *w)
{
	put_u32(w, 0xa1b23c4d);
	put_u16(w, 2);
	put_u16(w, 4);
	put_u32(w, 0);
	put_u32(w, 0);
	put_u32(w, SNAPLEN);
	put_u32(w, (uint32_t)w->linktypes[0]);
}

static void
pcap_frame(struct writer *w, const struct frame *f)
{
	put_u32(w, (uint64_t)(f->time_ns / 1000000000));
	put_u32(w, (uint64_t)(f->time_ns % 1000000000));
	put_u32(w, f->captured);
	put_u32(w, f->length);
	put(w, f->data, f->captured);
}

static void
pcapng_section(struct writer *w)
{
	put_u32(w, PCAPNG_SECTION);
	put_u32(w, 28);
	put_u32(w, 0x1a2b3c4d);
	put_u16(w, 1);
	put_u16(w, 0);
	put_u32(w, 0xffffffff);
	put_u32(w, 0xffffffff);
	put_u32(w, 28);
}

static void
pcapng_interface(struct writer *w, int linktype)
{
	static const uint8_t nanoseconds[4] = { 9 };

	put_u32(w, PCAPNG_INTERFACE);
	put_u32(w, 32);
	put_u16(w, (unsigned)linktype);
	put_u16(w, 0);
	put_u32(w, SNAPLEN);
	put_u16(w, 9); /* if_tsresol */
	put_u16(w, 1);
	put(w, nanoseconds, sizeof(nanoseconds));
	put_u32(w, 0); /* opt_endofopt */
	put_u32(w, 32);
}

static void
pcapng_frame(struct writer *w, const struct frame *f)
{
	static const uint8_t zeros[4];
	uint32_t padding = (4 - f->captured % 4) % 4;
	uint32_t size = 32 + f->captured + padding;
	size_t interface = 0;

	while (interface < w->count && w->linktypes[interface] != f->linktype)
		interface++;
	assert(interface < w->count);
	put_u32(w, PCAPNG_PACKET);
	put_u32(w, size);
	put_u32(w, interface);
	put_u32(w, (uint64_t)f->time_ns >> 32);
	put_u32(w, (uint64_t)f->time_ns);
	put_u32(w, f->captured);
	put_u32(w, f->length);
	put(w, f->data, f->captured);
	put(w, zeros, padding);
	put_u32(w, size);
}

struct writer *
writer_open(const char *path, const int *linktypes, size_t count)
{
	struct writer *w = calloc(1, sizeof(*w));

	assert(count > 0 && count <= WRITER_LINKTYPES);
	if (w == NULL || (w->out = fopen(path, "wb")) == NULL) {
		free(w);
		return NULL;
	}
	w->count = count;
	memcpy(w->linktypes, linktypes, count * sizeof(*linktypes));
	if (count == 1) {
		pcap_header(w);
		return w;
	}
	pcapng_section(w);
	for (size_t i = 0; i < count; i++)
		pcapng_interface(w, linktypes[i]);
	return w;
}

void
writer_frame(struct writer *w, const struct frame *f)
{
	if (w->count == 1)
		pcap_frame(w, f);
	else
		pcapng_frame(w, f);
}

int
writer_close(struct writer *w)
{
	int bad = ferror(w->out);

	bad |= fclose(w->out);
	free(w);
	return bad ? -1 : 0;
}
