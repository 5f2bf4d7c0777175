/* SPDX-License-Identifier: Apache-2.0 */
/* Spoils a capture in one way, as a careless recording would. */
#include <stdlib.h>

#include <callwitness/capture.h>
#include <callwitness/flow.h>
#include <callwitness/packet.h>

#include "lib/writer.h"

#define LINKTYPES 64
#define LOCALS 64

/* What a first reading of the file found. */
struct survey {
	int linktypes[LINKTYPES];
	size_t linktype_count;
	uint64_t frames;
	int64_t first_ns;
};

struct job {
	struct survey survey;
	struct decoder *decoder;
	struct flow_table *flows; /* tells the first sender, where no address is given */
	struct addr locals[LOCALS];
	size_t local_count;
	double amount;
	uint64_t seed;
};

struct mutation {
	const char *name;
	const char *arguments; /* between the name and IN OUT */
	int count;
	int (*prepare)(struct job *j, char **argv);
	/* Whether the frame stays; it may be changed. */
	bool (*keep)(struct job *j, struct frame *f);
};

static int
parse_number(const char *text, char **end, double *out)
{
	*out = strtod(text, end);
	return *end == text || *out < 0 ? -1 : 0;
}

static int
prepare_snaplen(struct job *j, char **argv)
{
	char *end;

	return parse_number(argv[0], &end, &j->amount) < 0 || *end || j->amount < 1 ? -1
										    : 0;
}

static bool
keep_snaplen(struct job *j, struct frame *f)
{
	if (f->captured > (uint32_t)j->amount)
		f->captured = (uint32_t)j->amount;
	return true;
}

/* "0.3" is a share of the frames, "12s" seconds; a share is stored negative. */
static int
prepare_skip(struct job *j, char **argv)
{
	char *end;

	if (parse_number(argv[0], &end, &j->amount) < 0)
		return -1;
	if (strcmp(end, "s") == 0)
		return 0;
	j->amount = -j->amount;
	return *end || j->amount < -1 ? -1 : 0;
}

static bool
keep_skip(struct job *j, struct frame *f)
{
	if (j->amount < 0)
		return (double)f->number > -j->amount * (double)j->survey.frames;
	return (double)(f->time_ns - j->survey.first_ns) >= j->amount * 1e9;
}

static bool
keep_head(struct job *j, struct frame *f)
{
	return !keep_skip(j, f);
}

static int
prepare_drop(struct job *j, char **argv)
{
	char *end;

	j->seed = strtoull(argv[0], &end, 0);
	if (*end)
		return -1;
	return parse_number(argv[1], &end, &j->amount) < 0 || *end || j->amount > 100 ? -1
										      : 0;
}

static bool
keep_drop(struct job *j, struct frame *f)
{
	uint64_t chance = hash_bytes(&f->number, sizeof(f->number), j->seed);

	return (double)(chance >> 11) / (double)(1ULL << 53) * 100 >= j->amount;
}

/* "-" or a comma-separated list of addresses. */
static int
prepare_direction(struct job *j, char **argv)
{
	char *rest = argv[0];

	if (strcmp(rest, "-") == 0) {
		j->flows = flow_table_new(&flow_limits_default, NULL, NULL, NULL);
		return j->flows ? 0 : -1;
	}
	for (char *text; (text = strsep(&rest, ",")) != NULL; j->local_count++)
		if (j->local_count == LOCALS ||
		    addr_parse(text, &j->locals[j->local_count]) < 0)
			return -1;
	return 0;
}

static bool
is_local(const struct job *j, const struct addr *a)
{
	for (size_t i = 0; i < j->local_count; i++)
		if (addr_equal(a, &j->locals[i]))
			return true;
	return false;
}

