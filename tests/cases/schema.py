#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""report.json and every line of flows.ndjson keep to the published schemas."""
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


def check(capture):
    with tempfile.TemporaryDirectory() as folder:
        done = corpus.replay(capture.path, os.path.join(folder, "out"))
    trouble = errors(REPORT, done.report, "report.json ")
    for flow in done.flows:
        trouble += errors(FLOW, flow, f"flow {flow['id']} ")
    return trouble[:10], f"{len(done.flows)} flows"


REPORT, FLOW = validator("report.schema.json"), validator("flow.schema.json")
corpus.run_each(corpus.captures(), check, lambda c: c.name)
