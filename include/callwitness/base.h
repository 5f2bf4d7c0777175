/* SPDX-License-Identifier: Apache-2.0 */
/* What every folder may use: bytes, errors, addresses, text, hashes, YAML. */
#ifndef CALLWITNESS_BASE_H
#define CALLWITNESS_BASE_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/*
 * One byte cursor, big-endian (network order). It borrows the bytes. A read past the end
 * returns 0 and sticks: read straight down, then ask bytes_short() once.
 */
struct bytes {
	const uint8_t *at;
	size_t left;
	bool ran_short;
};

static inline struct bytes
bytes_over(const void *data, size_t length)
{
	return (struct bytes){ .at = data, .left = length, .ran_short = false };
}

static inline bool
bytes_short(const struct bytes *b)
{
	return b->ran_short;
}

/* The next n bytes, or NULL (and short) when fewer are left. A loan. */
static inline const uint8_t *
bytes_take(struct bytes *b, size_t n)
{
	const uint8_t *at = b->at;

	if (n > b->left || b->ran_short) {
		b->ran_short = true;
		b->left = 0;
		return NULL;
	}
	b->at += n;
	b->left -= n;
	return at;
}

static inline void
bytes_skip(struct bytes *b, size_t n)
{
	(void)bytes_take(b, n);
}

static inline uint8_t
bytes_u8(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 1);

	return p ? p[0] : 0;
}

static inline uint16_t
bytes_u16(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 2);

	return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

static inline uint32_t
bytes_u24(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 3);

	return p ? (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2] : 0;
}

static inline uint32_t
bytes_u32(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 4);

	return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
		       p[3]
		 : 0;
}

static inline uint64_t
bytes_u64(struct bytes *b)
{
	uint64_t high = bytes_u32(b);

	return high << 32 | bytes_u32(b);
}

/*
 * Errors that a person can mend, collected so that one run reports all of them.
 * Zero-initialise; error_clear() frees. line and column count from 1, 0 means none.
 */
struct error_line {
	char *file;
	unsigned line, column;
	char *text;
};

struct error {
	struct error_line *lines;
	size_t count, room;
};

void error_add(struct error *e, const char *file, unsigned line, unsigned column,
    const char *format, ...) __attribute__((format(printf, 5, 6)));
/* By file, line, column; equal lines once. */
void error_sort(struct error *e);
/* One "file:line:column: text" a line. */
void error_write(const struct error *e, FILE *out);
void error_clear(struct error *e);

/* An IPv4 address fills bytes[0..3], the rest is zero. family is 0 (none), 4 or 6. */
struct addr {
	uint8_t family;
	uint8_t bytes[16];
};

struct addr_net {
	struct addr addr;
	uint8_t bits;
};

#define ADDR_TEXT_SIZE 46

struct addr addr_v4(const uint8_t bytes[4]);
struct addr addr_v6(const uint8_t bytes[16]);
/* RFC 5952 text into `text` (ADDR_TEXT_SIZE bytes); returns text. */
const char *addr_text(const struct addr *a, char *text);
/* "192.0.2.1", "2001:db8::1": 0, or -1. */
int addr_parse(const char *text, struct addr *out);
/* "192.0.2.0/24"; a bare address is a net of its own. 0, or -1 (host bits set too). */
int addr_net_parse(const char *text, struct addr_net *out);
bool addr_in(const struct addr *a, const struct addr_net *net);
bool addr_is_private(const struct addr *a); /* RFC 1918, 4193, 6598, link-local */
bool addr_is_loopback(const struct addr *a);
bool addr_is_multicast(const struct addr *a); /* and IPv4 broadcast 255.255.255.255 */
bool addr_is_unspecified(const struct addr *a);
/* Any of the four: nothing sent there reaches the internet. */
bool addr_stays_local(const struct addr *a);

static inline uint64_t
addr_half(const struct addr *a, unsigned half)
{
	uint64_t value;

	memcpy(&value, a->bytes + 8 * half, sizeof(value));
	return value;
}

static inline bool
addr_equal(const struct addr *a, const struct addr *b)
{
	return a->family == b->family && addr_half(a, 0) == addr_half(b, 0) &&
	       addr_half(a, 1) == addr_half(b, 1);
}

