// SPDX-License-Identifier: Apache-2.0
// The plan of the recorded call: who is who, and what happens when. Every other script of
// the lab reads it, so that what is sent, marked and later called true has one home.
//
//   node plan.js dns      prints dnsmasq's configuration
//   node plan.js addrs    prints the addresses of the far side
"use strict";

const LOCAL = "10.77.0.2";
const LOCAL6 = "2001:db8:77::2";
const RESOLVER = "10.77.0.1";
const PEER = "203.0.113.20";

// Which part of the truth a server stands for. `cert` names the certificate it shows.
const HOSTS = [
	{ name: "meet.lab.example", ip: "198.51.100.10", port: 443, cert: "lab",
	  category: "signalling", kind: "control",
	  why: "the call's page and its signalling: server-sent events, SDP, candidates" },
	{ name: "config.lab.example", ip: "198.51.100.11", port: 443, cert: "lab",
	  category: "signalling", kind: "config", why: "client settings fetched at start" },
	{ name: "events.lab.example", ip: "198.51.100.20", port: 443, cert: "lab",
	  category: "telemetry", kind: "usage", why: "usage events, one batch per connection" },
	{ name: "crash.lab.example", ip: "2001:db8:77:c::21", port: 443, cert: "lab",
	  category: "diagnostics", kind: "crash", why: "crash report" },
	{ name: "log.lab.example", ip: "198.51.100.22", port: 80,
	  category: "diagnostics", kind: "log", why: "client log, plain HTTP" },
	{ name: "files.lab.example", ip: "198.51.100.30", port: 443, cert: "lab",
	  alias: "bucket7.storage.example",
	  category: "content", kind: "file", why: "file shared with the call" },
	{ name: "collector.adtrack.example", ip: "192.0.2.80", port: 443, cert: "adtrack",
	  tls: "TLSv1.2", category: "telemetry", kind: "usage",
	  why: "usage events copied to a third party, AdTrack Example Ltd" },
	{ name: "cdn.unrelated.example", ip: "203.0.113.200", port: 443, cert: "unrelated",
	  category: "other", kind: null, why: "another program's download" },
];

// Seconds after both pages are loaded. A state that forbids something is marked on after the
// deed and off before it, so that an honest app shows nothing inside; 10.0 breaks that rule
// on purpose. `sdk` and `other` are processes beside the browser.
const TIMELINE = [
	{ at: 0.0, sdk: "get", host: "config.lab.example", what: "settings" },
	{ at: 1.0, sdk: "post", host: "events.lab.example", size: 3200,
	  what: "app start, PLANTED: before consent" },
	{ at: 3.0, mark: "consented", on: true, note: "consent dialog accepted" },
	{ at: 3.5, mark: "in_call", on: true, note: "join pressed" },
	{ at: 3.6, page: "join" },
	{ at: 4.5, sdk: "post", host: "events.lab.example", size: 5100, what: "joined" },
	{ at: 6.0, sdk: "post", host: "collector.adtrack.example", size: 1800,
	  what: "PLANTED: copy to an undisclosed third party" },
	{ at: 7.0, other: "get", host: "cdn.unrelated.example", what: "download, 40 kB" },
	{ at: 9.0, sdk: "post", host: "events.lab.example", size: 7400, what: "5 s batch" },
	{ at: 10.0, mark: "muted", on: true,
	  note: "mute pressed; PLANTED: the microphone stays live for another 3 s" },
	{ at: 10.1, sdk: "post", host: "events.lab.example", size: 1300, what: "mute pressed" },
	{ at: 13.0, page: "mute" },
	{ at: 14.0, sdk: "post", host: "events.lab.example", size: 6900, what: "5 s batch" },
	{ at: 18.5, mark: "muted", on: false, note: "unmute pressed" },
	{ at: 18.6, page: "unmute" },
	{ at: 19.0, sdk: "post", host: "events.lab.example", size: 7100, what: "5 s batch" },
	{ at: 20.0, sdk: "get", host: "files.lab.example", what: "upload slot",
	  category: "signalling", kind: "control", why: "asks where to put the file" },
	{ at: 20.5, sdk: "post", host: "files.lab.example", size: 200000, what: "the file" },
	{ at: 22.0, page: "camera-off" },
	{ at: 22.3, sdk: "post", host: "events.lab.example", size: 1200, what: "camera pressed" },
	{ at: 22.5, mark: "camera_off", on: true,
	  note: "camera track was taken away 0.5 s before" },
	{ at: 24.0, sdk: "post", host: "events.lab.example", size: 6800, what: "5 s batch" },
	{ at: 25.0, sdk: "post", host: "crash.lab.example", size: 14000, what: "crash report" },
	{ at: 26.0, sdk: "post", host: "log.lab.example", size: 2600,
	  what: "client log, PLANTED: in clear" },
	{ at: 27.5, mark: "camera_off", on: false, note: "camera pressed" },
	{ at: 27.6, page: "camera-on" },
	{ at: 28.0, sdk: "post", host: "collector.adtrack.example", size: 1200,
	  what: "PLANTED: copy to an undisclosed third party" },
	{ at: 29.0, sdk: "post", host: "events.lab.example", size: 7300, what: "5 s batch" },
	{ at: 30.0, mark: "sharing", on: true, note: "share pressed" },
	{ at: 30.1, page: "share" },
	{ at: 31.0, mark: "optional_data_off", on: true,
	  note: "optional data switched off; the app keeps to it and skips a batch" },
	{ at: 36.5, mark: "optional_data_off", on: false,
	  note: "optional data switched on again" },
	{ at: 37.0, page: "unshare" },
	{ at: 37.5, mark: "sharing", on: false, note: "share was stopped 0.5 s before" },
	{ at: 39.0, sdk: "post", host: "events.lab.example", size: 6600, what: "5 s batch" },
	{ at: 40.0, page: "leave" },
	{ at: 40.6, mark: "in_call", on: false, note: "left" },
	{ at: 43.0, sdk: "post", host: "events.lab.example", size: 2400,
	  what: "post-call beacon" },
	{ at: 44.5, page: "end" },
];

const hostNamed = (name) => HOSTS.find((h) => h.name === name);

// Runs `act` on the rows that `mine` picks, each at its time after `start` (epoch ms).
function play(start, mine, act) {
	for (const row of TIMELINE.filter(mine))
		setTimeout(() => act(row), start + row.at * 1000 - Date.now());
}

function dnsmasq() {
	const lines = ["local=/#/", "no-hosts", "no-resolv", `listen-address=${RESOLVER}`,
		"bind-interfaces", "local-ttl=60"];
	for (const h of HOSTS) {
		lines.push(`host-record=${h.alias || h.name},${h.ip}`);
		if (h.alias)
			lines.push(`cname=${h.name},${h.alias}`);
	}
	return lines.join("\n");
}

module.exports = { LOCAL, LOCAL6, RESOLVER, PEER, HOSTS, TIMELINE, hostNamed, play };

if (require.main === module) {
	const print = {
		dns: dnsmasq,
		addrs: () => [RESOLVER, ...HOSTS.map((h) => h.ip)].join("\n"),
	}[process.argv[2]];

	if (!print) {
		console.error("usage: plan.js dns|addrs");
		process.exit(2);
	}
	console.log(print());
}
