/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pcapng (draft-ietf-opsawg-pcapng). Not through libpcap, which refuses a file as soon as
 * two of its interfaces differ in link type or snap length.
 */
#include "pcapng.h"

#include <inttypes.h>
#include <stdlib.h>

#define BLOCK_MAX (16u << 20)
#define INTERFACES_MAX 65536u

struct interface {
	int linktype;
	uint32_t snaplen; /* 0: none */
	struct clock clock;
	uint64_t drops; /* by its latest statistics */
};

struct pcapng {
	bool little; /* byte order of this section */
	bool has_section;
	bool ended;
	struct interface *interfaces; /* of this section */
	size_t count, room;
	uint64_t earlier_drops; /* of earlier sections */
	int64_t time_ns;        /* of the latest packet, for those without */
	size_t pending;         /* bytes of the block last handled, still in the buffer */
	struct own own;
};

struct block {
	uint32_t type;
	struct bytes body; /* what is there of it */
	uint64_t offset;
	bool whole;
};

static uint64_t
drops_sum(const struct pcapng *p)
{
	uint64_t sum = p->earlier_drops;

	for (size_t i = 0; i < p->count; i++)
		sum += p->interfaces[i].drops;
	return sum;
}

static int
section_block(struct input *in, struct block *block, struct frame *out)
{
	struct pcapng *p = in->pcapng;
	uint16_t version;

	(void)out;
	bytes_skip(&block->body, 4); /* the byte order, known by now */
	version = ordered_u16(p->little, &block->body);
	if (bytes_short(&block->body) || version != 1)
		return input_damage(in,
		    "the section at byte %" PRIu64 " is of version %u.", block->offset,
		    version);
	p->earlier_drops = drops_sum(p);
	p->count = 0;
	p->has_section = true;
	bytes_skip(&block->body, 2 + 8); /* minor version, length */
	own_section(in, &p->own, p->little, block->body);
	return 0;
}

static struct interface *
interface_add(struct pcapng *p)
{
	size_t room = p->room ? p->room * 2 : 8;
	struct interface *bigger;

	if (p->count == INTERFACES_MAX)
		return NULL;
	if (p->count == p->room) {
		bigger = realloc(p->interfaces, room * sizeof(*bigger));
		if (bigger == NULL)
			return NULL;
		p->interfaces = bigger;
		p->room = room;
	}
	return &p->interfaces[p->count++];
}

static int
interface_block(struct input *in, struct block *block, struct frame *out)
{
	struct pcapng *p = in->pcapng;
	struct interface *i = interface_add(p);
	struct bytes value;
	uint16_t code;

	(void)out;
	if (i == NULL)
		return input_damage(in,
		    "the interface at byte %" PRIu64 " is one too many.", block->offset);
	*i = (struct interface){ .clock = clock_default };
	i->linktype = linktype_here(ordered_u16(p->little, &block->body));
	bytes_skip(&block->body, 2);
	i->snaplen = ordered_u32(p->little, &block->body);
	while (option_next(p->little, &block->body, &code, &value)) {
		if (code == IDB_TSRESOL && value.left >= 1)
			clock_set_resolution(&i->clock, bytes_u8(&value));
		if (code == IDB_TSOFFSET && value.left >= 8)
			i->clock.offset_s = (int64_t)ordered_u64(p->little, &value);
		own_interface(&p->own, code, value);
	}
	filter_learn(in->filter, i->linktype);
	return 0;
}

/* All kinds of packets end here; block->body has their bytes, if the file has them. */
static int
packet_deliver(
    struct input *in, struct block *block, const struct interface *i, struct frame *out)
{
	if (out->captured > FRAME_MAX ||
	    (block->whole && out->captured > block->body.left))
		return input_damage(in,
		    "the packet at byte %" PRIu64 " says that it has %" PRIu32 " bytes.",
		    block->offset, out->captured);
	if (out->captured > block->body.left)
		out->captured = (uint32_t)block->body.left;
	out->data = block->body.at;
	out->process = NULL;
	out->linktype = i->linktype;
	in->pcapng->time_ns = out->time_ns;
	return 1;
}

