/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of tap/ share. */
#ifndef TAP_PRIVATE_H
#define TAP_PRIVATE_H

#include <callwitness/tap.h>

/*
 * For the helper that looks up owners: keeps CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH where
 * it has them, and gives up all others for good. 0, or -1 and a line in e.
 */
int privileges_keep_lookup(struct error *e);

#endif
