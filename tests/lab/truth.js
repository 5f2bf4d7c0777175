// SPDX-License-Identifier: Apache-2.0
// Derives the truth of a recorded call from the recording and from what the senders wrote
// down: DIR/sent.ndjson (sdk.js) and DIR/report.json (the page: which SSRC is what).
//
//   node truth.js DIR > TRUTH.json     fails if a flow or a media packet stays unexplained
//   node truth.js --check DIR          holds a finished truth's figures against its capture
"use strict";

const fs = require("fs");
const path = require("path");
const { LOCAL, LOCAL6, RESOLVER, PEER, HOSTS, TIMELINE } = require("./plan.js");
const { flows, payload, iso } = require("./pcap.js");

const sum = (streams, field) => streams.reduce((total, s) => total + s[field], 0);
const KIND = { mic: "audio", camera: "video", screen: "screen" };

// `- {at: T, state: S, on: B, ...` as server.js writes it -> [{state, from, to}], microseconds,
// and what follows from them: before consent, after the call, the mute that was a real one.
function intervals(marks, start) {
	const open = {};
	const done = [];

	for (const m of marks.matchAll(/at: (\S+), state: (\w+), on: (\w+)/g)) {
		const us = Date.parse(m[1]) * 1000;

		if (m[3] === "true")
			open[m[2]] = us;
		else
			done.push({ state: m[2], from: open[m[2]], to: us });
	}
	done.push({ state: "before_consent", from: 0, to: open.consented });
	done.push({ state: "after_call", from: done.find((s) => s.state === "in_call").to,
		to: Infinity });
	const muted = TIMELINE.find((row) => row.page === "mute");

	done.push({ state: "really_muted", from: (start + muted.at * 1000 + 500) * 1000,
		to: done.find((s) => s.state === "muted").to });
	return done.filter((s) => s.state !== "in_call");
}

// RFC 6464 level of an audio packet: extension 1, as Chromium numbers it. 127 is silence.
function level(rtp) {
	const end = 16 + rtp.readUInt16BE(14) * 4;

	for (let at = 16; at < end; at += rtp[at] ? (rtp[at] & 15) + 2 : 1)
		if (rtp[at] >> 4 === 1)
			return rtp[at + 1] & 127;
	return 127;
}

// What one datagram of the media flow is (RFC 7983), with the sender's own list of SSRCs.
function mediaLabel(udp, ssrcs) {
	if (udp[0] < 4)
		return { category: "signalling", kind: "ice", what: "STUN connectivity checks" };
	if (udp[0] >= 20 && udp[0] < 64)
		return { category: "signalling", kind: "control", what: "DTLS handshake" };
	if (udp[1] >= 192 && udp[1] < 224)
		return { category: "signalling", kind: "rtcp", what: "SRTCP" };
	const ssrc = udp.readUInt32BE(8);
	const s = ssrcs.get(ssrc);

	if (!s)
		throw new Error(`RTP with SSRC ${ssrc}, which the sender does not list`);
	const label = { ssrc: "0x" + ssrc.toString(16).padStart(8, "0"), pt: udp[1] & 127 };

	if (s.resent && udp[0] & 0x20)
		return { category: "signalling", kind: "probe", ...label,
			what: `padding on the ${s.name}'s retransmission SSRC` };
	return { category: "content", kind: KIND[s.name], ...label,
		what: s.resent ? `${s.name}, sent again (RTX)` : s.name };
}

function ssrcTable(report) {
	const table = new Map();

	for (const [ssrc, s] of Object.entries(report)) {
		table.set(Number(ssrc), { name: s.name, resent: false });
		if (s.rtx)
			table.set(s.rtx, { name: s.name, resent: true });
	}
	return table;
}

// Sums of a stream's packets, whole and within each marked state.
function figures(packets, states) {
	const count = (list) => ({ out_pkts: list.length, out_payload: payload(list),
		...(list[0] && list[0].level === undefined ? {} :
			{ voiced_pkts: list.filter((p) => p.level < 127).length }) });
	const during = {};

	for (const s of states) {
		const inside = packets.filter((p) => p.us >= s.from && p.us < s.to);

		if (payload(inside))
			during[s.state] = count(inside);
	}
	return { ...count(packets), first: iso(packets[0].us), last: iso(packets.at(-1).us),
		during };
}

function mediaStreams(flow, ssrcs, states) {
	const groups = new Map();

	for (const p of flow.up) {
		const label = mediaLabel(p.payload, ssrcs);
		const key = JSON.stringify(label);

		if (label.kind === "audio")
			p.level = level(p.payload);
		if (!groups.has(key))
			groups.set(key, { label, packets: [] });
		groups.get(key).packets.push(p);
	}
	return [...groups.values()].map((g) => ({ ...g.label, ...figures(g.packets, states) }));
}

// The page's counters and the recording must name the same packets and, the SRTP tag of 10 or
// 16 bytes aside, the same bytes.
function compareWithSender(streams, report) {
	for (const [ssrc, s] of Object.entries(report)) {
		const mine = [Number(ssrc), Number(s.rtx)];
		const seen = streams.filter((t) => mine.includes(Number(t.ssrc)));
		const tag = (sum(seen, "out_payload") - s.bytes - s.headers) / s.packets;

		if (sum(seen, "out_pkts") !== s.packets || (tag !== 10 && tag !== 16))
			throw new Error(`${s.name}: the page sent ${s.packets} packets, recorded are ` +
				`${sum(seen, "out_pkts")}, each ${tag} bytes longer`);
	}
}

