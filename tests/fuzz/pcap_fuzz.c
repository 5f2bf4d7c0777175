/* SPDX-License-Identifier: Apache-2.0 */
/* The first bytes of an input choose the reader: the same entry, for libpcap's formats.
 */
#include "pcapng_fuzz.c"
