/* SPDX-License-Identifier: Apache-2.0 */
/* What base/ keeps to itself. */
#ifndef CALLWITNESS_BASE_PRIVATE_H
#define CALLWITNESS_BASE_PRIVATE_H

#include <callwitness/base.h>

#define SHA1_SIZE 20

/*
 * Of two byte strings, one behind the other: for names, not against forgers. -1 when
 * memory is full.
 */
int sha1_pair(const void *first, size_t first_length, const void *second,
    size_t second_length, uint8_t sum[SHA1_SIZE]);

struct yaml {
	struct arena arena;
	char *name;
	uint8_t *data;
	size_t length;
	const struct node *root;
};

/* y's data to y's root. -1 and lines in e when there is anything to complain about. */
int yaml_read(struct yaml *y, struct error *e);

struct yaml_findings {
	size_t count;      /* lines added to the error */
	unsigned tab_line; /* first line with a tab in its indentation, 0 if none */
	bool is_text;      /* so it is worth parsing */
};

/*
 * What libyaml would report badly or not at all: byte order marks, bytes that are not
 * UTF-8 text, line breaks no editor shows, tabs in the indentation.
 */
struct yaml_findings yaml_scan(
    const char *name, const uint8_t *data, size_t length, struct error *e);

#endif
