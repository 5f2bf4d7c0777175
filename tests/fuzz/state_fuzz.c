/* SPDX-License-Identifier: Apache-2.0 */
/* Records of any bytes, then the judgement of what they say. */
#include <stdlib.h>

#include <callwitness/engine.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
nowhere(void *context, const void *record, size_t length)
{
	size_t *sum = context;

	*sum += length + (record != NULL);
	return 0;
}

/* Each record has its length in front, two bytes. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct signatures *signatures;
	struct engine_options options = { .saved = true };
	struct error e = { 0 };
	struct bytes b = bytes_over(data, size);
	struct engine *g = NULL;
	size_t sum = 0;

	if (signatures == NULL)
		signatures = signatures_load(NULL, 0, &e);
	options.signatures = signatures;
	if (signatures == NULL || (g = engine_new(&options, &e)) == NULL)
		abort();
	while (b.left > 0) {
		size_t length = bytes_u16(&b);
		size_t left = length < b.left ? length : b.left;
		uint8_t *exact = malloc(left ? left : 1);

		if (exact == NULL)
			abort();
		if (left > 0)
			memcpy(exact, bytes_take(&b, left), left);
		(void)engine_restore(g, exact, left);
		free(exact);
	}
	if (engine_save(g, SAVE_ALL, nowhere, &sum) != 0)
		abort();
	(void)engine_finish(g, 0);
	engine_free(g);
	error_clear(&e);
	return 0;
}
