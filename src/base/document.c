/* SPDX-License-Identifier: Apache-2.0 */
/* YAML documents as their users see them: opened, asked, closed. */
#include <errno.h>
#include <stdlib.h>

#include "private.h"

#define BYTES_MAX (4u << 20)

/* Takes data. */
static struct yaml *
yaml_take(const char *name, uint8_t *data, size_t length, struct error *e)
{
	struct yaml *y = calloc(1, sizeof(*y));
	int rc = -1;

	if (y == NULL) {
		free(data);
		goto out;
	}
	y->data = data;
	y->length = length;
	y->name = arena_text(&y->arena, name, strlen(name));
	if (y->name == NULL)
		goto out;
	if (length > BYTES_MAX) {
		error_add(e, name, 0, 0, "larger than 4 MiB: expected a smaller file");
		goto out;
	}
	rc = yaml_read(y, e);
out:
	if (rc < 0) {
		yaml_close(y);
		y = NULL;
	}
	return y;
}

struct yaml *
yaml_parse(const char *name, const void *data, size_t length, struct error *e)
{
	uint8_t *copy = malloc(length + 1);

	if (copy == NULL) {
		error_add(e, name, 0, 0, "out of memory");
		return NULL;
	}
	if (length > 0)
		memcpy(copy, data, length);
	return yaml_take(name, copy, length, e);
}

/* Files are far smaller than the bound, and their bytes are kept. */
static uint8_t *
shrunk(uint8_t *data, size_t length)
{
	uint8_t *smaller = realloc(data, length + 1);

	return smaller ? smaller : data;
}

struct yaml *
yaml_open(const char *path, struct error *e)
{
	FILE *in = fopen(path, "rb");
	uint8_t *data = malloc(BYTES_MAX + 1);
	struct yaml *y = NULL;
	size_t length = 0;

	if (in != NULL && data != NULL)
		length = fread(data, 1, BYTES_MAX + 1, in);
	if (in == NULL || data == NULL || ferror(in)) {
		error_add(e, path, 0, 0, "cannot be read: %s", strerror(errno));
		goto out;
	}
	y = yaml_take(path, shrunk(data, length), length, e);
	data = NULL; /* now y's */
out:
	free(data);
	if (in != NULL)
		fclose(in);
	return y;
}

void
yaml_close(struct yaml *y)
{
	if (y == NULL)
		return;
	arena_clear(&y->arena);
	free(y->data);
	free(y);
}

const struct node *
yaml_root(const struct yaml *y)
{
	return y->root;
}

const char *
yaml_name(const struct yaml *y)
{
	return y->name;
}

const void *
yaml_bytes(const struct yaml *y, size_t *length)
{
	*length = y->length;
	return y->data;
}

const struct node *
node_get(const struct node *map, const char *key)
{
	if (map == NULL || map->kind != NODE_MAP)
		return NULL;
	for (size_t i = 0; i < map->count; i++)
		if (strcmp(map->keys[i]->text, key) == 0)
			return map->items[i];
	return NULL;
}

size_t
node_values(const struct node *n)
{
	if (n->kind == NODE_SCALAR)
		return 1;
	return n->kind == NODE_LIST ? n->count : 0;
}
