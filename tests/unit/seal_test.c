/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and signatures: minisign's, byte for byte, and nothing forgiven. */
#include "make_folder.h"

#include "../../src/report/seal.h"

/* A pair made for this test by minisign 0.11 -G -W, and what its -S -t wrote. */
#define ID "8467A14D925C915A"
#define PUBLIC                                                                           \
	"untrusted comment: minisign public key " ID "\n"                                \
	"RWRakVySTaFnhO2aJTMs7k7eJNoT/6iAmT9UUDsQeq4U0pmORG58Ehr9\n"
#define SECRET                                                                           \
	"untrusted comment: minisign encrypted secret key\n"                             \
	"RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAWpFckk" \
	"2h"                                                                             \
	"Z4QRpsdXk0dHy14FXKCmaQ5VdQBXN+wTJBok1B1+NXkkD+2aJTMs7k7eJNoT/6iAmT9UUDsQeq4U"   \
	"0pmORG58Ehr9AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
#define DATA "da39\n"
#define SIGNATURE                                                                        \
	"untrusted comment: signature from minisign secret key\n"                        \
	"RURakVySTaFnhKYZygLbTIAeJJFMJIEYe6ix5IrbhAuMoqZ9bOWGh1AEUBxPGkU1Jh2bDnPv438bG6" \
	"DVOZLVTRMe1R3dvEswqQU=\n"                                                       \
	"trusted comment: callwitness bundle, sha256 of SHA256SUMS "                     \
	"68036a906dff0f9967d3c44e72d2f6c241283ad08deb699cac7d67ee73613eea\n"             \
	"e4vO5+HuuER2PNT9RJP/2dXur8CQMPAhqtITmgMzNNtEM/Y2q8/yV5h7vLrqAK3T+R0D/oNDQHXbKQ" \
	"axEbr+DQ==\n"

/* Cheap to open: what minisign asks for takes seconds and a gigabyte. */
static const struct seal_cost cheap = { 32768, 16777216 };

static char *
ask_right(void)
{
	return strdup("correct horse");
}

static char *
ask_wrong(void)
{
	return strdup("Correct horse");
}

static char *
ask_nobody(void)
{
	return NULL;
}

static struct seal_secret *
secret_of(const char *text)
{
	struct error e = { 0 };
	struct seal_secret *s = seal_secret_parse("k", text, strlen(text), NULL, &e);

	error_write(&e, stderr);
	assert_non_null(s);
	return s;
}

static void
a_signature_is_what_minisign_writes(void **state)
{
	struct seal_secret *s = secret_of(SECRET);
	char *signature = seal_sign(s, DATA, strlen(DATA)), public[SEAL_PUBLIC_SIZE];

	(void)state;
	assert_string_equal(signature, SIGNATURE);
	seal_public_text(s, public);
	assert_string_equal(public, PUBLIC);
	free(signature);
	seal_secret_free(s);
}

/* 0: holds. 1: is none. 2: does not hold. */
static int
signature_try(const char *text, size_t length, const char *data)
{
	struct error e = { 0 };
	struct seal_public key;
	struct seal_signature s;
	int rc = 1;

	assert_int_equal(seal_public_parse("p", PUBLIC, strlen(PUBLIC), &key, &e), 0);
	if (seal_signature_parse("s", text, length, &s, &e) == 0)
		rc = seal_signature_holds(&s, &key, data, strlen(data)) ? 0 : 2;
	assert_int_equal(e.count, rc == 1);
	error_clear(&e);
	return rc;
}

/* Each bit of each byte, also in the comments and in base64's last bits. A flipped key
 * number is for the verifier to compare. */
static void
every_flipped_bit_shows(void **state)
{
	const size_t length = strlen(SIGNATURE);
	char text[sizeof(SIGNATURE)];
	struct error e = { 0 };
	struct seal_signature right, s;

	(void)state;
	assert_int_equal(signature_try(SIGNATURE, length, DATA), 0);
	assert_int_equal(signature_try(SIGNATURE, length, "da38\n"), 2);
	assert_int_equal(seal_signature_parse("s", SIGNATURE, length, &right, &e), 0);
	for (size_t i = 0; i < 8 * length; i++) {
		int rc = 0;

		memcpy(text, SIGNATURE, sizeof(text));
		text[i / 8] ^= (char)(1 << i % 8);
		rc = signature_try(text, length, DATA);
		if (rc == 0) {
			assert_int_equal(
			    seal_signature_parse("s", text, length, &s, &e), 0);
			assert_memory_not_equal(s.id, right.id, sizeof(s.id));
		}
	}
}

