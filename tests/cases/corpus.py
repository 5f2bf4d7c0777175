# SPDX-License-Identifier: Apache-2.0
"""Which captures there are, and what callwitness says of them. The checks beside use it.

The shipped captures are in captures/; with CALLWITNESS_CORPUS set, those of that folder
count too. ctest sets CALLWITNESS (the program) and CALLWITNESS_TOOLS (where mutate is).
"""
import glob
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

SKIPPED = 77
SOURCE = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
CORPUS = os.path.realpath(c) if (c := os.environ.get("CALLWITNESS_CORPUS")) else None
PROGRAM = os.environ.get("CALLWITNESS", os.path.join(SOURCE, "build", "callwitness"))
REPLAY = [PROGRAM, "replay", "--signatures", os.path.join(SOURCE, "signatures")]
MUTATE = os.path.join(
    os.environ.get("CALLWITNESS_TOOLS", os.path.join(SOURCE, "build", "tests")), "mutate")

# The ways in which each capture is spoiled, with mutate's arguments.
MUTATIONS = {
    "snaplen 96": ["snaplen", "96"],
    "snaplen 200": ["snaplen", "200"],
    "from the middle": ["skip", "0.3"],
    "up only": ["up", "LOCAL"],
    "down only": ["down", "LOCAL"],
}


class Capture:
    def __init__(self, path, truth):
        self.path = path
        self.name = os.path.basename(path).split(".")[0]
        self.truth = truth if os.path.exists(truth) else None
        self.shipped = path.startswith(SOURCE + os.sep)


def captures():
    """All captures, shipped ones first."""
    found = []
    for path in sorted(glob.glob(os.path.join(SOURCE, "captures", "*.pcap*"))):
        found.append(Capture(path, path.rsplit(".", 1)[0] + ".truth.json"))
    for path in sorted(glob.glob(os.path.join(CORPUS, "*.pcap*"))) if CORPUS else []:
        name = os.path.basename(path).rsplit(".", 1)[0]
        found.append(Capture(path, os.path.join(CORPUS, "truth", name + ".json")))
    return found


class Replay:
    """What one run of `callwitness replay` wrote into a folder."""

    def __init__(self, folder):
        with open(os.path.join(folder, "report.json"), "rb") as f:
            self.report = json.load(f)
        self.flows_path = os.path.join(folder, "flows.ndjson")
        with open(self.flows_path, "rb") as f:
            self.flows_bytes = f.read()
        self.flows = [r for line in self.flows_bytes.splitlines() if line.strip()
                      if (r := json.loads(line)).get("type") == "flow"]

    def locals(self):
        return [a["ip"] for a in self.report["capture"]["local"]]


def replay(path, folder, *options, env=None):
    """Runs the program; a run that fails ends the check with what it said."""
    command = [*REPLAY, path, "-o", folder, *options]
    done = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True, timeout=300,
                          env={**os.environ, **(env or {})})
    if done.returncode == 2:
        raise Unusable(f"{' '.join(command)}\n{done.stderr[-2000:]}")
    if done.returncode != 0:
        raise Failure(f"exit {done.returncode} of {' '.join(command)}\n{done.stderr[-2000:]}")
    return Replay(folder)


def replay_mutated(capture, full, mutation, folder, options=(), mutations=None):
    """Spoils the capture and replays it with the local addresses of the full run."""
    os.makedirs(folder, exist_ok=True)
    spoiled = os.path.join(folder, capture.name + ".pcap")
    addresses = full.locals()
    arguments = [",".join(addresses) if a == "LOCAL" else a
                 for a in (mutations or MUTATIONS)[mutation]]
    subprocess.run([MUTATE, *arguments, capture.path, spoiled], check=True)
    locals_ = [o for a in addresses for o in ("--local", a)]
    try:
        return replay(spoiled, os.path.join(folder, "out"), *locals_, *options)
    finally:
        os.unlink(spoiled)


class Failure(Exception):
    """A check that does not hold; its text says which."""


class Unusable(Exception):
    """The program refused its command line: no check can hold."""


def flow_key(flow):
    return (flow["proto"], flow["local"]["ip"], flow["local"].get("port"),
            flow["remote"]["ip"], flow["remote"].get("port"))


def flow_key_turned(flow):
    return flow_key({"proto": flow["proto"], "local": flow["remote"], "remote": flow["local"]})


def flow_text(flow):
    host = flow["remote"].get("host") or "no name"
    return (f"flow {flow['id']} {flow['proto']} {flow['local']['ip']}:{flow['local'].get('port')}"
            f" > {flow['remote']['ip']}:{flow['remote'].get('port')} ({host})")


def up_by_category(flows):
    totals = {}
    for flow in flows:
        for s in flow["streams"]:
            totals[s["category"]] = totals.get(s["category"], 0) + s["up"]["payload_bytes"]
    return totals


def winner(flows):
    """The category with the most payload up, as tools/score has it."""
    totals = up_by_category(flows)
    return max(sorted(totals), key=lambda c: totals[c]) if totals else "unknown"


def by_key(replayed):
    """Flows by 5-tuple; a 5-tuple used twice gives two."""
    flows = {}
    for flow in replayed.flows:
        flows.setdefault(flow_key(flow), []).append(flow)
    return flows


def run_each(items, check, label):
    """check(item) returns lines of trouble and a note; two at a time. Exits."""
    failed = 0

    def guarded(item):
        try:
            return check(item)
        except (Failure, subprocess.SubprocessError, OSError, KeyError, ValueError) as e:
            return [f"{type(e).__name__}: {e}"], ""

    with ThreadPoolExecutor(2) as pool:
        try:
            for item, (trouble, note) in zip(items, pool.map(guarded, items)):
                print(f"{'FAIL' if trouble else 'ok  '} {label(item)}{note and '  ' + note}")
                for line in trouble:
                    print(f"     {line}")
                sys.stdout.flush()
                failed += bool(trouble)
        except Unusable as e:
            pool.shutdown(cancel_futures=True)
            sys.exit(f"exit 2 of {e}")
    print(f"{len(items) - failed} of {len(items)} hold")
    sys.exit(1 if failed else 0)
