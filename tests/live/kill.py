#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Captures killed at any moment, and on a full disk: what recover makes of them.

usage: kill.py [RUNS]; CALLWITNESS is the program. Needs root and network namespaces.
"""
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

PROGRAM = os.environ.get("CALLWITNESS", "callwitness")
NEAR, FAR = "cwk%dn" % os.getpid(), "cwk%df" % os.getpid()
NEAR_IP, FAR_IP, PORT = "10.77.0.1", "10.77.0.2", 7000
CLOSED_S = 0.3  # closed so long before the kill: all of it must be there
OPEN_S = 1.3  # counters of open flows are at most so old
SKIPPED = 77


def run(*words, check=True):
    return subprocess.run(words, check=check, capture_output=True, text=True)


# The other machine: takes all that comes; whoever ends, it ends too.


def serve():
    listening = socket.create_server((FAR_IP, PORT), backlog=64)
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind((FAR_IP, PORT))
    threading.Thread(target=lambda: [datagrams.recv(65536) for _ in iter(int, 1)],
                     daemon=True).start()
    print("ready", flush=True)
    while True:
        peer, _ = listening.accept()
        threading.Thread(target=take, args=(peer,), daemon=True).start()


def take(peer):
    with peer:
        while peer.recv(65536):
            pass


# The judged machine: each line is a connection that closed, or what an open flow sent.


def note(**what):
    os.write(1, json.dumps(dict(what, at=time.time())).encode() + b"\n")  # at once: of threads


def send():
    threading.Thread(target=steady, args=(socket.SOCK_STREAM, "tcp"), daemon=True).start()
    threading.Thread(target=steady, args=(socket.SOCK_DGRAM, "udp"), daemon=True).start()
    dice = random.Random(os.getpid())
    while True:
        size = dice.randrange(1, 60000)
        with socket.create_connection((FAR_IP, PORT)) as s:
            port = s.getsockname()[1]
            s.sendall(os.urandom(size))
            s.shutdown(socket.SHUT_WR)
            s.recv(1)
        note(kind="closed", proto="tcp", port=port, sent=size)
        time.sleep(dice.random() * 0.05)


def steady(kind, proto):
    s = socket.socket(socket.AF_INET, kind)
    s.connect((FAR_IP, PORT))
    sent = 0
    while True:
        s.send(os.urandom(500))
        sent += 500
        note(kind="open", proto=proto, port=s.getsockname()[1], sent=sent)
        time.sleep(0.02)


# The test.


class Lab:
    """Two namespaces with a wire, and the two programs in them."""

    def __enter__(self):
        for name in (NEAR, FAR):
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "-n", NEAR, "link", "add", "wire0", "type", "veth", "peer", "name", "wire0",
            "netns", FAR)
        for name, ip in ((NEAR, NEAR_IP), (FAR, FAR_IP)):
            run("ip", "-n", name, "addr", "add", ip + "/24", "dev", "wire0")
            run("ip", "-n", name, "link", "set", "wire0", "up")
        self.server = self.start(FAR, "serve")
        self.server.stdout.readline()
        return self

    def start(self, name, what):
        return subprocess.Popen(["ip", "netns", "exec", name, sys.executable, __file__, what],
                                stdout=subprocess.PIPE, text=True)

    def __exit__(self, *_):
        if hasattr(self, "server"):
            self.server.kill()
            self.server.wait()
        for name in (NEAR, FAR):
            run("ip", "netns", "del", name, check=False)


class Sender:
    """Traffic, and what is known of it."""

    def __init__(self, lab):
        self.notes = []
        self.process = lab.start(NEAR, "send")
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            if line.endswith("\n"):
                self.notes.append(json.loads(line))

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()


def ask(path, line):
    """One request of the capture; None if it does not answer."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
            s.settimeout(5)
            s.connect(path)
            s.sendall(line.encode() + b"\n")
            return s.recv(512).decode().strip() or None
    except OSError:
        return None


def capture(folder, out, *more):
    command = ["ip", "netns", "exec", NEAR, PROGRAM, "capture", "-i", "wire0", "-o", out,
               "--socket", os.path.join(folder, "sock"), *more]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, text=True, cwd=folder)


def wait_ready(path, process):
    for _ in range(300):
        if process.poll() is not None:
            sys.exit("the capture ended: " + process.stderr.read())
        if (ask(path, "status") or "").startswith("ok"):
            return
        time.sleep(0.05)
    sys.exit("the capture does not listen at " + path)


