/* SPDX-License-Identifier: Apache-2.0 */
/* config/policies/X.yaml: a vendor's document and its claims. */
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "private.h"

#define CLAIMS_MAX 1000

struct policy_inside {
	struct policy policy; /* first: what the outside holds */
	struct arena arena;
	struct yaml *document;
};

struct policy_form {
	struct policy policy;
	struct term_list covered_data, covered_recipients;
	const struct node *claims_at;
};

static int
read_url(struct form *f, const struct node *value, void *into)
{
	const char *text = value->text;

	if (value->kind != NODE_SCALAR || strchr(text, ' ') != NULL ||
	    (strncmp(text, "https://", 8) != 0 && strncmp(text, "http://", 7) != 0))
		return form_expected(f, value, "an address like https://zoom.us/terms");
	*(const char **)into = text;
	return 0;
}

static int
read_sha256(struct form *f, const struct node *value, void *into)
{
	if (value->kind != NODE_SCALAR || value->length != SHA256_TEXT_SIZE - 1 ||
	    value->text[strspn(value->text, "0123456789abcdef")] != '\0')
		return form_expected(
		    f, value, "a SHA-256 sum: 64 digits, small letters a to f");
	*(const char **)into = value->text;
	return 0;
}

static const struct form_key source_keys[] = {
	{ "url", true, read_url, offsetof(struct policy, url) },
	{ "archive", false, form_text, offsetof(struct policy, archive) },
	{ "sha256", false, read_sha256, offsetof(struct policy, document_sha256) },
};

static int
read_source(struct form *f, const struct node *value, void *into)
{
	return form_read(f, value, source_keys, COUNT_OF(source_keys), into);
}

static const struct form_key covers_keys[] = {
	{ "data", true, data_read, offsetof(struct policy_form, covered_data) },
	{ "recipients", true, recipients_read,
	    offsetof(struct policy_form, covered_recipients) },
};

static int
read_covers(struct form *f, const struct node *value, void *into)
{
	return form_read(f, value, covers_keys, COUNT_OF(covers_keys), into);
}

static int
read_first_party(struct form *f, const struct node *value, void *into)
{
	if (value->kind == NODE_MAP || node_values(value) == 0)
		return form_expected(f, value, "a name or a list of names");
	return texts_read(f, value, into);
}

/* Kept for later: claims inherit from keys that may stand below. */
static int
read_claims(struct form *f, const struct node *value, void *into)
{
	if (value->kind != NODE_LIST || value->count == 0 || value->count > CLAIMS_MAX)
		return form_expected(f, value, "a list of 1 to 1000 claims");
	*(const struct node **)into = value;
	return 0;
}

#define POLICY(field) offsetof(struct policy_form, policy.field)

static const struct form_key policy_keys[] = {
	{ "policy", true, name_read, POLICY(name) },
	{ "vendor", true, form_text, POLICY(vendor) },
	{ "document", true, form_text, POLICY(document) },
	{ "effective", true, form_date, POLICY(effective) },
	{ "app", true, name_read, POLICY(app) },
	{ "source", true, read_source, offsetof(struct policy_form, policy) },
	{ "first_party", true, read_first_party, POLICY(first_party) },
	{ "covers", false, read_covers, 0 },
	{ "note", false, form_text, POLICY(note) },
	{ "claims", true, read_claims, offsetof(struct policy_form, claims_at) },
};

/* What follows the last "/" is the policy's name and ".yaml". */
static void
check_name(struct form *f, const struct node *root, const char *name)
{
	const char *slash = strrchr(f->file, '/');
	const char *file = slash ? slash + 1 : f->file;
	size_t length = name ? strlen(name) : 0;

	if (name != NULL &&
	    (strncmp(file, name, length) != 0 || strcmp(file + length, ".yaml") != 0))
		form_complain(f, node_get(root, "policy"),
		    "'policy' is '%s': expected the name of the file without .yaml",
		    name);
}

