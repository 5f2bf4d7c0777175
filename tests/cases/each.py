#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A folder of captures becomes a folder of bundles, the same as one by one; what cannot be read
is told and stops nothing."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

import corpus

COPIES = 24
POLICY = ["--policy", "lab-meet-2026-11-21"]


def report_of(folder):
    with open(os.path.join(folder, "report.json"), encoding="utf-8") as f:
        report = json.load(f)
    report.pop("environment")
    for file in report["capture"]["files"]:
        file.pop("name")
    return report


def main():
    shipped = corpus.captures()[0].path
    with tempfile.TemporaryDirectory() as folder:
        captures, out = os.path.join(folder, "in"), os.path.join(folder, "out")
        os.mkdir(captures)
        for i in range(COPIES):
            shutil.copy(shipped, os.path.join(captures, f"call{i:02}.pcap"))
        shutil.copy(shipped.replace(".pcap", ".marks.yaml"),
                    os.path.join(captures, "call00.marks.yaml"))
        with open(os.path.join(captures, "broken.pcap"), "w", encoding="utf-8") as f:
            f.write("no capture at all, whatever its name says")
        done = subprocess.run([*corpus.REPLAY, "--each", captures, "-o", out, *POLICY],
                              capture_output=True, text=True, timeout=600)
        single = os.path.join(folder, "single")
        one = subprocess.run([*corpus.REPLAY, shipped, "-o", single, *POLICY],
                             capture_output=True, text=True, timeout=600)
        trouble = []
        if done.returncode != 3:
            trouble.append(f"exit {done.returncode}, not 3: {done.stderr[-500:]}")
        if one.returncode != 1:
            trouble.append(f"exit {one.returncode}, not 1: {one.stderr[-500:]}")
        if sorted(os.listdir(out)) != [f"call{i:02}" for i in range(COPIES)]:
            trouble.append(f"bundles: {sorted(os.listdir(out))}")
        if "broken.pcap" not in done.stderr or "unusable" not in done.stdout:
            trouble.append(f"the broken file is not told: {done.stderr}")
        rows = [line for line in done.stdout.splitlines() if line.startswith("call")]
        if len(rows) != COPIES:
            trouble.append(f"{len(rows)} rows in the table")
        want = report_of(single)
        trouble += [f"call{i:02} differs from the single replay" for i in range(1, COPIES)
                    if report_of(os.path.join(out, f"call{i:02}")) != want]
        marked = report_of(os.path.join(out, "call00"))
        if not any(s["source"] == "mark" for s in marked["states"]):
            trouble.append("the marks beside call00.pcap were not used")
    for line in trouble:
        print(f"FAIL {line}")
    print(f"{COPIES + 1} captures, {len(trouble)} faults")
    sys.exit(1 if trouble else 0)


main()
