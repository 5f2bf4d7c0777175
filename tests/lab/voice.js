// SPDX-License-Identifier: Apache-2.0
// Writes a WAV of speech-like sound to standard output, so that the microphone has a voice
// that belongs to nobody: a glottal pulse train through two moving formants, in syllables.
//
//   node voice.js PITCH_HZ > voice.wav
"use strict";

const RATE = 48000;
const SECONDS = 6;
const VOWELS = [[730, 1090], [270, 2290], [570, 840], [440, 1020], [530, 1840], [300, 870]];

// Two-pole resonator; the state lives in the closure.
function resonator(width) {
	const r = Math.exp(-Math.PI * width / RATE);
	let y1 = 0, y2 = 0;

	return (x, hz) => {
		const y = (1 - r) * x + 2 * r * Math.cos(2 * Math.PI * hz / RATE) * y1 - r * r * y2;

		y2 = y1;
		y1 = y;
		return y;
	};
}

function voice(pitch) {
	const out = Buffer.alloc(RATE * SECONDS * 2);
	const first = resonator(90), second = resonator(140);
	let phase = 0;

	for (let i = 0; i < RATE * SECONDS; i++) {
		const t = i / RATE;
		const syllable = Math.floor(t * 4);
		const [f1, f2] = VOWELS[(syllable * 5 + (syllable >> 2)) % VOWELS.length];
		const loud = 0.15 + 0.85 * Math.sin(Math.PI * ((t * 4) % 1));
		const hz = pitch * (1 + 0.12 * Math.sin(2 * Math.PI * t / 3));

		phase = (phase + hz / RATE) % 1;
		const pulse = phase < 0.1 ? 1 - phase * 10 : -0.05;
		const y = loud * (first(pulse, f1) + 0.6 * second(pulse, f2));

		out.writeInt16LE(Math.max(-32767, Math.min(32767, Math.round(y * 12000))), i * 2);
	}
	return out;
}

function header(bytes) {
	const h = Buffer.alloc(44);

	h.write("RIFF", 0);
	h.writeUInt32LE(36 + bytes, 4);
	h.write("WAVEfmt ", 8);
	h.writeUInt32LE(16, 16);
	h.writeUInt16LE(1, 20);
	h.writeUInt16LE(1, 22);
	h.writeUInt32LE(RATE, 24);
	h.writeUInt32LE(RATE * 2, 28);
	h.writeUInt16LE(2, 32);
	h.writeUInt16LE(16, 34);
	h.write("data", 36);
	h.writeUInt32LE(bytes, 40);
	return h;
}

const pcm = voice(Number(process.argv[2]) || 120);

process.stdout.write(Buffer.concat([header(pcm.length), pcm]));
