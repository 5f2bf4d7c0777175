/* SPDX-License-Identifier: Apache-2.0 */
/* QUIC's Initial packets and the ClientHello inside. */
#include <callwitness/packet.h>

#include "hello_vectors.h"
#include "quic_seal.h"
#include "quic_vectors.h"

/* A flow's memory and its last answer. */
struct watch {
	struct quic_hello state;
	struct client_hello out;
};

static struct watch *
watch_new(void)
{
	struct watch *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	return w;
}

static enum dissect_result
watch_show(struct watch *w, const struct vector *v)
{
	return quic_initial(v->bytes, v->size, v->size, &w->state, &w->out);
}

static struct vector
sealed_as(unsigned sealer, const char *as, uint32_t number, const struct vector *frames)
{
	struct vector v = { .size = 0 };

	v.size =
	    quic_seal(&sealers[sealer], as, number, frames->bytes, frames->size, v.bytes);
	return v;
}

static struct vector
sealed(unsigned sealer, const struct vector *frames)
{
	return sealed_as(sealer, sealers[sealer].dcid, 1, frames);
}

/* A CRYPTO frame with bytes from..to of a message. */
static void
add_crypto(struct vector *frames, const struct vector *message, size_t from, size_t to)
{
	vector_hex(frames, "06");
	add_u16(frames, 0x4000 | from);
	add_u16(frames, 0x4000 | (to - from));
	vector_add(frames, message->bytes + from, to - from);
}

static void
check_found(struct watch *w, enum dissect_result result, const char *sni)
{
	assert_int_equal(result, DISSECT_YES);
	assert_string_equal(w->out.sni, sni);
	assert_string_equal(w->out.alpn, "h3");
	free(w);
}

static void
test_rfc9001(void **state)
{
	struct watch *w = watch_new();
	struct vector v = vector_of(rfc9001_client);

	(void)state;
	assert_int_equal(v.size, 1200);
	assert_int_equal(watch_show(w, &v), DISSECT_YES);
	assert_string_equal(w->out.sni, "example.com");
	assert_string_equal(w->out.alpn, "alpn");
	free(w);
}

static void
check_cut(const uint8_t *p, size_t captured, size_t length, void *user)
{
	struct watch *w = watch_new();
	size_t whole = *(size_t *)user;
	enum dissect_result result =
	    quic_initial(p, captured, length, &w->state, &w->out);

	assert_int_equal(result, captured == whole    ? DISSECT_YES
				 : captured == length ? DISSECT_NO
						      : DISSECT_SHORT);
	free(w);
}

static void
test_cuts(void **state)
{
	struct vector v = vector_of(rfc9001_client);

	(void)state;
	vector_each_cut(&v, check_cut, &v.size);
}

/* RFC 9001 A.2, RFC 9369 A.2, draft-29: sealed here, it is the packet printed there. */
static void
test_versions(void **state)
{
	static const struct {
		const char *header, *tag;
	} printed[] = {
		[SEAL_V1] = { "c000000001088394c8f03e5157080000449e7b9aec34",
		    "e221af44860018ab0856972e194cd934" },
		[SEAL_V2] = { "d76b3343cf088394c8f03e5157080000449ea0c95e82",
		    "a18b2faa745b6fe189cf772a9f84cbfc" },
		[SEAL_29] = { NULL, NULL },
		[SEAL_27] = { NULL, NULL },
	};
	struct vector frames = vector_of(rfc9001_frame);

	(void)state;
	vector_fill(&frames, 0, 1162 - frames.size);
	for (unsigned i = 0; i < COUNT_OF(printed); i++) {
		struct watch *w = watch_new();
		struct vector v = sealed_as(i, DCID_A, 2, &frames);
		struct vector check =
		    vector_of(printed[i].header ? printed[i].header : "");

		assert_memory_equal(v.bytes, check.bytes, check.size);
		check = vector_of(printed[i].tag ? printed[i].tag : "");
		assert_memory_equal(
		    v.bytes + v.size - check.size, check.bytes, check.size);
		assert_int_equal(watch_show(w, &v), DISSECT_YES);
		assert_string_equal(w->out.sni, "example.com");
		free(w);
	}
}

/* As Chrome does: pieces out of order, PING and PADDING between; here an ACK as well. */
static void
test_shuffled(void **state)
{
	struct vector hello = make_hello(LONG_NAME, 100), frames = { .size = 0 };
	struct watch *w = watch_new();
	size_t pieces = (hello.size + 6) / 7;

	(void)state;
	for (size_t i = 0; i < pieces; i++) {
		size_t from = i * 11 % pieces * 7;

		assert_int_not_equal(pieces % 11, 0);
		add_crypto(
		    &frames, &hello, from, from + 7 < hello.size ? from + 7 : hello.size);
		vector_hex(&frames, i % 3 == 0 ? "0000 01" : "");
	}
	vector_hex(&frames, "02 4123 05 02 00 01 00 01 00 03 00 05 00 00 01 02 03");
	frames = sealed(SEAL_V1, &frames);
	check_found(w, watch_show(w, &frames), LONG_NAME_LOWER);
}

