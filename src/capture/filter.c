/* SPDX-License-Identifier: Apache-2.0 */
/* BPF filters, one program for each link type. */
#include "private.h"

#include <pcap/pcap.h>
#include <stdlib.h>

/* Beyond so many link types in one run, frames of further ones do not pass. */
#define PROGRAMS 64

struct program {
	int linktype;
	bool works;
	struct bpf_program code;
};

struct filter {
	char *text;
	struct program programs[PROGRAMS];
	size_t count, working;
	size_t recent;
	char complaint[PCAP_ERRBUF_SIZE];
};

/*
 * libpcap would ask the resolver for a name's address, and we are passive. A name is what
 * follows `host`, or has a dot, and is no address.
 */
static bool
is_name(const char *word, size_t length, bool after_host)
{
	bool dot = memchr(word, '.', length) != NULL;

	return (dot || after_host) && strspn(word, "0123456789abcdefABCDEF.:/-") < length;
}

static bool
is_host_keyword(const char *word, size_t length)
{
	static const char *const keywords[] = { "host", "gateway", "net" };

	for (size_t i = 0; i < COUNT_OF(keywords); i++) {
		if (strlen(keywords[i]) == length &&
		    memcmp(word, keywords[i], length) == 0)
			return true;
	}
	return false;
}

int
filter_refuse_names(const char *text, struct error *e)
{
	static const char separators[] = " \t\r\n()!&|=<>[]+*\\";
	bool after_host = false;

	for (const char *at = text; *at != '\0';) {
		size_t length;

		at += strspn(at, separators);
		length = strcspn(at, separators);
		if (length > 0 && is_name(at, length, after_host)) {
			error_add(e, "filter", 0, 0,
			    "\"%.*s\" is a name, and names are never looked up: use an "
			    "address",
			    (int)length, at);
			return -1;
		}
		after_host = is_host_keyword(at, length);
		at += length;
	}
	return 0;
}

struct filter *
filter_new(const char *text, struct error *e)
{
	struct filter *f;

	if (filter_refuse_names(text, e) < 0)
		return NULL;
	f = calloc(1, sizeof(*f));
	if (f == NULL || (f->text = strdup(text)) == NULL) {
		error_add(e, "filter", 0, 0, "no memory to compile it");
		free(f);
		return NULL;
	}
	return f;
}

void
filter_free(struct filter *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->count; i++) {
		if (f->programs[i].works)
			pcap_freecode(&f->programs[i].code);
	}
	free(f->text);
	free(f);
}

static void
program_compile(struct filter *f, struct program *p)
{
	pcap_t *dead = pcap_open_dead(p->linktype, FRAME_MAX);

	if (dead == NULL)
		return;
	p->works = pcap_compile(dead, &p->code, f->text, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (p->works)
		f->working++;
	else if (f->complaint[0] == '\0')
		snprintf(f->complaint, sizeof(f->complaint), "%s", pcap_geterr(dead));
	pcap_close(dead);
}

/* NULL if there are too many link types. */
static struct program *
filter_program(struct filter *f, int linktype)
{
	if (f->recent < f->count && f->programs[f->recent].linktype == linktype)
		return &f->programs[f->recent];
	for (f->recent = 0; f->recent < f->count; f->recent++) {
		if (f->programs[f->recent].linktype == linktype)
			return &f->programs[f->recent];
	}
	if (f->count == PROGRAMS)
		return NULL;
	f->programs[f->count].linktype = linktype;
	program_compile(f, &f->programs[f->count]);
	return &f->programs[f->count++];
}

void
filter_learn(struct filter *f, int linktype)
{
	if (f != NULL)
		(void)filter_program(f, linktype);
}

int
filter_check(struct filter *f, struct error *e)
{
	if (f->count == 0)
		filter_learn(f, DLT_EN10MB);
	if (f->working > 0)
		return 0;
	error_add(
	    e, "filter", 0, 0, "\"%s\" does not compile: %s", f->text, f->complaint);
	return -1;
}

bool
filter_passes(struct filter *f, const struct frame *frame)
{
	struct program *p = filter_program(f, frame->linktype);
	struct pcap_pkthdr header = { .caplen = frame->captured, .len = frame->length };

	return p != NULL && p->works &&
	       pcap_offline_filter(&p->code, &header, frame->data);
}
