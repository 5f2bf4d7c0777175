/* SPDX-License-Identifier: Apache-2.0 */
/* "We collect it": supported as soon as it is surely seen. */
#include "judge.h"

enum side
sort_collects(const struct trial *t, const struct claim *c, const struct windows *w,
    struct item *item)
{
	if (!claim_bears(t, c, item))
		return SIDE_NONE;
	if (item->doubt == DOUBT_NONE)
		item->doubt = sight_substance(w, item->sight, &item->sum);
	return item->doubt == DOUBT_NONE ? SIDE_SUPPORT : SIDE_DOUBTFUL;
}