function explain(flow, known) {
	const sent = known.sent.filter((s) => s.port === flow.sport);
	const host = HOSTS.find((h) => h.ip === flow.dst && h.port === flow.dport);

	if (flow.dst === RESOLVER && flow.dport === 53)
		return { host: null, category: "other", kind: null,
			why: "names looked up at the resolver" };
	if (flow.dst === PEER && flow.proto === "udp")
		return { host: null, category: "content", kind: "audio+video+screen",
			why: "the WebRTC call, to the other party; SSRCs as the page reported them" };
	if (host && (host.name === "meet.lab.example" || sent.length === 1)) {
		const [row] = sent;
		const as = row && row.category ? row : host;

		return { host: host.name, category: as.category, kind: as.kind,
			why: row ? `${as.why}: ${row.what}` : as.why,
			...(row && { sent: { at: row.at, body: row.bytes } }) };
	}
	throw new Error(`nobody says he sent ${flow.key}`);
}

function row(flow, known) {
	const { host, category, kind, why, sent } = explain(flow, known);
	const media = flow.dst === PEER;

	if (!flow.up.length)
		throw new Error(`nothing went up: ${flow.key}`);
	const streams = media ? mediaStreams(flow, known.ssrcs, known.states) :
		[{ category, kind, ...figures(flow.up, known.states) }];

	if (media)
		compareWithSender(streams, known.report);
	const { proto, src, sport, dst, dport } = flow;

	return { proto, src, sport, dst, dport,
		host, host_source: host && (dport === 80 ? "http" : "sni"),
		category, media: category === "content" ? kind : null, why,
		confidence: "high", accept: [category],
		out_pkts: flow.up.length, out_payload: payload(flow.up),
		in_pkts: flow.down.length, in_payload: payload(flow.down),
		local_is_src: true, scored: true, ...(sent && { sent }), streams };
}

// What the plan promises about the recording, as a reader of its policy would ask for it.
function keepPromises(rows, marks) {
	const streams = rows.flatMap((r) => r.streams);
	const of = (field, name, state) => sum(streams.filter((s) => s[field] === name)
		.map((s) => s.during[state] || { out_payload: 0 }), "out_payload");
	const telemetry = (state) => of("category", "telemetry", state);
	const audio = (state) => streams.find((s) => s.kind === "audio").during[state];
	const screen = streams.filter((s) => s.kind === "screen");
	const promises = {
		"a voice while marked muted": audio("muted").voiced_pkts > 100,
		"silence once really muted": audio("really_muted").voiced_pkts === 0,
		"telemetry before consent": telemetry("before_consent") > 0,
		"telemetry after the call": telemetry("after_call") > 0,
		"no telemetry without optional data": telemetry("optional_data_off") === 0,
		"no video while the camera is off": of("kind", "video", "camera_off") === 0,
		"a screen, inside sharing alone": screen.length > 0 &&
			of("kind", "screen", "sharing") === sum(screen, "out_payload"),
		"a mark for each change of state": marks.split("\n- ").length ===
			TIMELINE.filter((row) => row.mark).length,
	};

	for (const [promise, kept] of Object.entries(promises))
		if (!kept)
			throw new Error(`the recording does not show ${promise}: record again`);
}

function write(dir) {
	const read = (name) => fs.readFileSync(path.join(dir, name), "utf8");
	const report = JSON.parse(read("report.json"));
	const marks = read("lab_call.marks.yaml");
	const known = { report, ssrcs: ssrcTable(report),
		states: intervals(marks, Number(read("start"))),
		sent: read("sent.ndjson").trim().split("\n").map((line) => JSON.parse(line)) };
	const rows = flows(path.join(dir, "lab_call.pcap"), [LOCAL, LOCAL6])
		.map((flow) => row(flow, known));

	keepPromises(rows, marks);
	console.log(JSON.stringify(rows, null, 1));
}

function check(dir) {
	const truth = JSON.parse(fs.readFileSync(path.join(dir, "lab_call.truth.json")));
	const seen = flows(path.join(dir, "lab_call.pcap"), [LOCAL, LOCAL6]);

	if (truth.length !== seen.length)
		throw new Error(`${truth.length} flows in the truth, ${seen.length} in the capture`);
	for (const [i, flow] of seen.entries()) {
		const t = truth[i];
		const up = `${flow.up.length} ${payload(flow.up)}`;
		const is = `${flow.key} ${up} ${flow.down.length} ${payload(flow.down)} ${up}`;
		const said = [t.proto, t.src, t.sport, t.dst, t.dport,
			t.out_pkts, t.out_payload, t.in_pkts, t.in_payload,
			sum(t.streams, "out_pkts"), sum(t.streams, "out_payload")].join(" ");

		if (said !== is)
			throw new Error(`the truth says "${said}", the capture "${is}"`);
	}
	console.log(`${truth.length} flows, ${sum(truth, "out_payload")} bytes up: truth and ` +
		"capture agree");
}

try {
	if (process.argv[2] === "--check")
		check(process.argv[3]);
	else
		write(process.argv[2]);
} catch (e) {
	console.error(`truth: ${e.message}`);
	process.exit(1);
}
