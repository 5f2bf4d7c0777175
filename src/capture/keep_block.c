/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of kept files. */
#include "keep.h"

#include <assert.h>
#include <sys/utsname.h>

#define IF_NAME_MAX 256u

static uint8_t *
pack_room(struct pack *p, size_t n)
{
	uint8_t *at = p->bytes + p->used;

	assert(n <= p->room - p->used);
	p->used += n;
	return at;
}

static void
number_write(uint8_t *at, uint64_t value, unsigned size)
{
	value = htole64(value);
	memcpy(at, &value, size);
}

void
pack_number(struct pack *p, uint64_t value, unsigned size)
{
	number_write(pack_room(p, size), value, size);
}

static void
pack_bytes(struct pack *p, const void *data, size_t length)
{
	uint8_t *at = pack_room(p, padded(length));

	memcpy(at, data, length);
	memset(at + length, 0, padded(length) - length);
}

size_t
pack_begin(struct pack *p, uint32_t type)
{
	size_t begin = p->used;

	pack_number(p, type, 4);
	pack_number(p, 0, 4);
	return begin;
}

void
pack_option(struct pack *p, uint16_t code, const void *value, size_t length)
{
	pack_number(p, code, 2);
	pack_number(p, length, 2);
	pack_bytes(p, value, length);
}

void
pack_end(struct pack *p, size_t begin)
{
	pack_number(p, OPTION_END, 4);
	pack_number(p, p->used + 4 - begin, 4);
	number_write(p->bytes + begin + 4, p->used - begin, 4);
}

static void
pack_text(struct pack *p, uint16_t code, const char *text, size_t most)
{
	if (text != NULL && strlen(text) <= most)
		pack_option(p, code, text, strlen(text));
}

static void
pack_section(struct pack *p)
{
	size_t begin = pack_begin(p, SECTION_BLOCK);
	struct utsname name;
	char os[160] = "Linux";

	if (uname(&name) == 0)
		snprintf(os, sizeof(os), "%.64s %.64s", name.sysname, name.release);
	pack_number(p, BYTE_ORDER_MAGIC, 4);
	pack_number(p, 1, 2);
	pack_number(p, 0, 2);
	pack_number(p, UINT64_MAX, 8); /* its length is not said */
	pack_text(p, SHB_OS, os, sizeof(os));
	pack_text(p, SHB_USERAPPL, OWN_PROGRAM_NAME CALLWITNESS_VERSION, IF_NAME_MAX);
	pack_end(p, begin);
}

static void
pack_local(struct pack *p, const struct addr_net *net)
{
	uint8_t value[17];

	if (net->addr.family == 6) {
		memcpy(value, net->addr.bytes, 16);
		value[16] = net->bits;
		pack_option(p, IDB_IPV6, value, 17);
	} else if (net->addr.family == 4) {
		uint32_t mask = net->bits ? htobe32(UINT32_MAX << (32 - net->bits)) : 0;

		memcpy(value, net->addr.bytes, 4);
		memcpy(value + 4, &mask, 4);
		pack_option(p, IDB_IPV4, value, 8);
	}
}

/* As files have it, where libpcap has another number in memory. */
static uint16_t
linktype_there(int linktype)
{
	return linktype == 12 ? 101 : (uint16_t)linktype;
}

static void
pack_interface(struct pack *p, const struct keep_options *options, size_t *fact)
{
	const struct live_facts *facts = options->facts;
	size_t begin = pack_begin(p, BLOCK_INTERFACE);
	char filter[HEADER_TEXT + 2] = ""; /* a zero first: it is in libpcap's language */
	uint8_t empty[SEGMENT_FACT] = { 0 };

	pack_number(p, linktype_there(facts->linktype), 2);
	pack_number(p, 0, 2);
	pack_number(p, facts->snaplen, 4);
	pack_text(p, IDB_NAME, facts->interface, IF_NAME_MAX);
	for (size_t i = 0; i < options->local_count && i < HEADER_LOCALS; i++)
		pack_local(p, &options->locals[i]);
	pack_option(p, IDB_TSRESOL, "\x09", 1);
	if (facts->filter != NULL && strlen(facts->filter) <= HEADER_TEXT) {
		memcpy(filter + 1, facts->filter, strlen(facts->filter));
		pack_option(p, IDB_FILTER, filter, strlen(facts->filter) + 1);
	}
	pack_option(p, OWN_SEGMENT, empty, sizeof(empty));
	*fact = p->used - sizeof(empty);
	pack_end(p, begin);
}

void
pack_header(struct pack *p, const struct keep_options *options, size_t *fact)
{
	pack_section(p);
	pack_interface(p, options, fact);
}

void
segment_write(uint8_t *at, const struct segment_fact *fact)
{
	number_write(at, fact->number, 4);
	number_write(at + 4, 0, 4);
	number_write(at + 8, fact->before.received, 8);
	number_write(at + 16, fact->before.kernel_drops, 8);
	number_write(at + 24, fact->before.interface_drops, 8);
}

