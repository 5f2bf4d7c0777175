/* SPDX-License-Identifier: Apache-2.0 */
/* Real captures, where CALLWITNESS_CORPUS names their folder: streams, and snap lengths.
 */
#include "dissect_vectors.h"

#include <dirent.h>
#include <jansson.h>

#include <callwitness/capture.h>
#include <callwitness/packet.h>

#define PROTO_UDP 17
#define ZOOM_PORT 8801

typedef void packet_function(const struct packet *p, void *user);

static bool
each_udp(const char *path, packet_function *each, void *user)
{
	struct capture_options options = { .digest = false };
	struct error e = { 0 };
	struct capture *c = capture_open(&path, 1, &options, &e);
	struct decoder *decoder = decoder_new();
	struct packet packet;
	struct frame frame;

	while (c && capture_next(c, &frame))
		if (packet_decode(decoder, &frame, &packet) == PACKET_OK &&
		    packet.proto == PROTO_UDP)
			each(&packet, user);
	decoder_free(decoder);
	error_clear(&e);
	if (c == NULL)
		return false;
	capture_close(c);
	return true;
}

static const char *
corpus(void)
{
	const char *folder = getenv("CALLWITNESS_CORPUS");

	if (folder == NULL) {
		print_message("CALLWITNESS_CORPUS is not set\n");
		skip();
	}
	return folder;
}

/* Bytes sent to Zoom's port, by source port and message. */
struct sums {
	uint64_t bytes[65536][MESSAGES];
};

static void
sums_add(const struct packet *p, void *user)
{
	struct dissect_context context = { .sport = p->sport, .dport = p->dport };
	struct sums *sums = user;
	struct datagram d;

	if (p->dport != ZOOM_PORT)
		return;
	datagram_dissect(
	    p->payload, p->payload_captured, p->payload_length, &context, &d);
	sums->bytes[p->sport][d.message] += p->payload_length;
}

/* The truth's kinds, and which of our messages make them up. */
static const struct {
	const char *kind;
	enum message messages[4];
} kinds[] = {
	{ "audio", { MESSAGE_AUDIO } },
	{ "video", { MESSAGE_VIDEO } },
	{ "screen", { MESSAGE_SCREEN } },
	{ "probe", { MESSAGE_PROBE } },
	{ "feedback", { MESSAGE_FEEDBACK } },
	{ "rtcp", { MESSAGE_RTCP } },
	{ "keepalive", { MESSAGE_PING, MESSAGE_PONG, MESSAGE_APP_PING } },
	{ "setup", { MESSAGE_SETUP, MESSAGE_BIND, MESSAGE_BYE } },
};

static void
check_stream(const struct sums *sums, json_int_t sport, const json_t *stream)
{
	const char *kind = json_string_value(json_object_get(stream, "kind"));
	json_int_t truth = json_integer_value(json_object_get(stream, "out_payload"));
	uint64_t ours = 0;

	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		for (size_t k = 0; k < 4 && strcmp(kinds[i].kind, kind) == 0; k++)
			if (kinds[i].messages[k] != MESSAGE_NONE)
				ours += sums->bytes[sport][kinds[i].messages[k]];
	assert_in_range(
	    ours, (uint64_t)(truth - truth / 100), (uint64_t)(truth + truth / 100));
}

static void
check_flow(const struct sums *sums, const json_t *flow)
{
	json_t *stream;
	size_t i;

	if (json_integer_value(json_object_get(flow, "dport")) != ZOOM_PORT)
		return;
	json_array_foreach(json_object_get(flow, "streams"), i, stream) check_stream(
	    sums, json_integer_value(json_object_get(flow, "sport")), stream);
}

static void
check_capture(const char *folder, const char *name, const char *ending)
{
	struct sums *sums = calloc(1, sizeof(*sums));
	char path[4096];
	json_t *truth, *flow;
	size_t i;

	snprintf(path, sizeof(path), "%s/truth/%s.json", folder, name);
	truth = json_load_file(path, 0, NULL);
	snprintf(path, sizeof(path), "%s/%s.%s", folder, name, ending);
	assert_non_null(truth);
	assert_true(each_udp(path, sums_add, sums));
	json_array_foreach(truth, i, flow) check_flow(sums, flow);
	json_decref(truth);
	free(sums);
}

static void
test_zoom_streams(void **state)
{
	const char *folder = corpus();

	(void)state;
	check_capture(folder, "zoom_video", "pcap");
	check_capture(folder, "zoom_join_2019", "pcap");
	check_capture(folder, "zoom_meeting_silent", "pcapng");
}

static void
check_cuts(const struct packet *p, void *user)
{
	static const size_t sizes[] = { 8, 12, 16, 20, 28, 36, 54, 96, 158 };
	struct dissect_context context = { .sport = p->sport, .dport = p->dport };
	struct datagram whole, cut;
	size_t *checked = user;

	datagram_dissect(
	    p->payload, p->payload_captured, p->payload_length, &context, &whole);
	for (size_t i = 0; i < COUNT_OF(sizes) && sizes[i] < p->payload_captured; i++) {
		datagram_dissect(p->payload, sizes[i], p->payload_length, &context, &cut);
		if (cut.result < DISSECT_MAYBE || cut.message == MESSAGE_UNKNOWN)
			continue;
		assert_int_equal(cut.dissector, whole.dissector);
		assert_int_equal(cut.message, whole.message);
		(*checked)++;
	}
}

static void
test_snapped(void **state)
{
	const char *folder = corpus();
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[4096];
	size_t checked = 0;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (strstr(entry->d_name, ".pcap") != NULL)
			assert_true(each_udp(path, check_cuts, &checked));
	}
	closedir(dir);
	assert_true(checked > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zoom_streams),
		cmocka_unit_test(test_snapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
