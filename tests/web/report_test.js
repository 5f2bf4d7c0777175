// SPDX-License-Identifier: Apache-2.0
// report.html in a browser that has no network.
'use strict';
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const { createRequire } = require('module');
const { pathToFileURL } = require('url');
const { test, before, after } = require('node:test');

const installed = createRequire(path.join(process.env.WEB_FOLDER, 'package.json'));
const { chromium } = installed('playwright-core');
const axe = fs.readFileSync(installed.resolve('axe-core/axe.min.js'), 'utf8');
const widths = [390, 1280];
const schemes = ['light', 'dark'];

let browser, pages;

before(async () => {
	pages = require('./pages.js').make();
	browser = await chromium.launch({
		executablePath: process.env.CHROMIUM,
		args: ['--no-sandbox', '--disable-gpu'],
	});
});

after(async () => {
	if (browser) await browser.close();
});

// Opens a page, lets `look` at it, and fails on any request, error or message.
async function visit(name, options, look) {
	const url = pathToFileURL(pages[name]).href, faults = [];
	const { width = 1280, ...rest } = options;
	const context = await browser.newContext({ viewport: { width, height: 800 }, ...rest });
	await context.setOffline(true);
	await context.route('**', (route) => {
		if (route.request().url() === url) return route.continue();
		faults.push('asked for ' + route.request().url());
		return route.abort();
	});
	const page = await context.newPage();
	page.on('request', (request) => {
		if (request.url() !== url) faults.push('asked for ' + request.url());
	});
	page.on('console', (message) => faults.push('console: ' + message.text()));
	page.on('pageerror', (error) => faults.push('error: ' + error.message));
	page.on('dialog', (dialog) => {
		faults.push('dialog: ' + dialog.message());
		dialog.dismiss();
	});
	await page.goto(url);
	const result = await look(page, faults);
	await context.close();
	assert.deepStrictEqual(faults, []);
	return result;
}

function openAll(page) {
	return page.evaluate(() => {
		for (const details of document.querySelectorAll('details')) details.open = true;
	});
}

for (const name of ['call', 'strange', 'large', 'bare'])
	for (const width of widths)
		test(`${name} at ${width}: no request, no error, no overflow`, () =>
			visit(name, { width }, async (page) => {
				await openAll(page);
				const wide = await page.evaluate(() =>
					document.documentElement.scrollWidth - window.innerWidth);
				assert.ok(wide <= 0, `${wide} px too wide`);
			}));

for (const width of widths)
	for (const colorScheme of schemes)
		test(`call at ${width}, ${colorScheme}: axe finds nothing serious`, () =>
			visit('call', { width, colorScheme }, async (page) => {
				await openAll(page);
				await page.evaluate(axe);
				const { violations, passes } = await page.evaluate(() =>
					window.axe.run({ resultTypes: ['violations'] }));
				assert.deepStrictEqual(violations
					.filter((v) => ['serious', 'critical'].includes(v.impact))
					.map((v) => [v.id, v.nodes.slice(0, 5).map((n) => n.html)]), []);
				assert.ok(passes.some((rule) => rule.id === 'color-contrast'));
			}));

// All text but that of the controls, which only work with scripts.
function text(page) {
	return page.evaluate(() => {
		const body = document.body.cloneNode(true);
		for (const node of body.querySelectorAll('.controls, script')) node.remove();
		return body.textContent.replace(/\s+/g, ' ').trim();
	});
}

for (const name of ['call', 'hostile'])
	test(`${name}: all text is there without scripts`, async () => {
		const without = await visit(name, { javaScriptEnabled: false }, async (page) => {
			assert.strictEqual(await page.locator('.controls').count(), 0);
			return text(page);
		});
		assert.strictEqual(await visit(name, {}, text), without);
		assert.ok(without.length > 20000);
	});

for (const name of ['strange', 'hostile'])
	test(`${name} text adds no element and runs nothing`, async () => {
		const census = (page) => page.evaluate(() => {
			const count = {};
			for (const node of document.querySelectorAll('*')) {
				const words = [node.localName, ...node.getAttributeNames()];
				for (const word of words) count[word] = (count[word] || 0) + 1;
			}
			return { hurt: window.hurt, ...Object.fromEntries(['script', 'style', 'img',
				'src', 'onerror', 'onfocus', 'autofocus'].map((word) => [word, count[word]])) };
		});
		assert.deepStrictEqual(await visit(name, {}, census), await visit('call', {}, census));
	});

