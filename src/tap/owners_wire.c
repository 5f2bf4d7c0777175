/* SPDX-License-Identifier: Apache-2.0 */
/* What the main process and the helper say to each other, one message a packet. */
#include "owners.h"

static void
put(struct wire *w, uint64_t value, size_t size)
{
	if (w->length + size > WIRE_MOST)
		return;
	for (size_t i = size; i > 0; i--)
		w->data[w->length++] = (uint8_t)(value >> 8 * (i - 1));
}

/* NULL is length 0. What is too long is as if it were not known. */
static void
put_text(struct wire *w, const char *text, size_t most)
{
	size_t length = text != NULL ? strlen(text) : 0;

	if (length > most || w->length + 2 + length > WIRE_MOST)
		length = 0;
	put(w, length, 2);
	if (length > 0)
		memcpy(w->data + w->length, text, length);
	w->length += length;
}

static void
put_key(struct wire *w, const struct flow_key *key)
{
	for (unsigned i = 0; i < 2; i++) {
		put(w, key->end[i].addr.family, 1);
		memcpy(w->data + w->length, key->end[i].addr.bytes, 16);
		w->length += 16;
		put(w, key->end[i].port, 2);
	}
	put(w, key->proto, 1);
}

static void
take_key(struct bytes *b, struct flow_key *out)
{
	for (unsigned i = 0; i < 2; i++) {
		const uint8_t *at;

		out->end[i].addr.family = bytes_u8(b);
		if ((at = bytes_take(b, 16)) != NULL)
			memcpy(out->end[i].addr.bytes, at, 16);
		out->end[i].port = bytes_u16(b);
	}
	out->proto = bytes_u8(b);
}

void
wire_hello(struct wire *w, const struct hello *h)
{
	w->length = 0;
	put(w, WIRE_HELLO, 1);
	put(w, h->well, 1);
	put(w, h->everybody, 1);
	put(w, h->uid, 4);
	put(w, h->spaces, 2);
	put_text(w, h->text, sizeof(h->text) - 1);
}

void
wire_question(struct wire *w, const struct question *q)
{
	w->length = 0;
	put(w, WIRE_QUESTION, 1);
	put_key(w, &q->key);
	put(w, q->first, 1);
}

static void
put_program(struct wire *w, const struct program *p, const char *sha256)
{
	put(w, p->pid, 4);
	put(w, (uint64_t)p->started_ns, 8);
	put_text(w, p->exe, PROGRAM_EXE - 1);
	put_text(w, sha256, SHA256_TEXT_SIZE - 1);
	put_text(w, p->command, PROGRAM_COMMAND - 1);
}

void
wire_answer(struct wire *w, const struct flow_key *key, const struct program *owner,
    const char *sha256)
{
	size_t count = 0;

	w->length = 0;
	put(w, WIRE_ANSWER, 1);
	put_key(w, key);
	for (const struct program *p = owner; p != NULL; p = p->parent)
		count++;
	if (count > 1 + PROGRAM_PARENTS)
		count = 1 + PROGRAM_PARENTS;
	put(w, count, 1);
	for (const struct program *p = owner; count > 0; p = p->parent, count--)
		put_program(w, p, p == owner ? sha256 : NULL);
}

/* A text of that length at most, with a NUL put behind it, or NULL. */
static const char *
take_text(struct bytes *b, size_t most, char **room, bool *wrong)
{
	size_t length = bytes_u16(b);
	const uint8_t *at = bytes_take(b, length);
	char *text = *room;

	if (length > most)
		*wrong = true;
	if (at == NULL || length == 0 || length > most)
		return NULL;
	memcpy(text, at, length);
	text[length] = '\0';
	*room += length + 1;
	return text;
}

static bool
is_end(const struct flow_end *end)
{
	return end->addr.family == 4 || end->addr.family == 6;
}

int
wire_read_hello(const void *data, size_t length, struct hello *out)
{
	struct bytes b = bytes_over(data, length);
	char *room = out->text;
	bool wrong = bytes_u8(&b) != WIRE_HELLO;

	*out = (struct hello){ 0 };
	out->well = bytes_u8(&b);
	out->everybody = bytes_u8(&b);
	out->uid = bytes_u32(&b);
	out->spaces = bytes_u16(&b);
	take_text(&b, sizeof(out->text) - 1, &room, &wrong);
	return wrong || bytes_short(&b) || b.left > 0 ? -1 : 0;
}

int
wire_read_question(const void *data, size_t length, struct question *out)
{
	struct bytes b = bytes_over(data, length);
	bool wrong = bytes_u8(&b) != WIRE_QUESTION;

	*out = (struct question){ 0 };
	take_key(&b, &out->key);
	out->first = bytes_u8(&b);
	if (wrong || bytes_short(&b) || b.left > 0 || out->first > 1)
		return -1;
	return is_end(&out->key.end[0]) && is_end(&out->key.end[1]) ? 0 : -1;
}

int
wire_read_answer(const void *data, size_t length, struct answer *out)
{
	struct bytes b = bytes_over(data, length);
	char *room = out->text;
	bool wrong = length > WIRE_MOST || bytes_u8(&b) != WIRE_ANSWER;

	out->key = (struct flow_key){ 0 };
	take_key(&b, &out->key);
	out->count = bytes_u8(&b);
	if (wrong || out->count == 0 || out->count > COUNT_OF(out->chain))
		return -1;
	for (size_t i = 0; i < out->count && !wrong && !bytes_short(&b); i++) {
		struct process *p = &out->chain[i];

		*p = (struct process){ .pid = bytes_u32(&b) };
		p->started_ns = (int64_t)bytes_u64(&b);
		p->exe = take_text(&b, PROGRAM_EXE - 1, &room, &wrong);
		p->sha256 = take_text(&b, SHA256_TEXT_SIZE - 1, &room, &wrong);
		p->command = take_text(&b, PROGRAM_COMMAND - 1, &room, &wrong);
		p->parent = i + 1 < out->count ? &out->chain[i + 1] : NULL;
	}
	return wrong || bytes_short(&b) || b.left > 0 ? -1 : 0;
}
