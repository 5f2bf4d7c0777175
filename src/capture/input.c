/* SPDX-License-Identifier: Apache-2.0 */
/* One file: which format it is, its frames one by one, its facts. */
#include "private.h"

#include <stdarg.h>

static const struct format *const formats[] = { &format_classic, &format_pcapng };

/* What people hand us instead. */
static const struct lookalike {
	uint8_t magic[4];
	uint8_t length;
	const char *name;
} lookalikes[] = {
	{ { 0x1f, 0x8b }, 2, "gzip" },
	{ { 0x28, 0xb5, 0x2f, 0xfd }, 4, "zstd" },
	{ { 0xfd, '7', 'z', 'X' }, 4, "xz" },
	{ { 'B', 'Z', 'h' }, 3, "bzip2" },
	{ { 'P', 'K', 3, 4 }, 4, "zip" },
	{ { 0x04, 0x22, 0x4d, 0x18 }, 4, "lz4" },
	{ { 's', 'n', 'o', 'o' }, 4, "snoop" },
	{ { 'G', 'M', 'B', 'U' }, 4, "Microsoft Network Monitor" },
};

static const char *
lookalike_name(const uint8_t *at, size_t length)
{
	for (size_t i = 0; i < COUNT_OF(lookalikes); i++) {
		const struct lookalike *l = &lookalikes[i];

		if (length >= l->length && memcmp(at, l->magic, l->length) == 0)
			return l->name;
	}
	return NULL;
}

static int
input_refuse(struct input *in, struct error *e)
{
	const uint8_t *at = source_at(&in->source);
	size_t left = source_left(&in->source), used = 0;
	const char *name = lookalike_name(at, left);
	char hex[16] = "";

	if (in->source.failure != 0) {
		error_add(e, in->file.name, 0, 0, "cannot be read: %s",
		    strerror(in->source.failure));
		return -1;
	}
	if (left == 0) {
		error_add(e, in->file.name, 0, 0, "not a capture file: it is empty");
		return -1;
	}
	for (size_t i = 0; i < left && i < 4; i++)
		used += (size_t)snprintf(
		    hex + used, sizeof(hex) - used, i ? " %02x" : "%02x", at[i]);
	error_add(e, in->file.name, 0, 0,
	    "not a capture file: begins with %s%s%s%s, expected pcap or pcapng", hex,
	    name ? " (" : "", name ? name : "", name ? ")" : "");
	return -1;
}

static const struct format *
input_format(struct input *in)
{
	if (!source_fill(&in->source, 4))
		return NULL;
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		if (formats[i]->is(source_at(&in->source)))
			return formats[i];
	}
	return NULL;
}

int
input_open(struct input *in, const char *path, struct filter *filter, bool digest,
    struct error *e)
{
	in->file.name = path;
	in->filter = filter;
	if (source_open(&in->source, path, e) < 0)
		return -1;
	if (digest && !in->source.regular)
		in->source.digest = sha256_new();
	in->file.bytes = in->source.size;
	in->format = input_format(in);
	if (in->format == NULL)
		return input_refuse(in, e);
	in->file.format = in->format->name;
	if (in->format->open(in, e) < 0)
		return -1;
	if (!in->primed)
		in->primed = in->format->next(in, &in->head) == 1;
	return 0;
}

static bool
input_read(struct input *in, struct frame *out)
{
	if (!in->primed)
		return in->format->next(in, out) == 1;
	*out = in->head;
	in->primed = false;
	return true;
}

int
input_next(struct input *in, struct frame *out)
{
	while (input_read(in, out)) {
		in->file.packets++;
		if (out->captured < out->length)
			in->file.snapped++;
		if (in->filter == NULL || filter_passes(in->filter, out))
			return 1;
		in->file.filtered++;
	}
	return 0;
}

/* The facts that are known at the end only. */
void
input_end(struct input *in)
{
	struct source *s = &in->source;

	if (s->digest != NULL) {
		source_drain(s);
		sha256_end(s->digest, in->file.sha256);
		s->digest = NULL;
	}
	in->file.bytes = s->regular ? s->size : s->taken;
	in->consumed = in->file.bytes;
}

void
input_close(struct input *in)
{
	if (in->format != NULL)
		in->format->close(in);
	source_close(&in->source);
}

int
input_damage(struct input *in, const char *format, ...)
{
	va_list arguments;

	if (in->file.damaged)
		return 0;
	in->file.damaged = true;
	va_start(arguments, format);
	(void)vsnprintf(in->file.damage, sizeof(in->file.damage), format, arguments);
	va_end(arguments);
	return 0;
}
