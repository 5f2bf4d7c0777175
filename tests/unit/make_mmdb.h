/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small MaxMind database: networks and what is said of each. The format is that of
 * maxmind.github.io/MaxMind-DB, version 2.0, with records of 24 bits.
 */
#ifndef MAKE_MMDB_H
#define MAKE_MMDB_H

#include "make_packet.h"

#define MMDB_NODES 2048
#define MMDB_NONE UINT32_MAX
#define MMDB_DATA 0x80000000u /* in a child: the rest is an offset in data */

struct make_mmdb {
	unsigned ip_version; /* 4 or 6; in 6, IPv4 is ::/96 */
	uint32_t nodes[MMDB_NODES][2];
	uint32_t count;
	uint8_t data[4096];
	uint32_t length;
};

/* Types of data. */
enum {
	MMDB_TEXT = 2,
	MMDB_SHORT = 5,
	MMDB_INT = 6,
	MMDB_MAP = 7,
	MMDB_LONG = 9,
	MMDB_LIST = 11
};

/* Sizes up to 283, in one byte or two. */
static inline void
mmdb_control(struct make_mmdb *m, unsigned type, uint32_t size)
{
	assert_true(size < 29 + 255 && m->length + 64 < sizeof(m->data));
	m->data[m->length++] =
	    (uint8_t)((type < 8 ? type << 5 : 0) | (size < 29 ? size : 29));
	if (type >= 8)
		m->data[m->length++] = (uint8_t)(type - 7);
	if (size >= 29)
		m->data[m->length++] = (uint8_t)(size - 29);
}

static inline void
mmdb_text(struct make_mmdb *m, const char *text)
{
	mmdb_control(m, MMDB_TEXT, (uint32_t)strlen(text));
	memcpy(m->data + m->length, text, strlen(text));
	m->length += (uint32_t)strlen(text);
}

static inline void
mmdb_number(struct make_mmdb *m, unsigned type, uint32_t value)
{
	uint32_t size = type == MMDB_SHORT ? 2 : 4;

	mmdb_control(m, type, size);
	for (uint32_t i = 0; i < size; i++)
		m->data[m->length++] = (uint8_t)(value >> 8 * (size - 1 - i));
}

static inline void
mmdb_key_number(struct make_mmdb *m, const char *key, unsigned type, uint32_t value)
{
	mmdb_text(m, key);
	mmdb_number(m, type, value);
}

static inline void
mmdb_key_text(struct make_mmdb *m, const char *key, const char *value)
{
	mmdb_text(m, key);
	mmdb_text(m, value);
}

static inline void
mmdb_begin(struct make_mmdb *m, unsigned ip_version)
{
	memset(m, 0, sizeof(*m));
	m->ip_version = ip_version;
	m->nodes[0][0] = m->nodes[0][1] = MMDB_NONE;
	m->count = 1;
}

/* Says of a network what is written to m->data from now on. */
static inline void
mmdb_net(struct make_mmdb *m, const char *net)
{
	struct addr_net n;
	uint8_t bytes[16] = { 0 };
	unsigned bits, at = 0;

	assert_int_equal(addr_net_parse(net, &n), 0);
	if (n.addr.family == 4 && m->ip_version == 6) {
		memcpy(bytes + 12, n.addr.bytes, 4);
		bits = n.bits + 96u;
	} else {
		memcpy(bytes, n.addr.bytes, 16);
		bits = n.bits;
	}
	assert_true(bits > 0);
	for (unsigned i = 0; i < bits; i++) {
		uint32_t *child = &m->nodes[at][bytes[i / 8] >> (7 - i % 8) & 1];

		if (i + 1 == bits) {
			*child = MMDB_DATA | m->length;
			return;
		}
		if (*child == MMDB_NONE) {
			assert_true(m->count < MMDB_NODES);
			*child = m->count++;
			m->nodes[*child][0] = m->nodes[*child][1] = MMDB_NONE;
		}
		at = *child;
	}
}

static inline void
mmdb_write_record(FILE *out, const struct make_mmdb *m, uint32_t child)
{
	uint32_t value = child == MMDB_NONE  ? m->count
			 : child & MMDB_DATA ? m->count + 16 + (child & ~MMDB_DATA)
					     : child;

	fputc((int)(value >> 16 & 255), out);
	fputc((int)(value >> 8 & 255), out);
	fputc((int)(value & 255), out);
}

static inline void
mmdb_write(struct make_mmdb *m, const char *path, const char *type)
{
	uint32_t data = m->length;
	FILE *out = fopen(path, "wb");

	assert_non_null(out);
	for (uint32_t i = 0; i < m->count; i++)
		for (unsigned side = 0; side < 2; side++)
			mmdb_write_record(out, m, m->nodes[i][side]);
	for (int i = 0; i < 16; i++)
		fputc(0, out);
	fwrite(m->data, 1, data, out);
	fputs("\xab\xcd\xefMaxMind.com", out);
	mmdb_control(m, MMDB_MAP, 9);
	mmdb_key_number(m, "binary_format_major_version", MMDB_SHORT, 2);
	mmdb_key_number(m, "binary_format_minor_version", MMDB_SHORT, 0);
	mmdb_text(m, "build_epoch");
	mmdb_control(m, MMDB_LONG, 4);
	make_u32(m->data + m->length, 1700000000);
	m->length += 4;
	mmdb_key_text(m, "database_type", type);
	mmdb_text(m, "description");
	mmdb_control(m, MMDB_MAP, 0);
	mmdb_key_number(m, "ip_version", MMDB_SHORT, m->ip_version);
	mmdb_text(m, "languages");
	mmdb_control(m, MMDB_LIST, 0);
	mmdb_key_number(m, "node_count", MMDB_INT, m->count);
	mmdb_key_number(m, "record_size", MMDB_SHORT, 24);
	fwrite(m->data + data, 1, m->length - data, out);
	assert_int_equal(fclose(out), 0);
}

#endif
