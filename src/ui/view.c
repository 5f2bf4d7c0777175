/* SPDX-License-Identifier: Apache-2.0 */
/* A judgement as what a screen shows of it. */
#include <callwitness/ui.h>
