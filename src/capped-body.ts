// Reads a body of unknown size, ours or Cloudflare's: never more than the cap, whatever its headers claim.

/** The body as it came, or null when it is larger than `capBytes`; then the rest is not read. */
export async function cappedBytes(
	body: ReadableStream<Uint8Array> | null,
	capBytes: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
	if (body === null) return new Uint8Array();
	const chunks: Uint8Array[] = [];
	let size = 0;
	const reader = body.getReader();
	for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
		size += chunk.value.byteLength;
		if (size > capBytes) {
			await reader.cancel();
			return null;
		}
		chunks.push(chunk.value);
	}
	return Buffer.concat(chunks);
}

/** The body as UTF-8 text, or null when it is larger than `capBytes`. */
export async function cappedText(body: ReadableStream<Uint8Array> | null, capBytes: number): Promise<string | null> {
	const bytes = await cappedBytes(body, capBytes);
	return bytes === null ? null : new TextDecoder().decode(bytes);
}
