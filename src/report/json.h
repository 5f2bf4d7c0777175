/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include <jansson.h>
#include <callwitness/report.h>

#define WHY_SIZE 1024

/* New references; NULL when memory ran out. */
json_t *json_flow(const struct report *r, const struct judged_flow *j);
json_t *json_report(const struct report *r);

/* Parts of the report; the same. */
json_t *json_used(const struct report *r); /* "inputs" */
json_t *json_states(const struct report *r);
json_t *json_marks(const struct report *r);
json_t *json_timeline(const struct report *r);
json_t *json_gates(const struct report *r);
json_t *json_policies(const struct report *r);
json_t *json_result(const struct report *r);
json_t *json_legal(const struct report *r);
/* A policy in one sentence. */
json_t *json_answer(const struct report *r, const struct judgement *j);

/* Values. */

/* A string, or null for NULL and for what is not UTF-8. */
json_t *json_text(const char *text);
json_t *json_time(int64_t time_ns);
json_t *json_count(uint64_t value);
/* With four decimals at most, so that it reads back as it was written. */
json_t *json_decimal(double value);
/* Payload bytes by category; those without bytes are left out. */
json_t *json_categories(const uint64_t bytes[CATEGORIES]);
/* Text written by `write`; NULL also if that is not UTF-8. */
json_t *json_written(void (*write)(FILE *out, const void *what), const void *what);

struct json_entry {
	const char *key;
	json_t *value;
};

/* Takes the values; NULL if one of them is NULL. */
json_t *json_map(const struct json_entry *entries, size_t count);
/*
 * Takes the value. When that fails, or *to or the value is NULL, *to becomes NULL: one
 * look at the end suffices.
 */
void json_list_add(json_t **to, json_t *value);
void json_map_add(json_t **to, const char *key, json_t *value);

/* How real numbers are written: all decimals of json_decimal(), no more. */
#define JSON_REALS JSON_REAL_PRECISION(15)
/* The records as they stand in a bundle. 0, or -1: `record` is NULL or out failed. */
int json_report_put(const json_t *record, FILE *out);
int json_flow_put(const json_t *record, FILE *out);

/* What others wrote. */

/* A bundle's report.json: a new reference, or NULL and lines in e. */
json_t *bundle_report(const char *folder, struct error *e);
/*
 * Shows each flow of a bundle, in order: a loan, cleaned. `each` returns 0, or -1 when
 * memory is full, which ends it. 0, or -1 and lines in e.
 */
int bundle_flows(const char *folder, int (*each)(void *context, const json_t *flow),
    void *context, struct error *e);
const char *json_text_of(const json_t *object, const char *key, const char *none);
/* Nanoseconds since 1970 of "2026-11-21T20:32:36.810000Z"; false if it is no time. */
bool json_time_read(const char *text, int64_t *time_ns);
/* 0 if there is no whole number. */
json_int_t json_count_of(const json_t *object, const char *key);
/* Where and why JSON could not be read. Jansson quotes the file: cleaned as below. */
void json_fault_add(const json_error_t *fault, const char *path, struct error *e);
/* A bundle comes from anybody: its text must not steer the reader's terminal. */
void json_clean(json_t *value);

#endif
