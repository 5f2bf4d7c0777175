/* SPDX-License-Identifier: Apache-2.0 */
/* "We never send it": contradicted as soon as it is surely seen, and surely data. */
#include "judge.h"

enum side
sort_never(const struct trial *t, const struct claim *c, const struct windows *w,
    struct item *item)
{
	if (!claim_bears(t, c, item))
		return SIDE_NONE;
	if (item->doubt == DOUBT_NONE)
		item->doubt = accusation_doubt(t, c, w, item);
	return item->doubt == DOUBT_NONE ? SIDE_AGAINST : SIDE_DOUBTFUL;
}
