/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lookup of owners, taken apart: sockets as the kernel tells them, a table of those
 * seen of late, the programs that hold them, the hashes of their executables, and what the
 * main process and the helper say to each other.
 *
 * Times are milliseconds since boot (CLOCK_BOOTTIME), as the starts of processes are.
 */
#ifndef TAP_OWNERS_H
#define TAP_OWNERS_H

#include "private.h"

int64_t boot_ms(void); /* programs.c */

/* sockets.c: sock_diag, in each network namespace that may be entered at the start. */

#define SPACES_MOST 64

struct socket_seen {
	struct addr local, remote; /* an IPv4 address in an IPv6 one is an IPv4 address */
	uint16_t local_port, remote_port;
	uint8_t proto;
	uint8_t space; /* the network namespace; 0 is the helper's own */
	bool dual;     /* bound to :: and takes IPv4, too */
	uint32_t inode;
};

struct sockets;

/* NULL and a line in e: the kernel does not tell. */
struct sockets *sockets_open(struct error *e);
void sockets_close(struct sockets *s);
unsigned sockets_spaces(const struct sockets *s);
typedef void socket_each(void *context, const struct socket_seen *seen);
/* All sockets of IPPROTO_TCP or IPPROTO_UDP that somebody holds and that have a port. */
void sockets_dump(struct sockets *s, uint8_t proto, socket_each *each, void *context);
/* Reads anew which addresses each namespace has. */
void sockets_locals(struct sockets *s);
bool sockets_is_local(const struct sockets *s, unsigned space, const struct addr *a);

/* programs.c: what /proc tells of a process. */

#define PROGRAM_EXE 1024
#define PROGRAM_COMMAND 512
#define PROGRAM_PARENTS 8

/* Which file an executable is; two of the same are taken to have the same bytes. */
struct program_file {
	uint64_t device, inode, size;
	int64_t modified_ns;
};

struct program {
	uint32_t pid, parent_pid;
	int64_t start_ms, started_ns; /* since boot, since 1970 */
	char *exe, *command;          /* or NULL */
	struct program_file file;     /* all 0: not known */
	struct program *parent;       /* or NULL */
	int64_t read_ms;
	unsigned uses;
};

struct programs;

struct programs *programs_new(void);
void programs_free(struct programs *p);
/* As it is now, or NULL: gone. For the caller to release. */
struct program *programs_read(struct programs *p, uint32_t pid, int64_t now_ms);
void program_release(struct program *p);
/* Whether `p` is a forebear of `of`, as far as that is known. */
bool program_is_forebear(const struct program *p, const struct program *of);
/* Its executable, opened; -1 if that is not permitted, or it is another one by now. */
int program_open(const struct program *p);
/*
 * owners_command.c: the name of a process and, of an interpreter, the file it runs:
 * `arguments` are its command line with NULs between. `is_file` says whether an argument
 * is a regular file.
 */
void program_command(const char *name, const char *exe, const char *arguments,
    size_t length, bool (*is_file)(void *context, const char *path), void *context,
    char out[PROGRAM_COMMAND]);

/* owners_hash.c: SHA-256 of executables, a piece at a time. */

enum hash_state { HASH_NONE, HASH_LATER, HASH_KNOWN };

struct hashes;

struct hashes *hashes_new(void);
void hashes_free(struct hashes *h);
/* The first question begins the work. *text lives until the next call. */
enum hash_state hashes_ask(
    struct hashes *h, const struct program *p, const char **text);
bool hashes_busy(const struct hashes *h);
/* Some milliseconds of work. */
void hashes_work(struct hashes *h);
/* How many bytes were read so far. */
uint64_t hashes_bytes(const struct hashes *h);

/* owners_table.c: sockets seen within the last second. */

#define SOCKETS_MOST 65536
#define SOCKET_KEPT_MS 1000

