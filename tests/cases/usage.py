#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is said of a wrong command line, all of it at once, and the exit codes: 0 done, 1 found,
2 usage, 3 the input cannot be used."""
import os
import subprocess
import sys
import tempfile

import corpus

CALL = corpus.captures()[0].path
MARKS = CALL.replace(".pcap", ".marks.yaml")
POLICY = "lab-meet-2026-11-21"
OLDER, NEWER = "zoom-tos-2023-08-07", "zoom-tos-2023-08-11"

# Arguments ("{}" is a folder with what main() puts there), exit code, what is said.
CASES = [
    ("", 2, ["usage: callwitness COMMAND"]),
    ("nothing", 2, ['no command "nothing"']),
    ("--help", 0, ["replay FILE", "list apps|policies"]),
    ("--version", 0, ["callwitness ", "nDPI "]),
    ("--man", 0, [".TH CALLWITNESS", "EXIT STATUS"]),
    ("replay", 2, ["no capture file given"]),
    ("replay --help", 0, ["--policy POLICY"]),
    ("replay --nothing", 2, ["usage: callwitness replay"]),
    ("replay {}/none.pcap", 3, ["none.pcap: cannot be opened"]),
    (f"replay {CALL}", 0, ["What could not be seen", "conserved"]),
    (f"replay {CALL} --policy {POLICY}", 1, ["contradicted"]),
    (f"replay {CALL} --policy {POLICY} --fail-on never", 0, ["contradicted"]),
    (f"replay {CALL} --policy {POLICY} --fail-on omitted", 1, ["! omitted"]),
    (f"replay {CALL} --json --policy {OLDER}", 0, ['"policy": "zoom-tos-2023-08-07"']),
    (f"replay {CALL} --policy zoom-tos-2023-08-17", 3,
     ['no policy "zoom-tos-2023-08-17"', "did you mean 'zoom-tos-2023-08-"]),
    (f"replay {CALL} --policy signal", 3, ["did you mean 'signal-privacy-2018-05-25'?"]),
    (f"replay {CALL} --policy {OLDER} --policy {OLDER}", 3,
     ['is the second policy named "zoom-tos-2023-08-07"']),
    (f"replay {CALL} --policy ./none.yaml", 3, ["./none.yaml: cannot be read"]),
    (f"replay {CALL} --marks {{}}/marks.yaml", 3,
     ["marks.yaml:1:8: ", "marks.yaml:1:22: ", "marks.yaml:2:8: "]),
    (f"replay {CALL} --app zom --local 300.1 --policy nope --marks {{}}/none.yaml", 2,
     ["did you mean 'zoom'?", "\"300.1\" is no network", 'no policy "nope"',
      "none.yaml: cannot be read"]),
    (f"replay {CALL} --sign k --fail-on x --jobs 3x", 2,
     ["--sign: needs --output", '--fail-on: is "x"', '--jobs: is "3x"']),
    (f"replay {CALL} --jobs 3", 2, ["--jobs: is for --each"]),
    (f"replay {CALL} --each --json --marks {MARKS}", 2,
     ["--each: needs --output", "--json: is for one report", "--marks: is of one call"]),
    (f"replay {CALL} --sign {{}}/none.sec -o {{}}/signed", 3,
     ["none.sec: cannot be read: No such file"]),
    (f"replay {CALL} -o {{}}/marks.yaml", 3, ["a file has that name"]),
    (f"replay {CALL} -o {{}}", 3, ["is left as it is"]),
    (f"replay {CALL} -o /", 3, ["it is the root of all folders"]),
    ("replay --each {}/a/call.pcap {}/b/call.pcap -o {}/each", 3,
     ["would have the same bundle as"]),
    ("replay --each {}/a -o {}/each", 3, ["unusable", "1 capture: 0 bundles"]),
    ("capture nothing --duration 5x --keep-packets --snaplen 64 --buffer 0", 2,
     ['knows no argument "nothing"', '--duration: is "5x"', "--keep-packets: needs --output",
      '--snaplen: is "64": expected a number from 2048', '--buffer: is "0"']),
    ("mark mutd on", 2, ["did you mean 'muted'?"]),
    ("mark silent on", 2, ["silent"]),
    ("mark status --socket {}/none", 3, ["no capture is running"]),
    ("recover {}/none", 3, ["none"]),
    ("list interfaces", 0, ["lo"]),
    ("report {}/bundle --format pdf", 2, ["html, md, json, csv, claims-csv, oscal"]),
    ("report {}/bundle --format csv", 0, ["flow"]),
    ("report {}", 3, ["expected a folder written by replay -o"]),
    ("explain {}/bundle 99999", 3, ["no flow 99999"]),
    ("explain {}/bundle no-such-claim", 3, ['no claim "no-such-claim"']),
    (f"explain {{}}/bundle {POLICY}:no-training", 0, ["not_testable"]),
    ("verify {}/bundle", 0, ["It is not signed"]),
    (f"verify {{}}/bundle --capture {CALL}", 0, ["says the same"]),
    ("verify {}/bundle --geoip x.mmdb", 2, ["usage: callwitness verify"]),
    ("verify {}/bundle --key {}/none.pub", 3, ["none.pub: cannot be read: No such file"]),
    ("verify {}", 3, ["SHA256SUMS: is missing"]),
    ("verify {}/bundle --capture {}/a/call.pcap", 3, ["call.pcap: "]),
    ("verify {}/bundle --capture {}/cut.pcap", 1, ["is another capture"]),
    ("diff {}/bundle {}/bundle", 0, ["Nothing differs."]),
    (f"diff {{}}/bundle {OLDER}", 2, [f"{OLDER}: is no folder", "two bundles or two policies"]),
    (f"diff {OLDER} {NEWER}", 1, ["content-ai-training: moved", "unless consented"]),
    (f"diff {OLDER} {OLDER}", 0, ["No claim differs."]),
    ("diff zoom-tos-2023-08-08 nope", 3, ["did you mean 'zoom-tos-2023-08-", '"nope"']),
    ("list", 2, ["usage: callwitness list"]),
    ("list apps policies", 2, ["usage: callwitness list"]),
    ("list everything", 2, ["usage: callwitness list"]),
    ("list apps", 0, ["zoom "]),
    ("list policies", 0, [OLDER, POLICY, "testable"]),
    ("list rules", 0, ["zoom."]),
    ("list signatures --signatures {}", 3, ["expected"]),
    ("keygen -p {}/k.pub", 2, ["usage: callwitness keygen"]),
    ("keygen --no-password -p {}/marks.yaml -s {}/k.sec", 3, ["a key is never replaced"]),
    ("lint", 2, ["usage: callwitness lint"]),
    ("lint {}/marks.yaml", 1, ["marks.yaml:1:22: "]),
]


def prepare(folder):
    with open(os.path.join(folder, "marks.yaml"), "w", encoding="utf-8") as f:
        f.write("- {at: today, state: mutted, on: true}\n- {at: 3, state: muted, on: true}\n")
    for name in ("a", "b"):
        os.mkdir(os.path.join(folder, name))
        with open(os.path.join(folder, name, "call.pcap"), "w", encoding="utf-8") as f:
            f.write("no capture")
    with open(CALL, "rb") as whole, open(os.path.join(folder, "cut.pcap"), "wb") as cut:
        cut.write(whole.read()[:100000])
    corpus.replay(CALL, os.path.join(folder, "bundle"), "--marks", MARKS, "--policy", POLICY,
                  "--fail-on", "never")


def fault(arguments, code, said):
    done = subprocess.run([corpus.PROGRAM, *arguments], capture_output=True, text=True,
                          timeout=120, check=False)
    text = done.stdout + done.stderr
    missing = [part for part in said if part not in text]
    if done.returncode != code or missing:
        return f"exit {done.returncode}, not {code}; not said: {missing}\n{text[-1500:]}"
    return None


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder)
        for line, code, said in CASES:
            arguments = line.replace("{}", folder).split()
            found = fault(arguments, code, said)
            if found:
                failed += 1
                print(f"FAIL callwitness {line}: {found}")
        with open("/dev/full", "w", encoding="utf-8") as full:
            for command in (["list", "policies"], ["--man"], ["diff", OLDER, NEWER]):
                done = subprocess.run([corpus.PROGRAM, *command], stdout=full, check=False,
                                      stderr=subprocess.PIPE, text=True)
                if done.returncode != 3 or "cannot be written" not in done.stderr:
                    failed += 1
                    print(f"FAIL {command} on a full disk: exit {done.returncode}")
    print(f"{len(CASES)} command lines, {failed} faults")
    sys.exit(1 if failed else 0)


main()
