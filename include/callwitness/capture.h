/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where frames come from: capture files (pcap, pcapng), one or several, as one timeline; or
 * an interface of this machine. And where they are kept.
 */
#ifndef CALLWITNESS_CAPTURE_H
#define CALLWITNESS_CAPTURE_H

#include <callwitness/base.h>

/* A program of the machine that is judged, as its kernel told it while it ran. */
struct process {
	uint32_t pid;
	int64_t started_ns; /* since 1970, as exact as the kernel tells */
	const char *exe;    /* path of the executable, or NULL: not permitted to read */
	const char *sha256; /* of the executable, or NULL */
	/* Its name and, of an interpreter, the file it runs ("node sdk.js"); never other
	 * arguments, which may hold secrets. Or NULL. */
	const char *command;
	const struct process *parent; /* or NULL */
};

enum direction { DIRECTION_UNKNOWN, DIRECTION_IN, DIRECTION_OUT };

/* One frame as captured. `data` is a loan until the next call on the same capture. */
struct frame {
	int64_t time_ns;   /* since 1970 */
	uint64_t number;   /* from 1, in the order of delivery */
	uint32_t length;   /* on the wire */
	uint32_t captured; /* bytes at data, <= length but for broken files */
	int linktype;      /* LINKTYPE_ value (the DLT_ value of libpcap) */
	uint32_t file;     /* index of the file it came from */
	const uint8_t *data;
	/* Who sent or received it, where the file tells (ours do, but not through a pipe:
	 * programs stand at its end), or NULL. A loan that lives as long as the capture. */
	const struct process *process;
};

struct capture;

struct capture_options {
	const char *filter; /* BPF expression, or NULL */
	bool digest;        /* compute each file's SHA-256 */
};

/* Facts of one input, complete once capture_next() has returned 0. */
struct capture_file {
	const char *name;              /* as given; "-" is standard input */
	const char *format;            /* "pcap" or "pcapng" */
	char sha256[SHA256_TEXT_SIZE]; /* "" without options.digest */
	uint64_t bytes;                /* of the file */
	uint64_t packets;              /* read, before the filter */
	uint64_t filtered;             /* taken out by the filter */
	uint64_t snapped;              /* captured < length */
	uint64_t drops;   /* the recorder's own count (pcapng ISB), 0 if unknown */
	bool truncated;   /* ends within a packet or block */
	bool damaged;     /* a broken block ended the reading early */
	char damage[160]; /* one sentence saying what was wrong and where, or "" */
};

/*
 * Opens all files and merges them by time (equal times: in the order given). Reads pcap
 * in both byte orders with micro- or nanoseconds, and pcapng with several sections and
 * interfaces of differing link types and clocks. NULL and lines in e if one of them is
 * not a capture file, cannot be read, or the filter does not compile.
 */
struct capture *capture_open(const char *const *paths, size_t count,
    const struct capture_options *options, struct error *e);

/* 1 and a frame, or 0 at the end. Damage ends a file early and is told by capture_file().
 */
int capture_next(struct capture *c, struct frame *out);

size_t capture_files(const struct capture *c);
const struct capture_file *capture_file(const struct capture *c, size_t index);
/*
 * The addresses of the recording machine, where the files tell: callwitness writes them
 * (if_IPv4addr, if_IPv6addr of a pcapng interface), and only its own files are believed.
 * What stands before the first packet of each file, and at its end (not through a pipe).
 * Count; a loan.
 */
size_t capture_locals(const struct capture *c, const struct addr_net **out);
/* Bytes consumed and total bytes (0 if unknown), for progress. */
void capture_progress(const struct capture *c, uint64_t *done, uint64_t *total);
void capture_close(struct capture *c);

/* Live: an interface, or "any", through libpcap (TPACKET_V3). */

struct live;

#define LIVE_SNAPLEN 262144u /* whole frames, however the kernel joins segments */
/* Fewer bytes would cut QUIC Initials and ClientHellos in two, and close the gates. */
#define LIVE_SNAPLEN_LEAST 2048u
#define LIVE_BUFFER_MIB 64u

struct live_options {
	const char *interface;
	const char *filter;  /* BPF expression without names, or NULL */
	unsigned snaplen;    /* 0: LIVE_SNAPLEN */
	unsigned buffer_mib; /* of the kernel's ring; 0: LIVE_BUFFER_MIB */
	bool promiscuous;
};

