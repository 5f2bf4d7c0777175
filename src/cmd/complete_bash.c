/* SPDX-License-Identifier: Apache-2.0 */
/* Completion for bash: three tables, and functions that read them. */
#include "complete.h"

static const char functions[] =
    "' ;;\n\tesac\n}\n"
    "\n_callwitness_add()\n{\n"
    "\tmapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen \"$@\" -- \"$cur\")\n"
    "}\n"
    "\n# The first words of what the program itself lists.\n"
    "_callwitness_list()\n{\n"
    "\t_callwitness_add -W \"$(\"$program\" list \"$1\" 2>/dev/null | cut -d ' ' -f "
    "1)\"\n"
    "}\n"
    "\n_callwitness_give()\n{\n"
    "\tlocal token\n"
    "\tfor token; do\n"
    "\t\tcase $token in\n"
    "\t\tfile) compopt -o filenames; _callwitness_add -f ;;\n"
    "\t\tfolder) compopt -o filenames; _callwitness_add -d ;;\n"
    "\t\tapp) _callwitness_list apps ;;\n"
    "\t\tpolicy) compopt -o filenames; _callwitness_list policies; _callwitness_add -f "
    ";;\n"
    "\t\tinterface) _callwitness_add -W \"any $(ls /sys/class/net 2>/dev/null)\" ;;\n"
    "\t\tuser) _callwitness_add -u ;;\n"
    "\t\t+*) _callwitness_add -W \"${token#+}\" ;;\n"
    "\t\tesac\n"
    "\tdone\n"
    "}\n"
    "\n_callwitness()\n{\n"
    "\tlocal program=${1/#\\~/$HOME} command=${COMP_WORDS[1]} "
    "cur=${COMP_WORDS[COMP_CWORD]}\n"
    "\tlocal before=${COMP_WORDS[COMP_CWORD - 1]} tokens= options= place=0 i\n\n"
    "\tCOMPREPLY=()\n"
    "\t[ \"$before\" != = ] || before=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "\tif [ \"$cur\" = = ]; then\n\t\tcur=\n\tfi\n"
    "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n"
    "\t\t_callwitness_options ''\n"
    "\t\t_callwitness_add -W \"$options\"\n"
    "\telif [ \"$command $before\" = '--completion --completion' ]; then\n"
    "\t\t_callwitness_give +bash +zsh +fish\n"
    "\telif _callwitness_value \"$command $before\"; then\n"
    "\t\t_callwitness_give $tokens\n"
    "\telif [[ $cur == -* ]]; then\n"
    "\t\t_callwitness_options \"$command\"\n"
    "\t\t_callwitness_add -W \"$options\"\n"
    "\telse\n"
    "\t\tfor ((i = 2; i < COMP_CWORD; i++)); do\n"
    "\t\t\tif _callwitness_value \"$command ${COMP_WORDS[i]}\"; then\n"
    "\t\t\t\t[ \"${COMP_WORDS[i + 1]}\" != = ] || i=$((i + 1))\n"
    "\t\t\t\ti=$((i + 1))\n"
    "\t\t\telif [[ ${COMP_WORDS[i]} != -* ]]; then\n"
    "\t\t\t\tplace=$((place + 1))\n"
    "\t\t\tfi\n"
    "\t\tdone\n"
    "\t\ttokens=\n"
    "\t\t_callwitness_place \"$command $place\"\n"
    "\t\t_callwitness_give $tokens\n"
    "\tfi\n"
    "}\n"
    "complete -F _callwitness callwitness\n";

static void
bash_names(const struct option_row *o, const char *command, FILE *out)
{
	if (o->letter)
		fprintf(out, "'%s -%c' | ", command, o->letter);
	fprintf(out, "'%s --%s'", command, o->name);
}

static void
bash_values(const struct command *c, FILE *out)
{
	char tokens[TOKENS_SIZE];

	for (size_t i = 0; i < c->option_count; i++) {
		if (c->options[i].argument == NULL)
			continue;
		option_tokens(&c->options[i], tokens);
		fprintf(out, "\t");
		bash_names(&c->options[i], c->name, out);
		fprintf(out, ") tokens='%s' ;;\n", tokens);
	}
}

static void
bash_places(const struct command *c, FILE *out)
{
	char tokens[TOKENS_SIZE];

	for (unsigned i = 0; i < PLACES; i++) {
		place_tokens(c, i, tokens);
		if (tokens[0] == '\0')
			continue;
		if (i + 1 < PLACES)
			fprintf(out, "\t'%s %u') tokens='%s' ;;\n", c->name, i, tokens);
		else
			fprintf(out, "\t'%s '*) tokens='%s' ;;\n", c->name, tokens);
	}
}

static void
bash_options(const struct command *c, FILE *out)
{
	fprintf(out, "\t%s) options='", c->name);
	for (size_t i = 0; i < c->option_count; i++) {
		if (c->options[i].letter)
			fprintf(out, "-%c ", c->options[i].letter);
		fprintf(out, "--%s ", c->options[i].name);
	}
	fprintf(out, "--help' ;;\n");
}

void
complete_bash(FILE *out)
{
	fputs("# Completion of callwitness for bash; made by callwitness --completion "
	      "bash.\n"
	      "\n# What may follow an option; fails where nothing follows.\n"
	      "_callwitness_value()\n{\n\tcase $1 in\n",
	    out);
	for (size_t i = 0; i < command_count; i++)
		bash_values(&commands[i], out);
	fputs("\t*) return 1 ;;\n\tesac\n}\n\n_callwitness_place()\n{\n\tcase $1 in\n",
	    out);
	for (size_t i = 0; i < command_count; i++)
		bash_places(&commands[i], out);
	fputs("\tesac\n}\n\n_callwitness_options()\n{\n\tcase $1 in\n", out);
	for (size_t i = 0; i < command_count; i++)
		bash_options(&commands[i], out);
	fputs("\t*) options='--help --version --man --completion", out);
	for (size_t i = 0; i < command_count; i++)
		fprintf(out, " %s", commands[i].name);
	fputs(functions, out);
}
