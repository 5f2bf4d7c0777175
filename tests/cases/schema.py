#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""report.json and every line of flows.ndjson keep to the published schemas, and agree with
each other; without policies, and held against all that are shipped."""
import glob
import json
import os
import sys
import tempfile

import corpus

try:
    from jsonschema import RefResolver
    from jsonschema.validators import validator_for
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(corpus.SKIPPED)

FOLDER = os.path.join(corpus.SOURCE, "config", "schema")


def validator(name):
    with open(os.path.join(FOLDER, name)) as f:
        schema = json.load(f)
    kind = validator_for(schema)
    kind.check_schema(schema)
    base = "file://" + FOLDER + "/" + name
    return kind(schema, resolver=RefResolver(schema.get("$id", base), schema, {
        base: schema, **{other["$id"]: other for other in siblings() if "$id" in other}}))


def siblings():
    for name in os.listdir(FOLDER):
        if name.endswith(".json"):
            with open(os.path.join(FOLDER, name)) as f:
                yield json.load(f)


def errors(kind, document, where):
    return [f"{where}{e.json_path[1:]}: {e.message[:200]}" for e in kind.iter_errors(document)]


def judged(capture):
    """All policies, whatever app they speak of, and the marks if there are some."""
    for path in sorted(glob.glob(os.path.join(corpus.SOURCE, "config", "policies", "*.yaml"))):
        yield from ("--policy", path)
    marks = capture.path.rsplit(".", 1)[0] + ".marks.yaml"
    if os.path.exists(marks):
        yield from ("--marks", marks)
    yield from ("--ontology", os.path.join(corpus.SOURCE, "config", "ontology"))
    yield from ("--fail-on", "never")


def misplaced(streams, item, what):
    """What a claim or disclosure rests on is a stream that is there."""
    stream = streams.get((item["flow"], item["stream"]))
    if stream is None:
        yield f"{what}: no stream {item['stream']} of flow {item['flow']}"
    elif "frames" in item and not (stream["frames"][0] <= item["frames"][0]
                                   <= item["frames"][1] <= stream["frames"][1]):
        yield f"{what}: frames {item['frames']} beyond the stream's {stream['frames']}"


def disagreements(report, flows):
    streams = {(f["id"], i): s for f in flows for i, s in enumerate(f["streams"])}
    worst = ["none", "medium", "high"].index
    for p in report["policies"]:
        for c in p["claims"]:
            for e in c["evidence"]:
                yield from misplaced(streams, e, f"{p['policy']}:{c['claim']}")
        seen = [(d["flow"], d["stream"]) for d in p["disclosures"]]
        if seen != sorted(set(seen)):
            yield f"{p['policy']}: disclosures out of order, or twice"
        for d in p["disclosures"]:
            yield from misplaced(streams, d, p["policy"])
        for key, items, field in (("summary", p["claims"], "outcome"),
                                  ("disclosure_summary", p["disclosures"], "disclosure")):
            for name, count in p[key].items():
                if count != sum(i[field] == name for i in items):
                    yield f"{p['policy']}: {key} says {count} are {name}"
        if p["severity"] != max((i["severity"] for i in p["claims"] + p["disclosures"]),
                                key=worst, default="none"):
            yield f"{p['policy']}: severity {p['severity']}"
    if report["result"] != {
            "contradicted": sum(p["summary"]["contradicted"] for p in report["policies"]),
            "omitted": sum(d["severity"] != "none"
                           for p in report["policies"] for d in p["disclosures"]),
            "severity": max((p["severity"] for p in report["policies"]), key=worst,
                            default="none")}:
        yield f"result: {report['result']}"
    for category, steps in report["timeline"]["up"].items():
        if len(steps) != report["timeline"]["steps"]:
            yield f"timeline of {category}: {len(steps)} steps"


def check(capture):
    trouble = []
    for options in ((), tuple(judged(capture))):
        with tempfile.TemporaryDirectory() as folder:
            done = corpus.replay(capture.path, os.path.join(folder, "out"), *options)
        trouble += errors(REPORT, done.report, "report.json ")
        for flow in done.flows:
            trouble += errors(FLOW, flow, f"flow {flow['id']} ")
        if not trouble:
            trouble += disagreements(done.report, done.flows)
    return trouble[:10], f"{len(done.flows)} flows, {len(done.report['policies'])} policies"


REPORT, FLOW = validator("report.schema.json"), validator("flow.schema.json")
corpus.run_each(corpus.captures(), check, lambda c: c.name)