test('a script that is not ours would not run', () =>
	visit('call', {}, async (page, faults) => {
		await page.evaluate(() => {
			const script = document.createElement('script');
			script.textContent = 'window.hurt = 1';
			document.body.appendChild(script);
			const image = document.createElement('img');
			image.src = 'https://evil.example/x';
			document.body.appendChild(image);
		});
		assert.strictEqual(await page.evaluate(() => window.hurt), undefined);
		await page.waitForTimeout(100);
		const refused = faults.filter((f) => f.includes('Content Security Policy'));
		assert.strictEqual(refused.length, 2, faults.join());
		faults.length = 0;
	}));

test('the keyboard reaches the answer first', () =>
	visit('call', {}, async (page) => {
		await page.keyboard.press('Tab');
		assert.strictEqual(await page.evaluate(() => document.activeElement.textContent),
			'Skip to the answer');
		await page.keyboard.press('Enter');
		assert.strictEqual(await page.evaluate(() => document.activeElement.id), 'main');
	}));

function shown(page, column) {
	return page.evaluate((index) => [...document.querySelectorAll('#streams-table tbody tr')]
		.filter((row) => !row.hidden).map((row) => row.cells[index].textContent.trim()), column);
}

const numbers = (list) => list.map((item) => Number(item.replace(/,/g, '')));
const sorted = (list, order) => [...list].sort(order);

test('streams are sorted and filtered with the keyboard', () =>
	visit('call', {}, async (page) => {
		await page.locator('.controls input').focus();
		await page.keyboard.type('adtrack');
		assert.strictEqual(await page.getByRole('status').textContent(), '2 of ' +
			(await page.locator('#streams-table tbody tr').count()) + ' streams');
		for (const host of await shown(page, 2)) assert.match(host, /collector\.adtrack/);
		for (let i = 0; i < 7; i++) await page.keyboard.press('Backspace');

		await page.keyboard.press('Tab');
		await page.keyboard.type('Diag');
		assert.strictEqual(await page.locator('.controls select').inputValue(), 'Diagnostics');
		assert.strictEqual((await shown(page, 1)).length, 2);
		await page.keyboard.press('Home');
		assert.strictEqual(await page.locator('.controls select').inputValue(), 'All');

		for (let i = 0; i < 4; i++) await page.keyboard.press('Tab');
		await page.keyboard.press('Enter');
		const head = page.locator('#streams-table th', { hasText: 'Bytes up' });
		assert.strictEqual(await head.getAttribute('aria-sort'), 'ascending');
		const up = numbers(await shown(page, 3));
		assert.ok(up.length > 20);
		assert.deepStrictEqual(up, sorted(up, (a, b) => a - b));
		await page.keyboard.press('Space');
		assert.strictEqual(await head.getAttribute('aria-sort'), 'descending');
		const down = numbers(await shown(page, 3));
		assert.deepStrictEqual(down, sorted(down, (a, b) => b - a));
	}));

test('paper has all that is folded away, and no controls', () =>
	visit('call', {}, async (page) => {
		const seen = (selector) => page.evaluate((s) => [...document.querySelectorAll(s)]
			.filter((node) => node.checkVisibility({ contentVisibilityAuto: true })).length,
		selector);
		const tables = await page.locator('details table').count();
		assert.ok(tables > 10);
		assert.strictEqual(await seen('details table'), 0);
		await page.emulateMedia({ media: 'print' });
		// A busy browser takes its time to lay the page out anew.
		for (let tries = 0; tries < 50 && await seen('details table') < tables; tries++)
			await page.waitForTimeout(100);
		assert.strictEqual(await seen('details table'), tables);
		assert.strictEqual(await seen('nav, .skip, .controls'), 0);
		const pdf = await page.pdf({ preferCSSPageSize: true });
		assert.strictEqual(pdf.subarray(0, 5).toString(), '%PDF-');
		assert.ok(pdf.length > 50000);
	}));
