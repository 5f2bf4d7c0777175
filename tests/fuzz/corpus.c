/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzzer's entry on each file of a folder; an empty or missing folder fails. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
run_file(const char *path)
{
	uint8_t *data = NULL;
	size_t size = 0;
	FILE *in = fopen(path, "rb");

	if (in == NULL)
		return -1;
	fseek(in, 0, SEEK_END);
	size = (size_t)ftell(in);
	rewind(in);
	data = malloc(
	    size ? size : 1); /* exact, so that ASan sees the first byte too many */
	if (data == NULL || fread(data, 1, size, in) != size)
		abort();
	fclose(in);
	(void)LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 0;
}

int
main(int argc, char **argv)
{
	char path[4096];
	struct dirent *entry;
	size_t count = 0;
	DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;

	if (dir == NULL) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
		if (run_file(path) == 0)
			count++;
	}
	closedir(dir);
	printf("%zu inputs\n", count);
	return count == 0;
}
