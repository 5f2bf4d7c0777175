/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are either whole or not there: temporary name, fsync, rename. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <callwitness/report.h>

static int
file_write(const struct report *r, const char *folder, const char *name,
    int (*write)(const struct report *, FILE *), struct error *e)
{
	char path[4096], temporary[4096 + 8];
	FILE *out = NULL;
	int rc = -1;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	snprintf(temporary, sizeof(temporary), "%s.part", path);
	errno = 0;
	if ((out = fopen(temporary, "w")) == NULL) {
		error_add(e, temporary, 0, 0, "cannot be written: %s", strerror(errno));
		return -1;
	}
	rc = write(r, out);
	if (fflush(out) != 0 || fsync(fileno(out)) != 0)
		rc = -1;
	if (fclose(out) != 0)
		rc = -1;
	if (rc == 0)
		rc = rename(temporary, path);
	if (rc != 0) {
		error_add(e, path, 0, 0, "cannot be written: %s",
		    errno ? strerror(errno) : "out of memory");
		unlink(temporary);
	}
	return rc;
}

static int
folder_make(const char *folder, struct error *e)
{
	char path[4096];
	size_t length = strlen(folder);

	if (length == 0 || length >= sizeof(path)) {
		error_add(e, folder, 0, 0, "is no usable folder name");
		return -1;
	}
	memcpy(path, folder, length + 1);
	for (size_t i = 1; i <= length; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		path[i] = '\0';
		if (mkdir(path, 0777) != 0 && errno != EEXIST) {
			error_add(e, path, 0, 0, "cannot be made: %s", strerror(errno));
			return -1;
		}
		path[i] = i < length ? '/' : '\0';
	}
	return 0;
}

int
report_folder(const struct report *r, const char *folder, struct error *e)
{
	static const struct {
		const char *name;
		int (*write)(const struct report *, FILE *);
	} files[] = {
		{ "flows.ndjson", report_flows },
		{ "report.json", report_json },
	};
	int fd = -1;

	if (folder_make(folder, e) != 0)
		return -1;
	for (size_t i = 0; i < COUNT_OF(files); i++)
		if (file_write(r, folder, files[i].name, files[i].write, e) != 0)
			return -1;
	if ((fd = open(folder, O_RDONLY | O_DIRECTORY)) >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	return 0;
}
