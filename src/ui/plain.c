/* SPDX-License-Identifier: Apache-2.0 */
/* What is new as lines, for logs and for terminals that can do no more. */
#include <poll.h>
#include <stdlib.h>
#include "private.h"

#define TOTALS_NS INT64_C(10000000000)

struct plain {
	FILE *out;
	const struct view *view;
	int64_t totals_ns; /* when told last */
};

/* Nothing but visible characters: what is not is a question mark. */
static void
line_write(const struct plain *p, const char *line)
{
	char elapsed[WORDS_SIZE], utf8[5];

	fprintf(p->out, "%s ", elapsed_text(p->view, elapsed));
	while (*line != '\0') {
		uint32_t code = text_next(&line);

		if (text_is_visible(code) && code != 0xfffd)
			fwrite(utf8, 1, text_utf8(code, utf8), p->out);
		else
			fputc('?', p->out);
	}
	fputc('\n', p->out);
	(void)fflush(p->out);
}

static void
line_tell(void *context, bool alarm, const char *line)
{
	(void)alarm;
	line_write(context, line);
}

static void
totals_write(const struct plain *p)
{
	const struct view *v = p->view;
	char line[512], bytes[16], frames[WORDS_SIZE], drops[WORDS_SIZE];
	size_t at = 0;

	at += (size_t)snprintf(line, sizeof(line), "up:");
	for (size_t i = 0; i < CATEGORIES; i++) {
		enum category c = category_order[i];

		at += (size_t)snprintf(line + at, sizeof(line) - at, "%s %s %s",
		    i > 0 ? "," : "", category_name(c), size_text(v->up[c], bytes));
	}
	snprintf(line + at, sizeof(line) - at,
	    "; %s packets, %s lost; claims contradicted %u, supported %u",
	    count_text(v->frames, frames), count_text(view_drops(v), drops),
	    (unsigned)v->outcomes[OUTCOME_CONTRADICTED],
	    (unsigned)v->outcomes[OUTCOME_SUPPORTED]);
	line_write(p, line);
}

static void
view_tell(struct plain *p, struct watch *w, const struct view *v)
{
	bool first = p->view == NULL;

	p->view = v;
	watch_view(w, v, line_tell, p);
	if (!first && v->time_ns - p->totals_ns < TOTALS_NS && v->time_ns >= p->totals_ns)
		return;
	if (!first)
		totals_write(p);
	p->totals_ns = v->time_ns;
}

int
plain_run(int views, FILE *out)
{
	struct watch *w = watch_new();
	struct view *v = malloc(sizeof(*v));
	struct plain p = { .out = out };
	struct pollfd wait = { .fd = views, .events = POLLIN };
	enum arrival arrival = ARRIVAL_NONE;
	int rc = -1;

	if (w == NULL || v == NULL)
		goto out;
	while (arrival != ARRIVAL_END && !ferror(out)) {
		if (poll(&wait, 1, -1) <= 0)
			continue;
		arrival = view_receive(views, v);
		if (arrival == ARRIVAL_VIEW)
			view_tell(&p, w, v);
	}
	rc = ferror(out) ? -1 : 0;
out:
	free(v);
	watch_free(w);
	return rc;
}
