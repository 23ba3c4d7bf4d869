// Has every isolate of a runtime collect its garbage, by its inspector. workerd does not answer `collectGarbage`; a heap
// snapshot begins with a full collection, so one is taken and passed over.

/** @param inspector where the runtime's inspector listens. */
export async function collectGarbage(inspector: URL): Promise<void> {
	const response = await fetch(`http://${inspector.host}/json`);
	const targets: { webSocketDebuggerUrl: string }[] = JSON.parse(await response.text());
	for (const { webSocketDebuggerUrl } of targets) await snapshot(webSocketDebuggerUrl);
}

async function snapshot(url: string): Promise<void> {
	const socket = new WebSocket(url);
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	socket.addEventListener("open", () =>
		socket.send(JSON.stringify({ id: 1, method: "HeapProfiler.takeHeapSnapshot" })),
	);
	// The snapshot comes in many messages, the reply after them.
	socket.addEventListener("message", ({ data }) => String(data).startsWith('{"id":1') && resolve());
	socket.addEventListener("error", () => reject(new Error(`the inspector at ${url} cannot be reached`)));
	await promise.finally(() => socket.close());
}
