# SPDX-License-Identifier: Apache-2.0
"""
usage: screen.py SCREENPLAY
The screen in a terminal of tmux's: what it shows is what the views say, keys ask for what
they stand for, and any size or terminal will do. Exits 77 without tmux.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

servers = ["callwitness-screen-%d-%d" % (os.getpid(), i) for i in range(40)]
COLOUR = re.compile("\033\\[[0-9;]*3[0-8]")
failed = []


def tmux(*words):
    return subprocess.run(["tmux", "-L", servers[0], "-f", "/dev/null", *words],
                          capture_output=True, text=True, check=False).stdout


class Play:
    """A screen of that size; gone at the end of the with."""

    def __init__(self, scene, columns=80, rows=24, term="screen-256color", **environment):
        self.folder = tempfile.mkdtemp(prefix="callwitness-screen-")
        self.log = os.path.join(self.folder, "log")
        words = ["env", "LC_ALL=C.UTF-8", "NO_COLOR=", "TERM=" + term]
        words += ["%s=%s" % pair for pair in environment.items()]
        words += [sys.argv[1], scene, self.log]
        tmux("new-session", "-d", "-x", str(columns), "-y", str(rows), " ".join(words))
        tmux("set-option", "-g", "status", "off")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        tmux("kill-server")  # which takes its time: the next has another
        servers.pop(0)
        shutil.rmtree(self.folder)

    def keys(self, *keys):
        tmux("send-keys", *keys)

    def text(self, *options):
        return tmux("capture-pane", "-p", *options)

    def asked(self):
        try:
            with open(self.log, encoding="utf-8") as log:
                return log.read().splitlines()
        except FileNotFoundError:
            return []

    def waits(self, what, found):
        for _ in range(100):
            if found():
                return True
            time.sleep(0.1)
        failed.append("%s\n%s\n%s" % (what, self.text(), self.asked()))
        return False

    def shows(self, *parts):
        for part in parts:
            self.waits("not shown: " + part, lambda: part in self.text())

    def lacks(self, *parts):
        for part in parts:
            self.waits("still shown: " + part, lambda: part not in self.text())

    def asks(self, *lines):
        self.waits("not asked: %s" % (lines,), lambda: self.asked() == list(lines))


def shows_what_the_views_say():
    with Play("call") as play:
        play.shows("callwitness  lab0  Lab Meet", "0 lost", "● in call", "○ muted",
                   "content          1.", "▲ AdTrack Example Ltd     third party GB  T ",
                   "Lab Meet, Inc.          first party US  C 29.4 kB",
                   "✗ contradicted   no-sound-while-muted", "1-4 of 12  1 contradicted",
                   "0.0 % unknown", "absence does not count: media went on when the",
                   "telemetry to AdTrack Example Ltd: no claim covers it", "880 B/s")
        play.lacks("no news for", "recording", "no-training")
        first = play.text()
        play.waits("the clock stands still", lambda: play.text() != first)


def keys_ask_for_marks():
    with Play("call") as play:
        play.shows("○ muted")
        play.keys("m")
        play.asks("mark muted on")
        play.shows("● muted", "ok marked muted on")
        play.keys("m")
        play.asks("mark muted on", "mark muted off")
        play.shows("○ muted")
        play.keys("v", "c", "o", "i")
        play.asks("mark muted on", "mark muted off", "mark camera_off on",
                  "mark consented on", "mark optional_data_off on", "mark in_call off")
        play.shows("● camera off", "● consented", "● optional data off", "◐ in call")
        play.keys("s")
        play.shows("error: sharing is refused", "○ sharing")


def notes_are_lines():
    with Play("call") as play:
        play.shows("Recipients")
        play.keys("n")
        play.shows("Note:", "Enter makes the note")
        play.keys("-l", "quiet mq?ü")
        play.shows("Note: quiet mq?ü")
        play.keys("BSpace")
        play.keys("Enter")
        play.asks("note quiet mq?")
        play.keys("n")
        play.keys("-l", "never")
        play.shows("Note: never")
        play.keys("Escape")
        play.lacks("Note:")
        play.keys("n")
        play.keys("Enter")
        play.lacks("Note:")
        play.asks("note quiet mq?")


def stop_is_asked_once():
    with Play("call") as play:
        play.shows("Recipients")
        play.keys("q")
        play.shows("Stop the capture and write the report? y/n")
        play.keys("n")
        play.lacks("Stop the capture")
        play.keys("q")
        play.shows("Stop the capture")
        play.keys("C-c")  # the capture's own business
        play.keys("y")
        play.asks("stop", "screen ended with 0")


def help_and_scrolling():
    with Play("call") as play:
        play.shows("Recipients")
        play.keys("?")
        play.shows("Marks: say what is true", "ends the capture")
        play.keys("x")
        play.shows("1-4 of 12")
        play.keys("Down", "Tab")
        play.shows("3-6 of 12")
        play.keys("NPage", "NPage", "NPage", "NPage")
        play.shows("9-12 of 12", "× not testable   no-training")
        play.keys("Up")
        play.shows("8-11 of 12")
        assert play.asked() == []


def sizes():
    with Play("call") as play:
        play.shows("Recipients")
        for columns, rows in (79, 24), (80, 23), (30, 2), (1, 1), (20, 5):
            tmux("resize-window", "-x", str(columns), "-y", str(rows))
            play.lacks("Recipients")
            if columns > 24 and rows > 1:
                play.shows("This terminal is %dx%d." % (columns, rows),
                           "callwitness needs 80x24")
        tmux("resize-window", "-x", "200", "-y", "60")
        play.shows("1-12 of 12", "no-training", "new third party: AdTrack Example Ltd, GB")
        for line in play.text().splitlines():
            if len(line) > 200:
                failed.append("too long: " + line)
        tmux("resize-window", "-x", "80", "-y", "24")
        play.shows("1-4 of 12")


def silence_is_told():
    with Play("stale") as play:
        play.shows("Recipients", "no news for ")
        first = play.text()
        play.waits("its age stands still", lambda: play.text() != first)
        play.keys("m")
        play.asks("mark muted on")
        play.shows("… muted", "; ok marked muted on")
        play.shows("○ muted")  # nobody confirmed it


def plainer_terminals():
    with Play("call", term="vt100", LC_ALL="C") as play:
        play.shows("! contradicted   no-sound-while-muted", "! AdTrack Example Ltd",
                   "* in call", "- muted", "########")
        if not play.text().isascii():
            failed.append("not ASCII:\n" + play.text())
        if COLOUR.search(play.text("-e")):
            failed.append("colours on a vt100")
    with Play("call", NO_COLOR="1") as play:
        play.shows("✗ contradicted   no-sound-while-muted")
        if COLOUR.search(play.text("-e")):
            failed.append("colours in spite of NO_COLOR")
    with Play("call", term="dumber-than-dumb") as play:
        play.waits("no end without a terminal", lambda: len(play.asked()) == 1)


def nothing_gets_through():
    with Play("hostile") as play:
        play.shows("callwitness")
        time.sleep(3)
        play.shows(" callwitness ", "Recipients", "q stop")
        play.keys("q")
        play.shows("Stop the capture")
        play.keys("y")
        play.asks("stop", "screen ended with 0")


def the_terminal_goes_away():
    with Play("call") as play:
        play.shows("Recipients")
        tmux("kill-session")
        play.waits("it outlives its terminal",
                   lambda: "screen ended with 0" in play.asked())


if shutil.which("tmux") is None:
    print("skipped: tmux is not installed")
    sys.exit(77)
for test in (shows_what_the_views_say, keys_ask_for_marks, notes_are_lines,
             stop_is_asked_once, help_and_scrolling, sizes, silence_is_told,
             plainer_terminals, nothing_gets_through, the_terminal_goes_away):
    before = len(failed)
    test()
    print("%s %s" % ("ok    " if len(failed) == before else "FAILED", test.__name__))
print("\n".join(failed))
sys.exit(1 if failed else 0)