/* A post-quantum hello in two packets, each recorded twice. */
static void
two_packets(bool swapped)
{
	struct vector hello = make_hello(LONG_NAME, 1216), frames = { .size = 0 };
	struct vector packets[2];
	struct watch *w = watch_new();

	add_crypto(&frames, &hello, 1000, 1100);
	add_crypto(&frames, &hello, 0, 900);
	packets[swapped] = sealed(SEAL_V1, &frames);
	frames.size = 0;
	add_crypto(&frames, &hello, 1100, hello.size);
	add_crypto(&frames, &hello, 900, 1000);
	/* by then the server has told its own connection id */
	packets[!swapped] = sealed_as(SEAL_V1, swapped ? DCID_A : DCID_B, 2, &frames);
	assert_int_equal(watch_show(w, &packets[0]), DISSECT_MAYBE);
	assert_string_equal(w->out.sni, "");
	assert_int_equal(watch_show(w, &packets[0]), DISSECT_MAYBE);
	check_found(w, watch_show(w, &packets[1]), LONG_NAME_LOWER);
}

static void
test_two_packets(void **state)
{
	(void)state;
	two_packets(false);
	two_packets(true);
}

static void
test_two_in_one_datagram(void **state)
{
	struct vector hello = make_hello(LONG_NAME, 900), frames = { .size = 0 }, v, more;
	struct watch *w = watch_new();

	(void)state;
	add_crypto(&frames, &hello, 500, hello.size);
	v = sealed(SEAL_V1, &frames);
	/* 0-RTT between them */
	vector_hex(&v, "d0 00000001 08" DCID_A "00 4020");
	vector_fill(&v, 0x77, 32);
	frames.size = 0;
	add_crypto(&frames, &hello, 0, 500);
	more = sealed_as(SEAL_V1, DCID_A, 2, &frames);
	vector_add(&v, more.bytes, more.size);
	vector_fill(&v, 0, 20);
	check_found(w, watch_show(w, &v), LONG_NAME_LOWER);
}

static void
test_overlap(void **state)
{
	struct vector hello = make_hello("first.example", 20), frames = { .size = 0 };
	struct vector other = make_hello("other.example", 20);
	struct watch *w = watch_new();

	(void)state;
	add_crypto(&frames, &hello, 60, hello.size);
	add_crypto(&frames, &other, 50, other.size);
	add_crypto(&frames, &hello, 0, 55);
	frames = sealed(SEAL_V1, &frames);
	check_found(w, watch_show(w, &frames), "first.example");
}

/* RFC 9000 section 17.2.5: another connection id, other keys, all from the start. */
static void
test_retry(void **state)
{
	struct vector hello = make_hello("again.example", 20), frames = { .size = 0 };
	struct watch *w = watch_new();
	struct vector v;

	(void)state;
	add_crypto(&frames, &hello, 0, 40);
	v = sealed(SEAL_V1, &frames);
	assert_int_equal(watch_show(w, &v), DISSECT_MAYBE);
	v = sealed(SEAL_B, &frames);
	assert_int_equal(watch_show(w, &v), DISSECT_MAYBE);
	frames.size = 0;
	add_crypto(&frames, &hello, 40, hello.size);
	v = sealed(SEAL_B, &frames);
	check_found(w, watch_show(w, &v), "again.example");
}

/* The room ends before the hello does. */
static void
test_endless(void **state)
{
	struct vector hello = make_hello("big.example", 1200), frames = { .size = 0 };
	enum dissect_result result = DISSECT_MAYBE;
	struct watch *w = watch_new();

	(void)state;
	hello.bytes[1] = 1;
	hello.bytes[45] = 0xff; /* 64 KiB of extensions, */
	hello.bytes[49] = 0xf0; /* most of it in the first */
	for (size_t at = 0; result == DISSECT_MAYBE; at += 1000) {
		struct vector v;

		assert_true(at < 6000);
		frames.size = 0;
		vector_hex(&frames, "06");
		add_u16(&frames, 0x4000 | at);
		vector_hex(&frames, "43e8");
		vector_add(&frames, hello.bytes + (at ? 60 : 0), 1000);
		v = sealed_as(SEAL_V1, DCID_A, (uint32_t)at, &frames);
		result = watch_show(w, &v);
	}
	assert_int_equal(result, DISSECT_YES);
	assert_int_equal(w->state.whole, QUIC_HELLO_ROOM);
	assert_string_equal(w->out.sni, "");
	free(w);
}

