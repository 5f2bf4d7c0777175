/* SPDX-License-Identifier: Apache-2.0 */
/* DNS messages, RFC 1035; SVCB and HTTPS, RFC 9460. The one file that knows ldns. */
#include <ldns/ldns.h>

#include "private.h"

/* RFC 9460; ldns before 1.8 has no names for them. */
enum { TYPE_SVCB = 64, TYPE_HTTPS = 65 };

enum { HINT_IPV4 = 4, HINT_IPV6 = 6 };

struct header {
	uint16_t id, flags, questions, answers;
};

/*
 * An uncompressed name as text: lower case, no trailing dot, \ddd for what is not plainly
 * printable, so that no label can break what quotes it. False (and "") when it is no name
 * or does not fit.
 */
static bool
dns_name(struct bytes *b, char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-_*/+=:@~!#$%&";
	size_t n = 0;
	uint8_t size;

	while ((size = bytes_u8(b)) > 0 && size < 64) {
		if (n > 0)
			text[n++] = '.';
		for (; size > 0 && !bytes_short(b) && n + 6 < DNS_NAME_SIZE; size--) {
			uint8_t c = bytes_u8(b);

			c = c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
			if (c != 0 && memchr(plain, c, sizeof(plain) - 1))
				text[n++] = (char)c;
			else
				n += (size_t)snprintf(text + n, 5, "\\%03u", c);
		}
		if (size > 0)
			break;
	}
	text[size > 0 || bytes_short(b) ? 0 : n] = '\0';
	return size == 0 && !bytes_short(b);
}

static struct header
dns_header(struct bytes *b)
{
	struct header h;

	h.id = bytes_u16(b);
	h.flags = bytes_u16(b);
	h.questions = bytes_u16(b);
	h.answers = bytes_u16(b);
	bytes_skip(b, 4);
	return h;
}

/* Opcodes other than QUERY are not ours; the Z bit is zero (RFC 1035 section 4.1.1). */
static bool
dns_header_plausible(const struct header *h)
{
	bool is_response = h->flags >> 15;

	return (h->flags & 0x7840) == 0 && h->questions <= 1 &&
	       (is_response ||
		   (h->questions == 1 && h->answers == 0 && (h->flags & 0xf) == 0));
}

/* Header and question, up to end. DISSECT_SHORT with the question filled when only
 * answers miss. */
static enum dissect_result
dns_read_question(struct span s, struct header *h, size_t *end, struct dns *out)
{
	struct bytes b = span_bytes(s);

	*h = dns_header(&b);
	if (bytes_short(&b))
		return span_ran_short(s);
	if (!dns_header_plausible(h))
		return DISSECT_NO;
	out->id = h->id;
	out->response = h->flags >> 15;
	out->rcode = h->flags & 0xf;
	*end = s.length - b.left;
	if (h->questions == 0)
		return span_is_cut(s) ? DISSECT_SHORT : DISSECT_YES;
	if (!dns_name(&b, out->question))
		return bytes_short(&b) ? span_ran_short(s) : DISSECT_NO;
	out->qtype = bytes_u16(&b);
	if (bytes_u16(&b) > 255 && !bytes_short(&b))
		return DISSECT_NO;
	if (bytes_short(&b))
		return span_ran_short(s);
	*end = s.length - b.left;
	return span_is_cut(s) && h->answers > 0 ? DISSECT_SHORT : DISSECT_YES;
}

static struct dns_answer *
dns_answer_add(struct dns *out, const struct dns_answer *like)
{
	struct dns_answer *a;

	if (out->count == DNS_ANSWERS)
		return NULL;
	a = &out->answers[out->count++];
	*a = *like;
	return a;
}

static void
dns_add_addresses(
    struct dns *out, const struct dns_answer *like, struct bytes b, size_t size)
{
	const uint8_t *raw;
	struct dns_answer *a;

	while ((raw = bytes_take(&b, size)) != NULL) {
		if ((a = dns_answer_add(out, like)) == NULL)
			return;
		a->addr = size == 4 ? addr_v4(raw) : addr_v6(raw);
	}
}

static void
dns_add_address(struct dns *out, const struct dns_answer *like, struct bytes b)
{
	if (b.left == 4 || b.left == 16)
		dns_add_addresses(out, like, b, b.left);
}

static void
dns_add_cname(struct dns *out, const struct dns_answer *like, struct bytes b)
{
	struct dns_answer *a = dns_answer_add(out, like);

	if (a && !dns_name(&b, a->target))
		out->count--;
}

/* RFC 9460 section 2.2: priority, target, parameters. One entry a hint, one without any.
 */