static int
timed_packet(struct input *in, struct block *block, uint32_t interface, struct frame *out)
{
	struct pcapng *p = in->pcapng;
	struct bytes *b = &block->body;
	uint64_t high = ordered_u32(p->little, b);
	uint64_t ticks = high << 32 | ordered_u32(p->little, b);

	out->captured = ordered_u32(p->little, b);
	out->length = ordered_u32(p->little, b);
	if (bytes_short(b)) {
		if (!block->whole)
			return 0;
		return input_damage(in,
		    "the packet block at byte %" PRIu64 " is too small.", block->offset);
	}
	if (interface >= p->count)
		return input_damage(in,
		    "the packet at byte %" PRIu64 " is of interface %" PRIu32 " of %zu.",
		    block->offset, interface, p->count);
	out->time_ns = clock_ns(&p->interfaces[interface].clock, ticks);
	return packet_deliver(in, block, &p->interfaces[interface], out);
}

static int
enhanced_packet_block(struct input *in, struct block *block, struct frame *out)
{
	struct pcapng *p = in->pcapng;
	uint32_t interface = ordered_u32(p->little, &block->body);

	if (timed_packet(in, block, interface, out) == 0)
		return 0;
	if (p->own.here && block->whole) {
		bytes_skip(&block->body, ((size_t)out->captured + 3) & ~(size_t)3);
		out->process = own_process(&p->own, p->little, block->body);
	}
	return 1;
}

/* The kind before that, with a count of drops that few wrote and nobody trusts. */
static int
old_packet_block(struct input *in, struct block *block, struct frame *out)
{
	uint16_t interface = ordered_u16(in->pcapng->little, &block->body);

	bytes_skip(&block->body, 2);
	return timed_packet(in, block, interface, out);
}

/* No time, no interface, no captured length: all follow from what came before. */
static int
simple_packet_block(struct input *in, struct block *block, struct frame *out)
{
	struct pcapng *p = in->pcapng;
	uint32_t snaplen = p->count > 0 ? p->interfaces[0].snaplen : 0;

	out->length = ordered_u32(p->little, &block->body);
	if (bytes_short(&block->body))
		return 0;
	if (p->count == 0)
		return input_damage(in,
		    "the packet at byte %" PRIu64 " is of an interface never described.",
		    block->offset);
	out->captured = snaplen > 0 && snaplen < out->length ? snaplen : out->length;
	out->time_ns = p->time_ns;
	return packet_deliver(in, block, &p->interfaces[0], out);
}

/* Counts run from the start of the recording: the latest stands. */
static int
statistics_block(struct input *in, struct block *block, struct frame *out)
{
	struct pcapng *p = in->pcapng;
	uint32_t interface = ordered_u32(p->little, &block->body);
	struct bytes value;
	uint16_t code;
	uint64_t drops = 0;

	(void)out;
	bytes_skip(&block->body, 8);
	while (option_next(p->little, &block->body, &code, &value)) {
		if ((code == ISB_IFDROP || code == ISB_OSDROP) && value.left >= 8)
			drops += ordered_u64(p->little, &value);
	}
	if (interface < p->count) {
		p->interfaces[interface].drops = drops;
		in->file.drops = drops_sum(p);
	}
	return 0;
}

/* All others are skipped, secrets among them. The commonest stands first. */
static const struct block_kind {
	uint32_t type;
	bool partial; /* of use when the file ends within it */
	int (*handle)(struct input *in, struct block *block, struct frame *out);
} block_kinds[] = {
	{ BLOCK_PACKET, true, enhanced_packet_block },
	{ BLOCK_SIMPLE_PACKET, true, simple_packet_block },
	{ BLOCK_OLD_PACKET, true, old_packet_block },
	{ BLOCK_INTERFACE, false, interface_block },
	{ BLOCK_STATISTICS, false, statistics_block },
	{ SECTION_BLOCK, false, section_block },
};

/* A section header says in its third word which byte order all lengths have. */
static int
section_order(struct input *in, const struct block *block)
{
	struct bytes b = bytes_over(source_at(&in->source) + 8, 4);
	uint32_t magic = bytes_u32(&b);

	in->pcapng->little = magic == __builtin_bswap32(BYTE_ORDER_MAGIC);
	if (in->pcapng->little || magic == BYTE_ORDER_MAGIC)
		return 1;
	return input_damage(
	    in, "the section at byte %" PRIu64 " has no byte order.", block->offset);
}

