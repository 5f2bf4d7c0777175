/* SPDX-License-Identifier: Apache-2.0 */
/* Every way to send on a socket that nothing may be sent on. For confined children. */
#ifndef REFUSED_SENDING_H
#define REFUSED_SENDING_H

#include <fcntl.h>
#include <linux/if_packet.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "in_child.h"

/* Every way to send on `fd`, or to get at it by another number. */
static inline int
sending_is_refused(int fd, int other)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .head = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	char frame[60] = { 0 };
	struct iovec io = { frame, sizeof(frame) };
	struct mmsghdr many = { .msg_hdr = { .msg_iov = &io, .msg_iovlen = 1 } };
	struct msghdr pass = { .msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	const struct sockaddr *address = (const struct sockaddr *)(void *)&to;
	struct tpacket_req3 ring = { .tp_block_size = 4096,
		.tp_block_nr = 1,
		.tp_frame_size = 2048,
		.tp_frame_nr = 2 };
	int pipes[2];

	memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	MUST(pipe(pipes) == 0 && write(pipes[1], frame, sizeof(frame)) == sizeof(frame));
	MUST_BE_REFUSED(write(fd, frame, sizeof(frame)));
	/* The kernel takes the lower half of the register. */
	MUST_BE_REFUSED(syscall(SYS_write, 1L << 32 | fd, frame, sizeof(frame)));
	MUST_BE_REFUSED(writev(fd, &io, 1));
	MUST_BE_REFUSED(pwrite(fd, frame, sizeof(frame), 0));
	MUST_BE_REFUSED(pwritev(fd, &io, 1, 0));
	MUST_BE_REFUSED(pwritev2(fd, &io, 1, -1, 0));
	MUST_BE_REFUSED(send(fd, frame, sizeof(frame), 0));
	MUST_BE_REFUSED(sendto(fd, frame, sizeof(frame), 0, address, sizeof(to)));
	MUST_BE_REFUSED(sendmsg(fd, &many.msg_hdr, 0));
	MUST_BE_REFUSED(sendmmsg(fd, &many, 1, 0));
	MUST_BE_REFUSED(sendfile(fd, other, NULL, 1));
	MUST_BE_REFUSED(splice(pipes[0], NULL, fd, NULL, sizeof(frame), 0));
	MUST_BE_REFUSED(dup(fd));
	MUST_BE_REFUSED(dup2(fd, 100));
	MUST_BE_REFUSED(dup3(fd, 100, 0));
	MUST_BE_REFUSED(fcntl(fd, F_DUPFD, 0));
	MUST_BE_REFUSED(fcntl(fd, F_DUPFD_CLOEXEC, 0));
	MUST_BE_REFUSED(sendmsg(other, &pass, 0));
	MUST_BE_REFUSED(dup2(pipes[0], fd));
	MUST_BE_REFUSED(close(fd));
	MUST_BE_REFUSED(syscall(SYS_close_range, fd, fd, 0));
	MUST_BE_REFUSED(bind(fd, address, sizeof(to)));
	MUST_BE_REFUSED(connect(fd, address, sizeof(to)));
	MUST_BE_REFUSED(setsockopt(fd, SOL_PACKET, PACKET_TX_RING, &ring, sizeof(ring)));
#ifdef SYS_pidfd_getfd
	MUST_BE_REFUSED(syscall(SYS_pidfd_getfd, 0, fd, 0));
#endif
#ifdef SYS_io_uring_setup
	MUST_BE_REFUSED(syscall(SYS_io_uring_setup, 1, NULL));
#endif
	MUST(close(pipes[0]) == 0 && close(pipes[1]) == 0);
	return 0;
}

#endif
