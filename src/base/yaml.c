/* SPDX-License-Identifier: Apache-2.0 */
/* libyaml's events to a tree in one arena. */
#include <stdlib.h>
#include <yaml.h>

#include "private.h"

#define DEPTH_MAX 32
#define NODES_MAX 200000
#define ERRORS_MAX 100

struct reader {
	struct yaml *yaml;
	struct error *error;
	yaml_parser_t parser;
	size_t nodes, errors;
	unsigned depth;
	unsigned tab_line; /* syntax errors from here on come from that tab */
	bool stopped;      /* the rest cannot be read */
};

/* Children of a list or map while it is being read. */
struct pile {
	struct node **keys, **items;
	size_t count, room;
};

/* libyaml speaks of tokens and simple keys; people who edit by hand do not. */
static const struct {
	const char *problem, *text;
} syntax_texts[] = {
	{ "did not find expected key",
	    "expected a key of the map above at its indentation, or the end of it" },
	{ "did not find expected '-' indicator",
	    "expected '- ' of the list above at its indentation, or the end of it" },
	{ "did not find expected ',' or ']'",
	    "expected ',' or ']' in the list opened by '['" },
	{ "did not find expected ',' or '}'",
	    "expected ',' or '}' in the map opened by '{'" },
	{ "did not find expected node content", "expected a value" },
	{ "did not find expected <document start>",
	    "expected one map or list that begins in the first column" },
	{ "mapping values are not allowed in this context",
	    "a ':' after a value: expected a value in quotes, or a key on a line of its "
	    "own" },
	{ "could not find expected ':'", "expected ':' after the key" },
	{ "block sequence entries are not allowed in this context",
	    "a '- ' after a key: expected the list on the lines below" },
	{ "found unexpected end of stream",
	    "the text ends inside quotes: expected the closing one" },
	{ "found unexpected document indicator",
	    "'---' or '...' inside quotes: expected the closing one" },
	{ "found unknown escape character", "unknown escape after '\\': expected one of "
					    "YAML's, or single quotes around the text" },
	{ "found character that cannot start any token",
	    "expected a value; one that begins with this character wants quotes" },
	{ "did not find expected alphabetic or numeric character",
	    "text that begins with '*' or '&' wants quotes" },
	{ "found a tab character that violates indentation",
	    "tab in the indentation: YAML wants spaces" },
};

static void
reader_complain(struct reader *r, const yaml_mark_t *mark, const char *text)
{
	r->errors++;
	error_add(r->error, r->yaml->name, (unsigned)mark->line + 1,
	    (unsigned)mark->column + 1, "%s", text);
	if (r->errors >= ERRORS_MAX)
		r->stopped = true;
}

/* Says what bound was met and reads no further. */
static void
reader_stop(struct reader *r, const yaml_mark_t *mark, const char *text)
{
	reader_complain(r, mark, text);
	r->stopped = true;
}

static const char *
syntax_text(const char *problem)
{
	for (size_t i = 0; i < COUNT_OF(syntax_texts); i++)
		if (strcmp(problem, syntax_texts[i].problem) == 0)
			return syntax_texts[i].text;
	return problem;
}

static void
reader_syntax(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	const char *problem = p->problem ? p->problem : "out of memory";
	char began[48] = "";

	r->stopped = true;
	r->errors++;
	if (r->tab_line > 0 && p->problem_mark.line + 1 >= r->tab_line)
		return; /* said already, and better, by yaml_scan() */
	if (p->context != NULL && p->context_mark.line < p->problem_mark.line)
		snprintf(began, sizeof(began), " (it begins on line %zu)",
		    p->context_mark.line + 1);
	error_add(r->error, r->yaml->name, (unsigned)p->problem_mark.line + 1,
	    (unsigned)p->problem_mark.column + 1, "%s%s", syntax_text(problem), began);
}

/* False at the end, after an error and at a bound; the event needs no deleting then. */
static bool
reader_next(struct reader *r, yaml_event_t *event)
{
	if (r->stopped)
		return false;
	if (yaml_parser_parse(&r->parser, event))
		return true;
	reader_syntax(r);
	return false;
}

static bool
pile_add(struct pile *p, struct node *key, struct node *item)
{
	if (p->count == p->room) {
		size_t room = p->room ? p->room * 2 : 16;
		struct node **keys = realloc(p->keys, room * sizeof(struct node *));
		struct node **items;

		if (keys == NULL)
			return false;
		p->keys = keys;
		items = realloc(p->items, room * sizeof(struct node *));
		if (items == NULL)
			return false;
		p->items = items;
		p->room = room;
	}
	p->keys[p->count] = key;
	p->items[p->count++] = item;
	return true;
}

