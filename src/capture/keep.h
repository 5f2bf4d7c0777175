/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kept files. Each is one section, little-endian, of one interface with nanoseconds, and
 * stands alone. Its number is in it, so that what was joined already can be told from what
 * was not. Behind each packet's direction and note there is room for what is known at the
 * end; until then it is one option that others pass over.
 */
#ifndef CALLWITNESS_CAPTURE_KEEP_H
#define CALLWITNESS_CAPTURE_KEEP_H

#include "pcapng.h"

#include <limits.h>

/* A block being laid out in memory that is known to suffice. */
struct pack {
	uint8_t *bytes;
	size_t used, room;
};

/* From its type; returns where it begins. */
size_t pack_begin(struct pack *p, uint32_t type);
void pack_number(struct pack *p, uint64_t value, unsigned size);
/* Padded, without end of options. */
void pack_option(struct pack *p, uint16_t code, const void *value, size_t length);
/* The end of options, and the length at both ends. */
void pack_end(struct pack *p, size_t begin);

/* What a segment is: in its IDB. */
struct segment_fact {
	uint32_t number;           /* from 1 */
	struct live_counts before; /* counts when it began */
};

#define SEGMENT_FACT 32 /* bytes of that */
/* More of the machine's addresses than that are left out, and longer filters. */
#define HEADER_LOCALS 1024u
#define HEADER_TEXT 8192u
/* A header with its strings and addresses; a block of the end. */
#define HEADER_ROOM (64u << 10)

/* SHB and IDB; the fact stands at *fact, for segment_write() in later ones. */
void pack_header(struct pack *p, const struct keep_options *options, size_t *fact);
void segment_write(uint8_t *at, const struct segment_fact *fact);
struct segment_fact segment_read(struct bytes b);

/* Of an interface, for the section it stands in: counts since the section began. */
struct statistics {
	int64_t start_ns, time_ns; /* start: of the first packet, or -1 */
	struct live_counts counts;
};

/* Begins an ISB; more options may follow. */
size_t pack_statistics(struct pack *p, const struct statistics *s);
#define STATISTICS_ROOM 128u

/* What is behind a packet's bytes, and where. */
#define PACKET_HEADER 28u
#define PACKET_ROOM 88u /* process 12, its number 8, comment 4 + KEEP_TEXT */
#define TAIL_FLAGS 0u   /* from the first option */
#define TAIL_NOTE 8u
#define TAIL_ROOM 20u
#define PACKET_TAIL (TAIL_ROOM + PACKET_ROOM + 4u + 4u)

static inline size_t
padded(size_t length)
{
	return (length + 3) & ~(size_t)3;
}

static inline size_t
packet_size(uint32_t captured)
{
	return PACKET_HEADER + padded(captured) + PACKET_TAIL;
}

void pack_packet(struct pack *p, const struct frame *f, const struct keep_note *note);
/* The note of the packet whose options begin there; false if they are not ours. */
bool packet_note(struct bytes options, struct keep_note *out);
/* Writes what is known behind a packet; number: of the program's description, or 0. */
void room_write(uint8_t *room, const struct keep_label *label, uint32_t number);

#define KEEP_NAME "keep-%05u.pcapng"
#define KEEP_NAME_SIZE 24

/* Writes all of it there, 0; or -1, errno, and how many bytes went in *done. */
int write_at(int fd, const void *data, size_t length, uint64_t at, size_t *done);

/* The numbers of the programs in the file's end. */
struct numbers;

/* Those, with their ancestors. NULL without memory. */
struct numbers *numbers_new(const struct process *const *processes, size_t count);
uint32_t numbers_find(const struct numbers *n, const struct process *p); /* or 0 */
size_t numbers_count(const struct numbers *n);
/* Its description, to be freed; NULL without memory. */
char *numbers_text(const struct numbers *n, size_t index);
void numbers_free(struct numbers *n);

/* Where a kept file has been read to, and what was found. */
struct walk {
	const struct keep_end *end;
	const struct numbers *numbers;
	uint32_t stop;   /* a segment of this number and later ones end it, or UINT32_MAX */
	uint64_t length; /* of whole blocks, but those of an end written before */
	bool found;      /* a segment's header */
	struct segment_fact segment;   /* the last one */
	struct statistics statistics;  /* of that one: the latest counts */
	/* Of the walk alone. */
	uint64_t section, tail;
	bool has_tail, over, changed;
};

#define WALK_WINDOW (1u << 20) /* more than any block */

/*
 * Goes through the blocks of `from`, labels its packets, and puts them in file `to`, `at`
 * on; in place if that is the same. 0; -1 and errno.
 */
int walk_file(struct walk *w, int from, int to, uint64_t at, uint8_t *window);

#endif
