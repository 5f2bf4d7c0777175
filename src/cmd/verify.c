/* SPDX-License-Identifier: Apache-2.0 */
/* verify: whether a bundle is what it was, and whether its captures say so again. */
#include "verify.h"

struct verify {
	const char *key;
	struct words captures, geoip;
};

#define AT(member) offsetof(struct verify, member)

const struct option_row verify_options[3] = {
	{ 'k', "key", "PUB",
	    "the signer's public key, as you have it from the signer (minisign's format)",
	    AT(key), OPTION_TEXT },
	{ 'c', "capture", "FILE",
	    "derive the report again from this capture, and compare (repeatable)",
	    AT(captures), OPTION_WORDS },
	{ 'g', "geoip", "MMDB",
	    "with --capture: a database of places that was used (repeatable)", AT(geoip),
	    OPTION_WORDS },
};

/* `rc` as seal_verify() and rederive() return it: 1 for what was found. */
static enum exit_code
verify_fail(int rc, struct error *e)
{
	return fail(e, rc > 0 ? EXIT_FINDING : EXIT_INPUT);
}

static enum exit_code
verify_run(const struct verify *v, const char *folder)
{
	struct error e = { 0 };
	char signer[256];
	int rc = seal_verify(folder, v->key, signer, &e);

	if (rc != 0)
		return verify_fail(rc, &e);
	printf("%s: every file is as SHA256SUMS lists it. %s\n", folder, signer);
	(void)fflush(stdout); /* before complaints about the rest */
	if (v->captures.count > 0) {
		rc = rederive(folder, &v->captures, &v->geoip, &e);
		if (rc != 0)
			return verify_fail(rc, &e);
		printf("Derived again from the capture, the report says the same.\n");
	}
	return EXIT_FINE;
}

enum exit_code
cmd_verify(int argc, char **argv, const struct command *self)
{
	struct verify options = { 0 };
	struct words rest = { 0 };
	enum exit_code code = EXIT_USAGE;
	int parsed = options_parse(self, argc, argv, &options, &rest);

	if (parsed > 0)
		code = EXIT_FINE;
	else if (parsed == 0 && (rest.count != 1 || (options.geoip.count > 0 &&
							options.captures.count == 0)))
		command_usage(self, stderr);
	else if (parsed == 0)
		code = verify_run(&options, rest.word[0]);
	words_free(&rest);
	words_free(&options.captures);
	words_free(&options.geoip);
	return code;
}
