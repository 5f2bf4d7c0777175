/* SPDX-License-Identifier: Apache-2.0 */
/* Completion for fish: a line for each command, option and place. */
#include "complete.h"

static const char functions[] =
    "    set -l words (commandline -opc)\n"
    "    set -l places 0\n"
    "    set -l skip no\n"
    "    test \"$words[2]\" = \"$command\"; or return 1\n"
    "    for word in $words[3..-1]\n"
    "        if test $skip = yes\n"
    "            set skip no\n"
    "        else if contains -- \"$command $word\" $valued\n"
    "            set skip yes\n"
    "        else if not string match -q -- '-*' $word\n"
    "            set places (math $places + 1)\n"
    "        end\n"
    "    end\n"
    "    switch $place\n"
    "        case any\n"
    "            return 0\n"
    "        case rest\n"
    "            test $places -ge 3\n"
    "        case '*'\n"
    "            test $places -eq $place\n"
    "    end\n"
    "end\n"
    "\n# The names that the program itself lists, each with what is said of it.\n"
    "function __callwitness_list\n"
    "    set -l words (commandline -opc)\n"
    "    $words[1] list $argv[1] 2>/dev/null | string replace -r ' +' '\\t'\n"
    "end\n"
    "\nfunction __callwitness_give\n"
    "    for token in $argv\n"
    "        switch $token\n"
    "            case file\n"
    "                __fish_complete_path (commandline -ct)\n"
    "            case folder\n"
    "                __fish_complete_directories (commandline -ct) ''\n"
    "            case app\n"
    "                __callwitness_list apps\n"
    "            case policy\n"
    "                __callwitness_list policies\n"
    "                __fish_complete_suffix .yaml\n"
    "            case interface\n"
    "                echo any\n"
    "                path basename /sys/class/net/* 2>/dev/null; or command ls "
    "/sys/class/net\n"
    "            case user\n"
    "                __fish_complete_users\n"
    "            case '*'\n"
    "                string sub -s 2 -- $token\n"
    "        end\n"
    "    end\n"
    "end\n"
    "\ncomplete -c callwitness -f\n"
    "complete -c callwitness -n __fish_use_subcommand -l help -d 'list the commands'\n"
    "complete -c callwitness -n __fish_use_subcommand -l version -d 'print the version'\n"
    "complete -c callwitness -n __fish_use_subcommand -l man -d 'print the man page'\n"
    "complete -c callwitness -n __fish_use_subcommand -l completion -x -a 'bash zsh "
    "fish' "
    "-d 'print the completion of a shell'\n";

static void
put_valued(const struct command *c, FILE *out)
{
	for (size_t i = 0; i < c->option_count; i++) {
		if (c->options[i].argument == NULL)
			continue;
		if (c->options[i].letter)
			fprintf(out, " '%s -%c'", c->name, c->options[i].letter);
		fprintf(out, " '%s --%s'", c->name, c->options[i].name);
	}
}

static void
put_option(const struct option_row *o, const char *command, FILE *out)
{
	char tokens[TOKENS_SIZE];

	option_tokens(o, tokens);
	fprintf(out, "complete -c callwitness -n '__callwitness_at %s any'", command);
	if (o->letter)
		fprintf(out, " -s %c", o->letter);
	fprintf(out, " -l %s", o->name);
	if (o->argument != NULL)
		fprintf(out, " -x");
	if (tokens[0] != '\0')
		fprintf(out, " -a '(__callwitness_give %s)'", tokens);
	fprintf(out, " -d ");
	put_quoted(o->help, "\\'", out);
	fprintf(out, "\n");
}

static void
put_place(const struct command *c, unsigned place, FILE *out)
{
	char tokens[TOKENS_SIZE], name[8] = "rest";

	place_tokens(c, place, tokens);
	if (tokens[0] == '\0')
		return;
	if (place + 1 < PLACES)
		snprintf(name, sizeof(name), "%u", place);
	fprintf(out,
	    "complete -c callwitness -n '__callwitness_at %s %s' -a '(__callwitness_give "
	    "%s)'\n",
	    c->name, name, tokens);
}

static void
put_command(const struct command *c, FILE *out)
{
	fprintf(
	    out, "\ncomplete -c callwitness -n __fish_use_subcommand -a %s -d ", c->name);
	put_quoted(c->help, "\\'", out);
	fprintf(out,
	    "\ncomplete -c callwitness -n '__callwitness_at %s any' -l help "
	    "-d 'say how to use it'\n",
	    c->name);
	for (size_t i = 0; i < c->option_count; i++)
		put_option(&c->options[i], c->name, out);
	for (unsigned i = 0; i < PLACES; i++)
		put_place(c, i, out);
}

void
complete_fish(FILE *out)
{
	fputs("# Completion of callwitness for fish; made by callwitness --completion "
	      "fish.\n"
	      "\n# Whether the cursor is at that place (0, 1, 2, rest, any) of that "
	      "command.\n"
	      "function __callwitness_at -a command place\n    set -l valued",
	    out);
	for (size_t i = 0; i < command_count; i++)
		put_valued(&commands[i], out);
	fputs("\n", out);
	fputs(functions, out);
	for (size_t i = 0; i < command_count; i++)
		put_command(&commands[i], out);
}
