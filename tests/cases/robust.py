#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A spoiled capture may make a flow unknown, but never move it to another category.

A flow's category is that of most of its up payload. A flow whose streams differ in category
may keep more of the one than of the other: that is noted, and no failure as long as the
winning category has no more bytes than it had in the whole capture."""
import os
import tempfile

import corpus


def moved(whole, spoiled, mutation):
    """Lines of trouble, and notes, over the flows of one spoiled capture."""
    trouble, shifted, faded = [], 0, 0
    before = corpus.by_key(whole)
    for key, flows in corpus.by_key(spoiled).items():
        got = corpus.winner(flows)
        if sum(corpus.up_by_category(flows).values()) == 0:
            continue
        if key not in before:  # which end is local may turn, where neither was named
            key = corpus.flow_key_turned(flows[0])
        if key not in before:
            trouble.append(f"{mutation}: {corpus.flow_text(flows[0])} is not in the whole capture")
            continue
        had = corpus.winner(before[key])
        if got == had:
            continue
        if got == "unknown":
            faded += 1
            continue
        bytes_had = corpus.up_by_category(before[key]).get(got, 0)
        bytes_got = corpus.up_by_category(flows)[got]
        if bytes_got <= bytes_had:
            shifted += 1
            continue
        whys = "; ".join(f"{s['category']}/{s.get('kind')} {s['up']['payload_bytes']}:"
                         f" {s.get('why')}" for f in flows for s in f["streams"])
        trouble.append(f"{mutation}: {corpus.flow_text(before[key][0])} was {had}, is {got}"
                       f" ({bytes_got} bytes, {bytes_had} before): {whys}")
    return trouble, shifted, faded


def check(capture):
    trouble, shifted, faded = [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        whole = corpus.replay(capture.path, os.path.join(folder, "whole"))
        for mutation in corpus.MUTATIONS:
            spoiled = corpus.replay_mutated(capture, whole, mutation, os.path.join(folder, mutation))
            lines, s, f = moved(whole, spoiled, mutation)
            trouble += lines
            shifted += s
            faded += f
    return trouble, f"{faded} fell to unknown, {shifted} kept another of their streams"


if __name__ == "__main__":
    corpus.run_each(corpus.captures(), check, lambda c: c.name)
