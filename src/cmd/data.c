/* SPDX-License-Identifier: Apache-2.0 */
/* Where the shipped files are: beside the program, as built or as installed. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "cmd.h"

#define POLICIES "config/policies"

static char *
joined(const char *folder, const char *name)
{
	char *path = NULL;

	return asprintf(&path, "%s/%s", folder, name) >= 0 ? path : NULL;
}

/* "…/bin/callwitness" has "…/share/callwitness/signatures"; a build tree has
 * "../signatures". */
char *
data_folder(const char *what)
{
	static const char *const ways[] = { "../share/callwitness/", "../", "" };
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
		char *path = NULL, *folder = NULL;

		if (asprintf(&path, "%s/%s%s", self, ways[i], what) < 0)
			return NULL;
		folder = realpath(path, NULL);
		free(path);
		if (folder != NULL && access(folder, R_OK | X_OK) == 0)
			return folder;
		free(folder);
	}
	return NULL;
}

/* A folder's YAML files. */
struct files {
	char *folder;
	char **paths; /* sorted */
	size_t count;
};

static void
files_free(struct files *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->paths[i]);
	free(f->paths);
	free(f->folder);
}

static bool
is_yaml(const char *name)
{
	size_t length = strlen(name);

	return name[0] != '.' && length > 5 && strcmp(name + length - 5, ".yaml") == 0;
}

static int
files_add(struct files *f, const char *name)
{
	char **more = realloc(f->paths, (f->count + 1) * sizeof(*more));

	if (more == NULL)
		return -1;
	f->paths = more;
	if ((f->paths[f->count] = joined(f->folder, name)) == NULL)
		return -1;
	f->count++;
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
files_read(struct files *f)
{
	DIR *dir = opendir(f->folder);
	struct dirent *entry = NULL;
	int rc = 0;

	if (dir == NULL)
		return -1;
	while (rc == 0 && (entry = readdir(dir)) != NULL)
		if (is_yaml(entry->d_name))
			rc = files_add(f, entry->d_name);
	closedir(dir);
	if (f->count > 0)
		qsort(f->paths, f->count, sizeof(*f->paths), by_name);
	return rc;
}

/*
 * Of `folder`, or of the shipped one called `what` if that is NULL; `option` names one.
 * -1 and a line in e if there are no files.
 */
static int
files_find(struct files *f, const char *folder, const char *what, const char *option,
    struct error *e)
{
	*f = (struct files){ .folder = folder ? strdup(folder) : data_folder(what) };
	if (f->folder == NULL) {
		error_add(e, what, 0, 0,
		    "no such folder beside the program: name one with %s", option);
		return -1;
	}
	if (files_read(f) < 0)
		error_add(e, f->folder, 0, 0, "cannot be read: %s", strerror(errno));
	else if (f->count == 0)
		error_add(e, f->folder, 0, 0, "holds no files: expected *.yaml");
	else
		return 0;
	return -1;
}

struct signatures *
signatures_find(const char *folder, struct error *e)
{
	struct signatures *set = NULL;
	struct files f;

	if (files_find(&f, folder, "signatures", "--signatures", e) == 0)
		set = signatures_load((const char *const *)f.paths, f.count, e);
	files_free(&f);
	return set;
}

struct ontologies *
ontologies_find(const char *folder, struct error *e)
{
	struct ontologies *set = NULL;
	struct files f;

	if (files_find(&f, folder, "config/ontology", "--ontology", e) == 0)
		set = ontologies_load((const char *const *)f.paths, f.count, e);
	files_free(&f);
	return set;
}

/* The first of the names that goes on where `text` ends, or NULL. */
static const char *
name_begun(const char *text, char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(names[i], text, strlen(text)) == 0)
			return names[i];
	return NULL;
}

static void
complain_no_policy(const char *name, struct error *e)
{
	const char *near = NULL;
	struct files f;

	if (files_find(&f, NULL, POLICIES, "a path", e) == 0) {
		for (size_t i = 0; i < f.count; i++) {
			char *slash = strrchr(f.paths[i], '/');
			size_t length = strlen(slash + 1) - strlen(".yaml");

			memmove(f.paths[i], slash + 1, length);
			f.paths[i][length] = '\0';
		}
		near = word_nearest(name, (const char *const *)f.paths, f.count);
		if (near == NULL)
			near = name_begun(name, f.paths, f.count);
		error_add(e, NULL, 0, 0,
		    "no policy \"%s\": expected one of those in %s, or the path of a "
		    "file%s%s%s",
		    name, f.folder, near ? "; did you mean '" : "", near ? near : "",
		    near ? "'?" : "");
	}
	files_free(&f);
}

/* config/policies/NAME.yaml, or NULL if there is no such file. */
static char *
policy_path(const char *name)
{
	char *folder = data_folder(POLICIES), *path = NULL;

	if (folder == NULL || asprintf(&path, "%s/%s.yaml", folder, name) < 0)
		path = NULL;
	free(folder);
	if (path != NULL && access(path, F_OK) != 0) {
		free(path);
		path = NULL;
	}
	return path;
}

struct policy *
policy_find(const char *name_or_path, const struct ontologies *o, struct error *e)
{
	struct policy *p = NULL;
	char *path = NULL;

	if (strchr(name_or_path, '/') != NULL || is_yaml(name_or_path))
		return policy_load(name_or_path, o, e);
	path = policy_path(name_or_path);
	if (path != NULL)
		p = policy_load(path, o, e);
	else
		complain_no_policy(name_or_path, e);
	free(path);
	return p;
}

int
policies_each(void (*each)(const struct policy *p), struct error *e)
{
	struct ontologies *ontologies = ontologies_find(NULL, e);
	struct files f = { 0 };
	int rc = -1;

	if (ontologies == NULL || files_find(&f, NULL, POLICIES, "a path", e) != 0)
		goto out;
	rc = 0;
	for (size_t i = 0; i < f.count; i++) {
		struct policy *p = policy_load(f.paths[i], ontologies, e);

		if (p != NULL)
			each(p);
		else
			rc = -1;
		policy_free(p);
	}
out:
	files_free(&f);
	ontologies_free(ontologies);
	return rc;
}
