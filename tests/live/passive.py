#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A capture sends nothing: the other end of a quiet line counts no packet, whatever is asked
of the capture; and packets that come are not answered."""
import os
import signal
import sys
import tempfile
import time

from spaces import CALLWITNESS, INTERFACE, Capture, Spaces, must, run

SEND = """
import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("%s", 0))
for n in range(50):
    s.send(bytes.fromhex("ffffffffffff0200000000bb0800") + bytes(46))
""" % INTERFACE


def main():
    with Spaces(quiet=True) as spaces, tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "bundle")
        before = spaces.received(spaces.there)
        capture = Capture(spaces, "-o", out, "--keep-packets", "--policy",
                          "lab-meet-2026-11-21", socket=os.path.join(folder, "socket"))
        if not capture.runs():
            sys.exit(f"it does not run: {capture.said}")
        for words in (("muted", "on"), ("note", "a quiet line"), ("muted", "off"), ("status",)):
            done = capture.mark(*words)
            assert done.returncode == 0 and done.stdout.startswith("ok"), done
        must("ip", "netns", "exec", spaces.there, sys.executable, "-c", SEND)
        time.sleep(1.5)
        code, _, said = capture.end(signal.SIGTERM)
        assert code == 0, (code, said)
        sent = spaces.received(spaces.there) - before
        assert sent == 0, f"{sent} packets were sent"
        assert run(CALLWITNESS, "verify", out, "--capture",
                   os.path.join(out, "capture.pcapng")).returncode == 0
        with open(os.path.join(out, "marks.yaml"), encoding="utf-8") as f:
            marks = f.read()
        assert marks.count("state: muted") == 2 and "a quiet line" in marks, marks
    print("not one packet was sent")


main()
