import { deflateSync } from 'node:zlib';
import type { Page } from 'playwright-core';

/** Colours of a small picture; what a browser draws of n8n and of our pages needs no more. */
const MOST_COLOURS = 256;
const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
	let c = n;
	for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
	return c >>> 0;
});

/** A picture of full colour as one of 256 colours: a third of the size, and the eye sees no difference in a form or on a canvas. */
export async function smaller(page: Page, png: Buffer): Promise<Buffer> {
	// Only the browser can read a PNG here, in an empty page: the inbox's policy lets no picture in that is not the server's. Text, since
	// this file is compiled without the browser's names.
	const empty = await page.context().newPage();
	const { width, height, rgba } = (await empty.evaluate(`(async () => {
		const image = new Image();
		image.src = 'data:image/png;base64,${png.toString('base64')}';
		await image.decode();
		const canvas = new OffscreenCanvas(image.width, image.height);
		const context = canvas.getContext('2d');
		context.drawImage(image, 0, 0);
		const { data } = context.getImageData(0, 0, image.width, image.height);
		let binary = '';
		for (let i = 0; i < data.length; i += 32768) binary += String.fromCharCode(...data.subarray(i, i + 32768));
		return { width: image.width, height: image.height, rgba: btoa(binary) };
	})()`)) as { width: number; height: number; rgba: string };
	await empty.close();
	return indexed(width, height, Buffer.from(rgba, 'base64'));
}

/** Takes the colours that occur most, and for each other one the nearest of these. */
function indexed(width: number, height: number, rgba: Buffer): Buffer {
	const colourAt = (at: number) => (rgba[at]! << 16) | (rgba[at + 1]! << 8) | rgba[at + 2]!;
	const counts = new Map<number, number>();
	for (let at = 0; at < rgba.length; at += 4) {
		const colour = colourAt(at);
		counts.set(colour, (counts.get(colour) ?? 0) + 1);
	}
	const palette = spread([...counts].sort(([, a], [, b]) => b - a).map(([colour]) => colour));
	const nearest = new Map(palette.map((colour, index) => [colour, index]));
	const rows = Buffer.alloc((width + 1) * height);
	for (let y = 0, at = 0; y < height; y++) {
		for (let x = 0; x < width; x++, at += 4) {
			const colour = colourAt(at);
			let index = nearest.get(colour);
			if (index === undefined) {
				index = closest(palette, colour);
				nearest.set(colour, index);
			}
			rows[y * (width + 1) + 1 + x] = index;
		}
	}
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	header.set([8, 3], 8);
	return Buffer.concat([
		Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
		chunk('IHDR', header),
		chunk(
			'PLTE',
			Buffer.from(
				palette.flatMap((colour) => [(colour >> 16) & 255, (colour >> 8) & 255, colour & 255]),
			),
		),
		chunk('IDAT', deflateSync(rows, { level: 9 })),
		chunk('IEND', Buffer.alloc(0)),
	]);
}

/** The most frequent colours, none next to another, so that shades of one grey leave room for a small icon. */
function spread(byFrequency: number[]): number[] {
	for (let apart = 0; ; apart += 3) {
		const chosen: number[] = [];
		for (const colour of byFrequency) {
			if (apart === 0 || distance(chosen, colour) > apart * apart) chosen.push(colour);
			if (chosen.length > MOST_COLOURS) break;
		}
		if (chosen.length <= MOST_COLOURS) return chosen;
	}
}

function distance(palette: readonly number[], colour: number): number {
	const index = closest(palette, colour);
	return index < 0 ? Infinity : difference(palette[index]!, colour);
}

function closest(palette: readonly number[], colour: number): number {
	let best = -1;
	let least = Infinity;
	for (let index = 0; index < palette.length; index++) {
		const far = difference(palette[index]!, colour);
		if (far < least) [best, least] = [index, far];
	}
	return best;
}

function difference(a: number, b: number): number {
	const red = ((a >> 16) & 255) - ((b >> 16) & 255);
	const green = ((a >> 8) & 255) - ((b >> 8) & 255);
	const blue = (a & 255) - (b & 255);
	return red * red + green * green + blue * blue;
}

function chunk(type: string, data: Buffer): Buffer {
	const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
	let crc = 0xffffffff;
	for (const byte of body) crc = CRC[(crc ^ byte) & 255]! ^ (crc >>> 8);
	const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
	length.writeUInt32BE(data.length);
	sum.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
	return Buffer.concat([length, body, sum]);
}
