/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/complete.h"

static void
usage(FILE *out)
{
	fprintf(out, "usage: callwitness COMMAND …   (callwitness COMMAND --help)\n\n");
	for (size_t i = 0; i < command_count; i++) {
		fprintf(out, "  %s %s\n      ", commands[i].name, commands[i].arguments);
		text_wrap(out, 6, 6, commands[i].help);
	}
}

int
main(int argc, char **argv)
{
	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("callwitness %s, nDPI %s\n", CALLWITNESS_VERSION,
		    inspector_version());
		return EXIT_FINE;
	}
	if (strcmp(argv[1], "--man") == 0) {
		man_write(stdout);
		return (int)printed(EXIT_FINE);
	}
	if (strcmp(argv[1], "--completion") == 0)
		return (int)printed(completion_write(argv[2], stdout));
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		usage(stdout);
		return EXIT_FINE;
	}
	for (size_t i = 0; i < command_count; i++)
		if (strcmp(commands[i].name, argv[1]) == 0)
			return (int)printed(
			    commands[i].run(argc - 1, argv + 1, &commands[i]));
	fprintf(stderr, "callwitness: no command \"%s\"\n\n", argv[1]);
	usage(stderr);
	return EXIT_USAGE;
}
