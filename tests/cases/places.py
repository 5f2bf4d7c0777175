#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""With a database of countries (CALLWITNESS_GEOIP): every address on the internet that received
something may have a country, better evidence wins over it, and no report says "stored in"."""
import hashlib
import ipaddress
import os
import subprocess
import sys
import tempfile

import corpus

DATABASE = os.environ.get("CALLWITNESS_GEOIP")
PRIVATE = [ipaddress.ip_network(n) for n in (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")]
BETTER = {"host", "signature", "vendor"}


def database_hash():
    with open(DATABASE, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def remote_trouble(flow):
    remote = flow["remote"]
    address = ipaddress.ip_address(remote["ip"])
    if address.is_multicast or address.is_link_local or any(
            address in net for net in PRIVATE if net.version == address.version):
        if remote["registered"] is not None:
            yield f"{corpus.flow_text(flow)}: a private address is registered in a country"
        return
    if remote["country_source"] == "geoip" and remote["country"] != remote["registered"]:
        yield f"{corpus.flow_text(flow)}: {remote['country']}, registered {remote['registered']}"
    if remote["registered"] is not None and remote["country_source"] is None:
        yield f"{corpus.flow_text(flow)}: registered, but without a country"


def check(capture):
    trouble = []
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out")
        done = corpus.replay(capture.path, out, "--geoip", DATABASE)
        bare = corpus.replay(capture.path, os.path.join(folder, "bare"))
        for flow, without in zip(done.flows, bare.flows):
            trouble += remote_trouble(flow)
            before, after = without["remote"], flow["remote"]
            if before["country_source"] in BETTER and before["country"] != after["country"]:
                trouble.append(f"{corpus.flow_text(flow)}: the database won over"
                               f" {before['country_source']}")
        registered = sum(f["remote"]["registered"] is not None for f in done.flows)
        if done.report["inputs"]["geoip"][0]["sha256"] != database_hash():
            trouble.append("the database's hash is not in the report")
        with open(os.path.join(out, "report.html"), encoding="utf-8") as f:
            text = f.read()
        if registered and "registered in" not in text:
            trouble.append("report.html does not say registered in")
        for lie in ("stored in", "located in"):
            if lie in text.replace(f"never {lie}", "").replace(f"not {lie}", ""):
                trouble.append(f"report.html says {lie}")
        again = subprocess.run([corpus.PROGRAM, "verify", out, "--capture", capture.path,
                                "--geoip", DATABASE], capture_output=True, text=True)
        if again.returncode != 0:
            trouble.append(f"verify: exit {again.returncode}: {again.stderr[-300:]}")
    return trouble, f"{registered} flows to registered networks"


if DATABASE is None:
    print("CALLWITNESS_GEOIP names no database")
    sys.exit(corpus.SKIPPED)
corpus.run_each(corpus.captures(), check, lambda c: c.name)
