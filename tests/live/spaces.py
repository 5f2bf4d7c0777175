# SPDX-License-Identifier: Apache-2.0
"""Two network namespaces joined by a veth pair, and a capture that runs in one of them."""
import os
import shutil
import signal
import subprocess
import sys
import time

CALLWITNESS = os.environ.get("CALLWITNESS", "build/callwitness")
HERE, THERE = "10.78.0.1", "10.78.0.2"
INTERFACE = "cwtest0"


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def run(*command, **more):
    return subprocess.run(command, text=True, capture_output=True, **more)


def must(*command):
    done = run(*command)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


class Spaces:
    """Namespaces `here` (the judged machine) and `there`; gone at the end of `with`."""

    def __init__(self, quiet=False):
        self.quiet = quiet  # no IPv6, no ARP: the kernel itself sends nothing
        self.here, self.there = (f"cwtest{os.getpid()}{side}" for side in "ab")

    def __enter__(self):
        if os.geteuid() != 0 or shutil.which("ip") is None:
            skip("needs root and ip, to make network namespaces")
        if run("ip", "netns", "add", self.here).returncode != 0:
            skip("network namespaces cannot be made here")
        try:
            self.make()
        except RuntimeError:
            self.__exit__()
            raise
        return self

    def make(self):
        must("ip", "netns", "add", self.there)
        must("ip", "-n", self.here, "link", "add", INTERFACE, "type", "veth", "peer", "name",
             INTERFACE, "netns", self.there)
        for space, address in ((self.here, HERE), (self.there, THERE)):
            if self.quiet:
                must("ip", "netns", "exec", space, "sh", "-c",
                     "for f in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 >$f; done")
                must("ip", "-n", space, "link", "set", INTERFACE, "arp", "off")
            must("ip", "-n", space, "link", "set", "lo", "up")
            must("ip", "-n", space, "addr", "add", f"{address}/24", "dev", INTERFACE)
            must("ip", "-n", space, "link", "set", INTERFACE, "up")

    def __exit__(self, *_):
        for space in (self.here, self.there):
            pids = run("ip", "netns", "pids", space).stdout.split()
            for pid in pids:
                try:
                    os.kill(int(pid), signal.SIGKILL)
                except ProcessLookupError:
                    pass
            run("ip", "netns", "del", space)

    def execute(self, space, *command, **more):
        return subprocess.Popen(["ip", "netns", "exec", space, *command], text=True, **more)

    def received(self, space):
        """Packets that came in over the pair."""
        return int(must("ip", "netns", "exec", space, "cat",
                        f"/sys/class/net/{INTERFACE}/statistics/rx_packets"))


class Capture:
    """callwitness capture in a namespace, ready to see packets."""

    def __init__(self, spaces, *options, before=(), program=CALLWITNESS, socket=None):
        self.socket = socket
        more = ["--socket", socket] if socket else []
        self.process = spaces.execute(
            spaces.here, *before, program, "capture", "-i", INTERFACE, "--plain", *more, *options,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.said = self.process.stderr.readline()
        if "listening" not in self.said:
            self.said += self.process.stderr.read()
            self.process.wait()

    def runs(self):
        return self.process.poll() is None

    def mark(self, *words):
        return run(CALLWITNESS, "mark", "--socket", self.socket, *words)

    def end(self, how=signal.SIGINT, timeout=60):
        """Ends it; its exit code, and what it printed."""
        if self.runs():
            self.process.send_signal(how)
        out, err = self.process.communicate(timeout=timeout)
        return self.process.returncode, out, self.said + err


def wait_until(holds, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.02)
    return False
