/* SPDX-License-Identifier: Apache-2.0 */
/* No byte of a bundle can change unseen. */
#include <fcntl.h>

#include "make_bundle.h"

static int
verify(const char *folder, const char *key, struct error *e)
{
	char signer[256];
	int rc = seal_verify(folder, key, signer, e);

	assert_int_equal(e->count == 0, rc == 0);
	assert_true(strlen(signer) > 0);
	if (rc != 0)
		assert_string_equal(signer, "Nothing is proven.");
	return rc;
}

static void
a_whole_bundle_stands(void **state)
{
	struct office *o = *state;
	const char *out = bundle_make(o, false);
	struct error e = { 0 };
	char signer[256], slash[PATH_SIZE];

	assert_int_equal(seal_verify(out, NULL, signer, &e), 0);
	assert_non_null(strstr(signer, "not signed"));
	out = bundle_make(o, true);
	assert_int_equal(seal_verify(out, NULL, signer, &e), 0);
	assert_non_null(strstr(signer, "its own signer.pub"));
	assert_int_equal(
	    seal_verify(in_folder(out, "//", slash), o->public_path, signer, &e), 0);
	assert_non_null(strstr(signer, "the key given"));
	/* Signed once more, by minisign. */
	if (has_program("minisign")) {
		assert_int_equal(run(out, "minisign -Sm SHA256SUMS -s ../../k.sec"), 0);
		assert_int_equal(verify(out, o->public_path, &e), 0);
	}
	assert_int_equal(e.count, 0);
}

/* Whether the complaints lead to this file. One that lists or signs others can also be
 * named in the words about these. */
static bool
is_named(const struct error *e, const char *folder, const char *name)
{
	return error_names(e, folder, name) ||
	       (strcmp(name, "SHA256SUMS") == 0 && error_says(e, "SHA256SUMS"));
}

static void
byte_put(int fd, size_t at, char byte)
{
	assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
}

/* Flips one byte at a time: all of a small file, a sample of a large one. */
static size_t
file_flip(const char *folder, const char *name, unsigned char mask)
{
	char path[PATH_SIZE];
	size_t length = 0, tried = 0;
	char *data = file_get(folder, name, &length);
	size_t step = length <= 4096 ? 1 : length / 61;
	int fd = open(in_folder(folder, name, path), O_WRONLY);

	for (size_t i = 0; i < length; i += step) {
		struct error e = { 0 };

		if (i + step >= length)
			i = length - 1;
		byte_put(fd, i, (char)(data[i] ^ mask));
		if (verify(folder, NULL, &e) != 1 || !is_named(&e, folder, name)) {
			error_write(&e, stderr);
			fail_msg("%s: byte %zu ^ %#x", name, i, mask);
		}
		byte_put(fd, i, data[i]);
		error_clear(&e);
		tried++;
	}
	close(fd);
	free(data);
	return tried;
}

static void
flip_everything(const char *folder)
{
	char *files = files_of(folder), *rest = NULL;
	struct error e = { 0 };
	size_t tried = 0;

	for (char *name = strtok_r(files, "\n", &rest); name != NULL;
	     name = strtok_r(NULL, "\n", &rest)) {
		tried += file_flip(folder, name, 0x01);
		if (strncmp(name, "SHA256SUMS", strlen("SHA256SUMS")) == 0) {
			tried += file_flip(folder, name, 0x20); /* upper and lower case */
			tried += file_flip(folder, name, 0x80);
		}
	}
	assert_true(tried > 4000);
	assert_int_equal(verify(folder, NULL, &e), 0);
	free(files);
}

static void
no_byte_of_a_signed_bundle_can_change(void **state)
{
	flip_everything(bundle_make(*state, true));
}

static void
no_byte_of_an_unsigned_bundle_can_change(void **state)
{
	flip_everything(bundle_make(*state, false));
}

