/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_H
#define CMD_H

#include <callwitness/engine.h>
#include <callwitness/report.h>

enum exit_code { EXIT_FINE, EXIT_FINDING, EXIT_USAGE, EXIT_INPUT };

/* One option of a subcommand; the table makes parsing, --help and the man page. */
struct option_row {
	char letter; /* 0: long only */
	const char *name;
	const char *argument; /* NULL: a switch */
	const char *help;
	size_t offset; /* of a const char *, a bool, or a struct words */
	enum { OPTION_SWITCH, OPTION_TEXT, OPTION_WORDS } type;
};

/* A list of values: repeated options, and what is no option. */
struct words {
	const char **word;
	size_t count;
};

struct command {
	const char *name;
	const char *arguments; /* as shown in the usage line */
	const char *help;
	const struct option_row *options;
	size_t option_count;
	enum exit_code (*run)(int argc, char **argv, const struct command *self);
};

extern const struct command commands[];
extern const size_t command_count;

/*
 * Parses argv (argv[0] is the command's name) into the struct at `into`; what is no
 * option goes to rest (freed with words_free). 0, or -1 after saying what is wrong on
 * stderr. 1 after --help.
 */
int options_parse(
    const struct command *c, int argc, char **argv, void *into, struct words *rest);
void words_free(struct words *w);
/* The command line as it was given, NULL-terminated, for free(): getopt reorders it. */
const char **words_copy(int argc, char **argv);
void command_usage(const struct command *c, FILE *out);
/* callwitness(1), in roff. */
void man_write(FILE *out);

/* Prints the lines to stderr, frees them, and returns code. */
enum exit_code fail(struct error *e, enum exit_code code);
/* `code`, unless what was printed could not be written: that is told, and EXIT_INPUT. */
enum exit_code printed(enum exit_code code);

/* Shipped data: the path of "signatures", "config/policies", …, which the caller frees; NULL
 * if it is not beside the program. */
char *data_folder(const char *what);
/* All files of `folder`, or of the shipped one if that is NULL. */
struct signatures *signatures_find(const char *folder, struct error *e);
struct ontologies *ontologies_find(const char *folder, struct error *e);
/* A path if it has a slash or ends in ".yaml", else the name of a shipped policy. */
struct policy *policy_find(
    const char *name_or_path, const struct ontologies *o, struct error *e);
/* All shipped policies, by name. 0, or -1 and lines in e. */
int policies_each(void (*each)(const struct policy *p), struct error *e);

/* A line of progress on stderr, if that is a terminal. */
struct progress {
	bool shown;
	int64_t next_ms; /* 0 at first, INT64_MAX without a terminal */
};

/* Call it once every so many packets: it looks at the clock. */
#define PACKETS_A_LOOK 65536
void progress_step(struct progress *p, uint64_t packets, uint64_t done, uint64_t total);
void progress_end(struct progress *p);

enum exit_code cmd_replay(int argc, char **argv, const struct command *self);
enum exit_code cmd_mark(int argc, char **argv, const struct command *self);
enum exit_code cmd_recover(int argc, char **argv, const struct command *self);
enum exit_code cmd_capture(int argc, char **argv, const struct command *self);
enum exit_code cmd_explain(int argc, char **argv, const struct command *self);
enum exit_code cmd_lint(int argc, char **argv, const struct command *self);
enum exit_code cmd_list(int argc, char **argv, const struct command *self);
enum exit_code cmd_report(int argc, char **argv, const struct command *self);
enum exit_code cmd_verify(int argc, char **argv, const struct command *self);
enum exit_code cmd_diff(int argc, char **argv, const struct command *self);
enum exit_code cmd_keygen(int argc, char **argv, const struct command *self);

/* The option tables, with the rows that commands.c counts. */
extern const struct option_row capture_options[23];
extern const struct option_row replay_options[15], list_options[1], report_options[1],
    keygen_options[3], verify_options[3], recover_options[4], mark_options[2];

#endif
