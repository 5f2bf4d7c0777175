/* SPDX-License-Identifier: Apache-2.0 */
/* inputs/ of a capture that runs: should it not finish, its report is made with these. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "files.h"
#include "json_inputs.h"

struct saving {
	const char *folder;
	struct error *error;
};

/* "signatures" and the path of a file, or NULL and "options.json". NULL after a line. */
static char *
input_path(const struct saving *s, const char *below, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path;
	char *folder = NULL, *full = NULL;

	if (asprintf(&folder, "%s/inputs%s%s", s->folder, below != NULL ? "/" : "",
		below != NULL ? below : "") >= 0 &&
	    folder_make(folder, s->error) == 0 &&
	    (full = path_join(folder, base)) == NULL)
		error_add(s->error, s->folder, 0, 0, "out of memory");
	free(folder);
	return full;
}

static int
input_close(const struct saving *s, const char *path, FILE *out, int rc)
{
	if (out != NULL && (fflush(out) != 0 || fsync(fileno(out)) != 0))
		rc = -1;
	if (out == NULL || rc != 0)
		error_add(s->error, path, 0, 0, "cannot be written: %s", strerror(errno));
	if (out != NULL)
		fclose(out);
	return out != NULL ? rc : -1;
}

static int
input_save(const struct saving *s, const char *below, const char *name, const void *data,
    size_t length)
{
	char *path = input_path(s, below, name);
	FILE *out = path != NULL ? fopen(path, "wbe") : NULL;
	int rc = -1;

	if (path != NULL)
		rc = input_close(s, path, out,
		    out != NULL && fwrite(data, 1, length, out) == length ? 0 : -1);
	free(path);
	return rc;
}

static int
options_save(const struct saving *s, const struct report *r)
{
	const char **names = calloc(r->judgement_count + 1, sizeof(*names));
	struct report_options options = r->options;
	char *path = input_path(s, NULL, "options.json");
	FILE *out = path != NULL ? fopen(path, "wbe") : NULL;
	int rc = -1;

	for (size_t i = 0; names != NULL && i < r->judgement_count; i++)
		names[i] = r->judgements[i]->policy->name;
	options.policies = names;
	options.policy_count = r->judgement_count;
	if (path != NULL)
		rc = input_close(s, path, out,
		    out != NULL && names != NULL ? inputs_write(&options, out) : -1);
	free(names);
	free(path);
	return rc;
}

int
report_inputs_save(const struct report *r, const char *folder, struct error *e)
{
	const struct saving s = { folder, e };
	size_t length = 0, ontologies = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < signatures_count(r->signatures); i++) {
		const struct signature *one = signatures_at(r->signatures, i);
		const void *data = signature_bytes(one, &length);

		rc = input_save(&s, "signatures", one->path, data, length);
	}
	for (size_t i = 0; rc == 0 && i < r->judgement_count; i++) {
		const struct policy *p = r->judgements[i]->policy;
		const void *data = policy_bytes(p, &length);

		rc = input_save(&s, "policies", p->path, data, length);
	}
	ontologies = r->ontologies != NULL ? ontologies_files(r->ontologies) : 0;
	for (size_t i = 0; rc == 0 && i < ontologies; i++) {
		const void *data = NULL;
		const char *name = ontologies_file(r->ontologies, i, &data, &length);

		rc = input_save(&s, "ontology", name, data, length);
	}
	return rc == 0 ? options_save(&s, r) : -1;
}
