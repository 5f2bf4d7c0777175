/* SPDX-License-Identifier: Apache-2.0 */
/* Link types, IP and transports. */
#include "packet_vectors.h"

#define OK4 PACKET_OK, 4, 17, 1000, 2000, 5
#define OK6 PACKET_OK, 6, 17, 1000, 2000, 5
#define WIFI "8801" ZERO16 "000000000000 0000" SNAP4

static const struct vector links[] = {
	{ "ethernet", 1, ETHER4, OK4, 0, 0 },
	{ "ethernet, padded", 1, ETHER4 ZERO16, OK4, 0, 0 },
	{ "ethernet, IPv6", 1, ETHER6, OK6, 0, 0 },
	{ "802.1Q", 1, MACS "8100 0005 0800" UDP4, OK4, 0, 1 },
	{ "QinQ", 1, MACS "88a8 0005 8100 0006 86dd" UDP6, OK6, 0, 2 },
	{ "three tags", 1, MACS "8100 0005 8100 0006 9100 0007 0800" UDP4, OK4, 0, 2 },
	{ "SNAP", 1, MACS "0029" SNAP4, OK4, 0, 0 },
	{ "802.2 with IP's own SAP", 1, MACS "0024 060603" UDP4, OK4, 0, 0 },
	{ "spanning tree", 1, MACS "0026 424203" ZERO16, .result = PACKET_NOT_IP },
	{ "ARP", 1, MACS "0806" ZERO16, .result = PACKET_NOT_IP },
	{ "SLL", 113, "000000010006" ZERO8 "0800" UDP4, OK4, 0, 0 },
	{ "SLL, tagged", 113, "000000010006" ZERO8 "8100 0005 86dd" UDP6, OK6, 0, 1 },
	{ "SLL2", 276, "86dd 0000" ZERO16 UDP6, OK6, 0, 0 },
	{ "NULL, little-endian", 0, "02000000" UDP4, OK4, 0, 0 },
	{ "NULL, NetBSD", 0, "18000000" UDP6, OK6, 0, 0 },
	{ "NULL, FreeBSD, big-endian", 0, "0000001c" UDP6, OK6, 0, 0 },
	{ "NULL, Linux", 0, "0a000000" UDP6, OK6, 0, 0 },
	{ "LOOP, Darwin", 108, "0000001e" UDP6, OK6, 0, 0 },
	{ "NULL, no family of ours", 0, "07000000" UDP6, .result = PACKET_NOT_IP },
	{ "raw 12", 12, UDP4, OK4, 0, 0 },
	{ "raw 14", 14, UDP6, OK6, 0, 0 },
	{ "raw 101", 101, UDP6, OK6, 0, 0 },
	{ "IPv4", 228, UDP4, OK4, 0, 0 },
	{ "IPv6", 229, UDP6, OK6, 0, 0 },
	{ "PPP", 9, "ff030021" UDP4, OK4, 0, 0 },
	{ "PPP, all compressed", 9, "57" UDP6, OK6, 0, 0 },
	{ "PPP, LCP", 9, "ff03c021" ZERO8, .result = PACKET_NOT_IP },
	{ "serial PPP", 50, "ff030057" UDP6, OK6, 0, 0 },
	{ "Cisco HDLC as serial PPP", 50, "0f000800" UDP4, OK4, 0, 0 },
	{ "Cisco HDLC", 104, "8f0086dd" UDP6, OK6, 0, 0 },
	{ "PPP with direction", 204, "01ff030021" UDP4, OK4, 0, 0 },
	{ "pppd", 166, "00030021" UDP4, OK4, 0, 0 },
	{ "802.11 QoS", 105, WIFI, OK4, 0, 0 },
	{ "802.11", 105, "0802" ZERO16 "000000000000" SNAP4, OK4, 0, 0 },
	{ "802.11, four addresses", 105, "0803" ZERO16 ZERO8 ZERO4 SNAP4, OK4, 0, 0 },
	{ "802.11, QoS and HT control", 105,
	    "8881" ZERO16 "000000000000 0000" ZERO4 SNAP4, OK4, 0, 0 },
	{ "802.11, encrypted", 105, "0841" ZERO16 "000000000000" SNAP4,
	    .result = PACKET_NOT_IP },
	{ "802.11, A-MSDU", 105, "8801" ZERO16 "000000000000 8000" SNAP4,
	    .result = PACKET_NOT_IP },
	{ "802.11, beacon", 105, "8000" ZERO16 ZERO16, .result = PACKET_NOT_IP },
	{ "802.11, null", 105, "4801" ZERO16 "000000000000", .result = PACKET_NOT_IP },
	{ "radiotap", 127, "00000c0004000000" ZERO4 WIFI, OK4, 0, 0 },
	{ "radiotap, padded header", 127,
	    "0000120003000000" ZERO8 "2000 8801" ZERO16 "000000000000 0000 0000" SNAP4,
	    OK4, 0, 0 },
	{ "radiotap, two bitmaps", 127,
	    "00000d00020000a0" ZERO4 "20 8801" ZERO16 "000000000000 0000 0000" SNAP4, OK4,
	    0, 0 },
	{ "radiotap, version 1", 127, "01000c0004000000" ZERO4 WIFI,
	    .result = PACKET_MALFORMED },
	{ "prism", 119, "4400000018000000" ZERO16 WIFI, OK4, 0, 0 },
	{ "prism, big-endian", 119, "0000004400000018" ZERO16 WIFI, OK4, 0, 0 },
	{ "AVS under prism's number", 119, "8021100100000010" ZERO8 WIFI, OK4, 0, 0 },
	{ "AVS", 163, "8021100100000010" ZERO8 WIFI, OK4, 0, 0 },
	{ "PPI", 192, "0000080069000000" WIFI, OK4, 0, 0 },
	{ "PPI, unknown link", 192, "0000080093000000" WIFI,
	    .result = PACKET_LINK_UNKNOWN },
	{ "PKTAP", 258, "100000000100000001000000" ZERO4 ETHER4, OK4, 0, 0 },
	{ "PKTAP under USER2", 149, "0c000000010000000c000000" UDP6, OK6, 0, 0 },
	{ "USB", 220, ZERO16, .result = PACKET_LINK_UNKNOWN },
};

