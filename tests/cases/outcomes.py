#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What each capture says of its vendor's policies is what tests/cases/outcomes.tsv says.

Columns: capture, policy, what, result, reason. `what` is a claim, "streams to ENTITY: C/K" for
streams with the result omitted, incorrect or ambiguous, or "third party ENTITY" (policy "-").
Each contradicted claim and each accusation needs a reason written by a person. --update writes
what is found and keeps the reasons; new rows that need one get "?", which fails.
"""
import csv
import os
import sys
import tempfile

import corpus

TABLE = os.path.join(corpus.SOURCE, "tests", "cases", "outcomes.tsv")
STRONG = {"observed", "documented", "decoded"}
ACCUSING = {"omitted", "incorrect", "ambiguous"}

# Which policies hold for a capture, by the beginning of its name.
POLICIES = {
    "lab": ["lab-"], "zoom": ["zoom-"], "teams": ["microsoft-", "teams-"], "webex": ["webex-"],
    "skype": ["microsoft-", "teams-"], "discord": ["discord-"], "meet": ["google-", "meet-"],
    "signal": ["signal-"], "whatsapp": ["whatsapp-"], "telegram": ["telegram-"],
    "viber": ["viber-"], "slack": ["slack-"], "jitsi": ["jitsi-", "meet-jit-si-"],
}


def policies(capture):
    starts = POLICIES[capture.name.split("_")[0]]
    names = sorted(n[:-5] for n in os.listdir(os.path.join(corpus.SOURCE, "config", "policies")))
    return [n for n in names if any(n.startswith(s) for s in starts)]


def options(capture):
    marks = capture.path.rsplit(".", 1)[0] + ".marks.yaml"
    given = ["--fail-on", "never"]
    for name in policies(capture):
        given += ["--policy", name]
    return given + (["--marks", marks] if os.path.exists(marks) else [])


def third_parties(done):
    return sorted({r["entity"] for r in done.report["recipients"]
                   if r["party"] == "third" and r["entity"] and sum(r["up"].values()) > 0})


def rows(capture, done):
    """What is found, as rows without reasons, and lines about what may never be."""
    found, trouble = [], []
    flows = {f["id"]: f for f in done.flows}
    for policy in done.report["policies"]:
        for claim in policy["claims"]:
            found.append((policy["policy"], claim["claim"], claim["outcome"]))
            if claim["outcome"] == "contradicted" and claim["strength"] not in STRONG:
                trouble.append(f"{claim['claim']} is contradicted on {claim['strength']}")
            if "ai_training" in claim["purposes"] and claim["says"] in ("never", "only") and \
                    claim["outcome"] != "not_testable":
                trouble.append(f"{claim['claim']} is about AI training and {claim['outcome']}")
        for d in policy["disclosures"]:
            if d["disclosure"] not in ACCUSING:
                continue
            flow = flows[d["flow"]]
            stream = flow["streams"][d["stream"]]
            accused = "" if d["severity"] == "none" else ", accused"
            found.append((policy["policy"],
                          f"streams to {flow['remote']['entity']}: {stream['category']}/"
                          f"{stream['kind']}", d["disclosure"] + accused))
    found += [("-", f"third party {entity}", "listed") for entity in third_parties(done)]
    return sorted(set((capture.name, *row) for row in found)), trouble


def needs_reason(result):
    return result == "contradicted" or result.endswith("accused")


def table():
    with open(TABLE, newline="", encoding="utf-8") as f:
        lines = csv.reader((line for line in f if not line.startswith("#")), delimiter="\t")
        return {tuple(row[:4]): (row[4] if len(row) > 4 else "") for row in lines if row}


def found_in(capture):
    with tempfile.TemporaryDirectory() as folder:
        done = corpus.replay(capture.path, os.path.join(folder, "out"), *options(capture))
    return rows(capture, done)


def check(capture):
    found, trouble = found_in(capture)
    expected = {row for row in EXPECTED if row[0] == capture.name}
    trouble += [f"not expected: {' | '.join(row[1:])}" for row in found if row not in expected]
    trouble += [f"missing: {' | '.join(row[1:])}" for row in sorted(expected - set(found))]
    trouble += [f"no reason given: {' | '.join(row[1:])}" for row in found
                if needs_reason(row[3]) and len(EXPECTED.get(row, "").strip("?")) < 10]
    return trouble, f"{len(found)} rows under {len(policies(capture))} policies"


def update():
    known = table() if os.path.exists(TABLE) else {}
    seen = {c.name for c in corpus.captures()}
    kept = {row: why for row, why in known.items() if row[0] not in seen}
    for capture in corpus.captures():
        for row in found_in(capture)[0]:
            kept[row] = known.get(row, "?" if needs_reason(row[3]) else "")
    with open(TABLE, "w", newline="", encoding="utf-8") as f:
        f.write("# capture\tpolicy\twhat\tresult\treason\n")
        for row, why in sorted(kept.items()):
            f.write("\t".join([*row, why]).rstrip("\t") + "\n")


if __name__ == "__main__":
    if "--update" in sys.argv:
        update()
        sys.exit(0)
    EXPECTED = table()
    corpus.run_each(corpus.captures(), check, lambda c: c.name)
