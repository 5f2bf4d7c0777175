#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: tests/install/completion.py PREFIX

What the shells offer after an installation into PREFIX; those that are missing are left out.
"""
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time

# A line as typed up to the TAB, what is then offered, and what must not be.
LINES = [
    ("callwitness re", ["replay", "report"], ["list"]),
    ("callwitness --vers", ["--version"], []),
    ("callwitness --completion ", ["bash", "zsh", "fish"], ["replay"]),
    ("callwitness replay --app z", ["zoom"], ["jitsi", "=zoom"]),
    ("callwitness replay --policy zoom-tos-2023-08", ["zoom-tos-2023-08-07",
                                                      "zoom-tos-2023-08-11"], ["lab-meet"]),
    ("callwitness replay --si", ["--sign", "--signatures"], ["--app"]),
    ("callwitness replay captures/lab_call.pc", ["captures/lab_call.pcap"], ["truth"]),
    ("callwitness replay captures/lab_call.pcap captures/lab_call.m",
     ["captures/lab_call.marks.yaml"], []),
    ("callwitness replay --fail-on ne", ["never"], ["contradicted"]),
    ("callwitness verify captu", ["captures"], []),
    ("callwitness verify captures/SHA", [], ["SHA256SUMS"]),
    ("callwitness report captures --format c", ["csv", "claims-csv"], ["oscal"]),
    ("callwitness list ", ["apps", "policies", "signatures", "rules"], ["replay"]),
    ("callwitness list apps a", [], ["apps"]),
    ("callwitness diff zoom-tos-2023-08-07 zoom-tos-2023-08-1", ["zoom-tos-2023-08-11"], []),
]
# Of commands that not every version has.
LIVE_LINES = [
    ("callwitness mark mu", ["muted"], ["camera_off"]),
    ("callwitness mark muted o", ["on", "off"], ["muted"]),
    ("callwitness capture -i l", ["lo"], []),
]

BASH = r"""
complete() { :; }
compopt() { :; }
. "$1/share/bash-completion/completions/callwitness"
line=$2
read -r -a COMP_WORDS <<<"$line"
[ "${line% }" = "$line" ] || COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_callwitness callwitness "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
"""


def bash(prefix, line):
    return run("bash", "-c", BASH, "bash", prefix, line).splitlines()


def fish(prefix, line):
    script = os.path.join(prefix, "share/fish/vendor_completions.d/callwitness.fish")
    said = run("fish", "-N", "-c", f"source {script}; complete -C '{line}'")
    return [row.split("\t")[0] for row in said.splitlines()]


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.stderr:
        raise ValueError(f"{command[0]} complains: {done.stderr[:300]}")
    return done.stdout


class Zsh:
    """A shell at a terminal: zsh completes nowhere else."""

    def __init__(self, prefix):
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.environ["TERM"] = "dumb"
            os.execlp("zsh", "zsh", "-f", "-i")
        self.send(f"fpath=({prefix}/share/zsh/site-functions $fpath); autoload -U compinit; "
                  "compinit -u -D; LISTMAX=999; stty -echo cols 200; PS1='RE''ADY '\n")
        self.wait("READY ")

    def send(self, text):
        os.write(self.terminal, text.encode())

    def wait(self, text=None, quiet=1.0):
        """What comes until `text`, or else until nothing has come for a while."""
        said, until = "", time.monotonic() + 30
        while time.monotonic() < until and (text is None or text not in said):
            if not select.select([self.terminal], [], [], quiet if text is None else 30)[0]:
                break
            said += os.read(self.terminal, 65536).decode(errors="replace")
        return said

    def offer(self, line):
        self.send(line + "\t\t")
        said = self.wait()
        self.send("\x15\n")
        self.wait("READY ")
        if "not found" in said:
            raise ValueError(f"zsh complains: {said}")
        words = re.sub(r"\x1b\[[0-9;]*[A-Za-z]|[\a\b\r]", " ", said).split()
        typed = line.rsplit(" ", 1)[1]
        folder = typed[:typed.rfind("/") + 1]
        return [w for w in words if w != typed] + [folder + w for w in words]


def check(name, offer, lines):
    for line, wanted, unwanted in lines:
        offered = [word.rstrip("/") for word in offer(line)]
        for word in wanted:
            if word not in offered:
                sys.exit(f"{name}: \"{line}\" does not offer {word}: {offered}")
        for word in unwanted:
            if any(o.startswith(word) for o in offered if o not in line.split()):
                sys.exit(f"{name}: \"{line}\" offers {word}: {offered}")
    print(f"{name}: {len(lines)} lines are completed")


def main():
    prefix = os.path.realpath(sys.argv[1])
    os.environ["PATH"] = os.path.join(prefix, "bin") + ":" + os.environ["PATH"]
    has = run("callwitness", "--help")
    lines = LINES + [row for row in LIVE_LINES if f"\n  {row[0].split()[1]} " in has]
    shells = {"bash": lambda line: bash(prefix, line), "fish": lambda line: fish(prefix, line),
              "zsh": None}
    for name, offer in shells.items():
        if shutil.which(name) is None:
            print(f"{name}: is not installed, left out")
        else:
            check(name, offer or Zsh(prefix).offer, lines)


main()
