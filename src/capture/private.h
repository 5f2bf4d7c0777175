/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CALLWITNESS_CAPTURE_PRIVATE_H
#define CALLWITNESS_CAPTURE_PRIVATE_H

#include <callwitness/capture.h>

/* More bytes than this in one frame are nonsense; libpcap's bound too. */
#define FRAME_MAX 262144u

/*
 * A file or a pipe read through one buffer, so that its first bytes can be looked at
 * without seeking; frames stay where they were read. A regular file ends where it ended
 * when it was opened.
 */
struct source {
	int fd; /* -1: none; 0 is not ours to close */
	bool regular;
	uint64_t size;  /* of a regular file */
	uint64_t taken; /* read from fd so far */
	uint8_t *buffer;
	size_t room, at, end;
	int failure;           /* errno of a failed read, or 0 */
	struct sha256 *digest; /* fed with what is read, or NULL */
};

int source_open(struct source *s, const char *path, struct error *e);
void source_close(struct source *s);
/* Whether `n` bytes stand at source_at(); fewer only at the end. */
bool source_fill(struct source *s, size_t n);
/* Reads a pipe to its end for the digest's sake. */
void source_drain(struct source *s);

static inline const uint8_t *
source_at(const struct source *s)
{
	return s->buffer + s->at;
}

static inline size_t
source_left(const struct source *s)
{
	return s->end - s->at;
}

/* Where in the file source_at() is. */
static inline uint64_t
source_offset(const struct source *s)
{
	return s->taken - source_left(s);
}

/* Ticks of a clock as pcapng's interfaces have it: a power of ten or two a second. */
struct clock {
	uint64_t factor; /* ns = ticks * factor / divisor, or */
	uint64_t divisor;
	unsigned shift; /* ns = ticks * 10^9 >> shift, where divisor is 0 */
	int64_t offset_s;
};

extern const struct clock clock_default; /* microseconds */

void clock_set_resolution(struct clock *c, uint8_t resolution);
/* Clamped to what is from 1970 on and fits. */
int64_t clock_ns(const struct clock *c, uint64_t ticks);

/* The LINKTYPE_ value that libpcap gives another number in memory: raw IP. */
static inline int
linktype_here(uint32_t linktype)
{
	return linktype == 101 ? 12 : (int)linktype;
}

struct filter;

/* -1 and a line in e if there is a name in it, which would be looked up. */
int filter_refuse_names(const char *text, struct error *e);
/* The expression is compiled for each link type as it is learnt. */
struct filter *filter_new(const char *text, struct error *e);
void filter_free(struct filter *f);
void filter_learn(struct filter *f, int linktype);
/* -1 and a line in e if the expression compiles for none of the link types learnt. */
int filter_check(struct filter *f, struct error *e);
bool filter_passes(struct filter *f, const struct frame *frame);

struct input;

/* A file format: how its reader opens, reads and closes. */
struct format {
	const char *name;
	bool (*is)(const uint8_t magic[4]);
	int (*open)(struct input *in, struct error *e);
	/* 1 and all of a frame but its number and file, or 0 at the end. */
	int (*next)(struct input *in, struct frame *out);
	void (*close)(struct input *in);
};

extern const struct format format_classic, format_pcapng;

struct classic;
struct pcapng;

/* The machine's addresses before the first packet, as the file tells. Count; a loan. */
size_t pcapng_locals(const struct input *in, const struct addr_net **out);

/* One file being read. */
struct input {
	struct capture_file file;
	struct source source;
	const struct format *format;
	struct classic *classic; /* the reader, by format */
	struct pcapng *pcapng;
	struct filter *filter; /* shared, or NULL */
	struct frame head;     /* the next frame, if primed */
	bool primed;
	uint64_t consumed; /* bytes of the frames read, for progress */
};

int input_open(struct input *in, const char *path, struct filter *filter, bool digest,
    struct error *e);
/* 1 and the next frame that the filter lets through, or 0 at the end. */
int input_next(struct input *in, struct frame *out);
void input_end(struct input *in);
void input_close(struct input *in);
/* What was wrong, once; always 0, so that a reader can return it as the end. */
int input_damage(struct input *in, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * A program as one line of text: "process 2 pid=2214 started=1700000000000000000 parent=1
 * sha256=... exe=/usr/bin/node command=node%20sdk.js". Its number counts from 1 in a file,
 * and so does its parent's, which comes before it (0: none). What is not known is left
 * out; bytes that are no visible ASCII, and "%", are %XX. NULL without memory.
 */
char *process_text(const struct process *p, uint32_t number, uint32_t parent);
/*
 * The other way round; exactly what process_text() gives is taken. The parent is among
 * `before`, those with the numbers 1 to number - 1. NULL if it is not that, or without
 * memory.
 */
struct process *process_parse(struct arena *arena, const void *text, size_t length,
    uint32_t number, struct process *const *before);

/* Whether n bytes could be read from there. */
bool read_at(int fd, void *to, size_t n, uint64_t at);

/* Sorts, and takes out what is there twice. The new count. */
size_t nets_sort(struct addr_net *nets, size_t count);

/* A thread that reads regular files once more for their SHA-256. */
struct digest;

/* Borrows the inputs' file descriptors until digest_join(). NULL without memory. */
struct digest *digest_start(struct input *inputs, size_t count);
/* Waits, writes file.sha256 of the inputs, frees. */
void digest_join(struct digest *d);
/* Stops early, frees. */
void digest_cancel(struct digest *d);

#endif
