/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines from option tables. */
#include <getopt.h>
#include <stdlib.h>
#include "cmd.h"

#define OPTIONS_MAX 32
#define LONG_ONLY 256

static int
words_add(struct words *w, const char *word)
{
	const char **more = realloc(w->word, (w->count + 1) * sizeof(*more));

	if (more == NULL)
		return -1;
	w->word = more;
	w->word[w->count++] = word;
	return 0;
}

void
words_free(struct words *w)
{
	free(w->word);
	*w = (struct words){ NULL, 0 };
}

const char **
words_copy(int argc, char **argv)
{
	const char **copy = calloc((size_t)argc + 1, sizeof(*copy));

	for (int i = 0; copy != NULL && i < argc; i++)
		copy[i] = argv[i];
	return copy;
}

void
command_usage(const struct command *c, FILE *out)
{
	fprintf(out, "usage: callwitness %s %s\n\n", c->name, c->arguments);
	text_wrap(out, 0, 0, c->help);
	if (c->option_count > 0)
		fprintf(out, "\n");
	for (size_t i = 0; i < c->option_count; i++) {
		const struct option_row *o = &c->options[i];
		char left[64], letter[8] = "    ";

		if (o->letter)
			snprintf(letter, sizeof(letter), "-%c, ", o->letter);
		snprintf(left, sizeof(left), "%s--%s%s%s", letter, o->name,
		    o->argument ? " " : "", o->argument ? o->argument : "");
		fprintf(out, "  %-26s ", left);
		text_wrap(out, 29, 29, o->help);
	}
}

static int
option_set(const struct option_row *o, void *into, const char *value)
{
	char *at = (char *)into + o->offset;

	switch (o->type) {
	case OPTION_SWITCH:
		memcpy(at, &(bool){ true }, sizeof(bool));
		return 0;
	case OPTION_TEXT:
		memcpy(at, &value, sizeof(value));
		return 0;
	case OPTION_WORDS:
		return words_add((struct words *)(void *)at, value);
	}
	return -1;
}

/* The tables as getopt wants them; the option's index is its code when it has no letter.
 */
static void
options_table(const struct command *c, struct option longs[], char *shorts)
{
	size_t at = 0;

	for (size_t i = 0; i < c->option_count; i++) {
		const struct option_row *o = &c->options[i];

		longs[i] = (struct option){ o->name,
			o->argument ? required_argument : no_argument, NULL,
			LONG_ONLY + (int)i };
		if (o->letter) {
			shorts[at++] = o->letter;
			if (o->argument)
				shorts[at++] = ':';
		}
	}
	longs[c->option_count] = (struct option){ "help", no_argument, NULL, 'h' };
	longs[c->option_count + 1] = (struct option){ NULL, 0, NULL, 0 };
	shorts[at++] = 'h';
	shorts[at] = '\0';
}

static const struct option_row *
option_by_code(const struct command *c, int code)
{
	if (code >= LONG_ONLY)
		return &c->options[code - LONG_ONLY];
	for (size_t i = 0; i < c->option_count; i++)
		if (c->options[i].letter == code)
			return &c->options[i];
	return NULL;
}

int
options_parse(
    const struct command *c, int argc, char **argv, void *into, struct words *rest)
{
	struct option longs[OPTIONS_MAX + 2];
	char shorts[2 * OPTIONS_MAX + 2];
	int code = 0;

	options_table(c, longs, shorts);
	optind = 0; /* glibc: forget what an earlier parse left */
	while ((code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const struct option_row *o = option_by_code(c, code);

		if (code == 'h') {
			command_usage(c, stdout);
			return 1;
		}
		if (o == NULL || option_set(o, into, optarg) != 0) {
			fprintf(
			    stderr, "usage: callwitness %s %s\n", c->name, c->arguments);
			return -1;
		}
	}
	for (int i = optind; i < argc; i++)
		if (words_add(rest, argv[i]) != 0)
			return -1;
	return 0;
}

enum exit_code
printed(enum exit_code code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	fprintf(stderr, "standard output: cannot be written\n");
	return code > EXIT_INPUT ? code : EXIT_INPUT;
}

enum exit_code
fail(struct error *e, enum exit_code code)
{
	error_sort(e);
	error_write(e, stderr);
	error_clear(e);
	return code;
}
