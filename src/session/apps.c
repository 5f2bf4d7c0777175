/* SPDX-License-Identifier: Apache-2.0 */
/* Which app a flow belongs to: by its rule, by a shared local port, or as the only one.
 */
#include <stdlib.h>
#define uthash_fatal(message) abort()
#include <uthash.h>
#include "private.h"

/* Traffic of one local port: ICE gathers and talks from the same one. */
struct port {
	struct flow_end end;
	const struct signature *app;
	UT_hash_handle hh;
};

static const struct signature *
flow_app(const struct judged_flow *j)
{
	const struct signature *app = NULL;
	uint64_t most = 0;

	for (size_t i = 0; i < j->finding_count; i++) {
		const struct finding *f = &j->findings[i];
		uint64_t bytes = f->up_bytes + f->down_bytes + 1;

		if (f->verdict.rule == NULL || !f->verdict.rule->signature->app ||
		    bytes <= most)
			continue;
		app = f->verdict.rule->signature;
		most = bytes;
	}
	if (app == NULL && j->who != NULL && j->who->signature->app)
		app = j->who->signature;
	return app;
}

static struct flow_end
local_end(const struct judged_flow *j)
{
	struct flow_end end;

	memset(&end, 0, sizeof(end));
	end.addr = j->flow->key.end[j->local].addr;
	end.port = j->flow->key.end[j->local].port;
	return end;
}

static bool
is_media(const struct judged_flow *j)
{
	return j->flow->key.proto == 17 && j->flow->trusted != 0 && !j->foreign &&
	       !(j->flow->trusted & (UINT32_C(1) << DISSECTOR_DNS));
}

static int
ports_learn(const struct session *s, struct port **ports)
{
	for (size_t i = 0; i < s->flow_count; i++) {
		const struct judged_flow *j = &s->flows[i];
		struct flow_end end = local_end(j);
		struct port *p = NULL;

		if (j->app == NULL || j->flow->key.proto != 17)
			continue;
		HASH_FIND(hh, *ports, &end, sizeof(end), p);
		if (p != NULL)
			continue;
		p = calloc(1, sizeof(*p));
		if (p == NULL)
			return -1;
		p->end = end;
		p->app = j->app;
		HASH_ADD(hh, *ports, end, sizeof(p->end), p);
	}
	return 0;
}

static int
app_count(struct session *s, const struct signature *app, uint64_t bytes)
{
	struct app_seen *more = NULL;

	for (size_t i = 0; i < s->app_count; i++) {
		if (s->apps[i].signature != app)
			continue;
		s->apps[i].flows++;
		s->apps[i].bytes += bytes;
		return 0;
	}
	more = realloc(s->apps, (s->app_count + 1) * sizeof(*more));
	if (more == NULL)
		return -1;
	s->apps = more;
	more[s->app_count++] = (struct app_seen){ app, 1, bytes };
	return 0;
}

static int
by_bytes(const void *a, const void *b)
{
	const struct app_seen *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return strcmp(x->signature->name, y->signature->name);
}

static int
apps_count(struct session *s)
{
	for (size_t i = 0; i < s->flow_count; i++) {
		const struct judged_flow *j = &s->flows[i];
		uint64_t bytes =
		    j->flow->side[0].payload_bytes + j->flow->side[1].payload_bytes;

		if (j->app != NULL && app_count(s, j->app, bytes) != 0)
			return -1;
	}
	if (s->app_count > 0)
		qsort(s->apps, s->app_count, sizeof(s->apps[0]), by_bytes);
	return 0;
}

/* With --app, what is known to belong to another app is other. */
static void
scope(struct judged_flow *j, const struct signature *app)
{
	if (app == NULL || j->app == NULL || j->app == app)
		return;
	for (size_t i = 0; i < j->finding_count; i++) {
		struct verdict *v = &j->findings[i].verdict;

		v->category = CATEGORY_OTHER;
		v->kind = KIND_NONE;
		v->basis = BASIS_OTHER_APP;
	}
}

int
session_apps(struct session *s, const struct session_input *in)
{
	const struct signature *only = in->app;
	struct port *ports = NULL, *p, *next;
	int rc = -1;

	/* What another program sends is no app's that is judged, whatever its name. */
	for (size_t i = 0; i < s->flow_count; i++)
		if (!s->flows[i].outside)
			s->flows[i].app = flow_app(&s->flows[i]);
	if (ports_learn(s, &ports) != 0 || apps_count(s) != 0)
		goto out;
	if (only == NULL && s->app_count == 1)
		only = s->apps[0].signature;
	s->app_count = 0;
	for (size_t i = 0; i < s->flow_count; i++) {
		struct judged_flow *j = &s->flows[i];
		struct flow_end end = local_end(j);

		if (j->app == NULL && !j->outside && is_media(j)) {
			HASH_FIND(hh, ports, &end, sizeof(end), p);
			j->app = p != NULL ? p->app : only;
			j->app_associated = j->app != NULL;
		}
		scope(j, in->app);
	}
	rc = apps_count(s);
out:
	HASH_ITER(hh, ports, p, next)
	{
		HASH_DEL(ports, p);
		free(p);
	}
	return rc;
}