/* What stays the same while it runs. */
struct live_facts {
	const char *interface, *filter; /* filter: or NULL */
	int linktype;
	unsigned snaplen;
	bool nanoseconds;
	const char *library; /* libpcap's version */
};

/* Since the opening. */
struct live_counts {
	uint64_t received;        /* by the ring, after the filter */
	uint64_t kernel_drops;    /* the ring was full */
	uint64_t interface_drops; /* the interface lost them before that */
};

/*
 * NULL and a line in e that says what to do: no such interface, no permission, filter does
 * not compile. A filter with names is refused: they would be looked up.
 */
struct live *live_open(const struct live_options *options, struct error *e);
const struct live_facts *live_facts(const struct live *l);
/* Readable when frames wait. The packet socket: nothing may ever be written to it. */
int live_fd(const struct live *l);
/*
 * Hands over frames that wait, at most `most`; frame numbers go on from call to call. How
 * many; 0 if none waits; -1 and a line in e when the interface is gone.
 */
int live_read(struct live *l, int most, void (*each)(const struct frame *f, void *context),
    void *context, struct error *e);
/* The counters as they are now; what cannot be read stays as it was. */
void live_counts(struct live *l, struct live_counts *out);
void live_close(struct live *l);

struct live_interface {
	char name[64], description[128];
	bool up, loopback;
	size_t addr_count;
	struct addr addrs[8]; /* the first ones */
};

/* All that can be captured from. 0 and an array for the caller to free, or -1 and a line. */
int live_interfaces(struct live_interface **out, size_t *count, struct error *e);
/*
 * The addresses of this machine, of all interfaces but loopback, sorted, as nets of one
 * address. 0 and an array for the caller to free, or -1.
 */
int live_locals(struct addr_net **out, size_t *count);

/*
 * Keeping frames: pcapng files in a folder, the oldest of which go when there are too many.
 * Each packet has room behind it for what is known at the end only; keep_finish() fills
 * it in and makes one file of them, also after a crash.
 */
struct keep;

struct keep_options {
	const char *folder;   /* exists; files keep-00001.pcapng, … are made in it */
	uint64_t bytes_most;  /* about, of all files together; 0: no limit */
	int64_t span_most_ns; /* about, of the time kept; 0: no limit */
	const struct live_facts *facts;
	const struct addr_net *locals; /* written as the interface's addresses */
	size_t local_count;
};

/* What is known of a frame when it is kept. */
struct keep_note {
	enum direction direction;
	uint32_t flow; /* its id, 0: of none */
	uint32_t tag;  /* of its stream, see stream_tag(); 0: of none */
};

struct keep *keep_open(const struct keep_options *options, struct error *e);
/* 0, or -1 with errno when it cannot be written (ENOSPC): the frame is not kept, all
 * before it are. Buffered: keep_flush() hands what waits to the kernel. */
int keep_frame(struct keep *k, const struct frame *f, const struct keep_note *note);
int keep_flush(struct keep *k);
/* Notes the drops so far in the file (interface statistics). */
int keep_counts(struct keep *k, int64_t time_ns, const struct live_counts *counts);
/* Bytes of the kept files, what waits in the buffer too. */
uint64_t keep_bytes(const struct keep *k);
/* Whether every frame given is still kept. */
bool keep_is_whole(const struct keep *k);
/* Flushes and closes; the files stay. */
void keep_close(struct keep *k);

/* What to write behind a packet. */
#define KEEP_TEXT 64
struct keep_label {
	const struct process *process; /* or NULL */
	char text[KEEP_TEXT];          /* "17.0 content/audio decoded"; "" for none */
};

struct keep_end {
	/* Asked for each packet; a loan until the next call. */
	void (*label)(const struct keep_note *note, struct keep_label *out, void *context);
	void *context;
	const struct process *const *processes; /* those that labels name */
	size_t process_count;
	const struct addr_net *locals; /* addresses of the machine that came later, too */
	size_t local_count;
	const struct live_counts *counts; /* or NULL: those noted last stand */
};

/*
 * Joins the kept files of a folder to one, `path` (in the same file system), with labels,
 * and programs and drops at its end; the kept files are gone then. An incomplete last
 * packet is cut off. *whole says whether the first file kept is still there. 0 (also when
 * nothing was kept: *whole is false, no file), or -1 and a line in e, with nothing lost.
 */
int keep_finish(const char *folder, const char *path, const struct keep_end *end,
    bool *whole, struct error *e);

#endif
