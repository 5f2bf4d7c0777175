#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Privileges: with the documented file capabilities an unprivileged user captures, names
programs of others, marks and gets a bundle of its own; without them one line says what
command gives them. A capture started by root holds none once it listens."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from spaces import CALLWITNESS, HERE, THERE, Capture, Spaces, must, run, skip

NOBODY = 65534
CAPABILITIES = "cap_net_raw,cap_sys_ptrace,cap_dac_read_search+ep"
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
SERVE = f"""
import socket
s = socket.create_server(("{THERE}", 8080))
while True:
    c, _ = s.accept()
    while c.recv(65536):
        pass
    c.close()
"""
TALK = f"""
import socket, time
for n in range(10):
    s = socket.create_connection(("{THERE}", 8080))
    s.sendall(b"POST / HTTP/1.1\\r\\nHost: example.com\\r\\n\\r\\n" + bytes(2000))
    time.sleep(0.1)
    s.close()
"""


def installed(folder):
    """A copy of the program with its data, for everybody to run."""
    prefix = os.path.join(folder, "opt")
    os.makedirs(prefix)
    for part in ("signatures", "config"):
        shutil.copytree(part, os.path.join(prefix, part))
    os.makedirs(os.path.join(prefix, "build"))
    program = shutil.copy(CALLWITNESS, os.path.join(prefix, "build", "callwitness"))
    must("chmod", "-R", "a+rX", folder)
    return program


def refused(spaces, program, folder):
    capture = Capture(spaces, "-o", os.path.join(folder, "none"), before=AS_NOBODY,
                      program=program, socket=os.path.join(folder, "no-socket"))
    code, _, said = capture.end()
    lines = said.strip().splitlines()
    assert code == 3 and len(lines) == 1, (code, said)
    assert f"setcap {CAPABILITIES} {program}" in lines[0], lines


def status(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return dict(line.split(":\t", 1) for line in f.read().splitlines() if ":\t" in line)


def is_bare(pid, uid):
    """No capability in any set, no way to a new one, system calls filtered."""
    s = status(pid)
    caps = [s[k] for k in ("CapInh", "CapPrm", "CapEff", "CapAmb")]
    assert all(int(c, 16) == 0 for c in caps), caps
    assert s["NoNewPrivs"] == "1" and s["Seccomp"] == "2", (s["NoNewPrivs"], s["Seccomp"])
    assert set(s["Uid"].split()) == {str(uid)}, s["Uid"]


def allowed(spaces, program, folder):
    mine = os.path.join(folder, "mine")
    os.makedirs(mine)
    os.chown(mine, NOBODY, NOBODY)
    out = os.path.join(mine, "bundle")
    server = spaces.execute(spaces.there, sys.executable, "-c", SERVE)
    capture = Capture(spaces, "-o", out, "--keep-packets", before=AS_NOBODY, program=program,
                      socket=os.path.join(mine, "socket"))
    assert capture.runs(), capture.said
    is_bare(capture.process.pid, NOBODY)
    time.sleep(0.3)
    talk = spaces.execute(spaces.here, sys.executable, "-c", TALK)
    done = subprocess.run([*AS_NOBODY, program, "mark", "--socket", capture.socket, "muted",
                           "on"], capture_output=True, text=True)
    assert done.returncode == 0, done
    assert talk.wait(timeout=30) == 0
    time.sleep(0.5)
    code, _, said = capture.end()
    server.kill()
    assert code == 0, (code, said)
    assert os.stat(out).st_uid == NOBODY
    with open(os.path.join(out, "flows.ndjson"), encoding="utf-8") as f:
        flows = [json.loads(line) for line in f]
    flows = [f for f in flows if f["remote"]["port"] == 8080 and f["local"]["ip"] == HERE]
    named = [f for f in flows if f["process"] is not None]
    assert len(flows) == 10, len(flows)
    assert len(named) == 10, f"{len(named)} of 10 connections have a program"
    for f in named:
        assert f["process"]["exe"] == os.path.realpath(sys.executable), f["process"]
        assert len(f["process"]["sha256"]) == 64, f["process"]
    assert run(program, "verify", out, "--capture",
               os.path.join(out, "capture.pcapng")).returncode == 0


def by_root(spaces, folder):
    program = os.path.realpath(CALLWITNESS)
    capture = Capture(spaces, "--user", "nobody", program=program,
                      socket=os.path.join(folder, "mine", "root-socket"))
    assert capture.runs(), capture.said
    is_bare(capture.process.pid, NOBODY)
    code, out, said = capture.end()
    assert code == 0 and out, (code, said)


def main():
    if shutil.which("setcap") is None or shutil.which("setpriv") is None:
        skip("needs setcap and setpriv")
    with Spaces() as spaces, tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        program = installed(folder)
        refused(spaces, program, folder)
        if run("setcap", CAPABILITIES, program).returncode != 0:
            skip("this file system keeps no capabilities")
        allowed(spaces, program, folder)
        by_root(spaces, folder)
    print("privileges are as documented")


main()
