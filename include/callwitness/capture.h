/* SPDX-License-Identifier: Apache-2.0 */
/* Where frames come from: capture files (pcap, pcapng), one or several, as one timeline.
 */
#ifndef CALLWITNESS_CAPTURE_H
#define CALLWITNESS_CAPTURE_H

#include <callwitness/base.h>

/* One frame as captured. `data` is a loan until the next call on the same capture. */
struct frame {
	int64_t time_ns;   /* since 1970 */
	uint64_t number;   /* from 1, in the order of delivery */
	uint32_t length;   /* on the wire */
	uint32_t captured; /* bytes at data, <= length but for broken files */
	int linktype;      /* LINKTYPE_ value (the DLT_ value of libpcap) */
	uint32_t file;     /* index of the file it came from */
	const uint8_t *data;
};

struct capture;

struct capture_options {
	const char *filter; /* BPF expression, or NULL */
	bool digest;        /* compute each file's SHA-256 */
};

/* Facts of one input, complete once capture_next() has returned 0. */
struct capture_file {
	const char *name;              /* as given; "-" is standard input */
	const char *format;            /* "pcap" or "pcapng" */
	char sha256[SHA256_TEXT_SIZE]; /* "" without options.digest */
	uint64_t bytes;                /* of the file */
	uint64_t packets;              /* read, before the filter */
	uint64_t filtered;             /* taken out by the filter */
	uint64_t snapped;              /* captured < length */
	uint64_t drops;   /* the recorder's own count (pcapng ISB), 0 if unknown */
	bool truncated;   /* ends within a packet or block */
	bool damaged;     /* a broken block ended the reading early */
	char damage[160]; /* one sentence saying what was wrong and where, or "" */
};

/*
 * Opens all files and merges them by time (equal times: in the order given). Reads pcap
 * in both byte orders with micro- or nanoseconds, and pcapng with several sections and
 * interfaces of differing link types and clocks. NULL and lines in e if one of them is
 * not a capture file, cannot be read, or the filter does not compile.
 */
struct capture *capture_open(const char *const *paths, size_t count,
    const struct capture_options *options, struct error *e);

/* 1 and a frame, or 0 at the end. Damage ends a file early and is told by capture_file().
 */
int capture_next(struct capture *c, struct frame *out);

size_t capture_files(const struct capture *c);
const struct capture_file *capture_file(const struct capture *c, size_t index);
/* Bytes consumed and total bytes (0 if unknown), for progress. */
void capture_progress(const struct capture *c, uint64_t *done, uint64_t *total);
void capture_close(struct capture *c);

#endif