static void
a_signature_is_whole(void **state)
{
	char longer[sizeof(SIGNATURE) + 1] = SIGNATURE "\n";

	(void)state;
	for (size_t length = 0; length < strlen(SIGNATURE); length++) {
		char *part = malloc(length ? length : 1);

		memcpy(part, SIGNATURE, length);
		assert_int_equal(signature_try(part, length, DATA), 1);
		free(part);
	}
	assert_int_equal(signature_try(longer, strlen(longer), DATA), 1);
}

/* A file read back, and how it signs. */
static void
assert_pair_works(const char *folder, char *(*ask)(void))
{
	char path[PATH_SIZE], *text = NULL, *signature = NULL, public[SEAL_PUBLIC_SIZE];
	struct error e = { 0 };
	struct seal_secret *s = NULL;
	struct seal_public key;
	struct seal_signature read;
	size_t length = 0;

	s = seal_secret_load(in_folder(folder, "k.sec", path), ask, &e);
	error_write(&e, stderr);
	assert_non_null(s);
	text = file_get(folder, "k.pub", &length);
	seal_public_text(s, public);
	/* Before 0.12, minisign's comment has the number without leading zeros. */
	assert_string_equal(strchr(text, '\n'), strchr(public, '\n'));
	assert_int_equal(seal_public_parse("k.pub", text, length, &key, &e), 0);
	signature = seal_sign(s, DATA, strlen(DATA));
	assert_int_equal(
	    seal_signature_parse("s", signature, strlen(signature), &read, &e), 0);
	assert_true(seal_signature_holds(&read, &key, DATA, strlen(DATA)));
	assert_memory_equal(read.id, key.id, sizeof(key.id));
	free(signature);
	free(text);
	seal_secret_free(s);
}

static int
keygen(const char *folder, const char *password, struct error *e)
{
	char public[PATH_SIZE], secret[PATH_SIZE];

	return seal_keygen_at(in_folder(folder, "k.pub", public),
	    in_folder(folder, "k.sec", secret), password, &cheap, e);
}

static void
a_plain_pair_works(void **state)
{
	char public[PATH_SIZE], secret[PATH_SIZE];
	struct error e = { 0 };
	struct stat st;

	assert_int_equal(seal_keygen(in_folder(*state, "k.pub", public),
			     in_folder(*state, "k.sec", secret), NULL, &e),
	    0);
	assert_int_equal(stat(secret, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(st.st_size, strlen(SECRET));
	assert_pair_works(*state, NULL);
}

static void
keys_are_never_replaced(void **state)
{
	struct error e = { 0 };
	char path[PATH_SIZE], *text = NULL;

	text_put(*state, "k.pub", "mine");
	assert_int_equal(keygen(*state, NULL, &e), -1);
	assert_int_equal(e.count, 1);
	assert_true(error_names(&e, *state, "k.pub"));
	assert_true(error_says(&e, "never replaced"));
	assert_false(is_there(*state, "k.sec")); /* no half of a pair stays */
	error_clear(&e);
	assert_int_equal(unlink(in_folder(*state, "k.pub", path)), 0);
	text_put(*state, "k.sec", "mine");
	assert_int_equal(keygen(*state, NULL, &e), -1);
	assert_true(error_names(&e, *state, "k.sec"));
	assert_false(is_there(*state, "k.pub"));
	text = file_get(*state, "k.sec", NULL);
	assert_string_equal(text, "mine");
	free(text);
	error_clear(&e);
}

static void
an_encrypted_pair_works(void **state)
{
	static const struct {
		char *(*ask)(void);
		const char *says;
	} rows[] = { { ask_wrong, "wrong password" }, { ask_nobody, "no password" },
		{ NULL, "no password" } };
	struct error e = { 0 };
	char path[PATH_SIZE];

	assert_int_equal(keygen(*state, "correct horse", &e), 0);
	assert_pair_works(*state, ask_right);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_null(
		    seal_secret_load(in_folder(*state, "k.sec", path), rows[i].ask, &e));
		assert_int_equal(e.count, 1);
		assert_true(error_says(&e, rows[i].says));
		error_clear(&e);
	}
}

/* A secret key that is not whole, or of another kind, or asks for years of work. */
static void
broken_keys_are_told(void **state)
{
	static const struct {
		size_t at; /* in the base64 */
		const char *put, *says;
	} rows[] = { { 0, "RWQ", NULL }, { 0, "RUQ", "is no secret key" },
		{ 0, "RWQBAEIy", "unknown way" }, { 4, "AEIz", "is no secret key" },
		{ 90, "A", "damaged" }, { 90, "!", "is no secret key" },
		{ 130, "AAAA", "damaged" },
		{ 0, "RWRTY0Iy", "is encrypted, and no password" } };
	struct error e = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char text[] = SECRET;
		struct seal_secret *s = NULL;

		memcpy(strchr(text, '\n') + 1 + rows[i].at, rows[i].put,
		    strlen(rows[i].put));
		s = seal_secret_parse("k", text, strlen(text), ask_nobody, &e);
		assert_int_equal(s == NULL, rows[i].says != NULL);
		assert_int_equal(e.count, rows[i].says != NULL);
		if (rows[i].says != NULL)
			assert_true(error_says(&e, rows[i].says));
		seal_secret_free(s);
		error_clear(&e);
	}
	for (size_t length = 0; length < strlen(SECRET) - 1; length++) {
		assert_null(seal_secret_parse("k", SECRET, length, NULL, &e));
		error_clear(&e);
	}
}

