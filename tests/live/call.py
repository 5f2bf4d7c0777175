#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: tests/live/call.py [FOLDER]     (the lab's own output, kept there; else a temporary one)

The lab's call, captured by callwitness while it is made: what was planted is found, every flow
has the right program, marks are on time, and a replay of what was kept gives the same bytes.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cases"))
import corpus
import outcomes

LAB = os.path.join(HERE, "..", "lab", "lab")
APP, POLICY = "lab", "lab-meet-2026-11-21"
POSTERS = {"cdn.unrelated.example": "other"}  # the rest of what is sent is the SDK's
CLAIMED_MS = 50


def skip(why):
    print(f"skipped: {why}")
    sys.exit(corpus.SKIPPED)


def preflight():
    if os.geteuid() != 0:
        skip("only root can make network namespaces")
    chromium = os.environ.get("CHROMIUM", "chromium")
    for tool in (chromium, "node", "dnsmasq", "ip", "openssl", "tcpdump"):
        if shutil.which(tool) is None:
            skip(f"{tool} is not installed")
    name = f"cwtry{os.getpid()}"
    made = subprocess.run(["sh", "-c", f"ip netns add {name} && ip -n {name} link add cw0 type "
                           f"veth peer name cw1; code=$?; ip netns del {name}; exit $code"],
                          capture_output=True, text=True)
    if made.returncode != 0:
        skip(f"no network namespaces here: {made.stderr.strip()}")


