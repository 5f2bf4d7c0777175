/* SPDX-License-Identifier: Apache-2.0 */
/* Writes capture files by hand, so that the tests do not rest on libpcap's own writer. */
#ifndef CALLWITNESS_TEST_WRITER_H
#define CALLWITNESS_TEST_WRITER_H

#include <callwitness/capture.h>

struct writer;

/*
 * One link type gives a classic pcap file, several a pcapng with an interface each; both
 * with nanoseconds. NULL when the file cannot be made.
 */
struct writer *writer_open(const char *path, const int *linktypes, size_t count);
/* The frame's link type is one of those given to writer_open(). */
void writer_frame(struct writer *w, const struct frame *f);
/* 0, or -1 if anything could not be written. */
int writer_close(struct writer *w);

#endif
