/* SPDX-License-Identifier: Apache-2.0 */
/* Where the shipped files are: beside the program, as built or as installed. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "cmd.h"

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool
is_yaml(const char *name)
{
	size_t length = strlen(name);

	return name[0] != '.' && length > 5 && strcmp(name + length - 5, ".yaml") == 0;
}

static char *
joined(const char *folder, const char *name)
{
	char *path = NULL;

	return asprintf(&path, "%s/%s", folder, name) >= 0 ? path : NULL;
}

/* The paths of a folder's YAML files, sorted; NULL if it cannot be read. */
static char **
yaml_files(const char *folder, size_t *count)
{
	DIR *dir = opendir(folder);
	struct dirent *entry = NULL;
	char **paths = NULL;

	*count = 0;
	if (dir == NULL)
		return NULL;
	while ((entry = readdir(dir)) != NULL) {
		char **more = NULL;

		if (!is_yaml(entry->d_name))
			continue;
		more = realloc(paths, (*count + 1) * sizeof(*more));
		if (more == NULL)
			break;
		paths = more;
		if ((paths[*count] = joined(folder, entry->d_name)) == NULL)
			break;
		(*count)++;
	}
	closedir(dir);
	if (*count > 0)
		qsort(paths, *count, sizeof(*paths), by_name);
	return paths;
}

/* "…/bin/callwitness" has "…/share/callwitness/signatures"; a build tree has
 * "../signatures". */
static char *
folder_beside_program(void)
{
	static const char *const ways[] = { "../share/callwitness/signatures",
		"../signatures", "signatures" };
	char self[4096];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash = NULL;

	if (length <= 0)
		return NULL;
	self[length] = '\0';
	if ((slash = strrchr(self, '/')) == NULL)
		return NULL;
	*slash = '\0';
	for (size_t i = 0; i < COUNT_OF(ways); i++) {
		char *folder = joined(self, ways[i]);

		if (folder != NULL && access(folder, R_OK | X_OK) == 0)
			return folder;
		free(folder);
	}
	return NULL;
}

struct signatures *
signatures_find(const char *folder, struct error *e)
{
	char *found = folder != NULL ? strdup(folder) : folder_beside_program();
	struct signatures *set = NULL;
	char **paths = NULL;
	size_t count = 0;

	if (found == NULL) {
		error_add(e, "signatures", 0, 0,
		    "no folder of signatures beside the program: name one with "
		    "--signatures");
		return NULL;
	}
	paths = yaml_files(found, &count);
	if (count == 0)
		error_add(e, found, 0, 0, "no signature files: %s",
		    paths == NULL && errno ? strerror(errno) : "expected *.yaml");
	else
		set = signatures_load((const char *const *)paths, count, e);
	for (size_t i = 0; i < count; i++)
		free(paths[i]);
	free(paths);
	free(found);
	return set;
}
