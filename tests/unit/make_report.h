/* SPDX-License-Identifier: Apache-2.0 */
/* A report of a small call: a capture file of it, judged. */
#ifndef MAKE_REPORT_H
#define MAKE_REPORT_H

#include <ftw.h>
#include <sys/stat.h>

#include "make_session.h"

#include <callwitness/report.h>

/* A folder, a capture file in it, and its report. */
struct desk {
	struct run *run;
	char folder[64], file[96], out[96];
	struct capture *capture;
	struct report report;
};

static const struct make_end resolver = { "192.168.1.1", 53 };
static const struct make_end events = { "203.0.113.9", 443 };
static const struct make_end web = { "203.0.113.8", 80 };
static const struct make_end peer = { "198.51.100.77", 41000 };

static inline struct make_end
me(uint16_t port)
{
	return (struct make_end){ "192.168.1.10", port };
}

static inline void
tape_fill(struct tape *t)
{
	static const char request[] =
	    "POST /l HTTP/1.1\r\nHost: eu.log.demo.example\r\n\r\n";

	tape_dns(t, 0, me(40000), resolver, "evt.demo.example", NULL, events.ip);
	tape_tls(t, 100, me(50000), events, "evt.demo.example", 3000);
	tape_handshake(t, 200, me(50001), web);
	tape_tcp(t, 220, me(50001), web, TCP_ACK, 1001, request, sizeof(request) - 1);
	tape_call(t, 1000, me(42000), peer, 100);
	tape_udp(
	    t, 9000, me(43000), (struct make_end){ "203.0.113.99", 9999 }, "opaque", 6);
}

/* As a classic capture file, microseconds, little-endian. */
static inline void
tape_save(const struct tape *t, const char *path)
{
	const uint32_t head[6] = { 0xa1b2c3d4, 4u << 16 | 2, 0, 0, 65535, 1 };
	FILE *out = fopen(path, "wb");

	assert_non_null(out);
	fwrite(head, sizeof(head), 1, out);
	for (size_t i = 0; i < t->count; i++) {
		const struct tape_frame *f = &t->frames[i];
		const uint32_t record[4] = { (uint32_t)(f->time_ns / MAKE_SECOND),
			(uint32_t)(f->time_ns % MAKE_SECOND / 1000), f->length,
			f->length };

		fwrite(record, sizeof(record), 1, out);
		fwrite(f->bytes, f->length, 1, out);
	}
	assert_int_equal(fclose(out), 0);
}

static inline struct marks *
desk_marks(const char *text)
{
	struct error e = { 0 };
	struct marks *m = marks_parse("marks.yaml", text, strlen(text), &e);

	error_write(&e, stderr);
	error_clear(&e);
	assert_non_null(m);
	return m;
}

/* `marks` may be NULL. */
static inline struct desk *
desk_new(const char *marks)
{
	static const char *const command[] = { "replay", "x.pcap", NULL };
	static struct desk d;
	struct capture_options options = { .digest = true };
	const char *path = d.file;
	struct error e = { 0 };
	struct frame f;
	void *run = NULL;

	memset(&d, 0, sizeof(d));
	(void)run_setup(&run);
	d.run = run;
	d.run->marks = marks != NULL ? desk_marks(marks) : NULL;
	tape_fill(&d.run->tape);
	strcpy(d.folder, "/tmp/callwitness-report-XXXXXX");
	assert_non_null(mkdtemp(d.folder));
	snprintf(d.file, sizeof(d.file), "%s/x.pcap", d.folder);
	snprintf(d.out, sizeof(d.out), "%s/a/b", d.folder);
	tape_save(&d.run->tape, d.file);
	d.capture = capture_open(&path, 1, &options, &e);
	error_write(&e, stderr);
	error_clear(&e);
	assert_non_null(d.capture);
	d.report.session = run_judge(d.run, NULL, NULL);
	while (capture_next(d.capture, &f) > 0)
		continue;
	d.report.signatures = d.run->signatures;
	d.report.file_count = 1;
	d.report.files = capture_file(d.capture, 0);
	d.report.environment.host = "here";
	d.report.environment.started = "2026-11-21T00:00:00.000000Z";
	d.report.environment.command = command;
	return &d;
}

static inline int
desk_setup(void **state)
{
	*state = desk_new(NULL);
	return 0;
}

static inline int
path_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int
desk_teardown(void **state)
{
	struct desk *d = *state;
	void *run = d->run;

	capture_close(d->capture);
	(void)nftw(d->folder, path_remove, 8, FTW_DEPTH | FTW_PHYS);
	return run_teardown(&run);
}

#endif
