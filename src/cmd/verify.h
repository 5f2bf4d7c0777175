/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_VERIFY_H
#define CMD_VERIFY_H

#include "cmd.h"

/*
 * Derives the report of a bundle again, from the inputs in it, these captures and these
 * databases of places. 0 if it says the same; 1 and each difference a line in e; -1 and
 * lines in e if it could not be derived.
 */
int rederive(const char *folder, const struct words *captures, const struct words *geoip,
    struct error *e);

#endif
