// SPDX-License-Identifier: Apache-2.0
// The pages that are looked at: bundles, and what callwitness makes of them.
'use strict';
const fs = require('fs');
const path = require('path');
const { execFileSync } = require('child_process');

const callwitness = process.env.CALLWITNESS;
const folder = process.env.WEB_FOLDER;
const root = path.join(__dirname, '..', '..');

// The script would set a mark on the window.
const hostile = '</title></style><script>window.hurt = 1</script>' +
	'<img src="https://evil.example/x" onerror="window.hurt = 1">' +
	'" onfocus="window.hurt = 1" autofocus x="\u202e\u001b[31m ' + 'wide'.repeat(60);

// Text that packets, files and testers bring in.
const strange = new Set(['name', 'host', 'names', 'hosts', 'entity', 'network', 'why', 'note',
	'sni', 'ip', 'damage', 'title']);

// A copy with hostile text in the place of every text whose key is wanted.
function poisoned(value, wanted, key) {
	if (typeof value === 'string')
		return wanted(key) ? hostile : value;
	if (Array.isArray(value))
		return value.map((item) => poisoned(item, wanted, key));
	if (value && typeof value === 'object')
		return Object.fromEntries(Object.entries(value).map(
			([name, item]) => [name, poisoned(item, wanted, name)]));
	return value;
}

function bundle(name, report, flows) {
	const at = path.join(folder, name);
	fs.mkdirSync(at, { recursive: true });
	fs.writeFileSync(path.join(at, 'report.json'), JSON.stringify(report));
	fs.writeFileSync(path.join(at, 'flows.ndjson'),
		flows.map((flow) => JSON.stringify(flow) + '\n').join(''));
	return at;
}

function sample() {
	const at = path.join(__dirname, 'call');
	const flows = fs.readFileSync(path.join(at, 'flows.ndjson'), 'utf8');
	return {
		report: JSON.parse(fs.readFileSync(path.join(at, 'report.json'), 'utf8')),
		flows: flows.trim().split('\n').map((line) => JSON.parse(line)),
	};
}

// Many flows to many recipients.
function large() {
	const { report, flows } = sample();
	const flow = flows.find((f) => f.remote.host === 'collector.adtrack.example');
	const recipient = report.recipients.find((r) => r.party === 'third');
	report.policies = [];
	for (let i = 1; i <= 2000; i++) {
		const host = `h${i}.adtrack.example`, bytes = 100 + i * 7919 % 2000;
		const copy = structuredClone(flow);
		copy.id = flows.length + 1;
		copy.remote.host = host;
		copy.streams[0].up.payload_bytes = bytes;
		flows.push(copy);
		report.recipients.push({ ...recipient, entity: host, hosts: [host],
			up: { telemetry: bytes } });
	}
	return { report, flows };
}

function render(name, at) {
	const page = path.join(folder, name + '.html');
	fs.writeFileSync(page, execFileSync(callwitness, ['report', at, '--format', 'html'],
		{ maxBuffer: 1 << 28 }));
	return page;
}

// The shipped call as people run it, without policy or marks.
function bare() {
	const at = path.join(folder, 'bare');
	execFileSync(callwitness, ['replay', path.join(root, 'captures', 'lab_call.pcap'),
		'-o', at, '--fail-on', 'never'], { cwd: root });
	return path.join(at, 'report.html');
}

exports.make = () => {
	const call = sample(), many = large();
	const poison = (name, wanted) => render(name, bundle(name,
		poisoned(call.report, wanted), call.flows.map((flow) => poisoned(flow, wanted))));
	return {
		call: render('call', path.join(__dirname, 'call')),
		strange: poison('strange', (key) => strange.has(key)),
		hostile: poison('hostile', () => true),
		large: render('large', bundle('large', many.report, many.flows)),
		bare: bare(),
	};
};
