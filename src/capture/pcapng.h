/* SPDX-License-Identifier: Apache-2.0 */
/* pcapng (draft-ietf-opsawg-pcapng), as its reader and its writer know it. */
#ifndef CALLWITNESS_CAPTURE_PCAPNG_H
#define CALLWITNESS_CAPTURE_PCAPNG_H

#include "private.h"

#define BLOCK_MIN 12u
#define SECTION_BLOCK 0x0a0d0d0au
#define BYTE_ORDER_MAGIC 0x1a2b3c4du
/* What the name of the program that wrote a section begins with, if it was this one. */
#define OWN_PROGRAM_NAME "callwitness "

enum block_type {
	BLOCK_INTERFACE = 1,
	BLOCK_OLD_PACKET = 2,
	BLOCK_SIMPLE_PACKET = 3,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6
};

enum option { OPTION_END = 0, OPTION_COMMENT = 1 };
enum { SHB_OS = 3, SHB_USERAPPL = 4 };
enum {
	IDB_NAME = 2,
	IDB_IPV4 = 4,
	IDB_IPV6 = 5,
	IDB_TSRESOL = 9,
	IDB_FILTER = 11,
	IDB_TSOFFSET = 14
};
enum { ISB_START = 2, ISB_END = 3, ISB_IFDROP = 5, ISB_ACCEPTED = 6, ISB_OSDROP = 7 };
enum { EPB_FLAGS = 2, EPB_PROCESS = 8 };

/* From 32768 on codes mean what their writer wants; others pass over them. */
enum {
	OWN_SEGMENT = 0x8001, /* of an IDB: u32 number, u32 0, u64 three counts before it */
	OWN_NOTE = 0x8002,    /* of an EPB: u32 flow, u32 tag */
	OWN_PROCESS = 0x8003, /* of an EPB: u32 number of its program's description */
	OWN_ROOM = 0x8004,    /* of an EPB: room that is not used (yet) */
	OWN_LOCAL = 0x8005    /* of an ISB at the end: an address of the machine */
};

static inline uint16_t
ordered_u16(bool little, struct bytes *b)
{
	uint16_t value = bytes_u16(b);

	return little ? __builtin_bswap16(value) : value;
}

static inline uint32_t
ordered_u32(bool little, struct bytes *b)
{
	uint32_t value = bytes_u32(b);

	return little ? __builtin_bswap32(value) : value;
}

static inline uint64_t
ordered_u64(bool little, struct bytes *b)
{
	uint64_t value = bytes_u64(b);

	return little ? __builtin_bswap64(value) : value;
}

/* The next option's code and value; false after the last. */
static inline bool
option_next(bool little, struct bytes *b, uint16_t *code, struct bytes *value)
{
	uint16_t length;
	const uint8_t *at;

	*code = ordered_u16(little, b);
	length = ordered_u16(little, b);
	at = bytes_take(b, length);
	bytes_skip(b, (0u - length) & 3);
	*value = bytes_over(at, at ? length : 0);
	return at != NULL && *code != OPTION_END;
}

/*
 * What callwitness alone writes and is believed in its own files alone: addresses of the
 * machine, and programs. A program's description stands behind the packets, for it is
 * known then; it is looked for where the file begins to be read, so a pipe has none.
 */
struct own {
	bool here;     /* this section is our own */
	bool complete; /* the first packet was reached: no more addresses */
	struct addr_net *locals;
	size_t local_count, local_room;
	struct arena arena;
	struct process **processes; /* by number, from 1 */
	size_t process_count, process_room;
};

/* `options` of a section's header; of the first one, the programs are looked for. */
void own_section(struct input *in, struct own *o, bool little, struct bytes options);
/* An option of an interface. */
void own_interface(struct own *o, uint16_t code, struct bytes value);
/* By the options of a packet; NULL if none is named. */
const struct process *own_process(
    const struct own *o, bool little, struct bytes options);
void own_clear(struct own *o);

#endif
