#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The corpus's captures with truth together against the bars, by the corpus's own tools/score.

The shipped capture is not among them: its truth knows from the inside that one video is a
screen, which nobody can tell on the wire. tests/cases/lab_call/expect holds it to what can."""
import json
import os
import subprocess
import sys
import tempfile

import corpus


def ratio(part, whole):
    return part / whole if whole else 1.0


def bars(s):
    """(what, value, holds)"""
    least = [("right", ratio(s["right"], s["covered"]), 0.98),
             ("hard", ratio(s["hard_right"], s["hard"]), 0.97),
             ("bytes right", ratio(s["right_bytes"], s["covered_bytes"]), 0.99),
             ("bytes covered", ratio(s["covered_bytes"], s["bytes"]), 0.98),
             ("media", ratio(s["media"], s["media_of"]), 1.0)]
    none = ["f_content", "m_content", "f_service", "absent"]
    return ([(f"{name} {value:.4f}, at least {bar}", value >= bar) for name, value, bar in least]
            + [(f"{name} {s[name]}, none allowed", s[name] == 0) for name in none])


def main():
    tool = os.path.join(corpus.CORPUS or "", "..", "tools", "score")
    if not corpus.CORPUS or not os.path.exists(tool):
        print("no corpus: set CALLWITNESS_CORPUS")
        sys.exit(corpus.SKIPPED)
    with tempfile.TemporaryDirectory() as folder:
        pairs = []
        for capture in corpus.captures():
            if capture.truth and not capture.shipped:
                done = corpus.replay(capture.path, os.path.join(folder, capture.name))
                pairs += [capture.truth, done.flows_path]
        subprocess.run([sys.executable, tool, *pairs], check=True)
        said = subprocess.run([sys.executable, tool, "--json", *pairs], check=True,
                              capture_output=True, text=True).stdout
    held = bars(json.loads(said))
    for text, holds in held:
        print("ok  " if holds else "FAIL", text)
    sys.exit(0 if all(holds for _, holds in held) else 1)


main()
