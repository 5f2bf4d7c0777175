/* SPDX-License-Identifier: Apache-2.0 */
#include "capture_files.h"

char folder[64];

static int
folder_remove(void **state)
{
	char path[96];

	(void)state;
	snprintf(path, sizeof(path), "%s/one", folder);
	unlink(path);
	return rmdir(folder);
}

enum { SHB = 0x0a0d0d0a, IDB = 1, PB = 2, SPB = 3, ISB = 5, EPB = 6, DSB = 10 };

static size_t
block_begin(struct draft *d, uint32_t type)
{
	size_t at = d->length;

	put_u32(d, type);
	put_u32(d, 0);
	return at;
}

/* Pads, and puts the length at both ends. */
static void
block_end(struct draft *d, size_t at)
{
	uint32_t length;
	size_t end;

	while (d->length % 4 != 0)
		put(d, "", 1);
	length = (uint32_t)(d->length + 4 - at);
	put_u32(d, length);
	end = d->length;
	d->length = at + 4;
	put_u32(d, length);
	d->length = end;
}

static void
put_section(struct draft *d, bool little)
{
	size_t at;

	d->little = little;
	at = block_begin(d, SHB);
	put_u32(d, 0x1a2b3c4d);
	put_u16(d, 1);
	put_u16(d, 0);
	put_number(d, UINT64_MAX, 8);
	block_end(d, at);
}

static void
put_option(struct draft *d, uint16_t code, uint64_t value, unsigned size)
{
	put_u16(d, code);
	put_u16(d, (uint16_t)size);
	put_number(d, value, size);
	while (d->length % 4 != 0)
		put(d, "", 1);
}

/* tsresol 6 and tsoffset 0 are the defaults, and are left out. */
static void
put_interface(struct draft *d, uint16_t linktype, uint32_t snaplen, uint8_t tsresol,
    int64_t tsoffset)
{
	size_t at = block_begin(d, IDB);

	put_u16(d, linktype);
	put_u16(d, 0);
	put_u32(d, snaplen);
	if (tsresol != 6)
		put_option(d, 9, tsresol, 1);
	if (tsoffset != 0)
		put_option(d, 14, (uint64_t)tsoffset, 8);
	put_option(d, 0, 0, 0);
	block_end(d, at);
}

static void
put_packet(struct draft *d, uint32_t interface, uint64_t ticks, uint16_t port)
{
	size_t at = block_begin(d, EPB);

	put_u32(d, interface);
	put_u32(d, (uint32_t)(ticks >> 32));
	put_u32(d, (uint32_t)ticks);
	put_u32(d, FRAME);
	put_u32(d, FRAME);
	put(d, frame_to(port), FRAME);
	block_end(d, at);
}

static void
put_old_packet(struct draft *d, uint16_t interface, uint64_t ticks, uint16_t port)
{
	size_t at = block_begin(d, PB);

	put_u16(d, interface);
	put_u16(d, 3);
	put_u32(d, (uint32_t)(ticks >> 32));
	put_u32(d, (uint32_t)ticks);
	put_u32(d, FRAME);
	put_u32(d, FRAME);
	put(d, frame_to(port), FRAME);
	block_end(d, at);
}

static void
put_statistics(struct draft *d, uint32_t interface, uint64_t ifdrop, uint64_t osdrop)
{
	size_t at = block_begin(d, ISB);

	put_u32(d, interface);
	put_number(d, 0, 8);
	put_option(d, 5, ifdrop, 8);
	put_option(d, 7, osdrop, 8);
	put_option(d, 0, 0, 0);
	block_end(d, at);
}

static struct draft
draft_begin(bool little)
{
	struct draft d = { 0 };

	put_section(&d, little);
	put_interface(&d, 1, 0, 6, 0);
	return d;
}

static void
test_packet_kinds(void **state)
{
	(void)state;
	for (int little = 0; little < 2; little++) {
		struct draft d = draft_begin(little);
		struct capture *c;
		size_t at;

		put_packet(&d, 0, 5000001, 1);
		put_old_packet(&d, 0, 6000001, 2);
		at = block_begin(&d, SPB);
		put_u32(&d, FRAME);
		put(&d, frame_to(3), FRAME);
		block_end(&d, at);
		c = open_draft(&d);
		assert_string_equal(capture_file(c, 0)->format, "pcapng");
		expect_frame(c, 5000001000, 1);
		expect_frame(c, 6000001000, 2);
		expect_frame(c, 6000001000, 3); /* has no time: the one before */
		expect_end(c);
		assert_int_equal(capture_file(c, 0)->packets, 3);
		assert_int_equal(capture_file(c, 0)->bytes, d.length);
		assert_false(
		    capture_file(c, 0)->truncated || capture_file(c, 0)->damaged);
		capture_close(c);
	}
}

