/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_COMPLETE_H
#define CMD_COMPLETE_H

#include "cmd.h"

/* Writes the completion of a shell: bash, zsh or fish. Tells stderr if it is none. */
enum exit_code completion_write(const char *shell, FILE *out);

/*
 * What may be typed at a place, as the scripts' own words: "file", "folder", "app",
 * "policy", "interface", "user", or "+TEXT" for TEXT itself. "" when there is no telling.
 */
#define TOKENS_SIZE 512
void option_tokens(const struct option_row *o, char tokens[TOKENS_SIZE]);
/* Of a command's words that are no options; from PLACES - 1 on all places are alike. */
#define PLACES 4
void place_tokens(const struct command *c, unsigned place, char tokens[TOKENS_SIZE]);
/* Between single quotes; `quote` is how the shell has one inside of them. */
void put_quoted(const char *text, const char *quote, FILE *out);

void complete_bash(FILE *out);
void complete_zsh(FILE *out);
void complete_fish(FILE *out);

#endif
