/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of an interface, out of the kernel's ring (TPACKET_V3) by libpcap. */
#include "private.h"

#include <net/if.h>
#include <pcap/pcap.h>
#include <stdlib.h>

/* A block of the ring that is not full is handed over after so long. */
#define TIMEOUT_MS 10
#define ANY "any"

struct live {
	pcap_t *pcap;
	struct live_facts facts;
	char *interface, *filter;
	uint64_t number;
	struct pcap_stat latest;
	struct live_counts counts;
	/* While live_read() runs. */
	void (*each)(const struct frame *f, void *context);
	void *context;
};

/* What libpcap says as codes, where it can be said better than by it. */
static const struct {
	int status;
	const char *text;
} refusals[] = {
	{ PCAP_ERROR_PERM_DENIED, "needs the permission to capture (CAP_NET_RAW)" },
	{ PCAP_ERROR_PROMISC_PERM_DENIED,
	    "needs the permission for promiscuous mode (CAP_NET_ADMIN)" },
	{ PCAP_ERROR_IFACE_NOT_UP, "cannot be captured from: it is down" },
};

static int
open_refused(const struct live *l, int status, struct error *e)
{
	for (size_t i = 0; i < COUNT_OF(refusals); i++) {
		if (refusals[i].status != status)
			continue;
		error_add(e, l->interface, 0, 0, "%s", refusals[i].text);
		return -1;
	}
	error_add(e, l->interface, 0, 0, "cannot be captured from: %s",
	    *pcap_geterr(l->pcap) ? pcap_geterr(l->pcap) : pcap_statustostr(status));
	return -1;
}

/* The names that there are, and which of them was meant. */
static int
interface_unknown(const char *name, struct error *e)
{
	struct live_interface *all = NULL;
	const char *names[64], *nearest;
	char list[512] = "";
	size_t count = 0, used = 0;

	if (live_interfaces(&all, &count, e) < 0)
		return -1;
	if (count > COUNT_OF(names))
		count = COUNT_OF(names);
	for (size_t i = 0; i < count && used < sizeof(list); i++) {
		names[i] = all[i].name;
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
		    i > 0 ? ", " : "", all[i].name);
	}
	nearest = word_nearest(name, names, used < sizeof(list) ? count : 0);
	error_add(e, name, 0, 0, "no such interface: expected one of %s%s%s%s", list,
	    nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
	free(all);
	return -1;
}

/* The newer kind of "any" frames says which interface each came through. */
static void
prefer_cooked_v2(pcap_t *pcap)
{
	int *offered = NULL, count = pcap_list_datalinks(pcap, &offered);

	for (int i = 0; i < count; i++) {
		if (offered[i] == DLT_LINUX_SLL2)
			(void)pcap_set_datalink(pcap, DLT_LINUX_SLL2);
	}
	if (count > 0)
		pcap_free_datalinks(offered);
}

static int
set_filter(struct live *l, struct error *e)
{
	struct bpf_program code;
	int rc = -1;

	if (l->filter == NULL)
		return 0;
	if (pcap_compile(l->pcap, &code, l->filter, 1, PCAP_NETMASK_UNKNOWN) < 0) {
		error_add(e, "filter", 0, 0, "\"%s\" does not compile: %s", l->filter,
		    pcap_geterr(l->pcap));
		return -1;
	}
	rc = pcap_setfilter(l->pcap, &code);
	if (rc < 0)
		error_add(e, "filter", 0, 0, "\"%s\" cannot be used: %s", l->filter,
		    pcap_geterr(l->pcap));
	pcap_freecode(&code);
	return rc;
}

static void
set_options(struct live *l, const struct live_options *options)
{
	unsigned snaplen = options->snaplen ? options->snaplen : LIVE_SNAPLEN;
	unsigned mib = options->buffer_mib ? options->buffer_mib : LIVE_BUFFER_MIB;

	pcap_set_snaplen(l->pcap, snaplen < FRAME_MAX ? (int)snaplen : (int)FRAME_MAX);
	pcap_set_promisc(l->pcap, options->promiscuous);
	pcap_set_timeout(l->pcap, TIMEOUT_MS);
	pcap_set_buffer_size(l->pcap, (int)((mib < 2047 ? mib : 2047) << 20));
	(void)pcap_set_tstamp_precision(l->pcap, PCAP_TSTAMP_PRECISION_NANO);
}

