#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""As weaken.py, for policies that promise everything (strict.py), with marks and without.

Nothing that was decided may rest on less than an observation either.

What no check can ask: a capture that ends early, but in a quiet second and before the packets
that spoil the whole one, is a good capture of less time, and may say what was not seen in it.
So the early end is where every capture here still sends."""
import json
import os
import re
import subprocess
import tempfile
from types import SimpleNamespace

import corpus
import outcomes
import strict
import weaken

MUTATIONS = {
    **weaken.MUTATIONS,
    "one in ten lost, again": ["drop", "23", "10"],
    "two in three lost, again": ["drop", "29", "66"],
    "early end": ["head", "0.7"],
}
MEDIA = {"audio", "video", "shared screen", "audio or video"}
SHOWN = 3  # lines of trouble of each kind

# What a spoiled capture may say all the same, for what made the whole say less is gone.
# zoom_join_2019 joins recordings of two machines, years apart: the first alone is one of a
# single machine, whose marks can be trusted. Nothing in it tells of the other to come.
EXCUSED = {("zoom_join_2019", "early end"): "but the app was used at several addresses"}


def judged(path, *options):
    command = [*corpus.REPLAY, path, "--json", "--fail-on", "never", *options]
    done = subprocess.run(command, cwd=corpus.SOURCE, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise corpus.Failure(f"exit {done.returncode} of {command}\n{done.stderr[-2000:]}")
    return SimpleNamespace(report=json.loads(done.stdout))


def spoiled_file(capture, whole, name, folder):
    addresses = ",".join(a["ip"] for a in whole.report["capture"]["local"])
    path = os.path.join(folder, "spoiled.pcap")
    subprocess.run([corpus.MUTATE, *(addresses if a == "LOCAL" else a for a in MUTATIONS[name]),
                    capture.path, path], check=True)
    return path


def accused(done):
    """What was said to be left out, and who received it, of every policy. Of fewer packets
    nobody may be able to tell which medium it is."""
    found = set()
    for p in done.report["policies"]:
        for d in p["disclosures"]:
            if d["severity"] != "none":
                what, who = re.match(r".* of (.*) went to (.*), known by", d["why"]).groups()
                found.add((p["policy"], "media" if what in MEDIA else what, who))
    return found


def unfounded(done):
    for p in done.report["policies"]:
        for c in p["claims"]:
            if c["outcome"] in ("supported", "contradicted") and \
                    c["strength"] not in outcomes.STRONG:
                yield f"{p['policy']} {c['claim']} is {c['outcome']} on {c['strength']}"


def some(lines):
    lines = list(lines)
    return lines[:SHOWN] + [f"and {len(lines) - SHOWN} more"] * (len(lines) > SHOWN)


def spoil(capture, settings, whole, folder):
    for name in MUTATIONS:
        path = spoiled_file(capture, whole["with marks"], name, folder)
        for setting, options in settings.items():
            done = judged(path, *options)
            excuse = EXCUSED.get((capture.name, name), "\n")
            for line in some(line for line in weaken.stronger(whole[setting], done)
                             if excuse not in line):
                yield f"{name}, {setting}: {line}"
            for a in sorted(accused(done) - accused(whole[setting])):
                yield f"{name}, {setting}: accused anew: {' '.join(a)}"
            for line in some(unfounded(done)):
                yield f"{name}, {setting}: {line}"


def check(capture):
    with tempfile.TemporaryDirectory() as folder:
        given = [o for path in strict.write_policies(folder, strict.app_of(capture))
                 for o in ("--policy", path)]
        bare = judged(capture.path).report["capture"]
        given += [o for a in bare["local"] for o in ("--local", a["ip"])]
        marks = strict.write_marks(folder, bare["first"], bare["last"])
        settings = {"with marks": [*given, "--marks", marks], "without": given}
        whole = {name: judged(capture.path, *options) for name, options in settings.items()}
        trouble = [f"whole, {name}: {line}" for name, done in whole.items()
                   for line in some(unfounded(done))]
        trouble += spoil(capture, settings, whole, folder)
    count = sum(len(p["claims"]) for p in whole["without"].report["policies"])
    return trouble, f"{len(MUTATIONS)} ways, {count} claims, with marks and without"


if __name__ == "__main__":
    corpus.run_each(corpus.captures(), check, lambda c: c.name)
