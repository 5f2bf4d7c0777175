/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of signatures from text: one file, or several through a folder that is gone after.
 */
#ifndef MAKE_SIGNATURES_H
#define MAKE_SIGNATURES_H

#include <unistd.h>

#include "make_packet.h"

#include <callwitness/classify.h>

/* An app with telemetry, logs, control, media by host and by network, and RTP. */
#define MAKE_DEMO                                                                        \
	"signature: demo\ntitle: Demo\nversion: 2026-11-21\nentity: Demo "               \
	"Inc.\ncountry: DE\n"                                                            \
	"app: true\ndomains: [demo.example]\nrules:\n"                                   \
	"  - {id: demo.events, category: telemetry, kind: usage, strength: observed,\n"  \
	"     match: {host: evt.demo.example}, source: s}\n"                             \
	"  - {id: demo.logs, category: diagnostics, kind: log, strength: listed,\n"      \
	"     match: {host: '*.log.demo.example'}, source: s}\n"                         \
	"  - {id: demo.control, category: signalling, kind: control, strength: "         \
	"documented,\n"                                                                  \
	"     match: {host: '*.demo.example'}, source: s}\n"                             \
	"  - {id: demo.media.tls, category: content, kind: media, strength: "            \
	"behavioural,\n"                                                                 \
	"     match: {host: '*.demo.example', behaviour: media}, source: s}\n"           \
	"  - {id: demo.media.net, category: content, kind: media, strength: listed,\n"   \
	"     match: {net: 198.51.100.0/24, proto: udp, port: 9000-9100}, source: s}\n"  \
	"  - {id: demo.audio, category: content, kind: audio, strength: decoded,\n"      \
	"     match: {dissector: rtp, message: audio}, source: s}\n"                     \
	"  - {id: demo.ice, category: signalling, kind: ice, strength: decoded,\n"       \
	"     match: {dissector: stun}, source: s}\n"                                    \
	"  - {id: demo.crash, category: diagnostics, kind: crash, strength: "            \
	"documented,\n"                                                                  \
	"     entity: Crashy Ltd, country: GB, match: {host: in.crashy.example}, "       \
	"source: s}\n"

#define MAKE_OTHER_APP                                                                   \
	"signature: rival\ntitle: Rival\nversion: 2026-11-21\nentity: Rival GmbH\n"      \
	"app: true\ndomains: [rival.example]\nrules:\n"                                  \
	"  - {id: rival.control, category: signalling, kind: control, strength: "        \
	"documented,\n"                                                                  \
	"     match: {host: '*.rival.example'}, source: s}\n"

static inline struct signatures *
make_signatures(const char *const *texts, size_t count)
{
	char folder[] = "/tmp/callwitness-test-XXXXXX", path[8][64];
	const char *paths[8];
	struct error e = { 0 };
	struct signatures *set = NULL;

	assert_true(count <= 8);
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < count; i++) {
		/* A file is named like its signature, the first word of the text. */
		const char *name = texts[i] + strlen("signature: ");
		FILE *out = NULL;

		snprintf(path[i], sizeof(path[i]), "%s/%.*s.yaml", folder,
		    (int)strcspn(name, "\n"), name);
		paths[i] = path[i];
		out = fopen(paths[i], "w");
		assert_non_null(out);
		fputs(texts[i], out);
		assert_int_equal(fclose(out), 0);
	}
	set = signatures_load(paths, count, &e);
	error_write(&e, stderr);
	error_clear(&e);
	for (size_t i = 0; i < count; i++)
		unlink(paths[i]);
	rmdir(folder);
	assert_non_null(set);
	return set;
}

#endif
