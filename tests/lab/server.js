// SPDX-License-Identifier: Apache-2.0
// All servers of the far side, one address per name, and the call's director: it tells the
// pages what to do and writes the marks, on the plan's times.
//
//   node server.js DIR [CALLWITNESS SOCKET]
//                          DIR holds lab.pem, lab.key, adtrack.pem ... and receives
//                          start (epoch ms), marks.yaml, report.json and, on trouble, fault;
//                          marks are also made in the capture that listens at SOCKET
"use strict";

const { execFile } = require("child_process");
const fs = require("fs");
const http = require("http");
const https = require("https");
const path = require("path");
const { HOSTS, play } = require("./plan.js");

const [, , dir, callwitness, socket] = process.argv;
const file = (name) => path.join(dir, name);
// How long an answer takes from servers that are not on the same machine. A socket that lives
// for 5 ms, as they do between two namespaces, is gone before anybody can ask whose it is.
const AWAY_MS = 80;
const pages = {};
let started = false;

function fault(text) {
	fs.appendFileSync(file("fault"), text + "\n");
	process.exit(1);
}

function tell(role, step) {
	if (pages[role])
		pages[role].write(`data: ${JSON.stringify(step)}\n\n`);
}

function mark({ mark: state, on, note }) {
	const at = new Date();

	fs.appendFileSync(file("marks.yaml"),
		`- {at: ${at.toISOString()}, state: ${state}, on: ${on}, note: "${note}"}\n`);
	if (!callwitness)
		return;
	execFile(callwitness, ["mark", state, on ? "on" : "off", "--note", note,
		"--socket", socket], (e, _, said) => {
		if (e)
			fault(`mark ${state}: ${said || e}`);
		fs.appendFileSync(file("marks.ms"), `${Date.now() - at}\n`);
	});
}

function end() {
	if (!fs.existsSync(file("report.json")))
		fault("the page sent no report");
	process.exit(0);
}

function begin() {
	const start = Date.now() + 500;

	started = true;
	fs.writeFileSync(file("start.part"), String(start));
	fs.renameSync(file("start.part"), file("start"));
	play(start, (row) => row.page, (row) => tell("local", { type: row.page }));
	play(start, (row) => row.mark, mark);
	play(start, (row) => row.page === "end", () => setTimeout(end, 500));
}

function steps(role, res) {
	res.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
	res.write(": hello\n\n");
	pages[role] = res;
	if (pages.local && pages.peer && !started)
		begin();
}

// Path -> what to do with the body of a request from ROLE.
const posts = {
	"/signal": (body, role) => tell(role === "local" ? "peer" : "local", JSON.parse(body)),
	"/report": (body) => fs.writeFileSync(file("report.json"), body),
	"/fault": (body, role) => fault(`${role} page: ${body}`),
};

function meet(req, res, body) {
	const url = new URL(req.url, "https://meet.lab.example");
	const role = url.searchParams.get("role");

	if (url.pathname === "/steps")
		return steps(role, res);
	if (url.pathname === "/") {
		res.setHeader("content-type", "text/html");
		return res.end(fs.readFileSync(path.join(__dirname, "call.html")));
	}
	if (posts[url.pathname])
		posts[url.pathname](body, role);
	res.writeHead(posts[url.pathname] ? 204 : 404);
	return res.end();
}

// What every other server answers: a constant acknowledgement, a page of settings, a file.
const answers = {
	"config.lab.example": '{"batch_s":5,"codec":"opus","region":"lab"}'.repeat(20),
	"files.lab.example": JSON.stringify({ slot: "/put/1" }),
	"cdn.unrelated.example": "update ".repeat(5850),
};

function listen(h) {
	const handler = (req, res) => {
		const parts = [];

		req.on("data", (part) => parts.push(part));
		req.on("end", () => {
			if (h.name === "meet.lab.example")
				return meet(req, res, Buffer.concat(parts).toString());
			return setTimeout(() => res.end(answers[h.name] || '{"ok":true}'),
				callwitness ? AWAY_MS : 0);
		});
	};
	const tls = () => ({ maxVersion: h.tls || "TLSv1.3",
		cert: fs.readFileSync(file(`${h.cert}.pem`)),
		key: fs.readFileSync(file(`${h.cert}.key`)) });
	const server = h.cert ? https.createServer(tls(), handler) : http.createServer(handler);

	return new Promise((ready) => server.listen(h.port, h.ip, ready));
}

Promise.all(HOSTS.map(listen)).then(() => fs.writeFileSync(file("listening"), ""));
