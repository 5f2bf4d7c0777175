/* SPDX-License-Identifier: Apache-2.0 */
/* keygen: a pair of keys for signing bundles, in minisign's files. */
#include <unistd.h>
#include "cmd.h"
#include "password.h"

struct keygen {
	const char *public_path, *secret_path;
	bool plain;
};

#define AT(member) offsetof(struct keygen, member)

const struct option_row keygen_options[3] = {
	{ 'p', "public", "PUB", "write the public key there: for those who verify",
	    AT(public_path), OPTION_TEXT },
	{ 's', "secret", "SECRET", "write the secret key there: for you alone",
	    AT(secret_path), OPTION_TEXT },
	{ 0, "no-password", NULL, "leave the secret key unencrypted", AT(plain),
	    OPTION_SWITCH },
};

/* Before anybody types a password. */
static void
path_check(const char *path, struct error *e)
{
	if (access(path, F_OK) == 0)
		error_add(e, path, 0, 0, "is there already: a key is never replaced");
}

static enum exit_code
keygen_run(const struct keygen *k)
{
	struct error e = { 0 };
	char *password = NULL;
	int rc = -1;

	path_check(k->public_path, &e);
	path_check(k->secret_path, &e);
	if (e.count == 0 && !k->plain)
		password = password_new(&e);
	if (e.count == 0)
		rc = seal_keygen(k->public_path, k->secret_path, password, &e);
	password_free(password);
	if (rc != 0)
		return fail(&e, EXIT_INPUT);
	printf("The secret key is in %s: keep it to yourself.\n"
	       "The public key is in %s: give it to those who verify.\n",
	    k->secret_path, k->public_path);
	return EXIT_FINE;
}

enum exit_code
cmd_keygen(int argc, char **argv, const struct command *self)
{
	struct keygen options = { 0 };
	struct words rest = { 0 };
	enum exit_code code = EXIT_USAGE;
	int parsed = options_parse(self, argc, argv, &options, &rest);

	if (parsed > 0)
		code = EXIT_FINE;
	else if (parsed == 0 && (rest.count > 0 || options.public_path == NULL ||
				    options.secret_path == NULL))
		command_usage(self, stderr);
	else if (parsed == 0)
		code = keygen_run(&options);
	words_free(&rest);
	return code;
}