static void
dns_add_service(struct dns *out, const struct dns_answer *like, struct bytes b)
{
	struct dns_answer base = *like;
	unsigned before = out->count;

	bytes_skip(&b, 2);
	if (!dns_name(&b, base.target))
		return;
	while (b.left >= 4) {
		uint16_t key = bytes_u16(&b);
		uint16_t size = bytes_u16(&b);
		const uint8_t *value = bytes_take(&b, size);

		if (value == NULL)
			break;
		if (key == HINT_IPV4 || key == HINT_IPV6)
			dns_add_addresses(out, &base, bytes_over(value, size),
			    key == HINT_IPV4 ? 4 : 16);
	}
	if (out->count == before)
		(void)dns_answer_add(out, &base);
}

static const struct {
	uint16_t type;
	void (*add)(struct dns *out, const struct dns_answer *like, struct bytes rdata);
} record_types[] = {
	{ LDNS_RR_TYPE_A, dns_add_address },
	{ LDNS_RR_TYPE_AAAA, dns_add_address },
	{ LDNS_RR_TYPE_CNAME, dns_add_cname },
	{ TYPE_SVCB, dns_add_service },
	{ TYPE_HTTPS, dns_add_service },
};

/* ldns cuts data into fields, more or fewer by version: join them, names uncompressed. */
static size_t
dns_join_fields(const ldns_rr *rr, uint8_t *data, size_t room)
{
	size_t size = 0;

	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		const ldns_rdf *field = ldns_rr_rdf(rr, i);

		if (field == NULL || ldns_rdf_size(field) > room - size)
			return 0;
		memcpy(data + size, ldns_rdf_data(field), ldns_rdf_size(field));
		size += ldns_rdf_size(field);
	}
	return size;
}

static void
dns_add_record(const ldns_rr *rr, struct dns *out)
{
	struct dns_answer like = { .type = (uint16_t)ldns_rr_get_type(rr),
		.ttl = ldns_rr_ttl(rr) };
	const ldns_rdf *owner = ldns_rr_owner(rr);
	struct bytes name = bytes_over(ldns_rdf_data(owner), ldns_rdf_size(owner));
	uint8_t data[4096];
	size_t size;

	for (size_t i = 0; i < COUNT_OF(record_types); i++) {
		if (record_types[i].type != like.type)
			continue;
		size = dns_join_fields(rr, data, sizeof(data));
		if (dns_name(&name, like.owner))
			record_types[i].add(out, &like, bytes_over(data, size));
		return;
	}
}

/* The answers begin at `at`; what comes after them is of no use here. */
static enum dissect_result
dns_read_answers(struct span s, size_t at, unsigned count, struct dns *out)
{
	for (unsigned i = 0; i < count; i++) {
		ldns_rr *rr = NULL;

		/* Header and question stand; what follows is damaged. */
		if (ldns_wire2rr(&rr, s.p, s.length, &at, LDNS_SECTION_ANSWER) !=
		    LDNS_STATUS_OK)
			return DISSECT_MAYBE;
		dns_add_record(rr, out);
		ldns_rr_free(rr);
	}
	return DISSECT_YES;
}

/* All but the answers, which take no clearing. */
static void
dns_clear(struct dns *out)
{
	out->id = out->qtype = 0;
	out->response = false;
	out->rcode = 0;
	out->question[0] = '\0';
	out->count = 0;
}

enum dissect_result
dns_parse(const uint8_t *p, size_t captured, size_t length, struct dns *out)
{
	struct span s = span_over(p, captured, length);
	struct header h;
	enum dissect_result result;
	size_t at = 0;

	dns_clear(out);
	result = dns_read_question(s, &h, &at, out);
	if (result == DISSECT_YES && out->response && h.answers > 0)
		result = dns_read_answers(s, at, h.answers, out);
	return result;
}

/* Steps over the labels of a question; false when they are none. */
static bool
dns_skip_name(struct bytes *b)
{
	uint8_t size;

	while ((size = bytes_u8(b)) > 0 && size < 64)
		bytes_skip(b, size);
	return size == 0;
}

/* Header and the label lengths of the question: no text, no ldns. */
enum dissect_result
dns_try(const struct attempt *a, struct datagram *out)
{
	struct bytes b = span_bytes(a->bytes);
	struct header h = dns_header(&b);

	if (bytes_short(&b))
		return span_ran_short(a->bytes);
	if (!dns_header_plausible(&h) || (h.questions > 0 && !dns_skip_name(&b)))
		return DISSECT_NO;
	out->type = h.questions > 0 ? bytes_u16(&b) : 0;
	if (bytes_short(&b) && !span_is_cut(a->bytes))
		return DISSECT_NO;
	out->dissector = DISSECTOR_DNS;
	out->message = h.flags >> 15 ? MESSAGE_RESPONSE : MESSAGE_QUERY;
	return DISSECT_YES;
}
