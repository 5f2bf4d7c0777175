/* SPDX-License-Identifier: Apache-2.0 */
/* What is remembered is what would have been found. */
#include <stdlib.h>

#include "make_signatures.h"

static struct subject
subject_random(struct addr *addr)
{
	static const char *const hosts[] = { NULL, "evt.demo.example",
		"a.log.demo.example", "www.demo.example", "www.rival.example",
		"in.crashy.example", "x.example" };
	const uint8_t bytes[4] = { 198, 51, (uint8_t)(100 + rand() % 2), 7 };

	*addr = addr_v4(bytes);
	return (struct subject){ .host = hosts[rand() % (int)COUNT_OF(hosts)],
		.addr = rand() % 4 ? addr : NULL,
		.proto = rand() % 2 ? 17 : 6,
		.port = (uint16_t)(8990 + rand() % 30),
		.local_port = (uint16_t)rand(),
		.dissector = rand() % 2 ? DISSECTOR_RTP : DISSECTOR_NONE,
		.message = rand() % 2 ? MESSAGE_AUDIO : MESSAGE_VIDEO,
		.behaviour = rand() % 2 ? BEHAVIOUR_MEDIA : BEHAVIOUR_NONE };
}

static void
remembered_is_found(void **state)
{
	static const char *const texts[] = { MAKE_DEMO, MAKE_OTHER_APP,
		"signature: ports\ntitle: Ports\nversion: 2026-11-21\nrules:\n"
		"  - {id: ports.screen, category: content, kind: screen, strength: "
		"documented,\n"
		"     match: {dissector: rtp, message: video, local_port: 1-30000}, "
		"source: s}\n" };
	struct signatures *set = make_signatures(texts, COUNT_OF(texts));
	struct match_memo *memo = match_memo_new(set, NULL);
	size_t matched = 0;

	(void)state;
	srand(1);
	for (unsigned i = 0; i < 50000; i++) {
		struct specificity found = { 0 }, remembered = { 0 };
		struct addr addr;
		struct subject s = subject_random(&addr);
		const struct rule *rule = signatures_match(set, &s, NULL, &found);

		assert_ptr_equal(match_memo_match(memo, &s, &remembered), rule);
		assert_int_equal(specificity_compare(&found, &remembered), 0);
		matched += rule != NULL;
	}
	assert_true(matched > 10000 && matched < 50000);
	match_memo_free(memo);
	signatures_free(set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(remembered_is_found) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
