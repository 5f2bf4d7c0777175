#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What must be found in each capture, and what must not: NAME/expect beside this file.

    must  flow   host=*.events.example category=telemetry up_bytes>1000
    total stream category=content kind=audio up_bytes>190000 up_bytes<194000
    never stream category=content kind=screen
    count flow   app=zoom category=content 2

One statement a line; a "#" starts a comment. `must`: at least one record fits, `never`: none
does, `count`: that many, `total`: the sums over all that fit are within the bounds. Operators: = (globs, "|" between alternatives) != < <= > >=.
A flow has proto host host_source entity party app ndpi remote_ip port category (of most of its
up payload) up_bytes down_bytes up_packets; a stream has those of its flow, and category kind
strength rule why ssrc up_bytes down_bytes up_packets of its own. Then the capture is spoiled in
each of corpus.MUTATIONS: every `never` must still hold. A capture without expectations fails.
"""
import fnmatch
import operator
import os
import re
import sys
import tempfile

import corpus

HERE = os.path.dirname(os.path.realpath(__file__))
TERM = re.compile(r"([a-z_]+)(!=|<=|>=|=|<|>)(\S+)$")
NUMERIC = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
FIELDS = set("proto host host_source entity party app ndpi remote_ip port category kind strength"
             " rule why ssrc up_bytes down_bytes up_packets".split())


def flow_record(flow):
    remote = flow["remote"]
    return {"proto": flow["proto"], "host": remote.get("host"), "entity": remote.get("entity"),
            "host_source": remote.get("host_source"), "party": remote.get("party"),
            "app": flow.get("app"), "ndpi": (flow.get("ndpi") or {}).get("protocol"),
            "remote_ip": remote["ip"], "port": remote.get("port"),
            "category": corpus.winner([flow]), "up_bytes": flow["up"]["payload_bytes"],
            "down_bytes": flow["down"]["payload_bytes"], "up_packets": flow["up"]["packets"]}


def stream_records(flow):
    for s in flow["streams"]:
        yield {**flow_record(flow), "category": s["category"], "kind": s.get("kind"),
               "strength": s.get("strength"), "rule": s.get("rule"), "why": s.get("why"),
               "ssrc": s.get("ssrc"), "up_bytes": s["up"]["payload_bytes"],
               "down_bytes": s["down"]["payload_bytes"], "up_packets": s["up"]["packets"]}


def records(done, subject):
    if subject == "flow":
        return [flow_record(f) for f in done.flows]
    return [r for f in done.flows for r in stream_records(f)]


def fits(record, terms):
    for field, op, want in terms:
        have = record.get(field)
        if op in NUMERIC:
            if have is None or not NUMERIC[op](float(have), float(want)):
                return False
        elif any(fnmatch.fnmatchcase(str(have if have is not None else "none").lower(), w.lower())
                 for w in want.split("|")) != (op == "="):
            return False
    return True


def parse(path):
    """[(line, verb, subject, terms, count)]; what cannot be read is a Failure."""
    statements = []
    with open(path) as f:
        for number, text in enumerate(f, 1):
            words = text.split("#")[0].split()
            if not words:
                continue
            where = f"{os.path.relpath(path, corpus.SOURCE)}:{number}"
            number_wanted = int(words.pop()) if words[0] == "count" else None
            terms = [m.groups() for w in words[2:] if (m := TERM.match(w))]
            if (words[0] not in ("must", "never", "count", "total") or words[1:2] not in (["flow"], ["stream"])
                    or len(terms) != len(words) - 2 or {t[0] for t in terms} - FIELDS):
                raise corpus.Failure(f"{where}: cannot read: {text.strip()}")
            statements.append((where, words[0], words[1], terms, number_wanted))
    return statements


def broken(statement, done):
    """Why a statement does not hold, or None."""
    where, verb, subject, terms, wanted = statement
    bounds = [t for t in terms if verb == "total" and t[1] in NUMERIC]
    found = [r for r in records(done, subject) if fits(r, [t for t in terms if t not in bounds])]
    text = f"{where}: {verb} {subject} {' '.join(''.join(t) for t in terms)}"
    if verb == "must" and not found:
        return f"{text}: none"
    if verb == "never" and found:
        return f"{text}: {len(found)}, first {found[0]}"
    for field, op, bound in bounds:
        if not NUMERIC[op](total := sum(r[field] for r in found), float(bound)):
            return f"{text}: {total}"
    if verb == "count" and len(found) != wanted:
        return f"{text}: {len(found)}, not {wanted}"
    return None


def check(capture):
    path = os.path.join(HERE, capture.name, "expect")
    if not os.path.exists(path):
        return [f"no tests/cases/{capture.name}/expect"], ""
    statements = parse(path)
    nevers = [s for s in statements if s[1] == "never"]
    with tempfile.TemporaryDirectory() as folder:
        whole = corpus.replay(capture.path, os.path.join(folder, "whole"))
        trouble = [b for s in statements if (b := broken(s, whole))]
        for mutation in corpus.MUTATIONS:
            spoiled = corpus.replay_mutated(capture, whole, mutation, os.path.join(folder, mutation))
            trouble += [f"{mutation}: {b}" for s in nevers if (b := broken(s, spoiled))]
    return trouble, f"{len(statements)} statements"


def main():
    captures = corpus.captures()
    known = {c.name for c in captures}
    stale = [d for d in sorted(os.listdir(HERE))
             if os.path.isdir(os.path.join(HERE, d)) and d != "__pycache__" and d not in known]
    if stale:
        print(f"without their captures here: {' '.join(stale)}")
    if not captures:
        sys.exit(corpus.SKIPPED)
    corpus.run_each(captures, check, lambda c: c.name)


main()