static void
boundless_work_is_refused(void **state)
{
	/* "Sc", and a memory limit of 2^62 bytes. */
	char text[] = SECRET;
	char *at = strchr(text, '\n') + 1;
	struct error e = { 0 };

	(void)state;
	memcpy(at, "RWRTY0Iy", 8);
	memcpy(at + 68, "AAAAQA", 4);
	memcpy(at + 60, "//////////", 10);
	assert_null(seal_secret_parse("k", text, strlen(text), ask_right, &e));
	assert_true(error_says(&e, "too much work"));
	error_clear(&e);
}

static void
public_keys_are_read(void **state)
{
	static const char *const broken[] = { "", "\n", "untrusted comment: x\n",
		"RWRakVySTaFnhO2aJTMs7k7eJNoT/6iAmT9UUDsQeq4U0pmORG58Ehr9\n",
		"untrusted comment: x\n"
		"RWRakVySTaFnhO2aJTMs7k7eJNoT/6iAmT9UUDsQeq4U0pmORG58Ehr\n",
		"untrusted comment: x\n"
		"RURakVySTaFnhO2aJTMs7k7eJNoT/6iAmT9UUDsQeq4U0pmORG58Ehr9\n",
		SECRET };
	static const char windows[] =
	    "untrusted comment: x\r\n"
	    "RWRakVySTaFnhO2aJTMs7k7eJNoT/6iAmT9UUDsQeq4U0pmORG58Ehr9\r\n";
	struct seal_public key;
	char id[SEAL_ID_TEXT_SIZE];
	struct error e = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(broken); i++) {
		assert_int_equal(
		    seal_public_parse("p", broken[i], strlen(broken[i]), &key, &e), -1);
		assert_int_equal(e.count, 1);
		error_clear(&e);
	}
	assert_int_equal(seal_public_parse("p", windows, strlen(windows), &key, &e), 0);
	assert_string_equal(seal_id_text(key.id, id), ID);
}

/* SHA256SUMS. */

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void
sums_are_read(void **state)
{
	static const char text[] = A64 "  a\n" A63 "0  a.b/c d\n" A64 "  a/b\n";
	struct seal_sums s = { 0 };
	struct error e = { 0 };

	(void)state;
	assert_int_equal(seal_sums_parse("S", text, strlen(text), &s, &e), 0);
	assert_int_equal(s.count, 3);
	assert_string_equal(s.sums[1].path, "a.b/c d");
	assert_string_equal(s.sums[1].sha256, A63 "0");
	assert_int_equal(s.sums[2].line, 3);
	seal_sums_clear(&s);
}

