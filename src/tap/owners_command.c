/* SPDX-License-Identifier: Apache-2.0 */
/* What a process is called: its name and, of an interpreter, the file it runs. */
#include <ctype.h>

#include "owners.h"

/* By the name of their executable; versions behind it ("python3.11") are left out. */
static const char *const interpreters[] = { "ash", "bash", "bun", "busybox", "dash",
	"deno", "dotnet", "electron", "fish", "gawk", "gjs", "guile", "java", "julia",
	"ksh", "lua", "luajit", "mawk", "mksh", "mono", "node", "nodejs", "octave",
	"perl", "php", "pwsh", "pypy", "python", "qjs", "r", "rscript", "ruby", "sh",
	"tclsh", "wish", "zsh" };

static bool
is_interpreter(const char *exe)
{
	const char *name = exe != NULL ? strrchr(exe, '/') : NULL;

	if (name++ == NULL)
		return false;
	for (size_t i = 0; i < COUNT_OF(interpreters); i++) {
		size_t length = strlen(interpreters[i]);

		if (strncasecmp(name, interpreters[i], length) == 0 &&
		    !isalpha((unsigned char)name[length]) && name[length] != '-' &&
		    name[length] != '_')
			return true;
	}
	return false;
}

/*
 * The first argument that is no option, if it is a file: else it may be code, or a
 * secret.
 */
static const char *
file_run(const char *arguments, size_t length,
    bool (*is_file)(void *context, const char *path), void *context)
{
	const char *end = arguments + length, *at = arguments;
	bool first = true;

	while (at < end && memchr(at, '\0', (size_t)(end - at)) != NULL) {
		size_t size = strlen(at);

		if (!first && at[0] != '-' && at[0] != '\0')
			return size < PROGRAM_COMMAND - 64 && is_file(context, at) ? at
										   : NULL;
		first = false;
		at += size + 1;
	}
	return NULL;
}

void
program_command(const char *name, const char *exe, const char *arguments, size_t length,
    bool (*is_file)(void *context, const char *path), void *context,
    char out[PROGRAM_COMMAND])
{
	const char *file =
	    is_interpreter(exe) ? file_run(arguments, length, is_file, context) : NULL;
	const char *last;

	if (file == NULL) {
		snprintf(out, PROGRAM_COMMAND, "%s", name);
		return;
	}
	last = strrchr(file, '/');
	last = last != NULL ? last + 1 : file;
	/* A script that was started by its own name lends the process that name; the
	 * kernel cuts it at 15 bytes. */
	if (strncmp(name, last, 15) == 0)
		name = strrchr(exe, '/') + 1;
	snprintf(out, PROGRAM_COMMAND, "%s %s", name, file);
}
