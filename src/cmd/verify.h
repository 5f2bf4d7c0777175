/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_VERIFY_H
#define CMD_VERIFY_H

#include "run.h"

/* The options that a folder's inputs/ were asked with; they are a loan of it. */
struct again {
	struct report_inputs *kept;
	struct arena arena; /* of paths */
	const char **policies;
	struct input_options options;
};

/* Zero-initialise; again_clear() is due either way. 0 or -1 and lines in e. */
int options_again(
    struct again *a, const char *folder, const struct words *geoip, struct error *e);
void again_clear(struct again *a);

/*
 * Derives the report of a bundle again, from the inputs in it, these captures and these
 * databases of places. 0 if it says the same; 1 and each difference a line in e; -1 and
 * lines in e if it could not be derived.
 */
int rederive(const char *folder, const struct words *captures, const struct words *geoip,
    struct error *e);

#endif
