/* SPDX-License-Identifier: Apache-2.0 */
/* "It is encrypted on its way": every stream of the data has to be. */
#include "judge.h"

enum side
sort_secures(const struct trial *t, const struct claim *c, const struct windows *w,
    struct item *item)
{
	static const struct {
		enum side side;
		enum doubt doubt;
	} sides[SEALINGS] = {
		[SEALING_UNKNOWN] = { SIDE_DOUBTFUL, DOUBT_SEALING },
		[SEALING_SEALED] = { SIDE_SUPPORT, DOUBT_NONE },
		[SEALING_OPEN] = { SIDE_AGAINST, DOUBT_NONE },
		[SEALING_FRAMED] = { SIDE_DOUBTFUL, DOUBT_FRAMING },
		[SEALING_TLS_BROKEN] = { SIDE_AGAINST, DOUBT_NONE },
		[SEALING_TLS_OLD] = { SIDE_DOUBTFUL, DOUBT_TLS_OLD },
		[SEALING_TLS_UNKNOWN] = { SIDE_DOUBTFUL, DOUBT_TLS_VERSION },
	};
	enum sealing sealing = SEALING_UNKNOWN;

	(void)w;
	if (!claim_bears(t, c, item))
		return SIDE_NONE;
	sealing = sight_sealing(item->sight, c->tls_min, &item->how);
	if (item->doubt != DOUBT_NONE)
		return sealing == SEALING_SEALED ? SIDE_NEUTRAL : SIDE_DOUBTFUL;
	item->doubt = sides[sealing].doubt;
	return sides[sealing].side;
}