/* Frames without a direction (not IP, fragments, both ends local, neither) stay. */
static bool
keep_direction(struct job *j, struct frame *f, bool up)
{
	struct flow_update update;
	struct packet packet;
	bool from, to;

	if (packet_decode(j->decoder, f, &packet) != PACKET_OK)
		return true;
	if (j->flows != NULL) {
		flow_table_packet(j->flows, &packet, &update);
		return update.flow == NULL ||
		       (update.end == update.flow->first_end) == up;
	}
	from = is_local(j, &packet.src);
	to = is_local(j, &packet.dst);
	return from == to || from == up;
}

static bool
keep_up(struct job *j, struct frame *f)
{
	return keep_direction(j, f, true);
}

static bool
keep_down(struct job *j, struct frame *f)
{
	return keep_direction(j, f, false);
}

static const struct mutation mutations[] = {
	{ "snaplen", "BYTES", 1, prepare_snaplen, keep_snaplen },
	{ "skip", "0.3|12s", 1, prepare_skip, keep_skip },
	{ "head", "0.3|12s", 1, prepare_skip, keep_head },
	{ "drop", "SEED PERCENT", 2, prepare_drop, keep_drop },
	{ "up", "ADDR,...|-", 1, prepare_direction, keep_up },
	{ "down", "ADDR,...|-", 1, prepare_direction, keep_down },
};

static int
usage(void)
{
	for (size_t i = 0; i < COUNT_OF(mutations); i++)
		fprintf(stderr, "%s mutate %s %s IN OUT\n",
		    i ? "      " : "usage:", mutations[i].name, mutations[i].arguments);
	return 2;
}

static const struct mutation *
mutation_named(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(mutations); i++)
		if (strcmp(name, mutations[i].name) == 0)
			return &mutations[i];
	return NULL;
}

static struct capture *
open_input(const char *path)
{
	struct capture_options options = { 0 };
	struct error e = { 0 };
	struct capture *c = capture_open(&path, 1, &options, &e);

	if (c == NULL)
		error_write(&e, stderr);
	error_clear(&e);
	return c;
}

static int
survey_file(const char *path, struct survey *s)
{
	struct capture *c = open_input(path);
	struct frame f;
	size_t i;

	if (c == NULL)
		return -1;
	while (capture_next(c, &f)) {
		if (s->frames++ == 0)
			s->first_ns = f.time_ns;
		for (i = 0; i < s->linktype_count && s->linktypes[i] != f.linktype; i++)
			continue;
		if (i == s->linktype_count && i < LINKTYPES)
			s->linktypes[s->linktype_count++] = f.linktype;
	}
	capture_close(c);
	if (s->linktype_count == 0) /* no frame: an empty file of any type */
		s->linktypes[s->linktype_count++] = 1;
	return 0;
}

static int
mutate(struct job *j, const struct mutation *m, const char *in, const char *out)
{
	struct capture *c = open_input(in);
	struct writer *w = NULL;
	struct frame f;
	int rc = -1;

	if (c == NULL ||
	    (w = writer_open(out, j->survey.linktypes, j->survey.linktype_count)) == NULL)
		goto out;
	while (capture_next(c, &f))
		if (m->keep(j, &f))
			writer_frame(w, &f);
	rc = 0;
out:
	if (w != NULL && writer_close(w) < 0)
		rc = -1;
	if (rc < 0)
		fprintf(stderr, "mutate: cannot write %s\n", out);
	capture_close(c);
	return rc;
}

int
main(int argc, char **argv)
{
	const struct mutation *m = argc > 1 ? mutation_named(argv[1]) : NULL;
	struct job j = { 0 };
	int rc = 1;

	if (m == NULL || argc != m->count + 4 || m->prepare(&j, argv + 2) < 0)
		return usage();
	j.decoder = decoder_new();
	if (j.decoder != NULL && survey_file(argv[argc - 2], &j.survey) == 0 &&
	    mutate(&j, m, argv[argc - 2], argv[argc - 1]) == 0)
		rc = 0;
	decoder_free(j.decoder);
	flow_table_free(j.flows);
	return rc;
}
