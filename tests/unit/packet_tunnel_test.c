/* SPDX-License-Identifier: Apache-2.0 */
#include "packet_vectors.h"

#define IN(tunnel) PACKET_OK, 4, 17, 1000, 2000, 5, tunnel
#define IN6(tunnel) PACKET_OK, 6, 17, 1000, 2000, 5, tunnel
#define OUTER(length, proto) "4500" length "00070000 40" proto "0000" ADDRS4
/* A UDP header to a port, for `length` bytes in all. */
#define TO(port, length) "0868" port length "0000"
#define IPIP OUTER("00ff", "04")

static const struct vector vectors[] = {
	{ "IPv4 in IPv4", 12, OUTER("0035", "04") UDP4, IN(TUNNEL_IPIP), 0 },
	{ "IPv6 in IPv4", 12, OUTER("0049", "29") UDP6, IN6(TUNNEL_IPIP), 0 },
	{ "IPv4 in IPv6", 12, "6000000000210440" ADDRS6 UDP4, IN(TUNNEL_IPIP), 0 },
	{ "not IP in IPv4", 12, OUTER("001c", "04") ZERO8, PACKET_OK, 4, 4, 0, 0, 8, 0,
	    0 },
	{ "eight deep", 12, IPIP IPIP IPIP IPIP IPIP IPIP IPIP IPIP UDP4, IN(TUNNEL_IPIP),
	    0 },
	{ "nine deep", 12, IPIP IPIP IPIP IPIP IPIP IPIP IPIP IPIP IPIP UDP4,
	    .result = PACKET_MALFORMED },
	{ "GRE", 12, OUTER("0039", "2f") "00000800" UDP4, IN(TUNNEL_GRE), 0 },
	{ "GRE, IPv6", 12, OUTER("004d", "2f") "000086dd" UDP6, IN6(TUNNEL_GRE), 0 },
	{ "GRE, all options", 12, OUTER("0045", "2f") "b0000800" ZERO8 ZERO4 UDP4,
	    IN(TUNNEL_GRE), 0 },
	{ "GRE, Ethernet", 12, OUTER("0047", "2f") "00006558" ETHER4, IN(TUNNEL_GRE), 0 },
	{ "GRE, ERSPAN I", 12, OUTER("0047", "2f") "000088be" ETHER4, IN(TUNNEL_GRE), 0 },
	{ "GRE, ERSPAN II", 12, OUTER("0053", "2f") "100088be" ZERO4 ZERO8 ETHER4,
	    IN(TUNNEL_GRE), 0 },
	{ "GRE, PPTP", 12, OUTER("0045", "2f") "3001880b 00250001" ZERO4 "ff030021" UDP4,
	    IN(TUNNEL_GRE), 0 },
	{ "GRE, PPTP, acknowledging", 12,
	    OUTER("0046", "2f") "3081880b 00220001" ZERO8 "21" UDP4 "00", IN(TUNNEL_GRE),
	    0 },
	{ "GRE, PPTP, nothing inside", 12, OUTER("0020", "2f") "2081880b 00000001" ZERO4,
	    PACKET_OK, 4, 47, 0, 0, 12, 0, 0 },
	{ "GRE, source route", 12, OUTER("0039", "2f") "40000800" UDP4, PACKET_OK, 4, 47,
	    0, 0, 37, 0, 0 },
	{ "GRE, ARP", 12, OUTER("0020", "2f") "00000806" ZERO8, PACKET_OK, 4, 47, 0, 0,
	    12, 0, 0 },
	{ "GTP-U", 12, OUTER("0045", "11") TO("0868", "0031") "30ff002100000001" UDP4,
	    IN(TUNNEL_GTPU), 0 },
	{ "GTP-U, sequence number", 12,
	    OUTER("0049", "11") TO("0868", "0035") "32ff002500000001 000100ff" UDP4,
	    IN(TUNNEL_GTPU), 0 },
	{ "GTP-U, extension header", 12,
	    OUTER("0061", "11")
		TO("0868", "004d") "34ff003d00000001 00000085 01000000" UDP6,
	    IN6(TUNNEL_GTPU), 0 },
	{ "GTP-U, extension of no length", 12,
	    OUTER("004d", "11")
		TO("0868", "0039") "34ff002900000001 00000085 00000000" UDP4,
	    PACKET_OK, 4, 17, 2152, 2152, 49, 0, 0 },
	{ "GTP-U, echo request", 12,
	    OUTER("0028", "11") TO("0868", "0014") "3201000400000000" ZERO4, PACKET_OK, 4,
	    17, 2152, 2152, 12, 0, 0 },
	{ "GTP-U, another length", 12,
	    OUTER("0045", "11") TO("0868", "0031") "30ff002200000001" UDP4, PACKET_OK, 4,
	    17, 2152, 2152, 41, 0, 0 },
	{ "VXLAN", 12, OUTER("0053", "11") TO("12b5", "003f") "0800000000000500" ETHER4,
	    IN(TUNNEL_VXLAN), 0 },
	{ "VXLAN, Linux's port, tagged", 12,
	    OUTER("006b", "11") TO("2118", "0057") "0800000000000500" MACS
						   "8100 0007 86dd" UDP6,
	    IN6(TUNNEL_VXLAN), 1 },
	{ "VXLAN, ARP", 12,
	    OUTER("003a", "11") TO("12b5", "0026") "0800000000000500" MACS "0806" ZERO8,
	    PACKET_OK, 4, 17, 2152, 4789, 30, 0, 0 },
	{ "VXLAN, no flag", 12, OUTER("0053", "11") TO("12b5", "003f") ZERO8 ETHER4,
	    PACKET_OK, 4, 17, 2152, 4789, 55, 0, 0 },
	{ "Geneve with an option", 12,
	    OUTER("0057", "11") TO("17c1", "0043") "0100655800000500" ZERO4 ETHER4,
	    IN(TUNNEL_GENEVE), 0 },
	{ "PPPoE", 1, MACS "8864 110000090023 0021" UDP4 ZERO8, IN(TUNNEL_PPPOE), 0 },
	{ "PPPoE as a link", 51, "110000090037 0057" UDP6, IN6(TUNNEL_PPPOE), 0 },
	{ "PPPoE, ending", 1, MACS "8864 11a700090000", .result = PACKET_NOT_IP },
	{ "PPPoE, version 2", 1, MACS "8864 210000090023 0021" UDP4,
	    .result = PACKET_MALFORMED },
	{ "MPLS", 1, MACS "8847 00010040 00011140" UDP4, IN(TUNNEL_MPLS), 0 },
	{ "MPLS, IPv6", 1, MACS "8848 00011140" UDP6, IN6(TUNNEL_MPLS), 0 },
	{ "MPLS, pseudowire", 1, MACS "8847 00011140 00000001" ETHER4, IN(TUNNEL_MPLS),
	    0 },
	{ "MPLS, pseudowire without control word", 1, MACS "8847 00011140" ETHER6,
	    IN6(TUNNEL_MPLS), 0 },
	{ "MPLS, no bottom", 1, MACS "8847" ZERO16 ZERO16 ZERO16 ZERO16,
	    .result = PACKET_MALFORMED },
	{ "the innermost names it", 1,
	    MACS "8864 110000090037 0021" OUTER("0035", "04") UDP4, IN(TUNNEL_IPIP), 0 },
};

static void
test_tunnels(void **state)
{
	(void)state;
	vectors_check(vectors, COUNT_OF(vectors));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tunnels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