/* What authenticates and is no hello, or breaks off. */
static void
test_odd_frames(void **state)
{
	static const struct {
		const char *frames;
		enum dissect_result result;
	} rows[] = {
		{ "00", DISSECT_MAYBE },
		{ "01 02 00 00 00 00", DISSECT_MAYBE },
		{ "1c 00 00 00 00", DISSECT_MAYBE },
		{ "02 00 00 ffffffffffffffff 00 00", DISSECT_MAYBE },
		{ "06 00 04 02000001", DISSECT_NO }, /* ServerHello */
		{ "06 00 41ff 01", DISSECT_MAYBE },
		{ "06 ffffffffffffffff 04 01020304", DISSECT_MAYBE },
		{ "06 00 ffffffffffffffff 01020304", DISSECT_MAYBE },
		{ "06 00 06 010000020303", DISSECT_NO }, /* too short for one */
		{ "06 00 05 0100ffff02", DISSECT_NO },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct watch *w = watch_new();
		struct vector v = vector_of(rows[i].frames);

		v = sealed(SEAL_V1, &v);
		assert_int_equal(watch_show(w, &v), rows[i].result);
		free(w);
	}
}

static void
test_not_quic(void **state)
{
	static const char *const rows[] = {
		"",
		rfc9001_server,
		"c0",
		"c000000001",
		"c0 00000001 ff",
		"c0 00000001 08 1122334455667788 00",
		"c0 00000001 15 000102030405060708090a0b0c0d0e0f1011121314 00 00 4010",
		"c0 00000000 08 1122334455667788 00 00000001 6b3343cf", /* negotiation */
		"f0 00000001 08 1122334455667788 00 0011223344",        /* Retry */
		"c0 1a2a3a4a 08 1122334455667788 00 00 4010 00",
		"c0 00000001 00 00 ffffffffffffffff 4010 00",
		"c0 00000001 00 00 00 ffffffffffffffff 00",
		"40 00000001 08 1122334455667788 00",
		"ff10 0004 00000000",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct watch *w = watch_new();
		struct vector v = vector_of(rows[i]);

		assert_int_equal(watch_show(w, &v), DISSECT_NO);
		assert_int_equal(w->state.version, 0);
		free(w);
	}
}

/* Any changed bit fails to authenticate. */
static void
test_tampered(void **state)
{
	struct vector v = vector_of(rfc9001_client);

	(void)state;
	for (size_t at = 0; at < v.size; at += at < 60 ? 1 : 97) {
		struct watch *w = watch_new();

		v.bytes[at] ^= 0x04;
		assert_int_equal(watch_show(w, &v), DISSECT_NO);
		v.bytes[at] ^= 0x04;
		free(w);
	}
}

/* The client's packets of one port, until its hello is known. */
static bool
port_found(const char *path, uint16_t port, struct watch *w)
{
	struct error e = { 0 };
	struct capture_options options = { 0 };
	struct capture *c = capture_open(&path, 1, &options, &e);
	struct decoder *d = decoder_new();
	enum dissect_result result = DISSECT_NO;
	struct packet p;
	struct frame f;

	assert_non_null(c);
	while (result != DISSECT_YES && capture_next(c, &f) == 1)
		if (packet_decode(d, &f, &p) == PACKET_OK && p.proto == 17 &&
		    (p.sport == port || p.dport == port))
			result = quic_initial(p.payload, p.payload_captured,
			    p.payload_length, &w->state, &w->out);
	decoder_free(d);
	capture_close(c);
	return result == DISSECT_YES;
}

static void
test_captures(void **state)
{
	static const struct {
		const char *file;
		uint16_t port;
		const char *sni;
	} rows[] = {
		{ "discord_web_mic.pcapng", 64440, "a.nel.cloudflare.com" },
		{ "discord_web_mic.pcapng", 53784, "calendar.google.com" },
		{ "discord_web_mic.pcapng", 61163, "cdn.discordapp.com" }, /* draft-29 */
	};
	const char *folder = getenv("CALLWITNESS_CORPUS");

	(void)state;
	if (folder == NULL) {
		print_message("CALLWITNESS_CORPUS is not set\n");
		skip();
	}
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct watch *w = watch_new();
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", folder, rows[i].file);
		assert_true(port_found(path, rows[i].port, w));
		assert_string_equal(w->out.sni, rows[i].sni);
		free(w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc9001),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_shuffled),
		cmocka_unit_test(test_two_packets),
		cmocka_unit_test(test_two_in_one_datagram),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_retry),
		cmocka_unit_test(test_endless),
		cmocka_unit_test(test_odd_frames),
		cmocka_unit_test(test_not_quic),
		cmocka_unit_test(test_tampered),
		cmocka_unit_test(test_captures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
