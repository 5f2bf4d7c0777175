#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A capture that was cut, snapped, thinned or recorded one way never says more than the whole.

Outcomes may only fall: supported and contradicted speak, not_observed says that nothing was
seen, the rest says nothing. None of the latter may rise, and neither of the former become the
other. No stream may be accused that was not."""
import os
import tempfile

import corpus
import outcomes

RANK = {"supported": 2, "contradicted": 2, "not_observed": 1, "inconclusive": 0,
        "not_exercised": 0, "not_testable": 0}

MUTATIONS = {
    **corpus.MUTATIONS,
    "one in ten lost": ["drop", "7", "10"],
    "two in three lost": ["drop", "11", "66"],
    "late start": ["skip", "0.7"],
}


def stronger(whole, spoiled):
    before = {(p["policy"], c["claim"]): c for p in whole.report["policies"] for c in p["claims"]}
    for policy in spoiled.report["policies"]:
        for claim in policy["claims"]:
            had = before[policy["policy"], claim["claim"]]
            got = claim["outcome"]
            if RANK[got] > RANK[had["outcome"]] or (
                    RANK[got] == 2 and got != had["outcome"]):
                yield (f"{policy['policy']} {claim['claim']}: was {had['outcome']}, is {got}:"
                       f" {claim['why']} (before: {had['why']})")


def accused(done):
    flows = {f["id"]: f for f in done.flows}
    return {(p["policy"], flows[d["flow"]]["remote"]["entity"], d["disclosure"],
             flows[d["flow"]]["streams"][d["stream"]]["category"])
            for p in done.report["policies"] for d in p["disclosures"] if d["severity"] != "none"}


def check(capture):
    trouble = []
    given = outcomes.options(capture)
    with tempfile.TemporaryDirectory() as folder:
        whole = corpus.replay(capture.path, os.path.join(folder, "whole"), *given)
        for name in MUTATIONS:
            spoiled = corpus.replay_mutated(
                capture, whole, name, os.path.join(folder, name), given, MUTATIONS)
            trouble += [f"{name}: {line}" for line in stronger(whole, spoiled)]
            trouble += [f"{name}: accused anew: {a}" for a in sorted(
                accused(spoiled) - accused(whole), key=str)]
    return trouble, f"{len(MUTATIONS)} ways, {len(outcomes.policies(capture))} policies"


if __name__ == "__main__":
    corpus.run_each(corpus.captures(), check, lambda c: c.name)
