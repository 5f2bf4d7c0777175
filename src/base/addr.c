/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>

#include <callwitness/base.h>

static const struct addr_net private_nets[] = {
	{ { 4, { 10 } }, 8 }, /* RFC 1918 */
	{ { 4, { 172, 16 } }, 12 }, { { 4, { 192, 168 } }, 16 },
	{ { 4, { 100, 64 } }, 10 },    /* RFC 6598 */
	{ { 4, { 169, 254 } }, 16 },   /* RFC 3927 */
	{ { 6, { 0xfc } }, 7 },        /* RFC 4193 */
	{ { 6, { 0xfe, 0x80 } }, 10 }, /* RFC 4291 */
};

static const struct addr_net loopback_nets[] = {
	{ { 4, { 127 } }, 8 },
	{ { 6, { [15] = 1 } }, 128 },
};

static const struct addr_net multicast_nets[] = {
	{ { 4, { 224 } }, 4 },
	{ { 4, { 255, 255, 255, 255 } }, 32 },
	{ { 6, { 0xff } }, 8 },
};

static const struct addr_net unspecified_nets[] = {
	{ { 4, { 0 } }, 32 },
	{ { 6, { 0 } }, 128 },
};

struct addr
addr_v4(const uint8_t bytes[4])
{
	struct addr a = { .family = 4 };

	memcpy(a.bytes, bytes, 4);
	return a;
}

struct addr
addr_v6(const uint8_t bytes[16])
{
	struct addr a = { .family = 6 };

	memcpy(a.bytes, bytes, 16);
	return a;
}

/* glibc's inet_ntop() writes what RFC 5952 section 4 asks for. */
const char *
addr_text(const struct addr *a, char *text)
{
	int family = a->family == 4 ? AF_INET : AF_INET6;

	if (a->family == 0 || inet_ntop(family, a->bytes, text, ADDR_TEXT_SIZE) == NULL)
		strcpy(text, "-");
	return text;
}

int
addr_parse(const char *text, struct addr *out)
{
	*out = (struct addr){ 0 };
	if (inet_pton(AF_INET, text, out->bytes) == 1)
		out->family = 4;
	else if (inet_pton(AF_INET6, text, out->bytes) == 1)
		out->family = 6;
	return out->family ? 0 : -1;
}

/* The first `bits` bits of both are equal. */
static bool
bits_equal(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	uint8_t mask = (uint8_t)(0xff00 >> bits % 8);

	if (memcmp(a, b, bits / 8) != 0)
		return false;
	return bits % 8 == 0 || ((a[bits / 8] ^ b[bits / 8]) & mask) == 0;
}

static bool
host_bits_clear(const struct addr_net *net)
{
	struct addr cut = { .family = net->addr.family };

	memcpy(cut.bytes, net->addr.bytes, net->bits / 8);
	if (net->bits % 8)
		cut.bytes[net->bits / 8] =
		    net->addr.bytes[net->bits / 8] & (uint8_t)(0xff00 >> net->bits % 8);
	return addr_equal(&cut, &net->addr);
}

/* Decimal digits alone; -1 for anything else. */
static int
prefix_parse(const char *text, int most)
{
	int bits = 0;

	if (*text == '\0' || (text[0] == '0' && text[1] != '\0'))
		return -1;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		bits = bits * 10 + (*text - '0');
		if (bits > most)
			return -1;
	}
	return bits;
}

int
addr_net_parse(const char *text, struct addr_net *out)
{
	char host[ADDR_TEXT_SIZE];
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	int most, bits;

	if (length >= sizeof(host))
		return -1;
	memcpy(host, text, length);
	host[length] = '\0';
	if (addr_parse(host, &out->addr) < 0)
		return -1;
	most = out->addr.family == 4 ? 32 : 128;
	bits = slash ? prefix_parse(slash + 1, most) : most;
	if (bits < 0)
		return -1;
	out->bits = (uint8_t)bits;
	return host_bits_clear(out) ? 0 : -1;
}

bool
addr_in(const struct addr *a, const struct addr_net *net)
{
	return a->family == net->addr.family &&
	       bits_equal(a->bytes, net->addr.bytes, net->bits);
}

static bool
addr_in_any(const struct addr *a, const struct addr_net *nets, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (addr_in(a, &nets[i]))
			return true;
	return false;
}

bool
addr_is_private(const struct addr *a)
{
	return addr_in_any(a, private_nets, COUNT_OF(private_nets));
}

bool
addr_is_loopback(const struct addr *a)
{
	return addr_in_any(a, loopback_nets, COUNT_OF(loopback_nets));
}

bool
addr_is_multicast(const struct addr *a)
{
	return addr_in_any(a, multicast_nets, COUNT_OF(multicast_nets));
}

bool
addr_is_unspecified(const struct addr *a)
{
	return addr_in_any(a, unspecified_nets, COUNT_OF(unspecified_nets));
}

bool
addr_stays_local(const struct addr *a)
{
	return addr_is_private(a) || addr_is_multicast(a) || addr_is_loopback(a) ||
	       addr_is_unspecified(a);
}