static void
test_simple_packet_snapped(void **state)
{
	struct draft d = { 0 };
	struct capture *c;
	struct frame f;
	size_t at;

	(void)state;
	put_section(&d, true);
	put_interface(&d, 1, 40, 6, 0);
	at = block_begin(&d, SPB);
	put_u32(&d, FRAME);
	put(&d, frame_to(3), 40);
	block_end(&d, at);
	c = open_draft(&d);
	assert_int_equal(capture_next(c, &f), 1);
	assert_int_equal(f.length, FRAME);
	assert_int_equal(f.captured, 40);
	expect_end(c);
	assert_int_equal(capture_file(c, 0)->snapped, 1);
	capture_close(c);
}

/* What libpcap refuses: link types, snap lengths, byte orders and clocks that differ. */
static void
test_mixed(void **state)
{
	struct draft d = draft_begin(true);
	struct capture *c;
	struct frame f;

	(void)state;
	put_interface(&d, 101, 68, 9, 0);
	put_packet(&d, 1, 5000000001, 1);
	put_packet(&d, 0, 5000002, 2);
	put_section(&d, false);
	put_interface(&d, 113, 0, 3, 0);
	put_packet(&d, 0, 5003, 3);
	c = open_draft(&d);
	assert_int_equal(capture_next(c, &f), 1);
	assert_int_equal(f.linktype, 12); /* as libpcap calls it */
	assert_int_equal(f.time_ns, 5000000001);
	expect_frame(c, 5000002000, 2);
	assert_int_equal(capture_next(c, &f), 1);
	assert_int_equal(f.linktype, 113);
	assert_int_equal(f.time_ns, 5003000000);
	expect_end(c);
	capture_close(c);
}

