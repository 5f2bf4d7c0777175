// SPDX-License-Identifier: Apache-2.0
// Prints the origin page of a recorded call, its figures taken from the truth.
//
//   node origin.js DIR "CHROMIUM VERSION" > ORIGIN.md
"use strict";

const crypto = require("crypto");
const fs = require("fs");
const path = require("path");
const { LOCAL, LOCAL6, RESOLVER, PEER, HOSTS, TIMELINE } = require("./plan.js");
const { frames, iso } = require("./pcap.js");

const [, , dir, browser] = process.argv;
const capture = fs.readFileSync(path.join(dir, "lab_call.pcap"));
const truth = JSON.parse(fs.readFileSync(path.join(dir, "lab_call.truth.json")));
const start = Number(fs.readFileSync(path.join(dir, "start"))) * 1000;

function table(head, rows) {
	const line = (cells) => `| ${cells.join(" | ")} |`;

	return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const streams = truth.flatMap((t) => t.streams.map((s) => ({ ...s, host: t.host })));
const sum = (list, field) => list.reduce((n, s) => n + s[field], 0);

const receiver = (s) => s.host || (s.what ? PEER : RESOLVER);

function perKind() {
	const label = (s) => `${s.category}/${s.kind || "-"}`;

	return [...new Set(streams.map(label))].sort().map((name) => {
		const mine = streams.filter((s) => label(s) === name);

		return [name, sum(mine, "out_pkts"), sum(mine, "out_payload"),
			[...new Set(mine.map(receiver))].join(", ")];
	});
}

function deed(row) {
	const verb = { get: "fetches from", post: "sends to" };

	if (row.mark)
		return `mark: \`${row.mark}\` ${row.on ? "on" : "off"}: ${row.note}`;
	if (row.page)
		return `page: ${row.page}`;
	const who = row.sdk ? "SDK" : "other program";
	const size = row.size ? ` (${row.size} bytes)` : "";

	return `${who} ${verb[row.sdk || row.other]} ${row.host}: ${row.what}${size}`;
}

const us = [...frames(path.join(dir, "lab_call.pcap"))].map((f) => f.us);
const audio = streams.find((s) => s.kind === "audio");
const early = streams.filter((s) => s.category === "telemetry" && s.during.before_consent);
const tracker = streams.filter((s) => s.host === "collector.adtrack.example");
const log = streams.filter((s) => s.host === "log.lab.example");

console.log(`# Where lab_call.pcap comes from

Recorded by \`tests/lab/lab record\`, which makes all five files here; run it again for another
call of the same plan. Two network namespaces on one machine, two headless browsers in a
WebRTC call, a script as the app's SDK and one as another program, tcpdump at the local end. No
packet comes from anywhere else. Addresses are from the private and documentation ranges, names
end in .example, the voices are synthetic, pictures are the browser's test pattern and drawn
text, certificates are made for the run. The vendors do not exist. Licence: that of the project.
Browser: ${browser.trim()}.

${table(["file", "sha256", "bytes", "packets", "seconds", "link type"], [["lab_call.pcap",
	crypto.createHash("sha256").update(capture).digest("hex"), capture.length, us.length,
	((us.at(-1) - us[0]) / 1e6).toFixed(1), "ether"]])}

* \`lab_call.marks.yaml\`: the states as declared, in UTC from tcpdump's clock.
* \`lab_call.truth.json\`: one object per 5-tuple, \`src\` local, categories and \`streams\` of
  OUTBOUND payload bytes. Nothing in it was inferred: which port sent what is the sender's own
  note, which SSRC is what is the page's own report, and its packet and byte counters equal the
  recording's. \`during\` has the share of a stream inside each marked state, \`voiced_pkts\`
  the audio packets whose level (RFC 6464, in clear) is not digital silence.
* Local host: ${LOCAL}, ${LOCAL6}. The other party: ${PEER}. Resolver: ${RESOLVER}.
* The browser speaks DTLS 1.3 (RFC 9147: unified record headers) and sends padding on the
  retransmission SSRCs, the screen's too, long before a screen is shared.

## Planted

* Telemetry before consent: ${sum(early, "out_payload")} bytes to events.lab.example.
* Audio while marked muted: ${audio.during.muted.voiced_pkts} of \
${audio.during.muted.out_pkts} audio packets inside the mark carry a voice.
* An undisclosed third party: ${sum(tracker, "out_payload")} bytes to \
collector.adtrack.example, AdTrack Example Ltd.
* A log in clear: ${sum(log, "out_payload")} bytes to log.lab.example, port 80.
* Kept, on the other hand: no video while \`camera_off\`, no telemetry while
  \`optional_data_off\`, no screen outside \`sharing\`, silence once the microphone was really
  muted (\`really_muted\` in the truth). The lab keeps no recording without all of these.

## Servers

${table(["name", "address", "port", "role"],
		HOSTS.map((h) => [h.name, h.ip, h.port, h.why]))}

## Timeline

0 s is ${iso(start)}.

${table(["s", "what"], TIMELINE.map((row) => [row.at.toFixed(1), deed(row)]))}

## Sent by the local host

${table(["stream", "packets", "payload bytes", "to"], perKind())}`);
