/* SPDX-License-Identifier: Apache-2.0 */
/* The interfaces of this machine, and its addresses. */
#include "private.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stdlib.h>

/* family 0 if it is no address of the internet. */
static struct addr
addr_of(const struct sockaddr *from)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (from != NULL && from->sa_family == AF_INET) {
		memcpy(&v4, from, sizeof(v4));
		return addr_v4((const uint8_t *)&v4.sin_addr);
	}
	if (from != NULL && from->sa_family == AF_INET6) {
		memcpy(&v6, from, sizeof(v6));
		return addr_v6(v6.sin6_addr.s6_addr);
	}
	return (struct addr){ 0 };
}

static void
interface_fill(struct live_interface *into, const pcap_if_t *from)
{
	snprintf(into->name, sizeof(into->name), "%s", from->name);
	if (from->description != NULL)
		snprintf(into->description, sizeof(into->description), "%s",
		    from->description);
	into->up = from->flags & PCAP_IF_UP;
	into->loopback = from->flags & PCAP_IF_LOOPBACK;
	for (const pcap_addr_t *a = from->addresses; a != NULL; a = a->next) {
		struct addr addr = addr_of(a->addr);

		if (addr.family != 0 && into->addr_count < COUNT_OF(into->addrs))
			into->addrs[into->addr_count++] = addr;
	}
}

/* libpcap also offers USB, Bluetooth, D-Bus and netfilter's logs: no frames of a network.
 */
static bool
is_of_network(const pcap_if_t *i)
{
	return strcmp(i->name, "any") == 0 || if_nametoindex(i->name) != 0;
}

int
live_interfaces(struct live_interface **out, size_t *count, struct error *e)
{
	char complaint[PCAP_ERRBUF_SIZE] = "";
	pcap_if_t *all = NULL;
	size_t room = 1;

	*out = NULL;
	*count = 0;
	if (pcap_findalldevs(&all, complaint) < 0) {
		error_add(e, "interfaces", 0, 0, "cannot be listed: %s", complaint);
		return -1;
	}
	for (const pcap_if_t *i = all; i != NULL; i = i->next)
		room++;
	*out = calloc(room, sizeof(**out));
	if (*out == NULL) {
		error_add(e, "interfaces", 0, 0, "no memory to list them");
		pcap_freealldevs(all);
		return -1;
	}
	for (const pcap_if_t *i = all; i != NULL; i = i->next) {
		if (is_of_network(i))
			interface_fill(&(*out)[(*count)++], i);
	}
	pcap_freealldevs(all);
	return 0;
}

int
live_locals(struct addr_net **out, size_t *count)
{
	struct ifaddrs *all = NULL;
	size_t room = 1;

	*out = NULL;
	*count = 0;
	if (getifaddrs(&all) < 0)
		return -1;
	for (const struct ifaddrs *i = all; i != NULL; i = i->ifa_next)
		room++;
	*out = calloc(room, sizeof(**out));
	for (const struct ifaddrs *i = all; *out != NULL && i != NULL; i = i->ifa_next) {
		struct addr addr = addr_of(i->ifa_addr);

		if (addr.family == 0 || (i->ifa_flags & IFF_LOOPBACK) ||
		    addr_is_loopback(&addr))
			continue;
		(*out)[(*count)++] =
		    (struct addr_net){ addr, addr.family == 4 ? 32 : 128 };
	}
	freeifaddrs(all);
	if (*out == NULL)
		return -1;
	*count = nets_sort(*out, *count);
	return 0;
}