/* The bytes of a block between its lengths, which must agree. */
static int
block_body(struct input *in, struct block *block, uint32_t length)
{
	struct pcapng *p = in->pcapng;
	struct bytes trailer;
	size_t there;

	block->whole = source_fill(&in->source, length);
	there = block->whole ? length : source_left(&in->source);
	p->pending = there;
	block->body = bytes_over(source_at(&in->source) + 8, there - 8);
	if (block->body.left > length - BLOCK_MIN)
		block->body.left = length - BLOCK_MIN;
	if (!block->whole) {
		in->file.truncated = in->source.failure == 0;
		return 1;
	}
	trailer = bytes_over(source_at(&in->source) + length - 4, 4);
	if (ordered_u32(p->little, &trailer) != length)
		return input_damage(in,
		    "the block at byte %" PRIu64
		    " has one length before it and another behind.",
		    block->offset);
	return 1;
}

static int
source_ended(struct input *in)
{
	if (in->source.failure != 0)
		return input_damage(in, "reading failed after %" PRIu64 " bytes: %s.",
		    in->source.taken, strerror(in->source.failure));
	in->file.truncated |= source_left(&in->source) > 0;
	return 0;
}

/* 1 and a block, or 0 at the end. */
static int
block_next(struct input *in, struct block *block)
{
	struct pcapng *p = in->pcapng;
	struct bytes head;
	uint32_t length;

	in->source.at += p->pending;
	p->pending = 0;
	if (!source_fill(&in->source, BLOCK_MIN))
		return source_ended(in);
	block->offset = in->consumed = source_offset(&in->source);
	head = bytes_over(source_at(&in->source), 8);
	block->type = ordered_u32(p->little, &head);
	if (block->type == SECTION_BLOCK && section_order(in, block) == 0)
		return 0;
	length = ordered_u32(p->little, &head);
	if (length < BLOCK_MIN || length > BLOCK_MAX || length % 4 != 0)
		return input_damage(in,
		    "the block at byte %" PRIu64 " has the impossible length %" PRIu32
		    ".",
		    block->offset, length);
	return block_body(in, block, length);
}

static int
block_handle(struct input *in, struct block *block, struct frame *out)
{
	for (size_t i = 0; i < COUNT_OF(block_kinds); i++) {
		if (block->type != block_kinds[i].type)
			continue;
		if (!block->whole && !block_kinds[i].partial)
			return 0;
		return block_kinds[i].handle(in, block, out);
	}
	return 0;
}

static int
pcapng_next(struct input *in, struct frame *out)
{
	struct pcapng *p = in->pcapng;
	struct block block;

	while (!p->ended) {
		if (block_next(in, &block) == 0) {
			p->ended = true;
			return 0;
		}
		if (block_handle(in, &block, out) == 1)
			return 1;
		if (!block.whole && in->source.failure != 0)
			(void)source_ended(in);
		p->ended = in->file.damaged;
	}
	return 0;
}

static bool
pcapng_is(const uint8_t magic[4])
{
	static const uint8_t section[4] = { 0x0a, 0x0d, 0x0d, 0x0a };

	return memcmp(magic, section, 4) == 0;
}

static int
pcapng_open(struct input *in, struct error *e)
{
	in->pcapng = calloc(1, sizeof(*in->pcapng));
	if (in->pcapng == NULL) {
		error_add(e, in->file.name, 0, 0, "no memory to read it");
		return -1;
	}
	in->primed = pcapng_next(in, &in->head) == 1;
	in->pcapng->own.complete = true;
	if (in->pcapng->has_section)
		return 0;
	error_add(e, in->file.name, 0, 0, "not a capture file: %s",
	    in->file.damaged ? in->file.damage : "ends within its first block");
	return -1;
}

size_t
pcapng_locals(const struct input *in, const struct addr_net **out)
{
	*out = in->pcapng != NULL ? in->pcapng->own.locals : NULL;
	return in->pcapng != NULL ? in->pcapng->own.local_count : 0;
}

static void
pcapng_close(struct input *in)
{
	if (in->pcapng == NULL)
		return;
	free(in->pcapng->interfaces);
	own_clear(&in->pcapng->own);
	free(in->pcapng);
	in->pcapng = NULL;
}

const struct format format_pcapng = {
	.name = "pcapng",
	.is = pcapng_is,
	.open = pcapng_open,
	.next = pcapng_next,
	.close = pcapng_close,
};