def flows_of(bundle):
    with open(os.path.join(bundle, "flows.ndjson"), encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def sent_by(flows, proto, port):
    """Payload that the judged machine sent from a port; None without such a flow."""
    found = [f for f in flows if f["proto"] == proto and port in (
        f["local"]["port"], f["remote"]["port"])]
    sums = [f["up" if f["local"]["port"] == port else "down"]["payload_bytes"] for f in found]
    return sum(sums) if sums else None


def check_flows(flows, notes, begun, killed, complain):
    count = 0
    for one in (n for n in notes if n["kind"] == "closed" and n["at"] < killed - CLOSED_S):
        if one["at"] < begun + 1:
            continue  # it may have begun before the capture
        count += 1
        got = sent_by(flows, one["proto"], one["port"])
        if got != one["sent"]:
            complain("port %d sent %d, the report says %s, closed %.3f s before the kill" % (
                one["port"], one["sent"], got, killed - one["at"]))
    for proto in ("tcp", "udp"):
        opened = [n for n in notes if n["kind"] == "open" and n["proto"] == proto]
        before = [n for n in opened if n["at"] < begun]
        least = [n for n in opened if n["at"] < killed - OPEN_S]
        if not least or least[-1]["at"] < begun + 0.5:
            continue
        expected = least[-1]["sent"] - (before[-1]["sent"] if before else 0)
        got = sent_by(flows, proto, opened[0]["port"]) or 0
        if got < expected:
            complain("the open %s flow sent %d until %.1f s before the kill, the report says "
                     "%d" % (proto, expected, OPEN_S, got))
    return count


def check_marks(bundle, marks, complain):
    path = os.path.join(bundle, "marks.yaml")
    text = open(path, encoding="utf-8").read() if os.path.exists(path) else ""
    for mark in marks:
        if not re.search(r"\b%s\b" % mark, text):
            complain("the mark \"%s\" was acknowledged and is not in marks.yaml" % mark)


def marks_make(path, marks, stop):
    number = 0
    while not stop.is_set():
        number += 1
        reply = ask(path, "note mark-%d-end" % number)
        if reply is not None and reply.startswith("ok"):
            marks.append("mark-%d-end" % number)
        time.sleep(0.05)


def main_process(process):
    """`ip netns exec` becomes the program: its process is the capture's own."""
    return process.pid


def kill_once(lab, index, complain):
    keep = index % 2 == 1
    with tempfile.TemporaryDirectory(prefix="callwitness-kill-") as folder:
        os.chmod(folder, 0o755)
        out, sock = os.path.join(folder, "call"), os.path.join(folder, "sock")
        process = capture(folder, out, "--user", "root", *(["--keep-packets"] if keep else []))
        wait_ready(sock, process)
        begun, marks, stop = time.time(), [], threading.Event()
        sender = Sender(lab)
        marker = threading.Thread(target=marks_make, args=(sock, marks, stop))
        marker.start()
        time.sleep(random.uniform(0.2, 6))
        os.kill(main_process(process), signal.SIGKILL)
        killed = time.time()
        process.wait()
        stop.set()
        marker.join()
        sender.stop()
        got = run(PROGRAM, "recover", out, "--fail-on", "never", check=False)
        if got.returncode != 0:
            complain("recover: %d %s" % (got.returncode, got.stderr))
            return "not recovered"
        if os.path.exists(out + ".part"):
            complain("the folder of the unfinished capture is still there")
        kept = os.path.join(out, "capture.pcapng")
        check = [PROGRAM, "verify", out] + (["--capture", kept] if keep else [])
        if keep and not os.path.exists(kept):
            complain("no frames were kept")
            check = check[:3]
        got = run(*check, check=False)
        if got.returncode != 0:
            complain("verify: %s" % got.stderr)
        check_marks(out, marks, complain)
        count = check_flows(flows_of(out), sender.notes, begun, killed, complain)
        return "%.1f s, %d connections, %d marks%s" % (
            killed - begun, count, len(marks), ", frames kept" if keep else "")


def disk_full(lab, complain):
    """The capture ends by itself with a clear line, and what was seen is not lost."""
    with tempfile.TemporaryDirectory(prefix="callwitness-full-") as folder:
        disk = os.path.join(folder, "disk")
        os.mkdir(disk)
        run("mount", "-t", "tmpfs", "-o", "size=24m", "none", disk)
        try:
            out, sock = os.path.join(disk, "call"), os.path.join(folder, "sock")
            process = capture(folder, out, "--user", "root", "--keep-packets")
            wait_ready(sock, process)
            sender = Sender(lab)
            try:
                _, errors = process.communicate(timeout=120)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                complain("disk full: the capture goes on")
                return "nothing"
            finally:
                sender.stop()
            if process.returncode != 3:
                complain("disk full: exit code %d, expected 3" % process.returncode)
            if not re.search("(?i)no space|full", errors):
                complain("disk full: it says \"%s\"" % errors.strip())
            if os.path.exists(out + ".part"):
                away = os.path.join(folder, "away")
                got = run(PROGRAM, "recover", out, "-o", away, "--fail-on", "never", check=False)
                if got.returncode != 0:
                    complain("disk full: recover: %s" % got.stderr)
                out = away
            got = run(PROGRAM, "verify", out, check=False)
            if got.returncode != 0:
                complain("disk full: verify: %s" % got.stderr)
            elif not flows_of(out):
                complain("disk full: the report has no flows")
            return errors.strip()
        finally:
            run("umount", "-l", disk, check=False)


def able():
    if os.geteuid() != 0 or shutil.which("ip") is None:
        print("needs root and the program ip: skipped")
        return False
    if run("ip", "netns", "add", NEAR, check=False).returncode != 0:
        print("no network namespaces here: skipped")
        return False
    run("ip", "netns", "del", NEAR)
    if run(PROGRAM, "capture", "--help", check=False).returncode != 0:
        print("%s cannot capture: skipped" % PROGRAM)
        return False
    return True


def main():
    if sys.argv[1:] in (["serve"], ["send"]):
        return {"serve": serve, "send": send}[sys.argv[1]]()
    if not able():
        return SKIPPED
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    runs, faults = int(sys.argv[1]) if len(sys.argv) > 1 else 20, []
    with Lab() as lab:
        for index in range(runs):
            label = "kill %d" % (index + 1)
            print("%s: %s" % (label, kill_once(
                lab, index, lambda text: faults.append("%s: %s" % (label, text)))), flush=True)
        print("disk full: %s" % disk_full(lab, faults.append))
    for fault in faults[:50]:
        print(fault)
    print("%d faults" % len(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