static void
test_clocks(void **state)
{
	static const struct {
		uint8_t tsresol;
		int64_t offset;
		uint64_t ticks;
		int64_t ns;
	} clocks[] = {
		{ 0, 0, 7, 7000000000 },
		{ 6, 0, 7, 7000 },
		{ 6, 2, 7, 2000007000 },
		{ 6, -2, 3000000, 1000000000 },
		{ 6, -2, 7, 0 },
		{ 6, INT64_MIN, 7, 0 },
		{ 6, INT64_MAX, 7, INT64_MAX },
		{ 9, 0, 7, 7 },
		{ 12, 0, 7999, 7 },
		{ 28, 0, UINT64_MAX, 1 },
		{ 29, 0, UINT64_MAX, 0 },
		{ 127, 0, UINT64_MAX, 0 },
		{ 9, 0, UINT64_MAX, INT64_MAX },
		{ 0, 0, UINT64_MAX, INT64_MAX },
		{ 0x80, 0, 7, 7000000000 },
		{ 0x80, 0, UINT64_MAX, INT64_MAX },
		{ 0x81, 0, 7, 3500000000 },
		{ 0x8a, 0, 1536, 1500000000 },
		{ 0xa0, 0, UINT64_C(0x180000000), 1500000000 },
		{ 0xbf, 0, UINT64_C(0xc000000000000000), 1500000000 },
		{ 0xc0, 0, UINT64_C(0x8000000000000000), 500000000 },
		{ 0xe0, 0, UINT64_MAX, 0 },
		{ 0xff, 0, UINT64_MAX, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(clocks); i++) {
		struct draft d = { 0 };
		struct capture *c;

		put_section(&d, i % 2);
		put_interface(&d, 1, 0, clocks[i].tsresol, clocks[i].offset);
		put_packet(&d, 0, clocks[i].ticks, 1);
		c = open_draft(&d);
		expect_frame(c, clocks[i].ns, 1);
		capture_close(c);
	}
}

/* The latest statistics of an interface stand; sections add up. */
static void
test_drops(void **state)
{
	struct draft d = draft_begin(true);
	struct capture *c;

	(void)state;
	put_statistics(&d, 0, 5, 1);
	put_statistics(&d, 0, 7, 2);
	put_statistics(&d, 9, 1000, 0);
	put_section(&d, false);
	put_interface(&d, 1, 0, 6, 0);
	put_statistics(&d, 0, 100, 0);
	c = open_draft(&d);
	expect_end(c);
	assert_int_equal(capture_file(c, 0)->drops, 109);
	capture_close(c);
}

static void
test_unknown_blocks(void **state)
{
	struct draft d = draft_begin(false);
	struct capture *c;
	size_t at;

	(void)state;
	at = block_begin(&d, DSB);
	put_u32(&d, 0x544c534b);
	put_u32(&d, 4);
	put(&d, "keys", 4);
	block_end(&d, at);
	at = block_begin(&d, 0x40000bad);
	block_end(&d, at);
	put_packet(&d, 0, 1, 1);
	c = open_draft(&d);
	expect_frame(c, 1000, 1);
	expect_end(c);
	capture_close(c);
}

/* Every length of the last packet's block: what is there of the packet is delivered. */
static void
test_truncated(void **state)
{
	struct draft d = draft_begin(true), whole;
	size_t second;

	(void)state;
	put_packet(&d, 0, 1, 1);
	second = d.length;
	put_packet(&d, 0, 2, 2);
	whole = d;
	for (d.length = second; d.length <= whole.length; d.length++) {
		struct capture *c = open_draft(&d);
		size_t left = d.length - second;
		struct frame f;

		expect_frame(c, 1000, 1);
		if (left >= 28) {
			assert_int_equal(capture_next(c, &f), 1);
			assert_int_equal(
			    f.captured, left - 28 < FRAME ? left - 28 : FRAME);
			assert_int_equal(f.length, FRAME);
			assert_memory_equal(f.data, frame_to(2), f.captured);
		}
		expect_end(c);
		assert_int_equal(
		    capture_file(c, 0)->truncated, left > 0 && d.length < whole.length);
		assert_false(capture_file(c, 0)->damaged);
		capture_close(c);
	}
}

/* One bad block after a good packet; four bytes of it are written over. */
static void
test_damaged(void **state)
{
	static const struct {
		size_t at; /* from the block's start */
		uint32_t value;
		const char *damage;
	} cases[] = {
		{ 4, 0, "the block at byte 144 has the impossible length 0" },
		{ 4, 8, "impossible length 8" },
		{ 4, 93, "impossible length 93" },
		{ 4, 0xfffffffc, "impossible length 4294967292" },
		{ 4, 88, "has one length before it and another behind" },
		{ 8, 3, "the packet at byte 144 is of interface 3 of 1" },
		{ 20, 65, "the packet at byte 144 says that it has 65 bytes" },
		{ 20, 0x40000000, "says that it has 1073741824 bytes" },
		{ 88, 96, "has one length before it and another behind" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct draft d = draft_begin(true);
		struct capture *c;
		size_t end;

		put_packet(&d, 0, 1, 1);
		assert_int_equal(d.length, 144);
		put_packet(&d, 0, 2, 2);
		put_packet(&d, 0, 3, 3);
		end = d.length;
		d.length = 144 + cases[i].at;
		put_u32(&d, cases[i].value);
		d.length = end;
		c = open_draft(&d);
		expect_frame(c, 1000, 1);
		expect_end(c);
		assert_true(capture_file(c, 0)->damaged);
		assert_non_null(strstr(capture_file(c, 0)->damage, cases[i].damage));
		capture_close(c);
	}
}

static void
test_refusals(void **state)
{
	struct draft d = { 0 };

	(void)state;
	put_section(&d, true);
	d.length = 20;
	expect_refusal(draft_save(&d, "one"), NULL, "ends within its first block");
	d.length = 0;
	put_section(&d, true);
	d.bytes[8] = 0;
	expect_refusal(draft_save(&d, "one"), NULL, "has no byte order");
	d.length = 0;
	put_section(&d, true);
	d.bytes[12] = 2;
	expect_refusal(draft_save(&d, "one"), NULL, "is of version 2");
}

static void
test_empty_section(void **state)
{
	struct draft d = { 0 };
	struct capture *c;

	(void)state;
	put_section(&d, true);
	c = open_draft(&d);
	expect_end(c);
	assert_false(capture_file(c, 0)->damaged);
	capture_close(c);
	put_packet(&d, 0, 1, 1);
	c = open_draft(&d);
	expect_end(c);
	assert_non_null(strstr(capture_file(c, 0)->damage, "interface 0 of 0"));
	capture_close(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packet_kinds),
		cmocka_unit_test(test_simple_packet_snapped),
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_drops),
		cmocka_unit_test(test_unknown_blocks),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_empty_section),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