static void
sums_forgive_nothing(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *says;
	} rows[] = { { "", 0, "empty" }, { "\n", 1, "no line" },
		{ A64 "  a", 1, "line break" }, { A64 " *a\n", 1, "no line" },
		{ A64 " a\n", 1, "no line" }, { A63 "A  a\n", 1, "no line" },
		{ A63 "g  a\n", 1, "no line" }, { A64 "a  a\n", 1, "no line" },
		{ A64 "  \n", 1, "empty" }, { A64 "  /etc/passwd\n", 1, "leaves" },
		{ A64 "  ../a\n", 1, "leaves" }, { A64 "  a/../../b\n", 1, "leaves" },
		{ A64 "  a/..\n", 1, "leaves" }, { A64 "  ..\n", 1, "leaves" },
		{ A64 "  ./a\n", 1, "\".\"" }, { A64 "  a/./b\n", 1, "\".\"" },
		{ A64 "  a//b\n", 1, "empty" }, { A64 "  a/\n", 1, "empty" },
		{ A64 "  a\\b\n", 1, "backslash" }, { A64 "  a\rb\n", 1, "control" },
		{ A64 "  a\n" A64 "  a\n", 2, "order" },
		{ A64 "  ab\n" A64 "  a\n", 2, "order" },
		{ A64 "  b\n" A64 "  a\n", 2, "order" },
		{ A64 "  a\n\n" A64 "  b\n", 2, "no line" } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct seal_sums s = { 0 };
		struct error e = { 0 };

		assert_int_equal(
		    seal_sums_parse("S", rows[i].text, strlen(rows[i].text), &s, &e), -1);
		assert_int_equal(e.count, 1);
		assert_int_equal(e.lines[0].line, rows[i].line);
		if (!error_says(&e, rows[i].says))
			fail_msg("row %zu: %s", i, e.lines[0].text);
		seal_sums_clear(&s);
		error_clear(&e);
	}
}

/* minisign itself, on the same files. */

static int
run(const char *folder, const char *command)
{
	char line[2048];

	snprintf(line, sizeof(line), "cd '%s' && { %s; } >out.txt 2>&1", folder, command);
	return system(line);
}

static void
minisign_and_we_read_each_other(void **state)
{
	struct seal_secret *s = NULL;
	struct error e = { 0 };
	char path[PATH_SIZE], *signature = NULL;

	if (!has_program("minisign")) {
		print_message("minisign is not installed\n");
		skip();
	}
	text_put(*state, "f", DATA);
	/* Ours by minisign: the signature, the plain and the encrypted key. */
	assert_int_equal(keygen(*state, NULL, &e), 0);
	s = seal_secret_load(in_folder(*state, "k.sec", path), NULL, &e);
	assert_non_null(s);
	signature = seal_sign(s, DATA, strlen(DATA));
	text_put(*state, "f.minisig", signature);
	free(signature);
	seal_secret_free(s);
	assert_int_equal(run(*state, "minisign -Vm f -p k.pub"), 0);
	assert_int_not_equal(run(*state, "echo >>f; minisign -Vm f -p k.pub"), 0);
	assert_int_equal(
	    run(*state, "minisign -Sm f -s k.sec && minisign -Vm f -p k.pub"), 0);
	assert_int_equal(run(*state, "rm k.sec k.pub"), 0);
	assert_int_equal(keygen(*state, "correct horse", &e), 0);
	assert_int_equal(run(*state, "echo 'correct horse' | minisign -Sm f -s k.sec && "
				     "minisign -Vm f -p k.pub"),
	    0);
	/* minisign's by us. */
	assert_int_equal(run(*state, "minisign -G -f -W -p k.pub -s k.sec"), 0);
	assert_pair_works(*state, NULL);
	assert_int_equal(run(*state, "yes 'correct horse' | head -n 2 | "
				     "minisign -G -f -p k.pub -s k.sec"),
	    0);
	assert_pair_works(*state, ask_right);
	assert_int_equal(e.count, 0);
}

#define IN_FOLDER(name)                                                                  \
	cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signature_is_what_minisign_writes),
		cmocka_unit_test(every_flipped_bit_shows),
		cmocka_unit_test(a_signature_is_whole),
		IN_FOLDER(a_plain_pair_works),
		IN_FOLDER(keys_are_never_replaced),
		IN_FOLDER(an_encrypted_pair_works),
		cmocka_unit_test(broken_keys_are_told),
		cmocka_unit_test(boundless_work_is_refused),
		cmocka_unit_test(public_keys_are_read),
		cmocka_unit_test(sums_are_read),
		cmocka_unit_test(sums_forgive_nothing),
		IN_FOLDER(minisign_and_we_read_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
