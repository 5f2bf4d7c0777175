// SPDX-License-Identifier: Apache-2.0
// Reads a pcap file of Ethernet frames and groups its TCP and UDP packets into flows as seen
// from one host. Knows no more than the lab's own recordings need: it must not share code,
// nor mistakes, with the tool that is judged by it.
"use strict";

const fs = require("fs");

// Microseconds since 1970, as ISO 8601.
const iso = (us) => new Date(Math.floor(us / 1000)).toISOString().slice(0, -1) +
	String(us % 1000).padStart(3, "0") + "Z";

function* frames(path) {
	const b = fs.readFileSync(path);

	if (b.readUInt32LE(0) !== 0xa1b2c3d4 || b.readUInt32LE(20) !== 1)
		throw new Error(`${path}: not a little-endian pcap file of Ethernet frames`);
	for (let at = 24; at < b.length;) {
		const length = b.readUInt32LE(at + 8);

		if (length !== b.readUInt32LE(at + 12))
			throw new Error(`${path}: snapped frame at byte ${at}`);
		yield { us: b.readUInt32LE(at) * 1e6 + b.readUInt32LE(at + 4),
			bytes: b.subarray(at + 16, at + 16 + length) };
		at += 16 + length;
	}
}

// RFC 5952, for the addresses the lab uses: one run of zeros, the longest.
function ipv6Text(b) {
	const words = [0, 2, 4, 6, 8, 10, 12, 14]
		.map((i) => b.readUInt16BE(i).toString(16)).join(":");
	const runs = (words.match(/\b0(:0)+\b/g) || []).sort((x, y) => y.length - x.length);

	return runs.length ? words.replace(runs[0], "::").replace(/:{3,}/, "::") : words;
}

function network(frame) {
	const type = frame.readUInt16BE(12);
	const ip = frame.subarray(14);

	if (type === 0x0800)
		return { proto: ip[9],
			src: ip.subarray(12, 16).join("."), dst: ip.subarray(16, 20).join("."),
			rest: ip.subarray((ip[0] & 15) * 4, ip.readUInt16BE(2)) };
	if (type === 0x86dd)
		return { proto: ip[6],
			src: ipv6Text(ip.subarray(8, 24)), dst: ipv6Text(ip.subarray(24, 40)),
			rest: ip.subarray(40, 40 + ip.readUInt16BE(4)) };
	return null;
}

// A frame's TCP or UDP packet, or null.
function packet({ us, bytes }) {
	const ip = network(bytes);

	if (!ip || (ip.proto !== 6 && ip.proto !== 17))
		return null;
	const header = ip.proto === 6 ? (ip.rest[12] >> 4) * 4 : 8;

	return { us, proto: ip.proto === 6 ? "tcp" : "udp", src: ip.src, dst: ip.dst,
		sport: ip.rest.readUInt16BE(0), dport: ip.rest.readUInt16BE(2),
		payload: ip.rest.subarray(header) };
}

// Flows in order of their first packet; `up` holds the packets that left LOCAL addresses.
function flows(path, local) {
	const found = new Map();

	for (const frame of frames(path)) {
		const p = packet(frame);

		if (!p)
			continue;
		const out = local.includes(p.src);
		const from = [p.src, p.sport], to = [p.dst, p.dport];
		const [[src, sport], [dst, dport]] = out ? [from, to] : [to, from];
		const key = [p.proto, src, sport, dst, dport].join(" ");

		if (!found.has(key))
			found.set(key, { key, proto: p.proto, src, sport, dst, dport,
				up: [], down: [] });
		found.get(key)[out ? "up" : "down"].push(p);
	}
	return [...found.values()];
}

const payload = (packets) => packets.reduce((sum, p) => sum + p.payload.length, 0);

module.exports = { frames, flows, payload, iso };
