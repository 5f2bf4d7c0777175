#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The screen of a real capture, in tmux: keys make marks, q asks, and a bundle comes out."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

from spaces import CALLWITNESS, HERE, INTERFACE, THERE, Spaces, must, run, skip, wait_until

SEND = f"""
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("{HERE}", 40000))
while True:
    s.sendto(bytes(400), ("{THERE}", 9999))
    time.sleep(0.05)
"""


class Terminal:
    def __init__(self, spaces, folder, width, height, out):
        self.tmux = ["tmux", "-S", os.path.join(folder, "tmux"), "-f", "/dev/null"]
        command = (f"{os.path.realpath(CALLWITNESS)} capture -i {INTERFACE} -o {out} --socket "
                   f"{os.path.join(folder, 'socket')} --fail-on never; echo code $?; sleep 60")
        must("ip", "netns", "exec", spaces.here, "env", "LC_ALL=C.UTF-8", "TERM=screen-256color",
             *self.tmux, "new-session", "-d", "-x", str(width), "-y", str(height), command)

    def shown(self):
        return run(*self.tmux, "capture-pane", "-p").stdout

    def key(self, key):
        must(*self.tmux, "send-keys", key)

    def shows(self, pattern, seconds=10):
        if not wait_until(lambda: re.search(pattern, self.shown()), seconds):
            sys.exit(f"\"{pattern}\" is not on the screen:\n{self.shown()}")

    def close(self):
        subprocess.run([*self.tmux, "kill-server"], check=False)


def play(spaces, folder, width, height):
    out = os.path.join(folder, f"bundle{width}")
    t = Terminal(spaces, folder, width, height, out)
    try:
        t.shows(r"callwitness +" + INTERFACE)
        t.shows(r"[1-9]\d+ packets +0 lost")
        t.key("m")
        t.shows(r"● muted")
        t.key("m")
        t.shows(r"○ muted")
        t.key("q")
        t.shows(r"Stop the capture and write the report\? y/n")
        t.key("n")
        t.key("q")
        t.key("y")
        t.shows(r"code 0", 30)
    finally:
        t.close()
    with open(os.path.join(out, "marks.yaml"), encoding="utf-8") as f:
        assert re.findall(r"state: (\w+), on: (\w+)", f.read()) == [("muted", "true"),
                                                                   ("muted", "false")]
    assert run(CALLWITNESS, "verify", out).returncode == 0


def main():
    if shutil.which("tmux") is None:
        skip("needs tmux")
    with Spaces() as spaces, tempfile.TemporaryDirectory() as folder:
        spaces.execute(spaces.here, sys.executable, "-c", SEND)
        for width, height in ((80, 24), (200, 60)):
            play(spaces, folder, width, height)
    print("the screen shows what is true, at 80x24 and 200x60")


main()
