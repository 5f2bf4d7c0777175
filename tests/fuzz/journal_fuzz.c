/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes as the files of a journal. The first one says how they are split: log, journal
 * and checkpoint. Checksums are made right, or nothing beyond them would be tried, unless
 * the first byte is odd.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <callwitness/tap.h>

#define HEAD 32
#define RECORD 16
#define WHOLE 0x656c6f77u /* behind the last record of a checkpoint */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The head of a file as this version writes it. */
static void
head_make(uint8_t head[HEAD])
{
	static const uint32_t format = 1;

	memset(head, 0, HEAD);
	memcpy(head, "cwjrnl\r\n", 8);
	memcpy(head + 8, &format, sizeof(format));
	memcpy(head + 12, CALLWITNESS_VERSION, strlen(CALLWITNESS_VERSION));
}

static void
sums_mend(uint8_t *data, size_t size)
{
	size_t at = 0;

	while (at + RECORD <= size) {
		uint32_t kind = data[at] == WHOLE % 256 ? WHOLE : data[at], length = 0;
		uint64_t sum = 0;

		length = (uint32_t)data[at + 4] << 8 | data[at + 5];
		memcpy(data + at, &kind, sizeof(kind));
		memcpy(data + at + 4, &length, sizeof(length));
		if (at + RECORD + length > size)
			return;
		sum =
		    hash_bytes(data + at + RECORD, length, (uint64_t)kind << 32 | length);
		memcpy(data + at + 8, &sum, sizeof(sum));
		at += RECORD + length;
	}
}

static void
file_make(
    const char *folder, const char *name, const uint8_t *data, size_t size, bool mend)
{
	char path[128];
	uint8_t *all = malloc(HEAD + size);
	FILE *out = NULL;

	if (all == NULL)
		abort();
	head_make(all);
	memcpy(all + HEAD, data, size);
	if (mend)
		sums_mend(all + HEAD, size);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	out = fopen(path, "wb");
	if (out == NULL || fwrite(mend ? all : all + HEAD, 1, size + (mend ? HEAD : 0),
			       out) != size + (mend ? HEAD : 0))
		abort();
	fclose(out);
	free(all);
}

struct heard {
	size_t count, bytes;
	uint64_t sum;
};

static int
hear(void *context, enum journal_kind kind, const void *data, size_t length)
{
	struct heard *h = context;

	if (kind < JOURNAL_HEAD || kind > JOURNAL_END)
		abort();
	h->sum += hash_bytes(data, length, 0); /* all of it is readable */
	h->bytes += length;
	h->count++;
	return h->count == 300 ? 1 : 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "log", "journal-00001", "checkpoint-00001" };
	char folder[] = "/tmp/callwitness-fuzz-XXXXXX";
	struct heard h = { 0 };
	struct error e = { 0 };
	bool torn = false;
	size_t each = 0;
	int rc = -1;

	/* Longer ones do not fit the two bytes of a length here. */
	if (size < 1 || size > 60000)
		return 0;
	if (mkdtemp(folder) == NULL)
		abort();
	each = (size - 1) / COUNT_OF(names);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		file_make(folder, names[i], data + 1 + i * each,
		    i + 1 < COUNT_OF(names) ? each : size - 1 - i * each, !(data[0] & 1));
	rc = journal_read(folder, hear, &h, &torn, &e);
	if (h.bytes > size || (rc == 0 && h.count == 0) ||
	    (rc != 0 && e.count == 0 && h.count != 300))
		abort();
	error_clear(&e);
	if (journal_remove(folder, &e) != 0)
		abort();
	return 0;
}
