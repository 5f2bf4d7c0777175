/* SPDX-License-Identifier: Apache-2.0 */
/* OSCAL assessment results: what builds the document, and its results. */
#ifndef REPORT_OSCAL_H
#define REPORT_OSCAL_H

#include "json.h"

/* Of our own properties, and of the identifiers: these are names in it. */
#define OSCAL_SPACE "https://callwitness.example/ns/oscal"

struct oscal {
	const json_t *report; /* a loan until the end */
	char document[UUID_TEXT_SIZE];
	const char *first, *last; /* of the capture */
	/* "17/0" of streams that findings speak of: null, then the records. */
	json_t *streams;
};

/* Values; new references, NULL when memory ran out. */

/* The identifier of a part of the document, by its name in it. */
json_t *oscal_uuid(const struct oscal *o, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Letters, digits, and "._-", not beginning with one of these or a digit. */
json_t *oscal_token(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Text of any kind. */
json_t *oscal_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A time of the report, or the capture's end if it is none. */
json_t *oscal_time(const struct oscal *o, const char *text);
/* A relative reference to a file. */
json_t *oscal_href(const char *folder, const char *name, const char *suffix);
/* A property of ours: one line; nothing if there is no text. */
void oscal_prop(json_t **props, const char *name, const char *text);
void oscal_prop_count(json_t **props, const char *name, json_int_t value);
/* The list, unless it is empty: OSCAL has no empty lists. */
void oscal_add_list(json_t **to, const char *key, json_t *list);
/* The stream's key. */
const char *oscal_stream_key(json_int_t flow, json_int_t stream, char key[48]);

/* A disclosure with a severity: the policy leaves it out, and we know it well. */
bool oscal_is_accused(const json_t *disclosure);
/* One policy, or what was found without any if it is NULL. */
json_t *oscal_result(const struct oscal *o, const json_t *policy);

#endif
