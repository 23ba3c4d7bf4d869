// Bodies that an honest API would not send: an HTML page, one that stops half-way, and a huge one.

export const htmlPage = (status: number) =>
	`<!DOCTYPE html><html><head><title>${status}</title></head><body><h1>Error ${status}</h1></body></html>`;

/** Sends the first half at once. What runs before the second half may throw. */
export function inHalves(text: string, beforeTheSecond: () => Promise<void>): ReadableStream<Uint8Array> {
	const bytes = new TextEncoder().encode(text);
	const middle = Math.floor(bytes.length / 2);
	let half = 0;
	return new ReadableStream({
		async pull(controller) {
			half += 1;
			if (half === 1) return controller.enqueue(bytes.slice(0, middle));
			await beforeTheSecond();
			controller.enqueue(bytes.slice(middle));
			controller.close();
		},
	});
}

/** Valid JSON of about that many bytes, produced while it is read. */
export function hugeBody(bytes: number): ReadableStream<Uint8Array> {
	const encoder = new TextEncoder();
	const chunk = encoder.encode("x".repeat(64 * 1024));
	let left = bytes;
	let begun = false;
	return new ReadableStream({
		pull(controller) {
			if (!begun) {
				begun = true;
				const head = '{"success":true,"errors":[],"result":null,"messages":[{"code":1000,"message":"';
				controller.enqueue(encoder.encode(head));
			} else if (left > 0) {
				controller.enqueue(chunk.slice(0, Math.min(left, chunk.length)));
				left -= chunk.length;
			} else {
				controller.enqueue(encoder.encode('"}]}'));
				controller.close();
			}
		},
	});
}