/* Each is done to a signed bundle; what is said of which file. */
static void
faults_are_told_by_name(void **state)
{
	static const struct {
		const char *done, *name, *says;
		int rc;
	} rows[] = {
		{ "rm report.html", "report.html", "missing", 1 },
		{ "rm -r inputs", "inputs/options.json", "missing", 1 },
		{ "touch notes.txt", "notes.txt", "not listed", 1 },
		{ "touch inputs/policies/.x", "inputs/policies/.x", "not listed", 1 },
		{ "touch SHA256SUMS.bak", "SHA256SUMS.bak", "not listed", 1 },
		{ "mv report.md x; ln -s x report.md", "report.md", "symbolic link", 1 },
		{ "rm report.md; mkfifo report.md", "report.md", "no regular file", 1 },
		{ "rm report.md; mkdir report.md", "report.md", "is a folder", 1 },
		{ "mv inputs ../moved; ln -s ../moved inputs", "inputs", "symbolic link",
		    1 },
		{ ": >report.md", "report.md", "was changed", 1 },
		{ "printf x >>report.md", "report.md", "was changed", 1 },
		{ "rm SHA256SUMS.minisig", "SHA256SUMS.minisig", "not signed", 1 },
		{ ": >SHA256SUMS.minisig", "SHA256SUMS.minisig", "no signature", 1 },
		{ "echo >>SHA256SUMS.minisig", "SHA256SUMS.minisig", "no signature", 1 },
		{ "sed -i 's/$/\\r/' SHA256SUMS.minisig", "SHA256SUMS.minisig",
		    "no signature", 1 },
		{ "sed -i 1s/signature/Signature/ SHA256SUMS.minisig",
		    "SHA256SUMS.minisig", "no signature", 1 },
		{ "rm signer.pub", "signer.pub", "missing", 1 },
		{ "rm SHA256SUMS", "SHA256SUMS", "missing", -1 },
		{ "rm SHA256SUMS; mkfifo SHA256SUMS", "SHA256SUMS", "no regular", -1 },
		{ ": >SHA256SUMS", "SHA256SUMS", "empty", 1 },
		{ "sed -i '1s/  /  ..\\//' SHA256SUMS", "SHA256SUMS", "leaves", 1 },
		{ "sed -i '1s/  /  \\//' SHA256SUMS", "SHA256SUMS", "leaves", 1 },
		{ "sha256sum SHA256SUMS | cat - SHA256SUMS >x; mv x SHA256SUMS",
		    "SHA256SUMS", "lists", 1 },
		/* All sums right again, but the signature cannot be. */
		{ "printf x >>report.md; find . -type f ! -name 'SHA256SUMS*' -printf "
		  "'%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum >SHA256SUMS",
		    "SHA256SUMS.minisig", "does not fit", 1 },
	};
	struct office *o = *state;
	struct error e = { 0 };

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *out = NULL;

		(void)run(o->desk->folder, "rm -rf a");
		out = bundle_make(o, true);
		assert_int_equal(run(out, rows[i].done), 0);
		assert_int_equal(verify(out, NULL, &e), rows[i].rc);
		if (!error_names(&e, out, rows[i].name) ||
		    !error_says(&e, rows[i].says)) {
			error_write(&e, stderr);
			fail_msg("%s", rows[i].done);
		}
		error_clear(&e);
	}
}

static void
a_key_is_held_against_the_signature(void **state)
{
	struct office *o = *state;
	const char *out = NULL;
	char other[PATH_SIZE], secret[PATH_SIZE];
	struct error e = { 0 };

	in_folder(o->desk->folder, "other.pub", other);
	assert_int_equal(
	    seal_keygen(other, in_folder(o->desk->folder, "other.sec", secret), NULL, &e),
	    0);
	out = bundle_make(o, true);
	assert_int_equal(verify(out, other, &e), 1);
	assert_true(error_names(&e, out, "SHA256SUMS.minisig"));
	assert_true(error_says(&e, "the key given"));
	error_clear(&e);
	out = bundle_make(o, false);
	assert_int_equal(verify(out, o->public_path, &e), 1);
	assert_true(error_names(&e, out, "SHA256SUMS.minisig"));
	assert_true(error_says(&e, "not signed"));
	error_clear(&e);
	/* No key, no bundle: nothing could be checked. */
	assert_int_equal(verify(out, secret, &e), -1);
	error_clear(&e);
	assert_int_equal(verify(out, "/nowhere.pub", &e), -1);
	error_clear(&e);
	assert_int_equal(verify("/nowhere", NULL, &e), -1);
	error_clear(&e);
	assert_int_equal(verify(o->public_path, NULL, &e), -1);
	error_clear(&e);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, office_setup, office_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_whole_bundle_stands),
		TEST(no_byte_of_a_signed_bundle_can_change),
		TEST(no_byte_of_an_unsigned_bundle_can_change),
		TEST(faults_are_told_by_name),
		TEST(a_key_is_held_against_the_signature),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