static struct node **
pile_keep(struct arena *arena, struct node *const *nodes, size_t count)
{
	struct node **kept = arena_take(arena, count * sizeof(struct node *));

	if (kept != NULL && count > 0)
		memcpy(kept, nodes, count * sizeof(struct node *));
	return kept;
}

static struct node *
node_new(struct reader *r, enum node_kind kind, const yaml_mark_t *mark)
{
	struct node *n;

	if (++r->nodes > NODES_MAX) {
		reader_stop(r, mark, "more than 200000 values: expected a smaller file");
		return NULL;
	}
	n = arena_take(&r->yaml->arena, sizeof(*n));
	if (n == NULL) {
		reader_stop(r, mark, "out of memory");
		return NULL;
	}
	n->kind = kind;
	n->line = (unsigned)mark->line + 1;
	n->column = (unsigned)mark->column + 1;
	n->text = "";
	return n;
}

static void
refuse_decoration(struct reader *r, const yaml_mark_t *mark, const yaml_char_t *anchor,
    const yaml_char_t *tag)
{
	if (anchor != NULL)
		reader_complain(r, mark,
		    "anchor '&': expected the value written out where it is used");
	if (tag != NULL)
		reader_complain(r, mark, "tag '!': expected a value without one");
}

static struct node *
read_scalar(struct reader *r, const yaml_event_t *event)
{
	struct node *n = node_new(r, NODE_SCALAR, &event->start_mark);

	if (n == NULL)
		return NULL;
	refuse_decoration(
	    r, &event->start_mark, event->data.scalar.anchor, event->data.scalar.tag);
	n->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	n->length = event->data.scalar.length;
	n->text = arena_text(
	    &r->yaml->arena, (const char *)event->data.scalar.value, n->length);
	if (n->text == NULL)
		reader_stop(r, &event->start_mark, "out of memory");
	else if (strlen(n->text) != n->length)
		reader_complain(r, &event->start_mark, "NUL character: expected text");
	return n->text ? n : NULL;
}

static struct node *
read_alias(struct reader *r, const yaml_event_t *event)
{
	reader_complain(r, &event->start_mark,
	    "alias '*': expected the value written out; text that begins with '*' wants "
	    "quotes");
	return node_new(r, NODE_SCALAR, &event->start_mark);
}

static struct node *read_node(struct reader *r, const yaml_event_t *event);

/* One node, up to the event that ends the surrounding list, map or document. */
static struct node *
read_next(struct reader *r, yaml_event_type_t end)
{
	yaml_event_t event;
	struct node *n = NULL;

	if (!reader_next(r, &event))
		return NULL;
	if (event.type != end)
		n = read_node(r, &event);
	yaml_event_delete(&event);
	return n;
}

static struct node *
read_list(struct reader *r, const yaml_event_t *event)
{
	struct node *list = node_new(r, NODE_LIST, &event->start_mark), *item;
	struct pile pile = { 0 };

	if (list == NULL)
		return NULL;
	refuse_decoration(r, &event->start_mark, event->data.sequence_start.anchor,
	    event->data.sequence_start.tag);
	while ((item = read_next(r, YAML_SEQUENCE_END_EVENT)) != NULL)
		if (!pile_add(&pile, NULL, item))
			reader_stop(r, &event->start_mark, "out of memory");
	list->items = pile_keep(&r->yaml->arena, pile.items, pile.count);
	if (list->items == NULL)
		reader_stop(r, &event->start_mark, "out of memory");
	else
		list->count = pile.count;
	free(pile.keys);
	free(pile.items);
	return list;
}

static int
key_compare(const void *left, const void *right)
{
	const struct node *a = *(struct node *const *)left,
			  *b = *(struct node *const *)right;
	int order = strcmp(a->text, b->text);

	if (order == 0)
		order = (a->line > b->line) - (a->line < b->line);
	return order ? order : (a->column > b->column) - (a->column < b->column);
}