struct owned {
	struct socket_seen is;
	int64_t first_ms, last_ms;
	uint32_t dump;         /* that saw it last */
	struct program *owner; /* or NULL */
	int fd;                /* the owner's */
	uint8_t looked;        /* how many searches did not find an owner */
	bool wanted;           /* the search is on */
	bool unsure;           /* the owner had it, and has it no more */
	bool told;             /* it was somebody's answer */
	uint32_t scan;         /* the search that found its owner */
	uint32_t next_by_ports, next_by_inode;
};

struct table;

struct table *table_new(void);
void table_free(struct table *t);
/* Asks the kernel for all sockets of one protocol. */
void table_dump(struct table *t, struct sockets *s, uint8_t proto, int64_t now_ms);
void table_see(struct table *t, const struct socket_seen *seen, int64_t now_ms);
/* Forgets what was not seen for a second. */
void table_sweep(struct table *t, int64_t now_ms);
bool table_is_alive(const struct table *t, const struct owned *o);
size_t table_count(const struct table *t);
/* Of those in use, from 0; NULL for a free place below table_top(). */
size_t table_top(const struct table *t);
struct owned *table_at(struct table *t, size_t index);
/* Those that a link "socket:[inode]" leads to: `after` is NULL at first. */
struct owned *table_by_inode(
    struct table *t, uint32_t inode, const struct owned *after);
/* Those of these ports, remote 0: not connected. `after` is NULL at first. */
struct owned *table_by_ports(struct table *t, uint8_t proto, uint16_t local,
    uint16_t remote, const struct owned *after);
/* Takes the use of p. */
void owned_by(struct owned *o, struct program *p, int fd);

/*
 * owners_match.c: the sockets that a flow can be of, best kind alone: all of them must be
 * of one process for an answer. At most MATCHES_MOST.
 */
#define MATCHES_MOST 16
size_t table_match(struct table *t, const struct sockets *s, const struct flow_key *key,
    unsigned first, struct owned *out[MATCHES_MOST]);

/* owners_find.c: which process holds a socket. */

struct finder;

struct finder *finder_new(void);
void finder_free(struct finder *f);
/*
 * Looks for the owners of all that is wanted: among likely processes, then among all if
 * the last such search is long enough ago. Clears what is wanted when all were looked at.
 */
void finder_find(
    struct finder *f, struct table *t, struct programs *p, int64_t now_ms);
/*
 * Whether the owner still holds the socket; reads the owner anew. Else the owner is
 * unsure: the socket was closed just now, or handed on.
 */
void owned_check(struct owned *o, struct programs *p, int64_t now_ms);

/* owners_wire.c: what is said through the socket between the two. */

#define WIRE_MOST 16384

struct wire {
	uint8_t data[WIRE_MOST];
	size_t length;
};

enum wire_kind { WIRE_HELLO = 1, WIRE_QUESTION, WIRE_ANSWER };

struct hello {
	bool well, everybody; /* sees the programs of all users */
	uint32_t uid;
	uint16_t spaces;
	char text[256]; /* what is wrong */
};

struct question {
	struct flow_key key;
	uint8_t first;
};

struct answer {
	struct flow_key key;
	size_t count; /* the owner, its parent, … */
	struct process chain[1 + PROGRAM_PARENTS];
	/* What chain points to. */
	char text[WIRE_MOST];
};

void wire_hello(struct wire *w, const struct hello *h);
void wire_question(struct wire *w, const struct question *q);
void wire_answer(struct wire *w, const struct flow_key *key, const struct program *owner,
    const char *sha256);
/* 0, or -1: not whole, or not of that kind. */
int wire_read_hello(const void *data, size_t length, struct hello *out);
int wire_read_question(const void *data, size_t length, struct question *out);
int wire_read_answer(const void *data, size_t length, struct answer *out);

/* owners_known.c: processes on the main side, each once. */

#define PROCESSES_MOST 65536

struct known;

struct known *known_new(void);
void known_free(struct known *k);
/* NULL: there are too many. Lives as long as `k`. */
const struct process *known_add(struct known *k, const struct answer *a);
size_t known_count(const struct known *k);

/* owners_helper.c: the life of the helper. Never returns. */
void owners_help(int fd, pid_t parent) __attribute__((noreturn));

#endif
