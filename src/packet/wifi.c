/* SPDX-License-Identifier: Apache-2.0 */
/* 802.11 data frames that are not encrypted, and the headers that radios put before them.
 */
#include "private.h"

enum {
	WIFI_TO_AND_FROM_DS = 0x03,
	WIFI_PROTECTED = 0x40,
	WIFI_ORDER = 0x80,
	WIFI_NO_DATA = 0x40, /* of the first byte: a null frame */
	WIFI_QOS = 0x80,
	WIFI_AMSDU = 0x80, /* of the QoS control field */
};

/* Reads off the header; LLC follows, after `padded` to four bytes (as some drivers do).
 */
static enum packet_result
wifi_data_decode(struct walk *w, bool padded)
{
	size_t before = w->b.left;
	uint8_t kind = bytes_u8(&w->b);
	uint8_t flags = bytes_u8(&w->b);
	uint8_t qos = 0;

	bytes_skip(&w->b, (flags & WIFI_TO_AND_FROM_DS) == WIFI_TO_AND_FROM_DS ? 28 : 22);
	if (kind & WIFI_QOS) {
		qos = bytes_u8(&w->b);
		bytes_skip(&w->b, flags & WIFI_ORDER ? 5 : 1);
	}
	if (padded)
		bytes_skip(&w->b, (0 - (before - w->b.left)) & 3);
	if ((kind & 0x0f) != 0x08 || (kind & WIFI_NO_DATA) || (flags & WIFI_PROTECTED) ||
	    (qos & WIFI_AMSDU))
		return PACKET_NOT_IP;
	return bytes_short(&w->b) ? PACKET_SHORT : llc_decode(w);
}

enum packet_result
wifi_decode(struct walk *w)
{
	return wifi_data_decode(w, false);
}

/* The flags field, second of all, behind the bitmaps and the clock. */
static uint8_t
radiotap_flags(struct bytes b)
{
	size_t at = 8;
	uint32_t present, more;

	bytes_skip(&b, 4);
	present = bytes_le32(&b);
	for (more = present; (more & 0x80000000) && !bytes_short(&b); at += 4)
		more = bytes_le32(&b);
	if ((present & 2) == 0)
		return 0;
	if (present & 1)
		bytes_skip(&b, ((0 - at) & 7) + 8);
	return bytes_u8(&b);
}

enum packet_result
radiotap_decode(struct walk *w)
{
	struct bytes head = w->b;
	uint16_t version = bytes_u16(&w->b);
	uint16_t length = bytes_le16(&w->b);

	if (bytes_short(&w->b))
		return PACKET_SHORT;
	if (version > 0xff || length < 8)
		return PACKET_MALFORMED;
	bytes_skip(&w->b, length - 4u);
	if (bytes_short(&w->b))
		return PACKET_SHORT;
	head.left = length;
	return wifi_data_decode(w, radiotap_flags(head) & 0x20);
}

enum packet_result
avs_decode(struct walk *w)
{
	uint32_t length;

	bytes_skip(&w->b, 4);
	length = bytes_u32(&w->b);
	if (bytes_short(&w->b))
		return PACKET_SHORT;
	if (length < 8)
		return PACKET_MALFORMED;
	bytes_skip(&w->b, length - 8);
	return bytes_short(&w->b) ? PACKET_SHORT : wifi_decode(w);
}

/* In the byte order of the machine that recorded; AVS headers come under this type too.
 */
enum packet_result
prism_decode(struct walk *w)
{
	struct bytes head = w->b;
	uint32_t kind = bytes_u32(&head);
	uint32_t length = bytes_u32(&head);

	if ((kind & 0xfffff000) == 0x80211000)
		return avs_decode(w);
	if (length > 0xffff)
		length = __builtin_bswap32(length);
	if (length < 8)
		return bytes_short(&head) ? PACKET_SHORT : PACKET_MALFORMED;
	bytes_skip(&w->b, length);
	return bytes_short(&w->b) ? PACKET_SHORT : wifi_decode(w);
}
