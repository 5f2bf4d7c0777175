#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A bundle is checkable with tools that are not ours, is the same whenever it is made, and does
not survive a changed byte. The judgement can be derived again from it and the capture."""
import glob
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile

import corpus
import outcomes

CAPTURE = corpus.captures()[0]


def run(*command, cwd=None, code=0):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)
    if done.returncode != code:
        raise corpus.Failure(f"exit {done.returncode}, not {code}: {' '.join(command)}\n"
                             f"{done.stdout[-500:]}{done.stderr[-1500:]}")
    return done.stdout + done.stderr


def files(folder):
    return sorted(os.path.relpath(p, folder) for p in glob.glob(folder + "/**", recursive=True)
                  if os.path.isfile(p))


def standard_tools(bundle, key):
    run("sha256sum", "--quiet", "-c", "SHA256SUMS", cwd=bundle)
    if shutil.which("minisign") is None:
        print("     minisign is not installed: its check was left out")
        return
    run("minisign", "-Vm", "SHA256SUMS", "-p", key, cwd=bundle)


def told(bundle, *key):
    done = subprocess.run([corpus.PROGRAM, "verify", bundle, *key], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def flip(path, at):
    with open(path, "r+b") as f:
        f.seek(at)
        byte = f.read(1)
        f.seek(at)
        f.write(bytes([byte[0] ^ 1]))


def flips(bundle, key):
    """Every file, at its ends and at places in between; small ones byte by byte."""
    chance = random.Random(1)
    for name in files(bundle):
        path = os.path.join(bundle, name)
        size = os.path.getsize(path)
        places = range(size) if name.startswith("SHA256SUMS.") else \
            {0, size - 1, *(chance.randrange(size) for _ in range(4))}
        for at in places:
            flip(path, at)
            code, text = told(bundle, "--key", key)
            flip(path, at)
            if code == 0 or name not in text:
                raise corpus.Failure(f"byte {at} of {name} flipped: exit {code}: {text[-500:]}")
    code, text = told(bundle, "--key", key)
    if code != 0:
        raise corpus.Failure(f"the bundle does not verify any more: {text}")


def strip(bundle):
    """The bundle's files without what may differ between two runs."""
    kept = {}
    for name in files(bundle):
        if name.startswith("SHA256SUMS"):
            continue
        with open(os.path.join(bundle, name), "rb") as f:
            kept[name] = f.read()
    report = json.loads(kept["report.json"])
    for text in {report["environment"]["started"]}:
        for name in ("report.html", "report.md"):
            kept[name] = kept[name].replace(text.encode(), b"STARTED")
    kept["report.html"] = without_command(kept["report.html"], report)
    kept["report.md"] = without_command(kept["report.md"], report)
    del report["environment"]
    kept["report.json"] = json.dumps(report)
    return kept


def without_command(text, report):
    for word in report["environment"]["command"]:
        if "/" in word:
            text = text.replace(word.encode(), b"PATH")
    return text


def rederived(bundle, capture):
    text = run(corpus.PROGRAM, "verify", bundle, "--capture", capture)
    report = os.path.join(bundle, "report.json")
    with open(report, encoding="utf-8") as f:
        claims = [c for p in json.load(f)["policies"] for c in p["claims"]]
    if not claims:
        raise corpus.Failure("the bundle has no claims")
    return text


def forged(bundle, capture, folder):
    """Sums made anew over a changed outcome: only the capture shows it."""
    copy = os.path.join(folder, "forged")
    shutil.copytree(bundle, copy)
    for name in ("SHA256SUMS.minisig", "signer.pub"):
        os.unlink(os.path.join(copy, name))
    path = os.path.join(copy, "report.json")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace('"outcome": "contradicted"', '"outcome": "not_observed"', 1))
    sums = run("sha256sum", *[n for n in files(copy) if n != "SHA256SUMS"], cwd=copy)
    with open(os.path.join(copy, "SHA256SUMS"), "w", encoding="utf-8") as f:
        f.write(sums)
    run(corpus.PROGRAM, "verify", copy)
    text = run(corpus.PROGRAM, "verify", copy, "--capture", capture, code=1)
    if "outcome" not in text:
        raise corpus.Failure(f"a forged outcome is not named: {text}")


def ended(signal_, folder):
    """A run that is ended while it writes leaves a whole bundle or none, and nothing else."""
    place = os.path.join(folder, "ended")
    os.mkdir(place)
    running = subprocess.Popen([*corpus.REPLAY, CAPTURE.path, "-o", os.path.join(place, "out")],
                               stdout=subprocess.DEVNULL)
    parts = []
    while not parts and running.poll() is None:
        parts = glob.glob(place + "/.out.part-*/*")
    running.send_signal(signal_)
    running.wait(60)
    left = os.listdir(place)
    if "out" in left:
        run(corpus.PROGRAM, "verify", os.path.join(place, "out"))
    if signal_ != signal.SIGKILL and left not in ([], ["out"]):
        raise corpus.Failure(f"{signal_.name} leaves {left}")
    shutil.rmtree(place)
    return bool(parts)


def main():
    with tempfile.TemporaryDirectory() as folder:
        key, secret = os.path.join(folder, "k.pub"), os.path.join(folder, "k.sec")
        run(corpus.PROGRAM, "keygen", "--no-password", "-p", key, "-s", secret)
        given = [*outcomes.options(CAPTURE), "--sign", secret]
        bundles = [os.path.join(folder, name) for name in ("one", "two")]
        for bundle in bundles:
            corpus.replay(CAPTURE.path, bundle, *given)
        standard_tools(bundles[0], key)
        one, two = map(strip, bundles)
        for name in sorted(one.keys() | two.keys()):
            if one.get(name) != two.get(name):
                raise corpus.Failure(f"{name} differs between two runs")
        rederived(bundles[0], CAPTURE.path)
        forged(bundles[0], CAPTURE.path, folder)
        flips(bundles[1], key)
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            if not any([ended(number, folder) for _ in range(4)]):
                raise corpus.Failure(f"no run was caught writing for {number.name}")
        print(f"{len(files(bundles[0]))} files hold")


if __name__ == "__main__":
    try:
        main()
    except corpus.Failure as e:
        sys.exit(f"FAIL {e}")
