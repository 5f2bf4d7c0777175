/* SPDX-License-Identifier: Apache-2.0 */
/* The control socket: what listening, serving and asking share. */
#ifndef TAP_CONTROL_H
#define TAP_CONTROL_H

#include <sys/stat.h>
#include <sys/un.h>

#include <callwitness/tap.h>

#define CONTROL_PEERS 16

struct peer {
	int fd;           /* -1: free */
	bool adopted;     /* never makes room for another */
	uint64_t heard;   /* when it last said something, counted in its and others' turns */
	size_t waits;     /* bytes of a line that is not whole yet */
	char line[CONTROL_LINE];
};

struct control {
	char path[CONTROL_PATH_SIZE];
	struct stat made; /* the socket's file, so that no other is removed */
	uid_t uid;        /* who may ask, and root */
	int listener, epoll;
	uint64_t turn;
	struct peer peers[CONTROL_PEERS];
};

/* -1 and a line in e if it is longer than a socket's address may be. */
int control_address(const char *path, struct sockaddr_un *out, struct error *e);
/* The folder that control_path() chooses where there is no /run/user. */
void control_own_folder(uid_t uid, char path[CONTROL_PATH_SIZE]);
/* A socket that listens at c->path, made as the user that c is for. */
int control_listen(struct control *c, const struct tap_user *user, struct error *e);
/* Watches it; `which` comes back with its events. 0 or -1. */
int control_watch(struct control *c, int fd, uint32_t which);

#endif