struct segment_fact
segment_read(struct bytes b)
{
	struct segment_fact fact = { .number = ordered_u32(true, &b) };

	bytes_skip(&b, 4);
	fact.before.received = ordered_u64(true, &b);
	fact.before.kernel_drops = ordered_u64(true, &b);
	fact.before.interface_drops = ordered_u64(true, &b);
	return fact;
}

/* Times stand with their upper half first, in either byte order. */
static void
pack_time(struct pack *p, int64_t time_ns)
{
	pack_number(p, (uint64_t)time_ns >> 32, 4);
	pack_number(p, (uint64_t)time_ns & UINT32_MAX, 4);
}

static void
pack_option_time(struct pack *p, uint16_t code, int64_t time_ns)
{
	pack_number(p, code, 2);
	pack_number(p, 8, 2);
	pack_time(p, time_ns);
}

static void
pack_option_count(struct pack *p, uint16_t code, uint64_t count)
{
	pack_number(p, code, 2);
	pack_number(p, 8, 2);
	pack_number(p, count, 8);
}

size_t
pack_statistics(struct pack *p, const struct statistics *s)
{
	size_t begin = pack_begin(p, BLOCK_STATISTICS);

	pack_number(p, 0, 4); /* the interface */
	pack_time(p, s->time_ns);
	if (s->start_ns >= 0)
		pack_option_time(p, ISB_START, s->start_ns);
	pack_option_time(p, ISB_END, s->time_ns);
	pack_option_count(p, ISB_IFDROP, s->counts.interface_drops);
	pack_option_count(p, ISB_ACCEPTED, s->counts.received);
	pack_option_count(p, ISB_OSDROP, s->counts.kernel_drops);
	return begin;
}

static void
option_head(uint8_t *at, uint16_t code, uint16_t length)
{
	number_write(at, code, 2);
	number_write(at + 2, length, 2);
}

/* The rest of the room from there on, as an option that nobody reads. */
static void
room_rest(uint8_t *room, size_t used)
{
	if (used == PACKET_ROOM)
		return;
	memset(room + used, 0, PACKET_ROOM - used);
	option_head(room + used, OWN_ROOM, (uint16_t)(PACKET_ROOM - used - 4));
}

/* The hot one: all sizes are known, and of the room only the head is not zero. */
void
pack_packet(struct pack *p, const struct frame *f, const struct keep_note *note)
{
	uint8_t *at = pack_room(p, packet_size(f->captured));
	uint8_t *tail = at + PACKET_HEADER + padded(f->captured);
	uint32_t length = (uint32_t)packet_size(f->captured);

	memset(tail - 4, 0, 4); /* what pads the bytes, if any do */
	number_write(at, BLOCK_PACKET, 4);
	number_write(at + 4, length, 4);
	number_write(at + 8, 0, 4);
	number_write(at + 12, (uint64_t)f->time_ns >> 32, 4);
	number_write(at + 16, (uint64_t)f->time_ns & UINT32_MAX, 4);
	number_write(at + 20, f->captured, 4);
	number_write(at + 24, f->length, 4);
	memcpy(at + PACKET_HEADER, f->data, f->captured);
	option_head(tail + TAIL_FLAGS, EPB_FLAGS, 4);
	number_write(tail + TAIL_FLAGS + 4, note->direction, 4);
	option_head(tail + TAIL_NOTE, OWN_NOTE, 8);
	number_write(tail + TAIL_NOTE + 4, note->flow, 4);
	number_write(tail + TAIL_NOTE + 8, note->tag, 4);
	room_rest(tail + TAIL_ROOM, 0);
	number_write(tail + TAIL_ROOM + PACKET_ROOM, OPTION_END, 4);
	number_write(tail + PACKET_TAIL - 4, length, 4);
}

/* That they are ours, and so all in their places, shows by the second. */
bool
packet_note(struct bytes options, struct keep_note *out)
{
	bool is;

	if (options.left != PACKET_TAIL - 4)
		return false;
	is = ordered_u16(true, &options) == EPB_FLAGS && ordered_u16(true, &options) == 4;
	out->direction = (enum direction)(ordered_u32(true, &options) & 3);
	is = is && ordered_u16(true, &options) == OWN_NOTE &&
	     ordered_u16(true, &options) == 8;
	out->flow = ordered_u32(true, &options);
	out->tag = ordered_u32(true, &options);
	return is && out->direction <= DIRECTION_OUT;
}

void
room_write(uint8_t *room, const struct keep_label *label, uint32_t number)
{
	struct pack p = { .bytes = room, .room = PACKET_ROOM };
	uint8_t ids[8] = { 0 };
	size_t length = strnlen(label->text, KEEP_TEXT);

	if (label->process != NULL) {
		number_write(ids, label->process->pid, 4); /* and thread 0: unknown */
		pack_option(&p, EPB_PROCESS, ids, 8);
	}
	if (number != 0) {
		number_write(ids, number, 4);
		pack_option(&p, OWN_PROCESS, ids, 4);
	}
	if (length > 0)
		pack_option(&p, OPTION_COMMENT, label->text, length);
	room_rest(room, p.used);
}
