/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes to a tree; every node is walked and must lie inside the text. */
#include <stdlib.h>

#include <callwitness/base.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
walk(const struct node *n)
{
	size_t seen = 1;

	if (n->line == 0 || n->column == 0 || strlen(n->text) != n->length)
		abort();
	for (size_t i = 0; i < n->count; i++) {
		if (n->kind == NODE_MAP && node_get(n, n->keys[i]->text) != n->items[i])
			abort(); /* keys are unique */
		seen += walk(n->items[i]);
	}
	return seen;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error e = { 0 };
	struct yaml *y = yaml_parse("fuzz", data, size, &e);

	if ((y == NULL) != (e.count > 0))
		abort();
	if (y != NULL && yaml_root(y) != NULL && walk(yaml_root(y)) > 200000)
		abort();
	error_sort(&e);
	error_clear(&e);
	yaml_close(y);
	return 0;
}