static const struct vector internet[] = {
	{ "no bytes", 12, "", .result = PACKET_SHORT },
	{ "IPv4 options", 12, "46000025000700004011 0000" ADDRS4 "01010101" UDP, OK4, 0,
	    0 },
	{ "IPv4, length 0 by offload", 12, "45000000000700004011 0000" ADDRS4 UDP, OK4, 0,
	    0 },
	{ "IPv4, longer than the frame", 12, "450000ff000700004006 0000" ADDRS4 TCP,
	    PACKET_OK, 4, 6, 3000, 443, 2, 0, 0 },
	{ "IPv4, version 5", 228, "55000021000700004011 0000" ADDRS4 UDP,
	    .result = PACKET_MALFORMED },
	{ "IPv4, header of 16", 12, "44000021000700004011 0000" ADDRS4 UDP,
	    .result = PACKET_MALFORMED },
	{ "IPv4, length under its header", 12, "45000013000700004011 0000" ADDRS4 UDP,
	    .result = PACKET_MALFORMED },
	{ "IPv4 AH", 12,
	    "45000039000700004033 0000" ADDRS4 "1104" ZERO16 ZERO4 "0000" UDP, OK4, 0,
	    0 },
	{ "IPv6 extensions", 12,
	    "6000000000350040" ADDRS6
	    "2b00010400000000 3c00000000000000 3300010400000000 1102" ZERO8 ZERO4
	    "0000" UDP,
	    OK6, 0, 0 },
	{ "IPv6 jumbo", 12, "6000000000000040" ADDRS6 "1100c20400000015" UDP ZERO4, OK6,
	    0, 0 },
	{ "IPv6, length 0 by offload", 12, "6000000000001140" ADDRS6 UDP, OK6, 0, 0 },
	{ "IPv6, no next header", 12, "6000000000003b40" ADDRS6, PACKET_OK, 6, 59, 0, 0,
	    0, 0, 0 },
	{ "IPv6 ESP", 12, "6000000000083240" ADDRS6 ZERO8, PACKET_OK, 6, 50, 0, 0, 8, 0,
	    0 },
	{ "IPv6 atomic fragment", 12, "6000000000152c40" ADDRS6 "1100000000000009" UDP,
	    OK6, 0, 0 },
	{ "IPv6, extension past its end", 12,
	    "6000000000080040" ADDRS6 "2b01000000000000", .result = PACKET_MALFORMED },
	{ "IPv6, endless extensions", 12,
	    "6000000000880040" ADDRS6 ZERO16 ZERO16 ZERO16 ZERO16 ZERO16 ZERO16 ZERO16
		ZERO16 ZERO8,
	    .result = PACKET_MALFORMED },
};