/* Sorts the pile's keys, which have been copied to the node already. */
static void
refuse_duplicates(struct reader *r, struct node **keys, size_t count)
{
	if (count < 2)
		return;
	qsort(keys, count, sizeof(struct node *), key_compare);
	for (size_t i = 1; i < count && r->errors < ERRORS_MAX; i++) {
		if (strcmp(keys[i - 1]->text, keys[i]->text) != 0)
			continue;
		r->errors++;
		error_add(r->error, r->yaml->name, keys[i]->line, keys[i]->column,
		    "duplicate key '%.80s': already given on line %u", keys[i]->text,
		    keys[i - 1]->line);
	}
}

static bool
read_entry(struct reader *r, struct pile *pile)
{
	struct node *key = read_next(r, YAML_MAPPING_END_EVENT), *value;
	const yaml_mark_t top = { 0 };

	if (key == NULL)
		return false;
	if (key->kind != NODE_SCALAR) {
		yaml_mark_t mark = { .line = key->line - 1, .column = key->column - 1 };

		reader_complain(
		    r, &mark, "a list or map as a key: expected a word before ':'");
	}
	value = read_next(r, YAML_NO_EVENT);
	if (key->kind == NODE_SCALAR && !pile_add(pile, key, value))
		reader_stop(r, &top, "out of memory");
	return value != NULL; /* NULL when reading has stopped; the key still counts */
}

static struct node *
read_map(struct reader *r, const yaml_event_t *event)
{
	struct node *map = node_new(r, NODE_MAP, &event->start_mark);
	struct pile pile = { 0 };

	if (map == NULL)
		return NULL;
	refuse_decoration(r, &event->start_mark, event->data.mapping_start.anchor,
	    event->data.mapping_start.tag);
	while (read_entry(r, &pile))
		;
	map->keys = pile_keep(&r->yaml->arena, pile.keys, pile.count);
	map->items = pile_keep(&r->yaml->arena, pile.items, pile.count);
	if (map->keys == NULL || map->items == NULL)
		reader_stop(r, &event->start_mark, "out of memory");
	else
		map->count = pile.count;
	refuse_duplicates(r, pile.keys, pile.count);
	free(pile.keys);
	free(pile.items);
	return map;
}

static struct node *
read_node(struct reader *r, const yaml_event_t *event)
{
	struct node *n = NULL;

	if (r->depth == DEPTH_MAX) {
		reader_stop(r, &event->start_mark,
		    "nested deeper than 32: expected a flatter file");
		return NULL;
	}
	r->depth++;
	if (event->type == YAML_SCALAR_EVENT)
		n = read_scalar(r, event);
	else if (event->type == YAML_ALIAS_EVENT)
		n = read_alias(r, event);
	else if (event->type == YAML_SEQUENCE_START_EVENT)
		n = read_list(r, event);
	else if (event->type == YAML_MAPPING_START_EVENT)
		n = read_map(r, event);
	r->depth--;
	return n;
}

/* Events up to the first of a document's content; false when there is no document. */
static bool
read_document_start(struct reader *r)
{
	yaml_event_t event;
	bool started = false;

	while (!started && reader_next(r, &event)) {
		yaml_event_type_t type = event.type;

		yaml_event_delete(&event);
		if (type == YAML_STREAM_END_EVENT)
			return false;
		started = type == YAML_DOCUMENT_START_EVENT;
	}
	return started;
}

static void
refuse_second_document(struct reader *r)
{
	yaml_event_t event;

	if (!reader_next(r, &event)) /* the first document's end */
		return;
	yaml_event_delete(&event);
	if (!reader_next(r, &event))
		return;
	if (event.type == YAML_DOCUMENT_START_EVENT)
		reader_stop(r, &event.start_mark,
		    "a second document begins: expected one in a file");
	yaml_event_delete(&event);
}

int
yaml_read(struct yaml *y, struct error *e)
{
	struct reader r = { .yaml = y, .error = e };
	struct yaml_findings found = yaml_scan(y->name, y->data, y->length, e);

	r.tab_line = found.tab_line;
	if (!found.is_text)
		return -1;
	if (!yaml_parser_initialize(&r.parser)) {
		error_add(e, y->name, 0, 0, "out of memory");
		return -1;
	}
	yaml_parser_set_input_string(&r.parser, y->data, y->length);
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	if (read_document_start(&r)) {
		y->root = read_next(&r, YAML_NO_EVENT);
		refuse_second_document(&r);
	}
	yaml_parser_delete(&r.parser);
	if (y->root != NULL && y->root->kind == NODE_SCALAR && y->root->length == 0)
		y->root = NULL;
	return found.count > 0 || r.errors > 0 ? -1 : 0;
}
