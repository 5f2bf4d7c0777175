/* SPDX-License-Identifier: Apache-2.0 */
/* Classic pcap files, through libpcap. */
#include "private.h"

#include <errno.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <unistd.h>

#define FILE_HEADER 24
#define RECORD_HEADER 16
#define STDIO_BUFFER (256u << 10)

/* The first four bytes, and what they say of the rest. */
static const struct magic {
	uint8_t bytes[4];
	bool little, nano;
	bool standard; /* records as documented: a cut-off tail can be read without
			  libpcap */
} magics[] = {
	{ { 0xd4, 0xc3, 0xb2, 0xa1 }, true, false, true },
	{ { 0xa1, 0xb2, 0xc3, 0xd4 }, false, false, true },
	{ { 0x4d, 0x3c, 0xb2, 0xa1 }, true, true, true },
	{ { 0xa1, 0xb2, 0x3c, 0x4d }, false, true, true },
	/* The "modified" kind of patched Linux kernels: longer record headers. */
	{ { 0x34, 0xcd, 0xb2, 0xa1 }, true, false, false },
	{ { 0xa1, 0xb2, 0xcd, 0x34 }, false, false, false },
};

struct classic {
	pcap_t *pcap;
	const struct magic *magic;
	int linktype;
	uint64_t offset; /* of the next record, in a standard file */
	uint8_t *tail;   /* the cut-off packet, or NULL */
	bool ended;
	uint8_t header[FILE_HEADER];
	size_t header_done; /* handed to libpcap */
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

/* libpcap's stdio reads here: the file header as we keep it, then the source. */
static ssize_t
classic_read(void *cookie, char *to, size_t n)
{
	struct input *in = cookie;
	struct classic *c = in->classic;
	size_t left = FILE_HEADER - c->header_done;

	if (left > 0) {
		if (n > left)
			n = left;
		memcpy(to, c->header + c->header_done, n);
		c->header_done += n;
		return (ssize_t)n;
	}
	n = source_read(&in->source, (uint8_t *)to, n);
	if (n == 0 && in->source.failure != 0) {
		errno = in->source.failure;
		return -1;
	}
	return (ssize_t)n;
}

/*
 * A snap length of 0 has libpcap give all the bytes there are, rather than cut those
 * packets that are longer than the header promised.
 */
static int
classic_header(struct input *in, struct error *e)
{
	struct classic *c = in->classic;

	if (!source_fill(&in->source, FILE_HEADER)) {
		error_add(
		    e, in->file.name, 0, 0, "ends within the header of a pcap file");
		return -1;
	}
	memcpy(c->header, source_at(&in->source), FILE_HEADER);
	c->magic = magic_find(c->header);
	memset(c->header + 16, 0, 4);
	in->source.at += FILE_HEADER;
	c->offset = FILE_HEADER;
	return 0;
}

static int
classic_start(struct input *in, struct error *e)
{
	static const cookie_io_functions_t functions = { .read = classic_read };
	struct classic *c = in->classic;
	char text[PCAP_ERRBUF_SIZE];
	FILE *stream = fopencookie(in, "r", functions);

	if (stream == NULL) {
		error_add(e, in->file.name, 0, 0, "no memory to read it");
		return -1;
	}
	setvbuf(stream, NULL, _IOFBF, STDIO_BUFFER);
	__fsetlocking(stream, FSETLOCKING_BYCALLER);
	c->pcap = pcap_fopen_offline_with_tstamp_precision(
	    stream, PCAP_TSTAMP_PRECISION_NANO, text);
	if (c->pcap == NULL) {
		fclose(stream);
		error_add(e, in->file.name, 0, 0, "cannot be read: %s", text);
		return -1;
	}
	c->linktype = pcap_datalink(c->pcap);
	return 0;
}

static int
classic_open(struct input *in, struct error *e)
{
	in->classic = calloc(1, sizeof(*in->classic));
	if (in->classic == NULL) {
		error_add(e, in->file.name, 0, 0, "no memory to read it");
		return -1;
	}
	if (classic_header(in, e) < 0 || classic_start(in, e) < 0)
		return -1;
	filter_learn(in->filter, in->classic->linktype);
	return 0;
}

/* Seconds are unsigned in the file; a hostile fraction may carry. */
static int64_t
classic_time(int64_t seconds, int64_t nanoseconds)
{
	int64_t ns = (int64_t)(uint32_t)seconds * 1000000000 + nanoseconds;

	return ns < 0 ? 0 : ns;
}

static uint32_t
record_u32(const struct classic *c, struct bytes *b)
{
	uint32_t value = bytes_u32(b);

	return c->magic->little ? __builtin_bswap32(value) : value;
}

/* The packet that the file ends in: libpcap has it dropped, the bytes are in the file. */
static int
classic_tail(struct input *in, struct frame *out)
{
	struct classic *c = in->classic;
	uint8_t record[RECORD_HEADER];
	struct bytes b = bytes_over(record, sizeof(record));
	int64_t seconds, fraction;
	ssize_t got;

	if (!c->magic->standard || !in->source.regular)
		return 0;
	got = pread(in->source.fd, record, sizeof(record), (off_t)c->offset);
	if (got != RECORD_HEADER)
		return 0;
	seconds = record_u32(c, &b);
	fraction = record_u32(c, &b);
	out->captured = record_u32(c, &b);
	out->length = record_u32(c, &b);
	if (out->captured > FRAME_MAX || (c->tail = malloc(out->captured + 1)) == NULL)
		return 0;
	got = pread(
	    in->source.fd, c->tail, out->captured, (off_t)c->offset + RECORD_HEADER);
	if (got < 0)
		return 0;
	out->captured = (uint32_t)got;
	out->data = c->tail;
	out->linktype = c->linktype;
	out->time_ns = classic_time(seconds, c->magic->nano ? fraction : fraction * 1000);
	return 1;
}

/* libpcap has no further record to give, for one of four reasons. */
static int
classic_end(struct input *in, int status, struct frame *out)
{
	struct classic *c = in->classic;

	c->ended = true;
	if (status == PCAP_ERROR_BREAK)
		return 0;
	if (in->source.failure != 0)
		return input_damage(in, "reading failed after %" PRIu64 " bytes: %s.",
		    in->source.taken, strerror(in->source.failure));
	if (feof(pcap_file(c->pcap))) {
		in->file.truncated = true;
		return classic_tail(in, out);
	}
	return input_damage(in, "the record at byte %" PRIu64 " is broken: %s.",
	    c->offset, pcap_geterr(c->pcap));
}

static int
classic_next(struct input *in, struct frame *out)
{
	struct classic *c = in->classic;
	struct pcap_pkthdr *header;
	int status;

	if (c->ended)
		return 0;
	status = pcap_next_ex(c->pcap, &header, &out->data);
	if (status != 1)
		return classic_end(in, status, out);
	out->time_ns = classic_time(header->ts.tv_sec, header->ts.tv_usec);
	out->captured = header->caplen;
	out->length = header->len;
	out->linktype = c->linktype;
	c->offset += RECORD_HEADER + header->caplen;
	in->consumed = c->offset;
	return 1;
}

static void
classic_close(struct input *in)
{
	struct classic *c = in->classic;

	if (c == NULL)
		return;
	if (c->pcap != NULL)
		pcap_close(c->pcap);
	free(c->tail);
	free(c);
	in->classic = NULL;
}

const struct format format_classic = {
	.name = "pcap",
	.is = classic_is,
	.open = classic_open,
	.next = classic_next,
	.close = classic_close,
};