static const struct vector transports[] = {
	{ "TCP", 12, TCP4, PACKET_OK, 4, 6, 3000, 443, 2, 0, 0 },
	{ "TCP, header of 16", 12,
	    "45000028000700004006 0000" ADDRS4 "0bb801bb00000001000000024012006400000000",
	    .result = PACKET_MALFORMED },
	{ "TCP, header past the packet", 12,
	    "45000028000700004006 0000" ADDRS4 "0bb801bb000000010000000260120064" ZERO4,
	    .result = PACKET_MALFORMED },
	{ "UDP of length 7", 12,
	    "45000021000700004011 0000" ADDRS4 "03e807d000070000 68656c6c6f",
	    .result = PACKET_MALFORMED },
	{ "UDP of length 0", 12,
	    "45000021000700004011 0000" ADDRS4 "03e807d000000000 68656c6c6f", OK4, 0, 0 },
	{ "UDP longer than IP", 12,
	    "45000021000700004011 0000" ADDRS4 "03e807d000ff0000 68656c6c6f", OK4, 0, 0 },
	{ "UDP shorter than IP", 12,
	    "45000021000700004011 0000" ADDRS4 "03e807d0000a0000 68656c6c6f", PACKET_OK,
	    4, 17, 1000, 2000, 2, 0, 0 },
	{ "UDP cut by IP's length", 12, "4500001a000700004011 0000" ADDRS4 UDP,
	    .result = PACKET_MALFORMED },
	{ "UDP-Lite", 12, "45000021000700004088 0000" ADDRS4 UDP, PACKET_OK, 4, 136, 1000,
	    2000, 5, 0, 0 },
	{ "SCTP", 12, "45000024000700004084 0000" ADDRS4 "00010002" ZERO8 ZERO4,
	    PACKET_OK, 4, 132, 1, 2, 4, 0, 0 },
	{ "echo request", 12, "45000020000700004001 0000" ADDRS4 "08000000" ZERO8,
	    PACKET_OK, 4, 1, 8, 0, 4, 0, 0 },
	{ "echo reply", 12, "4500001c000700004001 0000" ADDRS4 "00000000" ZERO4,
	    PACKET_OK, 4, 1, 0, 8, 0, 0, 0 },
	{ "unreachable", 12, "4500001c000700004001 0000" ADDRS4 "03010000" ZERO4,
	    PACKET_OK, 4, 1, 3, 1, 0, 0, 0 },
	{ "neighbour solicitation", 12, "6000000000183a40" ADDRS6 "87000000" ZERO16 ZERO4,
	    PACKET_OK, 6, 58, 135, 136, 16, 0, 0 },
	{ "IGMP", 12, "4500001c000700000102 0000" ADDRS4 ZERO8, PACKET_OK, 4, 2, 0, 0, 8,
	    0, 0 },
};

static void
test_links(void **state)
{
	(void)state;
	vectors_check(links, COUNT_OF(links));
	for (size_t i = 0; i < COUNT_OF(links); i++) {
		if (links[i].result == PACKET_OK)
			assert_true(packet_link_known(links[i].linktype));
	}
	assert_false(packet_link_known(220));
}

static void
test_internet(void **state)
{
	(void)state;
	vectors_check(internet, COUNT_OF(internet));
}

static void
test_transports(void **state)
{
	(void)state;
	vectors_check(transports, COUNT_OF(transports));
}

static struct packet
decode_hex(int linktype, const char *hex, uint32_t captured)
{
	uint8_t bytes[FRAME_BYTES];
	struct frame f = { .time_ns = 77, .number = 5, .linktype = linktype };
	struct decoder *d = decoder_new();
	struct packet p;

	f.length = vector_bytes(hex, bytes);
	f.captured = captured < f.length ? captured : f.length;
	assert_int_equal(decode_copy(d, bytes, f, &p), PACKET_OK);
	decoder_free(d);
	return p;
}

static void
test_fields(void **state)
{
	struct packet p = decode_hex(1, MACS "8100 6005 88a8 0fff 0800" TCP4 ZERO4, 999);
	char text[ADDR_TEXT_SIZE];

	(void)state;
	assert_int_equal(p.time_ns, 77);
	assert_int_equal(p.number, 5);
	assert_int_equal(p.frame_length, 12 + 10 + 46 + 4);
	assert_string_equal(addr_text(&p.src, text), "10.0.0.1");
	assert_string_equal(addr_text(&p.dst, text), "10.0.0.2");
	assert_int_equal(p.tcp_flags, TCP_SYN | TCP_ACK);
	assert_int_equal(p.tcp_seq, 1);
	assert_int_equal(p.tcp_ack, 2);
	assert_int_equal(p.vlan[0], 5);
	assert_int_equal(p.vlan[1], 0xfff);
	assert_int_equal(p.ip_captured, 46);
	assert_int_equal(p.payload_captured, 2);
	assert_memory_equal(p.payload, "hi", 2);
	assert_memory_equal(p.ip, "\x45\x00\x00\x2e", 4);
	assert_false(p.snapped || p.one_way || p.reassembled);
}

static void
test_snapped(void **state)
{
	struct packet p = decode_hex(12, TCP4, 41);

	(void)state;
	assert_true(p.snapped);
	assert_int_equal(p.payload_length, 2);
	assert_int_equal(p.payload_captured, 0);
	p = decode_hex(12, UDP4, 30);
	assert_true(p.snapped);
	assert_int_equal(p.payload_length, 5);
	assert_int_equal(p.payload_captured, 2);
	assert_int_equal(p.ip_captured, 30);
	p = decode_hex(1, ETHER4 ZERO16, 47); /* only padding was cut */
	assert_false(p.snapped);
	p = decode_hex(12, "450000ff000700004006 0000" ADDRS4 TCP, 999);
	assert_true(p.snapped);
}

static void
test_one_way(void **state)
{
	(void)state;
	assert_true(decode_hex(12, transports[12].hex, 999).one_way);
	assert_false(decode_hex(12, transports[10].hex, 999).one_way);
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(packet_result_name(PACKET_NOT_IP), "not_ip");
	assert_string_equal(packet_result_name(PACKET_RESULTS), "?");
	assert_string_equal(tunnel_name(TUNNEL_MPLS), "mpls");
	assert_string_equal(tunnel_name((enum tunnel)99), "?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_internet),
		cmocka_unit_test(test_transports),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_snapped),
		cmocka_unit_test(test_one_way),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