class Live:
    """What `lab live` left in a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.bundle = os.path.join(folder, "bundle")
        self.done = corpus.Replay(self.bundle)
        self.truth = json.loads(self.read("lab_call.truth.json"))
        self.roles = {role: (int(pid), path) for role, pid, path in
                      (line.split(" ", 2) for line in self.read("programs").splitlines())}

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as f:
            return f.read()

    def planned(self):
        """(flow, row of the truth) for each flow, and the rows without one."""
        flows = corpus.by_key(self.done)
        rows = {(t["proto"], t["src"], t["sport"], t["dst"], t["dport"]): t for t in self.truth}
        return [(flow, rows.get(key)) for key, found in flows.items() for flow in found
                if flow["proto"] in ("tcp", "udp")], \
            [t for key, t in rows.items() if key not in flows]


def exit_code(live):
    status = live.read("status").strip()
    if status != "1":
        yield f"capture ended with {status}, not 1: {live.read('capture.err')[-500:]}"


def same_outcomes(live):
    """Those that a person gave reasons for, of the shipped call."""
    capture = corpus.Capture(os.path.join(live.folder, "lab_call.pcap"), "")
    found, trouble = outcomes.rows(capture, live.done)
    yield from trouble
    expected = {row for row in outcomes.table() if row[0] == capture.name}
    for row in sorted(set(found) ^ expected):
        yield f"{'not expected' if row in found else 'missing'}: {' | '.join(row[1:])}"


def omitted(live):
    flows = {f["id"]: f for f in live.done.flows}
    hosts = [flows[d["flow"]]["remote"]["host"] for p in live.done.report["policies"]
             for d in p["disclosures"] if d["disclosure"] == "omitted"]
    if hosts != ["collector.adtrack.example"] * 2:
        yield f"omitted are streams to {hosts}, not two to collector.adtrack.example"


def streams(live):
    """Every flow of the truth is there, with its packets and bytes, in its category."""
    pairs, missing = live.planned()
    for t in missing:
        yield f"no flow to {t['host'] or t['dst']} from port {t['sport']}"
    for flow, t in pairs:
        text = corpus.flow_text(flow)
        if t is None:
            yield f"{text}: is not in the truth"
            continue
        up = flow["up"]
        if (up["packets"], up["payload_bytes"] + up["retransmitted_bytes"]) != \
                (t["out_pkts"], t["out_payload"]):
            yield f"{text}: {up} up, sent were {t['out_pkts']} packets, {t['out_payload']} bytes"
        if t["host"] and flow["remote"].get("host") != t["host"]:
            yield f"{text}: is to {t['host']}"
        # What could not be told is no mistake, while it is little.
        spare = t["out_payload"] / 100 + up["retransmitted_bytes"]
        for category, wanted, got in by_category(flow, t):
            if not (got <= spare if category == "unknown" else wanted - spare <= got <= wanted):
                yield f"{text}: {got} bytes of {category}, sent were {wanted}"


def by_category(flow, t):
    ours, theirs = {}, {}
    for s in flow["streams"]:
        ours[s["category"]] = ours.get(s["category"], 0) + s["up"]["payload_bytes"]
    for s in t["streams"]:
        theirs[s["category"]] = theirs.get(s["category"], 0) + s["out_payload"]
    return [(c, theirs.get(c, 0), ours.get(c, 0)) for c in sorted(ours.keys() | theirs.keys())]


# A connection that is over so soon may be gone before the question for its program gets a
# turn, while the browser starts on all processors.
SHORT, MISSED = 0.15, 1


def lasted(flow):
    return seconds(flow["end"]) - seconds(flow["start"])


def processes(live):
    """The program of each flow; of a lookup, whose socket lived for a moment, none or one of
    those that look up. Never a wrong one."""
    kinds = {path for _, path in live.roles.values()}
    missed = []
    for flow, t in live.planned()[0]:
        process, text = flow["process"], corpus.flow_text(flow)
        if flow["remote"].get("port") == 53:
            if process is not None and process["exe"] not in kinds:
                yield f"{text}: is said to be of {process}"
            continue
        role = "browser"
        if t is not None and "sent" in t:
            role = POSTERS.get(t["host"], "sdk")
        pid, path = live.roles[role]
        if process is None and lasted(flow) < SHORT and len(missed) < MISSED:
            missed.append(text)
            continue
        if process is None or process["exe"] != path:
            yield f"{text}: is of {process}, should be of {path}"
        elif pid not in (process["pid"], (process["parent"] or {}).get("pid")):
            # The browser's children hold its sockets; those of the other party's are not ours.
            yield f"{text}: is of process {process['pid']}, should be of {pid}"
        elif role != "browser" and "sdk.js" not in (process["command"] or ""):
            yield f"{text}: \"{process['command']}\" does not name sdk.js"
        elif not process["sha256"]:
            yield f"{text}: the SHA-256 of {path} is missing"


def owned(live):
    flows = [f for f in live.done.flows if f["proto"] in ("tcp", "udp")]
    total = sum(f["up"]["payload_bytes"] for f in flows)
    without = sum(f["up"]["payload_bytes"] for f in flows if f["process"] is None)
    if without >= total / 100:
        yield f"{without} of {total} bytes up have no program"
    coverage = live.done.report["coverage"]
    if coverage["unowned_up_bytes"] != without:
        yield f"coverage says {coverage['unowned_up_bytes']} bytes without a program, not {without}"


def seconds(at):
    return datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp()


def marks_of(text):
    return [(state, on, seconds(at))
            for at, state, on in re.findall(r"at: (\S+), state: (\w+), on: (\w+)", text)]


def marks(live):
    planned = marks_of(live.read("script.marks.yaml"))
    made = marks_of(live.read("bundle/marks.yaml"))
    if [m[:2] for m in planned] != [m[:2] for m in made]:
        yield f"marks are {made}, planned were {planned}"
        return
    late = [round((b[2] - a[2]) * 1000, 1) for a, b in zip(planned, made)]
    print(f"     marks come {late} ms after the script's clock")
    # Of a busy machine: the time it took until `callwitness mark` had its answer.
    took = [int(line) for line in live.read("script.marks.ms").split()]
    print(f"     `callwitness mark` took {took} ms")
    for ms, most in zip(late, took):
        if not -1 <= ms <= max(CLAIMED_MS, most):
            yield f"a mark is {ms} ms off the script's clock"


def told(*command, code=0):
    done = subprocess.run([corpus.PROGRAM, *command], capture_output=True, text=True, timeout=120)
    if done.returncode != code:
        yield f"exit {done.returncode} of {' '.join(command)}: {done.stdout}{done.stderr}"[:1500]


def verified(live):
    yield from told("verify", live.bundle)
    yield from told("verify", live.bundle, "--capture",
                    os.path.join(live.bundle, "capture.pcapng"))


def differing(one, two):
    """The first lines that two texts differ in."""
    a, b = one.splitlines(), two.splitlines()
    for n, (x, y) in enumerate(zip(a, b), 1):
        if x != y:
            at = next((i for i, (p, q) in enumerate(zip(x, y)) if p != q), min(len(x), len(y)))
            return f"line {n}: live …{x[max(0, at - 60):at + 60]!r}, replay …" \
                   f"{y[max(0, at - 60):at + 60]!r}"
    return f"{len(a)} and {len(b)} lines"


def without_environment(path):
    with open(path, encoding="utf-8") as f:
        report = json.load(f)
    report.pop("environment")
    return json.dumps(report, indent=1)


def replayed(live):
    again = os.path.join(live.folder, "again")
    yield from told("replay", os.path.join(live.bundle, "capture.pcapng"), "--marks",
                    os.path.join(live.bundle, "marks.yaml"), "--app", APP, "--policy", POLICY,
                    "-o", again, code=1)
    with open(os.path.join(again, "flows.ndjson"), encoding="utf-8") as f:
        flows = f.read()
    if flows != live.read("bundle/flows.ndjson"):
        yield f"flows.ndjson differs: {differing(live.read('bundle/flows.ndjson'), flows)}"
    one, two = (without_environment(os.path.join(folder, "report.json"))
                for folder in (live.bundle, again))
    if one != two:
        yield f"report.json differs: {differing(one, two)}"


CHECKS = [exit_code, same_outcomes, omitted, streams, processes, owned, marks, verified, replayed]


def main(folder):
    if not os.path.exists(os.path.join(folder, "lab_call.truth.json")):
        made = subprocess.run(["sh", LAB, "live", corpus.PROGRAM, folder], capture_output=True,
                              text=True, timeout=240)
        if made.returncode != 0:
            sys.exit(f"FAIL lab live: {made.stderr[-2000:]}")
    live = Live(folder)
    failed = 0
    for check in CHECKS:
        try:
            trouble = list(check(live))
        except (OSError, KeyError, ValueError, corpus.Failure) as e:
            trouble = [f"{type(e).__name__}: {e}"]
        print(f"{'FAIL' if trouble else 'ok  '} {check.__name__}")
        for line in trouble:
            print(f"     {line}")
        failed += bool(trouble)
    print(f"{len(live.done.flows)} flows; {len(CHECKS) - failed} of {len(CHECKS)} hold")
    return 1 if failed else 0


if __name__ == "__main__":
    preflight()
    if len(sys.argv) > 1:
        sys.exit(main(os.path.realpath(sys.argv[1])))
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(main(temporary))
