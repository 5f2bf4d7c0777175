#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every file of the corpus that was made to break decoders: exit 0, or 3 with one clear
line, within 10 s. Meant for the sanitized program, whose findings end it otherwise."""
import glob
import os
import subprocess
import sys
import tempfile

import corpus

LIMIT_S = 10


def check(path):
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run([*corpus.REPLAY, path, "-o", os.path.join(folder, "out")],
                                  cwd=corpus.SOURCE, capture_output=True, timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            return [f"still running after {LIMIT_S} s"], ""
    said = done.stderr.decode(errors="replace").splitlines()
    if done.returncode not in (0, 3):
        return [f"exit {done.returncode}", *said[:12]], ""
    if done.returncode == 3 and len(said) != 1:
        return [f"exit 3 with {len(said)} lines on stderr", *said[:5]], ""
    return [], said[0] if done.returncode == 3 else ""


if not corpus.CORPUS or not os.path.isdir(os.path.join(corpus.CORPUS, "hostile")):
    print("no corpus: set CALLWITNESS_CORPUS")
    sys.exit(corpus.SKIPPED)
corpus.run_each(sorted(glob.glob(os.path.join(corpus.CORPUS, "hostile", "*"))), check,
                os.path.basename)
