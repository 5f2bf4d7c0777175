# SPDX-License-Identifier: Apache-2.0
"""Policies that promise everything of an app, and marks over a capture's time: no real vendor
says so much, so every way in which a claim is decided is taken. stricter.py uses them."""
import datetime
import json
import os

import corpus

DATA = ["data", "content", "content.audio", "content.video", "content.screen", "content.file",
        "telemetry", "telemetry.usage", "diagnostics", "signalling"]
RECIPIENTS = {"us": ["first_party"], "others": ["third_party"],
              "both": ["first_party", "third_party"], "anyone": ["anyone"],
              "ads": ["advertising"]}
REGIONS = {"eea": ["EEA"], "us": ["US"], "de-us": ["DE", "US"]}
VERSIONS = {"no-tls": None, "tls1.2": "1.2", "tls1.3": "1.3"}
STATES = ["in_call", "muted", "camera_off", "sharing", "recording", "consented",
          "optional_data_off"]
WHENS = [None, *STATES, "before_consent", "before_call", "after_call"]
TIMES = [*((when, None) for when in WHENS),
         (None, "consented"), (None, "in_call"), (None, "recording"),
         ("in_call", "consented"), ("in_call", "sharing"), ("muted", "optional_data_off")]
FEW_TIMES = [(None, None), ("in_call", None), ("muted", None), ("before_consent", None),
             ("after_call", None), (None, "consented")]

# When each state holds, as shares of the capture's time. Nothing is said of recording.
MARKS = {"consented": (0.3, None), "in_call": (0.1, 0.9), "muted": (0.2, 0.4),
         "camera_off": (0.5, 0.7), "sharing": (0.6, 0.8), "optional_data_off": (0.4, 0.6)}

# The app that a capture is of, by the beginning of its name.
APPS = {"skype": "teams"}


def app_of(capture):
    name = capture.name.split("_")[0]
    return APPS.get(name, name)


def vendor_of(app):
    with open(os.path.join(corpus.SOURCE, "signatures", app + ".yaml"), encoding="utf-8") as f:
        return next(line[len("entity:"):].strip().strip('"') for line in f
                    if line.startswith("entity:"))


def claim(says, data, recipients, time, **more):
    when, unless = time
    names = [recipients, *more, data, when or "always", "but-" + (unless or "never")]
    made = {"id": ".".join(names).replace("_", "-"), "quote": "So it is promised.",
            "says": says, "data": [data], "recipients": RECIPIENTS[recipients],
            "testable": "yes"}
    if when:
        made["when"] = when
    if unless:
        made["unless"] = unless
    return made | {key: value for m in more.values() for key, value in m.items() if value}


def claims_by_policy():
    """Five files: together they would be beyond the bound of claims, and all in tension."""
    made = {f"strict-{says}": [claim(says, data, who, time) for data in DATA
                               for who in RECIPIENTS for time in TIMES]
            for says in ("collects", "never", "only")}
    made["strict-where"] = [
        claim("only", data, who, time, **{where: {"regions": REGIONS[where]}})
        for data in DATA for who in ("us", "anyone") for where in REGIONS for time in FEW_TIMES]
    made["strict-secures"] = [
        claim("secures", data, who, time, **{version: {"tls": VERSIONS[version]}})
        for data in DATA for who in ("us", "others", "anyone") for version in VERSIONS
        for time in FEW_TIMES]
    return made


def write_policies(folder, app):
    """The files' paths. Claims that say secures disclose nothing: there, all is omitted."""
    paths = []
    for name, claims in claims_by_policy().items():
        paths.append(os.path.join(folder, name + ".yaml"))
        policy = {"policy": name, "vendor": vendor_of(app), "document": "Promises",
                  "effective": "2026-01-01", "app": app,
                  "source": {"url": "https://strict.example/"}, "first_party": [vendor_of(app)],
                  "covers": {"data": ["data"], "recipients": ["anyone"]}, "claims": claims}
        with open(paths[-1], "w", encoding="utf-8") as f:
            for key, value in policy.items():
                if key != "claims":
                    f.write(f"{key}: {json.dumps(value)}\n")
            f.write("claims:\n" + "".join(f"- {json.dumps(c)}\n" for c in claims))
    return paths


def write_marks(folder, first, last):
    """Marks over that time, given as report.json has it."""
    begin, end = (datetime.datetime.fromisoformat(t.replace("Z", "+00:00")) for t in (first, last))
    path = os.path.join(folder, "marks.yaml")
    with open(path, "w", encoding="utf-8") as f:
        for state, shares in MARKS.items():
            for share, on in zip(shares, ("true", "false")):
                if share is None:
                    continue
                at = (begin + (end - begin) * share).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
                f.write(f"- {{at: {at}, state: {state}, on: {on}}}\n")
    return path