static void
check_ids_once(struct form *f, const struct node *claims)
{
	for (size_t i = 1; i < claims->count; i++) {
		const struct node *id = node_get(claims->items[i], "id");

		for (size_t j = 0; id != NULL && id->length > 0 && j < i; j++) {
			const struct node *other = node_get(claims->items[j], "id");

			if (other == NULL || strcmp(id->text, other->text) != 0)
				continue;
			form_complain(f, id, "duplicate id '%s': first given at %s:%u:%u",
			    id->text, f->file, other->line, other->column);
			break;
		}
	}
}

static void
claims_read(struct form *f, const struct node *list, struct policy *p)
{
	struct claim *claims = room_take(f, list->count * sizeof(*claims));

	if (claims == NULL)
		return;
	for (size_t i = 0; i < list->count; i++)
		(void)claim_read(f, list->items[i], p, &claims[i]);
	check_ids_once(f, list);
	p->claims = claims;
	p->claim_count = list->count;
}

static void
digest(struct form *f, const struct yaml *document, char *text)
{
	struct sha256 *sum = sha256_new();
	size_t length;
	const void *bytes = yaml_bytes(document, &length);

	if (sum == NULL) {
		form_complain(f, NULL, "out of memory");
		return;
	}
	sha256_add(sum, bytes, length);
	sha256_end(sum, text);
}

static void
policy_read(
    struct policy_inside *p, const struct ontologies *o, bool is_file, struct error *e)
{
	struct loading l = { .arena = &p->arena, .ontologies = o };
	struct form f = { .file = yaml_name(p->document), .error = e, .owner = &l };
	const struct node *root = yaml_root(p->document);
	struct policy_form read = { .policy.path = f.file };

	if (root == NULL || root->kind != NODE_MAP) {
		error_add(e, f.file, root ? root->line : 1, root ? root->column : 1,
		    "%s: expected a map that begins with 'policy: NAME'",
		    root ? "no map at the top" : "an empty file");
		return;
	}
	(void)form_read(&f, root, policy_keys, COUNT_OF(policy_keys), &read);
	if (is_file)
		check_name(&f, root, read.policy.name);
	digest(&f, p->document, read.policy.sha256);
	if (read.claims_at != NULL)
		claims_read(&f, read.claims_at, &read.policy);
	p->policy = read.policy;
	p->policy.covered_data = read.covered_data.items;
	p->policy.covered_data_count = read.covered_data.count;
	p->policy.covered_recipients = read.covered_recipients.items;
	p->policy.covered_recipient_count = read.covered_recipients.count;
}

/* Takes the document. */
static struct policy *
policy_take(
    struct yaml *document, const struct ontologies *o, bool is_file, struct error *e)
{
	struct policy_inside *p = calloc(1, sizeof(*p));
	size_t before = e->count;

	if (p == NULL) {
		error_add(e, yaml_name(document), 0, 0, "out of memory");
		yaml_close(document);
		return NULL;
	}
	p->document = document;
	policy_read(p, o, is_file, e);
	if (e->count == before)
		return &p->policy;
	policy_free(&p->policy);
	return NULL;
}

struct policy *
policy_load(const char *path, const struct ontologies *o, struct error *e)
{
	struct yaml *document = yaml_open(path, e);

	return document ? policy_take(document, o, true, e) : NULL;
}

struct policy *
policy_parse(const char *name, const void *data, size_t length,
    const struct ontologies *o, struct error *e)
{
	struct yaml *document = yaml_parse(name, data, length, e);

	return document ? policy_take(document, o, false, e) : NULL;
}

void
policy_free(struct policy *p)
{
	struct policy_inside *inside = (struct policy_inside *)p;

	if (p == NULL)
		return;
	arena_clear(&inside->arena);
	yaml_close(inside->document);
	free(inside);
}

const void *
policy_bytes(const struct policy *p, size_t *length)
{
	return yaml_bytes(((const struct policy_inside *)p)->document, length);
}

/* "Zoom" owns "Zoom Communications, Inc.", not "Zoominfo"; letters of other scripts are
 * no ends of words. */
bool
policy_owns(const struct policy *p, const char *entity)
{
	for (const char *const *name = p->first_party; entity && *name; name++) {
		size_t length = strlen(*name);
		unsigned char next;

		if (strncasecmp(entity, *name, length) != 0)
			continue;
		next = (unsigned char)entity[length];
		if (next < 0x80 && !isalnum(next))
			return true;
	}
	return false;
}
