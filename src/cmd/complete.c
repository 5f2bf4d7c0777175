/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Completion of shells, from the tables that also parse the command line: the words that
 * stand for values in them (FILE, APP, ...) tell what may be typed there.
 */
#include <ctype.h>
#include "complete.h"

/* Words of usage lines, and what may stand in their place. */
static const struct {
	const char *word, *tokens;
} meanings[] = {
	{ "FILE", "file" },
	{ "MMDB", "file" },
	{ "PUB", "file" },
	{ "SECRET", "file" },
	{ "SOCKET", "file" },
	{ "PATH", "file" },
	{ "DIR", "folder" },
	{ "APP", "app" },
	{ "POLICY", "policy" },
	{ "IF", "interface" },
	{ "INTERFACE", "interface" },
	{ "USER", "user" },
	{ "WHAT", "+contradicted,omitted +contradicted +omitted +never" },
};

static void
token_add(char tokens[TOKENS_SIZE], const char *before, const char *text, size_t length)
{
	size_t used = strlen(tokens);

	snprintf(tokens + used, TOKENS_SIZE - used, "%s%s%.*s", used > 0 ? " " : "",
	    before, (int)length, text);
}

static void
names_add(char tokens[TOKENS_SIZE], const char *const *names, size_t count)
{
	for (size_t i = 0; i < count && names[i] != NULL; i++)
		token_add(tokens, "+", names[i], strlen(names[i]));
}

static bool
is_word(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && strncmp(text, word, length) == 0;
}

static void
word_add(char tokens[TOKENS_SIZE], const char *word, size_t length)
{
	if (length > 0 && islower((unsigned char)word[0]))
		token_add(tokens, "+", word, length);
	/* The last state is only ever inferred. */
	if (is_word(word, length, "STATE"))
		names_add(tokens, state_names, STATE_SILENT);
	if (is_word(word, length, "FORMAT"))
		names_add(tokens, report_formats, SIZE_MAX);
	for (size_t i = 0; i < COUNT_OF(meanings); i++)
		if (is_word(word, length, meanings[i].word))
			token_add(
			    tokens, "", meanings[i].tokens, strlen(meanings[i].tokens));
}

/* "on|off": each of them. */
static void
words_add(char tokens[TOKENS_SIZE], const char *words, size_t length)
{
	while (length > 0) {
		const char *end = memchr(words, '|', length);
		size_t one = end != NULL ? (size_t)(end - words) : length;

		word_add(tokens, words, one);
		one += end != NULL;
		words += one;
		length -= one;
	}
}

void
option_tokens(const struct option_row *o, char tokens[TOKENS_SIZE])
{
	tokens[0] = '\0';
	if (o->argument != NULL)
		words_add(tokens, o->argument, strlen(o->argument));
}

/* "FILE…": of as many as one likes. Its length is cut to that of "FILE". */
static bool
repeats(const char *word, size_t *length)
{
	static const char dots[] = "…";

	if (*length < sizeof(dots) - 1 ||
	    memcmp(word + *length - (sizeof(dots) - 1), dots, sizeof(dots) - 1) != 0)
		return false;
	*length -= sizeof(dots) - 1;
	return true;
}

/* In "DIR [options]", "-p PUB" and "DIR DIR | POLICY POLICY" words are places, but for
 * what stands in brackets or behind an option; "|" begins another way to call it. */
void
place_tokens(const struct command *c, unsigned place, char tokens[TOKENS_SIZE])
{
	const char *at = c->arguments;
	unsigned now = 0;

	tokens[0] = '\0';
	while (*(at += strspn(at, " ")) != '\0') {
		const char *word = at;
		size_t length = strcspn(at, *at == '[' ? "]" : " ");

		at += length + (*at == '[');
		if (word[0] == '-') {
			at += strspn(at, " ");
			at += strcspn(at, " ");
		} else if (is_word(word, length, "|")) {
			now = 0;
		} else if (word[0] != '[') {
			bool all = repeats(word, &length);

			if (now == place || (all && now < place))
				words_add(tokens, word, length);
			now++;
		}
	}
}

void
put_quoted(const char *text, const char *quote, FILE *out)
{
	fputc('\'', out);
	for (; *text != '\0'; text++)
		if (*text == '\'')
			fputs(quote, out);
		else
			fputc(*text, out);
	fputc('\'', out);
}

enum exit_code
completion_write(const char *shell, FILE *out)
{
	static const struct {
		const char *name;
		void (*write)(FILE *out);
	} shells[] = { { "bash", complete_bash }, { "zsh", complete_zsh },
		{ "fish", complete_fish } };

	for (size_t i = 0; i < COUNT_OF(shells); i++) {
		if (shell != NULL && strcmp(shells[i].name, shell) == 0) {
			shells[i].write(out);
			return EXIT_FINE;
		}
	}
	fprintf(stderr, "usage: callwitness --completion bash|zsh|fish\n");
	return EXIT_USAGE;
}
