/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_PASSWORD_H
#define CMD_PASSWORD_H

#include <callwitness/base.h>

/*
 * Asks on the terminal, whatever the standard streams are; what is typed is not shown.
 * NULL: no terminal, or nothing usable was typed. For password_free(), or for
 * seal_secret_load(), which takes it.
 */
char *password_ask(void);
/* Asks twice, for a new key. NULL and a line in e. */
char *password_new(struct error *e);
/* Wipes it first. Takes NULL. */
void password_free(char *password);

#endif
