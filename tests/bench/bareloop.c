/* SPDX-License-Identifier: Apache-2.0 */
/* The least that reading a capture with libpcap can cost: count packets and bytes. */
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>

struct count {
	uint64_t packets, bytes;
};

static void
count_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
	struct count *c = (struct count *)(void *)user;

	(void)data;
	c->packets++;
	c->bytes += header->len;
}

int
main(int argc, char **argv)
{
	char text[PCAP_ERRBUF_SIZE];
	struct count c = { 0 };
	pcap_t *pcap = argc == 2 ? pcap_open_offline(argv[1], text) : NULL;

	if (pcap == NULL) {
		fprintf(stderr, "usage: bareloop FILE%s%s\n", argc == 2 ? ": " : "",
		    argc == 2 ? text : "");
		return 2;
	}
	pcap_loop(pcap, -1, count_packet, (u_char *)&c);
	pcap_close(pcap);
	printf("%llu packets, %llu bytes\n", (unsigned long long)c.packets,
	    (unsigned long long)c.bytes);
	return 0;
}
