// SPDX-License-Identifier: Apache-2.0
// The programs beside the browser: the app's SDK (telemetry, crash report, log, upload) and,
// as `other`, a program that has nothing to do with the call.
//
//   node sdk.js sdk|other DIR     waits for DIR/start, plays the plan's rows for that name,
//                                 appends what it sent to DIR/sent.ndjson
"use strict";

const fs = require("fs");
const http = require("http");
const https = require("https");
const path = require("path");
const { hostNamed, play } = require("./plan.js");

const [, , name, dir] = process.argv;
const file = (f) => path.join(dir, f);

// Text of SIZE bytes that looks like batched events and is the same in every run.
function events(row, size) {
	let text = `{"client":"lab","what":"${row.what}","events":[`;

	for (let i = 0; text.length < size - 2; i++)
		text += `{"n":${i},"t":${i * 37},"v":${(i * 2654435761 >>> 0) % 100000}},`;
	return text.slice(0, size - 2) + "]}";
}

function note(row, at, port, bytes) {
	const { host, what, category, kind, why } = row;
	const sent = { at, host, port, bytes, what, category, kind, why };

	fs.appendFileSync(file("sent.ndjson"), JSON.stringify(sent) + "\n");
}

function send(row) {
	const h = hostNamed(row.host);
	const at = new Date().toISOString();
	const body = row[name] === "post" ? events(row, row.size) : "";
	const req = (h.cert ? https : http).request({ host: row.host, port: h.port, agent: false,
		method: row[name].toUpperCase(), path: body ? "/v1/put" : "/v1/get",
		ca: h.cert && fs.readFileSync(file("ca.pem")),
		headers: { "user-agent": `lab-${name}/1.0`, "content-length": body.length } });

	req.on("response", (res) => {
		note(row, at, req.socket.localPort, body.length);
		res.resume();
	});
	req.on("error", (e) =>
		fs.appendFileSync(file("fault"), `${name}: ${row.host}: ${e.message}\n`));
	req.end(body);
}

function wait() {
	if (!fs.existsSync(file("start")))
		return setTimeout(wait, 50);
	return play(Number(fs.readFileSync(file("start"))), (row) => row[name], send);
}

wait();
