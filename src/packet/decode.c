/* SPDX-License-Identifier: Apache-2.0 */
#include "private.h"

#include <stdlib.h>

static const char *const result_names[PACKET_RESULTS] = {
	[PACKET_OK] = "ok",
	[PACKET_FRAGMENT] = "fragment",
	[PACKET_NOT_IP] = "not_ip",
	[PACKET_LINK_UNKNOWN] = "link_unknown",
	[PACKET_SHORT] = "short",
	[PACKET_MALFORMED] = "malformed",
};

static const char *const tunnel_names[] = {
	[TUNNEL_NONE] = "none",
	[TUNNEL_IPIP] = "ipip",
	[TUNNEL_GRE] = "gre",
	[TUNNEL_GTPU] = "gtpu",
	[TUNNEL_VXLAN] = "vxlan",
	[TUNNEL_PPPOE] = "pppoe",
	[TUNNEL_MPLS] = "mpls",
	[TUNNEL_GENEVE] = "geneve",
};

const char *
packet_result_name(enum packet_result r)
{
	return (unsigned)r < COUNT_OF(result_names) ? result_names[r] : "?";
}

const char *
tunnel_name(enum tunnel t)
{
	return (unsigned)t < COUNT_OF(tunnel_names) ? tunnel_names[t] : "?";
}

struct decoder *
decoder_new(void)
{
	struct decoder *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->linktype = -1;
	d->fragments = fragments_new();
	if (d->fragments == NULL) {
		free(d);
		return NULL;
	}
	return d;
}

void
decoder_free(struct decoder *d)
{
	if (d == NULL)
		return;
	fragments_free(d->fragments);
	free(d);
}

const struct decoder_stats *
decoder_stats(const struct decoder *d)
{
	return &d->stats;
}

enum packet_result
walk_inside(struct walk *w, enum tunnel tunnel, layer_fn *layer)
{
	struct walk walk = *w;
	struct packet outer = *w->out;
	enum packet_result result;

	if (++w->depth > WALK_DEPTH) {
		w->too_deep = true;
		return PACKET_MALFORMED;
	}
	if (tunnel != TUNNEL_NONE)
		w->out->tunnel = (uint8_t)tunnel;
	result = layer(w);
	if (walk_settled(w, result))
		return result;
	*w = walk;
	*w->out = outer;
	return result;
}

static enum packet_result
walk_link(struct walk *w, int linktype)
{
	struct decoder *d = w->decoder;

	if (linktype != d->linktype) {
		d->linktype = linktype;
		d->link = link_find(linktype);
	}
	return d->link == NULL ? PACKET_LINK_UNKNOWN : d->link(w);
}

/* Copied in a few moves, where compilers clear this much with a slow string instruction.
 */
static const struct packet blank;

enum packet_result
packet_decode(struct decoder *d, const struct frame *f, struct packet *out)
{
	uint32_t length = f->length > f->captured ? f->length : f->captured;
	struct walk w = {
		.decoder = d,
		.out = out,
		.b = bytes_over(f->data, f->captured),
		.cut = length - f->captured,
	};
	enum packet_result result;

	if (d->lent)
		fragments_release(d->fragments);
	d->lent = false;
	*out = blank;
	out->time_ns = f->time_ns;
	out->number = f->number;
	out->frame_length = length;
	result = walk_link(&w, f->linktype);
	d->stats.results[result]++;
	d->stats.bytes[result] += length;
	if (result == PACKET_OK)
		d->stats.tunnelled[out->tunnel]++;
	return result;
}
