#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every captured up-byte is in exactly one stream, and two runs give the same bytes."""
import json
import os
import tempfile

import corpus

ELSEWHERE = {"TZ": "Pacific/Auckland", "LC_ALL": "C", "HOSTNAME": "elsewhere"}


def without_environment(report):
    return json.dumps({k: v for k, v in report.items() if k != "environment"})


def sums(flow, side):
    """Trouble with one flow's sums in one direction, or nothing."""
    streams = sum(s[side]["payload_bytes"] for s in flow["streams"])
    if streams == flow[side]["payload_bytes"]:
        return []
    return [f"{corpus.flow_text(flow)}: {side} {flow[side]['payload_bytes']} bytes,"
            f" streams hold {streams}"]


def check(capture):
    trouble = []
    with tempfile.TemporaryDirectory() as folder:
        one = corpus.replay(capture.path, os.path.join(folder, "one"))
        two = corpus.replay(capture.path, os.path.join(folder, "two"), env=ELSEWHERE)
    if one.report["coverage"]["conserved"] is not True:
        trouble.append("coverage.conserved is not true")
    for flow in one.flows:
        trouble += sums(flow, "up") + sums(flow, "down")
    total = sum(c["bytes"] for c in one.report["totals"]["up"].values())
    up = sum(f["up"]["payload_bytes"] for f in one.flows)
    if total != up:
        trouble.append(f"totals.up sums to {total}, the flows to {up}")
    if one.flows_bytes != two.flows_bytes:
        trouble.append("flows.ndjson differs between two runs")
    if without_environment(one.report) != without_environment(two.report):
        trouble.append("report.json differs between two runs, environment apart")
    return trouble, f"{up} bytes up in {len(one.flows)} flows"


corpus.run_each(corpus.captures(), check, lambda c: c.name)
