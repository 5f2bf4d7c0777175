/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only a run on a live machine needs: which program owns a socket, privileges given
 * up, marks that come through a socket, and a journal that outlives a crash.
 */
#ifndef CALLWITNESS_TAP_H
#define CALLWITNESS_TAP_H

#include <sys/types.h>
#include <callwitness/engine.h>

/* Owners: a helper process asks the kernel (sock_diag) and /proc which program it is. */

struct owners;

/*
 * Starts the helper, with the capabilities that it needs and may have (CAP_SYS_PTRACE,
 * CAP_DAC_READ_SEARCH; without them it sees the programs of its own user) and nothing else:
 * it reads no packets. Sockets of other network namespaces are asked for where CAP_SYS_ADMIN
 * permits it at the start. NULL and a line in e.
 */
struct owners *owners_start(struct error *e);
/* Readable when answers wait; hangs up if the helper died. */
int owners_fd(const struct owners *o);
/* The helper, which may be gone. */
pid_t owners_pid(const struct owners *o);
/*
 * Asks whose a TCP or UDP flow is; it has just begun, so the socket may be young or nearly
 * gone. `first` is the end (0 or 1) that spoke first: of two local ends it counts. Asked
 * again by itself for some seconds; of too many questions some are lost.
 */
void owners_ask(struct owners *o, const struct flow_key *key, unsigned first);
typedef void owner_found(
    void *context, const struct flow_key *key, const struct process *p);
/* Takes the answers that wait. `p` is a loan until owners_stop(). -1: the helper is gone. */
int owners_read(struct owners *o, owner_found *found, void *context);
/* How far it may look, in a sentence for the report. */
const char *owners_reach(const struct owners *o);
void owners_stop(struct owners *o);

/* Privileges. */

/* Capabilities by their file-capability names, as setcap takes them. */
#define TAP_CAPABILITIES "cap_net_raw,cap_sys_ptrace,cap_dac_read_search"

/*
 * Whether packets may be captured; else one line in e that says which command gives the
 * permission (setcap of this program, or sudo). 0 or -1.
 */
int privileges_check(struct error *e);
/*
 * The user that the program goes on as: `name`; else who called sudo; else the user it is.
 * 0, or -1 and a line in e: no such user, or not permitted to become it.
 */
struct tap_user {
	uid_t uid;
	gid_t gid;
};
int privileges_user(const char *name, struct tap_user *out, struct error *e);
/*
 * Becomes that user, for good: all capabilities gone from every set, no_new_privs. 0, or -1
 * and a line in e; then the program must end.
 */
int privileges_drop(const struct tap_user *user, struct error *e);
/*
 * From now on only the system calls that a run needs to its end (seccomp, all threads;
 * others fail with EPERM): no new sockets but AF_UNIX and AF_NETLINK, no program is
 * executed, nothing is written or sent to `packets`, the packet socket (-1: none).
 */
int privileges_confine(int packets, struct error *e);

/* Control: a Unix socket through which scripts make marks. */

struct control;

/*
 * Where it is unless said otherwise: /run/user/UID/callwitness.sock, or for root
 * /run/callwitness.sock, or /tmp/callwitness-UID/control.sock where there is no /run/user.
 */
#define CONTROL_PATH_SIZE 108
void control_path(uid_t uid, char path[CONTROL_PATH_SIZE]);
/*
 * Listens there, for that user and root alone (mode 0600, and the peer's uid is asked). A
 * socket that nobody listens to any more is replaced; one that is in use is an error.
 */
struct control *control_open(
    const char *path, const struct tap_user *user, struct error *e);
/* Serves one more peer, over a connected socket; takes it. 0 or -1. */
int control_adopt(struct control *c, int fd);
/* Readable when requests wait. */
int control_fd(const struct control *c);
#define CONTROL_LINE 512
/* One line without its end; the reply is one line, too. */
typedef void control_handler(void *context, const char *line, char reply[CONTROL_LINE]);
/* Handles what waits; never blocks, whatever peers do. */
void control_serve(struct control *c, control_handler *handle, void *context);
/* Removes the socket. Takes NULL. */
void control_close(struct control *c);
/* In a forked process: lets go of it, and leaves the socket as it is. */
void control_forget(struct control *c);
/*
 * Asks a running capture: 0 and its reply, or -1 and a line in e (none is running, no
 * permission).
 */
int control_request(
    const char *path, const char *line, char reply[CONTROL_LINE], struct error *e);

/* The journal: what is known so far, in a folder beside the bundle's place. */

enum journal_kind {
	JOURNAL_HEAD = 1, /* the run's facts, JSON text */
	JOURNAL_STATE,    /* a record of engine_save() */
	JOURNAL_MARK,     /* struct mark as YAML text, one line of marks.yaml */
	JOURNAL_COUNTS,   /* struct live_counts */
	JOURNAL_LOCALS,   /* addresses of the machine, as text, one a line */
	JOURNAL_END       /* why it ended, text: finishing has begun */
};

/* "DIR.part" for the bundle DIR, for the caller to free. */
char *journal_folder(const char *bundle);

struct journal;

/*
 * Makes the folder, locked against a second run. An error if it exists: an unfinished
 * capture (say how to recover it), or one that is running.
 */
struct journal *journal_create(const char *folder, struct error *e);
/*
 * Adds a record of at most 16 MiB; it reaches the kernel with journal_flush(). 0, or -1 and
 * errno (ENOSPC): it was not added, all before it stay.
 */
int journal_add(
    struct journal *j, enum journal_kind kind, const void *data, size_t length);
/* After it a kill -9 of this process loses nothing of what was added. */
int journal_flush(struct journal *j);
/* After it a loss of power loses nothing either. */
int journal_sync(struct journal *j);
/*
 * Compaction of STATE records; the others stay for ever as they are. Begin in the running
 * process (later records go to a new file; NULL and errno if that failed: nothing has
 * changed), then fork; the child adds the whole state of that moment to what this returns,
 * ends it, and exits; the parent forgets it. Earlier files go when the new one is whole.
 * journal_wants_checkpoint(): enough has gathered to be worth it.
 */
bool journal_wants_checkpoint(const struct journal *j);
struct journal *journal_checkpoint(struct journal *j);
int journal_checkpoint_end(struct journal *checkpoint);
void journal_checkpoint_forget(struct journal *checkpoint);
/*
 * Space set aside so that a bundle can be written when the disk is full: grows to what
 * `flows` need. -1 and errno when there is no more: the time to end.
 */
int journal_reserve(struct journal *j, size_t flows);
void journal_release_reserve(struct journal *j);
/* Closes; the folder stays. */
void journal_close(struct journal *j);
/*
 * For forked processes that live longer: lets go of it, the lock too, and writes nothing.
 * Takes NULL.
 */
void journal_forget(struct journal *j);
/* Removes the folder and all of its own that is in it. 0 or -1 and a line in e. */
int journal_remove(const char *folder, struct error *e);

/*
 * Hands over the records of an unfinished run: first all but STATE in their order, then
 * STATE in theirs, of checkpoints the last whole one first. What is cut off or damaged is
 * left out up to the end of its file; *torn says so. -1 and lines in e: no journal there,
 * one of another version, still running; or `each` returned not 0.
 */
int journal_read(const char *folder,
    int (*each)(void *context, enum journal_kind kind, const void *data, size_t length),
    void *context, bool *torn, struct error *e);
/*
 * One recovery at a time: a descriptor to close at its end, or -1 and a line in e. What
 * was set aside for it is free then. Not for a capture that runs.
 */
int journal_claim(const char *folder, struct error *e);

#endif
