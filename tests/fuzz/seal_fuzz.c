/* SPDX-License-Identifier: Apache-2.0 */
/* A bundle's small files: the first byte says which. What is read strictly is read in one
 * way only. */
#include <stdlib.h>

#include "../../src/report/json_inputs.h"
#include "../../src/report/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
read_signature(const char *text, size_t length, struct error *e)
{
	static const struct seal_public key = { { 0 }, { 0 } };
	struct seal_signature s;

	if (seal_signature_parse("f", text, length, &s, e) == 0) {
		must(s.comment + s.comment_length <= text + length);
		must(!seal_signature_holds(&s, &key, text, length));
	}
}

static void
read_public(const char *text, size_t length, struct error *e)
{
	struct seal_public key;
	char id[SEAL_ID_TEXT_SIZE];

	if (seal_public_parse("f", text, length, &key, e) == 0)
		must(strlen(seal_id_text(key.id, id)) == SEAL_ID_TEXT_SIZE - 1);
}

static void
read_secret(const char *text, size_t length, struct error *e)
{
	char public[SEAL_PUBLIC_SIZE];
	struct seal_secret *s = seal_secret_parse("f", text, length, NULL, e);
	struct seal_public key;

	if (s != NULL) {
		seal_public_text(s, public);
		must(seal_public_parse("f", public, strlen(public), &key, e) == 0);
		must(memcmp(key.id, s->id, sizeof(key.id)) == 0);
	}
	seal_secret_free(s);
}

/* Sums that are right are what their lines say again. */
static void
read_sums(const char *text, size_t length, struct error *e)
{
	struct seal_sums s = { 0 };
	char *again = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&again, &size);
	int rc = seal_sums_parse("f", text, length, &s, e);

	must((rc == 0) == (e->count == 0));
	for (size_t i = 0; i < s.count; i++) {
		must(s.sums[i].path[0] != '/' && strstr(s.sums[i].path, "//") == NULL);
		must(i == 0 || strcmp(s.sums[i - 1].path, s.sums[i].path) < 0);
		fprintf(out, "%s  %s\n", s.sums[i].sha256, s.sums[i].path);
	}
	fclose(out);
	must(rc != 0 || (size == length && memcmp(again, text, size) == 0));
	free(again);
	seal_sums_clear(&s);
}

static void
read_options(const char *text, size_t length, struct error *e)
{
	struct report_inputs *in = inputs_parse("f", text, length, e);
	const struct report_options *o = NULL;

	if (in != NULL) {
		o = report_inputs_options(in);
		for (size_t i = 0; i < o->local_count; i++)
			must(o->locals[i] != NULL);
	}
	report_inputs_free(in);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const read[])(const char *, size_t, struct error *) = {
		read_signature, read_public, read_secret, read_sums, read_options
	};
	struct error e = { 0 };
	char *text = NULL;

	if (size == 0 || (text = malloc(size > 1 ? size - 1 : 1)) == NULL)
		return 0;
	memcpy(text, data + 1, size - 1);
	read[data[0] % COUNT_OF(read)](text, size - 1, &e);
	error_clear(&e);
	free(text);
	return 0;
}
