/* SPDX-License-Identifier: Apache-2.0 */
/* PPP, its framings, and PPPoE. */
#include "private.h"

static const struct ppp_protocol {
	uint16_t protocol;
	layer_fn *decode;
} ppp_protocols[] = {
	{ 0x0021, ip4_decode },
	{ 0x0057, ip6_decode },
	{ 0x0281, mpls_decode },
	{ 0x0283, mpls_decode },
};

/* One byte if it is odd (RFC 1661, protocol field compression). */
static enum packet_result
ppp_protocol_decode(struct walk *w)
{
	uint16_t protocol = bytes_u8(&w->b);

	if ((protocol & 1) == 0)
		protocol = (uint16_t)(protocol << 8 | bytes_u8(&w->b));
	if (bytes_short(&w->b))
		return PACKET_SHORT;
	for (size_t i = 0; i < COUNT_OF(ppp_protocols); i++) {
		if (protocol == ppp_protocols[i].protocol)
			return ppp_protocols[i].decode(w);
	}
	return PACKET_NOT_IP;
}

/* Address and control, if they are not compressed away. */
enum packet_result
ppp_decode(struct walk *w)
{
	if (w->b.left >= 2 && w->b.at[0] == 0xff && w->b.at[1] == 0x03)
		bytes_skip(&w->b, 2);
	return ppp_protocol_decode(w);
}

/* RFC 1547: Cisco's HDLC, whose protocols are EtherTypes. */
enum packet_result
hdlc_decode(struct walk *w)
{
	bytes_skip(&w->b, 2);
	return ether_type_decode(w, bytes_u16(&w->b));
}

enum packet_result
ppp_serial_decode(struct walk *w)
{
	bool cisco = w->b.left > 0 && (w->b.at[0] == 0x0f || w->b.at[0] == 0x8f);

	return cisco ? hdlc_decode(w) : ppp_decode(w);
}

/* The direction stands where the address was. */
enum packet_result
ppp_pppd_decode(struct walk *w)
{
	bytes_skip(&w->b, 2);
	return ppp_protocol_decode(w);
}

/* RFC 2516, the session stage. */
enum packet_result
pppoe_decode(struct walk *w)
{
	uint8_t version = bytes_u8(&w->b);
	uint8_t code = bytes_u8(&w->b);
	uint16_t length;

	bytes_skip(&w->b, 2);
	length = bytes_u16(&w->b);
	if (bytes_short(&w->b))
		return PACKET_SHORT;
	if (version != 0x11)
		return PACKET_MALFORMED;
	if (code != 0)
		return PACKET_NOT_IP;
	walk_trim(w, length);
	return walk_inside(w, TUNNEL_PPPOE, ppp_protocol_decode);
}
