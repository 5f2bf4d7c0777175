// SPDX-License-Identifier: Apache-2.0
// usage: node check.js SCHEMA DOCUMENT BUNDLE
// An OSCAL view is valid by the schema of 1.0.6, has what 1.2.2 requires, agrees with the
// bundle's report.json, and points at nothing that is not there.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const NS = 'https://callwitness.example/ns/oscal';
const STATUS = { supported: 'satisfied/pass', contradicted: 'not-satisfied/fail' };

// What OSCAL 1.2.2 requires of the parts that we write: keys of an object, and what they hold.
const text = null;
const hrefs = { href: text };
const required = {
	uuid: text,
	metadata: { title: text, 'last-modified': text, version: text, 'oscal-version': text },
	'import-ap': hrefs,
	results: [{
		uuid: text, title: text, description: text, start: text,
		'reviewed-controls': { 'control-selections': [{}] },
		'observations?': [{
			uuid: text, description: text, methods: [text], collected: text,
			'relevant-evidence?': [{ href: text, description: text }],
		}],
		'risks?': [{ uuid: text, title: text, description: text, statement: text, status: text }],
		'findings?': [{
			uuid: text, title: text, description: text,
			target: { type: text, 'target-id': text, status: { state: text } },
			'related-observations?': [{ 'observation-uuid': text }],
			'related-risks?': [{ 'risk-uuid': text }],
		}],
	}],
	'back-matter?': { 'resources?': [{ uuid: text, 'rlinks?': [hrefs] }] },
};
const words = {
	methods: ['EXAMINE', 'INTERVIEW', 'TEST', 'UNKNOWN'],
	types: ['ssp-statement-issue', 'control-objective', 'mitigation', 'discovery', 'historic'],
	type: ['statement-id', 'objective-id'],
	state: ['satisfied', 'not-satisfied'],
	reason: ['pass', 'fail', 'other'],
};

const troubles = [];
const trouble = (where, what) => troubles.push(`${where}: ${what}`);

function check122(value, shape, where) {
	if (shape === text) {
		if (typeof value !== 'string' || value === '') trouble(where, 'is no text');
	} else if (Array.isArray(shape)) {
		if (!Array.isArray(value) || value.length === 0) trouble(where, 'is no list with items');
		else value.forEach((item, i) => check122(item, shape[0], `${where}[${i}]`));
	} else if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		trouble(where, 'is no object');
	} else {
		for (const [key, inner] of Object.entries(shape)) {
			const name = key.replace('?', '');
			if (name in value) check122(value[name], inner, `${where}.${name}`);
			else if (name === key) trouble(where, `has no ${name}`);
		}
	}
}

function* nodes(value, where = '') {
	if (typeof value !== 'object' || value === null) return;
	yield [value, where];
	for (const [key, inner] of Object.entries(value)) yield* nodes(inner, `${where}.${key}`);
}

function checkWords(results) {
	for (const [node, where] of nodes(results))
		for (const [key, allowed] of Object.entries(words))
			for (const word of [node[key] ?? []].flat())
				if (typeof word === 'string' && !allowed.includes(word))
					trouble(where, `${key} is ${word}`);
	for (const [node, where] of nodes(results))
		if ('include-all' in node === 'include-controls' in node && where.endsWith('control-selections.0'))
			trouble(where, 'is neither all nor a list of controls');
}

function checkReferences(document, bundle) {
	const uuids = new Map();
	const captures = new Set(document['back-matter'].resources
		.filter((r) => r.title === 'Capture').flatMap((r) => r.rlinks.map((l) => l.href)));
	const objectives = new Set((document['local-definitions']?.['objectives-and-methods'] ?? [])
		.flatMap((o) => o.parts.map((p) => p.id)));
	for (const [node, where] of nodes(document)) {
		if (!node.uuid) continue;
		if (!UUID.test(node.uuid)) trouble(where, `${node.uuid} is no UUID of version 5`);
		if (uuids.has(node.uuid)) trouble(where, `has the uuid of ${uuids.get(node.uuid)}`);
		uuids.set(node.uuid, where);
	}
	for (const [node, where] of nodes(document)) {
		for (const key of ['observation-uuid', 'risk-uuid'])
			if (node[key] && !uuids.has(node[key])) trouble(where, `no ${key} ${node[key]}`);
		if (node['target-id'] && !objectives.has(node['target-id']))
			trouble(where, `no objective ${node['target-id']}`);
		if (node.href && !captures.has(node.href) &&
			!existsSync(join(bundle, decodeURIComponent(node.href))))
			trouble(where, `${node.href} is not in the bundle`);
		if (node.ns && node.ns !== NS) trouble(where, `namespace ${node.ns}`);
	}
}

const prop = (node, name) => node.props?.find((p) => p.name === name)?.value;

function checkResult(result, policy) {
	const where = `result ${policy.policy}`;
	const findings = result.findings ?? [];
	const risks = new Map((result.risks ?? []).map((r) => [r.uuid, r]));
	if (prop(result, 'policy') !== policy.policy) trouble(where, 'is of another policy');
	if (findings.length !== policy.claims.length) trouble(where, `${findings.length} findings`);
	policy.claims.forEach((claim, i) => {
		const { target, props, ...finding } = findings[i];
		const status = `${target.status.state}/${target.status.reason}`;
		const at = `${where} ${claim.claim}`;
		if (target['target-id'] !== `${policy.policy}.${claim.claim}`) trouble(at, target['target-id']);
		if (status !== (STATUS[claim.outcome] ?? 'not-satisfied/other')) trouble(at, status);
		if (prop({ props }, 'outcome') !== claim.outcome) trouble(at, 'outcome');
		if ((finding['related-observations'] ?? []).length !== claim.evidence.length)
			trouble(at, 'other evidence than in report.json');
		if ((claim.outcome === 'contradicted') !== 'related-risks' in finding) trouble(at, 'risk');
	});
	const accused = policy.disclosures.filter((d) => d.severity !== 'none');
	const omitted = [...risks.values()].filter((r) => r.title.startsWith('Not disclosed'));
	const streams = omitted.flatMap((r) => r['related-observations']);
	if (streams.length !== accused.length) trouble(where, `${streams.length} streams not disclosed`);
	if (risks.size !== omitted.length + policy.summary.contradicted) trouble(where, 'risks');
}

function validator(schema) {
	const ajv = new Ajv({ allErrors: true, strict: false });
	addFormats(ajv);
	return ajv.compile(schema);
}

const [schemaFile, documentFile, bundle] = process.argv.slice(2);
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const validate = validator(read(schemaFile));
const whole = read(documentFile);
const report = read(join(bundle, 'report.json'));
const document = whole['assessment-results'];

if (!validate(whole))
	validate.errors.slice(0, 10).forEach((e) => trouble(e.instancePath, e.message));
// The validator must be able to complain: an identifier that is none, a key too many.
for (const spoil of [(d) => { d.results[0].uuid = 'none'; }, (d) => { d.results[0].extra = 1; }]) {
	const copy = structuredClone(whole);
	spoil(copy['assessment-results']);
	if (validate(copy)) trouble('validator', 'takes what is wrong');
}
check122(document, required, 'assessment-results');
checkWords(document.results);
checkReferences(document, bundle);
if (document.metadata['last-modified'] !== report.capture.last) trouble('metadata', 'last-modified');
if (document.results.length !== Math.max(1, report.policies.length)) trouble('results', 'number');
report.policies.forEach((policy, i) => checkResult(document.results[i], policy));
troubles.slice(0, 20).forEach((t) => console.log(`${documentFile} ${t}`));
process.exit(troubles.length ? 1 : 0);
