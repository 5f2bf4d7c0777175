/* SPDX-License-Identifier: Apache-2.0 */
/* Completion for zsh: a call of _arguments for each command. */
#include "complete.h"

#define QUOTE "'\\''"

static const char functions[] =
    "#compdef callwitness\n"
    "# Made by callwitness --completion zsh.\n"
    "\n# The first words of what the program itself lists.\n"
    "_callwitness_list() {\n"
    "\tlocal -a names\n"
    "\tnames=(${${(f)\"$(_call_program $1 ${(q)program} list $1 2>/dev/null)\"}%% *})\n"
    "\tcompadd -a names\n"
    "}\n"
    "\n_callwitness_give() {\n"
    "\tlocal token\n"
    "\tfor token in \"$@\"; do\n"
    "\t\tcase $token in\n"
    "\t\tfile) _files ;;\n"
    "\t\tfolder) _files -/ ;;\n"
    "\t\tapp) _callwitness_list apps ;;\n"
    "\t\tpolicy) _callwitness_list policies; _files -g '*.yaml' ;;\n"
    "\t\tinterface) compadd any /sys/class/net/*(N:t) ;;\n"
    "\t\tuser) _users ;;\n"
    "\t\t*) compadd -- ${token#+} ;;\n"
    "\t\tesac\n"
    "\tdone\n"
    "}\n"
    "\n_callwitness() {\n"
    "\tlocal curcontext=\"$curcontext\" state line program=$words[1]\n"
    "\tlocal -a commands\n"
    "\n\t_arguments -C '--completion[print the completion of a shell]:shell:(bash zsh "
    "fish)' \\\n"
    "\t\t'(-)--help[list the commands]' '(-)--version[print the version]' \\\n"
    "\t\t'(-)--man[print the man page]' '1:command:->command' '*::word:->word'\n";

/* Within [ ] of an option's specification. */
static void
put_help(const char *help, FILE *out)
{
	for (; *help != '\0'; help++) {
		if (*help == '[' || *help == ']' || *help == '\\')
			fputc('\\', out);
		if (*help == '\'')
			fputs(QUOTE, out);
		else
			fputc(*help, out);
	}
}

/* '(-a --app)'{-a,--app}'[help]:APP:action' */
static void
put_option(const struct option_row *o, FILE *out)
{
	char tokens[TOKENS_SIZE];
	const char *many = o->type == OPTION_WORDS ? "*" : "";

	fprintf(out, " \\\n\t\t\t");
	if (o->letter && o->type != OPTION_WORDS)
		fprintf(out, "'(-%c --%s)'", o->letter, o->name);
	if (o->letter)
		fprintf(out, "%s{-%c,--%s}'[", many[0] ? "\\*" : "", o->letter, o->name);
	else
		fprintf(out, "'%s--%s[", many, o->name);
	put_help(o->help, out);
	fprintf(out, "]");
	option_tokens(o, tokens);
	if (o->argument != NULL)
		fprintf(out, ":%s:%s %s", o->argument,
		    tokens[0] ? " _callwitness_give" : "", tokens);
	fprintf(out, "'");
}

static void
put_command(const struct command *c, FILE *out)
{
	char tokens[TOKENS_SIZE];

	fprintf(
	    out, "\t\t%s)\n\t\t\t_arguments -s '(-)--help[say how to use it]'", c->name);
	for (size_t i = 0; i < c->option_count; i++)
		put_option(&c->options[i], out);
	for (unsigned i = 0; i < PLACES; i++) {
		place_tokens(c, i, tokens);
		if (tokens[0] != '\0' && i + 1 < PLACES)
			fprintf(out, " \\\n\t\t\t'%u:word: _callwitness_give %s'", i + 1,
			    tokens);
		else if (tokens[0] != '\0')
			fprintf(out, " \\\n\t\t\t'*:word: _callwitness_give %s'", tokens);
	}
	fprintf(out, "\n\t\t\t;;\n");
}

void
complete_zsh(FILE *out)
{
	fputs(functions, out);
	fputs("\tcase $state in\n\tcommand)\n\t\tcommands=(", out);
	for (size_t i = 0; i < command_count; i++) {
		fprintf(out, "\n\t\t\t%s:", commands[i].name);
		put_quoted(commands[i].help, QUOTE, out);
	}
	fputs(
	    ")\n\t\t_describe command commands\n\t\t;;\n\tword)\n\t\tcase $words[1] in\n",
	    out);
	for (size_t i = 0; i < command_count; i++)
		put_command(&commands[i], out);
	fputs("\t\tesac\n\tesac\n}\n\n_callwitness \"$@\"\n", out);
}