static int
live_start(struct live *l, const struct live_options *options, struct error *e)
{
	char complaint[PCAP_ERRBUF_SIZE] = "";
	int status;

	l->pcap = pcap_create(l->interface, complaint);
	if (l->pcap == NULL) {
		error_add(
		    e, l->interface, 0, 0, "cannot be captured from: %s", complaint);
		return -1;
	}
	set_options(l, options);
	status = pcap_activate(l->pcap); /* above 0: it works, with a warning */
	if (status < 0)
		return open_refused(l, status, e);
	if (strcmp(l->interface, ANY) == 0)
		prefer_cooked_v2(l->pcap);
	if (set_filter(l, e) < 0)
		return -1;
	if (pcap_setnonblock(l->pcap, 1, complaint) < 0) {
		error_add(
		    e, l->interface, 0, 0, "cannot be captured from: %s", complaint);
		return -1;
	}
	l->facts = (struct live_facts){
		.interface = l->interface,
		.filter = l->filter,
		.linktype = linktype_here((uint32_t)pcap_datalink(l->pcap)),
		.snaplen = (unsigned)pcap_snapshot(l->pcap),
		.nanoseconds =
		    pcap_get_tstamp_precision(l->pcap) == PCAP_TSTAMP_PRECISION_NANO,
		.library = pcap_lib_version(),
	};
	return 0;
}

struct live *
live_open(const struct live_options *options, struct error *e)
{
	const char *name = options->interface;
	struct live *l = NULL, *made = NULL;

	if (options->filter != NULL && filter_refuse_names(options->filter, e) < 0)
		return NULL;
	if (strcmp(name, ANY) != 0 && if_nametoindex(name) == 0) {
		(void)interface_unknown(name, e);
		return NULL;
	}
	l = calloc(1, sizeof(*l));
	if (l == NULL || (l->interface = strdup(name)) == NULL ||
	    (options->filter != NULL && (l->filter = strdup(options->filter)) == NULL)) {
		error_add(e, name, 0, 0, "no memory to capture from it");
		goto out;
	}
	if (live_start(l, options, e) < 0)
		goto out;
	made = l;
	l = NULL; /* now the caller's */
out:
	live_close(l);
	return made;
}

const struct live_facts *
live_facts(const struct live *l)
{
	return &l->facts;
}

int
live_fd(const struct live *l)
{
	return pcap_get_selectable_fd(l->pcap);
}

static void
live_frame(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
	struct live *l = (struct live *)user;
	int64_t fraction = header->ts.tv_usec;
	struct frame f = {
		.time_ns = (int64_t)header->ts.tv_sec * 1000000000 +
			   (l->facts.nanoseconds ? fraction : fraction * 1000),
		.number = ++l->number,
		.length = header->len,
		.captured = header->caplen,
		.linktype = l->facts.linktype,
		.data = data,
	};

	l->each(&f, l->context);
}

/* An interface that is only down may come up again, and libpcap goes on then. */
int
live_read(struct live *l, int most, void (*each)(const struct frame *f, void *context),
    void *context, struct error *e)
{
	int count;

	l->each = each;
	l->context = context;
	count = pcap_dispatch(l->pcap, most, live_frame, (u_char *)l);
	if (count >= 0)
		return count;
	error_add(e, l->interface, 0, 0, "is gone: %s", pcap_geterr(l->pcap));
	return -1;
}

/* libpcap counts in 32 bits, which wrap; what went back was counted anew. */
static void
count_on(uint64_t *total, u_int before, u_int now)
{
	u_int more = now - before;

	if (more <= UINT32_MAX / 2)
		*total += more;
}

void
live_counts(struct live *l, struct live_counts *out)
{
	struct pcap_stat now;

	if (pcap_stats(l->pcap, &now) == 0) {
		count_on(&l->counts.received, l->latest.ps_recv, now.ps_recv);
		count_on(&l->counts.kernel_drops, l->latest.ps_drop, now.ps_drop);
		count_on(&l->counts.interface_drops, l->latest.ps_ifdrop, now.ps_ifdrop);
		l->latest = now;
	}
	*out = l->counts;
}

void
live_close(struct live *l)
{
	if (l == NULL)
		return;
	if (l->pcap != NULL)
		pcap_close(l->pcap);
	free(l->interface);
	free(l->filter);
	free(l);
}
