/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's folder: `lock`; `log` with all records but STATE, never begun anew;
 * journal-00001, … with STATE; checkpoint-00002, whole, instead of all that is before
 * journal-00002; `reserve`; and, made by others, inputs/ and kept frames.
 */
#ifndef TAP_JOURNAL_H
#define TAP_JOURNAL_H

#include <callwitness/tap.h>

#define JOURNAL_LOG "log"
#define JOURNAL_LOCK "lock"
#define JOURNAL_RESERVE "reserve"
#define JOURNAL_NAME_SIZE 32

/* "journal-00007" */
void journal_name(char name[JOURNAL_NAME_SIZE], const char *prefix, unsigned number,
    const char *suffix);
/* The number of a name with that beginning and end; 0 if it is none. */
unsigned journal_number(const char *name, const char *prefix, const char *suffix);
/* The folder, links at its end not followed. A descriptor, or -1 and a line in e. */
int journal_folder_open(const char *folder, struct error *e);
/*
 * The lock of a folder, made if need be: a descriptor, or -1 and errno, EWOULDBLOCK if
 * somebody has it for more than so long. Forked processes that inherit it have it, too.
 */
int journal_lock(int folder, int wait_ms);
/* Calls back for each name in a folder but "." and "..", until it returns not 0. */
int journal_names(int folder, int (*each)(void *context, const char *name), void *context);

/* A file of records: a head, then records, each with its kind, length and checksum. */

/* Behind the last record of a checkpoint. */
#define RECORD_WHOLE 0x656c6f77u

struct records {
	int fd; /* -1: closed */
	uint8_t *buffer;
	size_t used;
	uint64_t size; /* of the file, which ends with a whole record */
};

/* 0, or -1 and errno. */
int records_create(struct records *r, int folder, const char *name);
int records_add(struct records *r, uint32_t kind, const void *data, size_t length);
int records_flush(struct records *r);
void records_close(struct records *r); /* what is not flushed is gone */

struct journal_record {
	uint32_t kind, length;
	const uint8_t *data; /* a loan until the next one */
};

struct records_reader {
	FILE *in;
	uint8_t *data;
	size_t room;
};

enum records_open { RECORDS_OK, RECORDS_NONE, RECORDS_SHORT, RECORDS_FOREIGN };

/* NONE: cannot be opened (errno); SHORT: ends within its head; FOREIGN: another version. */
enum records_open records_open(struct records_reader *r, int folder, const char *name);
/* 1; 0 at the end of the file; -1 where a record is damaged or cut off. */
int records_next(struct records_reader *r, struct journal_record *out);
void records_end(struct records_reader *r);

#endif