/* By family, then as numbers are read. */
static inline int
addr_compare(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	for (unsigned half = 0; half < 2; half++) {
		uint64_t x = be64toh(addr_half(a, half)), y = be64toh(addr_half(b, half));

		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

/* Fast, not cryptographic; `length` is best a multiple of 8. */
uint64_t hash_bytes(const void *data, size_t length, uint64_t seed);

/*
 * Memory that is freed all at once, for what is loaded together. Zero-initialise;
 * arena_clear() frees.
 */
struct arena_block;

struct arena {
	struct arena_block *newest;
	size_t used; /* of the newest block */
};

/* Zeroed, aligned for any type; NULL when memory is full. */
void *arena_take(struct arena *a, size_t size);
/* A copy with a NUL behind it. */
char *arena_text(struct arena *a, const char *text, size_t length);
void arena_clear(struct arena *a);

/* Interned strings: equal text gives the same pointer, alive as long as the pool. */
struct strings;

struct strings *strings_new(void);
const char *strings_intern(struct strings *s, const char *text, size_t length);
void strings_free(struct strings *s);
/* How many were refused at the bound of 64 MiB: interning gave NULL. */
uint64_t strings_refused(const struct strings *s);

/*
 * Host pattern by label, case-insensitive, trailing dot ignored. A leading "*" label
 * stands for one or more labels ("*.zoom.us" excludes "zoom.us"); a lone "*" elsewhere is
 * one label; a "*" within a label is any run of characters of that label.
 */
bool glob_host(const char *pattern, const char *host);
/* Whether text could be a host or a pattern of hosts: printable, no space, not empty. */
bool text_is_host(const char *text, size_t length);
/* A "*" is any run of characters, case-insensitive. */
bool glob_text(const char *pattern, const char *text);

/*
 * Writes text and a line break, broken at spaces so that no line is over 80 columns where
 * that can be avoided. The cursor is at `column`; later lines begin at `indent`.
 */
void text_wrap(FILE *out, unsigned column, unsigned indent, const char *text);

/*
 * The next code point of a text that goes on, consumed; U+FFFD for each byte that is not
 * UTF-8.
 */
uint32_t text_next(const char **text);
/* It has a shape and leaves the order of the others alone: no control, nothing
 * invisible, no change of direction. */
bool text_is_visible(uint32_t code);
/* UTF-8 of a code point into text (5 bytes); returns its length. */
size_t text_utf8(uint32_t code, char *text);

/* The word of which at most a third was mistyped, letters' case apart, or NULL. */
const char *word_nearest(const char *word, const char *const *words, size_t count);
/* NULL equals NULL alone. */
bool same_text(const char *a, const char *b);
/* "12.3 kB" into text (16 bytes); returns text. */
const char *size_text(uint64_t bytes, char text[16]);

#define SHA256_TEXT_SIZE 65

/* libgcrypt wants this before its first use in a process. */
void crypto_ready(void);

struct sha256;

struct sha256 *sha256_new(void);
void sha256_add(struct sha256 *s, const void *data, size_t length);
/* Lower-case hex into text (SHA256_TEXT_SIZE bytes); frees s. */
void sha256_end(struct sha256 *s, char *text);

#define UUID_TEXT_SIZE 37

/*
 * The UUID version 5 (RFC 9562) of a name in the namespace that another UUID is: the same
 * for ever. 0 and text (UUID_TEXT_SIZE bytes), or -1 and "" if `space` is no UUID.
 */
int uuid_v5(const char *space, const char *name, char *text);

/* Nanoseconds since 1970 to "2023-03-14T14:20:41.334576Z" (microseconds). */
#define TIME_TEXT_SIZE 32
const char *time_text(int64_t time_ns, char *text);

/*
 * A YAML document as a tree that keeps positions. Scalars stay text; the user of a node
 * asks for the type it wants. Nesting, size and aliases are bounded; anchors are refused.
 */
enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	unsigned line, column; /* from 1 */
	bool quoted;           /* a scalar in quotes: never a number or a boolean */
	const char *text;      /* of a scalar, NUL-terminated */
	size_t length;         /* of text */
	size_t count;          /* items of a list, entries of a map */
	struct node **items;   /* of a list; the values of a map */
	struct node **keys;    /* of a map, scalars, in the order of the file */
};

struct yaml;

/* NULL and lines in e (every syntax error has file:line:column) when it cannot be read.
 */
struct yaml *yaml_open(const char *path, struct error *e);
struct yaml *yaml_parse(
    const char *name, const void *data, size_t length, struct error *e);
void yaml_close(struct yaml *y);
/* The top node, owned by y; NULL for an empty document. */
const struct node *yaml_root(const struct yaml *y);
const char *yaml_name(const struct yaml *y);
/* The bytes as read, for copying into a bundle or hashing. */
const void *yaml_bytes(const struct yaml *y, size_t *length);
/* The value of a map's key, or NULL. */
const struct node *node_get(const struct node *map, const char *key);
/* How many values a scalar-or-list holds: 1, or the items; 0 for a map. */
size_t node_values(const struct node *n);

/*
 * Maps with known keys: one `static const` table of rows says how each value is read. All
 * complaints go to the error, with the position of the node.
 */
struct form {
	const char *file; /* as complaints show it */
	struct error *error;
	const char *key; /* being read; set by form_read(); NULL at the top */
	void *owner;     /* the caller's own */
};

/* Puts the value at `into` and returns 0, or complains and returns -1. */
typedef int form_reader(struct form *f, const struct node *value, void *into);

struct form_key {
	const char *name;
	bool required;
	form_reader *read;
	size_t offset; /* of `into` in the struct that form_read() fills */
};

/* -1 after complaints: not a map; unknown, missing keys (at the map); refused values. */
int form_read(struct form *f, const struct node *map, const struct form_key *keys,
    size_t count, void *into);
/* Returns -1. */
int form_complain(struct form *f, const struct node *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "'port' is a map: expected a number". Returns -1. */
int form_expected(struct form *f, const struct node *value, const char *what);
/* "'kind' is 'vidio': expected one of audio, video; did you mean 'video'?" Returns -1. */
int form_expected_word(
    struct form *f, const struct node *value, const char *const *words, size_t count);
/* The index of the value among words; else complains so and returns -1. */
int form_word(
    struct form *f, const struct node *value, const char *const *words, size_t count);
/* Reads a scalar, or each item of a list that has one at least. */
int form_each(struct form *f, const struct node *value, form_reader *read, void *into);
/* Rows' readers. Text is a loan from the document. */
form_reader form_text;    /* const char *; not empty */
form_reader form_flag;    /* bool; true or false without quotes */
form_reader form_date;    /* const char *; 2026-11-21, a day that exists */
form_reader form_country; /* const char *; two capital letters */

#endif
